"""Made-up weeks of a city: groups with hot evenings, pairs with evening shifts, seeded."""

import random
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_MONDAY = datetime(2026, 11, 23, tzinfo=ZoneInfo("Europe/Amsterdam"))


def week(groups: int, teams: int, seed: int) -> dict[str, Any]:
    """Return a week with five shifts of eight hours per team and room for about three quarters of the visits.

    Stops are long (45 to 90 minutes: group conversations), so that some five fit a shift and capacity binds.
    """
    rng = random.Random(seed)
    spread = 0.06 * max(1.0, (groups / 60) ** 0.5)

    def at(day: int, hour: float) -> str:
        return (_MONDAY + timedelta(days=day, hours=hour)).isoformat()

    places = [
        {
            "id": f"b{k}",
            "lon": 5.2 + rng.uniform(-0.5, 0.5) * spread,
            "lat": 52.35 + rng.uniform(-0.3, 0.3) * spread,
        }
        for k in range(max(2, teams // 5))
    ]
    bases = len(places)
    crews = []
    for t in range(teams):
        days = sorted(rng.sample(range(7), 5))
        crews.append(
            {
                "id": f"boa-{t}",
                "kind": "jeugdboa",
                "people": [f"p{2 * t}", f"p{2 * t + 1}"],
                "base": f"b{t % bases}",
                "shifts": [{"start": at(d, 16), "end": at(d, 24)} for d in days],
            }
        )
    visits = []
    for g in range(groups):
        places.append(
            {
                "id": f"g{g}",
                "lon": 5.2 + rng.gauss(0, 0.6) * spread,
                "lat": 52.35 + rng.gauss(0, 0.35) * spread,
            }
        )
        windows = []
        for day in sorted(rng.sample(range(7), rng.randint(4, 7))):
            begin = rng.choice([17, 18, 19, 20, 21])
            windows.append(
                {"start": at(day, begin), "end": at(day, min(23.5, begin + rng.choice([1.5, 2, 3, 4])))}
            )
        visits.append(
            {
                "id": f"v{g}",
                "group": f"g{g}",
                "place": f"g{g}",
                "kinds": ["jeugdboa"],
                "service_minutes": rng.choice([45, 60, 75, 90]),
                "value": rng.choice([10, 20, 30, 40, 60, 80]),
                "times_per_week": rng.randint(2, 7),
                "min_gap_hours": rng.choice([12, 18, 20]),
                "windows": windows,
            }
        )
    return {
        "horizon": {"start": at(0, 0), "days": 7},
        "travel": {"speed_kmh": 15, "detour": 1.3},
        "places": places,
        "teams": crews,
        "visits": visits,
        "locked": [],
        "rules": "atw-2025",
    }
