"""Deployments through the pages: the police told beforehand, a whole shift reported at once, reports on their way."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from shortlist.deploying.tables import ChiefNotice, DeploymentReport, ReportHandover
from shortlist.observing.tables import Gathering
from shortlist.planning.tables import PlannedVisit, TeamMember, WeekPlan
from tests.pages.conftest import NOW, City, Clock
from tests.pages.shifts import plan
from tests.pages.street import Street, actions, add, street

TEST_ROWS = {"not_personal": "fictieve testgegevens"}
SHIFTS = "/diensten"
WAY = "/verslagen"


@pytest.fixture
def kade(city: City) -> Street:
    return street(city)


def count(place: Street, table: type[SQLModel]) -> int:
    with place.database.reading() as session:
        return int(
            session.execute(select(func.count()).select_from(table), execution_options=TEST_ROWS).scalar_one()
        )


def key_of(place: Street, visit: UUID) -> str:
    """Return a visit's deployment as the form names it."""
    with place.database.reading() as session:
        plan_id, problem = session.execute(
            select(col(WeekPlan.id), col(WeekPlan.problem))
            .join(PlannedVisit, col(PlannedVisit.plan_id) == col(WeekPlan.id))
            .where(col(PlannedVisit.id) == visit)
        ).one()
        return f"{plan_id}:{problem['teams'][0]['shifts'][0]['note']}"


def told(key: str, **changes: str) -> dict[str, str]:
    return {
        "shifts": key, "told_whom": "OC Fictief 4417", "told_at": "2026-11-23T12:30", "channel": "telefoon",
        "remark": "Wij bellen bij meer dan tien jongeren.",
    } | changes  # fmt: skip


# --- the Operationeel Chef ---


def test_the_teamleider_tells_the_chief_before_a_shift_and_the_team_sees_it(
    client: Any, kade: Street
) -> None:
    visit = plan(kade, hours_ago=-6)
    client.sign_in("teamleider")
    assert "Informeer de Operationeel Chef over 1 dienst" in client.get("/").get_data(as_text=True)
    page = client.get(SHIFTS).get_data(as_text=True)
    assert "nog niet geïnformeerd" in page
    assert re.search(r'name="shifts" value="[^"]+"[^>]*checked', page), "tonight's shift is chosen already"
    fields = {**client.tokens(SHIFTS), **told(key_of(kade, visit))}
    assert client.post(SHIFTS, data=fields).status_code == 303
    assert client.post(SHIFTS, data=fields).status_code == 303
    assert count(kade, ChiefNotice) == 1
    assert actions(kade.database)[-1] == "Operationeel Chef geïnformeerd"
    assert "Informeer de Operationeel Chef" not in client.get("/").get_data(as_text=True)
    page = client.get(SHIFTS).get_data(as_text=True)
    assert "aan OC Fictief 4417, door Fictieve teamleider (telefoon)" in page
    client.sign_in("jeugdboa")
    assert "aan OC Fictief 4417" in client.get("/mijn-diensten").get_data(as_text=True)


def test_a_shift_that_began_without_telling_the_chief_shows_as_such_and_late_telling_does_not_hide_it(
    client: Any, kade: Street, clock: Clock
) -> None:
    visit = plan(kade, hours_ago=0.5)
    client.sign_in("teamleider")
    assert "is al op straat" in client.get("/").get_data(as_text=True)
    assert "begonnen zonder bericht" in client.get(SHIFTS).get_data(as_text=True)
    assert client.submit(SHIFTS, told(key_of(kade, visit), told_at="2026-11-23T12:50")).status_code == 303
    page = client.get(SHIFTS).get_data(as_text=True)
    assert "te laat geïnformeerd" in page
    clock.now = NOW + timedelta(days=1)
    client.sign_in("teamleider")
    assert "te laat geïnformeerd" in client.get(SHIFTS).get_data(as_text=True)


def test_youth_work_needs_no_telling(client: Any, kade: Street) -> None:
    visit = plan(kade, hours_ago=-3, kind="jongerenwerk", member="jongerenwerker")
    client.sign_in("teamleider")
    assert "Informeer de Operationeel Chef" not in client.get("/").get_data(as_text=True)
    answer = client.submit(SHIFTS, told(key_of(kade, visit)), to=SHIFTS)
    assert answer.status_code == 400
    assert count(kade, ChiefNotice) == 0


