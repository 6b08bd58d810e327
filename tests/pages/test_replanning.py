"""Computing a plan again mid-week through the pages: a pair falls out, a spoed group comes in, the rest stays."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from shortlist.planning.tables import WeekPlan, WeekPlanChange
from shortlist.prioritising.tables import UrgentDecision
from shortlist.serving import work_one
from tests.pages.conftest import Browser, City, Clock
from tests.pages.street import actions, add, street
from tests.pages.test_adjusting import shifts, visits
from tests.pages.test_week_plan import approve, solved
from tests.pages.week import Week, week

WHY = "Een van de twee is ziek."


@pytest.fixture
def city_week(city: City) -> Week:
    return week(city)


def urgent(city_week: Week, clock: Clock) -> None:
    """Let a spoedprocedure run for a group without a plan van aanpak."""
    place = street(city_week.city, name="Groep Haven")
    on = clock.now.date()
    add(
        place,
        UrgentDecision(
            group_id=place.group_id, sequence=1, reason="Steekpartij dreigt", picture="Onrust sinds zondag",
            valid_from=on, valid_until=on + timedelta(days=13), recorded_at=clock.now,
            recorded_by=city_week.city.actor("veiligheidsmanager").id,
        ),
    )  # fmt: skip


def test_a_sick_pair_and_a_spoed_group_give_the_smallest_change_with_what_and_why(
    client: Browser, city_week: Week, clock: Clock
) -> None:
    plan = solved(client, city_week)
    approve(client, plan)
    boas = visits(city_week, plan)
    clock.now = boas[0].ends_at + timedelta(hours=12)
    urgent(city_week, clock)
    client.sign_in("teamleider")
    page = client.get(f"{plan}/herplannen").get_data(as_text=True)
    assert "Groep Haven" in page
    assert "spoed" in page
    gone = next(s for s in shifts(city_week, city_week.boas) if s.starts_at > clock.now)
    answer = client.submit(f"{plan}/herplannen", {"shifts": str(gone.id), "why": WHY, "seen": "3"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert work_one(city_week.city.database)
    html = client.get(answer.location).get_data(as_text=True)
    assert "Wat er veranderde" in html
    assert "De dienst valt uit" in html
    assert "Groep Haven (spoed)" in html
    assert WHY in html
    new = visits(city_week, answer.location)
    done = {(one.visit, one.starts_at) for one in boas if one.starts_at <= clock.now}
    assert done
    assert done <= {(one.visit, one.starts_at) for one in new}
    assert not [one for one in new if gone.starts_at <= one.starts_at < gone.ends_at]
    with city_week.city.database.reading() as session:
        [change] = session.execute(select(WeekPlanChange)).scalars()
        assert change.kind == "herplan"
        problem = session.execute(
            select(col(WeekPlan.problem)).where(col(WeekPlan.id) == change.plan_id)
        ).scalar_one()
        haven = [one for one in problem["visits"] if one["name"] == "Groep Haven"]
    assert [one["kinds"] for one in haven] == [["politie"]], "no jeugdboa's without an approved request"
    assert "weekplan herplannen gevraagd" in actions(city_week.city.database)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"why": ""}, "Dit ontbreekt nog"),
        ({"seen": "2"}, "Iemand anders heeft intussen"),
        ({"shifts": "x"}, "staat niet in dit plan"),
    ],
)
def test_a_request_that_cannot_be_is_refused_and_keeps_what_was_typed(
    client: Browser, city_week: Week, change: dict[str, str], message: str
) -> None:
    plan = solved(client, city_week)
    approve(client, plan)
    client.sign_in("teamleider")
    place = str(city_week.noord.place_id)
    answer = client.submit(f"{plan}/herplannen", {"why": WHY, "seen": "3", "places": place, **change})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert message in html
    assert f'value="{place}" checked' in html


def test_a_closed_bridge_is_told_kept_and_opened_again(client: Browser, city_week: Week) -> None:
    plan = solved(client, city_week)
    fields = {"why": WHY, "seen": "2"}
    wrong = client.submit(f"{plan}/herplannen", {**fields, "road_from": "Noord", "road_to": "Noord"})
    assert "Kies twee verschillende stadsdelen" in wrong.get_data(as_text=True)
    wrong = client.submit(f"{plan}/herplannen", {**fields, "road_from": "Noord"})
    assert "Kies twee stadsdelen uit de lijst" in wrong.get_data(as_text=True)
    answer = client.submit(f"{plan}/herplannen", {**fields, "road_from": "Zuid", "road_to": "Noord"})
    assert answer.status_code == 303
    assert work_one(city_week.city.database)
    html = client.get(answer.location).get_data(as_text=True)
    assert "Geen weg tussen Noord en Zuid." in html
    # Both teams start in Noord: nobody reaches the group in Zuid, the other one is visited as before.
    assert {one.group_id for one in visits(city_week, answer.location)} == {city_week.noord.group_id}
    fixed = client.get(f"{answer.location}/vast").get_data(as_text=True)
    assert "Er is niets verboden" in fixed
    page = client.get(f"{answer.location}/herplannen").get_data(as_text=True)
    assert "tussen Noord en Zuid" in page
    again = client.submit(f"{answer.location}/herplannen", {**fields, "opened": "Noord|Zuid"})
    assert again.status_code == 303
    assert work_one(city_week.city.database)
    assert "De weg tussen Noord en Zuid is weer open" in client.get(again.location).get_data(as_text=True)
    assert len(visits(city_week, again.location)) == len(visits(city_week, plan))


def test_a_way_round_is_told_counted_in_the_plan_and_opened_again(client: Browser, city_week: Week) -> None:
    plan = solved(client, city_week)
    road = {"why": WHY, "seen": "2", "road_from": "Zuid", "road_to": "Noord"}
    answer = client.submit(f"{plan}/herplannen", {**road, "road_minutes": "25"})
    assert answer.status_code == 303
    assert work_one(city_week.city.database)
    html = client.get(answer.location).get_data(as_text=True)
    assert "De weg tussen Noord en Zuid is dicht; omrijden kost 25 minuten." in html
    # Both teams start in Noord and have the time to ride round: nothing stays out.
    assert {one.group_id for one in visits(city_week, answer.location)} == {
        city_week.noord.group_id,
        city_week.zuid.group_id,
    }
    page = client.get(f"{answer.location}/herplannen").get_data(as_text=True)
    assert "tussen Noord en Zuid, omrijden kost 25 minuten" in page
    again = client.submit(f"{answer.location}/herplannen", {"why": WHY, "seen": "2", "opened": "Noord|Zuid"})
    assert again.status_code == 303
    assert work_one(city_week.city.database)
    assert "De weg tussen Noord en Zuid is weer open" in client.get(again.location).get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"road_minutes": "-5"}, "Vul 1 tot en met 240 minuten in"),
        ({"road_minutes": "0"}, "Vul 1 tot en met 240 minuten in"),
        ({"road_minutes": "241"}, "Vul 1 tot en met 240 minuten in"),
        ({"road_minutes": "een kwartier"}, "Dit is geen heel getal"),
        ({"road_from": "", "road_to": ""}, "Kies tussen welke stadsdelen het omrijden is"),
        ({"road_from": "Atlantis"}, "Kies twee stadsdelen uit de lijst"),
    ],
)
def test_a_way_round_that_cannot_be_is_refused_and_kept_as_typed(
    client: Browser, city_week: Week, change: dict[str, str], message: str
) -> None:
    plan = solved(client, city_week)
    fields = {
        "why": WHY,
        "seen": "2",
        "road_from": "Zuid",
        "road_to": "Noord",
        "road_minutes": "25",
        **change,
    }
    answer = client.submit(f"{plan}/herplannen", fields)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert message in html
    assert f'name="road_minutes" value="{fields["road_minutes"]}"' in html


def test_a_week_that_is_over_and_a_plan_that_others_go_on_from_are_not_computed_again(
    client: Browser, city_week: Week, clock: Clock
) -> None:
    plan = solved(client, city_week)
    fields = {"why": WHY, "seen": "2"}
    assert client.submit(f"{plan}/herplannen", fields).status_code == 303
    late = client.submit(f"{plan}/herplannen", {**fields, "seen": "3"})
    assert "Versie 2 gaat al verder" in late.get_data(as_text=True)
    assert work_one(city_week.city.database)
    with city_week.city.database.reading() as session:
        newest = session.execute(select(col(WeekPlan.id)).where(col(WeekPlan.version) == 2)).scalar_one()
    clock.now = clock.now + timedelta(days=21)
    client.sign_in("teamleider")
    over = client.submit(f"/weekplannen/{UUID(str(newest))}/herplannen", fields)
    assert "Deze week is voorbij" in over.get_data(as_text=True)


def test_only_the_teamleider_asks_for_it(client: Browser, city_week: Week) -> None:
    plan = solved(client, city_week)
    for role in ("coordinator_vth", "stafgroeplid", "jeugdboa"):
        client.sign_in(role)
        assert client.get(f"{plan}/herplannen").status_code == 403
