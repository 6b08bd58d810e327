"""Spots in the city: which there are, and in which stadsdeel a point lies."""
