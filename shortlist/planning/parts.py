"""Split a very large problem into parts that can be solved side by side.

First exactly: what no team can reach, no rule couples and no person shares falls apart by itself (kinds of team,
municipalities far from each other); such parts together are the whole problem, plan and bound alike. What is still
too large is cut in two along its longest stretch of travel, again and again, so that each side gets the share of the
visits that its shifts can make. Such a cut only limits the plan, never the bound: see ``crossing``.

People who work in several teams, visits that are kept apart (``not_with``) and locked visits with their team are
never cut. Everything is in whole numbers and sorted, so that the same problem always falls apart in the same way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from shortlist.planning.plan import Kept, Plan, Route, Unplanned
from shortlist.planning.problem import Apart, Floor, Problem

MOST_VISITS = 300
"""Occurrences of about so many visits are solved well as one part."""


@dataclass(frozen=True, slots=True)
class Part:
    """Visits and teams (indices into the whole problem) that are solved together."""

    visits: tuple[int, ...]
    teams: tuple[int, ...]
    component: int
    """Parts of one component were cut from each other; between components nothing was lost."""


class _Sets:
    """Which things belong together (union-find)."""

    def __init__(self, count: int) -> None:
        self.above = list(range(count))

    def top(self, one: int) -> int:
        while self.above[one] != one:
            self.above[one] = self.above[self.above[one]]
            one = self.above[one]
        return one

    def join(self, one: int, other: int) -> None:
        a, b = self.top(one), self.top(other)
        self.above[max(a, b)] = min(a, b)

    def groups(self) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for one in range(len(self.above)):
            found.setdefault(self.top(one), []).append(one)
        return list(found.values())


def split(problem: Problem, *, most: int = MOST_VISITS) -> tuple[Part, ...]:
    """Return the parts, every visit and every team in exactly one; ``most`` visits each where that can be."""
    units = _units(problem)
    parts: list[Part] = []
    for number, component in enumerate(_components(problem, units)):
        parts += [
            Part(tuple(sorted(visits)), tuple(sorted(teams)), number)
            for visits, teams in _cut(problem, component, most)
        ]
    return tuple(parts)


Unit = tuple[list[int], list[int]]
"""Visits and teams that must stay together."""


def _units(problem: Problem) -> list[Unit]:
    count = len(problem.visits)
    sets = _Sets(count + len(problem.teams))
    first: dict[str, int] = {}
    for t, team in enumerate(problem.teams):
        for person in team.people:
            sets.join(count + t, count + first.setdefault(person, t))
    for apart in problem.apart:
        sets.join(apart.one, apart.other)
    for lock in problem.locked:
        sets.join(lock.visit, count + lock.team)
    return [
        ([k for k in group if k < count], [k - count for k in group if k >= count]) for group in sets.groups()
    ]


def _components(problem: Problem, units: Sequence[Unit]) -> list[list[Unit]]:
    """Return units that no team and visit link: a team of another kind, or too far away for its longest shift."""
    depots: dict[tuple[str, int], int] = {}
    for team in problem.teams:
        if team.deployable and team.shifts:
            longest = max(shift.end - shift.start for shift in team.shifts)
            depots[team.kind, team.base] = max(longest, depots.get((team.kind, team.base), 0))
    number = {depot: k for k, depot in enumerate(depots)}
    sets = _Sets(len(units) + len(depots))
    unit_of_visit = {v: u for u, (visits, _) in enumerate(units) for v in visits}
    place = np.array([visit.place for visit in problem.visits], dtype=np.int64)
    service = np.array([visit.service for visit in problem.visits], dtype=np.int64)
    for u, (_, teams) in enumerate(units):
        for t in teams:
            depot = problem.teams[t].kind, problem.teams[t].base
            if depot in number:
                sets.join(u, len(units) + number[depot])
    out, home = problem.least_ways(np.array([base for _, base in number], dtype=np.int64))
    for (kind, base), k in number.items():
        there_and_back = out[k, place] + home[k, place] + service
        for v in np.flatnonzero(there_and_back <= depots[kind, base]).tolist():
            if kind in problem.visits[v].kinds:
                sets.join(unit_of_visit[v], len(units) + k)
    found = [[units[k] for k in group if k < len(units)] for group in sets.groups()]
    idle = [unit for group in found for unit in group if _empty(group)]
    return [group for group in found if not _empty(group)] + ([idle] if idle else [])


def _empty(units: Sequence[Unit]) -> bool:
    """Say whether nothing can be planned: only visits, or only teams."""
    return not any(visits for visits, _ in units) or not any(teams for _, teams in units)


def _cut(problem: Problem, units: Sequence[Unit], most: int) -> list[tuple[list[int], list[int]]]:
    """Cut units in two along the longest stretch until no part has more than ``most`` visits."""
    visits = [v for unit, _ in units for v in unit]
    teams = [t for _, unit in units for t in unit]
    if len(visits) <= most or len(teams) < 2:
        return [(visits, teams)]
    along = _along(problem, units, visits, teams)
    order = np.argsort(along, kind="stable")
    hours = np.array([sum(_hours(problem, t) for t in unit) for _, unit in units], dtype=np.float64)
    work = np.array([sum(_work(problem, v) for v in unit) for unit, _ in units], dtype=np.float64)
    crews = [k for k in order if units[k][1]]
    loose = [k for k in order if not units[k][1]]
    # Crews side by side up to half of the hours, then visits up to the same share of the work.
    filled = np.cumsum(hours[crews])
    half = 1 + int(np.argmin(np.abs(filled[:-1] - filled[-1] / 2))) if len(crews) > 1 else 0
    left = set(crews[:half])
    wanted = work.sum() * (filled[half - 1] / filled[-1] if half and filled[-1] > 0 else 0.5)
    done = work[list(left)].sum() if left else 0.0
    for k in loose:
        if done + work[k] / 2 > wanted:
            break
        left.add(k)
        done += work[k]
    one = [units[k] for k in order if k in left]
    other = [units[k] for k in order if k not in left]
    if _empty(one) or _empty(other):
        return [(visits, teams)]
    return _cut(problem, one, most) + _cut(problem, other, most)


def _hours(problem: Problem, team: int) -> int:
    crew = problem.teams[team]
    return sum(shift.end - shift.start for shift in crew.shifts) if crew.deployable else 0


def _work(problem: Problem, visit: int) -> int:
    return problem.visits[visit].times * max(1, problem.visits[visit].service)


def _along(
    problem: Problem, units: Sequence[Unit], visits: Sequence[int], teams: Sequence[int]
) -> NDArray[np.float64]:
    """Return where each unit lies between two places far apart: seconds from one less those from the other."""
    away = problem.travel
    spots = np.unique([problem.visits[v].place for v in visits] + [problem.teams[t].base for t in teams])
    one = int(spots[np.argmax(away[spots[0], spots])])
    other = int(spots[np.argmax(away[one, spots])])
    line = (away[one] + away[:, one] - away[other] - away[:, other]).astype(np.float64)
    return np.array(
        [
            np.mean(
                [line[problem.teams[t].base] for t in crew] or [line[problem.visits[v].place] for v in unit]
            )
            for unit, crew in units
        ]
    )


def sub_problem(problem: Problem, visits: Sequence[int], teams: Sequence[int]) -> Problem:
    """Return the problem of some visits and teams, numbered in that order; a floor is shared out by what is wanted."""
    chosen = [problem.visits[v] for v in visits]
    crews = [problem.teams[t] for t in teams]
    spots = np.unique(np.array([v.place for v in chosen] + [t.base for t in crews], dtype=np.int64))
    place = {int(old): new for new, old in enumerate(spots)}
    visit_number = {v: k for k, v in enumerate(visits)}
    team_number = {t: k for k, t in enumerate(teams)}
    return replace(
        problem,
        places=tuple(problem.places[k] for k in spots),
        travel=problem.travel[np.ix_(spots, spots)],
        teams=tuple(replace(t, base=place[t.base]) for t in crews),
        visits=tuple(replace(v, place=place[v.place]) for v in chosen),
        locked=tuple(
            replace(k, visit=visit_number[k.visit], team=team_number[k.team])
            for k in problem.locked
            if k.visit in visit_number and k.team in team_number
        ),
        forbidden=tuple(
            replace(b, visit=visit_number[b.visit], team=None if b.team is None else team_number[b.team])
            for b in problem.forbidden
            if b.visit in visit_number and (b.team is None or b.team in team_number)
        ),
        apart=tuple(
            Apart(visit_number[a.one], visit_number[a.other], a.gap)
            for a in problem.apart
            if a.one in visit_number and a.other in visit_number
        ),
        floors=_shares(problem, visits),
        warnings=(),
    )


def _shares(problem: Problem, visits: Sequence[int]) -> tuple[Floor, ...]:
    """Return each floor's share for these visits, rounded up: floors of all parts together are never too low."""
    wanted: dict[str | None, int] = {}
    for visit in problem.visits:
        wanted[visit.area] = wanted.get(visit.area, 0) + visit.times
    own: dict[str | None, int] = {}
    for v in visits:
        own[problem.visits[v].area] = own.get(problem.visits[v].area, 0) + problem.visits[v].times
    return tuple(
        Floor(floor.area, ceil(floor.visits * own[floor.area] / wanted[floor.area]))
        for floor in problem.floors
        if own.get(floor.area)
    )


def kept_in(part: Part, keep: Sequence[Kept]) -> tuple[Kept, ...]:
    """Return the earlier assignments that lie inside a part, in its own numbers."""
    visit: Mapping[int, int] = {v: k for k, v in enumerate(part.visits)}
    team: Mapping[int, int] = {t: k for k, t in enumerate(part.teams)}
    return tuple(
        Kept(visit[k.visit], team[k.team], k.start) for k in keep if k.visit in visit and k.team in team
    )


def put_back(part: Part, plan: Plan) -> tuple[list[Route], list[Unplanned]]:
    """Return a part's routes and unplanned visits in the whole problem's numbers."""
    routes = [
        replace(
            route,
            team=part.teams[route.team],
            stops=tuple(
                replace(stop, visit=part.visits[stop.visit], team=part.teams[stop.team])
                for stop in route.stops
            ),
        )
        for route in plan.routes
    ]
    return routes, [replace(u, visit=part.visits[u.visit]) for u in plan.unplanned]
