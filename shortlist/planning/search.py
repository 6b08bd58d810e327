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

import numpy as np

from shortlist.planning.compiled import kernel
from shortlist.planning.instance import Floats, Ints
from shortlist.planning.moves import (
    ABSENT,
    ALL,
    AT,
    AT_SLOT,
    AT_TIME,
    BASE,
    BEST,
    BLINK,
    CLASH,
    CLASH_END,
    CLOSE_BY,
    COST,
    COUNT,
    DIRTY,
    EARLY,
    END,
    FIELDS,
    FILL,
    HEAD,
    HI,
    LATE,
    LISTED,
    LO,
    LOCKED,
    LOOSE,
    MINE,
    MINE_END,
    NEAR,
    NEARBY,
    NOW,
    NOW_TRAVEL,
    OLD,
    OPENED,
    PAUSE,
    PLACE,
    PLANNED,
    PLANT,
    POOLED,
    RANKS,
    ROOM,
    S_FAR,
    S_HI,
    S_LO,
    S_NEAR,
    S_NEXT,
    S_ORDER,
    S_ROUTE,
    S_VISIT,
    S_WHOSE,
    SEARCH,
    SEEN,
    SERVICE,
    SIZE,
    SKIPPED,
    SLOT,
    SLOTS,
    SLOTS_END,
    STAMP,
    START,
    STEP,
    TAKEN,
    TIMES,
    TOP,
    TOP_TRAVEL,
    TOUCHED,
    TRY,
    VISIT,
    VISIT_COLUMNS,
    Tally,
    back,
    break_fits,
    count_in,
    draw,
    find_others,
    insert,
    length,
    opens,
    refresh,
    save,
)


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
    """Find where v goes in at least cost, in every stretch that spacing leaves; TRY and HEAD say in which slots."""
    marks[COST] = np.inf
    here = visits[v, PLACE]
    serve = visits[v, SERVICE]
    near = visits[v, TRY] == NEARBY
    at = visits[v, SLOTS]
    end = at if visits[v, TRY] == LISTED else visits[v, SLOTS_END]
    if near:
        end = min(end, at + CLOSE_BY)
    listed = visits[v, HEAD]
    while at < end or listed >= 0:
        if at < end:
            slot = slots[at, S_NEAR] if near else at
            at += 1
        else:
            slot = listed
            listed = slots[slot, S_NEXT]
        route = slots[slot, S_ROUTE]
        if routes[route, ROOM] < serve:
            continue
        n = stops[route, SIZE, 0]
        lo = slots[slot, S_LO]
        last = slots[slot, S_HI]
        k = 0
        if n >= stops.shape[2] or (n == 0 and not opens(routes, rosters, stops, route)):
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
                                        tally[BLINK] = 1 + int(draw(tally) * 2 * blink)
                                        skip = True
                                if not skip and (
                                    routes[route, PAUSE] == 0
                                    or break_fits(travel, visits, routes, stops, route, v, p, lo, hi)
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
    if tally[OPENED] == 0:
        return
    typical = min(longest, tally[PLANNED] / tally[OPENED])
    strings = int(1 + draw(tally) * (4.0 * mean / (1.0 + typical) - 1.0))
    seed = int(draw(tally) * visits.shape[0])
    for _ in range(8):
        route = int(draw(tally) * routes.shape[0])
        if stops[route, SIZE, 0] > 0:
            seed = stops[route, VISIT, int(draw(tally) * stops[route, SIZE, 0])]
            break
    anchor = -1
    first_where = visits.shape[1] - 1
    same_time = draw(tally) < 0.6
    for i in range(tally[NEAR]):
        if strings <= 0:
            break
        v = visits[seed, VISIT_COLUMNS + i]
        if visits[v, COUNT] == 0:
            continue
        route = visits[v, first_where - int(draw(tally) * visits[v, COUNT])]
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
        length = min(n, int(1 + draw(tally) * min(float(n), typical)))
        keep = 0
        if 1 < length < n and draw(tally) < 0.5:
            keep = 1
            while length + keep < n and draw(tally) > 0.5:
                keep += 1
        whole = length + keep
        low = max(0, at - whole + 1)
        first = low + int(draw(tally) * (min(at, n - whole) - low + 1))
        hold = first + 1 + int(draw(tally) * (whole - keep - 1)) if keep > 0 else first
        save(routes, stops, scratch, tally, route)
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
                change += count_in(visits, areas, worth, u, stops[route, SLOT, k], route, -1, floor)
                scratch[gone, 0] = u
                gone += 1
        stops[route, SIZE, 0] = end
        if refresh(travel, visits, routes, stops, route):
            marks[NOW] += change
            tally[TAKEN] = gone
        else:
            # Only with travel times that break the triangle inequality: put the route back as it was.
            back(visits, routes, stops, areas, worth, route, True)
            back(visits, routes, stops, areas, worth, route, False)
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
        save(routes, stops, scratch, tally, route)
        for k in range(stops[route, SIZE, 0]):
            if stops[route, VISIT, k] != v or stops[route, LOCKED, k] == 1:
                continue
            slot = stops[route, SLOT, k]
            lo = slots[slot, S_LO]
            hi = slots[slot, S_HI]
            t = stops[route, EARLY, k]
            others = find_others(visits, clash, stops, scratch, v)
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
            refresh(travel, visits, routes, stops, route)


@kernel("i", "TTTTNb")
def _collect(visits: Ints, routes: Ints, slots: Ints, scratch: Ints, tally: Tally, everywhere: bool) -> int:
    """List what may go in: what was just taken out, and absent visits that have a slot in a changed route."""
    count = int(tally[TAKEN])
    for k in range(count):
        v = scratch[k, 0]
        visits[v, HEAD] = -1
        visits[v, TRY] = ALL if everywhere else NEARBY
        visits[v, SEEN] = tally[STEP]
    limit = count + ABSENT
    absent = 0
    for i in range(tally[TOUCHED]):
        route = scratch[i, 6]
        end = routes[route, MINE_END]
        if not everywhere and routes.shape[0] > CLOSE_BY:
            end = min(end, routes[route, MINE] + 2 * CLOSE_BY)
        for k in range(routes[route, MINE], end):
            v = slots[k, S_WHOSE]
            if visits[v, COUNT] >= visits[v, TIMES]:
                continue
            if visits[v, SEEN] != tally[STEP]:
                visits[v, SEEN] = tally[STEP]
                visits[v, HEAD] = -1
                visits[v, TRY] = ALL if everywhere else LISTED
                absent += 1
                at = count
                if count < limit:
                    count += 1
                else:
                    at = limit - 1 - int(draw(tally) * absent)
                    if at < limit - ABSENT:
                        visits[v, TRY] = SKIPPED
                        continue
                    visits[scratch[at, 0], TRY] = SKIPPED
                scratch[at, 0] = v
            slot = slots[k, S_ORDER]
            if visits[v, TRY] == LISTED or (visits[v, TRY] == NEARBY and slots[slot, S_FAR] == 1):
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
    rule = draw(tally)
    close = min(3, int(tally[NEAR]) - 1)
    for k in range(count):
        v = scratch[k, 0]
        rank = 0.6 + 0.8 * draw(tally)
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
    tally[PLANNED] = 0
    tally[OPENED] = 0
    for route in range(routes.shape[0]):
        tally[PLANNED] += stops[route, SIZE, 0]
        tally[OPENED] += stops[route, SIZE, 0] > 0
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
                    visits[v, HEAD] = -1
                    visits[v, TRY] = ALL
                    count += 1
        else:
            _ruin(travel, visits, routes, stops, areas, worth, scratch, marks, tally, mean, longest, floor)
            if tally[TOUCHED] == 0:
                save(routes, stops, scratch, tally, int(draw(tally) * routes.shape[0]))
            for k in range(tally[TAKEN]):
                v = scratch[k, 0]
                for c in range(visits[v, CLASH], visits[v, CLASH_END]):
                    if visits[clash[c, 0], LOOSE]:
                        _loosen(travel, visits, routes, slots, clash, stops, scratch, tally, clash[c, 0])
            count = _collect(visits, routes, slots, scratch, tally, draw(tally) < 0.02)
        if mode != PLANT:
            _order(travel, visits, slots, worth, scratch, marks, tally, count)
        taste = draw(tally)
        delay = 0.3 if taste < 0.4 else (1.0 if taste < 0.7 else 0.0)
        for k in range(count):
            v = slots[planted[k], S_VISIT] if mode == PLANT else scratch[k, 0]
            if mode != PLANT and visits[v, TRY] == SKIPPED:
                continue
            wanted = visits[v, TIMES] - visits[v, COUNT]
            while wanted > 0:
                wanted -= 1
                others = find_others(visits, clash, stops, scratch, v)
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
                        # A later occurrence may still move on to make room.
                        then = scratch[z, 1]
                        if visits[v, LOOSE] and then + scratch[z, 3] > t:
                            then = stops[scratch[z, 4], LATE, scratch[z, 5]]
                        if t > then - scratch[z, 2]:
                            t = max(t, scratch[z, 1] + scratch[z, 3])
                    if t > slots[slot, S_HI] or n >= stops.shape[2]:
                        break
                    if n == 0 and not opens(routes, rosters, stops, route):
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
                if not insert(travel, visits, routes, slots, stops, scratch, marks, tally, others):
                    break
                slot = int(marks[AT_SLOT])
                marks[NOW] += count_in(visits, areas, worth, v, slot, slots[slot, S_ROUTE], 1, floor)
        if mode == PLANT:
            return
        change = 0.0
        if mode == FILL:
            change = -marks[NOW_TRAVEL]
            for route in range(routes.shape[0]):
                change += length(travel, visits, routes, stops, route, 0)
        else:
            for i in range(tally[TOUCHED]):
                route = scratch[i, 6]
                change += length(travel, visits, routes, stops, route, 0)
                change -= length(travel, visits, routes, stops, route, OLD)
        gain = marks[NOW] - before - per_second * change
        heat = hot * (cold / hot) ** (step / steps)
        if mode == SEARCH and gain < 0.0 and gain <= heat * np.log(draw(tally) + 1e-300):
            # In two rounds: first everything out, so that counts never overlap.
            for i in range(2 * tally[TOUCHED]):
                j = i if i < tally[TOUCHED] else i - tally[TOUCHED]
                back(visits, routes, stops, areas, worth, scratch[j, 6], i < tally[TOUCHED])
            marks[NOW] = before
            continue
        marks[NOW_TRAVEL] += change
        for i in range(tally[TOUCHED]):
            route = scratch[i, 6]
            routes[route, DIRTY] = 1
            was = stops[route, OLD + SIZE, 0]
            tally[PLANNED] += stops[route, SIZE, 0] - was
            tally[OPENED] += int(stops[route, SIZE, 0] > 0) - int(was > 0)
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
