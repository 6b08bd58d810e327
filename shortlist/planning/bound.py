"""A proven upper bound on the value of a week, and routes to build better plans from: column generation.

Master problem: choose routes per shift so that every visit is made no more often than wanted, spacing holds between
windows, and rosters stay lawful (HiGHS). Prices of these rules go to ``pricing``. For *any* non-negative prices
``sum(price * right-hand side) + sum(best priced route per shift)`` is at least the value of every lawful plan
(Lagrangian relaxation; M. E. Luebbecke and J. Desrosiers, "Selected Topics in Column Generation", Operations
Research 53(6), 2005), so the bound holds whenever the work stops, converged or not.

Left out of the rules, which only makes the bound larger, never wrong: spacing that depends on exact times inside
windows and ``not_with`` where both still fit in their windows, beyond what ``coupled`` says that visits which keep
away from each other are worth together in the whole week; floors.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from shortlist.planning.coupled import Block, blocks
from shortlist.planning.instance import Floats, Instance, Ints, Walk
from shortlist.planning.linear_programs import rows_model, solve_from_the_middle
from shortlist.planning.pricing import BITS, DONE, LABEL_COLUMNS, price
from shortlist.planning.spacing import Spacing
from shortlist.planning.values import grid, round_soundly

_MEMORY = 10
_MOST_BUCKETS = 1500
_CHEAP_LABELS = 1_500_000
_LARGE = 100
"""Routes from which a master problem is large: its prices need the middle of the best ones."""
_MOST_COLUMNS, _KEPT_COLUMNS = 16_000, 10_000
"""When a large master has more columns than the first, it goes on with the second."""
_CLOSE = 5e-4
"""Share of its value that a large master's bound may lie above it and yet be settled."""
_INF = highspy.kHighsInf


@dataclass(slots=True)
class Shift:
    """Routes that are alike: same base, hours, slots and rosters; ``routes`` says which."""

    routes: list[int]
    slots: Ints
    """Slots of the first of the routes, in the order of the vertices, (n,): one per piece of a slot's starts."""
    position: Ints
    """Where these slots come among the slots of a route, (n,)."""
    away: Ints
    vertex: Ints
    memory: NDArray[np.int64]
    buckets: int
    rows: NDArray[np.int64]
    """Master rows that each vertex pays, -1 for none, (n, X)."""
    shares: Floats
    """How much of each of these rows a vertex takes, (n, X)."""


