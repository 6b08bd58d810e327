"""Referrals and what became of them, care signals, choices to leave somebody, concerns, slow procedures, news."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from shortlist.connecting.procedures.transitions import STATES as PROCEDURE_STATES
from shortlist.connecting.procedures.transitions import SUBJECTS
from shortlist.connecting.referrals.transitions import FINISHED, STATES
from shortlist.storing.columns import PERSONAL, UtcDateTime, between, not_empty, one_of, plausible


class Ground(StrEnum):
    """On which ground a youngster is referred."""

    TOESTEMMING = "toestemming"
    ZONDER = "zonder toestemming"


class ContraOutcome(StrEnum):
    """What is kept of the questions about contra-indications: never the answers."""

    GEEN = "geen gevonden"
    DEELS = "niet alles bekend"


class Siblings(StrEnum):
    """What was done about brothers and sisters."""

    GEEN_ZORG = "geen zorg"
    MEE = "meegenomen"
    APART = "apart signaal"
    ONBEKEND = "onbekend"


class Result(StrEnum):
    """How an intervention ended."""

    BEREIKT = "doel bereikt"
    DEELS = "deels bereikt"
    NIET = "niet bereikt"
    GESTOPT = "voortijdig gestopt"


class ReferralReceiver(SQLModel, table=True):
    """Somebody who receives referrals for an intervention, from a moment; the newest row per pair counts."""

    __tablename__ = "referral_receiver"
    __table_args__ = (UniqueConstraint("account_id", "intervention", "sequence"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    intervention: str = Field(max_length=40)
    sequence: int
    receives: bool
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class Referral(SQLModel, table=True):
    """A youngster, known by pseudonym, referred to an intervention."""

    __tablename__ = "referral"
    __table_args__ = (
        one_of("ground", Ground),
        one_of("contra", ContraOutcome),
        one_of("siblings", Siblings),
        not_empty("feit"),
        not_empty("expected"),
        between("professionals", 0, 50),
        between("care_level", 1, 5),
        CheckConstraint(
            "ground <> 'zonder toestemming' OR length(trim(ground_reason)) > 0", name="ground_has_reason"
        ),
        UniqueConstraint("previous_id"),
        Index("ix_referral_group_intervention", "group_id", "intervention"),
        PERSONAL,
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id")
    """The group with which the youngster was seen; its stadsdeel decides who sees the referral."""
    intervention: str = Field(max_length=40, index=True)
    feit: str = Field(max_length=4000)
    oordeel: str = Field(default="", max_length=4000)
    expected: str = Field(max_length=2000)
    """What the sender hopes for."""
    fit: str = Field(max_length=20)
    """``past`` or ``niet alles bekend``: the outcome of the questions about the target group, not the answers."""
    contra: str = Field(max_length=20)
    ground: str = Field(max_length=20)
    ground_reason: str = Field(default="", max_length=2000)
    consent_of: str = Field(max_length=10)
    """Who consents at this age: ``jongere``, ``beiden`` or ``ouder``; the age itself is not kept."""
    siblings: str = Field(max_length=15)
    professionals: int | None = None
    care_level: int | None = None
    care_level_reason: str = Field(default="", max_length=1000)
    adult_in: date | None = None
    """First day of the month of the 18th birthday, only when that lies within the look-ahead."""
    previous_id: UUID | None = Field(default=None, foreign_key="referral.id")
    """The refused or withdrawn referral that this one follows."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id", index=True)


