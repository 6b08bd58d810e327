"""Leave: who is away does not count, a shift with too few people falls out, and why is asked nowhere."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from shortlist.planning.tables import PlannedVisit, StaffLeave, WeekPlan
from shortlist.serving import work_one
from tests.pages.conftest import NOW, Browser, City, Clock
from tests.pages.street import actions
from tests.pages.test_week_plan import approve, shift_of, solved
from tests.pages.week import Week, week


@pytest.fixture
def city_week(city: City) -> Week:
    return week(city)


def away(client: Browser, city_week: Week, login: str, team: Any, first: str, last: str) -> Any:
    client.sign_in("teamleider")
    person = str(city_week.city.actor(login).id)
    return client.submit(f"/teams/{team}/verlof", {"person": person, "first_day": first, "last_day": last})


def test_a_pair_of_which_one_is_on_leave_does_not_go_and_the_week_says_so(
    client: Browser, city_week: Week
) -> None:
    assert away(client, city_week, "jeugdboa", city_week.boas, "2026-12-04", "2026-12-05").status_code == 303
    html = client.get("/weekplannen/nieuw").get_data(as_text=True)
    assert "Valt uit door verlof: Boa-koppel 1 op vr 4 dec 2026 en Boa-koppel 1 op za 5 dec 2026" in html
    assert "Valt uit door verlof" in client.get(f"/teams/{city_week.boas}?week=2026-11-30").get_data(
        as_text=True
    )
    solved(client, city_week)
    with city_week.city.database.reading() as session:
        problem = session.execute(select(WeekPlan)).scalar_one().problem
        used = session.execute(
            select(col(PlannedVisit.starts_at)).where(col(PlannedVisit.team_id) == city_week.boas)
        ).scalars()
        assert {at.date().isoformat() for at in used} == {"2026-12-02"}
    boas = next(team for team in problem["teams"] if team["id"] == str(city_week.boas))
    assert [shift["start"][:10] for shift in boas["shifts"]] == ["2026-12-02"]


def test_leave_noted_mid_week_is_taken_along_when_the_week_is_planned_again(
    client: Browser, city_week: Week, clock: Clock
) -> None:
    page = solved(client, city_week)
    clock.now = datetime(2026, 12, 3, 9, 0, tzinfo=UTC)
    assert (
        away(client, city_week, "jeugdboa-zuid", city_week.boas, "2026-12-04", "2026-12-04").status_code
        == 303
    )
    html = client.get(f"{page}/herplannen").get_data(as_text=True)
    assert "Valt uit, door verlof" in html
    assert "Boa-koppel 1, vr 4 dec 2026" in html
    again = client.submit(f"{page}/herplannen", {"why": "Verlof op vrijdag", "seen": "2"})
    assert again.status_code == 303
    assert work_one(city_week.city.database)
    assert "Valt uit: Boa-koppel 1 op vr 4 dec 2026" in client.get(str(again.location)).get_data(as_text=True)


def test_a_sheet_names_only_who_is_there(client: Browser, city_week: Week) -> None:
    page = solved(client, city_week)
    approve(client, page)
    sheet = f"{page}/dienst/{shift_of(city_week, city_week.boas)}"
    client.sign_in("jeugdboa")
    assert "Fictieve jeugdboa-zuid" in client.get(sheet).get_data(as_text=True)
    with city_week.city.database.reading() as session:
        day = session.execute(
            select(col(PlannedVisit.starts_at)).where(col(PlannedVisit.team_id) == city_week.boas)
        ).scalars().first()  # fmt: skip
    assert day is not None
    away(client, city_week, "jeugdboa-zuid", city_week.boas, "2026-12-01", "2026-12-06")
    client.sign_in("jeugdboa")
    assert "Fictieve jeugdboa-zuid" not in client.get(sheet).get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"person": ""}, "Dit ontbreekt nog"),
        ({"person": "00000000-0000-4000-8000-000000000000"}, "zit niet (meer) in dit team"),
        ({"last_day": "2026-12-01"}, "De laatste dag ligt vóór de eerste"),
        ({"first_day": "2026-11-02", "last_day": "2026-11-03"}, "al voorbij"),
        ({"last_day": "2029-12-01"}, "meer dan een jaar vooruit"),
        ({"first_day": "morgen"}, "geen"),
    ],
)
def test_leave_that_cannot_be_is_refused_and_kept_as_typed(
    client: Browser, city_week: Week, change: dict[str, str], message: str
) -> None:
    client.sign_in("teamleider")
    fields = {
        "person": str(city_week.city.actor("jeugdboa").id),
        "first_day": "2026-12-04",
        "last_day": "2026-12-05",
        **change,
    }
    answer = client.submit(f"/teams/{city_week.boas}/verlof", fields)
    assert answer.status_code == 400
    html = answer.get_data(as_text=True)
    assert message in html
    assert all(f'value="{fields[name]}"' in html for name in ("first_day", "last_day"))


def test_leave_is_withdrawn_once_logged_and_forgotten_after_a_quarter(
    client: Browser, city_week: Week, clock: Clock
) -> None:
    away(client, city_week, "jeugdboa", city_week.boas, "2026-12-04", "2026-12-05")
    again = away(client, city_week, "jeugdboa", city_week.boas, "2026-12-05", "2026-12-07")
    assert "Er staat al verlof van vr 4 dec 2026" in again.get_data(as_text=True)
    clock.now = NOW + timedelta(days=110)
    client.sign_in("teamleider")
    away(client, city_week, "jeugdboa", city_week.boas, "2027-04-01", "2027-04-02")
    with city_week.city.database.reading() as session:
        [left] = session.execute(select(col(StaffLeave.id))).scalars()
    page = f"/teams/{city_week.boas}/verlof"
    assert client.submit(page, {}, to=f"{page}/{left}/intrekken").status_code == 303
    assert client.submit(page, {}, to=f"{page}/{left}/intrekken").status_code == 404
    done = actions(city_week.city.database)
    assert done.count("verlof genoteerd") == 2
    assert done.count("verlof ingetrokken") == 1
