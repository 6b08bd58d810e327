"""``shortlist import``: groups with their answers, observations and members from a file into the database."""
