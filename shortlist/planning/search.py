"""Ruin and recreate on compiled kernels: the anytime search for a week plan.

After J. Christiaens and G. Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing Problems"
(Transportation Science 54(2), 2020): strings of neighbouring stops are taken out of neighbouring routes and put
back greedily with blinks, accepted by annealing. Extended here to visits that may stay unplanned (prizes),
several occurrences with spacing, windows, breaks, rosters and locked stops.

The kernels share a few tables instead of many arrays, because each array costs compile time in every kernel:

* ``travel`` (P, P) seconds;
* ``visits`` (V, VISIT_COLUMNS + N + K): constants, what is planned, the N nearest visits, K routes of occurrences;
* ``routes`` (R, ROUTE_COLUMNS), ``slots`` (S, SLOT_COLUMNS), ``clash`` (C, 3), ``rosters`` flat sets of routes;
* ``stops`` (R, 3 * FIELDS, M): the current plan, the plan before this step, the best plan; per stop the visit,
  slot, lo and hi (lawful starts next to the other occurrences), earliest start, latest start, locked, and a last row
  whose first number is the size. Every start between earliest and latest keeps the route lawful;
* ``worth`` (V + S) value of a visit, then bonus of a slot; ``areas`` (A, 2) floor and planned;
* ``scratch`` (N, 7) candidates, other occurrences, touched routes; ``marks`` scores and ranks; ``tally`` counters.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shortlist.planning.compiled import kernel
from shortlist.planning.instance import Arrays, Floats, Ints

PLACE, SERVICE, TIMES, AREA, SLOTS, SLOTS_END, CLASH, CLASH_END, LOOSE, COUNT, HEAD, SEEN = range(12)
VISIT_COLUMNS = 12
BASE, START, END, PAUSE, MINE, MINE_END, ROSTER, ROSTER_END, STAMP, DIRTY = range(10)
ROUTE_COLUMNS = 10
S_VISIT, S_ROUTE, S_LO, S_HI, S_ORDER, S_NEXT = range(6)
SLOT_COLUMNS = 6
VISIT, SLOT, LO, HI, EARLY, LATE, LOCKED, SIZE = range(8)
FIELDS = 8
OLD, BEST = FIELDS, 2 * FIELDS
STEP, TOUCHED, BLINK, POOLED, TAKEN, SEED_1, SEED_2, NEAR = range(8)
NOW, NOW_TRAVEL, TOP, TOP_TRAVEL, COST, AT_SLOT, AT, AT_TIME = range(8)
RANKS = 8
ABSENT = 160
"""Most absent visits tried in one step."""
PLANT, FILL, SEARCH = range(3)

Tally = NDArray[np.int64]


@kernel("f", "N")
def _draw(tally: Tally) -> float:
    """Return a number in [0, 1) (two combined generators after L'Ecuyer, CACM 31(6), 1988)."""
    tally[SEED_1] = 40014 * tally[SEED_1] % 2147483563
    tally[SEED_2] = 40692 * tally[SEED_2] % 2147483399
    return float((tally[SEED_1] - tally[SEED_2]) % 2147483562) / 2147483562.0


@kernel("v", "TCTNi")
def _save(routes: Ints, stops: Ints, scratch: Ints, tally: Tally, route: int) -> None:
    """Remember a route as it was before this step, once."""
    if routes[route, STAMP] != tally[STEP]:
        routes[route, STAMP] = tally[STEP]
        n = stops[route, SIZE, 0]
        stops[route, OLD + SIZE, 0] = n
        for f in range(SIZE):
            for k in range(n):
                stops[route, OLD + f, k] = stops[route, f, k]
        scratch[tally[TOUCHED], 6] = route
        tally[TOUCHED] += 1


@kernel("b", "TTTCi")
def _refresh(travel: Ints, visits: Ints, routes: Ints, stops: Ints, route: int) -> bool:
    """Compute earliest and latest starts of a route; False when it is not lawful."""
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
    for k in range(n - 1, -1, -1):
        v = stops[route, VISIT, k]
        here = visits[v, PLACE]
        done = visits[v, SERVICE] + travel[here, place]
        slack = max(slack, due - stops[route, EARLY, k] - done)
        due = min(due - done, stops[route, HI, k])
        stops[route, LATE, k] = due
        place = here
    slack = max(slack, due - routes[route, START] - travel[base, place])
    return bool(n == 0 or slack >= routes[route, PAUSE])


@kernel("f", "TTTCii")
def _length(travel: Ints, visits: Ints, routes: Ints, stops: Ints, route: int, row: int) -> float:
    """Return the travel seconds of a route of the current (row 0) or the old plan (row OLD)."""
    total = 0
    place = routes[route, BASE]
    for k in range(stops[route, row + SIZE, 0]):
        here = visits[stops[route, row + VISIT, k], PLACE]
        total += travel[place, here]
        place = here
    return float(total + travel[place, routes[route, BASE]])


@kernel("b", "TTTCiiiii")
def _break_fits(
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
def _others(visits: Ints, clash: Ints, stops: Ints, scratch: Ints, v: int) -> int:
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
def _opens(routes: Ints, rosters: Ints, stops: Ints, route: int) -> bool:
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


@kernel("v", "TTTTLCFTFNiiif")
def _cheapest(
    travel: Ints,
    visits: Ints,
    routes: Ints,
    slots: Ints,
    rosters: Ints,
    stops: Ints,
    worth: Floats,
    scratch: Ints,
    marks: Floats,
    tally: Tally,
    v: int,
    others: int,
    blink: int,
    delay: float,
) -> None:
    """Find where v goes in at least cost: its listed slots (HEAD) or all, in every stretch that spacing leaves."""
    marks[COST] = np.inf
    here = visits[v, PLACE]
    serve = visits[v, SERVICE]
    listed = visits[v, HEAD] >= 0
    slot = visits[v, HEAD] if listed else visits[v, SLOTS]
    while slot >= 0 and (listed or slot < visits[v, SLOTS_END]):
        route = slots[slot, S_ROUTE]
        n = stops[route, SIZE, 0]
        lo = slots[slot, S_LO]
        last = slots[slot, S_HI]
        k = 0
        if n >= stops.shape[2] or (n == 0 and not _opens(routes, rosters, stops, route)):
            k = others + 1
        while k <= others:
            hi = last
            next_lo = lo
            if k < others:
                hi = min(last, scratch[k, 1] - scratch[k, 2])
                next_lo = max(lo, scratch[k, 1] + scratch[k, 3])
            k += 1
            if hi >= lo:
                free = routes[route, START]
                place = routes[route, BASE]
                for p in range(n + 1):
                    if free > hi:
                        break
                    due = routes[route, END]
                    after = routes[route, BASE]
                    if p < n:
                        due = stops[route, LATE, p]
                        after = visits[stops[route, VISIT, p], PLACE]
                    if due >= lo + serve:
                        way = travel[place, here]
                        t = max(free + way, lo)
                        ready = t + serve + travel[here, after]
                        if t <= hi and ready <= due:
                            cost = float(way + travel[here, after] - travel[place, after])
                            if p < n:
                                cost += delay * max(0, ready - stops[route, EARLY, p])
                            cost -= 1e7 * worth[visits.shape[0] + slot]
                            if cost < marks[COST]:
                                skip = False
                                if blink > 0:
                                    tally[BLINK] -= 1
                                    if tally[BLINK] <= 0:
                                        tally[BLINK] = 1 + int(_draw(tally) * 2 * blink)
                                        skip = True
                                if not skip and (
                                    routes[route, PAUSE] == 0
                                    or _break_fits(travel, visits, routes, stops, route, v, p, lo, hi)
                                ):
                                    marks[COST] = cost
                                    marks[AT_SLOT] = slot
                                    marks[AT] = p
                                    marks[AT_TIME] = t
                    if p < n:
                        u = stops[route, VISIT, p]
                        free = stops[route, EARLY, p] + visits[u, SERVICE]
                        place = visits[u, PLACE]
            lo = next_lo
            if lo > last:
                break
        slot = slots[slot, S_NEXT] if listed else slot + 1


@kernel("f", "TTFiiiif")
def _count(
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
def _insert(
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
    _save(routes, stops, scratch, tally, route)
    if visits[v, LOOSE]:
        for k in range(others):
            r = scratch[k, 4]
            i = scratch[k, 5]
            if scratch[k, 1] + scratch[k, 3] <= t:
                apart = scratch[k, 3]
                if stops[r, HI, i] + apart > t:
                    _save(routes, stops, scratch, tally, r)
                    was = stops[r, HI, i]
                    stops[r, HI, i] = t - apart
                    if not _refresh(travel, visits, routes, stops, r):
                        stops[r, HI, i] = was
                        _refresh(travel, visits, routes, stops, r)
                        return False
                lo = max(lo, stops[r, HI, i] + apart)
            else:
                apart = scratch[k, 2]
                if stops[r, LO, i] - apart < hi:
                    _save(routes, stops, scratch, tally, r)
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
    if not _refresh(travel, visits, routes, stops, route):
        for f in range(SIZE):
            for k in range(p, n):
                stops[route, f, k] = stops[route, f, k + 1]
        stops[route, SIZE, 0] = n
        _refresh(travel, visits, routes, stops, route)
        return False
    return True


@kernel("v", "TCTFib")
def _back(visits: Ints, stops: Ints, areas: Ints, worth: Floats, route: int, clear: bool) -> None:
    """Empty a route (clear) or put the saved one into an emptied route; counts follow."""
    row = 0 if clear else OLD
    sign = -1 if clear else 1
    n = stops[route, row + SIZE, 0]
    for k in range(n):
        _count(
            visits, areas, worth, stops[route, row + VISIT, k], stops[route, row + SLOT, k], route, sign, 0.0
        )
    if clear:
        stops[route, SIZE, 0] = 0
    else:
        stops[route, SIZE, 0] = n
        for f in range(SIZE):
            for k in range(n):
                stops[route, f, k] = stops[route, OLD + f, k]


@kernel("v", "TTTCTFTFNfff")
def _ruin(
    travel: Ints,
    visits: Ints,
    routes: Ints,
    stops: Ints,
    areas: Ints,
    worth: Floats,
    scratch: Ints,
    marks: Floats,
    tally: Tally,
    mean: float,
    longest: float,
    floor: float,
) -> None:
    """Take strings of stops near one place out of several routes (section 5.2 of the paper)."""
    planned = 0
    opened = 0
    for route in range(routes.shape[0]):
        if stops[route, SIZE, 0] > 0:
            planned += stops[route, SIZE, 0]
            opened += 1
    if opened == 0:
        return
    typical = min(longest, planned / opened)
    strings = int(1 + _draw(tally) * (4.0 * mean / (1.0 + typical) - 1.0))
    seed = int(_draw(tally) * visits.shape[0])
    for _ in range(8):
        route = int(_draw(tally) * routes.shape[0])
        if stops[route, SIZE, 0] > 0:
            seed = stops[route, VISIT, int(_draw(tally) * stops[route, SIZE, 0])]
            break
    anchor = -1
    first_where = visits.shape[1] - 1
    same_time = _draw(tally) < 0.6
    for i in range(tally[NEAR]):
        if strings <= 0:
            break
        v = visits[seed, VISIT_COLUMNS + i]
        if visits[v, COUNT] == 0:
            continue
        route = visits[v, first_where - int(_draw(tally) * visits[v, COUNT])]
        if routes[route, STAMP] == tally[STEP]:
            continue
        apart = anchor >= 0 and (
            routes[route, START] >= routes[anchor, END] or routes[route, END] <= routes[anchor, START]
        )
        if same_time and apart:
            continue
        n = stops[route, SIZE, 0]
        at = 0
        while stops[route, VISIT, at] != v:
            at += 1
        length = min(n, int(1 + _draw(tally) * min(float(n), typical)))
        keep = 0
        if 1 < length < n and _draw(tally) < 0.5:
            keep = 1
            while length + keep < n and _draw(tally) > 0.5:
                keep += 1
        whole = length + keep
        low = max(0, at - whole + 1)
        first = low + int(_draw(tally) * (min(at, n - whole) - low + 1))
        hold = first + 1 + int(_draw(tally) * (whole - keep - 1)) if keep > 0 else first
        _save(routes, stops, scratch, tally, route)
        change = 0.0
        end = first
        gone = tally[TAKEN]
        for k in range(first, n):
            if k >= first + whole or stops[route, LOCKED, k] == 1 or hold <= k < hold + keep:
                for f in range(SIZE):
                    stops[route, f, end] = stops[route, f, k]
                end += 1
            else:
                u = stops[route, VISIT, k]
                change += _count(visits, areas, worth, u, stops[route, SLOT, k], route, -1, floor)
                scratch[gone, 0] = u
                gone += 1
        stops[route, SIZE, 0] = end
        if _refresh(travel, visits, routes, stops, route):
            marks[NOW] += change
            tally[TAKEN] = gone
        else:
            # Only with travel times that break the triangle inequality: put the route back as it was.
            _back(visits, stops, areas, worth, route, True)
            _back(visits, stops, areas, worth, route, False)
        if anchor < 0:
            anchor = route
        strings -= 1


@kernel("v", "TTTTTCTNi")
def _loosen(
    travel: Ints,
    visits: Ints,
    routes: Ints,
    slots: Ints,
    clash: Ints,
    stops: Ints,
    scratch: Ints,
    tally: Tally,
    v: int,
) -> None:
    """Give the occurrences of v all the room that the remaining ones leave (after something went out)."""
    first_where = visits.shape[1] - 1
    for i in range(visits[v, COUNT]):
        route = visits[v, first_where - i]
        _save(routes, stops, scratch, tally, route)
        for k in range(stops[route, SIZE, 0]):
            if stops[route, VISIT, k] != v or stops[route, LOCKED, k] == 1:
                continue
            slot = stops[route, SLOT, k]
            lo = slots[slot, S_LO]
            hi = slots[slot, S_HI]
            t = stops[route, EARLY, k]
            others = _others(visits, clash, stops, scratch, v)
            for z in range(others):
                r = scratch[z, 4]
                j = scratch[z, 5]
                if r == route and j == k:
                    continue
                if scratch[z, 1] < t:
                    lo = max(lo, stops[r, HI, j] + scratch[z, 3])
                else:
                    hi = min(hi, stops[r, LO, j] - scratch[z, 2])
            stops[route, LO, k] = lo
            stops[route, HI, k] = hi
            _refresh(travel, visits, routes, stops, route)


@kernel("i", "TTTTNb")
def _collect(visits: Ints, routes: Ints, slots: Ints, scratch: Ints, tally: Tally, everywhere: bool) -> int:
    """List what may go in: what was just taken out, and absent visits that have a slot in a changed route."""
    count = int(tally[TAKEN])
    for k in range(count):
        v = scratch[k, 0]
        visits[v, HEAD] = -2  # every slot
        visits[v, SEEN] = tally[STEP]
    limit = count + ABSENT
    absent = 0
    for i in range(tally[TOUCHED]):
        route = scratch[i, 6]
        for k in range(routes[route, MINE], routes[route, MINE_END]):
            slot = slots[k, S_ORDER]
            v = slots[slot, S_VISIT]
            if visits[v, COUNT] >= visits[v, TIMES]:
                continue
            if visits[v, SEEN] != tally[STEP]:
                visits[v, SEEN] = tally[STEP]
                visits[v, HEAD] = -2 if everywhere else -1
                absent += 1
                at = count
                if count < limit:
                    count += 1
                else:
                    at = limit - 1 - int(_draw(tally) * absent)
                    if at < limit - ABSENT:
                        visits[v, HEAD] = -3  # not this time
                        continue
                    visits[scratch[at, 0], HEAD] = -3
                scratch[at, 0] = v
            if visits[v, HEAD] >= -1:
                slots[slot, S_NEXT] = visits[v, HEAD]
                visits[v, HEAD] = slot
    return count


@kernel("v", "TTTFTFNi")
def _order(
    travel: Ints,
    visits: Ints,
    slots: Ints,
    worth: Floats,
    scratch: Ints,
    marks: Floats,
    tally: Tally,
    count: int,
) -> None:
    """Order the candidates by one of several rules drawn at random (shell sort, smallest rank first)."""
    rule = _draw(tally)
    close = min(3, int(tally[NEAR]) - 1)
    for k in range(count):
        v = scratch[k, 0]
        rank = 0.6 + 0.8 * _draw(tally)
        if 0.25 <= rule < 0.55:
            rank *= -worth[v]
        elif 0.55 <= rule < 0.85:
            way = travel[visits[v, PLACE], visits[visits[v, VISIT_COLUMNS + close], PLACE]]
            rank *= -worth[v] / (1.0 + visits[v, SERVICE] + way)
        elif rule >= 0.85:
            width = 0.0
            for s in range(visits[v, SLOTS], visits[v, SLOTS_END]):
                width += 1.0 + slots[s, S_HI] - slots[s, S_LO]
            rank *= width
        marks[RANKS + k] = rank
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, count):
            key = marks[RANKS + i]
            v = scratch[i, 0]
            j = i
            while j >= gap and marks[RANKS + j - gap] > key:
                marks[RANKS + j] = marks[RANKS + j - gap]
                scratch[j, 0] = scratch[j - gap, 0]
                j -= gap
            marks[RANKS + j] = key
            scratch[j, 0] = v
        gap //= 3


@kernel("v", "CNTNi")
def _remember(stops: Ints, tally: Tally, pool: Ints, known: Tally, route: int) -> None:
    """Put a route into the pool unless it is there already."""
    n = stops[route, SIZE, 0]
    if n == 0 or tally[POOLED] >= pool.shape[0]:
        return
    mark = 1469598103
    for k in range(n):
        mark = (mark * 1000003 + stops[route, SLOT, k] + 1) % 2305843009213
    at = mark % known.shape[0]
    while known[at] != 0:
        if known[at] == mark + 1:
            return
        at = (at + 1) % known.shape[0]
    known[at] = mark + 1
    row = tally[POOLED]
    for k in range(n):
        pool[row, k] = stops[route, SLOT, k]
    if n < pool.shape[1]:
        pool[row, n] = -1
    tally[POOLED] += 1


@kernel("v", "TTTTTLCFTTFNTNLFii")
def run(
    travel: Ints,
    visits: Ints,
    routes: Ints,
    slots: Ints,
    clash: Ints,
    rosters: Ints,
    stops: Ints,
    worth: Floats,
    areas: Ints,
    scratch: Ints,
    marks: Floats,
    tally: Tally,
    pool: Ints,
    known: Tally,
    planted: Ints,
    setting: Floats,
    mode: int,
    steps: int,
) -> None:
    """Plant slots in order (PLANT), insert all that fits (FILL) or do ``steps`` steps (SEARCH).

    ``setting``: hot, cold, worth of a second of travel, worth of a floored visit, mean removals, longest string,
    blink interval, how far below the best a plan's routes are still remembered.
    """
    hot, cold, per_second, floor = setting[0], setting[1], setting[2], setting[3]
    mean, longest, blink, within = setting[4], setting[5], int(setting[6]), setting[7]
    if mode != SEARCH:
        steps = 1
    for step in range(steps):
        tally[STEP] += 1
        tally[TOUCHED] = 0
        tally[TAKEN] = 0
        before = marks[NOW]
        count = 0
        if mode == PLANT:
            count = planted.shape[0]
        elif mode == FILL:
            for v in range(visits.shape[0]):
                if visits[v, COUNT] < visits[v, TIMES] and visits[v, SLOTS] < visits[v, SLOTS_END]:
                    scratch[count, 0] = v
                    visits[v, HEAD] = -2
                    count += 1
        else:
            _ruin(travel, visits, routes, stops, areas, worth, scratch, marks, tally, mean, longest, floor)
            if tally[TOUCHED] == 0:
                _save(routes, stops, scratch, tally, int(_draw(tally) * routes.shape[0]))
            for k in range(tally[TAKEN]):
                v = scratch[k, 0]
                for c in range(visits[v, CLASH], visits[v, CLASH_END]):
                    if visits[clash[c, 0], LOOSE]:
                        _loosen(travel, visits, routes, slots, clash, stops, scratch, tally, clash[c, 0])
            count = _collect(visits, routes, slots, scratch, tally, _draw(tally) < 0.02)
        if mode != PLANT:
            _order(travel, visits, slots, worth, scratch, marks, tally, count)
        taste = _draw(tally)
        delay = 0.3 if taste < 0.4 else (1.0 if taste < 0.7 else 0.0)
        for k in range(count):
            v = slots[planted[k], S_VISIT] if mode == PLANT else scratch[k, 0]
            if mode != PLANT and visits[v, HEAD] == -3:
                continue
            wanted = visits[v, TIMES] - visits[v, COUNT]
            while wanted > 0:
                wanted -= 1
                others = _others(visits, clash, stops, scratch, v)
                if mode == PLANT:
                    # At the end of its route, at the first moment that spacing allows.
                    wanted = 0
                    slot = planted[k]
                    route = slots[slot, S_ROUTE]
                    n = stops[route, SIZE, 0]
                    t = routes[route, START]
                    place = routes[route, BASE]
                    if n > 0:
                        u = stops[route, VISIT, n - 1]
                        t = stops[route, EARLY, n - 1] + visits[u, SERVICE]
                        place = visits[u, PLACE]
                    t = max(t + travel[place, visits[v, PLACE]], slots[slot, S_LO])
                    for z in range(others):
                        if t > scratch[z, 1] - scratch[z, 2]:
                            t = max(t, scratch[z, 1] + scratch[z, 3])
                    if t > slots[slot, S_HI] or n >= stops.shape[2]:
                        break
                    if n == 0 and not _opens(routes, rosters, stops, route):
                        break
                    marks[AT_SLOT] = slot
                    marks[AT] = n
                    marks[AT_TIME] = t
                else:
                    _cheapest(
                        travel,
                        visits,
                        routes,
                        slots,
                        rosters,
                        stops,
                        worth,
                        scratch,
                        marks,
                        tally,
                        v,
                        others,
                        blink,
                        delay,
                    )
                    if marks[COST] == np.inf:
                        break
                if not _insert(travel, visits, routes, slots, stops, scratch, marks, tally, others):
                    break
                slot = int(marks[AT_SLOT])
                marks[NOW] += _count(visits, areas, worth, v, slot, slots[slot, S_ROUTE], 1, floor)
        if mode == PLANT:
            return
        change = 0.0
        if mode == FILL:
            change = -marks[NOW_TRAVEL]
            for route in range(routes.shape[0]):
                change += _length(travel, visits, routes, stops, route, 0)
        else:
            for i in range(tally[TOUCHED]):
                route = scratch[i, 6]
                change += _length(travel, visits, routes, stops, route, 0)
                change -= _length(travel, visits, routes, stops, route, OLD)
        gain = marks[NOW] - before - per_second * change
        heat = hot * (cold / hot) ** (step / steps)
        if mode == SEARCH and gain < 0.0 and gain <= heat * np.log(_draw(tally) + 1e-300):
            # In two rounds: first everything out, so that counts never overlap.
            for i in range(2 * tally[TOUCHED]):
                j = i if i < tally[TOUCHED] else i - tally[TOUCHED]
                _back(visits, stops, areas, worth, scratch[j, 6], i < tally[TOUCHED])
            marks[NOW] = before
            continue
        marks[NOW_TRAVEL] += change
        for i in range(tally[TOUCHED]):
            routes[scratch[i, 6], DIRTY] = 1
        better = marks[NOW] - marks[TOP]
        if mode == FILL or better > 1e-9 or (better > -1e-9 and marks[NOW_TRAVEL] < marks[TOP_TRAVEL] - 0.5):
            marks[TOP] = marks[NOW]
            marks[TOP_TRAVEL] = marks[NOW_TRAVEL]
            for route in range(routes.shape[0]):
                if routes[route, DIRTY] or mode == FILL:
                    routes[route, DIRTY] = 0
                    for f in range(FIELDS):
                        for k in range(max(1, stops[route, SIZE, 0])):
                            stops[route, BEST + f, k] = stops[route, f, k]
                    _remember(stops, tally, pool, known, route)
        elif gain > 0.0 and better > -within:
            for i in range(tally[TOUCHED]):
                _remember(stops, tally, pool, known, scratch[i, 6])


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
    ):
        routes[:, column] = numbers
    slots = np.zeros((size, SLOT_COLUMNS), np.int32)
    for column, numbers in (
        (S_VISIT, a.slot_visit),
        (S_ROUTE, a.slot_route),
        (S_LO, a.slot_lo),
        (S_HI, a.slot_hi),
        (S_ORDER, a.by_route),
    ):
        slots[:, column] = numbers
    areas = np.zeros((max(1, len(a.floor)), 2), np.int32)
    areas[: len(a.floor), 0] = a.floor
    widest = int(np.diff(a.clash_from).max(initial=1)) * most
    room = max(int(a.times.sum()) + count + ABSENT, widest, opened + 1)
    tally = np.zeros(8, np.int64)
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
        _refresh(t.travel, t.visits, t.routes, t.stops, route)