def test_bad_input_about_the_chief_says_so_keeps_the_text_and_stores_nothing(
    client: Any, kade: Street
) -> None:
    visit = plan(kade, hours_ago=-3)
    key = key_of(kade, visit)
    client.sign_in("teamleider")
    for changes, field, said in (
        ({"shifts": ""}, "shifts", "Kies ten minste één dienst"),
        ({"shifts": "onzin"}, "shifts", "Deze dienst is onbekend"),
        ({"shifts": f"{UUID(int=1)}:{UUID(int=2)}"}, "shifts", "niet meer in het vastgestelde weekplan"),
        ({"told_whom": "x"}, "told_whom", "naam of het dienstnummer"),
        ({"told_at": "2026-11-23T23:30"}, "told_at", "in de toekomst"),
        ({"told_at": "2026-10-23T23:30"}, "told_at", "meer dan een week geleden"),
        ({"channel": "postduif"}, "channel", "Kies telefoon"),
    ):
        answer = client.submit(SHIFTS, told(key, **changes))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 400, changes
        beside = re.search(rf'id="error-{field}">(.*?)</div>', page, re.DOTALL)
        assert beside, (changes, page)
        assert said in beside.group(1)
        assert "Wij bellen bij meer dan tien jongeren." in page
    assert count(kade, ChiefNotice) == 0


def test_a_shift_of_a_plan_that_was_replaced_is_not_told_of_any_more(client: Any, kade: Street) -> None:
    old = plan(kade, hours_ago=-3)
    key = key_of(kade, old)
    plan(kade, hours_ago=-4, version=2)
    client.sign_in("teamleider")
    answer = client.submit(SHIFTS, told(key))
    assert answer.status_code == 400
    assert "niet meer in het vastgestelde weekplan" in answer.get_data(as_text=True)


def test_only_the_teamleider_tells_the_chief(client: Any, kade: Street) -> None:
    visit = plan(kade, hours_ago=-3)
    key = key_of(kade, visit)
    client.sign_in("coordinator_vth")
    assert "Wie sprak u?" not in client.get(SHIFTS).get_data(as_text=True)
    tokens = client.tokens("/")
    assert client.post(SHIFTS, data={**tokens, **told(key)}).status_code == 403
    client.sign_in("jeugdboa")
    assert client.get(SHIFTS).status_code == 403
    assert count(kade, ChiefNotice) == 0


# --- a whole shift at once ---


def visits_of(place: Street) -> list[UUID]:
    with place.database.reading() as session:
        query = select(col(PlannedVisit.id)).order_by(col(PlannedVisit.starts_at))
        return list(session.execute(query).scalars())


def shift_page(place: Street, visit: UUID) -> str:
    return "/diensten/{}/{}/verslag".format(*key_of(place, visit).split(":"))


def row(visit: UUID, minute: str, **changes: str) -> dict[str, str]:
    fields = {
        "outcome": "",
        "started_at": f"2026-11-23T{minute}",
        "minutes": "15",
        "seen_count": "",
        "feit": "",
    }
    return {f"{visit}.{name}": value for name, value in (fields | changes).items()}


def test_a_whole_shift_is_reported_on_one_page_and_what_is_left_open_stays_asked(
    client: Any, kade: Street
) -> None:
    plan(kade, hours_ago=3, visits=3)
    first, second, third = visits_of(kade)
    before = count(kade, Gathering)
    client.sign_in("jeugdboa")
    page = shift_page(kade, first)
    assert page in client.get("/mijn-diensten").get_data(as_text=True)
    html = client.get(page).get_data(as_text=True)
    assert 'value="2026-11-23T10:00"' in html, "the planned time stands there"
    fields = {
        **row(first, "10:00", outcome="gesprek gevoerd", seen_count="4", feit="Over het voetbaltoernooi."),
        **row(second, "10:30", outcome="niemand aangetroffen"),
        **row(third, "11:00"),
    }
    assert client.submit(page, fields).status_code == 303
    assert count(kade, DeploymentReport) == 2
    assert count(kade, Gathering) == before + 2
    html = client.get(page).get_data(as_text=True)
    assert f"{third}.outcome" in html
    assert f"{first}.outcome" not in html
    assert "gesprek gevoerd" in html


