"""Pages of visits: a team's own shifts, the report on the phone, the reports of a group."""

from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.deploying.handover.work import seen_by
from shortlist.deploying.reports import work
from shortlist.deploying.reports.outcomes import OUTCOMES
from shortlist.deploying.reports.schemas import ReportForm
from shortlist.deploying.shifts.work import own_deployments
from shortlist.errors import Refused
from shortlist.guarding.door import Pages, keep
from shortlist.guarding.roles import Actor
from shortlist.observing.work import CHILDREN, get_group, seen_blocks, today
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import WaitingWork
from shortlist.showing.words import datum, meervoud, tijd
from shortlist.storing.terms import terms_on

pages = Pages("inzet", "shortlist.deploying")
TEAM = frozenset(work.TEAM_ROLES)
READERS = frozenset(work.REPORT_READERS)
_SHOWN = timedelta(weeks=12)


@pages.route("/mijn-diensten", allow=TEAM, scope="eigen")
def own_shifts(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List the planned visits of the actor's own teams: to report, today, the rest of the week."""
    visits = work.own_visits(actor=actor, now=now, session=session)
    late = [
        one
        for one in visits
        if one.outcome is None and one.ends_at <= now and today(one.starts_at) != today(now)
    ]
    rest = [one for one in visits if one not in late]
    days = [(day, list(found)) for day, found in groupby(rest, key=lambda one: today(one.starts_at))]
    return render_template(
        "deploying/own_shifts.html",
        late=late,
        days=days,
        shifts=own_deployments(actor=actor, now=now, session=session),
        today=today(now),
        now=now,
        soon=now + timedelta(days=1),
        any_visit=bool(visits),
    )


def _cancelled_page(visit: work.Visit, form: Form | None, *, now: datetime) -> ResponseReturnValue:
    """Say that the visit was cancelled, and keep what was typed: it may become an ordinary observation."""
    status = 200 if form is None else 400
    form = form or blank(ReportForm, {"started_at": visit.starts_at, "minutes": visit.minutes})
    return render_template(
        "deploying/report_cancelled.html",
        form=form,
        visit=visit,
        message=work.CANCELLED,
        outcomes=_outcomes(),
        blocks=seen_blocks(),
        over=visit.starts_at <= now,
    ), status


def _outcomes() -> list[tuple[str, str, str]]:
    return [(code, code.capitalize(), meaning) for code, meaning in OUTCOMES.items()]


def _report_page(
    visit_id: UUID, form: Form | None, *, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    cancelled = work.cancelled_visit(visit_id, actor=actor, session=session)
    if cancelled is not None:
        return _cancelled_page(cancelled, form, now=now)
    visit, earlier = work.own_visit(visit_id, actor=actor, now=now, session=session)
    status = 200 if form is None else 400
    if form is None:
        start = {
            "started_at": visit.starts_at,
            "minutes": visit.minutes,
            "seen": earlier.sequence if earlier else 0,
        }
        if earlier is not None:
            start |= {
                "started_at": earlier.started_at or visit.starts_at,
                "outcome": earlier.outcome,
                "minutes": earlier.minutes,
                "seen_count": earlier.seen_count,
                "feit": earlier.feit,
                "oordeel": earlier.oordeel,
            }
        form = blank(ReportForm, start)
    elif earlier is not None:
        keep(session)  # the earlier report was read again: that reading stays in the log
    return render_template(
        "deploying/report.html",
        form=form,
        visit=visit,
        earlier=earlier,
        outcomes=_outcomes(),
        blocks=seen_blocks(),
        over=visit.starts_at <= now,
        may_correct=earlier is None or earlier.by_id == actor.id,
    ), status


@pages.route(
    "/inzet/<uuid:visit_id>/verslag", allow=TEAM, scope="eigen", personal=True, methods=("GET", "POST")
)
def report(*, visit_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Let a member of the team report what they met."""
    if request.method == "GET":
        return _report_page(visit_id, None, actor=actor, now=now, session=session)
    form = read_form(ReportForm, request.form)
    if form.valid:
        data = dict(form.data)
        instead = data.pop("instead")
        try:
            if instead:
                data.pop("seen"), data.pop("correction_reason")
                work.note_instead(visit_id, **data, actor=actor, now=now, session=session)
            else:
                work.report_visit(visit_id, **data, actor=actor, now=now, session=session)
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            kept = "Bewaard als gewone waarneming." if instead else "Het verslag is opgeslagen."
            flash(kept, "ok")
            if form.data["under_twelve"]:
                flash(CHILDREN, "warning")
            return redirect(url_for("inzet.own_shifts"), code=303)
    return _report_page(visit_id, form, actor=actor, now=now, session=session)


@pages.route("/groepen/<uuid:group_id>/inzet", allow=READERS, personal=True)
def group_reports(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List what teams reported of their visits to a group."""
    found = work.reports_of(group_id, since=now - _SHOWN, actor=actor, now=now, session=session)
    return render_template(
        "deploying/group_reports.html",
        group=get_group(group_id, actor=actor, session=session),
        reported=found,
        seen=seen_by([one.report.id for one in found], session=session),
        counts=work.outcome_counts(group_id, since=now - _SHOWN, session=session),
        weeks=_SHOWN.days // 7,
    )


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """List the own teams' visits without a report, and the shift of today."""
    if not actor.has(*TEAM):
        return []
    works = []
    visits = work.own_visits(actor=actor, now=now, session=session)
    late = [one for one in visits if one.outcome is None and one.ends_at <= now]
    within = timedelta(days=terms_on(current_app.extensions["shortlist.shelf"], today(now))["verslag"])
    if len(late) == 1:
        one = late[0]
        works.append(
            WaitingWork(
                label=f"Schrijf het verslag van {one.group}",
                href=url_for("inzet.report", visit_id=one.id),
                why=f"bezoek van {datum(one.starts_at)}, {tijd(one.starts_at)}",
                due=today(one.ends_at) + within,
                urgent=True,
            )
        )
    elif late:
        works.append(
            WaitingWork(
                label=f"Schrijf {meervoud(len(late), 'verslag', 'verslagen')}",
                href=url_for("inzet.own_shifts"),
                why=f"het oudste bezoek is van {datum(late[0].starts_at)}",
                due=today(late[0].ends_at) + within,
                urgent=True,
            )
        )
    coming = [one for one in visits if one.ends_at > now and today(one.starts_at) == today(now)]
    if coming:
        works.append(
            WaitingWork(
                label=f"Uw dienst van vandaag: {meervoud(len(coming), 'bezoek', 'bezoeken')}",
                href=url_for("inzet.own_shifts"),
                why=f"eerste om {tijd(coming[0].starts_at)}, {coming[0].place}",
            )
        )
    return works
