"""Matches and the table of states of slow procedures."""

from datetime import date, timedelta
from itertools import product
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shortlist.connecting.matching.pairs import Stated, matches
from shortlist.connecting.procedures.transitions import ASKER, HANDLER, STATES, TRANSITIONS, choices, who_may

ON = date(2026, 11, 23)
concerns = st.lists(
    st.builds(
        Stated,
        person_id=st.sampled_from([UUID(int=n) for n in range(1, 4)]),
        account_id=st.sampled_from([UUID(int=n) for n in range(11, 15)]),
        first_id=st.uuids(),
        holds=st.booleans(),
        expires_on=st.integers(-3, 3).map(lambda days: ON + timedelta(days=days)),
    ),
    max_size=12,
    unique_by=lambda one: (one.person_id, one.account_id),
)


@given(concerns)
def test_being_told_is_mutual_and_only_for_living_concerns_about_the_same_youngster(
    stated: list[Stated],
) -> None:
    told = {
        (own.account_id, other.account_id, own.person_id)
        for account in {one.account_id for one in stated}
        for own, other in matches(stated, account, ON)
    }
    living = [one for one in stated if one.holds and one.expires_on > ON]
    wanted = {
        (a.account_id, b.account_id, a.person_id)
        for a, b in product(living, repeat=2)
        if a.person_id == b.person_id and a.account_id != b.account_id
    }
    assert told == wanted
    assert all((b, a, person) in told for a, b, person in told)


def test_every_pair_of_states_of_a_procedure_is_in_the_table_or_forbidden() -> None:
    running = ("gevraagd", "in behandeling", "toegezegd")
    steps = dict(zip(running, ("in behandeling", "toegezegd", "uitgevoerd"), strict=True))
    for state, following in product(STATES, repeat=2):
        if state not in running or following not in {state, steps.get(state), "afgewezen", "ingetrokken"}:
            assert who_may(state, following) is None, (state, following)
        else:
            assert TRANSITIONS[state, following] == (ASKER if following == "ingetrokken" else HANDLER)
    assert choices("toegezegd", frozenset({HANDLER})) == ["toegezegd", "uitgevoerd", "afgewezen"]
