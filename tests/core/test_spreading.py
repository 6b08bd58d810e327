from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shortlist.planning.problem import Problem, parse_problem
from shortlist.planning.spreading import spread
from shortlist.planning.validator import violations
from shortlist.planning.working_time_files import load

DAY = "2026-12-0{}T{:02d}:{:02d}:00+01:00"


def at(day: int, hour: int, minute: int = 0) -> str:
    return DAY.format(day, hour, minute)


def problem_data(**change: Any) -> dict[str, Any]:
    """Three teams with the same evening shift on Tuesday and Thursday, and six visits to five places."""
    return {
        "horizon": {"start": "2026-11-30T00:00:00+01:00", "days": 7},
        "travel": {"speed_kmh": 15, "detour": 1.3},
        "places": [{"id": f"p{n}", "lon": 5.2 + n / 200, "lat": 52.5} for n in range(6)],
        "teams": [
            {
                "id": f"t{n}", "kind": "jeugdboa", "people": [f"a{n}", f"b{n}"], "base": "p0",
                "shifts": [{"start": at(day, 17), "end": at(day, 23, 30)} for day in (1, 3)],
            }
            for n in range(3)
        ],
        "visits": [
            {
                "id": f"v{n}", "group": f"g{n}", "place": f"p{n}", "kinds": ["jeugdboa"], "service_minutes": 15,
                "value": 10, "times_per_week": 1, "min_gap_hours": 18,
                "windows": [{"start": at(1, 17), "end": at(1, 23)}],
            }
            for n in range(1, 6)
        ],
        "rules": "atw-2025",
        **change,
    }  # fmt: skip


def crowded(problem: Problem) -> dict[str, Any]:
    """Return the plan that gives everything to the first team, one visit an hour's quarter after the other."""
    rows = [
        {
            "visit": f"v{n}",
            "occurrence": 1,
            "team": "t0",
            "arrive": at(1, 17, 40 * n % 60),
            "start": "",
            "end": "",
        }
        for n in range(1, 6)
    ]
    for n, row in enumerate(rows):
        minute = 17 * 60 + 20 + 25 * n
        row["start"] = row["arrive"] = at(1, minute // 60, minute % 60)
        row["end"] = at(1, (minute + 15) // 60, (minute + 15) % 60)
    plan = {"assignments": rows, "routes": [], "unplanned": [], "value": 50, "bound": 50}
    assert violations(problem, plan) == []
    return plan


def loads(plan: dict[str, Any]) -> list[int]:
    return sorted(Counter(made["team"] for made in plan["assignments"]).values())


def test_visits_of_a_full_shift_go_to_teams_that_had_none() -> None:
    problem = parse_problem(problem_data(), rules=load)
    made = spread(problem, crowded(problem), seed=1)
    assert loads(made) == [1, 2, 2]
    assert violations(problem, made) == []
    assert sorted(row["visit"] for row in made["assignments"]) == ["v1", "v2", "v3", "v4", "v5"]
    assert sum(len(route["stops"]) for route in made["routes"]) == 5
    assert all(route["break"] for route in made["routes"])


def test_times_vary_with_the_seed_lie_on_whole_five_minutes_and_can_be_made_again() -> None:
    problem = parse_problem(problem_data(), rules=load)
    starts = {}
    for seed in (1, 2):
        made = spread(problem, crowded(problem), seed=seed)
        starts[seed] = [row["start"] for row in made["assignments"]]
        assert made == spread(problem, crowded(problem), seed=seed)
        assert all(int(start[14:16]) % 5 == 0 and start[17:19] == "00" for start in starts[seed])
    assert starts[1] != starts[2]


def test_locked_and_kept_visits_stay_where_they_are() -> None:
    locked = [{"visit": "v1", "team": "t0", "start": at(1, 17, 20)}]
    problem = parse_problem(problem_data(locked=locked), rules=load)
    kept = {("v2", "t0", at(1, 17, 45))}
    made = spread(problem, crowded(problem), seed=5, kept=kept)
    here = {(row["visit"], row["team"], row["start"]) for row in made["assignments"]}
    assert {("v1", "t0", at(1, 17, 20)), *kept} <= here
    assert loads(made) == [1, 2, 2]


def test_a_team_that_worked_too_shortly_before_gets_nothing() -> None:
    tired = [
        {"person": person, "start": "2026-11-30T22:00:00+01:00", "end": at(1, 7, 30)}
        for person in ("a1", "a2")
    ]
    problem = parse_problem(problem_data(worked=tired), rules=load)
    made = spread(problem, crowded(problem), seed=1)
    assert {row["team"] for row in made["assignments"]} == {"t0"}


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10_000),
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5), st.floats(0, 2)), max_size=4),
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 2)), max_size=4),
)
def test_whatever_is_asked_the_result_is_lawful_and_holds_the_same_visits(
    seed: int, apart: list[tuple[int, int, float]], bans: list[tuple[int, int]]
) -> None:
    data = problem_data(
        not_with=[{"visits": [f"v{a}", f"v{b}"], "gap_hours": 0} for a, b, _ in apart if a != b],
        forbidden=[{"visit": f"v{v}", "team": f"t{t}"} for v, t in bans if t],
    )
    problem = parse_problem(data, rules=load)
    made = spread(problem, crowded(problem), seed=seed)
    assert violations(problem, made) == []
    assert len(made["assignments"]) == 5
