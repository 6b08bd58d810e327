"""An observation in the words of a page."""

from dataclasses import dataclass
from uuid import UUID

from shortlist.guarding.roles import Actor, Role
from shortlist.observing.gatherings.sighting import Sighting
from shortlist.showing.words import duur, hoofdletter, meervoud, woord

SOURCE_WORDS = {"gezien": "zelf gezien", "gehoord": "gehoord", "melding": "melding van een ander"}
REGIME_NAMES = {"politie": "politie", "jongerenwerk": "jongerenwerk", "gemeente": "gemeente"}


@dataclass(frozen=True, slots=True)
class SightingView:
    """What a page says of an observation: short sentences beside the observation itself."""

    sighting: Sighting
    seen: str
    """How many were there: ``7 jongeren``, ``niemand``, ``aantal onbekend``."""
    how: str
    """How it is known: ``zelf gezien``, ``gehoord, van horen zeggen``."""
    who: str
    """Function and organisation of the observer, never the name."""
    effort: str
    """How long was looked."""
    may_correct: bool

    @property
    def id(self) -> UUID:
        """The observation's id."""
        return self.sighting.id


def sighting_view(sighting: Sighting, *, actor: Actor) -> SightingView:
    """Put an observation into words for one viewer."""
    count = sighting.seen_count
    seen = (
        "aantal onbekend" if count is None else meervoud(count, "jongere", "jongeren") if count else "niemand"
    )
    how = SOURCE_WORDS[sighting.source]
    if sighting.hearsay:
        how += ", van horen zeggen"
    organisation = REGIME_NAMES[sighting.organisation]
    function = woord(sighting.function) if sighting.function else ""
    who = f"{function} ({organisation})" if function else organisation
    if not sighting.own:
        effort = "niet zelf gekeken"
    elif sighting.effort_minutes is None:
        effort = "kijktijd onbekend"
    else:
        effort = f"{duur(sighting.effort_minutes)} gekeken"
    return SightingView(
        sighting,
        hoofdletter(seen),
        how,
        hoofdletter(who),
        effort,
        actor.id in {sighting.observer_id, sighting.recorded_by} or actor.has(Role.VEILIGHEIDSMANAGER),
    )
