"""Solve a planning problem: search, proven bound and set packing side by side, anytime and seeded.

Two threads at most: one improves the plan by ruin and recreate (``search``); the other lowers the bound by column
generation (``bound``), combines the routes of both into better plans (``packing``) and searches too when there is
nothing left to lower or combine. With ``iterations`` the same steps run one after another, so that the same
input and seed give the same plan.

The only clock is a stopwatch, and only to stop in time; with ``iterations`` alone it decides nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Lock, Thread
from time import monotonic, sleep

import numpy as np

from shortlist.errors import Broken
from shortlist.planning.bound import Master, tighten
from shortlist.planning.diving import Diver
from shortlist.planning.instance import Instance, Ints, Walk, build
from shortlist.planning.packing import pack
from shortlist.planning.part_routes import add_part_routes
from shortlist.planning.plan import Kept, Plan, Route, Stop, count_kept, gap, numbered, to_json
from shortlist.planning.problem import Problem
from shortlist.planning.reasons import unplanned
from shortlist.planning.rounding import Surroundings, round_in_regions
from shortlist.planning.searcher import Searcher
from shortlist.planning.timetable import Loose, timed
from shortlist.planning.validator import violations
from shortlist.planning.values import round_soundly

DEFAULT_SECONDS = 10.0
_CHUNK = 500
_BOUND_SHARE = 0.6
"""Share of the time that the bound may take before its thread turns to better plans."""
_ROUND_SHARE = 0.35
"""Share of the time after which a large week rounds the fractional plan; then it lowers the bound further."""
_ROUNDED_SHARE = 0.8
"""Share of the time after which a large week stops rounding, to search on from what there is."""
_LARGE_BOUND_SHARE = 0.97
"""Share of the time that the bound of a large week may take; set packing finds little more there."""
_LARGE_ROUNDS = 12
"""Rounds of pricing of a large week before and after rounding, when steps are counted."""
_FRESH = 6
"""Dives after which the routes are taken over anew from the bound."""
_HOPEFUL = 0.2
"""Share of the time after which the bound goes on only when column generation lowered it at least once."""
_ALONE_SHARE = 0.6
"""Share of the time up to which two searches without help from the bound go their own ways: one may be in luck."""
_NODES = 20
"""Nodes of set packing when steps are counted."""
_MENDING = 40
"""Chunks of steps after rounding, before the plan is offered to the other search."""
_DIVABLE = 20
"""Routes from which a plan is also rounded from the bound; a few are priced and packed as well as they can be."""
_NAP = 0.05
"""Seconds between two signs of life while resting."""
_WARM = 0.8
"""How far the search has cooled when it goes on from a plan rounded from the bound."""


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
    stopwatch: Callable[[], float] = monotonic,
) -> Plan:
    """Return the best lawful plan found within the limit, with its proven bound.

    ``iterations`` search steps give the same plan every time; ``seconds`` on the ``stopwatch`` (default 10 when
    neither is given) use both cores. ``keep`` are assignments of an earlier plan: each one that stays earns a bonus
    in the search (not in the value). ``stop`` ends early with the best plan so far; ``progress`` is told from the
    caller's thread. Raises ``Broken`` when the validator rejects the plan.
    """
    return solve_with_master(
        problem,
        seconds=seconds,
        iterations=iterations,
        seed=seed,
        keep=keep,
        progress=progress,
        stop=stop,
        stopwatch=stopwatch,
    )[0]


@dataclass(frozen=True, slots=True)
class Begin:
    """What a solve of a large week may go on from: a lawful plan, and routes that good plans may be made of."""

    stops: Sequence[Stop]
    routes: Sequence[tuple[int, int, tuple[tuple[int, int], ...]]]
    """Team, number of its shift, and stops as (visit, window)."""


def solve_with_master(
    problem: Problem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    keep: Sequence[Kept] | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    stopwatch: Callable[[], float] = monotonic,
    begin: Begin | None = None,
) -> tuple[Plan, Master]:
    """Do as ``solve``, from ``begin`` when there is one, and return also the master problem behind the bound."""
    if seconds is None and iterations is None:
        seconds = DEFAULT_SECONDS
    run = _Run(problem, seconds, iterations, seed, keep or (), progress, stop, stopwatch, begin)
    run.solve()
    return run.plan(), run.master


class _Run:
    """One solve: the searches, the bound and what they know of each other."""

    def __init__(
        self,
        problem: Problem,
        seconds: float | None,
        iterations: int | None,
        seed: int,
        keep: Sequence[Kept],
        progress: Callable[[Progress], None] | None,
        stop: Callable[[], bool] | None,
        stopwatch: Callable[[], float],
        begin: Begin | None,
    ) -> None:
        self.stopwatch, self.begun = stopwatch, stopwatch()
        self.problem, self.seed, self.keep = problem, seed, keep
        self.seconds, self.iterations = seconds, iterations
        self._progress, self._asked = progress, stop
        self.instance = _with_bonus(build(problem, [(k.visit, k.team, k.start) for k in keep]))
        self.search = Searcher(self.instance, seed=seed)
        self.begin = begin
        if begin is not None:
            self.search.adopt(self._slots_of(begin.stops))
        self.second: Searcher | None = None
        self.master = Master(self.instance)
        self.bound = self.master.bound
        self.first_bound = self.bound.best
        self.best_value = self.search.value()
        self.offered: Ints | None = None
        self.warm: float | None = None
        """Share of the work at which a large week's search went on from the rounded plan."""
        self.rounded = self.dived = self.hopeless = False
        self.resting = Event()
        """Set while the bound of a large week uses both threads."""
        self.surroundings = Surroundings(self.instance, seed=seed)
        self.diver: Diver | None = None
        self.dives = 0
        self.guard = Lock()
        self.finished = Event()
        self.failure: Exception | None = None
        self.trail: list[tuple[float, float, float]] = []

    # Limits -------------------------------------------------------------------------------------------------------

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return self.stopwatch() - self.begun

    def share(self) -> float:
        """Return the share of the time that is used."""
        return self.elapsed() / (self.seconds or DEFAULT_SECONDS)

    def over(self) -> bool:
        """Say whether to stop: time is up, someone asked, or the plan is proven best."""
        if not self.finished.is_set() and self._asked is not None and self._asked():
            self.finished.set()
        return self.finished.is_set() or (self.seconds is not None and self.elapsed() >= self.seconds)

    def proven(self) -> bool:
        """Say whether the best plan reaches the bound."""
        reached = round_soundly(self.bound.best, self.master.step) <= self.best_value + 1e-9
        return bool(reached) and not self.keep and self._floors_met()

    def _floors_met(self) -> bool:
        a = self.instance.arrays
        area = a.area[a.slot_visit[self.search.best()]]
        return bool(np.all(np.bincount(area[area >= 0], minlength=len(a.floor)) >= a.floor))

    # Steps --------------------------------------------------------------------------------------------------------

    def solve(self) -> None:
        """Run the search and the bound next to each other, or one after another when steps are counted."""
        if not len(self.instance.arrays.slot_visit):
            self.bound.best = 0.0
            return
        self._tell()
        if self.iterations is not None:
            half = self.iterations // 2
            self._search(half, 0.0, 0.5)
            self._lower(self.over, rounds=60)
            if not self.master.large:  # a node may take a minute there, and it was rounded before
                self._combine(nodes=_NODES)
                if len(self.instance.team) >= _DIVABLE:
                    self._dive_beside(1)
            self._search(self.iterations - half, 0.5, 1.0)
        else:
            beside = Thread(target=self._beside, name="shortlist-bound", daemon=True)
            beside.start()
            self._search(None, 0.0, 1.0)
            beside.join()
        self._take_offer()
        self.search.adopt(self.search.best())
        self._tell()

    def _search(self, steps: int | None, begin: float, end: float) -> None:
        done, chunk = 0, _CHUNK
        while not self.over() and (steps is None or done < steps):
            if steps is None and self.resting.is_set():
                self._tell()
                sleep(_NAP)
                continue
            share = self.share() if steps is None else begin + (end - begin) * done / steps
            chunk = chunk if steps is None else min(_CHUNK, steps - done)
            before = self.stopwatch()
            self._take_offer()
            self.search.step(chunk, self._cooled(share))
            done += chunk
            if steps is None:
                chunk = _next_chunk(chunk, self.stopwatch() - before)
                if self.warm is not None:
                    self._dive_again()
            self._tell()

    def _beside(self) -> None:
        """Lower the bound, then combine routes and search by turns until the time is up."""
        try:
            self._lower(self._leave_bound, rounds=10_000)
            turn = 0
            while not self.over():
                turn += 1
                self._combine(nodes=None)
                if len(self.instance.team) >= _DIVABLE and not self.over():
                    self._dive_beside(turn)
                self._search_beside(0.1 * turn)
        except Exception as error:  # the caller's thread raises it
            self.failure = error
            self.finished.set()

    def _leave_bound(self) -> bool:
        """Say whether the time left serves better plans more than a lower bound."""
        share = self.share()
        if self.master.large:  # its routes are needed to round from, however low the bound is
            return share > (_ROUND_SHARE if not self.dived else _LARGE_BOUND_SHARE) or self.over()
        self.hopeless = share > _HOPEFUL and self.bound.best >= self.first_bound
        return self.hopeless or share > _BOUND_SHARE or self.over()

    def _dive_beside(self, turn: int) -> None:
        """Offer a plan rounded from the bound: first all routes, then those near each other with the rest standing."""
        whole = turn == 1 and not self.master.large
        routes = set(range(len(self.instance.team))) if whole else self.surroundings.draw()
        slots = self._dived(self._new_diver(), routes, stop=self.over)
        second = self._other()
        if not self.over() and second.adopt(slots):
            second.step(_CHUNK, self._cooled(self.share()))
            self._offer(second.best())

    def _search_beside(self, seconds: float) -> None:
        """Search from the same plan with other luck and offer what is better; first alone, if no bound helps."""
        second, chunk, begun = self._other(), 50, self.share()
        alone = self.hopeless and begun < _ALONE_SHARE
        if not alone:
            second.adopt(self.search.best())
        until = begun + max(0.05, min(0.2, seconds / (self.seconds or DEFAULT_SECONDS)))
        while not self.over() and self.share() < until:
            before = self.stopwatch()
            second.step(chunk, self._cooled(self.share()))
            chunk = _next_chunk(chunk, self.stopwatch() - before)
        if not alone:
            self._offer(second.best())

    def _lower(self, stop: Callable[[], bool], *, rounds: int) -> None:
        self.master.add_slots(self._routes(4000))
        if self.master.large:
            rounds = min(rounds, _LARGE_ROUNDS) if self.iterations is not None else rounds
            if self.begin is None:
                add_part_routes(self.problem, self.master, seed=self.seed, stop=stop)
            else:
                self.master.add(self._keys_of(self.begin))
            self.master.threads = 2
            self.resting.set()
        tighten(self.master, stop=stop, most_rounds=rounds, enough=lambda: self.best_value)
        if self.master.large and not self.over():
            if self.begin is None:
                self._round()
            else:
                self._share_threads()
                self.dived, self.warm = True, self.share()
            tighten(self.master, stop=stop, most_rounds=rounds, enough=lambda: self.best_value)

    def _round(self) -> None:
        """Offer the plan rounded from the bound, after some cold steps that mend what the rounding tore."""
        second = self._other()
        slots = round_in_regions(
            self.problem,
            self._new_diver(),
            stop=lambda: self.over() or (self.iterations is None and self.share() > _ROUNDED_SHARE),
        )
        self._share_threads()
        second.adopt(slots)
        for _ in range(_MENDING):
            if self.over():
                break
            second.step(_CHUNK, _WARM)
        self._offer(second.best(), rounded=True)
        self.dived = True

    def _share_threads(self) -> None:
        """Let the search go on beside the bound."""
        self.master.threads = 1
        self.resting.clear()

    def _slots_of(self, stops: Sequence[Stop]) -> Ints:
        """Return the slots of a plan's stops, route by route in order of time."""
        a, number = self.instance.arrays, self.instance.numbers()
        slots = []
        for stop in sorted(stops, key=lambda one: (one.team, one.shift, one.start)):
            route = number[stop.team, stop.shift]
            mine = np.arange(a.visit_slots[stop.visit], a.visit_slots[stop.visit + 1])
            fits = (a.slot_route[mine] == route) & (a.slot_lo[mine] <= stop.start)
            slots += mine[fits & (stop.start <= a.slot_hi[mine])][-1:].tolist()
        return np.array(slots, dtype=np.int32)

    def _keys_of(self, begin: Begin) -> list[tuple[int, tuple[int, ...]]]:
        """Return routes as the master problem knows them."""
        number = self.instance.numbers()
        return self.master.keys_of((number[team, shift], stops) for team, shift, stops in begin.routes)

    def _dive_again(self) -> None:
        """Take up again the routes around one base of a large week, from what the bound knows by now."""
        if self.diver is None or self.dives % _FRESH == 0:
            self.diver = self._new_diver()
        self.dives += 1
        slots = self._dived(self.diver, self.surroundings.draw(), stop=self._told_over)
        if not self.over():
            self.search.adopt(slots)

    def _new_diver(self) -> Diver:
        return Diver(self.master, worth=self.search.tables.worth, floor_worth=self.search.floor_worth)

    def _dived(self, diver: Diver, routes: set[int], *, stop: Callable[[], bool]) -> Ints:
        """Return the slots of the best plan with some routes planned anew from the bound."""
        stands = [walk for walk in self.search.best_routes() if walk[0] not in routes]
        return diver.dive(routes, stands, stop=stop)

    def _told_over(self) -> bool:
        """Give a sign of life, and say whether to stop."""
        self._tell()
        return self.over()

    def _other(self) -> Searcher:
        """Return the second search, with other luck."""
        if self.second is None:
            self.second = Searcher(self.instance, seed=self.seed + 1_000_003)
        return self.second

    def _cooled(self, share: float) -> float:
        """Return how cold to search: from hot to cold once, or on from ``_WARM`` after a plan was rounded."""
        if self.warm is None:
            if not self.master.large:
                return share
            return min(1.0, share / _ROUND_SHARE) if not self.dived else _WARM + (1.0 - _WARM) * share
        return _WARM + (1.0 - _WARM) * (share - self.warm) / max(1e-9, 1.0 - self.warm)

    def _routes(self, most: int) -> list[Walk]:
        """Return the routes of the best plan and the latest remembered ones."""
        found = self.search.best_routes() + self.search.remembered(most)
        return found + (self.second.remembered(most) if self.second is not None else [])

    def _combine(self, *, nodes: int | None) -> None:
        """Combine known routes into a better plan by set packing."""
        self.master.add_slots(self._routes(10_000))
        left = None if self.seconds is None else self.seconds - self.elapsed()
        if left is not None and left < 0.2:
            return
        slots = pack(
            self.master,
            start=self.search.best_routes(),
            worth=self.search.tables.worth,
            floor_worth=self.search.floor_worth,
            seconds=None if left is None else max(0.2, 0.5 * left),
            nodes=nodes,
        )
        if slots is not None:
            self._offer(slots)

    def _offer(self, slots: Ints, *, rounded: bool = False) -> None:
        with self.guard:
            self.offered, self.rounded = slots, rounded

    def _take_offer(self) -> None:
        """Go on from the plan that the other thread offers, when it is better."""
        with self.guard:
            slots, self.offered = self.offered, None
            rounded = self.rounded
        if slots is not None and self.search.adopt(slots) and rounded:
            self.warm = self.share() if self.iterations is None else 0.5

    def _tell(self) -> None:
        value, bound = self.search.value(), self.bound.best
        self.best_value = value
        now = self.elapsed()
        if not self.trail or (value, bound) != self.trail[-1][1:]:
            self.trail.append((now, value, bound))
        if self.proven():
            self.finished.set()
        if self._progress is not None:
            sound = max(value, round_soundly(bound, self.master.step))
            self._progress(Progress(now, value, sound, self.search.steps))

    # The plan -----------------------------------------------------------------------------------------------------

    def plan(self) -> Plan:
        """Give the best plan its times and reasons, check it, and return it."""
        if self.failure is not None:
            raise self.failure
        routes = numbered(self._timed())
        made = sorted((s for r in routes for s in r.stops), key=lambda s: (s.start, s.team))
        value = float(sum(self.problem.visits[s.visit].value for s in made))
        plan = Plan(
            routes=tuple(routes),
            unplanned=unplanned(self.problem, self.instance, made),
            value=value,
            bound=max(value, round_soundly(self.bound.best, self.master.step)),
            seconds=self.elapsed(),
            seed=self.seed,
            iterations=self.search.steps + (self.second.steps if self.second is not None else 0),
            warnings=self.problem.warnings + missed_floors(self.problem, made),
            kept=count_kept(made, self.keep, self.problem) if self.keep else None,
            trail=tuple(self.trail),
        )
        return checked(plan, self.problem)

    def _timed(self) -> list[Route]:
        wanted: dict[tuple[int, int], dict[int, int]] = {}
        for old in self.keep:
            for s, hours in enumerate(self.problem.teams[old.team].shifts):
                if hours.start <= old.start < hours.end:
                    wanted.setdefault((old.team, s), {})[old.visit] = old.start
        routes = []
        for r, (team, shift) in enumerate(zip(self.instance.team, self.instance.shift, strict=True)):
            stops = [Loose(*stop) for stop in self.search.stops(r)]
            if stops:
                routes.append(timed(self.problem, team, shift, stops, wanted.get((team, shift), {})))
        return routes


