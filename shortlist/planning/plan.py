"""A plan: who visits what when, what stayed out and why, its value and the proven bound.

Written as the contract's JSON; ``kept_from`` reads such JSON again for replanning. Seconds count from the
horizon's start, indices point into the problem.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shortlist.errors import BadInput
from shortlist.planning.fields import Fields
from shortlist.planning.problem import Problem, local_iso


@dataclass(frozen=True, slots=True)
class Stop:
    """One planned occurrence of a visit, in seconds: reaching the place, starting and ending the service."""

    visit: int
    occurrence: int
    team: int
    shift: int
    arrive: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Route:
    """One deployed shift: leaving and reaching the base, its stops in order and its break."""

    team: int
    shift: int
    leave: int
    back: int
    stops: tuple[Stop, ...]
    travel: int
    pause: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Unplanned:
    """An occurrence that stayed out: a short code, the reason in Dutch, the article when a rule binds."""

    visit: int
    occurrence: int
    code: str
    reason: str
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """An assignment of an earlier plan: visit, team and start."""

    visit: int
    team: int
    start: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole plan; ``bound`` is proven, ``trail`` is (seconds, value, bound) while solving."""

    routes: tuple[Route, ...]
    unplanned: tuple[Unplanned, ...]
    value: float
    bound: float
    seconds: float
    seed: int
    iterations: int
    violations: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    kept: int | None = None
    trail: tuple[tuple[float, float, float], ...] = ()

    @property
    def gap(self) -> float:
        """Return how far the value may lie below the best, as a share of the bound."""
        return gap(self.value, self.bound)

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Return all stops in order of time."""
        return tuple(
            sorted((s for r in self.routes for s in r.stops), key=lambda s: (s.start, s.team, s.visit))
        )


def numbered(routes: Sequence[Route]) -> list[Route]:
    """Return the routes with the occurrences of every visit numbered 1, 2, … in order of time.

    By place in the routes, not by stop: two occurrences without service and spacing can be equal in everything else.
    """
    order = sorted(
        (stop.start, stop.team, r, k) for r, route in enumerate(routes) for k, stop in enumerate(route.stops)
    )
    stops = [list(route.stops) for route in routes]
    counts: dict[int, int] = {}
    for _, _, r, k in order:
        visit = stops[r][k].visit
        counts[visit] = counts.get(visit, 0) + 1
        stops[r][k] = replace(stops[r][k], occurrence=counts[visit])
    return [replace(route, stops=tuple(own)) for route, own in zip(routes, stops, strict=True)]


def gap(value: float, bound: float) -> float:
    """Return (bound - value) / bound, and 0 when there is nothing to gain."""
    return 0.0 if bound <= 0 else max(0.0, (bound - value) / bound)


def to_json(plan: Plan, problem: Problem) -> dict[str, Any]:
    """Return the plan in the contract's form, times as local ISO with offset."""

    def at(second: int) -> str:
        return local_iso(problem, second)

    def stop(s: Stop) -> dict[str, Any]:
        return {
            "visit": problem.visits[s.visit].id,
            "occurrence": s.occurrence,
            "team": problem.teams[s.team].id,
            "arrive": at(s.arrive),
            "start": at(s.start),
            "end": at(s.end),
        }

    return {
        "assignments": [stop(s) for s in plan.stops],
        "routes": [
            {
                "team": problem.teams[r.team].id,
                "shift": {
                    "start": at(problem.teams[r.team].shifts[r.shift].start),
                    "end": at(problem.teams[r.team].shifts[r.shift].end),
                },
                "leave": at(r.leave),
                "back": at(r.back),
                "travel_seconds": r.travel,
                "break": None if r.pause is None else {"start": at(r.pause[0]), "end": at(r.pause[1])},
                "stops": [stop(s) for s in r.stops],
            }
            for r in sorted(plan.routes, key=lambda r: (r.leave, r.team))
        ],
        "unplanned": [
            {
                "visit": problem.visits[u.visit].id,
                "occurrence": u.occurrence,
                "reason": u.reason,
                "code": u.code,
                **({"article": u.article} if u.article else {}),
            }
            for u in plan.unplanned
        ],
        "value": _number(plan.value),
        "bound": _number(plan.bound),
        "gap": round(plan.gap, 6),
        "seconds": round(plan.seconds, 3),
        "seed": plan.seed,
        "iterations": plan.iterations,
        **({} if plan.kept is None else {"kept": plan.kept}),
        "areas": _areas(plan, problem),
        "warnings": list(plan.warnings),
        "violations": list(plan.violations),
    }


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else round(value, 6)


def _areas(plan: Plan, problem: Problem) -> dict[str, dict[str, int]]:
    """Return wanted and planned occurrences per area."""
    shares: dict[str, dict[str, int]] = {}
    for visit in problem.visits:
        if visit.area is not None:
            share = shares.setdefault(visit.area, {"wanted": 0, "planned": 0})
            share["wanted"] += visit.times
    for stop in plan.stops:
        area = problem.visits[stop.visit].area
        if area is not None:
            shares[area]["planned"] += 1
    return shares


def kept_from(data: object, problem: Problem, *, source: str = "plan") -> tuple[Kept, ...]:
    """Read the assignments of an earlier plan; visits and teams that no longer exist are left out."""
    if not isinstance(data, Mapping):
        raise BadInput("verwacht een plan zoals `shortlist plan` het schrijft", where=(source,))
    top = Fields(data, (source,), list(data))
    visits = {visit.id: index for index, visit in enumerate(problem.visits)}
    teams = {team.id: index for index, team in enumerate(problem.teams)}
    kept = []
    for number, item in enumerate(top.list("assignments"), start=1):
        record = Fields(
            item, (source, f"toewijzing nr. {number}"), list(item) if isinstance(item, Mapping) else []
        )
        visit, team = record.text("visit"), record.text("team")
        start = problem.clock.seconds(record.moment("start"))
        if visit in visits and team in teams:
            kept.append(Kept(visits[visit], teams[team], start))
    return tuple(kept)


def count_kept(stops: Sequence[Stop], kept: Sequence[Kept], problem: Problem) -> int:
    """Return how many earlier assignments are still made by the same team in the same shift."""
    now: dict[tuple[int, int, int], int] = {}
    for stop in stops:
        key = (stop.visit, stop.team, stop.shift)
        now[key] = now.get(key, 0) + 1
    count = 0
    for old in kept:
        shift = next(
            (i for i, s in enumerate(problem.teams[old.team].shifts) if s.start <= old.start < s.end), -1
        )
        if now.get((old.visit, old.team, shift), 0) > 0:
            now[old.visit, old.team, shift] -= 1
            count += 1
    return count
