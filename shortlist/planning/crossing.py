"""A bound that stays valid over the cuts between parts that were solved apart.

The bound of a whole week (``bound``) holds for *any* prices that are never negative: what all wanted visits, stretches
of windows and rosters cost together, plus the best that each shift can earn when it pays those prices. The parts, each
solved by itself, give good prices for their own rows. Every row of a part is a rule of the whole week too: visits as
often as wanted, people's rosters (a person is never cut), spacing inside stretches of windows and what visits that
keep away from each other are worth together, where the right-hand side is counted anew from the full windows. So

    sum(price * right-hand side over all rows of all parts) + sum over all shifts of (its best route)

bounds the whole week, provided that "its best route" looks at *all* visits, also those of other parts. ``limits`` finds
it in two steps. Routes that stay among the part's own visits and the nearest others are priced as in ``bound``. A route
with a visit from further away cannot earn more than the best fractional load of its hours: every stop takes its service
and, for a share q of the way, at least the shortest way into its place, and the rest of the way at least as long as
(1 - q) times the way to the nearest such visit and back. The smallest load over several q is still a limit, and the
larger of both steps covers every route. Spacing by exact times, ``not_with`` across parts and floors are left out,
which only makes the bound larger.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shortlist.planning.bound import Master
from shortlist.planning.coupled import most_apart, rooms
from shortlist.planning.instance import Floats, build
from shortlist.planning.parts import Part
from shortlist.planning.problem import Problem

MOST_NEAR = 1200
"""Visits of other parts that are priced exactly with a part."""
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_ROUTES = 8
"""Routes given back per kind of shift."""
_ROUNDED = 3
"""Seconds by which a sum of rounded-up travel times may undercut the rounded-up way as the crow flies."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What a part's rows cost, in the part's numbers: per visit, per stretch of windows, per roster, per route."""

    visit: tuple[float, ...]
    stretch: tuple[tuple[tuple[tuple[int, int], ...], int, float], ...]
    """Windows (visit, window), seconds between any two starts, price."""
    block: tuple[tuple[tuple[int, ...], float], ...]
    """Visits that keep away from each other, and the share of their worth that they pay."""
    roster: tuple[tuple[tuple[int, ...], float], ...]
    """Routes of which one stays closed, price, in the order of the part's roster sets."""
    route: tuple[float, ...]
    """What a route must earn to be worth its shift; only a hint for where to stop looking."""
    group: tuple[int, ...]
    """Per route the first of the routes that are like it."""


Found = tuple[int, tuple[tuple[int, int], ...]]
"""A route worth looking at: its number in the part, its stops as (visit, window) in the whole problem's numbers."""


def routes_of(master: Master, part: Part, *, most: int = 40) -> tuple[Found, ...]:
    """Return the most promising routes of a part's bound: at most ``most`` per group of routes."""
    prices = master.bound.prices
    if prices is None:
        prices = np.zeros(len(master.right))
    window = master.instance.arrays.slot_window
    visit = master.instance.arrays.slot_visit
    ranked: dict[int, list[tuple[float, int]]] = {}
    for number, column in enumerate(master.columns):
        cost = sum(prices[row] * times for row, times in master.rows_of(column).items())
        ranked.setdefault(column.shift, []).append((cost - column.value, number))
    found: list[Found] = []
    for shift, line in ranked.items():
        for _, number in sorted(line)[:most]:
            slots = master.shifts[shift].slots[list(master.columns[number].vertices)]
            stops = tuple(
                (part.visits[v], w)
                for v, w in zip(visit[slots].tolist(), window[slots].tolist(), strict=True)
            )
            found.append((master.shifts[shift].routes[0], stops))
    return tuple(found)


