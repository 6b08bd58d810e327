"""Pages of the transfer to the OM: how a group stands, transferring it, the fact file on paper."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.errors import Refused
from shortlist.guarding.audit import record
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.work import today
from shortlist.prioritising.priorities import PriorityRules
from shortlist.prioritising.prosecution import work
from shortlist.prioritising.schemas import TransferForm
from shortlist.prioritising.work import priority_rules_on
from shortlist.showing.forms import blank, read_form
from shortlist.showing.panels import WaitingWork
from shortlist.storing.terms import terms_on

pages = Pages("om", "shortlist.prioritising")
SENDERS = frozenset(work.SENDERS)


def _rules(now: datetime) -> PriorityRules:
    return priority_rules_on(current_app.extensions["shortlist.shelf"], today(now))


@pages.route("/groepen/<uuid:group_id>/om", allow=SENDERS, methods=("GET", "POST"))
def transfer(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show how a group stands with the OM and let the veiligheidsmanager transfer it."""
    rules = _rules(now)
    form, status = blank(TransferForm), 200
    if request.method == "POST":
        form, status = read_form(TransferForm, request.form), 400
        if form.valid:
            try:
                work.transfer_group(group_id, **form.data, rules=rules, actor=actor, now=now, session=session)
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("De overdracht is vastgelegd. Druk het feitenoverzicht af en stuur het mee.", "ok")
                return redirect(url_for("om.transfer", group_id=group_id), code=303)
    case = work.case_of(group_id, rules=rules, actor=actor, now=now, session=session)
    return render_template("prioritising/prosecution.html", case=case, form=form), status


@pages.route("/groepen/<uuid:group_id>/om/feiten", allow=SENDERS, personal=True)
def facts(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the fact file as it goes on paper; that it was made is logged."""
    sequence = request.args.get("overdracht", type=int)
    found = work.fact_file(group_id, sequence=sequence, actor=actor, now=now, session=session)
    case = work.case_of(group_id, rules=_rules(now), actor=actor, now=now, session=session)
    record(
        session,
        actor=actor,
        action="feitenoverzicht voor het OM gemaakt",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"feiten": len(found.facts), "sha256": found.digest()},
    )
    return render_template(
        "prioritising/facts_print.html",
        file=found,
        case=case,
        sent=next((one for one in case.transfers if one.sequence == sequence), None),
        printed_at=now,
        printed_by=actor.name,
        back=url_for("om.transfer", group_id=group_id),
    )


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """Ask the veiligheidsmanager to transfer criminal groups."""
    if not actor.has(*SENDERS):
        return []
    days = terms_on(current_app.extensions["shortlist.shelf"], today(now))["om-overdracht"]
    return [
        WaitingWork(
            label=f"Draag {one.group} over aan het OM",
            href=url_for("om.transfer", group_id=one.group_id),
            why="de groep is als crimineel vastgesteld",
            due=today(one.assessed_at) + timedelta(days=days) if one.assessed_at else None,
        )
        for one in work.to_transfer(rules=_rules(now), actor=actor, now=now, session=session)
    ]
