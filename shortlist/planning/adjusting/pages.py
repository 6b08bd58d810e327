"""Pages where the teamleider changes a made plan by hand: one visit, and the locks and bans of a plan."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.errors import NotFound, Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.groups.work import today
from shortlist.planning.adjusting import work
from shortlist.planning.adjusting.changes import Hours
from shortlist.planning.adjusting.schemas import AdjustForm, LiftForm
from shortlist.planning.week.times import ZONE
from shortlist.planning.week.work import PLANNERS, rules_on
from shortlist.planning.working_time_files import Loader
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.words import datum, tijd

pages = Pages("aanpassen", "shortlist.planning")


def _rules(now: datetime) -> Loader:
    return rules_on(current_app.extensions["shortlist.shelf"], today(now)).working_time


def _asked() -> tuple[str, int]:
    """Return the visit and the occurrence that the address asks for.

    Raises:
        NotFound: it asks for none.
    """
    try:
        return request.args["bezoek"], int(request.args.get("keer", "1"))
    except (KeyError, ValueError):
        raise NotFound("Dit bezoek staat niet in dit weekplan.") from None


@pages.route("/weekplannen/<uuid:plan_id>/aanpassen", allow=PLANNERS, scope="stad", methods=("GET", "POST"))
def visit_page(*, plan_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show one wanted visit: where it stands, where else it fits and why not elsewhere; or change it."""
    visit, occurrence = _asked()
    form = Form()
    if request.method == "POST":
        form = read_form(AdjustForm(), request.form)
        if form.valid:
            try:
                made = _change(plan_id, visit, occurrence, form.data, actor=actor, now=now, session=session)
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("Het plan is aangepast. De wijziging is getoetst en breekt geen regel.", "ok")
                return redirect(url_for("plannen.plan_page", plan_id=made), code=303)
    standing, picture, shifts = work.visit_picture(plan_id, visit, occurrence, actor=actor, session=session)
    names = work.team_names(standing)
    answers = work.why_not(standing, visit, occurrence, rules=_rules(now), now=now)
    if request.method == "GET":
        form = blank(AdjustForm(), _prefilled(picture, standing.sequence, shifts))
    page = render_template(
        "planning/visit.html",
        form=form,
        standing=standing,
        plan=standing.plan,
        picture=picture,
        answers=answers,
        past=picture.made is not None and picture.made.start <= now,
        here=names[picture.made.team] if picture.made else "",
        actions=_actions(picture),
        shifts=[(key, _said(hours, names)) for key, hours in shifts.items() if hours.end > now],
    )
    return page, 400 if request.method == "POST" else 200


def _change(
    plan_id: UUID,
    visit: str,
    occurrence: int,
    data: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    common: dict[str, Any] = {
        "why": data["why"],
        "seen": data["seen"],
        "rules": _rules(now),
        "actor": actor,
        "now": now,
        "session": session,
    }
    match data["action"]:
        case "verplaatsen":
            at = work.moment_in_shift(plan_id, data["shift"], data["time"], session=session)
            return work.move_visit(
                plan_id, visit, occurrence, shift=data["shift"], at=at, fix=data["fix"], **common
            )
        case "vastzetten":
            return work.lock_visit(plan_id, visit, occurrence, **common)
        case "losmaken":
            return work.release_visit(plan_id, visit, occurrence, **common)
        case "weghalen":
            return work.remove_visit(plan_id, visit, occurrence, **common)
        case _:
            return work.forbid_visit(
                plan_id, visit, occurrence, shift=data["shift"], scope=data["scope"], **common
            )


def _prefilled(picture: work.VisitPicture, seen: int, shifts: Mapping[str, Hours]) -> dict[str, Any]:
    """Start from where the visit stands, or from the shift and time that the address brings (dragging does)."""
    shift = request.args.get("dienst", "")
    at = picture.made.start.astimezone(ZONE).strftime("%H:%M") if picture.made else ""
    return {
        "action": "verplaatsen" if shift in shifts or picture.made is None else "",
        "shift": shift if shift in shifts else picture.shift,
        "time": _time(request.args.get("tijd", at)),
        "fix": True,
        "scope": "dienst",
        "seen": seen,
    }


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


_WHERE = "Kies hieronder een dienst. Zonder tijd zoekt het programma een tijd die past."


def _actions(picture: work.VisitPicture) -> list[tuple[str, str, str]]:
    """Return what may be done with a visit, each with what it does."""
    if picture.made is None:
        return [
            ("verplaatsen", "Inplannen", _WHERE),
            ("verbieden", "Verbieden", "Dit bezoek komt daar niet, ook niet bij opnieuw rekenen."),
        ]  # fmt: skip
    lock = (
        ("losmaken", "Losmaken", "Bij opnieuw rekenen mag het bezoek schuiven.")
        if picture.locked
        else ("vastzetten", "Vastzetten", "Team en tijd blijven zo, ook bij opnieuw rekenen.")
    )
    return [
        ("verplaatsen", "Verplaatsen", _WHERE),
        lock,
        ("weghalen", "Weghalen", "Het bezoek gaat uit dit plan. Bij opnieuw rekenen kan het terugkomen."),
        ("verbieden", "Verbieden", "Het bezoek gaat uit de gekozen dienst en komt daar niet terug."),
    ]  # fmt: skip


def _said(hours: Hours, names: Mapping[str, str]) -> str:
    return f"{names[hours.team]}, {datum(hours.start)} {tijd(hours.start)}–{tijd(hours.end)}"


@pages.route("/weekplannen/<uuid:plan_id>/vast", allow=PLANNERS, scope="stad", methods=("GET", "POST"))
def fixed_page(*, plan_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the locks and bans of a plan, and lift a ban."""
    form = blank(LiftForm())
    if request.method == "POST":
        form = read_form(LiftForm(), request.form)
        if form.valid:
            try:
                made = work.lift_ban(
                    plan_id, **form.data, rules=_rules(now), actor=actor, now=now, session=session
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("Het verbod is opgeheven.", "ok")
                return redirect(url_for("plannen.plan_page", plan_id=made), code=303)
    standing = work.get_standing(plan_id, session=session)
    locks, bans = work.fixed_of(standing.draft.problem, now=now)
    page = render_template(
        "planning/fixed.html", form=form, standing=standing, plan=standing.plan, locks=locks, bans=bans
    )
    return page, 400 if request.method == "POST" else 200
