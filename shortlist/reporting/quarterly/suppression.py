"""Hiding small numbers so that nobody can compute them back from what is left, totals included.

A table of counts has its totals per row and column. Every number below the threshold is hidden (also zero: else a
hidden number would be known to be at least one). Then, one by one, further numbers are hidden until each hidden number
could still be any of several values, given everything that is shown and that no count is negative. Hiding more only
widens that choice, so a number once safe stays safe.
Source: Hundepool e.a., Statistical Disclosure Control (Wiley, 2012), on secondary suppression audited by linear
programming; the choice of the next number to hide is a simple greedy one of our own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog  # type: ignore[import-untyped]  # it has no types of its own

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Counts:
    """A table of counts: rows × columns, without totals."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[int, ...], ...]

    def with_totals(self) -> list[list[int]]:
        """Return the values with a last column and a last row of totals."""
        table = [[*row, sum(row)] for row in self.values]
        return [*table, [sum(row[c] for row in table) for c in range(len(self.columns) + 1)]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as it may be shown, totals last; None is hidden."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[int | None, ...], ...]

    @property
    def hidden(self) -> int:
        """How many numbers are hidden."""
        return sum(value is None for row in self.values for value in row)


def protect(counts: Counts, *, threshold: int, width: int) -> Shown:
    """Hide numbers until none below ``threshold`` can be computed to within ``width`` units.

    Each hidden number keeps a range of possible values of at least ``width`` wide (at most ``threshold`` - 1). The
    total of the whole table stays shown unless it is small itself, so that it may be used elsewhere too.
    """
    table = counts.with_totals()
    height, breadth = len(table), len(table[0])
    hidden = {(r, c) for r in range(height) for c in range(breadth) if table[r][c] < threshold}
    unsafe = sorted(hidden)
    while unsafe:
        cell = unsafe.pop()
        while possible_range(table, hidden, cell) < width:
            partner = _partner(table, hidden, cell)
            hidden.add(partner)
            unsafe.append(partner)
    return Shown(
        (*counts.rows, "Totaal"),
        (*counts.columns, "Totaal"),
        tuple(
            tuple(None if (r, c) in hidden else table[r][c] for c in range(breadth)) for r in range(height)
        ),
    )


def _partner(table: Sequence[Sequence[int]], hidden: set[Cell], cell: Cell) -> Cell:
    """Choose the next number to hide: beside the one in danger when possible, rather small, rather no total."""
    last_row, last_column = len(table) - 1, len(table[0]) - 1
    closed = {one for one in hidden if one[0] == cell[0]} | {one for one in hidden if one[1] == cell[1]}
    lonely_row = sum(one[0] == cell[0] for one in closed) < 2
    lonely_column = sum(one[1] == cell[1] for one in closed) < 2

    def cost(one: Cell) -> tuple[bool, int, int, Cell]:
        r, c = one
        beside = (lonely_row and r == cell[0]) or (lonely_column and c == cell[1])
        if not (lonely_row or lonely_column):
            rows, columns = {r for r, _ in hidden}, {c for _, c in hidden}
            beside = r in rows and c in columns
        totals = (r == last_row) + (c == last_column)
        return not beside, totals, table[r][c], one

    whole = {(last_row, last_column)}
    whole |= {(0, last_column)} if last_row == 1 else set()
    whole |= {(last_row, 0)} if last_column == 1 else set()
    shown = [
        (r, c) for r in range(last_row + 1) for c in range(last_column + 1) if (r, c) not in hidden | whole
    ]
    return min(shown, key=cost)


def possible_range(table: Sequence[Sequence[int]], hidden: set[Cell], cell: Cell) -> float:
    """Return how far apart the lowest and highest possible value of a hidden number are, seen from outside.

    ``table`` has its totals last. What is shown is known; what is hidden is at least zero.
    """
    order = sorted(hidden)
    place = {one: n for n, one in enumerate(order)}
    last_row, last_column = len(table) - 1, len(table[0]) - 1
    lines: list[list[float]] = []
    sums: list[float] = []
    for r in range(last_row + 1):
        _equation([(r, c) for c in range(last_column)], (r, last_column), table, place, lines, sums)
    for c in range(last_column + 1):
        _equation([(r, c) for r in range(last_row)], (last_row, c), table, place, lines, sums)
    goal = np.zeros(len(order))
    goal[place[cell]] = 1.0
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(
            sign * goal,
            A_eq=np.array(lines) if lines else None,
            b_eq=sums or None,
            bounds=(0, None),
            method="highs",
        )
        if found.status == 3:  # unbounded: no total holds it
            return float("inf")
        ends.append(sign * found.fun)
    return float(round(ends[1] - ends[0], 6))


def _equation(
    parts: Sequence[Cell],
    total: Cell,
    table: Sequence[Sequence[int]],
    place: dict[Cell, int],
    lines: list[list[float]],
    sums: list[float],
) -> None:
    """Add that the parts make the total, with what is shown filled in; nothing when nothing of it is hidden."""
    line, known = [0.0] * len(place), 0.0
    for one, sign in [*((part, 1.0) for part in parts), (total, -1.0)]:
        if one in place:
            line[place[one]] = sign
        else:
            known += sign * table[one[0]][one[1]]
    if any(line):
        lines.append(line)
        sums.append(-known)
