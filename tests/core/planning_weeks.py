"""Small random weeks, a plain check of a plan and a plain search for the best plan, all unlike the product's code.

The plain check reads the contract's JSON with datetimes and floats, counts nights minute by minute and measures
distance with vectors; it shares no line with ``shortlist.planning``.
"""

import math
import random
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import combinations, permutations
from typing import Any
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 11, 23, tzinfo=AMSTERDAM)


def iso(day: float, hour: float) -> str:
    """Return a moment of the week as ISO text with its Dutch offset."""
    local = datetime(2026, 11, 23) + timedelta(days=day, hours=hour)  # noqa: DTZ001 — made aware in the next line
    return local.replace(tzinfo=AMSTERDAM).isoformat()


def small_week(
    seed: int,
    *,
    rules: str | None = "atw-2025",
    gaps: tuple[float, ...] = (0, 12, 18),
    apart: tuple[float, ...] = (),
) -> dict[str, Any]:
    """Return a problem of a few visits and shifts in which most rules bite somewhere.

    ``apart`` are hours that some pairs of visits keep away from each other.
    """
    rng = random.Random(seed)
    places = [
        {"id": f"p{k}", "lon": 5.2 + rng.uniform(-0.06, 0.06), "lat": 52.35 + rng.uniform(-0.04, 0.04)}
        for k in range(6)
    ]
    teams = []
    for t in range(rng.randint(1, 3)):
        kind = rng.choice(["jeugdboa", "jeugdboa", "politie"])
        days = rng.sample(range(4), rng.randint(1, 2))
        shifts = []
        for day in sorted(days):
            begin = rng.choice([13, 17, 20])
            shifts.append({"start": iso(day, begin), "end": iso(day, begin + rng.choice([2, 4, 6.5]))})
        teams.append(
            {"id": f"t{t}", "kind": kind, "people": [f"a{t}", f"b{t}"], "base": "p0", "shifts": shifts}
        )
    visits = []
    for v in range(rng.randint(2, 4)):
        windows = []
        for day in sorted(rng.sample(range(4), rng.randint(1, 3))):
            begin = rng.choice([13, 16, 18, 20, 21])
            windows.append({"start": iso(day, begin), "end": iso(day, begin + rng.choice([1, 2.5, 5]))})
        visits.append({
            "id": f"v{v}", "group": f"g{v}", "place": f"p{rng.randint(1, 5)}",
            "kinds": rng.choice([["jeugdboa"], ["jeugdboa", "politie"], ["politie"]]),
            "service_minutes": rng.choice([15, 40, 75.5]), "value": rng.choice([10, 25, 40]),
            "times_per_week": rng.randint(1, 2), "min_gap_hours": rng.choice(gaps), "windows": windows,
        })  # fmt: skip
    return {
        "horizon": {"start": iso(0, 0), "days": 7},
        "travel": {"speed_kmh": 15, "detour": 1.3},
        "places": places,
        "teams": teams,
        "visits": visits,
        "locked": [],
        "rules": rules,
        "not_with": [
            {"visits": [one["id"], other["id"]], "gap_hours": rng.choice(apart)}
            for one, other in combinations(visits, 2)
            if apart and rng.random() < 0.6
        ],
    }


