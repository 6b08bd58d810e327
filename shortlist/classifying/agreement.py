"""How far two professions agree: Cohen's kappa per item and over all items, with an interval, or a reason why not.

Kappa (Cohen 1960) is the agreement beyond what two people with these habits of answering would reach by chance;
on an ordered scale it is weighted linearly, so that *soms* against *vaak* is a smaller difference than *nooit*
against *vaak* (Cohen 1968). Over several items the observed and the expected agreement are averaged before they
are divided (pooled kappa: De Vries, Elliott, Kanouse & Teleki 2008, Field Methods 20(3)). The interval is a
percentile bootstrap over whole rounds, because the answers within one round hang together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Pair = tuple[str, str]
"""What the first and what the second answered."""

ONE_SIDED = "een van beiden gaf steeds hetzelfde antwoord: kappa zegt dan niets"
NO_CHANCE = "allen gaven steeds hetzelfde antwoord: toeval is niet uit te sluiten"
UNSTEADY = "de antwoorden verschillen te weinig voor een betrouwbare marge"
_MOST_UNDEFINED = 0.05
"""Share of draws without a kappa above which no interval is given."""
_NO_WIDTH = 1e-9


@dataclass(frozen=True, slots=True)
class AgreementRules:
    """When a kappa is given, and how its interval is drawn."""

    least_pairs: int
    """Fewer answers of both than this: no kappa."""
    draws: int
    coverage: float
    """Share of the draws within the interval, 0-1."""
    months: int
    """How far back the page looks by default."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far two agree on one item or on many."""

    pairs: int
    """Answers that both knew."""
    same: int
    """How many of these were equal."""
    kappa: float | None = None
    low: float | None = None
    high: float | None = None
    """The margin; None without a kappa, and when the two never differed: then no draw can differ either."""
    abstains: str = ""
    """Why there is no kappa (Dutch); empty when there is one."""


def agreement_rules(data: Mapping[str, Any]) -> AgreementRules:
    """Read the rules from the contents of a file that its JSON Schema accepted."""
    return AgreementRules(**{name: one["value"] for name, one in data["parameters"].items()})


def agree(
    rounds: Sequence[Mapping[str, Pair]],
    scales: Mapping[str, Sequence[str]],
    rules: AgreementRules,
    *,
    seed: int,
) -> tuple[Agreed, dict[str, Agreed]]:
    """Return the agreement over all items together and per item of ``scales``, in its order.

    ``rounds`` holds per round, by item, what the two answered; items that either did not know are absent, words
    outside an item's scale do not count. ``scales`` gives each item's values low to high, at least two. The same
    input and ``seed`` give the same intervals.
    """
    tables = {item: _tables(rounds, item, values) for item, values in scales.items()}
    draws = _draws(len(rounds), rules.draws, seed)
    per_item: dict[str, Agreed] = {}
    observed, expected, used = [], [], []
    for item, table in tables.items():
        size = len(scales[item])
        got, chance = _shares(draws @ table, size)
        per_item[item] = _agreed(table.sum(axis=0), size, got, chance, rules)
        if table.sum() >= rules.least_pairs:
            observed.append(got)
            expected.append(chance)
            used.append(item)
    return _pooled(tables, scales, used, observed, expected, rules), per_item


def agree_in_clusters(
    clusters: Sequence[Sequence[Pair]], values: Sequence[str], rules: AgreementRules, *, seed: int
) -> Agreed:
    """Return the agreement on one question that was asked many times in each cluster, such as of every group member.

    ``values`` run low to high, at least two; words outside them do not count. The interval draws whole clusters,
    because the answers within one hang together.
    """
    place = {value: number for number, value in enumerate(values)}
    table = np.zeros((len(clusters), len(values) ** 2))
    for row, pairs in enumerate(clusters):
        for first, second in pairs:
            if first in place and second in place:
                table[row, place[first] * len(values) + place[second]] += 1
    got, chance = _shares(_draws(len(clusters), rules.draws, seed) @ table, len(values))
    return _agreed(table.sum(axis=0), len(values), got, chance, rules)


