"""The most that visits which are kept apart from each other are worth together, with teams everywhere at any time.

Visits of one group may not follow each other sooner than their own spacing and ``not_with`` allow. Who goes and how
long the way is, is left out, so the answer limits what any plan can make of these visits. It is exact, or too high
when the work is limited; never too low.

Some best plan has every start moved to the left as far as the earlier ones allow: its starts follow from the order
of the visits alone. So a best-first search (A*; P. E. Hart, N. J. Nilsson and B. Raphael, "A Formal Basis for the
Heuristic Determination of Minimum Cost Paths", IEEE Transactions SSC 4(2), 1968) adds one visit at a time, each at
its earliest start, and looks first where the worth so far and a limit on the rest is highest. What was reached later
and with no more left to make is dropped. The highest limit that is still open is valid whenever the search stops.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush

import numpy as np

from shortlist.planning.instance import Instance
from shortlist.planning.problem import Problem

NEVER = 2**60
_STEPS = 6_000
"""Starts tried for visits that belong together: some forty are the rule, a group with a dozen places needs more."""
_ALL_STEPS = 40_000
"""Starts tried for all of them: about a second at the most."""

Span = tuple[int, int]
"""Lawful starts, from the first to the last."""


@dataclass(frozen=True, slots=True)
class Coupled:
    """Visits and how far they keep away from each other: per visit its worth, wanted times and lawful starts."""

    value: tuple[float, ...]
    times: tuple[int, ...]
    spans: tuple[tuple[Span, ...], ...]
    """In order of time, without overlap."""
    apart: tuple[tuple[int, ...], ...]
    """Seconds from a start of the first visit to a later start of the second one, 0 when they are free."""


@dataclass(frozen=True, slots=True)
class Most:
    """A limit on the worth, and the starts that were tried for it; ``exact`` when it can be made without ways."""

    worth: float
    steps: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Visits of which ``sum(share * planned)`` is at most ``most`` in every lawful plan; ``unit`` is the worth of 1."""

    visits: tuple[int, ...]
    shares: tuple[float, ...]
    unit: float
    most: float


def blocks(instance: Instance) -> list[Block]:
    """Return the visits that keep away from each other more than their wanted times show; none is in two blocks."""
    a = instance.arrays
    least: list[dict[int, int]] = [{} for _ in a.value]
    for v, apart in enumerate(least):
        for c in range(int(a.clash_from[v]), int(a.clash_from[v + 1])):
            other = int(a.clash[c])
            apart[other] = max(apart.get(other, 0), int(a.clash_first[c]))
    spans = [
        merged(zip(a.slot_lo[at].tolist(), a.slot_hi[at].tolist(), strict=True))
        for at in (slice(int(b), int(e)) for b, e in zip(a.visit_slots[:-1], a.visit_slots[1:], strict=True))
    ]
    worth, times = a.value.tolist(), a.times.tolist()
    found = []
    steps = _ALL_STEPS
    for visits in linked(least, np.flatnonzero(a.value > 0).tolist()):
        together = Coupled(
            tuple(worth[v] for v in visits),
            tuple(times[v] for v in visits),
            tuple(spans[v] for v in visits),
            tuple(tuple(least[v].get(u, 0) for u in visits) for v in visits),
        )
        most = most_worth(together, most_steps=min(_STEPS, steps))
        steps -= most.steps
        if most.worth < sum(worth[v] * times[v] for v in visits) * (1 - 1e-12):
            unit = max(together.value)
            found.append(
                Block(visits, tuple(value / unit for value in together.value), unit, most.worth / unit)
            )
    return found


def linked_visits(problem: Problem) -> list[tuple[int, ...]]:
    """Return every visit in one set, together with those that it is kept apart from, directly or through others."""
    apart: list[list[int]] = [[] for _ in problem.visits]
    for rule in problem.apart:
        apart[rule.one].append(rule.other)
        apart[rule.other].append(rule.one)
    return linked(apart, range(len(problem.visits)))


def rooms(problem: Problem, asked: Sequence[tuple[int, ...]], *, steps: int = _ALL_STEPS) -> list[float]:
    """Return the most that sets of visits are worth together inside their windows, whichever team makes them.

    ``steps`` limits the work; what is left then counts as if nothing kept it apart.
    """
    gaps: dict[tuple[int, int], int] = {}
    for apart in problem.apart:
        for pair in ((apart.one, apart.other), (apart.other, apart.one)):
            gaps[pair] = max(gaps.get(pair, 0), problem.visits[pair[0]].service + apart.gap)
    found = []
    for numbers in asked:
        visits = [problem.visits[v] for v in numbers]
        together = Coupled(
            tuple(visit.value for visit in visits),
            tuple(visit.times for visit in visits),
            tuple(
                merged(
                    (w.start, w.end - visit.service)
                    for w in visit.windows
                    if w.start < problem.end and w.end - w.start >= visit.service
                )
                for visit in visits
            ),
            tuple(
                tuple(
                    problem.visits[v].service + problem.visits[v].gap if u == v else gaps.get((v, u), 0)
                    for u in numbers
                )
                for v in numbers
            ),
        )
        most = most_worth(together, most_steps=min(_STEPS, steps))
        steps -= most.steps
        found.append(most.worth)
    return found


