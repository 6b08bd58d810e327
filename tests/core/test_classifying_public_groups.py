"""Published groups: what officials said of a group must be among the classes that its facts leave possible."""

import json
from pathlib import Path

import pytest

from shortlist.classifying.rules_files import load_rules
from shortlist.classifying.verdict import Ruleset, classify
from tests.core.plain_beke import BY_NAME

PUBLIC = Path(__file__).parents[2].parent / "shared" / "data" / "public-groups.json"
RULES = load_rules()

needs_public = pytest.mark.skipif(not PUBLIC.is_file(), reason="../shared/data/public-groups.json ontbreekt")


@needs_public
@pytest.mark.parametrize("ruleset", RULES.rulesets, ids=lambda ruleset: ruleset.name)
def test_what_officials_said_of_a_published_group_is_still_possible(ruleset: Ruleset) -> None:
    groups = json.loads(PUBLIC.read_text(encoding="utf-8"))["groups"]
    assert len(groups) == 15
    held = 0
    for group in groups:
        answers = RULES.questionnaire.check(group["answers"], where=(group["id"],))
        verdict = classify(answers, ruleset)
        assert verdict.possible
        if group["said"]:
            held += 1
            assert set(group["said"].split(" of ")) & set(verdict.possible), group["id"]
    assert held == 7
    assert ruleset.name in BY_NAME
