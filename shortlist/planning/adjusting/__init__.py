"""Changing a made plan by hand: move, lock, release, take out, forbid; every change is judged and makes a version."""