def prices_of(master: Master) -> Prices:
    """Return the prices behind a part's bound; all zero when it was found without prices."""
    visits, routes = len(master.instance.arrays.place), len(master.instance.arrays.start)
    prices = master.bound.prices
    if prices is None:
        prices = np.zeros(len(master.right))
    route = np.zeros(routes)
    group = np.arange(routes)
    for shift, row in zip(master.shifts, master.shift_rows, strict=True):
        route[shift.routes] = prices[row]
        group[shift.routes] = shift.routes[0]
    return Prices(
        tuple(prices[:visits].tolist()),
        tuple(
            (s.windows, s.gap, float(prices[s.row])) for s in master.spacing.stretches if prices[s.row] > 0
        ),
        tuple(
            (block.visits, float(prices[row]) / block.unit) for row, block in master.blocks if prices[row] > 0
        ),
        tuple(
            (keys, float(prices[row]))
            for (keys, _), row in zip(master.instance.sets, master.roster_rows, strict=True)
        ),
        tuple(route.tolist()),
        tuple(group.tolist()),
    )


@dataclass(frozen=True, slots=True)
class Reduced:
    """The whole week's prices: what they cost together, and what each visit is then worth."""

    paid: float
    visit: Floats
    """Price of each visit, (V,)."""
    window: Mapping[tuple[int, int], float]
    """Price of (visit, window) on top."""


def combine(problem: Problem, parts: Sequence[Part], prices: Sequence[Prices]) -> Reduced:
    """Return all parts' prices as prices of the whole week."""
    visit = np.zeros(len(problem.visits))
    window: dict[tuple[int, int], float] = {}
    paid = 0.0
    for part, own in zip(parts, prices, strict=True):
        visit[list(part.visits)] = own.visit
        for local, gap, price in own.stretch:
            whole = [(part.visits[v], w) for v, w in local]
            paid += price * room_in_stretch(problem, whole, gap)
            for key in whole:
                window[key] = window.get(key, 0.0) + price
        paid += sum((len(keys) - 1) * price for keys, price in own.roster)
    paid += float(visit @ np.array([v.times for v in problem.visits], dtype=np.float64))
    linked = [
        (tuple(part.visits[v] for v in local), price)
        for part, own in zip(parts, prices, strict=True)
        for local, price in own.block
    ]
    for (whole_block, price), room in zip(linked, rooms(problem, [b for b, _ in linked]), strict=True):
        paid += price * room
        visit[list(whole_block)] += price * np.array([problem.visits[v].value for v in whole_block])
    return Reduced(paid, visit, window)


def room_in_stretch(problem: Problem, windows: Sequence[tuple[int, int]], gap: int) -> int:
    """Return how many starts ``gap`` seconds apart fit into windows (visit, window), whoever makes them."""
    spans = [
        (hours.start, hours.end - problem.visits[v].service)
        for v, w in windows
        for hours in (problem.visits[v].windows[w],)
    ]
    return most_apart([(lo, hi) for lo, hi in spans if lo <= hi], gap)


@dataclass(frozen=True, slots=True)
class Question:
    """What one worker needs to limit the routes of one part's shifts, next to the whole problem."""

    visits: tuple[int, ...]
    """The part's own visits first, then the nearest ones of other parts."""
    teams: tuple[int, ...]
    visit: tuple[float, ...]
    """Price of each of these visits."""
    window: tuple[tuple[int, int, float], ...]
    """Visit (as numbered in ``visits``), window, price on top."""
    roster: tuple[float, ...]
    route: tuple[float, ...]
    loads: tuple[float, ...]
    """Per route the limit for routes with a visit from further away; 0 when there is none."""
    all_loads: tuple[float, ...]
    """Per route the limit that holds for every route: what counts when time is up."""
    seconds: float | None = None
    """When to give up exact pricing."""


