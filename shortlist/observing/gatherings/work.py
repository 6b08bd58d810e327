"""Use cases of reading observations: of one group, one by itself with its history, dated items, counts per week."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.errors import NotFound
from shortlist.guarding.audit import UNLOGGED, record
from shortlist.guarding.roles import Actor, Role, require_stadsdeel
from shortlist.guarding.tables import AccountRole
from shortlist.observing.gatherings.sighting import PersonSeen, SeenItem, Sighting, Week, monday_of, per_week
from shortlist.observing.groups.work import get_group, standing, today
from shortlist.observing.members.work import MEMBER_VIEWERS
from shortlist.observing.persons.work import identities, pseudonyms
from shortlist.observing.tables import Capacity, Gathering, GatheringItem, Person, Place, Presence, Source
from shortlist.showing.words import AMSTERDAM

_FUNCTIONS = [role.value for role in Role if role not in {Role.BEHEERDER, Role.PRIVACY_OFFICER}]


def gatherings_of(
    group_id: UUID,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    before: UUID | None = None,
    limit: int | None = None,
    actor: Actor,
    now: datetime,
    session: Session,
) -> list[Sighting]:
    """List a group's observations, newest first, corrected ones in their newest version; the reading is logged.

    ``since`` is included, ``until`` is not. ``before`` (the last one shown) pages on. Persons are
    filled in only for who may see members.

    Raises:
        NotFound: no such group within the actor's stadsdelen.
    """
    get_group(group_id, actor=actor, session=session)
    record(
        session,
        actor=actor,
        action="waarnemingen gelezen",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
    )
    query = (
        _sightings()
        .where(col(Gathering.group_id) == group_id, standing())
        .order_by(col(Gathering.started_at).desc(), col(Gathering.id).desc())
    )
    if since is not None:
        query = query.where(col(Gathering.started_at) >= since)
    if until is not None:
        query = query.where(col(Gathering.started_at) < until)
    if before is not None:
        moment = select(col(Gathering.started_at)).where(col(Gathering.id) == before).scalar_subquery()
        query = query.where(
            (col(Gathering.started_at) < moment)
            | ((col(Gathering.started_at) == moment) & (col(Gathering.id) < before))
        )
    if limit is not None:
        query = query.limit(limit)
    return _filled(session.execute(query).all(), actor=actor, session=session)


def unplaced_gatherings(*, limit: int = 50, actor: Actor, now: datetime, session: Session) -> list[Sighting]:
    """List observations of a group nobody knew yet, newest first, within the actor's stadsdelen; logged."""
    record(
        session, actor=actor, action="waarnemingen zonder groep gelezen", object_kind="waarneming", now=now
    )
    query = (
        _sightings()
        .where(col(Gathering.group_id).is_(None), standing())
        .order_by(col(Gathering.started_at).desc(), col(Gathering.id).desc())
        .limit(limit)
    )
    if not actor.citywide:
        query = query.where(col(Gathering.stadsdeel_id).in_(actor.stadsdelen))
    return _filled(session.execute(query).all(), actor=actor, session=session)


def get_gathering(gathering_id: UUID, *, actor: Actor, now: datetime, session: Session) -> list[Sighting]:
    """Return an observation and every earlier version of it, the one asked for first; the reading is logged.

    Raises:
        NotFound: no such observation within the actor's stadsdelen.
    """
    record(
        session,
        actor=actor,
        action="waarneming gelezen",
        object_kind="waarneming",
        object_id=gathering_id,
        now=now,
    )
    versions: list[Any] = []
    wanted: UUID | None = gathering_id
    while wanted is not None:
        row = session.execute(_sightings().where(col(Gathering.id) == wanted)).first()
        if row is None:
            raise NotFound("Niet gevonden, of niet in een stadsdeel waar u werkt.")
        require_stadsdeel(actor, row[0].stadsdeel_id)
        versions.append(row)
        wanted = row[0].supersedes_id
    return _filled(versions, actor=actor, session=session)


def successor_of(gathering_id: UUID, *, session: Session) -> UUID | None:
    """Return the id of the observation that corrected this one, None when it still stands."""
    found: UUID | None = session.execute(
        select(col(Gathering.id)).where(col(Gathering.supersedes_id) == gathering_id),
        execution_options={UNLOGGED: "an id only"},
    ).scalar_one_or_none()
    return found


def occasions_of(
    group_id: UUID, *, since: date, until: date, actor: Actor, session: Session
) -> list[SeenItem]:
    """List the dated signs of questionnaire items in a group's observations, oldest first; both days included.

    Says nothing about persons, so no audit row is needed. Whatever was not seen with own eyes is hearsay here:
    a report that somebody passes on never makes a frequency by itself (domain/beke.md section 3).
    """
    get_group(group_id, actor=actor, session=session)
    rows = session.execute(
        select(
            col(GatheringItem.item),
            col(Gathering.started_at),
            col(Gathering.observer_id),
            col(Gathering.hearsay),
            col(Gathering.source),
            col(Gathering.id),
        )
        .join(Gathering, col(Gathering.id) == col(GatheringItem.gathering_id))
        .where(
            col(Gathering.group_id) == group_id,
            col(Gathering.started_at) >= local_midnight(since),
            col(Gathering.started_at) < local_midnight(until + timedelta(days=1)),
            standing(),
        )
        .order_by(col(Gathering.started_at), col(Gathering.id), col(GatheringItem.item)),
        execution_options={UNLOGGED: "dated items of a group, nobody's person"},
    )
    return [
        SeenItem(
            item,
            moment.astimezone(AMSTERDAM).date(),
            str(observer),
            hearsay or source != Source.GEZIEN.value,
            str(gathering_id),
        )
        for item, moment, observer, hearsay, source, gathering_id in rows
    ]


