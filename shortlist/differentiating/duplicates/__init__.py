"""Finding persons and groups that were noted twice; a person decides."""
