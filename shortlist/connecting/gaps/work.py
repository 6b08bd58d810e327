"""Use cases of the gap list: who may drop out of sight, leaving somebody on purpose, passing children on to care."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlmodel import Session, col

from shortlist.classifying.tables import Assessment
from shortlist.connecting.gaps.falling import Known, Tried, reasons
from shortlist.connecting.referrals.interventions import Interventions
from shortlist.connecting.referrals.work import SENDERS, get_youngster
from shortlist.connecting.tables import CareSignal, GapChoice, Referral, ReferralStatus
from shortlist.differentiating.work import member_list_allowed
from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import UNLOGGED, record
from shortlist.guarding.roles import Actor, require_role
from shortlist.guarding.tables import Account, Stadsdeel
from shortlist.observing.tables import (
    Capacity,
    Gathering,
    GroupState,
    GroupStatus,
    Jeugdgroep,
    Membership,
    Person,
    Presence,
)
from shortlist.observing.work import Identities, identities, standing, today
from shortlist.storing.database import flush_or_refuse

SEEN_WITHIN = timedelta(weeks=26)
LATEST_LOOK = timedelta(days=184)
"""Somebody can be left on purpose for half a year at most, then the list asks again."""
_WHICH = {UNLOGGED: "counts and states; who it is about is logged with the list"}


@dataclass(frozen=True, slots=True)
class Fallen:
    """Somebody who may drop out of sight, with the reasons; ``left`` when a colleague left it on purpose."""

    person_id: UUID
    pseudonym: str
    group_id: UUID
    group: str
    stadsdeel: str
    reasons: tuple[str, ...]
    last_seen: date
    left: "Left | None"


@dataclass(frozen=True, slots=True)
class Left:
    """A choice to do nothing for now."""

    reason: str
    look_again_on: date
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ChildrenSeen:
    """An observation with children under 12 that was not passed on to care yet."""

    gathering_id: UUID
    on: datetime
    group: str | None
    stadsdeel: str
    by: str


def _allowed_groups(actor: Actor, *, session: Session) -> dict[UUID, tuple[str, str]]:
    """Return the actor's groups where names may be kept: id → (name, stadsdeel)."""
    query = select(col(Jeugdgroep.id), col(Jeugdgroep.name), col(Stadsdeel.name)).join(
        Stadsdeel, col(Stadsdeel.id) == col(Jeugdgroep.stadsdeel_id)
    )
    if not actor.citywide:
        query = query.where(col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen))
    return {
        group_id: (name, stadsdeel)
        for group_id, name, stadsdeel in session.execute(query)
        if member_list_allowed(group_id, session=session)
    }


def falling(*, rules: Interventions, actor: Actor, now: datetime, session: Session) -> list[Fallen]:
    """List, alphabetically, who may drop out of sight in the actor's stadsdelen; the reading is logged."""
    require_role(actor, *SENDERS)
    found = _falling(rules, actor=actor, now=now, session=session)
    record(
        session, actor=actor, action="lijst tussen wal en schip gelezen", object_kind="persoon", now=now,
        details={"aantal": len(found)},
    )  # fmt: skip
    return found


def count_falling(*, rules: Interventions, actor: Actor, now: datetime, session: Session) -> int:
    """Count who may drop out of sight and was not left on purpose."""
    if not actor.has(*SENDERS):
        return 0
    return sum(one.left is None for one in _falling(rules, actor=actor, now=now, session=session))


