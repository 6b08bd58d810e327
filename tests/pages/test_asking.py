"""What more capacity would bring, asked on a page and answered by the worker."""

import pytest
from sqlalchemy import select

from shortlist.planning.tables import PlanAnswer
from shortlist.serving import work_one
from tests.pages.conftest import Browser, City
from tests.pages.street import assess, street
from tests.pages.test_week_plan import demand_fields, solved
from tests.pages.week import Week, approach, approve_boas, decide, week


@pytest.fixture
def city_week(city: City) -> Week:
    return week(city)


def busy(client: Browser, city_week: Week) -> str:
    """Return a plan that leaves something out: a group that is to be seen on Sunday, when no pair works."""
    place = street(city_week.city, name="Groep Zondag")
    assess(place)
    decide(place)
    approach(place, ("jeugdboa", 1))
    approve_boas(place)
    client.sign_in("teamleider")
    fields = demand_fields(client)
    row = next(name for name, text in fields.items() if str(place.group_id) in str(text)).removesuffix(".id")
    return solved(client, city_week, **{f"{row}.windows": "zo 19:00-21:00"})


def test_an_evening_more_says_what_it_brings_at_least_and_at_most(client: Browser, city_week: Week) -> None:
    page = f"{busy(client, city_week)}/meerwaarde"
    fields = {"kind": "avond", "team": str(city_week.boas), "day": "2026-12-06"}
    assert client.submit(page, fields).status_code == 303
    assert "Wordt berekend" in client.get(page).get_data(as_text=True)
    assert work_one(city_week.city.database)
    html = client.get(page).get_data(as_text=True)
    assert "Boa-koppel 1 ook op zo 6 dec 2026" in html
    assert "Levert ten minste 100 punten op: 1 bezoek meer" in html
    assert "Meer dan 100 punten kan niet" in html
    assert "Groep Zondag (1)" in html


def test_a_pair_more_that_brings_nothing_is_said_so_with_proof(client: Browser, city_week: Week) -> None:
    page = f"{solved(client, city_week)}/meerwaarde"
    assert client.submit(page, {"kind": "koppel", "team_kind": "jeugdboa"}).status_code == 303
    assert work_one(city_week.city.database)
    html = client.get(page).get_data(as_text=True)
    assert "Levert niets op wat nu blijft liggen" in html
    assert "Dat is bewezen" in html


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Kies wat u wilt weten"),
        ({"kind": "avond", "team": "", "day": ""}, "Kies een team"),
        ({"kind": "avond", "team": "x", "day": "2026-12-06"}, "staat niet in dit plan"),
        ({"kind": "avond", "day": "2026-12-26"}, "in de week van dit plan"),
        ({"kind": "avond", "day": "2026-12-02"}, "heeft die dag al een dienst"),
        ({"kind": "koppel", "team_kind": "politie"}, "geen team van deze soort"),
        ({"kind": "koppel", "team_kind": "brandweer"}, "Kies een soort team"),
    ],
)
def test_a_question_that_cannot_be_is_refused(
    client: Browser, city_week: Week, fields: dict[str, str], message: str
) -> None:
    page = f"{solved(client, city_week)}/meerwaarde"
    sent = {"team": str(city_week.boas), **fields}
    answer = client.submit(
        page,
        {name: text for name, text in sent.items() if text or name == "kind"}
        | {"kind": fields.get("kind", "x")},
    )
    assert answer.status_code == 400
    assert message in answer.get_data(as_text=True)
    assert not work_one(city_week.city.database)
    with city_week.city.database.reading() as session:
        assert list(session.execute(select(PlanAnswer)).scalars()) == []
