"""Pages about duplicates: the overview, and one pair of persons or groups side by side."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.differentiating.duplicates import work
from shortlist.differentiating.duplicates.pairing import DuplicateRules
from shortlist.differentiating.duplicates.schemas import VerdictForm
from shortlist.differentiating.judging.work import judge_groups
from shortlist.errors import Refused
from shortlist.guarding.door import Pages, keep
from shortlist.guarding.roles import Actor
from shortlist.observing.tables import PairVerdict
from shortlist.observing.work import MEMBER_VIEWERS
from shortlist.showing.forms import Form, blank, read_form

pages = Pages("dubbel", __name__)
MEMBERS = frozenset(MEMBER_VIEWERS)
SAID = {
    PairVerdict.DEZELFDE: "De twee zijn samengevoegd. Ongedaan maken kan altijd.",
    PairVerdict.VERSCHILLEND: "Vastgelegd: het zijn er twee.",
    PairVerdict.ONBESLIST: "Vastgelegd: nog niet duidelijk.",
}


def _rules(now: datetime) -> DuplicateRules:
    return work.duplicate_rules_on(current_app.extensions["shortlist.shelf"], now)


@pages.route("/dubbelen", allow=MEMBERS, scope="eigen", personal=True)
def overview(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List who and which groups may be one, and what was judged before."""
    rules = _rules(now)
    found = work.find_duplicates(rules=rules, actor=actor, now=now, session=session)
    return render_template("differentiating/duplicates.html", found=found, weeks=rules.weeks)


def _judged(judge: Callable[..., None], session: Session) -> tuple[Form | None, bool]:
    """Do what was sent with ``judge``; return the form to show (None: nothing was sent) and whether it was done."""
    if request.method == "GET":
        return None, False
    form = read_form(VerdictForm, request.form)
    if form.valid:
        verdict = PairVerdict(form.data["verdict"])
        try:
            judge(
                verdict,
                surviving=form.data["surviving"],
                reason=form.data["reason"],
                seen=int(form.data["seen"]) if form.data["seen"].isdecimal() else -1,
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash(SAID[verdict], "ok")
            return form, True
    keep(session)  # what is shown again is read again: that reading stays in the log
    return form, False


@pages.route(
    "/dubbelen/personen/<uuid:one>/<uuid:other>", allow=MEMBERS, personal=True, methods=("GET", "POST")
)
def persons(*, one: UUID, other: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show two persons side by side and let somebody judge whether they are one."""
    rules = _rules(now)
    judge = partial(work.judge_person_pair, one, other, rules=rules, actor=actor, now=now, session=session)
    form, done = _judged(judge, session)
    if done:
        return redirect(url_for("dubbel.overview"), code=303)
    pair = work.person_pair(one, other, rules=rules, actor=actor, now=now, session=session)
    return render_template(
        "differentiating/duplicate_persons.html",
        pair=pair,
        names=[profile.pseudonyms[0] for profile in pair.profiles],
        form=form or blank(values={"seen": str(len(pair.history))}),
    ), 400 if form else 200


@pages.route(
    "/dubbelen/groepen/<uuid:one>/<uuid:other>", allow=MEMBERS, personal=True, methods=("GET", "POST")
)
def groups(*, one: UUID, other: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show two groups side by side and let somebody judge whether they are one."""
    form, done = _judged(partial(judge_groups, one, other, actor=actor, now=now, session=session), session)
    if done:
        return redirect(url_for("dubbel.overview"), code=303)
    pair = work.group_pair(one, other, rules=_rules(now), actor=actor, now=now, session=session)
    return render_template(
        "differentiating/duplicate_groups.html",
        pair=pair,
        names=[profile.name for profile in pair.profiles],
        form=form or blank(values={"seen": str(len(pair.history))}),
    ), 400 if form else 200
