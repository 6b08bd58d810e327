"""A ruleset as Dutch text: what each rule asks, in lines a page can indent and print."""

from collections.abc import Iterator, Mapping
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
from shortlist.classifying.questionnaire import Citation, Questionnaire

_COUNTS = ("", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a rule's text; ``depth`` is how far it is indented, ``because`` its own sources if any."""

    depth: int
    text: str
    because: tuple[Citation, ...] = ()


def in_words(
    condition: Condition, criteria: Mapping[str, Criterion], questionnaire: Questionnaire
) -> tuple[Line, ...]:
    """Return a condition as Dutch lines, criteria opened up with their own text and sources."""
    return tuple(_lines(condition, criteria, questionnaire, 0))


def _lines(
    condition: Condition, criteria: Mapping[str, Criterion], questionnaire: Questionnaire, depth: int
) -> Iterator[Line]:
    match condition:
        case Compare():
            yield Line(depth, _comparison(condition, questionnaire))
        case Named(name):
            criterion = criteria[name]
            yield Line(depth, criterion.text, criterion.because)
            yield from _lines(criterion.when, criteria, questionnaire, depth + 1)
        case Not(part):
            yield Line(depth, "niet:")
            yield from _lines(part, criteria, questionnaire, depth + 1)
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            joined = _joined(condition, questionnaire)
            if joined:
                yield Line(depth, joined)
                return
            yield Line(depth, f"{_how_many(condition)}:")
            for part in parts:
                yield from _lines(part, criteria, questionnaire, depth + 1)


def _how_many(condition: AllOf | AnyOf | AtLeast) -> str:
    match condition:
        case AllOf():
            return "alles hieronder geldt"
        case AnyOf():
            return "ten minste één hiervan geldt"
        case AtLeast(count, _):
            number = _COUNTS[count] if count < len(_COUNTS) else str(count)
            return f"ten minste {number} hiervan {'geldt' if count == 1 else 'gelden'}"


def _joined(condition: AllOf | AnyOf | AtLeast, questionnaire: Questionnaire) -> str:
    """Return one line for items that are all compared alike, or nothing when they are not."""
    parts = [part for part in condition.parts if isinstance(part, Compare)]
    if len(parts) < len(condition.parts) or len({(part.wording, part.changed) for part in parts}) > 1:
        return ""
    labels = [questionnaire.items[part.item].label for part in parts]
    if len(labels) == 1:
        return _comparison(parts[0], questionnaire)
    wording = parts[0].wording
    match condition:
        case AllOf():
            return f"{', '.join(labels[:-1])} en {labels[-1]}: alle {wording}"
        case AnyOf() | AtLeast(1, _):
            return f"{', '.join(labels[:-1])} of {labels[-1]}: {wording}"
        case AtLeast(count, _):
            number = _COUNTS[count] if count < len(_COUNTS) else str(count)
            return f"ten minste {number} van {', '.join(labels[:-1])} en {labels[-1]}: {wording}"


def _comparison(compare: Compare, questionnaire: Questionnaire) -> str:
    return f"{questionnaire.items[compare.item].label}: {compare.wording}"
