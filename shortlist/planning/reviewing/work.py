"""Use cases after a week plan was asked for: following, reading, deciding, and the sheet of a shift."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.errors import Forbidden, NotFound, Refused
from shortlist.guarding.audit import UNLOGGED, record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account
from shortlist.guarding.work import all_stadsdelen
from shortlist.observing.groups.work import standing, today
from shortlist.observing.tables import Gathering, Source
from shortlist.planning.aanpak.work import current_plans, pictures_of
from shortlist.planning.adjusting.wording import plainly
from shortlist.planning.leave.work import away_between, present
from shortlist.planning.reviewing.picture import (
    Missing,
    Planned,
    Served,
    ShiftPicture,
    Stop,
    missing,
    served,
    shifts_of,
    stops_of,
)
from shortlist.planning.tables import (
    PlannedVisit,
    TeamKind,
    TeamMember,
    WeekPlan,
    WeekPlanChange,
    WeekPlanResult,
    WeekPlanState,
    WeekPlanStatus,
)
from shortlist.planning.week.demand import asked_together
from shortlist.showing.words import lijst
from shortlist.storing import jobs
from shortlist.storing.database import flush_or_refuse

READERS = frozenset({Role.TEAMLEIDER, Role.COORDINATOR_VTH, Role.STAFGROEPLID, Role.VEILIGHEIDSMANAGER})
DECIDERS = frozenset({Role.COORDINATOR_VTH, Role.STAFGROEPLID})
PLANNERS = frozenset({Role.TEAMLEIDER})
LEADERS = frozenset({Role.TEAMLEIDER, Role.COORDINATOR_VTH})
CARRIERS = LEADERS | {Role.JEUGDBOA, Role.JONGERENWERKER, Role.JEUGDAGENT}
"""Who carries out or leads a shift; of the others only members of the team see it."""
TRANSITIONS: Mapping[WeekPlanState, frozenset[WeekPlanState]] = {
    WeekPlanState.BEREKENEN: frozenset({WeekPlanState.CONCEPT, WeekPlanState.MISLUKT}),
    WeekPlanState.CONCEPT: frozenset({WeekPlanState.VASTGESTELD, WeekPlanState.TERUG}),
    WeekPlanState.VASTGESTELD: frozenset({WeekPlanState.TERUG}),
    WeekPlanState.TERUG: frozenset(),
    WeekPlanState.MISLUKT: frozenset(),
}
"""State → the states that may follow; the worker takes the first row's steps, people the others."""
RECENT = timedelta(weeks=4)
YOUNG = 12
_SHOWN = 60
"""Plans in the list."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A week plan in the list."""

    id: UUID
    week_start: date
    version: int
    state: WeekPlanState
    asked_at: datetime
    asked_by: str
    planned: int | None
    wanted: int
    gap: float | None
    replaced: bool
    """Whether a later version goes on from it."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """A state that a plan got on a moment; ``by`` is empty for the worker."""

    sequence: int
    state: WeekPlanState
    reason: str
    at: datetime
    by: str


Trail = Sequence[Sequence[float]]
"""How a plan came about: (seconds, value, bound), in order of time."""


@dataclass(frozen=True, slots=True)
class Solving:
    """How far the worker is: nothing yet, or seconds, value, bound and gap of the best plan so far."""

    state: str
    seconds: float | None = None
    value: float | None = None
    bound: float | None = None
    gap: float | None = None
    stop_asked: bool = False
    trail: Trail = ()


@dataclass(frozen=True, slots=True)
class WeekPicture:
    """A week plan in full. ``stops`` and ``shifts`` hold only what lies in the reader's stadsdelen."""

    id: UUID
    week_start: date
    version: int
    asked_at: datetime
    steps: tuple[PlanStep, ...]
    solving: Solving | None
    value: float | None
    bound: float | None
    gap: float | None
    solved_at: datetime | None
    stops: tuple[Stop, ...]
    shifts: tuple[ShiftPicture, ...]
    per_priority: tuple[Served, ...]
    per_area: tuple[Served, ...]
    missing: tuple[Missing, ...]
    hidden: int
    """Visits in stadsdelen that the reader does not work in; they count in the totals."""
    trail: Trail = ()
    together: tuple[str, ...] = ()
    """Names of the groups to which youth work and enforcement may come at the same time."""

    @property
    def state(self) -> WeekPlanState:
        """The newest state."""
        return self.steps[-1].state

    @property
    def planned(self) -> int:
        """All planned visits."""
        return sum(row.planned for row in self.per_area)

    @property
    def wanted(self) -> int:
        """All wanted visits."""
        return sum(row.wanted for row in self.per_area)


