"""Plans van aanpak with measures, teams with shifts, and deployment plans for a week."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from shortlist.storing.columns import Json, UtcDateTime, between, not_empty, one_of, plausible


class TeamKind(StrEnum):
    """Which powers a team has."""

    JEUGDBOA = "jeugdboa"
    JONGERENWERK = "jongerenwerk"
    POLITIE = "politie"


class Track(StrEnum):
    """The three tracks of a plan van aanpak."""

    GROEP = "groep"
    PLAATS = "plaats"
    PERSOON = "persoon"


class WeekPlanState(StrEnum):
    """Where a deployment plan stands."""

    BEREKENEN = "wordt berekend"
    CONCEPT = "concept"
    VASTGESTELD = "vastgesteld"
    TERUG = "teruggestuurd"
    MISLUKT = "mislukt"


class ChangeKind(StrEnum):
    """How a version of a deployment plan came from another one."""

    HAND = "met de hand"
    HERPLAN = "herplan"


class QuestionKind(StrEnum):
    """What more capacity is asked about."""

    KOPPEL = "koppel"
    AVOND = "avond"


class PlanVanAanpak(SQLModel, table=True):
    """The JIT's plan for one group; each version is a row, the newest counts."""

    __tablename__ = "plan_van_aanpak"
    __table_args__ = (
        not_empty("goal"),
        not_empty("exit_criterion"),
        plausible("evaluation_on"),
        UniqueConstraint("group_id", "version"),
        UniqueConstraint("supersedes_id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id", index=True)
    version: int
    goal: str = Field(max_length=2000)
    """What is to be reached, so that it can be measured."""
    exit_criterion: str = Field(max_length=2000)
    evaluation_on: date
    supersedes_id: UUID | None = Field(default=None, foreign_key="plan_van_aanpak.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class PlanMeasure(SQLModel, table=True):
    """One measure of a plan van aanpak, from the catalogue in ``rules/``."""

    __tablename__ = "plan_measure"
    __table_args__ = (
        one_of("track", Track),
        not_empty("owner"),
        between("visits_per_week", 0, 21),
        plausible("due_on"),
        UniqueConstraint("plan_id", "measure"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    plan_id: UUID = Field(foreign_key="plan_van_aanpak.id", index=True)
    measure: str = Field(max_length=60)
    """Id of the measure in the catalogue."""
    track: str = Field(max_length=10)
    owner: str = Field(max_length=120)
    """Who carries it out (organisation or function)."""
    due_on: date
    visits_per_week: int = 0
    """Wanted visits a week when the measure is a deployment; 0 otherwise."""
    reason: str = Field(default="", max_length=2000)


class Team(SQLModel, table=True):
    """A team that can be deployed."""

    __tablename__ = "team"
    __table_args__ = (one_of("kind", TeamKind), not_empty("name"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=80, unique=True)
    kind: str = Field(max_length=15)
    base_place_id: UUID = Field(foreign_key="place.id")
    active: bool = True


class TeamMember(SQLModel, table=True):
    """Somebody in a team; a team of jeugdboa's has at least two."""

    __tablename__ = "team_member"

    team_id: UUID = Field(foreign_key="team.id", primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", primary_key=True, index=True)


class Shift(SQLModel, table=True):
    """A team's shift."""

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        plausible("starts_at"),
        UniqueConstraint("team_id", "starts_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    team_id: UUID = Field(foreign_key="team.id")
    starts_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ends_at: datetime = Field(sa_type=UtcDateTime)


class StaffLeave(SQLModel, table=True):
    """Days on which somebody does not work, both ends included; never why."""

    __tablename__ = "staff_leave"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="order"),
        plausible("first_day"),
        plausible("last_day"),
        UniqueConstraint("account_id", "first_day"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    first_day: date
    last_day: date = Field(index=True)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class WeekPlan(SQLModel, table=True):
    """A deployment plan for one week: the problem as it was put, the result as it was proven."""

    __tablename__ = "week_plan"
    __table_args__ = (plausible("week_start"), UniqueConstraint("week_start", "version"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    week_start: date
    """The Monday."""
    version: int
    problem: dict[str, Any] = Field(sa_type=Json)
    """Input in the shape of ``shortlist plan``."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class WeekPlanStatus(SQLModel, table=True):
    """A dated state of a deployment plan; the newest counts."""

    __tablename__ = "week_plan_status"
    __table_args__ = (one_of("state", WeekPlanState), UniqueConstraint("plan_id", "sequence"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    plan_id: UUID = Field(foreign_key="week_plan.id", index=True)
    sequence: int
    """1, 2, … per plan: two people deciding at once collide here."""
    state: str = Field(max_length=15)
    reason: str = Field(default="", max_length=4000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID | None = Field(default=None, foreign_key="account.id")
    """None: the worker that solved it."""


class WeekPlanResult(SQLModel, table=True):
    """What the engine gave for a plan: value, proven bound, what was left out and why."""

    __tablename__ = "week_plan_result"

    plan_id: UUID = Field(foreign_key="week_plan.id", primary_key=True)
    result: dict[str, Any] = Field(sa_type=Json)
    """Output in the shape of ``shortlist plan``, without the assignments."""
    value: float
    bound: float
    gap: float
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class PlannedVisit(SQLModel, table=True):
    """One visit of a deployment plan."""

    __tablename__ = "planned_visit"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint("starts_at >= arrives_at", name="arrival"),
        UniqueConstraint("plan_id", "visit", "occurrence"),
        Index("ix_planned_visit_team_start", "team_id", "starts_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    plan_id: UUID = Field(foreign_key="week_plan.id", index=True)
    visit: str = Field(max_length=120)
    """Id of the visit in the plan's problem."""
    occurrence: int
    group_id: UUID = Field(foreign_key="jeugdgroep.id", index=True)
    place_id: UUID = Field(foreign_key="place.id")
    team_id: UUID = Field(foreign_key="team.id")
    arrives_at: datetime = Field(sa_type=UtcDateTime)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)


class WeekPlanChange(SQLModel, table=True):
    """Where a version of a deployment plan came from: which one it changed, what and why."""

    __tablename__ = "week_plan_change"
    __table_args__ = (one_of("kind", ChangeKind), not_empty("what"), not_empty("why"))

    plan_id: UUID = Field(foreign_key="week_plan.id", primary_key=True)
    based_on_id: UUID = Field(foreign_key="week_plan.id", index=True)
    kind: str = Field(max_length=15)
    what: str = Field(max_length=4000)
    """What was changed, in Dutch, without names of persons."""
    why: str = Field(max_length=2000)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    """Of a new computation: the shifts and places that fell out, and groups that came in."""


class PlanQuestion(SQLModel, table=True):
    """What more capacity would bring to a plan, as asked; a worker answers."""

    __tablename__ = "plan_question"
    __table_args__ = (one_of("kind", QuestionKind), not_empty("what"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    plan_id: UUID = Field(foreign_key="week_plan.id", index=True)
    kind: str = Field(max_length=10)
    what: str = Field(max_length=400)
    """The extra capacity in Dutch."""
    problem: dict[str, Any] = Field(sa_type=Json)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class PlanAnswer(SQLModel, table=True):
    """What a worker found for a question: value and proven bound with the extra capacity, or why there is none."""

    __tablename__ = "plan_answer"
    __table_args__ = (CheckConstraint("value IS NOT NULL OR length(trim(fault)) > 0", name="value_or_fault"),)

    question_id: UUID = Field(foreign_key="plan_question.id", primary_key=True)
    value: float | None = None
    bound: float | None = None
    visits: int = 0
    """Planned visits with the extra capacity."""
    groups: list[list[Any]] = Field(default_factory=list, sa_type=Json)
    """[name of group, more visits] of the groups that gain."""
    fault: str = Field(default="", max_length=2000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class HotTimeChoice(SQLModel, table=True):
    """Times at which people want a group visited at a place, over what observations say; the newest counts."""

    __tablename__ = "hot_time_choice"
    __table_args__ = (not_empty("reason"), UniqueConstraint("group_id", "place_id", "sequence"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id", index=True)
    place_id: UUID = Field(foreign_key="place.id")
    sequence: int
    """1, 2, … per group and place: two people choosing at once collide here."""
    times: str = Field(default="", max_length=400)
    """As people write them (``vr-za 20:00-02:00``); empty: what observations say counts again."""
    reason: str = Field(max_length=2000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class TeamFeed(SQLModel, table=True):
    """A secret address under which a calendar follows a team; only the hash of its token is kept."""

    __tablename__ = "team_feed"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    team_id: UUID = Field(foreign_key="team.id", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class TeamFeedEnd(SQLModel, table=True):
    """The end of a calendar address."""

    __tablename__ = "team_feed_end"

    feed_id: UUID = Field(foreign_key="team_feed.id", primary_key=True)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")
