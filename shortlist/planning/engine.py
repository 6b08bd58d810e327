"""Solve a planning problem: search, proven bound and set packing side by side, anytime and seeded.

Two threads at most: one improves the plan by ruin and recreate (``search``), one lowers the bound by column
generation (``bound``) and then combines the routes of both into better plans (set packing in HiGHS). With
``iterations`` the same steps run one after another, so that the same input and seed give the same plan.

The only clock is ``time.monotonic``, and only to stop in time; with ``iterations`` alone it decides nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread
from time import monotonic

import numpy as np

from shortlist.errors import Broken
from shortlist.planning import search as kernels
from shortlist.planning.bound import Bound, Master, round_soundly, tighten
from shortlist.planning.instance import Floats, Instance, Ints, build
from shortlist.planning.packing import pack
from shortlist.planning.plan import Kept, Plan, Route, Stop, count_kept, gap, to_json
from shortlist.planning.problem import Problem
from shortlist.planning.reasons import unplanned
from shortlist.planning.timetable import Loose, timed
from shortlist.planning.validator import violations

DEFAULT_SECONDS = 10.0
_POOL = 40_000
_CHUNK = 500
_NO_SLOTS = np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far solving is: seconds since the start, value and bound of the best plan, search steps."""

    seconds: float
    value: float
    bound: float
    iterations: int

    @property
    def gap(self) -> float:
        """Return how far the value may lie below the best, as a share of the bound."""
        return gap(self.value, self.bound)


