"""Round the fractional plan behind the bound to a real one: fix the surest routes, price anew, solve what is left.

A diving heuristic with column generation in every step (after R. Sadykov, F. Vanderbeck, A. Pessoa, I. Tahiri and
E. Uchoa, "Primal Heuristics for Branch and Price: The Assets of Diving Methods", INFORMS Journal on Computing 31(2),
2019). The master problem knows spacing only between pieces of windows; here every fixed route takes its room in time,
so that routes found later keep away from it.

A large week dives in regions side by side: each has its own routes, and the visits that the fractional plan makes
mostly with them. Afterwards the routes around one base can be taken up again while the rest of the plan stands.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]  # scipy ships no types

from shortlist.planning.bound import Column, Master, Room
from shortlist.planning.coupled import linked
from shortlist.planning.instance import Floats, Ints, Walk
from shortlist.planning.linear_programs import rows_model, solve_from_the_middle
from shortlist.planning.packing import lawful_columns
from shortlist.planning.searcher import Standing

_SHARE = 0.06
"""Share of the routes that one step fixes at most."""
_LEAST = 4
_SURE = 0.4
"""How often the linear program must use a route that is fixed, but for the first of a step."""
_ROUNDS = 6
"""Rounds of pricing before routes are fixed, at the most."""
_GAIN = 3e-4
"""Share of the whole worth that a round must add for another one to follow."""
_KEPT_COLUMNS = 5000
_FOUND = 8
"""Routes taken over per kind of shift and round."""
_TOLERANCE = 1e-3
_LABELS = 300_000
_CLOSED = -1e9
_CERTAIN = 1e6
"""Instead of how often a route is used: it must be fixed."""
_HELD = 10.0
"""Greatest values of a visit that a locked stop is worth more."""
_INF = highspy.kHighsInf

Key = tuple[int, tuple[int, ...]]
"""A route as kind of shift and vertices."""


@dataclass(slots=True)
class Columns:
    """Routes to choose from: kind of shift and vertices, value, rows paid, slots of the kind's first route."""

    keys: list[Key]
    value: Floats
    pays: Any
    slots: Ints
    """(n, longest), ended by -1."""
    first: Ints
    last: Ints
    """When each of these stops starts at the earliest and the latest, (n, longest)."""

    def keep(self, which: NDArray[Any]) -> "Columns":
        """Return some of them, given as truth values or numbers."""
        at = np.flatnonzero(which) if which.dtype == np.bool_ else which
        return Columns(
            [self.keys[k] for k in at],
            self.value[at],
            self.pays[:, at].tocsc(),
            self.slots[at],
            self.first[at],
            self.last[at],
        )

    def join(self, other: "Columns") -> "Columns":
        """Return both."""
        return Columns(
            self.keys + other.keys,
            np.concatenate([self.value, other.value]),
            sparse.hstack([self.pays, other.pays], format="csc"),
            np.concatenate([self.slots, other.slots]),
            np.concatenate([self.first, other.first]),
            np.concatenate([self.last, other.last]),
        )


