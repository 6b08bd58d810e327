"""Keeping jeugdgroepen up to date: making one, its state, its places, its links with others. History is appended."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role, require_stadsdeel
from shortlist.observing.groups.work import (
    Group,
    get_group,
    latest_state,
    standing_link,
    standing_place,
    today,
)
from shortlist.observing.tables import (
    GroupLink,
    GroupLinkEnd,
    GroupPlace,
    GroupState,
    GroupStatus,
    Jeugdgroep,
    LinkKind,
    Place,
)
from shortlist.storing.database import flush_or_refuse

EDITORS = (Role.JEUGDAGENT, Role.JONGERENWERKER, Role.VEILIGHEIDSMANAGER)
"""Who may make groups and change what is known of them."""
EARLIEST = date(2000, 1, 1)
"""No date in this house lies before it (storing.columns.plausible)."""

TRANSITIONS: dict[GroupState, tuple[GroupState, ...]] = {
    GroupState.SIGNAAL: (GroupState.ACTIEF, GroupState.GESLOTEN),
    GroupState.ACTIEF: (GroupState.GESLOTEN,),
    GroupState.GESLOTEN: (GroupState.ACTIEF,),
}
"""State → the states that may follow it."""


def plausible_day(value: date, *, name: str, now: datetime, not_before: date = EARLIEST) -> None:
    """Refuse a day in the future or before ``not_before`` with a message beside the field ``name``."""
    if value > today(now):
        message = f"Deze datum ligt in de toekomst. Kies vandaag ({today(now):%d-%m-%Y}) of eerder."
    elif value < not_before:
        message = f"Deze datum ligt te ver terug. Kies {not_before:%d-%m-%Y} of later."
    else:
        return
    raise Refused(message, fields={name: message})


def create_group(
    name: str,
    stadsdeel_id: UUID,
    *,
    first_signal_on: date,
    place_id: UUID | None = None,
    group_id: UUID | None = None,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Make a group in the state ``signaal``; without a place it is a fluid group. Returns its id.

    Raises:
        Refused: implausible day, the name is in use in the stadsdeel, or the place lies elsewhere.
    """
    require_role(actor, *EDITORS)
    require_stadsdeel(actor, stadsdeel_id)
    plausible_day(first_signal_on, name="first_signal_on", now=now)
    name = name.strip()
    same = session.execute(
        select(col(Jeugdgroep.id)).where(
            col(Jeugdgroep.stadsdeel_id) == stadsdeel_id,
            func.lower(col(Jeugdgroep.name)) == name.lower(),
            latest_state() != GroupState.GESLOTEN.value,
        )
    ).first()
    if same is not None:
        message = f"Er is in dit stadsdeel al een groep '{name}'. Kies een andere naam of gebruik die groep."
        raise Refused(message, fields={"name": message})
    row = Jeugdgroep(
        id=group_id or uuid4(),
        stadsdeel_id=stadsdeel_id,
        name=name,
        first_signal_on=first_signal_on,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    session.flush()
    session.add(
        GroupStatus(
            group_id=row.id,
            state=GroupState.SIGNAAL.value,
            reason="Nieuw signaal",
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    record(session, actor=actor, action="groep gemaakt", object_kind="jeugdgroep", object_id=row.id, now=now)
    if place_id is not None:
        add_group_place(row.id, place_id, valid_from=first_signal_on, actor=actor, now=now, session=session)
    return row.id


def change_state(
    group_id: UUID, state: GroupState, *, reason: str, actor: Actor, now: datetime, session: Session
) -> None:
    """Give a group its next state, with the reason (TRANSITIONS says which may follow which)."""
    require_role(actor, *EDITORS)
    group = get_group(group_id, actor=actor, session=session)
    if state not in TRANSITIONS[group.state]:
        message = f"De groep is nu '{group.state}'; '{state}' kan daar niet op volgen. Ververs de pagina."
        raise Refused(message, fields={"state": message})
    if not reason.strip():
        message = "Schrijf in een zin waarom. Later moet te lezen zijn wat de reden was."
        raise Refused(message, fields={"reason": message})
    _add_state(group_id, state, reason.strip(), actor=actor, now=now, session=session)
    record(
        session, actor=actor, action=f"groep: {state}", object_kind="jeugdgroep", object_id=group_id, now=now
    )


def _flush(session: Session) -> None:
    """Write what is pending; when somebody else wrote the same at this moment, say so."""
    flush_or_refuse(
        session,
        "Iemand anders wijzigde dit op hetzelfde moment. Ververs de pagina en kijk of het nog nodig is.",
    )


def _add_state(
    group_id: UUID, state: GroupState, reason: str, *, actor: Actor, now: datetime, session: Session
) -> None:
    session.add(
        GroupStatus(
            group_id=group_id, state=state.value, reason=reason, recorded_at=now, recorded_by=actor.id
        )
    )
    _flush(session)


def add_group_place(
    group_id: UUID, place_id: UUID, *, valid_from: date, actor: Actor, now: datetime, session: Session
) -> UUID:
    """Note that a group is usually found at a place from a day on. Returns the id of the dated place."""
    require_role(actor, *EDITORS)
    group = get_group(group_id, actor=actor, session=session)
    plausible_day(valid_from, name="valid_from", now=now)
    place = session.get(Place, place_id)
    if place is None or not actor.sees(place.stadsdeel_id):
        message = "Deze plek bestaat niet, of ligt niet in een stadsdeel waar u werkt. Kies een andere."
        raise Refused(message, fields={"place": message})
    if place.stadsdeel_id != group.stadsdeel_id:
        message = f"'{place.name}' ligt niet in {group.stadsdeel}, waar deze groep onder valt. Kies een andere plek."
        raise Refused(message, fields={"place": message})
    overlapping = session.execute(
        select(col(GroupPlace.id)).where(
            col(GroupPlace.group_id) == group_id,
            col(GroupPlace.place_id) == place_id,
            or_(col(GroupPlace.valid_until).is_(None), col(GroupPlace.valid_until) >= valid_from),
            standing_place(),
        )
    ).first()
    if overlapping is not None:
        message = (
            f"'{place.name}' staat vanaf die dag al bij deze groep. Kies een andere plek of een latere dag."
        )
        raise Refused(message, fields={"place": message})
    row = GroupPlace(
        group_id=group_id, place_id=place_id, valid_from=valid_from, recorded_at=now, recorded_by=actor.id
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor=actor,
        action="vaste plek vastgelegd",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"plek": str(place_id)},
    )
    return row.id


def end_group_place(
    group_place_id: UUID, *, last_day: date, actor: Actor, now: datetime, session: Session
) -> UUID:
    """End a dated place with a successor row; returns the id of the group it belongs to."""
    require_role(actor, *EDITORS)
    old = session.execute(
        select(GroupPlace).where(col(GroupPlace.id) == group_place_id, standing_place())
    ).scalar_one_or_none()
    if old is None:
        raise NotFound("Deze vaste plek is al gewijzigd of bestaat niet. Ververs de pagina van de groep.")
    get_group(old.group_id, actor=actor, session=session)
    plausible_day(last_day, name="last_day", now=now, not_before=old.valid_from)
    session.add(
        GroupPlace(
            group_id=old.group_id,
            place_id=old.place_id,
            valid_from=old.valid_from,
            valid_until=last_day,
            supersedes_id=old.id,
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    _flush(session)
    record(
        session,
        actor=actor,
        action="vaste plek beëindigd",
        object_kind="jeugdgroep",
        object_id=old.group_id,
        now=now,
        details={"plek": str(old.place_id)},
    )
    group_id: UUID = old.group_id
    return group_id


def link_groups(
    from_group_id: UUID,
    to_group_id: UUID,
    kind: LinkKind,
    *,
    on_date: date,
    reason: str,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Note how two groups hang together; the first is the older one (merged into, or split from).

    A group that merged into another is closed with it. Both groups must lie within the actor's stadsdelen.

    Raises:
        Refused: with itself, in a circle, twice, before the group was first signalled, or in the future.
    """
    require_role(actor, *EDITORS)
    if from_group_id == to_group_id:
        message = "Een groep kan niet met zichzelf worden verbonden. Kies een andere groep."
        raise Refused(message, fields={"other": message})
    older = get_group(from_group_id, actor=actor, session=session)
    newer = get_group(to_group_id, actor=actor, session=session)
    floor = older.first_signal_on
    if kind is not LinkKind.AFGESPLITST:
        floor = max(floor, newer.first_signal_on)
    plausible_day(on_date, name="on_date", now=now, not_before=floor)
    if not reason.strip():
        message = "Schrijf in een zin waaruit dit blijkt."
        raise Refused(message, fields={"reason": message})
    if kind is LinkKind.VERWANT:
        known = _linked(kind, {from_group_id}, session=session) | _linked(
            kind, {from_group_id}, back=True, session=session
        )
        if to_group_id in known:
            message = f"'{older.name}' en '{newer.name}' staan al als verwant vastgelegd."
            raise Refused(message, fields={"other": message})
    else:
        _refuse_circle(older, newer, kind, session=session)
    session.add(
        GroupLink(
            kind=kind.value,
            from_group_id=from_group_id,
            to_group_id=to_group_id,
            on_date=on_date,
            attempt=1 + _times_linked(from_group_id, to_group_id, kind, session=session),
            reason=reason.strip(),
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    _flush(session)
    if kind is LinkKind.SAMENGEGAAN and older.state is not GroupState.GESLOTEN:
        _add_state(
            from_group_id,
            GroupState.GESLOTEN,
            f"Samengegaan met '{newer.name}' op {on_date:%d-%m-%Y}.",
            actor=actor,
            now=now,
            session=session,
        )
    record(
        session,
        actor=actor,
        action=f"groepen verbonden: {kind}",
        object_kind="jeugdgroep",
        object_id=from_group_id,
        now=now,
        details={"andere groep": str(to_group_id)},
    )


def _times_linked(older: UUID, newer: UUID, kind: LinkKind, *, session: Session) -> int:
    """Count how often these two were linked so and that was undone."""
    count: int = session.execute(
        select(func.count())
        .select_from(GroupLink)
        .where(
            col(GroupLink.from_group_id) == older,
            col(GroupLink.to_group_id) == newer,
            col(GroupLink.kind) == kind.value,
            ~standing_link(),
        )
    ).scalar_one()
    return count


def undo_link(link_id: UUID, *, reason: str, actor: Actor, now: datetime, session: Session) -> UUID:
    """Undo a link between two groups; both stay as they are, and the link stays on record as undone.

    A group that was closed because it merged gets back the state that it had, unless its state was changed since.
    Returns the id of the older group.

    Raises:
        NotFound: no such link between groups within the actor's stadsdelen, or it was undone already.
    """
    require_role(actor, *EDITORS)
    link = session.execute(
        select(GroupLink).where(col(GroupLink.id) == link_id, standing_link())
    ).scalar_one_or_none()
    if link is None:
        raise NotFound("Deze band is al ongedaan gemaakt of bestaat niet. Ververs de pagina van de groep.")
    older = get_group(link.from_group_id, actor=actor, session=session)
    newer = get_group(link.to_group_id, actor=actor, session=session)
    if not reason.strip():
        message = "Schrijf in een zin waarom dit niet klopt."
        raise Refused(message, fields={"reason": message})
    session.add(GroupLinkEnd(link_id=link_id, reason=reason.strip(), recorded_at=now, recorded_by=actor.id))
    _flush(session)
    if link.kind == LinkKind.SAMENGEGAAN:
        states = (
            session.execute(
                select(GroupStatus)
                .where(col(GroupStatus.group_id) == older.id)
                .order_by(col(GroupStatus.recorded_at).desc())
                .limit(2)
            )
            .scalars()
            .all()
        )
        if states and states[0].recorded_at == link.recorded_at:
            before = GroupState(states[1].state) if len(states) > 1 else GroupState.SIGNAAL
            _add_state(
                older.id,
                before,
                f"Toch niet samengegaan met '{newer.name}'.",
                actor=actor,
                now=now,
                session=session,
            )
    record(
        session,
        actor=actor,
        action=f"band ongedaan gemaakt: {link.kind}",
        object_kind="jeugdgroep",
        object_id=older.id,
        now=now,
        details={"andere groep": str(newer.id)},
    )
    return older.id


def _linked(kind: LinkKind, ids: Iterable[UUID], *, back: bool = False, session: Session) -> set[UUID]:
    start, end = col(GroupLink.from_group_id), col(GroupLink.to_group_id)
    if back:
        start, end = end, start
    query = select(end).where(col(GroupLink.kind) == kind.value, start.in_(list(ids)), standing_link())
    return set(session.execute(query).scalars())


def _refuse_circle(older: Group, newer: Group, kind: LinkKind, *, session: Session) -> None:
    """Refuse a second merger or split of the same group, and one that leads back to where it came from."""
    if kind is LinkKind.SAMENGEGAAN and _linked(kind, {older.id}, session=session):
        message = f"'{older.name}' is al met een andere groep samengegaan. Verbind die andere groep."
        raise Refused(message, fields={"other": message})
    if kind is LinkKind.AFGESPLITST and _linked(kind, {newer.id}, back=True, session=session):
        message = f"'{newer.name}' is al van een groep afgesplitst. Een groep splitst maar één keer af."
        raise Refused(message, fields={"other": message})
    reached, ahead = {newer.id}, {newer.id}
    while ahead:
        ahead = _linked(kind, ahead, session=session) - reached
        reached |= ahead
    if older.id in reached:
        message = (
            f"Zo ontstaat een kring: '{older.name}' komt zelf al uit '{newer.name}'. "
            "Keer de richting om of kies 'verwant'."
        )
        raise Refused(message, fields={"other": message})
