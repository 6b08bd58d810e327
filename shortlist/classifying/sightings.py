"""Observations as the questionnaire shows them behind an answer: when, how long was looked, how it is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shortlist.classifying.frequency import DerivedFrequency
from shortlist.showing.words import datum, duur, lijst, meervoud, tijd

SHOWN = 4
"""At most so many moments are written out; the others are counted."""

FLAGS = {
    "alleen_horen_zeggen": "alleen van horen zeggen",
    "mede_horen_zeggen": "deels van horen zeggen",
    "een_melder": "één waarnemer",
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """One observation of the period, as far as the questionnaire needs it: nothing about who was there."""

    id: UUID
    at: datetime
    minutes: int | None
    """How long was looked, minutes; None when not noted."""
    organisation: str
    hearsay: bool
    """Whether it was not seen with own eyes, a passed-on report included."""


def moment(at: datetime) -> str:
    """Say a moment shortly, ``vr 6 nov 21:40``."""
    return f"{datum(at).rsplit(' ', 1)[0]} {tijd(at)}"


def evidence(sightings: Sequence[Sighting]) -> str:
    """Say on which observations something rests, newest first: ``2 waarnemingen: …; 1 u 35 min gekeken``."""
    ordered = sorted(sightings, key=lambda one: one.at, reverse=True)
    moments = [moment(one.at) + (" (horen zeggen)" if one.hearsay else "") for one in ordered]
    more = len(moments) - SHOWN
    named = [*moments[:SHOWN], f"{more} eerdere"] if more > 1 else moments
    looked = sum(one.minutes or 0 for one in ordered)
    text = f"{meervoud(len(ordered), 'waarneming', 'waarnemingen')}: {lijst(named)}"
    return f"{text}; {duur(looked)} gekeken" if looked else text


def flagged(proposal: DerivedFrequency) -> tuple[str, ...]:
    """Return in words what makes a proposal weaker than it looks."""
    return tuple(FLAGS[flag] for flag in proposal.flags)
