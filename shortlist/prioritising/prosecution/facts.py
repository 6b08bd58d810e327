"""The fact file for the OM: dated facts about a group; no judgement, no person, no score."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Fact:
    """What somebody saw or heard on a moment."""

    at: datetime
    place: str
    source: str
    """``gezien``, ``gehoord`` or ``melding``."""
    function: str
    """Function of the observer, not the name."""
    text: str
    signs: tuple[str, ...]
    """Items of the questionnaire that were seen, in words."""


@dataclass(frozen=True, slots=True)
class FactFile:
    """The facts about a group in a period, in order of time."""

    group: str
    stadsdeel: str
    since: date
    until: date
    facts: tuple[Fact, ...]

    @property
    def own_eyes(self) -> int:
        """How many of the facts somebody saw."""
        return sum(fact.source == "gezien" for fact in self.facts)

    def digest(self) -> str:
        """Return the SHA-256 of the contents, so that a print can be held against what was sent."""
        body = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(body.encode()).hexdigest()


def in_order(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Return facts by moment; a nil return is no fact about a group and stays out."""
    return tuple(sorted(facts, key=lambda fact: (fact.at, fact.text)))
