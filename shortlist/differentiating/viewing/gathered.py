"""Stored observations as the reading may know them: who was together, when, seen by whom with what effort.

Persons and observers are ids here. Pseudonyms, regime, texts and organisation are left behind, so they cannot count.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from shortlist.differentiating.occasions import Observed, Occasion
from shortlist.differentiating.roles import INVOLVED
from shortlist.observing.gatherings.sighting import Sighting


def observed_from(
    gatherings: Iterable[Sighting], members: Sequence[UUID], expected_core: int | None
) -> Observed:
    """Return a group's observations as the reading takes them; members keep the order given.

    Whatever was not seen with own eyes counts as not looked. Only who was there as betrokkene was present.
    """
    ordered = sorted(gatherings, key=lambda one: (one.started_at, one.id))
    return Observed(tuple(_occasion(one) for one in ordered), tuple(map(str, members)), expected_core)


def _occasion(one: Sighting) -> Occasion:
    involved = sorted((p for p in one.present if p.capacity == INVOLVED), key=lambda p: p.person_id)
    return Occasion(
        id=str(one.id),
        at=one.started_at,
        present=tuple(str(person.person_id) for person in involved),
        roles_seen={str(person.person_id): (person.role_seen,) for person in involved if person.role_seen},
        reporter=str(one.observer_id),
        effort_minutes=0 if one.hearsay or not one.own else one.effort_minutes,
    )
