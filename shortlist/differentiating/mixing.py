"""Whether two known groups mix, and who moves in two groups: more than chance and shared places explain.

Two groups mix when gatherings with several of both are more than a Poisson number whose mean is pooled over all other
pairs: those that share places as much as this pair does tell how often that happens without meaning anything.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations

from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from shortlist.differentiating.occasions import Occasion

_PRIOR_RATE, _PRIOR_WEIGHT = 0.03, 20.0
"""Without other pairs to learn from: this share of the opportunities is chance, as if seen at so many of them."""


@dataclass(frozen=True, slots=True)
class MixingRules:
    """The part ``mixing`` of ``rules/networks.yaml``."""

    p: float
    least_gatherings: int
    least_each: int
    background: float


@dataclass(frozen=True, slots=True)
class TwoGroupRules:
    """The part ``two_groups`` of ``rules/networks.yaml``."""

    share: float
    sure: float
    least_sightings: int


@dataclass(frozen=True, slots=True)
class Mixing:
    """Two groups that were together more often than chance explains."""

    groups: tuple[str, str]
    gatherings: tuple[str, ...]
    """The gatherings behind it."""
    expected: float
    """How many would be chance, given how often other pairs that share places are together."""
    p: float
    places: tuple[str, ...]
    share: float
    """Which part this is of all gatherings of the group that was seen less."""


@dataclass(frozen=True, slots=True)
class TwoGroups:
    """A person who belongs to one group and moves in a second one."""

    person: str
    home: str
    second: str
    n_home: int
    n_second: int
    share: float
    """Posterior mean of the second group's share."""
    probability: float
    """Posterior chance that this share is at least the one of the rules."""


