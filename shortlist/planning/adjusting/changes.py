"""What people change in a made plan by hand: pure steps on a stored problem and its assignments.

A step returns a new draft; nothing is judged while changing. ``finished`` recounts the draft into a whole result and
``faults`` asks the validator. Moments are aware datetimes; a made visit is known by visit, team and start.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shortlist.planning.itinerary import Itinerary, printed, stops_of
from shortlist.planning.plan import gap
from shortlist.planning.problem import Problem, local_iso
from shortlist.planning.validator import violations

BY_HAND = "by_hand"
"""Code of a visit that stayed out because somebody took it out."""


@dataclass(frozen=True, slots=True)
class Made:
    """One planned visit: its id in the problem, its team and its start."""

    visit: str
    team: str
    start: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan under change: the problem as stored, the visits made and the result that it started from."""

    problem: Mapping[str, Any]
    made: tuple[Made, ...]
    result: Mapping[str, Any]


def begin(problem: Mapping[str, Any], made: Sequence[Made], result: Mapping[str, Any]) -> Draft:
    """Return a draft of a stored plan; it remembers what the last computation counted with."""
    proof = result.get("proof") or {
        "locked": problem.get("locked", []),
        "forbidden": problem.get("forbidden", []),
        "bound": result["bound"],
    }
    return Draft(problem, tuple(made), {**result, "proof": proof})


@dataclass(frozen=True, slots=True)
class Hours:
    """A shift of a team: [start, end)."""

    team: str
    start: datetime
    end: datetime


def shifts_of_problem(problem: Mapping[str, Any]) -> dict[str, Hours]:
    """Return the shifts by their id, in order of time."""
    found = {
        str(shift["note"]): Hours(team["id"], _moment(shift["start"]), _moment(shift["end"]))
        for team in problem["teams"]
        for shift in team["shifts"]
    }
    return dict(sorted(found.items(), key=lambda item: (item[1].start, item[1].team)))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def is_locked(problem: Mapping[str, Any], made: Made) -> bool:
    """Say whether a made visit is locked."""
    return any(_same(lock, made) for lock in problem.get("locked", ()))


def _same(lock: Mapping[str, Any], made: Made) -> bool:
    return (lock["visit"], lock["team"], _moment(lock["start"])) == (made.visit, made.team, made.start)


def lock(draft: Draft, made: Made, *, iso: str) -> Draft:
    """Fix a made visit on its team and time. ``iso``: its start as local time with offset."""
    if is_locked(draft.problem, made):
        return draft
    locked = [*draft.problem.get("locked", ()), {"visit": made.visit, "team": made.team, "start": iso}]
    return replace(draft, problem={**draft.problem, "locked": locked})


def release(draft: Draft, made: Made) -> Draft:
    """Let a locked visit go; it stays where it is until the plan is computed again."""
    locked = [one for one in draft.problem.get("locked", ()) if not _same(one, made)]
    return replace(draft, problem={**draft.problem, "locked": locked})


def take_out(draft: Draft, made: Made) -> Draft:
    """Take a visit out of the plan; a lock on it goes with it."""
    released, left = release(draft, made), list(draft.made)
    if made in left:
        left.remove(made)
    return replace(released, made=tuple(left))


def put_in(draft: Draft, made: Made) -> Draft:
    """Put a visit in the plan."""
    return replace(draft, made=(*draft.made, made))


def forbid(draft: Draft, visit: str, *, team: str | None, span: tuple[datetime, datetime] | None) -> Draft:
    """Forbid a visit for a team (None: all) in a stretch of time (None: the whole week), and take out what is there."""
    ban: dict[str, Any] = {"visit": visit}
    if team is not None:
        ban["team"] = team
    if span is not None:
        ban |= {"start": span[0].isoformat(), "end": span[1].isoformat()}
    hit = [
        made
        for made in draft.made
        if made.visit == visit
        and team in (None, made.team)
        and (span is None or span[0] <= made.start < span[1])
    ]
    changed = replace(
        draft, problem={**draft.problem, "forbidden": [*draft.problem.get("forbidden", ()), ban]}
    )
    for made in hit:
        changed = take_out(changed, made)
    return changed


def allow(draft: Draft, number: int) -> Draft:
    """Lift the ban with this number (0 is the first)."""
    bans = list(draft.problem.get("forbidden", ()))
    del bans[number]
    return replace(draft, problem={**draft.problem, "forbidden": bans})


def finished(draft: Draft, problem: Problem) -> dict[str, Any]:
    """Return the whole result of a draft whose problem parsed to ``problem``: routes, sums, what stayed out, bound.

    The bound of the last computation holds as long as nothing that it counted with was let go: locks and bans only
    take possibilities away. Otherwise only the sum of all that is wanted is certain.
    """
    index = {visit["id"]: number for number, visit in enumerate(draft.problem["visits"])}
    rows = [
        {
            "visit": made.visit,
            "team": made.team,
            "start": local_iso(problem, problem.clock.seconds(made.start)),
        }
        for made in sorted(draft.made, key=lambda one: (one.start, one.team))
    ]
    week = Itinerary(problem, stops_of(problem, {"assignments": rows}))
    value = float(sum(problem.visits[index[made.visit]].value for made in draft.made))
    proof = draft.result["proof"]
    everything = float(sum(visit.value * visit.times for visit in problem.visits))
    bound = max(value, float(proof["bound"]) if _only_tighter(proof, draft.problem) else everything)
    return {
        **printed(week, draft.result),
        "unplanned": _left_out(draft, problem),
        "value": value,
        "bound": bound,
        "gap": round(gap(value, bound), 6),
        "areas": _areas(draft, problem),
        "warnings": list(problem.warnings),
        "violations": [],
    }


def _only_tighter(proof: Mapping[str, Any], problem: Mapping[str, Any]) -> bool:
    return all(one in problem.get(name, ()) for name in ("locked", "forbidden") for one in proof[name])


def _left_out(draft: Draft, problem: Problem) -> list[dict[str, Any]]:
    """Return what stays out: the reasons known before, and for what was in the plan before that it was taken out."""
    known: dict[str, list[Mapping[str, Any]]] = {}
    for row in draft.result.get("unplanned", ()):
        known.setdefault(row["visit"], []).append(row)
    rows = []
    for visit in problem.visits:
        made = sum(one.visit == visit.id for one in draft.made)
        for number in range(made + 1, visit.times + 1):
            reasons = known.get(visit.id, [])
            at = number - made - 1
            row = (
                dict(reasons[at])
                if at < len(reasons)
                else {"reason": "met de hand uit het plan gehaald", "code": BY_HAND}
            )
            rows.append({**row, "visit": visit.id, "occurrence": number})
    return rows


def _areas(draft: Draft, problem: Problem) -> dict[str, dict[str, int]]:
    shares: dict[str, dict[str, int]] = {}
    for visit in problem.visits:
        if visit.area is not None:
            share = shares.setdefault(visit.area, {"wanted": 0, "planned": 0})
            share["wanted"] += visit.times
            share["planned"] += sum(one.visit == visit.id for one in draft.made)
    return shares


def outside_shifts(problem: Problem, made: Sequence[Made]) -> list[Made]:
    """Return the visits that start in no shift of their team: no route can be drawn for them."""
    teams = {team.id: team for team in problem.teams}
    return [
        one
        for one in made
        if not any(s.start <= problem.clock.seconds(one.start) < s.end for s in teams[one.team].shifts)
    ]


def faults(problem: Problem, result: Mapping[str, Any]) -> list[str]:
    """Return every rule that a result breaks, as the independent validator says it."""
    return violations(problem, result)
