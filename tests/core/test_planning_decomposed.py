"""A split problem keeps its rules, its seed and a bound that no plan of the whole can exceed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortlist.cli import main
from shortlist.planning import decomposed
from shortlist.planning.coupled import linked_visits, rooms
from shortlist.planning.decomposed import Processes, here, solve_joined, solve_split
from shortlist.planning.engine import solve
from shortlist.planning.parts import Part, kept_in, split, sub_problem
from shortlist.planning.plan import Kept, Plan, to_json
from shortlist.planning.problem import Problem, parse_problem
from shortlist.planning.working_time_files import load
from tests.bench import planned_weeks
from tests.core.planning_weeks import best_value, iso, plan_is_lawful, small_week


def read(data: dict[str, Any]) -> Problem:
    return parse_problem(data, rules=load)


def timeless(plan: Plan) -> Plan:
    return replace(plan, seconds=0.0, trail=())


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    most=st.integers(1, 3),
    most_near=st.sampled_from([0, 1, 400]),
    rules=st.sampled_from([None, "atw-2025"]),
    apart=st.sampled_from([(), (1, 2, 20)]),
)
def test_the_bound_over_the_cuts_is_never_below_the_best_plan(
    seed: int, most: int, most_near: int, rules: str | None, apart: tuple[float, ...]
) -> None:
    week = small_week(seed, rules=rules, gaps=(0, 1, 12, 18), apart=apart)
    while sum(v["times_per_week"] for v in week["visits"]) > 6:
        gone = week["visits"].pop()["id"]
        week["not_with"] = [pair for pair in week["not_with"] if gone not in pair["visits"]]
    plan = solve_split(read(week), here, most=most, most_near=most_near, iterations=200, seed=seed)
    # The plain search starts every stop as early as it can; waiting for the spacing may serve more.
    best = max(best_value(week), solve(read(week), iterations=200, seed=seed).value, plan.value)
    assert plan.trail[-1][2] >= best - 1e-6
    assert plan.bound >= best - 1e-9
    assert plan_is_lawful(week, to_json(plan, read(week)))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), most=st.integers(3, 8), most_near=st.sampled_from([0, 3, 400]))
def test_the_bound_over_the_cuts_is_never_below_a_plan_made_without_cuts(
    seed: int, most: int, most_near: int
) -> None:
    problem = read(planned_weeks.week(14, 4, seed))
    whole = solve(problem, iterations=1500, seed=seed)
    cut = solve_split(problem, here, most=most, most_near=most_near, iterations=1500, seed=seed)
    assert len(split(problem, most=most)) > 1
    assert cut.trail[-1][2] >= max(whole.value, cut.value) - 1e-6
    assert cut.value <= whole.bound
    assert cut.value > 0.5 * whole.value, "parts of three visits lose a third at times, not more than half"


def test_a_part_holds_every_visit_and_team_once_and_never_parts_what_belongs_together() -> None:
    week = planned_weeks.week(60, 12, 7)
    week["teams"][3]["people"] = [week["teams"][9]["people"][0], "ander"]
    week["not_with"] = [{"visits": ["v1", "v40"]}, {"visits": ["v40", "v22"]}]
    problem = read(week)
    parts = split(problem, most=10)
    assert len(parts) > 3
    assert sorted(v for p in parts for v in p.visits) == list(range(60))
    assert sorted(t for p in parts for t in p.teams) == list(range(12))
    assert any({3, 9} <= set(p.teams) for p in parts)
    assert any({1, 40, 22} <= set(p.visits) for p in parts)
    assert split(problem, most=10) == parts
    locked = week | {
        "locked": [{"visit": "v5", "team": "boa-11", "start": first_start(week, "v5", "boa-11")}]
    }
    for part in split(read(locked), most=10):
        assert (5 in part.visits) == (11 in part.teams)


def first_start(week: dict[str, Any], visit: str, team: str) -> str:
    """Return the start of a window that lies inside one of the team's shifts, after making it so."""
    shift = next(t for t in week["teams"] if t["id"] == team)["shifts"][0]
    window: dict[str, str] = {
        "start": shift["start"].replace("T16", "T19"),
        "end": shift["start"].replace("T16", "T22"),
    }
    next(v for v in week["visits"] if v["id"] == visit)["windows"].append(window)
    return str(window["start"])


def test_kinds_of_team_and_cities_out_of_reach_fall_apart_without_loss() -> None:
    near = planned_weeks.week(10, 3, 1)
    far = planned_weeks.week(10, 3, 2)
    for part, name, east in ((near, "a", 0.0), (far, "b", 1.5)):
        for place in part["places"]:
            place["id"], place["lon"] = name + place["id"], place["lon"] + east
        for team in part["teams"]:
            team["id"], team["base"] = name + team["id"], name + team["base"]
            team["people"] = [name + person for person in team["people"]]
        for visit in part["visits"]:
            visit["id"], visit["group"], visit["place"] = name + visit["id"], name, name + visit["place"]
    both = near | {key: near[key] + far[key] for key in ("places", "teams", "visits")}
    both["teams"][1]["kind"] = "politie"
    for visit in both["visits"][:4]:
        visit["kinds"] = ["politie"]
    parts = split(read(both), most=1000)
    assert len(parts) == 3
    assert len({part.component for part in parts}) == 3
    whole = solve(read(both), iterations=6000, seed=1)
    cut = solve_split(read(both), here, most=1000, iterations=6000, seed=1)
    sums = [solve(sub_problem(read(both), p.visits, p.teams), iterations=1, seed=1).bound for p in parts]
    assert cut.bound <= sum(sums) + 1e-9
    assert abs(cut.bound - whole.bound) <= 0.01 * whole.bound
    assert cut.bound >= whole.value
    assert cut.value >= 0.98 * whole.value


