"""How many lists a second: against plain nested ifs and against zen-engine running the very same tables.

Times are processor seconds, so that a busy machine tells the same; nothing absolute is gated, only agreement and
ratios within one run. Run with ``pytest -m bench -s tests/bench/test_classifying.py`` to see the table.
"""

import json
import time
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise

import pytest

from shortlist.classifying.answer_files import read_groups
from shortlist.classifying.conditions import AllOf, AnyOf, AtLeast, Compare, Condition, Named, Not
from shortlist.classifying.duiding import describe
from shortlist.classifying.questionnaire import Answer
from shortlist.classifying.rules_files import load_rules
from shortlist.classifying.verdict import Ruleset, classify, possible_classes
from shortlist.classifying.writing import Writer
from tests.core.plain_beke import BY_NAME, seeded

pytestmark = pytest.mark.bench

RULES = load_rules()
PAPER = RULES.questionnaire
NUMBERS = {
    "omvang_min": (1, 10), "omvang_max": (10, 40), "kern_omvang": (0, 10),
    "leeftijd_jongste": (8, 16), "leeftijd_oudste": (16, 30),
}  # fmt: skip
"""Numbers that fit together: the smallest size is not above the largest, nor the youngest older than the oldest."""
Sheets = list[dict[str, Answer]]


def sheets(count: int, unknown: float, lean: float, seed: int = 1) -> Sheets:
    """Return random lists over all 54 items; ``lean`` is the share of lowest answers among the known."""
    rng = seeded(seed)
    found: Sheets = []
    for _ in range(count):
        sheet: dict[str, Answer] = {}
        for item in PAPER.items.values():
            if rng.random() < unknown:
                continue
            if item.scale.is_number:
                sheet[item.id] = rng.randint(*NUMBERS[item.id])
            else:
                lowest = rng.random() < lean
                sheet[item.id] = item.scale.values[0] if lowest else rng.choice(item.scale.values)
        found.append(sheet)
    return found


def rate(work: Callable[[dict[str, Answer]], object], lists: Sequence[dict[str, Answer]]) -> float:
    """Return lists per processor second: the best of three rounds after one to warm up."""
    best = float("inf")
    for _ in range(4):
        start = time.process_time()
        for sheet in lists:
            work(sheet)
        best = min(best, time.process_time() - start)
    return len(lists) / best


def told(lists: Sheets, ruleset: Ruleset) -> float:
    """Return lists per processor second for what ``shortlist classify`` does: read, judge, describe and write all."""
    text = json.dumps([{"id": str(number), "answers": sheet} for number, sheet in enumerate(lists)])
    best = float("inf")
    for _ in range(4):
        writer = Writer()
        start = time.process_time()
        for group in read_groups(text, PAPER, file="-", today=date(2026, 1, 1)):
            duiding = writer.duiding(describe(group.answers, RULES.duiding))
            writer.entry(group.id, classify(group.answers, ruleset), None, duiding)
        best = min(best, time.process_time() - start)
    return len(lists) / best


def as_zen(condition: Condition) -> str:
    """Return a condition in zen-engine's expression language."""
    match condition:
        case Compare():
            return f"({condition.item} in {json.dumps(sorted(condition.values))})"
        case Named(name):
            return name
        case Not(part):
            return f"(not {as_zen(part)})"
        case AllOf(parts):
            return "(" + " and ".join(map(as_zen, parts)) + ")"
        case AnyOf(parts):
            return "(" + " or ".join(map(as_zen, parts)) + ")"
        case AtLeast(count, parts):
            return "(" + " + ".join(f"({as_zen(part)} ? 1 : 0)" for part in parts) + f" >= {count})"


