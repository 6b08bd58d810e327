"""Kernels on one route or one stop: lawful times, breaks, other occurrences, putting in and taking back.

The tables and their columns are told in ``search``; a stop's row 0-6 are the current plan, ``OLD`` the plan before
this step, ``BEST`` the best plan.
"""

import numpy as np
from numpy.typing import NDArray

from shortlist.planning.compiled import kernel
from shortlist.planning.instance import Floats, Ints

PLACE, SERVICE, TIMES, AREA, SLOTS, SLOTS_END, CLASH, CLASH_END, LOOSE, COUNT, HEAD, SEEN, TRY = range(13)
VISIT_COLUMNS = 13
BASE, START, END, PAUSE, MINE, MINE_END, ROSTER, ROSTER_END, STAMP, DIRTY, ROOM, OLD_ROOM = range(12)
ROUTE_COLUMNS = 12
S_VISIT, S_ROUTE, S_LO, S_HI, S_ORDER, S_WHOSE, S_NEXT, S_FAR, S_NEAR = range(9)
SLOT_COLUMNS = 9
VISIT, SLOT, LO, HI, EARLY, LATE, LOCKED, SIZE = range(8)
FIELDS = 8
OLD, BEST = FIELDS, 2 * FIELDS
STEP, TOUCHED, BLINK, POOLED, TAKEN, SEED_1, SEED_2, NEAR, PLANNED, OPENED = range(10)
TALLIES = 10
NOW, NOW_TRAVEL, TOP, TOP_TRAVEL, COST, AT_SLOT, AT, AT_TIME = range(8)
RANKS = 8
ABSENT = 25
"""Most absent visits tried in one step."""
CLOSE_BY = 80
"""With more routes than this only so many slots of a visit, and twice as many visits of a route, are tried without
more reason: those nearest to the base."""
PLANT, FILL, SEARCH = range(3)
SKIPPED, LISTED, NEARBY, ALL = range(4)
"""Which slots of a visit are tried: none, a list of them, the nearest ones and a list, all."""

Tally = NDArray[np.int64]


@kernel("f", "N")
def draw(tally: Tally) -> float:
    """Return a number in [0, 1) (two combined generators after L'Ecuyer, CACM 31(6), 1988)."""
    tally[SEED_1] = 40014 * tally[SEED_1] % 2147483563
    tally[SEED_2] = 40692 * tally[SEED_2] % 2147483399
    return float((tally[SEED_1] - tally[SEED_2]) % 2147483562) / 2147483562.0


@kernel("v", "TCTNi")
def save(routes: Ints, stops: Ints, scratch: Ints, tally: Tally, route: int) -> None:
    """Remember a route as it was before this step, once."""
    if routes[route, STAMP] != tally[STEP]:
        routes[route, STAMP] = tally[STEP]
        n = stops[route, SIZE, 0]
        stops[route, OLD + SIZE, 0] = n
        routes[route, OLD_ROOM] = routes[route, ROOM]
        for f in range(SIZE):
            for k in range(n):
                stops[route, OLD + f, k] = stops[route, f, k]
        scratch[tally[TOUCHED], 6] = route
        tally[TOUCHED] += 1


@kernel("b", "TTTCi")
def refresh(travel: Ints, visits: Ints, routes: Ints, stops: Ints, route: int) -> bool:
    """Compute earliest and latest starts of a route and its widest gap; False when it is not lawful."""
    n = stops[route, SIZE, 0]
    base = routes[route, BASE]
    free = routes[route, START]
    place = base
    for k in range(n):
        v = stops[route, VISIT, k]
        here = visits[v, PLACE]
        t = max(free + travel[place, here], stops[route, LO, k])
        if t > stops[route, HI, k]:
            return False
        stops[route, EARLY, k] = t
        free = t + visits[v, SERVICE]
        place = here
    due = routes[route, END]
    if free + travel[place, base] > due:
        return False
    place = base
    slack = 0
    room = 0
    for k in range(n - 1, -1, -1):
        v = stops[route, VISIT, k]
        here = visits[v, PLACE]
        room = max(room, due - stops[route, EARLY, k] - visits[v, SERVICE])
        done = visits[v, SERVICE] + travel[here, place]
        slack = max(slack, due - stops[route, EARLY, k] - done)
        due = min(due - done, stops[route, HI, k])
        stops[route, LATE, k] = due
        place = here
    slack = max(slack, due - routes[route, START] - travel[base, place])
    routes[route, ROOM] = max(room, due - routes[route, START])
    return bool(n == 0 or slack >= routes[route, PAUSE])


