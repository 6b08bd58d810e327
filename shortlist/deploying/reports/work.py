"""Use cases of visits and reports: a team's own shifts, the report after a visit, what came of visits to a group."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.deploying.reports.outcomes import NOT_THERE, Filled, faults, fill
from shortlist.deploying.tables import DeploymentReport
from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import UNLOGGED, record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account
from shortlist.observing.tables import Gathering, Jeugdgroep, Place, Source
from shortlist.observing.work import (
    Noted,
    correct_gathering,
    get_group,
    local_midnight,
    note_gathering,
    today,
)
from shortlist.planning.tables import PlannedVisit, Team, TeamMember, WeekPlan, WeekPlanState, WeekPlanStatus
from shortlist.storing.database import flush_or_refuse

TEAM_ROLES = (Role.JEUGDBOA, Role.JONGERENWERKER, Role.JEUGDAGENT)
"""Who is sent out in teams."""
REPORT_READERS = (
    Role.COORDINATOR_VTH,
    Role.TEAMLEIDER,
    Role.VEILIGHEIDSMANAGER,
    Role.JEUGDAGENT,
    Role.JONGERENWERKER,
)
"""Who reads the reports of a group: the coördinator first, then the veiligheidsmanager and the JIT."""
REPORT_WITHIN = timedelta(days=14)
"""A visit without a report asks for one this long."""
AROUND = timedelta(hours=12)
"""A visit began at most this far from the planned moment."""
_FIELDS = {
    "outcome": "outcome",
    "started_at": "started_at",
    "duration_minutes": "minutes",
    "effort_minutes": "minutes",
    "seen_count": "seen_count",
    "feit": "feit",
    "oordeel": "oordeel",
    "items": "gedrag",
    "correction_reason": "correction_reason",
}
"""Field of an observation → field of the report; others are told above the form."""
_COUNTS_ONLY = {UNLOGGED: "alleen of er een verslag is en met welke uitkomst"}


@dataclass(frozen=True, slots=True)
class Visit:
    """A planned visit of a plan that holds, with the outcome reported (None: no report yet)."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    group_id: UUID
    group: str
    stadsdeel_id: UUID
    place_id: UUID
    place: str
    place_stadsdeel_id: UUID
    team: str
    team_id: UUID
    plan_id: UUID
    outcome: str | None = None

    @property
    def minutes(self) -> int:
        """The planned minutes on the spot, rounded."""
        return round((self.ends_at - self.starts_at).total_seconds() / 60)


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it stands."""

    id: UUID
    sequence: int
    outcome: str
    minutes: int
    seen_count: int
    feit: str
    oordeel: str
    at: datetime
    by: str
    by_id: UUID
    started_at: datetime | None
    gathering_id: UUID | None


@dataclass(frozen=True, slots=True)
class Reported:
    """A visit to a group and its report, for who reads about the group."""

    visit: Visit
    report: Report


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def plans_that_hold(since: date, *, session: Session) -> set[UUID]:
    """Return per week from ``since`` the newest plan that was approved and not sent back since."""
    newer = aliased(WeekPlanStatus)
    rows = session.execute(
        select(col(WeekPlan.id), col(WeekPlan.week_start), col(WeekPlan.version))
        .join(WeekPlanStatus, col(WeekPlanStatus.plan_id) == col(WeekPlan.id))
        .where(
            col(WeekPlan.week_start) >= since,
            col(WeekPlanStatus.state) == WeekPlanState.VASTGESTELD.value,
            ~exists(
                select(1)
                .where(
                    col(newer.plan_id) == col(WeekPlanStatus.plan_id),
                    col(newer.sequence) > col(WeekPlanStatus.sequence),
                )
                .correlate(WeekPlanStatus)
            ),
        )
        .order_by(col(WeekPlan.version))
    )
    return set({week: plan_id for plan_id, week, _ in rows}.values())


def visits_of(
    *,
    session: Session,
    plans: Iterable[UUID] | None = None,
    member: UUID | None = None,
    group_id: UUID | None = None,
    visit_ids: Iterable[UUID] | None = None,
    since: datetime | None = None,
) -> list[Visit]:
    """Return planned visits by time; each argument that is given narrows the list."""
    query = (
        select(
            PlannedVisit,
            col(Jeugdgroep.name),
            col(Jeugdgroep.stadsdeel_id),
            col(Place.name),
            col(Place.stadsdeel_id),
            col(Team.name),
        )
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(PlannedVisit.group_id))
        .join(Place, col(Place.id) == col(PlannedVisit.place_id))
        .join(Team, col(Team.id) == col(PlannedVisit.team_id))
        .order_by(col(PlannedVisit.starts_at), col(PlannedVisit.id))
    )
    if plans is not None:
        query = query.where(col(PlannedVisit.plan_id).in_(list(plans)))
    if member is not None:
        query = query.where(
            exists(
                select(1)
                .where(
                    col(TeamMember.team_id) == col(PlannedVisit.team_id), col(TeamMember.account_id) == member
                )
                .correlate(PlannedVisit)
            )
        )
    if group_id is not None:
        query = query.where(col(PlannedVisit.group_id) == group_id)
    if visit_ids is not None:
        query = query.where(col(PlannedVisit.id).in_(list(visit_ids)))
    if since is not None:
        query = query.where(col(PlannedVisit.starts_at) >= since)
    rows = session.execute(query).all()
    outcomes = _outcomes([row[0].id for row in rows], session=session)
    return [
        Visit(
            id=row.id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            group_id=row.group_id,
            group=group,
            stadsdeel_id=stadsdeel_id,
            place_id=row.place_id,
            place=place,
            place_stadsdeel_id=place_stadsdeel,
            team=team,
            team_id=row.team_id,
            plan_id=row.plan_id,
            outcome=outcomes.get(row.id),
        )
        for row, group, stadsdeel_id, place, place_stadsdeel, team in rows
    ]


def _outcomes(visits: Sequence[UUID], *, session: Session) -> dict[UUID, str]:
    """Return what was reported of each visit, also when that was under an earlier version of the week's plan.

    A plan that is changed mid-week takes the visits along that were made already, under ids of its own.
    """
    reported = aliased(PlannedVisit)
    rows = session.execute(
        select(col(PlannedVisit.id), col(DeploymentReport.outcome))
        .join(
            reported,
            and_(
                col(reported.team_id) == col(PlannedVisit.team_id),
                col(reported.group_id) == col(PlannedVisit.group_id),
                col(reported.place_id) == col(PlannedVisit.place_id),
                col(reported.starts_at) == col(PlannedVisit.starts_at),
            ),
        )
        .join(DeploymentReport, col(DeploymentReport.planned_visit_id) == col(reported.id))
        .where(col(PlannedVisit.id).in_(visits))
        .order_by(col(DeploymentReport.recorded_at), col(DeploymentReport.sequence)),
        execution_options=_COUNTS_ONLY,
    )
    return {visit_id: outcome for visit_id, outcome in rows}  # noqa: C416 — rows are no pairs to the type checker


def own_visits(*, actor: Actor, now: datetime, session: Session) -> list[Visit]:
    """List the planned visits of the actor's own teams: this week, and of the last two weeks without a report."""
    require_role(actor, *TEAM_ROLES)
    on = today(now)
    earliest = on - REPORT_WITHIN
    plans = plans_that_hold(monday_of(earliest), session=session)
    visits = visits_of(session=session, plans=plans, member=actor.id, since=local_midnight(earliest))
    this_week = local_midnight(monday_of(on))
    return [one for one in visits if one.starts_at >= this_week or one.outcome is None]


