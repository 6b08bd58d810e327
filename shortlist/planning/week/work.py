"""Use cases before a week plan is there: demand and capacity of a week, the problem, asking for a plan."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.errors import BadInput, Broken, Refused
from shortlist.guarding.audit import UNLOGGED, record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account, Stadsdeel
from shortlist.observing.groups.work import latest_state, standing, standing_place, today
from shortlist.observing.tables import Gathering, GroupPlace, GroupState, Jeugdgroep, Place, Source
from shortlist.planning.aanpak.measures import Catalogue
from shortlist.planning.aanpak.work import catalogue_on, current_plans, pictures_of
from shortlist.planning.adjusting.wording import in_words
from shortlist.planning.hot_times import Seen, hot_spots
from shortlist.planning.leave.work import away_between, can_go
from shortlist.planning.problem import parse_problem
from shortlist.planning.tables import (
    HotTimeChoice,
    Shift,
    Team,
    TeamMember,
    WeekPlan,
    WeekPlanState,
    WeekPlanStatus,
)
from shortlist.planning.week.demand import (
    Choice,
    ChosenTimes,
    Demand,
    Duty,
    GroupWeek,
    HotTime,
    Parameters,
    Spot,
    TeamWeek,
    by_hand,
    chosen_from,
    demand_of,
    parameters_from,
    problem_of,
)
from shortlist.planning.week.times import Span, moment, monday_of, parse_times, week_bounds
from shortlist.planning.working_time_files import Loader, loader
from shortlist.prioritising.board import CurrentPriority
from shortlist.prioritising.work import current_priorities, priority_rules_on
from shortlist.storing import jobs
from shortlist.storing.database import flush_or_refuse
from shortlist.storing.dated_yaml import Shelf, newest_for

PLANNERS = frozenset({Role.TEAMLEIDER})
JOB = "weekplan"
"""Kind of the queued work."""
_AHEAD = timedelta(weeks=26)
_AROUND = timedelta(days=14)
"""Shifts this long before and after the week count for working-time rules."""


@dataclass(frozen=True, slots=True)
class WeekRules:
    """The dated rules that a week plan rests on."""

    catalogue: Catalogue
    parameters: Parameters
    values: Mapping[str, float]
    working_time: Loader
    """Finds the working-time rules in the folder that the others came from."""


def rules_on(shelf: Shelf, on: date) -> WeekRules:
    """Return the rules in force on a day.

    Raises:
        Broken: ``rules/`` lacks one of the files.
    """
    document = newest_for(shelf.of_kind("week-plan"), on)
    if document is None:
        raise Broken(
            f"{shelf.folder}: er is geen bestand van de soort 'week-plan'. Zet week-plan.yaml terug."
        )
    return WeekRules(
        catalogue_on(shelf, on),
        parameters_from(document.data),
        priority_rules_on(shelf, on).values(),
        loader(shelf.folder),
    )


def read_groups(
    monday: date, *, parameters: Parameters, approved: Set[UUID], now: datetime, session: Session
) -> list[GroupWeek]:
    """Return every group that has a priority or a plan, as the week of ``monday`` sees it.

    A week that has begun is seen as it is today, so that a spoedprocedure counts from the day it starts.
    ``approved``: the groups with an approved request for jeugdboa's.
    """
    on = max(monday, today(now))
    plans = current_plans(session=session)
    priorities = current_priorities(on, session=session)
    ids = set(plans) | set(priorities)
    rows = session.execute(
        select(
            col(Jeugdgroep.id), col(Jeugdgroep.name), col(Stadsdeel.name).label("stadsdeel"),
            latest_state().label("state"),
        )
        .join(Stadsdeel, col(Stadsdeel.id) == col(Jeugdgroep.stadsdeel_id))
        .where(col(Jeugdgroep.id).in_(ids))
    ).all()  # fmt: skip
    pictures = pictures_of(ids, on=on, session=session)
    spots = spots_of(ids, monday=monday, parameters=parameters, now=now, session=session)
    return [
        GroupWeek(
            group_id=row.id,
            name=row.name,
            stadsdeel=row.stadsdeel,
            closed=row.state == GroupState.GESLOTEN.value,
            picture=pictures[row.id],
            plan=plans.get(row.id),
            spots=spots.get(row.id, ()),
            urgent_until=_urgent_until(priorities.get(row.id)),
            approved=row.id in approved,
        )
        for row in rows
    ]


def _urgent_until(current: CurrentPriority | None) -> date | None:
    return current.valid_until if current is not None and current.urgent else None


def spots_of(
    ids: Iterable[UUID], *, monday: date, parameters: Parameters, now: datetime, session: Session
) -> dict[UUID, tuple[Spot, ...]]:
    """Return where groups are to be found: hot spots from own observations, then dated places without any."""
    wanted = list(ids)
    observed = session.execute(
        select(
            col(Gathering.group_id), col(Gathering.place_id), col(Place.lon), col(Place.lat),
            col(Gathering.started_at), col(Gathering.effort_minutes), col(Gathering.seen_count),
        )
        .join(Place, col(Place.id) == col(Gathering.place_id))
        .where(
            col(Gathering.group_id).in_(wanted),
            col(Gathering.started_at) >= now - timedelta(weeks=parameters.look_back_weeks),
            col(Gathering.source) == Source.GEZIEN.value,
            standing(),
        )
        .order_by(col(Gathering.started_at), col(Gathering.id))
        .execution_options(**{UNLOGGED: "when and where a group was seen, nothing about a person"})
    ).all()  # fmt: skip
    sightings: dict[UUID, list[Seen]] = {}
    for group_id, place_id, lon, lat, at, looked, count in observed:
        sightings.setdefault(group_id, []).append(Seen(str(place_id), lon, lat, at, looked, count != 0))
    dated = session.execute(
        select(col(GroupPlace.group_id), Place)
        .join(Place, col(Place.id) == col(GroupPlace.place_id))
        .where(
            col(GroupPlace.group_id).in_(wanted),
            standing_place(),
            col(GroupPlace.valid_from) <= monday,
            col(GroupPlace.valid_until).is_(None) | (col(GroupPlace.valid_until) >= monday),
        )
        .order_by(col(Place.name))
    ).all()
    names = {row.id: row.name for row in session.execute(select(col(Place.id), col(Place.name)))}
    found: dict[UUID, dict[UUID, Spot]] = {}
    for group_id, seen in sightings.items():
        for hot in hot_spots(seen, windows=parameters.hot_windows, least=parameters.least_observations):
            place_id = UUID(hot.place)
            windows = tuple(
                HotTime(Span(w.day, w.start, w.end), w.times, w.looked_minutes or None) for w in hot.windows
            )
            spot = Spot(place_id, names[place_id], hot.lon, hot.lat, hot.times, windows)
            found.setdefault(group_id, {})[place_id] = spot
    for group_id, place in dated:
        spots = found.setdefault(group_id, {})
        spots.setdefault(place.id, Spot(place.id, place.name, place.lon, place.lat))
    chosen = chosen_times(wanted, session=session)
    return {
        group_id: tuple(
            replace(spot, chosen=chosen.get((group_id, spot.place_id))) for spot in spots.values()
        )
        for group_id, spots in found.items()
    }


def chosen_times(group_ids: Iterable[UUID], *, session: Session) -> dict[tuple[UUID, UUID], ChosenTimes]:
    """Return the times that people chose per group and place; where they went back to the observed ones: absent."""
    rows = session.execute(
        select(HotTimeChoice, col(Account.name))
        .join(Account, col(Account.id) == col(HotTimeChoice.recorded_by))
        .where(col(HotTimeChoice.group_id).in_(list(group_ids)))
        .order_by(col(HotTimeChoice.sequence))
    )
    newest = {(row.group_id, row.place_id): (row, by) for row, by in rows}
    return {
        key: ChosenTimes(parse_times(row.times), row.reason, by)
        for key, (row, by) in newest.items()
        if row.times
    }


def read_capacity(monday: date, *, session: Session) -> list[TeamWeek]:
    """Return the active teams with their people and the shifts that start in the week of ``monday``.

    A shift for which leave leaves too few people is among ``missed``.
    """
    first, last = week_bounds(monday)
    teams = session.execute(
        select(Team, Place)
        .join(Place, col(Place.id) == col(Team.base_place_id))
        .where(col(Team.active).is_(True))
        .order_by(col(Team.kind), col(Team.name))
    ).all()
    people: dict[UUID, list[tuple[UUID, str]]] = {}
    for team_id, account_id, name in session.execute(
        select(col(TeamMember.team_id), col(Account.id), col(Account.name))
        .join(Account, col(Account.id) == col(TeamMember.account_id))
        .where(col(Account.active).is_(True))
        .order_by(col(Account.name))
    ):
        people.setdefault(team_id, []).append((account_id, name))
    shifts: dict[UUID, list[Duty]] = {}
    for shift in session.execute(
        select(Shift)
        .where(col(Shift.starts_at) >= first, col(Shift.starts_at) < last)
        .order_by(col(Shift.starts_at))
    ).scalars():
        shifts.setdefault(shift.team_id, []).append(Duty(shift.id, shift.starts_at, shift.ends_at))
    away = away_between(monday, monday + timedelta(days=6), session=session)
    found = []
    for team, base in teams:
        members = tuple(people.get(team.id, ()))
        own = shifts.get(team.id, [])
        kept = [s for s in own if can_go(team.kind, [p for p, _ in members], today(s.starts_at), away)]
        if not any(person in away for person, _ in members):
            kept = own  # a team that was never complete is told elsewhere
        found.append(
            TeamWeek(
                team.id,
                team.name,
                team.kind,
                members,
                Spot(base.id, base.name, base.lon, base.lat),
                tuple(kept),
                tuple(shift for shift in own if shift not in kept),
            )
        )
    return found


def worked_around(monday: date, *, session: Session) -> list[tuple[UUID, datetime, datetime]]:
    """Return the shifts just before and after the week, per person: they count for rest and hours."""
    first, last = week_bounds(monday)
    rows = session.execute(
        select(col(TeamMember.account_id), col(Shift.starts_at), col(Shift.ends_at))
        .join(Shift, col(Shift.team_id) == col(TeamMember.team_id))
        .where(
            col(Shift.starts_at) >= first - _AROUND,
            col(Shift.starts_at) < last + _AROUND,
            (col(Shift.starts_at) < first) | (col(Shift.starts_at) >= last),
        )
        .order_by(col(Shift.starts_at), col(TeamMember.account_id))
    )
    return [(row.account_id, row.starts_at, row.ends_at) for row in rows]


def read_demand(
    monday: date, *, rules: WeekRules, approved: Set[UUID], now: datetime, session: Session
) -> Demand:
    """Return what the priorities and plans van aanpak ask of a week, and what asks for nothing and why."""
    parameters = rules.parameters
    groups = read_groups(monday, parameters=parameters, approved=approved, now=now, session=session)
    return demand_of(groups, rules.catalogue, rules.values, on=monday, urgent=parameters.urgent_measures)


def build_problem(
    monday: date,
    *,
    rules: WeekRules,
    approved: Set[UUID],
    choices: Mapping[str, Choice] | None = None,
    now: datetime,
    session: Session,
) -> dict[str, Any]:
    """Return the week in the contract's form of ``shortlist plan``.

    ``choices``: what the planner made of each wish; None takes every wish as it is. Teams without people or shifts
    stay out.
    """
    demand = read_demand(monday, rules=rules, approved=approved, now=now, session=session)
    if choices is not None:
        demand = chosen_from(demand, choices)
    teams = [team for team in read_capacity(monday, session=session) if team.shifts and team.people]
    worked = worked_around(monday, session=session)
    return problem_of(demand, teams, monday, rules.parameters, worked=worked)


def next_monday(now: datetime) -> date:
    """Return the Monday after today."""
    return monday_of(today(now)) + timedelta(days=7)


def require_week(monday: date, *, now: datetime) -> None:
    """Raise Refused when a week plan can't be made for the week of ``monday``."""
    field = "week"
    if monday.weekday() != 0:
        raise Refused("Een weekplan begint op maandag.", fields={field: "Kies een maandag."})
    if moment(monday + timedelta(days=7), 0) <= now:
        raise Refused(
            "Deze week is voorbij.", fields={field: "Deze week is voorbij. Kies deze week of later."}
        )
    if monday > today(now) + _AHEAD:
        raise Refused("Deze week is te ver weg.", fields={field: "Kies een week binnen een half jaar."})


