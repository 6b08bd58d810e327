"""Cities whose groups and their events are known: made up, seeded. Persons are seen a few times in every window."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from shortlist.differentiating.occasions import Occasion

FoundEvent = tuple[str, int, frozenset[str], frozenset[str]]
START = datetime(2026, 1, 5, tzinfo=UTC)
WINDOW = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class PlantedEvent:
    """What truly happened between the window before and window ``window``."""

    kind: str
    window: int
    before: tuple[frozenset[str], ...]
    after: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class PlantedCity:
    """Gatherings, the true groups per window, and the true events."""

    occasions: tuple[Occasion, ...]
    groups: tuple[tuple[frozenset[str], ...], ...]
    events: tuple[PlantedEvent, ...]


def planted_city(
    generator: np.random.Generator,
    *,
    groups: int = 30,
    windows: int = 10,
    sightings: float = 3.0,
    noise: float = 0.10,
    events: bool = True,
    company: tuple[int, int] = (3, 7),
) -> PlantedCity:
    """Return a city in which every person is seen ``sightings`` times per window on average.

    ``noise`` is both the share of gatherings that are chance meetings of a few people from anywhere, and the chance
    that a stranger stands with a group. Groups share places with neighbours.
    """
    born = 0

    def newborn(size: int) -> list[str]:
        nonlocal born
        born += size
        return [f"p{number:05}" for number in range(born - size, born)]

    living: dict[int, tuple[list[str], int]] = {}
    for number in range(groups):
        living[number] = (
            newborn(int(generator.integers(8, 17))),
            int(generator.integers(max(2, groups // 2))),
        )
    per_window: list[tuple[frozenset[str], ...]] = []
    told: list[PlantedEvent] = []
    occasions: list[Occasion] = []
    resting: dict[int, int] = {}
    for window in range(windows):
        if events and window > 0:
            told += _happen(living, window, generator, newborn, resting)
        per_window.append(tuple(frozenset(members) for members, _ in living.values()))
        occasions += _meet(living, window, sightings, noise, company, generator)
    return PlantedCity(tuple(occasions), tuple(per_window), tuple(told))


def _happen(
    living: dict[int, tuple[list[str], int]],
    window: int,
    generator: np.random.Generator,
    newborn: Callable[[int], list[str]],
    resting: dict[int, int],
) -> list[PlantedEvent]:
    """Let about one in eight groups change; a group that changed rests two windows, so that a change can be seen."""
    told = []
    free = [number for number in living if resting.get(number, 0) < window]
    chosen = [int(number) for number in generator.permutation(free)[: max(1, len(living) // 8)]]
    kinds = ["born", "grows", "shrinks", "merges", "splits", "dies"]
    while chosen:
        kind = str(generator.choice(kinds))
        number = chosen.pop()
        members, place = living[number]
        before = frozenset(members)
        fresh = max(living) + 1
        if kind == "born":
            living[fresh] = (newborn(int(generator.integers(8, 17))), place)
            told.append(PlantedEvent(kind, window, (), (frozenset(living[fresh][0]),)))
            resting[fresh] = window + 2
            continue
        if kind == "dies":
            del living[number]
            told.append(PlantedEvent(kind, window, (before,), ()))
            continue
        if kind == "grows":
            living[number] = (members + newborn(round(len(members) * 0.6)), place)
            told.append(PlantedEvent(kind, window, (before,), (frozenset(living[number][0]),)))
        elif kind == "shrinks" and len(members) >= 10:
            stay = [str(one) for one in generator.permutation(members)[: round(len(members) * 0.5)]]
            living[number] = (stay, place)
            told.append(PlantedEvent(kind, window, (before,), (frozenset(stay),)))
        elif kind == "splits" and len(members) >= 12:
            mixed = [str(one) for one in generator.permutation(members)]
            half = len(mixed) // 2
            living[number], living[fresh] = (mixed[:half], place), (mixed[half:], place)
            told.append(
                PlantedEvent(kind, window, (before,), (frozenset(mixed[:half]), frozenset(mixed[half:])))
            )
            resting[fresh] = window + 2
        elif kind == "merges" and chosen and len(members) + len(living[chosen[-1]][0]) <= 28:
            other = chosen.pop()
            joined = members + living[other][0]
            told.append(
                PlantedEvent(kind, window, (before, frozenset(living[other][0])), (frozenset(joined),))
            )
            living[number] = (joined, place)
            del living[other]
        resting[number] = window + 2
    return told


def _meet(
    living: dict[int, tuple[list[str], int]],
    window: int,
    sightings: float,
    noise: float,
    company: tuple[int, int],
    generator: np.random.Generator,
) -> list[Occasion]:
    everybody = [member for members, _ in living.values() for member in members]
    gatherings: list[tuple[list[str], str]] = []
    for members, place in living.values():
        wanted = sightings * len(members) * (1 - noise)
        met = 0
        while met < wanted:
            size = min(len(members), int(generator.integers(company[0], company[1] + 1)))
            present = [str(one) for one in generator.choice(members, size, replace=False)]
            met += size
            if generator.random() < noise:
                present.append(str(generator.choice(everybody)))
            gatherings.append((list(dict.fromkeys(present)), f"plek {place}"))
    for _ in range(round(len(gatherings) * noise)):
        present = [
            str(one) for one in generator.choice(everybody, int(generator.integers(2, 5)), replace=False)
        ]
        gatherings.append((present, f"plek {generator.integers(50)}"))
    return [
        Occasion(
            id=f"v{window}-{number}",
            at=START + window * WINDOW + timedelta(minutes=int(generator.integers(28 * 1440))),
            present=tuple(present),
            place=place,
        )
        for number, (present, place) in enumerate(gatherings)
    ]


@dataclass(frozen=True, slots=True)
class MixingCity:
    """Known groups in one window, some of which truly mix."""

    occasions: tuple[Occasion, ...]
    groups: dict[str, frozenset[str]]
    mixing: frozenset[frozenset[str]]


def mixing_city(
    generator: np.random.Generator,
    *,
    groups: int = 24,
    pairs: int = 5,
    sightings: float = 2.0,
    noise: float = 0.1,
) -> MixingCity:
    """Return groups that share places two by two; ``pairs`` of them, at shared places or not, have gatherings together.

    Decoys: strangers who join a group, and one gathering of a few people from both groups of a place.
    """
    members = {
        f"groep {number}": [f"g{number}p{one}" for one in range(int(generator.integers(8, 17)))]
        for number in range(groups)
    }
    names = list(members)
    place = {name: f"plek {number // 2}" for number, name in enumerate(names)}
    everybody = [person for group in members.values() for person in group]
    gatherings: list[tuple[list[str], str]] = []
    for name, group in members.items():
        met = 0
        while met < sightings * len(group):
            size = min(len(group), int(generator.integers(3, 8)))
            present = [str(one) for one in generator.choice(group, size, replace=False)]
            met += size
            present += [str(generator.choice(everybody)) for _ in range(int(generator.binomial(2, noise)))]
            gatherings.append((list(dict.fromkeys(present)), place[name]))
    neighbours = [frozenset(names[number : number + 2]) for number in range(0, groups, 2)]
    apart = [frozenset(str(one) for one in generator.choice(names, 2, replace=False)) for _ in range(pairs)]
    near = [neighbours[int(number)] for number in generator.permutation(len(neighbours))]
    true = frozenset(
        [*near[: pairs // 2], *[pair for pair in apart if pair not in neighbours][: pairs - pairs // 2]]
    )
    for pair in sorted(true, key=sorted):
        gatherings += [_both(pair, members, place, generator) for _ in range(int(generator.integers(4, 8)))]
    for pair in near[pairs // 2 : pairs // 2 + 4]:
        gatherings.append(_both(pair, members, place, generator))
    occasions = tuple(
        Occasion(
            f"m{number}", START + timedelta(minutes=int(generator.integers(28 * 1440))), tuple(present), where
        )
        for number, (present, where) in enumerate(gatherings)
    )
    return MixingCity(occasions, {name: frozenset(group) for name, group in members.items()}, true)


def _both(
    pair: frozenset[str], members: dict[str, list[str]], place: dict[str, str], generator: np.random.Generator
) -> tuple[list[str], str]:
    names = sorted(pair)
    present = [
        str(one)
        for name in names
        for one in generator.choice(members[name], int(generator.integers(2, 5)), replace=False)
    ]
    return present, place[names[int(generator.integers(2))]]


def agreement(true: Sequence[frozenset[str]], found: Sequence[frozenset[str]]) -> float:
    """Return the normalised mutual information over the persons of the true groups that were placed anywhere.

    A person found in no community counts as alone.
    """
    from sklearn.metrics import normalized_mutual_info_score  # type: ignore[import-untyped]  # scikit-learn has no types

    truth = {person: number for number, group in enumerate(true) for person in group}
    where = {person: number for number, group in enumerate(found) for person in group}
    persons = sorted(truth)
    labels = [where.get(person, len(found) + number) for number, person in enumerate(persons)]
    return float(normalized_mutual_info_score([truth[person] for person in persons], labels))


def event_score(
    city: PlantedCity, found: Sequence[FoundEvent], *, kinds: Sequence[str]
) -> tuple[float, float, float]:
    """Return precision, recall and F1 of events; ``found`` holds (kind, window, persons before, persons after).

    An event is right when a true one of its kind lies at most one window away and each side overlaps with a Jaccard of
    at least 0.5. Every true event counts once.
    """
    wanted = [event for event in city.events if event.kind in kinds]
    left = list(wanted)
    hits = 0
    for kind, window, before, after in found:
        for event in left:
            if event.kind != kind or abs(event.window - window) > 1:
                continue
            sides = ((_union(event.before), before), (_union(event.after), after))
            if all(len(a & b) >= 0.5 * len(a | b) for a, b in sides):
                left.remove(event)
                hits += 1
                break
    precision, recall = hits / max(1, len(found)), hits / max(1, len(wanted))
    return precision, recall, 2 * hits / max(1, len(found) + len(wanted))


def _union(groups: Sequence[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*groups)