class Diver:
    """One thread's dives into a master problem: its room, and the routes known when it was made."""

    def __init__(self, master: Master, *, worth: Floats, floor_worth: float) -> None:
        """``worth`` is the value of visits, then bonus of slots; ``floor_worth`` that of each visit up to a floor."""
        self.master, self.a = master, master.instance.arrays
        self.bonus = worth[len(self.a.place) :]
        self.floor_worth = floor_worth
        # The rows of the master problem, then per floor: met - planned <= 0.
        self.right = np.concatenate([master.right, np.zeros(len(self.a.floor))])
        self.locked: dict[int, list[tuple[int, int]]] = {}
        self.held = np.zeros(len(self.a.slot_visit))
        """What a slot is worth more because it is locked: more than what any route could do instead, (S,)."""
        for route, slot, start in master.instance.locked:
            self.locked.setdefault(route, []).append((start, slot))
            self.held[slot] = _HELD * self.a.value.max()
        self.room: Room = master.room(_LABELS)
        columns = list(master.columns)  # another thread may go on with these
        lawful = lawful_columns(master, columns)
        self.known = self.columns(
            [(c.shift, c.vertices) for c, fine in zip(columns, lawful, strict=True) if fine]
        )

    def beside(self) -> "Diver":
        """Return a diver that knows the same routes, for another thread."""
        other = copy(self)
        other.room = self.master.room(_LABELS)
        return other

    def columns(self, keys: Sequence[Key]) -> Columns:
        """Return routes with what they are worth and pay."""
        slots = np.full((len(keys), self.master.instance.longest), -1, dtype=np.int32)
        first, last = slots.copy(), slots.copy()
        rows: list[int] = []
        shares: list[float] = []
        ends = [0]
        for k, (shift, vertices) in enumerate(keys):
            kind, at, n = self.master.shifts[shift], list(vertices), len(vertices)
            slots[k, :n], first[k, :n], last[k, :n] = kind.slots[at], kind.vertex[at, 0], kind.vertex[at, 1]
            paid = self.master.rows_of(Column(shift, vertices, 0.0))
            rows += paid
            shares += paid.values()
            areas = self.a.area[self.a.slot_visit[slots[k, :n]]]
            for area in set(areas[areas >= 0].tolist()):
                rows.append(len(self.master.right) + area)
                shares.append(-float((areas == area).sum()))
            ends.append(len(rows))
        worth = np.append(self.a.value[self.a.slot_visit] + self.bonus + self.held, 0.0)
        return Columns(
            list(keys),
            worth[slots].sum(axis=1),
            sparse.csc_matrix(
                (np.array(shares, dtype=np.float64), np.array(rows, dtype=np.int32), np.array(ends)),
                shape=(len(self.right), len(keys)),
            ),
            slots,
            first,
            last,
        )

    def dive(
        self,
        routes: Collection[int],
        walks: Sequence[Walk],
        *,
        without: Iterable[int] = (),
        stop: Callable[[], bool],
    ) -> Ints:
        """Return the slots of a plan in which ``routes`` are planned anew and ``walks`` stand.

        ``without`` are visits that these routes leave alone, but for locked stops.
        """
        dive = _Dive(self, routes, without)
        dive.stand(walks)
        dive.run(stop)
        return dive.standing.slots()

    def solve(self, columns: Columns, right: Floats) -> tuple[float, Floats, Floats]:
        """Return value, use of each column and prices of the rows of the linear program, nearly, from the middle."""
        pays = columns.pays
        model = rows_model(right)
        solve_from_the_middle(model, _TOLERANCE)
        wide = pays.shape[1]
        model.addCols(
            wide,
            columns.value,
            np.zeros(wide),
            np.full(wide, _INF),
            pays.nnz,
            pays.indptr[:-1].astype(np.int32),
            pays.indices.astype(np.int32),
            pays.data,
        )
        for k, least in enumerate(self.a.floor.tolist()):
            row = np.array([len(self.master.right) + k], np.int32)
            model.addCol(self.floor_worth, 0.0, float(least), 1, row, np.ones(1))
        model.run()
        solution = model.getSolution()
        return (
            float(model.getObjectiveValue()),
            np.array(solution.col_value)[:wide],
            np.abs(np.array(solution.row_dual)),
        )


