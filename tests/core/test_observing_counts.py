"""Where a point lies, and how observations add up per week."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shortlist.observing.gatherings.sighting import monday_of, per_week
from shortlist.observing.geometry import inside

SQUARE = [[5.0, 52.0], [5.1, 52.0], [5.1, 52.1], [5.0, 52.1], [5.0, 52.0]]
HOOK = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 4.0], [2.0, 2.0], [0.0, 2.0], [0.0, 0.0]]


def test_a_point_in_the_square_is_inside_and_one_beside_it_is_not() -> None:
    assert inside(5.05, 52.05, SQUARE)
    assert not inside(5.15, 52.05, SQUARE)
    assert not inside(3.5, 53.4, SQUARE)


def test_the_hollow_of_a_bent_area_is_outside() -> None:
    assert inside(3.0, 3.0, HOOK)
    assert not inside(1.0, 3.0, HOOK)


def test_what_is_no_area_surrounds_nothing() -> None:
    assert not inside(5.05, 52.05, [])
    assert not inside(5.05, 52.05, [[5.0, 52.0], [5.1, 52.1], [5.0, 52.0]])


@given(st.floats(0.001, 0.099), st.floats(0.001, 0.099))
def test_turning_the_ring_around_changes_nothing(right: float, up: float) -> None:
    lon, lat = 5 + right, 52 + up
    assert inside(lon, lat, SQUARE)
    assert inside(lon, lat, SQUARE[::-1])


def test_a_week_counts_visits_nil_returns_minutes_and_reports_apart() -> None:
    monday = date(2026, 11, 23)
    weeks = per_week(
        [
            (monday, True, 7, 30),
            (monday + timedelta(days=6), True, 0, 20),
            (monday + timedelta(days=1), True, None, None),
            (monday + timedelta(days=2), False, 5, 0),
            (monday + timedelta(days=7), True, 3, 10),
        ],
        first=monday - timedelta(days=3),
        last=monday + timedelta(days=8),
    )
    assert [week.monday for week in weeks] == [
        date(2026, 11, 16), monday, date(2026, 11, 30),
    ]  # fmt: skip
    before, this, after = weeks
    assert (before.seen, before.visits, before.minutes, before.reports) == (0, 0, 0, 0)
    assert (this.seen, this.visits, this.minutes, this.reports) == (1, 3, 50, 1)
    assert after.seen == 1


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_week_begins_on_monday(day: date) -> None:
    monday = monday_of(day)
    assert monday.weekday() == 0
    assert 0 <= (day - monday).days < 7
