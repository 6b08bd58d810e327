"""What a priority means and what may happen to a proposal, by the rules as shipped."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from shortlist import assets
from shortlist.prioritising.board import CurrentPriority, Decision, Picture, Profile, Proposal, compare
from shortlist.prioritising.priorities import (
    OPEN,
    RETURNED,
    SET,
    TABLE,
    TO_TRIANGLE,
    PriorityRules,
    may_follow,
)
from shortlist.prioritising.tables import DecisionKind, Priority
from shortlist.prioritising.work import priority_rules_on
from shortlist.storing.dated_yaml import read_folder

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def rules() -> PriorityRules:
    shelf = read_folder(assets.RULES, ("priorities",))
    assert shelf.problems == ()
    return priority_rules_on(shelf, NOW.date())


def test_every_priority_has_a_meaning_and_a_higher_one_is_never_worth_less(rules: PriorityRules) -> None:
    assert set(rules.meanings) == {str(one) for one in Priority}
    values = [rules.values()[name] for name in ("geen", "laag", "midden", "hoog")]
    assert values == sorted(values)
    assert values[0] == 0


def test_a_group_of_the_prosecution_and_an_accepted_group_are_told_apart(rules: PriorityRules) -> None:
    assert rules.prosecution == ("crimineel",)
    assert rules.unregistered == ("aanvaardbaar",)


def test_every_source_that_a_rule_names_is_in_its_file() -> None:
    for document in read_folder(assets.RULES, ("priorities", "member-roles")).documents:
        named = {citation["source"] for citation in _citations(document.data)}
        assert named <= set(document.data["sources"])
        assert set(document.data["sources"]) <= named


def _citations(value: object) -> list[dict[str, str]]:
    if isinstance(value, dict):
        found = list(value.get("because", []))
        return found + [one for key, below in value.items() if key != "because" for one in _citations(below)]
    if isinstance(value, list):
        return [one for below in value for one in _citations(below)]
    return []


ALLOWED = {
    (OPEN, SET), (OPEN, RETURNED), (OPEN, TO_TRIANGLE), (TO_TRIANGLE, SET), (TO_TRIANGLE, RETURNED),
}  # fmt: skip


@pytest.mark.parametrize("state", [OPEN, *DecisionKind])
@pytest.mark.parametrize("kind", list(DecisionKind))
def test_each_transition_of_a_proposal_is_allowed_or_forbidden_as_the_table_says(
    state: str, kind: str
) -> None:
    assert may_follow(state, kind) == ((state, kind) in ALLOWED)


def test_the_table_knows_every_state() -> None:
    assert {state.name for state in TABLE.states} == {OPEN, *(str(kind) for kind in DecisionKind)}


def picture(*, days_ago: int = 5, expired: bool = False, decided: str = "overlastgevend") -> Picture:
    at = NOW - timedelta(days=days_ago)
    return Picture(decided, decided, "landelijk-2010", (decided,), {}, at, at.date(), expired)


def proposal(*decisions: str, days_ago: int = 1) -> Proposal:
    at = NOW - timedelta(days=days_ago)
    made = [Decision(kind, "hoog", "reden", at.date(), at.date(), at, "S") for kind in decisions]
    return Proposal(UUID(int=1), UUID(int=2), "hoog", "reden", at, "V", made)


def profile(
    seen: Picture | None,
    made: Proposal | None,
    *,
    current: bool = False,
    closed: bool = False,
    part: str = "Noord",
) -> Profile:
    holds = CurrentPriority("hoog", date(2026, 11, 1), date(2027, 1, 1), "reden") if current else None
    return Profile(UUID(int=2), "Groep Kade", UUID(int=3), part, 2, 4, 60, 0, seen, holds, made, closed)


@pytest.mark.parametrize(
    ("found", "awaits"),
    [
        (profile(None, None), False),
        (profile(picture(), None), True),
        (profile(picture(expired=True), None), False),
        (profile(picture(), proposal()), False),
        (profile(picture(), proposal(RETURNED)), True),
        (profile(picture(), proposal(TO_TRIANGLE)), False),
        (profile(picture(), proposal(SET), current=True), False),
        (profile(picture(), proposal(SET)), True),
        (profile(picture(days_ago=0), proposal(SET), current=True), True),
        (profile(picture(), proposal(RETURNED), closed=True), False),
    ],
)
def test_a_group_waits_for_a_proposal_when_nothing_that_holds_follows_its_assessment(
    found: Profile, awaits: bool
) -> None:
    assert found.awaits_proposal is awaits


def test_stadsdelen_are_compared_by_name_with_counts_and_effort_only() -> None:
    lines = compare(
        [
            profile(picture(), proposal(SET), current=True, part="Zuid"),
            profile(None, None, part="Noord"),
            profile(picture(expired=True), None, part="Zuid"),
        ]
    )
    assert [line.stadsdeel for line in lines] == ["Noord", "Zuid"]
    assert lines[1].priorities == {"hoog": 1, "nog niet": 1}
    assert lines[1].classes == {"overlastgevend": 1, "onbekend": 1}
    assert (lines[1].groups, lines[1].minutes) == (2, 120)
