"""The page that asks and answers what more capacity would bring to a plan."""

from datetime import datetime
from uuid import UUID

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.groups.work import today
from shortlist.planning.adjusting.work import get_standing, team_names
from shortlist.planning.asking import work
from shortlist.planning.asking.schemas import QuestionForm
from shortlist.planning.week.work import PLANNERS, rules_on
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.words import hoofdletter, woord

pages = Pages("meerwaarde", "shortlist.planning")


@pages.route("/weekplannen/<uuid:plan_id>/meerwaarde", allow=PLANNERS, scope="stad", methods=("GET", "POST"))
def question_page(*, plan_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show what was asked and answered about a plan, and ask something new."""
    form: Form | None = None
    rules = rules_on(current_app.extensions["shortlist.shelf"], today(now))
    if request.method == "POST":
        form = read_form(QuestionForm(), request.form)
        if form.valid:
            try:
                work.ask(plan_id, **form.data, rules=rules, actor=actor, now=now, session=session)
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                return redirect(url_for("meerwaarde.question_page", plan_id=plan_id), code=303)
    standing = get_standing(plan_id, session=session)
    kinds = sorted({team["kind"] for team in standing.draft.problem["teams"]})
    page = render_template(
        "planning/capacity.html",
        form=form or blank(QuestionForm(), {"kind": "koppel", "team_kind": kinds[0] if kinds else ""}),
        plan=standing.plan,
        asked=work.asked_of(plan_id, actor=actor, session=session),
        kinds=[(kind, hoofdletter(woord(kind))) for kind in kinds],
        teams=sorted(team_names(standing).items(), key=lambda one: one[1]),
        seconds=rules.parameters.seconds,
    )
    return page, 400 if form else 200
