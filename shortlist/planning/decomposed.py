"""Plan a very large problem: split it, solve the parts side by side, and bound the whole over the cuts.

The parts come from ``parts``, the bound from ``crossing``. Who does the work is the caller's choice: ``Processes`` on
this machine, workers of the job queue, or ``here`` one after another. With ``iterations`` every step is counted, so
that the same problem and seed give the same plan whoever does the work.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from time import monotonic

import numpy as np

from shortlist.planning.coupled import linked_visits, rooms
from shortlist.planning.crossing import (
    MOST_NEAR,
    Found,
    Prices,
    Question,
    combine,
    limits,
    net_worth,
    prices_of,
    question,
    routes_of,
)
from shortlist.planning.engine import (
    DEFAULT_SECONDS,
    Begin,
    Progress,
    checked,
    missed_floors,
    solve,
    solve_with_master,
)
from shortlist.planning.exchange import Exchange, between
from shortlist.planning.instance import Floats
from shortlist.planning.parts import MOST_VISITS, Part, kept_in, put_back, split, sub_problem
from shortlist.planning.plan import Kept, Plan, count_kept
from shortlist.planning.problem import Problem
from shortlist.planning.values import grid, round_soundly

LARGE = 1000
"""Visits from which a problem is split."""
WHOLE = 1500
"""Up to so many visits the parts' plan is then worked on as one week: that takes some 2 GB."""
_PARTS_SHARE = 0.4
"""Share of the time for the parts of such a week."""
_CHECK_SHARE = 0.03
"""Share of the time that checking a very large plan may take."""
_SOLVE_SHARE = 0.5
"""Share of the time for solving the parts; the rest is for the bound over the cuts and for checking."""
_ALL_PARTS_SHARE = 0.85
"""Share of the time for the parts of a week that is too large for a bound over its cuts."""
_BOUND_UNTIL = 0.92
_STEPS_EACH = 100
"""Starts tried per set of visits that keep away from each other, for what they are worth together."""
_WAIT = 0.5
_MOST_ROUNDS = 30
_LONGEST_WAIT = 60.0
"""Seconds that one linear program may take: shorter than the queue waits for a sign of life."""
_CLOSE = 0.002
"""The bound over the cuts is good enough when it lies so near the linear program's value."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One part to solve: its visits and teams, and the limits of ``engine.solve``."""

    visits: tuple[int, ...]
    teams: tuple[int, ...]
    keep: tuple[Kept, ...]
    seed: int
    seconds: float | None
    iterations: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A part's plan in its own numbers, and the prices behind its bound."""

    plan: Plan
    prices: Prices
    routes: tuple[Found, ...]


Limit = tuple[float, tuple[Found, ...]]
"""The most that a part's shifts can earn, and routes found on the way."""
Task = Assignment | Question
Work = Callable[[Problem, Sequence[Task], Callable[[], bool]], Iterable[tuple[int, Answer | Limit]]]
"""Does tasks on the whole problem until stopped; gives (number of the task, result) in any order."""


def do(problem: Problem, task: Task, stop: Callable[[], bool]) -> Answer | Limit:
    """Do one task; ``problem`` is that of the task's visits and teams."""
    if isinstance(task, Assignment):
        plan, master = solve_with_master(
            problem,
            seconds=task.seconds,
            iterations=task.iterations,
            seed=task.seed,
            keep=task.keep,
            stop=stop,
        )
        whole = Part(task.visits, task.teams, 0)
        return Answer(plan, prices_of(master), routes_of(master, whole))
    begun = monotonic()
    until = task.seconds
    return limits(problem, task, stop=lambda: stop() or (until is not None and monotonic() - begun > until))


def here(
    problem: Problem, tasks: Sequence[Task], stop: Callable[[], bool]
) -> Iterator[tuple[int, Answer | Limit]]:
    """Do tasks one after another in this process."""
    for number, task in enumerate(tasks):
        yield number, do(sub_problem(problem, task.visits, task.teams), task, stop)


_asked: list[Event] = []
"""In a worker process: set when somebody asked to stop."""


def _begin(event: Event) -> None:
    _asked.append(event)


def _do_beside(problem: Problem, task: Task) -> Answer | Limit:
    return do(problem, task, _asked[0].is_set)


