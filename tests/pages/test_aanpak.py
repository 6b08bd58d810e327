from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from shortlist.planning.tables import PlanMeasure, PlanVanAanpak
from shortlist.prioritising.tables import PriorityDecision, PriorityProposal
from tests.pages.conftest import NOORD, NOW, Browser, City
from tests.pages.street import Street, actions, add, assess, street

FIELDS = {
    "based_on": "0",
    "goal": "Niet meer dan één melding per week",
    "exit_criterion": "Vier weken zonder melding",
    "evaluation_on": "2027-01-11",
    "measures.0.measure": "jongerenwerk",
    "measures.0.chosen": "ja",
    "measures.0.owner": "Jongerenwerk Noord",
    "measures.0.due_on": "2027-02-01",
    "measures.0.visits_per_week": "2",
}
BOA = {
    "measures.2.measure": "jeugdboa",
    "measures.2.chosen": "ja",
    "measures.2.owner": "Teamleider",
    "measures.2.due_on": "2027-02-01",
    "measures.2.visits_per_week": "3",
}


@pytest.fixture
def kade(city: City) -> Street:
    return street(city)


def decide(kade: Street, priority: str = "hoog") -> None:
    actor = kade.city.actor("stafgroeplid").id
    proposal = PriorityProposal(
        group_id=kade.group_id, priority=priority, reason="x", recorded_at=NOW, recorded_by=actor
    )
    add(kade, proposal)
    add(
        kade,
        PriorityDecision(
            proposal_id=proposal.id, sequence=1, group_id=kade.group_id, kind="vastgesteld", priority=priority,
            reason="x", valid_from=date(2026, 11, 1), valid_until=date(2027, 2, 1), recorded_at=NOW, recorded_by=actor,
        ),
    )  # fmt: skip


def stored(kade: Street) -> list[Any]:
    with kade.database.reading() as session:
        return list(
            session.execute(
                select(col(PlanVanAanpak.version), func.count(col(PlanMeasure.id)))
                .outerjoin(PlanMeasure, col(PlanMeasure.plan_id) == col(PlanVanAanpak.id))
                .group_by(col(PlanVanAanpak.version))
                .order_by(col(PlanVanAanpak.version))
            )
        )


def test_a_youth_worker_writes_a_plan_and_everybody_of_the_jit_reads_it(
    client: Browser, kade: Street
) -> None:
    assess(kade)
    client.sign_in("jongerenwerker")
    page = kade.url("/plan-van-aanpak/schrijven")
    assert "Voorgesteld:" in client.get(page).get_data(as_text=True)
    assert client.submit(page, {**FIELDS, **BOA}).status_code == 303
    assert stored(kade) == [(1, 2)]
    client.sign_in("stafgroeplid")
    html = client.get(kade.url("/plan-van-aanpak")).get_data(as_text=True)
    assert "Niet meer dan één melding per week" in html
    assert "Nieuwe versie schrijven" not in html
    assert actions(kade.database).count("plan van aanpak vastgelegd") == 1


def test_the_plan_tells_how_the_lamp_that_was_asked_for_stands(client: Browser, kade: Street) -> None:
    assess(kade)
    client.sign_in("jongerenwerker")
    client.submit(kade.url("/plan-van-aanpak/schrijven"), {**FIELDS, **BOA})
    assert "Hoe het staat met" not in client.get(kade.url("/plan-van-aanpak")).get_data(as_text=True)
    lamp = {
        "subject": "lamp",
        "stadsdeel": str(NOORD),
        "group": str(kade.group_id),
        "place": str(kade.place_id),
    }
    assert (
        client.submit("/procedures/nieuw", {**lamp, "wish": "Achter het plein is het donker."}).status_code
        == 303
    )
    html = client.get(kade.url("/plan-van-aanpak")).get_data(as_text=True)
    assert "Hoe het staat met: lamp, bak, plek en vergunning" in html
    assert "/procedures/" in html


