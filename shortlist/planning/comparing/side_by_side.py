"""Two plans side by side: how many visits each gives per stadsdeel and per group. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shortlist.planning.reviewing.picture import Served, Stop


@dataclass(frozen=True, slots=True)
class Pair:
    """One stadsdeel, priority or group in both plans; ``wanted`` is 0 where it is not asked for."""

    name: str
    first: int
    second: int
    first_wanted: int = 0
    second_wanted: int = 0

    @property
    def more(self) -> int:
        """How many visits more the second plan gives."""
        return self.second - self.first


def served_pairs(first: Iterable[Served], second: Iterable[Served]) -> list[Pair]:
    """Lay what two plans serve side by side, in the order of the first and then what only the second has."""
    one, other = ({row.name: row for row in rows} for rows in (first, second))
    return [_pair(name, one, other) for name in [*one, *(name for name in other if name not in one)]]


def _pair(name: str, one: Mapping[str, Served], other: Mapping[str, Served]) -> Pair:
    empty = Served(name, 0, 0)
    a, b = one.get(name, empty), other.get(name, empty)
    return Pair(name, a.planned, b.planned, a.wanted, b.wanted)


def group_pairs(first: Sequence[Stop], second: Sequence[Stop]) -> list[Pair]:
    """Count the visits per group in both plans: the greatest difference first, then by name."""
    one, other = (Counter(stop.group for stop in stops) for stops in (first, second))
    pairs = [Pair(name, one[name], other[name]) for name in {*one, *other}]
    return sorted(pairs, key=lambda pair: (-abs(pair.more), pair.name))
