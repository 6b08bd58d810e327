"""Before, during and after: the intervals, the periods, what is said and never said."""

import math
import re
from datetime import date, timedelta
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from shortlist.deploying.effect.phases import (
    AFTER,
    BEFORE,
    CHOICES,
    DURING,
    HALVE,
    PHYSICAL,
    REPORTS,
    SIGHTINGS,
    STOP,
    STRUCTURAL,
    Effect,
    EffectRules,
    Look,
    comes_back,
    episodes,
    phases,
    read_effect,
    suggestions,
)
from shortlist.deploying.effect.rates import Estimate, Stretch, rate_ratio, ratio_of_ratios
from shortlist.deploying.effect.telling import CAUTION, said
from shortlist.deploying.tables import ReviewChoice

RULES = EffectRules(8, 8, 28, 500, 4, 4, 2, 8, 0.95)
TODAY = date(2026, 11, 23)
counts = st.integers(0, 60)
exposures = st.floats(0.5, 50)


# --- intervals ---


def mid_p(weights: np.ndarray, place: int) -> tuple[float, float]:
    """Return P(X < x) + P(X = x)/2 and P(X > x) + P(X = x)/2 by plain summing."""
    return float(weights[:place].sum() + weights[place] / 2), float(
        weights[place + 1 :].sum() + weights[place] / 2
    )


@settings(deadline=None)
@given(counts, counts, exposures, exposures)
def test_each_limit_of_a_rate_ratio_leaves_half_of_the_chance_that_is_left(
    first: int, second: int, t1: float, t2: float
) -> None:
    """Held against scipy's binomial distribution at the limits, by the definition of mid-P."""
    found = rate_ratio(Stretch(first, t1), Stretch(second, t2))
    whole = first + second
    if whole == 0:
        assert found is None
        return
    assert found is not None
    assert found.low <= found.ratio <= found.high
    for limit, side in ((found.low, 1), (found.high, 0)):
        if limit in (0.0, math.inf):
            assert second == (0 if limit == 0 else whole)
            continue
        share = limit * t2 / (limit * t2 + t1)
        weights = stats.binom.pmf(np.arange(whole + 1), whole, share)
        assert mid_p(weights, second)[side] == pytest.approx(0.025, abs=1e-6)


@settings(deadline=None)
@given(st.integers(0, 25), st.integers(0, 25), st.integers(0, 40), st.integers(0, 40), exposures, exposures)
def test_each_limit_of_a_ratio_of_ratios_does_so_too(
    a: int, b: int, c: int, d: int, t1: float, t2: float
) -> None:
    """Held against scipy's noncentral hypergeometric distribution (Fisher's) at the limits."""
    found = ratio_of_ratios(Stretch(a, t1), Stretch(b, t2), Stretch(c, 3.0), Stretch(d, 5.0))
    low, high = max(0, b + d - (c + d)), min(a + b, b + d)
    if high <= low:
        assert found is None
        return
    if found is None:  # 0 / 0: the ratio itself has no value
        assert b * c == a * d == 0
        return
    scale = (t1 * 5.0) / (t2 * 3.0)
    support = np.arange(low, high + 1)
    for limit, side in ((found.low, 1), (found.high, 0)):
        odds = limit / scale
        if limit in (0.0, math.inf) or not 1e-9 < odds < 1e9:
            continue
        weights = stats.nchypergeom_fisher.pmf(support, a + b + c + d, b + d, a + b, odds)
        assert mid_p(weights, b - low)[side] == pytest.approx(0.025, abs=1e-5)


def test_a_mid_p_interval_lies_within_the_exact_one_of_scipy() -> None:
    for a, b, c, d in ((12, 5, 30, 33), (4, 9, 20, 8), (7, 0, 15, 16), (20, 18, 11, 3)):
        found = ratio_of_ratios(Stretch(a, 1.0), Stretch(b, 1.0), Stretch(c, 1.0), Stretch(d, 1.0))
        exact = stats.contingency.odds_ratio([[b, a], [d, c]]).confidence_interval(0.95)
        assert found is not None
        assert exact.low <= found.low
        assert found.high <= exact.high


