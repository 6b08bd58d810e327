"""Who is told of whom: everybody with a living concern about the same youngster, and nobody else.

Pure. Source: Verwey-Jonker 2013, section 3.4C (the idea behind ESAR).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Stated:
    """A concern as it stands: the newest that somebody said about a youngster."""

    person_id: UUID
    account_id: UUID
    first_id: UUID
    """The first concern of this professional about this youngster: renewing it makes no new match."""
    holds: bool
    expires_on: date

    def lives(self, on: date) -> bool:
        """Say whether it counts on a day."""
        return self.holds and self.expires_on > on


def matches(stated: Iterable[Stated], account_id: UUID, on: date) -> list[tuple[Stated, Stated]]:
    """Return (own, other) for every living concern of others about a youngster about whom one has one too."""
    living = [one for one in stated if one.lives(on)]
    own = {one.person_id: one for one in living if one.account_id == account_id}
    return [
        (own[one.person_id], one) for one in living if one.account_id != account_id and one.person_id in own
    ]