@kernel("f", "TTTCii")
def length(travel: Ints, visits: Ints, routes: Ints, stops: Ints, route: int, row: int) -> float:
    """Return the travel seconds of a route of the current (row 0) or the old plan (row OLD)."""
    total = 0
    place = routes[route, BASE]
    for k in range(stops[route, row + SIZE, 0]):
        here = visits[stops[route, row + VISIT, k], PLACE]
        total += travel[place, here]
        place = here
    return float(total + travel[place, routes[route, BASE]])


@kernel("b", "TTTCiiiii")
def break_fits(
    travel: Ints, visits: Ints, routes: Ints, stops: Ints, route: int, v: int, p: int, lo: int, hi: int
) -> bool:
    """Say whether the route with v at position p still has one stretch for its break."""
    need = routes[route, PAUSE]
    n = stops[route, SIZE, 0]
    base = routes[route, BASE]
    here = visits[v, PLACE]
    free = routes[route, START]
    before = base
    if p > 0:
        u = stops[route, VISIT, p - 1]
        free = stops[route, EARLY, p - 1] + visits[u, SERVICE]
        before = visits[u, PLACE]
    due = routes[route, END]
    after = base
    if p < n:
        due = stops[route, LATE, p]
        after = visits[stops[route, VISIT, p], PLACE]
    arrive = free + travel[before, here]
    ready = max(arrive, lo) + visits[v, SERVICE] + travel[here, after]
    late = min(hi, due - travel[here, after] - visits[v, SERVICE])
    if late - arrive >= need or due - ready >= need:
        return True
    place = here
    for k in range(p - 1, -1, -1):
        u = stops[route, VISIT, k]
        there = visits[u, PLACE]
        late = min(late - travel[there, place] - visits[u, SERVICE], stops[route, HI, k])
        came = routes[route, START] + travel[base, there]
        if k > 0:
            w = stops[route, VISIT, k - 1]
            came = stops[route, EARLY, k - 1] + visits[w, SERVICE] + travel[visits[w, PLACE], there]
        if late - came >= need:
            return True
        place = there
    for k in range(p, n):
        u = stops[route, VISIT, k]
        after = base
        due = routes[route, END]
        if k < n - 1:
            after = visits[stops[route, VISIT, k + 1], PLACE]
            due = stops[route, LATE, k + 1]
        ready = max(ready, stops[route, LO, k]) + visits[u, SERVICE] + travel[visits[u, PLACE], after]
        if due - ready >= need:
            return True
    return False


@kernel("i", "TTCTi")
def find_others(visits: Ints, clash: Ints, stops: Ints, scratch: Ints, v: int) -> int:
    """List the planned occurrences that v keeps away from, by start, in scratch columns 1-5; return how many."""
    found = 0
    first_where = visits.shape[1] - 1
    for c in range(visits[v, CLASH], visits[v, CLASH_END]):
        u = clash[c, 0]
        for i in range(visits[u, COUNT]):
            route = visits[u, first_where - i]
            again = False
            for j in range(i):
                if visits[u, first_where - j] == route:
                    again = True
            if again:
                continue
            for k in range(stops[route, SIZE, 0]):
                if stops[route, VISIT, k] == u:
                    t = stops[route, EARLY, k]
                    at = found
                    while at > 0 and scratch[at - 1, 1] > t:
                        for f in range(1, 6):
                            scratch[at, f] = scratch[at - 1, f]
                        at -= 1
                    scratch[at, 1] = t
                    scratch[at, 2] = clash[c, 1]
                    scratch[at, 3] = clash[c, 2]
                    scratch[at, 4] = route
                    scratch[at, 5] = k
                    found += 1
    return found


@kernel("b", "TLCi")
def opens(routes: Ints, rosters: Ints, stops: Ints, route: int) -> bool:
    """Say whether opening a closed route leaves every person's roster lawful."""
    for k in range(routes[route, ROSTER], routes[route, ROSTER_END]):
        q = rosters[k]
        closed = 0
        for j in range(q + 1, q + 1 + rosters[q]):
            if rosters[j] != route and stops[rosters[j], SIZE, 0] == 0:
                closed += 1
        if closed == 0:
            return False
    return True


