"""Referral with feedback, intervention eligibility, matches, care levels, reminders."""
