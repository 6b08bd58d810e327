"""Rounds of the questionnaire: two professions fill in, then settle together."""
