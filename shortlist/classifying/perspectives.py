"""Two professionals, one list: where their answers agree, where they differ, and what was settled together.

Knowing and not knowing is no disagreement: when one of the two knows, that answer carries over and is shown as
such. Everything else that differs is settled by a person with a reason, or goes to the JIT.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shortlist.classifying.questionnaire import GEEN_AANWIJZING, ONBEKEND, Answer


class Agreement(StrEnum):
    """How the views on one item relate."""

    EENS = "eens"
    """Both say the same, or only one view was asked."""
    EEN_WIST_HET = "een wist het"
    """One of the two knows; the other answered onbekend."""
    VERSCHIL = "verschil"
    """Both answered, differently."""
    NIEMAND = "niemand"
    """Nobody knows."""


@dataclass(frozen=True, slots=True)
class Given:
    """One answer as somebody gave it."""

    answer: Answer
    by: str
    """Name of who gave it."""
    at: datetime
    note: str = ""
    rests_on: tuple[UUID, ...] = ()
    """The observations it was derived from."""
    for_jit: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """One item with every view on it."""

    item: str
    views: Mapping[str, Given]
    """Perspective → what it answered; a perspective that said nothing is absent."""
    together: Given | None
    agreement: Agreement

    @property
    def settled(self) -> bool:
        """Whether nothing is left to decide: agreed, nobody knows, settled together, or put to the JIT."""
        return self.together is not None or self.agreement is not Agreement.VERSCHIL

    @property
    def answer(self) -> Answer:
        """What counts: settled together, else what the views share; an open difference is onbekend."""
        if self.together is not None:
            return self.together.answer
        if self.agreement in (Agreement.VERSCHIL, Agreement.NIEMAND):
            return ONBEKEND
        return next(given.answer for given in self.views.values() if given.answer != ONBEKEND)

    @property
    def rests_on(self) -> tuple[UUID, ...]:
        """The observations behind the answer that counts."""
        found = self.together.rests_on if self.together is not None else ()
        if not found:
            found = tuple(
                one for given in self.views.values() if given.answer == self.answer for one in given.rests_on
            )
        return tuple(dict.fromkeys(found))


def compare(
    items: Iterable[str], views: Mapping[str, Mapping[str, Given]], together: Mapping[str, Given]
) -> tuple[Compared, ...]:
    """Compare the views item by item, in the order of ``items``.

    ``views`` maps each perspective that counts in this round to its answers; an item it left out is onbekend.
    """
    found = []
    for item in items:
        said = {name: answers[item] for name, answers in views.items() if item in answers}
        known = {given.answer for given in said.values()} - {ONBEKEND}
        unsure = len(views) > sum(1 for given in said.values() if given.answer != ONBEKEND)
        if not known:
            agreement = Agreement.NIEMAND
        elif len(known) > 1:
            agreement = Agreement.VERSCHIL
        else:
            agreement = Agreement.EEN_WIST_HET if unsure else Agreement.EENS
        found.append(Compared(item, said, together.get(item), agreement))
    return tuple(found)


def answers_of(compared: Sequence[Compared]) -> dict[str, Answer]:
    """Return the answers that count, without those that nobody knows."""
    return {one.item: one.answer for one in compared if one.answer != ONBEKEND}


def open_differences(compared: Sequence[Compared]) -> tuple[str, ...]:
    """Return the items on which the views differ and nobody decided yet."""
    return tuple(one.item for one in compared if not one.settled)


def known_count(answers: Mapping[str, Answer]) -> int:
    """Count the answers that say something; *geen aanwijzing* does."""
    return sum(1 for answer in answers.values() if answer != ONBEKEND)


def changed_items(now: Mapping[str, Answer], before: Mapping[str, Answer]) -> tuple[str, ...]:
    """Return the items whose answer differs from the previous assessment's, in the order of ``now`` then before."""
    items = dict.fromkeys([*now, *before])
    return tuple(item for item in items if now.get(item, ONBEKEND) != before.get(item, ONBEKEND))


def looked_without_sign(answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """Return the items that were looked for without a sign."""
    return tuple(item for item, answer in answers.items() if answer == GEEN_AANWIJZING)
