"""Pages of slow procedures."""

from datetime import datetime
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.connecting.procedures import work
from shortlist.connecting.procedures.schemas import AskForm, FollowForm, ReadForm, StepForm
from shortlist.connecting.procedures.transitions import RUNNING, SUBJECTS, choices
from shortlist.errors import BadInput, Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.guarding.work import stadsdelen_of
from shortlist.observing.work import group_names, today, visible_places
from shortlist.planning.aanpak.work import catalogue_on
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import Panel, WaitingWork
from shortlist.showing.words import datum

pages = Pages("traag", "shortlist.connecting")
READERS = frozenset(work.READERS)
WORDS = {
    "lamp": "Lamp of betere verlichting",
    "afvalbak": "Afvalbak",
    "jop": "Jongerenontmoetingsplek (JOP)",
    "hek": "Hek of afscheiding",
    "vergunning": "Vergunning",
    "anders": "Iets anders",
}
SAID = {
    "gevraagd": "Nog niet opgepakt",
    "in behandeling": "In behandeling",
    "toegezegd": "Toegezegd",
    "uitgevoerd": "Uitgevoerd",
    "afgewezen": "Afgewezen",
    "ingetrokken": "Ingetrokken",
}


@pages.route("/procedures", allow=READERS, scope="eigen")
def procedure_list(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List what was asked: what runs first, soonest expected on top."""
    found = work.visible_procedures(actor=actor, session=session)
    running = [one for one in found if one.state in RUNNING]
    return render_template(
        "connecting/procedure_list.html",
        running=sorted(running, key=lambda one: (one.expected_on is None, one.expected_on or today(now))),
        ended=[one for one in found if one.state not in RUNNING],
        words=WORDS,
        today=today(now),
        unread=work.unread(found, actor=actor, session=session),
    )


@pages.route("/procedures/nieuw", allow=READERS, scope="eigen", methods=("GET", "POST"))
def ask(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Let somebody ask for a lamp, a bin, a JOP, a fence or a permit."""
    parts = stadsdelen_of(actor, session=session)
    form, status = blank(AskForm, {"stadsdeel": parts[0].id} if len(parts) == 1 else {}), 200
    if request.method == "POST":
        form = read_form(AskForm, request.form)
        if form.valid:
            catalogue = catalogue_on(current_app.extensions["shortlist.shelf"], today(now))
            try:
                made = work.ask_procedure(
                    stadsdeel_id=form.data["stadsdeel"],
                    group_id=form.data["group"],
                    place_id=form.data["place"],
                    subject=form.data["subject"],
                    wish=form.data["wish"],
                    catalogue=catalogue,
                    actor=actor,
                    now=now,
                    session=session,
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("Gevraagd. U hoort het bij Mijn werk zodra er nieuws is.", "ok")
                return redirect(url_for("traag.procedure_page", procedure_id=made), code=303)
        status = 400
    return render_template(
        "connecting/procedure_ask.html",
        form=form,
        parts=[(part.id, part.name) for part in parts],
        groups=[(group.id, group.name) for group in group_names(actor=actor, session=session)],
        places=[(place.id, place.name) for place in visible_places(actor=actor, session=session)],
        subjects=[(subject, WORDS[subject]) for subject in SUBJECTS],
    ), status


def _procedure_page(
    procedure_id: UUID, form: Form | None, *, actor: Actor, now: datetime, session: Session, status: int = 200
) -> ResponseReturnValue:
    found = work.get_procedure(procedure_id, actor=actor, session=session)
    if form is None:
        form = blank(StepForm, {"expected_on": found.last.expected_on, "outlook": found.last.outlook})
    return render_template(
        "connecting/procedure.html",
        form=form,
        found=found,
        word=WORDS[found.subject],
        options=[
            (state, "Nieuws, stand blijft gelijk" if state == found.state else SAID[state])
            for state in choices(found.state, found.sides)
        ],
        late=found.late(today(now)),
        unread=bool(work.unread([found], actor=actor, session=session)),
    ), status


@pages.route("/procedures/<uuid:procedure_id>", allow=READERS, methods=("GET", "POST"))
def procedure_page(
    *, procedure_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Show how it stands, and let who handles it tell."""
    if request.method == "GET":
        return _procedure_page(procedure_id, None, actor=actor, now=now, session=session)
    form = read_form(StepForm, request.form)
    if form.valid:
        try:
            work.move_procedure(procedure_id, **form.data, actor=actor, now=now, session=session)
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash("Vastgelegd. Iedereen die wacht, ziet het bij Mijn werk.", "ok")
            return redirect(url_for("traag.procedure_page", procedure_id=procedure_id), code=303)
    return _procedure_page(procedure_id, form, actor=actor, now=now, session=session, status=400)


@pages.route("/procedures/<uuid:procedure_id>/volgen", allow=READERS, methods=("POST",))
def follow(*, procedure_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Start or stop waiting for news."""
    form = read_form(FollowForm, request.form)
    if not form.valid:
        raise BadInput("Kies volgen of niet meer volgen.")
    work.follow_procedure(procedure_id, follows=form.data["follows"], actor=actor, now=now, session=session)
    flash("U krijgt het nieuws." if form.data["follows"] else "U krijgt geen nieuws meer.", "ok")
    return redirect(url_for("traag.procedure_page", procedure_id=procedure_id), code=303)


@pages.route("/procedures/<uuid:procedure_id>/gelezen", allow=READERS, methods=("POST",))
def read_news(*, procedure_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Note that the news was read, so that the reminder stops."""
    form = read_form(ReadForm, request.form)
    if not form.valid:
        raise BadInput("Dit bericht is niet te vinden. Ververs de pagina.")
    work.mark_read(procedure_id, sequence=form.data["sequence"], actor=actor, now=now, session=session)
    return redirect(url_for("werk.home"), code=303)


def panel(group_id: UUID, *, actor: Actor, now: datetime, session: Session) -> Panel | None:
    """Return how the procedures about a group stand."""
    if not actor.has(*READERS):
        return None
    found = work.procedures_of(group_id, actor=actor, session=session)
    if not found:
        return None
    return Panel(
        "Lamp, bak, plek en vergunning",
        "connecting/procedure_panel.html",
        78,
        {"found": found, "words": WORDS, "today": today(now)},
        url_for("traag.procedure_list"),
        "Alle procedures",
    )


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """List news for who waits, and what who handles it should tell."""
    lines = []
    for one in work.procedures_waiting(actor=actor, now=now, session=session):
        asked = one.asked
        where = asked.place or asked.group or asked.stadsdeel
        word = WORDS[asked.subject].lower() if asked.subject != "jop" else "JOP"
        label, why = {
            "nieuws": (
                f"Nieuws over {word}, {where}",
                asked.state + (f", verwacht {datum(asked.expected_on)}" if asked.expected_on else ""),
            ),
            "nieuw": (f"Pak de vraag op: {word}, {where}", f"gevraagd door {asked.by}"),
            "te laat": (f"Vertel hoe het staat: {word}, {where}", "de verwachte datum is voorbij"),
        }[one.kind]
        lines.append(
            WaitingWork(
                label=label,
                href=url_for("traag.procedure_page", procedure_id=asked.id),
                why=why,
                due=asked.expected_on if one.kind == "te laat" else None,
                urgent=one.kind == "te laat",
            )
        )
    return lines
