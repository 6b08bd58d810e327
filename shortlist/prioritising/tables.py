"""Priorities: what the veiligheidsmanager proposes and what the Stafgroep decides."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from shortlist.storing.columns import UtcDateTime, not_empty, one_of


class Priority(StrEnum):
    """How urgent a group is for the JIT; decided by people, never computed."""

    HOOG = "hoog"
    MIDDEN = "midden"
    LAAG = "laag"
    GEEN = "geen"


class DecisionKind(StrEnum):
    """What the Stafgroep did with a proposal."""

    VASTGESTELD = "vastgesteld"
    TERUG = "teruggestuurd"
    DRIEHOEK = "naar driehoek"


class PriorityProposal(SQLModel, table=True):
    """A proposed priority for a group, with the veiligheidsmanager's reason."""

    __tablename__ = "priority_proposal"
    __table_args__ = (one_of("priority", Priority), not_empty("reason"), UniqueConstraint("supersedes_id"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id", index=True)
    assessment_id: UUID | None = Field(default=None, foreign_key="assessment.id")
    """The assessment the proposal rests on, when there is one."""
    priority: str = Field(max_length=10)
    reason: str = Field(max_length=4000)
    supersedes_id: UUID | None = Field(default=None, foreign_key="priority_proposal.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class PriorityDecision(SQLModel, table=True):
    """The Stafgroep's decision on a proposal: one, or after ``naar driehoek`` a second. Valid during a period."""

    __tablename__ = "priority_decision"
    __table_args__ = (
        one_of("kind", DecisionKind),
        one_of("priority", Priority),
        not_empty("reason"),
        UniqueConstraint("proposal_id", "sequence"),
        CheckConstraint("valid_until >= valid_from", name="period"),
        Index("ix_priority_decision_group_recorded", "group_id", "recorded_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    proposal_id: UUID = Field(foreign_key="priority_proposal.id")
    sequence: int
    """1, 2 per proposal: two people deciding at once collide here."""
    group_id: UUID = Field(foreign_key="jeugdgroep.id")
    kind: str = Field(max_length=15)
    priority: str = Field(max_length=10)
    reason: str = Field(max_length=4000)
    valid_from: date
    valid_until: date
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class UrgentDecision(SQLModel, table=True):
    """The veiligheidsmanager sends people at once, on a reasoned provisional picture, for a few days.

    Whether it still runs is computed from its period, from :class:`UrgentEnd` and from what the Stafgroep decided
    afterwards.
    """

    __tablename__ = "urgent_decision"
    __table_args__ = (
        not_empty("reason"),
        not_empty("picture"),
        UniqueConstraint("group_id", "sequence"),
        CheckConstraint("valid_until >= valid_from", name="period"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id")
    sequence: int
    """1, 2, … per group: two people deciding at once collide here."""
    reason: str = Field(max_length=4000)
    """Why this cannot wait for the ordinary way."""
    picture: str = Field(max_length=4000)
    """The provisional picture: what was seen, when, by whom; facts, no names."""
    assessment_id: UUID | None = Field(default=None, foreign_key="assessment.id")
    """The assessment that stood on that day, when there was one."""
    valid_from: date
    valid_until: date
    """Last day; the review is due then, or the decision lapses."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class UrgentEnd(SQLModel, table=True):
    """An urgent decision is withdrawn before its last day, with a reason."""

    __tablename__ = "urgent_end"
    __table_args__ = (not_empty("reason"),)

    urgent_id: UUID = Field(foreign_key="urgent_decision.id", primary_key=True)
    reason: str = Field(max_length=4000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")
