"""Pages of referrals: who and where to, the referral itself, its state and feedback, who receives."""

from datetime import datetime
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.connecting.referrals import work
from shortlist.connecting.referrals.answering import work as answering
from shortlist.connecting.referrals.interventions import (
    Intervention,
    Interventions,
    care_level,
    fitting,
    triage,
)
from shortlist.connecting.referrals.receiving import work as receiving
from shortlist.connecting.referrals.schemas import MoveForm, ReceiverForm, ReferralForm, SeenForm, TriageForm
from shortlist.connecting.referrals.transitions import RECEIVER, RUNNING, choices
from shortlist.differentiating.work import member_list_allowed
from shortlist.errors import NotFound, Refused
from shortlist.guarding.door import Pages, keep
from shortlist.guarding.roles import Actor, Role
from shortlist.observing.work import get_group, today
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import Panel, WaitingWork
from shortlist.showing.words import MONTHS, tijd

pages = Pages("verwijzing", "shortlist.connecting")
SENDERS = frozenset(work.SENDERS)
READERS = frozenset(work.READERS)
ADMIN = frozenset({Role.BEHEERDER})
NEWS_SHOWN = 2
"""More unread news than this is one line of "Mijn werk", so that it stays one screen."""


def rules_now(now: datetime) -> Interventions:
    """Return the interventions in force today."""
    return work.interventions_on(current_app.extensions["shortlist.shelf"], today(now))


def _months(now: datetime, ahead: int) -> list[tuple[str, str]]:
    """Return the coming months as choices."""
    first = today(now).replace(day=1)
    found = []
    for step in range(ahead + 1):
        years, month = divmod(first.month - 1 + step, 12)
        found.append((f"{first.year + years}-{month + 1:02}", f"{MONTHS[month]} {first.year + years}"))
    return found


