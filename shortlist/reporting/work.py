"""Use cases of reporting: the lead times of groups, computed from what was recorded at each step."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.classifying.tables import Assessment
from shortlist.deploying.tables import DeploymentReport, VisitOutcome
from shortlist.errors import Broken
from shortlist.guarding.audit import UNLOGGED
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Stadsdeel
from shortlist.observing.tables import GroupState, GroupStatus, Jeugdgroep
from shortlist.observing.work import get_group, today
from shortlist.planning.tables import PlannedVisit, PlanVanAanpak
from shortlist.prioritising.tables import DecisionKind, Priority, PriorityDecision, PriorityProposal
from shortlist.reporting.lead_times import (
    Clock,
    LeadTimeRules,
    StepLine,
    clock,
    lead_time_rules,
    start_of,
    summarise,
)
from shortlist.storing.dated_yaml import Shelf, newest_for

READERS = (Role.VEILIGHEIDSMANAGER, Role.STAFGROEPLID, Role.COORDINATOR_VTH)
"""Who sees lead times side by side."""


@dataclass(frozen=True, slots=True)
class GroupClock:
    """A group with its lead times."""

    group_id: UUID
    name: str
    stadsdeel: str
    closed: bool
    clock: Clock


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """The lead times of the groups in the actor's stadsdelen."""

    whole: tuple[StepLine, ...]
    stadsdelen: tuple[tuple[str, int, tuple[StepLine, ...]], ...]
    """(stadsdeel, groups, lines), by name."""
    late: tuple[GroupClock, ...]
    """Groups whose present step is over its target, the longest over first."""
    groups: int


def lead_time_rules_on(shelf: Shelf, on: date) -> LeadTimeRules:
    """Return the targets in force on a day.

    Raises:
        Broken: no ``lead-times`` file was sound.
    """
    document = newest_for(shelf.of_kind("lead-times"), on)
    if document is None:
        raise Broken("In de regels ontbreekt een bestand met kind: lead-times. Zet lead-times.yaml terug.")
    return lead_time_rules(document.data)


def lead_time_of(
    group_id: UUID,
    *,
    rules: LeadTimeRules,
    unregistered: Collection[str],
    actor: Actor,
    now: datetime,
    session: Session,
) -> GroupClock:
    """Return the lead times of one group within the actor's stadsdelen.

    ``unregistered`` are the classes that need no attention (``PriorityRules.unregistered``).
    """
    get_group(group_id, actor=actor, session=session)
    return _clocks([group_id], unregistered, rules=rules, now=now, session=session)[0]


def lead_times(
    *, rules: LeadTimeRules, unregistered: Collection[str], actor: Actor, now: datetime, session: Session
) -> LeadTimes:
    """Return the lead times of every group within the actor's stadsdelen, per stadsdeel, and which are late now."""
    require_role(actor, *READERS)
    query = select(col(Jeugdgroep.id))
    if not actor.citywide:
        query = query.where(col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen))
    found = _clocks(
        list(session.execute(query).scalars()), unregistered, rules=rules, now=now, session=session
    )
    parts: dict[str, list[Clock]] = {}
    for one in found:
        parts.setdefault(one.stadsdeel, []).append(one.clock)
    late = [one for one in found if one.clock.now and one.clock.now.late]
    return LeadTimes(
        summarise([one.clock for one in found], rules),
        tuple((name, len(parts[name]), summarise(parts[name], rules)) for name in sorted(parts)),
        tuple(sorted(late, key=lambda one: ((one.clock.now and one.clock.now.due) or date.max, one.name))),
        len(found),
    )


def clocks_of_all(
    unregistered: Collection[str], *, rules: LeadTimeRules, now: datetime, session: Session
) -> list[GroupClock]:
    """Return the clock of every group of the city, for counts; the caller shows no group."""
    ids = list(session.execute(select(col(Jeugdgroep.id))).scalars())
    return _clocks(ids, unregistered, rules=rules, now=now, session=session)


