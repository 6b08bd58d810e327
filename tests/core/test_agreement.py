"""Kappa is the textbooks' kappa, abstains when it cannot be told, and has an interval that means something."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]  # scikit-learn ships no types

from shortlist import assets
from shortlist.classifying.agreement import (
    NO_CHANCE,
    ONE_SIDED,
    Agreed,
    AgreementRules,
    Pair,
    agree,
    agree_in_clusters,
    agreement_rules,
)
from shortlist.storing.dated_yaml import read_folder

RULES = agreement_rules(read_folder(assets.RULES, ("agreement",)).of_kind("agreement")[0].data)
FEW = AgreementRules(least_pairs=1, draws=200, coverage=0.95, months=12)
SCALE = ("nooit", "soms", "vaak")
pairs = st.lists(st.tuples(st.sampled_from(SCALE), st.sampled_from(SCALE)), min_size=2, max_size=40)


def item(found: list[Pair], rules: AgreementRules = FEW) -> Agreed:
    return agree([{"lawaai": pair} for pair in found], {"lawaai": SCALE}, rules, seed=1)[1]["lawaai"]


@given(pairs)
def test_kappa_is_the_linearly_weighted_kappa_of_scikit_learn(found: list[Pair]) -> None:
    first, second = zip(*found, strict=True)
    if len({*first, *second}) == 1:
        assert item(found).abstains == NO_CHANCE
        return
    ours = item(found)
    expected = cohen_kappa_score(first, second, labels=list(SCALE), weights="linear")
    if not ours.abstains:
        assert ours.kappa == pytest.approx(expected, abs=1e-9)
    if ours.low is not None and ours.high is not None:
        assert -1 - 1e-9 <= ours.low < ours.high <= 1 + 1e-9
    assert ours.pairs == len(found)
    assert ours.same == sum(a == b for a, b in found)


@given(pairs)
def test_it_does_not_matter_who_is_named_first_or_in_which_order_rounds_stand(found: list[Pair]) -> None:
    turned = [(second, first) for first, second in found]
    ours, theirs = item(found), item(turned)
    assert (ours.pairs, ours.same, ours.abstains) == (theirs.pairs, theirs.same, theirs.abstains)
    assert ours.kappa == pytest.approx(theirs.kappa)
    back = item(found[::-1])
    if ours.kappa is not None and back.kappa is not None:
        assert ours.kappa == pytest.approx(back.kappa)


def test_two_values_of_a_scale_give_plain_kappa() -> None:
    # observed 35/50 = 0.70; by chance 25/50 · 30/50 + 25/50 · 20/50 = 0.50; so (0.70 − 0.50) / (1 − 0.50) = 0.40
    found = [("ja", "ja")] * 20 + [("ja", "nee")] * 5 + [("nee", "ja")] * 10 + [("nee", "nee")] * 15
    rounds: list[dict[str, Pair]] = [{"x": pair} for pair in found]
    got = agree(rounds, {"x": ("nee", "ja")}, RULES, seed=1)[1]["x"]
    assert got.kappa == pytest.approx(0.4)
    assert (got.pairs, got.same) == (50, 35)


def test_too_few_answers_give_no_kappa_but_a_reason() -> None:
    nine = item([("nooit", "soms"), ("vaak", "vaak"), ("soms", "soms")] * 3, RULES)
    assert nine.kappa is None
    assert nine.low is None
    assert "minder dan 10" in nine.abstains
    assert (nine.pairs, nine.same) == (9, 6)


def test_two_who_never_differed_get_no_margin_as_if_it_were_certain() -> None:
    never = item([("nooit", "nooit"), ("vaak", "vaak")] * 10, RULES)
    assert (never.kappa, never.low, never.high) == (1.0, None, None)


def test_somebody_who_always_answers_the_same_gives_no_kappa() -> None:
    assert item([("vaak", "soms"), ("vaak", "vaak")] * 10, RULES).abstains == ONE_SIDED


def test_nothing_at_all_gives_a_reason_too() -> None:
    pooled, per_item = agree([], {"lawaai": SCALE}, RULES, seed=1)
    assert pooled.abstains
    assert per_item["lawaai"] == Agreed(0, 0, abstains=per_item["lawaai"].abstains)


def test_answers_that_are_unknown_or_of_an_older_scale_do_not_count() -> None:
    found = [("nooit", "soms"), ("onbekend", "vaak"), ("geen_aanwijzing", "nooit"), ("dagelijks", "vaak")]
    assert item(found).pairs == 1


def test_over_one_item_the_pooled_kappa_is_that_item_s_own() -> None:
    found = [("nooit", "soms"), ("vaak", "vaak"), ("soms", "soms"), ("nooit", "nooit")] * 5
    pooled, per_item = agree([{"lawaai": pair} for pair in found], {"lawaai": SCALE}, RULES, seed=3)
    assert pooled == per_item["lawaai"]


def test_items_with_too_few_answers_do_not_weigh_in_the_pooled_kappa() -> None:
    rounds: list[dict[str, Pair]] = [
        {"lawaai": pair} for pair in [("nooit", "nooit"), ("vaak", "soms"), ("soms", "soms")] * 5
    ]
    alone, _ = agree(rounds, {"lawaai": SCALE, "afval": SCALE}, RULES, seed=3)
    rounds[0] = {**rounds[0], "afval": ("nooit", "vaak")}
    with_one, _ = agree(rounds, {"lawaai": SCALE, "afval": SCALE}, RULES, seed=3)
    assert with_one.kappa == alone.kappa
    assert with_one.pairs == alone.pairs + 1


def test_the_same_answers_and_seed_give_the_same_interval() -> None:
    found = [("nooit", "soms"), ("vaak", "vaak"), ("soms", "soms"), ("nooit", "nooit")] * 8
    assert item(found, RULES) == item(found, RULES)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    truth = np.array([[0.30, 0.08, 0.02], [0.06, 0.20, 0.06], [0.02, 0.08, 0.18]])
    weights = 1 - np.abs(np.subtract.outer(range(3), range(3))) / 2
    got = (truth * weights).sum()
    chance = truth.sum(axis=1) @ weights @ truth.sum(axis=0)
    kappa = (got - chance) / (1 - chance)
    cells = [(first, second) for first in SCALE for second in SCALE]
    rules = AgreementRules(least_pairs=10, draws=400, coverage=0.95, months=12)
    random = np.random.default_rng(5)
    held = 0
    for _ in range(200):
        found = [cells[cell] for cell in random.choice(9, size=80, p=truth.ravel())]
        ours = item(found, rules)
        assert ours.low is not None
        assert ours.high is not None
        held += ours.low <= kappa <= ours.high
    assert 0.88 <= held / 200 <= 0.99


@given(st.lists(pairs, min_size=1, max_size=5))
def test_in_clusters_kappa_is_that_of_all_pairs_together(clusters: list[list[Pair]]) -> None:
    found = agree_in_clusters(clusters, SCALE, FEW, seed=1)
    together = item([pair for cluster in clusters for pair in cluster])
    assert (found.pairs, found.same) == (together.pairs, together.same)
    if found.kappa is not None and together.kappa is not None:
        assert found.kappa == pytest.approx(together.kappa)


def test_the_margin_is_wider_when_whole_clusters_agree_or_differ() -> None:
    same, other = (
        [("ja", "ja"), ("nee", "nee")] * 4,
        [("ja", "nee"), ("nee", "ja"), ("ja", "ja"), ("nee", "nee")] * 2,
    )
    alike = agree_in_clusters([same, other] * 4, ("nee", "ja"), FEW, seed=1)
    apart = agree_in_clusters([[pair] for pair in (same + other) * 4], ("nee", "ja"), FEW, seed=1)
    assert alike.kappa == pytest.approx(apart.kappa)
    widths = [(one.high or 0) - (one.low or 0) for one in (alike, apart)]
    assert widths[0] > 1.5 * widths[1] > 0
