"""Combine known routes into one plan: set packing in HiGHS, started from the plan at hand.

Routes come from the search's pool and from column generation. Spacing that depends on exact times is not in the
model; the search's planting drops what does not fit and fills again, so no unlawful plan can come out.
"""

from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from shortlist.planning.bound import Column, Master
from shortlist.planning.instance import Floats, Ints, Walk
from shortlist.planning.linear_programs import rows_model

_MOST_COLUMNS = 12_000
_INF = highspy.kHighsInf


def pack(
    master: Master,
    *,
    start: Sequence[Walk],
    worth: Floats,
    floor_worth: float,
    seconds: float | None,
    nodes: int | None,
) -> Ints | None:
    """Return the slots of a better plan, route by route in order, or None when none was found.

    ``start`` is the plan at hand; ``worth`` the value of visits, then the bonus of slots.
    """
    a = master.instance.arrays
    bonus = worth[len(a.place) :]
    value = np.array(
        [c.value + bonus[master.shifts[c.shift].slots[list(c.vertices)]].sum() for c in master.columns]
    )
    chosen = _promising(master, value)
    used = _used(master, start)
    index = np.unique(np.concatenate([chosen, np.array(sorted(used), dtype=np.int64)]))
    begin = sum(value[k] * times for k, times in used.items())
    model = rows_model(np.array(master.right))
    if seconds is not None:
        model.setOptionValue("time_limit", seconds)
    if nodes is not None:
        model.setOptionValue("mip_max_nodes", nodes)
    model.setOptionValue("mip_rel_gap", 1e-6)
    rows = len(master.right)
    lock_row = {}
    for _, slot, _ in master.instance.locked:
        model.addRow(1.0, 1.0, 0, np.zeros(0, np.int32), np.zeros(0))
        lock_row[slot] = rows
        rows += 1
    area_row = {}
    for k in range(len(a.floor)):
        model.addRow(0.0, _INF, 0, np.zeros(0, np.int32), np.zeros(0))
        area_row[k] = rows
        rows += 1
    starts: list[int] = []
    rows_of: list[int] = []
    times_of: list[float] = []
    for k in index:
        column = master.columns[k]
        paid = master.rows_of(column)
        for slot in master.shifts[column.shift].slots[list(column.vertices)]:
            if int(slot) in lock_row:
                paid[lock_row[int(slot)]] = 1.0
            area = int(a.area[a.slot_visit[slot]])
            if area in area_row:
                paid[area_row[area]] = paid.get(area_row[area], 0.0) + 1.0
        starts.append(len(rows_of))
        rows_of += list(paid)
        times_of += list(paid.values())
    most = np.array([len(master.shifts[master.columns[k].shift].routes) for k in index], dtype=np.float64)
    model.addCols(
        len(index),
        value[index],
        np.zeros(len(index)),
        most,
        len(rows_of),
        np.array(starts, np.int32),
        np.array(rows_of, np.int32),
        np.array(times_of),
    )
    for k, row in area_row.items():
        # A met floor earns its worth: planned - met >= 0 with met <= floor.
        model.addCol(floor_worth, 0.0, float(a.floor[k]), 1, np.array([row], np.int32), np.array([-1.0]))
    whole = np.arange(len(index), dtype=np.int32)
    model.changeColsIntegrality(len(index), whole, np.full(len(index), highspy.HighsVarType.kInteger))
    guess = highspy.HighsSolution()
    guess.col_value = [float(used.get(int(k), 0)) for k in index] + [0.0] * len(area_row)
    model.setSolution(guess)
    model.run()
    solution = np.array(model.getSolution().col_value)
    if len(solution) < len(index) or not model.getInfo().primal_solution_status:
        return None
    taken = np.rint(solution[: len(index)]).astype(int)
    if float(value[index] @ taken) <= begin + 1e-6 and not area_row:
        return None
    return slots_of(master, index, taken)


def _promising(master: Master, value: Floats) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return lawful columns by reduced cost under the master's prices, the best ones when there are many."""
    _, prices = master.solve(tolerance=1e-4)
    cost = np.array(
        [sum(prices[row] * times for row, times in master.rows_of(c).items()) for c in master.columns]
    )
    lawful = lawful_columns(master, master.columns)
    order = np.argsort(-(value - cost) + np.where(lawful, 0.0, 1e18), kind="stable")
    return order[: min(_MOST_COLUMNS, int(lawful.sum()))].astype(np.int64)


def lawful_columns(master: Master, columns: Sequence[Column]) -> NDArray[np.bool_]:
    """Say which columns visit no group twice, as ng-routes may."""
    return np.array(
        [
            len({int(v) for v in master.shifts[c.shift].vertex[list(c.vertices), 3]}) == len(c.vertices)
            for c in columns
        ],
        dtype=np.bool_,
    )


def _used(master: Master, start: Sequence[Walk]) -> dict[int, int]:
    """Return how often the plan at hand uses each column (its routes were added before)."""
    number = {(c.shift, c.vertices): k for k, c in enumerate(master.columns)}
    used: dict[int, int] = {}
    for walk in start:
        key = master.key_of(*walk)
        if key in number:
            used[number[key]] = used.get(number[key], 0) + 1
    return used


def slots_of(master: Master, index: NDArray[Any], taken: NDArray[Any]) -> Ints:
    """Give every chosen column one of the routes of its shift, and return all slots."""
    a = master.instance.arrays
    left = {number: list(shift.routes) for number, shift in enumerate(master.shifts)}
    slots: list[int] = []
    for k, times in zip(index, taken, strict=True):
        column = master.columns[int(k)]
        for _ in range(int(times)):
            route = left[column.shift].pop(0)
            own = a.by_route[a.route_slots[route] : a.route_slots[route + 1]]
            slots += own[master.shifts[column.shift].position[list(column.vertices)]].tolist()
    return np.array(slots, dtype=np.int32)