def _falling(rules: Interventions, *, actor: Actor, now: datetime, session: Session) -> list[Fallen]:
    groups = _allowed_groups(actor, session=session)
    on = today(now)
    seen = session.execute(
        select(
            col(Presence.person_id),
            col(Gathering.group_id),
            func.max(col(Gathering.started_at)),
        )
        .join(Gathering, col(Gathering.id) == col(Presence.gathering_id))
        .where(
            col(Gathering.group_id).in_(groups),
            col(Gathering.started_at) > now - SEEN_WITHIN,
            col(Presence.capacity) == Capacity.BETROKKENE.value,
            standing(),
        )
        .group_by(col(Presence.person_id), col(Gathering.group_id))
        .order_by(func.max(col(Gathering.started_at))),
        execution_options=_WHICH,
    ).all()
    who = identities(session=session)
    last_seen = {who.of(person_id): (group_id, _moment(at)) for person_id, group_id, at in seen}
    names = {  # noqa: C416 — rows are no pairs to the type checker
        person_id: pseudonym
        for person_id, pseudonym in session.execute(
            select(col(Person.id), col(Person.pseudonym)).where(col(Person.id).in_(last_seen)),
            execution_options=_WHICH,
        )
    }
    people = who.all_of_each(last_seen)
    member_of = _memberships(people, who, on, session=session)
    classes = _classes(session=session)
    tried = _tried(people, who, now, session=session)
    left = _left(people, who, session=session)
    closed = _closed(session=session)
    found = []
    for person_id, (group_id, at) in last_seen.items():
        own = [one for one in member_of.get(person_id, ()) if one not in closed]
        known = Known(
            member=bool(own),
            group_class=next((classes[one] for one in own if classes.get(one) == "crimineel"), None),
            tried=tried.get(person_id, ()),
        )
        why = reasons(known, rules, on)
        if why:
            name, stadsdeel = groups[group_id]
            chosen = left.get(person_id)
            found.append(
                Fallen(
                    person_id,
                    names[person_id],
                    group_id,
                    name,
                    stadsdeel,
                    why,
                    today(at),
                    chosen if chosen and chosen.look_again_on > on else None,
                )
            )
    return sorted(found, key=lambda one: one.pseudonym.lower())