def test_a_second_version_is_appended_and_says_what_changed(client: Browser, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    page = kade.url("/plan-van-aanpak/schrijven")
    client.submit(page, FIELDS)
    assert client.submit(page, {**FIELDS, "based_on": "1", "goal": "Rust in de straat"}).status_code == 303
    assert stored(kade) == [(1, 1), (2, 1)]
    html = client.get(kade.url("/plan-van-aanpak")).get_data(as_text=True)
    assert "was ‘Niet meer dan één melding per week’, is nu ‘Rust in de straat’" in html


def test_two_people_writing_at_once_get_a_clear_message_and_keep_their_text(
    client: Browser, kade: Street
) -> None:
    client.sign_in("veiligheidsmanager")
    page = kade.url("/plan-van-aanpak/schrijven")
    client.submit(page, FIELDS)
    late = client.submit(page, {**FIELDS, "goal": "Mijn doel"})
    assert late.status_code == 400
    html = late.get_data(as_text=True)
    assert "Iemand anders heeft intussen een nieuwe versie" in html
    assert "Mijn doel" in html
    assert stored(kade) == [(1, 1)]


def test_the_same_post_twice_writes_one_version(client: Browser, kade: Street) -> None:
    client.sign_in("jeugdagent")
    page = kade.url("/plan-van-aanpak/schrijven")
    sent = {**client.tokens(page), **FIELDS}
    assert [client.post(page, data=sent).status_code for _ in range(2)] == [303, 303]
    assert stored(kade) == [(1, 1)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"goal": ""}, "Dit ontbreekt nog"),
        ({"exit_criterion": ""}, "Dit ontbreekt nog"),
        ({"evaluation_on": "morgen"}, "geen bestaande datum"),
        ({"evaluation_on": "2026-11-23"}, "Kies een dag na vandaag"),
        ({"evaluation_on": "2028-11-23"}, "meer dan een jaar vooruit"),
        ({"measures.0.chosen": ""}, "Kies ten minste één maatregel"),
        ({"measures.0.owner": ""}, "Vul in wie dit uitvoert"),
        ({"measures.0.due_on": "2026-11-01"}, "Deze dag is voorbij"),
        ({"measures.0.visits_per_week": "0"}, "1 tot en met 21"),
        ({"measures.0.visits_per_week": "veel"}, "geen heel getal"),
        ({"measures.0.measure": "cameras"}, "bestaat niet"),
    ],
)
def test_bad_input_is_named_beside_its_field_and_nothing_is_stored(
    client: Browser, kade: Street, change: dict[str, str], message: str
) -> None:
    client.sign_in("veiligheidsmanager")
    answer = client.submit(kade.url("/plan-van-aanpak/schrijven"), {**FIELDS, **change})
    assert answer.status_code == 400
    assert message in answer.get_data(as_text=True)
    assert "Jongerenwerk Noord" in answer.get_data(as_text=True) or "owner" in str(change)
    assert stored(kade) == []


def test_jeugdboas_for_a_group_decided_crimineel_are_refused_with_the_reason(
    client: Browser, kade: Street
) -> None:
    assess(kade, decided="crimineel")
    client.sign_in("veiligheidsmanager")
    answer = client.submit(kade.url("/plan-van-aanpak/schrijven"), {**FIELDS, **BOA})
    assert answer.status_code == 400
    assert "Het OM heeft de leiding" in answer.get_data(as_text=True)
    assert stored(kade) == []


def test_other_stadsdelen_and_other_roles_stay_outside(client: Browser, kade: Street) -> None:
    client.sign_in("jeugdagent-zuid")
    assert client.get(kade.url("/plan-van-aanpak")).status_code == 404
    assert client.get(f"/groepen/{UUID(int=9)}/plan-van-aanpak").status_code == 404
    for role in ("jeugdboa", "beheerder", "privacy_officer"):
        client.sign_in(role)
        assert client.get(kade.url("/plan-van-aanpak")).status_code == 403
    client.sign_in("stafgroeplid")
    assert client.get(kade.url("/plan-van-aanpak/schrijven")).status_code == 403


def test_a_prioritised_group_without_a_plan_waits_for_the_jit(client: Browser, kade: Street) -> None:
    decide(kade)
    client.sign_in("veiligheidsmanager")
    assert "Schrijf een plan van aanpak voor Groep Kade" in client.get("/").get_data(as_text=True)
    client.submit(kade.url("/plan-van-aanpak/schrijven"), FIELDS)
    assert "Schrijf een plan van aanpak" not in client.get("/").get_data(as_text=True)
    client.sign_in("veiligheidsmanager-zuid")
    assert "Schrijf een plan van aanpak" not in client.get("/").get_data(as_text=True)
