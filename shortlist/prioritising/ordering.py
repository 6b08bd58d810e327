"""Groups in the order of the duiding themes, one theme after the other: no sum, no weights, unknown stays unknown.

The Stafgroep sets the order of the themes (``rules/priorities.yaml``). Groups are compared by the first theme; only
when that is equal the second counts, and so on. A theme that is not known may be anything from laag to hoog, so that
a group has a range of places. The order helps a discussion; it decides nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TypeVar

LEVELS: Mapping[str, int] = {"laag": 0, "midden": 1, "hoog": 2}
K = TypeVar("K")
Levels = Mapping[str, str]
"""Theme → level; a theme that is missing or says something else is unknown."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a group may stand: 1 is the first; both are equal when everything that matters is known."""

    best: int
    worst: int


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What another order of the themes would do to the ranking."""

    same: int
    """So many of the other orders give the same places."""
    others: int
    """How many other orders there are."""
    changes: tuple["Change", ...]
    """One per different ranking, that with the fewest groups that move first."""


@dataclass(frozen=True, slots=True)
class Change:
    """Orders of themes that lead to one other ranking, and which groups stand elsewhere in it."""

    orders: tuple[tuple[str, ...], ...]
    moves: tuple[tuple[object, Place, Place], ...]
    """(group, place in the order as set, place in these orders), in the order of the groups."""


def _bounds(levels: Levels, order: Sequence[str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    low = tuple(LEVELS.get(levels.get(theme, ""), 0) for theme in order)
    high = tuple(LEVELS.get(levels.get(theme, ""), 2) for theme in order)
    return low, high


def places(groups: Mapping[K, Levels], order: Sequence[str]) -> dict[K, Place]:
    """Return the place of every group; equal groups share a place.

    Exact over all completions of what is unknown: the best place counts who stands above in every completion, the
    worst who may stand above in some.
    """
    bounds = {key: _bounds(levels, order) for key, levels in groups.items()}
    found = {}
    for key, (low, high) in bounds.items():
        others = [bound for other, bound in bounds.items() if other != key]
        found[key] = Place(
            1 + sum(bound[0] > high for bound in others), 1 + sum(bound[1] > low for bound in others)
        )
    return found


def sensitivity(groups: Mapping[K, Levels], order: Sequence[str]) -> Sensitivity:
    """Try every other order of the themes and tell which would change the places of which groups."""
    start = places(groups, order)
    rankings: dict[tuple[Place, ...], list[tuple[str, ...]]] = {}
    same = others = 0
    for other in permutations(order):
        if other == tuple(order):
            continue
        others += 1
        found = places(groups, other)
        if found == start:
            same += 1
        else:
            rankings.setdefault(tuple(found[key] for key in groups), []).append(other)
    changes = [
        Change(
            tuple(orders),
            tuple(
                (key, start[key], place)
                for key, place in zip(groups, ranking, strict=True)
                if place != start[key]
            ),
        )
        for ranking, orders in rankings.items()
    ]
    return Sensitivity(same, others, tuple(sorted(changes, key=lambda one: (len(one.moves), one.orders))))


def in_order(found: Mapping[K, Place], names: Mapping[K, str]) -> list[K]:
    """Return the groups by place; those that share one by name."""
    return sorted(found, key=lambda key: (found[key], names[key]))


def levels_of(duiding: Mapping[str, Mapping[str, object]], themes: Iterable[str]) -> dict[str, str]:
    """Take the levels out of a duiding as it was recorded."""
    return {theme: str(duiding.get(theme, {}).get("level", "onbekend")) for theme in themes}
