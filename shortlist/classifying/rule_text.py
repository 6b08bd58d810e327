"""A ruleset as readable Dutch text: each condition as a line, what belongs below it indented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shortlist.classifying.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    Criterion,
    Named,
    Not,
)
from shortlist.classifying.questionnaire import Questionnaire


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text with the lines below it."""

    text: str
    below: tuple["Line", ...] = ()


def as_text(condition: Condition, criteria: Mapping[str, Criterion], questionnaire: Questionnaire) -> Line:
    """Return a condition as a line; criteria with a name are cited by their text, not spelt out again."""
    match condition:
        case Compare():
            return Line(_compared([condition], "of", questionnaire))
        case Named(criterion):
            return Line(criteria[criterion].text)
        case Not(part):
            inner = as_text(part, criteria, questionnaire)
            return Line(f"niet: {inner.text}", inner.below)
        case AllOf(parts):
            return _joined(parts, len(parts), criteria, questionnaire)
        case AnyOf(parts):
            return _joined(parts, 1, criteria, questionnaire)
        case AtLeast(count, parts):
            return _joined(parts, count, criteria, questionnaire)


def _joined(
    parts: Sequence[Condition],
    count: int,
    criteria: Mapping[str, Criterion],
    questionnaire: Questionnaire,
) -> Line:
    if len(parts) == 1:
        return as_text(parts[0], criteria, questionnaire)
    compared = [part for part in parts if isinstance(part, Compare)]
    alike = len(compared) == len(parts) and len({(one.wording, one.changed) for one in compared}) == 1
    if alike and count == 1:
        return Line(_compared(compared, "of", questionnaire))
    if alike and count == len(parts):
        return Line(_compared(compared, "en", questionnaire))
    lead = {1: "een of meer van", len(parts): "al het volgende"}.get(count, f"ten minste {count} van")
    if alike:
        return Line(f"{lead}: {_compared(compared, 'en', questionnaire)}")
    return Line(f"{lead}:", tuple(as_text(part, criteria, questionnaire) for part in parts))


def _compared(compared: Sequence[Compare], joint: str, questionnaire: Questionnaire) -> str:
    labels = [questionnaire.items[one.item].label for one in compared]
    named = labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} {joint} {labels[-1]}"
    since = " sinds de vorige duiding" if compared[0].changed else ""
    return f"{named}{since}: {compared[0].wording}"
