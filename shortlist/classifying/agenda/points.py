"""A point on the JIT agenda: the states it can be in, and which step leads from which to which.

Source: Verwey-Jonker 2013, section 3.4B: the JIT discusses what the two professionals bring; what the JIT does not
settle either goes to the driehoek.
"""

from collections.abc import Sequence
from enum import StrEnum


class Step(StrEnum):
    """What can be recorded about a point."""

    BESLUIT_JIT = "besluit jit"
    NAAR_DRIEHOEK = "naar driehoek"
    BESLUIT_DRIEHOEK = "besluit driehoek"


class State(StrEnum):
    """How a point stands."""

    OPEN = "open"
    BIJ_DRIEHOEK = "bij de driehoek"
    BESLOTEN = "besloten"
    VERVALLEN = "vervallen"
    """Settled by the two after all, or overtaken by a newer assessment of the group."""


TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.OPEN, Step.BESLUIT_JIT): State.BESLOTEN,
    (State.OPEN, Step.NAAR_DRIEHOEK): State.BIJ_DRIEHOEK,
    (State.BIJ_DRIEHOEK, Step.BESLUIT_DRIEHOEK): State.BESLOTEN,
}
"""Everything that may happen; a pair that is not here is refused."""

REFUSALS: dict[State, str] = {
    State.OPEN: "Deze vraag ligt nog bij het JIT. Leg eerst vast dat zij naar de driehoek gaat.",
    State.BIJ_DRIEHOEK: "Deze vraag ligt bij de driehoek. Leg het besluit van de driehoek vast.",
    State.BESLOTEN: "Over deze vraag is al besloten. Het besluit staat op de JIT-agenda.",
    State.VERVALLEN: "Deze vraag is vervallen: zij is alsnog samen beantwoord, of er is een nieuwere duiding.",
}
"""What is told when a step cannot be taken in a state."""


def state_of(steps: Sequence[Step], *, lapsed: bool) -> State:
    """Return the state after the steps that were recorded, in their order.

    ``lapsed``: settled by the two themselves, or overtaken; a decision that was taken stands nevertheless.

    Raises:
        ValueError: the steps cannot have followed one another.
    """
    state = State.OPEN
    for step in steps:
        if (state, step) not in TRANSITIONS:
            raise ValueError(f"{step} cannot follow in state {state}")
        state = TRANSITIONS[state, step]
    return State.VERVALLEN if lapsed and state is not State.BESLOTEN else state
