"""The job queue: long work (a week plan) is queued in the database and done by a worker process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlmodel import Field, Session, SQLModel, col

from shortlist.storing.columns import Json, UtcDateTime, one_of
from shortlist.storing.database import Database

LOST_AFTER = timedelta(minutes=2)
"""A running job whose worker gave no sign for this long is taken up again."""


class JobState(StrEnum):
    """Where a job stands."""

    WACHT = "wacht"
    LOOPT = "loopt"
    KLAAR = "klaar"
    MISLUKT = "mislukt"


class Job(SQLModel, table=True):
    """One piece of long work."""

    __tablename__ = "job"
    __table_args__ = (one_of("state", JobState),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str = Field(max_length=40)
    payload: dict[str, Any] = Field(sa_type=Json)
    state: str = Field(default=JobState.WACHT.value, max_length=10, index=True)
    queued_at: datetime = Field(sa_type=UtcDateTime)
    sign_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Last sign of life of the worker."""
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stop_asked: bool = False
    progress: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    error: str = Field(default="", max_length=2000)
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A job as its worker sees it."""

    id: UUID
    kind: str
    payload: Mapping[str, Any]


Handler = Callable[[Database, Claim], None]
"""Does the work of one kind of job; raises when it fails."""


def enqueue(
    kind: str, payload: Mapping[str, Any], *, now: datetime, session: Session, job_id: UUID | None = None
) -> UUID:
    """Queue a job in the caller's transaction and return its id; ``job_id`` when the caller chooses it."""
    job = Job(id=job_id or uuid4(), kind=kind, payload=dict(payload), queued_at=now)
    session.add(job)
    session.flush()
    return job.id


def claim(*, now: datetime, session: Session) -> Claim | None:
    """Take the oldest waiting (or lost) job, or None."""
    lost = (col(Job.state) == JobState.LOOPT.value) & (col(Job.sign_at) < now - LOST_AFTER)
    job = session.execute(
        select(Job)
        .where((col(Job.state) == JobState.WACHT.value) | lost)
        .order_by(col(Job.queued_at), col(Job.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).scalar_one_or_none()
    if job is None:
        return None
    job.state, job.sign_at, job.attempts = JobState.LOOPT.value, now, job.attempts + 1
    session.flush()
    return Claim(job.id, job.kind, job.payload)


def report(job_id: UUID, progress: Mapping[str, Any], *, now: datetime, session: Session) -> bool:
    """Store a sign of life with progress; return whether somebody asked to stop."""
    session.execute(update(Job).where(col(Job.id) == job_id).values(progress=dict(progress), sign_at=now))
    return bool(session.execute(select(col(Job.stop_asked)).where(col(Job.id) == job_id)).scalar_one())


def ask_to_stop(job_id: UUID, *, session: Session) -> None:
    """Ask the worker to finish with what it has."""
    session.execute(update(Job).where(col(Job.id) == job_id).values(stop_asked=True))


def finish(job_id: UUID, *, error: str = "", now: datetime, session: Session) -> None:
    """Mark a job done, or failed when ``error`` says why."""
    state = JobState.MISLUKT if error else JobState.KLAAR
    session.execute(
        update(Job)
        .where(col(Job.id) == job_id)
        .values(state=state.value, error=error[:2000], finished_at=now, sign_at=now)
    )
