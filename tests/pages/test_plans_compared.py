"""Two plans side by side: versions of one week, and what each serves."""

import pytest

from tests.pages.conftest import Browser, City
from tests.pages.test_adjusting import adjust, visits
from tests.pages.test_week_plan import solved
from tests.pages.week import Week, week


@pytest.fixture
def city_week(city: City) -> Week:
    return week(city)


def test_a_version_lies_beside_the_one_that_it_came_from(client: Browser, city_week: Week) -> None:
    plan = solved(client, city_week)
    assert "Er is nog geen ander berekend plan" in client.get(f"{plan}/vergelijken").get_data(as_text=True)
    changed = adjust(client, plan, visits(city_week, plan)[0], "weghalen").location
    html = client.get(f"{changed}/vergelijken").get_data(as_text=True)
    assert "6 van 6" in html
    assert "5 van 6" in html
    assert "5 van de 6 bezoeken staan in beide plannen" in html
    assert "Vervalt" in html
    assert "−1" in html
    other = client.get(f"{plan}/vergelijken?met={changed.rsplit('/', 1)[-1]}").get_data(as_text=True)
    assert "Vervalt" in other, "the earlier version stands first, whichever one asked"


def test_who_works_in_one_stadsdeel_sees_its_groups_and_all_totals(client: Browser, city_week: Week) -> None:
    plan = solved(client, city_week)
    changed = adjust(client, plan, visits(city_week, plan)[0], "weghalen").location
    client.sign_in("stafgroeplid")
    html = client.get(f"{changed}/vergelijken").get_data(as_text=True)
    assert "Groep Dok" not in html
    assert "5 van 6" in html


def test_a_plan_that_is_not_there_or_not_computed_is_said_so(client: Browser, city_week: Week) -> None:
    plan = solved(client, city_week)
    assert client.get(f"{plan}/vergelijken?met=x").status_code == 404
    assert client.get(f"{plan}/vergelijken?met={city_week.boas}").status_code == 404
    waiting = client.submit(f"{plan}/herplannen", {"why": "Proef.", "seen": "2"}).location
    answer = client.get(f"{plan}/vergelijken?met={waiting.rsplit('/', 1)[-1]}")
    assert answer.status_code == 409
    assert "nog niet berekend" in answer.get_data(as_text=True)
