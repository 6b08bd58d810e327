"""Rows of the master problem that keep visits away from each other in time.

Two kinds. A *stretch* holds windows in which fewer starts fit than are wanted. A *cut* is for two windows that both
take a start, but not at any two moments: when the first start is late, the second can't be early. For a moment s,

    starts in the first window from s on + starts in the second window before s + gap <= 1

holds in every lawful plan. Windows are cut into pieces at such moments, so that a route says in which piece it comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shortlist.planning.coupled import NEVER, most_apart
from shortlist.planning.instance import Instance

_LONGEST_STRETCH = 10
_WIDTH = 1800
"""Seconds between two cuts of a window, at the least."""
_MOST_CUTS = 4
"""Most moments per pair of windows."""

Key = tuple[int, int]
"""A visit and one of its windows."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A row that holds in some windows (visit, window) together: their starts lie ``gap`` seconds apart."""

    row: int
    windows: tuple[Key, ...]
    gap: int


class Spacing:
    """All rows of spacing; makes them at the end of ``right``."""

    def __init__(self, instance: Instance, right: list[float], *, cut: bool) -> None:
        self._a, self._right = instance.arrays, right
        self.stretches: list[Stretch] = []
        self._rows: dict[Key, list[int]] = {}
        self._parts: dict[Key, list[tuple[int, int, int]]] = {}
        self._gaps = self._least_gaps()
        self._windows = [self._spans(v) for v in range(len(self._a.place))]
        own = [self._gaps[v, v][0] for v in range(len(self._a.place))]
        for v, gap in enumerate(own):
            self._clusters([v], gap - int(self._a.service[v]))
        self._apart(own)
        if cut:
            for (v, u), (before, after) in self._gaps.items():
                if v != u or self._a.times[v] > 1:
                    self._cut(v, u, before, after)

    def pieces(self, key: Key, lo: int, hi: int) -> list[tuple[int, int]]:
        """Return the pieces of a window between two lawful starts, in order."""
        cuts = {
            at for first, last, _ in self._parts.get(key, ()) for at in (first, last + 1) if lo < at <= hi
        }
        edges = [lo, *sorted(cuts), hi + 1]
        return [(edges[k], edges[k + 1] - 1) for k in range(len(edges) - 1)]

    def rows(self, key: Key, lo: int, hi: int) -> list[int]:
        """Return the rows that a start in a piece of a window pays."""
        parts = [row for first, last, row in self._parts.get(key, ()) if first <= lo and hi <= last]
        return self._rows.get(key, []) + parts

    def _least_gaps(self) -> dict[Key, tuple[int, int]]:
        """Return per pair of visits that clash the seconds from start to start, before and after the other one."""
        a = self._a
        return {
            (v, int(a.clash[c])): (int(a.clash_first[c]), int(a.clash_last[c]))
            for v in range(len(a.place))
            for c in range(a.clash_from[v], a.clash_from[v + 1])
        }

    def _spans(self, v: int) -> list[tuple[int, int, int]]:
        """Return each window of a visit as (earliest start, latest start, window), by time."""
        a = self._a
        spans: dict[int, list[int]] = {}
        for s in range(a.visit_slots[v], a.visit_slots[v + 1]):
            span = spans.setdefault(int(a.slot_window[s]), [int(a.slot_lo[s]), int(a.slot_hi[s])])
            span[0], span[1] = min(span[0], int(a.slot_lo[s])), max(span[1], int(a.slot_hi[s]))
        return sorted((lo, hi, w) for w, (lo, hi) in spans.items())

    def _clusters(self, visits: Sequence[int], gap: int) -> None:
        """Add rows for stretches of windows in which fewer occurrences fit than are wanted.

        ``visits`` is one visit, or several of which any two starts lie ``gap`` seconds apart.
        """
        times = int(self._a.times[list(visits)].sum())
        if gap <= 0 or times <= 1:
            return
        line = sorted((lo, hi, v, w) for v in visits for lo, hi, w in self._windows[v])
        fits: dict[tuple[int, int], int] = {}
        for size in range(1, len(line) + 1):
            if _LONGEST_STRETCH < size < len(line):
                continue
            for i in range(len(line) - size + 1):
                stretch = line[i : i + size]
                most = fits[i, i + size] = most_apart([(lo, hi) for lo, hi, _, _ in stretch], gap)
                split = (
                    fits.get((i, k), times) + fits.get((k, i + size), times) for k in range(i + 1, i + size)
                )
                if most < min(times, min(split, default=times)):
                    for _, _, v, w in stretch:
                        self._rows.setdefault((v, w), []).append(len(self._right))
                    self.stretches.append(
                        Stretch(len(self._right), tuple((v, w) for _, _, v, w in stretch), gap)
                    )
                    self._right.append(float(most))

    def _apart(self, own: Sequence[int]) -> None:
        """Add the same rows for visits that are kept apart from each other (``not_with``)."""
        least = {key: min(gaps) for key, gaps in self._gaps.items()}
        known: set[frozenset[int]] = set()
        for (v, u), gap in least.items():
            if u <= v:
                continue
            together = [v, u]
            for other in range(len(own)):
                if other not in together and all(least.get((one, other), 0) >= gap for one in together):
                    together.append(other)
            if frozenset(together) not in known:
                known.add(frozenset(together))
                self._clusters(together, min(gap, *(own[one] for one in together)))

    def _cut(self, v: int, u: int, before: int, after: int) -> None:
        """Cut windows of ``v`` and ``u``: ``v`` starts ``before`` seconds before ``u``, or ``after`` after it."""
        for lo, hi, w in self._windows[v]:
            for low, high, x in self._windows[u]:
                fits_so, never_the_other_way = lo + before <= high, low + after > hi
                if (v, w) == (u, x) or not fits_so or not never_the_other_way or hi + before <= low:
                    continue
                for at in _moments(lo, hi, low - before, high - before):
                    late, early = (at, NEVER), (-NEVER, at + before - 1)
                    if hi - at >= self._gaps[v, v][0] or early[1] - low >= self._gaps[u, u][0]:
                        continue  # one window may take several of these
                    self._parts.setdefault((v, w), []).append((*late, len(self._right)))
                    self._parts.setdefault((u, x), []).append((*early, len(self._right)))
                    self._right.append(1.0)


def _moments(lo: int, hi: int, low: int, high: int) -> list[int]:
    """Return moments at which a window of starts is cut that lies next to another, moved back by the gap."""
    first, last = max(lo, low), min(hi, high) + 1
    count = min(_MOST_CUTS, max(1, (last - first) // _WIDTH))
    line = np.linspace(first, last, count + 1).round().astype(int).tolist()
    # At its first moment a cut says something only when all of the first window is late, at its last when all of
    # the second is early.
    return [at for at in dict.fromkeys(line) if low < at <= hi and lo <= at <= high + 1]
