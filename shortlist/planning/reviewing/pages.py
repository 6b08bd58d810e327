"""Pages of a week plan: following, reading, deciding, printing; the sheet of a shift; files to take along."""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor, Role
from shortlist.guarding.work import all_stadsdelen
from shortlist.observing.groups.work import today
from shortlist.planning.adjusting.work import change_of, get_standing, locked_visits, names_of_both
from shortlist.planning.replanning.differences import untouched
from shortlist.planning.replanning.work import steps_since
from shortlist.planning.reviewing import work
from shortlist.planning.reviewing.exports import calendar_of, map_of, table_of
from shortlist.planning.reviewing.picture import ShiftPicture, days_of, gap_words
from shortlist.planning.tables import WeekPlanState
from shortlist.planning.week.schemas import DecisionForm
from shortlist.planning.week.times import ZONE
from shortlist.planning.week.work import next_monday, rules_on
from shortlist.showing.charts import Block, DayLane
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import WaitingWork
from shortlist.showing.pdf import pdf_of
from shortlist.showing.words import datum, tijd

pages = Pages("plannen", "shortlist.planning")
_GEOJSON = "application/geo+json"
_PDF = "application/pdf"


@pages.route("/weekplannen/<uuid:plan_id>", allow=work.READERS, scope="stad")
def plan_page(*, plan_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show a week plan: how good, what it serves, what it leaves out, one day on the map, the week per team."""
    return _plan_page(plan_id, blank(DecisionForm(), {"state": ""}), actor=actor, now=now, session=session)


def _plan_page(plan_id: UUID, form: Form, *, actor: Actor, now: datetime, session: Session) -> str:
    plan = work.get_week_plan(plan_id, actor=actor, session=session)
    days = days_of(plan.stops, plan.shifts, ZONE)
    day = _day_asked(days, today(now))
    team = request.args.get("team", "")
    teams = {str(shift.team_id): shift.team for shift in plan.shifts if shift.stops}
    shown = [
        shift
        for shift in plan.shifts
        if shift.stops and _local_day(shift) == day and team in ("", str(shift.team_id))
    ]
    may_plan = actor.has(*work.PLANNERS)
    standing = get_standing(plan_id, session=session) if may_plan and plan.gap is not None else None
    change = change_of(plan_id, session=session)
    told = change is not None and plan.gap is not None and actor.citywide
    steps = steps_since(plan_id, session=session) if told else None
    may_change = standing is not None and standing.changeable
    locked = locked_visits(standing, now=now) if standing else frozenset()
    return render_template(
        "planning/plan.html",
        plan=plan,
        form=form,
        change=change,
        steps=steps,
        stays=untouched(steps, now) if steps else (0, 0),
        names=names_of_both(plan_id, change, session=session) if change else {},
        standing=standing,
        may_change=may_change,
        locked=locked,
        sunday=plan.week_start + timedelta(days=6),
        quality=gap_words(plan.gap) if plan.gap is not None else "",
        days=days,
        day=day,
        teams=teams,
        team=team,
        shown=shown,
        geojson=_map(shown, actor=actor, session=session),
        legend=_legend(shown),
        rows=_rows(shown),
        lanes=_lanes(plan.shifts),
        day_lanes=_day_lanes(plan_id, shown, locked, may_change),
        start=datetime.combine(plan.week_start, time(12), ZONE),
        may_decide=actor.has(*work.DECIDERS)
        and plan.state in (WeekPlanState.CONCEPT, WeekPlanState.VASTGESTELD),
        may_plan=may_plan,
        may_carry=actor.has(*work.LEADERS),
        seen=plan.steps[-1].sequence,
        states=WeekPlanState,
    )


def _local_day(shift: ShiftPicture) -> date:
    return shift.starts_at.astimezone(ZONE).date()


def _day_asked(days: Sequence[date], on: date) -> date | None:
    """Return the day that the address asks for, else today or the next day with visits, else the first."""
    asked = request.args.get("dag", "")
    found = next((day for day in days if day.isoformat() == asked), None)
    to_come = next((day for day in days if day >= on), None)
    return found or to_come or (days[0] if days else None)


def _map(shifts: Sequence[ShiftPicture], *, actor: Actor, session: Session) -> dict[str, Any]:
    areas = [(part.name, part.boundary) for part in all_stadsdelen(session=session)]
    street = {Role.VEILIGHEIDSMANAGER, Role.STAFGROEPLID, Role.TEAMLEIDER, Role.COORDINATOR_VTH}
    group_url = None
    if "groepen.group_page" in current_app.view_functions and actor.has(*street):

        def group_url(group_id: UUID) -> str:
            return url_for("groepen.group_page", group_id=group_id)

    return map_of(shifts, areas, group_url=group_url)


def _legend(shifts: Sequence[ShiftPicture]) -> list[tuple[str, int]]:
    teams = list(dict.fromkeys(shift.team for shift in shifts))
    return [(name, number) for number, name in enumerate(teams, start=1)]


def _rows(shifts: Sequence[ShiftPicture]) -> list[tuple[int, Any, ShiftPicture]]:
    """Give the stops the numbers that they have on the map."""
    stops = [(stop, shift) for shift in shifts for stop in shift.stops]
    return [(number, stop, shift) for number, (stop, shift) in enumerate(stops, start=1)]


def _day_lanes(
    plan_id: UUID, shifts: Sequence[ShiftPicture], locked: Collection[str], may_change: bool
) -> list[DayLane]:
    """Lay the visits of a day in their shifts; the teamleider can open each of them."""
    lanes = []
    for shift in shifts:
        visits = []
        for stop in shift.stops:
            fixed = f"{stop.visit}#{stop.occurrence}" in locked
            href = ""
            if may_change:
                href = url_for(
                    "aanpassen.visit_page", plan_id=plan_id, bezoek=stop.visit, keer=stop.occurrence
                )
            label = f"{stop.group}, {stop.place}{', vastgezet' if fixed else ''}"
            visits.append(
                (Block(stop.starts_at, stop.ends_at, label, "●" if fixed else "", _KINDS[shift.kind]), href)
            )
        lanes.append(DayLane(shift.team, str(shift.id), shift.starts_at, shift.ends_at, visits))
    return lanes


_KINDS = {"jeugdboa": 1, "jongerenwerk": 2, "politie": 3}
_IDLE = 5
"""The greyest colour, for a shift without visits."""


def _lanes(shifts: Sequence[ShiftPicture]) -> list[tuple[str, list[Block]]]:
    """Draw each team's shifts over the week, with the number of visits in each."""
    lanes: dict[str, list[Block]] = {}
    for shift in sorted(shifts, key=lambda one: (one.kind, one.team, one.starts_at)):
        count = len(shift.stops)
        lanes.setdefault(shift.team, []).append(
            Block(shift.starts_at, shift.ends_at, f"{count} bezoeken", str(count), _KINDS[shift.kind])
            if count
            else Block(shift.starts_at, shift.ends_at, "geen bezoeken", "–", _IDLE)
        )
    return list(lanes.items())


def _counted(name: str) -> tuple[str, int, str]:
    """Return a name as people count: team 2 before team 10."""
    word, number, rest = _NUMBER.split(name, maxsplit=1) if _NUMBER.search(name) else (name, "0", "")
    return word, int(number), rest


_NUMBER = re.compile(r"(\d+)")


def _grid(monday: date, shifts: Sequence[ShiftPicture]) -> tuple[list[str], list[list[str]]]:
    """Return the week as a table for paper: a column per day, a row per team, in each cell hours and visits."""
    days = [monday + timedelta(days=number) for number in range(7)]
    rows: dict[str, list[str]] = {}
    for shift in sorted(shifts, key=lambda one: (one.kind, _counted(one.team), one.starts_at)):
        row = rows.setdefault(shift.team, [shift.team] + [""] * 7)
        cell = f"{tijd(shift.starts_at)}–{tijd(shift.ends_at)} ({len(shift.stops)})"
        column = 1 + days.index(_local_day(shift))
        row[column] = f"{row[column]}, {cell}" if row[column] else cell
    return ["Team", *(datum(day).rsplit(" ", 1)[0] for day in days)], list(rows.values())


@pages.route("/weekplannen/<uuid:plan_id>/voortgang", allow=work.READERS, scope="stad")
def progress_part(*, plan_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Give the part of the page that tells how far the worker is; reload the page once there is a result."""
    if "HX-Request" not in request.headers:
        return redirect(url_for("plannen.plan_page", plan_id=plan_id))
    plan = work.get_week_plan(plan_id, actor=actor, session=session)
    if plan.solving is None:
        return Response(status=200, headers={"HX-Refresh": "true"}, mimetype="text/plain")
    return render_template("planning/plan_progress.html", plan=plan)


@pages.route("/weekplannen/<uuid:plan_id>/stoppen", allow=work.PLANNERS, scope="stad", methods=("POST",))
def stop_page(*, plan_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Ask the worker to finish with the best plan it has."""
    work.stop_solving(plan_id, actor=actor, now=now, session=session)
    flash("Het rekenen stopt zo met het beste plan tot nu toe.", "info")
    return redirect(url_for("plannen.plan_page", plan_id=plan_id), code=303)


@pages.route("/weekplannen/<uuid:plan_id>/besluit", allow=work.DECIDERS, scope="stad", methods=("POST",))
def decide_page(*, plan_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Approve a plan or send it back with a reason."""
    form = read_form(DecisionForm(), request.form)
    if form.valid:
        try:
            work.decide_week_plan(
                plan_id,
                WeekPlanState(form.data["state"]),
                reason=form.data["reason"],
                seen=form.data["seen"],
                approved=current_app.extensions["shortlist.approved_groups"](session=session),
                actor=actor,
                now=now,
                session=session,
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash(f"Het weekplan is {form.data['state']}.", "ok")
            return redirect(url_for("plannen.plan_page", plan_id=plan_id), code=303)
    return _plan_page(plan_id, form, actor=actor, now=now, session=session), 400


@pages.route("/weekplannen/<uuid:plan_id>/afdrukken", allow=work.READERS, scope="stad")
def print_page(*, plan_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the plan as it goes on paper: a sheet with the whole, then a sheet per day."""
    plan = work.get_week_plan(plan_id, actor=actor, session=session)
    return _plan_on_paper(plan, actor=actor, now=now, session=session)


@pages.route("/weekplannen/<uuid:plan_id>/weekplan.pdf", allow=work.READERS, scope="stad")
def plan_pdf(*, plan_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Give the plan on paper as PDF."""
    plan = work.get_week_plan(plan_id, actor=actor, session=session)
    html = _plan_on_paper(plan, actor=actor, now=now, session=session)
    return _file(pdf_of(html), _PDF, f"weekplan-{plan.week_start}-versie-{plan.version}.pdf")


def _plan_on_paper(plan: work.WeekPicture, *, actor: Actor, now: datetime, session: Session) -> str:
    if plan.gap is None:
        raise Refused(f"Dit weekplan is ‘{plan.state.value}’: er is nog geen plan om af te drukken.")
    days = days_of(plan.stops, plan.shifts, ZONE)
    sheets = []
    for day in days:
        shifts = sorted(
            (shift for shift in plan.shifts if shift.stops and _local_day(shift) == day),
            key=lambda one: (one.starts_at, _counted(one.team)),
        )
        sheets.append(
            (day, shifts, _map(shifts, actor=actor, session=session), _legend(shifts), _rows(shifts))
        )
    return render_template(
        "planning/plan_print.html",
        plan=plan,
        sunday=plan.week_start + timedelta(days=6),
        quality=gap_words(plan.gap),
        sheets=sheets,
        grid=_grid(plan.week_start, plan.shifts),
        holds=plan.state is WeekPlanState.VASTGESTELD,
        printed_at=now,
        printed_by=actor.name,
        back=url_for("plannen.plan_page", plan_id=plan.id),
        pdf=url_for("plannen.plan_pdf", plan_id=plan.id),
    )


@pages.route("/weekplannen/<uuid:plan_id>/dienst/<uuid:shift_id>", allow=work.CARRIERS, scope="eigen")
def shift_page(
    *, plan_id: UUID, shift_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Show the sheet of one shift, for the phone and for paper."""
    sheet = work.shift_sheet(plan_id, shift_id, actor=actor, now=now, session=session)
    return _shift_on_paper(sheet, actor=actor, now=now, session=session)


@pages.route("/weekplannen/<uuid:plan_id>/dienst/<uuid:shift_id>.pdf", allow=work.CARRIERS, scope="eigen")
def shift_pdf(
    *, plan_id: UUID, shift_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Give the sheet of one shift as PDF."""
    sheet = work.shift_sheet(plan_id, shift_id, actor=actor, now=now, session=session)
    html = _shift_on_paper(sheet, actor=actor, now=now, session=session)
    return _file(pdf_of(html), _PDF, f"dienst-{_local_day(sheet.shift)}-{_plain(sheet.shift.team)}.pdf")


def _shift_on_paper(sheet: work.ShiftSheet, *, actor: Actor, now: datetime, session: Session) -> str:
    parameters = rules_on(current_app.extensions["shortlist.shelf"], today(now)).parameters
    return render_template(
        "planning/shift_sheet.html",
        sheet=sheet,
        shift=sheet.shift,
        geojson=_map([sheet.shift], actor=actor, session=session) if sheet.stops else None,
        approach=parameters.approach,
        contacts=parameters.contacts,
        draft=sheet.state is not WeekPlanState.VASTGESTELD,
        printed_at=now,
        printed_by=actor.name,
        back=url_for("plannen.plan_page", plan_id=sheet.plan_id)
        if actor.has(*work.READERS)
        else url_for("werk.home"),
        pdf=url_for("plannen.shift_pdf", plan_id=sheet.plan_id, shift_id=sheet.shift.id),
    )


def _file(data: bytes | str, mimetype: str, name: str) -> Response:
    response = Response(data, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.route("/weekplannen/<uuid:plan_id>/team/<uuid:team_id>.ics", allow=work.CARRIERS, scope="eigen")
def team_calendar(
    *, plan_id: UUID, team_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Give the calendar of one team in a plan."""
    plan, shifts = work.team_week(plan_id, team_id, actor=actor, session=session)
    # The address of a sheet without its shift: the last segment is put behind it per event.
    sheet = url_for("plannen.shift_page", plan_id=plan_id, shift_id=UUID(int=0), _external=True)
    data = calendar_of(
        shifts,
        week=plan.week_start,
        version=plan.version,
        stamp=plan.solved_at or plan.asked_at,
        address=sheet.removesuffix(str(UUID(int=0))),
        title=f"{shifts[0].team}, week van {datum(plan.week_start)}",
    )
    return _file(
        data, "text/calendar; charset=utf-8", f"weekplan-{plan.week_start}-{_plain(shifts[0].team)}.ics"
    )


def _plain(name: str) -> str:
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name.lower()).strip("-")


@pages.route("/weekplannen/<uuid:plan_id>/bezoeken.csv", allow=work.READERS, scope="stad")
def visits_csv(*, plan_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Give the visits of a plan as CSV."""
    plan = work.get_week_plan(plan_id, actor=actor, session=session)
    return _file(table_of(plan.stops), "text/csv; charset=utf-8", f"weekplan-{plan.week_start}.csv")


@pages.route("/weekplannen/<uuid:plan_id>/routes.geojson", allow=work.READERS, scope="stad")
def routes_geojson(*, plan_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Give the routes and visits of a plan as GeoJSON."""
    plan = work.get_week_plan(plan_id, actor=actor, session=session)
    areas = [(part.name, part.boundary) for part in all_stadsdelen(session=session)]
    data = current_app.json.dumps(map_of([shift for shift in plan.shifts if shift.stops], areas))
    return _file(data, _GEOJSON, f"weekplan-{plan.week_start}.geojson")


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """List plans that wait for a decision, and for the teamleider the week that has none yet."""
    found = []
    if actor.has(*work.DECIDERS):
        for plan_id, week, version in work.undecided(session=session):
            found.append(
                WaitingWork(
                    f"Beoordeel het weekplan voor de week van {datum(week)}",
                    url_for("plannen.plan_page", plan_id=plan_id),
                    f"versie {version} is een concept",
                    due=week,
                )
            )
    if actor.has(*work.PLANNERS):
        found += _planning(now=now, session=session)
    return found


def _planning(*, now: datetime, session: Session) -> list[WaitingWork]:
    monday = next_monday(now)
    states = work.week_states(monday, session=session)
    if not states:
        return [
            WaitingWork(
                f"Maak het weekplan voor de week van {datum(monday)}",
                url_for("weekplan.new_plan", week=monday.isoformat()),
                "er is nog geen plan",
                due=monday,
            )
        ]
    plan_id, version, state = states[0]
    if state not in (WeekPlanState.TERUG, WeekPlanState.MISLUKT):
        return []
    why = "is teruggestuurd" if state is WeekPlanState.TERUG else "is mislukt"
    return [
        WaitingWork(
            f"Pas het weekplan voor de week van {datum(monday)} aan",
            url_for("plannen.plan_page", plan_id=plan_id),
            f"versie {version} {why}",
            due=monday,
            urgent=True,
        )
    ]
