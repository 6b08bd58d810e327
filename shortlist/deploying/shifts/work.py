"""Use cases of deployments: listing them, telling the Operationeel Chef, reporting a whole shift at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.deploying.reports.work import (
    REPORT_WITHIN,
    TEAM_ROLES,
    Visit,
    cancelled_visit,
    monday_of,
    note_instead,
    plans_that_hold,
    report_visit,
    visits_of,
)
from shortlist.deploying.shifts.deployments import ENFORCING, Deployment, Notice, deployments_of
from shortlist.deploying.tables import ChiefNotice
from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account
from shortlist.observing.work import local_midnight, today
from shortlist.planning.tables import WeekPlan
from shortlist.storing.database import flush_or_refuse

LEADERS = (Role.TEAMLEIDER, Role.COORDINATOR_VTH)
"""Who sees all deployments."""
TELLERS = (Role.TEAMLEIDER,)
"""Who tells the Operationeel Chef (Verwey-Jonker 2013, annex IV-D)."""
BACK, AHEAD = timedelta(days=7), timedelta(days=14)
_TOLD_WITHIN = timedelta(days=8)
"""A notice is recorded at most this long after it was given."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was said to the Operationeel Chef: when, to whom, how."""

    at: datetime
    whom: str
    channel: str
    remark: str = ""


def deployments(since: date, *, member: UUID | None = None, session: Session) -> list[Deployment[Visit]]:
    """List the deployments of the plans that hold from a day on, by time; ``member`` keeps the person's own teams."""
    plans = plans_that_hold(monday_of(since), session=session)
    return _shifts(
        visits_of(session=session, plans=plans, member=member, since=local_midnight(since)), session=session
    )


def _shifts(planned: Iterable[Visit], *, session: Session) -> list[Deployment[Visit]]:
    """Put visits together in the shifts that their plans have, by time."""
    visits: dict[UUID, list[Visit]] = {}
    for visit in planned:
        visits.setdefault(visit.plan_id, []).append(visit)
    notices = _notices(list(visits), session=session)
    problems = {
        row.id: row.problem
        for row in session.execute(
            select(col(WeekPlan.id), col(WeekPlan.problem)).where(col(WeekPlan.id).in_(visits))
        )
    }
    found = [
        one
        for plan_id, mine in visits.items()
        for one in deployments_of(plan_id, problems[plan_id], mine, notices.get(plan_id, {}))
    ]
    return sorted(found, key=lambda one: (one.starts_at, one.team))


def _notices(plans: Sequence[UUID], *, session: Session) -> dict[UUID, dict[UUID, list[Notice]]]:
    found: dict[UUID, dict[UUID, list[Notice]]] = {}
    for row, name in session.execute(
        select(ChiefNotice, col(Account.name))
        .join(Account, col(Account.id) == col(ChiefNotice.recorded_by))
        .where(col(ChiefNotice.plan_id).in_(plans))
        .order_by(col(ChiefNotice.sequence))
    ):
        notice = Notice(row.told_at, row.told_whom, row.channel, row.remark, name)
        found.setdefault(row.plan_id, {}).setdefault(row.shift_id, []).append(notice)
    return found


def all_deployments(*, actor: Actor, now: datetime, session: Session) -> list[Deployment[Visit]]:
    """List the deployments of the last week, this week and the next, by time."""
    require_role(actor, *LEADERS)
    until = now + AHEAD
    return [one for one in deployments(today(now) - BACK, session=session) if one.starts_at < until]


def own_deployments(*, actor: Actor, now: datetime, session: Session) -> list[Deployment[Visit]]:
    """List the deployments of the actor's own teams, from as far back as a report is still asked."""
    require_role(actor, *TEAM_ROLES)
    return deployments(today(now) - REPORT_WITHIN, member=actor.id, session=session)


def own_deployment(
    plan_id: UUID, shift_id: UUID, *, actor: Actor, now: datetime, session: Session
) -> Deployment[Visit]:
    """Return one deployment of the actor's own team, also of a plan that was replaced: a form may still be open on it.

    Raises:
        NotFound: no such deployment of a team the actor is in.
    """
    require_role(actor, *TEAM_ROLES)
    earliest = local_midnight(today(now) - REPORT_WITHIN)
    mine = visits_of(session=session, plans=[plan_id], member=actor.id, since=earliest)
    for one in _shifts(mine, session=session):
        if one.shift_id == shift_id:
            return one
    raise NotFound("Deze dienst is er niet, is te lang geleden, of hoort niet bij uw team.")


