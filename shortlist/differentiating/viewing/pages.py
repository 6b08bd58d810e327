"""Pages of the reading: what it is and whether it is on, the own view first, the reading beside it, what differs."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.classifying.agenda.work import CHAIRS
from shortlist.differentiating.reading_files import MODEL
from shortlist.differentiating.switching import work as switching
from shortlist.differentiating.viewing import work
from shortlist.differentiating.viewing.schemas import DisagreementForm, OutcomeForm, OwnViewForm, SwitchForm
from shortlist.differentiating.work import role_rules_on
from shortlist.errors import BadInput, Broken, Refused
from shortlist.guarding.door import Pages, keep
from shortlist.guarding.roles import Actor
from shortlist.observing.work import MEMBER_VIEWERS, get_group, today
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import WaitingWork
from shortlist.showing.prose import prose
from shortlist.showing.words import meervoud

pages = Pages("lezing", __name__)
MEMBERS = frozenset(MEMBER_VIEWERS)
READERS = frozenset(switching.READERS)


def _models() -> Path:
    folder: Path = current_app.extensions["shortlist.models"]
    return folder


def _means(now: datetime) -> switching.Means:
    return switching.reading_means(current_app.extensions["shortlist.shelf"], _models(), today(now))


def _means_or_fault(now: datetime) -> tuple[switching.Means | None, str]:
    """Return rules and model, or why the model is not loaded."""
    try:
        return _means(now), ""
    except Broken as fault:
        return None, fault.message


def _require_means(now: datetime) -> switching.Means:
    means, fault = _means_or_fault(now)
    if means is None:
        raise Refused(f"De lezing is er nu niet: het model is niet geladen. {fault}")
    return means


def reading_is_on(*, now: datetime, session: Session) -> bool:
    """Tell whether the reading may be shown now: a valid model, and switched on for it."""
    means, _ = _means_or_fault(now)
    return means is not None and switching.switch_in_force(means.model, session=session) is not None


# --- what it is, on or off ---


def _about_page(
    form: Form, *, actor: Actor, now: datetime, session: Session, status: int = 200
) -> ResponseReturnValue:
    means, fault = _means_or_fault(now)
    history = switching.switch_history(session=session)
    on = bool(means and history and history[0].allows(means.model))
    return render_template(
        "differentiating/about_reading.html",
        form=form,
        means=means,
        fault=fault,
        history=history,
        on=on,
        other_model=bool(history and history[0].enabled and not on),
        may_switch_on=actor.has(switching.SWITCHES_ON) and means is not None and not on,
        may_switch_off=actor.has(*switching.SWITCHES_OFF) and bool(history) and history[0].enabled,
        seen=history[0].sequence if history else 0,
    ), status


@pages.route("/lezing", allow=READERS, scope="stad", methods=("GET", "POST"))
def about(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show what the reading is, its limits, whether it is on and by whom; let it be switched on or off."""
    if request.method == "GET":
        return _about_page(blank(SwitchForm), actor=actor, now=now, session=session)
    form = read_form(SwitchForm, request.form)
    if {"besluit", "seen"} & set(form.errors):
        raise BadInput("Dit formulier klopt niet meer. Ververs de pagina en probeer het opnieuw.")
    if form.valid:
        means, _ = _means_or_fault(now)
        enabled = form.data["besluit"] == "aan"
        try:
            switching.switch_reading(
                enabled, reason=form.data["reason"], seen=form.data["seen"],
                model=means.model if means else None, actor=actor, now=now, session=session,
            )  # fmt: skip
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash(f"De lezing staat {'aan' if enabled else 'uit'}.", "ok")
            return redirect(url_for("lezing.about"), code=303)
    return _about_page(form, actor=actor, now=now, session=session, status=400)


