"""What prioritising shows: four themes side by side per group, proposals and decisions. No sum, no score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shortlist.prioritising.priorities import OPEN, RETURNED, SET


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of the Stafgroep, or of the driehoek."""

    kind: str
    priority: str
    reason: str
    valid_from: date
    valid_until: date
    at: datetime
    by: str
    triangle_on: date | None = None
    """The day on which the driehoek decided it; None: the Stafgroep did."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal with what was decided on it, oldest decision first."""

    id: UUID
    group_id: UUID
    priority: str
    reason: str
    at: datetime
    by: str
    decisions: Sequence[Decision] = ()
    replaced: bool = False
    """A later proposal took its place."""

    @property
    def state(self) -> str:
        """Where the proposal stands: ``open`` or the newest decision's kind."""
        return self.decisions[-1].kind if self.decisions else OPEN


@dataclass(frozen=True, slots=True)
class Picture:
    """The current assessment, as far as lists show it."""

    decided: str
    outcome: str
    ruleset: str
    possible: tuple[str, ...]
    duiding: Mapping[str, Any]
    recorded_at: datetime
    expires_on: date
    expired: bool


@dataclass(frozen=True, slots=True)
class CurrentPriority:
    """The priority of a group that holds on a day."""

    priority: str
    valid_from: date
    valid_until: date
    reason: str
    urgent: bool = False
    """Decided by spoedprocedure: the veiligheidsmanager alone, until it is reviewed or lapses."""


@dataclass(frozen=True, slots=True)
class Urgent:
    """One decision of a spoedprocedure with what became of it."""

    id: UUID
    group_id: UUID
    reason: str
    picture: str
    valid_from: date
    valid_until: date
    at: datetime
    by: str
    withdrawn_on: date | None = None
    withdrawn_by: str = ""
    withdrawn_because: str = ""
    decided_on: date | None = None
    """First day on which the Stafgroep set a priority after it."""

    def state(self, on: date) -> str:
        """Return ``loopt``, ``ingetrokken``, ``beoordeeld`` (the Stafgroep decided) or ``vervallen`` on a day."""
        ends = [
            (day, state)
            for day, state in ((self.withdrawn_on, WITHDRAWN), (self.decided_on, REVIEWED))
            if day is not None and day <= min(on, self.valid_until)
        ]
        if ends:
            return min(ends)[1]
        return RUNNING if on <= self.valid_until else LAPSED

    def runs(self, on: date) -> bool:
        """Whether people are to be sent on its ground on a day."""
        return self.valid_from <= on and self.state(on) == RUNNING


RUNNING = "loopt"
WITHDRAWN = "ingetrokken"
REVIEWED = "beoordeeld"
LAPSED = "vervallen"


@dataclass(frozen=True, slots=True)
class Profile:
    """A group beside others: facts with effort, four themes, one label line, priority and proposal."""

    group_id: UUID
    name: str
    stadsdeel_id: UUID
    stadsdeel: str
    seen: int
    """Observations with own eyes in four weeks on which somebody was there."""
    visits: int
    """Observations with own eyes in four weeks, nil returns included."""
    minutes: int
    reports: int
    picture: Picture | None
    current: CurrentPriority | None
    proposal: Proposal | None
    """The newest proposal."""
    closed: bool = False

    @property
    def decided_class(self) -> str | None:
        """The class decided in an assessment that holds, else None."""
        return None if self.picture is None or self.picture.expired else self.picture.decided

    @property
    def awaits_proposal(self) -> bool:
        """Whether a proposal is due.

        The last one came back, a spoedprocedure waits for its review, or an assessment that holds has no proposal or
        decision that holds.
        """
        if self.closed:
            return False
        if self.proposal is not None and self.proposal.state == RETURNED:
            return True
        if self.current is not None and self.current.urgent:
            return self.proposal is None or self.proposal.state == SET
        if self.picture is None or self.picture.expired:
            return False
        if self.proposal is None:
            return True
        newer = self.picture.recorded_at > self.proposal.at
        return self.proposal.state == SET and (newer or self.current is None)


@dataclass(frozen=True, slots=True)
class StadsdeelLine:
    """One stadsdeel in the comparison: counts of groups only."""

    stadsdeel: str
    groups: int
    priorities: Mapping[str, int]
    """Groups per priority that holds."""
    classes: Mapping[str, int]
    """Groups per class that holds; ``onbekend`` for the others."""
    minutes: int
    """How long was looked in four weeks."""


def compare(profiles: Sequence[Profile]) -> list[StadsdeelLine]:
    """Put the stadsdelen side by side, by name: how many groups, which priorities, which classes, how much looked."""
    found: dict[str, list[Profile]] = {}
    for profile in profiles:
        found.setdefault(profile.stadsdeel, []).append(profile)
    lines = []
    for stadsdeel in sorted(found):
        mine = found[stadsdeel]
        priorities: dict[str, int] = {}
        classes: dict[str, int] = {}
        for one in mine:
            priority = one.current.priority if one.current else "nog niet"
            priorities[priority] = priorities.get(priority, 0) + 1
            decided = one.decided_class or "onbekend"
            classes[decided] = classes.get(decided, 0) + 1
        lines.append(
            StadsdeelLine(stadsdeel, len(mine), priorities, classes, sum(one.minutes for one in mine))
        )
    return lines
