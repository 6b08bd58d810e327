"""The stops of a plan by shift, as something that can be changed, judged stop by stop and printed again.

Times are seconds since the horizon's start, indices point into the problem. Nothing here decides what is best; the
validator has the last word on what is lawful.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from shortlist.planning.problem import Problem, Window, local_iso, read_moment
from shortlist.planning.working_time import Duty, breaches

Kept = Collection[tuple[str, str, str]]
"""Visit, team and start (as printed) of visits that stay where an earlier plan had them."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One planned visit: indices into the problem, start in seconds."""

    visit: int
    team: int
    shift: int
    start: int
    fixed: bool


Key = tuple[int, int]
"""Team and shift."""


class Itinerary:
    """The stops of a plan by shift, and what may change without breaking a rule."""

    def __init__(self, problem: Problem, stops: list[Placed]) -> None:
        self.problem = problem
        self.routes: dict[Key, list[Placed]] = {
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

    def end(self, stop: Placed) -> int:
        """Return the second at which a stop ends."""
        return stop.start + self.problem.visits[stop.visit].service

    def way(self, one: int, other: int) -> int:
        """Return the seconds between two places."""
        return int(self.problem.travel[one, other])

    def place(self, stop: Placed) -> int:
        """Return the place of a stop."""
        return self.problem.visits[stop.visit].place

    def idle(self, key: Key, route: list[Placed]) -> list[tuple[int, int]]:
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
        """Return the seconds of break that a shift needs."""
        hours = self.problem.teams[key[0]].shifts[key[1]]
        return self.problem.rules.break_seconds(hours.end - hours.start) if self.problem.rules else 0

    def fits(self, key: Key, route: list[Placed]) -> bool:
        """Say whether a route can be driven on time with room for its break."""
        if not route:
            return True
        stretches = self.idle(key, route)
        pause = self.pause(key)
        return all(end >= start for start, end in stretches) and (
            pause == 0 or any(end - start >= pause for start, end in stretches)
        )

    def barred(self, key: Key) -> str:
        """Say in Dutch why a team may not work a shift beside those that are used; empty when it may."""
        problem = self.problem
        if problem.rules is None:
            return ""
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
                    return f"werktijdregel: {breach.text} ({breach.article})"
            if any(one.end > other.start for one, other in pairwise(sorted(duties))):
                return "iemand van dit team werkt dan al in een ander team"
        return ""

    def may_start(self, stop: Placed) -> bool:
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
        return self.clash(stop) is None

    def clash(self, stop: Placed) -> Placed | None:
        """Return a visit that a stop (in no route yet) comes too close to in time, if any."""
        end = self.end(stop)
        limits = {
            stop.visit: self.problem.visits[stop.visit].gap,
            **dict(self.apart.get(stop.visit, ())),
        }
        for route in self.routes.values():
            for other in route:
                if other.visit in limits:
                    gap = limits[other.visit]
                    if stop.start < self.end(other) + gap and other.start < end + gap:
                        return other
        return None


def stops_of(problem: Problem, result: Mapping[str, Any], kept: Kept = ()) -> list[Placed]:
    """Read the assignments of a printed plan; locked and kept ones are fixed."""
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
        found.append(Placed(visit, team, shift, start, fixed))
    return found


def printed(week: Itinerary, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``result`` with the assignments and routes of these stops, in the form of the contract."""
    problem = week.problem
    # By place in the routes: two occurrences without service and spacing can be equal in everything else.
    number: dict[tuple[Key, int], int] = {}
    counts: dict[int, int] = {}
    everything = sorted(
        (stop.start, stop.team, key, at, stop.visit)
        for key, route in week.routes.items()
        for at, stop in enumerate(route)
    )
    for _, _, key, at, visit in everything:
        counts[visit] = counts.get(visit, 0) + 1
        number[key, at] = counts[visit]
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
                "occurrence": number[key, at],
                "team": team.id,
                "arrive": local_iso(problem, arrive),
                "start": local_iso(problem, stop.start),
                "end": local_iso(problem, week.end(stop)),
            }
            for at, (stop, arrive) in enumerate(zip(route, arrivals, strict=True))
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