@pages.route("/lezing/modelkaart", allow=READERS, scope="stad")
def model_card(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the model card and the data sheet as they lie beside the model."""
    _require_means(now)  # a card that is not valid is not shown as if it were
    card, sheet = (
        (_models() / f"{MODEL}.{part}.md").read_text(encoding="utf-8") for part in ("card", "data")
    )
    return render_template(
        "differentiating/model_card.html",
        card=prose(card, caption="Gemeten op organisaties die het model niet zag"),
        sheet=prose(sheet.replace("\n## ", "\n### "), caption="Waarvan is geleerd"),
    )


# --- the own view first ---


def _own_view_page(
    group_id: UUID, form: Form, *, actor: Actor, now: datetime, session: Session, status: int = 200
) -> ResponseReturnValue:
    rules = role_rules_on(current_app.extensions["shortlist.shelf"], today(now))
    means, fault = _means_or_fault(now)
    if means is None or switching.switch_in_force(means.model, session=session) is None:
        return render_template(
            "differentiating/reading_off.html",
            group=get_group(group_id, actor=actor, session=session),
            fault=fault,
        ), status
    found = work.members_to_view(group_id, rules=rules, means=means, actor=actor, now=now, session=session)
    return render_template("differentiating/own_view.html", form=form, found=found, rules=rules), status


@pages.route("/groepen/<uuid:group_id>/lezing", allow=MEMBERS, personal=True, methods=("GET", "POST"))
def own_view(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Ask somebody's own view of every member; only then there is a reading to show beside it."""
    if request.method == "GET":
        return _own_view_page(group_id, blank(OwnViewForm), actor=actor, now=now, session=session)
    form = read_form(OwnViewForm, request.form)
    if form.valid:
        try:
            view = work.record_own_view(
                group_id, form.data["own"], form.data["expected_core"],
                rules=role_rules_on(current_app.extensions["shortlist.shelf"], today(now)),
                means=_require_means(now), actor=actor, now=now, session=session,
            )  # fmt: skip
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            return redirect(url_for("lezing.shown", group_id=group_id, view_id=view), code=303)
    keep(session)  # what is shown again was read again: that reading stays in the log
    return _own_view_page(group_id, form, actor=actor, now=now, session=session, status=400)


@pages.route(
    "/groepen/<uuid:group_id>/lezing/<uuid:view_id>",
    allow=MEMBERS,
    personal=True,
    methods=("GET", "POST"),
)
def shown(
    *, group_id: UUID, view_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Show the reading beside one's own view, and let what differs go to the JIT."""
    form = blank(DisagreementForm)
    if request.method == "POST":
        form = read_form(DisagreementForm, request.form)
        if form.valid:
            try:
                work.raise_disagreement(
                    group_id, view_id, reason=form.data["reason"], actor=actor, now=now, session=session
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("Het verschil staat op de agenda van het JIT.", "ok")
                return redirect(url_for("lezing.shown", group_id=group_id, view_id=view_id), code=303)
        keep(session)  # the reading is shown again, and that is logged
    found = work.show_reading(
        group_id, view_id, means=_require_means(now), actor=actor, now=now, session=session
    )
    status = 400 if form.errors else 200
    return render_template("differentiating/reading.html", form=form, found=found), status


@pages.route("/groepen/<uuid:group_id>/lezing/verschillen", allow=MEMBERS, methods=("GET", "POST"))
def disagreements(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List what the JIT has to look at in this group, and let its conclusion be recorded."""
    found = work.disagreements_of(group_id, actor=actor, session=session)
    form = blank(OutcomeForm, {"disagreement": found[0].id} if len(found) == 1 else None)
    if request.method == "POST":
        form = read_form(OutcomeForm, request.form)
        if form.valid:
            try:
                work.conclude_disagreement(
                    group_id, form.data["disagreement"], outcome=form.data["outcome"],
                    actor=actor, now=now, session=session,
                )  # fmt: skip
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("De uitkomst is vastgelegd.", "ok")
                return redirect(url_for("lezing.disagreements", group_id=group_id), code=303)
    return render_template(
        "differentiating/disagreements.html",
        form=form,
        group=get_group(group_id, actor=actor, session=session),
        found=work.disagreements_of(group_id, actor=actor, session=session),
        on=reading_is_on(now=now, session=session),
        chairs=actor.has(*CHAIRS),
    ), 400 if form.errors else 200


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """List the differences on which the JIT has not concluded, for who chairs it."""
    return on_agenda(actor=actor, now=now, session=session) if actor.has(*CHAIRS) else []


def on_agenda(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """List the differences on which the JIT has not concluded, for everybody who sits in it."""
    if not actor.has(*MEMBERS):
        return []
    found = work.disagreements(session=session, stadsdelen=None if actor.citywide else actor.stadsdelen)
    return [
        WaitingWork(
            label=f"Bespreek in het JIT: eigen beeld en lezing verschillen bij "
            f"{meervoud(one.n_members, 'lid', 'leden')} van {one.group}",
            href=url_for("lezing.disagreements", group_id=one.group_id),
            why=f"gevraagd door {one.by}",
        )
        for one in found
    ]
