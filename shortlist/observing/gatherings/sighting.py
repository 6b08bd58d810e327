"""An observation as others work with it, and how a week of them adds up."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from shortlist.showing.words import AMSTERDAM


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """A person at an observation: in which capacity, seen doing what."""

    person_id: UUID
    """Who it is now; a person noted under two pseudonyms is one."""
    pseudonym: str
    capacity: str
    role_seen: str | None
    feit: str
    noted_as: str
    """The pseudonym that the observer wrote down."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One observation: seen, heard or reported, with the effort behind it."""

    id: UUID
    stadsdeel_id: UUID
    group_id: UUID | None
    place_id: UUID | None
    place: str | None
    started_at: datetime
    duration_minutes: int | None
    effort_minutes: int | None
    """How long the observer looked; 0 when nobody looked, None when unknown."""
    seen_count: int | None
    """How many were there; 0 is a nil return, None is unknown."""
    observer_id: UUID
    organisation: str
    function: str
    """The observer's role, e.g. ``jeugdagent``; pages say this and the organisation, never the name."""
    source: str
    hearsay: bool
    feit: str
    oordeel: str
    under_twelve: bool
    items: tuple[str, ...]
    """Questionnaire items that the observation shows."""
    recorded_at: datetime
    recorded_by: UUID
    supersedes_id: UUID | None
    correction_reason: str
    present: tuple[PersonSeen, ...] = field(default=())
    """Who was there, by pseudonym; empty for viewers who see numbers only."""

    @property
    def own(self) -> bool:
        """Whether the observer saw it with own eyes."""
        return self.source == "gezien"

    @property
    def day(self) -> date:
        """The Dutch calendar day on which it began."""
        return self.started_at.astimezone(AMSTERDAM).date()


@dataclass(frozen=True, slots=True)
class SeenItem:
    """One dated sign of one questionnaire item, for deriving how often it happens."""

    item: str
    on: date
    observer: str
    """The observer's id: many reports of one person count once a day."""
    hearsay: bool
    """True for whatever was not seen with own eyes, a passed-on report included."""
    source: str
    """The observation's id."""


@dataclass(frozen=True, slots=True)
class Week:
    """What was seen in one week, Monday to Sunday in Dutch local time, and how much was looked."""

    monday: date
    seen: int
    """Observations with own eyes on which somebody was there."""
    visits: int
    """Observations with own eyes, nil returns included."""
    minutes: int
    """How long was looked, as far as known."""
    reports: int
    """Observations from hearsay or a report."""


def monday_of(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def per_week(
    rows: Iterable[tuple[date, bool, int | None, int | None]], *, first: date, last: date
) -> list[Week]:
    """Add up (day, own eyes, number seen, minutes looked) per week from ``first`` to ``last``, empty weeks too."""
    sums: dict[date, list[int]] = {}
    monday = monday_of(first)
    while monday <= last:
        sums[monday] = [0, 0, 0, 0]
        monday += timedelta(days=7)
    for day, own, seen, minutes in rows:
        week = sums.get(monday_of(day))
        if week is None:
            continue
        week[0] += own and (seen or 0) > 0
        week[1] += own
        week[2] += minutes or 0
        week[3] += not own
    return [Week(monday, *found) for monday, found in sums.items()]
