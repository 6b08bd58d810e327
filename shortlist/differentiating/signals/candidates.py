"""Which events of a network become a signal to the JIT, and when a signal that was decided on may come back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from shortlist.differentiating.networks.picture import Behind, Happening, WindowPicture
from shortlist.differentiating.occasions import Occasion

if TYPE_CHECKING:  # whoever reads stored signals needs no statistics
    from shortlist.differentiating.mixing import Mixing

MERGE = "samengaan"
SPLIT = "splitsen"
RELATE = "mengen"
OPEN_GROUP = "nieuwe groep"
KINDS = (MERGE, SPLIT, RELATE, OPEN_GROUP)


@dataclass(frozen=True, slots=True)
class SignalRules:
    """The part ``signals`` of ``rules/networks.yaml``."""

    window_days: int
    windows: int
    recent_windows: int
    least_gatherings: int
    least_observers: int
    least_stability: float
    new_gatherings: int
    refresh_hours: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that may be worth telling."""

    kind: str
    groups: tuple[str, ...]
    """Two or more known groups (merge, mixing), the one that splits, or none (a new fluid group)."""
    at: datetime
    behind: tuple[Behind, ...]
    """The gatherings; counts per group for merge and mixing, else of the new part."""
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def gatherings(self) -> frozenset[str]:
        """The ids of the gatherings behind it."""
        return frozenset(one.gathering for one in self.behind)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A signal that was told before."""

    id: str
    kind: str
    groups: tuple[str, ...]
    gatherings: frozenset[str]
    state: str
    """``open``, ``aangenomen``, ``afgewezen`` or ``vervallen``."""
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """What to do with a candidate: a new signal, more gatherings for one that is open, or nothing."""

    new: bool
    more_for: str = ""


def candidates(
    pictures: Sequence[WindowPicture],
    mixing: Sequence["Mixing"],
    occasions: Mapping[str, Occasion],
    rules: SignalRules,
) -> tuple[Candidate, ...]:
    """Return what is worth telling of the last windows: confirmed, often enough and by enough observers.

    ``mixing`` is about known groups, over all windows. Two groups that merged are not told as mixing as well.
    """
    recent = pictures[-rules.recent_windows :]
    happenings = [
        happening
        for picture in recent
        for happening in picture.happenings
        if happening.confirmed and happening.stability >= rules.least_stability
    ]
    told = [one for one in map(_from_event, happenings) if one is not None]
    found = [one for one in told if _enough(one, occasions, rules)]
    merged = {frozenset(one.groups) for one in found if one.kind == MERGE}
    if recent:
        found += [
            one
            for mixed in mixing
            if frozenset(mixed.groups) not in merged
            and max(occasions[name].at for name in mixed.gatherings) >= recent[0].start
            and _enough(one := _from_mixing(mixed, occasions), occasions, rules)
        ]
    return tuple(found)


def _from_event(happening: Happening) -> Candidate | None:
    figures = {"overlap": happening.overlap, "stability": happening.stability}
    if happening.kind == "merges":
        groups = tuple(dict.fromkeys(name for side in happening.before for name in side.groups))
        if len(groups) > 1:
            return Candidate(MERGE, groups, happening.at, happening.behind, figures)
    if happening.kind == "splits" and len(happening.before[0].groups) == 1:
        held = {side.id for side in happening.before}
        fresh = [number for number, side in enumerate(happening.after) if side.id not in held]
        n_persons = sum(happening.after[number].n_persons for number in fresh)
        behind = tuple(
            Behind(one.gathering, (sum(one.counts[number] for number in fresh),)) for one in happening.behind
        )
        return Candidate(
            SPLIT,
            happening.before[0].groups,
            happening.at,
            behind,
            figures | {"persons": n_persons},
        )
    if happening.kind == "born" and not happening.after[0].groups:
        return Candidate(
            OPEN_GROUP,
            (),
            happening.at,
            happening.behind,
            figures | {"persons": happening.after[0].n_persons},
        )
    return None


def _from_mixing(mixed: "Mixing", occasions: Mapping[str, Occasion]) -> Candidate:
    first = min(occasions[one].at for one in mixed.gatherings)
    figures = {"expected": mixed.expected, "p": mixed.p, "share": mixed.share}
    return Candidate(RELATE, mixed.groups, first, tuple(Behind(one, ()) for one in mixed.gatherings), figures)


def _enough(one: Candidate, occasions: Mapping[str, Occasion], rules: SignalRules) -> bool:
    observers = {occasions[gathering].reporter for gathering in one.gatherings} - {None}
    return len(one.gatherings) >= rules.least_gatherings and len(observers) >= rules.least_observers


def told_before(one: Candidate, earlier: Collection[Earlier], rules: SignalRules) -> Told:
    """Tell whether a candidate is new, adds to an open signal, or was decided on and must stay away.

    A new group has no name to go by: it is the same one when a gathering is the same. What was accepted comes back
    only for something that happened afterwards; anything else only with enough gatherings that nobody judged yet.
    """
    same = [
        other
        for other in earlier
        if other.kind == one.kind
        and sorted(other.groups) == sorted(one.groups)
        and (one.groups or other.gatherings & one.gatherings)
    ]
    fresh = one.gatherings.difference(*(other.gatherings for other in same))
    for other in same:
        if other.state == "open":
            return Told(False, other.id if fresh else "")
    if not same:
        return Told(True)
    accepted = [other.decided_at for other in same if other.state == "aangenomen" and other.decided_at]
    if accepted and one.at <= max(accepted):
        return Told(False)
    return Told(len(fresh) >= rules.new_gatherings)
