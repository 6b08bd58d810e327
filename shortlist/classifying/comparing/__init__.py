"""Every group under another ruleset, at any date, and the national counts beside it."""
