"""What was seen: places, jeugdgroepen, persons by pseudonym, dated membership, gatherings.

Rows are appended. What changes gets a successor row (``supersedes_id``); the current row is the one that nothing
supersedes. Facts (``feit``) and judgement (``oordeel``) are separate columns.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from shortlist.guarding.roles import Organisation, Regime
from shortlist.storing.columns import PERSONAL, UtcDateTime, between, not_empty, one_of, plausible


class PlaceKind(StrEnum):
    """What kind of spot a place is."""

    PLEIN = "plein"
    PARK = "park"
    WINKELCENTRUM = "winkelcentrum"
    SCHOOL = "school"
    STATION = "station"
    SPEELPLEK = "speelplek"
    JOP = "jop"
    PARKEERPLAATS = "parkeerplaats"
    STRAAT = "straat"
    BASIS = "basis"
    OVERIG = "overig"


class GroupState(StrEnum):
    """Where a jeugdgroep stands: newly signalled, being watched, or closed (step 7)."""

    SIGNAAL = "signaal"
    ACTIEF = "actief"
    GESLOTEN = "gesloten"


class LinkKind(StrEnum):
    """How two groups are connected in history."""

    SAMENGEGAAN = "samengegaan"
    AFGESPLITST = "afgesplitst"
    VERWANT = "verwant"


class Source(StrEnum):
    """How the reporter knows: saw it, heard it, or passes on a report."""

    GEZIEN = "gezien"
    GEHOORD = "gehoord"
    MELDING = "melding"


class Capacity(StrEnum):
    """In which capacity a person was present; only a ``betrokkene`` can ever be a member."""

    BETROKKENE = "betrokkene"
    SLACHTOFFER = "slachtoffer"
    GETUIGE = "getuige"
    DERDE = "derde"
    GEDWONGENE = "gedwongene"
    """Took part under coercion."""


class RoleSeen(StrEnum):
    """What somebody was seen doing in the group on that occasion (contracts.md, ``roles_seen``)."""

    LEIDT = "leidt"
    VOLGT = "volgt"
    STOOKT_OP = "stookt op"
    SUST = "sust"
    AFZIJDIG = "afzijdig"


class PairVerdict(StrEnum):
    """What somebody judged of two records: one and the same, two different ones, or not clear yet."""

    DEZELFDE = "dezelfde"
    VERSCHILLEND = "verschillend"
    ONBESLIST = "onbeslist"


class Place(SQLModel, table=True):
    """A spot in the city."""

    __tablename__ = "place"
    __table_args__ = (
        one_of("kind", PlaceKind),
        not_empty("name"),
        between("lon", 3.2, 7.3),
        between("lat", 50.7, 53.6),
        UniqueConstraint("stadsdeel_id", "name"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    stadsdeel_id: UUID = Field(foreign_key="stadsdeel.id", index=True)
    name: str = Field(max_length=120)
    kind: str = Field(max_length=20)
    lon: float
    """Degrees east, WGS 84; the CHECK keeps it within the Netherlands."""
    lat: float


class Jeugdgroep(SQLModel, table=True):
    """A youth group as a lasting identity; everything that changes hangs on it, dated."""

    __tablename__ = "jeugdgroep"
    __table_args__ = (not_empty("name"), plausible("first_signal_on"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    stadsdeel_id: UUID = Field(foreign_key="stadsdeel.id", index=True)
    """The stadsdeel whose veiligheidsmanager has the lead; a fluid group has one too."""
    name: str = Field(max_length=120)
    first_signal_on: date
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class GroupStatus(SQLModel, table=True):
    """A dated state of a group; the newest counts."""

    __tablename__ = "group_status"
    __table_args__ = (one_of("state", GroupState), UniqueConstraint("group_id", "recorded_at"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id")
    state: str = Field(max_length=10)
    reason: str = Field(max_length=2000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class GroupPlace(SQLModel, table=True):
    """A place where a group was usually found during a period. A fluid group has none."""

    __tablename__ = "group_place"
    __table_args__ = (
        plausible("valid_from"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="period"),
        UniqueConstraint("supersedes_id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id", index=True)
    place_id: UUID = Field(foreign_key="place.id", index=True)
    valid_from: date
    valid_until: date | None = None
    """Last day; None = still."""
    supersedes_id: UUID | None = Field(default=None, foreign_key="group_place.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class GroupLink(SQLModel, table=True):
    """History between groups: merged into, split off from, related to."""

    __tablename__ = "group_link"
    __table_args__ = (
        one_of("kind", LinkKind),
        CheckConstraint("from_group_id <> to_group_id", name="two_groups"),
        plausible("on_date"),
        not_empty("reason"),
        UniqueConstraint("from_group_id", "to_group_id", "kind", "on_date", "attempt"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str = Field(max_length=20)
    from_group_id: UUID = Field(foreign_key="jeugdgroep.id", index=True)
    """The older group: what merged, or what was split from."""
    to_group_id: UUID = Field(foreign_key="jeugdgroep.id", index=True)
    on_date: date
    attempt: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """Counts up when the same link was undone and is made again."""
    reason: str = Field(max_length=2000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class GroupLinkEnd(SQLModel, table=True):
    """The undoing of a link between groups: the link stays on record and counts no longer."""

    __tablename__ = "group_link_end"
    __table_args__ = (not_empty("reason"),)

    link_id: UUID = Field(foreign_key="group_link.id", primary_key=True)
    reason: str = Field(max_length=2000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class GroupPairDecision(SQLModel, table=True):
    """What somebody judged of two groups that may be one; the newest of a pair counts. A merger is a ``GroupLink``."""

    __tablename__ = "group_pair_decision"
    __table_args__ = (
        one_of("verdict", (PairVerdict.VERSCHILLEND, PairVerdict.ONBESLIST)),
        not_empty("reason"),
        CheckConstraint("first_id < second_id", name="in_order"),
        UniqueConstraint("first_id", "second_id", "sequence"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    first_id: UUID = Field(foreign_key="jeugdgroep.id")
    second_id: UUID = Field(foreign_key="jeugdgroep.id", index=True)
    sequence: int
    """1 for the first judgement of this pair, and so on."""
    verdict: str = Field(max_length=12)
    reason: str = Field(max_length=2000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class Person(SQLModel, table=True):
    """A youngster, known here by pseudonym only. No name, birth date, origin or address is kept."""

    __tablename__ = "person"
    __table_args__ = (not_empty("pseudonym"), one_of("regime", Regime), PERSONAL)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    pseudonym: str = Field(max_length=40, unique=True)
    regime: str = Field(max_length=3)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class PersonPairDecision(SQLModel, table=True):
    """What somebody judged of two persons who may be one; the newest of a pair counts.

    ``dezelfde`` merges them under ``surviving_id``; a later other verdict undoes exactly that. Nothing else is touched:
    whatever reads persons asks ``observing.persons.work.identities`` who is who now.
    """

    __tablename__ = "person_pair_decision"
    __table_args__ = (
        one_of("verdict", PairVerdict),
        not_empty("reason"),
        CheckConstraint("first_id < second_id", name="in_order"),
        CheckConstraint(
            "(verdict = 'dezelfde' AND surviving_id IS NOT NULL AND surviving_id IN (first_id, second_id)) "
            "OR (verdict <> 'dezelfde' AND surviving_id IS NULL)",
            name="survivor_is_one_of_them",
        ),
        UniqueConstraint("first_id", "second_id", "sequence"),
        PERSONAL,
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    first_id: UUID = Field(foreign_key="person.id")
    second_id: UUID = Field(foreign_key="person.id", index=True)
    sequence: int
    """1 for the first judgement of this pair, and so on."""
    verdict: str = Field(max_length=12)
    surviving_id: UUID | None = Field(default=None, foreign_key="person.id")
    """Under whose pseudonym both go on."""
    reason: str = Field(max_length=2000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class Membership(SQLModel, table=True):
    """A person belongs to a group during a period; ended or corrected by a successor row."""

    __tablename__ = "membership"
    __table_args__ = (
        plausible("valid_from"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="period"),
        UniqueConstraint("supersedes_id"),
        PERSONAL,
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    valid_from: date
    valid_until: date | None = None
    reason: str = Field(default="", max_length=2000)
    supersedes_id: UUID | None = Field(default=None, foreign_key="membership.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class Gathering(SQLModel, table=True):
    """One observation: a group (or nobody yet known as one) seen or heard of, at a time and place, with effort."""

    __tablename__ = "gathering"
    __table_args__ = (
        one_of("source", Source),
        one_of("organisation", Organisation),
        one_of("regime", Regime),
        not_empty("feit"),
        between("duration_minutes", 0, 1440),
        between("effort_minutes", 0, 1440),
        between("seen_count", 0, 200),
        plausible("started_at"),
        CheckConstraint("recorded_at >= started_at", name="not_in_future"),
        CheckConstraint("source <> 'gehoord' OR hearsay", name="heard_is_hearsay"),
        CheckConstraint("source <> 'gezien' OR NOT hearsay", name="seen_is_no_hearsay"),
        CheckConstraint(
            "supersedes_id IS NULL OR length(trim(correction_reason)) > 0", name="correction_has_reason"
        ),
        UniqueConstraint("supersedes_id"),
        Index("ix_gathering_group_started", "group_id", "started_at"),
        Index("ix_gathering_stadsdeel_started", "stadsdeel_id", "started_at"),
        PERSONAL,
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    """Made by the client: the observation's own idempotency key."""
    stadsdeel_id: UUID = Field(foreign_key="stadsdeel.id")
    group_id: UUID | None = Field(default=None, foreign_key="jeugdgroep.id")
    place_id: UUID | None = Field(default=None, foreign_key="place.id", index=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    duration_minutes: int | None = None
    """How long the gathering lasted or was watched, minutes; None = unknown."""
    effort_minutes: int | None = None
    """How long the observer looked at this spot, minutes: without it a count says how often we looked.

    0 when nobody looked (hearsay, a report); None = unknown (imported without it).
    """
    seen_count: int | None = None
    """How many youngsters were there; 0 is a nil return and counts; None = unknown (hearsay, a report)."""
    observer_id: UUID = Field(foreign_key="account.id", index=True)
    organisation: str = Field(max_length=20)
    regime: str = Field(max_length=3)
    source: str = Field(max_length=10)
    hearsay: bool = False
    feit: str = Field(max_length=4000)
    oordeel: str = Field(default="", max_length=4000)
    under_twelve: bool = False
    """Children under 12 were there: a signal to care; nothing is kept about any of them."""
    supersedes_id: UUID | None = Field(default=None, foreign_key="gathering.id")
    correction_reason: str = Field(default="", max_length=500)
    """Why this row replaces the one that it supersedes."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class GatheringItem(SQLModel, table=True):
    """A questionnaire item (e.g. ``lawaai``) that this observation shows."""

    __tablename__ = "gathering_item"

    gathering_id: UUID = Field(foreign_key="gathering.id", primary_key=True)
    item: str = Field(max_length=40, primary_key=True)


class Presence(SQLModel, table=True):
    """Who was there, by pseudonym, in which capacity, seen doing what."""

    __tablename__ = "presence"
    __table_args__ = (
        one_of("capacity", Capacity),
        CheckConstraint(
            "role_seen IS NULL OR role_seen IN (" + ", ".join(f"'{role}'" for role in RoleSeen) + ")",
            name="role_seen_known",
        ),
        PERSONAL,
    )

    gathering_id: UUID = Field(foreign_key="gathering.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)
    capacity: str = Field(max_length=12)
    role_seen: str | None = Field(default=None, max_length=12)
    feit: str = Field(default="", max_length=2000)
    """What this person was seen doing, as a fact."""
