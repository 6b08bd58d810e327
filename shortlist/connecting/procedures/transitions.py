"""What may happen to a slow procedure, and which side does it: the one table that everything is held against.

Source: Verwey-Jonker 2013, sections 4.5B and 7.5B-4: a lamp or a JOP takes months and nobody hears anything meanwhile.
"""

from collections.abc import Mapping
from types import MappingProxyType

ASKED = "gevraagd"
TAKEN_UP = "in behandeling"
PROMISED = "toegezegd"
DONE = "uitgevoerd"
REFUSED = "afgewezen"
WITHDRAWN = "ingetrokken"
STATES = (ASKED, TAKEN_UP, PROMISED, DONE, REFUSED, WITHDRAWN)
SUBJECTS = ("lamp", "afvalbak", "jop", "hek", "vergunning", "anders")

ASKER = "aanvrager"
HANDLER = "behandelaar"

TRANSITIONS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (ASKED, ASKED): HANDLER,
        (ASKED, TAKEN_UP): HANDLER,
        (ASKED, REFUSED): HANDLER,
        (ASKED, WITHDRAWN): ASKER,
        (TAKEN_UP, TAKEN_UP): HANDLER,
        (TAKEN_UP, PROMISED): HANDLER,
        (TAKEN_UP, REFUSED): HANDLER,
        (TAKEN_UP, WITHDRAWN): ASKER,
        (PROMISED, PROMISED): HANDLER,
        (PROMISED, DONE): HANDLER,
        (PROMISED, REFUSED): HANDLER,
        (PROMISED, WITHDRAWN): ASKER,
    }
)
"""(state, next state) → which side does it. A state that follows itself is news on the way."""

RUNNING = frozenset({ASKED, TAKEN_UP, PROMISED})


def who_may(state: str, following: str) -> str | None:
    """Return which side takes a procedure from one state to another; None when nobody does."""
    return TRANSITIONS.get((state, following))


def choices(state: str, sides: frozenset[str]) -> list[str]:
    """Return the next states that somebody on these sides may choose, news first, then in order of STATES."""
    found = [following for following in STATES if who_may(state, following) in sides]
    return sorted(found, key=lambda following: following != state)