@pages.route("/groepen/<uuid:group_id>/verwijzen", allow=SENDERS, personal=True)
def choose_youngster(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show who can be referred from this group, alphabetically."""
    return render_template(
        "connecting/choose_youngster.html",
        group=get_group(group_id, actor=actor, session=session),
        youngsters=work.referable(group_id, actor=actor, now=now, session=session),
        allowed=member_list_allowed(group_id, session=session),
        rules=rules_now(now),
        no_list=work.NO_LIST,
    )


@pages.route(
    "/groepen/<uuid:group_id>/verwijzen/<uuid:person_id>",
    allow=SENDERS,
    personal=True,
    methods=("GET", "POST"),
)
def choose_intervention(
    *, group_id: UUID, person_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Show where a youngster can go; a few questions, of which nothing is kept, tell what fits."""
    rules = rules_now(now)
    youngster = work.get_youngster(group_id, person_id, actor=actor, now=now, session=session)
    form, status, judged, points = blank(TriageForm), 200, None, None
    if request.method == "POST":
        form = read_form(TriageForm, request.form)
        keep(session)  # the reading of who it is about stays in the log; the answers are stored nowhere
        if form.valid:
            judged = fitting(rules, form.data["age"], form.data["answers"])
            points = triage(rules, form.data["answers"])
        status = 200 if form.valid else 400
    return render_template(
        "connecting/choose_intervention.html",
        form=form,
        group=get_group(group_id, actor=actor, session=session),
        youngster=youngster,
        rules=rules,
        judged={one.id: found for one, found in judged} if judged else {},
        points=points,
        child=form.data.get("age", rules.care_below) < rules.care_below,
        workers=receiving.workers_of(session=session),
    ), status


def _intervention(intervention_id: str, rules: Interventions) -> Intervention:
    found = rules.get(intervention_id)
    if found is None:
        raise NotFound("Deze interventie bestaat niet (meer). Kies opnieuw.")
    return found


@pages.route(
    "/groepen/<uuid:group_id>/verwijzen/<uuid:person_id>/<intervention_id>",
    allow=SENDERS,
    personal=True,
    methods=("GET", "POST"),
)
def send(
    *, group_id: UUID, person_id: UUID, intervention_id: str, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Let a professional refer a youngster; contra-indications are asked and forgotten."""
    rules = rules_now(now)
    intervention = _intervention(intervention_id, rules)
    form, status = blank(ReferralForm), 200
    if request.method == "POST":
        form = read_form(ReferralForm, request.form)
        if form.valid:
            try:
                made = work.send_referral(
                    group_id,
                    person_id,
                    intervention_id,
                    work.Asked(**form.data),
                    rules=rules,
                    actor=actor,
                    now=now,
                    session=session,
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash(
                    "De verwijzing is verzonden. Geef de naam van de jongere zelf door, buiten dit systeem om.",
                    "ok",
                )
                return redirect(url_for("verwijzing.referral_page", referral_id=made), code=303)
        keep(session)
        status = 400
    youngster = work.get_youngster(group_id, person_id, actor=actor, now=now, session=session)
    return render_template(
        "connecting/send.html",
        form=form,
        group=get_group(group_id, actor=actor, session=session),
        youngster=youngster,
        intervention=intervention,
        rules=rules,
        months=_months(now, rules.look_ahead_months),
        levels=[(one.level, one.name.capitalize(), one.text) for one in rules.care_levels],
    ), status


@pages.route("/verwijzingen", allow=READERS, scope="eigen", personal=True)
def referral_list(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List the referrals of whoever sent or receives them: running ones first."""
    found = work.visible_referrals(actor=actor, now=now, session=session)
    rules = rules_now(now)
    return render_template(
        "connecting/referral_list.html",
        running=[one for one in found if one.state in RUNNING],
        ended=[one for one in found if one.state not in RUNNING],
        rules=rules,
        now=now,
        sends=actor.has(*SENDERS),
        unread=answering.unread(found, actor=actor, session=session),
    )


_SAID = {
    "geaccepteerd": ("Accepteren", "U neemt de jongere over; noem wie de regie heeft."),
    "geweigerd": ("Weigeren", "Zeg waarom, en waar de jongere wel terechtkan."),
    "gestart": ("Gestart", "De eerste afspraak is geweest."),
    "afgerond": ("Afronden", "De begeleiding is klaar of gestopt."),
    "ingetrokken": ("Intrekken", "De verwijzing is niet meer nodig."),
}


def _referral_page(
    referral_id: UUID, form: Form, *, actor: Actor, now: datetime, session: Session, status: int = 200
) -> ResponseReturnValue:
    found = work.get_referral(referral_id, actor=actor, now=now, session=session)
    rules = rules_now(now)
    intervention = rules.get(found.row.intervention)
    may = choices(found.state, found.sides)
    options = [
        (state, "Alleen terugkoppelen", "De stand blijft gelijk.")
        if state == found.state
        else (state, *_SAID[state])
        for state in may
    ]
    return render_template(
        "connecting/referral.html",
        form=form,
        found=found,
        intervention=intervention,
        name=rules.name(found.row.intervention),
        options=options,
        unread=bool(answering.unread([found], actor=actor, session=session)),
        receives=RECEIVER in found.sides,
        sends=actor.has(*SENDERS),
        level=next((one for one in rules.care_levels if one.level == found.row.care_level), None),
        proposed=care_level(rules, found.row.professionals) if found.row.professionals is not None else None,
        late=found.late(now),
    ), status


@pages.route("/verwijzingen/<uuid:referral_id>", allow=READERS, personal=True, methods=("GET", "POST"))
def referral_page(*, referral_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show a referral with what became of it, and let each side do what is theirs."""
    if request.method == "GET":
        return _referral_page(referral_id, blank(MoveForm), actor=actor, now=now, session=session)
    form = read_form(MoveForm, request.form)
    if form.valid:
        try:
            answering.move_referral(
                referral_id, **form.data, rules=rules_now(now), actor=actor, now=now, session=session
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash("Vastgelegd. De ander ziet het bij Mijn werk.", "ok")
            return redirect(url_for("verwijzing.referral_page", referral_id=referral_id), code=303)
    keep(session)
    return _referral_page(referral_id, form, actor=actor, now=now, session=session, status=400)


@pages.route("/verwijzingen/<uuid:referral_id>/gelezen", allow=READERS, methods=("POST",))
def read_news(*, referral_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Note that the sender has read the feedback, so that the reminder stops."""
    form = read_form(SeenForm, request.form)
    if not form.valid:
        raise Refused("Dit bericht is niet te vinden. Ververs de pagina.")
    answering.mark_seen(referral_id, sequence=form.data["sequence"], actor=actor, now=now, session=session)
    flash("Gelezen.", "ok")
    return redirect(url_for("werk.home"), code=303)


@pages.route("/ontvangers", allow=ADMIN, scope="stad", methods=("GET", "POST"))
def receiver_list(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Let the beheerder say who receives referrals for what."""
    rules = rules_now(now)
    form = blank(ReceiverForm)
    if request.method == "POST":
        form = read_form(ReceiverForm, request.form)
        if form.valid:
            receiving.set_receiver(
                form.data["account"],
                form.data["interventions"],
                rules=rules,
                actor=actor,
                now=now,
                session=session,
            )
            flash("Vastgelegd wie ontvangt.", "ok")
            return redirect(url_for("verwijzing.receiver_list"), code=303)
    lines = receiving.receivers(actor=actor, session=session)
    covered = {one for line in lines for one in line.interventions}
    return render_template(
        "connecting/receivers.html",
        form=form,
        lines=lines,
        rules=rules,
        uncovered=[one.name for one in rules.interventions if one.id not in covered],
    ), 200 if request.method == "GET" else 400


def panel(group_id: UUID, *, actor: Actor, now: datetime, session: Session) -> Panel | None:
    """Return how many referrals run from a group; who they are about stays on its own pages."""
    if not actor.has(*SENDERS):
        return None
    return Panel(
        "Verwijzingen",
        "connecting/panel.html",
        75,
        {"counts": work.counts_of_group(group_id, now=now, session=session)},
        url_for("verwijzing.choose_youngster", group_id=group_id),
        "Iemand verwijzen",
    )


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """List what waits for this person about referrals: no names, only what and where; much news on one line."""
    rules = rules_now(now)
    found = answering.referrals_waiting(actor=actor, now=now, session=session)
    news = [one for one in found if one.kind == "nieuws"]
    lines = []
    if len(news) > NEWS_SHOWN:
        label = f"Lees de terugkoppeling over {len(news)} verwijzingen"
        lines.append(WaitingWork(label, url_for("verwijzing.referral_list"), urgent=True))
        found = [one for one in found if one.kind != "nieuws"]
    for one in found:
        name = rules.name(one.intervention)
        labels = {
            "nieuws": f"Lees de terugkoppeling: {name}",
            "geen antwoord": f"Vraag na: {name}",
            "verzonden": f"Beantwoord de verwijzing naar {name}",
            "geaccepteerd": f"Start {name}",
            "gestart": f"Koppel terug over {name}",
        }
        until = f", voor {tijd(one.due_at)} uur" if one.due_at and one.kind == "ontvanger" else ""
        lines.append(
            WaitingWork(
                label=labels[one.kind if one.kind in labels else one.state],
                href=url_for("verwijzing.referral_page", referral_id=one.id),
                why=f"{one.stadsdeel}, {one.state}{until}",
                due=today(one.due_at) if one.due_at and one.kind != "nieuws" else None,
                urgent=one.kind == "nieuws" or (one.due_at is not None and one.due_at < now),
            )
        )
    return lines
