"""The outcome is exact over all completions of what is unknown, and learning never overturns it."""

import json
import random
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortlist.classifying.duiding import describe, duiding_as_json
from shortlist.classifying.questionnaire import Answer, Questionnaire
from shortlist.classifying.rules_files import load_rules
from shortlist.classifying.verdict import (
    TOO_LITTLE,
    Ruleset,
    as_json,
    classify,
    possible_classes,
    shortcuts,
)
from shortlist.classifying.writing import Writer
from tests.core.plain_beke import BY_NAME, CLASSES, seeded

RULES = load_rules()
RULESETS = {ruleset.name: ruleset for ruleset in RULES.rulesets}
PAPER = RULES.questionnaire
USED = tuple(
    item.id
    for item in PAPER.items.values()
    if any(item.id in ruleset.table.items for ruleset in RULES.rulesets)
)


def completions(answers: Mapping[str, Answer], items: tuple[str, ...] = USED) -> Iterator[dict[str, Answer]]:
    """Yield every way the unknown items can turn out."""
    unknown = [item for item in items if answers.get(item) not in PAPER.items[item].scale.values]
    for values in product(*[PAPER.items[item].scale.values for item in unknown]):
        yield {**answers, **dict(zip(unknown, values, strict=True))}


def brute_possible(name: str, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """Return the classes that some completion gives, by trying them all with the plain rules."""
    found = {BY_NAME[name](completion) for completion in completions(answers)}
    return tuple(one for one in CLASSES if one in found)


def random_sheet(rng: random.Random, unknown: int, lean: float) -> dict[str, Answer]:
    """Return a list with ``unknown`` unknown items that matter; ``lean`` is the share of lowest answers."""
    open_items = set(rng.sample(USED, unknown))
    sheet: dict[str, Answer] = {}
    for item in PAPER.items.values():
        scale = item.scale
        if item.id in open_items:
            how = rng.random()
            if how < 0.3:
                sheet[item.id] = "onbekend"
            elif how < 0.6 and scale.no_sign:
                sheet[item.id] = "geen_aanwijzing"
        elif not scale.is_number:
            sheet[item.id] = scale.values[0] if rng.random() < lean else rng.choice(scale.values)
    return sheet


@pytest.mark.parametrize("name", RULESETS)
def test_ten_thousand_random_partial_lists_give_exactly_what_trying_all_completions_gives(name: str) -> None:
    rng = seeded(20261123)
    outcomes = set()
    for number in range(10_000):
        sheet = random_sheet(rng, number % 5, rng.choice((0.5, 0.8, 0.95, 1.0)))
        expected = brute_possible(name, sheet)
        assert possible_classes(sheet, RULESETS[name]) == expected, sheet
        outcomes.add(expected)
    assert len(outcomes) >= 8, "the lists should reach every class and many ranges"


def sheets(paper: Questionnaire = PAPER) -> st.SearchStrategy[dict[str, Answer]]:
    """Return lists with any mix of known and unknown answers, leaning to what most groups look like."""
    one = {
        item: st.one_of(
            st.just(paper.items[item].scale.values[0]), st.sampled_from(paper.items[item].scale.allowed)
        )
        for item in USED
    }
    return st.fixed_dictionaries({}, optional=one)


@given(sheets(), st.sampled_from(sorted(RULESETS)), st.data())
@settings(max_examples=100, deadline=None)
def test_learning_an_answer_never_brings_back_a_class_that_was_ruled_out(
    sheet: dict[str, Answer], name: str, data: st.DataObject
) -> None:
    unknown = [item for item in USED if sheet.get(item) not in PAPER.items[item].scale.values]
    before = set(possible_classes(sheet, RULESETS[name]))
    for item in unknown:
        sheet[item] = data.draw(st.sampled_from(PAPER.items[item].scale.values))
        after = set(possible_classes(sheet, RULESETS[name]))
        assert after <= before
        before = after
    assert len(before) == 1


@given(sheets(), st.sampled_from(sorted(RULESETS)), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_of_the_answers_makes_no_difference(
    sheet: dict[str, Answer], name: str, rng: random.Random
) -> None:
    items = list(sheet.items())
    rng.shuffle(items)
    assert as_json(classify(dict(items), RULESETS[name])) == as_json(classify(sheet, RULESETS[name]))


@given(sheets(), st.sampled_from(sorted(RULESETS)))
@settings(max_examples=80, deadline=None)
def test_no_sign_and_left_out_are_both_unknown_for_the_exact_outcome(
    sheet: dict[str, Answer], name: str
) -> None:
    known = {item: value for item, value in sheet.items() if value not in ("onbekend", "geen_aanwijzing")}
    assert possible_classes(known, RULESETS[name]) == possible_classes(sheet, RULESETS[name])


@given(sheets(), st.sampled_from(sorted(RULESETS)))
@settings(max_examples=80, deadline=None)
def test_the_provisional_outcome_reads_no_sign_as_never_and_names_each_assumption(
    sheet: dict[str, Answer], name: str
) -> None:
    verdict = classify(sheet, RULESETS[name], most=0)
    assumed = {item for item, value in sheet.items() if value == "geen_aanwijzing"}
    if not assumed:
        assert verdict.provisional is None
        return
    assert verdict.provisional is not None
    read = classify({**sheet, **dict.fromkeys(assumed, "nooit")}, RULESETS[name], most=0)
    assert verdict.provisional.outcome == read.outcome
    assert set(verdict.provisional.assumes) == assumed


@pytest.mark.parametrize("name", RULESETS)
def test_what_settles_is_the_smallest_set_whose_answers_always_leave_one_class(name: str) -> None:
    rng = seeded(7)
    ruleset = RULESETS[name]
    checked = 0
    for _ in range(120):
        sheet = random_sheet(rng, 5, 0.85)
        verdict = classify(sheet, ruleset, most=0)
        unknown = tuple(item for item in USED if sheet.get(item) not in PAPER.items[item].scale.values)
        if verdict.outcome != TOO_LITTLE:
            assert verdict.settle == ()
            continue
        checked += 1
        assert set(verdict.settle) <= set(verdict.missing)
        assert set(verdict.missing) == set(unknown) & set(ruleset.table.items)
        smallest = next(
            size
            for size in range(1, len(unknown) + 1)
            if any(_always_settles(ruleset, sheet, chosen) for chosen in combinations(unknown, size))
        )
        assert len(verdict.settle) == smallest
        assert _always_settles(ruleset, sheet, verdict.settle)
    assert checked > 25


def _always_settles(ruleset: Ruleset, sheet: Mapping[str, Answer], chosen: tuple[str, ...]) -> bool:
    return all(
        len({BY_NAME[ruleset.name](whole) for whole in completions(answered)}) == 1
        for answered in completions(sheet, chosen)
    )


@pytest.mark.parametrize("name", RULESETS)
def test_flips_are_all_smallest_changes_that_make_another_class_certain(name: str) -> None:
    rng = seeded(11)
    ruleset = RULESETS[name]
    sizes = set()
    for number in range(60):
        sheet = random_sheet(rng, number % 4, 0.9)
        verdict = classify(sheet, ruleset, most=2)
        expected = _brute_flips(ruleset, sheet, most=2)
        found = {(frozenset(flip.change.items()), flip.outcome) for flip in verdict.flips}
        assert found == expected
        assert len(found) == len(verdict.flips), "no flip is given twice"
        sizes |= {len(change) for change, _ in found}
    assert sizes == {1, 2}


@pytest.mark.parametrize("name", RULESETS)
def test_flips_of_two_and_three_answers_on_complete_lists_are_those_of_trying_every_change(name: str) -> None:
    rng = seeded(23)
    ruleset = RULESETS[name]
    wanted = {2: 12, 3: 2}
    while any(wanted.values()):
        sheet = random_sheet(rng, 0, rng.choice((0.4, 0.7, 0.9)))
        verdict = classify(sheet, ruleset)
        size = len(verdict.flips[0].change) if verdict.flips else 3
        if not wanted.get(size):
            continue
        wanted[size] -= 1
        found = [(frozenset(flip.change.items()), flip.outcome) for flip in verdict.flips]
        assert set(found) == _brute_flips(ruleset, sheet, most=3)
        assert len(found) == len(set(found))


def _brute_flips(
    ruleset: Ruleset, sheet: Mapping[str, Answer], most: int
) -> set[tuple[frozenset[tuple[str, Answer]], str]]:
    table = ruleset.table
    now = possible_classes(sheet, ruleset)
    known = [item for item in table.items if sheet.get(item) in PAPER.items[item].scale.values]
    for size in range(1, most + 1):
        found: set[tuple[frozenset[tuple[str, Answer]], str]] = set()
        for items in combinations(known, size):
            others = [
                [value for value in PAPER.items[item].scale.values if value != sheet[item]] for item in items
            ]
            for values in product(*others):
                change = dict(zip(items, values, strict=True))
                after = possible_classes({**sheet, **change}, ruleset)
                if len(after) == 1 and after != now:
                    found.add((frozenset(change.items()), after[0]))
        if found:
            return found
    return set()


def test_three_changes_are_found_where_two_do_not_suffice() -> None:
    sheet: dict[str, Answer] = {item: PAPER.items[item].scale.values[0] for item in USED}
    sheet |= {"straatroof": "vaak", "inbraak": "vaak", "drugshandel": "vaak", "motief": "kick"}
    verdict = classify(sheet, RULESETS["landelijk-2010"])
    assert verdict.outcome == "crimineel"
    assert verdict.flips
    assert {len(flip.change) for flip in verdict.flips} == {2}
    sheet |= {"afpersing": "soms"}
    verdict = classify(sheet, RULESETS["landelijk-2010"])
    assert {len(flip.change) for flip in verdict.flips} == {3}
    for flip in verdict.flips:
        assert possible_classes({**sheet, **flip.change}, RULESETS["landelijk-2010"]) == (flip.outcome,)
    assert classify(sheet, RULESETS["landelijk-2010"], most=2).flips == ()


def test_shortcuts_are_all_smallest_answers_that_already_make_a_class_certain() -> None:
    rng = seeded(5)
    ruleset = RULESETS["almere-2013"]
    for _ in range(40):
        sheet = random_sheet(rng, 6, 0.85)
        unknown = [
            item for item in ruleset.table.items if sheet.get(item) not in PAPER.items[item].scale.values
        ]
        expected: set[tuple[frozenset[tuple[str, Answer]], str]] = set()
        if len(possible_classes(sheet, ruleset)) > 1:
            for size in (1, 2, 3):
                for items in combinations(unknown, size):
                    for values in product(*[PAPER.items[item].scale.values for item in items]):
                        given_answers = dict(zip(items, values, strict=True))
                        after = possible_classes({**sheet, **given_answers}, ruleset)
                        if len(after) == 1:
                            expected.add((frozenset(given_answers.items()), after[0]))
                if expected:
                    break
        found = {(frozenset(one.change.items()), one.outcome) for one in shortcuts(sheet, ruleset)}
        assert found == expected


def test_the_gate_decides_exactly_when_the_two_rulesets_differ_on_a_complete_list() -> None:
    rng = seeded(3)
    decided = 0
    for _ in range(3_000):
        sheet = random_sheet(rng, 0, 0.8)
        verdict = classify(sheet, RULESETS["almere-2013"], most=0)
        assert verdict.gate_decides == (BY_NAME["landelijk-2010"](sheet) != BY_NAME["almere-2013"](sheet))
        decided += verdict.gate_decides
        assert not classify(sheet, RULESETS["landelijk-2010"], most=0).gate_decides
    assert decided > 30


def test_an_open_gate_and_an_undecided_list_below_it_are_not_decided_by_the_gate() -> None:
    ruleset = RULESETS["almere-2013"]
    serious: dict[str, Answer] = {"straatroof": "soms", "inbraak": "soms"}
    assert not classify({**serious, "alcohol": "soms"}, ruleset).gate_decides
    assert not classify({}, ruleset).gate_decides
    assert classify(serious, ruleset).gate_decides
    assert classify(serious, ruleset).without_gate == ("crimineel",)


def test_fifty_unknown_answers_leave_every_class_possible_and_name_what_could_matter() -> None:
    verdict = classify({}, RULESETS["landelijk-2010"])
    assert verdict.outcome == TOO_LITTLE
    assert verdict.possible == CLASSES
    assert set(verdict.missing) == set(RULESETS["landelijk-2010"].table.items)
    assert "rondhangen" not in verdict.missing


def test_every_comparison_gives_its_reason_with_answer_sentence_and_source() -> None:
    sheet: dict[str, Answer] = {"inbraak": "vaak", "drugshandel": "geen_aanwijzing", "motief": "kick"}
    for ruleset in RULES.rulesets:
        verdict = classify(sheet, ruleset)
        held = {(reason.rule, reason.item): reason for reason in verdict.reasons}
        assert held["crimineel", "inbraak"].holds is True
        assert held["crimineel", "motief"].holds is False
        assert held["crimineel", "drugshandel"].holds is None
        assert held["crimineel", "drugshandel"].answer == "geen_aanwijzing"
        assert held["crimineel", "straatroof"].answer == "onbekend"
        assert all(reason.because and reason.sentence.endswith(".") for reason in verdict.reasons)
        assert all(finding.because and finding.sentence for finding in verdict.findings)
        found = {finding.criterion: finding for finding in verdict.findings}
        assert found["ernstig_feit"].holds is True
        assert "inbraak (vaak)" in found["ernstig_feit"].sentence
        assert found["meer_ernstige_feiten"].holds is None
        assert found["crimineel"].holds is None


@pytest.mark.parametrize("brief", [False, True])
def test_the_quickly_written_text_is_that_of_the_objects_to_the_letter(brief: bool) -> None:
    rng = seeded(31)
    writer = Writer(brief=brief)
    for number in range(60):
        sheet = random_sheet(rng, number % 20, rng.choice((0.5, 0.9)))
        previous = random_sheet(rng, 5, 0.8) if number % 3 == 0 else None
        until = date(2026, 1, 1 + number % 28) if number % 2 else None
        duiding = describe(sheet, RULES.duiding, previous)
        for ruleset in RULES.rulesets:
            verdict = classify(sheet, ruleset)
            entry = {"id": f'groep "{number}" ’é', **as_json(verdict)}
            if brief:
                del entry["reasons"], entry["criteria"]
            entry |= ({"observed_until": until.isoformat()} if until else {}) | {
                "duiding": duiding_as_json(duiding)
            }
            text = writer.entry(entry["id"], verdict, until, writer.duiding(duiding))
            assert text.decode() == json.dumps(entry, ensure_ascii=False)
