"""A ruleset reads as text: every item it compares, every criterion with its source."""

import pytest

from shortlist.classifying.conditions import comparisons, named_in
from shortlist.classifying.rules_files import load_rules
from shortlist.classifying.verdict import Ruleset
from shortlist.classifying.wording import in_words

RULES = load_rules()


@pytest.mark.parametrize("ruleset", RULES.rulesets, ids=lambda ruleset: ruleset.name)
def test_every_rule_as_text_names_each_item_it_compares_and_each_criterion_with_its_source(
    ruleset: Ruleset,
) -> None:
    for rule in ruleset.rules:
        if rule.when is None:
            continue
        lines = in_words(rule.when, ruleset.criteria, RULES.questionnaire)
        told = "\n".join(line.text for line in lines)
        for _, compare in comparisons(rule.when, ruleset.criteria, rule.id):
            assert RULES.questionnaire.items[compare.item].label in told
            assert compare.wording in told
        cited = {line.text for line in lines if line.because}
        assert cited == {ruleset.criteria[name].text for name in named_in(rule.when, ruleset.criteria)}


def test_the_rule_for_crimineel_reads_as_a_person_would_write_it() -> None:
    ruleset = RULES.rulesets[0]
    when = ruleset.rules[0].when
    assert when is not None
    lines = in_words(when, ruleset.criteria, RULES.questionnaire)
    assert [(line.depth, line.text) for line in lines[:4]] == [
        (0, "alles hieronder geldt:"),
        (1, "Ten minste één ernstig feit"),
        (2, "ten minste één hiervan geldt:"),
        (
            3,
            "geweld met een wapen, inbraak, straatroof, drugshandel, afpersing, zedendelict of brandstichting: "
            "ten minste 'soms'",
        ),
    ]
    assert (3, "ten minste twee hiervan gelden:") in [(line.depth, line.text) for line in lines]