def list_week_plans(*, actor: Actor, session: Session) -> list[PlanLine]:
    """List the week plans, newest week and version first."""
    require_role(actor, *READERS)
    states = _states(session=session)
    counts = {
        row.plan_id: row.planned
        for row in session.execute(
            select(col(PlannedVisit.plan_id), func.count().label("planned")).group_by(
                col(PlannedVisit.plan_id)
            )
        )
    }
    over = (WeekPlanState.TERUG, WeekPlanState.MISLUKT)
    changes = session.execute(select(col(WeekPlanChange.plan_id), col(WeekPlanChange.based_on_id)))
    continued = {row.based_on_id for row in changes if states[row.plan_id] not in over}
    rows = session.execute(
        select(WeekPlan, col(Account.name), col(WeekPlanResult.gap))
        .join(Account, col(Account.id) == col(WeekPlan.recorded_by))
        .outerjoin(WeekPlanResult, col(WeekPlanResult.plan_id) == col(WeekPlan.id))
        .order_by(col(WeekPlan.week_start).desc(), col(WeekPlan.version).desc())
        .limit(_SHOWN)
    )
    return [
        PlanLine(
            plan.id,
            plan.week_start,
            plan.version,
            states[plan.id],
            plan.recorded_at,
            name,
            None if gap is None else counts.get(plan.id, 0),
            sum(visit["times_per_week"] for visit in plan.problem["visits"]),
            gap,
            replaced=plan.id in continued,
        )
        for plan, name, gap in rows
    ]


def _states(*, session: Session) -> dict[UUID, WeekPlanState]:
    rows = session.execute(
        select(col(WeekPlanStatus.plan_id), col(WeekPlanStatus.state)).order_by(col(WeekPlanStatus.sequence))
    )
    return {row.plan_id: WeekPlanState(row.state) for row in rows}


def get_week_plan(plan_id: UUID, *, actor: Actor, session: Session) -> WeekPicture:
    """Return a week plan in full, as far as it lies in the reader's stadsdelen.

    Raises:
        NotFound: there is no such plan.
    """
    require_role(actor, *READERS)
    whole = _whole(plan_id, session=session)
    if actor.citywide:
        return whole
    own = {part.name for part in all_stadsdelen(session=session) if actor.sees(part.id)}
    stops = tuple(stop for stop in whole.stops if stop.stadsdeel in own)
    shifts = tuple(
        replace(shift, stops=tuple(stop for stop in shift.stops if stop.stadsdeel in own))
        for shift in whole.shifts
    )
    return replace(
        whole,
        stops=stops,
        shifts=tuple(shift for shift in shifts if shift.stops),
        missing=tuple(replace(one, groups=()) for one in whole.missing),
        together=tuple(name for name in whole.together if name in {stop.group for stop in stops}),
        hidden=len(whole.stops) - len(stops),
    )


