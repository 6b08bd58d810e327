"""Who belongs to a group, dated, by pseudonym; roles are set in ``differentiating``."""
