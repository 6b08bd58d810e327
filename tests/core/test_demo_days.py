"""The fictitious city can be made on any day: what its plans rest on was decided before the weeks they are for."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shortlist.demo.deciding import meeting_at
from shortlist.demo.groups import AMSTERDAM


@given(st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1)))  # noqa: DTZ001 — made aware below
def test_whatever_day_it_is_priorities_hold_before_last_week_began(moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    today = now.astimezone(AMSTERDAM).date()
    last_monday = today - timedelta(days=today.weekday() + 7)
    met = meeting_at(now)
    assert met.astimezone(AMSTERDAM).date() < last_monday
    assert now - met < timedelta(days=15), "proposals follow the last assessment, 16 days ago"
