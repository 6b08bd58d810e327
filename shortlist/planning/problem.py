"""One planning problem: the contract's JSON, checked and turned into numbers.

All times become whole seconds since the horizon's start (UTC), all names become indices. What does not fit
raises ``BadInput`` naming file, record, field and remedy. Meanings that the contract leaves open:

* ``times_per_week`` counts occurrences over the whole horizon (the planning week).
* ``min_gap_hours`` is the rest between the *end* of one occurrence and the *start* of the next.
* ``service_minutes`` and travel are rounded up to whole seconds.
* A shift must start inside the horizon and may end after it (a Sunday night); a window counts when it starts
  before the horizon's end.
* A team of kind ``jeugdboa`` with one named person is not deployed (always two); a team may leave its people
  out only when ``rules`` is null.

Fields beyond the contract: visit ``area``; ``floors`` [{"area", "visits"}], a wanted minimum of visits per area;
``forbidden`` [{"visit", "team"?, "start"?, "end"?}]; ``not_with`` [{"visits": [a, b], "gap_hours"?}], never at the
same time; ``worked`` [{"person", "start", "end"}], shifts outside this plan that count for working time; ``detours``
[{"one": [places], "other": [places], "minutes"}], travel between the two sides takes so much longer, both ways (a
bridge that is closed); detours between the same two places add up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from shortlist.errors import BadInput
from shortlist.planning.fields import Fields, suggest
from shortlist.planning.locks import check_locks
from shortlist.planning.travel import by_speed, longer, quickest, round_up
from shortlist.planning.working_time import Clock, Duty, WorkingTime, breaches_of_one

ZONE = "Europe/Amsterdam"
PAIRED_KINDS = frozenset({"jeugdboa"})
"""Kinds of team that never work alone (domain/almere.md: always teams of two)."""
MOST_DETOUR = 24 * 60
"""Minutes that one detour may take: whoever needs a day, can not come."""
_LONG = 10 * 366 * 86400


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A stretch of time [start, end] in seconds."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Team:
    """Who can go: people, base (place index) and shifts in order of time."""

    id: str
    kind: str
    people: tuple[str, ...]
    base: int
    shifts: tuple[Window, ...]
    deployable: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """What is wanted: ``times`` occurrences of ``service`` seconds, ``gap`` seconds apart, each worth ``value``."""

    id: str
    group: str
    place: int
    kinds: frozenset[str]
    service: int
    value: float
    times: int
    gap: int
    windows: tuple[Window, ...]
    area: str | None


@dataclass(frozen=True, slots=True)
class Lock:
    """A fixed occurrence: visit, team and shift index, start second."""

    visit: int
    team: int
    shift: int
    start: int


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A visit that a team (None: any) may not start between ``start`` and ``end``."""

    visit: int
    team: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Apart:
    """Two visits that never happen at the same time, ``gap`` seconds from end to start."""

    one: int
    other: int
    gap: int


@dataclass(frozen=True, slots=True)
class Floor:
    """A wanted minimum number of planned occurrences in one area."""

    area: str
    visits: int


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A checked problem; ``travel`` is seconds between places, shape (places, places)."""

    clock: Clock
    days: int
    end: int
    places: tuple[str, ...]
    travel: NDArray[np.int64]
    teams: tuple[Team, ...]
    visits: tuple[Visit, ...]
    locked: tuple[Lock, ...]
    rules: WorkingTime | None
    forbidden: tuple[Forbidden, ...]
    apart: tuple[Apart, ...]
    floors: tuple[Floor, ...]
    worked: Mapping[str, tuple[Duty, ...]]
    warnings: tuple[str, ...]
    crow: bool
    """Whether travel times come from distances as the crow flies, so that no detour is shorter."""

    def may_serve(self, team: int, visit: int) -> bool:
        """Say whether a team has the power and the people for a visit."""
        return self.teams[team].deployable and self.teams[team].kind in self.visits[visit].kinds

    def least_ways(self, base: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the least seconds from bases to every place and back, (bases, places); stops may lie in between."""
        if self.crow:
            return self.travel[base], self.travel[:, base].T
        stay = np.full(len(self.places), _LONG, dtype=np.int64)
        for visit in self.visits:
            stay[visit.place] = min(stay[visit.place], visit.service)
        return quickest(self.travel, stay, base)


