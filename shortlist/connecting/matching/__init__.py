"""A match: professionals who have a concern about the same youngster are told of each other, not of the content."""
