"""Prices that fit all parts together: one small master problem over the routes that the parts and ``crossing`` found.

Parts that are solved apart price a visit near a cut as if only their own teams could make it. Here all known routes,
also those that cross a cut, compete in one linear program (HiGHS); its prices go back to ``crossing``, which finds a
lower bound and new routes, and so on: column generation for the whole week with its pricing spread over the workers.
Only the prices matter, and any prices give a bound that holds, so rows that no part priced are left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import highspy
import numpy as np

from shortlist.planning.coupled import rooms
from shortlist.planning.crossing import Found, Prices, room_in_stretch
from shortlist.planning.linear_programs import rows_model
from shortlist.planning.parts import Part
from shortlist.planning.problem import Problem

_INF = highspy.kHighsInf


class Exchange:
    """The routes known so far and what they compete for."""

    def __init__(self, problem: Problem, parts: Sequence[Part], prices: Sequence[Prices]) -> None:
        self.problem, self.parts, self.prices = problem, parts, prices
        self._right: list[float] = []
        self._visit = {v: self._row(problem.visits[v].times) for part in parts for v in part.visits}
        self._window: dict[tuple[int, int], list[int]] = {}
        self._stretch: list[list[int]] = []
        self._block: list[list[int]] = []
        self._blocks_of: dict[int, list[int]] = {}
        self._group: list[dict[int, int]] = []
        self._roster: list[list[int]] = []
        self._rosters_of: list[dict[int, list[int]]] = []
        for part, own in zip(parts, prices, strict=True):
            self._add_rows(part, own)
        self._known: set[tuple[int, int, tuple[tuple[int, int], ...]]] = set()
        self._model = self._empty()

    def _row(self, right: float) -> int:
        self._right.append(float(right))
        return len(self._right) - 1

    def _add_rows(self, part: Part, own: Prices) -> None:
        sizes: dict[int, int] = {}
        for first in own.group:
            sizes[first] = sizes.get(first, 0) + 1
        self._group.append({first: self._row(size) for first, size in sizes.items()})
        self._stretch.append([])
        for windows, gap, _ in own.stretch:
            whole = [(part.visits[v], w) for v, w in windows]
            row = self._row(room_in_stretch(self.problem, whole, gap))
            self._stretch[-1].append(row)
            for key in whole:
                self._window.setdefault(key, []).append(row)
        blocks = [tuple(part.visits[v] for v in local) for local, _ in own.block]
        self._block.append([self._row(room) for room in rooms(self.problem, blocks)])
        for row, visits in zip(self._block[-1], blocks, strict=True):
            for v in visits:
                self._blocks_of.setdefault(v, []).append(row)
        rows = [self._row(len(keys) - 1) for keys, _ in own.roster]
        self._roster.append(rows)
        of: dict[int, list[int]] = {}
        for row, (keys, _) in zip(rows, own.roster, strict=True):
            for route in keys:
                of.setdefault(route, []).append(row)
        self._rosters_of.append(of)

    def _empty(self) -> Any:
        model = rows_model(np.array(self._right))
        model.setOptionValue("simplex_strategy", 4)
        return model

    def add(self, number: int, found: Iterable[Found]) -> int:
        """Add routes of a part (visits in the whole problem's numbers); return how many were new."""
        starts: list[int] = []
        index: list[int] = []
        times: list[float] = []
        value: list[float] = []
        for route, stops in found:
            first = self.prices[number].group[route]
            if (number, first, stops) in self._known:
                continue
            self._known.add((number, first, stops))
            paid = {self._group[number][first]: 1.0}
            for row in self._rosters_of[number].get(first, ()):
                paid[row] = 1.0
            for v, w in stops:
                for row in (self._visit[v], *self._window.get((v, w), ())):
                    paid[row] = paid.get(row, 0.0) + 1.0
                for row in self._blocks_of.get(v, ()):
                    paid[row] = paid.get(row, 0.0) + self.problem.visits[v].value
            starts.append(len(index))
            index += list(paid)
            times += list(paid.values())
            value.append(sum(self.problem.visits[v].value for v, _ in stops))
        if value:
            self._model.addCols(
                len(value),
                np.array(value),
                np.zeros(len(value)),
                np.full(len(value), _INF),
                len(index),
                np.array(starts, np.int32),
                np.array(index, np.int32),
                np.array(times),
            )
        return len(value)

    def solve(self, *, seconds: float | None = None) -> tuple[float, list[Prices]] | None:
        """Return the value of the linear program and its prices, per part; None when it was not solved in time."""
        if seconds is not None:
            self._model.setOptionValue("time_limit", self._model.getRunTime() + max(0.1, seconds))
        self._model.run()
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        dual = np.maximum(0.0, np.abs(np.array(self._model.getSolution().row_dual)))
        fresh = []
        for number, (part, own) in enumerate(zip(self.parts, self.prices, strict=True)):
            fresh.append(
                replace(
                    own,
                    visit=tuple(float(dual[self._visit[v]]) for v in part.visits),
                    stretch=tuple(
                        (windows, gap, float(dual[row]))
                        for (windows, gap, _), row in zip(own.stretch, self._stretch[number], strict=True)
                    ),
                    block=tuple(
                        (visits, float(dual[row]))
                        for (visits, _), row in zip(own.block, self._block[number], strict=True)
                    ),
                    roster=tuple(
                        (keys, float(dual[row]))
                        for (keys, _), row in zip(own.roster, self._roster[number], strict=True)
                    ),
                    route=tuple(float(dual[self._group[number][first]]) for first in own.group),
                )
            )
        return float(self._model.getObjectiveValue()), fresh


def between(one: Sequence[Prices], other: Sequence[Prices]) -> list[Prices]:
    """Return prices halfway: they settle sooner than those of the linear program alone (Wentges smoothing)."""

    def half(a: Sequence[float], b: Sequence[float]) -> tuple[float, ...]:
        return tuple((x + y) / 2 for x, y in zip(a, b, strict=True))

    return [
        replace(
            a,
            visit=half(a.visit, b.visit),
            stretch=tuple(
                (windows, gap, (x + y) / 2)
                for (windows, gap, x), (_, _, y) in zip(a.stretch, b.stretch, strict=True)
            ),
            block=tuple((visits, (x + y) / 2) for (visits, x), (_, y) in zip(a.block, b.block, strict=True)),
            roster=tuple((keys, (x + y) / 2) for (keys, x), (_, y) in zip(a.roster, b.roster, strict=True)),
            route=half(a.route, b.route),
        )
        for a, b in zip(one, other, strict=True)
    ]
