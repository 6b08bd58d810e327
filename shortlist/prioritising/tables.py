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


class StafgroepMeeting(SQLModel, table=True):
    """A meeting of the Stafgroep of one stadsdeel."""

    __tablename__ = "stafgroep_meeting"
    __table_args__ = (CheckConstraint("recorded_at >= held_at", name="not_in_future"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    stadsdeel_id: UUID = Field(foreign_key="stadsdeel.id", index=True)
    held_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class MeetingPresence(SQLModel, table=True):
    """Which functions were present; the newest sequence of a meeting counts, so that who came later is seen."""

    __tablename__ = "meeting_presence"
    __table_args__ = (not_empty("name"), UniqueConstraint("meeting_id", "sequence", "function"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    meeting_id: UUID = Field(foreign_key="stafgroep_meeting.id")
    sequence: int
    function: str = Field(max_length=40)
    """Id of the function in ``rules/stafgroep.yaml``."""
    name: str = Field(max_length=120)
    """Who sat there for the function."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class MeetingEnd(SQLModel, table=True):
    """A meeting was closed; from then on its minutes stand."""

    __tablename__ = "meeting_end"

    meeting_id: UUID = Field(foreign_key="stafgroep_meeting.id", primary_key=True)
    remarks: str = Field(default="", max_length=4000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class DecisionGround(SQLModel, table=True):
    """By whom a decision was taken: by the Stafgroep in a meeting, or by the driehoek on a day."""

    __tablename__ = "decision_ground"
    __table_args__ = (CheckConstraint("(meeting_id IS NULL) <> (triangle_on IS NULL)", name="one_body"),)

    decision_id: UUID = Field(foreign_key="priority_decision.id", primary_key=True)
    meeting_id: UUID | None = Field(default=None, foreign_key="stafgroep_meeting.id", index=True)
    triangle_on: date | None = None


class ProsecutionTransfer(SQLModel, table=True):
    """A criminal group was transferred to the OM with a file of dated facts."""

    __tablename__ = "prosecution_transfer"
    __table_args__ = (
        not_empty("sent_to"),
        not_empty("reason"),
        UniqueConstraint("group_id", "sequence"),
        CheckConstraint("facts_until >= facts_from", name="period"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id")
    sequence: int
    """1, 2, … per group: two people transferring at once collide here."""
    assessment_id: UUID = Field(foreign_key="assessment.id")
    facts_from: date
    facts_until: date
    facts: int
    """How many dated facts the file holds."""
    digest: str = Field(max_length=64)
    """SHA-256 of the file's contents: a print can be held against it later."""
    sent_to: str = Field(max_length=120)
    """Office and function at the OM."""
    reason: str = Field(max_length=4000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")
