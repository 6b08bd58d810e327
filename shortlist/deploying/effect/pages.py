"""Pages of effect: before, during and after in a picture and a table, what follows, closing with an evaluation."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.classifying.routing import Routing
from shortlist.deploying.effect import work
from shortlist.deploying.effect.phases import EffectRules
from shortlist.deploying.effect.schemas import EvaluationForm, ReviewForm
from shortlist.deploying.effect.telling import CAUTION, said
from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.work import get_group, today
from shortlist.planning.aanpak.work import current_plans
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import WaitingWork
from shortlist.showing.words import datum, getal, meervoud

pages = Pages("effect", "shortlist.deploying")
READERS = frozenset(work.READERS)
CHOOSERS = frozenset(work.CHOOSERS)
_MIDWEEK = timedelta(days=3)
"""A week of the picture belongs to the period in which its Thursday lies."""


def _rules(now: datetime) -> EffectRules:
    return work.effect_rules_on(current_app.extensions["shortlist.shelf"], today(now))


def _routing() -> Routing:
    found: Routing = current_app.extensions["shortlist.rules"].routing
    return found


def _page(
    group_id: UUID, form: Form | None, *, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    rules = _rules(now)
    found = work.read(group_id, rules=rules, actor=actor, now=now, session=session)
    effect = found.effect
    weeks = work.weekly(found.looks, effect.own[0].phase.start, effect.own[-1].phase.end) if effect else []
    bands = []
    for part in effect.own if effect else ():
        mine = [place for place, (monday, _, _) in enumerate(weeks) if part.phase.holds(monday + _MIDWEEK)]
        if mine:
            bands.append((mine[0], mine[-1], part.phase.name))
    return render_template(
        "deploying/effect.html",
        form=form or blank(ReviewForm),
        group=get_group(group_id, actor=actor, session=session),
        found=found,
        effect=effect,
        rules=rules,
        points=[(datum(monday).rsplit(" ", 1)[0], seen, hours) for monday, seen, hours in weeks],
        bands=bands,
        week_rows=[(datum(monday), seen, getal(hours, 1)) for monday, seen, hours in weeks],
        told=[said(one, rules.level) for one in effect.comparisons] if effect else [],
        around=said(effect.displaced, rules.level) if effect else "",
        caution=CAUTION,
        chooses=actor.has(*CHOOSERS),
    ), 400 if form else 200


@pages.route("/groepen/<uuid:group_id>/verandering", allow=READERS, methods=("GET", "POST"))
def change(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show what changed around the deployments, and let the veiligheidsmanager choose what follows."""
    if request.method == "GET":
        return _page(group_id, None, actor=actor, now=now, session=session)
    form = read_form(ReviewForm, request.form)
    if form.valid:
        try:
            work.choose(
                group_id,
                **form.data,
                rules=_rules(now),
                routing=_routing(),
                actor=actor,
                now=now,
                session=session,
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash("Uw keuze is vastgelegd.", "ok")
            return redirect(url_for("effect.change", group_id=group_id), code=303)
    return _page(group_id, form, actor=actor, now=now, session=session)


@pages.route("/groepen/<uuid:group_id>/evaluatie", allow=CHOOSERS, methods=("GET", "POST"))
def evaluation(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Let the veiligheidsmanager close a group with an evaluation, beside the goal of its plan."""
    rules = _rules(now)
    form, status = blank(EvaluationForm), 200
    if request.method == "POST":
        form, status = read_form(EvaluationForm, request.form), 400
        if form.valid:
            try:
                work.close_with_evaluation(
                    group_id,
                    **form.data,
                    rules=rules,
                    routing=_routing(),
                    actor=actor,
                    now=now,
                    session=session,
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("De groep is gesloten; de evaluatie blijft leesbaar.", "ok")
                return redirect(url_for("effect.change", group_id=group_id), code=303)
    found = work.read(group_id, rules=rules, actor=actor, now=now, session=session)
    return render_template(
        "deploying/evaluation.html",
        form=form,
        group=get_group(group_id, actor=actor, session=session),
        plan=current_plans([group_id], session=session).get(group_id),
        found=found,
        told=[said(one, rules.level) for one in found.effect.comparisons] if found.effect else [],
        caution=CAUTION,
    ), status


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """Ask the veiligheidsmanager to consider scaling down where it has been quiet."""
    if not actor.has(*CHOOSERS):
        return []
    rules = _rules(now)
    return [
        WaitingWork(
            label=f"Overweeg af te schalen bij {name}",
            href=url_for("effect.change", group_id=group_id),
            why=f"in {rules.quiet_weeks} weken {meervoud(seen, 'keer', 'keer') if seen else 'niet'} gezien",
        )
        for group_id, name, seen in work.quiet_groups(rules=rules, actor=actor, now=now, session=session)
    ]