def question(
    problem: Problem,
    part: Part,
    prices: Prices,
    reduced: Reduced,
    worth: Floats,
    *,
    most_near: int = MOST_NEAR,
) -> Question:
    """Return what is to be priced for a part; ``worth`` is from ``net_worth``."""
    reach = _reachable(problem, part)
    reach[list(part.visits)] = False
    others = np.flatnonzero(reach & (worth > 0))
    place = np.array([v.place for v in problem.visits], dtype=np.int64)
    bases = np.unique([problem.teams[t].base for t in part.teams])
    away = (
        problem.travel[np.ix_(bases, place[others])] + problem.travel[np.ix_(place[others], bases)].T
    ).min(axis=0)
    near = others[np.argsort(away, kind="stable")[:most_near]]
    far = np.setdiff1d(others, near)
    chosen = (*part.visits, *sorted(near.tolist()))
    own = np.array(part.visits, dtype=np.int64)
    loads, all_loads = _loads(problem, part, worth, np.concatenate([own, others]), far)
    return Question(
        chosen,
        part.teams,
        tuple(reduced.visit[list(chosen)].tolist()),
        tuple(
            (k, w, reduced.window[v, w])
            for k, v in enumerate(chosen)
            for w in range(len(problem.visits[v].windows))
            if (v, w) in reduced.window
        ),
        tuple(price for _, price in prices.roster),
        prices.route,
        tuple(loads),
        tuple(all_loads),
    )


def net_worth(problem: Problem, reduced: Reduced) -> Floats:
    """Return the most that one occurrence of each visit can be worth after paying its prices, (V,)."""
    return np.array(
        [
            visit.value
            - reduced.visit[v]
            - min((reduced.window.get((v, w), 0.0) for w in range(len(visit.windows))), default=0.0)
            for v, visit in enumerate(problem.visits)
        ]
    )


def _reachable(problem: Problem, part: Part) -> NDArray[np.bool_]:
    """Say which visits some team of the part has the power and the hours for."""
    place = np.array([v.place for v in problem.visits], dtype=np.int64)
    service = np.array([v.service for v in problem.visits], dtype=np.int64)
    found = np.zeros(len(problem.visits), dtype=np.bool_)
    seen: dict[tuple[str, int], int] = {}
    for t in part.teams:
        team = problem.teams[t]
        if team.deployable and team.shifts:
            longest = max(s.end - s.start for s in team.shifts)
            seen[team.kind, team.base] = max(longest, seen.get((team.kind, team.base), 0))
    out, home = problem.least_ways(np.array([base for _, base in seen], dtype=np.int64))
    for k, ((kind, _), longest) in enumerate(seen.items()):
        able = np.array([kind in v.kinds for v in problem.visits], dtype=np.bool_)
        found |= able & (out[k, place] + home[k, place] + service <= longest)
    return found


def _loads(
    problem: Problem, part: Part, worth: Floats, visits: NDArray[np.int64], far: NDArray[np.int64]
) -> tuple[list[float], list[float]]:
    """Return per route of the part what a route with a far visit, and what any route, can earn at most."""
    place = np.array([problem.visits[v].place for v in visits], dtype=np.int64)
    service = np.array([problem.visits[v].service for v in visits], dtype=np.float64)
    spots = np.unique(np.concatenate([place, [problem.teams[t].base for t in part.teams]]))
    into = np.zeros(len(problem.places))
    for spot in np.unique(place):
        into[spot] = problem.travel[spots[spots != spot], spot].min(initial=2**30)
    # Two visits at one place need no way between them.
    places, counts = np.unique(place, return_counts=True)
    into[places[counts > 1]] = 0.0
    far_place = np.array([problem.visits[v].place for v in far], dtype=np.int64)
    known: dict[tuple[object, ...], tuple[float, float]] = {}
    loads, all_loads = [], []
    for t in part.teams:
        team = problem.teams[t]
        if not team.deployable:
            continue
        able = np.array([team.kind in problem.visits[v].kinds for v in visits], dtype=np.bool_)
        for shift in team.shifts:
            key = team.kind, team.base, shift
            if key not in known:
                open_now = able & np.array(
                    [
                        any(w.start < shift.end and w.end > shift.start for w in problem.visits[v].windows)
                        for v in visits
                    ]
                )
                pause = problem.rules.break_seconds(shift.end - shift.start) if problem.rules else 0
                hours = float(shift.end - shift.start - pause)
                times = np.array(
                    [
                        min(
                            problem.visits[v].times,
                            1 + (shift.end - shift.start) // max(1, _apart(problem, v)),
                        )
                        for v in visits
                    ],
                    dtype=np.float64,
                )
                # A visit that comes twice in one shift needs no way between.
                way = np.where(times > 1, 0.0, into[place])
                use = open_now & (worth[visits] > 0)
                detour = 0.0
                if len(far) and problem.crow:
                    there = problem.travel[team.base, far_place] + problem.travel[far_place, team.base]
                    detour = max(0.0, float(there.min()) - _ROUNDED)
                known[key] = (
                    _load(worth[visits][use], service[use], way[use], times[use], hours, detour)
                    if len(far)
                    else 0.0,
                    _load(worth[visits][use], service[use], way[use], times[use], hours, 0.0),
                )
            loads.append(known[key][0])
            all_loads.append(known[key][1])
    return loads, all_loads


