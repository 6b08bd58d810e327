"""Spoedprocedure: immediate deployment on a reasoned provisional picture, reviewed in time or it lapses."""
