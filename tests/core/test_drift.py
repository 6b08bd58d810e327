"""A city under another ruleset: who changes, because of what, and how much hangs on one criterion."""

from dataclasses import replace

import pytest

from shortlist.classifying.conditions import AllOf, AnyOf, Named, Rule
from shortlist.classifying.drift import Part, Reading, compare, judge, outcome, sensitivity
from shortlist.classifying.questionnaire import GEEN_AANWIJZING, Answer
from shortlist.classifying.rules_files import load_rules
from shortlist.classifying.verdict import TOO_LITTLE
from tests.core.plain_beke import BY_NAME, seeded

RULES = load_rules()
NATIONAL, ALMERE = (
    RULES.ruleset(name, RULES.rulesets[-1].valid_from) for name in ("landelijk-2010", "almere-2013")
)
GATE = Part(
    "poort", "middelenpoort", "Alleen met alcohol of blowen kan de uitkomst hoger zijn dan hinderlijk"
)


def whole_sheets(count: int, seed: int = 4) -> list[tuple[int, dict[str, Answer]]]:
    rng = seeded(seed)
    found = []
    for number in range(count):
        sheet: dict[str, Answer] = {}
        for item in RULES.questionnaire.items.values():
            values = item.scale.values
            if not item.scale.is_number:
                sheet[item.id] = values[0] if rng.random() < 0.85 else rng.choice(values)
        found.append((number, sheet))
    return found


def test_every_change_between_the_two_rulesets_is_the_gate_and_agrees_with_plain_nested_ifs() -> None:
    sheets = whole_sheets(400)
    found = compare(sheets, NATIONAL, ALMERE)
    expected = {
        number: (BY_NAME["landelijk-2010"](sheet), BY_NAME["almere-2013"](sheet))
        for number, sheet in sheets
        if BY_NAME["landelijk-2010"](sheet) != BY_NAME["almere-2013"](sheet)
    }
    assert 10 < len(expected) < 400
    assert {one.key: (one.before[0], one.after[0]) for one in found.changes} == expected
    assert {one.because for one in found.changes} == {(GATE,)}
    assert all(one.moves and one.after == ("hinderlijk",) for one in found.changes)
    assert sum(n for _, _, n in found.flows) == found.groups == 400
    assert sum(n for start, end, n in found.flows if start != end) == len(expected)


def test_a_ruleset_differs_in_nothing_from_itself() -> None:
    found = compare(whole_sheets(50), ALMERE, ALMERE)
    assert found.changes == ()
    assert found.parts == ()


def test_the_way_back_opens_the_gate_again() -> None:
    there, back = (compare(whole_sheets(200), *pair) for pair in ((NATIONAL, ALMERE), (ALMERE, NATIONAL)))
    assert [(one.key, one.after) for one in there.changes] == [(one.key, one.before) for one in back.changes]
    assert {one.because for one in back.changes} == {(GATE,)}


def test_a_changed_criterion_and_a_changed_rule_are_each_named_as_the_cause() -> None:
    sharper = replace(NATIONAL.criteria["slecht_aanspreekbaar"], when=AnyOf(()))
    rules = tuple(
        replace(rule, when=AllOf((Named("hinder"), Named("enig_ander_feit"))))
        if rule.id == "hinderlijk"
        else rule
        for rule in NATIONAL.rules
    )
    other = replace(
        NATIONAL, name="eigen", criteria={**NATIONAL.criteria, "slecht_aanspreekbaar": sharper}, rules=rules
    )
    unruly: dict[str, Answer] = {"aanspreekbaarheid": "slecht", "provoceren": "soms", "lawaai": "soms"}
    loud: dict[str, Answer] = {"lawaai": "vaak"}
    rest = {
        item.id: item.scale.values[0]
        for item in RULES.questionnaire.items.values()
        if not item.scale.is_number
    }
    found = compare([("a", rest | unruly), ("b", rest | loud)], NATIONAL, other)
    assert [(part.kind, part.id) for part in found.parts] == [
        ("criterium", "slecht_aanspreekbaar"),
        ("regel", "hinderlijk"),
    ]
    first, second = found.changes
    assert (first.before, first.after) == (("overlastgevend",), ("hinderlijk",))
    assert [part.id for part in first.because] == ["slecht_aanspreekbaar"]
    assert (second.before, second.after) == (("hinderlijk",), ("aanvaardbaar",))
    assert [part.id for part in second.because] == ["hinderlijk"]
    assert second.rule_before == "Enige hinder of enig ander feit"


