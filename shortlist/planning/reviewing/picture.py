"""A stored week plan as a picture: visits with their names, what was served, what was left out and why.

Pure. Reads the problem as it was put and the result as it was proven, so that a plan explains itself also when groups
and teams have changed since.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

PRIORITIES = ("hoog", "midden", "laag")


@dataclass(frozen=True, slots=True)
class Stop:
    """One planned visit with everything a reader needs."""

    visit: str
    occurrence: int
    group_id: UUID
    group: str
    stadsdeel: str
    place_id: UUID
    place: str
    lon: float
    lat: float
    team_id: UUID
    team: str
    kind: str
    priority: str
    measure: str
    measure_name: str
    arrives_at: datetime
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """A planned visit as stored: names come from the problem."""

    visit: str
    occurrence: int
    team_id: UUID
    arrives_at: datetime
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ShiftPicture:
    """A shift of a plan with its stops; ``leave`` and ``back`` are None when the team has no visits in it."""

    id: UUID
    team_id: UUID
    team: str
    kind: str
    base: str
    base_lon: float
    base_lat: float
    people: tuple[UUID, ...]
    starts_at: datetime
    ends_at: datetime
    leave: datetime | None
    back: datetime | None
    pause: tuple[datetime, datetime] | None
    travel_seconds: int
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Served:
    """Wanted and planned visits of one priority or stadsdeel; ``least``: the stadsdeel's fair share, a floor."""

    name: str
    wanted: int
    planned: int
    least: int = 0

    @property
    def short(self) -> int:
        """How many visits fewer than the floor."""
        return max(0, self.least - self.planned)


@dataclass(frozen=True, slots=True)
class Missing:
    """Visits that stayed out for one reason."""

    reason: str
    times: int
    groups: tuple[tuple[str, str, int, str, int], ...]
    """Group, measure, how many visits, and the visit with its first occurrence that stayed out."""


def gap_words(gap: float) -> str:
    """Say how far a plan may lie from the best, rounded up to a tenth of a per cent so that it stays true."""
    if gap <= 0:
        return "Dit is bewezen het best mogelijke plan voor deze vraag en deze diensten."
    tenths = math.ceil(gap * 1000 - 1e-9)
    shown = f"{tenths / 10:.1f}".replace(".", ",")
    return f"Dit plan ligt ten hoogste {shown}% van het best mogelijke af. Dat is bewezen."


