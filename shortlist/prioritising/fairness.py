"""Are groups weighed alike across the city? Counts side by side, with how much was looked; no ranking, no verdict.

Almere's practice differed per veiligheidsmanager, so that results could not be compared (Verwey-Jonker 2013, § 4.5C).
Differences shown here are questions for a talk: groups differ, and so does how well one looked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from shortlist.prioritising.board import Profile
from shortlist.prioritising.ordering import levels_of
from shortlist.prioritising.priorities import RETURNED, SET, TO_TRIANGLE


@dataclass(frozen=True, slots=True)
class Alike:
    """Groups with the same known level on every theme, and which priorities they have, per stadsdeel."""

    levels: tuple[tuple[str, str], ...]
    """(theme, level)"""
    priorities: tuple[tuple[str, str, int], ...]
    """(stadsdeel, priority or ``nog niet``, groups), by stadsdeel."""

    @property
    def groups(self) -> int:
        """How many groups."""
        return sum(count for *_, count in self.priorities)

    @property
    def differs(self) -> bool:
        """Whether they have different priorities."""
        return len({priority for _, priority, _ in self.priorities}) > 1


@dataclass(frozen=True, slots=True)
class Proposed:
    """One proposal as the comparison needs it."""

    stadsdeel: str
    manager: str
    proposed: str
    kind: str | None
    """The last decision on it; None: none yet."""
    decided: str
    days: int | None
    """Days from the assessment to the proposal; None: proposed without one."""


@dataclass(frozen=True, slots=True)
class ManagerLine:
    """The proposals of one veiligheidsmanager."""

    stadsdeel: str
    manager: str
    proposals: int
    adopted: int
    """Set as proposed."""
    changed: int
    """Set with another priority."""
    returned: int
    dissent: int
    """With the driehoek now."""
    high: int
    """Proposals for *hoog*."""
    days: float | None
    """Median days from assessment to proposal; None below three."""


def alike(profiles: Sequence[Profile], themes: Sequence[str]) -> list[Alike]:
    """Put groups with the same known levels together, where there are at least two; differing ones first."""
    found: dict[tuple[tuple[str, str], ...], dict[tuple[str, str], int]] = {}
    for one in profiles:
        if one.picture is None or one.picture.expired:
            continue
        levels = levels_of(one.picture.duiding, themes)
        if "onbekend" in levels.values():
            continue
        counts = found.setdefault(tuple(levels.items()), {})
        key = (one.stadsdeel, one.current.priority if one.current else "nog niet")
        counts[key] = counts.get(key, 0) + 1
    lines = [
        Alike(levels, tuple((part, priority, n) for (part, priority), n in sorted(counts.items())))
        for levels, counts in found.items()
    ]
    return sorted(
        (one for one in lines if one.groups > 1), key=lambda one: (not one.differs, -one.groups, one.levels)
    )


def by_manager(proposals: Sequence[Proposed]) -> list[ManagerLine]:
    """Sum the proposals per veiligheidsmanager, by stadsdeel and name."""
    found: dict[tuple[str, str], list[Proposed]] = {}
    for one in proposals:
        found.setdefault((one.stadsdeel, one.manager), []).append(one)
    lines = []
    for (part, manager), mine in sorted(found.items()):
        days = [one.days for one in mine if one.days is not None]
        lines.append(
            ManagerLine(
                part,
                manager,
                proposals=len(mine),
                adopted=sum(one.kind == SET and one.decided == one.proposed for one in mine),
                changed=sum(one.kind == SET and one.decided != one.proposed for one in mine),
                returned=sum(one.kind == RETURNED for one in mine),
                dissent=sum(one.kind == TO_TRIANGLE for one in mine),
                high=sum(one.proposed == "hoog" for one in mine),
                days=float(median(days)) if len(days) >= 3 else None,
            )
        )
    return lines