def checked(plan: Plan, problem: Problem) -> Plan:
    """Return the plan when the validator finds nothing against it; raise ``Broken`` otherwise."""
    broken = violations(problem, to_json(plan, problem))
    if broken:
        raise Broken(
            "Het plan is niet getoond, want het breekt regels (een fout van ons): " + " ".join(broken)
        )
    return plan


def missed_floors(problem: Problem, made: Sequence[Stop]) -> tuple[str, ...]:
    """Return a Dutch line for every floor that a plan does not reach."""
    planned: dict[str | None, int] = {}
    for stop in made:
        area = problem.visits[stop.visit].area
        planned[area] = planned.get(area, 0) + 1
    return tuple(
        f"ondergrens niet gehaald: {floor.area} krijgt {planned.get(floor.area, 0)} van {floor.visits} bezoeken."
        for floor in problem.floors
        if planned.get(floor.area, 0) < floor.visits
    )


def _next_chunk(chunk: int, spent: float) -> int:
    """Return how many steps fill about a tenth of a second."""
    return int(min(20_000, max(20, min(4 * chunk, chunk * 0.1 / max(1e-4, spent)))))


def _with_bonus(instance: Instance) -> Instance:
    """Reward slots of an earlier plan: one median visit at the old time, half of one in the old shift."""
    if not instance.kept:
        return instance
    bonus = instance.arrays.slot_bonus.copy()
    worth = float(np.median(instance.arrays.value)) or 1.0
    for narrow, wide in instance.kept:
        bonus[narrow], bonus[wide] = worth, 0.5 * worth
    return instance._replace(arrays=instance.arrays._replace(slot_bonus=bonus))
