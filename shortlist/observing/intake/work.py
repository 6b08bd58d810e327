"""Use cases of a file: its groups and observations into the database, all or nothing, and never twice.

Ids follow from the file (UUID version 5), so that the same record read again is the record that is there already.
The caller's transaction makes it all or nothing; ``--check`` runs the same code and rolls back.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.errors import BadInput, NotFound, Refused
from shortlist.guarding.audit import UNLOGGED
from shortlist.guarding.roles import Actor, Organisation, Role
from shortlist.guarding.tables import Account
from shortlist.guarding.work import actor_by_login, create_account, stadsdelen_of
from shortlist.observing.files import Batch, GatheringRecord, GroupRecord
from shortlist.observing.groups.work import Group, get_group, group_names, today
from shortlist.observing.keeping.work import add_group_place, create_group
from shortlist.observing.members.work import ListAllowed, add_member, members_of
from shortlist.observing.noting.work import NewPlace, Noted, PersonNoted, note_gathering
from shortlist.observing.places.work import PlaceLine, create_place, visible_places
from shortlist.observing.tables import Capacity, Gathering, Jeugdgroep, Person, PlaceKind, RoleSeen, Source

NAMESPACE = UUID("6a1c3b5e-8d0f-4e7a-9c52-2f4b7d918e36")
"""Namespace of the ids made from a file's own ids."""
COMMAND_LINE = "opdrachtregel"
"""Login of the account in whose name the server's own command line acts; nobody can sign in with it."""


@dataclass(slots=True)
class Report:
    """What an import did (or, with ``--check``, would do)."""

    groups_added: int = 0
    groups_known: int = 0
    gatherings_added: int = 0
    gatherings_known: int = 0
    members_added: int = 0
    persons_left_out: int = 0
    """Persons named in the file of whom only the number was kept."""
    places_added: int = 0
    accounts_added: int = 0
    ids: dict[str, UUID] = field(default_factory=dict)
    """Id in the file → the group."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person at the command line chose."""

    file: str
    stadsdeel: str | None = None
    """For groups that name none."""
    group: str | None = None
    """For observations that name none: a group's id or name."""
    numbers_only: bool = False
    """Keep how many were there and leave the persons out."""
    reporters_from: Organisation | None = None
    """Make an account (without password) for reporters who have none, working for this organisation."""


def group_uuid(key: str) -> UUID:
    """Return the id that a group gets from its id in a file: that same UUID, or one made from the text."""
    try:
        return UUID(key)
    except ValueError:
        return uuid5(NAMESPACE, f"groep:{key}")


def command_line_actor(*, now: datetime, session: Session) -> Actor:
    """Return the actor of the server's own command line; its account is made at first use, without password."""
    row = session.execute(select(Account).where(col(Account.login) == COMMAND_LINE)).scalar_one_or_none()
    account_id = (
        row.id
        if row is not None
        else create_account(
            COMMAND_LINE,
            "Opdrachtregel van de server",
            organisation=Organisation.GEMEENTE,
            roles=[Role.BEHEERDER],
            citywide=True,
            actor=None,
            now=now,
            session=session,
        )
    )
    return Actor(
        id=account_id,
        name="Opdrachtregel van de server",
        organisation=Organisation.GEMEENTE,
        roles=frozenset({Role.BEHEERDER, Role.VEILIGHEIDSMANAGER}),
        stadsdelen=frozenset(),
        citywide=True,
        origin=COMMAND_LINE,
    )


@contextmanager
def _at(file: str, where: str) -> Iterator[None]:
    """Turn a refusal inside into one that names file, record and field."""
    try:
        yield
    except Refused as refusal:
        told = dict(refusal.fields) or {"": refusal.message}
        if "present" in told:
            told["present"] += " Met --numbers-only blijven alleen de aantallen over."
        lines = [": ".join(part for part in (file, where, name, text) if part) for name, text in told.items()]
        raise BadInput("\n".join(lines)) from refusal
    except NotFound as missing:
        raise BadInput(missing.message, where=(file, where)) from missing


