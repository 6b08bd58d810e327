"""Use cases of teams: who is in a team, when it works, and what the working-time rules allow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import Session, col

from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account, AccountRole
from shortlist.observing.groups.work import today
from shortlist.observing.tables import Place, PlaceKind
from shortlist.planning.tables import (
    PlannedVisit,
    Shift,
    Team,
    TeamKind,
    TeamMember,
    WeekPlanState,
    WeekPlanStatus,
)
from shortlist.planning.week.times import DAY_NAMES, ZONE, moment, monday_of
from shortlist.planning.working_time import Clock, Duty, WorkingTime, breaches
from shortlist.showing.words import datumtijd, tijd
from shortlist.storing.database import flush_or_refuse

LEADERS = frozenset({Role.TEAMLEIDER, Role.COORDINATOR_VTH})
"""Who makes teams and shifts."""
WHO_FOR = {
    TeamKind.JEUGDBOA: Role.JEUGDBOA,
    TeamKind.JONGERENWERK: Role.JONGERENWERKER,
    TeamKind.POLITIE: Role.JEUGDAGENT,
}
"""Kind of team → the role that its people have: the powers come with the role."""
PAIRED = frozenset({TeamKind.JEUGDBOA})
_AROUND = timedelta(days=21)
_AHEAD = timedelta(days=366)
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be in a team."""

    id: UUID
    name: str
    kind: str


def candidates(*, session: Session) -> list[Candidate]:
    """List the active accounts that can be in a team, with the kind of team."""
    kinds = {role.value: kind.value for kind, role in WHO_FOR.items()}
    rows = session.execute(
        select(col(Account.id), col(Account.name), col(AccountRole.role))
        .join(AccountRole, col(AccountRole.account_id) == col(Account.id))
        .where(col(Account.active).is_(True), col(AccountRole.role).in_(kinds))
        .order_by(col(Account.name))
    )
    return [Candidate(row.id, row.name, kinds[row.role]) for row in rows]


def bases(*, session: Session) -> list[Place]:
    """List the places where a team can start, bases first, then by name."""
    rows = session.execute(select(Place).order_by(col(Place.name))).scalars()
    return sorted(rows, key=lambda place: place.kind != PlaceKind.BASIS.value)


def get_team(team_id: UUID, *, session: Session) -> tuple[Team, list[UUID]]:
    """Return a team and its people.

    Raises:
        NotFound: there is no such team.
    """
    team = session.get(Team, team_id)
    if team is None:
        raise NotFound("Dit team bestaat niet.")
    people = session.execute(
        select(col(TeamMember.account_id)).where(col(TeamMember.team_id) == team_id)
    ).scalars()
    return team, list(people)


