"""Members: the decision that a member list is allowed (step 2B), and roles set by people on dated facts."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from shortlist.storing.columns import PERSONAL, UtcDateTime, not_empty, one_of


class MemberRoleKind(StrEnum):
    """A member's place in the group (domain/beke.md section 5)."""

    KERN = "kern"
    MEELOPER = "meeloper"
    ONBEKEND = "onbekend"


class Influence(StrEnum):
    """A member's influence on the others."""

    POSITIEF = "positief"
    NEGATIEF = "negatief"
    GEEN = "geen"
    ONBEKEND = "onbekend"


class Certainty(StrEnum):
    """How sure the professional is."""

    LAAG = "laag"
    MIDDEN = "midden"
    HOOG = "hoog"


class MemberListDecision(SQLModel, table=True):
    """Step 2B of the 7-stappenmodel: a person decides, with a reason, that members may be listed (or no longer)."""

    __tablename__ = "member_list_decision"
    __table_args__ = (not_empty("reason"), Index("ix_member_list_group_recorded", "group_id", "recorded_at"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id")
    allowed: bool
    reason: str = Field(max_length=4000)
    behaviour: str = Field(default="", max_length=2000)
    """The problematic behaviour, stated when no assessment in force says that there is any."""
    assessment_id: UUID | None = Field(default=None, foreign_key="assessment.id")
    """The assessment in force on that day, when there was one."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class MemberRole(SQLModel, table=True):
    """The role a person set for a member, resting on named observations; replaced by a successor."""

    __tablename__ = "member_role"
    __table_args__ = (
        one_of("role", MemberRoleKind),
        one_of("influence", Influence),
        one_of("certainty", Certainty),
        not_empty("reason"),
        UniqueConstraint("supersedes_id"),
        Index("ix_member_role_group_person", "group_id", "person_id"),
        PERSONAL,
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    role: str = Field(max_length=10)
    influence: str = Field(max_length=10)
    certainty: str = Field(max_length=10)
    reason: str = Field(max_length=4000)
    review_on: date
    expires_on: date
    supersedes_id: UUID | None = Field(default=None, foreign_key="member_role.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class MemberRoleBasis(SQLModel, table=True):
    """An observation on which a member's role rests."""

    __tablename__ = "member_role_basis"
    __table_args__ = (PERSONAL,)

    member_role_id: UUID = Field(foreign_key="member_role.id", primary_key=True)
    gathering_id: UUID = Field(foreign_key="gathering.id", primary_key=True, index=True)
