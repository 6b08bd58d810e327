"""The groups of an area through time: found, followed, mixing; the same for any names, and nobody ranked."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortlist.cli import main
from shortlist.differentiating.communities import communities
from shortlist.differentiating.dynamics import Follower
from shortlist.differentiating.mixing import groups_that_mix, members_of_two_groups
from shortlist.differentiating.network import Network, as_json, follow_area
from shortlist.differentiating.occasions import Observed, Occasion
from shortlist.differentiating.reading_files import load_network_rules
from shortlist.differentiating.ties import fade, presence, project, shrunk_ties

RULES = load_network_rules()
START = datetime(2026, 1, 4, 23, tzinfo=UTC)  # midnight, Dutch time


def persons(letter: str, count: int, first: int = 0) -> list[str]:
    return [f"{letter}{number}" for number in range(first, first + count)]


def meet(
    group: Sequence[str], window: int, seed: int, *, place: str = "plein", times: int = 10
) -> list[Occasion]:
    """Return gatherings of five of a group in one window of four weeks."""
    drawn = np.random.default_rng([seed, window])
    return [
        Occasion(
            f"{group[0]}-{window}-{number}",
            START + timedelta(days=28 * window + 2.7 * number, hours=20),
            tuple(str(one) for one in drawn.choice(group, 5, replace=False)),
            place,
        )
        for number in range(times)
    ]


def area(*windows: Sequence[tuple[Sequence[str], str]]) -> Observed:
    """Return gatherings in which each window holds these (group, place) pairs."""
    return Observed(
        tuple(
            one
            for window, groups in enumerate(windows)
            for group, place in groups
            for one in meet(group, window, sum(map(ord, group[0] + place)), place=place)
        )
    )


def follow(observed: Observed) -> Network:
    return follow_area(observed, RULES, window_days=28)


def told(found: Network) -> list[tuple[str, int, bool]]:
    return [
        (event.kind, event.window, event.confirmed) for window in found.windows for event in window.events
    ]


A, B, C = persons("a", 10), persons("b", 10), persons("c", 10)
QUIET = ((A, "plein"), (B, "park"))


# What is found -----------------------------------------------------------------------------------------------


def test_two_groups_are_found_with_their_places_and_keep_their_names() -> None:
    found = follow(area(QUIET, QUIET, QUIET))
    for window in found.windows:
        assert [(one.id, set(one.members), one.places) for one in window.communities] == [
            (window.communities[0].id, set(A), ("plein",)),
            (window.communities[1].id, set(B), ("park",)),
        ]
        assert all(0.5 < one.stability <= 1 for one in window.communities)
    assert {tuple(one.id for one in window.communities) for window in found.windows} == {("g1", "g2")}
    assert told(found) == []


MERGED, BIGGER, HALF = A + B, A + persons("a", 8, 10), persons("a", 16)


@pytest.mark.parametrize(
    ("windows", "event", "names"),
    [
        ([QUIET, (*QUIET, (C, "brug")), (*QUIET, (C, "brug"))], "born", ((), ("g3",))),
        ([QUIET, QUIET[:1], QUIET[:1]], "dies", (("g2",), ())),
        ([QUIET, ((BIGGER, "plein"), QUIET[1]), ((BIGGER, "plein"), QUIET[1])], "grows", (("g1",), ("g1",))),
        (
            [((BIGGER, "plein"), QUIET[1]), ((A[:8], "plein"), QUIET[1]), ((A[:8], "plein"), QUIET[1])],
            "shrinks",
            (("g1",), ("g1",)),
        ),
        (
            [QUIET, ((MERGED, "plein"), (MERGED, "park")), ((MERGED, "plein"), (MERGED, "park"))],
            "merges",
            None,
        ),
        (
            [((HALF, "plein"), (HALF, "plein")), *[((HALF[:8], "plein"), (HALF[8:], "park"))] * 2],
            "splits",
            (("g1",), ("g1", "g2")),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_kind_of_change_is_told_once_when_it_holds_a_window(
    windows: Any, event: str, names: tuple[tuple[str, ...], tuple[str, ...]] | None
) -> None:
    found = follow(area(*windows))
    assert told(found) == [(event, 1, True)]
    only = found.windows[1].events[0]
    assert 0 <= only.overlap <= 1
    if names:
        assert (only.before, tuple(sorted(only.after))) == names


def test_a_change_that_does_not_last_is_not_told() -> None:
    assert told(follow(area(QUIET, (*QUIET, (C, "brug")), QUIET, QUIET))) == []


def test_a_part_that_is_back_after_one_window_has_not_merged() -> None:
    whole, parts = ((HALF, "plein"), (HALF, "plein")), ((HALF[:8], "plein"), (HALF[8:], "park"))
    assert told(follow(area(whole, parts, whole, whole))) == []
    follower = Follower(RULES.events)
    one, other = frozenset(HALF[:8]), frozenset(HALF[8:])
    for window, found in enumerate([[one | other], [one, other], [one, other], [one | other], [one | other]]):
        follower.follow(window, START, found)
    lasting = [(event.kind, event.window) for event in follower.finish(full=True)]
    assert lasting == [("splits", 1), ("merges", 3)]


def test_a_change_in_the_last_window_is_not_yet_confirmed() -> None:
    assert told(follow(area(QUIET, QUIET, (*QUIET, (C, "brug"))))) == [("born", 2, False)]


def test_who_is_missing_from_an_unfinished_window_has_not_gone() -> None:
    observed = area(QUIET, QUIET, QUIET)
    half = tuple(
        one
        for one in observed.occasions
        if one.at < START + timedelta(days=56)
        or ("a" in one.present[0] and one.at < START + timedelta(days=70))
    )
    assert told(follow(Observed(half))) == []


def test_groups_that_start_to_mix_are_told_with_the_gatherings_behind_it() -> None:
    drawn = np.random.default_rng(5)
    mixed = tuple(
        Occasion(
            f"samen {n}",
            START + timedelta(days=30 + n),
            tuple(str(one) for group in (A, B) for one in drawn.choice(group, 2, replace=False)),
            "station",
        )
        for n in range(6)
    )
    quiet = area(QUIET, QUIET, QUIET)
    found = follow(Observed(quiet.occasions + mixed))
    events = [event for window in found.windows for event in window.events]
    assert [(event.kind, set(event.before), event.gatherings) for event in events] == [
        ("mixes", {"g1", "g2"}, tuple(one.id for one in mixed))
    ]


def test_a_small_group_is_not_lost_in_a_large_city() -> None:
    city = tuple((persons(f"s{number}-", 10), f"plek {number}") for number in range(120))
    found = follow(area((*city, (persons("klein", 5), "steeg"))))
    assert any(set(one.members) == set(persons("klein", 5)) for one in found.windows[0].communities)


def test_hearsay_makes_no_group() -> None:
    heard = tuple(replace(one, effort_minutes=0.0) for one in area(QUIET).occasions)
    assert follow(Observed(heard)).windows == ()


def test_the_places_of_the_southern_women_give_the_two_groups_that_ethnographers_saw() -> None:
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "roles" / "southern_women"
    if not folder.is_dir():
        pytest.skip("de openbare netwerken staan niet naast de broncode (../shared/data/roles)")
    rows = [line.split(",") for line in (folder / "attendance.csv").read_text().split()[1:]]
    events = list(dict.fromkeys(event for _, event in rows))
    observed = Observed(
        tuple(
            Occasion(event, START + timedelta(days=day), tuple(who for who, at in rows if at == event))
            for day, event in enumerate(events)
        )
    )
    found = follow(observed).windows[0].communities
    assert len(found) == 2
    first = {f"W{number:02}" for number in range(1, 9)}
    assert all(len(set(one.members) & first) <= 1 or len(set(one.members) - first) <= 2 for one in found)


# Fair and repeatable -----------------------------------------------------------------------------------------


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_other_names_never_change_groups_or_events(seed: int) -> None:
    observed = area(QUIET, ((MERGED, "plein"),), ((MERGED, "plein"), (C, "brug")))
    order = np.random.default_rng(seed).permutation(len(observed.persons))
    renamed = {person: f"naam {order[number]}" for number, person in enumerate(observed.persons)}
    other = Observed(
        tuple(replace(one, present=tuple(renamed[p] for p in one.present)) for one in observed.occasions)
    )
    before, after = follow(observed), follow(other)
    for one, two in zip(before.windows, after.windows, strict=True):
        assert one.events == two.events
        assert [replace(c, members=tuple(renamed[p] for p in c.members)) for c in one.communities] == list(
            two.communities
        )


def test_the_same_input_gives_the_same_answer() -> None:
    observed = area(QUIET, (*QUIET, (C, "brug")))
    assert as_json(follow(observed), RULES) == as_json(follow(observed), RULES)


def test_members_stand_in_the_order_of_the_input() -> None:
    observed = area(QUIET)
    order = {person: number for number, person in enumerate(observed.persons)}
    for one in follow(observed).windows[0].communities:
        assert list(one.members) == sorted(one.members, key=order.__getitem__)


# Ties --------------------------------------------------------------------------------------------------------


def test_a_tie_is_the_half_weight_index_shrunk() -> None:
    rows = [np.array([0, 1]), np.array([0, 1, 2]), np.array([2]), np.array([3])]
    ties = shrunk_ties(project(presence(rows, 4)), 1.5).toarray()
    assert ties[0, 1] == pytest.approx(2 / (2 + 1.5))
    assert ties[0, 2] == pytest.approx(1 / (2 + 1.5))
    assert ties[3].sum() == 0
    assert (ties == ties.T).all()


def test_what_was_seen_before_fades() -> None:
    now, before = project(presence([np.array([0, 1])], 3)), project(presence([np.array([1, 2])], 3))
    faded = fade(now, before, 0.25)
    assert faded.seen.tolist() == [1, 1.25, 0.25]
    assert faded.together.toarray()[1, 2] == pytest.approx(0.25)


def test_persons_without_ties_stay_alone() -> None:
    ties = shrunk_ties(project(presence([np.array([0, 1])] * 3, 4)), 1.5)
    labels = communities(ties, strength=0.03, seed=1)
    assert labels[0] == labels[1]
    assert len(set(labels)) == 3
    assert len(set(communities(shrunk_ties(project(presence([], 3)), 1.5), strength=0.03, seed=1))) == 3


# Mixing and two groups ---------------------------------------------------------------------------------------


def together(number: int, at: str, *names: Sequence[str]) -> list[Occasion]:
    """Return gatherings with three of each named group."""
    return [
        Occasion(
            f"{at}-{names[0][0]}-{n}",
            START + timedelta(hours=n),
            tuple(one for group in names for one in (*group, *group)[n : n + 3]),
            at,
        )
        for n in range(number)
    ]


KNOWN = {"A": frozenset(A), "B": frozenset(B), "C": frozenset(C)}


def test_groups_mix_when_they_are_together_more_often_than_chance() -> None:
    alone = together(8, "plein", A) + together(8, "park", B) + together(8, "brug", C)
    assert groups_that_mix(alone, KNOWN, RULES.mixing) == ()
    found = groups_that_mix(alone + together(4, "station", A, B), KNOWN, RULES.mixing)
    assert [(one.groups, len(one.gatherings), one.places) for one in found] == [(("A", "B"), 4, ("station",))]
    assert found[0].p < RULES.mixing.p
    assert groups_that_mix(alone + together(2, "station", A, B), KNOWN, RULES.mixing) == ()


def test_groups_that_share_a_place_as_all_others_do_are_not_said_to_mix() -> None:
    names = {f"G{number}": frozenset(persons(f"g{number}-", 10)) for number in range(6)}
    groups = [persons(f"g{number}-", 10) for number in range(6)]
    alone = [one for group in groups for one in together(12, "station", group)]
    crowd = [one for i in range(6) for j in range(i) for one in together(2, "station", groups[j], groups[i])]
    three = [replace(one, id=f"{one.id}-extra") for one in together(3, "station", groups[0], groups[1])]
    assert groups_that_mix(alone + crowd + three, names, RULES.mixing) == ()
    # The same three among groups that never meet is no chance.
    assert len(groups_that_mix(alone + three, names, RULES.mixing)) == 1


def test_who_moves_in_a_second_group_is_found_and_a_single_visit_is_not_enough() -> None:
    occasions = together(6, "plein", A) + together(6, "park", B)
    both = [
        replace(one, present=(*one.present, "a9") if "b" in one.present[0] else one.present)
        for one in occasions
    ]
    found = members_of_two_groups(both, KNOWN, RULES.two_groups)
    assert [(one.person, {one.home, one.second}) for one in found] == [("a9", {"A", "B"})]
    assert found[0].probability >= RULES.two_groups.sure
    once = [*occasions[:6], replace(occasions[6], present=(*occasions[6].present, "a1")), *occasions[7:]]
    assert members_of_two_groups(once, KNOWN, RULES.two_groups) == ()


# The command -------------------------------------------------------------------------------------------------


def as_input(observed: Observed, **more: Any) -> str:
    gatherings = [
        {"at": one.at.isoformat(), "place": one.place, "present": list(one.present)}
        for one in observed.occasions
    ]
    return json.dumps({"gatherings": gatherings, **more})


def test_the_command_prints_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "stad.json"
    mixed = together(5, "station", A, B)
    observed = Observed(area(QUIET, (*QUIET, (C, "brug"))).occasions + tuple(mixed))
    file.write_text(as_input(observed, groups={"noord": A, "zuid": B}), encoding="utf-8")
    main(["networks", str(file), "--window", "4w"])
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["windows"]) == 2
    for window in answer["windows"]:
        for one in window["communities"]:
            assert one.keys() >= {"id", "members", "places", "stability"}
        for event in window["events"]:
            assert event.keys() >= {"kind", "at", "from", "to", "overlap"}
    assert {event["kind"] for event in answer["windows"][1]["events"]} == {"born"}
    assert [one["groups"] for one in answer["mixing"]] == [["noord", "zuid"]]


@pytest.mark.parametrize(
    ("arguments", "change", "message"),
    [
        (["--window", "28"], {}, "'28' is geen duur"),
        (["--window", "0d"], {}, "'0d' is geen duur"),
        ([], {"groups": {"noord": ["a1", "a1"]}}, "groups: groep 'noord': lid 'a1' staat er twee keer"),
        ([], {"groups": []}, "groups: geef een object"),
        ([], {"postcode": "1311"}, "postcode: dit veld is niet bekend"),
        (["--window", "1d"], {"gatherings": [
            {"at": "2020-01-01T20:00", "present": ["a"]}, {"at": "2026-01-01T20:00", "present": ["a"]}]},
         "stad.json: at: de eerste waarneming (nr. 1) is van 2020-01-01"),
        ([], {"groups": {"": ["a1"]}}, "groups: naam van een groep: '' kan niet"),
    ],
)  # fmt: skip
def test_bad_input_leaves_with_2(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    change: dict[str, Any],
    message: str,
) -> None:
    file = tmp_path / "stad.json"
    file.write_text(json.dumps(json.loads(as_input(area(QUIET))) | change), encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["networks", str(file), *arguments])
    assert left.value.code == 2
    assert message in capsys.readouterr().err


def test_looks_at_which_nobody_was_there_make_windows_without_groups(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "stad.json"
    looks = [{"at": f"2026-0{month}-01T20:00", "present": []} for month in (1, 2)]
    file.write_text(json.dumps({"gatherings": looks}), encoding="utf-8")
    main(["networks", str(file)])
    windows = json.loads(capsys.readouterr().out)["windows"]
    assert [(one["n_gatherings"], one["n_persons"], one["communities"]) for one in windows] == [
        (1, 0, [])
    ] * 2


def test_nothing_seen_is_no_group(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "stad.json"
    file.write_text('{"gatherings": []}', encoding="utf-8")
    main(["networks", str(file)])
    assert json.loads(capsys.readouterr().out)["windows"] == []
