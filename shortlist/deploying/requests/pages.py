"""Pages of requests for jeugdboa's: ask, list, decide."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.classifying.routing import Routing
from shortlist.deploying.requests import work
from shortlist.deploying.requests.schemas import RequestDecisionForm, RequestForm
from shortlist.deploying.requests.transitions import RETURNED, SUBMITTED, WORKING, choices
from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor, Role
from shortlist.observing.work import get_group, today
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import WaitingWork
from shortlist.showing.words import datum
from shortlist.storing.terms import terms_on

pages = Pages("aanvraag", "shortlist.deploying")
MANAGER = frozenset({Role.VEILIGHEIDSMANAGER})
_PARTS = ("nuisance", "features", "measures_taken", "effect", "expected")


def _routing() -> Routing:
    found: Routing = current_app.extensions["shortlist.rules"].routing
    return found


def _request_page(
    group_id: UUID, form: Form | None, *, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    group = get_group(group_id, actor=actor, session=session)
    before = work.request_of(group_id, actor=actor, session=session)
    status = 200 if form is None else 400
    if form is None:
        shelf = current_app.extensions["shortlist.shelf"]
        start = work.suggested_texts(group_id, shelf=shelf, actor=actor, now=now, session=session)
        if before is not None and before.state == RETURNED:
            start = {name: getattr(before, name) for name in _PARTS}
        form = blank(RequestForm, {**start, "seen": before.id if before else None})
    return render_template(
        "deploying/request_form.html",
        form=form,
        group=group,
        before=before,
        against=work.never_sent(group_id, routing=_routing(), session=session),
        running=before is not None and before.state in WORKING,
    ), status


@pages.route("/groepen/<uuid:group_id>/aanvraag", allow=MANAGER, methods=("GET", "POST"))
def ask(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Let the veiligheidsmanager request jeugdboa's in five parts."""
    if request.method == "GET":
        return _request_page(group_id, None, actor=actor, now=now, session=session)
    form = read_form(RequestForm, request.form)
    if form.valid:
        try:
            made = work.submit_request(
                group_id, **form.data, routing=_routing(), actor=actor, now=now, session=session
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash("De aanvraag ligt bij de coördinator VTH.", "ok")
            return redirect(url_for("aanvraag.request_page", request_id=made), code=303)
    return _request_page(group_id, form, actor=actor, now=now, session=session)


@pages.route("/aanvragen", allow=frozenset(work.READERS), scope="eigen")
def request_list(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List the requests, those that wait first."""
    found = work.visible_requests(actor=actor, session=session)
    return render_template(
        "deploying/request_list.html",
        waiting=[one for one in found if one.state == SUBMITTED],
        others=[one for one in found if one.state != SUBMITTED],
    )


def _decision_page(
    request_id: UUID, form: Form, *, actor: Actor, session: Session, status: int = 200
) -> ResponseReturnValue:
    found = work.get_request(request_id, actor=actor, session=session)
    return render_template(
        "deploying/request.html",
        form=form,
        request_=found,
        choices=[] if found.replaced else choices(found.state, actor.roles),
        against=work.never_sent(found.group_id, routing=_routing(), session=session),
        asks=actor.has(*MANAGER),
    ), status


@pages.route("/aanvragen/<uuid:request_id>", allow=frozenset(work.READERS), methods=("GET", "POST"))
def request_page(*, request_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show a request with what became of it, and let who may decide do so."""
    if request.method == "GET":
        return _decision_page(request_id, blank(RequestDecisionForm), actor=actor, session=session)
    form = read_form(RequestDecisionForm, request.form)
    if form.valid:
        try:
            work.decide_request(
                request_id, **form.data, routing=_routing(), actor=actor, now=now, session=session
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash(f"De aanvraag is {form.data['state']}.", "ok")
            return redirect(url_for("aanvraag.request_page", request_id=request_id), code=303)
    return _decision_page(request_id, form, actor=actor, session=session, status=400)


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """List requests that wait: to be decided (coördinator VTH) or to be mended (veiligheidsmanager)."""
    works = []
    terms = terms_on(current_app.extensions["shortlist.shelf"], today(now))
    for one in work.requests_waiting(actor=actor, session=session):
        if one.state == SUBMITTED:
            works.append(
                WaitingWork(
                    label=f"Beoordeel de aanvraag voor {one.group}",
                    href=url_for("aanvraag.request_page", request_id=one.id),
                    why=f"ingediend op {datum(one.statuses[-1].at)} door {one.by}",
                    due=today(one.statuses[-1].at) + timedelta(days=terms["aanvraag-besluit"]),
                )
            )
        elif actor.has(*MANAGER):
            works.append(
                WaitingWork(
                    label=f"Herzie de aanvraag voor {one.group}",
                    href=url_for("aanvraag.ask", group_id=one.group_id),
                    why="de coördinator VTH stuurde haar terug",
                    due=today(one.statuses[-1].at) + timedelta(days=terms["aanvraag-herzien"]),
                    urgent=True,
                )
            )
    return works
