"""What may happen to a referral, and which side does it: the one table that everything is held against.

Source: Verwey-Jonker 2013, sections 5.4D and 6.3A: referrals lacked a state, a term and feedback to who referred.
"""

from collections.abc import Mapping
from types import MappingProxyType

from shortlist.guarding.roles import Role
from shortlist.showing.states import BEGIN, State, StateTable, Transition

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

SENDERS = (Role.JEUGDAGENT, Role.JONGERENWERKER, Role.VEILIGHEIDSMANAGER)
RECEIVERS = (Role.HULPVERLENER, Role.JONGERENWERKER)
"""Roles that can be put down as receiver of an intervention."""
_STEPS = (
    (SENT, ACCEPTED, RECEIVER, "neemt aan en zegt wie de regie heeft", False),
    (SENT, REFUSED, RECEIVER, "weigert; de verwijzer leest waarom", True),
    (SENT, WITHDRAWN, SENDER, "trekt in", True),
    (ACCEPTED, ACCEPTED, RECEIVER, "koppelt terug", True),
    (ACCEPTED, STARTED, RECEIVER, "begint", False),
    (ACCEPTED, REFUSED, RECEIVER, "weigert alsnog", True),
    (ACCEPTED, WITHDRAWN, SENDER, "trekt in", True),
    (STARTED, STARTED, RECEIVER, "koppelt terug", True),
    (STARTED, FINISHED, RECEIVER, "rondt af en zegt hoe het afliep", True),
    (STARTED, WITHDRAWN, SENDER, "trekt in", True),
)
TRANSITIONS: Mapping[tuple[str, str], str] = MappingProxyType(
    {(before, after): side for before, after, side, *_ in _STEPS}
)
"""(state, next state) → which side does it. A state that follows itself is feedback on the way."""
_SENDERS, _RECEIVERS = tuple(map(str, SENDERS)), tuple(map(str, RECEIVERS))
TABLE = StateTable(
    "verwijzing",
    "Verwijzing van een jongere",
    "De verwijzer is wie verstuurde, of de veiligheidsmanager van dat stadsdeel; de ontvanger is door de beheerder "
    "voor die interventie aangewezen. De termijnen voor antwoord, start en terugkoppeling verschillen per interventie.",
    (
        State(SENT, "Ligt bij de ontvanger; er loopt een termijn voor het antwoord.", _RECEIVERS),
        State(
            ACCEPTED, "Aangenomen, met wie de regie heeft; er loopt een termijn voor de start.", _RECEIVERS
        ),
        State(REFUSED, "Geweigerd met een reden; de verwijzer leest die en kan opnieuw verwijzen.", _SENDERS),
        State(STARTED, "Loopt; terugkoppeling op de momenten van de interventie.", _RECEIVERS),
        State(FINISHED, "Voorbij, met de afloop."),
        State(WITHDRAWN, "Niet meer nodig."),
    ),
    (
        Transition(BEGIN, SENT, _SENDERS, "verwijst, na de vragen van de interventie"),
        *(
            Transition(before, after, _SENDERS if side == SENDER else _RECEIVERS, what, reason)
            for before, after, side, what, reason in _STEPS
        ),
    ),
)

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
