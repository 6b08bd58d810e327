"""Whether people and reading differ more often in some places, hours or teams: offline, without persons."""
