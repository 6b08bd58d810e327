"""What a test needs for a week plan: prioritised groups with a plan van aanpak, teams with shifts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from shortlist.deploying.tables import DeploymentRequest, RequestStatus
from shortlist.guarding.audit import record, watch
from shortlist.observing.tables import Place
from shortlist.planning.tables import PlanMeasure, PlanVanAanpak, Shift, Team, TeamMember
from shortlist.prioritising.tables import PriorityDecision, PriorityProposal
from tests.pages.conftest import NOORD, NOW, ZUID, City
from tests.pages.street import Street, add, assess, street

WEEK = date(2026, 11, 30)
"""The Monday after the tests' present."""


@dataclass(frozen=True)
class Week:
    """Two groups (Noord: hoog, Zuid: midden), a pair of jeugdboa's and a youth worker with shifts."""

    city: City
    noord: Street
    zuid: Street
    boas: UUID
    worker: UUID


def decide(place: Street, priority: str = "hoog", *, suffix: str = "") -> None:
    actor = place.city.actor(f"stafgroeplid{suffix}").id
    proposal = PriorityProposal(
        group_id=place.group_id, priority=priority, reason="x", recorded_at=NOW, recorded_by=actor
    )
    add(place, proposal)
    add(
        place,
        PriorityDecision(
            proposal_id=proposal.id, sequence=1, group_id=place.group_id, kind="vastgesteld", priority=priority,
            reason="x", valid_from=date(2026, 11, 1), valid_until=date(2027, 2, 1), recorded_at=NOW, recorded_by=actor,
        ),
    )  # fmt: skip


def approach(place: Street, *measures: tuple[str, int], suffix: str = "") -> None:
    actor = place.city.actor(f"veiligheidsmanager{suffix}").id
    plan = PlanVanAanpak(
        group_id=place.group_id, version=1, goal="Rust op het plein", exit_criterion="Vier weken rust",
        evaluation_on=date(2027, 1, 11), recorded_at=NOW, recorded_by=actor,
    )  # fmt: skip
    add(place, plan)
    rows = [
        PlanMeasure(
            plan_id=plan.id,
            measure=name,
            track="groep",
            owner="JIT",
            due_on=date(2027, 1, 11),
            visits_per_week=visits,
        )
        for name, visits in measures
    ]
    add(place, *rows)


def approve_boas(place: Street, *, suffix: str = "") -> None:
    """Put an approved request for jeugdboa's straight into the tables."""
    actor = place.city.actor(f"veiligheidsmanager{suffix}").id
    asked = DeploymentRequest(
        group_id=place.group_id, nuisance="Lawaai", features="Plein", measures_taken="Gesprek", effect="Geen",
        expected="Rust", recorded_at=NOW, recorded_by=actor,
    )  # fmt: skip
    add(place, asked)
    add(
        place,
        *(
            RequestStatus(
                request_id=asked.id, sequence=number, state=state, recorded_at=NOW, recorded_by=actor
            )
            for number, state in enumerate(("ingediend", "goedgekeurd"), start=1)
        ),
    )


def evening(day: int, start: int = 18, hours: int = 7) -> tuple[datetime, datetime]:
    """Return a shift of the week: weekday and Dutch winter hour."""
    begin = datetime(2026, 11, 30, tzinfo=NOW.tzinfo) + timedelta(days=day, hours=start - 1)
    return begin, begin + timedelta(hours=hours)


def week(city: City) -> Week:
    noord, zuid = street(city), street(city, name="Groep Dok", part=ZUID, suffix="-zuid")
    for place, priority, suffix in ((noord, "hoog", ""), (zuid, "midden", "-zuid")):
        assess(place)
        decide(place, priority, suffix=suffix)
        approach(place, ("jeugdboa", 2), ("jongerenwerk", 1), suffix=suffix)
        approve_boas(place, suffix=suffix)
    with city.database.writing() as session:
        watch(session)
        base = Place(stadsdeel_id=NOORD, name="Stadskantoor", kind="basis", lon=5.06, lat=52.06)
        session.add(base)
        session.flush()
        boas = Team(name="Boa-koppel 1", kind="jeugdboa", base_place_id=base.id)
        worker = Team(name="Jongerenwerk 1", kind="jongerenwerk", base_place_id=base.id)
        session.add_all([boas, worker])
        session.flush()
        for team, logins in ((boas, ("jeugdboa", "jeugdboa-zuid")), (worker, ("jongerenwerker",))):
            session.add_all(TeamMember(team_id=team.id, account_id=city.actor(login).id) for login in logins)
        for day in (2, 4, 5):
            start, end = evening(day)
            session.add(Shift(team_id=boas.id, starts_at=start, ends_at=end))
        for day in (1, 3):
            start, end = evening(day, 15, 6)
            session.add(Shift(team_id=worker.id, starts_at=start, ends_at=end))
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
    return Week(city, noord, zuid, boas.id, worker.id)
