"""A problem as flat arrays: what the compiled search and the bound work on.

A *route* is one shift of one deployable team. A *slot* is a stretch [lo, hi] of lawful start times of one visit in
one route inside one window; a plan is, per route, a sequence of slots. Shifts that may not all be worked by one
person are *sets* of routes of which at least one stays closed.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shortlist.planning.problem import Forbidden, Problem
from shortlist.planning.working_time import Breach, Duty, forbidden_sets

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Walk = tuple[int, Ints, Ints | None]
"""A route of a search: its number, slots in order, and when each starts (None: as early as it can)."""
NEIGHBOURS = 60
NEAR_ENOUGH = 300
"""Seconds that a kept visit may move and still count as not moved."""


class Arrays(NamedTuple):
    """The numbers of one problem (V visits, R routes, S slots, P places), all contiguous."""

    travel: Ints
    """Seconds between places, (P, P)."""
    place: Ints
    """Place of each visit, (V,)."""
    service: Ints
    """Seconds of service, (V,)."""
    value: Floats
    """Value of one occurrence, (V,)."""
    times: Ints
    """Wanted occurrences, (V,)."""
    area: Ints
    """Area with a floor, or -1, (V,)."""
    floor: Ints
    """Wanted occurrences per area, (A,)."""
    base: Ints
    """Base place of each route, (R,)."""
    start: Ints
    """First second of each route, (R,)."""
    end: Ints
    """Last second of each route, (R,)."""
    pause: Ints
    """Break seconds that each route needs, (R,)."""
    visit_slots: Ints
    """Slots of visit v are visit_slots[v] to visit_slots[v + 1], (V + 1,)."""
    slot_visit: Ints
    """Visit of each slot, (S,)."""
    slot_route: Ints
    """Route of each slot, (S,)."""
    slot_lo: Ints
    """Earliest start of each slot, (S,)."""
    slot_hi: Ints
    """Latest start of each slot, (S,)."""
    slot_window: Ints
    """Window of each slot, (S,)."""
    slot_bonus: Floats
    """Extra worth of a kept visit, (S,)."""
    route_slots: Ints
    """Where each route's slots begin in ``by_route``, (R + 1,)."""
    by_route: Ints
    """Slots in order of route, (S,)."""
    clash_from: Ints
    """Where each visit's clashes begin, (V + 1,)."""
    clash: Ints
    """The visit that clashes (each visit clashes with itself), (C,)."""
    clash_first: Ints
    """Seconds from this visit's start to the other's when this one is first, (C,)."""
    clash_last: Ints
    """Seconds from the other's start to this one's when this one is last, (C,)."""
    loose: NDArray[np.bool_]
    """Whether spacing of a visit depends on the exact times inside windows, (V,)."""
    set_from: Ints
    """Where each set's routes begin, (Q + 1,)."""
    set_route: Ints
    """Routes of the sets, (.,)."""
    route_sets_from: Ints
    """Where each route's sets begin, (R + 1,)."""
    route_sets: Ints
    """Sets of each route, (.,)."""
    near: Ints
    """Visits nearest to each visit, itself first, (V, N)."""


class Instance(NamedTuple):
    """The arrays with what is needed to talk about them again."""

    arrays: Arrays
    team: tuple[int, ...]
    """Team of each route."""
    shift: tuple[int, ...]
    """Shift index of each route."""
    locked: tuple[tuple[int, int, int], ...]
    """Locked (route, slot, start)."""
    kept: tuple[tuple[int, int], ...]
    """Slots of an earlier plan in order of route and time, each next to the wider slot that it lies in."""
    closed: dict[int, Breach]
    """Routes that no lawful roster may open, and why."""
    sets: tuple[tuple[tuple[int, ...], Breach], ...]
    """Sets of routes that may not all be opened, and why."""
    longest: int
    """Most stops that any route can have."""

    def numbers(self) -> dict[tuple[int, int], int]:
        """Return the route of each team and shift."""
        return {pair: route for route, pair in enumerate(zip(self.team, self.shift, strict=True))}


def _offsets(owner: Sequence[int], count: int) -> Ints:
    sizes = np.bincount(np.asarray(owner, dtype=np.int64), minlength=count) if len(owner) else np.zeros(count)
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)


def _ints(values: Sequence[int]) -> Ints:
    return np.asarray(values, dtype=np.int32).reshape(-1)


def _minus(lo: int, hi: int, bans: Sequence[Forbidden]) -> list[tuple[int, int]]:
    """Take forbidden start times out of [lo, hi]."""
    parts = [(lo, hi)]
    for ban in bans:
        parts = [
            piece
            for a, b in parts
            for piece in ((a, min(b, ban.start - 1)), (max(a, ban.end), b))
            if piece[0] <= piece[1]
        ]
    return parts


