"""From decided priorities and plans van aanpak to what ``shortlist plan`` solves: the demand of a week.

Pure. A measure with visits becomes one wish per hotspot of the group. What gives no wish is named with its reason,
so that nobody has to guess why a group is not visited. Sources: ``rules/week-plan.yaml``, ``rules/measures.yaml``
and, for the value of a visit, ``rules/priorities.yaml``.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shortlist.planning.aanpak.measures import (
    Catalogue,
    Deployment,
    GroupPicture,
    Measure,
    PlanText,
    refusals,
    visits_to_start_from,
)
from shortlist.planning.week.times import DAY, Span, local_iso, parse_times, stretches, week_bounds

ENFORCING = frozenset({"jeugdboa", "politie"})
"""Kinds of team that enforce: youth work keeps away from them in time."""
TRUSTING = frozenset({"jongerenwerk"})
JEUGDBOA = "jeugdboa"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a week plan counts with (``rules/week-plan.yaml``)."""

    valid_from: date
    speed_kmh: float
    detour: float
    look_back_weeks: int
    least_observations: int
    hot_windows: int
    youth_work_apart_hours: float
    floor_share: float
    seconds: float
    working_time: str
    urgent_measures: tuple[str, ...]
    """What a spoedprocedure without a plan van aanpak brings: the first of these measures that may be used."""
    approach: tuple[tuple[str, str], ...]
    """Title and text of each rule of approach on a shift sheet."""
    contacts: tuple[tuple[str, str, str], ...]
    """Who, number (may be empty) and when to call."""


@dataclass(frozen=True, slots=True)
class HotTime:
    """A stretch of the week in which a group was seen: how often, over how many minutes of looking."""

    span: Span
    times: int
    minutes: int | None
    """Minutes looked at the place in this stretch; None when nobody noted it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where a group is to be found, with its hot times; ``weight`` is how often the group was seen there."""

    place_id: UUID
    name: str
    lon: float
    lat: float
    weight: int = 0
    hot: tuple[HotTime, ...] = ()
    chosen: "ChosenTimes | None" = None


