"""The lead-time clock: what counts as a step, how long it took, and what is late."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlist import assets
from shortlist.reporting.lead_times import (
    DONE,
    NEEDLESS,
    NOW,
    PASSED,
    TODO,
    LeadTimeRules,
    clock,
    lead_time_rules,
    start_of,
    summarise,
)
from shortlist.storing.dated_yaml import read_folder

START = date(2026, 9, 1)
SHELF = read_folder(assets.RULES, ("lead-times",))
RULES: LeadTimeRules = lead_time_rules(SHELF.of_kind("lead-times")[0].data)
STEPS = [target.step for target in RULES.targets]


def day(number: int) -> date:
    return START + timedelta(days=number)


def test_the_targets_are_in_the_order_of_the_work_and_each_names_its_source() -> None:
    assert STEPS == ["shortlist", "jit", "stafgroep", "plan", "inzet"]
    assert all("Eigen keuze van de gemeente" in " ".join(target.because) for target in RULES.targets)
    assert SHELF.problems == ()


def test_each_step_counts_from_the_one_before_and_the_next_one_is_on() -> None:
    found = clock(START, {"shortlist": [day(30), day(10)], "jit": [day(12)]}, RULES, day(20))
    assert [(step.state, step.waited) for step in found.steps] == [
        (DONE, 10), (DONE, 2), (NOW, 8), (TODO, None), (TODO, None),
    ]  # fmt: skip
    assert found.now is not None
    assert found.now.due == day(26)
    assert not found.now.late
    assert found.total is None


@pytest.mark.parametrize(("after", "late"), [(14, False), (15, True)])
def test_a_step_is_late_from_the_day_after_its_target(after: int, late: bool) -> None:
    assert clock(START, {"shortlist": [day(after)]}, RULES, day(40)).steps[0].late is late
    now = clock(START, {}, RULES, day(after)).now
    assert now is not None
    assert now.late is late


def test_deployment_before_a_plan_passes_the_plan_over_and_nothing_is_late_for_it() -> None:
    found = clock(START, {"shortlist": [day(5)], "inzet": [day(6)]}, RULES, day(90))
    assert [step.state for step in found.steps] == [DONE, PASSED, PASSED, PASSED, DONE]
    assert found.total == 6
    assert not any(step.late for step in found.steps)


def test_a_closed_group_waits_for_nothing() -> None:
    found = clock(START, {"shortlist": [day(5)]}, RULES, day(200), stopped=True)
    assert [step.state for step in found.steps] == [DONE, TODO, TODO, TODO, TODO]


@pytest.mark.parametrize(("ends", "states"), [
    ("shortlist", [DONE, NEEDLESS, NEEDLESS, NEEDLESS, NEEDLESS]),
    ("stafgroep", [DONE, NOW, TODO, NEEDLESS, NEEDLESS]),
])  # fmt: skip
def test_what_people_decided_needs_no_more_is_not_waited_for(ends: str, states: list[str]) -> None:
    found = clock(START, {"shortlist": [day(5)]}, RULES, day(200), ends_after=ends)
    assert [step.state for step in found.steps] == states


def test_a_reopened_group_starts_anew_and_older_steps_do_not_count() -> None:
    start, closed = start_of(START, [(day(0), False), (day(50), True), (day(80), False), (day(81), False)])
    assert (start, closed) == (day(80), False)
    assert start_of(START, [(day(0), False), (day(50), True)]) == (START, True)
    found = clock(start, {"shortlist": [day(5), day(90)]}, RULES, day(91))
    assert found.steps[0].waited == 10


def test_the_median_is_withheld_for_a_few_groups_and_open_ones_are_counted_beside_it() -> None:
    some = [clock(START, {"shortlist": [day(took)]}, RULES, day(60)) for took in (2, 10, 20, 30)]
    waiting = clock(START, {}, RULES, day(60))
    assert summarise([*some, waiting], RULES)[0].median is None
    first = summarise([*some, clock(START, {"shortlist": [day(4)]}, RULES, day(60)), waiting], RULES)[0]
    assert (first.median, first.done, first.late, first.open, first.open_late) == (10, 5, 2, 1, 1)


@given(
    st.dictionaries(st.sampled_from(STEPS), st.lists(st.integers(-50, 200).map(day), max_size=3), max_size=5),
    st.integers(0, 300),
)
def test_days_are_never_negative_and_at_most_one_step_is_on(done: dict[str, list[date]], until: int) -> None:
    found = clock(START, done, RULES, day(until))
    assert sum(step.state == NOW for step in found.steps) <= 1
    assert all(step.waited is None or step.waited >= 0 for step in found.steps)
    assert all((step.at is not None) == (step.state == DONE) for step in found.steps)
    states = [step.state for step in found.steps]
    assert TODO not in states or NOW in states[: states.index(TODO)]
