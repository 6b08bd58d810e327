"""Requests for jeugdboa's, what became of them, and the report after every deployment."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from shortlist.storing.columns import PERSONAL, UtcDateTime, between, not_empty, one_of


class RequestState(StrEnum):
    """Where a request stands."""

    INGEDIEND = "ingediend"
    GOEDGEKEURD = "goedgekeurd"
    TERUG = "teruggestuurd"
    INGETROKKEN = "ingetrokken"


class VisitOutcome(StrEnum):
    """What a team met at a visit; a nil return counts."""

    BEREIKT = "groep bereikt"
    NIEMAND = "niemand aangetroffen"
    VERPLAATST = "overlast verplaatst"
    INCIDENT = "incident"
    NIET_GEWEEST = "niet geweest"


class DeploymentRequest(SQLModel, table=True):
    """A request for jeugdboa's: the five parts of Verwey-Jonker 2013, annex IV-D."""

    __tablename__ = "deployment_request"
    __table_args__ = (
        not_empty("nuisance"),
        not_empty("features"),
        not_empty("measures_taken"),
        not_empty("effect"),
        not_empty("expected"),
        UniqueConstraint("supersedes_id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id", index=True)
    nuisance: str = Field(max_length=4000)
    """The nuisance as residents feel it."""
    features: str = Field(max_length=4000)
    """Features of the group."""
    measures_taken: str = Field(max_length=4000)
    effect: str = Field(max_length=4000)
    """The effect of those measures."""
    expected: str = Field(max_length=4000)
    """What is expected of the jeugdboa's."""
    supersedes_id: UUID | None = Field(default=None, foreign_key="deployment_request.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class RequestStatus(SQLModel, table=True):
    """A dated state of a request; the newest counts."""

    __tablename__ = "request_status"
    __table_args__ = (one_of("state", RequestState), UniqueConstraint("request_id", "sequence"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    request_id: UUID = Field(foreign_key="deployment_request.id", index=True)
    sequence: int
    """1, 2, … per request: two people deciding at once collide here."""
    state: str = Field(max_length=15)
    reason: str = Field(default="", max_length=4000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class DeploymentReport(SQLModel, table=True):
    """What a team reports after a visit; facts apart from judgement."""

    __tablename__ = "deployment_report"
    __table_args__ = (
        one_of("outcome", VisitOutcome),
        between("minutes", 0, 720),
        between("seen_count", 0, 200),
        UniqueConstraint("planned_visit_id", "sequence"),
        PERSONAL,
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    planned_visit_id: UUID = Field(foreign_key="planned_visit.id", index=True)
    sequence: int
    """1 is the first report, a correction is 2, …"""
    outcome: str = Field(max_length=25)
    minutes: int
    seen_count: int
    feit: str = Field(default="", max_length=4000)
    oordeel: str = Field(default="", max_length=4000)
    gathering_id: UUID | None = Field(default=None, foreign_key="gathering.id")
    """The observation that this report became."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")