def cancelled_of(shift: Deployment[Visit], *, actor: Actor, session: Session) -> set[UUID]:
    """Return which visits of a shift stand in no plan any more."""
    return {
        one.id for one in shift.visits if cancelled_visit(one.id, actor=actor, session=session) is not None
    }


def untold(*, actor: Actor, now: datetime, ahead: timedelta, session: Session) -> list[Deployment[Visit]]:
    """List the deployments that begin soon, or are going on, of which the Operationeel Chef was not told."""
    require_role(actor, *TELLERS)
    return [
        one
        for one in deployments(today(now) - timedelta(days=1), session=session)
        if one.needs_telling(now) and one.starts_at <= now + ahead
    ]


def tell_chief(
    keys: Sequence[tuple[UUID, UUID]], told: Told, *, actor: Actor, now: datetime, session: Session
) -> int:
    """Record that the Operationeel Chef was told of these deployments (plan, shift); return how many.

    Raises:
        Refused: nothing chosen, a moment in the future or long ago, or a deployment that is no longer planned.
    """
    require_role(actor, *TELLERS)
    if not keys:
        message = "Kies ten minste één dienst waarover u de chef informeerde."
        raise Refused(message, fields={"shifts": message})
    if told.at > now:
        message = "Dit moment ligt in de toekomst. Leg het vast als u de chef hebt gesproken."
        raise Refused(message, fields={"told_at": message})
    if told.at < now - _TOLD_WITHIN:
        message = "Dit is meer dan een week geleden. Verbeter dag of tijd."
        raise Refused(message, fields={"told_at": message})
    known = {
        (one.plan_id, one.shift_id): one for one in all_deployments(actor=actor, now=now, session=session)
    }
    for key in dict.fromkeys(keys):
        one = known.get(key)
        if one is None or one.kind != ENFORCING:
            message = (
                "Een gekozen dienst staat niet meer in het vastgestelde weekplan. Er is niets opgeslagen; "
                "kijk hieronder welke diensten er nu zijn."
            )
            raise Refused(message, fields={"shifts": message})
        last = session.execute(
            select(func.max(col(ChiefNotice.sequence))).where(
                col(ChiefNotice.plan_id) == key[0], col(ChiefNotice.shift_id) == key[1]
            )
        ).scalar_one()
        session.add(
            ChiefNotice(
                plan_id=key[0],
                shift_id=key[1],
                sequence=(last or 0) + 1,
                told_at=told.at,
                told_whom=told.whom,
                channel=told.channel,
                remark=told.remark,
                recorded_at=now,
                recorded_by=actor.id,
            )
        )
    flush_or_refuse(session, "Een collega legde dit op hetzelfde moment vast. Ververs de pagina.")
    record(
        session,
        actor=actor,
        action="Operationeel Chef geïnformeerd",
        object_kind="inzet",
        now=now,
        details={"diensten": [f"{plan}:{shift}" for plan, shift in dict.fromkeys(keys)]},
    )
    return len(dict.fromkeys(keys))


def report_shift(
    rows: Mapping[UUID, Mapping[str, Any]], *, actor: Actor, now: datetime, session: Session
) -> int:
    """Report several visits of a shift at once, all or nothing; return how many.

    ``rows``: visit → outcome, started_at, minutes, seen_count, feit, oordeel, and instead: keep what was typed about a
    cancelled visit as an ordinary observation. Nobody reported these before.

    Raises:
        Refused: something does not fit; ``fields`` has ``<visit>.<field>``.
    """
    for visit_id, row in rows.items():
        typed: dict[str, Any] = {"gedrag": (), "under_twelve": False} | {
            name: value for name, value in row.items() if name != "instead"
        }
        try:
            if row.get("instead"):
                note_instead(visit_id, **typed, actor=actor, now=now, session=session)
            else:
                report_visit(
                    visit_id, **typed, seen=0, correction_reason="", actor=actor, now=now, session=session
                )
        except Refused as refusal:
            told = refusal.fields or {"outcome": refusal.message}
            fields = {f"{visit_id}.{name or 'outcome'}": text for name, text in told.items()}
            raise Refused(refusal.message, fields=fields) from refusal
    return len(rows)
