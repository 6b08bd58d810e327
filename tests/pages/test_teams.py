from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from shortlist.observing.tables import Place
from shortlist.planning.tables import Shift, Team, TeamMember
from tests.pages.conftest import Browser, City
from tests.pages.street import actions
from tests.pages.week import Week, week


@pytest.fixture
def busy(city: City) -> Week:
    return week(city)


def count(city: City, table: Any) -> int:
    with city.database.reading() as session:
        return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def base(city: City) -> str:
    with city.database.reading() as session:
        return str(session.execute(select(col(Place.id)).where(col(Place.kind) == "basis")).scalar_one())


def team_fields(busy: Week, **change: Any) -> dict[str, Any]:
    people = [str(busy.city.actor(login).id) for login in ("jeugdboa", "jeugdboa-zuid")]
    return {
        "name": "Boa-koppel 2",
        "kind": "jeugdboa",
        "base": base(busy.city),
        "people": people,
        "active": "ja",
        **change,
    }


SHIFT = {"week": "2026-12-07", "days": ["ma", "wo"], "starts": "18:00", "ends": "01:30"}


def test_a_teamleider_makes_a_pair_and_gives_it_shifts_over_midnight(client: Browser, busy: Week) -> None:
    client.sign_in("teamleider")
    made = client.submit("/teams/nieuw", team_fields(busy))
    assert made.status_code == 303
    assert client.submit(made.location, SHIFT).status_code == 303
    html = client.get(f"{made.location}?week=2026-12-07").get_data(as_text=True)
    assert "ma 7 dec 2026, 18:00 – di 8 dec 2026, 01:30" in html
    assert actions(busy.city.database)[-2:] == ["team gemaakt", "diensten toegevoegd"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "Dit ontbreekt nog"),
        ({"name": "Boa-koppel 1"}, "al een team met deze naam"),
        ({"kind": "ruiters"}, "Kies een soort team"),
        ({"base": str(UUID(int=7))}, "Deze plek bestaat niet"),
        ({"people": []}, "met z’n tweeën"),
        ({"kind": "jongerenwerk"}, "heeft de rol jongerenwerker"),
    ],
)
def test_a_team_that_cannot_be_is_refused_beside_the_field(
    client: Browser, busy: Week, change: dict[str, Any], message: str
) -> None:
    client.sign_in("teamleider")
    before = count(busy.city, Team)
    answer = client.submit("/teams/nieuw", team_fields(busy, **change))
    assert answer.status_code == 400
    assert message in answer.get_data(as_text=True)
    assert count(busy.city, Team) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"starts": "10:00", "ends": "00:00"}, "ATW art. 5:7"),
        ({"starts": "18:00", "ends": "05:00"}, "ATW art. 5:8"),
        ({"week": "2026-11-30", "days": ["wo"]}, "al een dienst tot"),
        ({"week": "2026-12-08"}, "Kies een maandag"),
        ({"week": "2026-11-16"}, "al voorbij"),
        ({"days": []}, "Dit ontbreekt nog"),
        ({"starts": "laat"}, "Dit is geen tijd"),
        ({"week": "2026-11-30", "days": ["do"], "starts": "07:00", "ends": "15:00"}, "ATW art. 5:3"),
    ],
)
def test_a_shift_that_may_not_be_is_refused_by_rule_and_article(
    client: Browser, busy: Week, change: dict[str, Any], message: str
) -> None:
    client.sign_in("coordinator_vth")
    before = count(busy.city, Shift)
    answer = client.submit(f"/teams/{busy.boas}", {**SHIFT, **change})
    assert answer.status_code == 400
    assert message in answer.get_data(as_text=True)
    assert count(busy.city, Shift) == before


def test_nobody_works_in_two_teams_at_once(client: Browser, busy: Week) -> None:
    client.sign_in("teamleider")
    made = client.submit("/teams/nieuw", team_fields(busy))
    answer = client.submit(made.location, {**SHIFT, "week": "2026-11-30", "days": ["wo"]})
    assert answer.status_code == 400
    assert "in een ander team" in answer.get_data(as_text=True)


def test_joining_a_team_whose_shifts_overlap_ones_own_is_refused(client: Browser, busy: Week) -> None:
    client.sign_in("teamleider")
    made = client.submit("/teams/nieuw", team_fields(busy, active="nee", people=[]))
    other = client.submit(
        f"/teams/{busy.boas}/wijzigen", team_fields(busy, name="Boa-koppel 1", active="nee", people=[])
    )
    assert (made.status_code, other.status_code) == (303, 303)
    assert client.submit(f"{made.location}/wijzigen", team_fields(busy)).status_code == 303
    assert client.submit(made.location, {**SHIFT, "week": "2026-11-30", "days": ["wo"]}).status_code == 303
    back = client.submit(f"/teams/{busy.boas}/wijzigen", team_fields(busy, name="Boa-koppel 1"))
    assert back.status_code == 400
    assert "in een ander team" in back.get_data(as_text=True)


def test_last_weeks_shifts_are_taken_over_once(client: Browser, busy: Week) -> None:
    client.sign_in("teamleider")
    copied = client.submit("/teams", {"week": "2026-12-07"}, to="/teams/diensten-overnemen")
    assert copied.status_code == 303
    assert count(busy.city, Shift) == 10
    again = client.submit("/teams", {"week": "2026-12-07"}, to="/teams/diensten-overnemen")
    assert again.status_code == 409
    assert "niets over te nemen" in again.get_data(as_text=True)


def test_a_shift_is_removed_with_a_trace(client: Browser, busy: Week) -> None:
    client.sign_in("teamleider")
    with busy.city.database.reading() as session:
        shift = session.execute(select(col(Shift.id)).limit(1)).scalar_one()
    page = f"/teams/{busy.boas}?week=2026-11-30"
    assert client.submit(page, {}, to=f"/diensten/{shift}/verwijderen").status_code == 303
    assert count(busy.city, Shift) == 4
    assert client.submit(page, {}, to=f"/diensten/{shift}/verwijderen").status_code == 404
    assert "dienst verwijderd" in actions(busy.city.database)


def test_only_teamleider_and_coordinator_see_teams(client: Browser, busy: Week) -> None:
    for role in ("jeugdboa", "stafgroeplid", "jeugdagent", "beheerder"):
        client.sign_in(role)
        assert client.get("/teams").status_code == 403
    client.sign_in("teamleider")
    assert "Boa-koppel 1" in client.get("/teams?week=2026-11-30").get_data(as_text=True)
    assert client.get(f"/teams/{UUID(int=3)}").status_code == 404
    assert count(busy.city, TeamMember) == 3


@pytest.mark.parametrize("week_text", ["9999-12-31", "0001-01-01", "1999-12-31", "morgen"])
def test_a_week_at_the_end_of_the_calendar_is_no_week(client: Browser, busy: Week, week_text: str) -> None:
    client.sign_in("teamleider")
    for page in ("/teams", f"/teams/{busy.boas}", "/weekplannen/nieuw"):
        assert client.get(f"{page}?week={week_text}").status_code == 200
    for page, fields in (
        (f"/teams/{busy.boas}", {**SHIFT, "week": week_text}),
        ("/weekplannen/nieuw", {"week": week_text}),
    ):
        assert client.submit(page, fields).status_code == 400
    assert client.submit("/teams", {"week": week_text}, to="/teams/diensten-overnemen").status_code == 409
