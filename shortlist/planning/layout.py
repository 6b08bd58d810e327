"""The tables that one search works on, made from an instance; their columns are told in ``search``."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shortlist.planning.instance import Arrays, Floats, Ints
from shortlist.planning.moves import (
    ABSENT,
    AREA,
    BASE,
    CLASH,
    CLASH_END,
    CLOSE_BY,
    COUNT,
    END,
    FIELDS,
    LOOSE,
    MINE,
    MINE_END,
    NEAR,
    NOW,
    PAUSE,
    PLACE,
    RANKS,
    ROOM,
    ROSTER,
    ROSTER_END,
    ROUTE_COLUMNS,
    S_FAR,
    S_HI,
    S_LO,
    S_NEAR,
    S_ORDER,
    S_ROUTE,
    S_VISIT,
    S_WHOSE,
    SEED_1,
    SEED_2,
    SERVICE,
    SIZE,
    SLOT_COLUMNS,
    SLOTS,
    SLOTS_END,
    START,
    TALLIES,
    TIMES,
    VISIT_COLUMNS,
    Tally,
    refresh,
)


class Tables(NamedTuple):
    """What one search holds, in the order in which ``run`` takes it."""

    travel: Ints
    visits: Ints
    routes: Ints
    slots: Ints
    clash: Ints
    rosters: Ints
    stops: Ints
    worth: Floats
    areas: Ints
    scratch: Ints
    marks: Floats
    tally: Tally
    pool: Ints
    known: Tally


def tables(a: Arrays, *, longest: int, pool: int, seed: int) -> Tables:
    """Return an empty plan with room for ``longest`` stops a route and ``pool`` remembered routes."""
    count, opened, size = len(a.place), len(a.start), len(a.slot_visit)
    most = int(a.times.max(initial=1))
    near = a.near.shape[1]
    visits = np.zeros((count, VISIT_COLUMNS + near + most), np.int32)
    for column, numbers in (
        (PLACE, a.place),
        (SERVICE, a.service),
        (TIMES, a.times),
        (AREA, a.area),
        (SLOTS, a.visit_slots[:-1]),
        (SLOTS_END, a.visit_slots[1:]),
        (CLASH, a.clash_from[:-1]),
        (CLASH_END, a.clash_from[1:]),
        (LOOSE, a.loose),
    ):
        visits[:, column] = numbers
    visits[:, VISIT_COLUMNS : VISIT_COLUMNS + near] = a.near
    routes = np.zeros((opened, ROUTE_COLUMNS), np.int32)
    set_at = np.zeros(len(a.set_from), np.int64)
    flat: list[int] = list(a.route_sets)
    for q in range(len(a.set_from) - 1):
        set_at[q] = len(flat)
        members = a.set_route[a.set_from[q] : a.set_from[q + 1]]
        flat += [len(members), *members]
    rosters = np.array(flat or [0], dtype=np.int32)
    rosters[: len(a.route_sets)] = set_at[a.route_sets]
    for column, numbers in (
        (BASE, a.base),
        (START, a.start),
        (END, a.end),
        (PAUSE, a.pause),
        (MINE, a.route_slots[:-1]),
        (MINE_END, a.route_slots[1:]),
        (ROSTER, a.route_sets_from[:-1]),
        (ROSTER_END, a.route_sets_from[1:]),
        (ROOM, a.end - a.start),
    ):
        routes[:, column] = numbers
    slots = np.zeros((size, SLOT_COLUMNS), np.int32)
    for column, numbers in (
        (S_VISIT, a.slot_visit),
        (S_ROUTE, a.slot_route),
        (S_LO, a.slot_lo),
        (S_HI, a.slot_hi),
    ):
        slots[:, column] = numbers
    away = _away(a)
    far = _far(a, away)
    slots[:, S_FAR] = far
    slots[:, S_NEAR] = np.lexsort((far, a.slot_visit))
    slots[:, S_ORDER] = a.by_route[np.lexsort((away[a.by_route], a.slot_route[a.by_route]))]
    slots[:, S_WHOSE] = a.slot_visit[slots[:, S_ORDER]]
    areas = np.zeros((max(1, len(a.floor)), 2), np.int32)
    areas[: len(a.floor), 0] = a.floor
    widest = int(np.diff(a.clash_from).max(initial=1)) * most
    room = max(int(a.times.sum()) + count + ABSENT, widest, opened + 1)
    tally = np.zeros(TALLIES, np.int64)
    tally[SEED_1 : SEED_2 + 1] = 1 + np.random.SeedSequence(seed).generate_state(2) % 2147483000
    tally[NEAR] = near
    return Tables(
        travel=a.travel,
        visits=visits,
        routes=routes,
        slots=slots,
        clash=np.column_stack([a.clash, a.clash_first, a.clash_last]).astype(np.int32),
        rosters=rosters,
        stops=np.zeros((opened, 3 * FIELDS, longest), np.int32),
        worth=np.concatenate([a.value, a.slot_bonus]),
        areas=areas,
        scratch=np.zeros((room, 7), np.int32),
        marks=np.zeros(RANKS + room),
        tally=tally,
        pool=np.zeros((max(1, pool), longest), np.int32),
        known=np.zeros(4 * max(1, pool) + 1, np.int64),
    )


def _away(a: Arrays) -> NDArray[np.int64]:
    """Return the seconds from the base of each slot's route to its visit and back, (S,)."""
    base, place = a.base[a.slot_route], a.place[a.slot_visit]
    away: NDArray[np.int64] = a.travel[base, place].astype(np.int64) + a.travel[place, base]
    return away


def _far(a: Arrays, away: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say of each slot whether its visit has ``CLOSE_BY`` slots of nearer bases, (S,)."""
    far = np.zeros(len(away), dtype=np.bool_)
    for first, last in zip(a.visit_slots[:-1], a.visit_slots[1:], strict=True):
        if last - first > CLOSE_BY:
            far[first + np.argsort(away[first:last], kind="stable")[CLOSE_BY:]] = True
    return far


def set_locks(t: Tables, locked: tuple[tuple[int, int, int], ...]) -> None:
    """Put locked stops (route, slot, start) into an empty plan; they were checked when the file was read."""
    for route, slot, start in sorted(locked, key=lambda lock: lock[2]):
        k = int(t.stops[route, SIZE, 0])
        v = int(t.slots[slot, S_VISIT])
        t.stops[route, :SIZE, k] = (v, slot, start, start, start, start, 1)
        t.stops[route, SIZE, 0] = k + 1
        t.visits[v, t.visits.shape[1] - 1 - t.visits[v, COUNT]] = route
        t.visits[v, COUNT] += 1
        area = int(t.visits[v, AREA])
        if area >= 0:
            t.areas[area, 1] += 1
        t.marks[NOW] += t.worth[v] + t.worth[len(t.visits) + slot]
        refresh(t.travel, t.visits, t.routes, t.stops, route)
