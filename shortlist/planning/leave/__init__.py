"""Leave: the days on which somebody of a team does not work, and what that does to its shifts."""
