"""One search over plans: its tables, temperature, what it lends to set packing; and a plan built route by route.

A thin layer between ``engine`` (which knows time and threads) and ``search`` (the kernels).
"""

from dataclasses import dataclass

import numpy as np

from shortlist.planning import moves as kernels
from shortlist.planning.instance import Floats, Instance, Ints, Walk
from shortlist.planning.layout import Tables, set_locks, tables
from shortlist.planning.search import run

_POOL = 40_000
_NO_SLOTS = np.zeros(0, np.int32)
_MEAN_REMOVED = 6.0
_LONGEST_STRING = 8.0
_BLINK_EVERY = 100.0
_HOT, _COLD = 1.0, 0.03
"""First and last temperature, in average visits."""


class Searcher:
    """A plan that keeps getting better, seeded; all numbers in units of the problem's values."""

    def __init__(self, instance: Instance, *, seed: int) -> None:
        self.instance, self.seed = instance, seed
        a = instance.arrays
        self.worth = float(np.average(a.value, weights=a.times)) if a.value.sum() > 0 else 1.0
        self.floor_worth = 4.0 * float(a.value.max(initial=1.0))
        self.steps = 0
        self.tables = self._fresh()
        set_locks(self.tables, instance.locked)
        if instance.kept:
            locked = {(int(a.slot_visit[slot]), route) for route, slot, _ in instance.locked}
            wanted = [
                s for s, _ in instance.kept if (int(a.slot_visit[s]), int(a.slot_route[s])) not in locked
            ]
            self._run(kernels.PLANT, 1, 1.0, np.array(wanted, dtype=np.int32))
        self._run(kernels.FILL, 1, 1.0)

    def _fresh(self) -> Tables:
        return tables(self.instance.arrays, longest=self.instance.longest, pool=_POOL, seed=self.seed)

    def _run(self, mode: int, steps: int, heat: float, planted: Ints = _NO_SLOTS) -> None:
        blink = 0.0 if mode == kernels.FILL else _BLINK_EVERY
        setting: Floats = np.array(
            [
                heat,
                heat,
                1e-6 * self.worth,
                self.floor_worth,
                _MEAN_REMOVED,
                _LONGEST_STRING,
                blink,
                self.worth,
            ]
        )
        run(*self.tables, planted, setting, mode, steps)

    @property
    def score(self) -> float:
        """Return the worth of the best plan with bonuses and floors."""
        return float(self.tables.marks[kernels.TOP])

    def value(self) -> float:
        """Return the plain value of the best plan (no bonus, no floors)."""
        a = self.instance.arrays
        slots = self.best()
        return float(a.value[a.slot_visit[slots]].sum()) if len(slots) else 0.0

    def best(self) -> Ints:
        """Return the slots of the best plan, route by route in order."""
        rows = [row for _, row, _ in self.best_routes()]
        return np.concatenate(rows).astype(np.int32) if rows else _NO_SLOTS

    def best_routes(self) -> list[Walk]:
        """Return the opened routes of the best plan with their slots, and starts that go together."""
        stops = self.tables.stops[:, kernels.BEST :].copy()
        sizes = stops[:, kernels.SIZE, 0].tolist()
        return [
            (r, stops[r, kernels.SLOT, :n], stops[r, kernels.EARLY, :n]) for r, n in enumerate(sizes) if n
        ]

    def stops(self, route: int) -> list[tuple[int, int, int]]:
        """Return (visit, earliest lawful start, latest lawful start) of a route's stops in the best plan."""
        t = self.tables.stops[route, kernels.BEST :]
        size = int(t[kernels.SIZE, 0])
        return [(int(t[kernels.VISIT, k]), int(t[kernels.LO, k]), int(t[kernels.HI, k])) for k in range(size)]

    def remembered(self, most: int) -> list[Walk]:
        """Return the latest remembered routes with their slots."""
        pool, count = self.tables.pool, int(self.tables.tally[kernels.POOLED])
        found: list[Walk] = []
        for row in pool[max(0, count - most) : count]:
            marks = np.flatnonzero(row < 0)
            slots = row[: marks[0]].copy() if len(marks) else row.copy()
            found.append((int(self.instance.arrays.slot_route[slots[0]]), slots, None))
        return found

    def step(self, steps: int, share: float) -> None:
        """Do steps at the temperature of a share of the work, from hot to cold."""
        self._run(kernels.SEARCH, steps, self.worth * _HOT * (_COLD / _HOT) ** min(1.0, share))
        self.steps += steps

    def adopt(self, slots: Ints) -> bool:
        """Rebuild the plan from slots, add what still fits, and go on from it unless it is worse."""
        was = self.tables
        self.tables = self._fresh()
        self.tables.tally[kernels.SEED_1] = was.tally[kernels.SEED_1]
        self.tables.pool[:], self.tables.known[:] = was.pool, was.known
        self.tables.tally[kernels.POOLED] = was.tally[kernels.POOLED]
        self._run(kernels.PLANT, 1, 1.0, slots)
        self._fix_locks()
        self._run(kernels.FILL, 1, 1.0)
        if self.score < float(was.marks[kernels.TOP]) - 1e-9 or not self._locks_stand():
            self.tables = was
            return False
        return True

    def _fix_locks(self) -> None:
        stops = self.tables.stops
        for route, slot, _ in self.instance.locked:
            size = stops[route, kernels.SIZE, 0]
            stops[route, kernels.LOCKED, :size][stops[route, kernels.SLOT, :size] == slot] = 1

    def _locks_stand(self) -> bool:
        best = set(self.best().tolist())
        return all(slot in best for _, slot, _ in self.instance.locked)


@dataclass(frozen=True, slots=True)
class Planted:
    """A stop that stands: its visit, and between which seconds it may start while its route stays lawful."""

    visit: int
    earliest: int
    latest: int


class Standing:
    """A plan that is built up route by route; nothing in it is taken back."""

    def __init__(self, instance: Instance) -> None:
        self._tables = tables(instance.arrays, longest=instance.longest, pool=1, seed=0)

    def plant(self, route: int, slots: Ints) -> list[Planted]:
        """Append slots to an empty route, each at the first moment that spacing allows; return the stops that stand."""
        run(*self._tables, slots, np.ones(8), kernels.PLANT, 1)
        t = self._tables.stops[route]
        return [
            Planted(int(t[kernels.VISIT, k]), int(t[kernels.EARLY, k]), int(t[kernels.LATE, k]))
            for k in range(int(t[kernels.SIZE, 0]))
        ]

    def slots(self) -> Ints:
        """Return all slots, route by route in order."""
        stops = self._tables.stops
        rows = [stops[r, kernels.SLOT, :n] for r, n in enumerate(stops[:, kernels.SIZE, 0].tolist()) if n]
        return np.concatenate(rows).astype(np.int32) if rows else _NO_SLOTS
