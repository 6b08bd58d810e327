"""Pages of classifying: a round of the questionnaire, both views together, the outcome, the duiding, the rules."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.classifying import work
from shortlist.classifying.agenda.work import decided_after
from shortlist.classifying.answers import work as answering
from shortlist.classifying.asking import (
    OTHER_NUMBER,
    TO_JIT,
    Section,
    Side,
    first_values,
    read_answer,
    sections,
    side_by_side,
)
from shortlist.classifying.assessments.work import Shown, before_it
from shortlist.classifying.perspectives import known_count
from shortlist.classifying.questionnaire import ONBEKEND, Answer
from shortlist.classifying.rounds import work as rounds
from shortlist.classifying.routing import route
from shortlist.classifying.rule_text import as_text
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.schemas import AloneForm, DecideForm, FillForm, StartForm, TogetherForm
from shortlist.classifying.tables import Perspective
from shortlist.classifying.telling import decision_words, facts_in_order, other_line, story
from shortlist.errors import Refused
from shortlist.guarding.door import EVERYBODY, Pages
from shortlist.guarding.roles import STREET, Actor
from shortlist.observing.groups.work import get_group, today
from shortlist.showing.forms import FORM, Form, blank, read_form
from shortlist.showing.panels import Panel, WaitingWork
from shortlist.showing.words import datum, meervoud

pages = Pages("duiding", __name__)
FILLERS = frozenset(rounds.FILLERS)
MOST_LISTED = 5
"""So many groups that were never assessed are named on "Mijn werk"; the rest is counted."""


def _rules() -> Rules:
    found: Rules = current_app.extensions["shortlist.rules"]
    return found


def _placed(form: Form, shown: Iterable[str], prefixes: Mapping[str, str]) -> Form:
    """Name every field by its question, and put a message about a question that is not on this page on top.

    ``prefixes`` maps the first part of a field name to what stands before the label.
    """
    items = _rules().questionnaire.items
    on_page = set(shown)
    labels = dict(form.labels)
    errors: dict[str, str] = {}
    for name, message in form.errors.items():
        first, _, item = name.partition(".")
        if first not in prefixes or item in on_page:
            errors[name] = message
        else:
            label = items[item].label if item in items else item
            errors[FORM] = " ".join(filter(None, (errors.get(FORM), f"{label}: {message}")))
    for item in on_page & items.keys():
        labels |= {f"{first}.{item}": f"{before}{items[item].label}" for first, before in prefixes.items()}
    return replace(form, errors=errors, labels=labels)


# --- a round ---


@pages.route("/groepen/<uuid:group_id>/vragenlijst/nieuw", allow=FILLERS, methods=("GET", "POST"))
def start(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Choose the period of a new round and start it."""
    day = today(now)
    terms = rounds.terms_on(_rules(), day)
    group = get_group(group_id, actor=actor, session=session)
    going = rounds.open_round(group_id, terms=terms, now=now, session=session)
    if request.method == "GET":
        if going is not None:
            return redirect(url_for("duiding.round_page", questionnaire_id=going))
        first = day - timedelta(weeks=terms.period_weeks) + timedelta(days=1)
        form, status = blank(StartForm, {"period_from": first, "period_until": day}), 200
    else:
        form, status = read_form(StartForm, request.form), 400
        if form.valid:
            try:
                made = rounds.start_round(
                    group_id, **form.data, terms=terms, actor=actor, now=now, session=session
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                return redirect(url_for("duiding.fill", questionnaire_id=made), code=303)
    return render_template(
        "classifying/start.html", form=form, group=group, terms=terms, today=day, going=going
    ), status


@pages.route("/vragenlijst/<uuid:questionnaire_id>", allow=FILLERS)
def round_page(
    *, questionnaire_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Show how far a round is, and what to do next."""
    return _round_page(questionnaire_id, blank(AloneForm), actor=actor, session=session)


def _round_page(
    questionnaire_id: UUID, form: Form, *, actor: Actor, session: Session, status: int = 200
) -> ResponseReturnValue:
    rules = _rules()
    sheet = answering.fill_sheet(questionnaire_id, rules=rules, actor=actor, session=session)
    together = (
        answering.look_together(questionnaire_id, rules=rules, actor=actor, session=session)
        if sheet.round.both_in
        else None
    )
    return render_template(
        "classifying/round.html",
        form=form,
        sheet=sheet,
        round=sheet.round,
        together=together,
        answered=len(sheet.own),
        known=known_count({item: given.answer for item, given in sheet.own.items()}),
        total=len(rules.questionnaire.items),
        mine=sheet.perspective.value,
        other=next(one.value for one in rounds.PROFESSIONS if one is not sheet.perspective),
        professions=[one.value for one in rounds.PROFESSIONS],
    ), status


@pages.route("/vragenlijst/<uuid:questionnaire_id>/alleen", allow=FILLERS, methods=("POST",))
def go_on_alone(
    *, questionnaire_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Go on without the other profession's view, for a stated reason."""
    form = read_form(AloneForm, request.form)
    if form.valid:
        try:
            answering.go_on_without(questionnaire_id, **form.data, actor=actor, now=now, session=session)
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            return redirect(url_for("duiding.together", questionnaire_id=questionnaire_id), code=303)
    return _round_page(questionnaire_id, form, actor=actor, session=session, status=400)


# --- filling in ---


@pages.route("/vragenlijst/<uuid:questionnaire_id>/invullen", allow=FILLERS, methods=("GET", "POST"))
def fill(*, questionnaire_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Answer the questions of a block (or all of them) from one's own point of view."""
    rules = _rules()
    paper = rules.questionnaire
    form: Form | None = None
    if request.method == "POST":
        form = read_form(FillForm, request.form)
        if form.valid:
            answers = {
                name.removeprefix("answers."): read_answer(
                    paper.items.get(name.removeprefix("answers.")), form.value(name)
                )
                for name in form.values
                if name.startswith("answers.")
            }
            try:
                saved = answering.save_answers(
                    questionnaire_id,
                    answers,
                    notes=form.data["notes"],
                    finish=form.data["then"] == "inleveren",
                    rules=rules,
                    actor=actor,
                    now=now,
                    session=session,
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                return redirect(_after_saving(questionnaire_id, form, finished=saved.finished), code=303)
    sheet = answering.fill_sheet(questionnaire_id, rules=rules, actor=actor, session=session)
    if form is None and (sheet.round.both_in or sheet.round.assessment_id):
        return redirect(url_for("duiding.round_page", questionnaire_id=questionnaire_id))
    return _fill_page(sheet, form)


def _after_saving(questionnaire_id: UUID, form: Form, *, finished: bool) -> str:
    if finished:
        flash("Uw beeld is ingeleverd.", "ok")
    elif form.data["then"] == "verder":
        order = [block.id for block in _rules().questionnaire.blocks]
        here = request.args.get("blok", "")
        following = order[order.index(here) + 1 :] if here in order else []
        if following:
            begin = "ja" if request.args.get("vorige") else None
            return url_for("duiding.fill", questionnaire_id=questionnaire_id, blok=following[0], vorige=begin)
    else:
        flash("Bewaard. U kunt later verdergaan.", "ok")
    return url_for("duiding.round_page", questionnaire_id=questionnaire_id)


def _sections(sheet: answering.Sheet) -> tuple[Section, ...]:
    return sections(
        _rules().questionnaire,
        own=sheet.own,
        proposals=sheet.proposals,
        sightings=sheet.sightings,
        previous=sheet.previous,
        previous_on=sheet.previous_on,
    )


def _fill_page(sheet: answering.Sheet, form: Form | None) -> ResponseReturnValue:
    paper = _rules().questionnaire
    found = _sections(sheet)
    begin_from_previous = bool(request.args.get("vorige"))
    chosen = request.args.get("blok") or next((one.id for one in found if not one.done), found[0].id)
    shown: tuple[Section, ...] = tuple(one for one in found if one.id == chosen) or found
    items = [question.item for section in shown for question in section.questions]
    status = 200
    if form is None:
        values = first_values(
            paper,
            own=sheet.own,
            proposals=sheet.proposals,
            previous=sheet.previous if begin_from_previous else {},
        )
        form = Form(
            values={f"answers.{item}": values[item] for item in items}
            | {f"notes.{item}": given.note for item, given in sheet.own.items() if item in items}
        )
    else:
        status = 400
    place = next((n for n, one in enumerate(found) if len(shown) == 1 and one.id == shown[0].id), None)
    return render_template(
        "classifying/fill.html",
        form=_placed(form, items, {"answers": "", "notes": "toelichting bij "}),
        sheet=sheet,
        round=sheet.round,
        shown=shown,
        sections=found,
        place=place,
        last=place is None or place == len(found) - 1,
        begin_from_previous=begin_from_previous,
    ), status


# --- together ---


@pages.route("/vragenlijst/<uuid:questionnaire_id>/samen", allow=FILLERS, methods=("GET", "POST"))
def together(*, questionnaire_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Lay both views side by side and settle what differs, each with a reason."""
    rules = _rules()
    form: Form | None = None
    if request.method == "POST":
        form = read_form(TogetherForm, request.form)
        if form.valid:
            choices, errors = _choices(form)
            try:
                if errors:
                    raise Refused("", fields=errors)
                answering.settle(
                    questionnaire_id, choices, rules=rules, actor=actor, now=now, session=session
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                return redirect(_after_settling(questionnaire_id, actor=actor, session=session), code=303)
    round_ = rounds.get_round(questionnaire_id, actor=actor, session=session)
    if form is None and (not round_.both_in or round_.assessment_id is not None):
        return redirect(url_for("duiding.round_page", questionnaire_id=questionnaire_id))
    found = answering.look_together(questionnaire_id, rules=rules, actor=actor, session=session)
    sides = side_by_side(found.compared, round_.counting, rules.questionnaire)
    wanted = set(request.args.getlist("vraag"))
    asked = [side for side in sides if not side.settled or side.item in wanted]
    sheet = answering.fill_sheet(questionnaire_id, rules=rules, actor=actor, session=session)
    status = 400 if form is not None else 200
    if form is None:
        form = Form(values=_earlier_choices(asked))
    return render_template(
        "classifying/together.html",
        form=_placed(
            form,
            [side.item for side in asked],
            {"choice": "", "number": "aantal bij ", "reason": "reden bij "},
        ),
        round=round_,
        asked=asked,
        seen={question.item: question for section in _sections(sheet) for question in section.questions},
        sides=sides,
        open=found.open,
        perspectives=round_.counting,
        other_number=OTHER_NUMBER,
    ), status


def _choices(form: Form) -> tuple[dict[str, answering.Choice], dict[str, str]]:
    """Return what was settled, and messages for a reason without a choice or a number that is missing."""
    items = _rules().questionnaire.items
    chosen, numbers, reasons = form.data["choice"], form.data["number"], form.data["reason"]
    choices: dict[str, answering.Choice] = {}
    errors = {
        f"choice.{item}": "Maak een keuze bij deze reden."
        for item in (*reasons, *numbers)
        if item not in chosen
    }
    for item, choice in chosen.items():
        reason = reasons.get(item, "")
        if choice == TO_JIT:
            choices[item] = answering.Choice(ONBEKEND, reason, for_jit=True)
        elif choice == OTHER_NUMBER:
            number = read_answer(items.get(item), numbers.get(item, ""))
            if number == ONBEKEND:
                errors[f"number.{item}"] = "Vul het aantal in."
            choices[item] = answering.Choice(number, reason)
        else:
            choices[item] = answering.Choice(read_answer(items.get(item), choice), reason)
    return choices, errors


def _earlier_choices(asked: Iterable[Side]) -> dict[str, str]:
    values: dict[str, str] = {}
    for side in asked:
        values |= {f"choice.{side.item}": side.chosen, f"reason.{side.item}": side.reason}
        if side.chosen == OTHER_NUMBER:
            values[f"number.{side.item}"] = side.counts
    return values


def _after_settling(questionnaire_id: UUID, *, actor: Actor, session: Session) -> str:
    session.flush()
    left = answering.look_together(questionnaire_id, rules=_rules(), actor=actor, session=session).open
    if left:
        flash(f"Bewaard. Nog {meervoud(len(left), 'verschil', 'verschillen')} te bespreken.", "ok")
        return url_for("duiding.together", questionnaire_id=questionnaire_id)
    return url_for("duiding.outcome", questionnaire_id=questionnaire_id)


# --- outcome and assessment ---


@pages.route("/vragenlijst/<uuid:questionnaire_id>/uitkomst", allow=FILLERS, methods=("GET", "POST"))
def outcome(*, questionnaire_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the duiding and what the rules give, with reasons; a person decides."""
    rules = _rules()
    form: Form | None = None
    if request.method == "POST":
        form = read_form(DecideForm, request.form)
        if form.valid:
            try:
                made = work.decide(
                    questionnaire_id, **form.data, rules=rules, actor=actor, now=now, session=session
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("De duiding is vastgesteld.", "ok")
                return redirect(url_for("duiding.reasons", assessment_id=made), code=303)
    round_ = rounds.get_round(questionnaire_id, actor=actor, session=session)
    if round_.assessment_id is not None and form is None:
        return redirect(url_for("duiding.reasons", assessment_id=round_.assessment_id))
    if form is None and (
        not round_.both_in
        or answering.look_together(questionnaire_id, rules=rules, actor=actor, session=session).open
    ):
        return redirect(url_for("duiding.together", questionnaire_id=questionnaire_id))
    found = work.weigh(questionnaire_id, rules=rules, actor=actor, now=now, session=session)
    behind = answering.sightings_behind(found.together, session=session)
    leading = found.verdicts[0]
    items = rules.questionnaire.items
    return render_template(
        "classifying/outcome.html",
        form=form or Form(labels={"decided": "Uw besluit", "reasoning": "Uw redenering"}),
        round=round_,
        outcome=found,
        duiding=found.duiding,
        story=story(leading, rules.questionnaire, behind),
        others=[other_line(verdict) for verdict in found.verdicts[1:]],
        facts=facts_in_order(found.together.answers, rules.questionnaire, behind),
        route=route(leading["possible"], found.together.answers, rules.routing),
        routes=rules.routing.classes,
        class_texts=[one.text for one in rules.routing.classes.values()],
        parties=rules.routing.parties,
        choices=[(choice, decision_words(choice, leading["outcome"])) for choice in found.choices],
        changed=[items[item].label for item in found.changed if item in items],
        for_jit=[one for one in found.together.compared if one.together and one.together.for_jit],
        items=items,
    ), (400 if form is not None else 200)


@pages.route("/duiding/<uuid:assessment_id>", allow=STREET)
def reasons(*, assessment_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show an assessment as it was on its day, with its reasons."""
    rules = _rules()
    shown = work.get_assessment(assessment_id, actor=actor, session=session)
    kept = shown.assessment
    found = answering.look_together(kept.questionnaire_id, rules=rules, actor=actor, session=session)
    behind = answering.sightings_behind(found, session=session)
    answers: dict[str, Answer] = kept.answers
    return render_template(
        "classifying/assessment.html",
        shown=shown,
        kept=kept,
        round=found.round,
        expired=today(now) > kept.expires_on,
        story=story(kept.verdicts[0], rules.questionnaire, behind),
        others=[other_line(verdict) for verdict in kept.verdicts[1:]],
        facts=facts_in_order(answers, rules.questionnaire, behind),
        later=decided_after(kept.questionnaire_id, kept.recorded_at, rules=rules, session=session),
        word=rules.questionnaire.word,
    )


@pages.route("/groepen/<uuid:group_id>/duiding", allow=STREET)
def history(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List every assessment of a group, newest first, with what changed."""
    name, found = work.assessments_of(group_id, actor=actor, session=session)
    items = _rules().questionnaire.items

    def changes(shown: Shown) -> list[str]:
        return [items[item].label if item in items else item for item in shown.changed]

    return render_template(
        "classifying/history.html",
        group_id=group_id,
        group_name=name,
        rows=[(shown, changes(shown)) for shown in found],
        before=before_it(group_id, actor=actor, session=session),
        today=today(now),
        may_fill=actor.has(*FILLERS),
    )


# --- what other pages show of it ---


def panel(group_id: UUID, *, actor: Actor, now: datetime, session: Session) -> Panel | None:
    """Return the duiding of a group for the top of its page: four themes, the label one line below."""
    standing = work.latest_assessments(actor=actor, session=session, group_ids=[group_id]).get(group_id)
    day = today(now)
    going = None
    if actor.has(*FILLERS):
        terms = rounds.terms_on(_rules(), day)
        going = rounds.open_round(group_id, terms=terms, now=now, session=session)
    context = {
        "group_id": group_id,
        "standing": standing,
        "expired": standing is not None and standing.expired(day),
        "going": going,
        "may_fill": actor.has(*FILLERS),
    }
    link = url_for("duiding.history", group_id=group_id) if standing else ""
    return Panel("Duiding", "classifying/panel.html", 10, context, link, "Alle duidingen" if link else "")


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """Return the rounds and assessments that wait for a jeugdagent or jongerenwerker."""
    if not actor.has(*FILLERS):
        return []
    day = today(now)
    rules = _rules()
    soon = day + timedelta(days=rounds.terms_on(rules, day).remind_days)
    mine = rounds.perspective_of(actor)
    found: list[WaitingWork] = []
    never: list[work.GroupWork] = []
    for group in work.open_work(rules=rules, actor=actor, now=now, session=session):
        if group.round is not None:
            entry = _round_work(group, mine)
            if entry:
                found.append(entry)
        elif group.standing is None:
            never.append(group)
        elif group.standing.expires_on <= soon:
            found.append(_lapsing(group, group.standing, day))
    found += [
        WaitingWork(
            f"Begin een vragenlijst voor {group.group_name}",
            url_for("duiding.start", group_id=group.group_id),
            "nog niet geduid",
        )
        for group in never[:MOST_LISTED]
    ]
    if len(never) > MOST_LISTED:
        rest = meervoud(len(never) - MOST_LISTED, "andere groep", "andere groepen")
        found.append(
            WaitingWork(f"Nog {rest} zonder duiding", url_for("groepen.group_list"), "nog niet geduid")
        )
    return found


def _round_work(group: work.GroupWork, mine: Perspective) -> WaitingWork | None:
    since = f"begonnen op {datum(group.started_at)}"
    if not group.both_in:
        if mine in group.closed:
            return None
        why = f"het andere beeld is al binnen, {since}" if group.closed else since
        return WaitingWork(
            f"Vul de vragenlijst in voor {group.group_name}",
            url_for("duiding.fill", questionnaire_id=group.round),
            why,
            urgent=bool(group.closed),
        )
    if group.open:
        differences = meervoud(group.open, "verschil", "verschillen")
        return WaitingWork(
            f"Bespreek {differences} over {group.group_name}",
            url_for("duiding.together", questionnaire_id=group.round),
            "beide beelden zijn binnen",
        )
    return WaitingWork(
        f"Stel de duiding vast van {group.group_name}",
        url_for("duiding.outcome", questionnaire_id=group.round),
        "er zijn geen verschillen meer",
    )


def _lapsing(group: work.GroupWork, standing: work.Standing, day: date) -> WaitingWork:
    lapsed = standing.expired(day)
    return WaitingWork(
        f"Begin een nieuwe vragenlijst voor {group.group_name}",
        url_for("duiding.start", group_id=group.group_id),
        "de duiding is verlopen" if lapsed else "de duiding verloopt binnenkort",
        due=standing.expires_on,
        urgent=lapsed,
    )


# --- about the rules ---


@pages.route("/over-de-regels", allow=EVERYBODY, scope="stad")
def about_rules(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Print every rule as text, with its sources and dates."""
    rules = _rules()
    paper = rules.questionnaire
    return render_template(
        "classifying/about_rules.html",
        rules=rules,
        paper=paper,
        terms=rounds.terms_on(rules, today(now)),
        terms_file=rules.shelf.of_kind("assessment-terms")[-1].data,
        rulesets=[
            (
                ruleset,
                [
                    (rule, as_text(rule.when, ruleset.criteria, paper) if rule.when else None)
                    for rule in ruleset.rules
                ],
                [(one, as_text(one.when, ruleset.criteria, paper)) for one in ruleset.criteria.values()],
                as_text(ruleset.gate.opens, ruleset.criteria, paper) if ruleset.gate else None,
            )
            for ruleset in rules.rulesets
        ],
        themes=[
            (
                theme,
                [
                    (rule, as_text(rule.when, theme.criteria, paper) if rule.when else None)
                    for rule in theme.rules
                ],
            )
            for theme in rules.duiding.themes
        ],
    )
