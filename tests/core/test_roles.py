"""What a member's role may rest on and how long it lasts, by the rules as shipped."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlist import assets
from shortlist.differentiating.roles import (
    RoleRules,
    Sighting,
    Standing,
    evidence,
    objection,
    standing,
)
from shortlist.differentiating.work import role_rules_on
from shortlist.storing.dated_yaml import read_folder

MOMENT = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def rules() -> RoleRules:
    shelf = read_folder(assets.RULES, ("member-roles",))
    assert shelf.problems == ()
    return role_rules_on(shelf, date(2026, 11, 23))


def sighting(number: int, observer: int, *, days_ago: int = 0) -> Sighting:
    return Sighting(
        gathering_id=UUID(int=number),
        at=MOMENT - timedelta(days=days_ago),
        place="Plein",
        capacity="betrokkene",
        role_seen=None,
        feit="",
        group_feit="Luide muziek.",
        hearsay=False,
        observer_id=UUID(int=1000 + observer),
        function="jeugdagent",
        organisation="politie",
        effort_minutes=30,
    )


def test_the_shipped_terms_stay_within_the_maximum(rules: RoleRules) -> None:
    assert (rules.review_months, rules.expire_months) == (3, 6)
    assert rules.minimum_observations >= 2
    assert rules.minimum_observers >= 2
    assert rules.minimum_age >= 12


def test_two_observations_by_two_professionals_carry_a_role(rules: RoleRules) -> None:
    assert objection([sighting(1, 1), sighting(2, 2)], rules) is None


def test_no_single_professional_carries_a_role_however_often_they_looked(rules: RoleRules) -> None:
    said = objection([sighting(n, 1, days_ago=n) for n in range(1, 9)], rules)
    assert said is not None
    assert "2 verschillende professionals" in said


def test_one_observation_carries_no_role(rules: RoleRules) -> None:
    assert "u koos er 1" in (objection([sighting(1, 1)], rules) or "")
    assert "u koos er 0" in (objection([], rules) or "")


def test_hearsay_does_not_count_and_the_refusal_says_so(rules: RoleRules) -> None:
    said = objection([sighting(1, 1), replace(sighting(2, 2), hearsay=True)], rules)
    assert said is not None
    assert "horen zeggen telt niet mee: 1" in said


@pytest.mark.parametrize("capacity", ["slachtoffer", "getuige", "derde", "gedwongene"])
def test_an_observation_in_another_capacity_carries_nothing(rules: RoleRules, capacity: str) -> None:
    said = objection([sighting(1, 1), sighting(2, 2), replace(sighting(3, 3), capacity=capacity)], rules)
    assert said is not None
    assert capacity in said


def test_evidence_counts_observers_days_and_effort_and_leaves_other_capacities_out() -> None:
    found = evidence(
        [
            replace(sighting(1, 1), role_seen="sust"),
            sighting(2, 1),
            sighting(3, 2, days_ago=9),
            replace(sighting(4, 3, days_ago=2), capacity="slachtoffer"),
        ]
    )
    assert (found.n, found.n_days, found.n_observers, found.effort_minutes) == (3, 2, 2, 90)
    assert (found.first, found.last) == (date(2026, 11, 11), date(2026, 11, 20))
    assert found.other_capacities == ("slachtoffer",)
    assert found.positive


def test_a_day_is_a_day_on_the_dutch_clock() -> None:
    late = replace(sighting(1, 1), at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    assert late.day == date(2026, 11, 21)


@given(st.permutations(range(6)))
def test_evidence_does_not_depend_on_the_order_in_which_facts_arrive(order: list[int]) -> None:
    facts = [sighting(n, n % 3, days_ago=n % 4) for n in range(6)]
    assert evidence([facts[n] for n in order]) == evidence(facts)


def test_a_role_holds_then_asks_for_review_then_lapses() -> None:
    review, expiry = date(2027, 2, 23), date(2027, 5, 23)
    assert standing(review, expiry, review - timedelta(days=1)) is Standing.GELDT
    assert standing(review, expiry, review) is Standing.HERZIEN
    assert standing(review, expiry, expiry - timedelta(days=1)) is Standing.HERZIEN
    assert standing(review, expiry, expiry) is Standing.VERVALLEN
