"""Lead times on the group page and per stadsdeel, from what was recorded at each step."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shortlist.deploying.tables import DeploymentReport
from shortlist.observing.tables import GroupStatus
from shortlist.planning.tables import PlannedVisit, PlanVanAanpak, Team, WeekPlan
from shortlist.prioritising.tables import PriorityDecision, PriorityProposal
from tests.pages.conftest import NOW, City
from tests.pages.street import Street, add, assess, street


@pytest.fixture
def kade(city: City) -> Street:
    """Return a group whose first signal came on 1 June."""
    return street(city)


def text(client: Any, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    found: str = answer.get_data(as_text=True)
    return found


def decided(place: Street, days_ago: int, priority: str = "hoog") -> None:
    at, by = NOW - timedelta(days=days_ago), place.city.actor("veiligheidsmanager").id
    proposal = PriorityProposal(
        group_id=place.group_id, priority=priority, reason="Het wordt harder.", recorded_at=at, recorded_by=by
    )
    add(place, proposal)
    add(
        place,
        PriorityDecision(
            proposal_id=proposal.id, sequence=1, group_id=place.group_id, kind="vastgesteld", priority=priority,
            reason="Eens.", valid_from=at.date(), valid_until=at.date() + timedelta(days=90),
            recorded_at=at + timedelta(days=1), recorded_by=by,
        ),
    )  # fmt: skip


def deployed(place: Street, days_ago: int, *outcomes: str) -> None:
    at, by = NOW - timedelta(days=days_ago), place.city.actor("jeugdboa").id
    team = Team(name=f"boa {days_ago}", kind="jeugdboa", base_place_id=place.place_id)
    week = WeekPlan(
        week_start=at.date() - timedelta(days=at.weekday()),
        version=days_ago,
        problem={},
        recorded_at=at,
        recorded_by=by,
    )
    add(place, team, week)
    visit = PlannedVisit(
        id=uuid4(), plan_id=week.id, visit="kade", occurrence=1, group_id=place.group_id, place_id=place.place_id,
        team_id=team.id, arrives_at=at, starts_at=at, ends_at=at + timedelta(minutes=20),
    )  # fmt: skip
    add(place, visit)
    for number, outcome in enumerate(outcomes, start=1):
        add(
            place,
            DeploymentReport(
                planned_visit_id=visit.id, sequence=number, outcome=outcome, minutes=20, seen_count=0,
                recorded_at=at + timedelta(hours=number), recorded_by=by,
            ),
        )  # fmt: skip


def planned(place: Street, days_ago: int) -> None:
    add(
        place,
        PlanVanAanpak(
            group_id=place.group_id, version=1, goal="Rust", exit_criterion="Vier weken rust",
            evaluation_on=date(2027, 2, 1), recorded_at=NOW - timedelta(days=days_ago),
            recorded_by=place.city.actor("veiligheidsmanager").id,
        ),
    )  # fmt: skip


def test_the_group_page_shows_what_was_done_when_and_what_waits_too_long(client: Any, kade: Street) -> None:
    client.sign_in("jeugdagent")
    page = text(client, kade.url())
    assert "al 175 dagen, doel 14" in page
    assert "Duiding had er op" in page
    assess(kade, days_ago=20)
    decided(kade, 15)
    page = text(client, kade.url())
    assert "di 3 nov 2026 (155 dagen, over tijd)" in page
    assert "zo 8 nov 2026 (5 dagen)" in page
    assert "ma 9 nov 2026 (1 dag)" in page
    assert "al 14 dagen, doel 14" in page
    assert "Plan van aanpak is aan de beurt" in page
    assert "Alle doorlooptijden" not in page


def test_only_a_visit_that_took_place_is_the_first_deployment(client: Any, kade: Street) -> None:
    assess(kade, days_ago=20)
    decided(kade, 15)
    planned(kade, 12)
    deployed(kade, 9, "niet geweest")
    deployed(kade, 8, "groep bereikt", "niet geweest")
    client.sign_in("jeugdagent")
    assert "Eerste inzet is aan de beurt" not in text(client, kade.url()).split("Feiten")[1]
    assert "al 12 dagen, doel 7" in text(client, kade.url())
    deployed(kade, 2, "niet geweest", "niemand aangetroffen")
    assert "Van eerste signaal tot eerste inzet: 173 dagen" in text(client, kade.url())


def test_a_group_with_priority_none_or_closed_waits_for_nothing_more(client: Any, kade: Street) -> None:
    assess(kade, days_ago=100)
    decided(kade, 90, "geen")
    client.sign_in("veiligheidsmanager")
    assert text(client, kade.url()).count("niet nodig") == 2
    assert "Geen enkele groep wacht langer dan het doel" in text(client, "/doorlooptijden")
    add(
        kade,
        GroupStatus(
            group_id=kade.group_id, state="gesloten", reason="weg", recorded_at=NOW - timedelta(seconds=9),
            recorded_by=kade.city.actor("jeugdagent").id,
        ),
    )  # fmt: skip
    assert "Geen enkele groep wacht langer dan het doel" in text(client, "/doorlooptijden")


def test_the_overview_names_late_groups_of_ones_own_stadsdelen_only(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    page = text(client, "/doorlooptijden")
    assert "Groep Kade" in page
    assert "175" in page
    assert "Verwey-Jonker" in page
    client.sign_in("veiligheidsmanager-zuid")
    page = text(client, "/doorlooptijden")
    assert "Groep Kade" not in page
    assert "nog geen groepen in uw stadsdelen" in page
    client.sign_in("coordinator_vth")
    assert "Groep Kade" in text(client, "/doorlooptijden")
    client.sign_in("jeugdboa")
    text(client, "/doorlooptijden", 403)
