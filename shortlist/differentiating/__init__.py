"""Members: evidence, roles set by people, the statistical reading; co-presence networks."""