def parse_problem(data: object, *, rules: Callable[[str], WorkingTime], source: str = "invoer") -> Problem:
    """Check the contract's JSON object and return the problem; ``rules`` finds working-time rules by name."""
    allowed = (
        "horizon travel matrix detours places teams visits locked rules floors forbidden not_with worked"
    )
    top = Fields(data, (source,), allowed.split())
    clock, days, end = _horizon(top)
    working_time = _rules(top, rules)
    places, travel = _places(top)
    number = {place: index for index, place in enumerate(places)}
    travel = _with_detours(top, number, travel)
    teams, warnings = _teams(top, number, clock, end, working_time)
    visits = _visits(top, number, clock)
    if not any(team.shifts for team in teams):
        raise BadInput(
            "geen capaciteit: geen enkel team heeft een dienst; voeg teams met shifts toe",
            where=(source, "teams"),
        )
    visit_number = {visit.id: index for index, visit in enumerate(visits)}
    team_number = {team.id: index for index, team in enumerate(teams)}
    problem = Problem(
        clock=clock,
        days=days,
        end=end,
        places=places,
        travel=travel,
        teams=teams,
        visits=visits,
        locked=_locked(top, clock, teams, team_number, visits, visit_number),
        rules=working_time,
        forbidden=_forbidden(top, clock, team_number, visit_number),
        apart=_apart(top, visit_number),
        floors=_floors(top, visits),
        worked=_worked(top, clock),
        warnings=tuple(warnings),
        crow=not top.has("matrix") and not top.list("detours", required=False),
    )
    check_locks(problem, source)
    return problem


def _horizon(top: Fields) -> tuple[Clock, int, int]:
    horizon = Fields(top.get("horizon"), (*top.where, "horizon"), ("start", "days"))
    origin = horizon.moment("start")
    if origin.microsecond:
        origin = origin.replace(microsecond=0)
    days = horizon.whole("days", low=1, high=366)
    # A day is a day on the wall clock: the week of a clock change lasts an hour more or less.
    local = origin.astimezone(ZoneInfo(ZONE))
    clock = Clock(origin, ZONE)
    return clock, days, clock.seconds(local + timedelta(days=days))


def _rules(top: Fields, rules: Callable[[str], WorkingTime]) -> WorkingTime | None:
    if "rules" in top.data and top.data["rules"] is None:
        return None
    name = top.text("rules") if "rules" in top.data else "atw-2025"
    try:
        return rules(name)
    except BadInput as error:
        raise BadInput(error.reason, where=(*top.where, *error.where)) from None


def _places(top: Fields) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    ids: list[str] = []
    lon: list[float] = []
    lat: list[float] = []
    for place in top.records("places", "plaats", ("id", "lon", "lat"), required=not top.has("matrix")):
        name = place.text("id")
        if name in ids:
            raise place.bad("id", f'"{name}" komt twee keer voor; geef elke plaats een eigen id')
        ids.append(name)
        if top.has("matrix") and not place.has("lon") and not place.has("lat"):
            continue
        lon.append(place.number("lon", low=-180, high=180))
        lat.append(place.number("lat", low=-90, high=90))
    if top.has("matrix"):
        return _matrix(top)
    travel = Fields(top.get("travel"), (*top.where, "travel"), ("speed_kmh", "detour"))
    speed = travel.number("speed_kmh", low=0.1, high=1000)
    detour = travel.number("detour", low=1, high=10, default=1.0)
    return tuple(ids), by_speed(lon, lat, speed_kmh=speed, detour=detour)


def _matrix(top: Fields) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    matrix = Fields(top.get("matrix"), (*top.where, "matrix"), ("places", "seconds"))
    ids = matrix.texts("places")
    if len(set(ids)) != len(ids):
        raise matrix.bad("places", "een plaats komt twee keer voor; noem elke plaats één keer")
    rows = matrix.list("seconds")
    if len(rows) != len(ids):
        raise matrix.bad(
            "seconds", f"{len(rows)} rijen voor {len(ids)} plaatsen; geef voor elke plaats een rij"
        )
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(ids):
            raise matrix.bad("seconds", f"rij {number} heeft geen {len(ids)} getallen; vul de rij aan")
        if not {type(one) for one in row} <= {int, float}:
            raise matrix.bad(
                "seconds", f"rij {number} bevat iets dat geen getal is; geef reistijden in seconden"
            )
    try:
        seconds = np.array(rows, dtype=np.float64).reshape(len(ids), len(ids))
    except OverflowError:
        raise matrix.bad("seconds", "bevat een te groot getal; geef reistijden in seconden") from None
    wrong = np.argwhere(~np.isfinite(seconds) | (seconds < 0) | (seconds > _LONG))
    if len(wrong):
        i, j = (int(n) for n in wrong[0])
        raise matrix.bad(
            "seconds", f"van {ids[i]} naar {ids[j]}: {seconds[i, j]:g} is geen reistijd (0 of meer)"
        )
    return ids, round_up(seconds)