def test_a_change_that_takes_two_differences_at_once_names_none_of_them_alone() -> None:
    criteria = dict(NATIONAL.criteria)
    for name in ("hinder", "enig_ander_feit"):
        criteria[name] = replace(criteria[name], when=AnyOf(()))
    other = replace(NATIONAL, name="eigen", criteria=criteria)
    rest = {
        item.id: item.scale.values[0]
        for item in RULES.questionnaire.items.values()
        if not item.scale.is_number
    }
    found = compare([("a", rest | {"lawaai": "vaak", "winkeldiefstal": "soms"})], NATIONAL, other)
    (change,) = found.changes
    assert change.after == ("aanvaardbaar",)
    assert change.because == ()


def test_a_class_that_the_old_ruleset_lacks_is_a_change_without_a_single_cause() -> None:
    rules = tuple(replace(rule, result="aanwezig") if rule.when is None else rule for rule in NATIONAL.rules)
    other = replace(
        NATIONAL, name="eigen", classes=("aanwezig", "hinderlijk", "overlastgevend", "crimineel"), rules=rules
    )
    rest = {
        item.id: item.scale.values[0]
        for item in RULES.questionnaire.items.values()
        if not item.scale.is_number
    }
    (change,) = compare([("a", rest)], NATIONAL, other).changes
    assert (change.before, change.after, change.because) == (("aanvaardbaar",), ("aanwezig",), ())


def test_a_rule_that_is_new_or_gone_is_named() -> None:
    gone = replace(NATIONAL, name="zonder", rules=tuple(r for r in NATIONAL.rules if r.id != "crimineel"))
    sheets = whole_sheets(300)
    for old, new in ((NATIONAL, gone), (gone, NATIONAL)):
        found = compare(sheets, old, new)
        assert [(part.kind, part.id) for part in found.parts] == [("regel", "crimineel")]
        assert {tuple(part.id for part in one.because) for one in found.changes} == {("crimineel",)}


def test_no_sign_counts_as_never_or_as_unknown_just_as_was_asked() -> None:
    sheet: dict[str, Answer] = {
        item.id: item.scale.values[0]
        for item in RULES.questionnaire.items.values()
        if not item.scale.is_number
    }
    sheet |= {"lawaai": "soms", "inbraak": GEEN_AANWIJZING, "motief": "gewin"}
    assert judge(sheet, NATIONAL, Reading.VOORLOPIG) == ("hinderlijk",)
    possible = judge(sheet, NATIONAL, Reading.ZEKER)
    assert possible == ("hinderlijk", "crimineel")
    assert outcome(possible) == TOO_LITTLE


@pytest.mark.parametrize("ruleset", RULES.rulesets, ids=lambda one: one.name)
def test_sensitivity_counts_what_leaving_out_each_part_really_changes(ruleset: object) -> None:
    ruleset = next(one for one in RULES.rulesets if one is ruleset)
    sheets = whole_sheets(150)
    now = {key: judge(sheet, ruleset, Reading.VOORLOPIG) for key, sheet in sheets}
    weights = sensitivity(sheets, ruleset)
    assert {one.part.id for one in weights} == set(ruleset.criteria) | (
        {"middelenpoort"} if ruleset.gate else set()
    )
    assert [one.left_out for one in weights] == sorted((one.left_out for one in weights), reverse=True)
    for weight in weights:
        if weight.part.kind == "poort":
            other = replace(ruleset, gate=None)
        else:
            criterion = replace(ruleset.criteria[weight.part.id], when=AnyOf(()))
            other = replace(ruleset, criteria={**ruleset.criteria, criterion.id: criterion})
        changed = sum(
            outcome(judge(sheet, other, Reading.VOORLOPIG)) != outcome(now[key]) for key, sheet in sheets
        )
        assert weight.left_out == changed == sum(n for _, _, n in weight.moves)
    assert sum(one.left_out for one in weights) > 0


def test_rules_stay_in_their_order_when_one_is_exchanged() -> None:
    first = NATIONAL.rules[0]
    when = AllOf((Named("gewin"),))
    other = replace(
        NATIONAL,
        name="eigen",
        rules=(Rule("geld", "crimineel", "Geld", when, first.because), *NATIONAL.rules),
    )
    rest = {
        item.id: item.scale.values[0]
        for item in RULES.questionnaire.items.values()
        if not item.scale.is_number
    }
    (change,) = compare([("a", rest | {"motief": "gewin"})], NATIONAL, other).changes
    assert change.after == ("crimineel",)
    assert [part.id for part in change.because] == ["geld"]
    assert change.rule_after == "Geld"
