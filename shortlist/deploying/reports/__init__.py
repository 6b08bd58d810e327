"""Visits of a team and the report after each: a report becomes an observation with effort."""
