"""What may happen to a request for jeugdboa's, and who does it: the one table that everything is held against.

Source: Verwey-Jonker 2013, annex IV-D (the veiligheidsmanager requests, the coördinator VTH approves); sending back
with a reason and withdrawing make each hand-over a visible state with an owner.
"""

from collections.abc import Mapping
from types import MappingProxyType

from shortlist.guarding.roles import Role

SUBMITTED = "ingediend"
APPROVED = "goedgekeurd"
RETURNED = "teruggestuurd"
WITHDRAWN = "ingetrokken"
STATES = (SUBMITTED, APPROVED, RETURNED, WITHDRAWN)

TRANSITIONS: Mapping[tuple[str, str], Role] = MappingProxyType(
    {
        (SUBMITTED, APPROVED): Role.COORDINATOR_VTH,
        (SUBMITTED, RETURNED): Role.COORDINATOR_VTH,
        (SUBMITTED, WITHDRAWN): Role.VEILIGHEIDSMANAGER,
        (RETURNED, WITHDRAWN): Role.VEILIGHEIDSMANAGER,
        (APPROVED, WITHDRAWN): Role.VEILIGHEIDSMANAGER,
    }
)
"""(state, next state) → who does it. A returned request is asked anew by a successor, which begins as submitted."""

WORKING = frozenset({SUBMITTED, APPROVED})
"""States in which a group has a request that counts; there is at most one."""


def who_may(state: str, following: str) -> Role | None:
    """Return who takes a request from one state to another; None when nobody does."""
    return TRANSITIONS.get((state, following))


def choices(state: str, roles: frozenset[Role]) -> list[str]:
    """Return the next states that somebody with these roles may choose, in the order of :data:`STATES`."""
    return [following for following in STATES if who_may(state, following) in roles]
