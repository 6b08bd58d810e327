"""Pages of the spoedprocedure: what runs and why, deciding at once, withdrawing."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import STREET, Actor, Role
from shortlist.observing.work import today
from shortlist.prioritising import work as prioritising
from shortlist.prioritising.priorities import OPEN, TO_TRIANGLE, PriorityRules
from shortlist.prioritising.schemas import UrgentForm, WithdrawForm
from shortlist.prioritising.urgent import work
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import WaitingWork

pages = Pages("spoed", __name__)
MANAGER = frozenset({Role.VEILIGHEIDSMANAGER})


def _rules(now: datetime) -> PriorityRules:
    return prioritising.priority_rules_on(current_app.extensions["shortlist.shelf"], today(now))


@pages.route("/groepen/<uuid:group_id>/spoed", allow=STREET)
def urgent(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the urgent decisions about a group: why, on what picture, what became of them."""
    return _page(None, None, group_id=group_id, actor=actor, now=now, session=session)


@pages.route("/groepen/<uuid:group_id>/spoed/besluit", allow=MANAGER, methods=("GET", "POST"))
def decide(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Let the veiligheidsmanager decide on immediate deployment."""
    if request.method == "GET":
        return redirect(url_for("spoed.urgent", group_id=group_id))
    form = read_form(UrgentForm, request.form)
    if form.valid:
        try:
            work.decide_urgent(
                group_id, **form.data, rules=_rules(now), actor=actor, now=now, session=session
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash("Spoed: de groep telt nu als prioriteit hoog in de planning.", "ok")
            return redirect(url_for("spoed.urgent", group_id=group_id), code=303)
    return _page(form, None, group_id=group_id, actor=actor, now=now, session=session)


@pages.route("/groepen/<uuid:group_id>/spoed/intrekken", allow=MANAGER, methods=("GET", "POST"))
def withdraw(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Withdraw the running urgent decision with a reason."""
    if request.method == "GET":
        return redirect(url_for("spoed.urgent", group_id=group_id))
    form = read_form(WithdrawForm, request.form)
    if form.valid:
        try:
            work.withdraw_urgent(group_id, **form.data, actor=actor, now=now, session=session)
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash("De spoed is ingetrokken.", "ok")
            return redirect(url_for("spoed.urgent", group_id=group_id), code=303)
    return _page(None, form, group_id=group_id, actor=actor, now=now, session=session)


def _page(
    deciding: Form | None,
    withdrawing: Form | None,
    *,
    group_id: UUID,
    actor: Actor,
    now: datetime,
    session: Session,
) -> ResponseReturnValue:
    rules, day = _rules(now), today(now)
    found, _ = prioritising.profile(group_id, actor=actor, now=now, session=session)
    history = work.urgent_history(group_id, actor=actor, session=session)
    running = next((one for one in history if one.runs(day)), None)
    faulty = deciding or withdrawing
    return render_template(
        "prioritising/urgent.html",
        profile=found,
        history=history,
        running=running,
        rules=rules,
        today=day,
        until=work.last_day(day, rules),
        on_the_table=found.proposal is not None and found.proposal.state in {OPEN, TO_TRIANGLE},
        may_decide=actor.has(*MANAGER),
        deciding=deciding or blank(UrgentForm),
        withdrawing=withdrawing or blank(WithdrawForm),
    ), 400 if faulty else 200


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """Ask the veiligheidsmanager for the review of every running urgent decision, before it lapses."""
    if not actor.has(*MANAGER):
        return []
    day, rules = today(now), _rules(now)
    soon = day + timedelta(days=rules.urgent.remind_days)
    return [
        WaitingWork(
            label=f"Beoordeel de spoedinzet voor {name}",
            href=url_for("spoed.urgent", group_id=one.group_id),
            why="zonder besluit van de Stafgroep vervalt zij vanzelf",
            due=one.valid_until,
            urgent=one.valid_until <= soon,
        )
        for one, name in work.running_in(actor=actor, now=now, session=session)
    ]
