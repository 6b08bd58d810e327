"""What visits that keep away from each other are worth together is never said too low, and closes the gap."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortlist.planning import bound, decomposed
from shortlist.planning.bound import Column, Master, tighten
from shortlist.planning.coupled import Coupled, blocks, merged, most_worth, rooms
from shortlist.planning.crossing import combine, prices_of
from shortlist.planning.decomposed import here, solve_split
from shortlist.planning.engine import solve
from shortlist.planning.instance import Floats, build
from shortlist.planning.parts import Part, split
from shortlist.planning.plan import Plan, to_json
from shortlist.planning.problem import Problem, parse_problem
from shortlist.planning.validator import violations
from shortlist.planning.working_time_files import load
from tests.core.planning_weeks import iso

EVERYTHING = 10**6


def read(data: dict[str, Any]) -> Problem:
    return parse_problem(data, rules=load)


def plain_most(coupled: Coupled) -> float:
    """Return the most by trying every set of starts, second by second."""
    starts = [
        (at, v) for v, spans in enumerate(coupled.spans) for lo, hi in spans for at in range(lo, hi + 1)
    ]
    copies = [
        (at, v, c) for at, v in starts for c in range(coupled.times[v] if coupled.apart[v][v] == 0 else 1)
    ]

    def together(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
        (a, v, _), (b, u, _) = one, other
        return b - a >= coupled.apart[v][u] or a - b >= coupled.apart[u][v]

    def best(left: list[tuple[int, int, int]], counts: tuple[int, ...]) -> float:
        most = 0.0
        for k, one in enumerate(left):
            v = one[1]
            if counts[v] < coupled.times[v]:
                then = [other for other in left[k + 1 :] if together(one, other)]
                more = (*counts[:v], counts[v] + 1, *counts[v + 1 :])
                most = max(most, coupled.value[v] + best(then, more))
        return most

    return best(copies, (0,) * len(coupled.times))


@st.composite
def tiny(draw: st.DrawFn) -> Coupled:
    count = draw(st.integers(1, 3))
    gap = st.sampled_from([0, 1, 2, 3, 5])
    spans = []
    for _ in range(count):
        ends = sorted(draw(st.lists(st.integers(0, 8), min_size=0, max_size=4)))
        spans.append(merged(zip(ends[::2], ends[1::2], strict=False)))
    apart = [[draw(gap) for _ in range(count)] for _ in range(count)]
    for v, u in combinations(range(count), 2):
        if draw(st.booleans()):
            apart[v][u] = apart[u][v] = 0
    return Coupled(
        tuple(draw(st.sampled_from([1.0, 2.0, 2.5, 4.0])) for _ in range(count)),
        tuple(draw(st.integers(1, 2)) for _ in range(count)),
        tuple(spans),
        tuple(tuple(row) for row in apart),
    )


@settings(max_examples=200, deadline=None)
@given(tiny(), st.integers(0, 6))
def test_the_most_that_coupled_visits_are_worth_is_exact_and_with_less_work_only_higher(
    coupled: Coupled, few: int
) -> None:
    best = plain_most(coupled)
    found = most_worth(coupled, most_steps=EVERYTHING)
    assert found.exact
    assert found.worth == pytest.approx(best)
    hasty = most_worth(coupled, most_steps=few)
    assert hasty.worth >= best - 1e-9
    assert hasty.worth == pytest.approx(best) or not hasty.exact


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_bound_of_a_group_that_is_shared_is_never_below_the_best_plan(data: st.DataObject) -> None:
    # All at one place, with a pair for every visit: only spacing and not_with bind. Times are quarters of an hour.
    week = evenings(data.draw(st.integers(1, 3), "nights"))
    quarter = st.integers(0, 6).map(lambda n: n / 4)
    kinds = [data.draw(st.sampled_from(["jeugdboa", "politie"]), "kind") for _ in range(3)]
    nights = len(week["teams"][0]["shifts"])
    for number, kind in enumerate(kinds):
        windows = [
            {"start": iso(night, begin), "end": iso(night, begin + 0.25 + data.draw(quarter, "length"))}
            for night in range(nights)
            for begin in (19 + data.draw(quarter, "begin"),)
        ]
        visit = {**week["visits"][0], "id": f"v{number}", "kinds": [kind], "windows": windows}
        visit["value"] = data.draw(st.sampled_from([10, 25, 40]), "value")
        visit["times_per_week"] = data.draw(st.integers(1, 2), "times")
        visit["min_gap_hours"] = data.draw(st.sampled_from([12, 23.5, 24, 24.5]), "spacing")
        week["visits"] = [*(week["visits"] if number else []), visit]
        team = {**week["teams"][0], "id": f"t{number}", "kind": kind, "people": [f"a{number}", f"b{number}"]}
        week["teams"] = [*(week["teams"] if number else []), team]
    week["not_with"] = [
        {
            "visits": [f"v{v}", f"v{u}"],
            "gap_hours": data.draw(st.sampled_from([0.25, 0.5, 1, 2, 23.75]), "apart"),
        }
        for v, u in combinations(range(3), 2)
        if data.draw(st.booleans(), "linked")
    ]
    problem = read(week)
    plan = solve(problem, iterations=200, seed=1)
    gaps = {(p.one, p.other): p.gap // 900 for p in problem.apart}
    quarters = Coupled(
        tuple(v.value for v in problem.visits),
        tuple(v.times for v in problem.visits),
        tuple(tuple((w.start // 900, w.end // 900 - 1) for w in v.windows) for v in problem.visits),
        tuple(
            tuple(
                1 + problem.visits[v].gap // 900 if v == u else
                1 + gaps[min(v, u), max(v, u)] if (min(v, u), max(v, u)) in gaps else 0
                for u in range(3)
            )
            for v in range(3)
        ),
    )  # fmt: skip
    best = plain_most(quarters)
    assert plan.value <= best
    assert plan.bound == best
    assert all(limit >= best - 1e-6 for _, _, limit in plan.trail)
    # Whatever the rows cost, the bound holds, and routes are priced by what they pay in the master problem.
    master = Master(build(problem))
    dice = np.random.default_rng(data.draw(st.integers(0, 10**6), "prices"))
    for _ in range(8):
        prices = dice.uniform(0, 20, len(master.right)) * (dice.random(len(master.right)) < 0.5)
        limit, found, holds = master.price(prices, exact=True, stop=lambda: False)
        assert holds
        assert limit >= best - 1e-6
        assert limit == pytest.approx(plain_limit(master, prices, found))
    tight = tighten(master, stop=lambda: False, most_rounds=40, enough=lambda: 0.0)
    assert best - 1e-6 <= tight.best <= best + 1e-6


def test_visits_that_are_free_of_each_other_do_not_hold_each_other_up() -> None:
    spans = (((0, 10),), ((0, 10),), ((0, 0),))
    # The first two are free of each other; both keep away from the third.
    apart = ((20, 0, 11), (0, 20, 11), (5, 5, 20))
    coupled = Coupled((1.0, 1.0, 1.0), (1, 1, 1), spans, apart)
    assert most_worth(coupled, most_steps=EVERYTHING).worth == 3.0


def evenings(nights: int, groups: int = 1) -> dict[str, Any]:
    """Return a week in which two kinds of team want the same groups every night, and fit in less often than wanted.

    A window of two and a half hours has room for both kinds, two hours apart, on one night; but who comes late today
    may not come early tomorrow, so both can't come every night.
    """
    windows = [{"start": iso(night, 19), "end": iso(night, 21.5)} for night in range(nights)]
    shifts = [{"start": iso(night, 18), "end": iso(night, 23)} for night in range(nights)]
    kinds = ("jeugdboa", "politie")
    return {
        "horizon": {"start": iso(0, 0), "days": 7},
        "travel": {"speed_kmh": 15, "detour": 1.3},
        "places": [
            {"id": f"p{g}", "lon": 5.2 + 0.01 * g, "lat": 52.35} for g in range(groups)
        ],
        "teams": [
            {"id": f"{kind}-{k}", "kind": kind, "people": [f"{kind}{k}a", f"{kind}{k}b"], "base": f"p{2 * k}",
             "shifts": shifts}
            for kind in kinds for k in range(max(1, groups // 2))
        ],
        "visits": [
            {"id": f"g{g}-{kind}", "group": f"g{g}", "place": f"p{g}", "kinds": [kind], "service_minutes": 15,
             "value": 40, "times_per_week": nights, "min_gap_hours": 24, "windows": windows}
            for g in range(groups) for kind in kinds
        ],
        "not_with": [
            {"visits": [f"g{g}-jeugdboa", f"g{g}-politie"], "gap_hours": 2} for g in range(groups)
        ],
        "locked": [],
        "rules": None,
    }  # fmt: skip


def plain_limit(master: Master, prices: Floats, found: list[tuple[int, tuple[int, ...]]]) -> float:
    """Return the Lagrangian bound by what every found route pays in the rows of the master problem."""
    a = master.instance.arrays
    best = [0.0] * len(master.shifts)
    for shift, vertices in found:
        value = float(a.value[a.slot_visit[master.shifts[shift].slots[list(vertices)]]].sum())
        paid = master.rows_of(Column(shift, vertices, value))
        best[shift] = max(best[shift], value - sum(prices[row] * times for row, times in paid.items()))
    earned = sum(len(s.routes) * most for s, most in zip(master.shifts, best, strict=True))
    return float(prices @ np.array(master.right)) + earned


def without_blocks(monkeypatch: pytest.MonkeyPatch, problem: Problem) -> Plan:
    with monkeypatch.context() as patch:
        patch.setattr(bound, "blocks", lambda instance: [])
        return solve(problem, iterations=600, seed=1)


def test_a_group_that_two_kinds_of_team_share_is_proven_best(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = read(evenings(4, groups=2))
    plan = solve(problem, iterations=600, seed=1)
    assert not violations(problem, to_json(plan, problem))
    assert plan.unplanned
    assert plan.bound == plan.value
    loose = without_blocks(monkeypatch, problem)
    assert loose.value == plan.value
    assert loose.bound > 1.05 * plan.value


def test_floors_that_are_met_let_a_proven_plan_end_before_its_time() -> None:
    week = evenings(3, groups=1)
    for visit in week["visits"]:
        visit["area"] = "Oost"
    met = solve(read(week | {"floors": [{"area": "Oost", "visits": 1}]}), seconds=60)
    assert met.bound == met.value
    assert met.seconds < 30
    missed = solve(read(week | {"floors": [{"area": "Oost", "visits": 7}]}), seconds=1)
    assert missed.seconds >= 1
    assert missed.warnings


def all_wanted(problem: Problem, asked: Sequence[tuple[int, ...]], *, steps: int) -> list[float]:
    return [sum(problem.visits[v].value * problem.visits[v].times for v in visits) for visits in asked]


def test_the_bound_of_coupled_visits_holds_over_the_cuts_between_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    week = evenings(4, groups=4)
    problem = read(week)
    assert [part.component for part in split(problem, most=4)] == [0, 0]
    whole = solve(problem, iterations=1500, seed=2)
    cut = solve_split(problem, here, most=4, iterations=1500, seed=2)
    assert cut.trail[-1][2] >= max(whole.value, cut.value) - 1e-6
    assert cut.bound <= 1.001 * whole.bound
    with monkeypatch.context() as patch:
        patch.setattr(bound, "blocks", lambda instance: [])
        patch.setattr(decomposed, "rooms", all_wanted)
        loose = solve_split(problem, here, most=4, iterations=1500, seed=2)
    assert loose.bound > 1.05 * cut.bound


def test_visits_pay_the_price_of_their_block_by_their_worth_also_over_the_cuts() -> None:
    problem = read(evenings(4, groups=2))
    part = Part((0, 1, 2, 3), tuple(range(len(problem.teams))), 0)
    free = prices_of(Master(build(problem)))
    priced = replace(free, visit=(0.0,) * 4, block=(((0, 1), 0.5), ((2, 3), 0.25)))
    whole = combine(problem, [part], [priced])
    assert whole.visit.tolist() == [20, 20, 10, 10]
    first, second = rooms(problem, [(0, 1), (2, 3)])
    assert first < 8 * 40
    assert whole.paid == 0.5 * first + 0.25 * second


def test_a_part_counts_what_its_teams_can_make_and_the_whole_what_the_windows_hold() -> None:
    week = evenings(3)
    week["teams"][0]["shifts"] = week["teams"][0]["shifts"][:1]
    problem = read(week)
    [block] = blocks(build(problem))
    assert block.most * block.unit < rooms(problem, [block.visits])[0]
    assert block.most * block.unit == 4 * 40
    assert Master(build(problem)).bound.best == 4 * 40


def test_visits_without_worth_or_without_spacing_need_no_row() -> None:
    week = evenings(3)
    for visit in week["visits"]:
        visit["value"] = 0
    assert blocks(build(read(week))) == []
    free = evenings(3)
    del free["not_with"]
    assert blocks(build(read(free))) == []
