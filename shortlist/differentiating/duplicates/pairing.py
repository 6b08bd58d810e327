"""Which persons and which groups may be one, and what speaks for and against it.

Candidates are found by blocks: only who shares a sounding key *and* a group or a place is compared, so that 30,000
members need no 450 million comparisons. Nothing is scored: reasons are sentences, and a person decides.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import TypeVar
from uuid import UUID

from shortlist.differentiating.duplicates.sounding import NameRules, likeness, sound
from shortlist.showing.words import datumtijd, lijst, meervoud

Pair = tuple[UUID, UUID]
"""Two ids, the smaller first."""
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class DuplicateRules:
    """The rules of ``rules/duplicates.yaml``."""

    names: NameRules
    group_names: NameRules
    """The same for names of groups, where a word such as ``groep`` says nothing."""
    same_company: int
    """From this number of the same others on, company speaks for one person."""
    weeks: int
    """How far back sightings are looked at."""
    apart_minutes: int
    """Less time than this between two places means being at both at once."""
    same_members: int
    share_members: float
    """So many members in common, and at least this share of the smaller group, speaks for one group."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation with own eyes of somebody, or of a group."""

    gathering_id: UUID
    starts: datetime
    ends: datetime
    place_id: UUID | None
    place: str
    group_id: UUID | None
    visible: bool = True
    """Whether the viewer may read where and with which group this was."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of one person: pseudonyms, sightings, company, groups."""

    pseudonyms: tuple[str, ...]
    sightings: tuple[Seen, ...]
    company: frozenset[UUID]
    """With whom this person was seen."""
    groups: Mapping[UUID, str]
    """Groups that the viewer may see, by name: seen with or member of."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What speaks for and against two being one, as Dutch sentences."""

    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    together: datetime | None = None
    """When both were noted in one observation: then they are two."""


def in_order(one: UUID, other: UUID) -> Pair:
    """Return a pair as it is stored: the smaller id first."""
    return (one, other) if one < other else (other, one)


def _pairs(blocks: Mapping[_Key, Iterable[UUID]]) -> set[Pair]:
    return {in_order(one, other) for block in blocks.values() for one, other in combinations(set(block), 2)}


def alike_names(ones: Iterable[str], others: Iterable[str], rules: NameRules) -> str | None:
    """Say in Dutch how some name of the one is like some name of the other, or None."""
    theirs = tuple(others)
    for one in ones:
        for other in theirs:
            how = likeness(sound(one, rules), sound(other, rules), rules)
            if how is not None:
                return f"De namen '{one}' en '{other}' {how}."
    return None


def person_pairs(
    names: Mapping[UUID, tuple[str, ...]], near: Mapping[UUID, Iterable[UUID]], rules: NameRules
) -> list[Pair]:
    """Return the pairs of persons with a like name who share a group or a place (``near``: ids of either)."""
    heard = {person: tuple(sound(one, rules) for one in pseudonyms) for person, pseudonyms in names.items()}
    blocks: dict[tuple[str, UUID], set[UUID]] = defaultdict(set)
    for person, sounds in heard.items():
        keys = {key for one in sounds for key in one.skeletons}
        for spot in near.get(person, ()):
            for key in keys:
                blocks[key, spot].add(person)
    return [
        (one, other)
        for one, other in sorted(_pairs(blocks))
        if any(likeness(first, second, rules) for first in heard[one] for second in heard[other])
    ]


def weigh_persons(one: Profile, other: Profile, rules: DuplicateRules) -> Weighed:
    """Say what speaks for and against two records being one person."""
    speaks_for: list[str] = []
    against: list[str] = []
    how = alike_names(one.pseudonyms, other.pseudonyms, rules.names)
    (speaks_for if how else against).append(how or "De schuilnamen lijken niet op elkaar.")
    shared = [name for group, name in sorted(one.groups.items(), key=lambda g: g[1]) if group in other.groups]
    if shared:
        speaks_for.append(f"Allebei bij {lijst(shared)}.")
    elif one.groups and other.groups:
        against.append("Bij verschillende groepen.")
    places = sorted(_places(one) & _places(other))
    if places:
        speaks_for.append(f"Allebei gezien op {lijst(places)}.")
    company = len(one.company & other.company)
    if company >= rules.same_company:
        speaks_for.append(f"Gezien met {meervoud(company, 'dezelfde ander', 'dezelfde anderen')}.")
    elif one.company and other.company:
        against.append("Gezien met andere mensen.")
    together = sorted(
        seen.starts
        for seen in one.sightings
        if seen.gathering_id in {there.gathering_id for there in other.sightings}
    )
    if together:
        against.insert(
            0, f"Samen in één waarneming op {datumtijd(together[-1])}: daar zijn het twee personen."
        )
    elif one.sightings and other.sightings:
        speaks_for.append("Nooit samen in één waarneming.")
    against[:0] = _at_once(one.sightings, other.sightings, rules)
    return Weighed(tuple(speaks_for), tuple(against), together[-1] if together else None)


