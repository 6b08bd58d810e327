"""Times that people choose over the observed ones: shown with effort, kept with the reason, used in the demand."""

import pytest

from tests.pages.conftest import ZUID, Browser, City
from tests.pages.street import actions
from tests.pages.week import Week, week

REASON = "De beheerder ziet hen sinds de vakantie vroeger."


@pytest.fixture
def city_week(city: City) -> Week:
    return week(city)


def page_of(city_week: Week) -> str:
    return f"/groepen/{city_week.noord.group_id}/tijden/{city_week.noord.place_id}"


def test_chosen_times_replace_the_observed_ones_until_they_are_taken_back(
    client: Browser, city_week: Week
) -> None:
    client.sign_in("teamleider")
    page = page_of(city_week)
    assert "Te weinig waarnemingen" in client.get(page).get_data(as_text=True)
    fields = {"times": "wo-do 16:00-19:00", "reason": REASON, "seen": "0"}
    assert client.submit(page, fields).status_code == 303
    demand = client.get("/weekplannen/nieuw").get_data(as_text=True)
    assert ">wo-do 16:00-19:00</textarea>" in demand
    assert "Gekozen tijden, waarom?" in demand
    assert REASON in demand
    back = client.submit(page, {"times": "", "reason": "Weer als vanouds.", "seen": "1"})
    assert back.status_code == 303
    assert "wo-do 16:00-19:00" not in client.get("/weekplannen/nieuw").get_data(as_text=True)
    assert "Weer zoals het is gezien" in client.get(page).get_data(as_text=True)
    done = actions(city_week.city.database)
    assert (done.count("hete tijden gekozen"), done.count("hete tijden teruggezet")) == (1, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"times": "vrijdag laat"}, "is geen tijd van de week"),
        ({"times": ""}, "Vul tijden in"),
        ({"reason": ""}, "Dit ontbreekt nog"),
        ({"seen": "3"}, "Iemand anders koos intussen"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_and_kept_as_typed(
    client: Browser, city_week: Week, change: dict[str, str], message: str
) -> None:
    client.sign_in("teamleider")
    fields = {"times": "wo 16:00-19:00", "reason": REASON, "seen": "0", **change}
    answer = client.submit(page_of(city_week), fields)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert message in html
    assert all(text in html for name, text in fields.items() if name != "seen")


def test_another_stadsdeel_and_an_unknown_place_stay_outside(client: Browser, city_week: Week) -> None:
    client.sign_in("jeugdagent-zuid")
    assert client.get(page_of(city_week)).status_code == 404
    client.sign_in("jeugdagent")
    assert client.get(page_of(city_week)).status_code == 200
    assert client.get(f"/groepen/{city_week.noord.group_id}/tijden/{ZUID}").status_code == 404
    client.sign_in("jeugdboa")
    assert client.get(page_of(city_week)).status_code == 403
