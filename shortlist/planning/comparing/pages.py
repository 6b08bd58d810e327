"""The page with two plans side by side."""

from datetime import datetime
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.errors import NotFound
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.planning.comparing import work
from shortlist.planning.comparing.side_by_side import Pair
from shortlist.planning.reviewing.work import READERS, get_week_plan, list_week_plans
from shortlist.showing.words import datum

pages = Pages("plannen-vergelijken", "shortlist.planning")


@pages.route("/weekplannen/<uuid:plan_id>/vergelijken", allow=READERS, scope="stad")
def compare_page(*, plan_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show a plan beside another one that the reader chooses."""
    plan = get_week_plan(plan_id, actor=actor, session=session)
    other = _asked() or work.other_plan(plan, session=session)
    found = work.side_by_side(plan_id, other, actor=actor, session=session) if other else None
    names: dict[str, str] = {}
    for picture in (found.first, found.second) if found else ():
        names |= {stop.visit: f"{stop.group} ({stop.place})" for stop in picture.stops}
        names |= {str(shift.team_id): shift.team for shift in picture.shifts}
    return render_template(
        "planning/compare.html",
        plan=plan,
        other=other,
        found=found,
        names=names,
        choices=[
            (line.id, f"Week van {datum(line.week_start)}, versie {line.version} ({line.state.value})")
            for line in list_week_plans(actor=actor, session=session)
            if line.id != plan_id and line.gap is not None
        ],
        signed=_signed,
    )


def _asked() -> UUID | None:
    raw = request.args.get("met", "")
    try:
        return UUID(raw) if raw else None
    except ValueError:
        raise NotFound("Dit weekplan bestaat niet.") from None


def _signed(pair: Pair) -> str:
    return "–" if pair.more == 0 else f"{pair.more:+d}".replace("-", "−")
