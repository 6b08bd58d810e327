"""How well readings agree with people: bins, margins, and what is left out because it is about too few."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlist.assets import RULES as FOLDER
from shortlist.differentiating.reading_files import newest_document
from shortlist.differentiating.validating.calibration import (
    Judged,
    ValidationRules,
    calibrate,
    cross_table,
    validation_rules,
)

RULES = ValidationRules(10, 30, 5, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0), 26)

judgements = st.lists(st.builds(Judged, st.floats(0, 1), st.booleans()), max_size=200)


def people(chance: float, core: int, n: int) -> list[Judged]:
    return [Judged(chance, number < core) for number in range(n)]


def test_the_shipped_rules_leave_out_less_than_ten_and_cover_every_chance() -> None:
    found = validation_rules(newest_document(FOLDER, "member-reading", None).data)
    assert found.smallest_cell >= 10
    assert found.least_pairs >= 3 * found.smallest_cell
    assert (found.bins[0], found.bins[-1]) == (0, 1)
    assert list(found.bins) == sorted(set(found.bins))


def test_a_bin_tells_the_mean_chance_and_the_share_that_people_called_core_with_its_margin() -> None:
    found = calibrate(people(0.3, 9, 30) + people(0.9, 27, 30), RULES)
    assert found.enough
    told = [one for one in found.bins if one.n is not None]
    assert [(one.low, one.n) for one in told] == [(0.2, 30), (0.8, 30)]
    assert [one.said for one in told] == pytest.approx([0.3, 0.9])
    assert [one.found for one in told] == pytest.approx([0.3, 0.9])
    assert told[0].interval == pytest.approx((0.167, 0.479), abs=0.002)


def test_below_the_least_number_of_pairs_nothing_is_told() -> None:
    found = calibrate(people(0.3, 9, 29), RULES)
    assert not found.enough
    assert found.n == 0
    assert all(one.n is None and one.found is None for one in found.bins)


def test_a_bin_with_fewer_than_the_smallest_cell_is_left_out() -> None:
    found = calibrate(people(0.3, 9, 30) + people(0.5, 9, 9) + people(0.7, 5, 10), RULES)
    assert [one.n for one in found.bins] == [None, 30, None, 10, None]


@given(judgements)
def test_every_chance_falls_in_one_bin_and_margins_hold_what_was_found(judged: list[Judged]) -> None:
    found = calibrate(judged, ValidationRules(1, 0, 1, RULES.bins, 26))
    assert found.n == len(judged)
    for one in found.bins:
        if one.n is not None:
            assert one.low - 1e-9 <= (one.said or 0) <= one.high + 1e-9
            low, high = one.interval or (0, 0)
            assert 0 <= low <= (one.found or 0) + 1e-9
            assert (one.found or 0) - 1e-9 <= high <= 1


@given(judgements)
def test_nothing_is_ever_told_about_fewer_than_the_smallest_cell(judged: list[Judged]) -> None:
    for one in calibrate(judged, RULES).bins:
        assert one.n is None or one.n >= RULES.smallest_cell
        assert (one.n is None) == (one.found is None) == (one.said is None) == (one.interval is None)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy")), max_size=60))
def test_the_table_tells_numbers_from_the_smallest_cell_on_and_hides_zeros_alike(
    pairs: list[tuple[str, str]],
) -> None:
    found = cross_table(pairs, "ab", "xy", RULES)
    for cell, n in found.cells.items():
        true = pairs.count(cell)
        assert n == (true if true >= RULES.smallest_cell else None)
