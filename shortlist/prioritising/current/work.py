"""Which priority holds on a day, and the urgent decisions of a spoedprocedure as they stand."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.guarding.tables import Account
from shortlist.observing.work import today
from shortlist.prioritising.board import CurrentPriority, Urgent
from shortlist.prioritising.tables import DecisionKind, Priority, PriorityDecision, UrgentDecision, UrgentEnd


def current_priorities(
    on: date, *, session: Session, group_ids: Sequence[UUID] | None = None
) -> dict[UUID, CurrentPriority]:
    """Return the priority that holds on a day per group (of ``group_ids`` when given); without one: absent.

    A running spoedprocedure counts as *hoog* before anything else. For planning and pages alike; says nothing about
    persons. The caller has checked who may see the groups.
    """
    query = (
        select(PriorityDecision)
        .where(
            col(PriorityDecision.kind) == DecisionKind.VASTGESTELD.value,
            col(PriorityDecision.valid_from) <= on,
        )
        .order_by(
            col(PriorityDecision.valid_from),
            col(PriorityDecision.recorded_at),
            col(PriorityDecision.sequence),
        )
    )
    if group_ids is not None:
        query = query.where(col(PriorityDecision.group_id).in_(list(group_ids)))
    newest = {row.group_id: row for row in session.execute(query).scalars()}
    found = {
        group_id: CurrentPriority(row.priority, row.valid_from, row.valid_until, row.reason)
        for group_id, row in newest.items()
        if on <= row.valid_until
    }
    for urgent in urgent_decisions(session=session, group_ids=group_ids, running_on=on):
        if urgent.runs(on):
            found[urgent.group_id] = CurrentPriority(
                Priority.HOOG.value, urgent.valid_from, urgent.valid_until, urgent.reason, urgent=True
            )
    return found


def current_priority(group_id: UUID, on: date, *, session: Session) -> CurrentPriority | None:
    """Return the priority of one group that holds on a day, or None."""
    return current_priorities(on, session=session, group_ids=[group_id]).get(group_id)


def urgent_decisions(
    *, session: Session, group_ids: Iterable[UUID] | None = None, running_on: date | None = None
) -> list[Urgent]:
    """Return urgent decisions with what became of them, oldest first; ``running_on`` leaves out other periods."""
    withdrawer = aliased(Account)
    query = (
        select(UrgentDecision, col(Account.name), UrgentEnd, col(withdrawer.name))
        .join(Account, col(Account.id) == col(UrgentDecision.recorded_by))
        .outerjoin(UrgentEnd, col(UrgentEnd.urgent_id) == col(UrgentDecision.id))
        .outerjoin(withdrawer, col(withdrawer.id) == col(UrgentEnd.recorded_by))
        .order_by(col(UrgentDecision.recorded_at), col(UrgentDecision.sequence))
    )
    if group_ids is not None:
        query = query.where(col(UrgentDecision.group_id).in_(list(group_ids)))
    if running_on is not None:
        query = query.where(
            col(UrgentDecision.valid_from) <= running_on, col(UrgentDecision.valid_until) >= running_on
        )
    rows = session.execute(query).all()
    decided: dict[UUID, list[tuple[datetime, date]]] = {}
    for group_id, at, since in session.execute(
        select(
            col(PriorityDecision.group_id),
            col(PriorityDecision.recorded_at),
            col(PriorityDecision.valid_from),
        )
        .where(
            col(PriorityDecision.kind) == DecisionKind.VASTGESTELD.value,
            col(PriorityDecision.group_id).in_({row.group_id for row, *_ in rows}),
        )
        .order_by(col(PriorityDecision.recorded_at))
    ):
        decided.setdefault(group_id, []).append((at, since))
    return [
        Urgent(
            row.id,
            row.group_id,
            row.reason,
            row.picture,
            row.valid_from,
            row.valid_until,
            row.recorded_at,
            by,
            withdrawn_on=today(end.recorded_at) if end else None,
            withdrawn_by=ender or "",
            withdrawn_because=end.reason if end else "",
            decided_on=next(
                (since for at, since in decided.get(row.group_id, ()) if at > row.recorded_at), None
            ),
        )
        for row, by, end, ender in rows
    ]
