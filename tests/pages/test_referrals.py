"""Referrals, the gap list and care signals through the pages, on real databases."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from shortlist.connecting.tables import CareSignal, GapChoice, Referral, ReferralStatus
from shortlist.differentiating.tables import MemberListDecision
from shortlist.observing.tables import Gathering
from tests.pages.conftest import NOORD, NOW, ZUID, City, Clock
from tests.pages.street import Street, actions, add, assess, street

ROWS = {"not_personal": "fictieve testgegevens"}
NP = "nieuwe-perspectieven"
FILLED = {
    "age": "16",
    "answers.light_offences": "ja",
    "answers.girl_risk": "nee",
    "answers.life_domains": "ja",
    "answers.authorities": "ja",
    "contra.hard_core": "nee",
    "contra.heavy": "nee",
    "contra.unwilling": "nee",
    "contra.residence": "onbekend",
    "feit": "Op 12 en 19 november gezien bij vernielingen op het plein.",
    "oordeel": "",
    "expected": "Weer naar school, en iets anders doen in de avond.",
    "ground": "toestemming",
    "ground_reason": "",
    "siblings": "meegenomen",
    "professionals": "4",
    "adult_in": "",
}


@pytest.fixture
def kade(city: City) -> Street:
    found = street(city)
    add(
        found,
        MemberListDecision(
            group_id=found.group_id,
            allowed=True,
            reason="Herhaald problematisch gedrag.",
            recorded_at=NOW,
            recorded_by=city.actor("veiligheidsmanager").id,
        ),
    )
    return found


def youngster(place: Street) -> UUID:
    return place.members["Groep Kade Zwaluw"]


def form_page(place: Street, intervention: str = NP) -> str:
    return place.url(f"/verwijzen/{youngster(place)}/{intervention}")


def point(client: Any, place: Street, login: str = "hulpverlener", *interventions: str) -> None:
    """Let the beheerder say that somebody receives."""
    client.sign_in("beheerder")
    chosen = list(interventions) or [NP, "zorgpiramide", "veiligheidshuis"]
    answer = client.submit(
        "/ontvangers", {"account": str(place.city.actor(login).id), "interventions": chosen}
    )
    assert answer.status_code == 303


def refer(client: Any, place: Street, intervention: str = NP, **changes: str) -> Any:
    return client.submit(form_page(place, intervention), FILLED | changes)


def count(place: Street, table: type[SQLModel]) -> int:
    with place.database.reading() as session:
        query = select(func.count()).select_from(table)
        return int(session.execute(query, execution_options=ROWS).scalar_one())


def the_referral(place: Street) -> Referral:
    with place.database.reading() as session:
        query = select(Referral).order_by(col(Referral.recorded_at).desc()).limit(1)
        found: Referral = session.execute(query, execution_options=ROWS).scalar_one()
        session.expunge(found)
        return found


def states(place: Street) -> list[str]:
    with place.database.reading() as session:
        query = select(col(ReferralStatus.state)).order_by(
            col(ReferralStatus.recorded_at), col(ReferralStatus.sequence)
        )
        return list(session.execute(query, execution_options=ROWS).scalars())


def move(client: Any, place: Street, state: str, sequence: int, **more: str) -> Any:
    fields = {"state": state, "sequence": str(sequence), "note": "", "lead": "", **more}
    return client.post(f"/verwijzingen/{the_referral(place).id}", data={**client.tokens("/"), **fields})


def test_a_refused_referral_is_sent_again_accepted_started_and_finished_with_news_to_the_sender(
    client: Any, kade: Street, clock: Clock
) -> None:
    point(client, kade)
    client.sign_in("jeugdagent")
    assert "Groep Kade Zwaluw" in client.get(kade.url("/verwijzen")).get_data(as_text=True)
    assert refer(client, kade).status_code == 303
    row = the_referral(kade)
    assert (row.fit, row.contra, row.care_level, row.consent_of) == (
        "past",
        "niet alles bekend",
        3,
        "jongere",
    )

    client.sign_in("hulpverlener")
    home = client.get("/").get_data(as_text=True)
    assert "Beantwoord de verwijzing naar Nieuwe Perspectieven" in home
    assert "Zwaluw" not in home
    why = "Wij begeleiden al een broer; beter bij één gezinscoach via de zorg."
    assert move(client, kade, "geweigerd", 1, note=why).status_code == 303

    client.sign_in("jeugdagent")
    assert "Lees de terugkoppeling: Nieuwe Perspectieven" in client.get("/").get_data(as_text=True)
    page = client.get(f"/verwijzingen/{row.id}").get_data(as_text=True)
    assert why in page
    assert "Verwijs opnieuw" in page
    read = {**client.tokens("/"), "sequence": "2"}
    assert client.post(f"/verwijzingen/{row.id}/gelezen", data=read).status_code == 303
    assert "Lees de terugkoppeling" not in client.get("/").get_data(as_text=True)

    clock.now = NOW + timedelta(hours=2)
    client.sign_in("jeugdagent")
    assert refer(client, kade).status_code == 303
    again = the_referral(kade)
    assert again.previous_id == row.id
    client.sign_in("hulpverlener")
    lead = "Fictieve gezinscoach, Zorgpiramide"
    assert move(client, kade, "geaccepteerd", 1, lead=lead).status_code == 303
    assert move(client, kade, "gestart", 2).status_code == 303
    assert (
        move(client, kade, "gestart", 3, note="Eerste twee gesprekken waren er, afspraken staan.").status_code
        == 303
    )
    done = move(
        client, kade, "afgerond", 4, note="Alle afspraken gehaald; nazorg loopt.", result="doel bereikt"
    )
    assert done.status_code == 303
    assert states(kade)[2:] == ["verzonden", "geaccepteerd", "gestart", "gestart", "afgerond"]
    client.sign_in("jeugdagent")
    page = client.get(f"/verwijzingen/{again.id}").get_data(as_text=True)
    assert lead in page
    assert "Terugkoppeling" in page
    assert "doel bereikt" in page
    assert actions(kade.database).count("terugkoppeling gegeven") == 1


def test_the_answers_about_contra_indications_are_stored_nowhere(client: Any, kade: Street) -> None:
    point(client, kade)
    client.sign_in("jeugdagent")
    refused = refer(client, kade, **{"contra.heavy": "ja"})
    assert refused.status_code == 400
    assert "Dit antwoord is niet bewaard" in refused.get_data(as_text=True)
    assert count(kade, Referral) == 0
    assert refer(client, kade).status_code == 303
    with kade.database.reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            for stored in session.execute(select(table), execution_options=ROWS):
                said = " ".join(str(value) for value in stored)
                assert "residence" not in said, table.name
                assert "hard_core" not in said, table.name
                assert "life_domains" not in said, table.name


def test_a_bad_form_says_so_per_field_keeps_what_was_typed_and_stores_nothing(
    client: Any, kade: Street
) -> None:
    point(client, kade)
    client.sign_in("jeugdagent")
    for changes, field, said in (
        ({"age": "elf"}, "age", "geen heel getal"),
        ({"age": "11"}, "age", "Onder de 12 jaar"),
        ({"age": "30"}, "age", "is hier niet voor bedoeld"),
        ({"answers.authorities": "nee"}, "age", "is hier niet voor bedoeld"),
        ({"contra.heavy": ""}, "contra.heavy", "Kies ja, nee of weet ik niet"),
        ({"feit": "kort"}, "feit", "ten minste 10"),
        ({"ground": "zonder toestemming"}, "ground_reason", "Schrijf waarom het zonder toestemming"),
        ({"care_level": "5"}, "care_level_reason", "hoort niveau 3"),
        ({"siblings": "tja"}, "siblings", "Kies wat er met broers"),
    ):
        answer = refer(client, kade, **changes)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 400, changes
        beside = re.search(rf'id="error-{re.escape(field)}">(.*?)</div>', page, re.DOTALL)
        assert beside, (changes, re.findall(r'id="error-[^"]*"', page))
        assert said in beside.group(1)
        assert "Weer naar school" in page
    assert count(kade, Referral) == 0


def test_no_second_referral_runs_to_the_same_place_and_a_form_sent_twice_counts_once(
    client: Any, kade: Street
) -> None:
    point(client, kade)
    client.sign_in("jeugdagent")
    fields = {**client.tokens(form_page(kade)), **FILLED}
    first = client.post(form_page(kade), data=fields)
    assert client.post(form_page(kade), data=fields).location == first.location
    client.sign_in("jongerenwerker")
    answer = refer(client, kade)
    assert answer.status_code == 400
    assert "Er loopt al een verwijzing" in answer.get_data(as_text=True)
    assert count(kade, Referral) == 1


def test_two_professionals_who_refer_at_once_make_one_referral(app: Flask, client: Any, kade: Street) -> None:
    point(client, kade)
    forms = []
    for login in ("jeugdagent", "jongerenwerker"):
        client.sign_in(login)
        fields = {**client.tokens(form_page(kade)), **FILLED}
        forms.append((client.get_cookie("shortlist").value, fields))

    def send(form: tuple[str, dict[str, str]]) -> int:
        browser = app.test_client()
        browser.set_cookie("shortlist", form[0])
        return int(browser.post(form_page(kade), data=form[1]).status_code)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, forms)) == [303, 400]
    assert count(kade, Referral) == 1


def test_withdrawn_while_being_accepted_tells_the_second_what_happened(client: Any, kade: Street) -> None:
    point(client, kade)
    client.sign_in("jeugdagent")
    refer(client, kade)
    why = "De jongere is verhuisd naar een andere gemeente."
    assert move(client, kade, "ingetrokken", 1, note=why).status_code == 303
    client.sign_in("hulpverlener")
    late = move(client, kade, "geaccepteerd", 1, lead="Fictieve coach")
    assert late.status_code == 400
    assert "al ingetrokken (door Fictieve jeugdagent)" in late.get_data(as_text=True)
    assert states(kade) == ["verzonden", "ingetrokken"]


@pytest.mark.parametrize("state", ["verzonden", "gestart", "afgerond"])
def test_a_step_that_the_table_forbids_is_refused(client: Any, kade: Street, state: str) -> None:
    point(client, kade)
    client.sign_in("jeugdagent")
    refer(client, kade)
    client.sign_in("hulpverlener")
    answer = move(client, kade, state, 1, note="Dit kan vast niet zomaar.", lead="x", result="doel bereikt")
    assert answer.status_code == 400
    assert states(kade) == ["verzonden"]


def test_the_sender_cannot_accept_and_the_receiver_cannot_withdraw(client: Any, kade: Street) -> None:
    point(client, kade)
    client.sign_in("jeugdagent")
    refer(client, kade)
    assert move(client, kade, "geaccepteerd", 1, lead="Ikzelf").status_code == 403
    client.sign_in("hulpverlener")
    assert move(client, kade, "ingetrokken", 1, note="Dit doet de verwijzer.").status_code == 403
    assert states(kade) == ["verzonden"]


def test_only_sender_manager_and_receiver_of_that_intervention_see_a_referral(
    client: Any, kade: Street
) -> None:
    point(client, kade)
    point(client, kade, "jongerenwerker", "jongerenwerk")
    client.sign_in("jeugdagent")
    refer(client, kade)
    page = f"/verwijzingen/{the_referral(kade).id}"
    for login, code in (
        ("jeugdagent", 200), ("veiligheidsmanager", 200), ("hulpverlener", 200), ("jongerenwerker", 404),
        ("jeugdagent-zuid", 404), ("veiligheidsmanager-zuid", 404), ("hulpverlener-zuid", 404), ("teamleider", 403),
    ):  # fmt: skip
        client.sign_in(login)
        assert client.get(page).status_code == code, login
    client.sign_in("hulpverlener")
    assert client.get("/groepen").status_code == 403
    assert client.get(kade.url()).status_code == 403


def test_a_full_caseload_accepts_nobody_more(client: Any, kade: Street) -> None:
    point(client, kade)
    by, coach = kade.city.actor("jeugdagent").id, kade.city.actor("hulpverlener").id
    for _ in range(4):
        row = Referral(
            person_id=kade.members["Groep Kade Ekster"], group_id=kade.group_id, intervention=NP, feit="Fictief.",
            expected="Fictief.", fit="past", contra="geen gevonden", ground="toestemming", consent_of="jongere",
            siblings="geen zorg", recorded_at=NOW - timedelta(days=9), recorded_by=by,
        )  # fmt: skip
        add(kade, row)
        for sequence, state, who in ((1, "verzonden", by), (2, "geaccepteerd", coach)):
            add(
                kade,
                ReferralStatus(
                    referral_id=row.id, sequence=sequence, state=state, recorded_at=NOW - timedelta(days=8),
                    recorded_by=who,
                ),
            )  # fmt: skip
    client.sign_in("jeugdagent")
    assert refer(client, kade).status_code == 303
    client.sign_in("hulpverlener")
    answer = move(client, kade, "geaccepteerd", 1, lead="Fictieve coach")
    assert answer.status_code == 400
    assert "U begeleidt al 4 jongeren" in answer.get_data(as_text=True)


def test_no_answer_in_time_comes_back_to_the_sender(client: Any, kade: Street, clock: Clock) -> None:
    point(client, kade)
    client.sign_in("jeugdagent")
    refer(client, kade)
    assert "Vraag na" not in client.get("/").get_data(as_text=True)
    clock.now = NOW + timedelta(hours=25)
    client.sign_in("jeugdagent")
    assert "Vraag na: Nieuwe Perspectieven" in client.get("/").get_data(as_text=True)
    assert "Een verwijzing is over de termijn" in client.get("/tussen-wal-en-schip").get_data(as_text=True)
    client.sign_in("hulpverlener")
    move(client, kade, "geaccepteerd", 1, lead="Fictieve coach")
    client.sign_in("jeugdagent")
    assert "Vraag na" not in client.get("/").get_data(as_text=True)


def test_nobody_is_referred_where_step_2b_was_not_decided(client: Any, city: City) -> None:
    zuid = street(city, name="Groep Zuidplein", part=ZUID, suffix="-zuid")
    client.sign_in("jeugdagent-zuid")
    page = client.get(zuid.url("/verwijzen")).get_data(as_text=True)
    assert "stap 2B" in page
    assert "Zwaluw" not in page
    person = zuid.members["Groep Zuidplein Zwaluw"]
    assert client.get(zuid.url(f"/verwijzen/{person}/{NP}")).status_code == 409
    assert "Zwaluw" not in client.get("/tussen-wal-en-schip").get_data(as_text=True)


def test_triage_helps_and_keeps_nothing(client: Any, kade: Street) -> None:
    client.sign_in("jeugdagent")
    address = kade.url(f"/verwijzen/{youngster(kade)}")
    asked = {"age": "16", "answers.high_impact": "ja", "answers.complex": "ja", "answers.care_alone": "nee"}
    answer = client.submit(address, asked)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Veiligheidshuis: zwaar of op veel gebieden" in page
    assert actions(kade.database)[-1] == "te verwijzen jongeren gelezen"
    child = client.submit(address, {"age": "11"}).get_data(as_text=True)
    assert "Jonger dan 12: alleen een signaal aan de zorg" in child
    assert client.submit(address, {"age": "veel"}).status_code == 400


def test_without_a_receiver_nothing_is_sent_into_the_void(client: Any, kade: Street) -> None:
    client.sign_in("jeugdagent")
    answer = refer(client, kade)
    assert answer.status_code == 400
    assert "Niemand ontvangt op dit moment" in answer.get_data(as_text=True)


def test_who_is_too_light_and_too_heavy_stands_on_the_gap_list_until_somebody_acts(
    client: Any, kade: Street, clock: Clock
) -> None:
    point(client, kade)
    assess(kade, "crimineel")
    client.sign_in("jeugdagent")
    page = client.get("/tussen-wal-en-schip").get_data(as_text=True)
    assert "In een groep voor het OM" in page
    assert "2 jongeren dreigen uit beeld te raken" in client.get("/").get_data(as_text=True)
    address = kade.url(f"/verwijzen/{youngster(kade)}/nu-niet")
    bad = client.submit(address, {"reason": "Het gaat goed op school.", "look_again_on": "2028-01-01"})
    assert bad.status_code == 400
    assert "binnen een halfjaar" in bad.get_data(as_text=True)
    assert (
        client.submit(
            address, {"reason": "Het gaat goed op school.", "look_again_on": "2026-12-20"}
        ).status_code
        == 303
    )
    assert count(kade, GapChoice) == 1
    assert "1 jongere dreigt uit beeld te raken" in client.get("/").get_data(as_text=True)
    clock.now = NOW + timedelta(days=30)
    client.sign_in("jeugdagent")
    assert "2 jongeren dreigen" in client.get("/").get_data(as_text=True)
    client.sign_in("jeugdagent-zuid")
    assert "Zwaluw" not in client.get("/tussen-wal-en-schip").get_data(as_text=True)
    assert client.get(address).status_code == 404


def test_children_under_twelve_are_passed_on_to_care_once_and_nothing_is_kept_of_them(
    client: Any, kade: Street
) -> None:
    by = kade.city.actor("jeugdagent").id
    seen = Gathering(
        stadsdeel_id=NOORD, group_id=kade.group_id, started_at=NOW - timedelta(days=1), observer_id=by,
        organisation="politie", regime="wpg", source="gezien", feit="Ook kinderen bij.", under_twelve=True,
        recorded_at=NOW, recorded_by=by,
    )  # fmt: skip
    add(kade, seen)
    client.sign_in("jongerenwerker")
    assert "Geef 1 signaal over kinderen onder 12 door" in client.get("/").get_data(as_text=True)
    page = f"/zorgsignalen/{seen.id}"
    bad = client.submit(page, {"passed_to": "zorgcoördinatie", "passed_on": "2026-11-01"})
    assert bad.status_code == 400
    assert "uiterlijk vandaag" in bad.get_data(as_text=True)
    fields = {**client.tokens(page), "passed_to": "zorgcoördinatie gemeente", "passed_on": "2026-11-23"}
    assert client.post(page, data=fields).status_code == 303
    assert client.post(page, data=fields).status_code == 303
    assert client.get(page).status_code == 404
    assert count(kade, CareSignal) == 1
    assert "kinderen onder 12" not in client.get("/").get_data(as_text=True)
    client.sign_in("jeugdagent-zuid")
    assert client.get(page).status_code == 404
