"""What a priority means: its value for planning, how long it holds, and what may happen to a proposal.

People decide priorities; nothing here computes one. The numbers stand in ``rules/priorities.yaml``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from shortlist.guarding.roles import Role
from shortlist.showing.states import BEGIN, State, StateTable, Transition

OPEN = "open"
"""Nobody decided on the proposal yet."""

SET = "vastgesteld"
RETURNED = "teruggestuurd"
TO_TRIANGLE = "naar driehoek"

_MANAGER, _STAFGROEP = (Role.VEILIGHEIDSMANAGER.value,), (Role.STAFGROEPLID.value,)
TABLE = StateTable(
    "voorstel",
    "Voorstel voor een prioriteit",
    "De Stafgroep besluit in een vergadering met quorum. Bij blijvend verschil van mening besluit de driehoek. Een "
    "nieuw voorstel vervangt het vorige; een vastgestelde prioriteit geldt tot haar laatste dag.",
    (
        State(OPEN, "Ligt bij de Stafgroep.", _STAFGROEP, "voorstel-besluit"),
        State(SET, "De prioriteit geldt, tot en met de dag die erbij staat."),
        State(
            RETURNED, "De veiligheidsmanager herziet het; de reden staat erbij.", _MANAGER, "voorstel-herzien"
        ),
        State(TO_TRIANGLE, "De driehoek besluit.", (*_STAFGROEP, *_MANAGER), "driehoek-besluit"),
    ),
    (
        Transition(BEGIN, OPEN, _MANAGER, "stelt een prioriteit voor", reason=True),
        Transition(OPEN, SET, _STAFGROEP, "stelt vast in een vergadering met quorum", reason=True),
        Transition(OPEN, RETURNED, _STAFGROEP, "stuurt terug", reason=True),
        Transition(
            OPEN, TO_TRIANGLE, _STAFGROEP, "legt het verschil van mening voor aan de driehoek", reason=True
        ),
        Transition(
            TO_TRIANGLE, SET, (*_STAFGROEP, *_MANAGER), "legt vast dat de driehoek vaststelde", reason=True
        ),
        Transition(
            TO_TRIANGLE,
            RETURNED,
            (*_STAFGROEP, *_MANAGER),
            "legt vast dat de driehoek terugstuurde",
            reason=True,
        ),
    ),
)
"""What may happen to a proposal (Verwey-Jonker 2013, § 3.4B: the Stafgroep has the mandate, dissent goes up)."""

MEETING_RUNS, MEETING_CLOSED = "loopt", "gesloten"
MEETING_TABLE = StateTable(
    "vergadering",
    "Vergadering van de Stafgroep",
    "Per stadsdeel loopt er ten hoogste één. Zonder quorum wordt niets besloten; wie later komt, wordt bijgeschreven.",
    (
        State(MEETING_RUNS, "Besluiten kan zolang er een quorum is.", _STAFGROEP),
        State(MEETING_CLOSED, "De notulen staan vast."),
    ),
    (
        Transition(BEGIN, MEETING_RUNS, _STAFGROEP, "opent de vergadering met de presentielijst"),
        Transition(MEETING_RUNS, MEETING_CLOSED, _STAFGROEP, "sluit de vergadering"),
    ),
)

CRIMINAL, TRANSFERRED = "crimineel vastgesteld", "overgedragen aan het OM"
PROSECUTION_TABLE = StateTable(
    "om-overdracht",
    "Overdracht van een criminele groep aan het OM",
    "Een groep die als crimineel is vastgesteld, is van het OM. Het stuk bevat gedateerde feiten over de groep; geen "
    "oordelen, geen personen. Een nieuwe duiding als crimineel vraagt om een nieuwe overdracht.",
    (
        State(CRIMINAL, "De duiding staat; de overdracht moet nog.", _MANAGER, "om-overdracht"),
        State(TRANSFERRED, "Het OM heeft de leiding."),
    ),
    (
        Transition(
            BEGIN,
            CRIMINAL,
            (Role.JEUGDAGENT.value, Role.JONGERENWERKER.value),
            "stellen de duiding vast",
            reason=True,
        ),
        Transition(CRIMINAL, TRANSFERRED, _MANAGER, "draagt over met gedateerde feiten", reason=True),
        Transition(TRANSFERRED, TRANSFERRED, _MANAGER, "vult de overdracht aan", reason=True),
    ),
)


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
    return TABLE.allows(state, decision)