def test_a_mistake_in_one_visit_stands_beside_it_and_nothing_of_the_shift_is_stored(
    client: Any, kade: Street
) -> None:
    plan(kade, hours_ago=3, visits=2)
    first, second = visits_of(kade)
    client.sign_in("jeugdboa")
    page = shift_page(kade, first)
    for changes, field, said in (
        ({"outcome": "groep bereikt", "seen_count": "0", "feit": "Muziek."}, "seen_count", "Was er niemand"),
        ({"outcome": "", "feit": "Muziek."}, "outcome", "Kies ook hoe het was"),
        ({"outcome": "incident", "seen_count": "3"}, "feit", "wat u zag of hoorde"),
        ({"outcome": "incident", "minutes": "veel", "feit": "Ruzie."}, "minutes", "geen heel getal"),
    ):
        fields = {**row(first, "10:00", outcome="niemand aangetroffen"), **row(second, "10:30", **changes)}
        answer = client.submit(page, fields)
        html = answer.get_data(as_text=True)
        assert answer.status_code == 400
        beside = re.search(rf'id="error-{second}\.{field}">(.*?)</div>', html, re.DOTALL)
        assert beside, (changes, html)
        assert said in beside.group(1)
        assert changes.get("feit", "") in html
    nothing = client.submit(page, {**row(first, "10:00"), **row(second, "10:30")})
    assert "Kies bij ten minste één bezoek" in nothing.get_data(as_text=True)
    assert count(kade, DeploymentReport) == 0


def test_a_visit_that_a_colleague_reported_meanwhile_is_named_and_the_rest_can_still_be_saved(
    client: Any, kade: Street
) -> None:
    plan(kade, hours_ago=3, visits=2)
    first, second = visits_of(kade)
    with kade.database.reading() as session:
        team = session.execute(select(col(TeamMember.team_id))).scalar_one()
    add(kade, TeamMember(team_id=team, account_id=kade.city.actor("jeugdboa-zuid").id))
    page = shift_page(kade, first)
    client.sign_in("jeugdboa-zuid")
    assert client.submit(page, row(first, "10:00", outcome="niemand aangetroffen")).status_code == 303
    client.sign_in("jeugdboa")
    mine = row(first, "10:00", outcome="incident", seen_count="3", feit="Ruzie om een scooter.")
    rest = row(second, "10:30", outcome="niemand aangetroffen")
    late = client.submit(page, {**mine, **rest})
    html = late.get_data(as_text=True)
    assert late.status_code == 400
    assert "al gemeld door Fictieve jeugdboa-zuid" in html
    assert "Ruzie om een scooter." in html
    assert client.submit(page, rest).status_code == 303
    assert count(kade, DeploymentReport) == 2


def test_another_team_does_not_see_the_shift(client: Any, kade: Street) -> None:
    visit = plan(kade)
    client.sign_in("jongerenwerker")
    assert client.get(shift_page(kade, visit)).status_code == 404


def test_a_report_on_a_cancelled_visit_says_so_keeps_the_text_and_can_become_an_observation(
    client: Any, kade: Street
) -> None:
    old = plan(kade, hours_ago=3)
    before = count(kade, Gathering)
    client.sign_in("jeugdboa")
    page = f"/inzet/{old}/verslag"
    tokens = client.tokens(page)
    plan(kade, hours_ago=1, version=2)
    fields = {
        "outcome": "groep bereikt", "started_at": "2026-11-23T10:05", "minutes": "20", "seen_count": "7",
        "feit": "Zeven jongeren bij het bankje.", "oordeel": "Rustig.", "seen": "0",
    }  # fmt: skip
    late = client.post(page, data={**tokens, **fields})
    html = late.get_data(as_text=True)
    assert late.status_code == 400
    assert "niet meer in het vastgestelde weekplan" in html
    assert "Zeven jongeren bij het bankje." in html
    bad = client.submit(page, {**fields, "instead": "ja", "outcome": "niet geweest"})
    assert "er is niets te bewaren" in bad.get_data(as_text=True)
    assert count(kade, Gathering) == before
    assert client.submit(page, {**fields, "instead": "ja"}).status_code == 303
    assert (count(kade, Gathering), count(kade, DeploymentReport)) == (before + 1, 0)


def test_a_visit_that_is_still_to_come_cannot_be_reported(client: Any, kade: Street) -> None:
    visit = plan(kade, hours_ago=-3)
    client.sign_in("jeugdboa")
    fields = {
        "outcome": "niemand aangetroffen", "started_at": "2026-11-23T12:50", "minutes": "10", "seen_count": "",
        "feit": "Eerder langs geweest.", "seen": "0",
    }  # fmt: skip
    answer = client.post(f"/inzet/{visit}/verslag", data={**client.tokens("/"), **fields})
    assert answer.status_code == 400
    assert "Dit bezoek moet nog komen" in answer.get_data(as_text=True)
    assert count(kade, DeploymentReport) == 0


# --- the way of a report ---


