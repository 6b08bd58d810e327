"""Judging whether two persons are one: merging without loss, and undoing it."""
