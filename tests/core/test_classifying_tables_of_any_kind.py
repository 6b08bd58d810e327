"""Any rule table someone writes is evaluated exactly: random small tables against trying everything."""

from collections.abc import Mapping
from datetime import date
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from shortlist.classifying.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    Criterion,
    Named,
    Not,
    Rule,
)
from shortlist.classifying.questionnaire import Answer, Block, Citation, Item, Questionnaire, Scale
from shortlist.classifying.table import Gate, RuleTable, satisfied
from shortlist.classifying.turning import Turning

BECAUSE = (Citation("bron", "plaats"),)
WORDS = Scale("hoe", "Hoe", ("nul", "een", "twee"), {}, no_sign=True)
NUMBERS = Scale("getal", "Getal", (), {}, minimum=0, maximum=9)
SCALES = {"a": WORDS, "b": WORDS, "c": WORDS, "d": WORDS, "n": NUMBERS}
PAPER = Questionnaire(
    name="proef", title="", about="", valid_from=date(2020, 1, 1), valid_until=None,
    blocks=(Block("blok", "Blok", tuple(Item(i, "blok", i, f"{i}?", scale) for i, scale in SCALES.items()), BECAUSE),),
    scales={}, orders=(), unknown_words={},
)  # fmt: skip
VALUES: dict[str, tuple[Answer, ...]] = {
    item: tuple(range(10)) if item == "n" else WORDS.values for item in SCALES
}
RESULTS = ("laag", "midden", "hoog")

compares = st.one_of(
    st.builds(
        lambda item, values: Compare(item, "", frozenset(values)),
        st.sampled_from("abcd"),
        st.sets(st.sampled_from(WORDS.values), min_size=1, max_size=2),
    ),
    st.builds(
        lambda low, width: Compare("n", "", low=low, high=low + width), st.integers(0, 9), st.integers(0, 4)
    ),
    st.builds(lambda low: Compare("n", "", low=low), st.integers(1, 9)),
)


def joined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=1, max_size=4).map(tuple)
    return st.one_of(
        st.builds(AllOf, parts),
        st.builds(AnyOf, parts),
        st.builds(Not, inner),
        st.builds(lambda parts, count: AtLeast(min(count, len(parts)), parts), parts, st.integers(1, 4)),
    )


conditions: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(compares, st.just(Named("k"))), joined, max_leaves=8
)
plain: st.SearchStrategy[Condition] = st.recursive(compares, joined, max_leaves=5)


@st.composite
def tables(draw: st.DrawFn) -> RuleTable:
    rules = [
        Rule(f"r{number}", draw(st.sampled_from(RESULTS)), "", draw(conditions), BECAUSE)
        for number in range(draw(st.integers(1, 3)))
    ]
    rules.append(Rule("anders", draw(st.sampled_from(RESULTS)), "", None, BECAUSE))
    gate = draw(
        st.none() | st.builds(lambda opens: Gate("poort", "", opens, ("hoog",), "laag", BECAUSE), plain)
    )
    return RuleTable(RESULTS, rules, {"k": Criterion("k", "", draw(plain), BECAUSE)}, PAPER, gate=gate)


def holds(condition: Condition, answers: Mapping[str, Answer], table: RuleTable) -> bool:
    match condition:
        case Compare():
            return bool(satisfied(condition, answers[condition.item]))
        case Named(name):
            return holds(table.criteria[name].when, answers, table)
        case Not(part):
            return not holds(part, answers, table)
        case AllOf(parts):
            return all(holds(part, answers, table) for part in parts)
        case AnyOf(parts):
            return any(holds(part, answers, table) for part in parts)
        case AtLeast(count, parts):
            return sum(holds(part, answers, table) for part in parts) >= count


def decide(answers: Mapping[str, Answer], table: RuleTable) -> str:
    result = next(
        rule.result for rule in table.rules if rule.when is None or holds(rule.when, answers, table)
    )
    if table.gate and result in table.gate.holds_back and not holds(table.gate.opens, answers, table):
        return table.gate.falls_to
    return result


def possible_by_trying(table: RuleTable, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    ways = [(answers[item],) if item in answers else VALUES[item] for item in SCALES]
    found = {decide(dict(zip(SCALES, way, strict=True)), table) for way in product(*ways)}
    return tuple(result for result in RESULTS if result in found)


answer_sheets = st.fixed_dictionaries(
    {}, optional={i: st.integers(0, 9) if i == "n" else st.sampled_from(WORDS.values) for i in SCALES}
)


@given(tables(), answer_sheets)
@settings(max_examples=100, deadline=None)
def test_possible_is_what_trying_every_completion_gives(table: RuleTable, answers: dict[str, Answer]) -> None:
    mask = table.outcome.possible(table.codes(answers))
    assert table.names(mask) == possible_by_trying(table, answers)


@given(tables(), answer_sheets)
@settings(max_examples=80, deadline=None)
def test_exactly_the_undecided_items_can_still_change_what_is_possible(
    table: RuleTable, answers: dict[str, Answer]
) -> None:
    codes = table.codes(answers)
    undecided = {table.items[place] for place in table.outcome.undecided(codes)}
    for item in (item for item in table.items if item not in answers):
        others = [other for other in SCALES if other != item and other not in answers]
        ways = product(*[VALUES[other] for other in others])
        matters = any(
            len(possible_by_trying(table, {**answers, **dict(zip(others, way, strict=True))})) > 1
            for way in ways
        )
        assert matters == (item in undecided)


@given(tables(), answer_sheets)
@settings(max_examples=80, deadline=None)
def test_looking_one_answer_ahead_agrees_with_giving_that_answer(
    table: RuleTable, answers: dict[str, Answer]
) -> None:
    codes = table.codes(answers)
    after = table.outcome.possible_after(codes)
    assert after.keys() == table.outcome.undecided(codes)
    for place, masks in after.items():
        for value, mask in enumerate(masks):
            trial = list(codes)
            trial[place] = value
            assert table.outcome.possible(trial) == mask


@given(tables(), answer_sheets)
@settings(max_examples=80, deadline=None)
def test_the_smallest_changes_are_those_that_trying_all_changes_finds(
    table: RuleTable, answers: dict[str, Answer]
) -> None:
    codes = table.codes(answers)
    now = table.outcome.possible(codes)
    wanted = 7 & ~now if now.bit_count() == 1 else 7
    for known in (True, False):
        free = [place for place, code in enumerate(codes) if (code >= 0) == known]
        found = Turning(table.outcome, lambda turn: turn).smallest(codes, known=known, wanted=wanted, most=3)
        expected: list[tuple[tuple[tuple[int, int], ...], int]] = []
        trials = sorted(
            product(*[range(-1, len(table.facts[place].samples)) for place in free]),
            key=lambda trial: sum(value >= 0 for value in trial),
        )
        for trial in trials:
            change = tuple((place, value) for place, value in zip(free, trial, strict=True) if value >= 0)
            if not 1 <= len(change) <= 3 or any(codes[place] == value for place, value in change):
                continue
            if expected and len(change) > len(expected[0][0]):
                break
            after = list(codes)
            for place, value in change:
                after[place] = value
            mask = table.outcome.possible(after)
            if mask.bit_count() == 1 and mask & wanted:
                expected.append((change, mask.bit_length() - 1))
        if known or now.bit_count() > 1:
            assert found == sorted(expected)
