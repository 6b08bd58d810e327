"""Ratios of Poisson rates with mid-P intervals, with and without a comparison that carries the season.

Two counts over known exposures, given their sum, follow a binomial; four of them, given their margins, a noncentral
hypergeometric distribution. Both are one-parameter exponential families, so one search finds the limits. The mid-P
limits are close to their nominal level where the exact ones are too wide. Sources: Breslow & Day, Statistical Methods
in Cancer Research II (1987), chapter 3 (ratio of two rates); Fay, Biostatistics 11 (2010) (mid-P and exact
conditional limits); Agresti, Categorical Data Analysis (2013), section 16.6 (odds ratio given the margins).

A Poisson count supposes that sightings come independently; those of one evening do not quite, so that a true interval
is somewhat wider than the one given here.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special  # type: ignore[import-untyped]  # scipy ships no types


@dataclass(frozen=True, slots=True)
class Stretch:
    """A count over an exposure (hours looked, weeks); the exposure is above 0 when there is anything to say."""

    count: int
    exposure: float

    @property
    def rate(self) -> float | None:
        """Count per unit of exposure; None without exposure."""
        return self.count / self.exposure if self.exposure > 0 else None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A ratio with its interval; ``low`` may be 0, ``ratio`` and ``high`` may be infinite."""

    ratio: float
    low: float
    high: float

    @property
    def lower(self) -> bool:
        """Whether the whole interval lies below 1."""
        return self.high < 1

    @property
    def higher(self) -> bool:
        """Whether the whole interval lies above 1."""
        return self.low > 1


def rate_ratio(first: Stretch, second: Stretch, level: float = 0.95) -> Estimate | None:
    """Return the second rate over the first; None when an exposure is 0 or both counts are."""
    if first.exposure <= 0 or second.exposure <= 0 or first.count + second.count == 0:
        return None
    whole = first.count + second.count
    support = np.arange(whole + 1)
    low, high = _limits(second.count, support, _log_choose(whole, support), level)
    scale = first.exposure / second.exposure
    ratio = second.count / first.count * scale if first.count else math.inf
    return Estimate(ratio, low * scale, high * scale)


def ratio_of_ratios(
    first: Stretch, second: Stretch, other_first: Stretch, other_second: Stretch, level: float = 0.95
) -> Estimate | None:
    """Return how much more the rate changed than that of a comparison over the same two periods.

    1 means: just as the comparison. None when an exposure is 0 or the margins leave nothing to learn.
    """
    four = (first, second, other_first, other_second)
    if any(one.exposure <= 0 for one in four):
        return None
    ours, theirs = first.count + second.count, other_first.count + other_second.count
    late = second.count + other_second.count
    support = np.arange(max(0, late - theirs), min(ours, late) + 1)
    if len(support) < 2:
        return None
    weights = _log_choose(ours, support) + _log_choose(theirs, late - support)
    low, high = _limits(second.count, support, weights, level)
    scale = (first.exposure * other_second.exposure) / (second.exposure * other_first.exposure)
    top, bottom = second.count * other_first.count, first.count * other_second.count
    ratio = top / bottom * scale if bottom else (math.inf if top else math.nan)
    return None if math.isnan(ratio) else Estimate(ratio, low * scale, high * scale)


def _log_choose(whole: int, part: NDArray[np.int64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = (
        special.gammaln(whole + 1) - special.gammaln(part + 1) - special.gammaln(whole - part + 1)
    )
    return found


_WIDEST = 60.0
"""Logarithm of the largest odds that are looked for; counts of millions stay far below."""


def _limits(
    seen: int, support: NDArray[np.int64], weights: NDArray[np.float64], level: float
) -> tuple[float, float]:
    """Return the mid-P limits of the odds; ``weights`` are the log probabilities at odds 1, up to a constant."""
    half = (1 - level) / 2
    place = int(seen - support[0])

    def below(theta: float) -> float:
        """Return P(X < seen) + P(X = seen) / 2 at log odds theta."""
        logs = weights + theta * support
        chances = np.exp(logs - logs.max())
        chances /= chances.sum()
        return float(chances[:place].sum() + chances[place] / 2)

    low = 0.0 if place == 0 else math.exp(_root(lambda theta: 1 - below(theta) - half))
    high = math.inf if place == len(support) - 1 else math.exp(_root(lambda theta: below(theta) - half))
    return low, high


def _root(function: Callable[[float], float]) -> float:
    found: float = optimize.brentq(function, -_WIDEST, _WIDEST, xtol=1e-10)
    return found
