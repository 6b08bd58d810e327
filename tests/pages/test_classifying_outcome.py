"""What the rules make of a list, how a person decides, what stays, and what waits."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest

from shortlist.classifying import work
from shortlist.classifying.answers import work as answering
from shortlist.classifying.answers.work import Choice
from shortlist.classifying.questionnaire import Answer
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.tables import Assessment, Questionnaire
from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import record, watch
from shortlist.observing.tables import GroupState, GroupStatus
from tests.pages.conftest import NOW, Browser, City, Clock
from tests.pages.kade import (
    DECISIVE,
    GROUP,
    REASONING,
    SOUTH,
    TODAY,
    actions,
    begin,
    both_in,
    complete,
    count,
    decide,
    hand_in,
    with_groups,
)


@pytest.fixture(scope="session")
def rules() -> Rules:
    return work.load_room_rules()


@pytest.fixture
def groups(city: City) -> City:
    return with_groups(city)


def test_a_definite_group_shows_one_class_and_what_would_change_it(
    client: Browser, groups: City, rules: Rules
) -> None:
    answers = complete(rules, DECISIVE)
    sheet = both_in(groups, rules, answers, answers)
    client.sign_in("jongerenwerker")
    page = client.get(f"/vragenlijst/{sheet}/uitkomst").get_data(as_text=True)
    assert "Klasse: <strong>overlastgevend</strong>" in page
    assert "Onder almere-2013: overlastgevend." in page
    assert "Wat zou de uitkomst veranderen?" in page
    assert "3 waarnemingen: vr 20 nov 13:00" in page
    assert "Verwey-Jonker" not in page.split("Uw besluit")[1]


def test_a_group_on_which_only_the_gate_decides_says_so(client: Browser, groups: City, rules: Rules) -> None:
    answers = complete(rules, {**DECISIVE, "alcohol": "nooit"})
    sheet = both_in(groups, rules, answers, answers)
    client.sign_in("jeugdagent")
    page = client.get(f"/vragenlijst/{sheet}/uitkomst").get_data(as_text=True)
    assert "Onder almere-2013: hinderlijk — alleen de poort maakt het verschil" in page


def test_looked_for_without_a_sign_gives_a_provisional_outcome_that_names_its_assumptions(
    client: Browser, groups: City, rules: Rules
) -> None:
    answers = complete(rules, DECISIVE) | {
        "inbraak": "geen_aanwijzing",
        "drugshandel": "geen_aanwijzing",
        "motief": "gewin",
    }
    sheet = both_in(groups, rules, answers, answers)
    client.sign_in("jeugdagent")
    page = client.get(f"/vragenlijst/{sheet}/uitkomst").get_data(as_text=True)
    assert "Te weinig bekend voor één klasse: mogelijk overlastgevend of crimineel" in page
    assert "Voorlopig: overlastgevend" in page
    assert "inbraak, drugshandel" in page
    assert f"/vragenlijst/{sheet}/samen?vraag=inbraak#vraag-inbraak" in page


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"reasoning": REASONING}, "Dit ontbreekt nog"),
        ({"decided": "hinderlijk"}, "Dit ontbreekt nog"),
        ({"decided": "hinderlijk", "reasoning": "ja"}, "Gebruik minstens 10"),
        ({"decided": "gevaarlijk", "reasoning": REASONING}, "Maak een keuze uit de lijst"),
    ],
)
def test_a_decision_needs_a_choice_and_own_reasoning_whether_it_follows_or_deviates(
    client: Browser, groups: City, rules: Rules, fields: dict[str, str], message: str
) -> None:
    answers = complete(rules, DECISIVE)
    sheet = both_in(groups, rules, answers, answers)
    client.sign_in("jeugdagent")
    page = f"/vragenlijst/{sheet}/uitkomst"
    seen = client.get(page).get_data(as_text=True).split('name="seen" value="')[1].split('"')[0]
    answer = client.submit(page, {"seen": seen} | fields)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert message in text
    assert fields.get("reasoning", "") in text
    assert count(groups, Assessment) == 0


def test_a_decision_on_answers_that_changed_meanwhile_is_refused(
    client: Browser, groups: City, rules: Rules
) -> None:
    answers = complete(rules, DECISIVE)
    sheet = both_in(groups, rules, answers, answers)
    client.sign_in("jeugdagent")
    page = f"/vragenlijst/{sheet}/uitkomst"
    seen = client.get(page).get_data(as_text=True).split('name="seen" value="')[1].split('"')[0]
    with groups.database.writing() as session:
        watch(session)
        answering.settle(
            sheet, {"afval": Choice("soms", "Zakken chips gezien.")}, rules=rules,
            actor=groups.actor("jongerenwerker"), now=NOW, session=session,
        )  # fmt: skip
    answer = client.submit(page, {"decided": "hinderlijk", "reasoning": REASONING, "seen": seen})
    assert answer.status_code == 400
    assert "Intussen is een antwoord gewijzigd" in answer.get_data(as_text=True)
    assert REASONING in answer.get_data(as_text=True)
    assert count(groups, Assessment) == 0


def test_a_group_can_be_described_by_duiding_alone(client: Browser, groups: City, rules: Rules) -> None:
    sheet = both_in(groups, rules, {"lawaai": "soms"}, {"lawaai": "soms"})
    decide(groups, rules, sheet, "alleen duiding")
    client.sign_in("stafgroeplid")
    page = client.get(f"/groepen/{GROUP}").get_data(as_text=True)
    assert "Alleen duiding, zonder klasse" in page
    assert "Klasse: " not in page


def test_every_assessment_stays_in_the_history_with_what_changed(
    client: Browser, groups: City, rules: Rules, clock: Clock
) -> None:
    first = complete(rules, DECISIVE)
    decide(groups, rules, both_in(groups, rules, first, first), "overlastgevend")
    clock.now = NOW + timedelta(days=1)
    second = first | {"vernieling": "soms"}
    again = both_in(groups, rules, second, second)
    decide(groups, rules, again, "hinderlijk", clock=clock)
    client.sign_in("veiligheidsmanager")
    page = client.get(f"/groepen/{GROUP}/duiding").get_data(as_text=True)
    assert page.index("Hinderlijk") < page.index("Overlastgevend")
    assert "Anders dan de keer ervoor: vernieling." in page
    with groups.database.reading() as session:
        found = work.latest_assessments(actor=groups.actor("veiligheidsmanager"), session=session)
        elsewhere = work.latest_assessments(actor=groups.actor("veiligheidsmanager-zuid"), session=session)
    assert (found[GROUP].decided, found[GROUP].duiding["ernst"]["level"]) == ("hinderlijk", "laag")
    assert elsewhere == {}


def test_an_assessment_expires_and_asks_for_a_new_one(
    client: Browser, groups: City, rules: Rules, clock: Clock
) -> None:
    answers = complete(rules, DECISIVE)
    decide(groups, rules, both_in(groups, rules, answers, answers), "overlastgevend")
    client.sign_in("jeugdagent")
    assert "Groep Kade" not in client.get("/").get_data(as_text=True)
    clock.now = NOW + timedelta(days=160)
    client.sign_in("jeugdagent")
    assert "de duiding verloopt binnenkort" in client.get("/").get_data(as_text=True)
    clock.now = NOW + timedelta(days=190)
    client.sign_in("jeugdagent")
    assert "de duiding is verlopen" in client.get("/").get_data(as_text=True)
    assert "verlopen" in client.get(f"/groepen/{GROUP}").get_data(as_text=True)


def test_what_waits_follows_the_round(client: Browser, groups: City, rules: Rules) -> None:
    client.sign_in("jongerenwerker")

    def first_page() -> str:
        return client.get("/").get_data(as_text=True)

    sheet = begin(groups, rules)
    assert "Vul de vragenlijst in voor Groep Kade" in first_page()
    hand_in(groups, rules, sheet, "jongerenwerker", {"alcohol": "soms"})
    assert "Groep Kade" not in first_page()
    hand_in(groups, rules, sheet, "jeugdagent", {"alcohol": "vaak"})
    assert "Bespreek 1 verschil over Groep Kade" in first_page()
    with groups.database.writing() as session:
        watch(session)
        answering.settle(
            sheet, {"alcohol": Choice("soms", "Eens geworden.")}, rules=rules,
            actor=groups.actor("jeugdagent"), now=NOW, session=session,
        )  # fmt: skip
    assert "Stel de duiding vast van Groep Kade" in first_page()


def test_a_closed_group_waits_for_nobody_and_begins_no_round(
    client: Browser, groups: City, rules: Rules
) -> None:
    with groups.database.writing() as session:
        watch(session)
        actor = groups.actor("jeugdagent")
        session.add(
            GroupStatus(
                group_id=GROUP,
                state=GroupState.GESLOTEN,
                reason="Uit elkaar",
                recorded_at=NOW,
                recorded_by=actor.id,
            )
        )
        record(session, actor=None, action="testgegevens", object_kind="groep", now=NOW)
    client.sign_in("jeugdagent")
    assert "Groep Kade" not in client.get("/").get_data(as_text=True)
    with pytest.raises(Refused, match="is gesloten"):
        begin(groups, rules)
    assert count(groups, Questionnaire) == 0


def test_a_new_round_can_begin_from_the_answers_of_the_last_time(
    client: Browser, groups: City, rules: Rules, clock: Clock
) -> None:
    answers = complete(rules, DECISIVE) | {"hechtheid": "ja"}
    decide(groups, rules, both_in(groups, rules, answers, answers), "overlastgevend")
    sheet = begin(groups, rules)
    client.sign_in("jeugdagent")
    plain = client.get(f"/vragenlijst/{sheet}/invullen?blok=structuur").get_data(as_text=True)
    carried = client.get(f"/vragenlijst/{sheet}/invullen?blok=structuur&vorige=ja").get_data(as_text=True)
    assert "Vorige keer (ma 23 nov 2026): ja." in plain
    assert 'value="ja" checked' not in plain
    assert 'value="ja" checked' in carried


# --- importing ---


def test_importing_the_same_answers_twice_adds_nothing_and_a_person_still_decides(
    groups: City, rules: Rules
) -> None:
    actor = groups.actor("veiligheidsmanager")

    def load(answers: Mapping[str, Answer]) -> UUID | None:
        with groups.database.writing() as session:
            watch(session)
            return work.import_answers(
                GROUP, answers, until=TODAY, rules=rules, actor=actor, now=NOW, session=session
            )

    made = load({"lawaai": "vaak", "omvang_max": 12, "angst": "onbekend"})
    assert made is not None
    assert load({"lawaai": "vaak", "omvang_max": 12}) is None
    with groups.database.reading() as session:
        found = answering.look_together(made, rules=rules, actor=actor, session=session)
    assert found.answers == {"lawaai": "vaak", "omvang_max": 12}
    assert found.open == ()
    assert count(groups, Assessment) == 0
    assert "antwoorden ingelezen" in actions(groups)


def test_importing_for_a_group_outside_the_stadsdeel_is_not_found(groups: City, rules: Rules) -> None:
    with groups.database.writing() as session, pytest.raises(NotFound):
        work.import_answers(
            SOUTH, {"lawaai": "vaak"}, rules=rules, actor=groups.actor("jeugdagent"), now=NOW, session=session
        )
    assert count(groups, Questionnaire) == 0