def own_visit(
    visit_id: UUID, *, actor: Actor, now: datetime, session: Session
) -> tuple[Visit, Report | None]:
    """Return a planned visit of the actor's own team and its report when there is one; a report read is logged.

    Raises:
        NotFound: no such visit of a team the actor is in.
        Refused: the week plan does not hold (any more).
    """
    require_role(actor, *TEAM_ROLES)
    visit = _standing(_of_own_team(visit_id, actor=actor, session=session), session=session)
    if visit is None:
        raise Refused(CANCELLED)
    if visit.outcome is None:
        return visit, None
    _log_reading(actor=actor, group_id=visit.group_id, n=1, now=now, session=session)
    return visit, read_reports([visit.id], session=session)[visit.id]


CANCELLED = (
    "Dit bezoek staat niet meer in het vastgestelde weekplan: het is vervallen of verplaatst. Er is geen verslag "
    "opgeslagen. Was u er toch, bewaar het dan hieronder als gewone waarneming."
)


def _of_own_team(visit_id: UUID, *, actor: Actor, session: Session) -> Visit:
    found = visits_of(session=session, visit_ids=[visit_id], member=actor.id)
    if not found:
        raise NotFound("Dit bezoek is er niet, of hoort niet bij uw team.")
    return found[0]


def _standing(visit: Visit, *, session: Session) -> Visit | None:
    """Return a visit as it stands: where its report is, else in the plan that holds; None when no plan has it any more.

    A plan that is changed mid-week takes visits along under ids of its own; a form that was open still has the old one.
    """
    same = select(col(PlannedVisit.id)).where(
        col(PlannedVisit.team_id) == visit.team_id,
        col(PlannedVisit.group_id) == visit.group_id,
        col(PlannedVisit.place_id) == visit.place_id,
        col(PlannedVisit.starts_at) == visit.starts_at,
    )
    versions = visits_of(session=session, visit_ids=session.execute(same).scalars())
    plans = plans_that_hold(monday_of(today(visit.starts_at)), session=session)
    holding = next((one for one in versions if one.plan_id in plans), None)
    if holding is None:
        return None
    with_report = select(col(DeploymentReport.planned_visit_id)).where(
        col(DeploymentReport.planned_visit_id).in_([one.id for one in versions])
    )
    reported = set(session.execute(with_report, execution_options=_COUNTS_ONLY).scalars())
    return next((one for one in versions if one.id in reported), holding)