def linked(apart: Sequence[Iterable[int]], visits: Sequence[int]) -> list[tuple[int, ...]]:
    """Return the sets of visits that are linked, directly or through others."""
    left = set(visits)
    found = []
    for first in visits:
        if first not in left:
            continue
        left.remove(first)
        together = [first]
        for one in together:
            more = [other for other in apart[one] if other in left]
            left.difference_update(more)
            together += more
        found.append(tuple(sorted(together)))
    return found


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return stretches of whole seconds in order, those that overlap or touch as one."""
    line: list[Span] = []
    for lo, hi in sorted(spans):
        if line and lo <= line[-1][1] + 1:
            line[-1] = line[-1][0], max(line[-1][1], hi)
        else:
            line.append((lo, hi))
    return tuple(line)


def most_apart(spans: Sequence[Span], gap: int) -> int:
    """Return how many starts at least ``gap`` apart fit in stretches (lo, hi); the earliest first is best."""
    count, free = 0, -NEVER
    while True:
        starts = [max(lo, free) for lo, hi in spans if max(lo, free) <= hi]
        if not starts:
            return count
        count += 1
        free = min(starts) + gap


@lru_cache(maxsize=10_000)
def most_worth(coupled: Coupled, *, most_steps: int) -> Most:
    """Return the most that the visits are worth together, exact unless ``most_steps`` starts are too few."""
    return _Search(coupled).run(most_steps)


class _Search:
    def __init__(self, coupled: Coupled) -> None:
        self.coupled = coupled
        self.count = len(coupled.times)
        self._ends = [[hi for _, hi in line] for line in coupled.spans]
        self._cliques = self._tight()
        self._fits: dict[tuple[int, int], int] = {}

    def run(self, most_steps: int) -> Most:
        c = self.coupled
        left = c.times
        free = tuple(self._next(i, -NEVER) for i in range(self.count))
        heap = [(-self._rest(left, free), 0.0, 0, left, free)]
        reached: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
        pushed = steps = 0
        while True:
            limit, worth, _, left, free = heappop(heap)
            if limit >= worth:
                return Most(-worth, steps, exact=True)
            if steps >= most_steps:
                return Most(-limit, steps, exact=False)
            for i in range(self.count):
                at = free[i]
                if at == NEVER:
                    continue
                steps += 1
                less = (*left[:i], left[i] - 1, *left[i + 1 :])
                apart = c.apart[i]
                then = tuple(
                    NEVER
                    if not less[j]
                    else free[j]
                    if free[j] >= at + apart[j]
                    else self._next(j, at + apart[j])
                    for j in range(self.count)
                )
                known = reached.setdefault(less, [])
                if any(all(a <= b for a, b in zip(one, then, strict=True)) for one in known):
                    continue
                known[:] = [one for one in known if not all(a <= b for a, b in zip(then, one, strict=True))]
                known.append(then)
                pushed += 1
                made = worth - c.value[i]
                heappush(heap, (max(limit, made - self._rest(less, then)), made, pushed, less, then))

    def _next(self, i: int, at: int) -> int:
        """Return the first lawful start of a visit from ``at`` on."""
        k = bisect_left(self._ends[i], at)
        return max(at, self.coupled.spans[i][k][0]) if k < len(self._ends[i]) else NEVER

    def _tight(self) -> list[tuple[int, ...]]:
        """Split the visits into sets of which any two starts lie far apart."""
        c = self.coupled
        found: list[list[int]] = []
        for i in range(self.count):
            for clique in found:
                if all(
                    2 * min(c.apart[i][j], c.apart[j][i]) >= max(c.apart[i][i], c.apart[j][j]) > 0
                    for j in clique
                ):
                    clique.append(i)
                    break
            else:
                found.append([i])
        return [tuple(sorted(clique, key=lambda i: -c.value[i])) for clique in found]

    def _rest(self, left: Sequence[int], free: Sequence[int]) -> float:
        """Return a limit on what can still be made: the most valuable of what fits in each set."""
        total = 0.0
        for clique in self._cliques:
            open_now = [i for i in clique if free[i] < NEVER]
            if not open_now:
                continue
            count = self._fit(open_now, min(free[i] for i in open_now))
            for i in open_now:
                made = min(count, left[i])
                total += made * self.coupled.value[i]
                count -= made
        return total

    def _fit(self, visits: Sequence[int], at: int) -> int:
        """Return how many starts of a set of visits fit from ``at`` on."""
        mask = sum(1 << i for i in visits)
        found = self._fits.get((mask, at))
        if found is None:
            c = self.coupled
            gap = min(c.apart[i][j] for i in visits for j in visits)
            if gap <= 0:
                found = NEVER
            else:
                found = most_apart(
                    [(max(lo, at), hi) for i in visits for lo, hi in c.spans[i] if hi >= at], gap
                )
            self._fits[mask, at] = found
        return found