def _with_detours(top: Fields, places: Mapping[str, int], travel: NDArray[np.int64]) -> NDArray[np.int64]:
    for record in top.records("detours", "omweg", ("one", "other", "minutes"), required=False):
        sides = [record.texts(side) for side in ("one", "other")]
        for side, names in zip(("one", "other"), sides, strict=True):
            if not names:
                raise record.bad(side, "leeg; noem de plaatsen aan deze kant")
            for name in names:
                if name not in places:
                    raise record.bad(side, f'onbekende plaats "{name}"; {suggest(name, places)}')
        both = sorted(set(sides[0]) & set(sides[1]))
        if both:
            raise record.bad("other", f'"{both[0]}" ligt aan beide kanten; noem elke plaats aan één kant')
        one, other = ([places[name] for name in sorted(set(names))] for names in sides)
        travel = longer(travel, one, other, record.number("minutes", low=0, high=MOST_DETOUR))
    return travel


def _window(record: Fields, clock: Clock, what: str) -> Window:
    start, end = clock.seconds(record.moment("start")), clock.seconds(record.moment("end"))
    if end <= start:
        raise record.bad("end", f"{what} eindigt niet na het begin; zet het einde na de start")
    return Window(start, end)


def _teams(
    top: Fields, places: Mapping[str, int], clock: Clock, horizon: int, rules: WorkingTime | None
) -> tuple[tuple[Team, ...], list[str]]:
    teams: list[Team] = []
    warnings: list[str] = []
    seen: set[str] = set()
    for record in top.records("teams", "team", ("id", "kind", "people", "base", "shifts")):
        name, kind = record.text("id"), record.text("kind")
        if name in seen:
            raise record.bad("id", f'"{name}" komt twee keer voor; geef elk team een eigen id')
        seen.add(name)
        people = record.texts("people", required=rules is not None)
        if len(set(people)) != len(people):
            raise record.bad("people", "dezelfde persoon staat er twee keer in; noem ieder één keer")
        if rules is not None and not people:
            raise record.bad("people", "niemand ingedeeld; noem de mensen van het team of zet rules op null")
        shifts = _shifts(record, clock, horizon, rules)
        paired = kind not in PAIRED_KINDS or len(people) >= 2 or not people
        if not paired:
            warnings.append(
                f"team {name}: {kind} gaat altijd met twee; met één persoon wordt het niet ingezet."
            )
        base = _place(record, "base", places)
        teams.append(Team(name, kind, people, base, shifts, paired))
    return tuple(teams), warnings


def _shifts(record: Fields, clock: Clock, horizon: int, rules: WorkingTime | None) -> tuple[Window, ...]:
    shifts: list[Window] = []
    for shift in record.records("shifts", "dienst", ("start", "end")):
        window = _window(shift, clock, "de dienst")
        if not 0 <= window.start < horizon:
            raise shift.bad(
                "start", "de dienst begint buiten de horizon; verplaats de dienst of verruim de horizon"
            )
        if rules is not None:
            for breach in breaches_of_one(Duty(window.start, window.end), clock, rules):
                hours = (window.end - window.start) / 3600
                raise shift.bad(
                    "end",
                    f"dienst van {hours:g} uur mag niet: {breach.text} ({breach.article}); kort de dienst in",
                )
        shifts.append(window)
    shifts.sort()
    for one, other in pairwise(shifts):
        if other.start < one.end:
            raise record.bad(
                "shifts", "twee diensten van dit team overlappen; voeg ze samen of verschuif er een"
            )
    return tuple(shifts)


def _place(record: Fields, field: str, places: Mapping[str, int]) -> int:
    name = record.text(field)
    if name not in places:
        raise record.bad(field, f'onbekende plaats "{name}"; {suggest(name, places)}')
    return places[name]


def _visits(top: Fields, places: Mapping[str, int], clock: Clock) -> tuple[Visit, ...]:
    counted = ("service_minutes", "value", "times_per_week", "min_gap_hours")
    allowed = ("id", "group", "place", "kinds", *counted, "windows", "area")
    visits: list[Visit] = []
    seen: set[str] = set()
    for record in top.records("visits", "bezoek", allowed):
        name = record.text("id")
        if name in seen:
            raise record.bad("id", f'"{name}" komt twee keer voor; geef elk bezoek een eigen id')
        seen.add(name)
        kinds = frozenset(record.texts("kinds"))
        if not kinds:
            raise record.bad("kinds", "leeg; noem ten minste één soort team")
        service = record.number("service_minutes", low=0, high=_LONG / 60)
        windows = tuple(
            sorted(
                {
                    _window(w, clock, "het venster")
                    for w in record.records("windows", "venster", ("start", "end"))
                }
            )
        )
        visits.append(
            Visit(
                id=name,
                group=record.text("group") if record.has("group") else name,
                place=_place(record, "place", places),
                kinds=kinds,
                service=int(round_up(np.array([service * 60]))[0]),
                value=record.number("value", low=0, high=1e9),
                times=record.whole("times_per_week", low=1, high=100, default=1),
                gap=int(
                    round_up(
                        np.array([record.number("min_gap_hours", low=0, high=10_000, default=0) * 3600])
                    )[0]
                ),
                windows=_merged(windows),
                area=record.text("area") if record.has("area") else None,
            )
        )
    return tuple(visits)