def cancelled_visit(visit_id: UUID, *, actor: Actor, session: Session) -> Visit | None:
    """Return a visit of the actor's own team that no plan holds any more; None when one does.

    Raises:
        NotFound: no such visit of a team the actor is in.
    """
    require_role(actor, *TEAM_ROLES)
    visit = _of_own_team(visit_id, actor=actor, session=session)
    return visit if _standing(visit, session=session) is None else None


def read_reports(visits: Sequence[UUID], *, session: Session) -> dict[UUID, Report]:
    """Return the newest report per visit; the caller logs the reading."""
    rows = session.execute(
        select(DeploymentReport, col(Account.name), col(Gathering.started_at))
        .join(Account, col(Account.id) == col(DeploymentReport.recorded_by))
        .join(Gathering, col(Gathering.id) == col(DeploymentReport.gathering_id), isouter=True)
        .where(col(DeploymentReport.planned_visit_id).in_(visits))
        .order_by(col(DeploymentReport.sequence))
    )
    return {
        row.planned_visit_id: Report(
            id=row.id,
            sequence=row.sequence,
            outcome=row.outcome,
            minutes=row.minutes,
            seen_count=row.seen_count,
            feit=row.feit,
            oordeel=row.oordeel,
            at=row.recorded_at,
            by=name,
            by_id=row.recorded_by,
            started_at=started_at,
            gathering_id=row.gathering_id,
        )
        for row, name, started_at in rows
    }


def _log_reading(*, actor: Actor, group_id: UUID, n: int, now: datetime, session: Session) -> None:
    record(
        session,
        actor=actor,
        action="verslagen gelezen",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"verslagen": n},
    )


