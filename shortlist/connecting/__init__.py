"""Connecting people: referrals with feedback, who drops out of sight, matches, slow procedures, reminders."""
