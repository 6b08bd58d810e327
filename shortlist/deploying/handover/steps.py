"""The way of a report from the team to the JIT: who sees it when, and who passes it on.

Source: Verwey-Jonker 2013, annex IV-D (the coördinator VTH gets the reports first, the veiligheidsmanager then, who
passes them on to the JIT).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shortlist.guarding.roles import Role
from shortlist.showing.states import BEGIN, State, StateTable, Transition

REPORTED = "gemeld"
WITH_MANAGER = "bij de veiligheidsmanager"
WITH_JIT = "bij het JIT"
READ = "gelezen door het JIT"
_TEAM = (Role.JEUGDBOA.value, Role.JONGERENWERKER.value, Role.JEUGDAGENT.value)
_JIT = (Role.JEUGDAGENT.value, Role.JONGERENWERKER.value)
_COORDINATOR, _MANAGER = (Role.COORDINATOR_VTH.value,), (Role.VEILIGHEIDSMANAGER.value,)

TABLE = StateTable(
    "verslag",
    "Verslag van een bezoek",
    "Wie het verslag al heeft gezien, staat erbij. Een verbeterd verslag gaat de weg opnieuw.",
    (
        State(REPORTED, "De coördinator VTH ziet het als eerste.", _COORDINATOR, "verslag-coordinator"),
        State(WITH_MANAGER, "De coördinator zag het en gaf het door.", _MANAGER, "verslag-manager"),
        State(WITH_JIT, "De veiligheidsmanager zag het en gaf het door.", _JIT, "verslag-jit"),
        State(READ, "Ten minste één lid van het JIT las het."),
    ),
    (
        Transition(BEGIN, REPORTED, _TEAM, "meldt het bezoek; het wordt ook een waarneming met inspanning"),
        Transition(REPORTED, WITH_MANAGER, _COORDINATOR, "ziet het en geeft het door"),
        Transition(WITH_MANAGER, WITH_JIT, _MANAGER, "ziet het en geeft het door"),
        Transition(WITH_JIT, READ, _JIT, "leest het"),
        Transition(READ, READ, _JIT, "leest het ook"),
    ),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody saw the report and passed it on."""

    state: str
    """What the report became by it."""
    at: datetime
    by: str
    by_id: object = None


def state_of(seen: Sequence[Seen]) -> str:
    """Return where a report stands after these steps, in any order."""
    reached = {one.state for one in seen}
    return next((state for state in (READ, WITH_JIT, WITH_MANAGER) if state in reached), REPORTED)


def next_for(seen: Sequence[Seen], roles: frozenset[Role], reader: object) -> str | None:
    """Return the state that somebody would give a report by having seen it; None when it asks nothing of them."""
    now = state_of(seen)
    if now == READ and any(one.by_id == reader for one in seen if one.state == READ):
        return None
    following = TABLE.following(now, roles)
    return following[0] if following else None
