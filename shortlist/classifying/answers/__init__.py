"""Answers in a round: one profession's own view, and what the two settle together."""