class Processes:
    """Does tasks in processes of this machine, one per core."""

    def __init__(self, count: int | None = None) -> None:
        self.count = count or len(os.sched_getaffinity(0))
        context = get_context("spawn")  # a fork would copy the threads' locks
        self._stop = context.Event()
        self._pool = ProcessPoolExecutor(
            self.count, mp_context=context, initializer=_begin, initargs=(self._stop,)
        )

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)

    def __call__(
        self, problem: Problem, tasks: Sequence[Task], stop: Callable[[], bool]
    ) -> Iterator[tuple[int, Answer | Limit]]:
        """Do tasks in any order, a few handed out at a time so that few copies wait."""
        waiting = list(enumerate(tasks))[::-1]
        running: dict[Future[Answer | Limit], int] = {}
        while waiting or running:
            while waiting and len(running) <= self.count:
                number, task = waiting.pop()
                small = sub_problem(problem, task.visits, task.teams)
                running[self._pool.submit(_do_beside, small, task)] = number
            if stop():
                self._stop.set()
            done, _ = wait(running, timeout=_WAIT, return_when=FIRST_COMPLETED)
            for one in done:
                yield running.pop(one), one.result()
        if not stop():
            self._stop.clear()


def is_large(problem: Problem) -> bool:
    """Say whether a problem is better split than solved as one."""
    return len(problem.visits) >= LARGE


