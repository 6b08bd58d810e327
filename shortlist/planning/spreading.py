"""Share a solved plan out evenly over the teams that are there, and vary its times.

The engine looks for value only: with room to spare it may give one shift twelve visits and nine others none, all at
the first possible minute. Here visits go from full shifts to emptier ones that may make them at the same time, and
then get a lawful time at random (seeded), since stops work best when nobody can predict them (Koper 1995, see
design/planning.md). Which visits are made, and so value and bound, stay as they are; locked and kept visits do not
move. The result is checked by the validator; a plan that would break a rule is given back unchanged.
"""

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from shortlist.planning.problem import Problem, Window, local_iso, read_moment
from shortlist.planning.validator import violations
from shortlist.planning.working_time import Duty, breaches

GRID = 300
"""Starts fall on whole five minutes, so that people can read and remember them."""
_TRIES = 6
"""Random times tried per visit before it keeps its own."""

Kept = Collection[tuple[str, str, str]]
"""Visit, team and start (as printed) of visits that stay where an earlier plan had them."""


@dataclass(frozen=True, slots=True)
class _Stop:
    """One planned visit: indices into the problem, start in seconds."""

    visit: int
    team: int
    shift: int
    start: int
    fixed: bool


Key = tuple[int, int]
"""Team and shift."""


class _Week:
    """The stops of a plan by shift, and what may change without breaking a rule."""

    def __init__(self, problem: Problem, stops: list[_Stop]) -> None:
        self.problem = problem
        self.routes: dict[Key, list[_Stop]] = {
            (t, s): []
            for t, team in enumerate(problem.teams)
            if team.deployable
            for s in range(len(team.shifts))
        }
        for stop in stops:
            self.routes[stop.team, stop.shift].append(stop)
        for route in self.routes.values():
            route.sort(key=lambda stop: stop.start)
        self.apart: dict[int, list[tuple[int, int]]] = {}
        for pair in problem.apart:
            self.apart.setdefault(pair.one, []).append((pair.other, pair.gap))
            self.apart.setdefault(pair.other, []).append((pair.one, pair.gap))

    def end(self, stop: _Stop) -> int:
        return stop.start + self.problem.visits[stop.visit].service

    def way(self, one: int, other: int) -> int:
        return int(self.problem.travel[one, other])

    def place(self, stop: _Stop) -> int:
        return self.problem.visits[stop.visit].place

    def idle(self, key: Key, route: list[_Stop]) -> list[tuple[int, int]]:
        """Return the idle stretches of a route; one that ends before it starts means that it can't be driven."""
        team = self.problem.teams[key[0]]
        hours = team.shifts[key[1]]
        first = route[0]
        found = [(hours.start, first.start - self.way(team.base, self.place(first)))]
        for one, other in pairwise(route):
            found.append((self.end(one) + self.way(self.place(one), self.place(other)), other.start))
        last = route[-1]
        found.append((self.end(last) + self.way(self.place(last), team.base), hours.end))
        return found

    def pause(self, key: Key) -> int:
        hours = self.problem.teams[key[0]].shifts[key[1]]
        return self.problem.rules.break_seconds(hours.end - hours.start) if self.problem.rules else 0

    def fits(self, key: Key, route: list[_Stop]) -> bool:
        """Say whether a route can be driven on time with room for its break."""
        if not route:
            return True
        stretches = self.idle(key, route)
        pause = self.pause(key)
        return all(end >= start for start, end in stretches) and (
            pause == 0 or any(end - start >= pause for start, end in stretches)
        )

    def opens(self, key: Key) -> bool:
        """Say whether everybody in a team may lawfully work a shift that was not used yet."""
        problem = self.problem
        if problem.rules is None:
            return True
        for person in problem.teams[key[0]].people:
            duties = list(problem.worked.get(person, ()))
            known = {
                (breach.rule, breach.at)
                for breach in breaches(duties, problem.clock, problem.rules, horizon=problem.end)
            }
            used = {other for other, route in self.routes.items() if route or other == key}
            for team, shift in used:
                if person in problem.teams[team].people:
                    hours = problem.teams[team].shifts[shift]
                    duties.append(Duty(hours.start, hours.end))
            for breach in breaches(duties, problem.clock, problem.rules, horizon=problem.end):
                if (breach.rule, breach.at) not in known:
                    return False
            if any(
                one.end > other.start for one, other in zip(sorted(duties), sorted(duties)[1:], strict=False)
            ):
                return False
        return True

    def may_start(self, stop: _Stop) -> bool:
        """Say whether window, ban, spacing and other visits allow the start of a stop that is in no route yet."""
        problem, visit = self.problem, self.problem.visits[stop.visit]
        end = self.end(stop)
        if not any(window.start <= stop.start and end <= window.end for window in visit.windows):
            return False
        for ban in problem.forbidden:
            if (
                ban.visit == stop.visit
                and ban.team in (None, stop.team)
                and ban.start <= stop.start < ban.end
            ):
                return False
        limits = {stop.visit: visit.gap, **dict(self.apart.get(stop.visit, ()))}
        for route in self.routes.values():
            for other in route:
                if other.visit in limits:
                    gap = limits[other.visit]
                    if stop.start < self.end(other) + gap and other.start < end + gap:
                        return False
        return True


