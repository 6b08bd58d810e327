"""Use cases of the way of reports: reading what came in, and passing it on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.deploying.handover.steps import Seen, next_for, state_of
from shortlist.deploying.reports.work import REPORT_READERS, Reported, read_reports, visits_of
from shortlist.deploying.tables import DeploymentReport, ReportHandover
from shortlist.errors import Refused
from shortlist.guarding.audit import UNLOGGED, record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account
from shortlist.observing.tables import Jeugdgroep
from shortlist.planning.tables import PlannedVisit
from shortlist.storing.database import flush_or_refuse

PASSERS = (Role.COORDINATOR_VTH, Role.VEILIGHEIDSMANAGER, Role.JEUGDAGENT, Role.JONGERENWERKER)
SHOWN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """A report with everybody who saw it."""

    report_id: UUID
    reported: Reported
    seen: tuple[Seen, ...]
    next: str | None
    """What the report becomes when the reader passes it on; None: nothing is asked of the reader."""

    @property
    def state(self) -> str:
        """Where it stands."""
        return state_of(self.seen)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many reports wait for somebody, and since when the oldest does."""

    count: int
    since: datetime


def _newest(*, actor: Actor, since: datetime, session: Session) -> list[tuple[UUID, UUID, datetime]]:
    """Return (report, visit, recorded at) of the newest report per visit within the actor's stadsdelen."""
    later = aliased(DeploymentReport)
    query = (
        select(
            col(DeploymentReport.id),
            col(DeploymentReport.planned_visit_id),
            col(DeploymentReport.recorded_at),
        )
        .join(PlannedVisit, col(PlannedVisit.id) == col(DeploymentReport.planned_visit_id))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(PlannedVisit.group_id))
        .where(
            col(DeploymentReport.recorded_at) >= since,
            ~exists(
                select(1)
                .where(
                    col(later.planned_visit_id) == col(DeploymentReport.planned_visit_id),
                    col(later.sequence) > col(DeploymentReport.sequence),
                )
                .correlate(DeploymentReport)
            ),
        )
        .order_by(col(DeploymentReport.recorded_at).desc(), col(DeploymentReport.id))
    )
    if not actor.citywide:
        query = query.where(col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen))
    rows = session.execute(query, execution_options={UNLOGGED: "which reports there are, not what they say"})
    return [(report, visit, at) for report, visit, at in rows]


def seen_by(reports: Sequence[UUID], *, session: Session) -> dict[UUID, list[Seen]]:
    """Return per report who saw it, in order of time."""
    found: dict[UUID, list[Seen]] = {}
    for row, name in session.execute(
        select(ReportHandover, col(Account.name))
        .join(Account, col(Account.id) == col(ReportHandover.recorded_by))
        .where(col(ReportHandover.report_id).in_(list(reports)))
        .order_by(col(ReportHandover.recorded_at), col(ReportHandover.id))
    ):
        found.setdefault(row.report_id, []).append(Seen(row.state, row.recorded_at, name, row.recorded_by))
    return found


def reports_on_the_way(*, actor: Actor, now: datetime, session: Session) -> list[OnTheWay]:
    """List the reports of the last two weeks with who saw them, newest first; the reading is logged."""
    require_role(actor, *REPORT_READERS)
    newest = _newest(actor=actor, since=now - SHOWN, session=session)
    reports = read_reports([visit for _, visit, _ in newest], session=session)
    visits = {one.id: one for one in visits_of(session=session, visit_ids=[visit for _, visit, _ in newest])}
    seen = seen_by([report for report, _, _ in newest], session=session)
    record(
        session,
        actor=actor,
        action="verslagen gelezen",
        object_kind="verslagen",
        now=now,
        details={"verslagen": len(newest)},
    )
    return [
        OnTheWay(
            report_id,
            Reported(visits[visit_id], reports[visit_id]),
            tuple(seen.get(report_id, ())),
            next_for(seen.get(report_id, ()), actor.roles, actor.id),
        )
        for report_id, visit_id, _ in newest
    ]


def reports_waiting(*, actor: Actor, now: datetime, session: Session) -> Waiting | None:
    """Return how many reports nobody in the actor's function passed on yet; None when there are none."""
    if not actor.has(*PASSERS):
        return None
    newest = _newest(actor=actor, since=now - SHOWN, session=session)
    seen = seen_by([report for report, _, _ in newest], session=session)
    moments = []
    for report_id, _, at in newest:
        mine = seen.get(report_id, [])
        following = next_for(mine, actor.roles, actor.id)
        if following is not None and following != state_of(mine):
            moments.append(mine[-1].at if mine else at)
    return Waiting(len(moments), min(moments)) if moments else None


def pass_on(reports: Sequence[UUID], *, actor: Actor, now: datetime, session: Session) -> dict[str, int]:
    """Record that the actor saw these reports; return how many became what.

    Raises:
        Refused: none of them asks it of the actor any more (a colleague was earlier), or none was chosen.
    """
    require_role(actor, *PASSERS)
    visible = {report for report, _, _ in _newest(actor=actor, since=now - SHOWN, session=session)}
    wanted = [one for one in dict.fromkeys(reports) if one in visible]
    seen = seen_by(wanted, session=session)
    became: dict[str, int] = {}
    for report_id in wanted:
        state = next_for(seen.get(report_id, ()), actor.roles, actor.id)
        if state is None:
            continue
        session.add(ReportHandover(report_id=report_id, state=state, recorded_at=now, recorded_by=actor.id))
        became[state] = became.get(state, 0) + 1
    if not became:
        raise Refused(
            "Er was niets door te geven: een collega was eerder, of het verslag is intussen verbeterd. "
            "Kijk hieronder wat er nu staat."
        )
    flush_or_refuse(session, "U gaf deze verslagen op hetzelfde moment al door. Ververs de pagina.")
    record(
        session,
        actor=actor,
        action="verslagen doorgegeven",
        object_kind="verslagen",
        now=now,
        details={"verslagen": [str(one) for one in wanted], **became},
    )
    return became