def _roster_sets(
    problem: Problem, team: Sequence[int], shift: Sequence[int]
) -> tuple[dict[int, Breach], list[tuple[tuple[int, ...], Breach]]]:
    """Return the routes that may not be opened at all, and the sets that may not all be opened."""
    closed: dict[int, Breach] = {}
    sets: dict[frozenset[int], Breach] = {}
    if problem.rules is None:
        return closed, []
    duties: dict[str, list[Duty]] = {}
    for route, (t, s) in enumerate(zip(team, shift, strict=True)):
        window = problem.teams[t].shifts[s]
        for person in problem.teams[t].people:
            duties.setdefault(person, []).append(Duty(window.start, window.end, route))
    done: dict[tuple[object, ...], None] = {}
    for person, line in duties.items():
        worked = problem.worked.get(person, ())
        same = (tuple(sorted(line)), worked)
        if same in done:
            continue
        done[same] = None
        for found in forbidden_sets(line, worked, problem.clock, problem.rules, horizon=problem.end):
            if len(found.keys) == 1:
                closed.setdefault(found.keys[0], found.breach)
            else:
                sets.setdefault(frozenset(found.keys), found.breach)
    return closed, [
        (tuple(sorted(keys)), breach) for keys, breach in sets.items() if not keys & closed.keys()
    ]


class _Slots:
    """Collects slots visit by visit."""

    def __init__(self) -> None:
        self.visit: list[int] = []
        self.route: list[int] = []
        self.lo: list[int] = []
        self.hi: list[int] = []
        self.window: list[int] = []

    def add(self, visit: int, route: int, lo: int, hi: int, window: int) -> int:
        self.visit.append(visit)
        self.route.append(route)
        self.lo.append(lo)
        self.hi.append(hi)
        self.window.append(window)
        return len(self.visit) - 1


def build(problem: Problem, keep: Sequence[tuple[int, int, int]] = ()) -> Instance:
    """Turn a problem into arrays; slots are exact, so what they leave out no lawful plan contains.

    ``keep`` are assignments of an earlier plan (visit, team, start): each gets a narrow slot of its own at its old
    time, so that staying put can be rewarded.
    """
    team, shift = [], []
    for t, crew in enumerate(problem.teams):
        if crew.deployable:
            for s in range(len(crew.shifts)):
                team.append(t)
                shift.append(s)
    hours = [problem.teams[t].shifts[s] for t, s in zip(team, shift, strict=True)]
    base = np.array([problem.teams[t].base for t in team], dtype=np.int64)
    start = np.array([h.start for h in hours], dtype=np.int64)
    end = np.array([h.end for h in hours], dtype=np.int64)
    pause = [problem.rules.break_seconds(h.end - h.start) if problem.rules else 0 for h in hours]
    closed, sets = _roster_sets(problem, team, shift)
    slots, locked, kept = _slots(problem, team, shift, base, start, end, closed, keep)
    clash = _clashes(problem)
    count = len(problem.visits)
    order = np.argsort(np.asarray(slots.route, dtype=np.int64), kind="stable").astype(np.int32)
    by_set = [route for keys, _ in sets for route in keys]
    pairs = sorted((route, q) for q, (keys, _) in enumerate(sets) for route in keys)
    arrays = Arrays(
        travel=np.minimum(problem.travel, 2**30).astype(np.int32),
        place=_ints([v.place for v in problem.visits]),
        service=_ints([v.service for v in problem.visits]),
        value=np.array([v.value for v in problem.visits], dtype=np.float64),
        times=_ints([v.times for v in problem.visits]),
        area=_ints(_areas(problem)),
        floor=_ints([f.visits for f in problem.floors]),
        base=_ints(list(base)),
        start=_ints(list(start)),
        end=_ints(list(end)),
        pause=_ints(pause),
        visit_slots=_offsets(slots.visit, count),
        slot_visit=_ints(slots.visit),
        slot_route=_ints(slots.route),
        slot_lo=_ints(slots.lo),
        slot_hi=_ints(slots.hi),
        slot_window=_ints(slots.window),
        slot_bonus=np.zeros(len(slots.visit)),
        route_slots=_offsets(slots.route, len(team)),
        by_route=order,
        clash_from=_offsets([c[0] for c in clash], count),
        clash=_ints([c[1] for c in clash]),
        clash_first=_ints([c[2] for c in clash]),
        clash_last=_ints([c[3] for c in clash]),
        loose=_loose(slots, clash, count),
        set_from=_offsets([q for q, (keys, _) in enumerate(sets) for _ in keys], len(sets)),
        set_route=_ints(by_set),
        route_sets_from=_offsets([route for route, _ in pairs], len(team)),
        route_sets=_ints([q for _, q in pairs]),
        near=_near(problem),
    )
    return Instance(arrays, tuple(team), tuple(shift), locked, kept, closed, tuple(sets), _longest(arrays))


def _areas(problem: Problem) -> list[int]:
    number = {floor.area: index for index, floor in enumerate(problem.floors)}
    return [number.get(visit.area, -1) if visit.area is not None else -1 for visit in problem.visits]


