"""Requests for jeugdboa's and reports after visits through the pages, on real databases."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from shortlist.deploying.requests.work import approved_groups
from shortlist.deploying.tables import DeploymentReport, DeploymentRequest, RequestStatus
from shortlist.observing.tables import Gathering, GatheringItem
from shortlist.planning.tables import TeamMember
from tests.pages.conftest import NOW, ZUID, City, Clock
from tests.pages.shifts import plan
from tests.pages.street import Street, actions, add, assess, street

PARTS = {
    "nuisance": "Bewoners van de Kade horen tot na middernacht luide muziek.",
    "features": "Plek: Plein Kade. Zes tot twaalf jongeren.",
    "measures_taken": "De wijkagent sprak hen drie keer aan.",
    "effect": "Een week rustig, daarna weer hetzelfde.",
    "expected": "Aanwezig zijn op vrijdag en zaterdag na 21 uur; stoppen na vier rustige weken.",
}
REASON = "De aanvraag is duidelijk en er is ruimte in het rooster."
TEST_ROWS = {"not_personal": "fictieve testgegevens"}


@pytest.fixture
def kade(city: City) -> Street:
    return street(city)


def count(place: Street, table: type[SQLModel]) -> int:
    with place.database.reading() as session:
        return int(
            session.execute(select(func.count()).select_from(table), execution_options=TEST_ROWS).scalar_one()
        )


# --- requests ---


def ask(client: Any, place: Street, **changes: str) -> Any:
    return client.submit(place.url("/aanvraag"), PARTS | {"seen": ""} | changes)


def the_request(place: Street) -> UUID:
    with place.database.reading() as session:
        query = select(col(DeploymentRequest.id)).order_by(col(DeploymentRequest.recorded_at).desc()).limit(1)
        found: UUID = session.execute(query).scalar_one()
        return found


def decide(client: Any, request: UUID, state: str, sequence: int, reason: str = REASON) -> Any:
    fields = {"state": state, "reason": reason, "sequence": str(sequence)}
    tokens = client.tokens("/")
    return client.post(f"/aanvragen/{request}", data={**tokens, **fields})


def test_a_request_goes_from_the_veiligheidsmanager_to_the_coordinator_and_is_approved(
    client: Any, kade: Street
) -> None:
    assess(kade)
    client.sign_in("veiligheidsmanager")
    page = client.get(kade.url("/aanvraag")).get_data(as_text=True)
    assert "keer gezien bij" in page
    assert "- ernst: midden" in page
    assert ask(client, kade).status_code == 303
    assert actions(kade.database)[-1] == "jeugdboa's aangevraagd"
    request = the_request(kade)
    client.sign_in("coordinator_vth")
    assert "Beoordeel de aanvraag voor Groep Kade" in client.get("/").get_data(as_text=True)
    assert "Groep Kade" in client.get("/aanvragen").get_data(as_text=True)
    page = client.get(f"/aanvragen/{request}").get_data(as_text=True)
    assert PARTS["nuisance"] in page
    assert decide(client, request, "goedgekeurd", 1).status_code == 303
    assert actions(kade.database)[-1] == "aanvraag goedgekeurd"
    with kade.database.reading() as session:
        assert approved_groups(session=session) == {kade.group_id}
    client.sign_in("teamleider")
    assert REASON in client.get(f"/aanvragen/{request}").get_data(as_text=True)


def test_a_bad_request_says_so_per_field_keeps_the_text_and_stores_nothing(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    for part in PARTS:
        answer = ask(client, kade, **{part: "kort"})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 400
        beside = re.search(rf'id="error-{part}">(.*?)</div>', page, re.DOTALL)
        assert beside
        assert "ten minste 10" in beside.group(1)
        assert ">\nkort</textarea>" in page
    assert count(kade, DeploymentRequest) == 0


@pytest.mark.parametrize("decided", ["crimineel", "aanvaardbaar"])
def test_no_jeugdboas_are_requested_for_a_group_they_are_never_sent_to(
    client: Any, kade: Street, decided: str
) -> None:
    assess(kade, decided)
    client.sign_in("veiligheidsmanager")
    page = client.get(kade.url("/aanvraag")).get_data(as_text=True)
    assert f"beoordeeld als {decided}" in page
    tokens = client.tokens("/")
    answer = client.post(kade.url("/aanvraag"), data={**tokens, **PARTS, "seen": ""})
    assert answer.status_code == 400
    assert "Een aanvraag kan niet" in answer.get_data(as_text=True)
    assert count(kade, DeploymentRequest) == 0


def test_a_group_that_became_criminal_meanwhile_is_not_approved(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    ask(client, kade)
    assess(kade, "crimineel")
    client.sign_in("coordinator_vth")
    answer = decide(client, the_request(kade), "goedgekeurd", 1)
    assert answer.status_code == 400
    assert "Goedkeuren kan niet meer" in answer.get_data(as_text=True)
    assert count(kade, RequestStatus) == 1


def test_a_returned_request_comes_back_with_the_reason_and_is_asked_anew(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    ask(client, kade)
    first = the_request(kade)
    client.sign_in("coordinator_vth")
    decide(client, first, "teruggestuurd", 1, "Op welke tijden is de overlast?")
    client.sign_in("veiligheidsmanager")
    assert "Herzie de aanvraag voor Groep Kade" in client.get("/").get_data(as_text=True)
    page = client.get(kade.url("/aanvraag")).get_data(as_text=True)
    assert "Op welke tijden is de overlast?" in page
    assert PARTS["effect"] in page
    assert ask(client, kade, seen=str(first)).status_code == 303
    page = client.get(f"/aanvragen/{first}").get_data(as_text=True)
    assert "vervangen door een nieuwere" in page
    client.sign_in("coordinator_vth")
    assert decide(client, first, "goedgekeurd", 2).status_code == 400


def test_a_second_request_for_the_same_group_waits_for_the_first(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    ask(client, kade)
    page = client.get(kade.url("/aanvraag")).get_data(as_text=True)
    assert "Er loopt al een aanvraag" in page
    tokens = client.tokens("/")
    late = client.post(kade.url("/aanvraag"), data={**tokens, **PARTS, "seen": ""})
    assert late.status_code == 400
    assert "loopt al een aanvraag (ingediend)" in late.get_data(as_text=True)
    assert count(kade, DeploymentRequest) == 1


def test_a_request_withdrawn_while_it_is_approved_gives_a_clear_message(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    ask(client, kade)
    request = the_request(kade)
    assert decide(client, request, "ingetrokken", 1, "De overlast is gestopt.").status_code == 303
    client.sign_in("coordinator_vth")
    late = decide(client, request, "goedgekeurd", 1)
    page = late.get_data(as_text=True)
    assert late.status_code == 400
    assert "al ingetrokken (door Fictieve veiligheidsmanager)" in page
    assert "De overlast is gestopt." in page
    assert count(kade, RequestStatus) == 2


def test_nobody_does_anothers_part_of_a_request(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    ask(client, kade)
    request = the_request(kade)
    assert decide(client, request, "goedgekeurd", 1).status_code == 403
    client.sign_in("coordinator_vth")
    assert decide(client, request, "ingetrokken", 1).status_code == 403
    client.sign_in("teamleider")
    assert decide(client, request, "goedgekeurd", 1).status_code == 403
    client.sign_in("veiligheidsmanager-zuid")
    assert client.get(f"/aanvragen/{request}").status_code == 404
    assert client.get(kade.url("/aanvraag")).status_code == 404
    assert count(kade, RequestStatus) == 1


# --- reports ---


def a_report(**changes: Any) -> dict[str, Any]:
    return {
        "outcome": "groep bereikt", "started_at": "2026-11-23T11:05", "minutes": "20", "seen_count": "7",
        "feit": "Zeven jongeren bij het bankje, muziek zachter na verzoek.", "oordeel": "Goed contact.", "seen": "0",
    } | changes  # fmt: skip


def report_page(visit: UUID) -> str:
    return f"/inzet/{visit}/verslag"


def reported(place: Street) -> Any:
    with place.database.reading() as session:
        query = (
            select(DeploymentReport, Gathering)
            .join(Gathering, col(Gathering.id) == col(DeploymentReport.gathering_id), isouter=True)
            .order_by(col(DeploymentReport.sequence))
        )
        rows = session.execute(query, execution_options=TEST_ROWS).all()
        session.expunge_all()
        return rows


def test_a_report_becomes_an_observation_with_effort_and_reaches_the_coordinator(
    client: Any, kade: Street
) -> None:
    visit = plan(kade)
    client.sign_in("jeugdboa")
    assert "Schrijf het verslag van Groep Kade" in client.get("/").get_data(as_text=True)
    assert report_page(visit) in client.get("/mijn-diensten").get_data(as_text=True)
    page = client.get(report_page(visit)).get_data(as_text=True)
    assert 'value="15"' in page
    answer = client.submit(report_page(visit), a_report(gedrag=["lawaai"]))
    assert answer.status_code == 303
    ((row, gathering),) = reported(kade)
    assert (row.outcome, row.minutes, row.seen_count) == ("groep bereikt", 20, 7)
    assert (gathering.effort_minutes, gathering.seen_count, gathering.source) == (20, 7, "gezien")
    assert gathering.group_id == kade.group_id
    assert gathering.started_at == datetime(2026, 11, 23, 10, 5, tzinfo=NOW.tzinfo)
    assert gathering.oordeel == "Goed contact."
    assert count(kade, GatheringItem) == 1
    assert actions(kade.database)[-1] == "bezoek gemeld"
    assert "Schrijf het verslag" not in client.get("/").get_data(as_text=True)
    client.sign_in("coordinator_vth")
    page = client.get(kade.url("/inzet")).get_data(as_text=True)
    assert "Zeven jongeren bij het bankje" in page
    assert actions(kade.database)[-1] == "verslagen gelezen"


def test_a_nil_return_takes_two_taps_and_counts(client: Any, kade: Street) -> None:
    visit = plan(kade)
    client.sign_in("jeugdboa")
    fields = a_report(outcome="niemand aangetroffen", seen_count="", feit="", oordeel="")
    assert client.submit(report_page(visit), fields).status_code == 303
    ((row, gathering),) = reported(kade)
    assert (row.seen_count, gathering.seen_count, gathering.effort_minutes) == (0, 0, 20)
    assert gathering.feit == "Niemand aangetroffen."


def test_not_having_been_there_is_a_report_without_an_observation(client: Any, kade: Street) -> None:
    visit = plan(kade)
    before = count(kade, Gathering)
    client.sign_in("jeugdboa")
    fields = a_report(outcome="niet geweest", seen_count="", feit="Spoedmelding in Zuid.")
    assert client.submit(report_page(visit), fields).status_code == 303
    ((row, gathering),) = reported(kade)
    assert (row.minutes, gathering) == (0, None)
    assert count(kade, Gathering) == before


def test_a_bad_report_says_so_beside_the_field_keeps_the_text_and_stores_nothing(
    client: Any, kade: Street
) -> None:
    visit = plan(kade)
    before = count(kade, Gathering)
    client.sign_in("jeugdboa")
    for changes, field, said in (
        ({"outcome": ""}, "outcome", "Dit ontbreekt nog"),
        ({"outcome": "gezellig"}, "outcome", "Kies een van de uitkomsten"),
        ({"minutes": "-5"}, "minutes", "minstens 0"),
        ({"minutes": "veel"}, "minutes", "geen heel getal"),
        ({"seen_count": "300"}, "seen_count", "hoogstens 200"),
        ({"seen_count": "0"}, "seen_count", "Was er niemand"),
        ({"feit": ""}, "feit", "wat u zag of hoorde"),
        ({"started_at": "2026-11-23T14:00"}, "started_at", "in de toekomst"),
        ({"started_at": "2026-11-20T11:00"}, "started_at", "meer dan 12 uur"),
        ({"gedrag": ["wiskunde"]}, "gedrag", "wiskunde"),
    ):
        answer = client.submit(report_page(visit), a_report(**changes))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 400, changes
        beside = re.search(rf'id="error-{field}">(.*?)</div>', page, re.DOTALL)
        assert beside, (changes, page)
        assert said in beside.group(1)
        assert "Goed contact." in page
    assert count(kade, DeploymentReport) == 0
    assert count(kade, Gathering) == before


def test_a_colleague_who_reported_first_is_named_and_nothing_is_stored_twice(
    client: Any, kade: Street
) -> None:
    visit = plan(kade)
    with kade.database.reading() as session:
        team = session.execute(select(col(TeamMember.team_id))).scalar_one()
    add(kade, TeamMember(team_id=team, account_id=kade.city.actor("jeugdboa-zuid").id))
    client.sign_in("jeugdboa")
    fields = {**client.tokens(report_page(visit)), **a_report()}
    assert client.post(report_page(visit), data=fields).status_code == 303
    assert client.post(report_page(visit), data=fields).status_code == 303
    client.sign_in("jeugdboa-zuid")
    tokens = client.tokens("/")
    late = client.post(report_page(visit), data={**tokens, **a_report(seen_count="5")})
    assert late.status_code == 400
    assert "al gemeld door Fictieve jeugdboa" in late.get_data(as_text=True)
    assert count(kade, DeploymentReport) == 1


def test_who_wrote_a_report_corrects_it_with_a_reason_and_the_old_one_stays(
    client: Any, kade: Street
) -> None:
    visit = plan(kade)
    client.sign_in("jeugdboa")
    client.submit(report_page(visit), a_report())
    bare = client.submit(report_page(visit), a_report(seen="1", seen_count="9"))
    assert bare.status_code == 400
    assert "wat er niet klopte" in bare.get_data(as_text=True)
    fields = a_report(seen="1", seen_count="9", correction_reason="Verteld, er waren er meer.")
    assert client.submit(report_page(visit), fields).status_code == 303
    first, second = reported(kade)
    assert (first[0].seen_count, second[0].seen_count) == (7, 9)
    assert second[1].supersedes_id == first[1].id


def test_only_visits_of_an_approved_newest_plan_are_on_the_list(client: Any, kade: Street) -> None:
    old = plan(kade, hours_ago=3)
    client.sign_in("jeugdboa")
    assert str(old) in client.get("/mijn-diensten").get_data(as_text=True)
    draft = plan(kade, hours_ago=2, state="teruggestuurd", version=2)
    newest = plan(kade, hours_ago=1, version=3)
    page = client.get("/mijn-diensten").get_data(as_text=True)
    assert str(newest) in page
    assert str(old) not in page
    assert str(draft) not in page
    tokens = client.tokens("/")
    cancelled = client.post(report_page(old), data={**tokens, **a_report()})
    assert cancelled.status_code in {400, 409}
    assert "niet meer in het vastgestelde weekplan" in cancelled.get_data(as_text=True)
    assert count(kade, DeploymentReport) == 0


def test_another_team_neither_sees_nor_reports_a_visit(client: Any, kade: Street) -> None:
    visit = plan(kade)
    client.sign_in("jongerenwerker")
    assert str(visit) not in client.get("/mijn-diensten").get_data(as_text=True)
    assert client.get(report_page(visit)).status_code == 404
    tokens = client.tokens("/")
    assert client.post(report_page(visit), data={**tokens, **a_report()}).status_code == 404
    client.sign_in("veiligheidsmanager")
    assert client.get(report_page(visit)).status_code == 403


def test_a_team_reports_also_outside_the_stadsdeel_it_usually_works_in(client: Any, kade: Street) -> None:
    zuid = street(kade.city, name="Groep Zuidplein", part=ZUID, suffix="-zuid")
    visit = plan(zuid, member="jongerenwerker")
    client.sign_in("jongerenwerker")
    assert client.submit(report_page(visit), a_report()).status_code == 303
    ((_, gathering),) = reported(kade)
    assert gathering.group_id == zuid.group_id


def test_a_visit_that_is_still_to_come_has_no_report_form(client: Any, kade: Street, clock: Clock) -> None:
    visit = plan(kade, hours_ago=-3)
    client.sign_in("jeugdboa")
    assert "Uw dienst van vandaag: 1 bezoek" in client.get("/").get_data(as_text=True)
    assert "moet nog komen" in client.get(report_page(visit)).get_data(as_text=True)
    clock.now = NOW + timedelta(hours=4)
    client.sign_in("jeugdboa")
    assert "Wat zag of hoorde u" in client.get(report_page(visit)).get_data(as_text=True)
