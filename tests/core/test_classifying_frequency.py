"""From dated occasions to soms or vaak: days count, not reports; hearsay never alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlist.classifying.frequency import DerivedFrequency, Occasion, derive_frequencies
from shortlist.classifying.rules_files import load_rules

PARAMETERS = load_rules().frequency
UNTIL = date(2026, 11, 22)


def seen(*occasions: tuple[int, str, bool]) -> list[Occasion]:
    """Return occasions of lawaai: days before the end, observer, hearsay."""
    return [
        Occasion("lawaai", UNTIL - timedelta(days=days), who, hearsay, f"w{number}")
        for number, (days, who, hearsay) in enumerate(occasions)
    ]


def derive(*occasions: tuple[int, str, bool]) -> DerivedFrequency:
    return derive_frequencies(seen(*occasions), PARAMETERS, until=UNTIL)["lawaai"]


@pytest.mark.parametrize(
    ("occasions", "value", "flags"),
    [
        ([(1, "a", False)], "soms", ("een_melder",)),
        ([(1, "a", False), (2, "b", False)], "soms", ()),
        ([(1, "a", False), (2, "b", False), (3, "a", False)], "vaak", ()),
        ([(1, "a", False), (1, "b", False), (1, "c", False)], "soms", ()),
        ([(1, "a", False)] * 9, "soms", ("een_melder",)),
        ([(1, "a", False), (2, "a", False), (3, "a", False)], "vaak", ("een_melder",)),
        ([(1, "a", True), (2, "b", True), (3, "c", True)], None, ("alleen_horen_zeggen",)),
        ([(1, "a", False), (2, "b", True), (3, "c", True)], "soms", ("mede_horen_zeggen", "een_melder")),
        ([(1, "a", False), (2, "b", False), (3, "c", True)], "vaak", ("mede_horen_zeggen",)),
        ([(182, "a", False)], None, ()),
        ([(181, "a", False)], "soms", ("een_melder",)),
        ([(-1, "a", False)], None, ()),
    ],
)
def test_days_with_own_observations_decide_between_soms_and_vaak(
    occasions: list[tuple[int, str, bool]], value: str | None, flags: tuple[str, ...]
) -> None:
    found = derive(*occasions)
    assert found.value == value
    assert found.flags == flags
    assert len(found.rests_on) + len(found.set_aside) == len(occasions)


def test_an_own_observation_goes_before_hearsay_of_the_same_reporter_that_day() -> None:
    found = derive((1, "a", True), (1, "a", False))
    assert [one.hearsay for one in found.rests_on] == [False]
    assert [one.hearsay for one in found.set_aside] == [True]


def test_nothing_seen_is_no_proposal_and_never_never() -> None:
    assert derive_frequencies([], PARAMETERS, until=UNTIL) == {}


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from("abc"), st.booleans()), max_size=12),
    st.tuples(st.integers(0, 40), st.sampled_from("abc")),
)
def test_the_order_of_reports_does_not_matter_and_another_own_sighting_never_lowers(
    occasions: list[tuple[int, str, bool]], extra: tuple[int, str]
) -> None:
    order = {None: 0, "soms": 1, "vaak": 2}
    more = derive(*occasions, (*extra, False))
    if occasions:
        found = derive(*occasions)
        turned = derive_frequencies(seen(*occasions)[::-1], PARAMETERS, until=UNTIL)["lawaai"]
        assert turned == found
        assert order[more.value] >= order[found.value]
    assert order[more.value] >= 1