def zen_model(ruleset: Ruleset) -> str:
    """Return the ruleset as a JSON decision model: criteria, then rules, then a first-hit decision table."""

    def expressions(node: str, pairs: list[tuple[str, str]]) -> dict[str, object]:
        rows = [{"id": f"{node}{i}", "key": key, "value": value} for i, (key, value) in enumerate(pairs)]
        return {
            "id": node,
            "type": "expressionNode",
            "name": node,
            "content": {"expressions": rows, "passThrough": True},
        }

    criteria = [(name, as_zen(one.when)) for name, one in ruleset.criteria.items()]
    rules = [(f"regel_{rule.id}", as_zen(rule.when)) for rule in ruleset.rules if rule.when]
    if ruleset.gate:
        rules.append(("open", as_zen(ruleset.gate.opens)))
    held = ruleset.gate.holds_back if ruleset.gate else ()
    rows = []
    for number, rule in enumerate(ruleset.rules):
        when = {"class": json.dumps(rule.result), **({f"in{number}": "true"} if rule.when else {})}
        if rule.result in held and ruleset.gate:
            rows.append({"_id": f"r{number}o", **when, "open": "true"})
            rows.append(
                {"_id": f"r{number}c", **when, "open": "false", "class": json.dumps(ruleset.gate.falls_to)}
            )
        else:
            rows.append({"_id": f"r{number}", **when})
    inputs = [
        {"id": f"in{number}", "name": rule.id, "field": f"regel_{rule.id}"}
        for number, rule in enumerate(ruleset.rules)
        if rule.when
    ]
    if ruleset.gate:
        inputs.append({"id": "open", "name": "open", "field": "open"})
    table = {
        "hitPolicy": "first", "inputs": inputs, "rules": rows,
        "outputs": [{"id": "class", "name": "class", "field": "class"}],
    }  # fmt: skip
    nodes: list[dict[str, object]] = [
        {"id": "in", "type": "inputNode", "name": "in"},
        expressions("criteria", criteria),
        expressions("rules", rules),
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    names = [str(node["id"]) for node in nodes]
    edges = [{"id": a, "sourceId": a, "targetId": b, "type": "edge"} for a, b in pairwise(names)]
    return json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges})


@pytest.mark.parametrize("ruleset", RULES.rulesets, ids=lambda ruleset: ruleset.name)
def test_all_three_agree_and_explaining_costs_less_than_deciding_in_a_general_engine(
    ruleset: Ruleset,
) -> None:
    zen = pytest.importorskip("zen")
    decision = zen.ZenEngine().create_decision(zen_model(ruleset))
    plain = BY_NAME[ruleset.name]

    def by_zen(sheet: dict[str, Answer]) -> str:
        return str(decision.evaluate(sheet)["result"]["class"])

    whole = [*sheets(700, 0, 0.9), *sheets(300, 0, 0.4, seed=2)]
    half = sheets(1_000, 0.5, 0.8, seed=3)
    for sheet in whole:
        assert (plain(sheet),) == possible_classes(sheet, ruleset)
        assert by_zen(sheet) == plain(sheet)
    rows = [
        ("volledig: nested ifs, alleen de klasse", rate(plain, whole)),
        ("volledig: zen-engine, alleen de klasse", rate(by_zen, whole)),
        ("volledig: alleen de mogelijke klassen", rate(lambda one: possible_classes(one, ruleset), whole)),
        ("volledig: met alle redenen", rate(lambda one: classify(one, ruleset, most=0), whole)),
        ("volledig: met redenen en wijzigingen", rate(lambda one: classify(one, ruleset), whole)),
        (
            "half onbekend: alleen de mogelijke klassen",
            rate(lambda one: possible_classes(one, ruleset), half),
        ),
        ("half onbekend: redenen en settle", rate(lambda one: classify(one, ruleset, most=0), half)),
        ("half onbekend: redenen, settle, wijzigingen", rate(lambda one: classify(one, ruleset), half)),
        ("niets bekend: alles", rate(lambda one: classify(one, ruleset), [{}] * 200)),
        ("duiding, half onbekend", rate(lambda one: describe(one, RULES.duiding), half)),
        ("opdracht classify, volledig: JSON erin, JSON eruit", told(whole, ruleset)),
        ("opdracht classify, half onbekend: JSON erin, JSON eruit", told(half, ruleset)),
    ]
    print(f"\n{ruleset.name}: lijsten per processorseconde")
    for name, speed in rows:
        print(f"  {name:<56}{speed:>12,.0f}")
    speeds = dict(rows)
    assert speeds["volledig: met alle redenen"] > speeds["volledig: zen-engine, alleen de klasse"]


def test_a_city_of_the_national_size_is_judged_again_under_a_new_ruleset() -> None:
    groups = [*sheets(1_200, 0.3, 0.8), *sheets(560, 0.0, 0.9, seed=9)]
    old, new = RULES.rulesets
    start = time.process_time()
    before = [possible_classes(sheet, old) for sheet in groups]
    after = [classify(sheet, new, most=0).possible for sheet in groups]
    took = time.process_time() - start
    changed = sum(a != b for a, b in zip(before, after, strict=True))
    print(f"\n1.760 groepen opnieuw beoordeeld met redenen: {took:.2f} s processortijd, {changed} veranderen")
    assert 0 < changed < len(groups)
