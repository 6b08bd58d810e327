"""What a report after a visit must hold: outcome, minutes, number seen and facts have to fit together."""

from collections.abc import Mapping
from dataclasses import dataclass

REACHED = "groep bereikt"
NOBODY = "niemand aangetroffen"
MOVED = "overlast verplaatst"
INCIDENT = "incident"
TALKED = "gesprek gevoerd"
NOT_THERE = "niet geweest"
OUTCOMES: Mapping[str, str] = {
    REACHED: "De groep was er; u was zichtbaar of sprak hen kort aan.",
    TALKED: "U had een echt gesprek met de groep of een van hen.",
    NOBODY: "U keek, en er was niemand. Ook dat telt.",
    MOVED: "De overlast was ergens anders heen.",
    INCIDENT: "Er gebeurde iets waarop u moest ingrijpen.",
    NOT_THERE: "U bent er niet geweest.",
}
"""Outcome → what it means, for the form."""
NOBODY_SEEN = "Niemand aangetroffen."
MOST_MINUTES = 720
MOST_SEEN = 200
SHORTEST = 5


@dataclass(frozen=True, slots=True)
class Filled:
    """The numbers and facts of a report after the blanks were filled in that need no asking."""

    minutes: int
    seen_count: int
    feit: str


def fill(outcome: str, minutes: int | None, seen_count: int | None, feit: str) -> Filled:
    """Fill in what follows from the outcome: nobody there is 0 seen, not been is 0 minutes.

    The form starts with the planned minutes, so those say nothing when nobody went.
    """
    if outcome == NOT_THERE:
        return Filled(0, seen_count or 0, feit)
    if outcome == NOBODY:
        return Filled(minutes or 0, seen_count or 0, feit or NOBODY_SEEN)
    return Filled(minutes or 0, seen_count or 0, feit)


def faults(outcome: str, filled: Filled) -> dict[str, str]:
    """Say per field in Dutch what does not fit; nothing when the report can stand."""
    found: dict[str, str] = {}
    if outcome == NOT_THERE:
        if filled.seen_count:
            found["seen_count"] = "U bent er niet geweest: laat dit leeg of kies een andere uitkomst."
        if len(filled.feit) < SHORTEST:
            found["feit"] = "Schrijf kort waarom u er niet bent geweest."
        return found
    if not 1 <= filled.minutes <= MOST_MINUTES:
        found["minutes"] = f"Vul in hoeveel minuten u er was: 1 tot en met {MOST_MINUTES}."
    if not 0 <= filled.seen_count <= MOST_SEEN:
        found["seen_count"] = f"{filled.seen_count} jongeren kan niet. Vul 0 tot en met {MOST_SEEN} in."
    elif outcome == NOBODY and filled.seen_count:
        found["seen_count"] = f"U zag {filled.seen_count} jongeren. Vul 0 in, of kies een andere uitkomst."
    elif outcome in {REACHED, TALKED} and not filled.seen_count:
        found["seen_count"] = "Hoeveel jongeren zag u? Was er niemand, kies dan die uitkomst."
    if outcome != NOBODY and len(filled.feit) < SHORTEST:
        found["feit"] = "Schrijf kort wat u zag of hoorde, zonder oordeel."
    return found
