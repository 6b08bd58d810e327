"""Accounts, permissions, sessions, audit: who may do what, and who did."""
