"""Small numbers are hidden, and what is hidden cannot be computed back: tried by listing every possible table."""

from functools import partial
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortlist.reporting.quarterly.suppression import Counts, Shown, possible_range, protect


def table(values: list[list[int]]) -> Counts:
    return Counts(
        tuple(f"r{n}" for n in range(len(values))),
        tuple(f"c{n}" for n in range(len(values[0]))),
        tuple(tuple(row) for row in values),
    )


def away(start: int, number: int) -> int:
    return abs(number - start)


def all_open(shown: Shown, true: list[list[int]]) -> bool:
    """Say whether each hidden number can be something else, by trying whole tables that fit what is shown.

    Tables near the true one are tried first; the search stops as soon as every hidden number was seen to differ.
    """
    height, breadth = len(shown.values) - 1, len(shown.values[0]) - 1
    inner = [(r, c) for r in range(height) for c in range(breadth)]
    secret = {(r, c) for r, row in enumerate(shown.values) for c, value in enumerate(row) if value is None}
    ways = [
        sorted(range(17), key=partial(away, true[r][c])) if (r, c) in secret else [true[r][c]]
        for r, c in inner
    ]
    for choice in product(*ways):
        whole = table([list(choice[r * breadth : (r + 1) * breadth]) for r in range(height)]).with_totals()
        if all(
            shown.values[r][c] in (None, whole[r][c]) for r in range(height + 1) for c in range(breadth + 1)
        ):
            secret = {(r, c) for r, c in secret if whole[r][c] == true[r][c]}
            if not secret:
                return True
    return not secret


small_tables = st.tuples(st.integers(1, 2), st.integers(1, 2)).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, 8), min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
    )
)


@settings(max_examples=40, deadline=None)
@given(small_tables)
def test_no_hidden_number_can_be_recomputed_from_what_is_shown(values: list[list[int]]) -> None:
    shown = protect(table(values), threshold=5, width=2)
    true = table(values).with_totals()
    for r, row in enumerate(shown.values):
        for c, value in enumerate(row):
            assert value is None or (value == true[r][c] and value >= 5)
    assert all_open(shown, true), (values, shown.values)


@settings(max_examples=15, deadline=None)
@given(
    st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
        lambda size: st.lists(
            st.lists(st.one_of(st.integers(0, 12), st.integers(20, 90)), min_size=size[1], max_size=size[1]),
            min_size=size[0], max_size=size[0],
        )
    )
)  # fmt: skip
def test_every_hidden_number_of_a_larger_table_keeps_a_range_of_four(values: list[list[int]]) -> None:
    shown = protect(table(values), threshold=5, width=4)
    whole = table(values).with_totals()
    hidden = {(r, c) for r, row in enumerate(shown.values) for c, value in enumerate(row) if value is None}
    assert hidden >= {(r, c) for r, row in enumerate(whole) for c, value in enumerate(row) if value < 5}
    for cell in hidden:
        assert possible_range(whole, hidden, cell) >= 4


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1, max_size=3))
def test_the_total_of_the_whole_stays_shown_unless_it_is_small(values: list[list[int]]) -> None:
    total = sum(map(sum, values))
    shown = protect(table(values), threshold=5, width=4)
    assert shown.values[-1][-1] == (total if total >= 5 else None)


def test_a_table_of_large_numbers_is_shown_whole() -> None:
    assert protect(table([[10, 20], [30, 40]]), threshold=5, width=4).hidden == 0


@pytest.mark.parametrize(
    ("values", "hidden"),
    [
        ([[2, 20, 30], [40, 50, 60]], 4),
        ([[3]], 4),
        ([[9]], 0),
        ([[0, 0], [0, 0]], 9),
        ([[1, 90, 90, 90], [90, 90, 90, 90], [90, 90, 90, 90]], 4),
    ],
)
def test_no_more_is_hidden_than_needed_for_simple_tables(values: list[list[int]], hidden: int) -> None:
    assert protect(table(values), threshold=5, width=4).hidden == hidden


def test_without_a_second_number_the_first_would_be_plain() -> None:
    """The check itself sees a leak: one hidden number in a row whose total is shown is no secret."""
    whole = table([[2, 20], [30, 40]]).with_totals()
    assert possible_range(whole, {(0, 0)}, (0, 0)) == 0
    assert possible_range(whole, {(0, 0), (0, 1)}, (0, 0)) == 0
    assert possible_range(whole, {(0, 0), (0, 1), (1, 0), (1, 1)}, (0, 0)) >= 20
