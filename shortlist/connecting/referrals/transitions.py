"""What may happen to a referral, and which side does it: the one table that everything is held against.

Source: Verwey-Jonker 2013, sections 5.4D and 6.3A: referrals lacked a state, a term and feedback to who referred.
"""

from collections.abc import Mapping
from types import MappingProxyType

SENT = "verzonden"
ACCEPTED = "geaccepteerd"
REFUSED = "geweigerd"
STARTED = "gestart"
FINISHED = "afgerond"
WITHDRAWN = "ingetrokken"
STATES = (SENT, ACCEPTED, REFUSED, STARTED, FINISHED, WITHDRAWN)

SENDER = "verwijzer"
"""Who referred, or the veiligheidsmanager of that stadsdeel in his place."""
RECEIVER = "ontvanger"
"""Who receives for that intervention."""

TRANSITIONS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (SENT, ACCEPTED): RECEIVER,
        (SENT, REFUSED): RECEIVER,
        (SENT, WITHDRAWN): SENDER,
        (ACCEPTED, ACCEPTED): RECEIVER,
        (ACCEPTED, STARTED): RECEIVER,
        (ACCEPTED, REFUSED): RECEIVER,
        (ACCEPTED, WITHDRAWN): SENDER,
        (STARTED, STARTED): RECEIVER,
        (STARTED, FINISHED): RECEIVER,
        (STARTED, WITHDRAWN): SENDER,
    }
)
"""(state, next state) → which side does it. A state that follows itself is feedback on the way."""

RUNNING = frozenset({SENT, ACCEPTED, STARTED})
"""States in which somebody has something to do for the youngster."""
CARRIED = frozenset({ACCEPTED, STARTED})
"""States that take a place in somebody's caseload."""


def who_may(state: str, following: str) -> str | None:
    """Return which side takes a referral from one state to another; None when nobody does."""
    return TRANSITIONS.get((state, following))


def choices(state: str, sides: frozenset[str]) -> list[str]:
    """Return the next states that somebody on these sides may choose, feedback first, then in order of STATES."""
    found = [following for following in STATES if who_may(state, following) in sides]
    return sorted(found, key=lambda following: following != state)
