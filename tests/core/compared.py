"""Made-up tables of own views and readings, with or without a part in which they differ more often."""

from datetime import date, timedelta

import numpy as np

from shortlist.differentiating.fairness.disagreement import SAID, Compared

PLACES = tuple(f"plek-{number}" for number in range(1, 9))
TEAMS = ("politie", "jongerenwerk", "jeugdboa's")


def table(
    n: int, *, seed: int, base: float = 0.15, planted: float | None = None, where: str = "plek-3"
) -> list[Compared]:
    """Return ``n`` rows that differ with chance ``base``, and with ``planted`` where place or team is ``where``.

    ``where`` may also be ``nacht``: from 22 to 2 o'clock.
    """
    drawn = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        place, team = str(drawn.choice(PLACES)), str(drawn.choice(TEAMS))
        hour = int(drawn.choice([13, 15, 17, 19, 20, 21, 22, 23, 0, 1]))
        there = where in (place, team) or (where == "nacht" and hour in (22, 23, 0, 1))
        own = int(drawn.random() < 0.6)
        chance = planted if planted is not None and there else base
        reading = 1 - own if drawn.random() < chance else own
        day = date(2026, 9, 1) + timedelta(days=number % 80)
        rows.append(Compared(SAID[own], SAID[reading], place, hour, team, day))
    return rows
