"""Pages of the gap list."""

from datetime import datetime
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.connecting.gaps import work
from shortlist.connecting.gaps.falling import REASONS
from shortlist.connecting.gaps.schemas import CareForm, LeaveForm
from shortlist.connecting.referrals.pages import rules_now
from shortlist.connecting.referrals.work import SENDERS, get_youngster
from shortlist.errors import Refused
from shortlist.guarding.door import Pages, keep
from shortlist.guarding.roles import Actor
from shortlist.observing.work import get_group, today
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import WaitingWork
from shortlist.showing.words import datum, hoofdletter, meervoud

pages = Pages("wal", "shortlist.connecting")
WATCHERS = frozenset(SENDERS)


@pages.route("/tussen-wal-en-schip", allow=WATCHERS, scope="eigen", personal=True)
def gap_list(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show who may drop out of sight, by reason and then alphabetically."""
    rules = rules_now(now)
    found = work.falling(rules=rules, actor=actor, now=now, session=session)
    return render_template(
        "connecting/gap_list.html",
        parts=[
            (text, [one for one in found if code in one.reasons and one.left is None])
            for code, text in REASONS.items()
        ],
        left=[one for one in found if one.left],
        children=work.children_seen(actor=actor, now=now, session=session),
        rules=rules,
    )


@pages.route(
    "/groepen/<uuid:group_id>/verwijzen/<uuid:person_id>/nu-niet",
    allow=WATCHERS,
    personal=True,
    methods=("GET", "POST"),
)
def leave(
    *, group_id: UUID, person_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Let a professional leave somebody on purpose, with a reason and a day to look again."""
    form, status = blank(LeaveForm), 200
    if request.method == "POST":
        form = read_form(LeaveForm, request.form)
        if form.valid:
            try:
                work.leave_for_now(group_id, person_id, **form.data, actor=actor, now=now, session=session)
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash(f"Vastgelegd. Op {datum(form.data['look_again_on'])} komt dit terug.", "ok")
                return redirect(url_for("wal.gap_list"), code=303)
        keep(session)
        status = 400
    youngster = get_youngster(group_id, person_id, actor=actor, now=now, session=session)
    group = get_group(group_id, actor=actor, session=session)
    return render_template("connecting/leave.html", form=form, group=group, youngster=youngster), status


def _care_page(
    gathering_id: UUID, form: Form, *, actor: Actor, now: datetime, session: Session, status: int = 200
) -> ResponseReturnValue:
    seen = work.get_children_seen(gathering_id, actor=actor, now=now, session=session)
    return render_template("connecting/care_signal.html", form=form, seen=seen, rules=rules_now(now)), status


@pages.route("/zorgsignalen/<uuid:gathering_id>", allow=WATCHERS, methods=("GET", "POST"))
def care_signal(*, gathering_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Let a professional record that an observation with children was passed on to care."""
    if request.method == "GET":
        form = blank(CareForm, {"passed_on": today(now)})
        return _care_page(gathering_id, form, actor=actor, now=now, session=session)
    form = read_form(CareForm, request.form)
    if form.valid:
        try:
            work.pass_to_care(gathering_id, **form.data, actor=actor, now=now, session=session)
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash("Het signaal is doorgegeven. Over de kinderen is niets vastgelegd.", "ok")
            return redirect(url_for("wal.gap_list"), code=303)
    return _care_page(gathering_id, form, actor=actor, now=now, session=session, status=400)


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """Remind of children to pass on and of youngsters who may drop out of sight: numbers only."""
    lines = []
    children = work.children_seen(actor=actor, now=now, session=session)
    if children:
        lines.append(
            WaitingWork(
                label=f"Geef {meervoud(len(children), 'signaal', 'signalen')} over kinderen onder 12 door aan de zorg",
                href=url_for("wal.gap_list") + "#kinderen",
                why=f"sinds {datum(children[0].on)}",
                urgent=True,
            )
        )
    count = work.count_falling(rules=rules_now(now), actor=actor, now=now, session=session)
    if count:
        lines.append(
            WaitingWork(
                label=f"{hoofdletter(meervoud(count, 'jongere dreigt', 'jongeren dreigen'))} uit beeld te raken",
                href=url_for("wal.gap_list"),
                why="verwijs, of leg vast waarom nu niets nodig is",
            )
        )
    return lines
