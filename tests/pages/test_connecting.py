"""Matches and slow procedures through the pages, on real databases."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from shortlist.connecting.tables import Concern, Procedure, ProcedureStatus
from shortlist.differentiating.tables import MemberListDecision
from tests.pages.conftest import NOORD, NOW, ZUID, City, Clock
from tests.pages.street import Street, actions, add, street

ROWS = {"not_personal": "fictieve testgegevens"}


@pytest.fixture
def kade(city: City) -> Street:
    found = street(city)
    by = city.actor("veiligheidsmanager").id
    add(
        found,
        MemberListDecision(
            group_id=found.group_id, allowed=True, reason="Nodig.", recorded_at=NOW, recorded_by=by
        ),
    )
    return found


def count(place: Street, table: type[SQLModel]) -> int:
    with place.database.reading() as session:
        query = select(func.count()).select_from(table)
        return int(session.execute(query, execution_options=ROWS).scalar_one())


# --- matches ---


def worry(client: Any, place: Street, login: str, name: str = "Groep Kade Zwaluw") -> Any:
    client.sign_in(login)
    return client.post(place.url(f"/zorg/{place.members[name]}"), data=client.tokens("/"))


def test_two_professionals_with_the_same_concern_hear_of_each_other_and_nothing_else(
    client: Any, kade: Street, clock: Clock
) -> None:
    assert worry(client, kade, "jeugdagent").status_code == 303
    assert "deelt uw zorg" not in client.get("/").get_data(as_text=True)
    assert worry(client, kade, "jongerenwerker", "Groep Kade Ekster").status_code == 303
    assert "Niemand anders meldde zorg" in client.get("/zorgen").get_data(as_text=True)
    assert worry(client, kade, "jongerenwerker").status_code == 303
    for login, other in (
        ("jeugdagent", "Fictieve jongerenwerker"),
        ("jongerenwerker", "Fictieve jeugdagent"),
    ):
        client.sign_in(login)
        home = client.get("/").get_data(as_text=True)
        assert "1 collega deelt uw zorg om een jongere" in home
        assert "Zwaluw" not in home
        page = client.get("/zorgen").get_data(as_text=True)
        assert other in page
    address = re.search(r'action="(/zorgen/match/[^"]+)"', page)
    assert address
    assert client.post(address.group(1), data=client.tokens("/zorgen")).status_code == 303
    assert "deelt uw zorg" not in client.get("/").get_data(as_text=True)
    client.sign_in("veiligheidsmanager")
    assert client.post(address.group(1), data=client.tokens("/")).status_code == 404
    assert "Fictieve jeugdagent" not in client.get("/zorgen").get_data(as_text=True)
    client.sign_in("jeugdagent")
    over = f"/zorgen/{kade.members['Groep Kade Zwaluw']}/voorbij"
    assert client.post(over, data=client.tokens("/")).status_code == 303
    assert client.post(over, data=client.tokens("/")).status_code == 404
    client.sign_in("jongerenwerker")
    assert "Fictieve jeugdagent" not in client.get("/zorgen").get_data(as_text=True)
    assert "zorg ingetrokken" in actions(kade.database)


def test_a_concern_lapses_after_six_months(client: Any, kade: Street, clock: Clock) -> None:
    worry(client, kade, "jeugdagent")
    clock.now = NOW + timedelta(days=200)
    client.sign_in("jeugdagent")
    assert "geen lopende zorgmelding" in client.get("/zorgen").get_data(as_text=True)


def test_a_concern_about_somebody_unknown_or_of_another_stadsdeel_is_not_taken(
    client: Any, kade: Street
) -> None:
    assert worry(client, kade, "jeugdagent-zuid").status_code == 404
    client.sign_in("jeugdagent")
    assert client.post(kade.url(f"/zorg/{UUID(int=9)}"), data=client.tokens("/")).status_code == 404
    client.sign_in("jeugdboa")
    assert client.post(kade.url(f"/zorg/{UUID(int=9)}"), data=client.tokens("/")).status_code == 403
    assert count(kade, Concern) == 0


# --- slow procedures ---

WISH = "Bij de bankjes achter het plein is het na zonsondergang donker."


def ask(client: Any, kade: Street, **changes: str) -> Any:
    fields = {
        "subject": "lamp", "stadsdeel": str(NOORD), "group": str(kade.group_id), "place": str(kade.place_id),
        "wish": WISH, **changes,
    }  # fmt: skip
    return client.submit("/procedures/nieuw", fields)


def the_procedure(place: Street) -> UUID:
    with place.database.reading() as session:
        query = select(col(Procedure.id)).order_by(col(Procedure.recorded_at).desc()).limit(1)
        found: UUID = session.execute(query).scalar_one()
        return found


def step(client: Any, place: Street, state: str, sequence: int, **more: str) -> Any:
    fields = {
        "state": state, "sequence": str(sequence), "note": "De aannemer komt in januari.",
        "expected_on": "2027-01-15", "outlook": "De lamp komt er.", **more,
    }  # fmt: skip
    return client.post(f"/procedures/{the_procedure(place)}", data={**client.tokens("/"), **fields})


def test_who_waits_for_a_lamp_hears_of_every_step_until_it_burns(client: Any, kade: Street) -> None:
    client.sign_in("jongerenwerker")
    assert ask(client, kade).status_code == 303
    page = f"/procedures/{the_procedure(kade)}"
    shown = client.get(page).get_data(as_text=True)
    assert "15 mrt 2027" in shown, "sixteen weeks by the catalogue of measures"
    assert "Lamp of betere verlichting" in client.get(kade.url()).get_data(as_text=True)
    client.sign_in("jeugdagent")
    follow = client.post(f"{page}/volgen", data={**client.tokens("/"), "follows": "ja"})
    assert follow.status_code == 303
    client.sign_in("coordinator_vth")
    assert "Pak de vraag op: lamp of betere verlichting, Plein Groep Kade" in client.get("/").get_data(
        as_text=True
    )
    assert step(client, kade, "in behandeling", 1).status_code == 303
    assert "Pak de vraag op" not in client.get("/").get_data(as_text=True)
    for login in ("jongerenwerker", "jeugdagent"):
        client.sign_in(login)
        home = client.get("/").get_data(as_text=True)
        assert "Nieuws over lamp of betere verlichting, Plein Groep Kade" in home
        assert "in behandeling, verwacht vr 15 jan 2027" in home
    assert client.post(f"{page}/gelezen", data={**client.tokens("/"), "sequence": "2"}).status_code == 303
    assert "Nieuws over" not in client.get("/").get_data(as_text=True)
    client.sign_in("coordinator_vth")
    assert step(client, kade, "toegezegd", 2).status_code == 303
    assert step(client, kade, "uitgevoerd", 3, note="De lamp brandt.", expected_on="").status_code == 303
    client.sign_in("jeugdagent")
    assert "Nieuws over lamp" in client.get("/").get_data(as_text=True)
    stop = {**client.tokens("/"), "follows": "nee"}
    assert client.post(f"{page}/volgen", data=stop).status_code == 303
    assert "Nieuws over" not in client.get("/").get_data(as_text=True)


def test_a_passed_date_asks_who_handles_it_to_tell(client: Any, kade: Street, clock: Clock) -> None:
    client.sign_in("jongerenwerker")
    ask(client, kade)
    client.sign_in("coordinator_vth")
    step(client, kade, "in behandeling", 1, expected_on="2026-12-01")
    clock.now = NOW + timedelta(days=10)
    client.sign_in("coordinator_vth")
    assert "Vertel hoe het staat: lamp" in client.get("/").get_data(as_text=True)
    assert "voorbij" in client.get("/procedures").get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"subject": "zwembad"}, "subject", "Kies uit de lijst"),
        ({"wish": "kort"}, "wish", "ten minste 10"),
        ({"place": "geen"}, "place", "geen geldig kenmerk"),
        ({"group": str(UUID(int=7))}, "", ""),
    ],
)
def test_a_bad_question_is_explained_and_keeps_its_text(
    client: Any, kade: Street, changes: dict[str, str], field: str, said: str
) -> None:
    client.sign_in("jongerenwerker")
    answer = ask(client, kade, **changes)
    page = answer.get_data(as_text=True)
    assert answer.status_code == (400 if field else 404)
    if field:
        beside = re.search(rf'id="error-{field}">(.*?)</div>', page, re.DOTALL)
        assert beside
        assert said in beside.group(1)
    assert count(kade, Procedure) == 0


def test_news_without_a_date_or_words_a_forbidden_step_and_a_late_one_are_refused(
    client: Any, kade: Street
) -> None:
    client.sign_in("jongerenwerker")
    ask(client, kade)
    assert step(client, kade, "in behandeling", 1).status_code == 403
    client.sign_in("veiligheidsmanager")
    silent = step(client, kade, "in behandeling", 1, note="", expected_on="")
    assert silent.status_code == 400
    assert "Een schatting is beter dan stilte" in silent.get_data(as_text=True)
    assert step(client, kade, "uitgevoerd", 1).status_code == 400
    assert step(client, kade, "in behandeling", 1).status_code == 303
    late = step(client, kade, "in behandeling", 1)
    assert late.status_code == 400
    assert "al in behandeling (door Fictieve veiligheidsmanager)" in late.get_data(as_text=True)
    assert count(kade, ProcedureStatus) == 2


def test_another_stadsdeel_neither_sees_nor_asks(client: Any, kade: Street) -> None:
    client.sign_in("jongerenwerker")
    ask(client, kade)
    client.sign_in("jongerenwerker-zuid")
    assert client.get(f"/procedures/{the_procedure(kade)}").status_code == 404
    assert ask(client, kade).status_code == 404
    mixed = ask(client, kade, stadsdeel=str(ZUID), group="")
    assert mixed.status_code == 400
    assert "ander stadsdeel" in mixed.get_data(as_text=True)
    client.sign_in("hulpverlener")
    assert client.get("/procedures").status_code == 403
