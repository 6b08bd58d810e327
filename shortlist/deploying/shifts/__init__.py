"""Deployments: the shifts of the plans that hold, the police told beforehand, the report of a whole shift."""
