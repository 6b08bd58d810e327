"""The problem of a week that is computed again with the smallest change: what is past or locked stays as it was.

Pure, on stored problems (the contract's JSON). What was planned before ``now`` is locked where it was; nothing new is
planned before ``now``; shifts and places that fell out lose their visits; new wishes come in. Moments are aware.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shortlist.planning.adjusting.changes import Made
from shortlist.planning.replanning.roads import (
    Road,
    closed_roads,
    detour_minutes,
    detours,
    kept_bans,
    kept_pairs,
    road_bans,
    road_of,
)
from shortlist.planning.week.demand import asked_together, floors_of, kept_apart
from shortlist.planning.week.times import local_iso

_SHIFT = "dienst"
"""A ban with a note follows from what happened; one by hand has none."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: shifts and places, by id, that fall out (a place also when it can't be reached).

    ``closed`` and ``opened``: between which stadsdelen nobody can pass any more (a bridge), or can again. ``slowed``:
    closed ways that teams can get round, with the minutes that this takes.
    """

    shifts: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    closed: frozenset[Road] = frozenset()
    opened: frozenset[Road] = frozenset()
    slowed: frozenset[tuple[Road, float]] = frozenset()


def changed_problem(
    old: Mapping[str, Any],
    made: Sequence[Made],
    fresh: Mapping[str, Any],
    event: Event,
    *,
    now: datetime,
    closed_groups: Iterable[str] = (),
    apart_hours: float,
    floor_share: float,
    areas: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the problem to solve again.

    ``fresh`` is the week as it would be asked today: its visits that are new come in, its teams and shifts are those
    to come. ``closed_groups`` get no more visits. ``apart_hours`` and ``floor_share`` are the week plan's parameters.
    ``areas``: the stadsdeel of each place, for ways that are closed (see ``roads``).
    """
    past = [one for one in made if one.start <= now]
    teams = _teams(old, fresh, event, now)
    visits = _visits(old, fresh, past, event, frozenset(closed_groups), now)
    known = {visit["id"] for visit in visits}
    shifts = {
        team["id"]: [(_moment(s["start"]), _moment(s["end"])) for s in team["shifts"]] for team in teams
    }
    windows = {
        visit["id"]: [(_moment(w["start"]), _moment(w["end"])) for w in visit["windows"]] for visit in visits
    }
    locked = [
        lock
        for lock in old.get("locked", ())
        if _moment(lock["start"]) > now
        and any(start <= _moment(lock["start"]) < end for start, end in windows.get(lock["visit"], ()))
        and any(start <= _moment(lock["start"]) < end for start, end in shifts.get(lock["team"], ()))
    ]
    locked += [{"visit": one.visit, "team": one.team, "start": local_iso(one.start)} for one in past]
    running = [
        (team["id"], _moment(shift["end"]))
        for team in old["teams"]
        for shift in team["shifts"]
        if shift["note"] in event.shifts and _moment(shift["start"]) <= now < _moment(shift["end"])
    ]
    bans = [
        ban
        for ban in old.get("forbidden", ())
        if ban["visit"] in known and (not ban.get("team") or ban["team"] in shifts) and road_of(ban) is None
    ]
    bans += [
        {"visit": name, "team": team, "start": local_iso(now), "end": local_iso(end), "note": _SHIFT}
        for team, end in running
        for name in sorted(known)
    ]
    sides = areas or {}
    minutes = {road: longer for road, longer in detour_minutes(old).items() if road not in event.opened}
    minutes = {road: longer for road, longer in minutes.items() if road not in event.closed}
    minutes |= dict(event.slowed)
    roads = ((closed_roads(old) - event.opened) | event.closed) - minutes.keys()
    bans += road_bans(roads, teams, visits, sides, now)
    kept = kept_pairs(old, made, minutes, sides, now)
    bans += kept_bans(kept, teams, visits, made, sides, now)
    places = {place["id"]: place for problem in (fresh, old) for place in problem["places"]}
    used = {team["base"] for team in teams} | {visit["place"] for visit in visits}
    return {
        **old,
        "places": [place for name, place in places.items() if name in used],
        "teams": teams,
        "visits": visits,
        "locked": [lock for lock in locked if not _barred(lock, bans)],
        "forbidden": bans,
        "detours": detours(minutes, used, sides, kept),
        "not_with": kept_apart(visits, apart_hours, asked_together(old)),
        "floors": floors_of(visits, floor_share),
        "worked": fresh["worked"],
    }


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _barred(lock: Mapping[str, Any], bans: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether a ban of a shift that fell out hits a lock (of what was to come in it)."""
    at = _moment(lock["start"])
    return any(
        ban["visit"] == lock["visit"]
        and ban.get("team") in (None, lock["team"])
        and ban.get("start") is not None
        and _moment(ban["start"]) <= at < _moment(ban["end"])
        for ban in bans
    )


def _teams(
    old: Mapping[str, Any], fresh: Mapping[str, Any], event: Event, now: datetime
) -> list[dict[str, Any]]:
    """Return the teams with the shifts that have begun as they were and those to come as they are now."""
    before = {team["id"]: team for team in old["teams"]}
    today = {team["id"]: team for team in fresh["teams"]}
    found = []
    for name in [*today, *(name for name in before if name not in today)]:
        team = today.get(name) or before[name]
        begun = [s for s in before.get(name, {"shifts": ()})["shifts"] if _moment(s["start"]) <= now]
        later = [s for s in today.get(name, {"shifts": ()})["shifts"] if _moment(s["start"]) > now]
        shifts = [*begun, *(s for s in later if s["note"] not in event.shifts)]
        if shifts:
            found.append({**team, "shifts": shifts})
    return found


def _visits(
    old: Mapping[str, Any],
    fresh: Mapping[str, Any],
    past: Sequence[Made],
    event: Event,
    closed: frozenset[str],
    now: datetime,
) -> list[dict[str, Any]]:
    """Return the visits of the old problem and the new ones, only at times to come besides what is past."""
    known = {visit["id"] for visit in old["visits"]}
    found = []
    for visit in [*old["visits"], *(one for one in fresh["visits"] if one["id"] not in known)]:
        done = [one for one in past if one.visit == visit["id"]]
        over = visit["group"] in closed or visit["place"] in event.places
        service = visit["service_minutes"]
        windows = [
            {"start": local_iso(max(now, _moment(w["start"]))), "end": local_iso(_moment(w["end"]))}
            for w in visit["windows"]
            if (_moment(w["end"]) - max(now, _moment(w["start"]))).total_seconds() >= service * 60
        ]
        windows = [] if over else windows
        windows += [_just(one, service) for one in done]
        if windows:
            times = len(done) if over else visit["times_per_week"]
            found.append({**visit, "times_per_week": max(times, len(done)), "windows": windows})
    return found


def _just(made: Made, minutes: float) -> dict[str, str]:
    """Return the stretch of a visit that was made, as a window of its own."""
    seconds = -(-minutes * 60 // 1)
    end = datetime.fromtimestamp(made.start.timestamp() + seconds, tz=made.start.tzinfo)
    return {"start": local_iso(made.start), "end": local_iso(end)}
