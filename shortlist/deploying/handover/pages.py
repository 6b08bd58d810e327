"""The page of reports on their way: what came in, who saw it, pass it on."""

from datetime import datetime, timedelta

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import fields
from sqlmodel import Session

from shortlist.deploying.handover import work
from shortlist.deploying.reports.work import REPORT_READERS
from shortlist.errors import Refused
from shortlist.guarding.door import Pages, keep
from shortlist.guarding.roles import Actor, Role
from shortlist.observing.work import today
from shortlist.showing.dutch import DutchSchema
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import WaitingWork
from shortlist.showing.words import datum, meervoud
from shortlist.storing.terms import terms_on

pages = Pages("verslagen", "shortlist.deploying")
READERS = frozenset(REPORT_READERS)
_ACTS = {
    Role.COORDINATOR_VTH: ("verslag-coordinator", "Gezien, geef door aan de veiligheidsmanagers"),
    Role.VEILIGHEIDSMANAGER: ("verslag-manager", "Gezien, geef door aan het JIT"),
    Role.JEUGDAGENT: ("verslag-jit", "Gelezen"),
    Role.JONGERENWERKER: ("verslag-jit", "Gelezen"),
}
"""Role → its term and what its button says."""


class PassOnForm(DutchSchema):
    """Which reports somebody saw."""

    reports = fields.List(fields.UUID(), load_default=list, metadata={"label": "Verslagen"})


def _act(actor: Actor) -> tuple[str, str] | None:
    return next((act for role, act in _ACTS.items() if actor.has(role)), None)


def _page(form: Form, *, actor: Actor, now: datetime, session: Session, status: int) -> ResponseReturnValue:
    found = work.reports_on_the_way(actor=actor, now=now, session=session)
    act = _act(actor)
    return render_template(
        "deploying/report_way.html",
        form=form,
        waiting=[one for one in found if one.next is not None and one.next != one.state],
        others=[one for one in found if one.next is None or one.next == one.state],
        says=act[1] if act else "",
        days=work.SHOWN.days,
    ), status


@pages.route("/verslagen", allow=READERS, scope="eigen", personal=True, methods=("GET", "POST"))
def report_way(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List the reports with who saw them, and let the next in line pass them on."""
    if request.method == "GET":
        return _page(blank(PassOnForm), actor=actor, now=now, session=session, status=200)
    form = read_form(PassOnForm, request.form)
    if form.valid:
        try:
            became = work.pass_on(form.data["reports"], actor=actor, now=now, session=session)
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            told = "; ".join(
                f"{meervoud(count, 'verslag', 'verslagen')}: nu {state}" for state, count in became.items()
            )
            flash(f"Vastgelegd. {told}.", "ok")
            return redirect(url_for("verslagen.report_way"), code=303)
    keep(session)  # the reports are shown again: that reading stays in the log
    return _page(form, actor=actor, now=now, session=session, status=400)


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """Ask for the reports that wait for this person's function."""
    act = _act(actor)
    if act is None:
        return []
    found = work.reports_waiting(actor=actor, now=now, session=session)
    if found is None:
        return []
    days = terms_on(current_app.extensions["shortlist.shelf"], today(now))[act[0]]
    return [
        WaitingWork(
            label=f"Lees {meervoud(found.count, 'verslag', 'verslagen')} van bezoeken",
            href=url_for("verslagen.report_way"),
            why=f"het oudste ligt er sinds {datum(found.since)}",
            due=today(found.since) + timedelta(days=days),
        )
    ]