def _moment(at: str | datetime) -> datetime:
    """Return a moment as the column type gives it; MAX() on SQLite gives text."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _memberships(
    people: Collection[UUID], who: Identities, on: date, *, session: Session
) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    until = col(Membership.valid_until)
    later = select(col(Membership.supersedes_id)).where(col(Membership.supersedes_id).is_not(None))
    for person_id, group_id in session.execute(
        select(col(Membership.person_id), col(Membership.group_id)).where(
            col(Membership.person_id).in_(people),
            col(Membership.valid_from) <= on,
            or_(until.is_(None), until >= on),
            col(Membership.id).not_in(later),
        ),
        execution_options=_WHICH,
    ):
        found.setdefault(who.of(person_id), []).append(group_id)
    return found


def _classes(*, session: Session) -> dict[UUID, str]:
    decided = select(col(Assessment.group_id), col(Assessment.decided)).order_by(col(Assessment.recorded_at))
    return {row[0]: row[1] for row in session.execute(decided)}


def _closed(*, session: Session) -> set[UUID]:
    states = select(col(GroupStatus.group_id), col(GroupStatus.state)).order_by(col(GroupStatus.recorded_at))
    newest = {row[0]: row[1] for row in session.execute(states)}
    return {group_id for group_id, state in newest.items() if state == GroupState.GESLOTEN.value}


def _tried(
    people: Collection[UUID], who: Identities, now: datetime, *, session: Session
) -> dict[UUID, list[Tried]]:
    newest: dict[UUID, tuple[UUID, Tried]] = {}
    for referral_id, person_id, intervention, adult_in, state, result, due, at in session.execute(
        select(
            col(Referral.id),
            col(Referral.person_id),
            col(Referral.intervention),
            col(Referral.adult_in),
            col(ReferralStatus.state),
            col(ReferralStatus.result),
            col(ReferralStatus.due_at),
            col(ReferralStatus.recorded_at),
        )
        .join(ReferralStatus, col(ReferralStatus.referral_id) == col(Referral.id))
        .where(col(Referral.person_id).in_(people))
        .order_by(col(ReferralStatus.sequence)),
        execution_options=_WHICH,
    ):
        late = due is not None and due < now
        newest[referral_id] = (
            who.of(person_id),
            Tried(intervention, state, result, today(at), late, adult_in),
        )
    found: dict[UUID, list[Tried]] = {}
    for person_id, one in newest.values():
        found.setdefault(person_id, []).append(one)
    return found


def _left(people: Collection[UUID], who: Identities, *, session: Session) -> dict[UUID, Left]:
    return {
        who.of(row.person_id): Left(row.reason, row.look_again_on, name, row.recorded_at)
        for row, name in session.execute(
            select(GapChoice, col(Account.name))
            .join(Account, col(Account.id) == col(GapChoice.recorded_by))
            .where(col(GapChoice.person_id).in_(people))
            .order_by(col(GapChoice.recorded_at), col(GapChoice.sequence)),
            execution_options=_WHICH,
        )
    }


def leave_for_now(
    group_id: UUID,
    person_id: UUID,
    *,
    reason: str,
    look_again_on: date,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Record that nothing is done about somebody for now, why, and when to look again.

    Raises:
        Refused: the day is not within the next half year, or a colleague chose at the same moment.
    """
    person_id = get_youngster(group_id, person_id, actor=actor, now=now, session=session).person_id
    on = today(now)
    if not on < look_again_on <= on + LATEST_LOOK:
        raise Refused(
            "Deze dag kan niet.",
            fields={"look_again_on": "Kies een dag na vandaag en binnen een halfjaar."},
        )
    last = session.execute(
        select(func.max(col(GapChoice.sequence))).where(col(GapChoice.person_id) == person_id),
        execution_options=_WHICH,
    ).scalar_one()
    session.add(
        GapChoice(
            person_id=person_id,
            group_id=group_id,
            sequence=(last or 0) + 1,
            reason=reason,
            look_again_on=look_again_on,
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    flush_or_refuse(session, "Een collega koos op hetzelfde moment. Ververs de pagina.")
    record(
        session, actor=actor, action="bewust niets gedaan, met datum", object_kind="persoon", object_id=person_id,
        now=now,
    )  # fmt: skip


def _children(actor: Actor, now: datetime) -> Any:
    passed = exists(select(1).where(col(CareSignal.gathering_id) == col(Gathering.id)).correlate(Gathering))
    query = (
        select(
            col(Gathering.id),
            col(Gathering.started_at),
            col(Jeugdgroep.name),
            col(Stadsdeel.name),
            col(Account.name),
        )
        .outerjoin(Jeugdgroep, col(Jeugdgroep.id) == col(Gathering.group_id))
        .join(Stadsdeel, col(Stadsdeel.id) == col(Gathering.stadsdeel_id))
        .join(Account, col(Account.id) == col(Gathering.observer_id))
        .where(
            col(Gathering.under_twelve).is_(True),
            col(Gathering.started_at) > now - SEEN_WITHIN,
            standing(),
            ~passed,
        )
        .order_by(col(Gathering.started_at))
    )
    return query if actor.citywide else query.where(col(Gathering.stadsdeel_id).in_(actor.stadsdelen))


def children_seen(*, actor: Actor, now: datetime, session: Session) -> list[ChildrenSeen]:
    """List observations with children under 12 that were not passed on to care, oldest first; no child is known."""
    if not actor.has(*SENDERS):
        return []
    return [
        ChildrenSeen(*row)
        for row in session.execute(
            _children(actor, now),
            execution_options={UNLOGGED: "when and where; nothing about any child is kept"},
        )
    ]


def get_children_seen(gathering_id: UUID, *, actor: Actor, now: datetime, session: Session) -> ChildrenSeen:
    """Return one observation that waits to be passed on.

    Raises:
        NotFound: there is none, it was passed on, or it lies outside the actor's stadsdelen.
    """
    require_role(actor, *SENDERS)
    for one in children_seen(actor=actor, now=now, session=session):
        if one.gathering_id == gathering_id:
            return one
    raise NotFound("Dit signaal is al doorgegeven, of hoort bij een stadsdeel waar u niet werkt.")


def pass_to_care(
    gathering_id: UUID,
    *,
    passed_to: str,
    passed_on: date,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Record that an observation with children under 12 was passed on to care: to whom and when, nothing else."""
    seen = get_children_seen(gathering_id, actor=actor, now=now, session=session)
    if not today(seen.on) <= passed_on <= today(now):
        raise Refused(
            "Deze dag kan niet.",
            fields={"passed_on": "Kies de dag van de waarneming of later, uiterlijk vandaag."},
        )
    session.add(
        CareSignal(
            gathering_id=gathering_id,
            passed_to=passed_to,
            passed_on=passed_on,
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    flush_or_refuse(
        session, "Een collega gaf dit signaal op hetzelfde moment door. Er is niets dubbel gedaan."
    )
    record(
        session, actor=actor, action="signaal aan zorg doorgegeven", object_kind="waarneming",
        object_id=gathering_id, now=now,
    )  # fmt: skip
