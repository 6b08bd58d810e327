"""Whether the municipality uses the reading: decided by a named person, for exactly one model."""
