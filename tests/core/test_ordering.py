"""Groups in the order of the themes: no sum, unknown stays unknown, and what another order would change."""

from datetime import date
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlist import assets
from shortlist.prioritising.meeting.work import stafgroep_rules_on
from shortlist.prioritising.ordering import LEVELS, Place, in_order, places, sensitivity
from shortlist.prioritising.quorum import lacking
from shortlist.storing.dated_yaml import read_folder

THEMES = ("ernst", "risico", "ontwikkeling", "impact")
level = st.sampled_from(("laag", "midden", "hoog", "onbekend"))
duiding = st.fixed_dictionaries(dict.fromkeys(THEMES, level))
groups = st.dictionaries(st.integers(0, 9), duiding, min_size=1, max_size=4)


def all_of(ernst: str, rest: str) -> dict[str, str]:
    return {"ernst": ernst, **dict.fromkeys(THEMES[1:], rest)}


def test_the_first_theme_decides_whatever_the_others_say() -> None:
    found = places({"a": all_of("midden", "laag"), "b": all_of("laag", "hoog")}, THEMES)
    assert found == {"a": Place(1, 1), "b": Place(2, 2)}


def test_equal_groups_share_a_place_and_stand_by_name() -> None:
    found = places(
        {"b": all_of("hoog", "laag"), "a": all_of("hoog", "laag"), "c": all_of("laag", "laag")}, THEMES
    )
    assert found == {"a": Place(1, 1), "b": Place(1, 1), "c": Place(3, 3)}
    assert in_order(found, {"a": "Aa", "b": "Bb", "c": "Cc"}) == ["a", "b", "c"]


def test_what_is_not_known_gives_a_range_and_not_a_low_place() -> None:
    found = places({"a": all_of("midden", "laag"), "b": all_of("onbekend", "laag")}, THEMES)
    assert found == {"a": Place(1, 2), "b": Place(1, 2)}


@given(groups)
def test_the_range_is_exactly_what_the_completions_give(found: dict[int, dict[str, str]]) -> None:
    """Held against filling in every unknown in every way and ranking by plain tuples."""
    holes = [(key, theme) for key, levels in found.items() for theme in THEMES if levels[theme] == "onbekend"]
    if len(holes) > 5:
        holes = holes[:5]
        found = {
            key: {t: (v if v != "onbekend" or (key, t) in holes else "laag") for t, v in levels.items()}
            for key, levels in found.items()
        }
    seen: dict[int, set[int]] = {key: set() for key in found}
    for filled in product(LEVELS, repeat=len(holes)):
        known = {key: dict(levels) for key, levels in found.items()}
        for (key, theme), value in zip(holes, filled, strict=True):
            known[key][theme] = value
        rank = {key: tuple(LEVELS[levels[theme]] for theme in THEMES) for key, levels in known.items()}
        for key in found:
            seen[key].add(1 + sum(other > rank[key] for other in rank.values()))
    for key, place in places(found, THEMES).items():
        assert (place.best, place.worst) == (min(seen[key]), max(seen[key]))


@given(groups, st.sampled_from(THEMES), st.sampled_from(("laag", "midden", "hoog")))
def test_learning_a_level_never_gives_a_place_outside_the_old_range(
    found: dict[int, dict[str, str]], theme: str, value: str
) -> None:
    key = min(found)
    if found[key][theme] != "onbekend":
        return
    before = places(found, THEMES)
    after = places({**found, key: {**found[key], theme: value}}, THEMES)
    for one in found:
        assert before[one].best <= after[one].best <= after[one].worst <= before[one].worst


@given(groups)
def test_the_sensitivity_counts_every_other_order_once(found: dict[int, dict[str, str]]) -> None:
    told = sensitivity(found, THEMES)
    assert told.others == 23
    assert told.same + sum(len(change.orders) for change in told.changes) == 23
    start = places(found, THEMES)
    for order in permutations(THEMES):
        moved = {key for key, place in places(found, order).items() if place != start[key]}
        said = {key for change in told.changes if order in change.orders for key, _, _ in change.moves}
        assert moved == said


def test_a_group_that_is_highest_in_everything_stays_first_in_every_order() -> None:
    told = sensitivity({"a": all_of("hoog", "hoog"), "b": all_of("laag", "midden")}, THEMES)
    assert (told.same, told.changes) == (23, ())


RULES = stafgroep_rules_on(read_folder(assets.RULES, ("stafgroep",)), date(2026, 11, 23))


@pytest.mark.parametrize(
    ("present", "lacks"),
    [
        (("veiligheidsmanager", "chef-basiseenheid", "gebiedsmanager"), ()),
        (("veiligheidsmanager", "chef-basiseenheid", "gebiedsmanager", "gebiedsspecialist-dmo"), ()),
        (("veiligheidsmanager", "chef-basiseenheid"), ("er zijn 2 van ten minste 3 functies aanwezig",)),
        (
            ("veiligheidsmanager", "gebiedsmanager", "gebiedsspecialist-dmo"),
            ("Chef basiseenheid (politie) ontbreekt",),
        ),
        (
            ("wethouder", "veiligheidsmanager", "chef-basiseenheid"),
            ("er zijn 2 van ten minste 3 functies aanwezig",),
        ),
    ],
)
def test_the_quorum_is_by_function(present: tuple[str, ...], lacks: tuple[str, ...]) -> None:
    assert lacking(present, RULES) == lacks
