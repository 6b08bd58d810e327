"""Use cases of the quarterly report: every figure counted from what was recorded, per stadsdeel and for the city."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.classifying.tables import Assessment
from shortlist.connecting.referrals.interventions import Interventions
from shortlist.connecting.tables import Referral, ReferralStatus
from shortlist.deploying.tables import DeploymentReport, DeploymentRequest, VisitOutcome
from shortlist.errors import Broken
from shortlist.guarding.audit import UNLOGGED
from shortlist.guarding.roles import Actor, require_role
from shortlist.guarding.work import all_stadsdelen
from shortlist.observing.tables import Gathering, GroupState, GroupStatus, Jeugdgroep
from shortlist.observing.work import local_midnight, standing, today
from shortlist.planning.tables import PlannedVisit, PlanVanAanpak
from shortlist.reporting.lead_times import DONE, LeadTimeRules
from shortlist.reporting.quarterly.quarter import (
    INDIVIDUAL,
    INPUT,
    OUTPUT,
    SOCIETY,
    THROUGHPUT,
    Figure,
    Progress,
    Quarter,
    ReportRules,
    Target,
    back,
    months_of,
    progress,
    quarter_of,
    report_rules,
)
from shortlist.reporting.quarterly.suppression import Counts, Shown, protect
from shortlist.reporting.tables import PoliceFigure, ResidentReport
from shortlist.reporting.work import READERS, clocks_of_all
from shortlist.storing.dated_yaml import Shelf, newest_for

TREND = 8
"""Quarters of a trend."""
_COUNTS = {UNLOGGED: "counts per stadsdeel, small ones hidden; nothing about a person"}
_REACHED = (VisitOutcome.BEREIKT.value, VisitOutcome.GESPREK.value)
_ENDED = ("doel bereikt", "deels bereikt", "niet bereikt", "voortijdig gestopt")
_ANSWERED = ("geaccepteerd", "geweigerd", "ingetrokken")


@dataclass(frozen=True, slots=True)
class Report:
    """A quarterly report."""

    quarter: Quarter
    stadsdelen: tuple[str, ...]
    figures: tuple[Figure, ...]
    tables: tuple[tuple[str, str, str, Shown], ...]
    """(chapter, title, level, table) of counts in which small numbers are hidden."""
    trends: tuple[tuple[str, tuple[tuple[str, float, float | None], ...]], ...]
    """(title, points of (quarter, count, hours of deployment)) of the city."""
    targets: tuple[Progress, ...]
    complete: bool
    """The quarter is over."""


def report_rules_on(shelf: Shelf, on: date) -> ReportRules:
    """Return the rules of the report in force on a day.

    Raises:
        Broken: ``rules/`` has none.
    """
    document = newest_for(shelf.of_kind("quarterly-report"), on)
    if document is None:
        raise Broken(
            "In de regels ontbreekt een bestand met kind: quarterly-report. Zet quarterly-report.yaml terug."
        )
    return report_rules(document.data)


def make_report(
    quarter: Quarter,
    *,
    rules: ReportRules,
    lead_times: LeadTimeRules,
    interventions: Interventions,
    unregistered: Collection[str],
    actor: Actor,
    now: datetime,
    session: Session,
) -> Report:
    """Make the report of a quarter for every stadsdeel and the city; the same for everybody who may read it."""
    require_role(actor, *READERS)
    parts = {part.id: part.name for part in all_stadsdelen(session=session)}
    count = _Counting(quarter, list(parts), session)
    figures = [
        count.figure("hours", INPUT, "Uren bij groepen (verslagen van bezoeken)", "stadsdeel", "uur", _hours),
        count.figure("watched", INPUT, "Uren gekeken (waarnemingen)", "stadsdeel", "uur", _watched),
        count.figure("gatherings", INPUT, "Waarnemingen", "groep", "aantal", _gatherings),
        *_lead_times(quarter, parts, lead_times, unregistered, rules.below, now=now, session=session),
        count.figure("in_view", OUTPUT, "Groepen in beeld aan het eind", "groep", "aantal", _in_view),
        count.figure("assessed", OUTPUT, "Groepen met een nieuwe duiding", "groep", "aantal", _assessed),
        count.figure("plans", OUTPUT, "Groepen met een nieuw plan van aanpak", "groep", "aantal", _planned),
        count.figure("requests", OUTPUT, "Aanvragen voor jeugdboa’s", "groep", "aantal", _requests),
        count.figure("visits", OUTPUT, "Uitgevoerde bezoeken", "groep", "aantal", _visits),
        count.figure("reached", OUTPUT, "Bezoeken waarbij de groep is bereikt", "groep", "aantal", _reached),
        count.figure("closed", SOCIETY, "Gesloten groepen", "groep", "aantal", _closed),
    ]  # fmt: skip
    names = tuple(parts.values())

    def table(
        title: str, chapter: str, level: str, rows: Sequence[str], query: Any, labels: Sequence[str] = ()
    ) -> Any:
        counts = count.crossed(rows, query)
        shown = protect(
            Counts(tuple(labels or rows), names, counts), threshold=rules.below, width=rules.width
        )
        return chapter, title, level, shown

    sent = [one.id for one in interventions.interventions]
    tables = (
        table("Verwijzingen", OUTPUT, "individu", sent, _sent, [interventions.name(one) for one in sent]),
        table("Antwoord op verwijzingen", INDIVIDUAL, "individu", _ANSWERED, _answers),
        table("Afloop van verwijzingen", INDIVIDUAL, "individu", _ENDED, _results),
        table("Meldingen van bewoners", SOCIETY, "stadsdeel", ("jeugdoverlast",), _reports(rules.categories)),
        table("Geregistreerde misdrijven (politie)", SOCIETY, "stadsdeel", tuple(rules.crimes), _offences(rules.crimes),
              tuple(rules.crimes.values())),
    )  # fmt: skip
    series = [(one, _Counting(one, list(parts), session)) for one in back(quarter, TREND)]
    hours = [sum(counted.per_part(_hours)) for _, counted in series]
    trends = []
    for title, query, least in (
        ("Meldingen van bewoners", _all_reports(rules.categories), rules.below),
        ("Uitgevoerde bezoeken", _visits, 0),
    ):
        sums = [sum(counted.per_part(query)) for _, counted in series]
        points = [
            (str(one), total, hours[n]) for n, ((one, _), total) in enumerate(zip(series, sums, strict=True))
        ]
        trends.append((title, tuple(point for point in points if point[1] >= least)))
    return Report(
        quarter,
        names,
        tuple(figures),
        tables,
        tuple(
            (title, points)
            for title, points in trends
            if len(points) > 1 and any(point[1] for point in points)
        ),
        tuple(_target(one, quarter, rules, list(parts), now=now, session=session) for one in rules.targets),
        quarter.last < today(now),
    )


def _target(
    target: Target,
    quarter: Quarter,
    rules: ReportRules,
    parts: list[UUID],
    *,
    now: datetime,
    session: Session,
) -> Progress:
    """Compare like with like: quarters that are over, and of police figures only months that both years have."""
    quarters = quarter.number if quarter.last < today(now) else quarter.number - 1
    offences = target.measure == "offences"
    months = frozenset(range(1, 13))
    if offences:
        known = set(session.execute(select(col(PoliceFigure.period)).distinct()).scalars())
        months = frozenset(
            month
            for month in months
            if {f"{target.base_year}MM{month:02}", f"{quarter.year}MM{month:02}"} <= known
        )
    query = _all_offences(rules.crimes, months) if offences else _all_reports(rules.categories)

    def year(number: int) -> list[int]:
        found = [Quarter(number, n) for n in range(1, quarters + 1)]
        return [int(sum(_Counting(one, parts, session).per_part(query))) for one in found]

    return progress(target, year(target.base_year), year(quarter.year), rules.below)


class _Counting:
    """Runs the counts of one quarter."""

    def __init__(self, quarter: Quarter, parts: list[UUID], session: Session) -> None:
        self.quarter, self.parts, self.session = quarter, parts, session
        self.start = local_midnight(quarter.first)
        self.end = local_midnight(quarter.after.first)

    def per_part(self, query: Callable[["_Counting"], Any]) -> list[float]:
        """Return a number per stadsdeel, in order."""
        found = {
            row[0]: float(row[1] or 0) for row in self.session.execute(query(self), execution_options=_COUNTS)
        }
        return [found.get(part, 0.0) for part in self.parts]

    def figure(
        self, name: str, chapter: str, label: str, level: str, unit: str, query: Callable[["_Counting"], Any]
    ) -> Figure:
        """Return a figure whose city value is the sum."""
        values = [round(value, 1) for value in self.per_part(query)]
        return Figure(name, chapter, label, level, unit, (*values, round(sum(values), 1)))

    def crossed(
        self, rows: Iterable[str], query: Callable[["_Counting"], Any]
    ) -> tuple[tuple[int, ...], ...]:
        """Return counts of rows × stadsdelen; the query gives (row, stadsdeel, count)."""
        found = {
            (row[0], row[1]): int(row[2])
            for row in self.session.execute(query(self), execution_options=_COUNTS)
        }
        return tuple(tuple(found.get((row, part), 0) for part in self.parts) for row in rows)

    def within(self, column: Any) -> Any:
        """Return the condition that a moment lies in the quarter."""
        return (column >= self.start) & (column < self.end)


_PART = col(Jeugdgroep.stadsdeel_id)


def _of_groups(what: Any, table: Any, *conditions: Any) -> Any:
    """Count ``what`` per stadsdeel of the group that a row is about."""
    return (
        select(_PART, what)
        .join(table, col(table.group_id) == col(Jeugdgroep.id))
        .where(*conditions)
        .group_by(_PART)
    )


def _newest_report() -> Any:
    later = aliased(DeploymentReport)
    return ~exists(
        select(1).where(
            col(later.planned_visit_id) == col(DeploymentReport.planned_visit_id),
            col(later.sequence) > col(DeploymentReport.sequence),
        )
    )


def _visit_query(c: _Counting, what: Any, *conditions: Any) -> Any:
    return (
        select(_PART, what)
        .join(PlannedVisit, col(PlannedVisit.group_id) == col(Jeugdgroep.id))
        .join(DeploymentReport, col(DeploymentReport.planned_visit_id) == col(PlannedVisit.id))
        .where(
            c.within(col(PlannedVisit.starts_at)),
            col(DeploymentReport.outcome) != VisitOutcome.NIET_GEWEEST.value,
            _newest_report(),
            *conditions,
        )
        .group_by(_PART)
    )


def _hours(c: _Counting) -> Any:
    return _visit_query(c, func.sum(col(DeploymentReport.minutes)) / 60.0)


def _visits(c: _Counting) -> Any:
    return _visit_query(c, func.count())


def _reached(c: _Counting) -> Any:
    return _visit_query(c, func.count(), col(DeploymentReport.outcome).in_(_REACHED))


def _seen(c: _Counting, what: Any) -> Any:
    part = col(Gathering.stadsdeel_id)
    return select(part, what).where(c.within(col(Gathering.started_at)), standing()).group_by(part)


def _watched(c: _Counting) -> Any:
    return _seen(c, func.sum(col(Gathering.effort_minutes)) / 60.0)


def _gatherings(c: _Counting) -> Any:
    return _seen(c, func.count())


def _assessed(c: _Counting) -> Any:
    return _of_groups(
        func.count(col(Jeugdgroep.id).distinct()), Assessment, c.within(col(Assessment.recorded_at))
    )


def _planned(c: _Counting) -> Any:
    return _of_groups(
        func.count(col(Jeugdgroep.id).distinct()), PlanVanAanpak, c.within(col(PlanVanAanpak.recorded_at))
    )


def _requests(c: _Counting) -> Any:
    return _of_groups(func.count(), DeploymentRequest, c.within(col(DeploymentRequest.recorded_at)))


def _closed(c: _Counting) -> Any:
    closing = col(GroupStatus.state) == GroupState.GESLOTEN.value
    return _of_groups(
        func.count(col(Jeugdgroep.id).distinct()),
        GroupStatus,
        c.within(col(GroupStatus.recorded_at)),
        closing,
    )


def _in_view(c: _Counting) -> Any:
    state = (
        select(col(GroupStatus.state))
        .where(col(GroupStatus.group_id) == col(Jeugdgroep.id), col(GroupStatus.recorded_at) < c.end)
        .order_by(col(GroupStatus.recorded_at).desc())
        .limit(1)
        .correlate(Jeugdgroep)
        .scalar_subquery()
    )
    return (
        select(_PART, func.count())
        .where(
            col(Jeugdgroep.first_signal_on) <= c.quarter.last,
            func.coalesce(state, GroupState.SIGNAAL.value) != GroupState.GESLOTEN.value,
        )
        .group_by(_PART)
    )


def _sent(c: _Counting) -> Any:
    name = col(Referral.intervention)
    return (
        select(name, _PART, func.count())
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(Referral.group_id))
        .where(c.within(col(Referral.recorded_at)))
        .group_by(name, _PART)
    )


def _moved(c: _Counting, what: Any, condition: Any) -> Any:
    """Count the first time that a referral reached a state in the quarter (feedback repeats a state)."""
    earlier = aliased(ReferralStatus)
    again = exists(
        select(1).where(
            col(earlier.referral_id) == col(ReferralStatus.referral_id),
            col(earlier.state) == col(ReferralStatus.state),
            col(earlier.sequence) < col(ReferralStatus.sequence),
        )
    )
    return (
        select(what, _PART, func.count())
        .join(Referral, col(Referral.id) == col(ReferralStatus.referral_id))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(Referral.group_id))
        .where(c.within(col(ReferralStatus.recorded_at)), condition, ~again)
        .group_by(what, _PART)
    )


def _answers(c: _Counting) -> Any:
    return _moved(c, col(ReferralStatus.state), col(ReferralStatus.state).in_(_ANSWERED))


def _results(c: _Counting) -> Any:
    return _moved(c, col(ReferralStatus.result), col(ReferralStatus.result).is_not(None))


def _report_filter(categories: Sequence[str]) -> list[Any]:
    return [col(ResidentReport.category).in_(categories)] if categories else []


def _all_reports(categories: Sequence[str]) -> Callable[[_Counting], Any]:
    part = col(ResidentReport.stadsdeel_id)

    def query(c: _Counting) -> Any:
        within = c.within(col(ResidentReport.reported_at))
        return select(part, func.count()).where(within, *_report_filter(categories)).group_by(part)

    return query


def _reports(categories: Sequence[str]) -> Callable[[_Counting], Any]:
    part = col(ResidentReport.stadsdeel_id)

    def query(c: _Counting) -> Any:
        within = c.within(col(ResidentReport.reported_at))
        return (
            select(literal("jeugdoverlast"), part, func.count())
            .where(within, *_report_filter(categories))
            .group_by(part)
        )

    return query


def _newest_figure() -> Any:
    later = aliased(PoliceFigure)
    return ~exists(
        select(1).where(
            col(later.area) == col(PoliceFigure.area),
            col(later.crime) == col(PoliceFigure.crime),
            col(later.period) == col(PoliceFigure.period),
            col(later.sequence) > col(PoliceFigure.sequence),
        )
    )


def _offences(crimes: Iterable[str]) -> Callable[[_Counting], Any]:
    crime, part = col(PoliceFigure.crime), col(PoliceFigure.stadsdeel_id)

    def query(c: _Counting) -> Any:
        return (
            select(crime, part, func.sum(col(PoliceFigure.count)))
            .where(
                crime.in_(list(crimes)), col(PoliceFigure.period).in_(months_of(c.quarter)), _newest_figure()
            )
            .group_by(crime, part)
        )

    return query


def _all_offences(crimes: Iterable[str], months: Collection[int]) -> Callable[[_Counting], Any]:
    part, period = col(PoliceFigure.stadsdeel_id), col(PoliceFigure.period)

    def query(c: _Counting) -> Any:
        counted = [one for one in months_of(c.quarter) if int(one[-2:]) in months]
        return (
            select(part, func.sum(col(PoliceFigure.count)))
            .where(col(PoliceFigure.crime).in_(list(crimes)), period.in_(counted), _newest_figure())
            .group_by(part)
        )

    return query


def _lead_times(
    quarter: Quarter,
    parts: dict[UUID, str],
    rules: LeadTimeRules,
    unregistered: Collection[str],
    below: int,
    *,
    now: datetime,
    session: Session,
) -> list[Figure]:
    """Return per step the median days of the groups that did it in the quarter; None below the small number."""
    took: dict[tuple[str, str], list[int]] = {}
    for one in clocks_of_all(unregistered, rules=rules, now=now, session=session):
        for step in one.clock.steps:
            if (
                step.state == DONE
                and step.at
                and step.waited is not None
                and quarter.first <= step.at <= quarter.last
            ):
                took.setdefault((step.target.step, one.stadsdeel), []).append(step.waited)
    figures = []
    for target in rules.targets:
        days = [took.get((target.step, name), []) for name in parts.values()]
        days.append([waited for one in days for waited in one])
        figures.append(
            Figure(
                f"lead_{target.step}",
                THROUGHPUT,
                f"{target.label}: middelste duur",
                "groep",
                "dagen",
                tuple(float(median(one)) if len(one) >= below else None for one in days),
                f"doel {target.days} dagen",
            )
        )
    return figures


def newest_quarter(now: datetime) -> Quarter:
    """Return the last quarter that is over."""
    return quarter_of(today(now)).before
