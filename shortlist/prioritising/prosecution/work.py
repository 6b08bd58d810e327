"""Use cases of the transfer to the OM: the file of dated facts, transferring, what still has to be transferred."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.classifying.assessments.work import Standing
from shortlist.classifying.work import latest_assessments
from shortlist.errors import Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account
from shortlist.observing.tables import GroupState, Jeugdgroep
from shortlist.observing.work import (
    gatherings_of,
    get_group,
    local_midnight,
    seen_items,
    today,
    visible_groups,
)
from shortlist.prioritising.priorities import CRIMINAL, TRANSFERRED, PriorityRules
from shortlist.prioritising.prosecution.facts import Fact, FactFile, in_order
from shortlist.prioritising.tables import ProsecutionTransfer
from shortlist.storing.database import flush_or_refuse

SENDERS = (Role.VEILIGHEIDSMANAGER,)
LOOK_BACK = timedelta(weeks=26)
"""The file holds the facts of this long before today; an own choice, as long as a role or class is kept."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer as it was made."""

    sequence: int
    assessment_id: UUID
    facts_from: date
    facts_until: date
    facts: int
    digest: str
    sent_to: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Case:
    """A group that is the OM's, with its transfers, newest first."""

    group_id: UUID
    group: str
    assessment_id: UUID | None
    """The assessment by which it is criminal now; None: it is not (any more)."""
    assessed_at: datetime | None
    transfers: tuple[Transfer, ...]

    @property
    def state(self) -> str | None:
        """``crimineel vastgesteld``, ``overgedragen aan het OM``, or None when there is nothing to transfer."""
        if self.assessment_id is None:
            return TRANSFERRED if self.transfers else None
        done = any(one.assessment_id == self.assessment_id for one in self.transfers)
        return TRANSFERRED if done else CRIMINAL


def _criminal(found: Standing | None, on: date, rules: PriorityRules) -> Standing | None:
    return found if found and not found.expired(on) and found.decided in rules.prosecution else None


def _transfers(group_ids: list[UUID], *, session: Session) -> dict[UUID, list[Transfer]]:
    found: dict[UUID, list[Transfer]] = {}
    for row, name in session.execute(
        select(ProsecutionTransfer, col(Account.name))
        .join(Account, col(Account.id) == col(ProsecutionTransfer.recorded_by))
        .where(col(ProsecutionTransfer.group_id).in_(group_ids))
        .order_by(col(ProsecutionTransfer.sequence).desc())
    ):
        found.setdefault(row.group_id, []).append(
            Transfer(
                row.sequence,
                row.assessment_id,
                row.facts_from,
                row.facts_until,
                row.facts,
                row.digest,
                row.sent_to,
                row.reason,
                row.recorded_at,
                name,
            )
        )
    return found


def case_of(group_id: UUID, *, rules: PriorityRules, actor: Actor, now: datetime, session: Session) -> Case:
    """Return how a group stands with the OM, for who may see the group."""
    group = get_group(group_id, actor=actor, session=session)
    found = latest_assessments(actor=actor, session=session, group_ids=[group_id]).get(group_id)
    holds = _criminal(found, today(now), rules)
    return Case(
        group_id,
        group.name,
        holds.assessment_id if holds else None,
        holds.recorded_at if holds else None,
        tuple(_transfers([group_id], session=session).get(group_id, ())),
    )


def to_transfer(*, rules: PriorityRules, actor: Actor, now: datetime, session: Session) -> list[Case]:
    """List the criminal groups within the actor's stadsdelen that were not transferred since their assessment."""
    require_role(actor, *SENDERS)
    assessed = latest_assessments(actor=actor, session=session)
    names = {
        one.id: one.name
        for one in visible_groups(actor=actor, now=now, session=session)
        if one.state is not GroupState.GESLOTEN
    }
    criminal = {
        group_id: holds
        for group_id, found in assessed.items()
        if group_id in names and (holds := _criminal(found, today(now), rules))
    }
    transfers = _transfers(list(criminal), session=session)
    cases = [
        Case(
            group_id,
            names[group_id],
            holds.assessment_id,
            holds.recorded_at,
            tuple(transfers.get(group_id, ())),
        )
        for group_id, holds in criminal.items()
    ]
    return sorted((one for one in cases if one.state == CRIMINAL), key=lambda one: one.group)


def fact_file(
    group_id: UUID, *, sequence: int | None = None, actor: Actor, now: datetime, session: Session
) -> FactFile:
    """Return the dated facts about a group of the last half year, or of an earlier transfer's period; logged.

    Judgements, persons and nil returns stay out; what was not seen with own eyes says so.
    """
    require_role(actor, *SENDERS)
    group = get_group(group_id, actor=actor, session=session)
    until = today(now)
    since = until - LOOK_BACK
    for one in _transfers([group_id], session=session).get(group_id, ()):
        if one.sequence == sequence:
            since, until = one.facts_from, one.facts_until
    words = seen_items()
    facts = [
        Fact(
            one.started_at,
            one.place or "",
            one.source,
            one.function,
            one.feit,
            tuple(words.get(item, item) for item in one.items),
        )
        for one in gatherings_of(
            group_id,
            since=local_midnight(since),
            until=local_midnight(until + timedelta(days=1)),
            actor=actor,
            now=now,
            session=session,
        )
        if one.seen_count != 0
    ]
    return FactFile(group.name, group.stadsdeel, since, until, in_order(facts))


def transfer_group(
    group_id: UUID,
    *,
    sent_to: str,
    reason: str,
    seen: int,
    rules: PriorityRules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Record that a criminal group was transferred to the OM with its fact file; return the transfer's id.

    ``seen`` is how many transfers the actor saw.

    Raises:
        Refused: the group is not (any more) rated as one of the OM's, has no facts, or a colleague was earlier.
    """
    require_role(actor, *SENDERS)
    get_group(group_id, actor=actor, session=session)
    session.execute(select(col(Jeugdgroep.id)).where(col(Jeugdgroep.id) == group_id).with_for_update())
    case = case_of(group_id, rules=rules, actor=actor, now=now, session=session)
    if case.assessment_id is None:
        raise Refused(
            f"{case.group} is nu niet als crimineel vastgesteld, of die duiding is verlopen. Overdragen kan alleen op "
            "een duiding die geldt."
        )
    if len(case.transfers) != seen:
        raise Refused("Een collega droeg deze groep intussen over. Kijk hieronder wat er is verstuurd.")
    found = fact_file(group_id, actor=actor, now=now, session=session)
    if not found.facts:
        raise Refused(
            "Er is in het laatste half jaar geen feit over deze groep vastgelegd: er is niets over te dragen."
        )
    row = ProsecutionTransfer(
        group_id=group_id,
        sequence=seen + 1,
        assessment_id=case.assessment_id,
        facts_from=found.since,
        facts_until=found.until,
        facts=len(found.facts),
        digest=found.digest(),
        sent_to=sent_to,
        reason=reason,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    flush_or_refuse(session, "Een collega droeg deze groep op hetzelfde moment over. Ververs de pagina.")
    record(
        session,
        actor=actor,
        action="groep overgedragen aan het OM",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"overdracht": str(row.id), "feiten": row.facts, "sha256": row.digest},
    )
    return row.id
