"""A team's calendar address: shown once, followed without signing in, gone when revoked."""

import re
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlmodel import col

from shortlist.planning.tables import TeamFeed
from tests.pages.conftest import Browser, City
from tests.pages.street import actions
from tests.pages.test_week_plan import approve, solved
from tests.pages.week import Week, week


@pytest.fixture
def city_week(city: City) -> Week:
    return week(city)


def make(client: Browser, city_week: Week) -> str:
    """Make an address as teamleider and return its path."""
    client.sign_in("teamleider")
    team = f"/teams/{city_week.boas}"
    assert client.submit(team, {}, to=f"{team}/agenda-adres").status_code == 303
    found = re.search(r'value="http://[^/"]+(/agenda/[\w-]+\.ics)"', client.get(team).get_data(as_text=True))
    assert found
    assert "/agenda/" not in client.get(team).get_data(as_text=True), "the address is shown once"
    return found.group(1)


def stranger(client: Browser, address: str, **headers: str) -> Any:
    client.delete_cookie("shortlist")
    return client.get(address, headers=headers)


def test_an_address_follows_the_approved_plan_without_signing_in_and_names_nobody(
    client: Browser, city_week: Week
) -> None:
    address = make(client, city_week)
    plan = solved(client, city_week)
    assert Calendar.from_ical(stranger(client, address).data).walk("VEVENT") == []
    approve(client, plan)
    answer = stranger(client, address)
    assert answer.mimetype == "text/calendar"
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert len([event for event in events if str(event["SUMMARY"]).startswith("Bezoek")]) == 4
    text = answer.get_data(as_text=True).replace("\r\n ", "")
    assert "Fictieve" not in text
    assert not re.search(r"SUMMARY:.*Groep Kade(?!\r)", text.replace("Plein Groep Kade", ""))
    assert not any(name in text for name in city_week.noord.members)


def test_a_calendar_that_did_not_change_is_not_sent_again(client: Browser, city_week: Week) -> None:
    address = make(client, city_week)
    first = stranger(client, address)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = stranger(client, address, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    approve(client, solved(client, city_week))
    assert stranger(client, address, **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_wrong_or_revoked_address_gives_nothing(client: Browser, city_week: Week) -> None:
    address = make(client, city_week)
    assert stranger(client, "/agenda/verzonnen.ics").status_code == 404
    client.sign_in("teamleider")
    team = f"/teams/{city_week.boas}"
    end = re.search(r'action="(/agenda-adressen/[\w-]+/intrekken)"', client.get(team).get_data(as_text=True))
    assert end
    assert client.submit(team, {}, to=end.group(1)).status_code == 303
    assert client.submit(team, {}, to=end.group(1)).status_code == 409
    assert stranger(client, address).status_code == 404
    done = actions(city_week.city.database)
    assert (done.count("agenda-adres gemaakt"), done.count("agenda-adres ingetrokken")) == (1, 1)


def test_only_the_hash_is_kept_the_number_is_limited_and_others_make_none(
    client: Browser, city_week: Week
) -> None:
    token = make(client, city_week).removeprefix("/agenda/").removesuffix(".ics")
    with city_week.city.database.reading() as session:
        [kept] = session.execute(select(col(TeamFeed.token_hash))).scalars()
    assert token not in kept
    assert len(kept) == 64
    for _ in range(4):
        make(client, city_week)
    team = f"/teams/{city_week.boas}"
    assert client.submit(team, {}, to=f"{team}/agenda-adres").status_code == 409
    client.sign_in("coordinator_vth")
    assert "Maak een agenda-adres" not in client.get(team).get_data(as_text=True)
    assert client.submit(team, {}, to=f"{team}/agenda-adres").status_code == 403
