"""What may happen to a slow procedure, and which side does it: the one table that everything is held against.

Source: Verwey-Jonker 2013, sections 4.5B and 7.5B-4: a lamp or a JOP takes months and nobody hears anything meanwhile.
"""

from collections.abc import Mapping
from types import MappingProxyType

from shortlist.guarding.roles import STREET, Role
from shortlist.showing.states import BEGIN, State, StateTable, Transition

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

HANDLERS = (Role.COORDINATOR_VTH, Role.VEILIGHEIDSMANAGER)
"""Who says how it stands."""
_STEPS = (
    (ASKED, ASKED, HANDLER, "vertelt hoe het staat"),
    (ASKED, TAKEN_UP, HANDLER, "pakt op"),
    (ASKED, REFUSED, HANDLER, "wijst af"),
    (ASKED, WITHDRAWN, ASKER, "trekt in"),
    (TAKEN_UP, TAKEN_UP, HANDLER, "vertelt hoe het staat"),
    (TAKEN_UP, PROMISED, HANDLER, "zegt toe"),
    (TAKEN_UP, REFUSED, HANDLER, "wijst af"),
    (TAKEN_UP, WITHDRAWN, ASKER, "trekt in"),
    (PROMISED, PROMISED, HANDLER, "vertelt hoe het staat"),
    (PROMISED, DONE, HANDLER, "meldt dat het er is"),
    (PROMISED, REFUSED, HANDLER, "wijst alsnog af"),
    (PROMISED, WITHDRAWN, ASKER, "trekt in"),
)
TRANSITIONS: Mapping[tuple[str, str], str] = MappingProxyType(
    {(before, after): side for before, after, side, _ in _STEPS}
)
"""(state, next state) → which side does it. A state that follows itself is news on the way."""
_ASKERS = tuple(role.value for role in Role if role in STREET)
_HANDLERS = tuple(map(str, HANDLERS))
TABLE = StateTable(
    "procedure",
    "Lamp, bak, JOP, hek of vergunning",
    "De aanvrager is wie het vroeg, of de veiligheidsmanager. In plaats van een vaste termijn staat bij elke stap de "
    "verwachte datum; is die voorbij, dan vraagt Mijn werk de behandelaar hoe het staat. Wie wacht, leest elke stap.",
    (
        State(ASKED, "Gevraagd, met de gewone duur als verwachting.", _HANDLERS),
        State(TAKEN_UP, "Iemand is ermee bezig.", _HANDLERS),
        State(PROMISED, "Het komt er, met een datum.", _HANDLERS),
        State(DONE, "Het is er."),
        State(REFUSED, "Het komt er niet; de reden staat erbij."),
        State(WITHDRAWN, "Niet meer nodig."),
    ),
    (
        Transition(BEGIN, ASKED, _ASKERS, "vraagt"),
        *(
            Transition(before, after, _ASKERS if side == ASKER else _HANDLERS, what, reason=True)
            for before, after, side, what in _STEPS
        ),
    ),
)

RUNNING = frozenset({ASKED, TAKEN_UP, PROMISED})


def who_may(state: str, following: str) -> str | None:
    """Return which side takes a procedure from one state to another; None when nobody does."""
    return TRANSITIONS.get((state, following))


def choices(state: str, sides: frozenset[str]) -> list[str]:
    """Return the next states that somebody on these sides may choose, news first, then in order of STATES."""
    found = [following for following in STATES if who_may(state, following) in sides]
    return sorted(found, key=lambda following: following != state)
