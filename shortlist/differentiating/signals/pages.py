"""Pages of signals: the list, and one signal with what it rests on and the decision."""

from datetime import datetime
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.differentiating.signals import work
from shortlist.differentiating.signals.schemas import SignalForm
from shortlist.differentiating.signals.telling import PROPOSALS, uncertainty
from shortlist.differentiating.signals.transitions import ACCEPTED, JIT, OPEN
from shortlist.errors import Refused
from shortlist.guarding.door import Pages, keep
from shortlist.guarding.roles import Actor
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import WaitingWork
from shortlist.showing.words import datum, meervoud

pages = Pages("signalen", "shortlist.differentiating")
_FIELDS = {"first_signal_on": "on_date"}
"""Field of a use case of groups → the field here that it was filled from."""
_MOST_LINES = 3
"""More signals than this become one line on "Mijn werk"."""


@pages.route("/netwerken/signalen", allow=JIT, scope="eigen")
def signal_list(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List the signals, those that wait first."""
    found = work.visible_signals(actor=actor, session=session)
    return render_template(
        "differentiating/signals.html",
        waiting=[one for one in found if one.state == OPEN],
        others=[one for one in found if one.state != OPEN],
    )


def _page(
    signal_id: UUID, form: Form | None, *, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    found = work.get_signal(signal_id, actor=actor, now=now, session=session)
    status = 200 if form is None else 400
    if form is None:
        form = blank(SignalForm, {"on_date": work.first_day(found, session=session)})
    else:
        keep(session)  # what is shown again was read again: that reading stays in the log
    return render_template(
        "differentiating/signal.html",
        form=form,
        found=found,
        signal=found.line,
        proposal=PROPOSALS[found.line.kind],
        uncertainty=uncertainty(found.line.kind, found.figures, len(found.behind) + found.elsewhere),
        decides=found.line.state == OPEN,
        into=[(one.id, one.name) for one in found.line.groups],
    ), status


@pages.route("/netwerken/signalen/<uuid:signal_id>", allow=JIT, personal=True, methods=("GET", "POST"))
def signal_page(*, signal_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show a signal with the dated gatherings behind it, and let a member of the JIT decide."""
    if request.method == "GET":
        return _page(signal_id, None, actor=actor, now=now, session=session)
    form = read_form(SignalForm, request.form)
    if form.valid:
        try:
            made = work.decide_signal(signal_id, **form.data, actor=actor, now=now, session=session)
        except Refused as refusal:
            session.rollback()
            beside = {_FIELDS.get(name, name): text for name, text in refusal.fields.items()}
            form = form.refused(
                refusal.message, {name: beside[name] for name in beside if name in form.labels}
            )
        else:
            flash(f"Het signaal is {form.data['decision']}.", "ok")
            if form.data["decision"] == ACCEPTED and made is not None:
                return redirect(url_for("groepen.group_page", group_id=made), code=303)
            return redirect(url_for("signalen.signal_page", signal_id=signal_id), code=303)
    return _page(signal_id, form, actor=actor, now=now, session=session)


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """List the signals that wait for the JIT; many become one line."""
    if not actor.has(*JIT):
        return []
    found = work.open_signals(actor=actor, session=session)
    if len(found) > _MOST_LINES:
        return [
            WaitingWork(
                label=f"Bekijk {meervoud(len(found), 'signaal', 'signalen')} over groepen die veranderen",
                href=url_for("signalen.signal_list"),
                why="samengaan, splitsen, mengen of een nieuwe groep",
            )
        ]
    return [
        WaitingWork(
            label=f"Bekijk het signaal: {one.title}",
            href=url_for("signalen.signal_page", signal_id=one.id),
            why=f"gemeld op {datum(one.recorded_at)}",
        )
        for one in found
    ]
