"""What changed from one plan of a week to another, visit by visit, with the reason where there is one to name.

Pure. A visit is the same when its id is; its occurrences are paired so that as many as possible stay where they were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from shortlist.planning.adjusting.changes import Made, shifts_of_problem
from shortlist.planning.replanning.changed_week import Event
from shortlist.planning.replanning.roads import road_of

NEAR = timedelta(minutes=5)
"""A visit that moves no further than this stays."""


class What(StrEnum):
    """What became of a visit."""

    STAYS = "blijft"
    LATER = "andere tijd"
    ELSEWHERE = "andere dienst"
    GONE = "vervalt"
    NEW = "nieuw"


@dataclass(frozen=True, slots=True)
class Step:
    """One visit before and after, what became of it and why (empty: to make room elsewhere)."""

    visit: str
    before: Made | None
    after: Made | None
    what: What
    why: str


def compare(
    old: Mapping[str, Any],
    before: Sequence[Made],
    new: Mapping[str, Any],
    after: Sequence[Made],
    event: Event = Event(),  # noqa: B008 — frozen: nothing can change it
    new_groups: frozenset[str] = frozenset(),
) -> list[Step]:
    """Return every visit of both plans in order of time. ``new_groups``: ids of groups that came in."""
    rows: list[Step] = []
    shift_of = {"old": _shift_finder(old), "new": _shift_finder(new)}
    cut_off = _cut_off(new) - _cut_off(old)
    places = {visit["id"]: visit["place"] for problem in (new, old) for visit in problem["visits"]}
    groups = {visit["id"]: visit["group"] for problem in (new, old) for visit in problem["visits"]}
    for name in sorted({one.visit for one in [*before, *after]}):
        was = sorted((one for one in before if one.visit == name), key=lambda one: one.start)
        now = sorted((one for one in after if one.visit == name), key=lambda one: one.start)
        for test in (_stays, _same_shift(shift_of), lambda a, b: a.team == b.team, lambda a, b: True):
            for one in list(was):
                match = next((other for other in now if test(one, other)), None)
                if match is not None:
                    was.remove(one)
                    now.remove(match)
                    rows.append(_paired(name, one, match, shift_of, event, cut_off))
        rows += [
            Step(name, one, None, What.GONE, _why_gone(one, places[name], shift_of["old"], event, cut_off))
            for one in was
        ]
        rows += [
            Step(name, None, one, What.NEW, "nieuwe groep in de vraag" if groups[name] in new_groups else "")
            for one in now
        ]
    return sorted(rows, key=lambda row: ((row.after or row.before).start, row.visit))  # type: ignore[union-attr]  # one of both is there


def _shift_finder(problem: Mapping[str, Any]) -> Any:
    shifts = shifts_of_problem(problem)

    def find(made: Made) -> str:
        return next(
            (k for k, h in shifts.items() if h.team == made.team and h.start <= made.start < h.end), ""
        )

    return find


def _stays(one: Made, other: Made) -> bool:
    return one.team == other.team and abs(one.start - other.start) <= NEAR


def _same_shift(shift_of: Mapping[str, Any]) -> Any:
    return lambda one, other: shift_of["old"](one) == shift_of["new"](other) != ""


def _cut_off(problem: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """Return the visits that teams can't reach because a way is closed, as (visit, team)."""
    return frozenset(
        (ban["visit"], ban["team"]) for ban in problem.get("forbidden", ()) if road_of(ban) is not None
    )


def _paired(
    name: str,
    one: Made,
    other: Made,
    shift_of: Mapping[str, Any],
    event: Event,
    cut_off: frozenset[tuple[str, str]],
) -> Step:
    if _stays(one, other):
        return Step(name, one, other, What.STAYS, "")
    if shift_of["old"](one) == shift_of["new"](other) != "":
        return Step(name, one, other, What.LATER, "")
    return Step(name, one, other, What.ELSEWHERE, _why_gone(one, "", shift_of["old"], event, cut_off))


def _why_gone(one: Made, place: str, shift: Any, event: Event, cut_off: frozenset[tuple[str, str]]) -> str:
    if shift(one) in event.shifts:
        return "de dienst valt uit"
    if (one.visit, one.team) in cut_off:
        return "de weg erheen is dicht voor dit team"
    return "de plek is dicht" if place in event.places else ""


def untouched(steps: Sequence[Step], now: datetime) -> tuple[int, int]:
    """Return of the visits to come that nothing happened to how many there were and how many stay."""
    free = [step for step in steps if step.before is not None and step.before.start > now and not step.why]
    return len(free), sum(step.what is What.STAYS for step in free)