def _when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _seconds(problem: dict[str, Any], one: str, other: str) -> float:
    """Return the travel time by the angle between two vectors from the earth's centre."""
    place = {p["id"]: p for p in problem["places"]}

    def vector(p: dict[str, float]) -> tuple[float, float, float]:
        lon, lat = math.radians(p["lon"]), math.radians(p["lat"])
        return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)

    a, b = vector(place[one]), vector(place[other])
    cross = math.dist(
        (0, 0, 0), (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    )
    angle = math.atan2(cross, sum(x * y for x, y in zip(a, b, strict=True)))
    speed: float = problem["travel"]["speed_kmh"] / 3.6
    detour: float = problem["travel"]["detour"]
    more = [
        60 * way["minutes"]
        for way in problem.get("detours", ())
        if (one in way["one"] and other in way["other"]) or (one in way["other"] and other in way["one"])
    ]
    straight: int = math.ceil(angle * 6371008.8 * detour / speed - 1e-6)
    return float(straight + sum(more))


@lru_cache(maxsize=100_000)
def roster_is_lawful(shifts: tuple[tuple[datetime, datetime], ...]) -> bool:
    """Judge one person's shifts by the articles, minute by minute where that is plainest."""
    line = sorted(shifts)
    hours = timedelta(hours=1)

    def night(begin: datetime, end: datetime) -> bool:
        minutes, t = 0, begin
        while t < end:
            minutes += t.astimezone(AMSTERDAM).hour < 6
            t += timedelta(minutes=1)
        return minutes > 60

    nights = [night(b, e) for b, e in line]
    shorts: list[datetime] = []
    for k, (begin, end) in enumerate(line):
        if end - begin > 12 * hours or (nights[k] and end - begin > 10 * hours):
            return False
        if not k:
            continue
        rest = begin - line[k - 1][1]
        late = line[k - 1][1].astimezone(AMSTERDAM)
        if nights[k - 1] and (late.hour, late.minute, late.second) > (2, 0, 0):
            if rest < 14 * hours:
                return False
        elif rest < 11 * hours:
            if rest < 8 * hours or any(begin - other < 7 * 24 * hours for other in shorts):
                return False
            shorts.append(begin)
    chain: list[bool] = []
    for k, (begin, _) in enumerate(line):
        if k and begin - line[k - 1][1] >= 46 * hours:
            chain = []
        if not nights[k] and sum(chain) >= 3:
            return False
        chain.append(nights[k])
        if len(chain) > 7 and any(chain):
            return False
    for begin, _ in line:
        week = begin + 7 * 24 * hours
        if sum((max(timedelta(0), min(e, week) - max(b, begin)) for b, e in line), timedelta(0)) > 60 * hours:
            return False
    for begin, _ in line:
        # From the start of work: is there one stretch of 36 hours without work in seven days?
        week = begin + 7 * 24 * hours
        free = [
            min([b for b, _ in line if b >= edge] + [week]) - edge for _, edge in line if begin < edge < week
        ]
        if max(free) < 36 * hours:
            return False
    return True


def plan_is_lawful(problem: dict[str, Any], plan: dict[str, Any]) -> bool:
    """Judge a plan's assignments by the contract, in the plainest way."""
    visits = {v["id"]: v for v in problem["visits"]}
    teams = {t["id"]: t for t in problem["teams"]}
    rows = [
        {**a, "arrive": _when(a["arrive"]), "start": _when(a["start"]), "end": _when(a["end"])}
        for a in plan["assignments"]
    ]
    used: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in rows:
        visit, team = visits[row["visit"]], teams[row["team"]]
        if (row["end"] - row["start"]).total_seconds() != round(visit["service_minutes"] * 60, 6):
            return False
        if row["arrive"] > row["start"] or team["kind"] not in visit["kinds"]:
            return False
        if team["kind"] == "jeugdboa" and len(team["people"]) < 2:
            return False
        if not any(
            _when(w["start"]) <= row["start"] and row["end"] <= _when(w["end"]) for w in visit["windows"]
        ):
            return False
        inside = [
            k
            for k, s in enumerate(team["shifts"])
            if _when(s["start"]) <= row["start"] and row["end"] <= _when(s["end"])
        ]
        if not inside:
            return False
        used.setdefault((team["id"], inside[0]), []).append(row)
    for visit in visits.values():
        own = sorted((r for r in rows if r["visit"] == visit["id"]), key=lambda r: r["start"])
        if len(own) > visit["times_per_week"]:
            return False
        for k in range(1, len(own)):
            if (own[k]["start"] - own[k - 1]["end"]).total_seconds() < visit["min_gap_hours"] * 3600:
                return False
        numbers = [r["occurrence"] for r in own if "occurrence" in r]
        if numbers and sorted(numbers) != [n + 1 for n in range(len(own))]:
            return False
    for pair in problem.get("not_with", ()):
        one, other = ([r for r in rows if r["visit"] == name] for name in pair["visits"])
        for a in one:
            for b in other:
                rest = max((b["start"] - a["end"]).total_seconds(), (a["start"] - b["end"]).total_seconds())
                if rest < pair.get("gap_hours", 0) * 3600:
                    return False
    people: dict[str, list[tuple[datetime, datetime]]] = {}
    for (name, k), stops in used.items():
        team = teams[name]
        begin, end = _when(team["shifts"][k]["start"]), _when(team["shifts"][k]["end"])
        for person in team["people"]:
            people.setdefault(person, []).append((begin, end))
        stops.sort(key=lambda r: (r["start"], r["end"]))
        spots = [team["base"], *(visits[r["visit"]]["place"] for r in stops), team["base"]]
        leave = [begin, *(r["end"] for r in stops)]
        idle = []
        for j, away in enumerate(leave):
            due = stops[j]["start"] if j < len(stops) else end
            there = away + timedelta(seconds=_seconds(problem, spots[j], spots[j + 1]) - 1e-5)
            if there > (stops[j]["arrive"] if j < len(stops) else end):
                return False
            idle.append((due - there).total_seconds())
        length = (end - begin).total_seconds() / 3600
        need = 45 * 60 if length > 10 else 30 * 60 if length > 5.5 else 0
        if problem["rules"] and need:
            # The product plans in whole seconds and rounds travel up: its break may be a second shorter than here.
            if max(idle) < need:
                return False
            if max(idle) < need + 1.01:
                whole = max(math.floor(x + 1e-5) for x in idle)
                if whole < need:
                    return False
    if problem["rules"] and not all(roster_is_lawful(tuple(s)) for s in people.values()):
        return False
    for lock in problem["locked"]:
        if not any(
            (r["visit"], r["team"], r["start"]) == (lock["visit"], lock["team"], _when(lock["start"]))
            for r in rows
        ):
            return False
    return True


def best_value(problem: dict[str, Any]) -> float:
    """Return the best value over all plans in which every stop starts as early as it can (plain enumeration)."""
    visits = problem["visits"]
    wanted = [v["id"] for v in visits for _ in range(v["times_per_week"])]
    routes = [(t, k) for t in problem["teams"] for k in range(len(t["shifts"]))]
    options: list[list[tuple[list[dict[str, Any]], float]]] = []
    for team, k in routes:
        found: list[tuple[list[dict[str, Any]], float]] = [([], 0.0)]
        for size in range(1, len(wanted) + 1):
            orders = set(permutations(wanted, size))
            grown = [x for order in orders if (x := _early(problem, team, k, order)) is not None]
            # With a detour a longer route may be quicker than each shorter one.
            if not grown and not problem.get("detours"):
                break
            found += grown
        options.append(found)
    return _best(problem, options, 0, [], {v["id"]: v["times_per_week"] for v in visits})


def _early(
    problem: dict[str, Any], team: dict[str, Any], k: int, order: tuple[str, ...]
) -> tuple[list[dict[str, Any]], float] | None:
    visits = {v["id"]: v for v in problem["visits"]}
    free, place = _when(team["shifts"][k]["start"]), team["base"]
    rows, value = [], 0.0
    for name in order:
        visit = visits[name]
        if team["kind"] not in visit["kinds"]:
            return None
        there = free + timedelta(seconds=math.ceil(_seconds(problem, place, visit["place"]) - 1e-6))
        serve = timedelta(minutes=visit["service_minutes"])
        starts = [
            max(there, _when(w["start"]))
            for w in visit["windows"]
            if max(there, _when(w["start"])) + serve <= _when(w["end"])
        ]
        if not starts:
            return None
        rows.append(
            {
                "visit": name,
                "team": team["id"],
                "arrive": there,
                "start": min(starts),
                "end": min(starts) + serve,
            }
        )
        free, place, value = min(starts) + serve, visit["place"], value + visit["value"]
    plan = {"assignments": [{**r, **{f: r[f].isoformat() for f in ("arrive", "start", "end")}} for r in rows]}
    return (plan["assignments"], value) if plan_is_lawful({**problem, "locked": []}, plan) else None


def _best(
    problem: dict[str, Any],
    options: list[list[tuple[list[dict[str, Any]], float]]],
    k: int,
    rows: list[dict[str, Any]],
    left: dict[str, int],
) -> float:
    if k == len(options):
        return 0.0
    best = 0.0
    for more, value in options[k]:
        rest = dict(left)
        for row in more:
            rest[row["visit"]] -= 1
        if min(rest.values()) >= 0 and plan_is_lawful(problem, {"assignments": rows + more}):
            best = max(best, value + _best(problem, options, k + 1, rows + more, rest))
    return best
