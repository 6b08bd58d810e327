"""The reading through the pages: off by default, the own view first, every showing logged, differences to the JIT."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlmodel import col

from shortlist import assets
from shortlist.differentiating.switching.tables import ReadingSwitch
from shortlist.differentiating.viewing import work
from shortlist.guarding.audit import record, watch
from shortlist.guarding.tables import AuditRow
from tests.pages.conftest import NOW, ZUID, City, Clock
from tests.pages.street import Street, actions, gathering
from tests.pages.watched import CORE, OTHERS, REASON, own_view, pairs, switch_on, views, watched

ALPHABETICAL = sorted((*CORE, *OTHERS))


@pytest.fixture
def kade(city: City) -> Street:
    return watched(city)


def text(answer: Any, status: int = 200) -> str:
    found: str = answer.get_data(as_text=True)
    assert answer.status_code == status, found
    return found


def view(client: Any, place: Street, login: str = "jeugdagent", **changes: Any) -> str:
    """Have somebody record an own view and return the address of the reading beside it."""
    client.sign_in(login)
    answer = client.submit(place.url("/lezing"), own_view(place, **changes))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    found: str = answer.location
    return found


def row_of(page: str, name: str) -> str:
    """Return the text of a member's row."""
    row = page.split(f">{name}</span></th>")[1].split("</tr>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


# --- on or off ---


def test_the_reading_is_off_until_somebody_switches_it_on(client: Any, kade: Street) -> None:
    client.sign_in("jeugdagent")
    assert "De lezing van leden staat uit" in text(client.get(kade.url("/leden")))
    assert "staat de lezing van leden uit" in text(client.get(kade.url("/lezing")))
    answer = client.post(kade.url("/lezing"), data={**client.tokens("/"), **own_view(kade)})
    assert "staat de lezing van leden uit" in text(answer, 400)
    assert views(kade) == []
    assert "De lezing staat uit" in text(client.get("/lezing"))


def test_the_veiligheidsmanager_switches_it_on_with_a_reason_and_is_named(client: Any, kade: Street) -> None:
    switch_on(client)
    client.sign_in("jongerenwerker")
    page = text(client.get("/lezing"))
    assert "De lezing staat aan" in page
    assert "Fictieve veiligheidsmanager" in page
    assert "Drie meldingen in een week" in page
    assert 'name="reason"' not in page
    assert "Eigen beeld, met de lezing ernaast" in text(client.get(kade.url("/leden")))
    with kade.database.reading() as session:
        logged = session.execute(
            select(AuditRow).where(col(AuditRow.action) == "lezing aangezet")
        ).scalar_one()
        assert logged.reason == REASON
        assert len(logged.details["vingerafdruk"]) == 64


@pytest.mark.parametrize("login", ["jeugdagent", "jongerenwerker", "privacy_officer"])
def test_nobody_else_switches_it_on(client: Any, kade: Street, login: str) -> None:
    client.sign_in(login)
    tokens = client.tokens("/lezing")
    answer = client.post("/lezing", data={**tokens, "besluit": "aan", "reason": REASON, "seen": "0"})
    assert answer.status_code == 403
    assert "lezing aangezet" not in actions(kade.database)


def test_the_privacy_officer_can_stop_it_and_then_nothing_is_shown(client: Any, kade: Street) -> None:
    switch_on(client)
    shown = view(client, kade)
    client.sign_in("privacy_officer")
    off = client.submit("/lezing", {"besluit": "uit", "reason": REASON, "seen": "1"})
    assert off.status_code == 303
    client.sign_in("jeugdagent")
    assert "staat in deze gemeente uit" in text(client.get(shown), 409)
    assert "staat de lezing van leden uit" in text(client.get(kade.url("/lezing")))
    assert len(views(kade)) == 1
    client.sign_in("jeugdagent")
    tokens = client.tokens("/lezing")
    answer = client.post("/lezing", data={**tokens, "besluit": "uit", "reason": REASON, "seen": "2"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": "kort"}, "ten minste 10"),
        ({"besluit": "misschien"}, "klopt niet meer"),
        ({"besluit": "uit"}, "staat al uit"),
        ({"seen": "4"}, "intussen besloten"),
        ({"seen": "x"}, "klopt niet meer"),
    ],
)
def test_a_bad_decision_is_refused_with_what_was_typed(
    client: Any, kade: Street, change: dict[str, str], said: str
) -> None:
    client.sign_in("veiligheidsmanager")
    fields = {"besluit": "aan", "reason": REASON, "seen": "0"} | change
    page = text(client.submit("/lezing", fields), 400)
    assert said in page
    assert fields["reason"].split(",")[0] in page or "klopt niet meer" in page
    assert "lezing aangezet" not in actions(kade.database)


def test_two_who_decide_at_once_make_one_decision(app: Flask, client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    tokens, cookie = client.tokens("/lezing"), client.get_cookie("shortlist").value

    def send(_: int) -> int:
        browser = app.test_client()
        browser.set_cookie("shortlist", cookie)
        fields = {**tokens, "write_key": str(uuid4()), "besluit": "aan", "reason": REASON, "seen": "0"}
        status: int = browser.post("/lezing", data=fields).status_code
        return status

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(4))) == [303, 400, 400, 400]
    with kade.database.reading() as session:
        assert session.execute(select(func.count()).select_from(ReadingSwitch)).scalar_one() == 1