def _stops(problem: Problem, result: Mapping[str, Any], kept: Kept) -> list[_Stop]:
    visits = {visit.id: index for index, visit in enumerate(problem.visits)}
    teams = {team.id: index for index, team in enumerate(problem.teams)}
    locked = {(lock.visit, lock.team, lock.start) for lock in problem.locked}
    found = []
    for made in result["assignments"]:
        visit, team = visits[made["visit"]], teams[made["team"]]
        start = read_moment(problem, made["start"])
        shift = next(
            s for s, hours in enumerate(problem.teams[team].shifts) if hours.start <= start < hours.end
        )
        fixed = (visit, team, start) in locked or (made["visit"], made["team"], made["start"]) in kept
        found.append(_Stop(visit, team, shift, start, fixed))
    return found


def _share(week: _Week) -> None:
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


def _hand_over(week: _Week, donor: Key, stop: _Stop) -> bool:
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
        if not week.fits(key, route) or (count == 0 and not week.opens(key)):
            continue
        if any(
            ban.visit == mine.visit and ban.team in (None, mine.team) and ban.start <= mine.start < ban.end
            for ban in week.problem.forbidden
        ):
            continue
        week.routes[donor], week.routes[key] = left, route
        return True
    return False


def _vary(week: _Week, chance: random.Random) -> None:
    """Give each stop a random lawful start on the grid, between its neighbours in the route."""
    order = [(key, index) for key, route in sorted(week.routes.items()) for index in range(len(route))]
    chance.shuffle(order)
    for key, index in order:
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


def _room(week: _Week, key: Key, index: int) -> Window | None:
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
    week = _Week(problem, _stops(problem, result, kept))
    _share(week)
    _vary(week, random.Random(seed))  # noqa: S311 — times of visits, seeded so that a plan can be made again
    made = _printed(week, result)
    return made if not violations(problem, made) else dict(result)


def _printed(week: _Week, result: Mapping[str, Any]) -> dict[str, Any]:
    problem = week.problem
    number: dict[tuple[int, int, int], int] = {}
    counts: dict[int, int] = {}
    everything = sorted(
        (stop for route in week.routes.values() for stop in route), key=lambda s: (s.start, s.team)
    )
    for stop in everything:
        counts[stop.visit] = counts.get(stop.visit, 0) + 1
        number[stop.visit, stop.team, stop.start] = counts[stop.visit]
    routes, assignments = [], []
    for key, route in sorted(week.routes.items()):
        if not route:
            continue
        team, stretches = problem.teams[key[0]], week.idle(key, route)
        hours = team.shifts[key[1]]
        leave = stretches[0][1]
        arrivals = [route[0].start, *(start for start, _ in stretches[1:-1])]
        stops = [
            {
                "visit": problem.visits[stop.visit].id,
                "occurrence": number[stop.visit, stop.team, stop.start],
                "team": team.id,
                "arrive": local_iso(problem, arrive),
                "start": local_iso(problem, stop.start),
                "end": local_iso(problem, week.end(stop)),
            }
            for stop, arrive in zip(route, arrivals, strict=True)
        ]
        back = stretches[-1][0]
        driven = back - leave - sum(week.end(stop) - stop.start for stop in route)
        waited = sum(stop.start - arrive for stop, arrive in zip(route, arrivals, strict=True))
        rest = _rest(hours, stretches, week.pause(key))
        assignments += stops
        routes.append(
            {
                "team": team.id,
                "shift": {"start": local_iso(problem, hours.start), "end": local_iso(problem, hours.end)},
                "leave": local_iso(problem, leave),
                "back": local_iso(problem, back),
                "travel_seconds": driven - waited,
                "break": None
                if rest is None
                else {"start": local_iso(problem, rest[0]), "end": local_iso(problem, rest[1])},
                "stops": stops,
            }
        )
    return {
        **result,
        "assignments": sorted(assignments, key=lambda made: (made["start"], made["team"])),
        "routes": sorted(routes, key=lambda route: (route["leave"], route["team"])),
    }


def _rest(hours: Window, stretches: list[tuple[int, int]], pause: int) -> tuple[int, int] | None:
    """Return the break: in the idle stretch nearest to the middle of the shift."""
    middle = (hours.start + hours.end - pause) // 2
    fitting = [min(max(middle, start), end - pause) for start, end in stretches if end - start >= pause]
    if not pause or not fitting:
        return None
    best = min(fitting, key=lambda at: abs(at - middle))
    return best, best + pause
