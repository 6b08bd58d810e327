"""What only large weeks use: prices from the middle, routes of parts, and a plan rounded from the bound."""

from typing import Any

import numpy as np
import pytest

from shortlist.planning import bound
from shortlist.planning.bound import Master, tighten
from shortlist.planning.diving import Diver
from shortlist.planning.engine import solve
from shortlist.planning.instance import Ints, build
from shortlist.planning.part_routes import add_part_routes
from shortlist.planning.plan import to_json
from shortlist.planning.problem import Problem, parse_problem
from shortlist.planning.rounding import Surroundings, round_in_regions
from shortlist.planning.searcher import Searcher
from shortlist.planning.working_time_files import load
from tests.bench.planned_weeks import week
from tests.core.planning_weeks import best_value, plan_is_lawful, small_week


def never() -> bool:
    return False


def middling() -> Any:
    return parse_problem(week(130, 20, 7), rules=load)


def test_prices_from_the_middle_never_bound_below_the_best_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bound, "_LARGE", 0)
    tried = 0
    for seed in range(45):
        data = small_week(seed, gaps=(0, 1, 12, 18, 24), apart=(0, 20) if seed % 3 == 0 else ())
        if sum(v["times_per_week"] for v in data["visits"]) > 6:
            continue
        problem = parse_problem(data, rules=load)
        plan = solve(problem, iterations=200, seed=seed)
        best = best_value(data)
        assert all(limit >= best - 1e-6 for _, _, limit in plan.trail), f"week {seed}"
        assert plan.value >= best - 1e-9 or plan.bound > plan.value, f"week {seed}"
        tried += 1
    assert tried > 25


def test_a_limit_covers_every_lawful_route_whatever_the_threshold_and_is_the_threshold_above_them() -> None:
    master = Master(build(middling()))
    rng = np.random.default_rng(3)
    a = master.instance.arrays
    for number in range(0, len(master.shifts), 7):
        shift = master.shifts[number]
        prize = a.value[a.slot_visit[shift.slots]] * rng.uniform(-0.2, 1.0, len(shift.slots))
        limit = master.best_route(number, prize, 0.0)
        worth = max(
            (
                float(prize[list(route)].sum())
                for route in master.found(number, 0.0, most=200)
                if len(set(shift.vertex[list(route), 3].tolist())) == len(route)
            ),
            default=0.0,
        )
        assert 0 < worth <= limit + 1e-9
        for share in (0.1, 0.5, 0.9, 0.99, 1.01, 1.5):
            again = master.best_route(number, prize, share * worth)
            assert max(worth, share * worth) - 1e-9 <= again <= max(limit, share * worth) + 1e-9
        assert master.best_route(number, prize, 1.01 * limit) == pytest.approx(1.01 * limit)


def test_routes_of_parts_are_routes_of_the_whole_and_bring_its_bound_down_sooner() -> None:
    problem = middling()
    instance = build(problem)
    plain, helped = Master(instance), Master(instance)
    start = Searcher(instance, seed=1)
    for master in (plain, helped):
        master.add_slots(start.best_routes())
    assert add_part_routes(problem, helped, seed=1, stop=never) > 200
    for column in helped.columns:
        start_at = instance.arrays.start[helped.shifts[column.shift].routes[0]]
        vertex = helped.shifts[column.shift].vertex[list(column.vertices)]
        assert np.all(np.diff(vertex[:, 1]) > -8 * 3600)
        assert np.all(vertex[:, 1] >= start_at)
    few = [tighten(m, stop=never, most_rounds=4, enough=lambda: 0.0) for m in (plain, helped)]
    assert few[1].trail[0][0] > few[0].trail[0][0], "more routes, a higher fractional plan"
    assert few[1].best <= few[0].best


def rounded(problem: Problem, master: Master, search: Searcher) -> Ints:
    diver = Diver(master, worth=search.tables.worth, floor_worth=search.floor_worth)
    return round_in_regions(problem, diver, stop=never)


def priced(problem: Problem) -> tuple[Master, Searcher]:
    """Return a week's master problem after some rounds of pricing, and its first plan."""
    instance = build(problem)
    master, search = Master(instance), Searcher(instance, seed=1)
    master.add_slots(search.best_routes())
    add_part_routes(problem, master, seed=1, stop=never)
    tighten(master, stop=never, most_rounds=6, enough=lambda: 0.0)
    return master, search


