"""The state tables: whole, reachable, with terms that exist, and the same as what the use cases hold."""

import datetime as dt
from collections.abc import Mapping

import pytest

from shortlist import assets
from shortlist.classifying.agenda import points
from shortlist.deploying.handover.steps import (
    READ,
    REPORTED,
    WITH_JIT,
    WITH_MANAGER,
    Seen,
    next_for,
    state_of,
)
from shortlist.deploying.tables import HandoverState
from shortlist.guarding.roles import Role
from shortlist.navigation import STATE_TABLES
from shortlist.observing.keeping.work import TRANSITIONS as GROUP
from shortlist.planning.reviewing.work import TRANSITIONS as WEEK_PLAN
from shortlist.showing.states import BEGIN, PROGRAM, State, StateTable, Transition
from shortlist.storing.dated_yaml import read_folder
from shortlist.storing.terms import terms_on

TABLES: Mapping[str, StateTable] = {one.key: one for one in STATE_TABLES}


def steps(key: str) -> set[tuple[str, str]]:
    return {(one.before, one.after) for one in TABLES[key].transitions if one.before != BEGIN}


def test_every_object_has_one_table() -> None:
    assert len(TABLES) == len(STATE_TABLES) >= 11


@pytest.mark.parametrize("table", STATE_TABLES, ids=lambda one: one.key)
def test_every_state_can_be_reached_and_every_step_is_somebodys(table: StateTable) -> None:
    reached = {BEGIN}
    while True:
        more = {one.after for one in table.transitions if one.before in reached} - reached
        if not more:
            break
        reached |= more
    assert reached == {BEGIN, *(state.name for state in table.states)}
    known = {role.value for role in Role} | {PROGRAM}
    assert all(one.who and set(one.who) <= known for one in table.transitions)
    assert all(set(state.owner) <= known for state in table.states)


def test_every_term_that_a_state_names_is_in_the_rules_and_every_rule_is_used() -> None:
    terms = terms_on(read_folder(assets.RULES, ("handover-terms",)), dt.date(2026, 11, 24))
    named = {state.term for table in STATE_TABLES for state in table.states if state.term}
    assert named == set(terms)


def test_the_tables_of_groups_week_plans_and_the_jit_agenda_are_what_the_use_cases_hold() -> None:
    assert steps("groep") == {(str(a), str(b)) for a, following in GROUP.items() for b in following}
    assert steps("weekplan") == {(str(a), str(b)) for a, following in WEEK_PLAN.items() for b in following}
    by_hand = {(str(state), str(after)) for (state, _), after in points.TRANSITIONS.items()}
    lapsing = {("open", "vervallen"), ("bij de driehoek", "vervallen")}
    assert steps("jit-punt") == by_hand | lapsing


def test_a_table_that_names_an_unknown_state_or_a_step_twice_is_refused() -> None:
    one = State("open", "Ligt er.")
    for transitions in (
        (Transition("open", "dicht", ("jeugdagent",), "sluit"),),
        (
            Transition(BEGIN, "open", ("jeugdagent",), "opent"),
            Transition(BEGIN, "open", ("jeugdboa",), "opent"),
        ),
    ):
        with pytest.raises(ValueError, match="state table x"):
            StateTable("x", "X", "", (one,), transitions)


def test_a_report_stands_where_it_was_last_passed_on_to_and_asks_only_the_next_in_line() -> None:
    assert {WITH_MANAGER, WITH_JIT, READ} == {str(one) for one in HandoverState}
    at = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
    way: list[Seen] = []
    for role, state in (
        (Role.COORDINATOR_VTH, WITH_MANAGER),
        (Role.VEILIGHEIDSMANAGER, WITH_JIT),
        (Role.JEUGDAGENT, READ),
    ):
        for other in Role:
            expected = state if other is role or (state == READ and other is Role.JONGERENWERKER) else None
            assert next_for(way, frozenset({other}), "x") == expected
        way.append(Seen(state, at, "iemand", "lezer"))
        assert state_of(way) == state
    assert state_of([]) == REPORTED
    assert next_for(way, frozenset({Role.JONGERENWERKER}), "lezer") is None
    assert next_for(way, frozenset({Role.JONGERENWERKER}), "een ander") == READ
