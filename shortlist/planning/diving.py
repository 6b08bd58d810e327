"""Round the fractional plan behind the bound to a real one: fix the surest routes, solve what is left, and so on.

A diving heuristic over the columns at hand, without new ones (after R. Sadykov, F. Vanderbeck, A. Pessoa, I. Tahiri
and E. Uchoa, "Primal Heuristics for Branch and Price: The Assets of Diving Methods", INFORMS Journal on Computing
31(2), 2019). The search then plants these routes, drops what spacing by exact times does not allow, and fills up.
"""

from collections.abc import Callable
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]  # scipy ships no types

from shortlist.planning.bound import Master, quiet_model
from shortlist.planning.instance import Floats, Ints
from shortlist.planning.packing import lawful_columns, slots_of

_SHARE = 0.12
"""Share of the routes that one step fixes at most."""
_LEAST = 20
_UNSURE = 0.02
_TOLERANCE = 1e-3
_INF = highspy.kHighsInf


def dive(master: Master, *, worth: Floats, stop: Callable[[], bool]) -> Ints:
    """Return the slots of the rounded plan, route by route; ``worth`` is the value of visits, then bonus of slots."""
    a = master.instance.arrays
    columns = np.flatnonzero(lawful_columns(master))
    bonus = worth[len(a.place) :]
    value = np.array(
        [
            c.value + bonus[master.shifts[c.shift].slots[list(c.vertices)]].sum()
            for c in (master.columns[k] for k in columns)
        ]
    )
    paid = [master.rows_of(master.columns[k]) for k in columns]
    ends = np.cumsum([0, *(len(rows) for rows in paid)])
    pays = sparse.csc_matrix(
        (
            np.array([share for rows in paid for share in rows.values()]),
            np.array([row for rows in paid for row in rows], dtype=np.int32),
            ends,
        ),
        shape=(len(master.right), len(columns)),
    )
    right = np.array(master.right)
    taken = np.zeros(len(columns), dtype=np.int64)
    most = max(_LEAST, int(_SHARE * len(master.instance.team)))
    left = np.arange(len(columns))
    while len(left) and not stop():
        share = _solve(pays[:, left], value[left], right)
        fixed = 0
        for at in np.argsort(-share, kind="stable"):
            if fixed >= most or (fixed and share[at] < _UNSURE):
                break
            k = left[at]
            rows, need = pays.indices[ends[k] : ends[k + 1]], pays.data[ends[k] : ends[k + 1]]
            times = max(1, round(float(share[at])))
            while times and fixed < most and np.all(right[rows] >= need - 1e-9):
                right[rows] -= need
                taken[k] += 1
                fixed += 1
                times -= 1
        if not fixed:
            break
        left = left[_fitting(pays[:, left], right)]
    return slots_of(master, columns, taken)


def _fitting(pays: Any, right: Floats) -> NDArray[np.bool_]:
    """Say which columns still fit into what is left of each row."""
    short = sparse.csc_matrix(
        (pays.data > right[pays.indices] + 1e-9, pays.indices, pays.indptr), shape=pays.shape
    )
    fits: NDArray[np.bool_] = np.asarray(short.sum(axis=0)).ravel() == 0
    return fits


def _solve(pays: Any, value: Floats, right: Floats) -> Floats:
    """Return how often each column is used in the linear program over these columns."""
    model = quiet_model()
    model.setOptionValue("solver", "ipm")
    model.setOptionValue("run_crossover", "off")
    model.setOptionValue("ipm_optimality_tolerance", _TOLERANCE)
    count, wide = pays.shape
    none, nothing = np.zeros(0, np.int32), np.zeros(0)
    model.addRows(count, np.full(count, -_INF), right, 0, none, none, nothing)
    model.addCols(
        wide,
        value,
        np.zeros(wide),
        np.full(wide, _INF),
        pays.nnz,
        pays.indptr[:-1].astype(np.int32),
        pays.indices.astype(np.int32),
        pays.data,
    )
    model.changeObjectiveSense(highspy.ObjSense.kMaximize)
    model.run()
    return np.array(model.getSolution().col_value)