def groups_that_mix(
    occasions: Sequence[Occasion], groups: Mapping[str, Set[str]], rules: MixingRules
) -> tuple[Mixing, ...]:
    """Return the pairs of groups that mix, in the order of ``groups``; a person of both counts for neither."""
    order = {name: number for number, name in enumerate(groups)}
    if len(groups) < 2:
        return ()
    of_person: defaultdict[str, list[str]] = defaultdict(list)
    for name, members in groups.items():
        for member in members:
            of_person[member].append(name)
    at_place: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
    total_at: Counter[str | None] = Counter()
    together: defaultdict[tuple[str, str], list[Occasion]] = defaultdict(list)
    for one in occasions:
        counts = Counter(
            of_person[person][0] for person in one.present if len(of_person.get(person, ())) == 1
        )
        there = sorted((name for name, n in counts.items() if n >= rules.least_each), key=order.__getitem__)
        total_at[one.place] += bool(there)
        at_place[one.place].update(there)
        for pair in combinations(there, 2):
            together[pair].append(one)
    seen: Counter[str] = Counter()
    for here in at_place.values():  # adding up Counters would copy the total once per place
        seen.update(here)
    meeting = set(together)
    places_of: defaultdict[str, set[str]] = defaultdict(set)
    for place, here in at_place.items():
        if place is not None:
            meeting |= set(combinations(sorted(here, key=order.__getitem__), 2))
            for name in here:
                places_of[name].add(place)
    everywhere = max(1, sum(total_at.values()))
    pairs = []
    for pair in sorted(meeting, key=lambda names: (order[names[0]], order[names[1]])):
        joint = Counter(one.place for one in together.get(pair, ()))
        shared = sum(
            (at_place[place][pair[0]] - joint[place])
            * (at_place[place][pair[1]] - joint[place])
            / total_at[place]
            for place in sorted(places_of[pair[0]] & places_of[pair[1]])
        )
        apart = (seen[pair[0]] - joint.total()) * (seen[pair[1]] - joint.total())
        pairs.append(_Pair(pair, joint.total(), shared, apart / everywhere))
    # Pairs that were never together and share no place are too many to list; their opportunities add up to this.
    every_pair = (seen.total() ** 2 - sum(n * n for n in seen.values())) / 2 / everywhere
    unlisted = max(0.0, every_pair - sum(seen[a] * seen[b] for a, b in meeting) / everywhere)
    found = []
    for tested, expected, p in _tested(pairs, unlisted, rules):
        if tested.n < rules.least_gatherings or p >= rules.p:
            continue
        gatherings = together[tested.names]
        places = dict.fromkeys(one.place for one in gatherings if one.place is not None)
        fewest = min(seen[name] for name in tested.names)
        found.append(
            Mixing(
                tested.names,
                tuple(one.id for one in gatherings),
                expected,
                p,
                tuple(places),
                tested.n / fewest,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Pair:
    names: tuple[str, str]
    n: int
    shared: float
    """Gatherings together if both came to their shared places independently, judged by those of either alone."""
    anywhere: float
    """The same if all places were one."""

    @property
    def opportunity(self) -> float:
        return self.shared if self.shared else self.anywhere


def _tested(pairs: Sequence[_Pair], unlisted: float, rules: MixingRules) -> list[tuple[_Pair, float, float]]:
    """Return expected number and p per pair; pairs that mix are left out of the pool that tells what chance is."""
    mixing = {one.names for one in pairs if one.n >= rules.least_gatherings}
    tested: list[tuple[_Pair, float, float]] = []
    for _ in range(4):
        pool: dict[bool, tuple[float, float]] = {}
        for sharing in (True, False):
            kind = [one for one in pairs if bool(one.shared) is sharing and one.names not in mixing]
            pool[sharing] = (
                sum(one.n for one in kind),
                sum(one.opportunity for one in kind) + (0.0 if sharing else unlisted),
            )
        tested = []
        for one in pairs:
            n, opportunity = pool[bool(one.shared)]
            if one.names not in mixing:
                n, opportunity = n - one.n, opportunity - one.opportunity
            rate = (n + _PRIOR_RATE * _PRIOR_WEIGHT) / (opportunity + _PRIOR_WEIGHT)
            expected = rate * one.opportunity + rules.background
            tested.append((one, expected, float(stats.poisson.sf(one.n - 1, expected)) if one.n else 1.0))
        now = {one.names for one, _, p in tested if p < rules.p and one.n >= rules.least_gatherings}
        if now == mixing:
            break
        mixing = now
    return tested


def members_of_two_groups(
    occasions: Sequence[Occasion], groups: Mapping[str, Set[str]], rules: TwoGroupRules, *, company: int = 2
) -> tuple[TwoGroups, ...]:
    """Return who moves in a second group, in order of first appearance; a beta-binomial posterior decides.

    A sighting counts for a group when ``company`` others of it were there. The prior is what is usual over all members.
    """
    if len(groups) < 2:
        return ()
    of_person: defaultdict[str, list[str]] = defaultdict(list)
    for name, members in groups.items():
        for member in members:
            of_person[member].append(name)
    counts: dict[str, Counter[str]] = {}
    for one in occasions:
        here = Counter(name for person in one.present for name in of_person.get(person, ()))
        for person in one.present:
            mine = of_person.get(person, ())
            company_of = [name for name, n in here.items() if n - (name in mine) >= company]
            counts.setdefault(person, Counter()).update(company_of)
    asked = []
    for person, count in counts.items():
        if person not in of_person or sum(count.values()) < rules.least_sightings:
            continue
        home = max(of_person[person], key=lambda name: count[name])
        others = [name for name in groups if name != home]
        second = max(others, key=lambda name: count[name], default=None)
        if second is not None:
            asked.append((person, home, second, count[home], count[second]))
    elsewhere, at_home = sum(one[4] for one in asked), sum(one[3] for one in asked)
    usual = (elsewhere + 0.5) / (elsewhere + at_home + 1)
    found = []
    for person, home, second, n_home, n_second in asked:
        a, b = 2 * usual + n_second, 2 * (1 - usual) + n_home
        probability = float(stats.beta.sf(rules.share, a, b))
        if n_second and probability >= rules.sure:
            found.append(TwoGroups(person, home, second, n_home, n_second, a / (a + b), probability))
    return tuple(found)