def plan_week(
    problem: Problem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    keep: Sequence[Kept] | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Plan:
    """Return the best plan found: as one problem, or split over this machine's cores when it is very large."""
    if not is_large(problem):
        return solve(
            problem,
            seconds=seconds,
            iterations=iterations,
            seed=seed,
            keep=keep,
            progress=progress,
            stop=stop,
        )
    if iterations is None and len(problem.visits) <= WHOLE:
        return solve_joined(
            problem, seconds=seconds or DEFAULT_SECONDS, seed=seed, keep=keep, progress=progress, stop=stop
        )
    with Processes() as work:
        return solve_split(
            problem,
            work,
            workers=work.count,
            seconds=seconds,
            iterations=iterations,
            seed=seed,
            keep=keep,
            progress=progress,
            stop=stop,
        )


def solve_joined(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    keep: Sequence[Kept] | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Plan:
    """Solve the parts side by side, then go on from their plan and routes with the week as a whole."""
    begun = monotonic()
    with Processes() as work:
        run = _Run(problem, split(problem), keep or (), progress, stop or (lambda: False), begun, monotonic)
        run.solve_parts(work, work.count, seconds=_PARTS_SHARE * seconds, iterations=None, seed=seed)
    first = run.plan(seed)
    spent = monotonic() - begun
    left = (1.0 - _CHECK_SHARE) * seconds - spent
    if left <= 0 or run.stop() or not first.stops:
        return first

    def tell(step: Progress) -> None:
        if progress is not None:
            bound = min(step.bound, first.bound)
            progress(Progress(spent + step.seconds, step.value, bound, first.iterations + step.iterations))

    plan, _ = solve_with_master(
        problem,
        seconds=left,
        seed=seed,
        keep=keep,
        progress=tell,
        stop=stop,
        begin=Begin(first.stops, run.routes()),
    )
    # With visits to keep, the plan that went on may be worth less and change less.
    better = plan if keep or plan.value >= first.value else first
    return replace(
        better,
        bound=min(plan.bound, first.bound),
        seconds=monotonic() - begun,
        iterations=first.iterations + plan.iterations,
        trail=first.trail
        + tuple((spent + at, max(first.value, v), min(first.bound, b)) for at, v, b in plan.trail),
    )


def solve_split(
    problem: Problem,
    work: Work,
    *,
    workers: int = 1,
    most: int = MOST_VISITS,
    most_near: int = MOST_NEAR,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    keep: Sequence[Kept] | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    stopwatch: Callable[[], float] = monotonic,
) -> Plan:
    """Split, solve and bound; ``workers`` tasks are done at a time. See ``engine.solve`` for the limits.

    ``iterations`` are shared out over the parts by their visits. Raises ``Broken`` when the validator rejects the plan.
    """
    begun = stopwatch()
    if seconds is None and iterations is None:
        seconds = DEFAULT_SECONDS
    parts = split(problem, most=most)
    run = _Run(problem, parts, keep or (), progress, stop or (lambda: False), begun, stopwatch)
    # Prices that nobody had time to settle bound a very large week no better than its visits do.
    hopeless = seconds is not None and len(problem.visits) > WHOLE
    share = None if seconds is None else (_ALL_PARTS_SHARE if hopeless else _SOLVE_SHARE) * seconds
    run.solve_parts(work, workers, seconds=share, iterations=iterations, seed=seed)
    if not hopeless:
        run.bound(work, workers, most_near, None if seconds is None else _BOUND_UNTIL * seconds)
    return run.plan(seed)


class _Run:
    """One large solve: what the parts answered and what is known of the whole."""

    def __init__(
        self,
        problem: Problem,
        parts: Sequence[Part],
        keep: Sequence[Kept],
        progress: Callable[[Progress], None] | None,
        stop: Callable[[], bool],
        begun: float,
        stopwatch: Callable[[], float],
    ) -> None:
        self.problem, self.parts, self.keep = problem, parts, keep
        self.elapsed: Callable[[], float] = lambda: stopwatch() - begun
        self._asked = stop
        self._progress = progress
        self.answers: dict[int, Answer] = {}
        self.step = grid(np.array([visit.value for visit in problem.visits]))
        # Until something better is proven: what is wanted in a part, as far as visits leave each other room.
        linked = linked_visits(problem)
        wanted = dict(zip(linked, rooms(problem, linked, steps=_STEPS_EACH * len(linked)), strict=True))
        owner = {v: number for number, part in enumerate(parts) for v in part.visits}
        self.bounds = dict.fromkeys(range(len(parts)), 0.0)
        for visits, most in wanted.items():
            self.bounds[owner[visits[0]]] += most
        self.proven = float(sum(self.bounds.values()))
        self.trail: list[tuple[float, float, float]] = []
        self._tell()

    def solve_parts(
        self, work: Work, workers: int, *, seconds: float | None, iterations: int | None, seed: int
    ) -> None:
        """Have every part solved, ``workers`` at a time within so many seconds all together."""
        turns = -(-len(self.parts) // workers)
        count = max(1, len(self.problem.visits))
        tasks = [
            Assignment(
                part.visits,
                part.teams,
                kept_in(part, self.keep),
                seed + number,
                None if seconds is None else max(0.5, seconds / turns),
                None if iterations is None else -(-iterations * len(part.visits) // count),
            )
            for number, part in enumerate(self.parts)
        ]
        for number, answer in work(self.problem, tasks, self.stop):
            if isinstance(answer, Answer):
                self.answered(number, answer)

    def routes(self) -> list[tuple[int, int, tuple[tuple[int, int], ...]]]:
        """Return the parts' best routes in the whole problem's numbers: team, shift, stops as (visit, window)."""
        found = []
        for number, part in enumerate(self.parts):
            pairs = [
                (t, s)
                for t in part.teams
                if self.problem.teams[t].deployable
                for s in range(len(self.problem.teams[t].shifts))
            ]
            found += [(*pairs[route], stops) for route, stops in self.answers[number].routes]
        return found

    def answered(self, number: int, answer: Answer) -> None:
        """Take in a part's plan; its own bound counts when nothing was cut from it."""
        self.answers[number] = answer
        component = self.parts[number].component
        if sum(part.component == component for part in self.parts) == 1:
            self.bounds[number] = min(self.bounds[number], answer.plan.bound)
            self.proven = min(self.proven, sum(self.bounds.values()))
        self._tell()

    def bound(self, work: Work, workers: int, most_near: int, until: float | None) -> None:
        """Bound every component that was cut, over its cuts: prices, limits, better prices, until time is up."""
        components: dict[int, list[int]] = {}
        for number, part in enumerate(self.parts):
            components.setdefault(part.component, []).append(number)
        cut = [numbers for numbers in components.values() if len(numbers) > 1]
        loose = sum(self.bounds[n] for numbers in components.values() if len(numbers) == 1 for n in numbers)
        prices = {n: self.answers[n].prices for numbers in cut for n in numbers}
        markets = [Exchange(self.problem, *self._of(numbers, prices)) for numbers in cut]
        for market, numbers in zip(markets, cut, strict=True):
            for k, n in enumerate(numbers):
                market.add(k, self.answers[n].routes)
        best = [sum(self.bounds[n] for n in numbers) for numbers in cut]
        center: list[dict[int, Prices] | None] = [None] * len(cut)
        for _ in range(_MOST_ROUNDS if cut else 0):
            begun = self.elapsed()
            limits, routes = self._limits(cut, prices, work, workers, most_near, until)
            for k, numbers in enumerate(cut):
                if limits[k] < best[k] or center[k] is None:
                    best[k] = min(best[k], limits[k])
                    center[k] = {n: prices[n] for n in numbers}
            self.proven = min(self.proven, loose + sum(best))
            self._tell()
            # Another round takes about as long as this one and needs a solved linear program first.
            left = None if until is None else until - self.elapsed() - (self.elapsed() - begun)
            if self.stop() or (left is not None and left <= 0):
                break
            moving = False
            for k, numbers in enumerate(cut):
                added = sum(markets[k].add(j, routes[n]) for j, n in enumerate(numbers))
                solved = markets[k].solve(
                    seconds=None if left is None else min(_LONGEST_WAIT, left / len(cut))
                )
                if solved is None or best[k] - solved[0] <= _CLOSE * solved[0]:
                    continue
                moving = True
                fresh, steady = solved[1], center[k] or prices
                if added:
                    fresh = between([steady[n] for n in numbers], fresh)
                prices |= dict(zip(numbers, fresh, strict=True))
            if not moving:
                break

    def _of(self, numbers: Sequence[int], prices: Mapping[int, Prices]) -> tuple[list[Part], list[Prices]]:
        return [self.parts[n] for n in numbers], [prices[n] for n in numbers]

    def _limits(
        self,
        cut: Sequence[Sequence[int]],
        prices: Mapping[int, Prices],
        work: Work,
        workers: int,
        most_near: int,
        until: float | None,
    ) -> tuple[list[float], dict[int, tuple[Found, ...]]]:
        """Return per component the bound under these prices, and per part the routes found."""
        totals, tasks, owner = [], [], []
        for k, numbers in enumerate(cut):
            reduced = combine(self.problem, *self._of(numbers, prices))
            totals.append(reduced.paid)
            worth: Floats = net_worth(self.problem, reduced)
            for n in numbers:
                tasks.append(
                    question(self.problem, self.parts[n], prices[n], reduced, worth, most_near=most_near)
                )
                owner.append((k, n))
        if until is not None:
            each = max(0.0, until - self.elapsed()) / max(1, -(-len(tasks) // workers))
            tasks = [replace(one, seconds=each) for one in tasks]
        routes: dict[int, tuple[Found, ...]] = {}
        for number, limit in work(self.problem, tasks, self.stop):
            if not isinstance(limit, Answer):
                k, n = owner[number]
                totals[k] += limit[0]
                routes[n] = limit[1]
        return totals, routes

    def plan(self, seed: int) -> Plan:
        """Put the parts together and check the whole."""
        routes, left, iterations = [], [], 0
        for number, part in enumerate(self.parts):
            answer = self.answers[number]
            mine, out = put_back(part, answer.plan)
            routes += mine
            left += out
            iterations += answer.plan.iterations
        made = [stop for route in routes for stop in route.stops]
        value = float(sum(self.problem.visits[stop.visit].value for stop in made))
        plan = Plan(
            routes=tuple(sorted(routes, key=lambda r: (r.team, r.shift))),
            unplanned=tuple(sorted(left, key=lambda u: (u.visit, u.occurrence))),
            value=value,
            bound=max(value, round_soundly(self.proven, self.step)),
            seconds=self.elapsed(),
            seed=seed,
            iterations=iterations,
            warnings=self.problem.warnings + missed_floors(self.problem, made),
            kept=count_kept(made, self.keep, self.problem) if self.keep else None,
            trail=tuple(self.trail),
        )
        return checked(plan, self.problem)

    def stop(self) -> bool:
        """Say whether somebody asked to stop; those who wait for parts ask often, so this is a sign of life too."""
        self._tell()
        return self._asked()

    def _tell(self) -> None:
        value = float(sum(answer.plan.value for answer in self.answers.values()))
        now = self.elapsed()
        if not self.trail or (value, self.proven) != self.trail[-1][1:]:
            self.trail.append((now, value, self.proven))
        if self._progress is not None:
            done = sum(answer.plan.iterations for answer in self.answers.values())
            self._progress(Progress(now, value, self.proven, done))