@dataclass(slots=True)
class Column:
    """One route of one kind of shift, as vertices."""

    shift: int
    vertices: tuple[int, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Room:
    """What pricing works in, one per thread: labels with what they earned and visited, queues, routes found."""

    label: Ints
    profit: Floats
    mask: NDArray[np.int64]
    queue: Ints
    out: Ints
    gains: Floats
    labels: NDArray[np.int64]
    """How many labels were made, (1,)."""


_Priced = tuple[int, float, list[tuple[int, ...]]]
"""A kind of shift, the most that its routes earn above the price of their shift, and routes worth taking in."""


@dataclass(slots=True)
class Bound:
    """What is known so far: ``best`` is proven; ``converged`` when more work can't lower it much."""

    best: float
    converged: bool = False
    rounds: int = 0
    trail: list[tuple[float, float]] = field(default_factory=list)
    """(restricted master's value, bound) per round."""
    prices: Floats | None = None
    """Prices of the rows that gave ``best``, None as long as that came without prices."""
    reached: float = np.inf
    """The lowest that pricing gave: above ``best`` as long as that came without pricing."""
    center: Floats | None = None
    """Prices of the rows that gave ``reached``."""


def simple_bound(instance: Instance) -> float:
    """Return a bound without any search: the most valuable visits that fit the hours of all shifts together."""
    a = instance.arrays
    if not len(a.slot_visit):
        return 0.0
    reachable = np.flatnonzero(np.diff(a.visit_slots) > 0)
    # A stop costs its service and the shortest way into its place; the way home is left out.
    into = a.travel.astype(np.int64)[:, a.place].min(axis=0)
    hours = float((a.end - a.start - a.pause)[np.unique(a.slot_route)].sum())
    worth = 0.0
    cost = (a.service + into)[reachable].astype(np.float64)
    order = reachable[np.argsort(-a.value[reachable] / np.maximum(cost, 1e-9), kind="stable")]
    for v in order:
        each = float(a.service[v] + into[v])
        count = float(a.times[v])
        if each * count > hours:
            worth += float(a.value[v]) * hours / each
            break
        worth += float(a.value[v]) * count
        hours -= each * count
    return worth


class Master:
    """The restricted master problem with its pricing; see the module's text."""

    def __init__(self, instance: Instance, *, labels: int = 1_000_000, cut: bool = True) -> None:
        self.instance = instance
        self.columns: list[Column] = []
        self.large = len(instance.arrays.start) >= _LARGE
        self._known: set[tuple[int, tuple[int, ...]]] = set()
        self._positions: dict[int, dict[int, int]] = {}
        self._rules(cut=cut)
        self.metric = _metric(instance)
        self.shifts = self._group()
        self.step = grid(instance.arrays.value)
        self.bound = self._first_bound()
        self._rooms = [self.room(labels)]
        self._model = self._empty_model()
        self.labels = 0
        self.threads = 1
        """Threads that price side by side."""

    def room(self, labels: int) -> Room:
        """Return arrays for one thread to price in."""
        largest = max((len(s.vertex) for s in self.shifts), default=1)
        words = max((s.memory.shape[1] for s in self.shifts), default=1)
        return Room(
            label=np.zeros((labels, LABEL_COLUMNS), np.int32),
            profit=np.zeros(labels),
            mask=np.zeros(labels * words, np.int64),
            queue=np.zeros(_MOST_BUCKETS + largest + 2, np.int32),
            out=np.zeros((largest, self.instance.longest + 2), np.int32),
            gains=np.zeros(largest),
            labels=np.zeros(1, np.int64),
        )

    def _rules(self, *, cut: bool) -> None:
        """Set up the rows: visits, spacing, blocks, rosters; shifts follow in ``_group``."""
        a = self.instance.arrays
        self.right: list[float] = [float(t) for t in a.times]
        self.spacing = Spacing(self.instance, self.right, cut=cut)
        self.blocks: list[tuple[int, Block]] = []
        self._block_rows: dict[int, dict[int, float]] = {}
        for block in blocks(self.instance):
            for v, share in zip(block.visits, block.shares, strict=True):
                self._block_rows.setdefault(v, {})[len(self.right)] = share
            self.blocks.append((len(self.right), block))
            self.right.append(block.most)
        self.roster_rows = []
        for keys, _ in self.instance.sets:
            self.roster_rows.append(len(self.right))
            self.right.append(float(len(keys) - 1))

    def _first_bound(self) -> Bound:
        """Return the better of two bounds without pricing: by hours, and by visits that keep away from each other."""
        a = self.instance.arrays
        prices = np.zeros(len(self.right))
        prices[: len(a.value)] = a.value
        for row, block in self.blocks:
            if not np.any(prices[list(block.visits)] == 0.0):
                prices[row] = block.unit
                prices[list(block.visits)] = 0.0
        by_hours, apart = simple_bound(self.instance), float(prices @ np.array(self.right))
        return Bound(apart, prices=prices) if apart < by_hours else Bound(by_hours)

    def _group(self) -> list[Shift]:
        a = self.instance.arrays
        alike: dict[tuple[object, ...], list[int]] = {}
        for route in range(len(a.start)):
            slots = a.by_route[a.route_slots[route] : a.route_slots[route + 1]]
            if not len(slots):
                continue
            rostered = a.route_sets_from[route] < a.route_sets_from[route + 1]
            key = (
                int(a.base[route]),
                int(a.start[route]),
                int(a.end[route]),
                int(a.pause[route]),
                a.slot_visit[slots].tobytes(),
                a.slot_lo[slots].tobytes(),
                a.slot_hi[slots].tobytes(),
                a.slot_window[slots].tobytes(),
                a.slot_bonus[slots].tobytes(),
                route if rostered else -1,
            )
            alike.setdefault(key, []).append(route)
        shifts: list[Shift] = []
        self.shift_of: dict[int, int] = {}
        self.shift_rows: list[int] = []
        for routes in alike.values():
            for route in routes:
                self.shift_of[route] = len(shifts)
            shifts.append(self._shift(routes))
            self.shift_rows.append(len(self.right))
            self.right.append(float(len(routes)))
        return shifts

    def _shift(self, routes: list[int]) -> Shift:
        a = self.instance.arrays
        route = routes[0]
        slots = a.by_route[a.route_slots[route] : a.route_slots[route + 1]]
        pieces = [
            (k, lo, hi)
            for k, s in enumerate(slots.tolist())
            for lo, hi in self.spacing.pieces(
                (int(a.slot_visit[s]), int(a.slot_window[s])), int(a.slot_lo[s]), int(a.slot_hi[s])
            )
        ]
        position = np.array([k for k, _, _ in pieces], dtype=np.int32)
        slots = slots[position]
        visit = a.slot_visit[slots]
        places = np.concatenate([a.place[visit], [a.base[route]]])
        away = np.ascontiguousarray(a.travel[np.ix_(places, places)])
        local = {int(v): k for k, v in enumerate(dict.fromkeys(visit.tolist()))}
        vertex = np.zeros((len(slots), 5), np.int32)
        vertex[:, :2] = [(lo, hi) for _, lo, hi in pieces]
        vertex[:, 2] = a.service[visit]
        vertex[:, 3] = [local[int(v)] for v in visit]
        vertex[:, 4] = [self._repeats(int(v), slots[visit == v]) for v in visit]
        # A vertex remembers the visits nearest to it in travel; its own always.
        spots = a.place[list(local)]
        apart = np.minimum(a.travel[np.ix_(spots, spots)], 2**29)
        apart = apart + apart.T
        np.fill_diagonal(apart, -1)
        if len(local) > _MEMORY:
            near = np.argpartition(apart, _MEMORY - 1, axis=1)[:, :_MEMORY]
        else:
            near = np.tile(np.arange(len(local)), (len(local), 1))
        remembered = np.zeros((len(local), len(local) // BITS + 1), np.int64)
        for k in range(near.shape[1]):
            remembered[np.arange(len(local)), near[:, k] // BITS] |= 1 << (near[:, k] % BITS)
        memory = remembered[vertex[:, 3]]
        onward = vertex[:, 2][:, None] + away[:-1, :-1]
        np.fill_diagonal(onward, 2**29)
        least = int(onward.min())
        length = int(a.end[route] - a.start[route])
        buckets = max(96, length // max(1, least) + 2)
        rows = [
            {int(v): 1.0}
            | dict.fromkeys(self.spacing.rows((int(v), int(w)), lo, hi), 1.0)
            | self._block_rows.get(int(v), {})
            for v, w, (_, lo, hi) in zip(visit, a.slot_window[slots], pieces, strict=True)
        ]
        wide = max(len(r) for r in rows)
        table = np.array([[*r, *[-1] * (wide - len(r))] for r in rows], dtype=np.int64)
        shares = np.array([[*r.values(), *[0.0] * (wide - len(r))] for r in rows])
        return Shift(
            routes,
            slots,
            position,
            away,
            vertex,
            memory,
            buckets if buckets <= _MOST_BUCKETS and least > 0 else 1,
            table,
            shares,
        )

    def _repeats(self, v: int, slots: Ints) -> bool:
        """Say whether one shift may visit v more than once."""
        a = self.instance.arrays
        if a.times[v] <= 1:
            return False
        own = [c for c in range(a.clash_from[v], a.clash_from[v + 1]) if a.clash[c] == v]
        apart = int(a.clash_first[own[0]])
        return int(a.slot_hi[slots].max()) - int(a.slot_lo[slots].min()) >= apart

    def _empty_model(self) -> Any:
        model = rows_model(np.array(self.right))
        # New columns leave the last basis primal feasible: the primal simplex goes on from there.
        model.setOptionValue("simplex_strategy", 4)
        return model

    def rows_of(self, column: Column) -> dict[int, float]:
        """Return the rows that a column pays and how often."""
        shift = self.shifts[column.shift]
        paid: dict[int, float] = {self.shift_rows[column.shift]: 1.0}
        at = list(column.vertices)
        for row, share in zip(
            shift.rows[at].ravel().tolist(), shift.shares[at].ravel().tolist(), strict=True
        ):
            if row >= 0:
                paid[row] = paid.get(row, 0.0) + share
        for q in self.sets_of(shift.routes[0]):
            paid[self.roster_rows[q]] = 1.0
        return paid

    def sets_of(self, route: int) -> list[int]:
        """Return the roster sets that a route is in."""
        a = self.instance.arrays
        mine: list[int] = a.route_sets[a.route_sets_from[route] : a.route_sets_from[route + 1]].tolist()
        return mine

    def add(self, found: Sequence[tuple[int, tuple[int, ...]]]) -> int:
        """Add routes (kind of shift, vertices) that are not there yet; return how many were new."""
        a = self.instance.arrays
        new = []
        for shift, vertices in found:
            if vertices and (shift, vertices) not in self._known:
                self._known.add((shift, vertices))
                slots = self.shifts[shift].slots[list(vertices)]
                new.append(Column(shift, vertices, float(a.value[a.slot_visit[slots]].sum())))
        if not new:
            return 0
        starts: list[int] = []
        index: list[int] = []
        value: list[float] = []
        for column in new:
            starts.append(len(index))
            for row, times in self.rows_of(column).items():
                index.append(row)
                value.append(times)
        count = len(new)
        self._model.addCols(
            count,
            np.array([c.value for c in new]),
            np.zeros(count),
            np.full(count, _INF),
            len(index),
            np.array(starts, np.int32),
            np.array(index, np.int32),
            np.array(value),
        )
        self.columns += new
        return count

    def add_slots(self, routes: Sequence[Walk]) -> int:
        """Add routes given as (route, slots, starts), as the search remembers them."""
        return self.add([self.key_of(route, slots, starts) for route, slots, starts in routes])

    def key_of(self, route: int, slots: Ints, starts: Ints | None) -> tuple[int, tuple[int, ...]]:
        """Return the kind of shift and the vertices of a route; without starts it goes as early as it can."""
        a = self.instance.arrays
        number = self.shift_of[route]
        shift = self.shifts[number]
        if route not in self._positions:
            own = a.by_route[a.route_slots[route] : a.route_slots[route + 1]]
            self._positions[route] = {s: k for k, s in enumerate(own.tolist())}
        if len(shift.position) == len(self._positions[route]):  # no window is cut: a vertex for every slot
            return number, tuple(self._positions[route][slot] for slot in slots.tolist())
        ready, place = int(a.start[route]), int(a.base[route])
        vertices = []
        for k, slot in enumerate(slots.tolist()):
            visit = int(a.slot_visit[slot])
            here = int(a.place[visit])
            begin = max(ready + int(a.travel[place, here]), int(a.slot_lo[slot]))
            if starts is not None:
                begin = int(starts[k])
            at = self._positions[route][slot]
            first, after = np.searchsorted(shift.position, [at, at + 1]).tolist()
            piece = int(np.searchsorted(shift.vertex[first:after, 0], begin, side="right")) - 1
            vertices.append(first + max(0, piece))
            ready, place = begin + int(a.service[visit]), here
        return number, tuple(vertices)

    def keys_of(
        self, routes: Iterable[tuple[int, Sequence[tuple[int, int]]]]
    ) -> list[tuple[int, tuple[int, ...]]]:
        """Return routes given as number and stops (visit, window) by kind and vertices; without those unknown here."""
        a = self.instance.arrays
        slot_of: dict[int, dict[tuple[int, int], int]] = {}
        found = []
        for route, stops in routes:
            if route not in self.shift_of:
                continue
            kind = self.shift_of[route]
            if kind not in slot_of:
                slots = self.shifts[kind].slots
                keys = zip(a.slot_visit[slots].tolist(), a.slot_window[slots].tolist(), strict=True)
                slot_of[kind] = dict(zip(keys, slots.tolist(), strict=True))
            if all(stop in slot_of[kind] for stop in stops):
                line = np.array([slot_of[kind][stop] for stop in stops], dtype=np.int32)
                found.append(self.key_of(self.shifts[kind].routes[0], line, None))
        return found

    def solve(self, *, tolerance: float = 1e-7) -> tuple[float, Floats]:
        """Solve the restricted master; return its value and the prices of the rows (never negative).

        A large one has many best prices, and the corner that the simplex ends in tells little about routes that are
        not known yet. There an interior point within ``tolerance`` is taken, from the middle of the best ones
        (J. Gondzio, P. González-Brevis and P. Munari, "New developments in the primal-dual column generation
        technique", European Journal of Operational Research 224(1), 2013).
        """
        if self.large:
            solve_from_the_middle(self._model, tolerance)
        self._model.run()
        solution = self._model.getSolution()
        value = float(self._model.getObjectiveValue())
        prices = np.maximum(0.0, np.abs(np.array(solution.row_dual)))
        return value, prices

    def trim(self) -> None:
        """Drop columns of a large master that are far from paying, as the linear program just solved says."""
        if not self.large or len(self.columns) <= _MOST_COLUMNS:
            return
        short = np.abs(np.array(self._model.getSolution().col_dual))
        which = np.sort(np.argsort(short, kind="stable")[_KEPT_COLUMNS:])
        gone = np.zeros(len(self.columns), dtype=np.bool_)
        gone[which] = True
        self._model.deleteCols(len(which), which.astype(np.int32))
        self._known.difference_update(
            (c.shift, c.vertices) for c, out in zip(self.columns, gone, strict=True) if out
        )
        self.columns = [c for c, out in zip(self.columns, gone, strict=True) if not out]

    def price(
        self, prices: Floats, *, exact: bool, stop: Callable[[], bool]
    ) -> tuple[float, list[tuple[int, tuple[int, ...]]], bool]:
        """Price all shifts; return (Lagrangian bound, routes found, whether the bound holds)."""
        while len(self._rooms) < self.threads:
            self._rooms.append(self.room(len(self._rooms[0].label)))
        rooms = self._rooms[: self.threads]
        worth = np.append(prices, 0.0)
        lines = [range(k, len(self.shifts), len(rooms)) for k in range(len(rooms))]

        def lane(k: int) -> list[_Priced]:
            rooms[k].labels[0] = 0
            return [self._priced(n, worth, exact, rooms[k]) for n in lines[k] if not stop()]

        if len(rooms) == 1:
            done = lane(0)
        else:
            with ThreadPoolExecutor(len(rooms)) as threads:
                done = sorted(one for line in threads.map(lane, range(len(rooms))) for one in line)
        self.labels = sum(int(room.labels[0]) for room in rooms)
        found = [(number, vertices) for number, _, routes in done for vertices in routes]
        if len(done) < len(self.shifts):
            return np.inf, found, False
        return float(prices @ np.array(self.right)) + sum(more for _, more, _ in done), found, exact

    def _priced(self, number: int, worth: Floats, exact: bool, room: Room) -> _Priced:
        """Price one kind of shift; ``worth`` are the prices, then 0."""
        a = self.instance.arrays
        shift = self.shifts[number]
        prize = a.value[a.slot_visit[shift.slots]] - (worth[shift.rows] * shift.shares).sum(axis=1)
        roster = float(sum(worth[self.roster_rows[q]] for q in self.sets_of(shift.routes[0])))
        own = float(worth[self.shift_rows[number]])
        threshold = own + roster
        limit = self.best_route(number, prize, threshold, exact=exact, room=room)
        most = len(shift.routes) * (max(0.0, limit - roster) - own)
        return number, most, self.found(number, threshold, most=8, room=room)

    def best_route(
        self,
        number: int,
        prize: Floats,
        threshold: float,
        *,
        exact: bool = True,
        vertex: Ints | None = None,
        room: Room | None = None,
    ) -> float:
        """Return a limit on what any route of a kind of shift is worth, never below ``threshold``.

        ``prize`` is the worth of each vertex, (n,); ``vertex`` the shift's own with narrower starts. Without ``exact``
        the limit means nothing; routes found stay in the room (of this class, when there is no other).
        """
        a = self.instance.arrays
        shift = self.shifts[number]
        route = shift.routes[0]
        wide = shift.memory.shape[1]
        own = room or self._rooms[0]
        status, limit, labels = price(
            shift.away,
            shift.vertex if vertex is None else vertex,
            prize,
            shift.memory,
            int(a.start[route]),
            int(a.end[route]),
            int(a.pause[route]),
            threshold,
            exact,
            self.metric,
            own.label,
            own.profit,
            own.mask[: len(own.label) * wide].reshape(len(own.label), wide),
            np.empty((3, len(shift.slots), shift.buckets)),
            own.queue,
            own.out,
            own.gains,
        )
        own.labels[0] += labels if status == DONE else _CHEAP_LABELS
        return float(limit)

    def found(
        self, number: int, threshold: float, *, most: int, room: Room | None = None
    ) -> list[tuple[int, ...]]:
        """Return the routes that ``best_route`` just found worth more than ``threshold``, best first, as vertices."""
        own = room or self._rooms[0]
        rows = np.argsort(-own.gains[: len(self.shifts[number].slots)], kind="stable")[:most]
        return [
            tuple(int(x) for x in own.out[k][: int(np.argmin(own.out[k] >= 0))])
            for k in rows
            if own.gains[k] > threshold + 1e-7
        ]


def _metric(instance: Instance) -> bool:
    """Say whether leaving out a stop never makes a route later, so that worthless stops can be skipped."""
    a = instance.arrays
    count = len(a.travel)
    if count > 1500:
        return False
    stay = np.full(count, 2**29, dtype=np.int64)
    np.minimum.at(stay, a.place, a.service)
    travel = a.travel.astype(np.int64)
    return all(
        bool(np.all(travel[:, j][:, None] + stay[j] + travel[j][None, :] >= travel))
        for j in np.unique(a.place)
    )


def tighten(
    master: Master,
    *,
    stop: Callable[[], bool],
    most_rounds: int,
    enough: Callable[[], float],
    told: Callable[[Bound], None] | None = None,
) -> Bound:
    """Lower the bound round by round until it converges, equals ``enough()`` or ``stop()`` says so."""
    bound = master.bound
    exact, smooth = True, 0.5
    for _ in range(most_rounds):
        if stop():
            break
        apart = 1.0 - bound.trail[-1][0] / bound.reached if bound.trail and bound.reached > 0 else 1.0
        value, prices = master.solve(tolerance=min(1e-2, max(1e-6, 0.1 * apart)))
        master.trim()
        bound.rounds += 1
        used = prices if bound.center is None else smooth * bound.center + (1 - smooth) * prices
        limit, found, holds = master.price(used, exact=exact, stop=stop)
        if holds and limit < bound.reached:
            bound.reached, bound.center = limit, used
        if holds and limit < bound.best:
            bound.best, bound.prices = limit, used
        added = master.add(found)
        bound.trail.append((value, bound.best))
        if told is not None:
            told(bound)
        near = (_CLOSE if master.large else 1e-6) * max(1.0, value)
        if round_soundly(bound.best, master.step) <= enough() + 1e-9 or bound.best - value <= near:
            bound.converged = True
            break
        if not added and holds and smooth == 0.0:
            bound.converged = True
            break
        # Prices between the best known and the master's settle sooner (Wentges smoothing); without new routes they
        # misled, so the next round takes the master's own. Costly exact rounds wait until quick ones find nothing.
        smooth = 0.5 if added else 0.0
        exact = not added or master.labels < _CHEAP_LABELS
    return bound
