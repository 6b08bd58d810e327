"""Requests for jeugdboa's, what became of them, and the report after every deployment."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from shortlist.storing.columns import PERSONAL, Json, UtcDateTime, between, not_empty, one_of, plausible


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
    GESPREK = "gesprek gevoerd"
    NIET_GEWEEST = "niet geweest"


class Channel(StrEnum):
    """How the police Operationeel Chef was told."""

    TELEFOON = "telefoon"
    OVERLEG = "briefing of overleg"
    MOBILOFOON = "mobilofoon"


class HandoverState(StrEnum):
    """How far a report came on its way from the team to the JIT; a report without any is just reported."""

    MANAGER = "bij de veiligheidsmanager"
    JIT = "bij het JIT"
    GELEZEN = "gelezen door het JIT"


class ReviewChoice(StrEnum):
    """What the veiligheidsmanager chose after looking at what changed."""

    DOORGAAN = "doorgaan"
    HALVEREN = "halveren"
    STOPPEN = "stoppen"
    STRUCTUREEL = "structurele inzet"
    FYSIEK = "fysieke maatregel"


class GoalReached(StrEnum):
    """Whether the goal of the plan van aanpak was reached, as people judge it."""

    JA = "ja"
    DEELS = "deels"
    NEE = "nee"
    ONBEKEND = "onbekend"


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


class ChiefNotice(SQLModel, table=True):
    """The police Operationeel Chef was told of a deployment: who told whom, when and how; the newest counts."""

    __tablename__ = "chief_notice"
    __table_args__ = (
        one_of("channel", Channel),
        not_empty("told_whom"),
        plausible("told_at"),
        CheckConstraint("recorded_at >= told_at", name="not_in_future"),
        UniqueConstraint("plan_id", "shift_id", "sequence"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    plan_id: UUID = Field(foreign_key="week_plan.id")
    shift_id: UUID
    """The shift as the plan knows it; a shift may be gone from the roster while the plan stays."""
    sequence: int
    """1, 2, … per deployment: telling again, for instance after a change."""
    told_at: datetime = Field(sa_type=UtcDateTime)
    told_whom: str = Field(max_length=120)
    """Name or number of the police officer on duty."""
    channel: str = Field(max_length=20)
    remark: str = Field(default="", max_length=1000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class ReportHandover(SQLModel, table=True):
    """Somebody saw a report and passed it on; nobody's person is in it."""

    __tablename__ = "report_handover"
    __table_args__ = (
        one_of("state", HandoverState),
        UniqueConstraint("report_id", "state", "recorded_by"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    report_id: UUID = Field(foreign_key="deployment_report.id", index=True)
    state: str = Field(max_length=30)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class DeploymentReview(SQLModel, table=True):
    """A choice to go on, scale down, stop or do something lasting, with the figures that lay there."""

    __tablename__ = "deployment_review"
    __table_args__ = (
        one_of("choice", ReviewChoice),
        not_empty("reason"),
        UniqueConstraint("group_id", "sequence"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id")
    sequence: int
    """1, 2, … per group: two people choosing at once collide here."""
    choice: str = Field(max_length=20)
    reason: str = Field(max_length=4000)
    figures: dict[str, Any] = Field(sa_type=Json)
    """What the page said on that day: counts and ratios, nothing about a person."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class GroupEvaluation(SQLModel, table=True):
    """The evaluation with which a group is closed (step 7)."""

    __tablename__ = "group_evaluation"
    __table_args__ = (
        one_of("goal", GoalReached),
        not_empty("course"),
        not_empty("aftercare"),
        UniqueConstraint("group_id", "sequence"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id")
    sequence: int
    """1, 2, … per group: a group may be opened again and closed anew."""
    goal: str = Field(max_length=10)
    course: str = Field(max_length=4000)
    """What was done and what changed, in the words of the JIT."""
    lessons: str = Field(default="", max_length=4000)
    aftercare: str = Field(max_length=4000)
    """Who keeps an eye on it, and until when."""
    figures: dict[str, Any] = Field(sa_type=Json)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")