@kernel("f", "TTFiiiif")
def count_in(
    visits: Ints, areas: Ints, worth: Floats, v: int, slot: int, route: int, sign: int, floor: float
) -> float:
    """Count one occurrence in (sign 1) or out (-1) of a route; return the change of worth."""
    value = worth[v] + worth[visits.shape[0] + slot]
    area = visits[v, AREA]
    if sign < 0 and area >= 0:
        areas[area, 1] -= 1
    if area >= 0 and areas[area, 1] < areas[area, 0]:
        value += floor
    if sign > 0 and area >= 0:
        areas[area, 1] += 1
    first_where = visits.shape[1] - 1
    if sign > 0:
        visits[v, first_where - visits[v, COUNT]] = route
        visits[v, COUNT] += 1
    else:
        left = visits[v, COUNT] - 1
        for i in range(left):
            if visits[v, first_where - i] == route:
                visits[v, first_where - i] = visits[v, first_where - left]
                break
        visits[v, COUNT] = left
    return float(sign * value)


@kernel("b", "TTTTCTFNi")
def insert(
    travel: Ints,
    visits: Ints,
    routes: Ints,
    slots: Ints,
    stops: Ints,
    scratch: Ints,
    marks: Floats,
    tally: Tally,
    others: int,
) -> bool:
    """Put the marked slot in, narrowing the lawful starts of other occurrences where they depend on it."""
    slot = int(marks[AT_SLOT])
    p = int(marks[AT])
    t = int(marks[AT_TIME])
    route = slots[slot, S_ROUTE]
    v = slots[slot, S_VISIT]
    lo = slots[slot, S_LO]
    hi = slots[slot, S_HI]
    save(routes, stops, scratch, tally, route)
    if visits[v, LOOSE]:
        for k in range(others):
            r = scratch[k, 4]
            i = scratch[k, 5]
            if scratch[k, 1] + scratch[k, 3] <= t:
                apart = scratch[k, 3]
                if stops[r, HI, i] + apart > t:
                    save(routes, stops, scratch, tally, r)
                    was = stops[r, HI, i]
                    stops[r, HI, i] = t - apart
                    if not refresh(travel, visits, routes, stops, r):
                        stops[r, HI, i] = was
                        refresh(travel, visits, routes, stops, r)
                        return False
                lo = max(lo, stops[r, HI, i] + apart)
            else:
                apart = scratch[k, 2]
                if scratch[k, 1] - apart < t:  # only when planting: the later occurrence moves on
                    save(routes, stops, scratch, tally, r)
                    was = stops[r, LO, i]
                    stops[r, LO, i] = t + apart
                    if not refresh(travel, visits, routes, stops, r):
                        stops[r, LO, i] = was
                        refresh(travel, visits, routes, stops, r)
                        return False
                if stops[r, LO, i] - apart < hi:
                    save(routes, stops, scratch, tally, r)
                    stops[r, LO, i] = stops[r, EARLY, i]
                hi = min(hi, stops[r, LO, i] - apart)
    n = stops[route, SIZE, 0]
    for f in range(SIZE):
        for k in range(n, p, -1):
            stops[route, f, k] = stops[route, f, k - 1]
    stops[route, VISIT, p] = v
    stops[route, SLOT, p] = slot
    stops[route, LO, p] = lo
    stops[route, HI, p] = hi
    stops[route, LOCKED, p] = 0
    stops[route, SIZE, 0] = n + 1
    if not refresh(travel, visits, routes, stops, route):
        for f in range(SIZE):
            for k in range(p, n):
                stops[route, f, k] = stops[route, f, k + 1]
        stops[route, SIZE, 0] = n
        refresh(travel, visits, routes, stops, route)
        return False
    return True


@kernel("v", "TTCTFib")
def back(
    visits: Ints, routes: Ints, stops: Ints, areas: Ints, worth: Floats, route: int, clear: bool
) -> None:
    """Empty a route (clear) or put the saved one into an emptied route; counts follow."""
    row = 0 if clear else OLD
    sign = -1 if clear else 1
    n = stops[route, row + SIZE, 0]
    for k in range(n):
        count_in(
            visits, areas, worth, stops[route, row + VISIT, k], stops[route, row + SLOT, k], route, sign, 0.0
        )
    if clear:
        stops[route, SIZE, 0] = 0
    else:
        stops[route, SIZE, 0] = n
        routes[route, ROOM] = routes[route, OLD_ROOM]
        for f in range(SIZE):
            for k in range(n):
                stops[route, f, k] = stops[route, OLD + f, k]
