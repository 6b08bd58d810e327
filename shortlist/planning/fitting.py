"""Where one more visit fits in a plan that stands, and shift by shift why not: the binding rule or what must give way.

Pure. Asked of each shift in this order: power, a full team, a window in it, a ban, a lawful roster, spacing to what is
planned, room in the route. Room is tried between the stops as they stand, then with the others of that shift moved
inside their own windows, then with one of them left out. What fits is checked by the validator before it is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from shortlist.planning.itinerary import Itinerary, Key, Placed, printed
from shortlist.planning.problem import Problem, Window
from shortlist.planning.spreading import GRID
from shortlist.planning.validator import violations


class Verdict(StrEnum):
    """What stands in the way, or nothing."""

    FITS = "past"
    SHIFTS = "past als andere bezoeken schuiven"
    POWER = "bevoegdheid"
    PAIR = "niet met twee"
    WINDOW = "tijd"
    FORBIDDEN = "verboden"
    WORKING_TIME = "werktijd"
    SPACING = "te dichtbij"
    ROOM = "geen ruimte"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one shift says to one visit: verdict, a lawful start, what clashes or must give way, a rule's words."""

    key: Key
    verdict: Verdict
    start: int | None = None
    moved: tuple[Placed, ...] = ()
    """Stops of the shift that must move, at the times that make room (``SHIFTS``)."""
    other: Placed | None = None
    """The stop that is too close (``SPACING``) or that must give way at least (``ROOM``); None: no single one."""
    rule: str = ""


def ask_all(problem: Problem, stops: Sequence[Placed], visit: int) -> list[Answer]:
    """Return what every shift of the week says to one more occurrence of a visit, in order of time.

    ``stops`` are all stops of a lawful plan without the occurrence that is asked for.
    """
    week = Itinerary(problem, list(stops))
    keys = [(t, s) for t, team in enumerate(problem.teams) for s in range(len(team.shifts))]
    keys.sort(key=lambda key: (problem.teams[key[0]].shifts[key[1]], key))
    return [_ask(week, key, visit) for key in keys]


def _ask(week: Itinerary, key: Key, visit: int) -> Answer:
    problem = week.problem
    team, wanted = problem.teams[key[0]], problem.visits[visit]
    hours = team.shifts[key[1]]
    if team.kind not in wanted.kinds:
        return Answer(key, Verdict.POWER)
    if not team.deployable:
        return Answer(key, Verdict.PAIR)
    way = week.way(team.base, wanted.place)
    back = week.way(wanted.place, team.base)
    pieces = [
        Window(max(w.start, hours.start + way), min(w.end, hours.end - back) - wanted.service)
        for w in wanted.windows
        if w.start < problem.end
    ]
    pieces = [piece for piece in pieces if piece.start <= piece.end]
    if not pieces:
        return Answer(key, Verdict.WINDOW)
    pieces = _without_bans(problem, key, visit, pieces)
    if not pieces:
        return Answer(key, Verdict.FORBIDDEN)
    if not week.routes[key]:
        rule = week.barred(key)
        if rule:
            return Answer(key, Verdict.WORKING_TIME, rule=rule)
    free = _spaced(week, key, visit, pieces)
    if isinstance(free, Placed):
        return Answer(key, Verdict.SPACING, other=free)
    return _room(week, key, visit, free)


def _without_bans(problem: Problem, key: Key, visit: int, pieces: list[Window]) -> list[Window]:
    for ban in problem.forbidden:
        if ban.visit == visit and ban.team in (None, key[0]):
            pieces = [
                part
                for piece in pieces
                for part in (
                    Window(piece.start, min(piece.end, ban.start - 1)),
                    Window(max(piece.start, ban.end), piece.end),
                )
                if part.start <= part.end
            ]
    return pieces


def _spaced(week: Itinerary, key: Key, visit: int, pieces: list[Window]) -> list[Window] | Placed:
    """Take the starts too close to other visits out of ``pieces``; when none is left return a visit in the way."""
    problem = week.problem
    service = problem.visits[visit].service
    limits = {visit: problem.visits[visit].gap, **dict(week.apart.get(visit, ()))}
    blocker: Placed | None = None
    for route in week.routes.values():
        for other in route:
            if other.visit not in limits:
                continue
            gap = limits[other.visit]
            first, last = other.start - gap - service, week.end(other) + gap
            left = [
                part
                for piece in pieces
                for part in (
                    Window(piece.start, min(piece.end, first)),
                    Window(max(piece.start, last), piece.end),
                )
                if part.start <= part.end
            ]
            if left != pieces:
                blocker = other
            pieces = left
    return pieces if pieces or blocker is None else blocker


