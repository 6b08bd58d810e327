"""Pages of deployments: who goes out, whether the police knows, and the report of a whole shift on the phone."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.deploying.reports.outcomes import OUTCOMES
from shortlist.deploying.reports.schemas import shift_form
from shortlist.deploying.reports.work import TEAM_ROLES, Visit
from shortlist.deploying.shifts import work
from shortlist.deploying.shifts.deployments import Deployment
from shortlist.deploying.shifts.schemas import ToldForm
from shortlist.errors import NotFound, Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.work import today
from shortlist.showing.forms import FORM, TOKENS, Form, blank, read_form
from shortlist.showing.panels import WaitingWork
from shortlist.showing.words import datum, meervoud, tijd
from shortlist.storing.terms import terms_on

pages = Pages("diensten", "shortlist.deploying")
LEADERS = frozenset(work.LEADERS)
TELLERS = frozenset(work.TELLERS)
TEAM = frozenset(TEAM_ROLES)
_OFFERED = timedelta(days=2)
"""Deployments that begin later are not offered yet: nobody tells the officer on duty of next week."""


def _list_page(form: Form | None, *, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    found = work.all_deployments(actor=actor, now=now, session=session)
    days = [(day, list(ones)) for day, ones in groupby(found, key=lambda one: today(one.starts_at))]
    coming = [one for one in found if one.needs_telling(now) and one.starts_at < now + _OFFERED]
    status = 200 if form is None else 400
    if form is None:
        tonight = [one for one in coming if today(one.starts_at) == today(now)]
        form = blank(ToldForm, {"told_at": now})
        form = Form({**form.values, "shifts": [_key(one) for one in tonight]}, labels=form.labels)
    elif not coming and "shifts" in form.errors:  # there is no list of choices to stand beside
        errors = {name if name != "shifts" else FORM: text for name, text in form.errors.items()}
        form = replace(form, errors=errors)
    return render_template(
        "deploying/shift_list.html",
        form=form,
        days=[pair for pair in days if pair[0] >= today(now)],
        past=[pair for pair in reversed(days) if pair[0] < today(now)],
        coming=[(_key(one), _said(one), meervoud(len(one.visits), "bezoek", "bezoeken")) for one in coming],
        tells=actor.has(*TELLERS),
        now=now,
    ), status


def _key(one: Deployment[Visit]) -> str:
    return f"{one.plan_id}:{one.shift_id}"


def _said(one: Deployment[Visit]) -> str:
    return f"{one.team}, {datum(one.starts_at)} {tijd(one.starts_at)}–{tijd(one.ends_at)}"


@pages.route("/diensten", allow=LEADERS, scope="stad", methods=("GET", "POST"))
def shift_list(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List the deployments, and let the teamleider record that the Operationeel Chef was told."""
    if request.method == "GET":
        return _list_page(None, actor=actor, now=now, session=session)
    form = read_form(ToldForm, request.form)
    if form.valid:
        told = work.Told(
            form.data["told_at"], form.data["told_whom"], form.data["channel"], form.data["remark"]
        )
        try:
            count = work.tell_chief(form.data["shifts"], told, actor=actor, now=now, session=session)
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash(f"Vastgelegd: de Operationeel Chef weet van {meervoud(count, 'dienst', 'diensten')}.", "ok")
            return redirect(url_for("diensten.shift_list"), code=303)
    return _list_page(form, actor=actor, now=now, session=session)


def _shift_page(
    plan_id: UUID, shift_id: UUID, form: Form | None, *, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    found = work.own_deployment(plan_id, shift_id, actor=actor, now=now, session=session)
    typed = (
        {name.split(".")[0] for name, value in form.values.items() if value and name.endswith(".outcome")}
        if form
        else ()
    )
    asked = [
        one for one in found.visits if str(one.id) in typed or (one.outcome is None and one.starts_at <= now)
    ]
    start = {str(one.id): {"started_at": one.starts_at, "minutes": one.minutes} for one in asked}
    empty = blank(shift_form(start), start)
    status = 200 if form is None else 400
    if form is not None:
        form = Form({**empty.values, **form.values}, form.errors, form.data, {**empty.labels, **form.labels})
    return render_template(
        "deploying/shift_report.html",
        form=form or empty,
        shift=found,
        asked=asked,
        done=[one for one in found.visits if one.outcome is not None and one not in asked],
        gone=work.cancelled_of(found, actor=actor, session=session),
        outcomes=[(code, code.capitalize()) for code in OUTCOMES],
    ), status


def _sent_visits() -> list[str]:
    names = dict.fromkeys(name.split(".")[0] for name in request.form if name not in TOKENS)
    for name in names:
        try:
            UUID(name)
        except ValueError:
            raise NotFound("Dit formulier hoort bij een andere pagina. Open de dienst opnieuw.") from None
    return list(names)


@pages.route(
    "/diensten/<uuid:plan_id>/<uuid:shift_id>/verslag",
    allow=TEAM,
    scope="eigen",
    personal=True,
    methods=("GET", "POST"),
)
def shift_report(
    *, plan_id: UUID, shift_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Let a member of the team report all visits of a shift on one page."""
    if request.method == "GET":
        return _shift_page(plan_id, shift_id, None, actor=actor, now=now, session=session)
    form = read_form(shift_form(_sent_visits()), request.form)
    chosen = {UUID(visit): row for visit, row in form.data.items() if row["outcome"]}
    if form.valid and not chosen:
        form = form.refused("Kies bij ten minste één bezoek hoe het was.")
    if form.valid:
        try:
            count = work.report_shift(chosen, actor=actor, now=now, session=session)
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash(f"{meervoud(count, 'verslag is', 'verslagen zijn')} opgeslagen.", "ok")
            return redirect(url_for("inzet.own_shifts"), code=303)
    return _shift_page(plan_id, shift_id, form, actor=actor, now=now, session=session)


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """Ask the teamleider to tell the Operationeel Chef of what begins soon."""
    if not actor.has(*TELLERS):
        return []
    terms = terms_on(current_app.extensions["shortlist.shelf"], today(now))
    ahead = timedelta(days=terms["chef-informeren"])
    found = work.untold(actor=actor, now=now, ahead=ahead, session=session)
    if not found:
        return []
    first = found[0]
    return [
        WaitingWork(
            label=f"Informeer de Operationeel Chef over {meervoud(len(found), 'dienst', 'diensten')}",
            href=url_for("diensten.shift_list"),
            why=f"{first.team} {'is al op straat' if first.starts_at <= now else 'begint ' + tijd(first.starts_at)}",
            due=today(first.starts_at),
            urgent=today(first.starts_at) <= today(now),
        )
    ]
