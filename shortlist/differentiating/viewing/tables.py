"""The reading beside the own view: the municipality's decision, the pairs as they were, and what differed."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from shortlist.differentiating.reading import Reading
from shortlist.storing.columns import PERSONAL, Json, UtcDateTime, between, not_empty, one_of


class Own(StrEnum):
    """What a professional thinks of a member before the reading is shown."""

    KERN = "kern"
    MEELOPER = "meeloper"
    ONBEKEND = "onbekend"
    GEEN_OORDEEL = "geen oordeel"


class OwnView(SQLModel, table=True):
    """Somebody's own view of a group's members, and under which model and rules the reading beside it was made."""

    __tablename__ = "own_view"
    __table_args__ = (
        CheckConstraint("expected_core IS NULL OR expected_core > 0", name="expected_core_positive"),
        Index("ix_own_view_group_recorded", "group_id", "recorded_at"),
        PERSONAL,
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id")
    expected_core: int | None = None
    """How many core members this person expects; None = does not know, and then the reading says nothing."""
    blind: bool
    """Whether this person had never seen a reading of this group before."""
    switch_id: UUID = Field(foreign_key="reading_switch.id")
    """The decision under which the reading was shown."""
    model_version: str = Field(max_length=40)
    model_fingerprint: str = Field(max_length=64)
    rules_name: str = Field(max_length=80)
    rules_valid_from: date
    since: date
    """First day of the observations that were read."""
    n_gatherings: int
    n_observers: int
    warnings: list[str] = Field(default_factory=list, sa_type=Json)
    """Dutch sentences; members are named by their id."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id", index=True)


class ViewPair(SQLModel, table=True):
    """What one person thought of one member, and what the reading said at that moment. Never changed."""

    __tablename__ = "view_pair"
    __table_args__ = (
        one_of("own", Own),
        one_of("reading", Reading),
        between("probability_core", 0, 1),
        CheckConstraint(
            "(reading = 'onthouding') = (length(abstains_because) > 0)", name="abstains_with_reason"
        ),
        PERSONAL,
    )

    own_view_id: UUID = Field(foreign_key="own_view.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)
    own: str = Field(max_length=12)
    reading: str = Field(max_length=10)
    probability_core: float | None = None
    """Kept to check the reading later; never shown and never sorted by."""
    low: float
    high: float
    n_gatherings: int
    n_days: int
    n_observers: int
    explanation: list[str] = Field(default_factory=list, sa_type=Json)
    abstains_because: str = Field(default="", max_length=400)


class Disagreement(SQLModel, table=True):
    """Own view and reading differ, and somebody asks the JIT to look at it together."""

    __tablename__ = "reading_disagreement"
    __table_args__ = (not_empty("reason"), UniqueConstraint("own_view_id"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    own_view_id: UUID = Field(foreign_key="own_view.id")
    n_members: int
    """About how many members own view and reading differ."""
    reason: str = Field(max_length=2000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class DisagreementOutcome(SQLModel, table=True):
    """What the JIT concluded about a disagreement."""

    __tablename__ = "reading_disagreement_outcome"
    __table_args__ = (not_empty("outcome"),)

    disagreement_id: UUID = Field(foreign_key="reading_disagreement.id", primary_key=True)
    outcome: str = Field(max_length=2000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")
