from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shortlist.planning.hot_times import LONGEST, Seen, hot_spots

FRIDAY = datetime(2026, 9, 4, 19, 0, tzinfo=UTC)
"""21:00 Dutch summer time."""


def seen(
    at: datetime, place: str = "plein", *, present: bool = True, looked: int | None = 30, lon: float = 5.2
) -> Seen:
    return Seen(place, lon, 52.5, at, looked, present)


def fridays(count: int, **more: object) -> list[Seen]:
    return [seen(FRIDAY + timedelta(weeks=week, minutes=10 * (week % 3)), **more) for week in range(count)]  # type: ignore[arg-type]  # the keywords of seen


def test_a_group_seen_on_friday_evenings_is_hot_on_friday_evening_with_the_effort_beside_it() -> None:
    [spot] = hot_spots(fridays(6))
    [window] = spot.windows
    assert (window.day, window.start, window.end) == (4, 20 * 60 + 30, 21 * 60 + 60)
    assert (window.times, window.looked_minutes) == (6, 180)


def test_wall_clock_time_counts_over_the_end_of_summer_time() -> None:
    winter = [seen(FRIDAY + timedelta(weeks=week, hours=week > 7)) for week in range(12)]
    [spot] = hot_spots(winter)
    assert [(w.day, w.start, w.times) for w in spot.windows] == [(4, 20 * 60 + 30, 12)]


def test_where_nobody_was_met_in_spite_of_looking_the_window_ranks_lower() -> None:
    tuesdays = [seen(FRIDAY + timedelta(weeks=week, days=4)) for week in range(6)]
    empty = [
        seen(FRIDAY + timedelta(weeks=week, days=4, minutes=5), present=False, looked=120)
        for week in range(6)
    ]
    [spot] = hot_spots([*tuesdays, *empty, *fridays(6)])
    assert [window.day for window in spot.windows] == [4, 1]
    assert spot.windows[1].looked_minutes == 6 * 30 + 6 * 120


def test_a_night_that_runs_past_midnight_is_one_window_of_the_day_before() -> None:
    nights = [seen(FRIDAY + timedelta(weeks=week, hours=2.5 + (week % 2))) for week in range(6)]
    [spot] = hot_spots(nights)
    assert [(w.day, w.start, w.end) for w in spot.windows] == [(4, 23 * 60, 25 * 60)]


def test_places_close_together_are_one_spot_and_others_are_not() -> None:
    near = fridays(4, place="bankje", lon=5.2005)
    far = fridays(5, place="park", lon=5.21)
    spots = hot_spots([*fridays(5), *near, *far])
    assert [(spot.place, spot.times) for spot in spots] == [("plein", 9), ("park", 5)]


def test_too_few_sightings_give_a_spot_without_hot_times() -> None:
    [spot] = hot_spots(fridays(3))
    assert spot.windows == ()


def test_days_that_each_hold_one_sighting_are_pooled() -> None:
    days = [seen(FRIDAY - timedelta(days=1 + day)) for day in range(4)]
    [spot] = hot_spots(days)
    assert sorted(window.day for window in spot.windows) == [0, 1, 2, 3]


@given(
    st.lists(
        st.builds(
            seen,
            st.integers(0, 400_000).map(lambda minutes: FRIDAY + timedelta(minutes=minutes)),
            place=st.sampled_from(["a", "b"]),
            present=st.booleans(),
            looked=st.one_of(st.none(), st.integers(0, 300)),
        ),
        max_size=25,
    )
)
def test_windows_stay_within_bounds_and_never_count_more_than_was_seen(observations: list[Seen]) -> None:
    for spot in hot_spots(observations):
        for window in spot.windows:
            assert 0 <= window.day <= 6
            assert 0 <= window.start < 1440
            assert 0 < window.end - window.start <= LONGEST
            assert window.times <= sum(o.present for o in observations)
