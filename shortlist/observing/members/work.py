"""Use cases of membership: who belongs to a group on a day. Roles in the group are set in ``differentiating``."""

from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.observing.groups.work import get_group, standing
from shortlist.observing.keeping.work import plausible_day
from shortlist.observing.members.entries import Entry, Member
from shortlist.observing.persons.work import identities, pseudonyms
from shortlist.observing.tables import Capacity, Gathering, Membership, Person, Presence
from shortlist.storing.database import flush_or_refuse

MEMBER_VIEWERS = (Role.JEUGDAGENT, Role.JONGERENWERKER, Role.VEILIGHEIDSMANAGER)
"""Who may see and change who belongs to a group; others see numbers only."""


class ListAllowed(Protocol):
    """Tells whether it was decided (step 2B) that a group's members may be listed; the composition root hands it in."""

    def __call__(self, group_id: UUID, *, session: Session) -> bool:
        """Answer for one group."""
        ...


NO_LIST = (
    "Voor deze groep is niet besloten dat personen mogen worden vastgelegd (stap 2B). Laat de schuilnamen weg en "
    "noem alleen het aantal, of vraag de veiligheidsmanager om dat besluit."
)


def nobody_listed(group_id: UUID, *, session: Session) -> bool:
    """Stand in for the decision of step 2B where no room hands it in: nobody may be listed."""
    return False


def standing_membership() -> ColumnElement[bool]:
    """Return the condition that a membership was not replaced by a later row."""
    later = aliased(Membership)
    return ~exists(select(1).where(col(later.supersedes_id) == col(Membership.id)).correlate(Membership))


def members_of(group_id: UUID, *, on: date, actor: Actor, now: datetime, session: Session) -> list[Member]:
    """List who belongs to a group on a day, by pseudonym in alphabetical order; the reading is logged.

    Raises:
        Forbidden: the actor's role sees numbers only.
        NotFound: no such group within the actor's stadsdelen.
    """
    require_role(actor, *MEMBER_VIEWERS)
    get_group(group_id, actor=actor, session=session)
    record(
        session,
        actor=actor,
        action="ledenlijst gelezen",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
    )
    until = col(Membership.valid_until)
    rows = session.execute(
        select(Membership, col(Person.pseudonym))
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(
            col(Membership.group_id) == group_id,
            col(Membership.valid_from) <= on,
            or_(until.is_(None), until >= on),
            standing_membership(),
        )
        .order_by(col(Membership.valid_from), func.lower(col(Person.pseudonym)))
    )
    known = identities(session=session)
    entries: dict[UUID, list[Entry]] = {}
    for row, pseudonym in rows:
        entries.setdefault(known.of(row.person_id), []).append(
            Entry(row.id, pseudonym, row.valid_from, row.valid_until, row.reason)
        )
    names = pseudonyms(entries, session=session)
    found = [Member(person, names[person], tuple(entries[person])) for person in entries]
    return sorted(found, key=lambda member: (member.pseudonym.lower(), member.person_id))


def add_member(
    group_id: UUID,
    person_id: UUID,
    *,
    valid_from: date,
    reason: str,
    member_list_allowed: ListAllowed,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Note that a person belongs to a group from a day on, and return the membership's id.

    Raises:
        Refused: step 2B was not decided; the person was never seen with this group as ``betrokkene`` (victims,
            witnesses and bystanders are never members); is a member already; or the day is implausible.
    """
    require_role(actor, *MEMBER_VIEWERS)
    group = get_group(group_id, actor=actor, session=session)
    if not member_list_allowed(group_id, session=session):
        raise Refused(NO_LIST)
    plausible_day(valid_from, name="valid_from", now=now, not_before=group.first_signal_on)
    if not reason.strip():
        message = "Schrijf in een zin waarop dit rust."
        raise Refused(message, fields={"reason": message})
    record(
        session,
        actor=actor,
        action="lid toegevoegd",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"persoon": str(person_id)},
    )
    if session.get(Person, person_id) is None:
        raise NotFound("Deze persoon bestaat niet (meer).")
    records = identities(session=session).all_of(person_id)
    involved = session.execute(
        select(1)
        .select_from(Presence)
        .join(Gathering, col(Gathering.id) == col(Presence.gathering_id))
        .where(
            col(Presence.person_id).in_(records),
            col(Presence.capacity) == Capacity.BETROKKENE.value,
            col(Gathering.group_id) == group_id,
            standing(),
        )
        .limit(1)
    ).first()
    if involved is None:
        message = (
            "Deze persoon is niet als betrokkene bij deze groep gezien. Slachtoffers, getuigen, derden en wie "
            "onder dwang meedoet komen nooit op de ledenlijst; leg eerst een waarneming vast waaruit het blijkt."
        )
        raise Refused(message, fields={"person": message})
    already = session.execute(
        select(col(Membership.id)).where(
            col(Membership.group_id) == group_id,
            col(Membership.person_id).in_(records),
            or_(col(Membership.valid_until).is_(None), col(Membership.valid_until) >= valid_from),
            standing_membership(),
        )
    ).first()
    if already is not None:
        message = "Deze persoon staat vanaf die dag al op de ledenlijst."
        raise Refused(message, fields={"person": message})
    row = Membership(
        group_id=group_id,
        person_id=person_id,
        valid_from=valid_from,
        reason=reason.strip(),
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    session.flush()
    return row.id


def end_member(
    membership_id: UUID, *, last_day: date, reason: str, actor: Actor, now: datetime, session: Session
) -> UUID:
    """End a membership with a successor row, and return the successor's id."""
    require_role(actor, *MEMBER_VIEWERS)
    record(
        session,
        actor=actor,
        action="lidmaatschap beëindigd",
        object_kind="lidmaatschap",
        object_id=membership_id,
        now=now,
    )
    old = session.execute(
        select(Membership).where(col(Membership.id) == membership_id, standing_membership())
    ).scalar_one_or_none()
    if old is None:
        raise NotFound("Dit lidmaatschap is al gewijzigd of bestaat niet. Ververs de ledenlijst.")
    get_group(old.group_id, actor=actor, session=session)
    plausible_day(last_day, name="last_day", now=now, not_before=old.valid_from)
    if not reason.strip():
        message = "Schrijf in een zin waarom."
        raise Refused(message, fields={"reason": message})
    row = Membership(
        group_id=old.group_id,
        person_id=old.person_id,
        valid_from=old.valid_from,
        valid_until=last_day,
        reason=reason.strip(),
        supersedes_id=old.id,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    flush_or_refuse(
        session, "Iemand anders wijzigde dit lidmaatschap op hetzelfde moment. Ververs de ledenlijst."
    )
    return row.id
