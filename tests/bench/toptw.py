"""Public TOPTW instances as planning problems; see ``../shared/data/toptw/README.md`` for the text form."""

import csv
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "toptw"
START = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    """One instance with a number of routes and the best value known."""

    name: str
    routes: int
    best: int


def cases(routes: set[int]) -> list[Case]:
    """List the instances with a best-known value for these numbers of routes."""
    with (FOLDER / "best-known.csv").open(encoding="utf-8") as file:
        rows = [Case(row["instance"], int(row["m"]), int(row["bks"])) for row in csv.DictReader(file)]
    return [row for row in rows if row.routes in routes and (FOLDER / f"{row.name}.txt").exists()]


def problem(case: Case) -> dict[str, Any]:
    """Return an instance in the shape of ``shortlist plan``; a unit of distance is 10 s (c, r, rc) or 100 s (pr).

    Distances are truncated to one decimal (Solomon) or two (Cordeau), so that every time is a whole second.
    """
    scale = 100 if case.name.startswith("pr") else 10
    lines = (FOLDER / f"{case.name}.txt").read_text(encoding="utf-8").splitlines()[2:]
    vertices = [[float(word) for word in line.split()] for line in lines if line.split()]
    places = [f"p{int(vertex[0])}" for vertex in vertices]
    seconds = [[int(math.hypot(a[1] - b[1], a[2] - b[2]) * scale + 1e-9) for b in vertices] for a in vertices]
    end = round(vertices[0][-1] * scale)

    def at(units: float, extra: float = 0.0) -> str:
        return (START + timedelta(seconds=round(units * scale) + round(extra * scale))).isoformat()

    return {
        "horizon": {"start": START.isoformat(), "days": end // 86_400 + 2},
        "matrix": {"places": places, "seconds": seconds},
        "teams": [
            {
                "id": f"t{number}",
                "kind": "politie",
                "people": [f"a{number}", f"b{number}"],
                "base": places[0],
                "shifts": [{"start": at(0), "end": at(vertices[0][-1])}],
            }
            for number in range(case.routes)
        ],
        "visits": [
            {
                "id": f"v{int(vertex[0])}",
                "group": f"g{int(vertex[0])}",
                "place": place,
                "kinds": ["politie"],
                "service_minutes": vertex[3] * scale / 60,
                "value": vertex[4],
                "times_per_week": 1,
                "min_gap_hours": 0,
                "windows": [{"start": at(vertex[-2]), "end": at(vertex[-1], vertex[3])}],
            }
            for vertex, place in zip(vertices[1:], places[1:], strict=True)
            if vertex[4] > 0
        ],
        "rules": None,
    }
