"""A quick count of how many wanted visits fit in a week's shifts, for who decides on priorities."""
