"""Pages of the JIT agenda: the questions that two professionals could not settle, and recording what was decided."""

from datetime import date, datetime, timedelta
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate
from sqlmodel import Session

from shortlist.classifying.agenda import work
from shortlist.classifying.agenda.points import State, Step
from shortlist.classifying.agenda.work import Point
from shortlist.classifying.asking import OTHER_NUMBER, TO_JIT, Side, read_answer, side_by_side
from shortlist.classifying.questionnaire import ONBEKEND
from shortlist.classifying.rounds.work import FILLERS
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.schemas import LONGEST_NOTE
from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.groups.work import today
from shortlist.showing.dutch import DutchSchema, Text
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import WaitingWork
from shortlist.showing.words import datum, lijst, meervoud

pages = Pages("agenda", __name__)
JIT = frozenset(work.JIT)
CHAIRS = frozenset(work.CHAIRS)
SHOWN_FOR = timedelta(days=120)
"""So long a decided point stays on the page; the assessment keeps it for good."""


class StepForm(DutchSchema):
    """What was decided about one question: an answer, or that it goes to the driehoek."""

    answer = fields.String(required=True, metadata={"label": "Besluit"})
    number = Text(load_default="", metadata={"label": "Ander aantal"})
    reason = Text(required=True, validate=validate.Length(max=LONGEST_NOTE), metadata={"label": "Waarom"})
    decided_on = fields.Date(required=True, metadata={"label": "Besloten op"})


def _rules() -> Rules:
    found: Rules = current_app.extensions["shortlist.rules"]
    return found


def _side(point: Point) -> Side:
    return side_by_side([point.compared], point.counting, _rules().questionnaire)[0]


@pages.route("/jit-agenda", allow=JIT, scope="eigen")
def overview(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List what waits for the JIT or the driehoek, also from later rooms, and what was decided lately."""
    rules = _rules()
    every = [
        (point, _side(point)) for point in work.points(rules=rules, actor=actor, now=now, session=session)
    ]
    return render_template(
        "classifying/agenda.html",
        waiting=[one for one in every if one[0].state in (State.OPEN, State.BIJ_DRIEHOEK)],
        decided=[
            one
            for one in reversed(every)
            if one[0].state is State.BESLOTEN and one[0].taken[-1].at >= now - SHOWN_FOR
        ],
        others=current_app.extensions["shortlist.agenda"](actor=actor, now=now, session=session),
        word=rules.questionnaire.word,
        chairs=actor.has(*CHAIRS),
        fills=actor.has(*FILLERS),
    )


@pages.route("/jit-agenda/<uuid:questionnaire_id>/<item>", allow=CHAIRS, methods=("GET", "POST"))
def decide(
    *, questionnaire_id: UUID, item: str, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Record what the JIT or the driehoek decided about one question."""
    rules = _rules()
    status = 200
    form: Form | None = None
    if request.method == "POST":
        form, status = read_form(StepForm, request.form), 400
        if form.valid:
            try:
                done = _take(questionnaire_id, item, form, actor=actor, now=now, session=session)
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash(done, "ok")
                return redirect(url_for("agenda.overview"), code=303)
    point = work.get_point(questionnaire_id, item, rules=rules, actor=actor, now=now, session=session)
    if form is None:
        if point.state not in (State.OPEN, State.BIJ_DRIEHOEK):
            flash("Over deze vraag hoeft niets meer te worden besloten.", "info")
            return redirect(url_for("agenda.overview"))
        form = blank(StepForm, {"decided_on": today(now)})
    side = _side(point)
    options = [one for one in side.options if one[0] != TO_JIT]
    if point.state is State.OPEN:
        options.append((TO_JIT, "het JIT komt er niet uit: naar de driehoek"))
    return render_template(
        "classifying/agenda_point.html", form=form, point=point, side=side, options=options, today=today(now)
    ), status


def _take(
    questionnaire_id: UUID, item: str, form: Form, *, actor: Actor, now: datetime, session: Session
) -> str:
    """Record the step that the form says, and return what to tell."""
    rules = _rules()
    chosen = form.data["answer"]
    asked = rules.questionnaire.items.get(item)
    answer = (
        None
        if chosen == TO_JIT
        else read_answer(asked, form.data["number"] if chosen == OTHER_NUMBER else chosen)
    )
    if chosen == OTHER_NUMBER and answer == ONBEKEND:
        raise Refused("", fields={"number": "Vul het aantal in."})
    state = work.get_point(questionnaire_id, item, rules=rules, actor=actor, now=now, session=session).state
    decision = Step.BESLUIT_DRIEHOEK if state is State.BIJ_DRIEHOEK else Step.BESLUIT_JIT
    point = work.take_step(
        questionnaire_id,
        item,
        Step.NAAR_DRIEHOEK if answer is None else decision,
        answer,
        form.data["reason"],
        form.data["decided_on"],
        rules=rules,
        actor=actor,
        now=now,
        session=session,
    )
    if answer is None:
        return f"De vraag over {point.group_name} gaat naar de driehoek."
    if point.assessed_at is None:
        return f"Vastgelegd. Het antwoord telt nu mee in de vragenlijst van {point.group_name}."
    return f"Vastgelegd. Politie en jongerenwerk krijgen de vraag {point.group_name} opnieuw te duiden."


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """Return what lies on the agenda for the chair, and which groups ask for a new round after a decision."""
    if not actor.has(*JIT):
        return []
    every = work.points(rules=_rules(), actor=actor, now=now, session=session)
    found: list[WaitingWork] = []
    if actor.has(*CHAIRS):
        for state, label in (
            (State.OPEN, "Bespreek {} in het JIT"),
            (State.BIJ_DRIEHOEK, "Leg het besluit van de driehoek vast over {}"),
        ):
            those = [point for point in every if point.state is state]
            if those:
                groups = lijst(list(dict.fromkeys(point.group_name for point in those[:3])))
                found.append(
                    WaitingWork(
                        label.format(meervoud(len(those), "vraag", "vragen")),
                        url_for("agenda.overview"),
                        f"over {groups}{' en andere' if len(those) > 3 else ''}, sinds {datum(those[0].put.at)}",
                    )
                )
    if actor.has(*FILLERS):
        again: dict[UUID, tuple[str, str, date]] = {
            point.group_id: (point.group_name, point.item.label, point.taken[-1].on)
            for point in every
            if point.asks_new_round
        }
        found += [
            WaitingWork(
                f"Begin een nieuwe vragenlijst voor {name}",
                url_for("duiding.start", group_id=group_id),
                f"na de duiding is op {datum(on)} besloten over: {label}",
            )
            for group_id, (name, label, on) in again.items()
        ]
    return found