class _Dive:
    """One dive: what is fixed, what each row has left, and when each slot can still start."""

    def __init__(self, diver: Diver, routes: Collection[int], without: Iterable[int]) -> None:
        self.diver, self.master, self.a = diver, diver.master, diver.a
        self.right = diver.right.copy()
        self.right[list(without)] = 0.0
        self.lo, self.hi = self.a.slot_lo.copy(), self.a.slot_hi.copy()
        self.standing = Standing(self.master.instance)
        chosen = set(routes)
        self.free = {n: [r for r in s.routes if r in chosen] for n, s in enumerate(self.master.shifts)}
        self.right[self.master.shift_rows] = [len(self.free[n]) for n in range(len(self.free))]
        self.columns = diver.known
        self.keys = set(diver.known.keys)

    def stand(self, walks: Sequence[Walk]) -> None:
        """Let routes of a plan stand."""
        shifts = np.array(self.master.shift_rows)
        left = self.right[shifts].copy()
        for walk in sorted(walks, key=lambda one: int(self.a.start[one[0]])):
            paid = self.master.rows_of(Column(*self.master.key_of(*walk), 0.0))
            rows = np.array(list(paid))
            self.right[rows] = np.maximum(0.0, self.right[rows] - np.array(list(paid.values())))
            areas = self.a.area[self.a.slot_visit[walk[1]]]
            np.add.at(self.right, len(self.master.right) + areas[areas >= 0], 1.0)
            self._plant(walk[0], walk[1])
        self.right[shifts] = left

    def run(self, stop: Callable[[], bool]) -> None:
        """Fix routes until none is left or ``stop`` says so."""
        locked = [route for line in self.free.values() for route in line if route in self.diver.locked]
        for route in locked:
            for start, slot in sorted(self.diver.locked[route]):
                self._narrow(int(self.a.slot_visit[slot]), start, start, but=slot)
        self.columns = self.columns.keep(self._open(self.columns))
        most = max(_LEAST, int(_SHARE * sum(map(len, self.free.values()))))
        whole = None
        while len(self.columns.keys) and not stop():
            share, prices, value = self._settled(whole, stop)
            if whole is None:
                whole = value
                share = self._hold(locked, share)
            if len(self.columns.keys) > _KEPT_COLUMNS:
                short = self.columns.pays.T @ prices - self.columns.value
                best = np.sort(np.argsort(short, kind="stable")[:_KEPT_COLUMNS])
                self.columns, share = self.columns.keep(best), share[best]
            if not self._fix(share, most):
                break
            self.columns = self.columns.keep(self._open(self.columns))

    def _settled(self, whole: float | None, stop: Callable[[], bool]) -> tuple[Floats, Floats, float]:
        """Solve and price by turns while that adds to what is left; return the last solution, prices and value."""
        value, share, prices = self.diver.solve(self.columns, self.right)
        for _ in range(_ROUNDS):
            fresh = self._priced(prices, stop)
            if not fresh.keys or stop():
                break
            self.columns = self.columns.join(fresh)
            before = value
            value, share, prices = self.diver.solve(self.columns, self.right)
            if value - before < _GAIN * (value if whole is None else whole):
                break
        return share, prices, value

    def _open(self, columns: Columns) -> NDArray[np.bool_]:
        """Say which routes still fit into what is left of each row and into the times of their slots."""
        pays, a = columns.pays, self.a
        short = sparse.csc_matrix(
            (pays.data > self.right[pays.indices] + 1e-9, pays.indices, pays.indptr), shape=pays.shape
        )
        fits: NDArray[np.bool_] = np.asarray(short.sum(axis=0)).ravel() == 0
        route = a.slot_route[columns.slots[:, 0]]
        ready, place = a.start[route].astype(np.int64), a.base[route]
        for at in range(columns.slots.shape[1]):
            slot = columns.slots[:, at]
            here = slot >= 0
            visit = a.slot_visit[slot]
            start = np.maximum(ready + a.travel[place, a.place[visit]], self.lo[slot])
            start = np.maximum(start, columns.first[:, at])
            fits &= ~here | (start <= np.minimum(self.hi[slot], columns.last[:, at]))
            ready = np.where(here, start + a.service[visit], ready)
            place = np.where(here, a.place[visit], place)
        return fits & (ready + a.travel[place, a.base[route]] <= a.end[route])

    def _priced(self, prices: Floats, stop: Callable[[], bool]) -> Columns:
        """Return new routes for the shifts that are left, worth more than the prices say."""
        master, a = self.master, self.a
        count = len(master.right)
        left, worth = np.append(self.right[:count], 1.0), np.append(prices[:count], 0.0)
        # A stop in the area of a floor is worth the price of that floor's row more.
        extra = np.append(prices[count:], 0.0)[a.area]
        found: dict[Key, None] = {}
        for number, shift in enumerate(master.shifts):
            rosters = [master.roster_rows[q] for q in master.sets_of(shift.routes[0])]
            if not self.free[number] or np.any(self.right[rosters] < 1.0) or stop():
                continue
            prize = (
                a.value[a.slot_visit[shift.slots]]
                + self.diver.bonus[shift.slots]
                + self.diver.held[shift.slots]
                + extra[a.slot_visit[shift.slots]]
                - (worth[shift.rows] * shift.shares).sum(axis=1)
            )
            shut = np.any(left[shift.rows] < shift.shares - 1e-9, axis=1) & (
                self.diver.held[shift.slots] == 0
            )
            prize[shut] = _CLOSED
            vertex = shift.vertex.copy()
            vertex[:, 0] = np.maximum(vertex[:, 0], self.lo[shift.slots])
            vertex[:, 1] = np.minimum(vertex[:, 1], self.hi[shift.slots])
            threshold = float(prices[master.shift_rows[number]] + prices[rosters].sum())
            room = self.diver.room
            master.best_route(number, prize, threshold, exact=False, vertex=vertex, room=room)
            for vertices in master.found(number, threshold, most=_FOUND, room=room):
                once = len(set(shift.vertex[list(vertices), 3].tolist())) == len(vertices)
                if once and (number, vertices) not in self.keys:
                    found[number, vertices] = None
        self.keys.update(found)
        fresh = self.diver.columns(list(found))
        return fresh.keep(self._open(fresh)) if fresh.keys else fresh

    def _fix(self, share: Floats, most: int) -> int:
        """Fix the routes that the linear program is surest of; return how many."""
        fixed = 0
        pays = self.columns.pays
        for k in np.argsort(-share, kind="stable"):
            if share[k] < _CERTAIN and (fixed >= most or (fixed and share[k] < _SURE)):
                break
            rows = pays.indices[pays.indptr[k] : pays.indptr[k + 1]]
            need = pays.data[pays.indptr[k] : pays.indptr[k + 1]]
            one = self.columns.keep(np.array([k]))
            certain = share[k] >= _CERTAIN
            for _ in range(1 if certain else max(1, round(float(share[k])))):
                full = fixed >= most and not certain
                if full or np.any(self.right[rows] < need - 1e-9) or not self._open(one)[0]:
                    break
                shift, vertices = one.keys[0]
                route = self.free[shift].pop(0)
                self.right[rows] -= need
                own = self.a.by_route[self.a.route_slots[route] : self.a.route_slots[route + 1]]
                self._plant(route, own[self.master.shifts[shift].position[list(vertices)]])
                fixed += 1
        return fixed

    def _hold(self, locked: Sequence[int], share: Floats) -> Floats:
        """Fix routes with locked stops first, that nothing takes their room; return what is left of ``share``."""
        for route in locked:
            number = self.master.shift_of[route]
            wanted = {slot for _, slot in self.diver.locked[route]}
            fit = [
                k
                for k, key in enumerate(self.columns.keys)
                if key[0] == number and wanted <= set(self.columns.slots[k].tolist())
            ]
            if fit:
                share[max(fit, key=lambda k: share[k])] = _CERTAIN
            else:
                self._plant(route, np.array([s for _, s in sorted(self.diver.locked[route])], dtype=np.int32))
                self.free[number].remove(route)
        return share

    def _plant(self, route: int, slots: Ints) -> None:
        """Give a route its stops, and narrow when visits that keep away from them can start."""
        for stop in self.standing.plant(route, slots):
            self._narrow(stop.visit, stop.earliest, stop.latest)

    def _narrow(self, visit: int, earliest: int, latest: int, *, but: int | None = None) -> None:
        """Leave the visits that keep away from a stop the larger side of each slot, ``but`` one slot."""
        a = self.a
        kept = (self.lo[but], self.hi[but]) if but is not None else (0, 0)
        for c in range(a.clash_from[visit], a.clash_from[visit + 1]):
            # The distances are those of the planted visit before and after the other one.
            other = int(a.clash[c])
            at = slice(a.visit_slots[other], a.visit_slots[other + 1])
            before = np.minimum(self.hi[at], latest - a.clash_last[c])
            after = np.maximum(self.lo[at], earliest + a.clash_first[c])
            early = before - self.lo[at] >= self.hi[at] - after
            self.hi[at] = np.where(early, before, self.hi[at])
            self.lo[at] = np.where(early, self.lo[at], after)
        if but is not None:
            self.lo[but], self.hi[but] = kept


def shared_out(diver: Diver, regions: Sequence[Collection[int]]) -> list[set[int]]:
    """Return per region of routes the visits that the fractional plan makes mostly with them, each in one region."""
    master, a = diver.master, diver.a
    _, share, _ = diver.solve(diver.known, diver.right)
    use = np.zeros((len(regions), len(a.place)))
    of = {route: k for k, routes in enumerate(regions) for route in routes}
    for key, slots, times in zip(diver.known.keys, diver.known.slots, share, strict=True):
        routes = master.shifts[key[0]].routes
        for route in routes:
            use[of[route], a.slot_visit[slots[slots >= 0]]] += times / len(routes)
    clashes = [a.clash[a.clash_from[v] : a.clash_from[v + 1]].tolist() for v in range(len(a.place))]
    found: list[set[int]] = [set() for _ in regions]
    for together in linked(clashes, range(len(a.place))):
        found[int(np.argmax(use[:, list(together)].sum(axis=1)))].update(together)
    return found
