"""What is drawn of an area per window: groups as dots, meetings between them as lines, events in order of time.

Groups first: a dot is a community, named after the known groups that it holds; persons stand apart (``persons``), so
that they can be stored and read under their own rules.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING

from shortlist.differentiating.occasions import Observed, Occasion

if (
    TYPE_CHECKING
):  # scikit-network takes its time to import, and whoever reads a stored picture needs none of it
    from shortlist.differentiating.dynamics import Event
    from shortlist.differentiating.network import Community, Network, NetworkRules, Window

_SHOWN_PLACES = 3
_LEAST_KNOWN = 2
"""Fewer members of a known group do not give a community its name."""


@dataclass(frozen=True, slots=True)
class Node:
    """A community in one window."""

    id: str
    groups: tuple[str, ...]
    """The known groups it holds; empty: a fluid group that nobody named yet."""
    n_persons: int
    n_gatherings: int
    stability: float
    places: tuple[str, ...]
    """Where they were together, most often first, at most three."""


@dataclass(frozen=True, slots=True)
class Tie:
    """Two communities of one window that were seen with each other."""

    a: str
    b: str
    gatherings: int
    """How often several of both were there."""
    shared: int
    """How many persons of either stood with several of the other."""
    mixes: bool
    """More than chance and shared places explain."""


@dataclass(frozen=True, slots=True)
class Side:
    """A community before or after an event."""

    id: str
    groups: tuple[str, ...]
    n_persons: int


@dataclass(frozen=True, slots=True)
class Behind:
    """A gathering behind an event, with how many of each side were there."""

    gathering: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """One event with what it rests on."""

    kind: str
    at: datetime
    before: tuple[Side, ...]
    after: tuple[Side, ...]
    overlap: float
    confirmed: bool
    stability: float
    """The least firm of the communities after it, 0 to 1."""
    behind: tuple[Behind, ...] = ()


@dataclass(frozen=True, slots=True)
class WindowPicture:
    """Everything that is shown of one window."""

    start: datetime
    end: datetime
    n_gatherings: int
    n_persons: int
    n_observers: int
    minutes: int
    """How long was looked, as far as known."""
    nodes: tuple[Node, ...]
    ties: tuple[Tie, ...]
    happenings: tuple[Happening, ...]
    persons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Community → who was seen in it."""


@dataclass(slots=True)
class _Known:
    """What was last known of each community."""

    members: dict[str, frozenset[str]] = field(default_factory=dict)
    sides: dict[str, Side] = field(default_factory=dict)


def draw(found: "Network", observed: Observed, rules: "NetworkRules") -> tuple[WindowPicture, ...]:
    """Return a picture per window, oldest first; ``observed.groups`` are the known groups with their members."""
    looked = sorted((one for one in observed.occasions if one.looked), key=lambda one: one.at)
    of_person: defaultdict[str, list[str]] = defaultdict(list)
    for name, members in observed.groups.items():
        for member in members:
            of_person[member].append(name)
    known = _Known()
    pictures = []
    for window in found.windows:
        now = [one for one in looked if window.start <= one.at < window.end]
        pictures.append(_drawn(window, now, of_person, known, rules))
    return tuple(pictures)


def _drawn(
    window: "Window",
    now: Sequence[Occasion],
    of_person: Mapping[str, Sequence[str]],
    known: _Known,
    rules: "NetworkRules",
) -> WindowPicture:
    seen = Counter(
        name for person in {one for it in now for one in it.present} for name in of_person.get(person, ())
    )
    nodes = []
    before = _Known(dict(known.members), dict(known.sides))
    for one in window.communities:
        groups = _groups_in(one.members, of_person, seen, rules.events.part)
        nodes.append(
            Node(
                one.id,
                groups,
                len(one.members),
                one.n_gatherings,
                one.stability,
                one.places[:_SHOWN_PLACES],
            )
        )
        known.members[one.id] = frozenset(one.members)
        known.sides[one.id] = Side(one.id, groups, len(one.members))
    firm = {one.id: one.stability for one in window.communities}
    happenings = tuple(_happening(event, now, before, known, firm, rules) for event in window.events)
    mixing = {frozenset(event.before) for event in window.events if event.kind == "mixes"}
    return WindowPicture(
        window.start,
        window.end,
        window.n_gatherings,
        window.n_persons,
        len({one.reporter for one in now if one.reporter is not None}),
        round(sum(one.effort_minutes or 0 for one in now)),
        tuple(nodes),
        _ties(window.communities, now, mixing, rules.mixing.least_each),
        happenings,
        {one.id: one.members for one in window.communities},
    )


def _groups_in(
    members: Sequence[str], of_person: Mapping[str, Sequence[str]], seen: Mapping[str, int], part: float
) -> tuple[str, ...]:
    """Return the known groups of which most who were seen are here, or that make up most of it."""
    counts = Counter(name for person in members for name in of_person.get(person, ()))
    return tuple(
        sorted(
            name
            for name, n in counts.items()
            if n >= _LEAST_KNOWN and (n >= part * len(members) or n >= part * seen[name])
        )
    )


def _ties(
    communities: Sequence["Community"], now: Sequence[Occasion], mixing: Set[frozenset[str]], least: int
) -> tuple[Tie, ...]:
    where = {person: one.id for one in communities for person in one.members}
    order = {one.id: number for number, one in enumerate(communities)}
    gatherings: Counter[tuple[str, str]] = Counter()
    shared: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in now:
        counts = Counter(where[person] for person in one.present if person in where)
        there = sorted((name for name, n in counts.items() if n >= least), key=order.__getitem__)
        gatherings.update(combinations(there, 2))
        for person in one.present:
            home = where.get(person)
            for name in there:
                if home is not None and name != home:
                    shared[(home, name) if order[home] < order[name] else (name, home)].add(person)
    return tuple(
        Tie(a, b, gatherings[a, b], len(shared[a, b]), frozenset((a, b)) in mixing)
        for a, b in sorted(shared, key=lambda pair: (order[pair[0]], order[pair[1]]))
        if gatherings[a, b] or len(shared[a, b]) > 1
    )


def _happening(
    event: "Event",
    now: Sequence[Occasion],
    before: _Known,
    known: _Known,
    firm: Mapping[str, float],
    rules: "NetworkRules",
) -> Happening:
    sides: Iterable[frozenset[str]] = ()
    if event.kind in {"merges", "mixes"}:
        sides = [before.members[name] for name in event.before]
    elif event.kind in {"splits", "born"}:
        sides = [known.members[name] for name in event.after]
    return Happening(
        event.kind,
        event.at,
        tuple(before.sides[name] for name in event.before),
        tuple(known.sides[name] for name in event.after),
        round(event.overlap, 4),
        event.confirmed,
        min((firm[name] for name in event.after if name in firm), default=1.0),
        _behind(event, now, list(sides), rules.mixing.least_each),
    )


def _behind(
    event: "Event", now: Sequence[Occasion], sides: Sequence[frozenset[str]], least: int
) -> tuple[Behind, ...]:
    """Return the gatherings at which the sides were together (merges, mixes) or at which the new one was (others)."""
    found = []
    for one in now:
        counts = tuple(sum(person in side for person in one.present) for side in sides)
        several = sum(n >= least for n in counts)
        if event.kind in {"merges", "mixes"}:
            told = several > 1
        elif event.kind == "splits":
            fresh = [n for n, name in zip(counts, event.after, strict=True) if name not in event.before]
            told = several == 1 and max(fresh, default=0) >= least
        else:
            told = several == 1
        if told:
            found.append(Behind(one.id, counts))
    return tuple(found)
