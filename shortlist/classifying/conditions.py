"""The language of the rules: conditions over answers, as data.

A condition compares one item with its scale, or joins other conditions: all, any, not, at least *n* of. A
rule table is a list of rules read from the top: the first whose condition holds decides. Both are built from
YAML by ``rules_files.py`` and evaluated three-valued by ``table.py``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shortlist.classifying.questionnaire import Citation


@dataclass(frozen=True, slots=True)
class Compare:
    """One item compared: the scale ``values`` that satisfy it, or the numbers ``low`` to ``high`` included.

    ``changed`` compares the item with the previous assessment instead: *lager*, *gelijk* or *hoger*.
    """

    item: str
    wording: str
    """What is asked, in Dutch: "ten minste soms"."""
    values: frozenset[str] = frozenset()
    low: int | None = None
    high: int | None = None
    changed: bool = False

    @property
    def fact(self) -> str:
        """The name under which the compared value is looked up."""
        return change_of(self.item) if self.changed else self.item


@dataclass(frozen=True, slots=True)
class Named:
    """A criterion that has a name in the same table."""

    criterion: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``count`` of the parts hold."""

    count: int
    parts: tuple["Condition", ...]


Condition = Compare | Named | AllOf | AnyOf | Not | AtLeast


@dataclass(frozen=True, slots=True)
class Criterion:
    """A condition with a name, a Dutch text and its sources."""

    id: str
    text: str
    when: Condition
    because: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """If ``when`` holds the table gives ``result``; ``None`` stands for "otherwise"."""

    id: str
    result: str
    text: str
    when: Condition | None
    because: tuple[Citation, ...]


def change_of(item: str) -> str:
    """Return the name of the fact "how this item changed since the previous assessment"."""
    return f"{item} (verloop)"


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions directly inside a condition."""
    match condition:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return parts
        case Not(part):
            return (part,)
        case _:
            return ()


def comparisons(
    condition: Condition, criteria: Mapping[str, Criterion], within: str
) -> Iterator[tuple[str, Compare]]:
    """Yield every comparison with the nearest named criterion it belongs to, in reading order."""
    match condition:
        case Compare():
            yield within, condition
        case Named(criterion):
            yield from comparisons(criteria[criterion].when, criteria, criterion)
        case _:
            for part in parts_of(condition):
                yield from comparisons(part, criteria, within)


def named_in(condition: Condition, criteria: Mapping[str, Criterion]) -> Iterator[str]:
    """Yield the names of the criteria a condition rests on, outermost first, in reading order."""
    match condition:
        case Named(criterion):
            yield criterion
            yield from named_in(criteria[criterion].when, criteria)
        case _:
            for part in parts_of(condition):
                yield from named_in(part, criteria)