def test_the_rounded_plan_is_near_the_bound_and_plants_whole() -> None:
    problem = middling()
    master, search = priced(problem)
    first = search.value()
    slots = rounded(problem, master, search)
    assert len(slots) == len(set(slots.tolist())), "no slot twice"
    a = master.instance.arrays
    assert search.adopt(slots)
    assert search.value() >= a.value[a.slot_visit[slots]].sum(), "nothing that was fixed is torn apart"
    assert 0.5 * (first + master.bound.best) < search.value() <= master.bound.best + 1e-6


def test_the_same_routes_are_rounded_on_two_threads_every_time() -> None:
    problem = middling()
    master, search = priced(problem)
    assert rounded(problem, master, search).tolist() == rounded(problem, master, search).tolist()


def test_two_threads_price_as_one() -> None:
    problem = middling()
    master, _ = priced(problem)
    prices = master.solve(tolerance=1e-6)[1]
    once = master.price(prices, exact=True, stop=never)
    master.threads = 2
    assert master.price(prices, exact=True, stop=never) == once


def test_routes_taken_up_again_leave_the_others_as_they_are() -> None:
    problem = middling()
    master, search = priced(problem)
    search.adopt(rounded(problem, master, search))
    diver = Diver(master, worth=search.tables.worth, floor_worth=search.floor_worth)
    surroundings = Surroundings(master.instance, seed=3)
    a = master.instance.arrays
    before = search.value()
    for _ in range(4):
        routes = surroundings.draw()
        assert 0 < len(routes) < len(master.instance.team)
        stands = [walk for walk in search.best_routes() if walk[0] not in routes]
        slots = diver.dive(routes, stands, stop=never)
        left = {int(s) for s in slots if int(a.slot_route[s]) not in routes}
        assert left == {int(s) for _, line, _ in stands for s in line}
        search.adopt(slots)
    assert search.value() >= before


def test_rounding_keeps_to_locks_and_reaches_floors() -> None:
    data = week(130, 20, 7)
    plan = to_json(
        solve(parse_problem(data, rules=load), iterations=500, seed=2), parse_problem(data, rules=load)
    )
    for visit in data["visits"]:
        visit["area"] = "west" if int(visit["id"][1:]) % 5 == 0 else "oost"
    data["visits"] = [v | ({"value": 1} if v["area"] == "west" else {}) for v in data["visits"]]
    data["floors"] = [{"area": "west", "visits": 30}]
    data["locked"] = [
        {"visit": one["visit"], "team": one["team"], "start": one["start"]}
        for one in plan["assignments"][::40]
    ]
    problem = parse_problem(data, rules=load)
    master, search = priced(problem)
    assert search.adopt(rounded(problem, master, search)), "with its locks and no worse than the first plan"
    a = master.instance.arrays
    best = search.best()
    assert {slot for _, slot, _ in master.instance.locked} <= set(best.tolist())
    assert (a.area[a.slot_visit[best]] == 0).sum() >= 30


def test_dropping_columns_that_do_not_pay_keeps_the_value_of_the_linear_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = parse_problem(week(80, 20, 7), rules=load)
    master = Master(build(problem))
    assert master.large
    add_part_routes(problem, master, seed=1, stop=never)
    value, _ = master.solve(tolerance=1e-6)
    count = len(master.columns)
    monkeypatch.setattr(bound, "_MOST_COLUMNS", count // 2)
    monkeypatch.setattr(bound, "_KEPT_COLUMNS", count // 2)
    master.trim()
    assert len(master.columns) == count // 2
    assert master.solve(tolerance=1e-6)[0] == pytest.approx(value, rel=1e-4)
    gone = master.columns[0]
    assert master.add([(gone.shift, gone.vertices)]) == 0, "a column that stayed is known"


def test_a_large_week_is_planned_lawfully_and_the_same_steps_give_the_same_plan() -> None:
    data = week(40, 24, 5)
    problem = parse_problem(data, rules=load)
    plans = [to_json(solve(problem, iterations=2_000, seed=4), problem) for _ in range(2)]
    assert plan_is_lawful(data, plans[0])
    assert plans[0]["assignments"] == plans[1]["assignments"]
    assert plans[0]["bound"] == plans[1]["bound"]