def import_groups(
    batch: Batch, wishes: Wishes, report: Report, *, actor: Actor, now: datetime, session: Session
) -> None:
    """Add the groups of a file that are not there yet, and fill ``report``.

    Raises:
        BadInput: names file, record and field (unknown stadsdeel or place, name in use, implausible day).
    """
    parts = {part.name.lower(): part for part in stadsdelen_of(actor, session=session)}
    for record in batch.groups:
        with _at(wishes.file, record.where):
            group_id = group_uuid(record.id)
            report.ids[record.id] = group_id
            there = session.get(Jeugdgroep, group_id)
            if there is not None:
                get_group(group_id, actor=actor, session=session)
                if record.name is not None and record.name != there.name:
                    message = f"deze groep staat er al als '{there.name}'. Geef de groep een eigen id of dezelfde naam."
                    raise Refused(message, fields={"name": message})
                report.groups_known += 1
                continue
            name = record.stadsdeel or wishes.stadsdeel
            part = parts.get(name.lower()) if name else None
            if name is None and len(parts) == 1:
                part = next(iter(parts.values()))
            if part is None:
                known = ", ".join(one.name for one in parts.values()) or "geen"
                given = f"'{name}' is niet bekend" if name else "dit ontbreekt"
                message = f"{given}. Kies uit: {known}; of geef --stadsdeel voor het hele bestand."
                raise Refused(message, fields={"stadsdeel": message})
            create_group(
                record.name or record.id,
                part.id,
                first_signal_on=record.first_signal_on or record.observed_until or today(now),
                group_id=group_id,
                actor=actor,
                now=now,
                session=session,
            )
            report.groups_added += 1
            if record.place is not None:
                group = get_group(group_id, actor=actor, session=session)
                place_id = _place(record.place, record, group, report, actor=actor, now=now, session=session)
                add_group_place(
                    group_id,
                    place_id,
                    valid_from=group.first_signal_on,
                    actor=actor,
                    now=now,
                    session=session,
                )


