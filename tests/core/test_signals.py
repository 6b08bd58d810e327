"""Which events become a signal, when a decided one comes back, and what may happen to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from shortlist.differentiating.network import follow_area
from shortlist.differentiating.networks.picture import Behind, draw
from shortlist.differentiating.occasions import Observed
from shortlist.differentiating.reading_files import load_network_rules
from shortlist.differentiating.signals.candidates import (
    KINDS,
    MERGE,
    OPEN_GROUP,
    RELATE,
    SPLIT,
    Candidate,
    Earlier,
    candidates,
    told_before,
)
from shortlist.differentiating.signals.transitions import JIT, OPEN, STATES, TRANSITIONS, may_follow
from shortlist.guarding.roles import Role
from shortlist.showing.graphs import Dot, Edge, graph
from tests.core.test_networks import QUIET, A, B, C, area

RULES = load_network_rules()
AT = datetime(2026, 10, 5, tzinfo=UTC)
NAMES = st.frozensets(st.sampled_from("abcdefgh"), min_size=1, max_size=8)


def told(observed: Observed, groups: dict[str, tuple[str, ...]], observers: int = 2) -> list[Candidate]:
    """Return the candidates of an area whose gatherings were seen by several observers in turn."""
    seen = tuple(
        replace(one, reporter=f"r{number % observers}") for number, one in enumerate(observed.occasions)
    )
    whole = replace(observed, occasions=seen, groups=groups)
    found = follow_area(whole, RULES, window_days=28)
    occasions = {one.id: one for one in seen}
    return list(candidates(draw(found, whole, RULES), found.mixing, occasions, RULES.signals))


KNOWN = {"groep a": tuple(A), "groep b": tuple(B)}


def test_two_known_groups_that_became_one_are_told_with_the_gatherings_behind_it() -> None:
    joint = (([*A, *B], "plein"),)
    found = told(area(QUIET, QUIET, joint, joint, joint), KNOWN)
    assert [(one.kind, sorted(one.groups)) for one in found] == [(MERGE, ["groep a", "groep b"])]
    assert len(found[0].gatherings) >= RULES.signals.least_gatherings
    assert all(min(behind.counts) >= 1 for behind in found[0].behind)


def test_newcomers_who_keep_together_are_told_as_a_new_group_and_known_ones_are_not() -> None:
    more = (*QUIET, (C, "haven"))
    found = told(area(QUIET, QUIET, more, more), KNOWN)
    assert [(one.kind, one.groups) for one in found] == [(OPEN_GROUP, ())]
    assert not told(area(QUIET, QUIET, more, more), {**KNOWN, "groep c": tuple(C)})


def test_a_part_that_comes_apart_is_told_as_a_split_of_its_group() -> None:
    one, other = A[:5], A[5:]
    whole, apart = (([*A], "plein"),), ((one, "plein"), (other, "haven"))
    found = told(area(whole, whole, apart, apart, apart), {"groep a": tuple(A)})
    assert [(signal.kind, signal.groups) for signal in found] == [(SPLIT, ("groep a",))]


def test_two_groups_that_mix_but_stay_two_are_told_as_mixing() -> None:
    quiet = area(QUIET, QUIET, QUIET, QUIET).occasions
    mixed = [
        replace(
            quiet[-1],
            id=f"samen {n}",
            place="brug",
            present=(*A[:2], *B[:2]),
            at=quiet[-1].at - timedelta(days=n),
        )
        for n in range(8)
    ]
    found = told(Observed((*quiet, *mixed)), KNOWN)
    assert [(one.kind, set(one.groups)) for one in found] == [(RELATE, set(KNOWN))]
    assert found[0].gatherings == {one.id for one in mixed}


def test_what_one_observer_alone_saw_is_no_signal() -> None:
    joint = (([*A, *B], "plein"),)
    assert told(area(QUIET, QUIET, joint, joint, joint), KNOWN, observers=1) == []


def signal(kind: str, groups: tuple[str, ...], names: frozenset[str], state: str) -> Earlier:
    return Earlier("s1", kind, groups, names, state, None if state == OPEN else AT)


def candidate(kind: str, groups: tuple[str, ...], names: frozenset[str]) -> Candidate:
    return Candidate(kind, groups, AT - timedelta(days=1), tuple(Behind(one, ()) for one in sorted(names)))


@given(st.sampled_from(KINDS), NAMES, st.sampled_from(["afgewezen", "aangenomen", "vervallen"]), st.data())
def test_a_decided_signal_never_comes_back_on_the_gatherings_that_were_judged(
    kind: str, names: frozenset[str], state: str, data: st.DataObject
) -> None:
    groups = () if kind == OPEN_GROUP else ("x", "y")
    part = data.draw(st.frozensets(st.sampled_from(sorted(names)), min_size=1))
    again = candidate(kind, groups[::-1], part)
    assert not told_before(again, [signal(kind, groups, names, state)], RULES.signals).new


def test_a_refused_signal_comes_back_with_enough_new_gatherings_and_an_open_one_grows() -> None:
    judged, fresh = frozenset("abc"), frozenset("def")
    refused = [signal(MERGE, ("x", "y"), judged, "afgewezen")]
    assert told_before(candidate(MERGE, ("x", "y"), judged | fresh), refused, RULES.signals).new
    assert not told_before(candidate(MERGE, ("x", "y"), judged | {"d"}), refused, RULES.signals).new
    waiting = [signal(MERGE, ("x", "y"), judged, OPEN)]
    assert told_before(candidate(MERGE, ("x", "y"), judged | fresh), waiting, RULES.signals).more_for == "s1"
    assert told_before(candidate(MERGE, ("x", "z"), judged), refused, RULES.signals).new


def test_only_the_jit_decides_and_only_once_and_only_the_worker_lets_lapse() -> None:
    for state, following, role in product(STATES, STATES, Role):
        allowed = state == OPEN and following in {"aangenomen", "afgewezen"} and role in JIT
        assert may_follow(state, following, frozenset({role})) is allowed
    assert [pair for pair in product(STATES, STATES) if may_follow(*pair, None)] == [(OPEN, "vervallen")]
    assert {state for pair in TRANSITIONS for state in pair} == set(STATES)


@given(st.integers(1, 40), st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39)), max_size=40))
def test_no_two_dots_of_a_picture_lie_on_each_other(n: int, pairs: list[tuple[int, int]]) -> None:
    dots = [Dot(f"g{number}", f"Groep {number}", number + 1) for number in range(n)]
    edges = [Edge(f"g{a}", f"g{b}", 1) for a, b in pairs if a != b]
    places = list(graph(dots, edges).places.values())
    assert len(places) == n
    for number, (x, y) in enumerate(places):
        for other_x, other_y in places[number + 1 :]:
            assert abs(x - other_x) > 60 or abs(y - other_y) > 60
