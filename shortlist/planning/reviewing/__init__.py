"""The week plan as people read, judge, print and carry it."""