def test_doubling_the_effort_for_the_same_count_halves_the_rate() -> None:
    found = rate_ratio(Stretch(10, 8.0), Stretch(10, 16.0))
    assert found is not None
    assert found.ratio == pytest.approx(0.5)


def test_a_season_that_changes_everybody_alike_is_no_change() -> None:
    found = ratio_of_ratios(Stretch(20, 10.0), Stretch(10, 10.0), Stretch(200, 100.0), Stretch(100, 100.0))
    assert found is not None
    assert found.ratio == pytest.approx(1.0)
    raw = rate_ratio(Stretch(20, 10.0), Stretch(10, 10.0))
    assert raw is not None
    assert raw.ratio == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("before", "during", "comparison"), [(2.0, 1.0, None), (1.5, 1.5, 0.7), (0.8, 0.3, 1.2)]
)
def test_of_the_95_per_cent_intervals_92_to_98_per_cent_hold_the_truth(
    before: float, during: float, comparison: float | None
) -> None:
    random = np.random.default_rng(2026)
    season = comparison or 1.0
    held, runs = 0, 400
    for _ in range(runs):
        own = (
            Stretch(int(random.poisson(before * 8)), 8.0),
            Stretch(int(random.poisson(during * season * 6)), 6.0),
        )
        rest = (Stretch(int(random.poisson(80)), 8.0), Stretch(int(random.poisson(60 * season)), 6.0))
        found = rate_ratio(*own) if comparison is None else ratio_of_ratios(*own, *rest)
        held += found is None or found.low <= during / before <= found.high
    assert 0.92 <= held / runs <= 0.98


# --- periods ---


def test_a_pause_longer_than_the_rules_begins_a_new_episode() -> None:
    days = [TODAY - timedelta(days=n) for n in (100, 90, 72, 20, 8)]
    found = episodes([(day, 15) for day in days], RULES, TODAY)
    assert [(one.visits, one.running) for one in found] == [(3, False), (2, True)]
    assert found[0].last == TODAY - timedelta(days=72)


@given(st.lists(st.integers(0, 300), min_size=1, max_size=30))
def test_every_visit_lies_in_one_episode_and_periods_never_overlap(ago: list[int]) -> None:
    visits = [(TODAY - timedelta(days=days), 10) for days in ago]
    found = episodes(visits, RULES, TODAY)
    assert sum(one.visits for one in found) == len(visits)
    earlier = None
    for one in found:
        parts = phases(one, earlier, RULES, TODAY)
        assert all(left.end < right.start for left, right in pairwise(parts))
        assert all(part.end <= TODAY for part in parts)
        assert any(part.name == DURING for part in parts)
        if earlier is not None and parts[0].name == BEFORE:
            assert parts[0].start > earlier.last
        earlier = one


# --- reading ---


def looks(first: int, last: int, *, per_day: int = 1, seen_each: int = 1, minutes: int = 30) -> list[Look]:
    """Make observations on the days from ``first`` to ``last`` days ago; every ``seen_each``-th finds somebody."""
    found, number = [], 0
    for ago in range(first, last - 1, -1):
        for _ in range(per_day):
            number += 1
            found.append(
                Look(
                    TODAY - timedelta(days=ago),
                    True,
                    bool(seen_each) and number % seen_each == 0,
                    minutes,
                    False,
                )
            )
    return found


def reading(own: list[Look], visits: list[int], *, others: list[Look] | None = None) -> Effect:
    found = read_effect(
        [(TODAY - timedelta(days=ago), 15) for ago in visits], own, others or looks(150, 0, per_day=3, seen_each=2), [],
        moved=0, rules=RULES, today=TODAY,
    )  # fmt: skip
    assert found is not None
    return found


def test_without_deployments_there_is_nothing_to_read() -> None:
    assert read_effect([], looks(30, 0), [], [], moved=0, rules=RULES, today=TODAY) is None


