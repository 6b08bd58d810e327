"""Use cases of the smallest change: asking for it, and reading what changed and why."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.errors import BadInput, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, require_role
from shortlist.guarding.tables import Stadsdeel
from shortlist.observing.groups.work import latest_state
from shortlist.observing.tables import GroupState, Jeugdgroep, Place
from shortlist.planning.adjusting.changes import shifts_of_problem
from shortlist.planning.adjusting.wording import in_words, names_of
from shortlist.planning.adjusting.work import CHANGEABLE, Standing, change_of, get_standing, note_change
from shortlist.planning.problem import parse_problem
from shortlist.planning.replanning.changed_week import Event, changed_problem
from shortlist.planning.replanning.differences import Step, compare
from shortlist.planning.replanning.roads import Road, closed_roads, road_between
from shortlist.planning.tables import ChangeKind
from shortlist.planning.week.demand import demand_of, problem_of
from shortlist.planning.week.times import week_bounds
from shortlist.planning.week.work import (
    PLANNERS,
    WeekRules,
    queue_plan,
    read_capacity,
    read_groups,
    worked_around,
)
from shortlist.showing.words import datumtijd, lijst, meervoud


@dataclass(frozen=True, slots=True)
class NewGroup:
    """A group that asks for visits and is not in the plan yet; ``urgent``: by a spoedprocedure."""

    id: str
    name: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Today:
    """The week of a plan as it would be asked today: its problem, what is new in it and which groups closed."""

    problem: Mapping[str, Any]
    new: tuple[NewGroup, ...]
    closed: frozenset[str]
    lost: frozenset[str]
    """Shifts to come of the plan that are there no more: leave, or taken away."""


def week_as_today(
    standing: Standing, *, rules: WeekRules, approved: Set[UUID], now: datetime, session: Session
) -> Today:
    """Return how the week of a plan would be asked today."""
    monday = standing.plan.week_start
    groups = read_groups(monday, parameters=rules.parameters, approved=approved, now=now, session=session)
    demand = demand_of(
        groups, rules.catalogue, rules.values, on=monday, urgent=rules.parameters.urgent_measures
    )
    teams = [team for team in read_capacity(monday, session=session) if team.shifts and team.people]
    problem = problem_of(
        demand, teams, monday, rules.parameters, worked=worked_around(monday, session=session)
    )
    before = {visit["group"] for visit in standing.draft.problem["visits"]}
    new = {
        str(wish.group_id): NewGroup(str(wish.group_id), wish.group, wish.urgent)
        for wish in demand.wishes
        if str(wish.group_id) not in before
    }
    there = {shift["note"] for team in problem["teams"] for shift in team["shifts"]}
    lost = {
        key
        for key, hours in shifts_of_problem(standing.draft.problem).items()
        if hours.start > now and key not in there
    }
    return Today(problem, tuple(new.values()), _closed(before, session=session), frozenset(lost))


def _closed(groups: Iterable[str], *, session: Session) -> frozenset[str]:
    rows = session.execute(
        select(col(Jeugdgroep.id), latest_state().label("state")).where(
            col(Jeugdgroep.id).in_([UUID(group) for group in groups])
        )
    )
    return frozenset(str(row.id) for row in rows if row.state == GroupState.GESLOTEN.value)


def replan(
    plan_id: UUID, *, shifts: Iterable[str], places: Iterable[str], road_from: str = "", road_to: str = "",
    road_minutes: int | None = None, opened: Iterable[str] = (), why: str, seen: int, rules: WeekRules,
    approved: Set[UUID], actor: Actor, now: datetime, session: Session,
) -> UUID:  # fmt: skip
    """Queue the smallest change to a plan and return the new version: what is past or locked stays as it is.

    Raises:
        Refused: the week is over, nothing is left to plan, or somebody else was earlier.
    """
    require_role(actor, *PLANNERS)
    standing = get_standing(plan_id, session=session)
    _require_open(standing, seen, now)
    old = standing.draft.problem
    hours = shifts_of_problem(old)
    areas = areas_of(old, session=session)
    closed = _closed_road(road_from, road_to, road_minutes, set(areas.values()))
    slowed = frozenset((road, float(road_minutes)) for road in closed) if road_minutes else frozenset()
    again = frozenset(road for road in closed_roads(old) if "|".join(road) in set(opened))
    shut = frozenset() if road_minutes else closed
    event = Event(frozenset(shifts), frozenset(places), shut, again, slowed)
    unknown = event.shifts - hours.keys()
    if unknown:
        message = "Een gekozen dienst staat niet in dit plan. Open de pagina opnieuw."
        raise Refused(message, fields={"shifts": message})
    today = week_as_today(standing, rules=rules, approved=approved, now=now, session=session)
    event = replace(event, shifts=event.shifts | today.lost)
    problem = changed_problem(
        old,
        standing.draft.made,
        today.problem,
        event,
        now=now,
        closed_groups=today.closed,
        apart_hours=rules.parameters.youth_work_apart_hours,
        floor_share=rules.parameters.floor_share,
        areas=areas | areas_of(today.problem, session=session),
    )
    if not problem["visits"] or not problem["teams"]:
        raise Refused("Er blijft niets te plannen over: geen dienst of geen bezoek.")
    try:
        parse_problem(problem, rules=rules.working_time, source="weekplan")
    except BadInput as fault:
        raise Refused(f"Zo kan er geen plan worden gemaakt: {in_words(fault.reason, problem)}.") from None
    plan = queue_plan(
        standing.plan.week_start, problem, keep=plan_id, rules=rules, actor=actor, now=now, session=session
    )
    details = {
        "shifts": sorted(event.shifts),
        "places": sorted(event.places),
        "closed": sorted("|".join(road) for road in event.closed),
        "opened": sorted("|".join(road) for road in event.opened),
        "slowed": {"|".join(road): minutes for road, minutes in sorted(event.slowed)},
        "groups": sorted(group.id for group in today.new),
        "at": now.isoformat(),
    }
    note_change(
        plan, standing, ChangeKind.HERPLAN, what=_said(standing, event, today), why=why, details=details,
        actor=actor, now=now, session=session,
    )  # fmt: skip
    record(
        session,
        actor=actor,
        action="weekplan herplannen gevraagd",
        object_kind="weekplan",
        object_id=plan.id,
        now=now,
        details={
            "vorige": str(plan_id),
            "diensten": len(event.shifts),
            "plekken": len(event.places),
            "nieuwe groepen": len(today.new),
        },
    )
    return plan.id


def areas_of(problem: Mapping[str, Any], *, session: Session) -> dict[str, str]:
    """Return the stadsdeel of each place of a stored problem, by the place's id."""
    rows = session.execute(
        select(col(Place.id), col(Stadsdeel.name))
        .join(Stadsdeel, col(Stadsdeel.id) == col(Place.stadsdeel_id))
        .where(col(Place.id).in_([UUID(place["id"]) for place in problem["places"]]))
    )
    return {str(row.id): row.name for row in rows}


