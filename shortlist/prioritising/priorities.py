"""What a priority means: its value for planning, how long it holds, and what may happen to a proposal.

People decide priorities; nothing here computes one. The numbers stand in ``rules/priorities.yaml``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

OPEN = "open"
"""Nobody decided on the proposal yet."""

SET = "vastgesteld"
RETURNED = "teruggestuurd"
TO_TRIANGLE = "naar driehoek"

TRANSITIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        OPEN: frozenset({SET, RETURNED, TO_TRIANGLE}),
        TO_TRIANGLE: frozenset({SET, RETURNED}),
        RETURNED: frozenset(),
        SET: frozenset(),
    }
)
"""State of a proposal → what the Stafgroep may still decide (almere.md section 1: dissent goes to the driehoek)."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one priority means."""

    priority: str
    text: str
    value: int
    """Worth of one planned visit, for the week plan."""


@dataclass(frozen=True, slots=True)
class UrgentRules:
    """How long a spoedprocedure may run without the ordinary way."""

    days: int
    """Days that it holds, the first included."""
    remind_days: int
    """So many days before it lapses, the review is urgent."""
    again_needs_review: bool
    """Whether a second one waits for an assessment or a decision of the Stafgroep after the first."""


@dataclass(frozen=True, slots=True)
class PriorityRules:
    """The dated rules of ``rules/priorities.yaml``."""

    name: str
    valid_from: date
    default_months: int
    maximum_months: int
    remind_days: int
    urgent: "UrgentRules"
    themes: tuple[str, ...]
    """Order of the duiding themes on screen; never a sum."""
    prosecution: tuple[str, ...]
    """Classes that are the OM's: jeugdboa's are never sent."""
    unregistered: tuple[str, ...]
    """Classes that get no priority."""
    meanings: Mapping[str, Meaning]

    def values(self) -> dict[str, int]:
        """Return the value for planning of each priority."""
        return {name: meaning.value for name, meaning in self.meanings.items()}


def priority_rules(data: Mapping[str, Any]) -> PriorityRules:
    """Read the rules from the contents of a file that its JSON Schema accepted."""
    return PriorityRules(
        name=data["name"],
        valid_from=date.fromisoformat(data["valid_from"]),
        default_months=data["validity"]["default_months"],
        maximum_months=data["validity"]["maximum_months"],
        remind_days=data["validity"]["remind_days"],
        urgent=UrgentRules(
            data["urgent"]["days"], data["urgent"]["remind_days"], data["urgent"]["again_needs_review"]
        ),
        themes=tuple(data["themes"]["order"]),
        prosecution=tuple(data["classes"]["prosecution"]),
        unregistered=tuple(data["classes"]["unregistered"]),
        meanings=MappingProxyType(
            {
                one["priority"]: Meaning(one["priority"], one["text"], one["value"])
                for one in data["priorities"]
            }
        ),
    )


def may_follow(state: str, decision: str) -> bool:
    """Tell whether a decision may be taken on a proposal in this state."""
    return decision in TRANSITIONS.get(state, frozenset())
