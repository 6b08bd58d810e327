"""Ways between two stadsdelen that are closed for the rest of a week, or that take longer: pure, on stored problems.

A closed way keeps each team on the side of its base (bans). With minutes, teams may cross but take so much longer,
both ways (the problem's ``detours``). What was ridden before stays as it was: where it would not fit with the minutes,
the way between those two places keeps its old time and nobody is sent over it any more.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shortlist.planning.adjusting.changes import Made
from shortlist.planning.travel import by_speed
from shortlist.planning.week.times import local_iso

Road = tuple[str, str]
"""The way between two stadsdelen, by name, in order of the alphabet."""
Pair = frozenset[str]
"""Two places, by id."""
Leg = tuple[str, str, float]
"""From a place to a place, and the seconds that were to spare between what was done there."""
_ROAD = "weg:"
_BREAK_SECONDS = 45 * 60
"""The longest break of the Arbeidstijdenwet (art. 5:4): a route that had it must keep it."""


def road_between(one: str, other: str) -> Road:
    """Return the way between two stadsdelen, whichever is named first."""
    return (one, other) if one <= other else (other, one)


def road_of(noted: Mapping[str, Any]) -> Road | None:
    """Return the way that a ban or detour of a stored problem stands for; None: somebody forbade it by hand."""
    note = str(noted.get("note", ""))
    one, _, other = note.removeprefix(_ROAD).partition("|")
    return (one, other) if note.startswith(_ROAD) else None


def closed_roads(problem: Mapping[str, Any]) -> frozenset[Road]:
    """Return between which stadsdelen the way is closed in a stored problem, with a detour or without."""
    noted = [*problem.get("forbidden", ()), *problem.get("detours", ())]
    return frozenset(road for one in noted if (road := road_of(one)) is not None)


def detour_minutes(problem: Mapping[str, Any]) -> dict[Road, float]:
    """Return the closed ways of a stored problem that teams can get round, with how many minutes that takes."""
    return {
        road: float(way["minutes"])
        for way in problem.get("detours", ())
        if (road := road_of(way)) is not None
    }


def road_bans(
    roads: Iterable[Road],
    teams: Sequence[Mapping[str, Any]],
    visits: Sequence[Mapping[str, Any]],
    areas: Mapping[str, str],
    now: datetime,
) -> list[dict[str, Any]]:
    """Return bans from now on of each team for the visits on the other side of a way that is closed."""
    last = max((_moment(shift["end"]) for team in teams for shift in team["shifts"]), default=now)
    return [
        _ban(team, visit, road, now, last)
        for road in sorted(roads)
        for team in teams
        for visit in visits
        if last > now and _road(team["base"], visit["place"], areas) == road
    ]


def _ban(
    team: Mapping[str, Any], visit: Mapping[str, Any], road: Road, start: datetime, end: datetime
) -> dict[str, Any]:
    return {
        "visit": visit["id"],
        "team": team["id"],
        "start": local_iso(start),
        "end": local_iso(end),
        "note": f"{_ROAD}{road[0]}|{road[1]}",
    }


def detours(
    minutes: Mapping[Road, float], used: Collection[str], areas: Mapping[str, str], kept: Collection[Pair]
) -> list[dict[str, Any]]:
    """Return the detours of the new problem: all places in use on one side of a way to those on the other side.

    ``kept``: the pairs of places between which the way takes what it always took.
    """
    found = []
    for road, longer in sorted(minutes.items()):
        sides = [sorted(place for place in used if areas.get(place) == name) for name in road]
        alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for place in sides[0]:
            alike[tuple(other for other in sides[1] if frozenset((place, other)) not in kept)].append(place)
        found += [
            {"one": ones, "other": list(others), "minutes": longer, "note": f"{_ROAD}{road[0]}|{road[1]}"}
            for others, ones in alike.items()
            if others
        ]
    return found


def kept_pairs(
    old: Mapping[str, Any],
    made: Sequence[Made],
    minutes: Mapping[Road, float],
    areas: Mapping[str, str],
    now: datetime,
) -> frozenset[Pair]:
    """Return the pairs of places whose way keeps its old time: what was ridden before would not fit otherwise."""
    before = detour_minutes(old)
    fresh = {road: longer for road, longer in minutes.items() if before.get(road) != longer}
    found: set[Pair] = set()
    for legs in _ridden(old, made, now):
        found |= {frozenset(legs[k][:2]) for k in _too_tight(legs, fresh, areas)}
    slowed = {
        frozenset((one, other))
        for way in old.get("detours", ())
        for one in way["one"]
        for other in way["other"]
    }
    names = [place["id"] for place in old["places"]]
    found |= {
        frozenset((one, other))
        for one in names
        for other in names
        if _road(one, other, areas) in minutes.keys() - fresh.keys() and frozenset((one, other)) not in slowed
    }
    return frozenset(found)


def _too_tight(legs: Sequence[Leg], minutes: Mapping[Road, float], areas: Mapping[str, str]) -> set[int]:
    """Return which ways of one route can not take the minutes: the visits stand still, and a break has to remain."""
    spare = [seconds for _, _, seconds in legs]
    left = [seconds - 60 * minutes.get(_road(one, other, areas), 0) for one, other, seconds in legs]
    tight = {k for k, seconds in enumerate(left) if seconds < 0 <= spare[k]}
    longest = max((spare[k] if k in tight else left[k] for k in range(len(legs))), default=0)
    if longest < min(_BREAK_SECONDS, max(spare, default=0)):
        tight.add(spare.index(max(spare)))
    return tight


def _road(one: str, other: str, areas: Mapping[str, str]) -> Road:
    return road_between(areas.get(one, ""), areas.get(other, ""))


def _ridden(old: Mapping[str, Any], made: Sequence[Made], now: datetime) -> Iterable[list[Leg]]:
    """Yield per shift the ways that were ridden before now, and the way home."""
    names = [place["id"] for place in old["places"]]
    number = {name: index for index, name in enumerate(names)}
    travel = by_speed(
        [place["lon"] for place in old["places"]],
        [place["lat"] for place in old["places"]],
        speed_kmh=old["travel"]["speed_kmh"],
        detour=old["travel"]["detour"],
    )
    visits = {visit["id"]: visit for visit in old["visits"]}
    for team in old["teams"]:
        for shift in team["shifts"]:
            start, end = _moment(shift["start"]), _moment(shift["end"])
            done = sorted(
                (
                    one
                    for one in made
                    if one.team == team["id"] and start <= one.start < end and one.start <= now
                ),
                key=lambda one: one.start,
            )
            legs: list[Leg] = []
            place, free = team["base"], start.timestamp()
            for one in done:
                there, begins = visits[one.visit]["place"], one.start.timestamp()
                legs.append((place, there, begins - free - float(travel[number[place], number[there]])))
                place, free = there, begins + -(-60 * visits[one.visit]["service_minutes"] // 1)
            if done:
                home = float(travel[number[place], number[team["base"]]])
                legs.append((place, team["base"], end.timestamp() - free - home))
                yield legs


def kept_bans(
    kept: Iterable[Pair],
    teams: Sequence[Mapping[str, Any]],
    visits: Sequence[Mapping[str, Any]],
    made: Sequence[Made],
    areas: Mapping[str, str],
    now: datetime,
) -> list[dict[str, Any]]:
    """Return bans so that from now on no team rides between two places whose way kept its old time.

    In a shift one of the two stays open: that of the visit that was planned in it, else the one and the other in turn.
    """
    place = {visit["id"]: visit["place"] for visit in visits}
    shifts = [
        (team, start, end)
        for team in teams
        for shift in team["shifts"]
        for start, end in [(_moment(shift["start"]), _moment(shift["end"]))]
    ]
    found = []
    for pair in sorted(kept, key=sorted):
        one, other = sorted(pair)
        for number, (team, start, end) in enumerate(shifts):
            if end <= now or not (team["base"] in pair or pair <= set(place.values())):
                continue
            stays = [
                place[visit.visit]
                for visit in made
                if visit.team == team["id"] and start <= visit.start < end and place.get(visit.visit) in pair
            ]
            near = team["base"] if team["base"] in pair else [*stays, sorted(pair)[number % 2]][0]
            far = other if near == one else one
            found += [
                _ban(team, visit, _road(one, other, areas), max(now, start), end)
                for visit in visits
                if visit["place"] == far
            ]
    return found


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