def _closed_road(one: str, other: str, minutes: int | None, known: Set[str]) -> frozenset[Road]:
    if not one and not other:
        if minutes is not None:
            message = "Kies tussen welke stadsdelen het omrijden is, of laat de minuten leeg."
            raise Refused(message, fields={"road_from": message})
        return frozenset()
    for field, name in (("road_from", one), ("road_to", other)):
        if name not in known:
            message = "Kies twee stadsdelen uit de lijst, of laat beide leeg."
            raise Refused(message, fields={field: message})
    if one == other:
        message = "Kies twee verschillende stadsdelen. Is er één plek dicht, kies dan die plek."
        raise Refused(message, fields={"road_to": message})
    return frozenset({road_between(one, other)})


def _require_open(standing: Standing, seen: int, now: datetime) -> None:
    if standing.newer is not None:
        raise Refused(f"Versie {standing.newer} gaat al verder op dit plan. Herplan die versie.")
    if standing.state not in CHANGEABLE or standing.sequence != seen:
        raise Refused(
            f"Iemand anders heeft intussen over dit plan beslist: het is nu ‘{standing.state.value}’. Open het opnieuw."
        )
    if week_bounds(standing.plan.week_start)[1] <= now:
        raise Refused("Deze week is voorbij; er valt niets meer te herplannen.")


def _said(standing: Standing, event: Event, today: Today) -> str:
    problem = standing.draft.problem
    hours, names = shifts_of_problem(problem), names_of(problem)
    places = {place["id"]: place["name"] for place in problem["places"]}
    parts = []
    if event.shifts:
        gone = [
            f"{names[hours[key].team]} op {datumtijd(hours[key].start)}"
            for key in hours
            if key in event.shifts
        ]
        parts.append(f"Valt uit: {lijst(gone)}.")
    if event.places:
        parts.append(
            f"Dicht of niet bereikbaar: {lijst(places.get(one, 'een plek') for one in sorted(event.places))}."
        )
    parts += [f"Geen weg tussen {one} en {other}." for one, other in sorted(event.closed)]
    parts += [
        f"De weg tussen {road[0]} en {road[1]} is dicht; omrijden kost {meervoud(round(minutes), 'minuut', 'minuten')}."
        for road, minutes in sorted(event.slowed)
    ]
    parts += [f"De weg tussen {one} en {other} is weer open." for one, other in sorted(event.opened)]
    if today.new:
        new = [f"{group.name} (spoed)" if group.urgent else group.name for group in today.new]
        parts.append(f"Erbij: {lijst(new)}.")
    return " ".join(parts) or "Opnieuw berekend met zo weinig mogelijk verandering."


def steps_since(plan_id: UUID, *, session: Session) -> list[Step] | None:
    """Return what changed from the version that a plan goes on from, visit by visit; None when it goes on from none."""
    found = change_of(plan_id, session=session)
    if found is None:
        return None
    change, _ = found
    before, after = (get_standing(one, session=session).draft for one in (change.based_on_id, plan_id))
    event = Event(frozenset(change.details.get("shifts", ())), frozenset(change.details.get("places", ())))
    groups = frozenset(change.details.get("groups", ()))
    return compare(before.problem, before.made, after.problem, after.made, event, groups)
