"""Criminal groups: transferred to the OM with a file of dated facts."""
