"""Which pseudonyms are one person: merges as arrows between persons, followed at every reading.

A merge is an arrow from one person to the one under whose pseudonym both go on. Nothing is rewritten, so leaving an
arrow out gives back exactly what was there before it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID


class Identities:
    """Answers who somebody is now. ``merges`` maps a person to the one that he or she was merged into.

    Raises:
        ValueError: the arrows go round in a circle; ``observing.persons.work`` never records such.
    """

    def __init__(self, merges: Mapping[UUID, UUID]) -> None:
        self._survivor: dict[UUID, UUID] = {}
        together: dict[UUID, set[UUID]] = defaultdict(set)
        for person in merges:
            survivor = _end(person, merges)
            self._survivor[person] = survivor
            together[survivor] |= {person, survivor}
        self._together = {survivor: frozenset(persons) for survivor, persons in together.items()}

    def of(self, person: UUID) -> UUID:
        """Return under whom this person goes on; whoever was never merged goes on as him- or herself."""
        return self._survivor.get(person, person)

    def all_of(self, person: UUID) -> frozenset[UUID]:
        """Return every record of the human being that this record is about."""
        survivor = self.of(person)
        return self._together.get(survivor, frozenset({survivor}))

    def all_of_each(self, persons: Iterable[UUID]) -> frozenset[UUID]:
        """Return every record of these persons."""
        return frozenset(record for person in persons for record in self.all_of(person))

    def same(self, one: UUID, other: UUID) -> bool:
        """Tell whether two records are about one person."""
        return self.of(one) == self.of(other)


def _end(person: UUID, merges: Mapping[UUID, UUID]) -> UUID:
    passed = {person}
    while person in merges:
        person = merges[person]
        if person in passed:
            raise ValueError("merges of persons go round in a circle")
        passed.add(person)
    return person
