"""Assessments as recorded: the current one of a group or of many, the history, one as it was on its day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased, defer
from sqlmodel import Session, col

from shortlist.classifying.perspectives import changed_items
from shortlist.classifying.questionnaire import Answer
from shortlist.classifying.tables import Assessment
from shortlist.errors import NotFound
from shortlist.guarding.roles import Actor, require_stadsdeel
from shortlist.guarding.tables import Account
from shortlist.observing.groups.work import facts_of, get_group, today
from shortlist.observing.tables import Jeugdgroep, LinkKind


@dataclass(frozen=True, slots=True)
class Standing:
    """The current assessment of a group, light enough for lists of many groups."""

    assessment_id: UUID
    group_id: UUID
    decided: str
    outcome: str
    possible: tuple[str, ...]
    ruleset: str
    duiding: Mapping[str, Any]
    """Theme → ``{"level": …, "reasons": […]}``, as the duiding macros take it."""
    expires_on: date
    recorded_at: datetime

    def expired(self, on: date) -> bool:
        """Whether the assessment no longer holds on a day (its last day included)."""
        return on > self.expires_on

    @property
    def deviates(self) -> bool:
        """Whether the person decided otherwise than the leading ruleset."""
        return self.decided != self.outcome


def _current() -> Select[Any]:
    newer = aliased(Assessment)
    return select(Assessment).where(
        ~select(newer).where(col(newer.supersedes_id) == col(Assessment.id)).exists()
    )


def latest_assessment(group_id: UUID, *, session: Session) -> Assessment | None:
    """Return the current assessment of a group, expired or not; None when there never was one."""
    return session.execute(
        _current()
        .where(col(Assessment.group_id) == group_id)
        .order_by(col(Assessment.recorded_at).desc())
        .limit(1)
    ).scalar_one_or_none()


def latest_assessments(
    *, actor: Actor, session: Session, group_ids: Sequence[UUID] | None = None
) -> dict[UUID, Standing]:
    """Return the current assessment of every group that the actor may see (or of ``group_ids`` among them)."""
    query = (
        _current()
        .options(
            defer(Assessment.answers),  # type: ignore[arg-type]  # SQLModel types columns by their value
            defer(Assessment.verdicts),  # type: ignore[arg-type]  # the same
        )
        .order_by(col(Assessment.recorded_at))
    )
    if not actor.citywide:
        query = query.join(Jeugdgroep, col(Jeugdgroep.id) == col(Assessment.group_id)).where(
            col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen)
        )
    if group_ids is not None:
        query = query.where(col(Assessment.group_id).in_(list(group_ids)))
    return {row.group_id: _standing(row) for row in session.execute(query).scalars()}


def _standing(row: Assessment) -> Standing:
    return Standing(
        assessment_id=row.id,
        group_id=row.group_id,
        decided=row.decided,
        outcome=row.outcome,
        possible=tuple(row.possible),
        ruleset=row.ruleset,
        duiding=row.duiding,
        expires_on=row.expires_on,
        recorded_at=row.recorded_at,
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """An assessment with the names a page needs."""

    assessment: Assessment
    group_id: UUID
    group_name: str
    by: str
    changed: tuple[str, ...] = ()
    """The items whose answer differs from the assessment before."""


def assessments_of(group_id: UUID, *, actor: Actor, session: Session) -> tuple[str, list[Shown]]:
    """Return the group's name and all its assessments, newest first, each with what changed since the one before."""
    group = get_group(group_id, actor=actor, session=session)
    rows = session.execute(
        select(Assessment, col(Account.name))
        .join(Account, col(Account.id) == col(Assessment.recorded_by))
        .where(col(Assessment.group_id) == group_id)
        .order_by(col(Assessment.recorded_at))
    ).all()
    found: list[Shown] = []
    before: Mapping[str, Answer] | None = None
    for row, name in rows:
        changed = changed_items(row.answers, before) if before is not None else ()
        found.append(Shown(row, group.id, group.name, name, changed))
        before = row.answers
    return group.name, found[::-1]


@dataclass(frozen=True, slots=True)
class Before:
    """A group out of which another came, with what was concluded about it until then."""

    group_id: UUID
    group_name: str
    kind: LinkKind
    into: str
    """Name of the group that came out of it."""
    on: date
    seen: bool
    """Whether the actor works in its stadsdeel; if not, nothing but its name is told."""
    rows: tuple[Shown, ...]


def before_it(group_id: UUID, *, actor: Actor, session: Session) -> list[Before]:
    """Return the groups that merged into this one or that it split off from, and theirs in turn; nearest first.

    Their assessments count until the day of the link: that is the history that a fluid group carries with it.
    """
    found: list[Before] = []
    waiting = [get_group(group_id, actor=actor, session=session).id]
    known = set(waiting)
    while waiting:
        newer = get_group(waiting.pop(0), actor=actor, session=session)
        for link in facts_of(newer.id, actor=actor, session=session).links:
            if link.outgoing or link.kind is LinkKind.VERWANT or link.other_id in known:
                continue
            known.add(link.other_id)
            rows: tuple[Shown, ...] = ()
            if link.other_seen:
                waiting.append(link.other_id)
                _, every = assessments_of(link.other_id, actor=actor, session=session)
                rows = tuple(one for one in every if today(one.assessment.recorded_at) <= link.on_date)
            found.append(
                Before(link.other_id, link.other, link.kind, newer.name, link.on_date, link.other_seen, rows)
            )
    return found


def get_assessment(assessment_id: UUID, *, actor: Actor, session: Session) -> Shown:
    """Return one assessment as it was on its day, within the actor's stadsdelen."""
    row = session.execute(
        select(Assessment, Jeugdgroep, col(Account.name))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(Assessment.group_id))
        .join(Account, col(Account.id) == col(Assessment.recorded_by))
        .where(col(Assessment.id) == assessment_id)
    ).first()
    if row is None:
        raise NotFound("Deze duiding bestaat niet, of hoort bij een stadsdeel waar u niet werkt.")
    require_stadsdeel(actor, row[1].stadsdeel_id)
    return Shown(row[0], row[1].id, row[1].name, row[2])