def test_more_looking_during_a_deployment_is_not_taken_for_more_nuisance() -> None:
    own = looks(80, 29, seen_each=2) + looks(28, 0, per_day=3, seen_each=2)
    found = reading(own, list(range(28, -1, -2)))
    change = found.compared(SIGHTINGS, DURING)
    assert change is not None
    assert change.raw is not None
    assert not change.raw.higher
    assert change.raw.ratio == pytest.approx(1.0, abs=0.1)


def test_too_little_looking_gives_no_comparison_instead_of_a_bold_one() -> None:
    found = reading(looks(30, 28) + looks(10, 0), [10, 5, 1])
    change = found.compared(SIGHTINGS, DURING)
    assert change is not None
    assert change.raw is None
    assert "niet te vergelijken" in said(change, 0.95)


def test_what_comes_back_when_supervision_stops_is_noticed_and_asks_for_something_lasting() -> None:
    own = looks(150, 121, seen_each=1) + looks(120, 61, seen_each=6) + looks(60, 0, seen_each=1)
    found = reading(own, list(range(120, 60, -3)))
    assert not found.episode.running
    assert comes_back(found)
    assert {one.choice for one in suggestions(found, RULES, TODAY)} == {STRUCTURAL, PHYSICAL}


def test_what_stays_away_after_supervision_does_not_come_back() -> None:
    own = looks(150, 121, seen_each=1) + looks(120, 0, seen_each=6)
    found = reading(own, list(range(120, 60, -3)))
    assert not comes_back(found)
    assert suggestions(found, RULES, TODAY) == []


def test_quiet_weeks_give_reason_to_scale_down_and_none_seen_at_all_to_stop() -> None:
    busy = looks(90, 61, seen_each=1)
    few = reading(busy + looks(60, 0, per_day=1, seen_each=15), list(range(60, -1, -4)))
    assert [one.choice for one in suggestions(few, RULES, TODAY)] == [HALVE]
    none = reading(busy + looks(60, 0, seen_each=0), list(range(60, -1, -4)))
    assert [one.choice for one in suggestions(none, RULES, TODAY)] == [STOP]


def test_a_long_deployment_without_a_change_asks_for_something_else() -> None:
    found = reading(looks(150, 0, seen_each=2), list(range(70, -1, -3)))
    assert [one.choice for one in suggestions(found, RULES, TODAY)] == [PHYSICAL]


def test_nobody_looked_is_not_quiet() -> None:
    found = reading(looks(90, 61, seen_each=1), list(range(60, -1, -4)))
    assert found.quiet is None
    assert HALVE not in {one.choice for one in suggestions(found, RULES, TODAY)}


# --- words ---

CAUSAL = re.compile(
    r"dankzij|als gevolg|veroorza|zorg(de|t|en) ervoor|leid(de|t|en) tot|heeft geholpen|hielp|werkt(e)? |effectief"
    r"|effect van|resultaat van|door (de )?inzet",
    re.IGNORECASE,
)


def test_no_sentence_claims_a_cause() -> None:
    ratios = (
        Estimate(0.4, 0.2, 0.8),
        Estimate(2.0, 1.2, 4.0),
        Estimate(1.1, 0.6, 2.0),
        Estimate(math.inf, 1.5, math.inf),
    )
    own = looks(150, 121) + looks(120, 0, seen_each=3)
    shapes = [
        one
        for visits in (range(120, 60, -3), range(60, -1, -3))
        for one in reading(own, list(visits)).comparisons
    ]
    for shape, raw, season in product(shapes, (*ratios, None), (*ratios, None)):
        sentence = said(type(shape)(shape.what, shape.first, shape.second, raw, season), 0.95)
        assert not CAUSAL.search(sentence), sentence
    assert "niet waardoor" in CAUTION
    assert {one.what for one in shapes} == {SIGHTINGS, REPORTS}
    assert {one.second for one in shapes} == {DURING, AFTER}


def test_the_choices_are_those_of_the_table() -> None:
    assert set(CHOICES) == {str(one) for one in ReviewChoice}