def save_team(
    team_id: UUID | None,
    *,
    name: str,
    kind: str,
    base: UUID,
    people: Sequence[UUID],
    active: bool = True,
    rules: WorkingTime,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Make a team (``team_id`` None) or change one, and return its id.

    Raises:
        Refused: a pair is not a pair, somebody lacks the power, or the shifts that stand would break a rule.
    """
    require_role(actor, *LEADERS)
    wrong: dict[str, str] = {}
    able = {found.id: found for found in candidates(session=session) if found.kind == kind}
    strangers = [person for person in people if person not in able]
    if strangers:
        role = WHO_FOR[TeamKind(kind)].value
        wrong["people"] = f"Niet iedereen die u koos heeft de rol {role}. Kies alleen mensen met die rol."
    elif active and len(set(people)) < (2 if kind in PAIRED else 1):
        wrong["people"] = (
            "Jeugdboa’s gaan altijd met z’n tweeën. Kies ten minste twee mensen."
            if kind in PAIRED
            else "Kies ten minste één persoon."
        )
    if session.get(Place, base) is None:
        wrong["base"] = "Deze plek bestaat niet. Kies er een uit de lijst."
    other = session.execute(select(col(Team.id)).where(col(Team.name) == name)).scalar_one_or_none()
    if other is not None and other != team_id:
        wrong["name"] = "Er is al een team met deze naam. Kies een andere naam."
    if wrong:
        raise Refused("Het team kan zo niet worden bewaard.", fields=wrong)
    if team_id is None:
        team = Team(name=name, kind=kind, base_place_id=base, active=active)
    else:
        team, before = get_team(team_id, session=session)
        if team.kind != kind:
            raise Refused(
                "De soort van een team verandert niet.",
                fields={"kind": "De soort van een team kan niet veranderen. Maak een nieuw team."},
            )
        newcomers = set(people) - set(before)
        _require_free(team.id, newcomers, rules=rules, now=now, session=session)
        team.name, team.base_place_id, team.active = name, base, active
    session.add(team)
    flush_or_refuse(session, "Iemand anders gaf net een team deze naam. Kies een andere naam.")
    session.execute(delete(TeamMember).where(col(TeamMember.team_id) == team.id))
    session.add_all(TeamMember(team_id=team.id, account_id=person) for person in dict.fromkeys(people))
    record(
        session,
        actor=actor,
        action="team gemaakt" if team_id is None else "team gewijzigd",
        object_kind="team",
        object_id=team.id,
        now=now,
        details={"mensen": len(set(people))},
    )
    return team.id


def _require_free(
    team_id: UUID, newcomers: Iterable[UUID], *, rules: WorkingTime, now: datetime, session: Session
) -> None:
    """Raise Refused when the shifts that stand for a team do not fit somebody who joins it."""
    stand = session.execute(
        select(col(Shift.starts_at), col(Shift.ends_at)).where(
            col(Shift.team_id) == team_id, col(Shift.ends_at) > now
        )
    )
    planned = [(row.starts_at, row.ends_at) for row in stand]
    for person in newcomers:
        message = _why_not(person, planned, leave_out=team_id, rules=rules, session=session)
        if message:
            raise Refused(message, fields={"people": message})


def add_shifts(
    team_id: UUID,
    *,
    week: date,
    days: Sequence[str],
    starts: int,
    ends: int,
    rules: WorkingTime,
    actor: Actor,
    now: datetime,
    session: Session,
) -> list[UUID]:
    """Add shifts on days of a week, all or none.

    ``starts`` and ``ends`` are minutes of the Dutch day; an end before the start is the next night.

    Raises:
        Refused: too long, overlapping, in the past, or against a working-time rule (named by its article).
    """
    require_role(actor, *LEADERS)
    if week.weekday() != 0:
        raise Refused("Kies een maandag.", fields={"week": "Kies een maandag: daarmee begint de week."})
    ends += _DAY if ends <= starts else 0
    dates = [week + timedelta(days=DAY_NAMES.index(day)) for day in dict.fromkeys(days)]
    wanted = [(moment(day, starts), moment(day, ends)) for day in dates]
    return _add(team_id, wanted, rules=rules, actor=actor, now=now, session=session)


def _add(
    team_id: UUID,
    wanted: Sequence[tuple[datetime, datetime]],
    *,
    rules: WorkingTime,
    actor: Actor,
    now: datetime,
    session: Session,
) -> list[UUID]:
    team, people = get_team(team_id, session=session)
    if not team.active:
        raise Refused(f"{team.name} is niet inzetbaar. Zet het team eerst op inzetbaar.")
    if team.kind in PAIRED and len(people) < 2:
        raise Refused(f"{team.name} heeft nog geen twee mensen. Jeugdboa’s gaan altijd met z’n tweeën.")
    for begin, end in wanted:
        if end <= now:
            raise _about(
                "starts", f"De dienst van {datumtijd(begin)} is al voorbij. Kies een dag die nog komt."
            )
        if begin > now + _AHEAD:
            raise _about("week", "Deze week is meer dan een jaar vooruit. Kies een eerdere week.")
        _require_no_overlap(team, begin, end, session=session)
    for person in people:
        message = _why_not(person, wanted, leave_out=None, rules=rules, session=session)
        if message:
            raise _about("ends", message)
    shifts = [Shift(team_id=team_id, starts_at=begin, ends_at=end) for begin, end in wanted]
    session.add_all(shifts)
    flush_or_refuse(session, "Iemand anders voegde net dezelfde dienst toe. Open de pagina opnieuw.")
    record(
        session,
        actor=actor,
        action="diensten toegevoegd",
        object_kind="team",
        object_id=team_id,
        now=now,
        details={"diensten": [str(shift.id) for shift in shifts]},
    )
    return [shift.id for shift in shifts]


def _about(field: str, message: str) -> Refused:
    return Refused(message, fields={field: message})


def _require_no_overlap(team: Team, begin: datetime, end: datetime, *, session: Session) -> None:
    other = session.execute(
        select(Shift).where(
            col(Shift.team_id) == team.id, col(Shift.starts_at) < end, col(Shift.ends_at) > begin
        )
    ).scalar()
    if other is not None:
        raise _about(
            "starts",
            f"{team.name} heeft op {datumtijd(other.starts_at)} al een dienst tot {tijd(other.ends_at)}. "
            "Kies een tijd die daar niet mee overlapt.",
        )


def _why_not(
    person: UUID,
    wanted: Sequence[tuple[datetime, datetime]],
    *,
    leave_out: UUID | None,
    rules: WorkingTime,
    session: Session,
) -> str:
    """Return why somebody can't work these shifts beside those that stand; empty when they fit."""
    if not wanted:
        return ""
    first, last = min(begin for begin, _ in wanted), max(end for _, end in wanted)
    query = (
        select(col(Shift.starts_at), col(Shift.ends_at))
        .join(TeamMember, col(TeamMember.team_id) == col(Shift.team_id))
        .where(
            col(TeamMember.account_id) == person,
            col(Shift.starts_at) > first - _AROUND,
            col(Shift.starts_at) < last + _AROUND,
        )
    )
    if leave_out is not None:
        query = query.where(col(Shift.team_id) != leave_out)
    stand = [(row.starts_at, row.ends_at) for row in session.execute(query)]
    name = session.execute(select(col(Account.name)).where(col(Account.id) == person)).scalar_one()
    for begin, end in wanted:
        clash = next(((s, e) for s, e in stand if s < end and e > begin), None)
        if clash:
            return (
                f"{name} werkt op {datumtijd(clash[0])} al tot {tijd(clash[1])}, in een ander team. "
                "Kies een andere tijd of iemand anders."
            )
    origin = moment(monday_of(today(first)) - timedelta(days=28), 0)
    clock = Clock(origin, rules.zone)
    horizon = clock.seconds(last + timedelta(days=28))
    before = [Duty(clock.seconds(s), clock.seconds(e)) for s, e in stand]
    added = [Duty(clock.seconds(s), clock.seconds(e)) for s, e in wanted]
    known = {(breach.rule, breach.at) for breach in breaches(before, clock, rules, horizon=horizon)}
    for breach in breaches([*before, *added], clock, rules, horizon=horizon):
        if (breach.rule, breach.at) not in known:
            return (
                f"Dit mag niet volgens {breach.article}: {breach.text}. "
                f"Het gaat om {name}, rond {datumtijd(clock.local(breach.at))}."
            )
    return ""


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of taking over a week: shifts added, and teams that could not with the reason."""

    added: int
    skipped: tuple[tuple[str, str], ...]


def copy_week(week: date, *, rules: WorkingTime, actor: Actor, now: datetime, session: Session) -> Copied:
    """Give every active team without shifts in a week the shifts of the week before, at the same Dutch hours.

    A team whose shifts would break a rule is skipped whole, with the reason.
    """
    require_role(actor, *LEADERS)
    if week.weekday() != 0:
        raise Refused("Kies een maandag.", fields={"week": "Kies een maandag: daarmee begint de week."})
    earlier = week - timedelta(days=7)
    shifts = _shifts_between(earlier, session=session)
    busy = {shift.team_id for shift in _shifts_between(week, session=session)}
    added, skipped = 0, []
    for team in session.execute(
        select(Team).where(col(Team.active).is_(True)).order_by(col(Team.name))
    ).scalars():
        old = [shift for shift in shifts if shift.team_id == team.id]
        if not old or team.id in busy:
            continue
        wanted = [(_week_later(shift.starts_at), _week_later(shift.ends_at)) for shift in old]
        try:
            added += len(_add(team.id, wanted, rules=rules, actor=actor, now=now, session=session))
        except Refused as refusal:
            skipped.append((team.name, refusal.message))
    if not added and not skipped:
        raise Refused(
            "Er is niets over te nemen: vorige week heeft geen diensten, of alle teams hebben ze al."
        )
    return Copied(added, tuple(skipped))


def _shifts_between(monday: date, *, session: Session) -> list[Shift]:
    rows = session.execute(
        select(Shift)
        .where(
            col(Shift.starts_at) >= moment(monday, 0),
            col(Shift.starts_at) < moment(monday + timedelta(days=7), 0),
        )
        .order_by(col(Shift.starts_at))
    )
    return list(rows.scalars())


def _week_later(at: datetime) -> datetime:
    local = at.astimezone(ZONE)
    return moment(local.date() + timedelta(days=7), local.hour * 60 + local.minute)


def remove_shift(shift_id: UUID, *, actor: Actor, now: datetime, session: Session) -> date:
    """Take a shift away and return the Monday of its week.

    Raises:
        NotFound: there is no such shift.
        Refused: it is over, or visits of an approved plan lie in it.
    """
    require_role(actor, *LEADERS)
    shift = session.get(Shift, shift_id)
    if shift is None:
        raise NotFound("Deze dienst bestaat niet (meer).")
    if shift.starts_at <= now:
        raise Refused("Deze dienst is al begonnen of voorbij en blijft staan.")
    newest = (
        select(col(WeekPlanStatus.state))
        .where(col(WeekPlanStatus.plan_id) == col(PlannedVisit.plan_id))
        .order_by(col(WeekPlanStatus.sequence).desc())
        .limit(1)
        .correlate(PlannedVisit)
        .scalar_subquery()
    )
    used = session.execute(
        select(col(PlannedVisit.id))
        .where(
            col(PlannedVisit.team_id) == shift.team_id,
            col(PlannedVisit.starts_at) >= shift.starts_at,
            col(PlannedVisit.ends_at) <= shift.ends_at,
            newest == WeekPlanState.VASTGESTELD.value,
        )
        .limit(1)
    ).first()
    if used is not None:
        raise Refused(
            "In deze dienst liggen bezoeken van een vastgesteld weekplan. Laat eerst een ander plan vaststellen."
        )
    monday = monday_of(today(shift.starts_at))
    record(
        session,
        actor=actor,
        action="dienst verwijderd",
        object_kind="team",
        object_id=shift.team_id,
        now=now,
        details={
            "dienst": str(shift_id),
            "begin": shift.starts_at.isoformat(),
            "einde": shift.ends_at.isoformat(),
        },
    )
    session.delete(shift)
    return monday
