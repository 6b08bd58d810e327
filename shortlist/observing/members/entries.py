"""A member of a group as others work with it: one person, with every membership that was entered."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Entry:
    """A membership as it was entered: for a person who was noted twice there may be two in one group."""

    membership_id: UUID
    pseudonym: str
    valid_from: date
    valid_until: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a group, by pseudonym, with every membership that holds."""

    person_id: UUID
    pseudonym: str
    entries: tuple[Entry, ...]
    """Earliest first; never empty."""

    @property
    def valid_from(self) -> date:
        """Since when this person belongs to the group."""
        return self.entries[0].valid_from
