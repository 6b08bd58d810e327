"""Observations: noting one, correcting it by a successor, reading them back."""