def _apart(problem: Problem, v: int) -> int:
    return problem.visits[v].service + problem.visits[v].gap


def _load(worth: Floats, service: Floats, way: Floats, times: Floats, hours: float, detour: float) -> float:
    """Return the smallest of the best fractional loads of ``hours`` (see the module's text)."""
    best = float(worth @ times)
    for share in _SHARES:
        each = service + share * way
        left = hours - (1.0 - share) * detour
        if left < 0:
            return 0.0
        order = np.argsort(-worth / np.maximum(each, 1e-9), kind="stable")
        filled = np.cumsum(each[order] * times[order])
        whole = int(np.searchsorted(filled, left, side="right"))
        total = float(worth[order][:whole] @ times[order][:whole])
        if whole < len(order):
            before = float(filled[whole - 1]) if whole else 0.0
            total += float(worth[order][whole]) * (left - before) / max(float(each[order][whole]), 1e-9)
        best = min(best, total)
    return best


def limits(
    problem: Problem, asked: Question, *, stop: Callable[[], bool] = lambda: False
) -> tuple[float, tuple[Found, ...]]:
    """Return the sum over a part's shifts of the most that each can earn after paying the prices, and routes found.

    ``problem`` is that of the question's visits and teams. ``stop`` gives up exact pricing: the shifts that are left
    count with their looser load.
    """
    master = Master(build(replace(problem, apart=(), floors=())), cut=False)
    a = master.instance.arrays
    price = np.array(asked.visit)
    window = np.zeros(len(a.slot_visit))
    extra = {(v, w): more for v, w, more in asked.window}
    for slot, (v, w) in enumerate(zip(a.slot_visit.tolist(), a.slot_window.tolist(), strict=True)):
        window[slot] = extra.get((v, w), 0.0)
    net = a.value[a.slot_visit] - price[a.slot_visit] - window
    total = 0.0
    found: list[Found] = []
    for number, shift in enumerate(master.shifts):
        route = shift.routes[0]
        roster = sum(asked.roster[q] for q in master.sets_of(route))
        if stop():
            limit = max(asked.all_loads[r] for r in shift.routes)
        else:
            threshold = min(asked.route[r] for r in shift.routes) + roster
            limit = master.best_route(number, net[shift.slots], threshold)
            for vertices in master.found(number, threshold, most=_ROUTES):
                slots = shift.slots[list(vertices)]
                stops = zip(a.slot_visit[slots].tolist(), a.slot_window[slots].tolist(), strict=True)
                found.append((route, tuple((asked.visits[v], w) for v, w in stops)))
            limit = max(limit, *(asked.loads[r] for r in shift.routes))
            limit = min(limit, max(asked.all_loads[r] for r in shift.routes))
        total += len(shift.routes) * max(0.0, limit - roster)
    # Shifts without a slot of a priced visit may still reach one from further away.
    for route in set(range(len(a.start))) - set(master.shift_of):
        total += max(0.0, asked.loads[route])
    return total, tuple(found)
