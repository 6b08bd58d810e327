"""How many wanted visits fit in the shifts, by putting each in the first gap that holds it.

A quick count for a meeting, not a plan: the most valued visits come first, each takes the earliest gap in its windows
with travel before and after. Breaks and working-time rules are left out, so that a shift may seem a little roomier than
it is; a plan that is searched for finds better routes, so that more may fit too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shortlist.planning.travel import by_speed, longer


@dataclass(slots=True)
class _Shift:
    kind: str
    base: int
    start: float
    end: float
    stops: list[tuple[float, float, int]] = field(default_factory=list)
    """(start, end, place) in order of time; seconds."""

    def gap(self, place: int, service: float, start: float, end: float, travel: Any) -> float | None:
        """Return the earliest moment within a window at which the service fits, or None."""
        before = [(self.start, self.start, self.base), *self.stops]
        after = [*self.stops, (self.end, self.end, self.base)]
        for (_, free, here), (busy, _, there) in zip(before, after, strict=True):
            at = max(start, free + float(travel[here, place]))
            if at + service <= min(end, busy - float(travel[place, there])):
                return at
        return None


def count_fitting(problem: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Return per visit of a planning problem (contracts.md, ``shortlist plan``) how often it is wanted and fits."""
    places = {place["id"]: number for number, place in enumerate(problem["places"])}
    travel = by_speed(
        [place["lon"] for place in problem["places"]],
        [place["lat"] for place in problem["places"]],
        speed_kmh=problem["travel"]["speed_kmh"],
        detour=problem["travel"]["detour"],
    )
    for way in problem.get("detours", ()):
        one, other = ([places[name] for name in way[side]] for side in ("one", "other"))
        travel = longer(travel, one, other, way["minutes"])
    shifts = [
        _Shift(team["kind"], places[team["base"]], _seconds(shift["start"]), _seconds(shift["end"]))
        for team in problem["teams"]
        for shift in team["shifts"]
    ]
    shifts.sort(key=lambda shift: (shift.start, shift.end))
    found: dict[str, tuple[int, int]] = {}
    for visit in sorted(problem["visits"], key=lambda one: (-one["value"], one["id"])):
        windows = sorted((_seconds(one["start"]), _seconds(one["end"])) for one in visit["windows"])
        apart, service = visit["min_gap_hours"] * 3600, visit["service_minutes"] * 60
        able = [shift for shift in shifts if shift.kind in visit["kinds"]]
        fits, free_from = 0, float("-inf")
        while fits < visit["times_per_week"]:
            best: tuple[float, _Shift] | None = None
            for start, end in windows:
                for shift in able:
                    at = shift.gap(places[visit["place"]], service, max(start, free_from), end, travel)
                    if at is not None and (best is None or at < best[0]):
                        best = (at, shift)
            if best is None:
                break
            at, shift = best
            shift.stops.append((at, at + service, places[visit["place"]]))
            shift.stops.sort()
            fits, free_from = fits + 1, at + service + apart
        found[visit["id"]] = (visit["times_per_week"], fits)
    return found


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
