"""Who sits in the Stafgroep by function, and whether those present may decide.

The functions and the quorum stand in ``rules/stafgroep.yaml``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Function:
    """One seat in the Stafgroep."""

    id: str
    label: str
    chair: bool
    required: bool
    """Without it nothing is decided."""


@dataclass(frozen=True, slots=True)
class StafgroepRules:
    """Composition and quorum, as in force."""

    valid_from: date
    functions: tuple[Function, ...]
    least: int
    """So many functions are present at least."""
    because: tuple[str, ...]

    def label(self, function: str) -> str:
        """Return what a function is called; an id of an older file stays as it is."""
        return next((one.label for one in self.functions if one.id == function), function)


def stafgroep_rules(data: Mapping[str, Any]) -> StafgroepRules:
    """Read the rules from the contents of a file that its JSON Schema accepted."""
    titles = {name: one["title"] for name, one in data["sources"].items()}
    return StafgroepRules(
        date.fromisoformat(data["valid_from"]),
        tuple(
            Function(one["id"], one["label"], one.get("chair", False), one["required"])
            for one in data["functions"]
        ),
        data["quorum"]["least"],
        tuple(f"{titles[one['source']]}, {one['locator']}" for one in data["quorum"]["because"]),
    )


def lacking(present: Collection[str], rules: StafgroepRules) -> tuple[str, ...]:
    """Say in Dutch what is lacking to decide; nothing: there is a quorum."""
    told = [f"{one.label} ontbreekt" for one in rules.functions if one.required and one.id not in present]
    known = sum(one.id in present for one in rules.functions)
    if known < rules.least:
        told.append(f"er zijn {known} van ten minste {rules.least} functies aanwezig")
    return tuple(told)
