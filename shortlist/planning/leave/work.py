"""Use cases of leave: noting it, withdrawing it, and reading who is away when. Why somebody is away is kept nowhere."""

from collections.abc import Iterable, Mapping
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
from shortlist.planning.problem import PAIRED_KINDS
from shortlist.planning.tables import StaffLeave, TeamMember
from shortlist.showing.words import datum

LEADERS = frozenset({Role.TEAMLEIDER, Role.COORDINATOR_VTH})
"""Who makes the rosters."""
_AHEAD = timedelta(days=366)
_KEPT = timedelta(days=91)
"""Leave that ended longer ago is removed when new leave is noted: nobody needs it any more."""

Away = Mapping[UUID, tuple[tuple[date, date], ...]]
"""Per person the stretches of days, both ends included, on which they do not work."""


@dataclass(frozen=True, slots=True)
class Line:
    """One stretch of leave in a list."""

    id: UUID
    name: str
    first_day: date
    last_day: date


def away_between(first: date, last: date, *, session: Session) -> Away:
    """Return who is away on which days, as far as it touches the days from ``first`` to ``last``."""
    found: dict[UUID, tuple[tuple[date, date], ...]] = {}
    for row in session.execute(
        select(StaffLeave)
        .where(col(StaffLeave.first_day) <= last, col(StaffLeave.last_day) >= first)
        .order_by(col(StaffLeave.first_day), col(StaffLeave.id))
    ).scalars():
        found[row.account_id] = (*found.get(row.account_id, ()), (row.first_day, row.last_day))
    return found


def present(people: Iterable[UUID], day: date, away: Away) -> list[UUID]:
    """Return the people who are not on leave on a day."""
    return [
        person for person in people if not any(first <= day <= last for first, last in away.get(person, ()))
    ]


def can_go(kind: str, people: Iterable[UUID], day: date, away: Away) -> bool:
    """Say whether enough of a team are there for a shift that begins on a day: jeugdboa's never go alone."""
    return len(present(people, day, away)) >= (2 if kind in PAIRED_KINDS else 1)


def leave_of_team(team_id: UUID, *, now: datetime, session: Session) -> list[Line]:
    """Return the leave of a team's people that is not over."""
    rows = session.execute(
        select(StaffLeave, col(Account.name))
        .join(Account, col(Account.id) == col(StaffLeave.account_id))
        .join(TeamMember, col(TeamMember.account_id) == col(StaffLeave.account_id))
        .where(col(TeamMember.team_id) == team_id, col(StaffLeave.last_day) >= today(now))
        .order_by(col(StaffLeave.first_day), col(Account.name))
    )
    return [Line(row.id, name, row.first_day, row.last_day) for row, name in rows]


def note_leave(
    team_id: UUID,
    person: UUID,
    first_day: date,
    last_day: date,
    *,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Note that somebody of a team does not work on some days and return its id.

    Raises:
        Refused: not in the team, the days are over, too far away or in the wrong order, or leave is there already.
    """
    require_role(actor, *LEADERS)
    if session.get(TeamMember, (team_id, person)) is None:
        raise _about("person", "Deze persoon zit niet (meer) in dit team. Kies er een uit de lijst.")
    if last_day < first_day:
        raise _about("last_day", "De laatste dag ligt vóór de eerste. Draai ze om.")
    if last_day < today(now):
        raise _about("last_day", "Deze dagen zijn al voorbij. Kies dagen die nog komen.")
    if last_day > today(now) + _AHEAD:
        raise _about("last_day", "Dit ligt meer dan een jaar vooruit. Kies een eerdere dag.")
    for first, last in away_between(first_day, last_day, session=session).get(person, ()):
        raise _about(
            "first_day", f"Er staat al verlof van {datum(first)} tot en met {datum(last)}. Trek dat eerst in."
        )
    for old in session.execute(
        select(StaffLeave).where(col(StaffLeave.last_day) < today(now) - _KEPT)
    ).scalars():
        session.delete(old)
    row = StaffLeave(
        account_id=person, first_day=first_day, last_day=last_day, recorded_at=now, recorded_by=actor.id
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor=actor,
        action="verlof genoteerd",
        object_kind="account",
        object_id=person,
        now=now,
        details={"verlof": str(row.id), "van": first_day.isoformat(), "tot en met": last_day.isoformat()},
    )
    return row.id


def _about(field: str, message: str) -> Refused:
    return Refused(message, fields={field: message})


def withdraw_leave(leave_id: UUID, *, actor: Actor, now: datetime, session: Session) -> None:
    """Take leave away again.

    Raises:
        NotFound: there is no such leave.
    """
    require_role(actor, *LEADERS)
    row = session.get(StaffLeave, leave_id)
    if row is None:
        raise NotFound("Dit verlof staat er niet (meer).")
    record(
        session,
        actor=actor,
        action="verlof ingetrokken",
        object_kind="account",
        object_id=row.account_id,
        now=now,
        details={"verlof": str(leave_id)},
    )
    session.delete(row)
