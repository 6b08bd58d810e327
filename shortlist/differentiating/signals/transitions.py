"""What may happen to a signal, and who does it: the one table that everything is held against."""

from collections.abc import Mapping
from types import MappingProxyType

from shortlist.guarding.roles import Role

OPEN = "open"
ACCEPTED = "aangenomen"
REFUSED = "afgewezen"
LAPSED = "vervallen"
STATES = (OPEN, ACCEPTED, REFUSED, LAPSED)

JIT = frozenset({Role.JEUGDAGENT, Role.JONGERENWERKER, Role.VEILIGHEIDSMANAGER})
"""Who is told, and who decides: the members of the JIT (domain/almere.md)."""

TRANSITIONS: Mapping[tuple[str, str], frozenset[Role]] = MappingProxyType(
    {(OPEN, ACCEPTED): JIT, (OPEN, REFUSED): JIT, (OPEN, LAPSED): frozenset()}
)
"""(state, next state) → who does it; nobody: the worker, when the groups have changed meanwhile."""


def may_follow(state: str, following: str, roles: frozenset[Role] | None) -> bool:
    """Tell whether somebody with these roles (None: the worker) may take a signal from one state to another."""
    who = TRANSITIONS.get((state, following))
    if who is None:
        return False
    return not who if roles is None else bool(who & roles)
