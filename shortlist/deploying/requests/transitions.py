"""What may happen to a request for jeugdboa's, and who does it: the one table that everything is held against.

Source: Verwey-Jonker 2013, annex IV-D (the veiligheidsmanager requests, the coördinator VTH approves); sending back
with a reason and withdrawing make each hand-over a visible state with an owner.
"""

from shortlist.guarding.roles import Role
from shortlist.showing.states import BEGIN, State, StateTable, Transition

SUBMITTED = "ingediend"
APPROVED = "goedgekeurd"
RETURNED = "teruggestuurd"
WITHDRAWN = "ingetrokken"

_MANAGER, _COORDINATOR = (Role.VEILIGHEIDSMANAGER.value,), (Role.COORDINATOR_VTH.value,)
TABLE = StateTable(
    "aanvraag",
    "Aanvraag voor jeugdboa’s",
    "Een teruggestuurde of ingetrokken aanvraag wordt opnieuw gedaan als een nieuwe aanvraag, die weer begint als "
    "ingediend. Per groep loopt er ten hoogste één.",
    (
        State(SUBMITTED, "Ligt ter beoordeling.", _COORDINATOR, "aanvraag-besluit"),
        State(APPROVED, "De teamleider kan de inzet plannen."),
        State(RETURNED, "Moet worden aangevuld; de reden staat erbij.", _MANAGER, "aanvraag-herzien"),
        State(WITHDRAWN, "Niet meer nodig."),
    ),
    (
        Transition(BEGIN, SUBMITTED, _MANAGER, "vraagt aan in vijf delen"),
        Transition(SUBMITTED, APPROVED, _COORDINATOR, "keurt goed", reason=True),
        Transition(SUBMITTED, RETURNED, _COORDINATOR, "stuurt terug", reason=True),
        Transition(SUBMITTED, WITHDRAWN, _MANAGER, "trekt in", reason=True),
        Transition(RETURNED, WITHDRAWN, _MANAGER, "trekt in", reason=True),
        Transition(APPROVED, WITHDRAWN, _MANAGER, "trekt in", reason=True),
    ),
)
WORKING = frozenset({SUBMITTED, APPROVED})
"""States in which a group has a request that counts; there is at most one."""


def who_may(state: str, following: str) -> Role | None:
    """Return who takes a request from one state to another; None when nobody does."""
    who = TABLE.who(state, following)
    return Role(who[0]) if who else None


def choices(state: str, roles: frozenset[Role]) -> list[str]:
    """Return the next states that somebody with these roles may choose."""
    return TABLE.following(state, roles)
