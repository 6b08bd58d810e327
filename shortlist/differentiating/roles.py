"""What a member's role may rest on, how long it lasts, and what the dated facts about a member add up to.

Source of the limits: domain/beke.md section 5 and design/members.md, "Limits that come first"; the numbers stand in
``rules/member-roles.yaml``. Nothing here ranks persons: order is by pseudonym, counts stand beside their effort.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shortlist.showing.words import AMSTERDAM, lijst

INVOLVED = "betrokkene"
"""The only capacity in which somebody can be a member."""


@dataclass(frozen=True, slots=True)
class RoleRules:
    """The dated rules of ``rules/member-roles.yaml``."""

    name: str
    valid_from: date
    minimum_observations: int
    minimum_observers: int
    hearsay_counts: bool
    review_months: int
    expire_months: int
    remind_days: int
    evidence_weeks: int
    facts_shown: int
    problem_classes: tuple[str, ...]
    """Classes whose behaviour is problematic: a member list may be allowed."""
    never_classes: tuple[str, ...]
    minimum_age: int


def role_rules(data: Mapping[str, Any]) -> RoleRules:
    """Read the rules from the contents of a file that its JSON Schema accepted."""
    return RoleRules(
        name=data["name"],
        valid_from=date.fromisoformat(data["valid_from"]),
        minimum_observations=data["basis"]["minimum_observations"],
        minimum_observers=data["basis"]["minimum_observers"],
        hearsay_counts=data["basis"]["hearsay_counts"],
        review_months=data["terms"]["review_months"],
        expire_months=data["terms"]["expire_months"],
        remind_days=data["terms"]["remind_days"],
        evidence_weeks=data["evidence"]["weeks"],
        facts_shown=data["evidence"]["facts_shown"],
        problem_classes=tuple(data["list"]["classes"]),
        never_classes=tuple(data["list"]["never"]),
        minimum_age=data["list"]["minimum_age"],
    )


@dataclass(frozen=True, slots=True)
class Sighting:
    """One observation at which one person was present."""

    gathering_id: UUID
    at: datetime
    place: str | None
    capacity: str
    role_seen: str | None
    feit: str
    """What this person was seen doing; empty when only the observation as a whole says something."""
    group_feit: str
    """What the observation as a whole says."""
    hearsay: bool
    """True for whatever the observer did not see with own eyes, a passed-on report included."""
    observer_id: UUID
    function: str
    organisation: str
    effort_minutes: int

    @property
    def day(self) -> date:
        """The day in Dutch local time."""
        return self.at.astimezone(AMSTERDAM).date()

    @property
    def involved(self) -> bool:
        """Whether the person was there as one of the group."""
        return self.capacity == INVOLVED


@dataclass(frozen=True, slots=True)
class Evidence:
    """The dated facts about one member over the period looked at."""

    sightings: tuple[Sighting, ...]
    """Newest first; only those as betrokkene."""
    n_days: int
    n_observers: int
    effort_minutes: int
    """How long was looked at the occasions where this person was seen."""
    roles_seen: tuple[tuple[str, int], ...]
    """What the person was seen doing and how often, alphabetical."""
    other_capacities: tuple[str, ...]
    """In which other capacities the person was present, alphabetical."""

    @property
    def n(self) -> int:
        """How many observations."""
        return len(self.sightings)

    @property
    def first(self) -> date | None:
        """The first day."""
        return self.sightings[-1].day if self.sightings else None

    @property
    def last(self) -> date | None:
        """The last day."""
        return self.sightings[0].day if self.sightings else None

    @property
    def positive(self) -> bool:
        """Whether the person was seen calming others down."""
        return any(role == "sust" for role, _ in self.roles_seen)


def evidence(sightings: Sequence[Sighting]) -> Evidence:
    """Add up what was seen of one person, in any order given."""
    involved = sorted(
        (s for s in sightings if s.involved), key=lambda s: (s.at, s.gathering_id), reverse=True
    )
    roles = Counter(s.role_seen for s in involved if s.role_seen)
    return Evidence(
        sightings=tuple(involved),
        n_days=len({s.day for s in involved}),
        n_observers=len({s.observer_id for s in involved}),
        effort_minutes=sum(s.effort_minutes for s in involved),
        roles_seen=tuple(sorted(roles.items())),
        other_capacities=tuple(sorted({s.capacity for s in sightings if not s.involved})),
    )


def objection(chosen: Sequence[Sighting], rules: RoleRules) -> str | None:
    """Say in Dutch why a role cannot rest on these observations, or None when it can.

    ``chosen`` are the observations of this group that the professional picked, of one person.
    """
    not_involved = sorted({s.capacity for s in chosen if not s.involved})
    if not_involved:
        return (
            f"Bij een gekozen waarneming was deze persoon {lijst(not_involved, 'of')}. "
            "Kies alleen waarnemingen waarbij hij of zij betrokkene was."
        )
    counted = [s for s in chosen if rules.hearsay_counts or not s.hearsay]
    observers = len({s.observer_id for s in counted})
    hearsay = len(chosen) - len(counted)
    beside = f" (horen zeggen telt niet mee: {hearsay})" if hearsay else ""
    if len(counted) < rules.minimum_observations:
        return (
            f"Een rol rust op ten minste {rules.minimum_observations} waarnemingen; u koos er {len(counted)}{beside}. "
            "Kies er meer, of wacht tot de groep vaker is gezien."
        )
    if observers < rules.minimum_observers:
        return (
            f"Een rol rust op waarnemingen van ten minste {rules.minimum_observers} verschillende professionals; "
            f"deze komen van {observers}{beside}. Kies ook een waarneming van een collega."
        )
    return None


class Standing(StrEnum):
    """Whether a role that was set still holds."""

    GELDT = "geldt"
    HERZIEN = "te herzien"
    VERVALLEN = "vervallen"


def standing(review_on: date, expires_on: date, on: date) -> Standing:
    """Say whether a role holds on a day: from ``review_on`` it asks for review, from ``expires_on`` it is gone."""
    if on >= expires_on:
        return Standing.VERVALLEN
    return Standing.HERZIEN if on >= review_on else Standing.GELDT
