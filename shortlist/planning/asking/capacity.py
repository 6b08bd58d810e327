"""A stored problem with more capacity in it, and what that brings at least and at most.

Pure. The plan that stands stays possible with more capacity, so that its value is never lost; the bound of the new
problem limits what more capacity can bring.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shortlist.planning.week.times import local_iso

_ZONE = ZoneInfo("Europe/Amsterdam")
EXTRA = "extra"
"""Id of the pair that is not there."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What more capacity brings: points and visits at least, points at most (proven)."""

    value: float
    most: float
    visits: int


def with_pair(problem: Mapping[str, Any], kind: str) -> dict[str, Any] | None:
    """Return the problem with one more team of a kind, working as the one with most shifts; None: no such team."""
    teams = [team for team in problem["teams"] if team["kind"] == kind]
    if not teams:
        return None
    model = max(teams, key=lambda team: (len(team["shifts"]), team["name"]))
    more = {
        **model,
        "id": EXTRA,
        "name": "Extra koppel",
        "people": [f"{EXTRA}-{number}" for number in range(max(2, len(model["people"])))],
    }
    return {**problem, "teams": [*problem["teams"], more]}


def with_evening(problem: Mapping[str, Any], team_id: str, day: date) -> dict[str, Any] | None:
    """Return the problem with one more shift of a team on a day, at its usual hours; None: it works there already."""
    teams = []
    for team in problem["teams"]:
        if team["id"] != team_id:
            teams.append(team)
            continue
        hours = usual_hours(team)
        begin = datetime.combine(day, datetime.min.time(), _ZONE) + timedelta(minutes=hours[0])
        end = begin + timedelta(minutes=hours[1])
        if any(_moment(s["start"]) < end and begin < _moment(s["end"]) for s in team["shifts"]):
            return None
        shift = {"note": EXTRA, "start": local_iso(begin), "end": local_iso(end)}
        teams.append({**team, "shifts": [*team["shifts"], shift]})
    return {**problem, "teams": teams}


def usual_hours(team: Mapping[str, Any]) -> tuple[int, int]:
    """Return the start (minutes after midnight) and the length in minutes that most shifts of a team have."""
    found: Counter[tuple[int, int]] = Counter()
    for shift in team["shifts"]:
        begin = _moment(shift["start"]).astimezone(_ZONE)
        length = (_moment(shift["end"]) - _moment(shift["start"])).total_seconds() / 60
        found[begin.hour * 60 + begin.minute, int(length)] += 1
    return found.most_common(1)[0][0]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def gain(value: float, visits: int, new_value: float, new_visits: int, new_bound: float) -> Gain:
    """Return what more capacity brings over a plan of ``value`` points and ``visits`` visits."""
    more = max(0.0, new_value - value)
    return Gain(more, max(more, new_bound - value), new_visits - visits if more else 0)
