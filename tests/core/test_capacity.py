"""The quick count of visits that fit: held against a case by hand and against what can never be."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from shortlist.planning.capacity.count import count_fitting

START = datetime(2026, 11, 30, 18, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))


def at(minutes: float) -> str:
    return (START + timedelta(minutes=minutes)).isoformat()


def problem(shifts: list[tuple[str, float, float]], visits: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "travel": {"speed_kmh": 15, "detour": 1.3},
        "places": [{"id": "p", "lon": 5.05, "lat": 52.05}],
        "teams": [
            {"kind": kind, "base": "p", "shifts": [{"start": at(start), "end": at(end)}]}
            for kind, start, end in shifts
        ],
        "visits": visits,
    }


def visit(name: str, value: float, times: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": name, "place": "p", "kinds": ["jeugdboa"], "value": value, "times_per_week": times,
        "service_minutes": 15, "min_gap_hours": 0, "windows": [{"start": at(0), "end": at(60)}],
    } | changes  # fmt: skip


def test_an_hour_holds_four_visits_of_a_quarter_and_the_most_valued_come_first() -> None:
    found = count_fitting(problem([("jeugdboa", 0, 60)], [visit("laag", 1, 3), visit("hoog", 9, 2)]))
    assert found == {"hoog": (2, 2), "laag": (3, 2)}


def test_another_kind_of_team_another_window_and_too_small_a_gap_do_not_fit() -> None:
    shifts = [("jongerenwerk", 0.0, 60.0), ("jeugdboa", 0.0, 10.0)]
    assert count_fitting(problem(shifts, [visit("a", 1)])) == {"a": (1, 0)}
    late = visit("a", 1, windows=[{"start": at(120), "end": at(180)}])
    assert count_fitting(problem([("jeugdboa", 0, 60)], [late])) == {"a": (1, 0)}
    apart = visit("a", 1, 2, min_gap_hours=18)
    assert count_fitting(problem([("jeugdboa", 0, 60)], [apart])) == {"a": (2, 1)}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 100), st.integers(1, 6)), min_size=1, max_size=6), st.integers(10, 240)
)
def test_it_never_fits_more_than_is_wanted_or_than_the_time_holds_and_more_time_never_fits_less_of_one(
    wanted: list[tuple[int, int]], length: int
) -> None:
    visits = [
        visit(str(number), value, times, windows=[{"start": at(0), "end": at(600)}])
        for number, (value, times) in enumerate(wanted)
    ]
    found = count_fitting(problem([("jeugdboa", 0, length)], visits))
    assert all(0 <= fits <= times for times, fits in found.values())
    assert sum(fits for _, fits in found.values()) * 15 <= length
    more = count_fitting(problem([("jeugdboa", 0, length + 60)], visits))
    assert sum(fits for _, fits in more.values()) >= sum(fits for _, fits in found.values())
