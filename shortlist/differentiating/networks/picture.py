"""What is drawn of an area per window: groups as dots, meetings between them as lines, events in order of time.

Groups first: a dot is a known group, or a community of persons in which no known group is. Persons stand apart
(``communities``), so that they can be stored and read under their own rules.
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
    from shortlist.differentiating.network import Network, NetworkRules, Window

_SHOWN_PLACES = 3
_LEAST_KNOWN = 2
"""Fewer members of a known group do not give a community its name."""


@dataclass(frozen=True, slots=True)
class Node:
    """A known group that was seen in a window, or a community that holds none."""

    id: str
    """The group's id, or the community's number (``g3``)."""
    known: bool
    n_persons: int
    n_gatherings: int
    """How often at least two of it were together."""
    stability: float | None
    """Of the community in which most of it was; None: too few were together to say."""
    places: tuple[str, ...]
    """Where they were together, most often first, at most three."""


@dataclass(frozen=True, slots=True)
class Tie:
    """Two nodes of one window that were seen with each other; who belongs to both counts for neither."""

    a: str
    b: str
    gatherings: int
    """How often several of both were there."""
    shared: int
    """How many persons belong to both, or of one stood with several of the other."""
    mixes: bool
    """Over all windows more often together than chance and shared places explain."""


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
class Persons:
    """Who was seen in a community, with the known groups it holds."""

    id: str
    groups: tuple[str, ...]
    persons: tuple[str, ...]


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
    communities: tuple[Persons, ...] = ()


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
    mixing = {frozenset(one.groups) for one in found.mixing}
    pictures = []
    for number, window in enumerate(found.windows):
        now = [one for one in looked if window.start <= one.at < window.end]
        # A change is confirmed by the next window, so it rests on that one too.
        until = found.windows[min(number + 1, len(found.windows) - 1)].end
        later = [one for one in looked if window.end <= one.at < until]
        pictures.append(_drawn(window, now, later, of_person, known, mixing, rules))
    return tuple(pictures)


def _drawn(
    window: "Window",
    now: Sequence[Occasion],
    later: Sequence[Occasion],
    of_person: Mapping[str, Sequence[str]],
    known: _Known,
    mixing: Set[frozenset[str]],
    rules: "NetworkRules",
) -> WindowPicture:
    seen = Counter(
        name for person in {one for it in now for one in it.present} for name in of_person.get(person, ())
    )
    before = _Known(dict(known.members), dict(known.sides))
    communities = [
        Persons(one.id, _groups_in(one.members, of_person, seen, rules.events.part), one.members)
        for one in window.communities
    ]
    for told in communities:
        known.members[told.id] = frozenset(told.persons)
        known.sides[told.id] = Side(told.id, told.groups, len(told.persons))
    firm = {one.id: one.stability for one in window.communities}
    happenings = tuple(
        _happening(event, [*now, *later], before, known, firm, rules) for event in window.events
    )
    units = {person: list(groups) for person, groups in of_person.items()}
    for told in communities:
        if not told.groups:
            for person in told.persons:
                units.setdefault(person, []).append(told.id)
    return WindowPicture(
        window.start,
        window.end,
        window.n_gatherings,
        window.n_persons,
        len({one.reporter for one in now if one.reporter is not None}),
        round(sum(one.effort_minutes or 0 for one in now)),
        _nodes(now, units, communities, firm, rules.mixing.least_each),
        _ties(now, units, mixing, rules.mixing.least_each),
        happenings,
        tuple(communities),
    )


def _nodes(
    now: Sequence[Occasion],
    units: Mapping[str, Sequence[str]],
    communities: Sequence[Persons],
    firm: Mapping[str, float],
    least: int,
) -> tuple[Node, ...]:
    persons: defaultdict[str, set[str]] = defaultdict(set)
    times: Counter[str] = Counter()
    places: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in now:
        here: Counter[str] = Counter()
        for person in one.present:
            for name in units.get(person, ()):
                persons[name].add(person)
                here[name] += 1
        for name, n in here.items():
            if n >= least:
                times[name] += 1
                if one.place is not None:
                    places[name][one.place] += 1
    home = {person: told.id for told in communities for person in told.persons}
    fluid = {told.id for told in communities}
    nodes = []
    for name, members in persons.items():
        homes = Counter(home[person] for person in members if person in home)
        nodes.append(
            Node(
                name,
                name not in fluid,
                len(members),
                times[name],
                firm[max(sorted(homes), key=lambda one: homes[one])] if homes else None,
                tuple(sorted(places[name], key=lambda one: (-places[name][one], one))[:_SHOWN_PLACES]),
            )
        )
    return tuple(sorted(nodes, key=lambda node: node.id))


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
    now: Sequence[Occasion], units: Mapping[str, Sequence[str]], mixing: Set[frozenset[str]], least: int
) -> tuple[Tie, ...]:
    gatherings: Counter[tuple[str, str]] = Counter()
    shared: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in now:
        here: defaultdict[str, set[str]] = defaultdict(set)
        for person in one.present:
            for name in units.get(person, ()):
                here[name].add(person)
        for pair in combinations(sorted(here), 2):
            first, second = here[pair[0]], here[pair[1]]
            both = first & second
            shared[pair] |= both
            if len(second - both) >= least:
                shared[pair] |= first
            if len(first - both) >= least:
                shared[pair] |= second
            gatherings[pair] += min(len(first - both), len(second - both)) >= least
    return tuple(
        Tie(a, b, gatherings[a, b], len(persons), frozenset((a, b)) in mixing)
        for (a, b), persons in sorted(shared.items())
        if gatherings[a, b] or len(persons) > 1
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
