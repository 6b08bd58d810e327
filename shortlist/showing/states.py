"""The state table of an object: which states it has, who has it in hand, within which term, and what may follow.

Each room writes the tables of its own objects beside the code that holds them; ``navigation.py`` collects them for
the one page on which they can be read together.
"""

from collections.abc import Iterable
from dataclasses import dataclass

BEGIN = ""
"""Stands before the first state."""
PROGRAM = "programma"
"""Does what no person does: the worker that computes, the calendar by which a term runs out."""


@dataclass(frozen=True, slots=True)
class State:
    """One state of an object."""

    name: str
    text: str
    """What it means, in one sentence."""
    owner: tuple[str, ...] = ()
    """Roles that have it in hand; nobody: it is at rest."""
    term: str = ""
    """Id of the term in ``rules/terms.yaml`` within which the owner acts; empty: none, or the rule is said in text."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One step that may be taken; every step that stands in no table is refused."""

    before: str
    after: str
    who: tuple[str, ...]
    """Roles that may take it, or :data:`PROGRAM`."""
    what: str
    """What happens, as a verb: ``keurt goed``."""
    reason: bool = False
    """Whether a reason must be written."""


@dataclass(frozen=True, slots=True)
class StateTable:
    """All states and steps of one kind of object."""

    key: str
    title: str
    about: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]

    def __post_init__(self) -> None:
        """Refuse a table that names a state it does not have, or says a step twice."""
        names = [state.name for state in self.states]
        steps = [(one.before, one.after) for one in self.transitions]
        unknown = {name for step in steps for name in step} - {BEGIN, *names}
        if unknown or len(set(names)) != len(names) or len(set(steps)) != len(steps):
            raise ValueError(f"state table {self.key}: unknown {sorted(unknown)} or something twice")

    def allows(self, before: str, after: str) -> bool:
        """Tell whether a step may be taken by anybody."""
        return any((one.before, one.after) == (before, after) for one in self.transitions)

    def who(self, before: str, after: str) -> tuple[str, ...]:
        """Return the roles that may take a step; nobody when it is forbidden."""
        for one in self.transitions:
            if (one.before, one.after) == (before, after):
                return one.who
        return ()

    def following(self, before: str, roles: Iterable[str]) -> list[str]:
        """Return the next states that somebody with these roles may choose, in the order of the states."""
        mine = set(roles)
        return [state.name for state in self.states if mine & set(self.who(before, state.name))]
