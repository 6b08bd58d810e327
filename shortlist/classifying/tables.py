"""Questionnaires filled by two professions, and the assessments that rest on them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from shortlist.classifying.agenda.points import Step
from shortlist.storing.columns import Json, UtcDateTime, not_empty, one_of, plausible


class Perspective(StrEnum):
    """Whose view an answer is: one profession's own, or agreed together."""

    POLITIE = "politie"
    JONGERENWERK = "jongerenwerk"
    SAMEN = "samen"


class Questionnaire(SQLModel, table=True):
    """One round of filling in the list for a group over a period."""

    __tablename__ = "questionnaire"
    __table_args__ = (
        CheckConstraint("period_until >= period_from", name="period"),
        plausible("period_from"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id", index=True)
    period_from: date
    period_until: date
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class PerspectiveClosed(SQLModel, table=True):
    """A profession has given its view in a round, or the round goes on without it for a stated reason.

    Until both rows are there nobody sees the other's answers.
    """

    __tablename__ = "perspective_closed"
    __table_args__ = (
        one_of("perspective", (Perspective.POLITIE, Perspective.JONGERENWERK)),
        CheckConstraint("NOT skipped OR length(trim(reason)) > 0", name="skipped_with_reason"),
    )

    questionnaire_id: UUID = Field(foreign_key="questionnaire.id", primary_key=True)
    perspective: str = Field(max_length=12, primary_key=True)
    skipped: bool = False
    """True: this profession gives no view in this round."""
    reason: str = Field(default="", max_length=2000)
    """Why the round goes on without this profession."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class Answer(SQLModel, table=True):
    """One answer from one perspective; a later row for the same item and perspective replaces it."""

    __tablename__ = "answer"
    __table_args__ = (
        one_of("perspective", Perspective),
        UniqueConstraint("questionnaire_id", "sequence"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    questionnaire_id: UUID = Field(foreign_key="questionnaire.id")
    item: str = Field(max_length=40)
    value: str = Field(max_length=40)
    """A value of the item's scale, a whole number as text, ``onbekend`` or ``geen_aanwijzing``."""
    perspective: str = Field(max_length=12)
    note: str = Field(default="", max_length=2000)
    """Why, in the answerer's own words; also the reason with which a difference was settled."""
    observation_ids: list[str] = Field(default_factory=list, sa_type=Json)
    """The gatherings (ids) that the answer rests on, when it was derived from them."""
    for_jit: bool = False
    """The two did not settle this one: it stays onbekend and goes to the JIT, with ``note`` as the question."""
    sequence: int
    """1, 2, … per questionnaire: which of two answers came later."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class AgendaStep(SQLModel, table=True):
    """What the JIT or the driehoek did with an answer that the two professionals put on the JIT agenda."""

    __tablename__ = "jit_agenda_step"
    __table_args__ = (
        one_of("kind", Step),
        not_empty("reason"),
        CheckConstraint(f"(kind = '{Step.NAAR_DRIEHOEK}') = (answer = '')", name="answer_when_decided"),
        CheckConstraint(f"(kind = '{Step.BESLUIT_DRIEHOEK}') = (step = 2)", name="driehoek_second"),
        CheckConstraint("step IN (1, 2)", name="step"),
        UniqueConstraint("questionnaire_id", "item", "step"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    questionnaire_id: UUID = Field(foreign_key="questionnaire.id")
    item: str = Field(max_length=40)
    step: int
    """1, or 2 for what the driehoek decided."""
    kind: str = Field(max_length=20)
    answer: str = Field(default="", max_length=40)
    """The value that was decided, as in ``answer.value``; empty when the point was sent on."""
    reason: str = Field(max_length=2000)
    decided_on: date
    """The day of the meeting."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class Assessment(SQLModel, table=True):
    """What was concluded on a day: duiding and outcomes under every ruleset, and the person's own decision."""

    __tablename__ = "assessment"
    __table_args__ = (
        not_empty("reasoning"),
        not_empty("decided"),
        not_empty("outcome"),
        UniqueConstraint("supersedes_id"),
        UniqueConstraint("questionnaire_id"),
        Index("ix_assessment_group_recorded", "group_id", "recorded_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id")
    questionnaire_id: UUID = Field(foreign_key="questionnaire.id")
    answers: dict[str, Any] = Field(sa_type=Json)
    """Item → value as they were on that day."""
    verdicts: list[dict[str, Any]] = Field(sa_type=Json)
    """One verdict per ruleset in the shape of ``shortlist classify``."""
    ruleset: str = Field(max_length=60)
    """Name of the ruleset that was leading."""
    outcome: str = Field(max_length=60)
    """What the leading ruleset gave."""
    possible: list[str] = Field(sa_type=Json)
    """The classes that the leading ruleset left possible, low to high."""
    duiding: dict[str, Any] = Field(sa_type=Json)
    """Theme → ``{"level": …, "reasons": [Dutch text, …]}``: what lists and panels show without reading ``verdicts``."""
    decided: str = Field(max_length=60)
    """What the person decided; may deviate from ``outcome``. A class of the leading ruleset or *alleen duiding*:
    ``decide`` checks it, because a municipality's own ruleset may name other classes."""
    reasoning: str = Field(max_length=4000)
    """The person's own reasoning; asked alike for accepting and deviating."""
    expires_on: date
    supersedes_id: UUID | None = Field(default=None, foreign_key="assessment.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")
