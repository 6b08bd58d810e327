"""Pages of the Stafgroep: opening a meeting, deciding in it, its minutes, and what the driehoek decided."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from shortlist.classifying.assessing import months_later
from shortlist.errors import NotFound, Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.work import today
from shortlist.prioritising.board import Profile
from shortlist.prioritising.consequences import Fit
from shortlist.prioritising.meeting import work
from shortlist.prioritising.ordering import in_order, levels_of, places
from shortlist.prioritising.priorities import MEETING_CLOSED, OPEN, TO_TRIANGLE, PriorityRules
from shortlist.prioritising.quorum import StafgroepRules
from shortlist.prioritising.schemas import CloseForm, TriangleForm, meeting_form, presence_form
from shortlist.prioritising.work import COMPARERS, priority_rules_on, profile, profiles
from shortlist.showing.forms import TOKENS, Form, blank, read_form
from shortlist.showing.words import meervoud

pages = Pages("stafgroep", "shortlist.prioritising")
READERS = frozenset(COMPARERS)
KEEPERS = frozenset(work.KEEPERS)
_DO = "doen"
"""Name of the buttons of the meeting's form."""


def _rules(now: datetime) -> tuple[PriorityRules, StafgroepRules]:
    shelf, on = current_app.extensions["shortlist.shelf"], today(now)
    return priority_rules_on(shelf, on), work.stafgroep_rules_on(shelf, on)


def _fit(priorities: Mapping[UUID, str], *, now: datetime, session: Session) -> Fit:
    count: Callable[..., Fit] = current_app.extensions["shortlist.capacity"]
    return count(priorities, shelf=current_app.extensions["shortlist.shelf"], now=now, session=session)


def _present(form: Form) -> dict[str, str]:
    return {name: text for name, text in form.data.items() if text and name not in {"stadsdeel", "seen"}}