def _pooled(
    tables: Mapping[str, Floats],
    scales: Mapping[str, Sequence[str]],
    used: Sequence[str],
    observed: Sequence[Floats],
    expected: Sequence[Floats],
    rules: AgreementRules,
) -> Agreed:
    """Average over the items that carry a kappa of their own; draws in which an item has no pair leave it out."""
    pairs = sum(round(float(table.sum())) for table in tables.values())
    same = sum(_same(tables[item].sum(axis=0), len(scales[item])) for item in tables)
    if not used:
        return Agreed(
            pairs, same, abstains=f"geen enkele vraag wisten beiden in minstens {rules.least_pairs} rondes"
        )
    got, chance = np.array(observed), np.array(expected)
    counts = (~np.isnan(got)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_got, mean_chance = np.nansum(got, axis=0) / counts, np.nansum(chance, axis=0) / counts
    return _told(pairs, same, mean_got, mean_chance, rules)


def _agreed(whole: Floats, size: int, got: Floats, chance: Floats, rules: AgreementRules) -> Agreed:
    pairs, same = round(float(whole.sum())), _same(whole, size)
    if pairs < rules.least_pairs:
        return Agreed(pairs, same, abstains=f"minder dan {rules.least_pairs} antwoorden die beiden wisten")
    return _told(pairs, same, got, chance, rules)


def _told(pairs: int, same: int, got: Floats, chance: Floats, rules: AgreementRules) -> Agreed:
    """Return kappa and interval; the first draw is the sample itself."""
    with np.errstate(invalid="ignore", divide="ignore"):
        kappas = np.where(chance < 1, (got - chance) / (1 - chance), np.nan)
    if np.isnan(kappas[0]):
        return Agreed(pairs, same, abstains=NO_CHANCE)
    drawn = kappas[1:]
    defined = drawn[~np.isnan(drawn)]
    if len(defined) < (1 - _MOST_UNDEFINED) * len(drawn):
        return Agreed(pairs, same, abstains=UNSTEADY)
    tail = (1 - rules.coverage) / 2
    low, high = np.quantile(defined, (tail, 1 - tail))
    if high - low < _NO_WIDTH:
        return Agreed(pairs, same, 1.0) if same == pairs else Agreed(pairs, same, abstains=ONE_SIDED)
    return Agreed(pairs, same, float(kappas[0]), float(low), float(high))


def _tables(rounds: Sequence[Mapping[str, Pair]], item: str, values: Sequence[str]) -> Floats:
    """Return per round which cell of the item's square table its pair falls in: (rounds, values²) of 0 and 1."""
    place = {value: number for number, value in enumerate(values)}
    table = np.zeros((len(rounds), len(values) ** 2))
    for row, answers in enumerate(rounds):
        first, second = answers.get(item, ("", ""))
        if first in place and second in place:
            table[row, place[first] * len(values) + place[second]] = 1
    return table


def _draws(rounds: int, draws: int, seed: int) -> Floats:
    """Return how often each round counts: once in the first row, drawn with replacement in the others."""
    whole = np.ones((1, rounds))
    if not rounds:
        return whole
    random = np.random.default_rng(seed)
    drawn = random.multinomial(rounds, np.full(rounds, 1 / rounds), size=draws)
    return np.vstack((whole, drawn.astype(np.float64)))


def _shares(counts: Floats, size: int) -> tuple[Floats, Floats]:
    """Return the weighted agreement that was observed and that chance would give, per draw; NaN without pairs.

    ``counts`` has shape (draws, size²).
    """
    square = counts.reshape(-1, size, size)
    total = square.sum(axis=(1, 2), keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = square / total
    step = np.arange(size)
    weights = 1 - np.abs(step[:, None] - step[None, :]) / (size - 1)
    got = (share * weights).sum(axis=(1, 2))
    chance = np.einsum("di,ij,dj->d", share.sum(axis=2), weights, share.sum(axis=1))
    return got, chance


def _same(whole: Floats, size: int) -> int:
    return round(float(np.trace(whole.reshape(size, size))))
