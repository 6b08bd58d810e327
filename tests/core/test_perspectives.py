"""Two views on one list: what agrees, what differs, what counts."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlist.classifying.assessing import ONLY_DUIDING, assess, choices, months_later, short_duiding
from shortlist.classifying.perspectives import (
    Agreement,
    Given,
    answers_of,
    changed_items,
    compare,
    open_differences,
)
from shortlist.classifying.questionnaire import ONBEKEND, Answer
from shortlist.classifying.rule_text import as_text
from shortlist.classifying.rules_files import Rules, load_rules
from shortlist.classifying.sightings import Sighting, evidence
from shortlist.classifying.telling import facts_in_order, other_line, story

AT = datetime(2026, 11, 6, 20, 40, tzinfo=UTC)


def said(answer: Answer, rests_on: tuple[UUID, ...] = ()) -> Given:
    return Given(answer, "Fictieve agent", AT, rests_on=rests_on)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


@pytest.mark.parametrize(
    ("police", "youth", "agreement", "answer"),
    [
        ("soms", "soms", Agreement.EENS, "soms"),
        ("soms", "vaak", Agreement.VERSCHIL, ONBEKEND),
        ("soms", ONBEKEND, Agreement.EEN_WIST_HET, "soms"),
        ("geen_aanwijzing", ONBEKEND, Agreement.EEN_WIST_HET, "geen_aanwijzing"),
        ("geen_aanwijzing", "nooit", Agreement.VERSCHIL, ONBEKEND),
        (ONBEKEND, ONBEKEND, Agreement.NIEMAND, ONBEKEND),
        (12, 12, Agreement.EENS, 12),
        (0, 12, Agreement.VERSCHIL, ONBEKEND),
    ],
)
def test_not_knowing_is_no_disagreement_and_a_difference_stays_unknown(
    police: Answer, youth: Answer, agreement: Agreement, answer: Answer
) -> None:
    (found,) = compare(["x"], {"politie": {"x": said(police)}, "jongerenwerk": {"x": said(youth)}}, {})
    assert (found.agreement, found.answer) == (agreement, answer)


def test_an_item_that_somebody_left_out_counts_as_not_known() -> None:
    (found,) = compare(["x"], {"politie": {"x": said("soms")}, "jongerenwerk": {}}, {})
    assert found.agreement is Agreement.EEN_WIST_HET


def test_one_view_alone_carries_over_without_any_difference() -> None:
    (found,) = compare(["x"], {"politie": {"x": said("soms")}}, {})
    assert (found.agreement, found.answer, found.settled) == (Agreement.EENS, "soms", True)


def test_what_was_settled_together_goes_before_both_views_also_when_it_stays_unknown() -> None:
    views = {"politie": {"x": said("soms")}, "jongerenwerk": {"x": said("vaak")}}
    (open_one,) = compare(["x"], views, {})
    (settled,) = compare(["x"], views, {"x": said(ONBEKEND)})
    assert (open_one.settled, settled.settled, settled.answer) == (False, True, ONBEKEND)
    assert open_differences([open_one]) == ("x",)
    assert answers_of([open_one]) == answers_of([settled]) == {}


def test_an_answer_rests_on_the_observations_of_whoever_gave_it() -> None:
    mine, theirs = UUID(int=1), UUID(int=2)
    views = {"politie": {"x": said("soms", (mine,))}, "jongerenwerk": {"x": said("vaak", (theirs,))}}
    assert compare(["x"], views, {"x": said("vaak")})[0].rests_on == (theirs,)
    assert compare(["x"], views, {"x": said("nooit")})[0].rests_on == ()


_ANSWERS = st.sampled_from(["nooit", "soms", "vaak", "geen_aanwijzing", ONBEKEND])
_VIEW = st.dictionaries(st.sampled_from("abcdef"), _ANSWERS.map(said))


@given(_VIEW, _VIEW)
def test_it_makes_no_difference_who_is_named_first(one: dict[str, Given], two: dict[str, Given]) -> None:
    forth = compare("abcdef", {"politie": one, "jongerenwerk": two}, {})
    back = compare("abcdef", {"jongerenwerk": two, "politie": one}, {})
    assert [(found.agreement, found.answer) for found in forth] == [
        (found.agreement, found.answer) for found in back
    ]


@given(_VIEW, _VIEW)
def test_an_answer_that_counts_was_given_by_somebody(one: dict[str, Given], two: dict[str, Given]) -> None:
    for found in compare("abcdef", {"politie": one, "jongerenwerk": two}, {}):
        given_by_someone = {view[found.item].answer for view in (one, two) if found.item in view}
        assert found.answer in given_by_someone | {ONBEKEND}


def test_items_that_became_known_or_unknown_count_as_changed() -> None:
    assert changed_items({"a": "soms", "b": "vaak"}, {"b": "vaak", "c": 3}) == ("a", "c")


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 23), 6, date(2027, 5, 23)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(
    day: date, months: int, later: date
) -> None:
    assert months_later(day, months) == later


def test_observations_are_named_newest_first_with_the_time_looked_and_hearsay_marked() -> None:
    seen = [
        Sighting(UUID(int=number), AT.replace(day=number), 15, "politie", hearsay=number == 2)
        for number in range(1, 8)
    ]
    assert evidence(seen[:2]) == (
        "2 waarnemingen: ma 2 nov 21:40 (horen zeggen) en zo 1 nov 21:40; 30 min gekeken"
    )
    assert "en 3 eerdere" in evidence(seen)


# --- what the rules make of it ---

_GATED = {"intimideren": "vaak", "vernieling": "vaak", "alcohol": "nooit", "blowen": "nooit"}


def complete(rules: Rules, answers: dict[str, str]) -> dict[str, Answer]:
    items = rules.questionnaire.items.values()
    known: dict[str, Answer] = {
        "motief": "kick",
        "aanspreekbaarheid": "goed",
        "politiecontact": "niemand",
        "planmatigheid": "toevallig",
    }
    known |= {item.id: "nooit" for item in items if "nooit" in item.scale.values}
    return {**known, **answers}


def test_the_leading_ruleset_comes_first_and_every_choice_includes_duiding_alone(rules: Rules) -> None:
    found = assess(complete(rules, _GATED), rules.rulesets, rules.duiding, leading="almere-2013")
    assert [verdict["ruleset"] for verdict in found] == ["almere-2013", "landelijk-2010"]
    assert [verdict["outcome"] for verdict in found] == ["hinderlijk", "overlastgevend"]
    offered = choices(found[0], rules.rulesets[0].classes)
    assert offered == ("aanvaardbaar", "hinderlijk", "overlastgevend", "crimineel", ONLY_DUIDING)
    assert "te weinig bekend" in choices(
        assess({}, rules.rulesets, rules.duiding, leading="almere-2013")[0], rules.rulesets[0].classes
    )


def test_a_gate_that_alone_decides_is_said_in_so_many_words(rules: Rules) -> None:
    _, almere = assess(complete(rules, _GATED), rules.rulesets, rules.duiding, leading="landelijk-2010")
    assert other_line(almere) == (
        "Onder almere-2013: hinderlijk — alleen de poort maakt het verschil; zonder de poort overlastgevend."
    )


def test_an_unknown_theme_says_which_questions_it_waits_for(rules: Rules) -> None:
    (verdict, *_) = assess({"alcohol": "soms"}, rules.rulesets, rules.duiding, leading="landelijk-2010")
    short = short_duiding(verdict["duiding"], rules.questionnaire)
    assert short["ernst"]["level"] == "onbekend"
    assert any(reason.startswith("nog niet bekend: ") for reason in short["ernst"]["reasons"])


def test_a_story_names_for_every_fact_that_holds_what_it_rests_on(rules: Rules) -> None:
    answers = complete(rules, _GATED)
    (verdict, *_) = assess(answers, rules.rulesets, rules.duiding, leading="landelijk-2010")
    behind = {"vernieling": (Sighting(UUID(int=1), AT, 20, "politie", hearsay=False),)}
    told = story(verdict, rules.questionnaire, behind)
    lines = [line for rule in told.rules for one in (rule.rule, *rule.criteria) for line in one.rests_on]
    assert any("Vernieling: vaak" in line and "vr 6 nov 21:40" in line for line in lines)
    assert any("Intimideren: vaak — antwoord van de invullers" in line for line in lines)
    assert all(one.sources for rule in told.rules for one in (rule.rule, *rule.criteria))


def test_what_would_change_the_outcome_names_every_other_class_before_it_repeats_one(rules: Rules) -> None:
    answers = complete(rules, {**_GATED, "licht_geweld": "soms", "alcohol": "soms"})
    (verdict, *_) = assess(answers, rules.rulesets, rules.duiding, leading="landelijk-2010")
    others = {flip["outcome"] for flip in verdict["flips"]}
    told = story(verdict, rules.questionnaire)
    assert len(others) > 1
    assert all(any(line.endswith(f"{other}.") for line in told.flips) for other in others)
    assert len(told.flips) + told.more_flips == len(verdict["flips"])


def test_facts_stand_in_the_order_of_the_questionnaire_whatever_they_weigh(rules: Rules) -> None:
    blocks = facts_in_order({"straatroof": "vaak", "alcohol": "soms", "afval": "nooit"}, rules.questionnaire)
    assert [block.label for block in blocks] == [block.label for block in rules.questionnaire.blocks]
    assert [label for block in blocks for label, _, _ in block.facts] == ["Alcohol", "Straatroof"]
    assert [absent for block in blocks for absent in block.absent] == [("Nooit", "afval")]


def test_every_condition_of_every_rule_can_be_read_as_text(rules: Rules) -> None:
    labels = {item.label for item in rules.questionnaire.items.values()}
    for ruleset in rules.rulesets:
        for criterion in ruleset.criteria.values():
            line = as_text(criterion.when, ruleset.criteria, rules.questionnaire)
            texts = [line.text, *(below.text for below in line.below)]
            assert any(label in text for text in texts for label in labels), criterion.id
        for rule in ruleset.rules:
            if rule.when is not None:
                assert as_text(rule.when, ruleset.criteria, rules.questionnaire).below, rule.id