def report_visit(
    visit_id: UUID,
    *,
    outcome: str,
    started_at: datetime,
    minutes: int | None,
    seen_count: int | None,
    feit: str,
    oordeel: str,
    gedrag: Sequence[str],
    under_twelve: bool,
    seen: int,
    correction_reason: str,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID | None:
    """Record what a team met at a visit; it becomes an observation with effort, whose id is returned.

    Not having been there is a report without an observation (None). ``gedrag`` holds items of the questionnaire;
    ``seen`` is how many reports the actor saw: a report after the first corrects it, with a reason, by its writer.

    Raises:
        Refused: the numbers do not fit the outcome, the moment is not near the planned one, a colleague was earlier.
        NotFound: not a visit of the actor's own team.
    """
    session.execute(select(col(PlannedVisit.id)).where(col(PlannedVisit.id) == visit_id).with_for_update())
    visit, earlier = own_visit(visit_id, actor=actor, now=now, session=session)
    if visit.starts_at > now:
        raise Refused("Dit bezoek moet nog komen. Het verslag schrijft u daarna; er is niets opgeslagen.")
    filled = fill(outcome, minutes, seen_count, feit)
    wrong = faults(outcome, filled) | _moment_faults(visit, started_at, now)
    if earlier is not None and not correction_reason and earlier.sequence == seen:
        wrong["correction_reason"] = "Schrijf in een zin wat er niet klopte."
    if wrong:
        raise Refused("Niets is opgeslagen: er klopt nog iets niet.", fields=wrong)
    if (earlier.sequence if earlier else 0) != seen:
        by = earlier.by if earlier else "een collega"
        raise Refused(f"Dit bezoek is intussen al gemeld door {by}. Er is niets dubbel opgeslagen.")
    noted = _noted(visit, filled, started_at, oordeel, gedrag, under_twelve)
    with _in_form_words():
        gathering_id = _observation(
            noted, outcome, earlier, correction_reason, actor=_sent(actor, visit), now=now, session=session
        )
    _store(visit, outcome, filled, oordeel, gathering_id, seen + 1, actor=actor, now=now, session=session)
    return gathering_id


def note_instead(
    visit_id: UUID,
    *,
    outcome: str,
    started_at: datetime,
    minutes: int | None,
    seen_count: int | None,
    feit: str,
    oordeel: str,
    gedrag: Sequence[str],
    under_twelve: bool,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Keep what a team typed about a visit that was cancelled as an ordinary observation; return its id.

    Raises:
        Refused: the visit stands after all, nobody went, or the numbers do not fit the outcome.
        NotFound: not a visit of the actor's own team.
    """
    visit = cancelled_visit(visit_id, actor=actor, session=session)
    if visit is None:
        raise Refused("Dit bezoek staat weer in het weekplan: schrijf er een gewoon verslag van.")
    filled = fill(outcome, minutes, seen_count, feit)
    wrong = faults(outcome, filled) | _moment_faults(visit, started_at, now)
    if outcome == NOT_THERE:
        wrong = {"outcome": "U bent er niet geweest en het bezoek is vervallen: er is niets te bewaren."}
    if wrong:
        raise Refused("Niets is opgeslagen: er klopt nog iets niet.", fields=wrong)
    noted = _noted(visit, filled, started_at, oordeel, gedrag, under_twelve)
    with _in_form_words():
        return note_gathering(noted, actor=_sent(actor, visit), now=now, session=session)


def _moment_faults(visit: Visit, started_at: datetime, now: datetime) -> dict[str, str]:
    if abs(started_at - visit.starts_at) > AROUND:
        return {"started_at": "Dit is meer dan 12 uur van het geplande moment. Verbeter dag of tijd."}
    if started_at > now:
        return {"started_at": "Dit moment ligt in de toekomst. Meld het bezoek als het voorbij is."}
    return {}


def _noted(
    visit: Visit,
    filled: Filled,
    started_at: datetime,
    oordeel: str,
    gedrag: Sequence[str],
    under_twelve: bool,
) -> Noted:
    return Noted(
        id=uuid4(),
        started_at=started_at,
        source=Source.GEZIEN,
        feit=filled.feit,
        oordeel=oordeel,
        group_id=visit.group_id,
        place_id=visit.place_id if visit.place_stadsdeel_id == visit.stadsdeel_id else None,
        duration_minutes=filled.minutes,
        effort_minutes=filled.minutes,
        seen_count=filled.seen_count,
        items=tuple(gedrag),
        under_twelve=under_twelve,
    )


def _sent(actor: Actor, visit: Visit) -> Actor:
    """Return the team member with the group's stadsdeel: the plan sends teams across borders too."""
    return replace(actor, stadsdelen=actor.stadsdelen | {visit.stadsdeel_id})


@contextmanager
def _in_form_words() -> Iterator[None]:
    """Let a refusal of the observation stand beside the fields of the report."""
    try:
        yield
    except Refused as refusal:
        fields = {_FIELDS.get(name, ""): message for name, message in refusal.fields.items()}
        raise Refused(refusal.message, fields=fields) from refusal


def _observation(
    noted: Noted,
    outcome: str,
    earlier: Report | None,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID | None:
    """Note the observation behind a report, or correct the one behind the earlier report."""
    if earlier is not None and earlier.by_id != actor.id:
        raise Refused(f"Dit verslag is van {earlier.by}: alleen wie het schreef kan het verbeteren.")
    if earlier is None or earlier.gathering_id is None:
        return None if outcome == NOT_THERE else note_gathering(noted, actor=actor, now=now, session=session)
    if outcome == NOT_THERE:
        raise Refused(
            "Bij het eerste verslag hoort een waarneming. Kies een andere uitkomst, of meld uw teamleider "
            "dat die waarneming niet klopt.",
            fields={"outcome": "Er is al een waarneming van dit bezoek; 'niet geweest' kan niet meer."},
        )
    return correct_gathering(
        earlier.gathering_id, noted, reason=reason, actor=actor, now=now, session=session
    )


def _store(
    visit: Visit,
    outcome: str,
    filled: Filled,
    oordeel: str,
    gathering_id: UUID | None,
    sequence: int,
    *,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    session.add(
        DeploymentReport(
            planned_visit_id=visit.id,
            sequence=sequence,
            outcome=outcome,
            minutes=filled.minutes,
            seen_count=filled.seen_count,
            feit=filled.feit,
            oordeel=oordeel,
            gathering_id=gathering_id,
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    flush_or_refuse(
        session,
        "Een collega meldde dit bezoek op hetzelfde moment. Ververs de pagina om het verslag te zien.",
    )
    record(
        session,
        actor=actor,
        action="bezoek gemeld" if sequence == 1 else "verslag verbeterd",
        object_kind="bezoek",
        object_id=visit.id,
        now=now,
        details={"groep": str(visit.group_id), "waarneming": str(gathering_id) if gathering_id else None},
    )


# --- what came of it, per group ---


def reports_of(
    group_id: UUID, *, since: datetime, actor: Actor, now: datetime, session: Session
) -> list[Reported]:
    """List the reported visits to a group, newest first; the reading is logged."""
    require_role(actor, *REPORT_READERS)
    get_group(group_id, actor=actor, session=session)
    visits = visits_of(session=session, group_id=group_id, since=since)
    reports = read_reports([one.id for one in visits], session=session)
    _log_reading(actor=actor, group_id=group_id, n=len(reports), now=now, session=session)
    return [Reported(one, reports[one.id]) for one in reversed(visits) if one.id in reports]


def outcome_counts(group_id: UUID, *, since: datetime, session: Session) -> dict[str, tuple[int, int]]:
    """Count the reported visits to a group per outcome since a moment, with the minutes on the spot."""
    later = aliased(DeploymentReport)
    rows = session.execute(
        select(
            col(DeploymentReport.outcome),
            func.count(),
            func.coalesce(func.sum(col(DeploymentReport.minutes)), 0),
        )
        .join(PlannedVisit, col(PlannedVisit.id) == col(DeploymentReport.planned_visit_id))
        .where(
            col(PlannedVisit.group_id) == group_id,
            col(PlannedVisit.starts_at) >= since,
            ~exists(
                select(1)
                .where(
                    col(later.planned_visit_id) == col(DeploymentReport.planned_visit_id),
                    col(later.sequence) > col(DeploymentReport.sequence),
                )
                .correlate(DeploymentReport)
            ),
        )
        .group_by(col(DeploymentReport.outcome))
        .order_by(col(DeploymentReport.outcome)),
        execution_options={UNLOGGED: "aantallen per uitkomst"},
    )
    return {outcome: (int(n), int(minutes)) for outcome, n, minutes in rows}
