"""Times at which people want a group visited at a place, over what observations say, with the reason."""