def _whole(plan_id: UUID, *, session: Session) -> WeekPicture:
    plan = session.get(WeekPlan, plan_id)
    if plan is None:
        raise NotFound("Dit weekplan bestaat niet.")
    steps = tuple(
        PlanStep(row.sequence, WeekPlanState(row.state), row.reason, row.recorded_at, name or "")
        for row, name in session.execute(
            select(WeekPlanStatus, col(Account.name))
            .outerjoin(Account, col(Account.id) == col(WeekPlanStatus.recorded_by))
            .where(col(WeekPlanStatus.plan_id) == plan_id)
            .order_by(col(WeekPlanStatus.sequence))
        )
    )
    result = session.get(WeekPlanResult, plan_id)
    planned = [
        Planned(row.visit, row.occurrence, row.team_id, row.arrives_at, row.starts_at, row.ends_at)
        for row in session.execute(select(PlannedVisit).where(col(PlannedVisit.plan_id) == plan_id)).scalars()
    ]
    stops = stops_of(plan.problem, planned)
    told: Mapping[str, Any] = result.result if result else {}
    per_priority, per_area = served(plan.problem, stops)
    together = asked_together(plan.problem)
    return WeekPicture(
        id=plan.id,
        week_start=plan.week_start,
        version=plan.version,
        asked_at=plan.recorded_at,
        steps=steps,
        solving=_solving(plan_id, session=session) if steps[-1].state is WeekPlanState.BEREKENEN else None,
        value=result.value if result else None,
        bound=result.bound if result else None,
        gap=result.gap if result else None,
        solved_at=result.recorded_at if result else None,
        stops=tuple(stops),
        shifts=tuple(shifts_of(plan.problem, told, stops)),
        per_priority=tuple(per_priority),
        per_area=tuple(per_area),
        missing=tuple(replace(one, reason=plainly(one.reason)) for one in missing(plan.problem, told)),
        hidden=0,
        trail=told.get("trail", ()),
        together=tuple(sorted({one["name"] for one in plan.problem["visits"] if one["group"] in together})),
    )


def plan_that_holds(monday: date, *, session: Session) -> WeekPicture | None:
    """Return the approved plan of a week in full, or None."""
    states = week_states(monday, session=session)
    found = next((plan_id for plan_id, _, state in states if state is WeekPlanState.VASTGESTELD), None)
    return _whole(found, session=session) if found else None


def _solving(plan_id: UUID, *, session: Session) -> Solving:
    job = session.get(jobs.Job, plan_id)
    if job is None:
        return Solving("mislukt")
    shown = job.progress
    return Solving(
        job.state,
        shown.get("seconds"),
        shown.get("value"),
        shown.get("bound"),
        shown.get("gap"),
        job.stop_asked,
        shown.get("trail", ()),
    )


def stop_solving(plan_id: UUID, *, actor: Actor, now: datetime, session: Session) -> None:
    """Ask the worker to finish with the best plan it has.

    Raises:
        Refused: the plan is not being computed (any more).
    """
    require_role(actor, *PLANNERS)
    if _whole(plan_id, session=session).state is not WeekPlanState.BEREKENEN:
        raise Refused("Dit plan is al klaar met rekenen.")
    jobs.ask_to_stop(plan_id, session=session)
    record(session, actor=actor, action="rekenen gestopt", object_kind="weekplan", object_id=plan_id, now=now)


