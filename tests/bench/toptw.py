"""Public TOPTW instances as planning problems, and how two well-known solvers do on them.

Travel is Euclidean, truncated to one decimal (Solomon) or two (Cordeau), as the best known values assume. One unit of
distance is 100 seconds, so that every truncated time is a whole number of seconds.
"""

import csv
import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SHARED = Path(os.environ.get("SHORTLIST_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
FOLDER = SHARED / "data" / "toptw"
UNIT = 100
_START = datetime(2026, 11, 23, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance with m routes; times in seconds, vertex 0 is the base."""

    name: str
    routes: int
    seconds: list[list[int]]
    service: list[int]
    profit: list[int]
    opens: list[int]
    closes: list[int]


def best_known() -> dict[tuple[str, int], int]:
    """Return the best known values of the instances whose file is there."""
    with (FOLDER / "best-known.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return {
        (row["instance"], int(row["m"])): int(row["bks"])
        for row in rows
        if (FOLDER / f"{row['instance']}.txt").exists()
    }


def read(name: str, routes: int) -> Instance:
    """Read one instance."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()[2:]
    rows = [[float(x) for x in line.split()] for line in lines if line.strip()]
    parts = 100 if name.startswith("pr") else 10
    away = [
        [math.floor(math.dist(a[1:3], b[1:3]) * parts + 1e-9) * UNIT // parts for b in rows] for a in rows
    ]
    return Instance(
        name,
        routes,
        away,
        [round(r[3] * UNIT) for r in rows],
        [round(r[4]) for r in rows],
        [round(r[-2] * UNIT) for r in rows],
        [round(r[-1] * UNIT) for r in rows],
    )


def problem(instance: Instance) -> dict[str, Any]:
    """Return the instance in the contract's form; a window there bounds the start, here the whole service."""

    def at(second: int) -> str:
        return (_START + timedelta(seconds=second)).isoformat()

    names = [f"v{k}" for k in range(len(instance.seconds))]
    shift = {"start": at(instance.opens[0]), "end": at(instance.closes[0])}
    return {
        "horizon": {"start": at(0), "days": instance.closes[0] // 86400 + 1},
        "matrix": {"places": names, "seconds": instance.seconds},
        "teams": [
            {"id": f"t{k}", "kind": "team", "people": [f"p{k}"], "base": "v0", "shifts": [shift]}
            for k in range(instance.routes)
        ],
        "visits": [
            {
                "id": name,
                "place": name,
                "kinds": ["team"],
                "service_minutes": instance.service[k] / 60,
                "value": instance.profit[k],
                "windows": [
                    {"start": at(instance.opens[k]), "end": at(instance.closes[k] + instance.service[k])},
                ],
            }
            for k, name in enumerate(names)
            if k > 0
        ],
        "rules": None,
    }


def value_of(instance: Instance, routes: Sequence[Sequence[int]]) -> int:
    """Return the profit of routes after checking that they are lawful."""
    seen = [v for route in routes for v in route]
    assert len(seen) == len(set(seen))
    assert len(routes) <= instance.routes
    for route in routes:
        now, place = instance.opens[0], 0
        for v in route:
            now = max(now + instance.seconds[place][v], instance.opens[v])
            assert now <= instance.closes[v]
            now, place = now + instance.service[v], v
        assert now + instance.seconds[place][0] <= instance.closes[0]
    return sum(instance.profit[v] for v in seen)


def by_pyvrp(instance: Instance, cpu: float, seed: int = 1) -> int:
    """Return the value that plain PyVRP reaches in ``cpu`` processor seconds (a prize is worth 1,000 units a point)."""
    import pyvrp

    model = pyvrp.Model()
    count = len(instance.seconds)
    places = [model.add_location(k, 0) for k in range(count)]
    depot = model.add_depot(location=places[0])
    for k in range(1, count):
        model.add_client(
            location=places[k],
            service_duration=instance.service[k],
            tw_early=instance.opens[k],
            tw_late=instance.closes[k],
            prize=instance.profit[k] * 1000 * UNIT,
            required=False,
        )
    model.add_vehicle_type(
        instance.routes,
        start_depot=depot,
        end_depot=depot,
        tw_early=instance.opens[0],
        tw_late=instance.closes[0],
    )
    for a in range(count):
        for b in range(count):
            model.add_edge(
                places[a], places[b], distance=instance.seconds[a][b], duration=instance.seconds[a][b]
            )
    until = time.process_time() + cpu
    found = model.solve(stop=lambda _: time.process_time() > until, seed=seed, display=False)
    if not found.best.is_feasible():
        return 0
    # PyVRP numbers the clients without the base.
    return value_of(instance, [[v + 1 for v in _visits(route)] for route in found.best.routes()])


def _visits(route: Any) -> list[int]:
    return [int(activity.idx) for activity in route if activity.is_client()]


def by_or_tools(instance: Instance, cpu: float) -> int:
    """Return the value that OR-Tools routing (guided local search) reaches in ``cpu`` processor seconds."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    manager = pywrapcp.RoutingIndexManager(len(instance.seconds), instance.routes, 0)
    routing = pywrapcp.RoutingModel(manager)

    def way(a: int, b: int) -> int:
        return int(instance.seconds[manager.IndexToNode(a)][manager.IndexToNode(b)])

    def lasts(a: int, b: int) -> int:
        return int(instance.service[manager.IndexToNode(a)]) + way(a, b)

    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitCallback(way))
    end = instance.closes[0]
    routing.AddDimension(routing.RegisterTransitCallback(lasts), end, end, False, "time")
    clock = routing.GetDimensionOrDie("time")
    for k in range(1, len(instance.seconds)):
        at = manager.NodeToIndex(k)
        routing.AddDisjunction([at], instance.profit[k] * 1000 * UNIT)
        clock.CumulVar(at).SetRange(instance.opens[k], min(end, instance.closes[k]))
    settings = pywrapcp.DefaultRoutingSearchParameters()
    settings.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    settings.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    settings.time_limit.seconds = round(10 * cpu) + 1
    until = time.process_time() + cpu
    routing.AddSearchMonitor(routing.solver().CustomLimit(lambda: time.process_time() > until))
    found = routing.SolveWithParameters(settings)
    if found is None:
        return 0
    routes = []
    for vehicle in range(instance.routes):
        at, route = found.Value(routing.NextVar(routing.Start(vehicle))), []
        while not routing.IsEnd(at):
            route.append(manager.IndexToNode(at))
            at = found.Value(routing.NextVar(at))
        routes.append(route)
    return value_of(instance, routes)