def test_visits_that_no_team_can_make_keep_their_reason() -> None:
    week = planned_weeks.week(12, 4, 3)
    week["visits"][0]["kinds"] = ["politie"]
    plan = solve_split(read(week), here, most=4, iterations=400, seed=1)
    assert {u.code for u in plan.unplanned if u.visit == 0} == {"power"}
    wanted = sum(v["times_per_week"] for v in week["visits"])
    assert len(plan.stops) + len(plan.unplanned) == wanted


def test_the_same_seed_and_steps_give_the_same_plan_whoever_does_the_work() -> None:
    problem = read(planned_weeks.week(16, 5, 4))
    alone = solve_split(problem, here, most=5, iterations=600, seed=9)
    again = solve_split(problem, here, most=5, iterations=600, seed=9)
    with Processes(2) as work:
        beside = solve_split(problem, work, workers=work.count, most=5, iterations=600, seed=9)
    assert timeless(alone) == timeless(again) == timeless(beside)


def test_floors_are_shared_out_and_a_plan_that_misses_one_says_so() -> None:
    week = planned_weeks.week(12, 4, 5)
    for k, visit in enumerate(week["visits"]):
        visit["area"] = "Oost" if k % 2 else "West"
    wanted = sum(v["times_per_week"] for v in week["visits"][1::2])
    problem = read(week | {"floors": [{"area": "Oost", "visits": wanted}]})
    shares = [sub_problem(problem, part.visits, part.teams).floors for part in split(problem, most=4)]
    assert sum(floor.visits for floors in shares for floor in floors) >= wanted
    plan = solve_split(problem, here, most=4, iterations=800, seed=1)
    made = sum(problem.visits[s.visit].area == "Oost" for s in plan.stops)
    assert any(str(made) in warning for warning in plan.warnings) == (made < wanted)


def test_replanning_a_split_week_keeps_what_was_planned() -> None:
    problem = read(planned_weeks.week(24, 6, 6))
    first = solve_split(problem, here, most=8, iterations=4000, seed=1)
    keep = [Kept(s.visit, s.team, s.start) for s in first.stops]
    assert sum(len(kept_in(p, keep)) for p in split(problem, most=8)) == len(keep)
    second = solve_split(problem, here, most=8, iterations=4000, seed=2, keep=keep)
    assert second.kept is not None
    assert second.kept >= 0.9 * len(keep)


def test_asking_to_stop_gives_a_lawful_plan_and_a_bound_that_holds() -> None:
    problem = read(planned_weeks.week(20, 5, 8))
    whole = solve(problem, iterations=3000, seed=1)
    told: list[float] = []
    plan = solve_split(
        problem, here, most=6, seconds=60, stop=lambda: True, progress=lambda p: told.append(p.bound)
    )
    assert plan.seconds < 30
    assert plan.bound >= whole.value
    assert told == sorted(told, reverse=True)


def test_a_split_week_is_bounded_from_the_start_by_what_its_visits_leave_each_other() -> None:
    problem = read(planned_weeks.week(20, 5, 8))
    wanted = sum(v.value * v.times for v in problem.visits)
    linked = linked_visits(problem)
    assert sorted(v for visits in linked for v in visits) == list(range(len(problem.visits)))
    most = sum(rooms(problem, linked))
    plan = solve_split(problem, here, most=6, seconds=60, stop=lambda: True)
    assert plan.trail[0][2] == pytest.approx(most)
    assert solve(problem, iterations=3000, seed=1).value <= most < wanted


def test_parts_are_joined_and_worked_on_as_one_week(monkeypatch: pytest.MonkeyPatch) -> None:
    data = planned_weeks.week(130, 20, 7)
    problem = read(data)
    monkeypatch.setattr(decomposed, "split", lambda problem: split(problem, most=50))
    told: list[tuple[float, float, float]] = []
    plan = solve_joined(
        problem, seconds=12, seed=3, progress=lambda p: told.append((p.seconds, p.value, p.bound))
    )
    assert plan_is_lawful(data, to_json(plan, problem))
    parts = [one for one in plan.trail if one[2] == plan.trail[0][2]]
    assert plan.bound < plan.trail[0][2], "the week as a whole is bounded"
    assert plan.value > max(value for _, value, _ in parts if value) or plan.value > parts[-1][1] - 1e-9
    assert all(a[0] <= b[0] and a[1] <= b[1] + 1e-9 for a, b in zip(plan.trail, plan.trail[1:], strict=False))
    assert told[-1][1] == plan.value
    assert plan.value <= plan.bound


def test_the_command_splits_a_problem_above_the_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "week.json"
    file.write_text(json.dumps(planned_weeks.week(12, 4, 2)), encoding="utf-8")
    monkeypatch.setattr(decomposed, "LARGE", 10)
    monkeypatch.setattr(decomposed, "MOST_VISITS", 4)
    split_at: list[int] = []

    def counted(problem: Problem, *, most: int) -> tuple[Part, ...]:
        parts = split(problem, most=4)
        split_at.append(len(parts))
        return parts

    monkeypatch.setattr(decomposed, "split", counted)
    main(["plan", str(file), "--iterations", "200"])
    plan = json.loads(capsys.readouterr().out)
    assert split_at[0] > 1
    assert plan["violations"] == []
    assert plan["assignments"]
    assert iso(0, 0) <= plan["assignments"][0]["start"]
