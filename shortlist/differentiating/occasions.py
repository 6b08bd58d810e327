"""Gatherings as the statistics see them: who was together, when, where, doing what, seen by whom at what effort.

This is the closed list of what may go in (``rules/member-reading.yaml``): no name, origin, sex, age, family or address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from shortlist.showing.words import AMSTERDAM

ROLES_SEEN = ("leidt", "volgt", "stookt op", "sust", "afzijdig")
"""What somebody can be seen doing in a group (contracts.md, ``roles_seen``)."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One gathering that was observed, or a look at which nobody was there (``present`` empty)."""

    id: str
    at: datetime
    """With a time zone."""
    present: tuple[str, ...]
    place: str | None = None
    roles_seen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Member → what he or she was seen doing; members all stand in ``present``."""
    reporter: str | None = None
    effort_minutes: float | None = None
    """How long the reporter looked, minutes; 0 = nobody looked (hearsay); None = not recorded."""

    @property
    def day(self) -> date:
        """The day in Dutch local time."""
        return self.at.astimezone(AMSTERDAM).date()

    @property
    def looked(self) -> bool:
        """False when it is recorded that nobody looked, so that this is no sighting."""
        return self.effort_minutes is None or self.effort_minutes > 0


@dataclass(frozen=True, slots=True)
class Observed:
    """What one file holds."""

    occasions: tuple[Occasion, ...]
    group: tuple[str, ...] | None = None
    """The members of the group as a person confirmed them, in the order given; None = everybody seen."""
    expected_core: int | None = None
    """How many core members the professional thinks the group has."""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Known groups of an area, for the mixing test; empty when none were given."""

    @property
    def persons(self) -> tuple[str, ...]:
        """Everybody named: the group in its order, then others as they were first seen."""
        seen = dict.fromkeys(self.group or ())
        for occasion in self.occasions:
            seen.update(dict.fromkeys(occasion.present))
        return tuple(seen)

    @property
    def members(self) -> tuple[str, ...]:
        """The group: as confirmed, else everybody seen in order of first appearance."""
        return self.group if self.group is not None else self.persons
