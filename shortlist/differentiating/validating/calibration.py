"""How well readings agree with people who had not seen them: a table, and chances beside what was found later.

Counts of a whole city only. What concerns fewer members than the smallest cell is not told (``validation`` in
``rules/member-reading.yaml``); intervals are Wilson's (1927), which stay within 0 and 1 for small numbers.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types


@dataclass(frozen=True, slots=True)
class ValidationRules:
    """The part ``validation`` of ``rules/member-reading.yaml``."""

    smallest_cell: int
    """A number of members below this is not told."""
    least_pairs: int
    """With fewer pairs nothing is computed."""
    least_groups: int
    """In fewer groups there is no measure of agreement: its margin is drawn over groups."""
    bins: tuple[float, ...]
    """Edges from 0 to 1, rising."""
    weeks: int
    """So long after a reading a role counts that was set blind."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One chance of core that a reading gave, and whether a person who had not seen it said core."""

    chance: float
    core: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Chances from ``low`` up to ``high``; nothing is told about fewer members than the smallest cell."""

    low: float
    high: float
    n: int | None
    """How many members; None = too few to tell."""
    said: float | None = None
    """Mean chance."""
    found: float | None = None
    """Share that a person called core."""
    interval: tuple[float, float] | None = None
    """Of ``found``, 95 %."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Chances beside what people said."""

    bins: tuple[Bin, ...]
    enough: bool
    """Whether there were enough pairs to tell anything; if not, every bin is empty."""

    @property
    def n(self) -> int:
        """How many members stand in the bins that are told."""
        return sum(one.n or 0 for one in self.bins)


@dataclass(frozen=True, slots=True)
class CrossTable:
    """How often own views (rows) went with readings (columns); None = too few to tell."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], int | None]


def validation_rules(data: Mapping[str, Any]) -> ValidationRules:
    """Read the rules from the contents of a ``member-reading`` file that its JSON Schema accepted."""
    part = {name: value for name, value in data["validation"].items() if name != "because"}
    return ValidationRules(**part | {"bins": tuple(sorted({0.0, 1.0, *map(float, part["bins"])}))})


def calibrate(judged: Sequence[Judged], rules: ValidationRules) -> Calibration:
    """Return per bin how often people said core; a chance on an edge falls in the higher bin, 1 in the last."""
    enough = len(judged) >= rules.least_pairs
    edges = list(zip(rules.bins, rules.bins[1:], strict=False))
    bins = []
    for low, high in edges:
        inside = [one for one in judged if low <= one.chance < high or one.chance == high == 1]
        bins.append(_bin(low, high, inside if enough else [], rules.smallest_cell))
    return Calibration(tuple(bins), enough)


def _bin(low: float, high: float, inside: Sequence[Judged], smallest: int) -> Bin:
    n = len(inside)
    if n < smallest:
        return Bin(low, high, None)
    core = sum(one.core for one in inside)
    found = stats.binomtest(core, n).proportion_ci(0.95, method="wilson")
    return Bin(
        low,
        high,
        n,
        sum(one.chance for one in inside) / n,
        core / n,
        (float(found.low), float(found.high)),
    )


def cross_table(
    pairs: Iterable[tuple[str, str]], rows: Sequence[str], columns: Sequence[str], rules: ValidationRules
) -> CrossTable:
    """Return how often each own view went with each reading; small numbers are left out, zeros too.

    A zero among small numbers would tell that they are all elsewhere. Show no exact totals beside the table,
    so that what is left out cannot be computed from the rest.
    """
    counts = Counter(pairs)
    cells = {
        (row, column): n if (n := counts[row, column]) >= rules.smallest_cell else None
        for row in rows
        for column in columns
    }
    return CrossTable(tuple(rows), tuple(columns), cells)
