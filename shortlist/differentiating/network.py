"""The groups of an area through time, from raw gatherings: communities per window, what happens to them, who mixes.

Groups first: persons are pseudonyms, stand in the order in which they came in, and get no score.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]  # scipy ships no types

from shortlist.differentiating.communities import communities, split_where_structured
from shortlist.differentiating.dynamics import Event, EventRules, Follower
from shortlist.differentiating.mixing import (
    Mixing,
    MixingRules,
    TwoGroupRules,
    TwoGroups,
    groups_that_mix,
    members_of_two_groups,
)
from shortlist.differentiating.occasions import Observed, Occasion
from shortlist.differentiating.signals.candidates import SignalRules
from shortlist.differentiating.ties import Sightings, fade, presence, project, shrunk_ties
from shortlist.showing.words import AMSTERDAM

MOST_WINDOWS = 1000


class TooManyWindowsError(ValueError):
    """The gatherings span more windows than anybody can look at; most often one date is wrong."""


_REST = 0.1
_FULL = 0.9


@dataclass(frozen=True, slots=True)
class TieRules:
    """The part ``ties`` of ``rules/networks.yaml``."""

    shrink: float
    most_present: int
    strength: float
    decay: float
    split_seen: float
    split_draws: int
    split_sure: float
    stability_draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class NetworkRules:
    """The contents of ``rules/networks.yaml``."""

    name: str
    valid_from: str
    ties: TieRules
    events: EventRules
    mixing: MixingRules
    two_groups: TwoGroupRules
    signals: SignalRules


@dataclass(frozen=True, slots=True)
class Community:
    """A group in one window."""

    id: str
    members: tuple[str, ...]
    """Who was seen in this window, in input order."""
    places: tuple[str, ...]
    """Where at least two of them were seen together, most often first."""
    n_gatherings: int
    stability: float
    """Which share of its pairs stays together when the gatherings are weighed anew, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch of time with its groups."""

    start: datetime
    end: datetime
    n_gatherings: int
    n_persons: int
    communities: tuple[Community, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """An area through time; ``mixing`` and ``two_groups`` are about the known groups, when those were given."""

    windows: tuple[Window, ...]
    mixing: tuple[Mixing, ...]
    two_groups: tuple[TwoGroups, ...]


def follow_area(
    observed: Observed, rules: NetworkRules, *, window_days: int, start: date | None = None
) -> Network:
    """Find the groups of an area per window and what happens to them; the same input gives the same answer.

    Windows begin at midnight, Dutch time, of the first day, or of ``start`` (on or before it); a rest of less than a
    tenth belongs to the last one. Who is missing from a last window that was not observed to its end has not gone: that
    is told of full windows only.
    Raises :class:`TooManyWindowsError` when there would be more than ``MOST_WINDOWS``.
    """
    looked = sorted((one for one in observed.occasions if one.looked), key=lambda one: one.at)
    if not looked:
        return Network((), (), ())
    spans = _spans(looked, window_days, start)
    persons = observed.persons
    number = {person: position for position, person in enumerate(persons)}
    follower = Follower(rules.events)
    full = _observed_part(*spans[-1], looked[-1].at) >= _FULL
    faded: Sightings | None = None
    drafts: list[tuple[datetime, datetime, int, int, list[Community]]] = []
    position = 0
    for window, (start, end) in enumerate(spans):
        first = position
        while position < len(looked) and (looked[position].at < end or window == len(spans) - 1):
            position += 1
        now = looked[first:position]
        rows = [np.array([number[person] for person in one.present], dtype=np.int64) for one in now]
        present = presence(rows, max(1, len(persons)))  # scipy knows no matrix without columns
        counted = project(present)
        faded = counted if faded is None else fade(counted, faded, rules.ties.decay)
        labels = _labels(present, faded, rules)
        groups = _seen_members(labels, counted.seen > 0, rules.events.least_members)
        members = [tuple(persons[one] for one in group) for group in groups]
        known = follower.known()
        names = follower.follow(window, start, [frozenset(group) for group in members])
        home = {person: name for name, group in zip(names, members, strict=True) for person in group}
        for mixed in groups_that_mix(now, known, rules.mixing):
            if not _same_group_now(mixed, known, home):
                follower.mixed(
                    Event(
                        "mixes",
                        window,
                        start,
                        mixed.groups,
                        mixed.groups,
                        mixed.share,
                        True,
                        mixed.gatherings,
                    )
                )
        firmness = _firmness(present, faded, counted, labels, groups, rules, window)
        told = _places(now, members)
        drafts.append(
            (
                start,
                end,
                len(now),
                int((counted.seen > 0).sum()),
                [
                    Community(name, group, told[place][0], told[place][1], firm)
                    for place, (name, group, firm) in enumerate(zip(names, members, firmness, strict=True))
                ],
            )
        )
    events = follower.finish(full=full)
    windows = tuple(
        Window(start, end, n, seen, tuple(found), tuple(one for one in events if one.window == window))
        for window, (start, end, n, seen, found) in enumerate(drafts)
    )
    known_groups = {name: frozenset(group) for name, group in observed.groups.items()}
    return Network(
        windows,
        groups_that_mix(looked, known_groups, rules.mixing),
        members_of_two_groups(looked, known_groups, rules.two_groups),
    )


def _spans(looked: Sequence[Occasion], days: int, start: date | None) -> list[tuple[datetime, datetime]]:
    first, last = start or looked[0].day, looked[-1].at.astimezone(AMSTERDAM)
    count = (last.date() - first).days // days + 1
    if count > MOST_WINDOWS:
        raise TooManyWindowsError(f"{count} windows")
    edges = [
        datetime.combine(first + timedelta(days=days * step), time(), AMSTERDAM) for step in range(count + 1)
    ]
    if count > 1 and _observed_part(edges[-2], edges[-1], last) < _REST:
        del edges[-2]
    return list(pairwise(edges))


def _observed_part(start: datetime, end: datetime, last: datetime) -> float:
    return (last - start) / (end - start)


def _labels(present: sparse.csr_array, faded: Sightings, rules: NetworkRules) -> npt.NDArray[np.int64]:
    ties = rules.ties
    found = communities(shrunk_ties(faded, ties.shrink), strength=ties.strength, seed=ties.seed)
    return split_where_structured(
        present,
        found,
        shrink=ties.shrink,
        least_seen=ties.split_seen,
        least_members=rules.events.least_members,
        draws=ties.split_draws,
        sure=ties.split_sure,
        seed=ties.seed,
    )


def _seen_members(
    labels: npt.NDArray[np.int64], seen: npt.NDArray[np.bool_], least: int
) -> list[npt.NDArray[np.int64]]:
    """Return the persons seen per community, those of at least ``least``, by their first person."""
    persons = np.flatnonzero(seen)
    order = persons[np.argsort(labels[persons], kind="stable")]
    edges = np.flatnonzero(np.diff(labels[order])) + 1
    groups = [group for group in np.split(order, edges) if len(group) >= least]
    return sorted(groups, key=lambda group: int(group[0]))


def _firmness(
    present: sparse.csr_array,
    faded: Sightings,
    counted: Sightings,
    labels: npt.NDArray[np.int64],
    groups: Sequence[npt.NDArray[np.int64]],
    rules: NetworkRules,
    window: int,
) -> list[float]:
    """Return per group which share of its pairs stays together when this window's gatherings are weighed anew."""
    if not groups:
        return []
    generator = np.random.default_rng([rules.ties.seed, window])
    sizes = np.array([len(group) for group in groups])
    everybody, owner = np.concatenate(groups), np.repeat(np.arange(len(groups)), sizes)
    old = Sightings((faded.together - counted.together).tocsr(), faded.seen - counted.seen)
    kept = np.zeros(len(groups))
    for draw in range(rules.ties.stability_draws):
        weights = generator.standard_exponential(present.shape[0])
        weighed = sparse.csr_array(present.multiply(np.sqrt(weights)[:, None]))
        again = fade(project(weighed), old, 1.0)
        labels = communities(
            shrunk_ties(again, rules.ties.shrink), strength=rules.ties.strength, seed=rules.ties.seed + draw
        )
        found, parts = np.unique(owner * len(labels) + labels[everybody], return_counts=True)
        kept += np.bincount(found // len(labels), parts * (parts - 1)) / (sizes * (sizes - 1))
    return [round(float(share), 4) for share in kept / rules.ties.stability_draws]


def _places(now: Sequence[Occasion], groups: Sequence[tuple[str, ...]]) -> list[tuple[tuple[str, ...], int]]:
    """Return per group where at least two of it were together, most often first, and at how many gatherings."""
    where = {person: place for place, group in enumerate(groups) for person in group}
    places: list[Counter[str]] = [Counter() for _ in groups]
    times = [0] * len(groups)
    for one in now:
        for place, n in Counter(where[person] for person in one.present if person in where).items():
            if n >= 2:
                times[place] += 1
                if one.place is not None:
                    places[place][one.place] += 1
    return [
        (tuple(name for name, _ in sorted(count.items(), key=lambda item: (-item[1], item[0]))), n)
        for count, n in zip(places, times, strict=True)
    ]


def _same_group_now(mixed: Mixing, known: Mapping[str, Any], where: Mapping[str, str]) -> bool:
    """Say whether two groups have become one community (person → community), so that this is a merger, no mixing."""
    homes = []
    for name in mixed.groups:
        counts = Counter(where[person] for person in known[name] if person in where)
        homes.append(max(sorted(counts), key=lambda one: counts[one]) if counts else None)
    return homes[0] is not None and homes[0] == homes[1]


# --- as the contract has it ---


def as_json(found: Network, rules: NetworkRules) -> dict[str, Any]:
    """Return the answer of ``shortlist networks`` (contracts.md)."""
    return {
        "windows": [
            {
                "start": window.start.isoformat(),
                "end": window.end.isoformat(),
                "n_gatherings": window.n_gatherings,
                "n_persons": window.n_persons,
                "communities": [
                    {
                        "id": one.id,
                        "members": list(one.members),
                        "places": list(one.places),
                        "stability": one.stability,
                        "n_gatherings": one.n_gatherings,
                    }
                    for one in window.communities
                ],
                "events": [
                    {
                        "kind": event.kind,
                        "at": event.at.isoformat(),
                        "from": list(event.before),
                        "to": list(event.after),
                        "overlap": round(event.overlap, 4),
                        "confirmed": event.confirmed,
                        **({"gatherings": list(event.gatherings)} if event.gatherings else {}),
                    }
                    for event in window.events
                ],
            }
            for window in found.windows
        ],
        "mixing": [
            {
                "groups": list(one.groups),
                "gatherings": list(one.gatherings),
                "expected": round(one.expected, 3),
                "p": one.p,
                "places": list(one.places),
                "share": round(one.share, 4),
            }
            for one in found.mixing
        ],
        "members_of_two_groups": [
            {
                "member": one.person,
                "home": one.home,
                "second": one.second,
                "n_home": one.n_home,
                "n_second": one.n_second,
                "share": round(one.share, 4),
                "probability": round(one.probability, 4),
            }
            for one in found.two_groups
        ],
        "rules": {"name": rules.name, "valid_from": rules.valid_from},
    }
