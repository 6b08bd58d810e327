"""Keeping jeugdgroepen up to date: making one, its state, its places, its links with others."""