def models_without_card(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    shutil.copytree(assets.MODELS, folder)
    (folder / "member-reading.card.md").unlink()
    return folder


def test_without_a_valid_card_there_is_no_reading_and_the_page_says_why(
    app: Flask, client: Any, kade: Street, tmp_path: Path
) -> None:
    switch_on(client)
    shown = view(client, kade)
    app.extensions["shortlist.models"] = models_without_card(tmp_path)
    for address in ("/lezing", kade.url("/lezing")):
        assert "modelkaart ontbreekt" in text(client.get(address))
    for address in (shown, "/lezing/modelkaart"):
        assert "modelkaart ontbreekt" in text(client.get(address), 409)
    client.sign_in("veiligheidsmanager")
    off = client.submit("/lezing", {"besluit": "uit", "reason": REASON, "seen": "1"})
    assert off.status_code == 303
    tokens = client.tokens("/")
    page = client.post("/lezing", data={**tokens, "besluit": "aan", "reason": REASON, "seen": "2"})
    assert "kan de lezing niet aan" in text(page, 400)


def test_another_model_needs_another_decision(client: Any, kade: Street) -> None:
    switch_on(client)
    with kade.database.writing() as session:
        watch(session)
        session.execute(select(ReadingSwitch)).scalar_one().model_fingerprint = "0" * 64
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
    client.sign_in("veiligheidsmanager")
    assert "er is een ander model" in text(client.get("/lezing"))
    assert "staat de lezing van leden uit" in text(client.get(kade.url("/lezing")))
    again = client.submit("/lezing", {"besluit": "aan", "reason": REASON, "seen": "1"})
    assert again.status_code == 303
    assert "Uw beeld van Duif" in text(client.get(kade.url("/lezing")))


def test_the_model_card_is_a_page_with_its_limits(client: Any, kade: Street) -> None:
    client.sign_in("privacy_officer")
    page = text(client.get("/lezing/modelkaart"))
    assert "Geen voorspelling van strafbare feiten" in page
    assert "southern_women" in page
    assert "Gegevensblad" in page


# --- the own view comes first ---


def test_the_form_shows_facts_in_board_order_and_no_reading(client: Any, kade: Street) -> None:
    switch_on(client)
    client.sign_in("jeugdagent")
    page = text(client.get(kade.url("/lezing")))
    assert re.findall(r"Uw beeld van (\w+)", page) == ALPHABETICAL
    assert "In 26 weken bij 24 waarnemingen" in page
    assert "gewogen" not in page
    assert "checked" not in page
    assert actions(kade.database)[-2:] == ["ledenlijst gelezen", "waarnemingen gelezen"]


def test_the_reading_stands_beside_the_own_view_alphabetically_with_its_evidence(
    client: Any, kade: Street
) -> None:
    switch_on(client)
    page = text(client.get(view(client, kade)))
    names = re.findall(r'<th[^>]*scope="row"[^>]*><span[^>]*>(\w+)</span></th>', page)
    assert names == ALPHABETICAL
    assert row_of(page, "Vink").startswith("Kern Kern Gezien bij 24 van de 24 waarnemingen")
    assert "in meer dan 99% van de keren bij de 2 meest aanwezige leden" in row_of(page, "Vink")
    assert row_of(page, "Merel").startswith("Meeloper Meeloper Gezien bij 6 van de 24")
    assert "op 6 dagen en door 3 bekende waarnemers" in row_of(page, "Merel")
    assert "elkaar bij niemand tegen" in page
    assert not re.search(r"0[.,]\d{2,}", page.split("<main")[1]), "a chance is shown"


def test_the_pair_is_kept_with_the_versions_of_model_and_rules(client: Any, kade: Street) -> None:
    switch_on(client)
    view(client, kade)
    (found,) = views(kade)
    assert (found.blind, found.expected_core, found.model_version, found.rules_name) == (
        True, 2, "1", "ledenlezing",
    )  # fmt: skip
    assert len(found.model_fingerprint) == 64
    kept = {pair.person_id: pair for pair in pairs(kade)}
    assert len(kept) == 8
    vink = kept[kade.members["Vink"]]
    assert (vink.own, vink.reading, vink.n_gatherings, vink.n_observers) == ("kern", "kern", 24, 3)
    assert vink.probability_core is not None
    assert vink.low <= vink.probability_core <= vink.high


def test_every_showing_is_logged_with_purpose_model_and_rules(client: Any, kade: Street) -> None:
    switch_on(client)
    shown = view(client, kade)
    assert "lezing getoond" not in actions(kade.database)
    for _ in range(2):
        client.get(shown)
    with kade.database.reading() as session:
        rows = list(
            session.execute(select(AuditRow).where(col(AuditRow.action) == "lezing getoond")).scalars()
        )
        session.expunge_all()
    assert len(rows) == 2
    assert rows[0].details["doel"] == "groepsaanpak"
    assert rows[0].details["model"] == "1"
    assert rows[0].details["regels"].startswith("ledenlezing")
    assert rows[0].object_id == kade.group_id


def test_what_is_seen_later_does_not_change_what_was_shown(client: Any, kade: Street) -> None:
    switch_on(client)
    shown = view(client, kade)
    before = row_of(text(client.get(shown)), "Merel")
    with kade.database.writing() as session:
        watch(session)
        for minutes in range(40):
            gathering(
                session, kade, kade.city.actor("jongerenwerker").id, NOW - timedelta(hours=minutes * 3),
                present=[kade.members["Merel"]],
            )  # fmt: skip
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
    assert row_of(text(client.get(shown)), "Merel") == before


def test_nobody_sees_the_reading_beside_somebody_elses_view(client: Any, kade: Street) -> None:
    switch_on(client)
    shown = view(client, kade)
    for login, status in (("jongerenwerker", 404), ("veiligheidsmanager", 404), ("jeugdagent-zuid", 404),
                          ("stafgroeplid", 403), ("jeugdboa", 403), ("privacy_officer", 403)):  # fmt: skip
        client.sign_in(login)
        assert client.get(shown).status_code == status
        if status == 403 or "zuid" in login:
            assert client.get(kade.url("/lezing")).status_code == status
    assert "lezing getoond" not in actions(kade.database)


def bad_views(place: Street) -> list[tuple[dict[str, str], str]]:
    merel = f"own.{place.members['Merel']}"
    whole = own_view(place)
    return [
        ({name: value for name, value in whole.items() if name != merel}, "Geef uw beeld van Merel"),
        (whole | {merel: "baas"}, "Geef uw beeld van Merel"),
        (whole | {"expected_core": "9"}, "De groep heeft 8 leden"),
        (whole | {"expected_core": "0"}, "geheel getal vanaf 1"),
        (whole | {"expected_core": "twee"}, 'id="error-expected_core"'),
        (whole | {f"own.{uuid4()}": "kern"}, "ledenlijst is intussen veranderd"),
        (whole | {"own.merel": "kern"}, "ledenlijst is intussen veranderd"),
        (
            {name: "geen oordeel" for name in whole if name.startswith("own.")},
            "overal &#39;geen oordeel&#39;",
        ),
        ({}, "Geef uw beeld van Merel"),
    ]


def test_a_bad_own_view_is_refused_with_what_was_chosen_and_nothing_is_kept(
    client: Any, kade: Street
) -> None:
    switch_on(client)
    client.sign_in("jeugdagent")
    for fields, said in bad_views(kade):
        page = text(client.submit(kade.url("/lezing"), fields), 400)
        assert said in page, fields
        assert "gewogen" not in page
        chosen = f'name="own.{kade.members["Vink"]}" value="kern" checked'
        assert (chosen in page) == (fields.get(f"own.{kade.members['Vink']}") == "kern")
    assert views(kade) == []
    assert pairs(kade) == []


def test_the_same_view_sent_twice_is_kept_once_and_a_second_view_is_not_blind(
    client: Any, kade: Street
) -> None:
    switch_on(client)
    client.sign_in("jeugdagent")
    fields = {**client.tokens(kade.url("/lezing")), **own_view(kade)}
    first, again = (client.post(kade.url("/lezing"), data=fields) for _ in range(2))
    assert first.location == again.location
    assert [one.blind for one in views(kade)] == [True]
    assert "telt daarom niet mee" in text(client.get(kade.url("/lezing")))
    view(client, kade, core=())
    assert sorted(one.blind for one in views(kade)) == [False, True]
    view(client, kade, "jongerenwerker")
    assert sorted(one.blind for one in views(kade)) == [False, True, True]


def test_without_an_expected_number_the_reading_says_nothing(client: Any, kade: Street) -> None:
    switch_on(client)
    page = text(client.get(view(client, kade, expected="")))
    assert {pair.reading for pair in pairs(kade)} == {"onthouding"}
    assert "U noemde geen verwacht aantal kernleden" in page
    assert "Niemand heeft gezegd hoeveel kernleden" in row_of(page, "Vink")


def test_uneven_looking_is_warned_of_by_pseudonym(client: Any, city: City) -> None:
    place = watched(city, minutes=150)
    switch_on(client)
    page = text(client.get(view(client, place)))
    assert "Er is ongelijk gekeken" in page
    warning = page.split("utrecht-alert--warning")[1].split("</div>")[0]
    assert "Fuut" in warning
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", warning)


def test_no_own_view_before_step_2b(client: Any, city: City, kade: Street) -> None:
    switch_on(client)
    revoked = client.submit(kade.url("/ledenlijst"), {"besluit": "intrekken", "reason": REASON})
    assert revoked.status_code == 303
    client.sign_in("jeugdagent")
    page = text(client.get(kade.url("/lezing")))
    assert "worden geen leden bijgehouden" in page
    assert "Vink" not in page
    answer = client.post(kade.url("/lezing"), data={**client.tokens("/"), **own_view(kade)})
    assert answer.status_code == 400
    assert views(kade) == []


# --- what differs goes to the JIT ---


def test_a_difference_goes_to_the_jit_without_saying_what_the_reading_says(client: Any, kade: Street) -> None:
    switch_on(client)
    shown = view(client, kade, core=("Vink", "Merel"))
    page = text(client.get(shown))
    assert "Bij 2 leden verschillen" in page
    assert "anders dan uw beeld" in row_of(page, "Duif")
    assert "anders dan uw beeld" not in row_of(page, "Vink")
    bad = text(client.submit(shown, {"reason": "kort"}), 400)
    assert ">\nkort</textarea>" in bad
    assert client.submit(shown, {"reason": REASON}).status_code == 303
    assert "staat op de agenda van het JIT" in text(client.get(shown))
    again = client.post(shown, data={**client.tokens("/"), "reason": REASON})
    assert again.status_code == 400
    client.sign_in("veiligheidsmanager")
    home = text(client.get("/"))
    assert "eigen beeld en lezing verschillen bij 2 leden van Groep Kade" in home
    assert "eigen beeld en lezing verschillen bij 2 leden van Groep Kade" in text(client.get("/jit-agenda"))
    listed = text(client.get(kade.url("/lezing/verschillen")))
    assert "Drie meldingen in een week" in listed
    assert not {name for name in ALPHABETICAL if name in listed}


def open_points(place: Street) -> list[work.OpenDisagreement]:
    with place.database.reading() as session:
        return work.disagreements(session=session, stadsdelen=None)


def test_the_function_for_the_agenda_keeps_to_stadsdelen_and_names_nobody(client: Any, kade: Street) -> None:
    switch_on(client)
    client.submit(view(client, kade, core=("Merel",)), {"reason": REASON})
    with kade.database.reading() as session:
        (one,) = work.disagreements(session=session, stadsdelen=None)
        assert work.disagreements(session=session, stadsdelen=[ZUID]) == []
        assert work.disagreements(session=session, stadsdelen=[one.stadsdeel_id]) == [one]
    assert (one.group, one.n_members, one.by) == ("Groep Kade", 3, "Fictieve jeugdagent")
    assert not any(name in str(one) for name in ALPHABETICAL)


def test_the_jit_records_its_conclusion_and_the_difference_is_closed(client: Any, kade: Street) -> None:
    switch_on(client)
    client.submit(view(client, kade, core=("Merel",)), {"reason": REASON})
    page = kade.url("/lezing/verschillen")
    client.sign_in("jongerenwerker")
    assert "verschillen bij 3 leden van Groep Kade" in text(client.get("/jit-agenda"))
    assert "legt de uitkomst vast" in text(client.get(page))
    (one,) = open_points(kade)
    not_chair = client.post(page, data={**client.tokens("/"), "disagreement": str(one.id), "outcome": REASON})
    assert not_chair.status_code == 403
    client.sign_in("veiligheidsmanager-zuid")
    assert "Groep Kade" not in text(client.get("/jit-agenda"))
    client.sign_in("veiligheidsmanager")
    found = re.search(r'name="disagreement" value="([^"]+)"', text(client.get(page)))
    assert found
    bad = text(client.submit(page, {"disagreement": found.group(1), "outcome": "kort"}), 400)
    assert f'value="{found.group(1)}" checked' in bad
    assert ">\nkort</textarea>" in bad
    strange = client.submit(page, {"disagreement": str(uuid4()), "outcome": REASON})
    assert strange.status_code == 400
    fields = {**client.tokens(page), "disagreement": found.group(1), "outcome": REASON}
    assert [client.post(page, data=fields).status_code for _ in range(2)] == [303, 303]
    assert "geen verschil open" in text(client.get(page))
    assert "verschillen bij" not in text(client.get("/"))
    assert actions(kade.database).count("verschil besproken") == 1
    late = client.post(page, data={**fields, "write_key": str(uuid4())})
    assert late.status_code == 400
    client.sign_in("veiligheidsmanager-zuid")
    assert client.get(page).status_code == 404


def test_without_a_difference_there_is_nothing_for_the_jit(client: Any, kade: Street) -> None:
    switch_on(client)
    shown = view(client, kade)
    page = text(client.get(shown))
    assert "Zet op de agenda" not in page
    answer = client.post(shown, data={**client.tokens("/"), "reason": REASON})
    assert "elkaar bij niemand tegen" in text(answer, 400)
    assert "verschil naar het JIT" not in actions(kade.database)


# --- fairness, through the database ---


def read_of(place: Street) -> dict[str, tuple[str, float | None, str]]:
    names = {person: name for name, person in place.members.items()}
    return {
        names[pair.person_id]: (pair.reading, pair.probability_core, " ".join(pair.explanation))
        for pair in pairs(place)
        if pair.person_id in names
    }


def test_pseudonym_regime_and_texts_with_sex_age_or_postcode_never_change_a_stored_reading(
    client: Any, city: City, clock: Clock
) -> None:
    plain = watched(city)
    switch_on(client)
    view(client, plain)
    marked = watched(city, name="Groep Overkant", texts=" man 17 jaar 1311AB Ömer")
    view(client, marked)
    assert read_of(plain) == read_of(marked)
    assert len(read_of(plain)) == 8


def test_other_names_for_the_same_sightings_give_the_same_readings(client: Any, city: City) -> None:
    plain = watched(city)
    switch_on(client)
    view(client, plain)
    renamed = dict(
        zip((*CORE, *OTHERS), ("Aad", "Zoë", "Xin", "Mo", "Kim", "Bo", "Ilse", "Wim"), strict=True)
    )
    other = watched(
        city, [renamed[one] for one in CORE], [renamed[one] for one in OTHERS], name="Groep Overkant"
    )
    view(client, other, core=[renamed[one] for one in CORE])
    assert {renamed[name]: found for name, found in read_of(plain).items()} == read_of(other)


def test_a_person_holds_nothing_that_could_be_an_unfair_feature() -> None:
    from shortlist.observing.tables import Person

    assert set(Person.model_fields) == {"id", "pseudonym", "regime", "recorded_at", "recorded_by"}
    assert isinstance(Person(pseudonym="x", regime="avg", recorded_at=NOW, recorded_by=UUID(int=1)).id, UUID)
