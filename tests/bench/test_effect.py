"""How often the 95 % intervals of before, during and after hold the truth, over a thousand simulated groups each."""

from itertools import product

import numpy as np
import pytest

from shortlist.deploying.effect.rates import Stretch, rate_ratio, ratio_of_ratios

pytestmark = pytest.mark.bench
RUNS = 1000
LEAST = 3
"""With fewer sightings expected in a period the intervals are wider than they need be; they never promise too much."""


def coverage(
    rate: float, truth: float, hours: float, season: float, comparison: float, *, seed: int
) -> tuple[float, float]:
    """Return the share of intervals that hold the truth: without and with a comparison that carries the season."""
    random = np.random.default_rng(seed)
    raw = adjusted = 0
    for _ in range(RUNS):
        before = Stretch(int(random.poisson(rate * 8)), 8.0)
        during = Stretch(int(random.poisson(rate * truth * season * hours)), hours)
        rest_before = Stretch(int(random.poisson(comparison * 8)), 8.0)
        rest_during = Stretch(int(random.poisson(comparison * season * hours)), hours)
        found = rate_ratio(before, during)
        raw += found is None or found.low <= truth * season <= found.high
        found = ratio_of_ratios(before, during, rest_before, rest_during)
        adjusted += found is None or found.low <= truth <= found.high
    return raw / RUNS, adjusted / RUNS


def test_92_to_98_per_cent_of_the_intervals_hold_the_truth() -> None:
    shares: list[float] = []
    usual: list[float] = []
    cases = product((1.0, 2.5), (0.4, 1.0, 1.6), (4.0, 12.0), (0.7, 1.3))
    for seed, (rate, truth, hours, season) in enumerate(cases):
        raw, adjusted = coverage(rate, truth, hours, season, 12.0, seed=seed)
        print(f"rate {rate} truth {truth} hours {hours} season {season}: {raw:.3f} {adjusted:.3f}")
        shares += [raw, adjusted]
        if rate * truth * season * hours >= LEAST:
            usual += [raw, adjusted]
    lowest, highest = min(shares), max(shares)
    print(f"{len(shares)} shares of {RUNS}: {lowest:.3f} to {highest:.3f}, mean {np.mean(shares):.3f}")
    assert lowest >= 0.92
    print(
        f"{len(usual)} of them with {LEAST} or more sightings expected: {min(usual):.3f} to {max(usual):.3f}"
    )
    assert max(usual) <= 0.98