def _place(
    name: str,
    record: GroupRecord | GatheringRecord,
    group: Group | None,
    report: Report,
    *,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Return the place of that name in the group's stadsdeel; made when the record says where it lies."""
    stadsdeel_id = group.stadsdeel_id if group else None
    places = visible_places(stadsdeel_id=stadsdeel_id, actor=actor, session=session)
    found = [place for place in places if place.name.lower() == name.lower()]
    if len(found) == 1:
        return found[0].id
    if len(found) > 1:
        where = ", ".join(place.stadsdeel for place in found)
        message = f"'{name}' bestaat meer dan eens ({where}). Noem de groep, dan is het stadsdeel bekend."
        raise Refused(message, fields={"place": message})
    if record.point is None:
        raise _unknown_place(name, places)
    report.places_added += 1
    return create_place(name, PlaceKind.OVERIG, *record.point, actor=actor, now=now, session=session)


def _unknown_place(name: str, places: list[PlaceLine]) -> Refused:
    near = get_close_matches(name, [place.name for place in places], 1, 0.6)
    hint = f"Bedoelt u '{near[0]}'? Geef anders" if near else "Leg de plek eerst vast, of geef"
    message = f"de plek '{name}' is niet bekend. {hint} 'lon' en 'lat', dan wordt de plek gemaakt."
    return Refused(message, fields={"place": message})


def import_gatherings(
    batch: Batch,
    wishes: Wishes,
    report: Report,
    *,
    member_list_allowed: ListAllowed,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Add the observations of a file that are not there yet and the members it names, and fill ``report``.

    Raises:
        BadInput: names file, record and field (unknown group, place or reporter; persons without the decision of
            step 2B; whatever ``note_gathering`` refuses).
    """
    groups = {one.name.lower(): one for one in group_names(actor=actor, session=session)}
    reporters: dict[str, Actor] = {}
    seen: dict[str, int] = {}
    first_seen: dict[tuple[UUID, str], datetime] = {}
    for record in sorted(batch.gatherings, key=lambda one: one.at):
        with _at(wishes.file, record.where):
            key = record.group or batch.group or wishes.group
            group = _group(key, groups, report, actor=actor, session=session) if key else None
            gathering_id = _gathering_uuid(record, group, seen)
            if _stored(gathering_id, session=session):
                report.gatherings_known += 1
                continue
            place_id = None
            if record.place is not None:
                place_id = _place(record.place, record, group, report, actor=actor, now=now, session=session)
            observer = actor
            if record.reporter is not None:
                observer = _reporter(record.reporter, reporters, wishes, report, now=now, session=session)
            present = () if wishes.numbers_only else _people(record)
            report.persons_left_out += len(record.present) - len(present)
            note_gathering(
                _noted(record, gathering_id, group, place_id, present, wishes.file),
                member_list_allowed=member_list_allowed,
                observer=observer,
                actor=actor,
                now=now,
                session=session,
            )
            report.gatherings_added += 1
            if group is not None:
                for one in present:
                    if one.capacity is Capacity.BETROKKENE:
                        first_seen.setdefault((group.id, one.pseudonym), record.at)
    key = batch.group or wishes.group
    if batch.members and not wishes.numbers_only:
        with _at(wishes.file, "bovenaan"):
            if key is None:
                message = "welke jeugdgroep is dit? Geef 'group_id' in het bestand of --group."
                raise Refused(message, fields={"group": message})
            group = _group(key, groups, report, actor=actor, session=session)
            _members(
                batch, group, first_seen, report, wishes,
                member_list_allowed=member_list_allowed, actor=actor, now=now, session=session,
            )  # fmt: skip


def _group(key: str, groups: Mapping[str, Group], report: Report, *, actor: Actor, session: Session) -> Group:
    by_name = groups.get(key.lower())
    if by_name is not None:
        return by_name
    try:
        return get_group(report.ids.get(key) or group_uuid(key), actor=actor, session=session)
    except NotFound:
        near = get_close_matches(key.lower(), groups, 1, 0.6)
        hint = f"Bedoelt u '{groups[near[0]].name}'?" if near else "Laad eerst de groepen, of geef --group."
        message = f"de groep '{key}' is niet bekend in de stadsdelen waar u werkt. {hint}"
        raise Refused(message, fields={"group_id": message}) from None


def _gathering_uuid(record: GatheringRecord, group: Group | None, seen: dict[str, int]) -> UUID:
    try:
        return UUID(record.key)
    except ValueError:
        pass
    moment = record.at.astimezone(UTC).isoformat()
    key = "|".join(
        (str(group.id) if group else "", record.key, moment, record.place or "", record.reporter or "")
    )
    seen[key] = seen.get(key, 0) + 1
    return uuid5(NAMESPACE, f"waarneming:{key}|{seen[key]}")


def _stored(gathering_id: UUID, *, session: Session) -> bool:
    return (
        session.execute(
            select(col(Gathering.id)).where(col(Gathering.id) == gathering_id),
            execution_options={UNLOGGED: "an id only"},
        ).first()
        is not None
    )


def _reporter(
    name: str, known: dict[str, Actor], wishes: Wishes, report: Report, *, now: datetime, session: Session
) -> Actor:
    login = name.strip().lower()
    if login not in known:
        try:
            known[login] = actor_by_login(login, origin=COMMAND_LINE, session=session)
        except NotFound:
            if wishes.reporters_from is None:
                message = (
                    f"'{name}' heeft geen account. Maak het met 'shortlist user add', of geef --reporters-from met de "
                    "organisatie van de melders; dan komt er een account zonder wachtwoord."
                )
                raise Refused(message, fields={"reporter": message}) from None
            create_account(
                login,
                name,
                organisation=wishes.reporters_from,
                roles=[],
                actor=None,
                now=now,
                session=session,
            )
            report.accounts_added += 1
            known[login] = actor_by_login(login, origin=COMMAND_LINE, session=session)
    return known[login]


def _people(record: GatheringRecord) -> tuple[PersonNoted, ...]:
    """Return the persons; of several roles seen the first has its own column, the others stand in the fact."""
    return tuple(
        PersonNoted(
            one.pseudonym,
            Capacity(one.capacity),
            RoleSeen(one.roles_seen[0]) if one.roles_seen else None,
            f"Ook gezien: {', '.join(one.roles_seen[1:])}." if one.roles_seen[1:] else "",
        )
        for one in record.present
    )


def _noted(
    record: GatheringRecord,
    gathering_id: UUID,
    group: Group | None,
    place_id: UUID | None,
    present: tuple[PersonNoted, ...],
    file: str,
) -> Noted:
    spot = None
    if place_id is None and record.point is not None:
        spot = NewPlace(f"Punt bij {record.where}", *record.point)
    source = Source(record.source)
    effort = record.effort_minutes
    return Noted(
        id=gathering_id,
        group_id=group.id if group else None,
        place_id=place_id,
        new_place=spot,
        started_at=record.at.astimezone(UTC),
        duration_minutes=record.duration_minutes,
        effort_minutes=effort if source is Source.GEZIEN else effort or 0,
        seen_count=record.seen_count,
        source=source,
        hearsay=record.hearsay,
        items=record.items,
        feit=record.feit or f"Overgenomen uit {file}, {record.where}.",
        oordeel=record.oordeel,
        present=present,
        new_pseudonyms=True,
    )


def _members(
    batch: Batch,
    group: Group,
    first_seen: Mapping[tuple[UUID, str], datetime],
    report: Report,
    wishes: Wishes,
    *,
    member_list_allowed: ListAllowed,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Make the named persons members from the day on which they were first seen in this file."""
    members = members_of(group.id, on=today(now), actor=actor, now=now, session=session)
    there = {entry.pseudonym.lower() for one in members for entry in one.entries}
    there |= {one.pseudonym.lower() for one in members}
    for pseudonym in batch.members:
        if pseudonym.lower() in there:
            continue
        person_id = session.execute(
            select(col(Person.id)).where(func.lower(col(Person.pseudonym)) == pseudonym.lower())
        ).scalar_one_or_none()
        moment = first_seen.get((group.id, pseudonym))
        if person_id is None or moment is None:
            message = (
                f"'{pseudonym}' is in dit bestand niet als betrokkene gezien. Zonder waarneming komt niemand op de "
                "ledenlijst; haal de naam weg of voeg de waarneming toe."
            )
            raise Refused(message, fields={"group": message})
        add_member(
            group.id,
            person_id,
            valid_from=max(today(moment), group.first_signal_on),
            reason=f"Ingelezen uit {wishes.file}.",
            member_list_allowed=member_list_allowed,
            actor=actor,
            now=now,
            session=session,
        )
        report.members_added += 1