@dataclass(frozen=True, slots=True)
class ChosenTimes:
    """Times that somebody chose over the observed ones, and why."""

    spans: tuple[Span, ...]
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class GroupWeek:
    """A group as the week plan sees it."""

    group_id: UUID
    name: str
    stadsdeel: str
    closed: bool
    picture: GroupPicture
    plan: PlanText | None
    spots: tuple[Spot, ...]
    urgent_until: date | None = None
    """Last day of a running spoedprocedure."""
    approved: bool = False
    """Whether a request for jeugdboa's was approved and not withdrawn."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Visits wanted to one group at one place by one kind of team."""

    id: str
    group_id: UUID
    group: str
    stadsdeel: str
    measure: str
    measure_name: str
    kind: str
    place_id: UUID
    place: str
    lon: float
    lat: float
    priority: str
    value: float
    times_per_week: int
    service_minutes: float
    min_gap_hours: float
    spans: tuple[Span, ...]
    hot: tuple[HotTime, ...]
    """The hot times that ``spans`` rest on; empty when the usual times of the measure stand in."""
    note: str = ""
    """Why ``spans`` are more than the hot times; empty when they are just those."""
    urgent: bool = False
    """Whether a spoedprocedure asks for it."""
    chosen: bool = False
    """Whether somebody chose its times."""
    together: bool = False
    """Whether the planner asked for youth work also at times of enforcement."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A group (and measure) that gives no visits, and why."""

    group_id: UUID
    group: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Demand:
    """All wishes of a week, and what gave none."""

    wishes: tuple[Wish, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """A shift of a team (or of a person, outside the plan)."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """A team with its people, base and shifts of one week."""

    id: UUID
    name: str
    kind: str
    people: tuple[tuple[UUID, str], ...]
    """Account and name."""
    base: Spot
    shifts: tuple[Duty, ...]
    missed: tuple[Duty, ...] = ()
    """Shifts that fall out: leave leaves too few people."""


def parameters_from(data: Mapping[str, Any]) -> Parameters:
    """Build the parameters from a checked document of ``rules/week-plan.yaml``."""
    return Parameters(
        valid_from=date.fromisoformat(data["valid_from"]),
        approach=tuple((rule["title"], rule["text"]) for rule in data["approach"]),
        contacts=tuple((line["who"], line.get("number", ""), line["when"]) for line in data["contacts"]),
        urgent_measures=tuple(data["urgent"]["measures"]),
        **data["parameters"],
    )


def demand_of(
    groups: Iterable[GroupWeek],
    catalogue: Catalogue,
    values: Mapping[str, float],
    *,
    on: date,
    urgent: Sequence[str] = (),
) -> Demand:
    """Turn groups into wishes. ``values``: what a visit is worth per priority; ``on``: the Monday.

    A measure whose term has passed gives no visits; a contra-indication of the catalogue never does, nor does a
    deployment of jeugdboa's without an approved request. ``urgent``: the measures of which a spoedprocedure without a
    plan van aanpak gets the first that may be used.
    """
    wishes: list[Wish] = []
    left: list[LeftOut] = []
    for group in sorted(groups, key=lambda found: found.name):
        reason = _why_none(group, values)
        if reason:
            left.append(LeftOut(group.group_id, group.name, "", reason))
            continue
        if group.plan is None:
            found, why = _urgent_wishes(group, catalogue, values, urgent)
            wishes += found
            left += [LeftOut(group.group_id, group.name, "Spoed", reason) for reason in why]
            continue
        kept = [row.measure for row in group.plan.measures]
        for row in group.plan.measures:
            measure = catalogue.get(row.measure)
            if measure is None or measure.deployment is None or row.visits_per_week == 0:
                continue
            against = _against(group, measure, kept)
            if row.due_on < on:
                against = (
                    *against,
                    "De termijn van deze maatregel is voorbij. Verleng hem in het plan van aanpak.",
                )
            if against:
                left.append(LeftOut(group.group_id, group.name, measure.name, against[0]))
            else:
                wishes += _wishes(group, measure, measure.deployment, row.visits_per_week, values)
    return Demand(tuple(wishes), tuple(left))


def _against(group: GroupWeek, measure: Measure, kept: Sequence[str]) -> tuple[str, ...]:
    """Return why a measure gives no visits to a group, in Dutch; none means it may."""
    against = refusals(measure, group.picture, kept)
    if measure.deployment is not None and measure.deployment.kind == JEUGDBOA and not group.approved:
        against = (
            *against,
            "Er is geen goedgekeurde aanvraag voor jeugdboa’s. De veiligheidsmanager vraagt ze aan bij de coördinator.",
        )
    if not group.spots:
        against = (*against, "Er is geen plek bekend: geen vaste plek en geen waarneming met een plek.")
    return against


def _urgent_wishes(
    group: GroupWeek, catalogue: Catalogue, values: Mapping[str, float], urgent: Sequence[str]
) -> tuple[list[Wish], list[str]]:
    """Return the visits of the first measure that a group in a spoedprocedure may get, or why none may."""
    why: list[str] = []
    for name in urgent:
        measure = catalogue.get(name)
        if measure is None or measure.deployment is None:
            continue
        against = _against(group, measure, urgent[:0])
        if not against:
            times = visits_to_start_from(measure, group.picture.priority)
            return _wishes(group, measure, measure.deployment, times, values), []
        why.append(f"{measure.name}: {against[0]}")
    return [], why or ["Er is geen maatregel aangewezen voor spoed (rules/week-plan.yaml)."]


def _wishes(
    group: GroupWeek, measure: Measure, deployment: Deployment, times: int, values: Mapping[str, float]
) -> list[Wish]:
    priority = group.picture.priority or ""
    shares = divide(times, [spot.weight for spot in group.spots])
    found = []
    for number, (spot, share) in enumerate(zip(group.spots, shares, strict=True), start=1):
        if not share:
            continue
        spans, note = _spans(spot, deployment, share)
        found.append(
            Wish(
                id=f"{group.group_id}:{measure.id}:{number}",
                group_id=group.group_id,
                group=group.name,
                stadsdeel=group.stadsdeel,
                measure=measure.id,
                measure_name=measure.name,
                kind=deployment.kind,
                place_id=spot.place_id,
                place=spot.name,
                lon=spot.lon,
                lat=spot.lat,
                priority=priority,
                value=values[priority],
                times_per_week=share,
                service_minutes=deployment.service_minutes,
                min_gap_hours=deployment.min_gap_hours,
                spans=spans,
                hot=spot.hot,
                note=note,
                urgent=group.urgent_until is not None,
                chosen=spot.chosen is not None,
            )
        )
    return found


def _why_none(group: GroupWeek, values: Mapping[str, float]) -> str:
    if group.closed:
        return "De groep is gesloten."
    if group.picture.priority is None:
        return "De Stafgroep heeft nog geen prioriteit vastgesteld, of die is verlopen."
    if values.get(group.picture.priority, 0) <= 0:
        return f"Prioriteit {group.picture.priority}: geen geplande inzet."
    if group.plan is None and group.urgent_until is None:
        return "Er is nog geen plan van aanpak."
    return ""


def _spans(spot: Spot, deployment: Deployment, times: int) -> tuple[tuple[Span, ...], str]:
    """Return when visits may be made, and a Dutch note when that is more than the hot times alone.

    Enforcement keeps to the hot times; when those lie on too few days for the wanted visits, the same hours on a few
    other days are added, Friday and Saturday first. Youth work may also come at its usual times: it keeps away from
    enforcement at the same spot, which would otherwise take the hot times from it. Times that somebody chose go
    before everything.
    """
    usual = parse_times("; ".join(deployment.usual_times))
    if spot.chosen is not None:
        return spot.chosen.spans, f"Gekozen door {spot.chosen.by}: {spot.chosen.reason}"
    hot = tuple(sorted({found.span for found in spot.hot}))
    if not hot:
        return usual, "Te weinig waarnemingen: gewone tijden van deze maatregel."
    if deployment.kind in TRUSTING:
        return tuple(sorted({*hot, *usual})), "Ook op gewone tijden, zodat het los staat van handhaving."
    days = {span.day for span in hot}
    if len(days) >= times:
        return hot, ""
    start, end = min(span.start for span in hot), max(span.end for span in hot)
    free = [day for day in _BUSY_DAYS if day not in days][: times - len(days) + 1]
    added = {Span(day, start, min(end, start + DAY)) for day in free}
    return tuple(
        sorted({*hot, *added})
    ), f"Dezelfde uren op andere dagen erbij: {times} bezoeken passen er niet in."


_BUSY_DAYS = (4, 5, 3, 6, 2, 1, 0)
"""Weekdays in the order in which enforcement takes them when hot times are too few; an own choice."""


def divide(total: int, weights: Sequence[int]) -> list[int]:
    """Divide a whole number over weights by largest remainder; the first comes first when all else is equal."""
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] + [0] * (len(weights) - 1), 1
    shares = [total * weight / whole for weight in weights]
    given = [int(share) for share in shares]
    order = sorted(range(len(weights)), key=lambda i: (given[i] - shares[i], i))
    for i in order[: total - sum(given)]:
        given[i] += 1
    return given


@dataclass(frozen=True, slots=True)
class Choice:
    """What a planner made of one wish: how often, and when."""

    times_per_week: int
    spans: tuple[Span, ...]
    together: bool = False


def chosen_from(demand: Demand, choices: Mapping[str, Choice]) -> Demand:
    """Return the demand as the planner left it; a wish without a choice was taken out."""
    return replace(
        demand,
        wishes=tuple(
            replace(
                wish,
                times_per_week=choices[wish.id].times_per_week,
                spans=choices[wish.id].spans,
                together=choices[wish.id].together,
            )
            for wish in demand.wishes
            if wish.id in choices and choices[wish.id].times_per_week > 0
        ),
    )


def problem_of(
    demand: Demand,
    teams: Sequence[TeamWeek],
    monday: date,
    parameters: Parameters,
    *,
    worked: Iterable[tuple[UUID, datetime, datetime]] = (),
) -> dict[str, Any]:
    """Write the week in the contract's form of ``shortlist plan``.

    ``note`` carries what pages need later (ids, priority, measure), so that a stored plan explains itself also when
    groups and teams have changed. ``worked``: shifts of the same people outside this week.
    """
    start, _ = week_bounds(monday)
    places: dict[UUID, dict[str, Any]] = {}
    for team in teams:
        places[team.base.place_id] = _place(team.base.place_id, team.base.name, team.base.lon, team.base.lat)
    for wish in demand.wishes:
        places[wish.place_id] = _place(wish.place_id, wish.place, wish.lon, wish.lat)
    visits = [_visit(wish, monday) for wish in demand.wishes]
    people = {person for team in teams for person, _ in team.people}
    return {
        "horizon": {"start": local_iso(start), "days": 7},
        "travel": {"speed_kmh": parameters.speed_kmh, "detour": parameters.detour},
        "places": list(places.values()),
        "teams": [_team(team) for team in teams],
        "visits": visits,
        "not_with": kept_apart(
            visits,
            parameters.youth_work_apart_hours,
            {str(wish.group_id) for wish in demand.wishes if wish.together},
        ),
        "floors": floors_of(visits, parameters.floor_share),
        "worked": [
            {"person": str(person), "start": local_iso(begin), "end": local_iso(end)}
            for person, begin, end in worked
            if person in people
        ],
        "rules": parameters.working_time,
    }


def _place(place_id: UUID, name: str, lon: float, lat: float) -> dict[str, Any]:
    return {"id": str(place_id), "name": name, "lon": lon, "lat": lat}


def _team(team: TeamWeek) -> dict[str, Any]:
    return {
        "id": str(team.id),
        "name": team.name,
        "kind": team.kind,
        "people": [str(person) for person, _ in team.people],
        "base": str(team.base.place_id),
        "shifts": [
            {"note": str(shift.id), "start": local_iso(shift.starts_at), "end": local_iso(shift.ends_at)}
            for shift in team.shifts
        ],
    }


def _visit(wish: Wish, monday: date) -> dict[str, Any]:
    return {
        "id": wish.id,
        "name": wish.group,
        "group": str(wish.group_id),
        "place": str(wish.place_id),
        "kinds": [wish.kind],
        "service_minutes": wish.service_minutes,
        "value": wish.value,
        "times_per_week": wish.times_per_week,
        "min_gap_hours": wish.min_gap_hours,
        "windows": [
            {"start": local_iso(begin), "end": local_iso(end)} for begin, end in stretches(wish.spans, monday)
        ],
        "area": wish.stadsdeel,
        "note": f"{wish.priority};{wish.measure};{wish.measure_name}",
    }


def by_hand(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the locks and bans of one problem that still speak of visits and teams of another one."""
    visits = {visit["id"] for visit in new["visits"]}
    teams = {team["id"] for team in new["teams"]}
    return {
        name: [
            one
            for one in old.get(name, ())
            if one["visit"] in visits and (one.get("team") is None or one["team"] in teams)
        ]
        for name in ("locked", "forbidden")
    }


def floors_of(visits: Sequence[Mapping[str, Any]], share: float) -> list[dict[str, Any]]:
    """Return the part of the wanted visits that each stadsdeel ought to get at least."""
    wanted: dict[str, int] = {}
    for visit in visits:
        wanted[visit["area"]] = wanted.get(visit["area"], 0) + visit["times_per_week"]
    return [
        {"area": area, "visits": int(share * times)}
        for area, times in sorted(wanted.items())
        if int(share * times) > 0
    ]


def kept_apart(
    visits: Sequence[Mapping[str, Any]], hours: float, together: Set[str] = frozenset()
) -> list[dict[str, Any]]:
    """Keep apart in time what goes to one group: youth work and enforcement, and one kind of team at two places.

    ``together``: the groups to which youth work and enforcement may come at the same time, because it was asked.
    """
    found = []
    for number, one in enumerate(visits):
        for other in visits[number + 1 :]:
            if one["group"] != other["group"]:
                continue
            kinds = {*one["kinds"], *other["kinds"]}
            if len(kinds) == 1:
                gap = max(one["min_gap_hours"], other["min_gap_hours"])
                found.append({"visits": [one["id"], other["id"]], "gap_hours": gap})
            elif _trust_beside_force(one, other) and one["group"] not in together:
                found.append({"visits": [one["id"], other["id"]], "gap_hours": hours})
    return found


def _trust_beside_force(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    kinds = {*one["kinds"], *other["kinds"]}
    return bool(kinds & TRUSTING and kinds & ENFORCING)


def asked_together(problem: Mapping[str, Any]) -> frozenset[str]:
    """Return the groups of a stored problem to which youth work and enforcement may come at the same time."""
    apart = {frozenset(pair["visits"]) for pair in problem.get("not_with", ())}
    visits = problem["visits"]
    return frozenset(
        one["group"]
        for number, one in enumerate(visits)
        for other in visits[number + 1 :]
        if one["group"] == other["group"]
        and _trust_beside_force(one, other)
        and frozenset((one["id"], other["id"])) not in apart
    )
