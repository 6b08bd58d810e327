"""Windows cut where spacing bites: no lawful pair of starts breaks a row, and the bound only gets closer."""

from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from shortlist.planning.bound import Master, tighten
from shortlist.planning.engine import solve
from shortlist.planning.instance import Instance, build
from shortlist.planning.problem import parse_problem
from shortlist.planning.searcher import Searcher, Standing
from shortlist.planning.spacing import Spacing
from shortlist.planning.working_time_files import load
from tests.bench.planned_weeks import week
from tests.core.planning_weeks import iso

HOUR = 3600


def visited(windows: list[tuple[float, float]], *, gap: float, times: int, minutes: int = 60) -> Instance:
    """Return a week of one place and a pair that works every day from noon to midnight."""
    data: dict[str, Any] = {
        "horizon": {"start": iso(0, 0), "days": 7},
        "travel": {"speed_kmh": 15, "detour": 1.3},
        "places": [{"id": "bureau", "lon": 5.2, "lat": 52.35}, {"id": "plein", "lon": 5.2, "lat": 52.35}],
        "teams": [
            {
                "id": "boa",
                "kind": "jeugdboa",
                "people": ["a", "b"],
                "base": "bureau",
                "shifts": [{"start": iso(day, 12), "end": iso(day, 24)} for day in range(7)],
            }
        ],
        "visits": [
            {
                "id": "v",
                "group": "g",
                "place": "plein",
                "kinds": ["jeugdboa"],
                "service_minutes": minutes,
                "value": 10,
                "times_per_week": times,
                "min_gap_hours": gap,
                "windows": [{"start": iso(0, begin), "end": iso(0, end)} for begin, end in windows],
            }
        ],
        "locked": [],
        "rules": None,
    }
    return build(parse_problem(data, rules=load))


def spacing_of(instance: Instance) -> tuple[Spacing, list[float]]:
    right: list[float] = []
    return Spacing(instance, right, cut=True), right


@settings(max_examples=60, deadline=None)
@given(
    begins=st.lists(st.integers(24, 40), min_size=2, max_size=4),
    lengths=st.lists(st.integers(3, 14), min_size=4, max_size=4),
    gap=st.integers(2, 30),
    starts=st.lists(st.floats(0, 1), min_size=4, max_size=4),
)
def test_no_lawful_starts_break_a_row_of_spacing(
    begins: list[int], lengths: list[int], gap: int, starts: list[float]
) -> None:
    windows = [
        (24 * day + begin / 2, 24 * day + min(24, begin / 2 + long / 2))
        for day, (begin, long) in enumerate(zip(begins, lengths, strict=False))
    ]
    instance = visited(windows, gap=gap, times=4)
    spacing, right = spacing_of(instance)
    a = instance.arrays
    spans = {
        int(w): (int(lo), int(hi)) for w, lo, hi in zip(a.slot_window, a.slot_lo, a.slot_hi, strict=True)
    }
    chosen = {
        w: lo + round(share * (hi - lo)) for (w, (lo, hi)), share in zip(spans.items(), starts, strict=False)
    }
    apart = int(a.clash_first[0])
    taken: list[int] = []
    used = np.zeros(len(right))
    for w, start in sorted(chosen.items(), key=lambda one: one[1]):
        if taken and start - taken[-1] < apart:
            continue
        taken.append(start)
        [(lo, hi)] = [p for p in spacing.pieces((0, w), *spans[w]) if p[0] <= start <= p[1]]
        used[spacing.rows((0, w), lo, hi)] += 1
    assert np.all(used <= np.array(right))


def test_a_late_start_and_an_early_one_the_next_day_share_a_row() -> None:
    # A start at 22:00 leaves none before 19:00 the next day (an hour of service, twenty hours between).
    instance = visited([(17, 23), (24 + 17, 24 + 23)], gap=20, times=2)
    spacing, right = spacing_of(instance)
    a = instance.arrays
    first, second = ((int(a.slot_lo[s]), int(a.slot_hi[s])) for s in (0, 1))
    late, early = spacing.pieces((0, 0), *first)[-1], spacing.pieces((0, 1), *second)[0]
    shared = set(spacing.rows((0, 0), *late)) & set(spacing.rows((0, 1), *early))
    assert any(right[row] == 1 for row in shared)
    calm = set(spacing.rows((0, 0), *spacing.pieces((0, 0), *first)[0]))
    assert not any(right[row] == 1 for row in calm & set(spacing.rows((0, 1), *early)))
    pieces = spacing.pieces((0, 0), *first)
    assert pieces[0][0] == first[0]
    assert pieces[-1][1] == first[1]
    assert all(one[1] + 1 == other[0] for one, other in pairwise(pieces))


def test_windows_that_always_or_never_go_together_are_not_cut() -> None:
    for gap in (2, 40):
        instance = visited([(17, 21), (24 + 17, 24 + 21)], gap=gap, times=2)
        spacing, _ = spacing_of(instance)
        a = instance.arrays
        assert all(len(spacing.pieces((0, s), int(a.slot_lo[s]), int(a.slot_hi[s]))) == 1 for s in (0, 1))


def test_cuts_bring_the_bound_closer_and_never_below_a_plan() -> None:
    closer = 0
    for seed in range(8):
        problem = parse_problem(week(26, 4, seed), rules=load)
        bounds = []
        for cut in (False, True):
            instance = build(problem)
            master = Master(instance, cut=cut)
            search = Searcher(instance, seed=1)
            search.step(2000, 0.5)
            master.add_slots(search.best_routes() + search.remembered(500))
            bounds.append(tighten(master, stop=lambda: False, most_rounds=200, enough=lambda: 0.0).best)
        assert bounds[1] <= bounds[0] + 1e-6
        assert bounds[1] >= solve(problem, iterations=4000, seed=seed).value - 1e-6
        closer += bounds[1] < bounds[0] - 1e-6
    assert closer > 2


def test_a_route_of_the_search_comes_in_the_pieces_of_its_starts() -> None:
    instance = build(parse_problem(week(14, 4, 3), rules=load))
    master, search = Master(instance), Searcher(instance, seed=1)
    search.step(2000, 0.9)
    cut = 0
    for route, slots, starts in search.best_routes():
        kind, vertices = master.key_of(route, slots, starts)
        shift = master.shifts[kind]
        assert starts is not None
        assert np.all(shift.vertex[list(vertices), 0] <= starts)
        assert np.all(starts <= shift.vertex[list(vertices), 1])
        own = instance.arrays.by_route[instance.arrays.route_slots[route] :]
        assert own[shift.position[list(vertices)]].tolist() == slots.tolist()
        cut += len(shift.vertex) > len(set(shift.position.tolist()))
    assert cut, "some windows of this week are cut"


def test_an_earlier_visit_may_push_a_later_one_that_stands() -> None:
    # The second evening is planted at its earliest; the first one then comes late, and the second moves on.
    instance = visited([(20, 22.5), (24 + 17, 24 + 21.5)], gap=20, times=2)
    standing = Standing(instance)
    a = instance.arrays
    by_window = {int(a.slot_window[s]): s for s in range(len(a.slot_visit))}
    for window in (1, 0):
        slot = by_window[window]
        assert standing.plant(int(a.slot_route[slot]), np.array([slot], dtype=np.int32))
    assert sorted(standing.slots().tolist()) == sorted(by_window.values())
