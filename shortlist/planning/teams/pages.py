"""Pages of teams: the list with the shifts of a week, a team, adding and removing shifts."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.groups.work import today
from shortlist.planning.feeds.pages import SHOWN_ONCE
from shortlist.planning.feeds.work import MAKERS, feeds_of
from shortlist.planning.tables import TeamKind
from shortlist.planning.teams import work
from shortlist.planning.teams.schemas import DAYS, CopyForm, ShiftForm, TeamForm
from shortlist.planning.week.times import monday_of, week_named
from shortlist.planning.week.work import read_capacity, rules_on
from shortlist.planning.working_time import WorkingTime
from shortlist.showing.charts import Block
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.words import datum

pages = Pages("teams", "shortlist.planning")


def week_asked(now: datetime, default: date) -> date:
    """Return the Monday of the week that the address asks for (``?week=``), or the default one."""
    return week_named(request.args.get("week", "")) or default


def _rules(now: datetime) -> WorkingTime:
    rules = rules_on(current_app.extensions["shortlist.shelf"], today(now))
    return rules.working_time(rules.parameters.working_time)


@pages.route("/teams", allow=work.LEADERS, scope="stad")
def team_list(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List the teams with their people and the shifts of a week."""
    monday = week_asked(now, monday_of(today(now)))
    teams = read_capacity(monday, session=session)
    kinds = {kind.value: number for number, kind in enumerate(TeamKind, start=1)}
    lanes = [
        (
            team.name,
            [
                Block(shift.starts_at, shift.ends_at, team.name, series=kinds[team.kind])
                for shift in team.shifts
            ],
        )
        for team in teams
    ]
    return render_template(
        "planning/teams.html",
        teams=teams,
        monday=monday,
        sunday=monday + timedelta(days=6),
        earlier=monday - timedelta(days=7),
        later=monday + timedelta(days=7),
        lanes=lanes,
        start=datetime.combine(monday, time(12), now.tzinfo),
        now=now,
    )


@pages.route("/teams/nieuw", allow=work.LEADERS, scope="stad", methods=("GET", "POST"))
def new_team(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the form of a new team, or make it."""
    form = blank(TeamForm(), {"kind": "jeugdboa", "active": "ja"})
    if request.method == "POST":
        form = read_form(TeamForm(), request.form)
        if form.valid:
            try:
                team_id = _save(None, form, actor=actor, now=now, session=session)
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("Het team is gemaakt. Voeg nu diensten toe.", "ok")
                return redirect(url_for("teams.team_page", team_id=team_id), code=303)
    page = render_template("planning/team_form.html", form=form, team=None, **_choices(session))
    return page, 400 if request.method == "POST" else 200


def _save(team_id: UUID | None, form: Form, *, actor: Actor, now: datetime, session: Session) -> UUID:
    return work.save_team(
        team_id,
        name=form.data["name"],
        kind=form.data["kind"],
        base=form.data["base"],
        people=form.data["people"],
        active=form.data["active"] == "ja",
        rules=_rules(now),
        actor=actor,
        now=now,
        session=session,
    )


def _choices(session: Session) -> dict[str, Any]:
    return {
        "kinds": [(kind.value, kind.value) for kind in TeamKind],
        "bases": [(place.id, place.name) for place in work.bases(session=session)],
        "candidates": [(one.id, one.name, one.kind) for one in work.candidates(session=session)],
    }


@pages.route("/teams/<uuid:team_id>/wijzigen", allow=work.LEADERS, scope="stad", methods=("GET", "POST"))
def change_team(*, team_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show a team to change, or change it."""
    team, people = work.get_team(team_id, session=session)
    filled = {
        "name": team.name,
        "kind": team.kind,
        "base": team.base_place_id,
        "people": people,
        "active": "ja" if team.active else "nee",
    }
    form = blank(TeamForm(), filled)
    if request.method == "POST":
        form = read_form(TeamForm(), request.form)
        if form.valid:
            try:
                _save(team_id, form, actor=actor, now=now, session=session)
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("Het team is bewaard.", "ok")
                return redirect(url_for("teams.team_page", team_id=team_id), code=303)
    team, _ = work.get_team(team_id, session=session)
    page = render_template("planning/team_form.html", form=form, team=team, **_choices(session))
    return page, 400 if request.method == "POST" else 200


@pages.route("/teams/<uuid:team_id>", allow=work.LEADERS, scope="stad", methods=("GET", "POST"))
def team_page(*, team_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show a team with its shifts of a week, or add shifts."""
    monday = week_asked(now, monday_of(today(now)))
    form = blank(ShiftForm(), {"week": monday, "starts": time(18), "ends": time(1, 30)})
    if request.method == "POST":
        form = read_form(ShiftForm(), request.form)
        if form.valid:
            try:
                added = work.add_shifts(
                    team_id,
                    week=form.data["week"],
                    days=form.data["days"],
                    starts=_minutes(form.data["starts"]),
                    ends=_minutes(form.data["ends"]),
                    rules=_rules(now),
                    actor=actor,
                    now=now,
                    session=session,
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash(f"{len(added)} {'dienst' if len(added) == 1 else 'diensten'} toegevoegd.", "ok")
                here = url_for("teams.team_page", team_id=team_id, week=form.data["week"].isoformat())
                return redirect(here, code=303)
    team, people = work.get_team(team_id, session=session)
    names = {one.id: one.name for one in work.candidates(session=session)}
    week = next((one for one in read_capacity(monday, session=session) if one.id == team_id), None)
    page = render_template(
        "planning/team.html",
        form=form,
        team=team,
        people=[names.get(person, "niet meer actief") for person in people],
        shifts=week.shifts if week else (),
        missed=week.missed if week else (),
        monday=monday,
        earlier=monday - timedelta(days=7),
        later=monday + timedelta(days=7),
        days=[(day, day) for day in DAYS],
        now=now,
        may_follow=actor.has(*MAKERS),
        feeds=feeds_of(team_id, session=session),
        new_feed=cookie.pop(SHOWN_ONCE, "") if request.method == "GET" else "",
    )
    return page, 400 if request.method == "POST" else 200


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


@pages.route("/teams/diensten-overnemen", allow=work.LEADERS, scope="stad", methods=("POST",))
def copy_shifts(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Take over the shifts of the week before for teams that have none yet."""
    form = read_form(CopyForm(), request.form)
    if not form.valid:
        raise Refused("Kies eerst een week op de pagina Teams.")
    week = form.data["week"]
    copied = work.copy_week(week, rules=_rules(now), actor=actor, now=now, session=session)
    flash(
        f"{copied.added} diensten overgenomen voor de week van {datum(week)}.",
        "ok" if copied.added else "info",
    )
    for name, reason in copied.skipped:
        flash(f"{name} is overgeslagen. {reason}", "warning")
    return redirect(url_for("teams.team_list", week=week.isoformat()), code=303)


@pages.route("/diensten/<uuid:shift_id>/verwijderen", allow=work.LEADERS, scope="stad", methods=("POST",))
def remove_shift(*, shift_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Take a shift away."""
    monday = work.remove_shift(shift_id, actor=actor, now=now, session=session)
    flash("De dienst is verwijderd.", "ok")
    return redirect(url_for("teams.team_list", week=monday.isoformat()), code=303)
