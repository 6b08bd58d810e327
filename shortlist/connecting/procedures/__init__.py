"""Slow procedures: a lamp, a bin, a JOP, a fence, a permit; who waits hears how it stands."""