class ReferralStatus(SQLModel, table=True):
    """A dated state of a referral, or feedback in the same state; the newest counts."""

    __tablename__ = "referral_status"
    __table_args__ = (
        one_of("state", STATES),
        UniqueConstraint("referral_id", "sequence"),
        CheckConstraint(f"(state = '{FINISHED}') = (result IS NOT NULL)", name="finished_has_result"),
        CheckConstraint(
            "result IS NULL OR result IN (" + ", ".join(f"'{result}'" for result in Result) + ")",
            name="result_known",
        ),
        PERSONAL,
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    referral_id: UUID = Field(foreign_key="referral.id", index=True)
    sequence: int
    """1, 2, … per referral: two people deciding at once collide here."""
    state: str = Field(max_length=15)
    note: str = Field(default="", max_length=4000)
    """Reason, or feedback to the sender: what was agreed, never what was treated."""
    lead: str = Field(default="", max_length=120)
    """Who has the lead from now on (name and organisation)."""
    result: str | None = Field(default=None, max_length=20)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """By when the receiver is to do the next thing."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class NewsSeen(SQLModel, table=True):
    """Somebody has read news up to a sequence number; the reminder about it stops."""

    __tablename__ = "news_seen"

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    subject_id: UUID = Field(primary_key=True)
    """A referral, a match or a procedure."""
    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)


class CareSignal(SQLModel, table=True):
    """An observation with children under 12 was passed on to care; nothing about any child is kept."""

    __tablename__ = "care_signal"
    __table_args__ = (not_empty("passed_to"), plausible("passed_on"), UniqueConstraint("gathering_id"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    gathering_id: UUID = Field(foreign_key="gathering.id")
    passed_to: str = Field(max_length=120)
    passed_on: date
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class GapChoice(SQLModel, table=True):
    """A person was left as is for now, on purpose, with a reason and a day to look again; the newest counts."""

    __tablename__ = "gap_choice"
    __table_args__ = (
        not_empty("reason"),
        plausible("look_again_on"),
        UniqueConstraint("person_id", "sequence"),
        PERSONAL,
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id")
    group_id: UUID = Field(foreign_key="jeugdgroep.id", index=True)
    sequence: int
    reason: str = Field(max_length=2000)
    look_again_on: date
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class Concern(SQLModel, table=True):
    """Somebody has a concern about a youngster, without a word about what; the newest per person and account counts."""

    __tablename__ = "concern"
    __table_args__ = (
        plausible("expires_on"),
        UniqueConstraint("person_id", "recorded_by", "sequence"),
        PERSONAL,
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    sequence: int
    holds: bool
    """False: the concern is over."""
    expires_on: date
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id", index=True)


class Procedure(SQLModel, table=True):
    """Something asked of the city that takes weeks or months: a lamp, a bin, a JOP, a fence, a permit."""

    __tablename__ = "procedure"
    __table_args__ = (one_of("subject", SUBJECTS), not_empty("wish"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    stadsdeel_id: UUID = Field(foreign_key="stadsdeel.id", index=True)
    group_id: UUID | None = Field(default=None, foreign_key="jeugdgroep.id", index=True)
    place_id: UUID | None = Field(default=None, foreign_key="place.id")
    subject: str = Field(max_length=20)
    wish: str = Field(max_length=2000)
    """What is asked, where, and for whom."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class ProcedureStatus(SQLModel, table=True):
    """A dated state of a procedure, or news in the same state; the newest counts."""

    __tablename__ = "procedure_status"
    __table_args__ = (one_of("state", PROCEDURE_STATES), UniqueConstraint("procedure_id", "sequence"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    procedure_id: UUID = Field(foreign_key="procedure.id", index=True)
    sequence: int
    state: str = Field(max_length=20)
    note: str = Field(default="", max_length=2000)
    expected_on: date | None = None
    """When it is expected to be there; None: nobody can say yet."""
    outlook: str = Field(default="", max_length=500)
    """The likely outcome in a sentence."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class ProcedureFollower(SQLModel, table=True):
    """Somebody waits for a procedure and gets its news; the newest per account counts."""

    __tablename__ = "procedure_follower"
    __table_args__ = (UniqueConstraint("procedure_id", "account_id", "sequence"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    procedure_id: UUID = Field(foreign_key="procedure.id", index=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    sequence: int
    follows: bool
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class MailChoice(SQLModel, table=True):
    """Where somebody wants the daily mail, or that they want none; the newest counts."""

    __tablename__ = "mail_choice"
    __table_args__ = (
        UniqueConstraint("account_id", "sequence"),
        CheckConstraint("NOT wants OR length(trim(address)) > 0", name="wanted_has_address"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    sequence: int
    address: str = Field(default="", max_length=254)
    wants: bool
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class Digest(SQLModel, table=True):
    """The one daily mail to somebody: how many things waited and whether it went out. No content."""

    __tablename__ = "digest"
    __table_args__ = (
        one_of("state", ("wacht", "bezig", "verzonden", "niets", "mislukt")),
        between("attempts", 0, 10),
        UniqueConstraint("account_id", "day"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    day: date
    total: int
    late: int
    state: str = Field(max_length=10, index=True)
    attempts: int = 0
    error: str = Field(default="", max_length=500)
    made_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
