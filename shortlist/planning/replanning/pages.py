"""Pages of the smallest change: what fell out, and afterwards what changed and why."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.groups.work import today
from shortlist.planning.adjusting.changes import shifts_of_problem
from shortlist.planning.adjusting.work import Standing, get_standing, team_names
from shortlist.planning.replanning import work
from shortlist.planning.replanning.roads import Road, closed_roads, detour_minutes
from shortlist.planning.replanning.schemas import ReplanForm
from shortlist.planning.week.times import ZONE
from shortlist.planning.week.work import PLANNERS, WeekRules, rules_on
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.words import meervoud, periode, tijd

pages = Pages("herplannen", "shortlist.planning")


def _rules(now: datetime) -> WeekRules:
    return rules_on(current_app.extensions["shortlist.shelf"], today(now))


@pages.route("/weekplannen/<uuid:plan_id>/herplannen", allow=PLANNERS, scope="stad", methods=("GET", "POST"))
def replan_page(*, plan_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Ask what fell out and what came in, and queue the smallest change."""
    approved = current_app.extensions["shortlist.approved_groups"](session=session)
    rules = _rules(now)
    form: Form | None = None
    if request.method == "POST":
        form = read_form(ReplanForm(), request.form)
        if form.valid:
            try:
                made = work.replan(
                    plan_id,
                    **form.data,
                    rules=rules,
                    approved=approved,
                    actor=actor,
                    now=now,
                    session=session,
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                return redirect(url_for("plannen.plan_page", plan_id=made), code=303)
    standing = get_standing(plan_id, session=session)
    week = work.week_as_today(standing, rules=rules, approved=approved, now=now, session=session)
    page = render_template(
        "planning/replan.html",
        form=form or blank(ReplanForm(), {"seen": standing.sequence}),
        standing=standing,
        plan=standing.plan,
        today=week,
        lost=_named(standing, week.lost),
        shifts=_shifts(standing, now, week.lost),
        places=_places(standing),
        areas=sorted(set(work.areas_of(standing.draft.problem, session=session).values())),
        roads=[
            ("|".join(road), _named_road(road, standing.draft.problem))
            for road in sorted(closed_roads(standing.draft.problem))
        ],
        seconds=rules.parameters.seconds,
    )
    return page, 400 if form else 200


def _named(standing: Standing, shifts: Collection[str]) -> list[str]:
    names = team_names(standing)
    hours = shifts_of_problem(standing.draft.problem)
    found = sorted(
        (one for key, one in hours.items() if key in shifts), key=lambda one: (one.start, one.team)
    )
    return [f"{names[one.team]}, {periode(one.start, one.end)}" for one in found]


def _named_road(road: Road, problem: Any) -> str:
    minutes = detour_minutes(problem).get(road)
    told = f", omrijden kost {meervoud(round(minutes), 'minuut', 'minuten')}" if minutes else ""
    return f"tussen {road[0]} en {road[1]}{told}"


def _shifts(
    standing: Standing, now: datetime, lost: Collection[str]
) -> list[tuple[date, list[tuple[str, str, str]]]]:
    """Offer per day the shifts that are not over or lost, each with the visits that are still to come in it."""
    names = team_names(standing)
    found: dict[date, list[tuple[str, str, str]]] = {}
    for key, hours in shifts_of_problem(standing.draft.problem).items():
        if hours.end > now and key not in lost:
            count = sum(
                one.team == hours.team and max(hours.start, now) <= one.start < hours.end
                for one in standing.draft.made
            )
            label = f"{names[hours.team]} {tijd(hours.start)}–{tijd(hours.end)}"
            day = hours.start.astimezone(ZONE).date()
            found.setdefault(day, []).append((key, label, meervoud(count, "bezoek", "bezoeken")))
    return [(day, sorted(rows, key=lambda row: row[1])) for day, rows in found.items()]


def _places(standing: Standing) -> list[tuple[str, str]]:
    problem: Any = standing.draft.problem
    used = {visit["place"] for visit in problem["visits"]}
    return sorted(
        ((place["id"], place["name"]) for place in problem["places"] if place["id"] in used),
        key=lambda one: one[1],
    )
