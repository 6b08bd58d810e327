"""A large week's plan from its bound: dive in regions side by side, then again around one base after another.

The second part is a large neighbourhood search whose moves are dives (after E. Danna, E. Rothberg and C. Le Pape,
"Exploring relaxation induced neighborhoods to improve MIP solutions", Mathematical Programming 102(1), 2005, which
solves what it frees by branching instead).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import ceil

import numpy as np

from shortlist.planning.diving import Diver, shared_out
from shortlist.planning.instance import Instance, Ints
from shortlist.planning.parts import split
from shortlist.planning.problem import Problem

_REGION = 250
"""Routes of one region, about; always an even number of regions, for two threads."""
_AROUND = 150
"""Routes taken up again together."""
_AROUND_SHARE = 0.6
"""Share of all routes taken up again at the most."""


def round_in_regions(problem: Problem, diver: Diver, *, stop: Callable[[], bool]) -> Ints:
    """Return the slots of a plan rounded from what ``diver`` knows, region by region on two threads."""
    instance = diver.master.instance
    count = 2 * ceil(len(instance.team) / (2 * _REGION))
    parts = split(problem, most=-(-len(problem.visits) // count))
    region_of = {team: k for k, part in enumerate(parts) for team in part.teams}
    regions: list[list[int]] = [[] for _ in parts]
    for route, team in enumerate(instance.team):
        regions[region_of[team]].append(route)
    divers = [diver, diver.beside()]
    mine = shared_out(diver, regions)
    everything = set(range(len(problem.visits)))

    def lane(first: int) -> list[tuple[int, Ints]]:
        return [
            (k, divers[first].dive(regions[k], (), without=everything - mine[k], stop=stop))
            for k in range(first, len(regions), len(divers))
        ]

    with ThreadPoolExecutor(len(divers)) as threads:
        found = dict(one for line in threads.map(lane, range(len(divers))) for one in line)
    return np.concatenate([found[k] for k in sorted(found)])


class Surroundings:
    """Routes near each other, to be taken up again together; drawn by chance, seeded."""

    def __init__(self, instance: Instance, *, seed: int) -> None:
        self._a, self._chance = instance.arrays, np.random.default_rng(seed)
        held = {route for route, _, _ in instance.locked}
        self._routes = np.array([r for r in range(len(instance.team)) if r not in held], dtype=np.int64)
        self._most = max(1, min(_AROUND, int(_AROUND_SHARE * len(instance.team))))

    def draw(self) -> set[int]:
        """Return the routes whose bases lie nearest to that of a random one; none with a locked stop."""
        if not len(self._routes):
            return set()
        routes = self._chance.permutation(self._routes)
        base = self._a.base[routes]
        away = self._a.travel[base[0], base]
        return set(routes[np.argsort(away, kind="stable")][: self._most].tolist())
