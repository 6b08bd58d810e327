"""The duiding says four levels with their facts, and never takes the unknown for low."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortlist.classifying.duiding import describe, duiding_as_json
from shortlist.classifying.questionnaire import Answer
from shortlist.classifying.routing import route
from shortlist.classifying.rules_files import load_rules

RULES = load_rules()
PAPER = RULES.questionnaire

sheets = st.fixed_dictionaries(
    {},
    optional={
        item.id: st.integers(0, 99) if item.scale.is_number else st.sampled_from(item.scale.values)
        for item in PAPER.items.values()
    },
)


@given(sheets, st.none() | sheets, st.data())
@settings(max_examples=80, deadline=None)
def test_learning_an_answer_never_brings_back_a_level_that_was_ruled_out(
    sheet: dict[str, Answer], previous: dict[str, Answer] | None, data: st.DataObject
) -> None:
    before = describe(sheet, RULES.duiding, previous)
    unknown = [item for item in PAPER.items if item not in sheet]
    if unknown:
        item = data.draw(st.sampled_from(unknown))
        scale = PAPER.items[item].scale
        values: tuple[Answer, ...] = tuple(range(100)) if scale.is_number else scale.values
        learned = data.draw(st.sampled_from(values))
        after = describe({**sheet, item: learned}, RULES.duiding, previous)
        for name, reading in after.items():
            assert set(reading.possible) <= set(before[name].possible)


def test_an_empty_list_is_unknown_on_every_theme_and_says_what_is_missing() -> None:
    for reading in describe({}, RULES.duiding).values():
        assert reading.level == "onbekend"
        assert len(reading.possible) > 1
        assert reading.missing
        assert reading.reasons == ()
        assert reading.rule is None


def test_low_needs_every_item_known_and_the_provisional_level_says_what_no_sign_would_give() -> None:
    reading = describe({"angst": "nee", "durft_niet_te_melden": "nee"}, RULES.duiding)["impact"]
    assert reading.level == "onbekend"
    assert reading.possible == ("laag", "midden")
    items = ("intimideren", "uitschelden", "provoceren", "lawaai", "afval", "versperren", "gevaarlijk_rijden")
    answers: dict[str, Answer] = {"angst": "nee", "durft_niet_te_melden": "nee"}
    seen = describe({**answers, **dict.fromkeys(items, "geen_aanwijzing")}, RULES.duiding)["impact"]
    assert (seen.level, seen.provisional) == ("onbekend", "laag")
    assert describe({**answers, **dict.fromkeys(items, "nooit")}, RULES.duiding)["impact"].level == "laag"


def test_a_level_stands_with_the_facts_it_rests_on_and_its_source() -> None:
    reading = describe({"straatroof": "soms", "wapengeweld": "vaak"}, RULES.duiding)["ernst"]
    assert reading.level == "hoog"
    assert {reason.item for reason in reading.reasons} == {"straatroof", "wapengeweld"}
    assert reading.rule is not None
    assert reading.rule.because
    shown = duiding_as_json({"ernst": reading})["ernst"]
    assert shown["level"] == "hoog"
    assert shown["reasons"][0]["because"]


@pytest.mark.parametrize(
    ("now", "before", "level"),
    [
        ({"vernieling": "vaak"}, {"vernieling": "soms"}, "hoog"),
        ({"vernieling": "soms"}, {"vernieling": "vaak"}, "onbekend"),
        ({"vernieling": "vaak"}, {"vernieling": "geen_aanwijzing"}, "onbekend"),
        ({"ontwikkeling": "afnemend", "verharding": "gelijk"}, None, "laag"),
        ({"ontwikkeling": "afnemend", "verharding": "gelijk"}, {}, "onbekend"),
    ],
)
def test_the_development_is_compared_with_the_previous_assessment_where_both_are_known(
    now: dict[str, Answer], before: dict[str, Answer] | None, level: str
) -> None:
    assert describe(now, RULES.duiding, before)["ontwikkeling"].level == level


def test_a_grown_core_keeps_a_lessening_group_from_being_called_low() -> None:
    acts = [
        "intimideren", "vernieling", "brandstichting", "licht_geweld", "openlijk_geweld", "wapengeweld",
        "winkeldiefstal", "voertuigdiefstal", "inbraak", "straatroof", "heling", "drugshandel", "afpersing",
        "zedendelict", "fraude",
    ]  # fmt: skip
    calm: dict[str, Answer] = {
        **dict.fromkeys(acts, "nooit"),
        "ontwikkeling": "afnemend",
        "verharding": "gelijk",
    }
    same = describe({**calm, "kern_omvang": 5}, RULES.duiding, {**calm, "kern_omvang": 5})
    grown = describe({**calm, "kern_omvang": 9}, RULES.duiding, {**calm, "kern_omvang": 5})
    assert (same["ontwikkeling"].level, grown["ontwikkeling"].level) == ("laag", "midden")


def test_criminal_groups_never_get_jeugdboas_and_an_open_question_sends_nobody_too_many() -> None:
    crime = route(("crimineel",), {}, RULES.routing)
    assert crime.leads == ("om",)
    assert "jeugdboa" in crime.never
    nuisance = route(("hinderlijk",), {}, RULES.routing)
    assert nuisance.leads == ("jongerenwerk", "wijkagent")
    assert nuisance.may == ("jeugdboa",)
    unsure = route(("overlastgevend", "crimineel"), {}, RULES.routing)
    assert unsure.leads == ()
    assert unsure.may == ("jongerenwerk",)
    assert "jeugdboa" in unsure.never
    assert not route(("aanvaardbaar",), {}, RULES.routing).registers


def test_children_under_twelve_go_to_care_only() -> None:
    whole = route(("hinderlijk",), {"leeftijd_jongste": 10, "leeftijd_oudste": 11}, RULES.routing)
    assert whole.leads == ("jongerenwerk", "wijkagent", "zorg")
    assert "jeugdboa" in whole.never
    assert whole.may == ()
    part = route(("hinderlijk",), {"leeftijd_jongste": 11, "leeftijd_oudste": 17}, RULES.routing)
    assert "zorg" in part.leads
    assert "jeugdboa" in part.may
    assert any("jonger dan 12" in text for text in part.texts)
    assert "zorg" not in route(("hinderlijk",), {"leeftijd_jongste": 12}, RULES.routing).leads