def notes_of(visit: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return priority, measure and its name, as ``problem_of`` noted them with a visit."""
    priority, measure, name = str(visit["note"]).split(";", 2)
    return priority, measure, name


def stops_of(problem: Mapping[str, Any], planned: Iterable[Planned]) -> list[Stop]:
    """Give planned visits their names, in order of time."""
    visits = {visit["id"]: visit for visit in problem["visits"]}
    places = {place["id"]: place for place in problem["places"]}
    teams = {team["id"]: team for team in problem["teams"]}
    stops = []
    for row in planned:
        visit, team = visits[row.visit], teams[str(row.team_id)]
        place = places[visit["place"]]
        priority, measure, measure_name = notes_of(visit)
        stops.append(
            Stop(
                visit=row.visit,
                occurrence=row.occurrence,
                group_id=UUID(visit["group"]),
                group=visit["name"],
                stadsdeel=visit["area"],
                place_id=UUID(visit["place"]),
                place=place["name"],
                lon=place["lon"],
                lat=place["lat"],
                team_id=row.team_id,
                team=team["name"],
                kind=team["kind"],
                priority=priority,
                measure=measure,
                measure_name=measure_name,
                arrives_at=row.arrives_at,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
            )
        )
    return sorted(stops, key=lambda stop: (stop.starts_at, stop.team, stop.visit))


def shifts_of(
    problem: Mapping[str, Any], result: Mapping[str, Any], stops: Iterable[Stop]
) -> list[ShiftPicture]:
    """Return every shift of the problem with its route, in order of time."""
    places = {place["id"]: place for place in problem["places"]}
    routes = {
        (route["team"], datetime.fromisoformat(route["shift"]["start"])): route
        for route in result.get("routes", ())
    }
    found = []
    kept = list(stops)
    for team in problem["teams"]:
        base = places[team["base"]]
        for shift in team["shifts"]:
            begin, end = (datetime.fromisoformat(shift[key]) for key in ("start", "end"))
            route = routes.get((team["id"], begin))
            pause = route.get("break") if route else None
            found.append(
                ShiftPicture(
                    id=UUID(shift["note"]),
                    team_id=UUID(team["id"]),
                    team=team["name"],
                    kind=team["kind"],
                    base=base["name"],
                    base_lon=base["lon"],
                    base_lat=base["lat"],
                    people=tuple(UUID(person) for person in team["people"]),
                    starts_at=begin,
                    ends_at=end,
                    leave=datetime.fromisoformat(route["leave"]) if route else None,
                    back=datetime.fromisoformat(route["back"]) if route else None,
                    pause=(
                        (datetime.fromisoformat(pause["start"]), datetime.fromisoformat(pause["end"]))
                        if pause
                        else None
                    ),
                    travel_seconds=int(route["travel_seconds"]) if route else 0,
                    stops=tuple(
                        stop
                        for stop in kept
                        if str(stop.team_id) == team["id"] and begin <= stop.starts_at < end
                    ),
                )
            )
    return sorted(found, key=lambda shift: (shift.starts_at, shift.team))


def served(problem: Mapping[str, Any], stops: Sequence[Stop]) -> tuple[list[Served], list[Served]]:
    """Return wanted and planned visits per priority and per stadsdeel."""
    priorities: dict[str, list[int]] = {name: [0, 0] for name in PRIORITIES}
    areas: dict[str, list[int]] = {}
    for visit in problem["visits"]:
        priorities.setdefault(notes_of(visit)[0], [0, 0])[0] += visit["times_per_week"]
        areas.setdefault(visit["area"], [0, 0])[0] += visit["times_per_week"]
    for stop in stops:
        priorities[stop.priority][1] += 1
        areas[stop.stadsdeel][1] += 1
    floors = {floor["area"]: int(floor["visits"]) for floor in problem.get("floors", ())}
    return (
        [Served(name, wanted, planned) for name, (wanted, planned) in priorities.items() if wanted],
        [
            Served(name, wanted, planned, floors.get(name, 0))
            for name, (wanted, planned) in sorted(areas.items())
        ],
    )


def missing(problem: Mapping[str, Any], result: Mapping[str, Any]) -> list[Missing]:
    """Return what stayed out, per binding reason, the reason that binds most first."""
    visits = {visit["id"]: visit for visit in problem["visits"]}
    cut_off = {ban["visit"] for ban in problem.get("forbidden", ()) if ban.get("note")}
    by_reason: dict[str, dict[tuple[str, str, str], list[int]]] = {}
    for item in result.get("unplanned", ()):
        article = (
            f" ({item['article']})" if item.get("article") and item["article"] not in item["reason"] else ""
        )
        visit = visits[item["visit"]]
        key = (str(visit["name"]), notes_of(visit)[2], str(visit["id"]))
        reason = f"{item['reason']}{article}"
        if item.get("code") == "forbidden" and item["visit"] in cut_off:
            reason = "de dienst valt uit of de weg erheen is dicht voor de teams die dit mogen doen"
        groups = by_reason.setdefault(reason, {})
        groups.setdefault(key, []).append(int(item["occurrence"]))
    found = [
        Missing(
            reason,
            sum(map(len, groups.values())),
            tuple(
                (group, measure, len(numbers), visit, min(numbers))
                for (group, measure, visit), numbers in sorted(groups.items())
            ),
        )
        for reason, groups in by_reason.items()
    ]
    return sorted(found, key=lambda one: (-one.times, one.reason))


def days_of(stops: Iterable[Stop], shifts: Iterable[ShiftPicture], zone: Any) -> list[date]:
    """Return the Dutch days on which a shift with visits starts."""
    used = {stop.starts_at for stop in stops}
    return sorted(
        {
            shift.starts_at.astimezone(zone).date()
            for shift in shifts
            if any(stop.starts_at in used for stop in shift.stops)
        }
    )
