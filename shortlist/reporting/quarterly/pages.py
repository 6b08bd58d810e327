"""Pages of the quarterly report: on the screen, on paper, and as a file."""

from datetime import datetime

from flask import Response, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.connecting.referrals.work import interventions_on
from shortlist.errors import NotFound
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.work import today
from shortlist.prioritising.work import priority_rules_on
from shortlist.reporting.quarterly import work
from shortlist.reporting.quarterly.quarter import CHAPTERS, Quarter, ReportRules, quarter_of
from shortlist.reporting.quarterly.report_files import as_csv, as_xlsx
from shortlist.reporting.sources.work import IMPORTERS
from shortlist.reporting.work import READERS, lead_time_rules_on
from shortlist.showing.charts import time_series
from shortlist.showing.pdf import pdf_of

pages = Pages("kwartaal", "shortlist.reporting")
ALLOWED = frozenset(READERS)
FIRST_YEAR = 2010
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _rules(now: datetime) -> ReportRules:
    return work.report_rules_on(current_app.extensions["shortlist.shelf"], today(now))


def _report(year: int, number: int, *, actor: Actor, now: datetime, session: Session) -> work.Report:
    known = 1 <= number <= 4 and FIRST_YEAR <= year <= today(now).year
    if not (known and Quarter(year, number).first <= today(now)):
        raise NotFound("Dit kwartaal bestaat niet, of moet nog beginnen.")
    shelf, on = current_app.extensions["shortlist.shelf"], today(now)
    return work.make_report(
        Quarter(year, number),
        rules=_rules(now),
        lead_times=lead_time_rules_on(shelf, on),
        interventions=interventions_on(shelf, on),
        unregistered=priority_rules_on(shelf, on).unregistered,
        actor=actor,
        now=now,
        session=session,
    )


def _shown(template: str, report: work.Report, *, actor: Actor, now: datetime) -> str:
    charts = [
        (
            title,
            points,
            time_series(
                title, points, id=f"verloop-{n}", count_name="aantal", effort_name="uren bij groepen"
            ),
        )
        for n, (title, points) in enumerate(report.trends)
    ]
    after = report.quarter.after
    return render_template(
        template,
        report=report,
        quarter=report.quarter,
        chapters=CHAPTERS,
        charts=charts,
        rules=_rules(now),
        after=after if after.first <= quarter_of(today(now)).first else None,
        imports=actor.has(*IMPORTERS),
        printed_at=now,
        printed_by=actor.name,
        back=url_for("kwartaal.report_page", year=report.quarter.year, number=report.quarter.number),
        pdf=url_for(
            "kwartaal.report_file", year=report.quarter.year, number=report.quarter.number, kind="rapport.pdf"
        ),
    )


@pages.route("/kwartaal", allow=ALLOWED, scope="stad")
def newest(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Go to the last quarter that is over."""
    quarter = work.newest_quarter(now)
    return redirect(url_for("kwartaal.report_page", year=quarter.year, number=quarter.number))


@pages.route("/kwartaal/<int:year>/<int:number>", allow=ALLOWED, scope="stad")
def report_page(
    *, year: int, number: int, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Show the report of a quarter."""
    report = _report(year, number, actor=actor, now=now, session=session)
    return _shown("reporting/quarter.html", report, actor=actor, now=now)


@pages.route("/kwartaal/<int:year>/<int:number>/afdruk", allow=ALLOWED, scope="stad")
def print_page(
    *, year: int, number: int, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Show the report as a sheet of paper."""
    report = _report(year, number, actor=actor, now=now, session=session)
    return _shown("reporting/quarter_print.html", report, actor=actor, now=now)


@pages.route("/kwartaal/<int:year>/<int:number>/<kind>", allow=ALLOWED, scope="stad")
def report_file(
    *, year: int, number: int, kind: str, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Give the report as ``rapport.csv``, ``rapport.xlsx`` or ``rapport.pdf``."""
    makers = {"rapport.csv": "text/csv", "rapport.xlsx": _XLSX, "rapport.pdf": "application/pdf"}
    if kind not in makers:
        raise NotFound("Dit bestand bestaat niet. Kies csv, xlsx of pdf.")
    report = _report(year, number, actor=actor, now=now, session=session)
    if kind.endswith("csv"):
        data = as_csv(report)
    elif kind.endswith("xlsx"):
        data = as_xlsx(report)
    else:
        data = pdf_of(_shown("reporting/quarter_print.html", report, actor=actor, now=now))
    answer = Response(data, mimetype=makers[kind])
    name = f"kwartaalrapport-{report.quarter}{kind[7:]}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
