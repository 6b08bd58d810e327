"""Use cases that all of connecting shares: what somebody has read already."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.connecting.tables import NewsSeen
from shortlist.guarding.roles import Actor


def seen_upto(subject_ids: Sequence[UUID], *, actor: Actor, session: Session) -> dict[UUID, int]:
    """Return per subject up to which sequence number the actor has read; absent when nothing."""
    rows = session.execute(
        select(col(NewsSeen.subject_id), func.max(col(NewsSeen.sequence)))
        .where(col(NewsSeen.account_id) == actor.id, col(NewsSeen.subject_id).in_(subject_ids))
        .group_by(col(NewsSeen.subject_id))
    )
    return {row[0]: row[1] for row in rows}


def note_seen(subject_id: UUID, sequence: int, *, actor: Actor, now: datetime, session: Session) -> None:
    """Note that the actor has read up to ``sequence``; again changes nothing. The caller logs it."""
    if session.get(NewsSeen, (actor.id, subject_id, sequence)) is None:
        session.add(NewsSeen(account_id=actor.id, subject_id=subject_id, sequence=sequence, at=now))