def reported(client: Any, place: Street, **changes: str) -> UUID:
    visit = plan(place)
    client.sign_in("jeugdboa")
    fields = {
        "outcome": "groep bereikt", "started_at": "2026-11-23T11:00", "minutes": "20", "seen_count": "7",
        "feit": "Zeven jongeren bij het bankje.", "seen": "0",
    } | changes  # fmt: skip
    assert client.submit(f"/inzet/{visit}/verslag", fields).status_code == 303
    return visit


def waiting_reports(client: Any) -> list[str]:
    return re.findall(r'name="reports" value="([^"]+)"', client.get(WAY).get_data(as_text=True))


def test_a_report_goes_from_coordinator_to_veiligheidsmanager_to_jit_and_everybody_sees_who_saw_it(
    client: Any, kade: Street
) -> None:
    reported(client, kade)
    for login, label, became in (
        ("coordinator_vth", "geef door aan de veiligheidsmanagers (1)", "bij de veiligheidsmanager"),
        ("veiligheidsmanager", "geef door aan het JIT (1)", "bij het JIT"),
        ("jongerenwerker", "Gelezen (1)", "gelezen door het JIT"),
    ):
        client.sign_in(login)
        assert "Lees 1 verslag van bezoeken" in client.get("/").get_data(as_text=True), login
        assert label in client.get(WAY).get_data(as_text=True)
        assert actions(kade.database)[-1] == "verslagen gelezen"
        assert client.submit(WAY, {"reports": waiting_reports(client)}).status_code == 303
        assert actions(kade.database)[-1] == "verslagen doorgegeven"
        page = client.get(kade.url("/inzet")).get_data(as_text=True)
        assert f"Gezien door Fictieve {login} op ma 23 nov 2026, 13:00: {became}" in page
        assert "Lees 1 verslag" not in client.get("/").get_data(as_text=True)


def test_nobody_passes_a_report_on_before_their_turn(client: Any, kade: Street) -> None:
    reported(client, kade)
    client.sign_in("coordinator_vth")
    report = waiting_reports(client)
    for login in ("veiligheidsmanager", "jongerenwerker"):
        client.sign_in(login)
        assert waiting_reports(client) == []
        answer = client.post(WAY, data={**client.tokens("/"), "reports": report})
        assert answer.status_code == 400
        assert "Er was niets door te geven" in answer.get_data(as_text=True)
    client.sign_in("teamleider")
    assert client.get(WAY).status_code == 200
    assert client.post(WAY, data={**client.tokens("/"), "reports": report}).status_code == 403
    client.sign_in("stafgroeplid")
    assert client.get(WAY).status_code == 403
    assert count(kade, ReportHandover) == 0


def test_two_coordinators_at_once_leave_one_step_and_one_clear_message(client: Any, kade: Street) -> None:
    reported(client, kade)
    client.sign_in("coordinator_vth")
    fields = {**client.tokens(WAY), "reports": waiting_reports(client)}
    client.sign_in("coordinator_vth-zuid")
    assert client.submit(WAY, {"reports": fields["reports"]}).status_code == 303
    client.sign_in("coordinator_vth")
    late = client.post(WAY, data={**client.tokens("/"), "reports": fields["reports"]})
    assert late.status_code == 400
    assert "een collega was eerder" in late.get_data(as_text=True)
    assert count(kade, ReportHandover) == 1


def test_another_stadsdeel_neither_sees_nor_passes_on_a_report(client: Any, kade: Street) -> None:
    reported(client, kade)
    client.sign_in("coordinator_vth")
    report = waiting_reports(client)
    client.submit(WAY, {"reports": report})
    client.sign_in("veiligheidsmanager-zuid")
    assert "Zeven jongeren" not in client.get(WAY).get_data(as_text=True)
    assert client.post(WAY, data={**client.tokens("/"), "reports": report}).status_code == 400
    assert count(kade, ReportHandover) == 1


def test_a_corrected_report_goes_the_way_anew(client: Any, kade: Street) -> None:
    visit = reported(client, kade)
    client.sign_in("coordinator_vth")
    client.submit(WAY, {"reports": waiting_reports(client)})
    assert waiting_reports(client) == []
    client.sign_in("jeugdboa")
    fields = {
        "outcome": "groep bereikt", "started_at": "2026-11-23T11:00", "minutes": "20", "seen_count": "9",
        "feit": "Negen jongeren bij het bankje.", "seen": "1", "correction_reason": "Er waren er meer.",
    }  # fmt: skip
    assert client.submit(f"/inzet/{visit}/verslag", fields).status_code == 303
    client.sign_in("coordinator_vth")
    assert len(waiting_reports(client)) == 1
    assert "Negen jongeren" in client.get(WAY).get_data(as_text=True)
