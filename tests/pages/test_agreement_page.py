"""The page on agreement counts what both gave independently, and nothing else."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from shortlist.classifying import work as classifying
from shortlist.classifying.agreeing import work
from shortlist.classifying.agreement import AgreementRules
from shortlist.classifying.answers import work as answering
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.tables import PerspectiveClosed
from shortlist.guarding.audit import record, watch
from tests.pages.conftest import NOW, Browser, City
from tests.pages.kade import SOUTH, TODAY, begin, both_in, decide, hand_in, with_groups

HOW = AgreementRules(least_pairs=10, draws=200, coverage=0.95, months=12)
VIEWS = [
    ("nooit", "nooit"),
    ("soms", "soms"),
    ("vaak", "soms"),
    ("nooit", "nooit"),
    ("vaak", "vaak"),
    ("soms", "nooit"),
]


@pytest.fixture(scope="module")
def rules() -> Rules:
    return classifying.load_room_rules()


@pytest.fixture
def groups(city: City) -> City:
    return with_groups(city)


def a_dozen_rounds(city: City, rules: Rules) -> None:
    for police, youth in VIEWS * 2:
        sheet = both_in(
            city,
            rules,
            {"lawaai": police, "afval": "soms", "omvang_max": 8},
            {"lawaai": youth, "afval": "onbekend", "omvang_max": 11},
        )
        with city.database.writing() as session:
            watch(session)
            actor = city.actor("jeugdagent")
            open_ = answering.look_together(sheet, rules=rules, actor=actor, session=session).open
            answering.settle(
                sheet,
                {item: answering.Choice(8 if item == "omvang_max" else "soms", "Samen.") for item in open_},
                rules=rules,
                actor=actor,
                now=NOW,
                session=session,
            )
        decide(city, rules, sheet, "alleen duiding")


def look(city: City, rules: Rules, since: date, until: date) -> work.Overview:
    with city.database.reading() as session:
        return work.overview(
            since, until, rules=rules, how=HOW, actor=city.actor("jongerenwerker"), now=NOW, session=session
        )


def test_what_was_settled_together_afterwards_does_not_make_it_look_like_agreement(
    groups: City, rules: Rules
) -> None:
    a_dozen_rounds(groups, rules)
    found = look(groups, rules, date(2026, 1, 1), TODAY)
    per_item = {one.item.id: one for one in found.items}
    noise = per_item["lawaai"]
    assert (found.rounds, noise.pairs, noise.same) == (12, 12, 8)
    assert noise.agreed is not None
    assert noise.agreed.kappa == pytest.approx(found.whole.kappa)
    assert found.whole.low is not None
    litter, size = per_item["afval"], per_item["omvang_max"]
    assert (litter.pairs, litter.one_knew) == (0, 12)
    assert (size.agreed, size.pairs, size.same, size.apart) == (None, 12, 0, 3.0)
    assert [(one.label, one.rounds) for one in found.pairs] == [("Noord: politie en jongerenwerk", 12)]
    assert [(one.label, one.rounds) for one in found.quarters] == [("4e kwartaal 2026", 12)]


def test_a_round_with_one_view_or_outside_the_period_does_not_count(groups: City, rules: Rules) -> None:
    sheet = begin(groups, rules, SOUTH, "jeugdagent-zuid")
    hand_in(groups, rules, sheet, "jeugdagent-zuid", {"lawaai": "vaak"})
    assert look(groups, rules, date(2026, 1, 1), TODAY).rounds == 0
    with groups.database.writing() as session:
        watch(session)
        answering.go_on_without(
            sheet, "Niemand.", actor=groups.actor("jeugdagent-zuid"), now=NOW, session=session
        )
    both_in(groups, rules, {"lawaai": "vaak"}, {"lawaai": "soms"})
    found = look(groups, rules, date(2026, 1, 1), TODAY)
    assert (found.rounds, found.alone) == (1, 1)
    assert look(groups, rules, date(2025, 1, 1), date(2025, 12, 31)).rounds == 0


def test_the_page_says_so_when_there_is_nothing_and_names_nobody_when_there_is(
    client: Browser, groups: City, rules: Rules
) -> None:
    client.sign_in("stafgroeplid")
    assert "geen vragenlijst door beide beroepen ingevuld" in client.get("/overeenstemming").get_data(
        as_text=True
    )
    a_dozen_rounds(groups, rules)
    page = client.get("/overeenstemming").get_data(as_text=True)
    assert "In 12 rondes gaven beiden" in page
    assert "Noord: politie en jongerenwerk" in page
    assert "Fictieve jeugdagent" not in page
    assert "Groep Kade" not in page


def test_each_question_and_each_pair_of_organisations_can_be_followed_through_the_quarters(
    client: Browser, groups: City, rules: Rules
) -> None:
    a_dozen_rounds(groups, rules)
    with groups.database.writing() as session:
        watch(session)
        session.execute(
            update(PerspectiveClosed).values(recorded_at=NOW - timedelta(days=100)),
        )
        record(session, actor=None, action="testgegevens", object_kind="groep", now=NOW)
    assert look(groups, rules, date(2026, 1, 1), TODAY).latest == ()
    a_dozen_rounds(groups, rules)
    found = look(groups, rules, date(2026, 1, 1), TODAY)
    assert found.latest == ("3e kwartaal 2026", "4e kwartaal 2026")
    [noise] = [one for one in found.items_through if one.label == "lawaai"]
    assert [one.pairs for one in noise.quarters if one] == [12, 12]
    assert {one.kappa for one in noise.quarters if one} == {found.whole.kappa}
    assert "afval" not in {one.label for one in found.items_through}
    [pair] = found.pairs_through
    assert [one.pairs for one in pair.quarters if one] == [12, 12]
    client.sign_in("stafgroeplid")
    page = client.get("/overeenstemming").get_data(as_text=True)
    assert "Per vraag, kwartaal na kwartaal" in page
    assert "Per paar, kwartaal na kwartaal" in page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("van=morgen", "geen bestaande datum"),
        ("van=2026-05-02&tot=2026-05-01", "Keer de twee om"),
        ("van=0001-01-01", "Het jaar 1 kan niet"),
    ],
)
def test_a_period_that_cannot_be_is_named_and_kept(
    client: Browser, groups: City, query: str, message: str
) -> None:
    client.sign_in("coordinator_vth")
    answer = client.get(f"/overeenstemming?{query}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert message in text
    assert query.split("=")[1].split("&")[0] in text