def _agenda(form: Form | None, *, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    _, stafgroep = _rules(now)
    found = profiles(actor=actor, now=now, session=session)
    parts = work.stadsdelen_of(actor=actor, session=session)
    held = work.meetings(actor=actor, session=session)
    start: dict[str, str] = {}
    if held:  # the same people usually come again
        start = {one.function: one.name for one in held[0].present}
    return render_template(
        "prioritising/stafgroep.html",
        form=form or blank(presence_form(stafgroep.functions), start),
        stafgroep=stafgroep,
        parts=parts,
        running=[one for one in held if one.state != MEETING_CLOSED],
        closed=[one for one in held if one.state == MEETING_CLOSED],
        n_open={
            part: sum(
                one.stadsdeel_id == part and one.proposal is not None and one.proposal.state == OPEN
                for one in found
            )
            for part, _ in parts
        },
        triangle=[one for one in found if one.proposal and one.proposal.state == TO_TRIANGLE],
        keeps=actor.has(*KEEPERS),
    ), 400 if form else 200


@pages.route("/prioriteren/stafgroep", allow=READERS, scope="eigen", methods=("GET", "POST"))
def agenda(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show what lies before the Stafgroep and the minutes of earlier meetings; open a meeting with who is there."""
    if request.method == "GET":
        return _agenda(None, actor=actor, now=now, session=session)
    _, stafgroep = _rules(now)
    form = read_form(presence_form(stafgroep.functions), request.form)
    if form.valid:
        try:
            made = work.open_meeting(
                form.data["stadsdeel"], _present(form), rules=stafgroep, actor=actor, now=now, session=session
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            return redirect(url_for("stafgroep.meeting", meeting_id=made), code=303)
    return _agenda(form, actor=actor, now=now, session=session)


def _is_open(found: Profile) -> bool:
    return found.proposal is not None and found.proposal.state == OPEN


def _meeting_page(
    meeting_id: UUID,
    form: Form | None,
    *,
    presence: Form | None = None,
    closing: Form | None = None,
    status: int = 200,
    actor: Actor,
    now: datetime,
    session: Session,
) -> ResponseReturnValue:
    rules, stafgroep = _rules(now)
    found = work.get_meeting(meeting_id, actor=actor, session=session)
    here = [
        one
        for one in profiles(actor=actor, now=now, session=session)
        if one.stadsdeel_id == found.stadsdeel_id and _is_open(one)
    ]
    levels = {
        one.group_id: levels_of(one.picture.duiding if one.picture else {}, rules.themes) for one in here
    }
    stand = places(levels, rules.themes)
    by_id = {one.group_id: one for one in here}
    on_the_table = [by_id[key] for key in in_order(stand, {one.group_id: one.name for one in here})]
    proposed = {
        str(one.proposal.id): {
            "kind": "",
            "priority": one.proposal.priority,
            "valid_until": months_later(today(now), rules.default_months),
        }
        for one in on_the_table
        if one.proposal
    }
    empty = blank(meeting_form(proposed), proposed)
    if form is not None:  # a row that was not sent (a proposal made meanwhile) shows its own start
        form = Form({**empty.values, **form.values}, form.errors, form.data, {**empty.labels, **form.labels})
    shown = form or empty
    lost = [
        text
        for name, text in shown.values.items()
        if name.endswith(".reason") and text and name.removesuffix(".reason") not in proposed
    ]
    chosen = {
        one.group_id: shown.value(f"{one.proposal.id}.priority")
        for one in on_the_table
        if one.proposal and shown.value(f"{one.proposal.id}.priority") in rules.meanings
    }
    runs = found.state != MEETING_CLOSED
    return render_template(
        "prioritising/meeting.html",
        form=shown,
        presence=presence
        or blank(
            presence_form(stafgroep.functions),
            {**{one.function: one.name for one in found.present}, "seen": found.changes},
        ),
        closing=closing or blank(CloseForm),
        meeting=found,
        lacks=found.lacks(stafgroep),
        stafgroep=stafgroep,
        runs=runs,
        keeps=actor.has(*KEEPERS),
        profiles=on_the_table,
        lost=lost,
        stand=stand,
        rules=rules,
        before=_fit({}, now=now, session=session) if runs and on_the_table else None,
        after=_fit(chosen, now=now, session=session) if runs and on_the_table else None,
    ), status


def _sent_proposals() -> list[str]:
    """Return the ids of the proposals that the sent form has rows of, in its order."""
    names = dict.fromkeys(name.split(".")[0] for name in request.form if name not in {*TOKENS, _DO})
    for name in names:
        try:
            UUID(name)
        except ValueError:
            raise NotFound(
                "Dit formulier hoort bij een andere pagina. Open de vergadering opnieuw."
            ) from None
    return list(names)


@pages.route("/prioriteren/stafgroep/<uuid:meeting_id>", allow=READERS, methods=("GET", "POST"))
def meeting(*, meeting_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the open proposals side by side and record what the Stafgroep decides on each."""
    if request.method == "GET":
        return _meeting_page(meeting_id, None, actor=actor, now=now, session=session)
    rules, stafgroep = _rules(now)
    sent = MultiDict((name, text) for name, text in request.form.items(multi=True) if name != _DO)
    form = read_form(meeting_form(_sent_proposals()), sent)
    if request.form.get(_DO) == "rekenen":  # only look what the chosen priorities would ask
        return _meeting_page(
            meeting_id, Form(form.values, labels=form.labels), actor=actor, now=now, session=session
        )
    chosen = {name: row for name, row in form.data.items() if row["kind"]}
    if form.valid and not chosen:
        form = form.refused("Kies bij ten minste één groep een besluit.")
    for name, row in chosen.items():
        try:
            work.decide_in_meeting(
                meeting_id,
                UUID(name),
                **row,
                rules=rules,
                stafgroep=stafgroep,
                actor=actor,
                now=now,
                session=session,
            )
        except Refused as refusal:
            session.rollback()
            beside = {f"{name}.{field}": message for field, message in refusal.fields.items()}
            form = form.refused(refusal.message, beside)
            break
    if form.valid:
        flash(f"{meervoud(len(chosen), 'besluit is', 'besluiten zijn')} vastgelegd.", "ok")
        return redirect(url_for("stafgroep.meeting", meeting_id=meeting_id), code=303)
    return _meeting_page(meeting_id, form, status=400, actor=actor, now=now, session=session)


@pages.route("/prioriteren/stafgroep/<uuid:meeting_id>/aanwezig", allow=KEEPERS, methods=("GET", "POST"))
def presence(*, meeting_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Write anew who is there."""
    if request.method == "GET":
        return redirect(url_for("stafgroep.meeting", meeting_id=meeting_id))
    _, stafgroep = _rules(now)
    form = read_form(presence_form(stafgroep.functions), request.form)
    if form.valid:
        try:
            work.set_presence(
                meeting_id,
                _present(form),
                seen=form.data["seen"],
                rules=stafgroep,
                actor=actor,
                now=now,
                session=session,
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash("De presentielijst is bijgewerkt.", "ok")
            return redirect(url_for("stafgroep.meeting", meeting_id=meeting_id), code=303)
    return _meeting_page(meeting_id, None, presence=form, status=400, actor=actor, now=now, session=session)


@pages.route("/prioriteren/stafgroep/<uuid:meeting_id>/sluiten", allow=KEEPERS, methods=("GET", "POST"))
def close(*, meeting_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Close the meeting; the minutes stand from then on."""
    if request.method == "GET":
        return redirect(url_for("stafgroep.meeting", meeting_id=meeting_id))
    form = read_form(CloseForm, request.form)
    if form.valid:
        try:
            work.close_meeting(meeting_id, **form.data, actor=actor, now=now, session=session)
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash("De vergadering is gesloten; de notulen staan vast.", "ok")
            return redirect(url_for("stafgroep.minutes", meeting_id=meeting_id), code=303)
    return _meeting_page(meeting_id, None, closing=form, status=400, actor=actor, now=now, session=session)


@pages.route("/prioriteren/stafgroep/<uuid:meeting_id>/notulen", allow=READERS)
def minutes(*, meeting_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the minutes as they go on paper."""
    _, stafgroep = _rules(now)
    found = work.get_meeting(meeting_id, actor=actor, session=session)
    return render_template(
        "prioritising/minutes_print.html",
        meeting=found,
        stafgroep=stafgroep,
        lacks=found.lacks(stafgroep),
        printed_at=now,
        printed_by=actor.name,
        back=url_for("stafgroep.meeting", meeting_id=meeting_id),
    )


@pages.route("/groepen/<uuid:group_id>/prioriteit/driehoek", allow=READERS, methods=("GET", "POST"))
def triangle(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show what lies before the driehoek about a group, and record what it decided."""
    rules, _ = _rules(now)
    found, proposals = profile(group_id, actor=actor, now=now, session=session)
    lies_there = found.proposal is not None and found.proposal.state == TO_TRIANGLE
    status = 200
    if request.method == "GET" or found.proposal is None:
        form = blank(
            TriangleForm,
            {
                "decided_on": today(now),
                "priority": found.proposal.priority if found.proposal else "",
                "valid_until": months_later(today(now), rules.default_months),
            },
        )
    else:
        form, status = read_form(TriangleForm, request.form), 400
        if form.valid:
            try:
                work.decide_by_triangle(
                    found.proposal.id, **form.data, rules=rules, actor=actor, now=now, session=session
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("Het besluit van de driehoek is vastgelegd.", "ok")
                return redirect(url_for("prioriteit.history", group_id=group_id), code=303)
    return render_template(
        "prioritising/triangle.html",
        form=form,
        profile=found,
        proposals=proposals,
        rules=rules,
        lies_there=lies_there,
    ), status