def order_week_plan(
    monday: date,
    *,
    rules: WeekRules,
    approved: Set[UUID],
    choices: Mapping[str, Choice] | None = None,
    keep: UUID | None = None,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Store the problem of a week, queue its solving and return the plan's id.

    ``approved``: the groups with an approved request for jeugdboa's. ``keep``: an earlier plan of this week of which
    as much as possible stays, what was locked or forbidden by hand without exception.

    Raises:
        Refused: nothing to plan, nobody to go, or this week is being computed already.
    """
    require_role(actor, *PLANNERS)
    require_week(monday, now=now)
    problem = build_problem(monday, rules=rules, approved=approved, choices=choices, now=now, session=session)
    if not problem["visits"]:
        raise Refused("Er is niets te plannen: geen enkel bezoek is gekozen. Kies ten minste één bezoek.")
    if not problem["teams"]:
        raise Refused("Geen enkel team heeft die week een dienst. Voeg eerst diensten toe bij Teams.")
    kept = session.get(WeekPlan, keep) if keep else None
    if kept is not None:
        problem |= by_hand(kept.problem, problem)
    try:
        parse_problem(problem, rules=rules.working_time, source="weekplan")
    except BadInput as fault:
        raise Refused(f"Zo kan er geen plan worden gemaakt: {in_words(fault.reason, problem)}.") from None
    plan = queue_plan(monday, problem, keep=keep, rules=rules, actor=actor, now=now, session=session)
    record(
        session,
        actor=actor,
        action="weekplan gevraagd",
        object_kind="weekplan",
        object_id=plan.id,
        now=now,
        details={"week": monday.isoformat(), "versie": plan.version, "bezoeken": len(problem["visits"])},
    )
    return plan.id


def queue_plan(
    monday: date,
    problem: Mapping[str, Any],
    *,
    keep: UUID | None,
    rules: WeekRules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> WeekPlan:
    """Add a version of a week's plan with a lawful problem and queue its solving.

    Raises:
        Refused: a plan of this week is being computed already, or was asked for at the same moment.
    """
    for plan_id, state in plan_states(monday, session=session).items():
        if state is WeekPlanState.BEREKENEN and plan_id != keep:
            raise Refused(
                "Voor deze week wordt al een plan berekend. Wacht tot het klaar is of stop het eerst."
            )
    plan = add_version(
        monday, problem, WeekPlanState.BEREKENEN, reason="", actor=actor, now=now, session=session
    )
    payload = {
        "plan": str(plan.id),
        "seconds": rules.parameters.seconds,
        "seed": monday.toordinal(),
        "keep": str(keep) if keep else None,
    }
    jobs.enqueue(JOB, payload, now=now, session=session, job_id=plan.id)
    return plan


def add_version(
    monday: date,
    problem: Mapping[str, Any],
    state: WeekPlanState,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    session: Session,
) -> WeekPlan:
    """Add the next version of a week's plan in its first state and return it.

    Raises:
        Refused: somebody else added a version at the same moment.
    """
    last = session.execute(
        select(func.max(col(WeekPlan.version))).where(col(WeekPlan.week_start) == monday)
    ).scalar_one()
    plan = WeekPlan(
        week_start=monday,
        version=(last or 0) + 1,
        problem=dict(problem),
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(plan)
    flush_or_refuse(
        session, "Iemand anders maakte op hetzelfde moment een plan voor deze week. Kijk bij Weekplannen."
    )
    session.add(
        WeekPlanStatus(
            plan_id=plan.id,
            sequence=1,
            state=state.value,
            reason=reason[:4000],
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    return plan


def plan_states(monday: date, *, session: Session) -> dict[UUID, WeekPlanState]:
    """Return the newest state of every plan of a week."""
    rows = session.execute(
        select(col(WeekPlanStatus.plan_id), col(WeekPlanStatus.state))
        .join(WeekPlan, col(WeekPlan.id) == col(WeekPlanStatus.plan_id))
        .where(col(WeekPlan.week_start) == monday)
        .order_by(col(WeekPlanStatus.sequence))
    )
    return {row.plan_id: WeekPlanState(row.state) for row in rows}
