"""Give the stops of routes their times: as early as possible, a break in one stretch, near an earlier plan.

Input is per route the stops with their lawful start times [lo, hi]; any start between a route's earliest and
latest passes keeps the whole plan lawful, so routes get their times one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shortlist.planning.plan import Route, Stop
from shortlist.planning.problem import Problem


@dataclass(frozen=True, slots=True)
class Loose:
    """One stop without a time yet: visit and lawful starts."""

    visit: int
    lo: int
    hi: int


def timed(
    problem: Problem, team: int, shift: int, stops: Sequence[Loose], wanted: Mapping[int, int]
) -> Route:
    """Return the route with times; ``wanted`` maps a visit to the start it had in an earlier plan."""
    hours = problem.teams[team].shifts[shift]
    pause = problem.rules.break_seconds(hours.end - hours.start) if problem.rules is not None else 0
    late = _latest(problem, team, shift, stops)
    starts = _starts(
        problem,
        team,
        shift,
        stops,
        late,
        {i: wanted[s.visit] for i, s in enumerate(stops) if s.visit in wanted},
    )
    rest = _rest(problem, team, shift, stops, starts, pause)
    if pause and rest is None:
        starts = _with_rest(problem, team, shift, stops, late, pause)
        rest = _rest(problem, team, shift, stops, starts, pause)
    base = problem.teams[team].base
    first = problem.visits[stops[0].visit].place
    leave = starts[0] - int(problem.travel[base, first])
    made = []
    place, free, travel = base, leave, 0
    for loose, start in zip(stops, starts, strict=True):
        visit = problem.visits[loose.visit]
        way = int(problem.travel[place, visit.place])
        travel += way
        made.append(Stop(loose.visit, 0, team, shift, free + way, start, start + visit.service))
        place, free = visit.place, start + visit.service
    home = int(problem.travel[place, base])
    return Route(team, shift, leave, free + home, tuple(made), travel + home, rest)


def _latest(problem: Problem, team: int, shift: int, stops: Sequence[Loose]) -> list[int]:
    due, place = problem.teams[team].shifts[shift].end, problem.teams[team].base
    late = []
    for stop in reversed(stops):
        visit = problem.visits[stop.visit]
        due = min(due - int(problem.travel[visit.place, place]) - visit.service, stop.hi)
        late.append(due)
        place = visit.place
    return late[::-1]


def _starts(
    problem: Problem,
    team: int,
    shift: int,
    stops: Sequence[Loose],
    late: Sequence[int],
    wanted: Mapping[int, int],
) -> list[int]:
    free, place = problem.teams[team].shifts[shift].start, problem.teams[team].base
    starts = []
    for index, stop in enumerate(stops):
        visit = problem.visits[stop.visit]
        early = max(free + int(problem.travel[place, visit.place]), stop.lo)
        start = min(max(early, wanted.get(index, early)), late[index])
        starts.append(start)
        place, free = visit.place, start + visit.service
    return starts


def _idle(
    problem: Problem, team: int, shift: int, stops: Sequence[Loose], starts: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the idle stretch before each stop (at the base before the first one) and after the last at the base."""
    hours, base = problem.teams[team].shifts[shift], problem.teams[team].base
    first = problem.visits[stops[0].visit].place
    idle = [(hours.start, starts[0] - int(problem.travel[base, first]))]
    for index in range(1, len(stops)):
        before, visit = problem.visits[stops[index - 1].visit], problem.visits[stops[index].visit]
        arrive = starts[index - 1] + before.service + int(problem.travel[before.place, visit.place])
        idle.append((arrive, starts[index]))
    last = problem.visits[stops[-1].visit]
    idle.append((starts[-1] + last.service + int(problem.travel[last.place, base]), hours.end))
    return idle


def _rest(
    problem: Problem, team: int, shift: int, stops: Sequence[Loose], starts: Sequence[int], pause: int
) -> tuple[int, int] | None:
    """Return the break: the fitting idle stretch nearest to the middle of the shift."""
    hours = problem.teams[team].shifts[shift]
    middle = (hours.start + hours.end - pause) // 2
    found = [
        min(max(middle, start), end - pause)
        for start, end in _idle(problem, team, shift, stops, starts)
        if end - start >= pause
    ]
    if not pause or not found:
        return None
    best = min(found, key=lambda t: abs(t - middle))
    return best, best + pause


def _with_rest(
    problem: Problem, team: int, shift: int, stops: Sequence[Loose], late: Sequence[int], pause: int
) -> list[int]:
    """Return starts that leave one stretch for the break, put where it is nearest to the middle of the shift."""
    hours = problem.teams[team].shifts[shift]
    early = _starts(problem, team, shift, stops, late, {})
    idle = _idle(problem, team, shift, stops, early)
    middle = (hours.start + hours.end) // 2
    fits = [index for index in range(len(stops)) if _fits(problem, team, stops, late, idle, index, pause)]
    if not fits:
        return early
    index = min(fits, key=lambda i: abs(idle[i][0] - middle))
    way = (
        int(problem.travel[problem.teams[team].base, problem.visits[stops[0].visit].place])
        if index == 0
        else 0
    )
    return _starts(problem, team, shift, stops, late, {index: idle[index][0] + pause + way})


def _fits(
    problem: Problem,
    team: int,
    stops: Sequence[Loose],
    late: Sequence[int],
    idle: Sequence[tuple[int, int]],
    index: int,
    pause: int,
) -> bool:
    way = (
        int(problem.travel[problem.teams[team].base, problem.visits[stops[0].visit].place])
        if index == 0
        else 0
    )
    return idle[index][0] + pause + way <= late[index]
