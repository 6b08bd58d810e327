"""Noting an observation, and correcting one: every fault is named beside its field and nothing is stored then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.assets import RULES
from shortlist.errors import Forbidden, NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, regime_of, require_role
from shortlist.observing.gatherings.work import get_gathering, successor_of
from shortlist.observing.groups.work import Group, get_group
from shortlist.observing.members.work import MEMBER_VIEWERS, NO_LIST, ListAllowed, nobody_listed
from shortlist.observing.persons.work import identities
from shortlist.observing.places.work import create_place
from shortlist.observing.tables import (
    Capacity,
    Gathering,
    GatheringItem,
    Person,
    Place,
    PlaceKind,
    Presence,
    RoleSeen,
    Source,
)
from shortlist.showing.words import hoofdletter
from shortlist.storing.database import flush_or_refuse
from shortlist.storing.dated_yaml import read_file, stop_on

OBSERVERS = (
    Role.JEUGDAGENT,
    Role.JONGERENWERKER,
    Role.JEUGDBOA,
    Role.TEAMLEIDER,
    Role.VEILIGHEIDSMANAGER,
)
"""Who may note an observation."""
SEEN_BLOCKS = ("hinder", "overlast", "vernieling", "geweld", "vermogen", "overig", "risicogewoonten")
"""Blocks of the questionnaire of which a single observation can show a sign, in the order of the form."""
MOST_SEEN = 200
LONGEST_MINUTES = 24 * 60
EARLIEST_YEAR = 2000
CHILDREN = (
    "Er waren kinderen jonger dan 12 bij. Over hen is niets per kind vastgelegd. Geef het signaal vandaag nog door "
    "aan de zorgcoördinatie van de gemeente; bij gevaar voor een kind aan Veilig Thuis, 0800-2000."
)


@dataclass(frozen=True, slots=True)
class SeenBlock:
    """A block of questionnaire items that an observation can show: (id, label, question) of each."""

    id: str
    label: str
    items: tuple[tuple[str, str, str], ...]

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The items as choices of a form: (id, label with a capital)."""
        return [(item, hoofdletter(label)) for item, label, _ in self.items]


@dataclass(frozen=True, slots=True)
class PersonNoted:
    """A person as noted: by pseudonym, in which capacity, doing what."""

    pseudonym: str
    capacity: Capacity
    role_seen: RoleSeen | None = None
    feit: str = ""


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A spot that is not on the list yet."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Noted:
    """What somebody noted, before it is stored. Minutes are whole; ``started_at`` is aware."""

    started_at: datetime
    source: Source
    feit: str
    id: UUID = field(default_factory=uuid4)
    """Made by the client: the same observation sent twice is stored once."""
    group_id: UUID | None = None
    """None: a new or unknown group."""
    place_id: UUID | None = None
    new_place: NewPlace | None = None
    duration_minutes: int | None = None
    effort_minutes: int | None = None
    seen_count: int | None = None
    hearsay: bool = False
    oordeel: str = ""
    items: tuple[str, ...] = ()
    under_twelve: bool = False
    present: tuple[PersonNoted, ...] = ()
    new_pseudonyms: bool = False
    """Pseudonyms that nobody knows yet are meant to be new; otherwise they are taken for typing errors."""


@cache
def seen_blocks() -> tuple[SeenBlock, ...]:
    """Return the questionnaire's blocks of which an observation can show a sign, with their Dutch words.

    Raises:
        Broken: the questionnaire cannot be read; names file and line.
    """
    document, problems = read_file(RULES / "questionnaire.yaml")
    stop_on(problems)
    if document is None:
        return ()
    found = {block["id"]: block for block in document.data["blocks"]}
    return tuple(
        SeenBlock(
            found[name]["id"],
            found[name]["label"],
            tuple((item["id"], item["label"], item["question"]) for item in found[name]["items"]),
        )
        for name in SEEN_BLOCKS
    )


@cache
def seen_items() -> Mapping[str, str]:
    """Return item id → Dutch label of every item that an observation can show."""
    return {item: label for block in seen_blocks() for item, label, _ in block.items}


