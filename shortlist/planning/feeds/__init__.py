"""A calendar that follows a team: a secret address that the teamleider makes and revokes."""