def _clocks(
    group_ids: list[UUID],
    unregistered: Collection[str],
    *,
    rules: LeadTimeRules,
    now: datetime,
    session: Session,
) -> list[GroupClock]:
    """Return the clock of each group, by name; moments only, nothing about persons."""
    rows = session.execute(
        select(
            col(Jeugdgroep.id),
            col(Jeugdgroep.name),
            col(Stadsdeel.name).label("stadsdeel"),
            col(Jeugdgroep.first_signal_on),
        )
        .join(Stadsdeel, col(Stadsdeel.id) == col(Jeugdgroep.stadsdeel_id))
        .where(col(Jeugdgroep.id).in_(group_ids))
        .order_by(col(Jeugdgroep.name), col(Jeugdgroep.id))
    ).all()
    states: dict[UUID, list[tuple[date, bool]]] = {}
    for group_id, at, state in session.execute(
        select(col(GroupStatus.group_id), col(GroupStatus.recorded_at), col(GroupStatus.state))
        .where(col(GroupStatus.group_id).in_(group_ids))
        .order_by(col(GroupStatus.recorded_at))
    ):
        states.setdefault(group_id, []).append((today(at), state == GroupState.GESLOTEN.value))
    ends = _ends(group_ids, unregistered, session=session)
    done = {step: _days(query, session=session) for step, query in _steps(group_ids).items()}
    found = []
    for row in rows:
        start, closed = start_of(row.first_signal_on, states.get(row.id, ()))
        days = {step: per_group.get(row.id, ()) for step, per_group in done.items()}
        found.append(
            GroupClock(
                row.id,
                row.name,
                row.stadsdeel,
                closed,
                clock(start, days, rules, today(now), stopped=closed, ends_after=ends.get(row.id, "")),
            )
        )
    return found


def _ends(group_ids: Iterable[UUID], unregistered: Collection[str], *, session: Session) -> dict[UUID, str]:
    """Return the step after which a group needs nothing more: its class asks for nothing, or priority is *geen*."""
    ids = list(group_ids)
    found: dict[UUID, str] = {}
    for group_id, decided in session.execute(
        select(col(Assessment.group_id), col(Assessment.decided))
        .where(col(Assessment.group_id).in_(ids))
        .order_by(col(Assessment.recorded_at))
    ):
        found[group_id] = "shortlist" if decided in unregistered else ""
    for group_id, priority in session.execute(
        select(col(PriorityDecision.group_id), col(PriorityDecision.priority))
        .where(
            col(PriorityDecision.group_id).in_(ids),
            col(PriorityDecision.kind) == DecisionKind.VASTGESTELD.value,
        )
        .order_by(col(PriorityDecision.recorded_at), col(PriorityDecision.sequence))
    ):
        if found.get(group_id) != "shortlist":
            found[group_id] = "stafgroep" if priority == Priority.GEEN.value else ""
    return found


def _steps(group_ids: Iterable[UUID]) -> dict[str, Any]:
    """Return per step the query for (group, moment on which it was done)."""
    ids = list(group_ids)

    def of(table: Any, *conditions: Any) -> Any:
        return select(col(table.group_id), col(table.recorded_at)).where(
            col(table.group_id).in_(ids), *conditions
        )

    later = aliased(DeploymentReport)
    corrected = exists(
        select(1).where(
            col(later.planned_visit_id) == col(DeploymentReport.planned_visit_id),
            col(later.sequence) > col(DeploymentReport.sequence),
        )
    )
    return {
        "shortlist": of(Assessment),
        "jit": of(PriorityProposal),
        "stafgroep": of(PriorityDecision, col(PriorityDecision.kind) == DecisionKind.VASTGESTELD.value),
        "plan": of(PlanVanAanpak),
        "inzet": select(col(PlannedVisit.group_id), col(PlannedVisit.starts_at))
        .join(DeploymentReport, col(DeploymentReport.planned_visit_id) == col(PlannedVisit.id))
        .where(
            col(PlannedVisit.group_id).in_(ids),
            col(DeploymentReport.outcome) != VisitOutcome.NIET_GEWEEST.value,
            ~corrected,
        )
        .execution_options(**{UNLOGGED: "when a team was with a group, nothing about a person"}),
    }


def _days(query: Any, *, session: Session) -> dict[UUID, list[date]]:
    found: dict[UUID, list[date]] = {}
    for group_id, at in session.execute(query):
        found.setdefault(group_id, []).append(today(at))
    return found
