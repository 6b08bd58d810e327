"""Police and youth work fill in apart and settle together; nobody sees the other first."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlmodel import col

from shortlist.classifying import work
from shortlist.classifying.answers import work as answering
from shortlist.classifying.questionnaire import Answer
from shortlist.classifying.rounds import work as rounds
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.tables import Answer as AnswerRow
from shortlist.classifying.tables import Questionnaire
from shortlist.errors import Forbidden, Refused
from shortlist.guarding.audit import watch
from tests.pages.conftest import NOW, Browser, City
from tests.pages.kade import (
    GROUP,
    REASONING,
    SOUTH,
    TODAY,
    actions,
    begin,
    both_in,
    count,
    hand_in,
    with_groups,
)


@pytest.fixture(scope="session")
def rules() -> Rules:
    return work.load_room_rules()


@pytest.fixture
def groups(city: City) -> City:
    return with_groups(city)


def test_the_whole_way_from_an_empty_list_to_a_duiding_on_the_group_page(
    app: Flask, client: Browser, groups: City
) -> None:
    client.sign_in("jeugdagent")
    first = client.get("/").get_data(as_text=True)
    assert "Begin een vragenlijst voor Groep Kade" in first
    assert "Zuidplein" not in first
    started = client.submit(
        f"/groepen/{GROUP}/vragenlijst/nieuw", {"period_from": "2026-09-01", "period_until": "2026-11-23"}
    )
    assert started.status_code == 303
    fill = started.location
    sheet = fill.split("/")[2]
    page = client.get(f"{fill}?blok=hinder").get_data(as_text=True)
    assert "Voorstel: vaak. 3 waarnemingen: vr 20 nov 13:00" in page
    assert "gekeken" in page
    theft = client.get(f"{fill}?blok=vermogen").get_data(as_text=True)
    assert "alleen van horen zeggen" in theft
    sent = client.submit(
        f"{fill}?blok=hinder",
        {"answers.lawaai": "vaak", "answers.afval": "soms", "answers.rondhangen": "vaak",
         "answers.schermutselingen": "nooit", "then": "verder"},
    )  # fmt: skip
    assert sent.location.endswith("blok=overlast")
    assert (
        client.submit(f"{fill}?blok=alles", {"answers.alcohol": "soms", "then": "inleveren"}).status_code
        == 303
    )
    hub = client.get(f"/vragenlijst/{sheet}").get_data(as_text=True)
    assert "Nog niet ingeleverd" in hub

    client.sign_in("jongerenwerker")
    assert "het andere beeld is al binnen" in client.get("/").get_data(as_text=True)
    assert client.get(f"/vragenlijst/{sheet}/samen").status_code == 302
    blind = client.get(f"/vragenlijst/{sheet}").get_data(as_text=True)
    assert "U ziet die antwoorden pas als uw eigen beeld is ingeleverd" in blind
    client.submit(
        f"{fill}?blok=alles", {"answers.lawaai": "soms", "answers.afval": "soms", "then": "inleveren"}
    )
    together = client.get(f"/vragenlijst/{sheet}/samen").get_data(as_text=True)
    assert "1 antwoord verschilt" in together
    assert "3 waarnemingen" in together
    assert client.get(f"/vragenlijst/{sheet}/uitkomst").status_code == 302
    settled = client.submit(
        f"/vragenlijst/{sheet}/samen", {"choice.lawaai": "vaak", "reason.lawaai": "Drie avonden gezien."}
    )
    assert settled.location.endswith("/uitkomst")
    outcome = client.get(settled.location).get_data(as_text=True)
    assert (
        outcome.index("Ernst") < outcome.index("Feiten op een rij") < outcome.index("De klasse, in één regel")
    )
    assert "Te weinig bekend voor één klasse" in outcome
    assert "Welke vragen beslissen nog" in outcome
    assert "Onder almere-2013" in outcome
    seen = outcome.split('name="seen" value="')[1].split('"')[0]
    decided = client.submit(settled.location, {"decided": "hinderlijk", "reasoning": REASONING, "seen": seen})
    assert decided.status_code == 303
    reasons = client.get(decided.location).get_data(as_text=True)
    assert REASONING in reasons
    assert "Hiervan is afgeweken" in reasons
    group = client.get(f"/groepen/{GROUP}").get_data(as_text=True)
    assert "Klasse: <strong>hinderlijk</strong>" in group
    assert group.index("Ernst") < group.index("Klasse: ")
    assert "Professionals weken af" in group
    assert "hinderlijk" in client.get(f"/groepen/{GROUP}/duiding").get_data(as_text=True).lower()
    assert {
        "vragenlijst begonnen",
        "vragenlijst ingevuld",
        "verschillen besproken",
        "duiding vastgesteld",
    } <= set(actions(groups))


def test_the_page_about_the_rules_says_whose_reconstruction_it_is_and_prints_every_rule(
    app: Flask, client: Browser, groups: City, rules: Rules
) -> None:
    client.sign_in("beheerder")
    page = client.get("/over-de-regels").get_data(as_text=True)
    assert (
        "Eigen reconstructie op basis van openbare bronnen; geen product van Bureau Beke; geen politiestandaard; de "
        "landelijke driedeling is sinds 2015 losgelaten; een label is nooit bewijs tegen een persoon"
    ) in page
    for ruleset in rules.rulesets:
        assert ruleset.name in page
        for rule in ruleset.rules:
            assert rule.text.split(",")[0] in page
    assert "Nederlands Jeugdinstituut" in page or "nji" in page


# --- starting a round ---


@pytest.mark.parametrize(
    ("start", "until", "message"),
    [
        ("2026-11-01", "2026-11-24", "Deze dag moet nog komen"),
        ("2026-11-20", "2026-11-10", "De eerste dag ligt na de laatste"),
        ("2025-01-01", "2026-11-10", "langer dan een jaar"),
        ("gisteren", "2026-11-10", "Dit is geen bestaande datum"),
        ("", "2026-11-10", "Dit ontbreekt nog"),
    ],
)
def test_a_period_that_cannot_be_is_refused_beside_its_field_and_nothing_is_kept(
    client: Browser, groups: City, start: str, until: str, message: str
) -> None:
    client.sign_in("jongerenwerker")
    answer = client.submit(
        f"/groepen/{GROUP}/vragenlijst/nieuw", {"period_from": start, "period_until": until}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert message in page
    assert f'value="{until}"' in page
    assert count(groups, Questionnaire) == 0


def test_a_second_round_is_refused_while_one_is_open(groups: City, rules: Rules) -> None:
    begin(groups, rules)
    with pytest.raises(Refused, match="loopt al een vragenlijst"):
        begin(groups, rules, login="jongerenwerker")


def test_a_round_that_nobody_finished_lapses(groups: City, rules: Rules) -> None:
    begin(groups, rules)
    terms = rounds.terms_on(rules, TODAY)
    later = NOW + timedelta(days=terms.round_open_days + 1)
    with groups.database.reading() as session:
        assert rounds.open_round(GROUP, terms=terms, now=NOW, session=session) is not None
        assert rounds.open_round(GROUP, terms=terms, now=later, session=session) is None


@pytest.mark.parametrize("login", ["jeugdboa", "veiligheidsmanager", "stafgroeplid", "coordinator_vth"])
def test_only_police_and_youth_work_fill_in(client: Browser, groups: City, rules: Rules, login: str) -> None:
    sheet = begin(groups, rules)
    client.sign_in(login)
    for page in (f"/groepen/{GROUP}/vragenlijst/nieuw", f"/vragenlijst/{sheet}/invullen"):
        assert client.get(page).status_code == 403
    with groups.database.writing() as session, pytest.raises(Forbidden):
        answering.save_answers(
            sheet, {"alcohol": "soms"}, rules=rules, actor=groups.actor(login), now=NOW, session=session
        )


@pytest.mark.parametrize("page", ["", "/invullen", "/samen", "/uitkomst"])
def test_a_round_of_another_stadsdeel_does_not_exist(
    client: Browser, groups: City, rules: Rules, page: str
) -> None:
    sheet = begin(groups, rules, SOUTH, "jeugdagent-zuid")
    client.sign_in("jeugdagent")
    assert client.get(f"/vragenlijst/{sheet}{page}").status_code == 404
    assert client.get(f"/groepen/{SOUTH}/duiding").status_code == 404
    assert client.get(f"/groepen/{SOUTH}/vragenlijst/nieuw").status_code == 404


# --- filling in ---


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"answers.omvang_max": "300"}, "Geef een geheel getal van 0 tot en met 200"),
        ({"answers.omvang_max": "veel"}, "Geef een geheel getal van 0 tot en met 200"),
        ({"answers.omvang_max": "-3"}, "Geef een geheel getal van 0 tot en met 200"),
        ({"answers.omvang_max": "9" * 400}, "Geef een geheel getal van 0 tot en met 200"),
        ({"answers.leeftijd_jongste": "18", "answers.leeftijd_oudste": "16"}, "leeftijd van de oudste"),
        ({"answers.omvang_min": "12", "answers.omvang_max": "6"}, "grootste omvang"),
        ({"answers.wisselend": "altijd"}, "Toegestaan: nee, enigszins, ja"),
        ({"answers.afkomst": "ja"}, "deze vraag bestaat niet"),
        ({"notes.omvang_max": "x" * 2001}, "hoogstens 2000 tekens"),
    ],
)
def test_an_impossible_answer_is_named_and_nothing_typed_is_lost(
    client: Browser, groups: City, rules: Rules, fields: dict[str, str], message: str
) -> None:
    sheet = begin(groups, rules)
    client.sign_in("jeugdagent")
    page = f"/vragenlijst/{sheet}/invullen?blok=samenstelling"
    answer = client.submit(page, {"answers.kern_omvang": "4", "then": "verder"} | fields)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert message.lower() in text.lower()
    assert 'name="answers.kern_omvang" value="4"' in text
    assert all(
        value[:50] in text for name, value in fields.items() if "afkomst" not in name and value != "altijd"
    )
    assert count(groups, AnswerRow) == 0


def test_only_what_changed_is_added_and_a_confirmed_proposal_keeps_its_observations(
    groups: City, rules: Rules
) -> None:
    sheet = begin(groups, rules)
    actor = groups.actor("jeugdagent")

    def save(answers: Mapping[str, Answer]) -> int:
        with groups.database.writing() as session:
            watch(session)
            return answering.save_answers(
                sheet, answers, rules=rules, actor=actor, now=NOW, session=session
            ).changed

    assert save({"lawaai": "vaak", "afval": "onbekend"}) == 2
    assert save({"lawaai": "vaak", "afval": "onbekend"}) == 0
    assert save({"lawaai": "soms", "omvang_max": 12}) == 2
    with groups.database.reading() as session:
        rows = session.execute(select(AnswerRow).order_by(col(AnswerRow.sequence))).scalars()
        kept = [(row.item, row.value, len(row.observation_ids)) for row in rows]
    assert set(kept[:2]) == {("lawaai", "vaak", 3), ("afval", "onbekend", 0)}
    assert set(kept[2:]) == {("lawaai", "soms", 0), ("omvang_max", "12", 0)}


def test_the_same_form_sent_twice_counts_once(client: Browser, groups: City, rules: Rules) -> None:
    sheet = begin(groups, rules)
    client.sign_in("jeugdagent")
    page = f"/vragenlijst/{sheet}/invullen?blok=hinder"
    sent = {**client.tokens(page), "answers.afval": "soms", "then": "stoppen"}
    first, second = client.post(page, data=sent), client.post(page, data=sent)
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert count(groups, AnswerRow) == 1


def test_neither_sees_the_other_before_both_views_are_in(client: Browser, groups: City, rules: Rules) -> None:
    sheet = begin(groups, rules)
    hand_in(groups, rules, sheet, "jeugdagent", {"afpersing": "vaak"})
    client.sign_in("jongerenwerker")
    for page in ("", "/invullen?blok=overig", "/invullen?blok=alles"):
        text = client.get(f"/vragenlijst/{sheet}{page}").get_data(as_text=True)
        assert 'value="vaak" checked' not in text.split("answers.afpersing", 1)[-1][:2000]
    assert client.get(f"/vragenlijst/{sheet}/samen").status_code == 302
    with groups.database.reading() as session, pytest.raises(Refused, match="Nog niet beide beelden"):
        answering.look_together(sheet, rules=rules, actor=groups.actor("jongerenwerker"), session=session)


def test_a_view_cannot_change_any_more_once_both_are_in(groups: City, rules: Rules) -> None:
    sheet = both_in(groups, rules, {"afval": "soms"}, {"afval": "soms"})
    with pytest.raises(Refused, match="Wijzig een antwoord samen"):
        hand_in(groups, rules, sheet, "jeugdagent", {"afval": "vaak"})


def test_going_on_with_one_view_asks_for_a_reason_that_stays_visible(
    client: Browser, groups: City, rules: Rules
) -> None:
    sheet = begin(groups, rules)
    client.sign_in("jeugdagent")
    hub = f"/vragenlijst/{sheet}"
    early = client.submit(hub + "/invullen", {"reason": "Geen tijd."}, to=f"{hub}/alleen")
    assert "Lever eerst uw eigen beeld in" in early.get_data(as_text=True)
    hand_in(groups, rules, sheet, "jeugdagent", {"afval": "soms"})
    empty = client.submit(hub, {"reason": " "}, to=f"{hub}/alleen")
    assert empty.status_code == 400
    assert "Dit ontbreekt nog" in empty.get_data(as_text=True)
    done = client.submit(hub, {"reason": "Er is geen jongerenwerker in deze buurt."}, to=f"{hub}/alleen")
    assert done.status_code == 303
    assert "Er is geen jongerenwerker in deze buurt." in client.get(done.location).get_data(as_text=True)
    with pytest.raises(Refused, match="Beide beelden zijn al ingeleverd"):
        hand_in(groups, rules, sheet, "jongerenwerker", {"afval": "vaak"})


# --- together ---


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"choice.alcohol": "soms"}, "Schrijf op waarom dit het antwoord is"),
        ({"reason.alcohol": "Vier blikjes gezien."}, "Maak een keuze bij deze reden"),
        (
            {"choice.alcohol": "altijd", "reason.alcohol": "Vier blikjes gezien."},
            "Toegestaan: nooit, soms, vaak",
        ),
        ({"choice.omvang_max": "anders", "reason.omvang_max": "Geteld."}, "Vul het aantal in"),
        (
            {"choice.omvang_max": "anders", "number.omvang_max": "300", "reason.omvang_max": "Geteld."},
            "Geef een geheel getal van 0 tot en met 200",
        ),
    ],
)
def test_a_choice_without_its_other_half_is_refused_and_kept_on_the_page(
    client: Browser, groups: City, rules: Rules, fields: dict[str, str], message: str
) -> None:
    sheet = both_in(
        groups, rules, {"alcohol": "soms", "omvang_max": 8}, {"alcohol": "nooit", "omvang_max": 12}
    )
    before = count(groups, AnswerRow)
    client.sign_in("jongerenwerker")
    answer = client.submit(f"/vragenlijst/{sheet}/samen", fields)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert message in text
    if "reason.alcohol" in fields:
        assert fields["reason.alcohol"] in text
    assert count(groups, AnswerRow) == before


def test_a_difference_that_stays_goes_to_the_jit_as_unknown(
    client: Browser, groups: City, rules: Rules
) -> None:
    sheet = both_in(groups, rules, {"alcohol": "soms"}, {"alcohol": "nooit"})
    client.sign_in("jeugdagent")
    done = client.submit(
        f"/vragenlijst/{sheet}/samen", {"choice.alcohol": "jit", "reason.alcohol": "Wie heeft er gelijk?"}
    )
    page = client.get(done.location).get_data(as_text=True)
    assert "naar het JIT" in page
    assert "Wie heeft er gelijk?" in page
    with groups.database.reading() as session:
        found = answering.look_together(sheet, rules=rules, actor=groups.actor("jeugdagent"), session=session)
    assert found.answers.get("alcohol") is None


def test_what_one_of_the_two_knows_carries_over_and_can_still_be_discussed(
    client: Browser, groups: City, rules: Rules
) -> None:
    sheet = both_in(groups, rules, {"blowen": "onbekend"}, {"blowen": "soms"})
    client.sign_in("jeugdagent")
    page = client.get(f"/vragenlijst/{sheet}/samen").get_data(as_text=True)
    assert "Er zijn geen open verschillen" in page
    assert "één van beiden wist dit" in page
    assert 'name="choice.blowen"' in client.get(f"/vragenlijst/{sheet}/samen?vraag=blowen").get_data(
        as_text=True
    )
