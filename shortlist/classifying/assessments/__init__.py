"""Assessments as recorded: the current one, the history, one of a day."""