def _slots(
    problem: Problem,
    team: Sequence[int],
    shift: Sequence[int],
    base: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    closed: dict[int, Breach],
    keep: Sequence[tuple[int, int, int]],
) -> tuple[_Slots, tuple[tuple[int, int, int], ...], tuple[tuple[int, int], ...]]:
    slots = _Slots()
    locked: list[tuple[int, int, int]] = []
    kept: list[tuple[int, int, int, int]] = []
    crews = np.array(team, dtype=np.int64)
    usable = np.array([route not in closed for route in range(len(team))], dtype=bool)
    route_of = {pair: route for route, pair in enumerate(zip(team, shift, strict=True))}
    bases, which = np.unique(base, return_inverse=True)
    out, home = problem.least_ways(bases)
    for v, visit in enumerate(problem.visits):
        able = np.array([problem.may_serve(t, v) for t in range(len(problem.teams))], dtype=bool)
        bans = [ban for ban in problem.forbidden if ban.visit == v]
        if len(crews):
            first = start + out[which, visit.place]
            last = end - home[which, visit.place] - visit.service
            for w, window in enumerate(visit.windows):
                if window.start >= problem.end:
                    continue
                lo = np.maximum(first, window.start)
                hi = np.minimum(last, window.end - visit.service)
                for route in np.flatnonzero((lo <= hi) & usable & able[crews]).tolist():
                    mine = [ban for ban in bans if ban.team in (None, team[route])]
                    for a, b in _minus(int(lo[route]), int(hi[route]), mine):
                        wide = slots.add(v, route, a, b, w)
                        for visit_kept, team_kept, old in keep:
                            if (visit_kept, team_kept) == (v, team[route]) and a <= old <= b:
                                narrow = (max(a, old - NEAR_ENOUGH), min(b, old + NEAR_ENOUGH))
                                kept.append((route, old, slots.add(v, route, *narrow, w), wide))
        for lock in problem.locked:
            if lock.visit == v:
                fixed = route_of[lock.team, lock.shift]
                # The window of a locked slot is that of the lock: the bound counts it there.
                inside = next(
                    w
                    for w, window in enumerate(visit.windows)
                    if window.start <= lock.start and lock.start + visit.service <= window.end
                )
                slot = slots.add(v, fixed, lock.start, lock.start, inside)
                locked.append((fixed, slot, lock.start))
    return slots, tuple(locked), tuple((narrow, wide) for _, _, narrow, wide in sorted(kept))


def _clashes(problem: Problem) -> list[tuple[int, int, int, int]]:
    clash = [
        (v, v, visit.service + visit.gap, visit.service + visit.gap) for v, visit in enumerate(problem.visits)
    ]
    for apart in problem.apart:
        one, other = problem.visits[apart.one].service, problem.visits[apart.other].service
        clash.append((apart.one, apart.other, one + apart.gap, other + apart.gap))
        clash.append((apart.other, apart.one, other + apart.gap, one + apart.gap))
    return sorted(clash)


def _loose(slots: _Slots, clash: Sequence[tuple[int, int, int, int]], count: int) -> NDArray[np.bool_]:
    """Say per visit whether two of its slots (or of visits it clashes with) are only partly compatible."""
    spans: list[dict[tuple[int, int], tuple[int, int]]] = [{} for _ in range(count)]
    for owner, earliest, latest in zip(slots.visit, slots.lo, slots.hi, strict=True):
        spans[owner][earliest, latest] = (earliest, latest)
    loose = np.zeros(count, dtype=np.bool_)
    for v, u, first, last in clash:
        if loose[v]:
            continue
        mine, others = np.array(list(spans[v].values())), np.array(list(spans[u].values()))
        if not len(mine) or not len(others):
            continue
        lo, hi, low, high = mine[:, :1], mine[:, 1:], others[None, :, 0], others[None, :, 1]
        always = (hi + first <= low) | (high + last <= lo)
        never = (lo + first > high) & (low + last > hi)
        loose[v] = bool(np.any(~always & ~never))
    return loose


def _near(problem: Problem) -> Ints:
    count = len(problem.visits)
    size = min(NEIGHBOURS, count)
    place = np.array([v.place for v in problem.visits], dtype=np.int64)
    near = np.zeros((count, size), dtype=np.int32)
    for v in range(count):
        away = problem.travel[place[v], place] + problem.travel[place, place[v]]
        away[v] = -1
        near[v] = np.argsort(away, kind="stable")[:size]
    return near


def _longest(arrays: Arrays) -> int:
    """Return an upper limit on the stops of one route."""
    total = int(arrays.times.sum())
    if not len(arrays.slot_visit):
        return 1
    used = (arrays.service + arrays.travel.min(axis=0)[arrays.place].astype(np.int64))[arrays.slot_visit]
    length = (arrays.end - arrays.start)[arrays.slot_route]
    least = int(used.min())
    most = total if least <= 0 else min(total, int(length.max()) // least + 2)
    return max(1, most)