def weeks_of(group_id: UUID, *, weeks: int = 12, actor: Actor, now: datetime, session: Session) -> list[Week]:
    """Count per week what was seen of a group and how much was looked, oldest week first, this week last."""
    get_group(group_id, actor=actor, session=session)
    last = today(now)
    first = monday_of(last) - timedelta(weeks=weeks - 1)
    rows = session.execute(
        select(
            col(Gathering.started_at),
            col(Gathering.source),
            col(Gathering.seen_count),
            col(Gathering.effort_minutes),
        ).where(
            col(Gathering.group_id) == group_id,
            col(Gathering.started_at) >= local_midnight(first),
            standing(),
        ),
        execution_options={UNLOGGED: "counts per week"},
    )
    return per_week(
        (
            (moment.astimezone(AMSTERDAM).date(), source == Source.GEZIEN.value, seen, minutes)
            for moment, source, seen, minutes in rows
        ),
        first=first,
        last=last,
    )


def local_midnight(day: date) -> datetime:
    """Return the moment at which a Dutch calendar day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=AMSTERDAM)


def _sightings() -> Any:
    return select(Gathering, col(Place.name)).join(
        Place, col(Place.id) == col(Gathering.place_id), isouter=True
    )


def _filled(rows: Sequence[Any], *, actor: Actor, session: Session) -> list[Sighting]:
    ids = [row.id for row, _ in rows]
    if not ids:
        return []
    items: dict[UUID, list[str]] = {}
    for gathering_id, item in session.execute(
        select(col(GatheringItem.gathering_id), col(GatheringItem.item))
        .where(col(GatheringItem.gathering_id).in_(ids))
        .order_by(col(GatheringItem.item))
    ):
        items.setdefault(gathering_id, []).append(item)
    present = _present(ids, session=session) if actor.has(*MEMBER_VIEWERS) else {}
    functions = functions_of({row.observer_id for row, _ in rows}, session=session)
    return [
        Sighting(
            id=row.id,
            stadsdeel_id=row.stadsdeel_id,
            group_id=row.group_id,
            place_id=row.place_id,
            place=place,
            started_at=row.started_at,
            duration_minutes=row.duration_minutes,
            effort_minutes=row.effort_minutes,
            seen_count=row.seen_count,
            observer_id=row.observer_id,
            organisation=row.organisation,
            function=functions.get(row.observer_id, ""),
            source=row.source,
            hearsay=row.hearsay,
            feit=row.feit,
            oordeel=row.oordeel,
            under_twelve=row.under_twelve,
            items=tuple(items.get(row.id, ())),
            recorded_at=row.recorded_at,
            recorded_by=row.recorded_by,
            supersedes_id=row.supersedes_id,
            correction_reason=row.correction_reason,
            present=tuple(present.get(row.id, ())),
        )
        for row, place in rows
    ]


def _present(ids: list[UUID], *, session: Session) -> dict[UUID, list[PersonSeen]]:
    rows = session.execute(
        select(Presence, col(Person.pseudonym))
        .join(Person, col(Person.id) == col(Presence.person_id))
        .where(col(Presence.gathering_id).in_(ids))
    ).all()
    known = identities(session=session)
    names = pseudonyms({known.of(row.person_id) for row, _ in rows}, session=session)
    found: dict[UUID, dict[UUID, PersonSeen]] = {}
    # Who was noted twice at one occasion counts once, and not as involved when somebody saw a victim or a witness.
    for row, noted_as in sorted(rows, key=lambda one: (one[0].capacity == Capacity.BETROKKENE, one[1])):
        person = known.of(row.person_id)
        found.setdefault(row.gathering_id, {}).setdefault(
            person, PersonSeen(person, names[person], row.capacity, row.role_seen, row.feit, noted_as)
        )
    return {
        gathering: sorted(people.values(), key=lambda one: one.pseudonym)
        for gathering, people in found.items()
    }


def functions_of(accounts: Iterable[UUID], *, session: Session) -> dict[UUID, str]:
    """Return the role by which colleagues know each account; the first in the order of ``Role`` when it has several."""
    found: dict[UUID, str] = {}
    rows = session.execute(
        select(col(AccountRole.account_id), col(AccountRole.role)).where(
            col(AccountRole.account_id).in_(list(accounts)), col(AccountRole.role).in_(_FUNCTIONS)
        )
    )
    for account, role in rows:
        known = found.get(account)
        if known is None or _FUNCTIONS.index(role) < _FUNCTIONS.index(known):
            found[account] = role
    return found
