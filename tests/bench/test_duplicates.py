"""What finding duplicates costs among the members of a whole country, and how often a difference is found.

Run with ``pytest -m bench -s tests/bench/test_duplicates.py`` to see the figures of docs/figures.md.
"""

import random
import time
from collections import defaultdict
from pathlib import Path
from uuid import UUID

import pytest
import yaml

from shortlist.differentiating.duplicates.duplicate_files import load_duplicate_rules
from shortlist.differentiating.duplicates.pairing import person_pairs
from shortlist.differentiating.duplicates.sounding import likeness, sound
from shortlist.differentiating.fairness.disagreement import analyse
from shortlist.differentiating.fairness.disagreement_files import load_bias_rules
from tests.core.compared import table

pytestmark = pytest.mark.bench

RULES = load_duplicate_rules()
BIAS = load_bias_rules()
PAIRS = yaml.safe_load((Path(__file__).parents[1] / "core" / "name_pairs.yaml").read_text(encoding="utf-8"))


def test_among_30_000_members_with_1_000_noted_twice_the_pairs_are_found_in_seconds() -> None:
    drawn = random.Random(30)
    syllables = [a + b for a in "bdfhjklmnrstw" for b in ("a", "e", "i", "o", "ou", "ij", "aa", "ie")]
    names, near = {}, defaultdict(set)
    for number in range(29_000):
        who = UUID(int=number + 1)
        names[who] = ("".join(drawn.choices(syllables, k=3)).capitalize(),)
        near[who] = {UUID(int=10**6 + number // 17), UUID(int=2 * 10**6 + number // 90)}
    spellings = [pair for pair in PAIRS["same"] if alike(*pair)]
    planted = set()
    for number in range(1_000):
        one, other = UUID(int=number * 29 + 1), UUID(int=29_001 + number)
        names[one], names[other] = ((name,) for name in drawn.choice(spellings))
        near[other] = near[one]
        planted.add((one, other))
    before = time.process_time()
    found = set(person_pairs(names, near, RULES.names))
    took = time.process_time() - before
    print(f"\n30,000 members: {took:.1f} s CPU, {len(found)} pairs, {len(planted - found)} of 1,000 missed")
    assert planted <= found
    assert len(found) < 5_000
    assert took < 10


def alike(one: str, other: str) -> bool:
    return likeness(sound(one, RULES.names), sound(other, RULES.names), RULES.names) is not None


def test_names_on_the_list_that_the_rules_never_saw() -> None:
    for kind, pairs in PAIRS.items():
        print(f"{kind}: {sum(alike(*pair) for pair in pairs)} of {len(pairs)} alike")


@pytest.mark.parametrize(
    ("n", "planted", "where", "runs"),
    [
        (400, None, "plek-3", 40),
        (400, 0.6, "plek-3", 10),
        (1000, 0.45, "plek-3", 10),
        (400, 0.45, "politie", 10),
    ],
)
def test_how_often_a_difference_is_found(n: int, planted: float | None, where: str, runs: int) -> None:
    found = named = 0
    before = time.process_time()
    for seed in range(runs):
        parts = analyse(table(n, seed=seed, planted=planted, where=where), BIAS, seed=seed).clusters
        found += any(part.deviates for part in parts)
        named += any(part.deviates and any(mark.value == where for mark in part.marks) for part in parts)
    each = (time.process_time() - before) / runs
    print(f"\n{n} rows, {planted} at {where}: found {found}/{runs}, named {named}/{runs}, {each:.1f} s each")
    if planted is None:
        assert found <= 0.1 * runs
