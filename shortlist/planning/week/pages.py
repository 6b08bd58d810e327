"""Pages before a week plan is there: the list, and asking for a plan from demand and capacity."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.groups.work import today
from shortlist.planning.reviewing.work import READERS, list_week_plans, week_states
from shortlist.planning.tables import WeekPlanState
from shortlist.planning.week import work
from shortlist.planning.week.demand import ENFORCING, TRUSTING, Choice, TeamWeek, Wish
from shortlist.planning.week.schemas import WeekForm
from shortlist.planning.week.times import say_times, week_named
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.words import datum, duur

pages = Pages("weekplan", "shortlist.planning")


@pages.route("/weekplannen", allow=READERS, scope="stad")
def plan_list(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List the week plans, newest first."""
    return render_template(
        "planning/week_list.html",
        lines=list_week_plans(actor=actor, session=session),
        may_plan=actor.has(*work.PLANNERS),
    )


@pages.route("/weekplannen/nieuw", allow=work.PLANNERS, scope="stad", methods=("GET", "POST"))
def new_plan(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show demand and capacity of a week, or queue the making of a plan."""
    rules = work.rules_on(current_app.extensions["shortlist.shelf"], today(now))
    approved = current_app.extensions["shortlist.approved_groups"](session=session)
    monday = _week_asked(now)
    form = Form()
    if request.method == "POST":
        form = read_form(WeekForm(), request.form)
        monday = form.data["week"] if form.valid else _typed_week(form, monday)
        if form.valid:
            try:
                plan_id = work.order_week_plan(
                    monday,
                    rules=rules,
                    approved=approved,
                    choices={
                        row["id"]: Choice(row["times"], row["windows"], row["together"])
                        for row in form.data["wishes"]
                        if row["chosen"]
                    },
                    keep=_standing(monday, session) if form.data["keep"] else None,
                    actor=actor,
                    now=now,
                    session=session,
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                return redirect(url_for("plannen.plan_page", plan_id=plan_id), code=303)
    demand = work.read_demand(monday, rules=rules, approved=approved, now=now, session=session)
    teams = work.read_capacity(monday, session=session)
    if request.method == "GET":
        form = blank(WeekForm(), _prefilled(monday, demand.wishes))
    page = render_template(
        "planning/week_new.html",
        form=form,
        monday=monday,
        sunday=monday + timedelta(days=6),
        earlier=monday - timedelta(days=7),
        later=monday + timedelta(days=7),
        rows=_rows(demand.wishes, form),
        left_out=demand.left_out,
        teams=[team for team in teams if team.shifts],
        idle=[team.name for team in teams if not team.shifts and not team.missed],
        missed=[f"{team.name} op {datum(shift.starts_at)}" for team in teams for shift in team.missed],
        hours=_hours(teams),
        standing=_standing(monday, session),
        seconds=rules.parameters.seconds,
        past=monday + timedelta(days=7) <= today(now),
        look_back=rules.parameters.look_back_weeks,
    )
    return page, 400 if request.method == "POST" else 200


def _week_asked(now: datetime) -> date:
    """Return the Monday that the address asks for, or the one after today."""
    return week_named(request.args.get("week", "")) or work.next_monday(now)


def _typed_week(form: Form, default: date) -> date:
    return week_named(form.value("week")) or default


def _standing(monday: date, session: Session) -> Any:
    """Return the id of the approved plan of a week, or None."""
    approved = (
        plan_id
        for plan_id, _, state in week_states(monday, session=session)
        if state is WeekPlanState.VASTGESTELD
    )
    return next(approved, None)


def _prefilled(monday: date, wishes: Sequence[Wish]) -> dict[str, Any]:
    return {
        "week": monday,
        "wishes": [
            {"id": wish.id, "chosen": True, "times": wish.times_per_week, "windows": say_times(wish.spans)}
            for wish in wishes
        ],
    }


def _rows(wishes: Sequence[Wish], form: Form) -> list[dict[str, Any]]:
    """Lay each wish beside its row of the form; a wish that is not on a sent form gets a row at the end."""
    known = {
        value: int(name.split(".")[1])
        for name, value in form.values.items()
        if name.startswith("wishes.") and name.endswith(".id") and isinstance(value, str)
    }
    free = max(known.values(), default=-1) + 1
    enforced = {wish.group_id for wish in wishes if wish.kind in ENFORCING}
    rows = []
    for wish in wishes:
        number = known.get(wish.id)
        if number is None:
            number, free = free, free + 1
        brief = "Hete tijden, waarom?" if wish.hot else "Gewone tijden, waarom?"
        brief = "Gekozen tijden, waarom?" if wish.chosen else brief
        beside = wish.kind in TRUSTING and wish.group_id in enforced
        enforced -= {wish.group_id} if beside else set()  # asked once per group
        row = {"wish": wish, "name": f"wishes.{number}", "brief": brief, "hot": _hot(wish), "beside": beside}
        rows.append(row)
    return rows


def _hot(wish: Wish) -> str:
    """Say what the proposed times rest on, with the effort behind it."""
    parts = [
        f"{say_times([hot.span])} {hot.times}× gezien"
        + (f" in {duur(hot.minutes)} kijken" if hot.minutes else "")
        for hot in wish.hot
    ]
    return " ".join(filter(None, ("; ".join(parts) + "." if parts else "", wish.note)))


def _hours(teams: Sequence[TeamWeek]) -> list[tuple[str, int, str]]:
    """Return per kind of team the number of shifts and the hours."""
    kinds: dict[str, list[float]] = {}
    for team in teams:
        for shift in team.shifts:
            kinds.setdefault(team.kind, []).append((shift.ends_at - shift.starts_at).total_seconds() / 60)
    return [(kind, len(minutes), duur(sum(minutes))) for kind, minutes in sorted(kinds.items())]
