"""What may happen to a signal, and who does it: the one table that everything is held against."""

from collections.abc import Mapping
from types import MappingProxyType

from shortlist.guarding.roles import Role
from shortlist.showing.states import BEGIN, PROGRAM, State, StateTable, Transition

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
_WHAT = {ACCEPTED: "neemt aan", REFUSED: "wijst af", LAPSED: "laat vervallen"}
_JIT = tuple(role.value for role in Role if role in JIT)
TABLE = StateTable(
    "netwerksignaal",
    "Signaal uit een netwerk",
    "Berekend uit wie samen is gezien; een mens neemt het aan of wijst het af. Een besluit staat vast.",
    (
        State(OPEN, "Wacht op iemand van het JIT.", _JIT),
        State(ACCEPTED, "Uitgevoerd: de groepen zijn verbonden, samengegaan, gesplitst of nieuw."),
        State(REFUSED, "Wij zien dit op straat niet; het komt met dezelfde waarnemingen niet terug."),
        State(LAPSED, "De groepen zijn intussen anders; er is niets meer te besluiten."),
    ),
    (
        Transition(BEGIN, OPEN, (PROGRAM,), "vindt het in de waarnemingen"),
        *(
            Transition(before, after, _JIT if who else (PROGRAM,), _WHAT[after], reason=bool(who))
            for (before, after), who in TRANSITIONS.items()
        ),
    ),
)


def may_follow(state: str, following: str, roles: frozenset[Role] | None) -> bool:
    """Tell whether somebody with these roles (None: the worker) may take a signal from one state to another."""
    who = TRANSITIONS.get((state, following))
    if who is None:
        return False
    return not who if roles is None else bool(who & roles)
