"""From agreed answers to what is laid before a person: every ruleset's verdict and the duiding, as plain data.

The data has the shape of ``shortlist classify``, so that what was shown on the day of an assessment can be kept
and shown again as it was, whatever the rules have become since.
"""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shortlist.classifying.duiding import DuidingRules, describe, duiding_as_json
from shortlist.classifying.questionnaire import Answers, Questionnaire
from shortlist.classifying.verdict import Ruleset, as_json, classify

ONLY_DUIDING = "alleen duiding"
"""The decision that a group is described by its duiding, without any class."""

Shown = Mapping[str, Any]
"""A verdict, a theme or a duiding as JSON-like data."""


@dataclass(frozen=True, slots=True)
class AssessmentTerms:
    """How long an assessment holds and what is shown first, as in force on a day (``rules/assessment-terms.yaml``)."""

    leading_ruleset: str
    valid_months: int
    remind_days: int
    """So many days before it lapses, an assessment asks for its successor."""
    period_weeks: int
    """So many weeks a new round looks back unless somebody chooses otherwise."""
    round_open_days: int
    """So many days a round stays open; after that a new one may begin."""


def assess(
    answers: Answers,
    rulesets: Iterable[Ruleset],
    duiding: DuidingRules,
    *,
    leading: str,
    previous: Answers | None = None,
) -> list[dict[str, Any]]:
    """Return the verdict of every ruleset, the leading one first, each with the duiding."""
    described = duiding_as_json(describe(answers, duiding, previous))
    ordered = sorted(
        rulesets, key=lambda ruleset: (ruleset.name != leading, ruleset.valid_from, ruleset.name)
    )
    return [as_json(classify(answers, ruleset)) | {"duiding": described} for ruleset in ordered]


def short_duiding(duiding: Shown, questionnaire: Questionnaire) -> dict[str, Any]:
    """Return per theme its level and its reasons as short Dutch texts: the rule, then the facts it rests on.

    A theme that is not known yet names the questions on which it depends.
    """
    short = {}
    for name, theme in duiding.items():
        reasons = [str(theme["text"])] if theme.get("text") else []
        reasons += [said(reason["criterion"], reason["answer"], questionnaire) for reason in theme["reasons"]]
        if theme["level"] == "onbekend":
            if 1 < len(theme["possible"]) <= 2:
                reasons.append(f"mogelijk {' of '.join(theme['possible'])}")
            if theme.get("provisional"):
                reasons.append(f"voorlopig {theme['provisional']}, als ‘geen aanwijzing’ klopt")
            labels = [
                questionnaire.items[item].label for item in theme["missing"] if item in questionnaire.items
            ]
            if labels:
                more = f" en {len(labels) - 4} andere" if len(labels) > 5 else ""
                reasons.append(f"nog niet bekend: {', '.join(labels[:4] if more else labels)}{more}")
        short[name] = {"level": theme["level"], "reasons": list(dict.fromkeys(reasons))}
    return short


def said(item: str, answer: Any, questionnaire: Questionnaire) -> str:
    """Say one answer shortly, ``alcohol: soms (af en toe)``."""
    if item not in questionnaire.items:
        return f"{item}: {answer}"
    return f"{questionnaire.items[item].label}: {questionnaire.word(item, answer)}"


def choices(verdict: Shown, classes: Sequence[str]) -> tuple[str, ...]:
    """Return what a person can decide: every class of the leading ruleset, the outcome itself, or no class."""
    found = list(classes)
    if verdict["outcome"] not in found:
        found.append(verdict["outcome"])
    return (*found, ONLY_DUIDING)


def months_later(day: date, months: int) -> date:
    """Return the same day of the month so many months on, or the last day of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
