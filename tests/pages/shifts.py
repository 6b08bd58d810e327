"""What a test needs of deployments: a week plan that holds with a shift, its visits and who is in the team."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlmodel import col

from shortlist.planning.tables import PlannedVisit, Team, TeamMember, WeekPlan, WeekPlanStatus
from tests.pages.conftest import NOW
from tests.pages.street import Street, add


def plan(
    place: Street,
    *,
    hours_ago: float = 2,
    state: str = "vastgesteld",
    version: int = 1,
    member: str = "jeugdboa",
    kind: str = "jeugdboa",
    visits: int = 1,
) -> UUID:
    """Plan visits of a team with one account in it, half an hour apart; return the first visit's id.

    The shift begins an hour before the first visit and lasts six.
    """
    by = place.city.actor("teamleider").id
    start = NOW - timedelta(hours=hours_ago)
    team, week = uuid4(), uuid4()
    found = [uuid4() for _ in range(visits)]
    problem = {
        "teams": [
            {
                "id": str(team), "name": f"Koppel {team.hex[:4]}", "kind": kind, "people": [], "base": "basis",
                "shifts": [
                    {
                        "note": str(uuid4()), "start": (start - timedelta(hours=1)).isoformat(),
                        "end": (start + timedelta(hours=5)).isoformat(),
                    }
                ],
            }
        ],
        "visits": [], "places": [],
    }  # fmt: skip
    add(
        place,
        Team(id=team, name=f"Koppel {team.hex[:4]}", kind=kind, base_place_id=place.place_id),
        WeekPlan(
            id=week, week_start=date(2026, 11, 23), version=version, problem=problem, recorded_at=NOW,
            recorded_by=by,
        ),
    )  # fmt: skip
    add(
        place,
        TeamMember(team_id=team, account_id=place.city.actor(member).id),
        WeekPlanStatus(plan_id=week, sequence=1, state="concept", recorded_at=NOW, recorded_by=by),
        WeekPlanStatus(plan_id=week, sequence=2, state=state, recorded_at=NOW, recorded_by=by),
        *(
            PlannedVisit(
                id=visit, plan_id=week, visit=f"{place.group_id}-plein", occurrence=number + 1,
                group_id=place.group_id, place_id=place.place_id, team_id=team,
                arrives_at=start + number * timedelta(minutes=30),
                starts_at=start + number * timedelta(minutes=30),
                ends_at=start + number * timedelta(minutes=30) + timedelta(minutes=15),
            )
            for number, visit in enumerate(found)
        ),
    )  # fmt: skip
    return found[0]


def replan(place: Street, *kept: UUID) -> list[UUID]:
    """Approve a second version of the week with only these visits, as they were; return their new ids."""
    by = place.city.actor("teamleider").id
    with place.database.reading() as session:
        visits = [session.get_one(PlannedVisit, visit) for visit in kept]
        problem = session.execute(select(col(WeekPlan.problem))).scalar_one()
        session.expunge_all()
    week = uuid4()
    add(
        place,
        WeekPlan(
            id=week, week_start=date(2026, 11, 23), version=2, problem=problem, recorded_at=NOW, recorded_by=by
        ),
    )  # fmt: skip
    made = [
        PlannedVisit(**visit.model_dump(exclude={"id", "plan_id"}), id=uuid4(), plan_id=week)
        for visit in visits
    ]
    add(
        place,
        WeekPlanStatus(plan_id=week, sequence=1, state="concept", recorded_at=NOW, recorded_by=by),
        WeekPlanStatus(plan_id=week, sequence=2, state="vastgesteld", recorded_at=NOW, recorded_by=by),
        *made,
    )
    return [visit.id for visit in made]
