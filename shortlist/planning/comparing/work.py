"""Use cases of comparing: with which plan, and what lies side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from shortlist.errors import Refused
from shortlist.guarding.roles import Actor
from shortlist.planning.adjusting.changes import Made
from shortlist.planning.adjusting.work import change_of
from shortlist.planning.comparing.side_by_side import Pair, group_pairs, served_pairs
from shortlist.planning.replanning.differences import Step, compare
from shortlist.planning.reviewing.picture import Stop
from shortlist.planning.reviewing.work import WeekPicture, get_week_plan, plan_that_holds, week_states
from shortlist.planning.tables import WeekPlan, WeekPlanState


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two plans with what each serves; ``steps`` only when they are of one week."""

    first: WeekPicture
    second: WeekPicture
    areas: Sequence[Pair]
    priorities: Sequence[Pair]
    groups: Sequence[Pair]
    steps: Sequence[Step] | None


def other_plan(plan: WeekPicture, *, session: Session) -> UUID | None:
    """Return the plan to compare with when nobody chose: the one it goes on from, last week's, an earlier version."""
    found = change_of(plan.id, session=session)
    if found is not None:
        return found[0].based_on_id
    last_week = plan_that_holds(plan.week_start - timedelta(days=7), session=session)
    if last_week is not None:
        return last_week.id
    solved = {WeekPlanState.CONCEPT, WeekPlanState.VASTGESTELD, WeekPlanState.TERUG}
    versions = week_states(plan.week_start, session=session)
    return next((key for key, number, state in versions if number < plan.version and state in solved), None)


def side_by_side(plan_id: UUID, other: UUID, *, actor: Actor, session: Session) -> SideBySide:
    """Return two plans side by side, the earlier one first, as far as the reader may see them.

    Raises:
        NotFound: one of them does not exist.
        Refused: one of them was not computed.
    """
    pictures = [get_week_plan(one, actor=actor, session=session) for one in (other, plan_id)]
    for picture in pictures:
        if picture.value is None:
            raise Refused(f"Versie {picture.version} is nog niet berekend en is dus niet te vergelijken.")
    first, second = sorted(pictures, key=lambda one: (one.week_start, one.version))
    return SideBySide(
        first,
        second,
        served_pairs(first.per_area, second.per_area),
        served_pairs(first.per_priority, second.per_priority),
        group_pairs(first.stops, second.stops),
        _steps(first, second, session=session) if first.week_start == second.week_start else None,
    )


def _steps(first: WeekPicture, second: WeekPicture, *, session: Session) -> list[Step]:
    rows = [session.get(WeekPlan, one.id) for one in (first, second)]
    problems = [row.problem for row in rows if row is not None]
    return compare(problems[0], _made(first.stops), problems[1], _made(second.stops))


def _made(stops: Sequence[Stop]) -> list[Made]:
    return [Made(stop.visit, str(stop.team_id), stop.starts_at) for stop in stops]