def decide_week_plan(
    plan_id: UUID,
    state: WeekPlanState,
    *,
    reason: str,
    seen: int,
    approved: Set[UUID],
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Approve a plan (``vastgesteld``) or send it back with a reason. ``seen``: the newest step the decider saw.

    ``approved``: the groups to which jeugdboa's may be sent today.

    An approved plan of the same week is sent back in the same breath, so that one plan holds per week.

    Raises:
        Refused: the state does not allow it, the reason is missing, a request for jeugdboa's was withdrawn since the
            plan was made, or somebody else decided meanwhile.
    """
    require_role(actor, *DECIDERS)
    plan = _whole(plan_id, session=session)
    if plan.steps[-1].sequence != seen:
        raise Refused(_MEANWHILE.format(state=plan.state.value))
    if state not in TRANSITIONS[plan.state] or state not in {WeekPlanState.VASTGESTELD, WeekPlanState.TERUG}:
        raise Refused(f"Dit plan is ‘{plan.state.value}’; daarna kan het niet ‘{state.value}’ worden.")
    if state is WeekPlanState.TERUG and not reason.strip():
        message = "Schrijf op wat er anders moet, zodat de teamleider ermee verder kan."
        raise Refused(message, fields={"reason": message})
    if state is WeekPlanState.VASTGESTELD:
        _require_requests(plan, approved, now=now)
    _append(plan_id, seen + 1, state, reason, actor=actor, now=now, session=session)
    if state is WeekPlanState.VASTGESTELD:
        others = session.execute(
            select(col(WeekPlan.id)).where(
                col(WeekPlan.week_start) == plan.week_start, col(WeekPlan.id) != plan_id
            )
        ).scalars()
        for other in list(others):
            last = session.execute(
                select(WeekPlanStatus)
                .where(col(WeekPlanStatus.plan_id) == other)
                .order_by(col(WeekPlanStatus.sequence).desc())
                .limit(1)
            ).scalar_one()
            if last.state == WeekPlanState.VASTGESTELD.value:
                why = f"Vervangen door versie {plan.version}."
                _append(
                    other, last.sequence + 1, WeekPlanState.TERUG, why, actor=actor, now=now, session=session
                )
    record(
        session,
        actor=actor,
        action=f"weekplan {state.value}",
        object_kind="weekplan",
        object_id=plan_id,
        now=now,
        details={"week": plan.week_start.isoformat(), "versie": plan.version},
    )


_MEANWHILE = "Iemand anders heeft intussen over dit plan beslist: het is nu ‘{state}’. Open het plan opnieuw."


def _require_requests(plan: WeekPicture, approved: Set[UUID], *, now: datetime) -> None:
    """Raise Refused when jeugdboa's are still to go to a group without an approved request."""
    without = sorted(
        {
            stop.group
            for stop in plan.stops
            if stop.kind == TeamKind.JEUGDBOA.value and stop.starts_at > now and stop.group_id not in approved
        }
    )
    if without:
        raise Refused(
            f"Voor {lijst(without)} is er geen goedgekeurde aanvraag voor jeugdboa’s (meer). Stuur het plan terug, of "
            "keur eerst de aanvraag goed."
        )


def _append(
    plan_id: UUID,
    sequence: int,
    state: WeekPlanState,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    session.add(
        WeekPlanStatus(
            plan_id=plan_id,
            sequence=sequence,
            state=state.value,
            reason=reason.strip(),
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    flush_or_refuse(session, _MEANWHILE.format(state="gewijzigd"))


# --- what a team gets ---


@dataclass(frozen=True, slots=True)
class StopSheet:
    """A stop on a shift sheet: why, what was seen lately, and what to mind."""

    stop: Stop
    goal: str
    seen: int
    looked: int
    last_seen: datetime | None
    young: bool
    """Whether children under 12 are known to be with the group: no enforcement on them."""


@dataclass(frozen=True, slots=True)
class ShiftSheet:
    """What a team takes along on one shift."""

    plan_id: UUID
    week_start: date
    version: int
    state: WeekPlanState
    shift: ShiftPicture
    colleagues: tuple[str, ...]
    stops: tuple[StopSheet, ...]


def shift_sheet(
    plan_id: UUID, shift_id: UUID, *, actor: Actor, now: datetime, session: Session
) -> ShiftSheet:
    """Return the sheet of a shift. It names groups and places, never a youngster.

    Raises:
        Forbidden: the actor is not in the team, or the plan was not approved yet.
        NotFound: the plan has no such shift.
    """
    require_role(actor, *CARRIERS)
    plan = _whole(plan_id, session=session)
    shift = next((one for one in plan.shifts if one.id == shift_id), None)
    if shift is None:
        raise NotFound("Deze dienst staat niet in dit weekplan.")
    _require_carrier(plan, shift.team_id, actor=actor, session=session)
    ids = list(dict.fromkeys(stop.group_id for stop in shift.stops))
    plans = current_plans(ids, session=session)
    pictures = pictures_of(ids, on=today(now), session=session)
    counts = _lately(ids, now=now, session=session)
    day = today(shift.starts_at)
    there = present(shift.people, day, away_between(day, day, session=session))
    names = {
        row.id: row.name
        for row in session.execute(
            select(col(Account.id), col(Account.name)).where(col(Account.id).in_(there))
        )
    }
    return ShiftSheet(
        plan_id=plan.id,
        week_start=plan.week_start,
        version=plan.version,
        state=plan.state,
        shift=shift,
        colleagues=tuple(names[person] for person in there if person in names),
        stops=tuple(
            StopSheet(
                stop,
                plans[stop.group_id].goal if stop.group_id in plans else "",
                *counts.get(stop.group_id, (0, 0, None)),
                young=_under(pictures[stop.group_id].answers.get("leeftijd_jongste")),
            )
            for stop in shift.stops
        ),
    )


def _under(age: str | int | None) -> bool:
    return age is not None and str(age).isdigit() and int(age) < YOUNG


def _lately(
    ids: list[UUID], *, now: datetime, session: Session
) -> dict[UUID, tuple[int, int, datetime | None]]:
    """Return per group how often it was seen and looked for in the last weeks, and when last."""
    rows = session.execute(
        select(col(Gathering.group_id), col(Gathering.started_at), col(Gathering.seen_count))
        .where(
            col(Gathering.group_id).in_(ids),
            col(Gathering.started_at) >= now - RECENT,
            col(Gathering.source) == Source.GEZIEN.value,
            standing(),
        )
        .execution_options(**{UNLOGGED: "how often a group was seen, nothing about a person"})
    )
    found: dict[UUID, tuple[int, int, datetime | None]] = {}
    for group_id, at, count in rows:
        seen, looked, last = found.get(group_id, (0, 0, None))
        present = count != 0
        newest = max(filter(None, (last, at))) if present else last
        found[group_id] = (seen + present, looked + 1, newest)
    return found


def _require_carrier(plan: WeekPicture, team_id: UUID, *, actor: Actor, session: Session) -> None:
    if actor.has(*LEADERS):
        return
    member = session.execute(
        select(col(TeamMember.team_id)).where(
            col(TeamMember.team_id) == team_id, col(TeamMember.account_id) == actor.id
        )
    ).first()
    if member is None:
        raise Forbidden("Deze dienst is van een ander team.")
    if plan.state is not WeekPlanState.VASTGESTELD:
        raise Forbidden("Dit weekplan is niet vastgesteld. Vraag uw teamleider naar het geldende plan.")


def team_week(
    plan_id: UUID, team_id: UUID, *, actor: Actor, session: Session
) -> tuple[WeekPicture, list[ShiftPicture]]:
    """Return a plan and the shifts of one team in it, for its calendar.

    Raises:
        Forbidden: the actor is not in the team, or the plan was not approved yet.
        NotFound: the plan has no such team.
    """
    require_role(actor, *CARRIERS)
    plan = _whole(plan_id, session=session)
    shifts = [shift for shift in plan.shifts if shift.team_id == team_id]
    if not shifts:
        raise NotFound("Dit team heeft geen diensten in dit weekplan.")
    _require_carrier(plan, team_id, actor=actor, session=session)
    return plan, shifts


def week_states(monday: date, *, session: Session) -> list[tuple[UUID, int, WeekPlanState]]:
    """Return id, version and newest state of the plans of a week, newest version first."""
    states = _states(session=session)
    rows = session.execute(
        select(col(WeekPlan.id), col(WeekPlan.version))
        .where(col(WeekPlan.week_start) == monday)
        .order_by(col(WeekPlan.version).desc())
    )
    return [(row.id, row.version, states[row.id]) for row in rows]


def undecided(*, session: Session) -> list[tuple[UUID, date, int]]:
    """Return id, week and version of the plans that wait for a decision."""
    states = _states(session=session)
    rows = session.execute(
        select(col(WeekPlan.id), col(WeekPlan.week_start), col(WeekPlan.version)).order_by(
            col(WeekPlan.week_start)
        )
    )
    return [(row.id, row.week_start, row.version) for row in rows if states[row.id] is WeekPlanState.CONCEPT]