def note_gathering(
    noted: Noted,
    *,
    member_list_allowed: ListAllowed = nobody_listed,
    observer: Actor | None = None,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Store an observation and return its id; the same observation again changes nothing and gives the same id.

    ``observer`` is who saw it when ``actor`` only passes it on (an import); its organisation decides the regime.

    Raises:
        Refused: something in it cannot be; ``fields`` names each field (group, place, lon, started_at, …,
            present.0.pseudonym) with what is wrong and how to mend it.
    """
    require_role(actor, *OBSERVERS)
    earlier = _stored(noted, session=session, actor=actor, now=now)
    if earlier is not None:
        return earlier
    row = _row(noted, observer or actor, member_list_allowed, actor=actor, now=now, session=session)
    return _store(row, noted, action="waarneming vastgelegd", actor=actor, now=now, session=session)


def correct_gathering(
    gathering_id: UUID,
    noted: Noted,
    *,
    reason: str,
    member_list_allowed: ListAllowed = nobody_listed,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Replace an observation by a corrected one, by its observer or the veiligheidsmanager; the old one stays.

    Raises:
        Refused: no reason, corrected already, or whatever ``note_gathering`` refuses.
        Forbidden: somebody else's observation.
    """
    require_role(actor, *OBSERVERS)
    old = get_gathering(gathering_id, actor=actor, now=now, session=session)[0]
    if actor.id not in {old.observer_id, old.recorded_by} and not actor.has(Role.VEILIGHEIDSMANAGER):
        raise Forbidden("Alleen wie de waarneming deed of de veiligheidsmanager kan haar verbeteren.")
    earlier = _stored(noted, session=session, actor=actor, now=now)
    if earlier is not None:
        return earlier
    if successor_of(gathering_id, session=session) is not None:
        raise Refused("Deze waarneming is al verbeterd. Open de nieuwste versie en verbeter die.")
    if not reason.strip():
        message = "Schrijf in een zin wat er niet klopte. De oude versie blijft leesbaar."
        raise Refused(message, fields={"correction_reason": message})
    row = _row(noted, actor, member_list_allowed, actor=actor, now=now, session=session)
    original = session.get_one(Gathering, gathering_id)
    row.observer_id, row.organisation, row.regime = (
        original.observer_id,
        original.organisation,
        original.regime,
    )
    row.supersedes_id, row.correction_reason = gathering_id, reason.strip()
    return _store(row, noted, action="waarneming verbeterd", actor=actor, now=now, session=session)


def _stored(noted: Noted, *, actor: Actor, now: datetime, session: Session) -> UUID | None:
    """Return the id when this very observation is stored already; refuse when the id holds something else."""
    row = session.get(Gathering, noted.id)
    if row is None:
        return None
    record(
        session,
        actor=actor,
        action="waarneming nogmaals verstuurd",
        object_kind="waarneming",
        object_id=row.id,
        now=now,
    )
    same = (row.started_at, row.group_id, row.feit, row.seen_count) == (
        noted.started_at,
        noted.group_id,
        noted.feit.strip(),
        noted.seen_count,
    )
    if row.recorded_by != actor.id or not same:
        raise Refused("Deze waarneming is al verstuurd, met andere inhoud. Begin een nieuwe waarneming.")
    return row.id


def _store(
    row: Gathering, noted: Noted, *, action: str, actor: Actor, now: datetime, session: Session
) -> UUID:
    record(
        session,
        actor=actor,
        action=action,
        object_kind="waarneming",
        object_id=row.id,
        now=now,
        details={
            "groep": str(row.group_id) if row.group_id else None,
            "personen": len(noted.present),
            "kinderen onder 12": noted.under_twelve,
        },
    )
    session.add(row)
    flush_or_refuse(
        session,
        "Deze waarneming is op hetzelfde moment al opgeslagen of verbeterd. Ververs de pagina van de groep.",
    )
    session.add_all(GatheringItem(gathering_id=row.id, item=item) for item in dict.fromkeys(noted.items))
    people = _people(noted.present, regime=row.regime, actor=actor, now=now, session=session)
    session.add_all(
        Presence(
            gathering_id=row.id,
            person_id=people[one.pseudonym.lower()],
            capacity=one.capacity.value,
            role_seen=one.role_seen.value if one.role_seen else None,
            feit=one.feit.strip(),
        )
        for one in noted.present
    )
    session.flush()
    return row.id


def _row(
    noted: Noted,
    observer: Actor,
    member_list_allowed: ListAllowed,
    *,
    actor: Actor,
    now: datetime,
    session: Session,
) -> Gathering:
    """Check everything, and return the row to store; all faults are told at once."""
    faults: dict[str, str] = {}
    group = _group(noted, faults, actor=actor, session=session)
    stadsdeel_id, place_id = _place(noted, group, faults, actor=actor, now=now, session=session)
    _check_moment(noted, faults, now=now)
    _check_numbers(noted, faults)
    _check_items(noted, faults)
    if noted.present:
        _check_people(noted, group, member_list_allowed, faults, actor=actor, session=session)
    if faults or stadsdeel_id is None:
        raise Refused("Niets is opgeslagen: er klopt nog iets niet.", fields=faults)
    return Gathering(
        id=noted.id,
        stadsdeel_id=stadsdeel_id,
        group_id=noted.group_id,
        place_id=place_id,
        started_at=noted.started_at,
        duration_minutes=noted.duration_minutes,
        effort_minutes=noted.effort_minutes,
        seen_count=noted.seen_count,
        observer_id=observer.id,
        organisation=observer.organisation.value,
        regime=regime_of(observer.organisation).value,
        source=noted.source.value,
        hearsay=noted.hearsay,
        feit=noted.feit.strip(),
        oordeel=noted.oordeel.strip(),
        under_twelve=noted.under_twelve,
        recorded_at=now,
        recorded_by=actor.id,
    )


def _group(noted: Noted, faults: dict[str, str], *, actor: Actor, session: Session) -> Group | None:
    if noted.group_id is None:
        return None
    try:
        return get_group(noted.group_id, actor=actor, session=session)
    except NotFound:
        faults["group"] = (
            "Deze groep bestaat niet in een stadsdeel waar u werkt. Kies een groep uit de lijst."
        )
        return None


def _place(
    noted: Noted,
    group: Group | None,
    faults: dict[str, str],
    *,
    actor: Actor,
    now: datetime,
    session: Session,
) -> tuple[UUID | None, UUID | None]:
    """Return stadsdeel and place of the observation; a new spot is put on the map only when all else is well."""
    if noted.new_place is not None and noted.place_id is not None:
        faults["place"] = "Kies een plek uit de lijst of vul een nieuw punt in, niet allebei."
        return None, None
    place_id = noted.place_id
    if noted.new_place is not None:
        spot = noted.new_place
        try:
            place_id = create_place(
                spot.name, PlaceKind.OVERIG, spot.lon, spot.lat, actor=actor, now=now, session=session
            )
        except Refused as refusal:
            fields = refusal.fields or {"lon": refusal.message}
            faults.update({"place_name" if name == "name" else name: text for name, text in fields.items()})
            return None, None
    if place_id is None:
        if group is None and noted.group_id is None:
            faults["place"] = "Kies een plek, of een groep. Zonder een van beide is niet bekend waar dit was."
        return (group.stadsdeel_id if group else None), None
    place = session.get(Place, place_id)
    if place is None or not actor.sees(place.stadsdeel_id):
        faults["place"] = "Deze plek bestaat niet in een stadsdeel waar u werkt. Kies een plek uit de lijst."
        return None, None
    if group is not None and place.stadsdeel_id != group.stadsdeel_id:
        faults["lon" if noted.new_place else "place"] = (
            f"'{place.name}' ligt niet in {group.stadsdeel}, waar '{group.name}' onder valt. "
            "Kies een andere plek, of kies 'nieuwe of onbekende groep'."
        )
        return None, None
    return place.stadsdeel_id, place.id


def _check_moment(noted: Noted, faults: dict[str, str], *, now: datetime) -> None:
    if noted.started_at > now:
        faults["started_at"] = "Dit moment ligt in de toekomst. Kies een moment tot en met nu."
    elif noted.started_at.year < EARLIEST_YEAR:
        faults["started_at"] = f"Dit ligt te ver terug. Kies een dag vanaf 1 januari {EARLIEST_YEAR}."


def _check_numbers(noted: Noted, faults: dict[str, str]) -> None:
    for name, value in (
        ("duration_minutes", noted.duration_minutes),
        ("effort_minutes", noted.effort_minutes),
    ):
        if value is not None and not 0 <= value <= LONGEST_MINUTES:
            faults[name] = f"{value} minuten kan niet. Vul 0 tot en met {LONGEST_MINUTES} in (een hele dag)."
    seen = noted.seen_count
    if seen is not None and not 0 <= seen <= MOST_SEEN:
        faults["seen_count"] = f"{seen} jongeren kan niet. Vul 0 tot en met {MOST_SEEN} in."
    if noted.source is Source.GEZIEN and noted.hearsay:
        faults["hearsay"] = "Wat u zelf zag is niet van horen zeggen. Haal het vinkje weg of kies 'gehoord'."
    if noted.source is Source.GEHOORD and not noted.hearsay:
        faults["hearsay"] = "Gehoord is van horen zeggen. Zet het vinkje, of kies 'zelf gezien' of 'melding'."
    if not noted.feit.strip():
        faults["feit"] = "Schrijf kort op wat er te zien of te horen was, zonder oordeel."
    if seen == 0 and noted.source is Source.GEZIEN and (noted.items or noted.under_twelve):
        faults.setdefault(
            "seen_count", "U zag niemand, maar vinkte wel gedrag of kinderen aan. Verbeter een van de twee."
        )
    involved = sum(one.capacity is Capacity.BETROKKENE for one in noted.present)
    if seen is not None and involved > seen:
        faults.setdefault(
            "seen_count", f"U noemt {involved} betrokkenen, maar {seen} gezien. Verbeter een van de twee."
        )


def _check_items(noted: Noted, faults: dict[str, str]) -> None:
    unknown = [item for item in noted.items if item not in seen_items()]
    if unknown:
        faults["items"] = f"Onbekend: {', '.join(unknown)}. Kies uit de lijst."


def _check_people(
    noted: Noted,
    group: Group | None,
    member_list_allowed: ListAllowed,
    faults: dict[str, str],
    *,
    actor: Actor,
    session: Session,
) -> None:
    if not actor.has(*MEMBER_VIEWERS):
        faults["present"] = "Uw rol legt alleen aantallen vast. Laat de schuilnamen weg."
        return
    if group is None or not member_list_allowed(group.id, session=session):
        faults["present"] = NO_LIST
        return
    if len(noted.present) > MOST_SEEN:
        faults["present"] = (
            f"{len(noted.present)} personen bij één waarneming kan niet; noem er ten hoogste {MOST_SEEN}."
        )
        return
    seen: set[str] = set()
    known = _known([one.pseudonym for one in noted.present], session=session)
    who = identities(session=session)
    there: dict[UUID, str] = {}
    for place, one in enumerate(noted.present):
        name = one.pseudonym.lower()
        twin = there.setdefault(who.of(known[name]), one.pseudonym) if name in known else one.pseudonym
        if twin.lower() != name:
            faults[f"present.{place}.pseudonym"] = (
                f"'{one.pseudonym}' en '{twin}' zijn samengevoegd tot één persoon. Haal er een weg."
            )
        elif name in seen:
            faults[f"present.{place}.pseudonym"] = f"'{one.pseudonym}' staat er dubbel in. Haal er een weg."
        elif name not in known and not noted.new_pseudonyms:
            faults[f"present.{place}.pseudonym"] = (
                f"'{one.pseudonym}' is nog niet bekend. Controleer de spelling, of vink aan dat de schuilnaam nieuw is."
            )
        if one.role_seen is not None and one.capacity is not Capacity.BETROKKENE:
            faults[f"present.{place}.role_seen"] = (
                f"Een {one.capacity} heeft geen rol in de groep. Laat de rol leeg of kies 'betrokkene'."
            )
        seen.add(name)


def _known(pseudonyms: Sequence[str], *, session: Session) -> dict[str, UUID]:
    wanted = {one.lower() for one in pseudonyms}
    rows = session.execute(
        select(func.lower(col(Person.pseudonym)), col(Person.id)).where(
            func.lower(col(Person.pseudonym)).in_(wanted)
        )
    )
    return {row[0]: row[1] for row in rows}


def _people(
    present: Sequence[PersonNoted], *, regime: str, actor: Actor, now: datetime, session: Session
) -> dict[str, UUID]:
    """Return lower-case pseudonym → person id, making the persons that are new."""
    known = _known([one.pseudonym for one in present], session=session) if present else {}
    for one in present:
        if one.pseudonym.lower() not in known:
            person = Person(
                pseudonym=one.pseudonym,
                regime=regime,
                recorded_at=now,
                recorded_by=actor.id,
            )
            session.add(person)
            known[one.pseudonym.lower()] = person.id
    session.flush()
    return known