def _places(profile: Profile) -> set[str]:
    return {seen.place for seen in profile.sightings if seen.place and seen.visible}


def _at_once(ones: Iterable[Seen], others: Iterable[Seen], rules: DuplicateRules) -> list[str]:
    """Name the newest moment at which both were seen in two places."""
    margin = timedelta(minutes=rules.apart_minutes)
    theirs = tuple(others)
    clashes = [
        (one, other)
        for one in ones
        for other in theirs
        if one.place_id is not None
        and other.place_id is not None
        and one.place_id != other.place_id
        and one.starts < other.ends + margin
        and other.starts < one.ends + margin
    ]
    if not clashes:
        return []
    one, other = max(clashes, key=lambda pair: pair[0].starts)
    where = [seen.place if seen.visible else "een plek in een ander stadsdeel" for seen in (one, other)]
    return [f"Op {datumtijd(one.starts)} tegelijk gezien op twee plekken: {lijst(where)}."]


# --- groups ---


@dataclass(frozen=True, slots=True)
class GroupProfile:
    """What is known of one group that is not closed."""

    name: str
    places: Mapping[UUID, str]
    """Usual places, by name."""
    members: frozenset[UUID]
    """Who was seen with it or belongs to it."""
    sightings: tuple[Seen, ...]


def group_pairs(groups: Mapping[UUID, GroupProfile], rules: DuplicateRules) -> list[Pair]:
    """Return the pairs of groups with a like name and a place in common, or with much the same people."""
    by_place: dict[UUID, set[UUID]] = defaultdict(set)
    for group, profile in groups.items():
        for place in profile.places:
            by_place[place].add(group)
    found = {
        (one, other)
        for one, other in _pairs(by_place)
        if alike_names((groups[one].name,), (groups[other].name,), rules.group_names)
    }
    with_whom: dict[UUID, set[UUID]] = defaultdict(set)
    for group, profile in groups.items():
        for member in profile.members:
            with_whom[member].add(group)
    shared = Counter(
        in_order(one, other) for member in with_whom.values() for one, other in combinations(member, 2)
    )
    found |= {pair for pair, count in shared.items() if _same_people(count, groups, pair, rules)}
    return sorted(found)


def _same_people(count: int, groups: Mapping[UUID, GroupProfile], pair: Pair, rules: DuplicateRules) -> bool:
    smaller = min(len(groups[group].members) for group in pair)
    return count >= rules.same_members and count >= rules.share_members * smaller


def weigh_groups(one: GroupProfile, other: GroupProfile, rules: DuplicateRules) -> Weighed:
    """Say what speaks for and against two records being one group."""
    speaks_for: list[str] = []
    against: list[str] = []
    how = alike_names((one.name,), (other.name,), rules.group_names)
    if how:
        speaks_for.append(how)
    places = sorted(name for place, name in one.places.items() if place in other.places)
    if places:
        speaks_for.append(f"Allebei te vinden op {lijst(places)}.")
    elif one.places and other.places:
        against.append("Op verschillende vaste plekken.")
    shared, smaller = len(one.members & other.members), min(len(one.members), len(other.members))
    if shared:
        said = f"{meervoud(shared, 'jongere is', 'jongeren zijn')} bij allebei gezien, van {smaller} bij de kleinste."
        (speaks_for if shared >= rules.share_members * smaller else against).append(said)
    elif smaller:
        against.append("Niemand is bij allebei gezien.")
    against[:0] = _at_once(one.sightings, other.sightings, rules)
    return Weighed(tuple(speaks_for), tuple(against))