def solve(
    problem: Problem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    keep: Sequence[Kept] | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Plan:
    """Return the best lawful plan found within the limit, with its proven bound.

    ``iterations`` search steps give the same plan every time; ``seconds`` (default 10 when neither is given) use
    both cores. ``keep`` are assignments of an earlier plan: each one that stays earns a bonus in the search (not in
    the value). ``stop`` ends early with the best plan so far. Raises ``Broken`` when the validator rejects the plan.
    """
    if seconds is None and iterations is None:
        seconds = DEFAULT_SECONDS
    run = _Run(problem, seconds, iterations, seed, keep or (), progress, stop)
    run.solve()
    return run.plan()


class _Run:
    """One solve: the instance, the search's tables, the bound and what both know of each other."""

    def __init__(
        self,
        problem: Problem,
        seconds: float | None,
        iterations: int | None,
        seed: int,
        keep: Sequence[Kept],
        progress: Callable[[Progress], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.begun = monotonic()
        self.problem, self.seed, self.keep = problem, seed, keep
        self.seconds, self.iterations = seconds, iterations
        self._progress, self._asked = progress, stop
        self.instance = _with_bonus(build(problem), problem, keep)
        a = self.instance.arrays
        self.worth = float(np.average(a.value, weights=a.times)) if a.value.sum() > 0 else 1.0
        self.floor_worth = 4.0 * float(a.value.max(initial=1.0))
        self.tables = self._fresh()
        self.master = Master(self.instance)
        self.bound = self.master.bound
        self.steps = 0
        self.offered: Ints | None = None
        self.guard = Lock()
        self.finished = Event()
        self.failure: Exception | None = None
        self.trail: list[tuple[float, float, float]] = []

    def _fresh(self) -> kernels.Tables:
        return kernels.tables(self.instance.arrays, longest=self.instance.longest, pool=_POOL, seed=self.seed)

    # Limits -------------------------------------------------------------------------------------------------------

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return monotonic() - self.begun

    def over(self) -> bool:
        """Say whether to stop: time is up, someone asked, or the plan is proven best."""
        if self.finished.is_set():
            return True
        if self._asked is not None and self._asked():
            self.finished.set()
        elif self.seconds is not None and self.elapsed() >= self.seconds:
            return True
        return self.finished.is_set()

    def proven(self) -> bool:
        """Say whether the best plan reaches the bound."""
        reached = round_soundly(self.bound.best, self.master.step) <= self.value() + 1e-9
        return bool(reached) and not self.keep and not self.problem.floors

    def value(self) -> float:
        """Return the plain value of the best plan (no bonus, no floors)."""
        a = self.instance.arrays
        slots = self.best_slots()
        return float(a.value[a.slot_visit[slots]].sum()) if len(slots) else 0.0

    def best_slots(self) -> Ints:
        """Return the slots of the best plan, route by route in order."""
        stops = self.tables.stops
        sizes = stops[:, kernels.BEST + kernels.SIZE, 0]
        rows = [stops[r, kernels.BEST + kernels.SLOT, : sizes[r]] for r in np.flatnonzero(sizes)]
        return np.concatenate(rows).astype(np.int32) if rows else _NO_SLOTS

    # Steps --------------------------------------------------------------------------------------------------------

    def solve(self) -> None:
        """Run the search and the bound next to each other, or one after another when steps are counted."""
        if not len(self.instance.arrays.slot_visit):
            self.bound.best = 0.0
            return
        self._start()
        if self.iterations is not None:
            half = self.iterations // 2
            self._search(half, 0.0, 0.5)
            self._lower()
            self._combine(nodes=200)
            self._take_offer()
            self._search(self.iterations - half, 0.5, 1.0)
        else:
            beside = Thread(target=self._beside, name="shortlist-bound", daemon=True)
            beside.start()
            self._search(None, 0.0, 1.0)
            beside.join()
        self._take_offer()
        self._adopt(self.best_slots())

    def _start(self) -> None:
        kernels.set_locks(self.tables, self.instance.locked)
        if self.keep:
            locked = {slot for _, slot, _ in self.instance.locked}
            wanted = [
                s for s in _kept_slots(self.instance, self.problem, self.keep).values() if s not in locked
            ]
            a = self.instance.arrays
            self._plant(
                np.array(sorted(set(wanted), key=lambda s: (a.slot_route[s], a.slot_lo[s])), dtype=np.int32)
            )
        self._run(kernels.FILL, 1, 0.0, 1.0)
        self._tell()

    def _run(self, mode: int, steps: int, heat: float, cool: float, planted: Ints = _NO_SLOTS) -> None:
        setting: Floats = np.array(
            [
                max(heat, 1e-9),
                max(cool, 1e-9),
                1e-6 * self.worth,
                self.floor_worth,
                10.0,
                10.0,
                0.0 if mode == kernels.FILL else 100.0,
                self.worth,
            ]
        )
        kernels.run(*self.tables, planted, setting, mode, steps)

    def _plant(self, slots: Ints) -> None:
        self._run(kernels.PLANT, 1, 0.0, 1.0, slots)

    def _heat(self, share: float) -> float:
        """Return the temperature after a share of the work: from half an average visit to a fiftieth of one."""
        return self.worth * 0.5 * 0.04 ** min(1.0, share)

    def _search(self, steps: int | None, begin: float, end: float) -> None:
        done, chunk = 0, _CHUNK
        while not self.over() and (steps is None or done < steps):
            if steps is None:
                share = self.elapsed() / (self.seconds or DEFAULT_SECONDS)
            else:
                chunk = min(_CHUNK, steps - done)
                share = begin + (end - begin) * done / steps
            before = monotonic()
            self._run(kernels.SEARCH, chunk, self._heat(share), self._heat(share))
            done += chunk
            self.steps += chunk
            if steps is None:
                spent = max(1e-4, monotonic() - before)
                chunk = int(min(20_000, max(20, chunk * 0.1 / spent)))
            self._take_offer()
            self._tell()
            if self.proven():
                self.finished.set()

    def _beside(self) -> None:
        """Lower the bound, then combine routes again and again until the time is up."""
        try:
            self._lower()
            while not self.over():
                if not self._combine(nodes=None):
                    break
        except Exception as error:  # handed to the caller's thread, which raises it
            self.failure = error
            self.finished.set()

    def _lower(self) -> None:
        self.master.add_slots(self._routes(4000))
        tighten(
            self.master, stop=self.over, most_rounds=400 if self.iterations is None else 60, enough=self.value
        )

    def _routes(self, most: int) -> list[tuple[int, list[int]]]:
        """Return the routes of the best plan and the latest remembered ones, as (route, slots)."""
        t, a = self.tables, self.instance.arrays
        count = int(t.tally[kernels.POOLED])
        rows = [
            row[row >= 0] if (row < 0).any() else row for row in _ended(t.pool[max(0, count - most) : count])
        ]
        sizes = t.stops[:, kernels.BEST + kernels.SIZE, 0]
        rows += [t.stops[r, kernels.BEST + kernels.SLOT, : sizes[r]].copy() for r in np.flatnonzero(sizes)]
        return [(int(a.slot_route[row[0]]), row.tolist()) for row in rows if len(row)]

    def _combine(self, *, nodes: int | None) -> bool:
        """Combine known routes into a better plan by set packing; False when that can't go on."""
        fresh = self.master.add_slots(self._routes(20_000))
        left = None if self.seconds is None else self.seconds - self.elapsed()
        if left is not None and left < 0.3:
            return False
        slots = pack(
            self.master,
            start=self._routes(0),
            worth=self.tables.worth,
            floors=self.problem.floors and self.instance.arrays.area,
            floor=self.instance.arrays.floor,
            floor_worth=self.floor_worth,
            locked=[slot for _, slot, _ in self.instance.locked],
            seconds=left,
            nodes=nodes,
        )
        if slots is not None:
            with self.guard:
                self.offered = slots
        return bool(fresh) or slots is not None

    def _take_offer(self) -> None:
        """Go on from the plan that set packing found, when it is better."""
        with self.guard:
            slots, self.offered = self.offered, None
        if slots is not None:
            self._adopt(slots)

    def _adopt(self, slots: Ints) -> None:
        """Rebuild the plan from slots, add what still fits, and go on from it unless it is worse."""
        was = self.tables
        self.tables = self._fresh()
        self.tables.tally[kernels.SEED_1] = was.tally[kernels.SEED_1]
        self.tables.pool[:], self.tables.known[:] = was.pool, was.known
        self.tables.tally[kernels.POOLED] = was.tally[kernels.POOLED]
        self._plant(slots)
        self._fix_locks()
        self._run(kernels.FILL, 1, 0.0, 1.0)
        if self.tables.marks[kernels.TOP] < was.marks[kernels.TOP] - 1e-9 or not self._locks_stand():
            self.tables = was

    def _fix_locks(self) -> None:
        t = self.tables
        for route, slot, _ in self.instance.locked:
            n = t.stops[route, kernels.SIZE, 0]
            t.stops[route, kernels.LOCKED, :n][t.stops[route, kernels.SLOT, :n] == slot] = 1

    def _locks_stand(self) -> bool:
        best = set(self.best_slots().tolist())
        return all(slot in best for _, slot, _ in self.instance.locked)

    def _tell(self) -> None:
        value, bound = self.value(), self.bound.best
        now = self.elapsed()
        if not self.trail or (value, bound) != self.trail[-1][1:]:
            self.trail.append((now, value, bound))
        if self._progress is not None:
            self._progress(Progress(now, value, round_soundly(bound, self.master.step), self.steps))

    # The plan -----------------------------------------------------------------------------------------------------

    def plan(self) -> Plan:
        """Give the best plan its times and reasons, check it, and return it."""
        if self.failure is not None:
            raise self.failure
        routes = self._timed()
        made = sorted((s for r in routes for s in r.stops), key=lambda s: (s.start, s.team))
        number: dict[int, int] = {}
        occurrence = {}
        for stop in made:
            number[stop.visit] = number.get(stop.visit, 0) + 1
            occurrence[stop] = number[stop.visit]
        routes = [
            replace(r, stops=tuple(replace(s, occurrence=occurrence[s]) for s in r.stops)) for r in routes
        ]
        value = float(sum(self.problem.visits[s.visit].value for s in made))
        plan = Plan(
            routes=tuple(routes),
            unplanned=unplanned(self.problem, self.instance, made),
            value=value,
            bound=max(value, round_soundly(self.bound.best, self.master.step)),
            seconds=self.elapsed(),
            seed=self.seed,
            iterations=self.steps,
            warnings=self.problem.warnings + self._floors(made),
            kept=count_kept(made, self.keep, self.problem) if self.keep else None,
            trail=tuple(self.trail),
        )
        broken = violations(self.problem, to_json(plan, self.problem))
        if broken:
            raise Broken(
                "Het plan is niet getoond, want het breekt regels (een fout van ons): " + " ".join(broken)
            )
        return plan

    def _timed(self) -> list[Route]:
        t = self.tables
        wanted: dict[tuple[int, int], dict[int, int]] = {}
        for old in self.keep:
            for s, hours in enumerate(self.problem.teams[old.team].shifts):
                if hours.start <= old.start < hours.end:
                    wanted.setdefault((old.team, s), {})[old.visit] = old.start
        routes = []
        for r in range(len(self.instance.team)):
            n = int(t.stops[r, kernels.BEST + kernels.SIZE, 0])
            if n:
                rows = t.stops[r, kernels.BEST : kernels.BEST + kernels.SIZE, :n]
                stops = [
                    Loose(int(rows[kernels.VISIT, k]), int(rows[kernels.LO, k]), int(rows[kernels.HI, k]))
                    for k in range(n)
                ]
                team, shift = self.instance.team[r], self.instance.shift[r]
                routes.append(timed(self.problem, team, shift, stops, wanted.get((team, shift), {})))
        return routes

    def _floors(self, made: Sequence[Stop]) -> tuple[str, ...]:
        planned: dict[str | None, int] = {}
        for stop in made:
            area = self.problem.visits[stop.visit].area
            planned[area] = planned.get(area, 0) + 1
        return tuple(
            f"ondergrens niet gehaald: {floor.area} krijgt {planned.get(floor.area, 0)} van {floor.visits} bezoeken."
            for floor in self.problem.floors
            if planned.get(floor.area, 0) < floor.visits
        )


def _ended(rows: Ints) -> list[Ints]:
    """Return pool rows up to their end mark (what comes after it is older)."""
    ended = []
    for row in rows:
        marks = np.flatnonzero(row < 0)
        ended.append(row[: marks[0]].copy() if len(marks) else row.copy())
    return ended


def _kept_slots(instance: Instance, problem: Problem, keep: Sequence[Kept]) -> dict[int, int]:
    """Map each earlier assignment (its number) to the slot of the same visit in the same shift nearest to its start."""
    a = instance.arrays
    route_of = {pair: r for r, pair in enumerate(zip(instance.team, instance.shift, strict=True))}
    found = {}
    for number, old in enumerate(keep):
        for s, hours in enumerate(problem.teams[old.team].shifts):
            route = route_of.get((old.team, s))
            if route is None or not hours.start <= old.start < hours.end:
                continue
            own = [
                k
                for k in range(int(a.visit_slots[old.visit]), int(a.visit_slots[old.visit + 1]))
                if a.slot_route[k] == route
            ]
            if own:
                found[number] = min(
                    own, key=lambda k: max(int(a.slot_lo[k]) - old.start, old.start - int(a.slot_hi[k]), 0)
                )
    return found


def _with_bonus(instance: Instance, problem: Problem, keep: Sequence[Kept]) -> Instance:
    """Give slots of an earlier plan a bonus of one median visit."""
    if not keep or not len(instance.arrays.value):
        return instance
    bonus = instance.arrays.slot_bonus.copy()
    worth = float(np.median(instance.arrays.value)) or 1.0
    for slot in _kept_slots(instance, problem, keep).values():
        bonus[slot] = worth
    return instance._replace(arrays=instance.arrays._replace(slot_bonus=bonus))


__all__ = ["DEFAULT_SECONDS", "Bound", "Progress", "solve"]
