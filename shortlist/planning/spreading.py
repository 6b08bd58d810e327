"""Share a solved plan out evenly over the teams that are there, and vary its times.

The engine looks for value only: with room to spare it may give one shift twelve visits and nine others none, all at
the first possible minute. Here visits go from full shifts to emptier ones that may make them at the same time, and
then get a lawful time at random (seeded), since stops work best when nobody can predict them (Koper 1995, see
design/planning.md). Which visits are made, and so value and bound, stay as they are; locked and kept visits do not
move. The result is checked by the validator; a plan that would break a rule is given back unchanged.
"""

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shortlist.planning.itinerary import Itinerary, Kept, Key, Placed, printed, stops_of
from shortlist.planning.problem import Problem, Window
from shortlist.planning.validator import violations

GRID = 300
"""Starts fall on whole five minutes, so that people can read and remember them."""
_ROUNDS = 3
"""Times that every visit gets a turn: one between two others may only find room once these have moved."""
_TRIES = 6
"""Random times tried per visit before it keeps its own."""


def _share(week: Itinerary) -> None:
    """Move stops, time unchanged, to shifts with at least two fewer, until no such move is left."""
    moved = True
    while moved:
        moved = False
        for donor in sorted(week.routes, key=lambda key: (-len(week.routes[key]), key)):
            route = week.routes[donor]
            for stop in list(route):
                if not stop.fixed and _hand_over(week, donor, stop):
                    moved = True
                    break


def _hand_over(week: Itinerary, donor: Key, stop: Placed) -> bool:
    """Give one stop to the emptiest shift that can make it; ties go to the shorter way."""
    load = len(week.routes[donor])
    left = [other for other in week.routes[donor] if other is not stop]
    if load < 2 or not week.fits(donor, left):
        return False
    takers: list[tuple[int, int, Key]] = []
    for key, route in week.routes.items():
        team = week.problem.teams[key[0]]
        hours = team.shifts[key[1]]
        within = hours.start <= stop.start and week.end(stop) <= hours.end
        if within and len(route) + 1 < load and week.problem.may_serve(key[0], stop.visit):
            takers.append((len(route), week.way(team.base, week.place(stop)), key))
    for count, _, key in sorted(takers):
        mine = replace(stop, team=key[0], shift=key[1])
        route = sorted([*week.routes[key], mine], key=lambda one: one.start)
        if not week.fits(key, route) or (count == 0 and week.barred(key)):
            continue
        if any(
            ban.visit == mine.visit and ban.team in (None, mine.team) and ban.start <= mine.start < ban.end
            for ban in week.problem.forbidden
        ):
            continue
        week.routes[donor], week.routes[key] = left, route
        return True
    return False


def _vary(week: Itinerary, chance: random.Random) -> None:
    """Give each stop a random lawful start on the grid, between its neighbours in the route."""
    order = [(key, index) for key, route in sorted(week.routes.items()) for index in range(len(route))]
    for key, index in (one for _ in range(_ROUNDS) for one in chance.sample(order, len(order))):
        route = week.routes[key]
        stop = route[index]
        if stop.fixed:
            continue
        room = _room(week, key, index)
        if room is None:
            continue
        for _ in range(_TRIES):
            start = -(-chance.randint(room.start, room.end) // GRID) * GRID
            tried = replace(stop, start=start)
            changed = [*route[:index], tried, *route[index + 1 :]]
            if start > room.end or not week.fits(key, changed):
                continue
            week.routes[key] = [*route[:index], *route[index + 1 :]]
            if week.may_start(tried):
                week.routes[key] = changed
                break
            week.routes[key] = route


def _room(week: Itinerary, key: Key, index: int) -> Window | None:
    """Return between which starts a stop can lie with its neighbours where they are, inside its own window."""
    team = week.problem.teams[key[0]]
    hours = team.shifts[key[1]]
    route = week.routes[key]
    stop = route[index]
    visit = week.problem.visits[stop.visit]
    before, after = (
        (route[index - 1] if index else None),
        (route[index + 1] if index + 1 < len(route) else None),
    )
    early = (week.end(before) if before else hours.start) + week.way(
        week.place(before) if before else team.base, visit.place
    )
    late = (
        (after.start if after else hours.end)
        - week.way(visit.place, week.place(after) if after else team.base)
        - visit.service
    )
    window = next(w for w in visit.windows if w.start <= stop.start and stop.start + visit.service <= w.end)
    start, end = max(early, window.start), min(late, window.end - visit.service)
    return Window(start, end) if end >= start else None


def spread(problem: Problem, result: Mapping[str, Any], *, seed: int, kept: Kept = ()) -> dict[str, Any]:
    """Return the plan (the contract's JSON) shared out and varied; unchanged when that would break a rule.

    The same plan, problem and seed give the same answer.
    """
    week = Itinerary(problem, stops_of(problem, result, kept))
    _share(week)
    _vary(week, random.Random(seed))  # noqa: S311 — times of visits, seeded so that a plan can be made again
    made = printed(week, result)
    return made if not violations(problem, made) else dict(result)
