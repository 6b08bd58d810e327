"""Reminders: one mail a day with a number and no names, and what runs out when."""