def _merged(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    """Leave out windows that lie inside another one; touching windows stay two (a service lies inside one)."""
    return tuple(
        w for w in windows if not any(o != w and o.start <= w.start and w.end <= o.end for o in windows)
    )


def _known(record: Fields, field: str, known: Mapping[str, int], kind: str) -> int:
    name = record.text(field)
    if name not in known:
        raise record.bad(field, f'onbekend {kind} "{name}"; {suggest(name, known)}')
    return known[name]


def _locked(
    top: Fields,
    clock: Clock,
    teams: tuple[Team, ...],
    team_number: Mapping[str, int],
    visits: tuple[Visit, ...],
    visit_number: Mapping[str, int],
) -> tuple[Lock, ...]:
    locks = []
    allowed = ("visit", "team", "start", "occurrence", "arrive", "end")
    for record in top.records("locked", "vastgezet", allowed, required=False, key="visit"):
        visit = _known(record, "visit", visit_number, "bezoek")
        team = _known(record, "team", team_number, "team")
        start = clock.seconds(record.moment("start"))
        end = start + visits[visit].service
        for index, shift in enumerate(teams[team].shifts):
            if shift.start <= start and end <= shift.end:
                locks.append(Lock(visit, team, index, start))
                break
        else:
            raise record.bad(
                "start", f"valt buiten de diensten van team {teams[team].id}; kies een tijd binnen een dienst"
            )
    return tuple(locks)


def _forbidden(
    top: Fields, clock: Clock, teams: Mapping[str, int], visits: Mapping[str, int]
) -> tuple[Forbidden, ...]:
    found = []
    for record in top.records(
        "forbidden", "verboden", ("visit", "team", "start", "end"), required=False, key="visit"
    ):
        start = clock.seconds(record.moment("start")) if record.has("start") else -_LONG
        end = clock.seconds(record.moment("end")) if record.has("end") else _LONG
        if end <= start:
            raise record.bad("end", "eindigt niet na het begin; zet het einde na de start")
        team = _known(record, "team", teams, "team") if record.has("team") else None
        found.append(Forbidden(_known(record, "visit", visits, "bezoek"), team, start, end))
    return tuple(found)


def _apart(top: Fields, visits: Mapping[str, int]) -> tuple[Apart, ...]:
    found = []
    for record in top.records("not_with", "niet samen", ("visits", "gap_hours"), required=False):
        names = record.texts("visits")
        if len(names) != 2 or names[0] == names[1]:
            raise record.bad("visits", "noem twee verschillende bezoeken")
        for name in names:
            if name not in visits:
                raise record.bad("visits", f'onbekend bezoek "{name}"; {suggest(name, visits)}')
        gap = round(record.number("gap_hours", low=0, high=10_000, default=0.0) * 3600)
        found.append(Apart(visits[names[0]], visits[names[1]], gap))
    return tuple(found)


def _floors(top: Fields, visits: tuple[Visit, ...]) -> tuple[Floor, ...]:
    areas = {visit.area for visit in visits if visit.area is not None}
    floors: dict[str, int] = {}
    for record in top.records("floors", "ondergrens", ("area", "visits"), required=False, key="area"):
        area = record.text("area")
        if area not in areas:
            raise record.bad("area", f'geen enkel bezoek ligt in "{area}"; {suggest(area, areas)}')
        if area in floors:
            raise record.bad("area", f'"{area}" komt twee keer voor; geef één ondergrens per gebied')
        floors[area] = record.whole("visits", low=0, high=100_000)
    return tuple(Floor(area, least) for area, least in floors.items())


def _worked(top: Fields, clock: Clock) -> dict[str, tuple[Duty, ...]]:
    worked: dict[str, list[Duty]] = {}
    for record in top.records("worked", "gewerkt", ("person", "start", "end"), required=False, key="person"):
        window = _window(record, clock, "de gewerkte dienst")
        worked.setdefault(record.text("person"), []).append(Duty(window.start, window.end))
    return {person: tuple(sorted(duties)) for person, duties in worked.items()}


def local_iso(problem: Problem, second: int) -> str:
    """Return a second of the horizon as local ISO time with offset, to the second."""
    return problem.clock.local(second).isoformat(timespec="seconds")


def read_moment(problem: Problem, text: str) -> int:
    """Return the second of an ISO time with offset; a naive or malformed one raises ``ValueError``."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} mist de tijdzone")
    return problem.clock.seconds(moment)
