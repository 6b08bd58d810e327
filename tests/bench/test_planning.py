"""Planning: public TOPTW instances against plain PyVRP, and generated weeks against their proven bound.

``pytest -m bench -s tests/bench/test_planning.py``. Nothing here gates on time; what is asserted holds on any machine.
"""

import os
import time
from datetime import datetime
from random import Random
from statistics import mean
from typing import Any

import pytest

from shortlist.planning.engine import solve
from shortlist.planning.problem import parse_problem
from shortlist.planning.validator import violations
from shortlist.planning.working_time_files import load
from tests.bench import toptw

pytestmark = pytest.mark.bench
SECONDS = float(os.environ.get("SHORTLIST_BENCH_SECONDS", "10"))
ROUTES = {int(m) for m in os.environ.get("SHORTLIST_BENCH_ROUTES", "1,2,3,4").split(",")}


def _by_pyvrp(data: dict[str, Any], seconds: float) -> float:
    """Solve a TOPTW problem with PyVRP as it comes; prizes are worth 1,000 distance units, as its makers advise."""
    import pyvrp
    from pyvrp.stop import MaxRuntime

    start = toptw.START
    model = pyvrp.Model()
    names = data["matrix"]["places"]
    where = {name: model.add_location(number, 0) for number, name in enumerate(names)}
    base = model.add_depot(where[names[0]])
    team = data["teams"][0]
    last = int((datetime.fromisoformat(team["shifts"][0]["end"]) - start).total_seconds())
    model.add_vehicle_type(len(data["teams"]), tw_early=0, tw_late=last, start_depot=base, end_depot=base)
    for visit in data["visits"]:
        window = visit["windows"][0]
        early, late = (
            int((datetime.fromisoformat(window[key]) - start).total_seconds()) for key in ("start", "end")
        )
        service = round(visit["service_minutes"] * 60)
        model.add_client(
            where[visit["place"]],
            service_duration=service,
            tw_early=early,
            tw_late=late - service,
            prize=int(visit["value"]) * 1_000,
            required=False,
        )
    for i, one in enumerate(names):
        for j, other in enumerate(names):
            if i != j:
                seconds_away = data["matrix"]["seconds"][i][j]
                model.add_edge(where[one], where[other], distance=0, duration=seconds_away)
    result = model.solve(MaxRuntime(seconds), seed=1, display=False)
    return float(result.best.prizes()) / 1_000 if result.is_feasible() else 0.0


@pytest.mark.skipif(not toptw.FOLDER.exists(), reason="../shared/data/toptw is niet aanwezig")
def test_public_instances_come_within_half_a_percent_of_the_best_known() -> None:
    ours, theirs, proven = [], [], 0
    print(f"\nTOPTW, {SECONDS:g} s each\ninstance m best ours gap bound cpu | pyvrp gap")
    for case in toptw.cases(ROUTES):
        data = toptw.problem(case)
        problem = parse_problem(data, rules=load, source=case.name)
        started = time.process_time()
        plan = solve(problem, seconds=SECONDS, seed=1)
        used = time.process_time() - started
        assert plan.bound >= max(plan.value, case.best) - 1e-6, "the bound is proven"
        other = _by_pyvrp(data, SECONDS)
        ours.append(1 - plan.value / case.best)
        theirs.append(1 - other / case.best)
        proven += plan.bound <= plan.value + 1e-6
        print(
            f"{case.name} {case.routes} {case.best} {plan.value:g} {ours[-1]:.2%} {plan.bound:g} {used:.1f}"
            f" | {other:g} {theirs[-1]:.2%}",
            flush=True,
        )
    print(f"ours: mean {mean(ours):.2%} worst {max(ours):.2%}, proven best {proven} of {len(ours)}")
    print(f"pyvrp: mean {mean(theirs):.2%} worst {max(theirs):.2%}")
    assert mean(ours) <= mean(theirs)


def generated_week(groups: int, teams: int, seed: int) -> dict[str, Any]:
    """Return a made-up week in which capacity covers about three quarters of the wanted visits."""
    random = Random(seed)
    places = [{"id": "p0", "lon": 5.2, "lat": 52.5}] + [
        {"id": f"p{n}", "lon": 5.2 + random.uniform(-0.09, 0.09), "lat": 52.5 + random.uniform(-0.05, 0.05)}
        for n in range(1, groups + 1)
    ]

    def at(day: int, hour: float) -> str:
        minutes = round(hour * 60)
        return f"2026-11-{23 + day + minutes // 1440:02d}T{minutes % 1440 // 60:02d}:{minutes % 60:02d}+01:00"

    def windows() -> list[dict[str, str]]:
        days = sorted(random.sample(range(7), random.choice((3, 4, 5))))
        hour = random.choice((15, 16, 18, 19, 20, 21))
        return [{"start": at(day, hour), "end": at(day, hour + random.choice((2, 2.5, 3)))} for day in days]

    return {
        "horizon": {"start": "2026-11-23T00:00+01:00", "days": 7},
        "travel": {"speed_kmh": 15, "detour": 1.3},
        "places": places,
        "teams": [
            {
                "id": f"t{n}",
                "kind": "jeugdboa",
                "people": [f"a{n}", f"b{n}"],
                "base": "p0",
                "shifts": [
                    {"start": at(day, 15), "end": at(day, 22.5)} for day in sorted(random.sample(range(7), 5))
                ],
            }
            for n in range(teams)
        ],
        "visits": [
            {
                "id": f"v{n}",
                "group": f"g{n}",
                "place": f"p{n}",
                "kinds": ["jeugdboa"],
                "service_minutes": random.choice((15, 15, 20, 30)) * 2.5,
                "value": random.choice((15, 40, 100)),
                "times_per_week": random.choice((3, 4, 5, 6, 7)),
                "min_gap_hours": 18,
                "windows": windows(),
            }
            for n in range(1, groups + 1)
        ],
        "rules": "atw-2025",
    }


@pytest.mark.parametrize(("groups", "teams", "seconds", "seeds"), [(60, 10, 20, 5), (600, 100, 120, 1)])
def test_generated_weeks_come_close_to_their_proven_bound(
    groups: int, teams: int, seconds: int, seeds: int
) -> None:
    gaps = []
    for seed in range(seeds):
        problem = parse_problem(generated_week(groups, teams, seed), rules=load, source="week")
        started = time.process_time()
        plan = solve(problem, seconds=seconds, seed=seed)
        used = time.process_time() - started
        assert plan.bound >= plan.value
        gaps.append((plan.bound - plan.value) / plan.bound)
        made, wanted = len(plan.stops), sum(visit.times for visit in problem.visits)
        print(
            f"\n{groups}/{teams} seed {seed}: {made} of {wanted}, gap {gaps[-1]:.2%}, cpu {used:.0f} s",
            flush=True,
        )
    print(f"{groups} groups, {teams} teams, {seconds} s: mean gap {mean(gaps):.2%}")


def test_the_same_seed_and_iterations_give_the_same_plan() -> None:
    problem = parse_problem(generated_week(30, 5, 3), rules=load, source="week")
    plans = [solve(problem, iterations=2_000, seed=4) for _ in range(2)]
    assert plans[0].stops == plans[1].stops
    assert not violations(problem, _shown(problem, plans[0]))


def _shown(problem: Any, plan: Any) -> dict[str, Any]:
    from shortlist.planning.plan import to_json

    return to_json(plan, problem)