def _room(week: Itinerary, key: Key, visit: int, pieces: list[Window]) -> Answer:
    route = week.routes[key]
    found = _insert(week, key, visit, pieces, route)
    if found is not None:
        return Answer(key, Verdict.FITS, start=found)
    moved = _squeeze(week, key, visit, pieces, route)
    if moved is not None:
        new, others = moved
        changed = tuple(stop for stop in others if stop not in route)
        return Answer(key, Verdict.SHIFTS, start=new.start, moved=changed)
    for stop in sorted(route, key=lambda one: (week.problem.visits[one.visit].value, one.start)):
        rest = [one for one in route if one is not stop]
        if not stop.fixed and _insert(week, key, visit, pieces, rest) is not None:
            return Answer(key, Verdict.ROOM, other=stop)
    return Answer(key, Verdict.ROOM)


def _insert(
    week: Itinerary, key: Key, visit: int, pieces: Sequence[Window], route: Sequence[Placed]
) -> int | None:
    """Return a start between the stops of a route as they stand, on the grid when that fits; None: no room."""
    problem = week.problem
    team, wanted = problem.teams[key[0]], problem.visits[visit]
    hours = team.shifts[key[1]]
    for at in range(len(route) + 1):
        before = route[at - 1] if at else None
        after = route[at] if at < len(route) else None
        early = (week.end(before) if before else hours.start) + week.way(
            week.place(before) if before else team.base, wanted.place
        )
        late = (after.start if after else hours.end) - wanted.service
        late -= week.way(wanted.place, week.place(after) if after else team.base)
        for piece in pieces:
            low, high = max(early, piece.start), min(late, piece.end)
            for start in _tries(low, high):
                new = Placed(visit, key[0], key[1], start, fixed=False)
                if week.fits(key, [*route[:at], new, *route[at:]]):
                    return start
    return None


def _tries(low: int, high: int) -> Iterator[int]:
    """Yield starts in [low, high] worth trying: on the grid, and both ends (the break may need either)."""
    if low > high:
        return
    on_grid = -(-low // GRID) * GRID
    if on_grid <= high:
        yield on_grid
    yield low
    yield high


def _squeeze(
    week: Itinerary, key: Key, visit: int, pieces: Sequence[Window], route: Sequence[Placed]
) -> tuple[Placed, list[Placed]] | None:
    """Return the visit and the others of the route moved inside their windows to make room; None: not lawful."""
    problem = week.problem
    for at in range(len(route) + 1):
        timed = _timed(week, key, route, at, Placed(visit, key[0], key[1], 0, fixed=False), pieces)
        if timed is None or not week.fits(key, timed):
            continue
        others = [stop for other, stops in week.routes.items() if other != key for stop in stops]
        if not violations(problem, printed(Itinerary(problem, [*others, *timed]), {})):
            return timed[at], [*timed[:at], *timed[at + 1 :]]
    return None


def _timed(
    week: Itinerary, key: Key, route: Sequence[Placed], at: int, new: Placed, pieces: Sequence[Window]
) -> list[Placed] | None:
    """Give a route with a new stop its times: those before as early as they can, those after as late as they must."""
    problem = week.problem
    team = problem.teams[key[0]]
    free, place = team.shifts[key[1]].start, team.base
    timed = []
    for number, stop in enumerate([*route[:at], new, *route[at:]]):
        visit = problem.visits[stop.visit]
        early = free + week.way(place, visit.place)
        if number == at:
            fitting = [max(early, piece.start) for piece in pieces if max(early, piece.start) <= piece.end]
            start = min(fitting, default=None)
        elif stop.fixed:
            start = stop.start if early <= stop.start else None
        else:
            window = next(w for w in visit.windows if w.start <= stop.start <= w.end - visit.service)
            start = max(early, window.start if number < at else stop.start)
            start = start if start + visit.service <= window.end else None
        if start is None:
            return None
        timed.append(replace(stop, start=start))
        free, place = start + visit.service, visit.place
    return timed
