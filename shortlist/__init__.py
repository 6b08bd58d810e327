"""Shortlist: youth groups seen on the street, described, prioritised and helped, with reasons for each step."""

__version__ = "0.1.0"
