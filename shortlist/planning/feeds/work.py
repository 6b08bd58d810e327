"""Use cases of a team's calendar address: making, revoking, and finding what it gives."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account
from shortlist.observing.groups.work import today
from shortlist.planning.reviewing.exports import CalendarWeek
from shortlist.planning.reviewing.work import plan_that_holds
from shortlist.planning.tables import Team, TeamFeed, TeamFeedEnd, WeekPlan
from shortlist.planning.week.times import monday_of
from shortlist.storing.database import flush_or_refuse

MAKERS = frozenset({Role.TEAMLEIDER})
MOST = 5
"""Addresses that may run for one team: a calendar or two, and a spare one while changing over."""
_BACK = timedelta(weeks=2)
_AHEAD = timedelta(weeks=8)


@dataclass(frozen=True, slots=True)
class Feed:
    """An address that runs: who made it and when. The address itself is kept nowhere."""

    id: UUID
    at: datetime
    by: str


def feeds_of(team_id: UUID, *, session: Session) -> list[Feed]:
    """Return the addresses of a team that were not revoked, oldest first."""
    rows = session.execute(
        select(col(TeamFeed.id), col(TeamFeed.recorded_at), col(Account.name))
        .join(Account, col(Account.id) == col(TeamFeed.recorded_by))
        .outerjoin(TeamFeedEnd, col(TeamFeedEnd.feed_id) == col(TeamFeed.id))
        .where(col(TeamFeed.team_id) == team_id, col(TeamFeedEnd.feed_id).is_(None))
        .order_by(col(TeamFeed.recorded_at), col(TeamFeed.id))
    )
    return [Feed(row.id, row.recorded_at, row.name) for row in rows]


def make_feed(team_id: UUID, *, actor: Actor, now: datetime, session: Session) -> str:
    """Make an address for a team and return its token: the only time that anybody sees it.

    Raises:
        NotFound: no such team.
        Refused: enough addresses run already.
    """
    require_role(actor, *MAKERS)
    if session.get(Team, team_id) is None:
        raise NotFound("Dit team bestaat niet.")
    if len(feeds_of(team_id, session=session)) >= MOST:
        raise Refused(f"Dit team heeft al {MOST} agenda-adressen. Trek er eerst een in.")
    token = secrets.token_urlsafe(32)
    feed = TeamFeed(team_id=team_id, token_hash=_hash(token), recorded_at=now, recorded_by=actor.id)
    session.add(feed)
    session.flush()
    record(
        session,
        actor=actor,
        action="agenda-adres gemaakt",
        object_kind="team",
        object_id=team_id,
        now=now,
        details={"adres": str(feed.id)},
    )
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def revoke_feed(feed_id: UUID, *, actor: Actor, now: datetime, session: Session) -> UUID:
    """End an address at once and return its team.

    Raises:
        NotFound: no such address.
        Refused: it was revoked already.
    """
    require_role(actor, *MAKERS)
    feed = session.get(TeamFeed, feed_id)
    if feed is None:
        raise NotFound("Dit agenda-adres bestaat niet.")
    if session.get(TeamFeedEnd, feed_id) is not None:
        raise Refused("Dit agenda-adres is al ingetrokken.")
    session.add(TeamFeedEnd(feed_id=feed_id, recorded_at=now, recorded_by=actor.id))
    flush_or_refuse(session, "Dit agenda-adres is net door iemand anders ingetrokken.")
    record(
        session,
        actor=actor,
        action="agenda-adres ingetrokken",
        object_kind="team",
        object_id=feed.team_id,
        now=now,
        details={"adres": str(feed_id)},
    )
    return feed.team_id


def followed(token: str, *, now: datetime, session: Session) -> tuple[str, Sequence[CalendarWeek]]:
    """Return the team's name and its shifts in the approved plans of some weeks around today.

    Raises:
        NotFound: no address has this token, or it was revoked; told alike on purpose.
    """
    row = session.execute(
        select(col(Team.id), col(Team.name))
        .join(TeamFeed, col(TeamFeed.team_id) == col(Team.id))
        .outerjoin(TeamFeedEnd, col(TeamFeedEnd.feed_id) == col(TeamFeed.id))
        .where(col(TeamFeed.token_hash) == _hash(token), col(TeamFeedEnd.feed_id).is_(None))
    ).first()
    if row is None:
        raise NotFound("Deze agenda is er niet (meer).")
    weeks = []
    for monday in _weeks(monday_of(today(now)), session=session):
        plan = plan_that_holds(monday, session=session)
        if plan is not None:
            shifts = [shift for shift in plan.shifts if shift.team_id == row.id]
            weeks.append(
                CalendarWeek(plan.id, plan.week_start, plan.version, plan.solved_at or plan.asked_at, shifts)
            )
    return row.name, weeks


def _weeks(monday: date, *, session: Session) -> list[date]:
    found: list[date] = list(
        session.execute(
            select(col(WeekPlan.week_start))
            .where(col(WeekPlan.week_start) >= monday - _BACK, col(WeekPlan.week_start) <= monday + _AHEAD)
            .distinct()
            .order_by(col(WeekPlan.week_start))
        ).scalars()
    )
    return found
