"""The duiding: four themes with a level and the facts it rests on, three-valued and without any sum."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shortlist.classifying.conditions import Criterion, Rule, change_of
from shortlist.classifying.questionnaire import (
    GEEN_AANWIJZING,
    Answer,
    Answers,
    Citation,
    Questionnaire,
)
from shortlist.classifying.table import CHANGES, Reason, RuleTable
from shortlist.classifying.verdict import Change, because_as_json, reason_as_json

UNKNOWN_LEVEL = "onbekend"
"""The level when more than one is still possible."""


@dataclass(frozen=True)
class Theme:
    """One theme and its rules, compiled with and without a previous assessment to compare with."""

    id: str
    label: str
    text: str
    rules: tuple[Rule, ...]
    criteria: Mapping[str, Criterion]
    alone: RuleTable = field(repr=False, compare=False)
    compared: RuleTable = field(repr=False, compare=False)


@dataclass(frozen=True)
class DuidingRules:
    """The dated rules of all themes. ``levels`` is low to high."""

    name: str
    title: str
    about: str
    valid_from: date
    valid_until: date | None
    levels: tuple[str, ...]
    themes: tuple[Theme, ...]
    sources: Mapping[str, Citation]
    history: tuple[Change, ...]
    questionnaire: Questionnaire = field(repr=False)


@dataclass(frozen=True, slots=True)
class ThemeReading:
    """What one theme came to."""

    theme: Theme = field(repr=False)
    level: str
    """*laag*, *midden*, *hoog*, or *onbekend* while more than one is possible."""
    possible: tuple[str, ...]
    rule: Rule | None
    """The rule that decides, when that is certain."""
    reasons: tuple[Reason, ...]
    """The facts that hold, each once, in the order of the rules."""
    missing: tuple[str, ...]
    """The unknown items on which the level still depends."""
    provisional: str | None
    """The level with ``geen_aanwijzing`` read as *nooit*; ``None`` when that changes nothing."""


Duiding = Mapping[str, ThemeReading]
"""Theme id → reading, in the order of the file."""


def describe(answers: Answers, rules: DuidingRules, previous: Answers | None = None) -> Duiding:
    """Return the duiding of checked answers, compared with the ``previous`` assessment's when given.

    A change counts only where the item is known both times. Without a previous assessment the rules that
    compare are left out: there is nothing to be unknown about.
    """
    facts = answers
    assumed = assumed_facts = _assuming(answers)
    if previous is not None:
        facts = {**answers, **_changes(answers, previous, rules.questionnaire)}
        assumed_facts = {**assumed, **_changes(assumed, _assuming(previous), rules.questionnaire)}
    return {
        theme.id: _read(
            theme, theme.alone if previous is None else theme.compared, facts, assumed_facts, rules
        )
        for theme in rules.themes
    }


def _read(
    theme: Theme,
    table: RuleTable,
    facts: Mapping[str, Answer],
    assumed: Mapping[str, Answer],
    rules: DuidingRules,
) -> ThemeReading:
    codes = table.codes(facts)
    mask = table.outcome.possible(codes)
    possible = table.names(mask)
    certain = mask & (mask - 1) == 0
    missing: tuple[str, ...] = ()
    provisional = None
    if not certain:
        places = table.outcome.undecided(codes)
        missing = rules.questionnaire.in_order(table.items[place] for place in places)
        then = table.outcome.possible(table.codes(assumed))
        if then != mask:
            provisional = table.names(then)[0] if then & (then - 1) == 0 else None
    holding: dict[str, Reason] = {}
    for reason in table.reasons(facts):
        if reason.holds:
            holding.setdefault(reason.short, reason)
    return ThemeReading(
        theme=theme,
        level=possible[0] if certain else UNKNOWN_LEVEL,
        possible=possible,
        rule=table.deciding_rule(codes),
        reasons=tuple(holding.values()),
        missing=missing,
        provisional=provisional,
    )


def _assuming(answers: Answers) -> Answers:
    if GEEN_AANWIJZING not in answers.values():
        return answers
    return {item: "nooit" if answer == GEEN_AANWIJZING else answer for item, answer in answers.items()}


def _changes(answers: Answers, previous: Answers, questionnaire: Questionnaire) -> dict[str, Answer]:
    """Return for every item known both times whether it is lower, equal or higher now."""
    changes: dict[str, Answer] = {}
    for item, answer in answers.items():
        before = previous.get(item)
        if before is None:
            continue
        scale = questionnaire.items[item].scale
        if isinstance(answer, int) and isinstance(before, int):
            step = (answer > before) - (answer < before)
        elif answer in scale.values and before in scale.values:
            now_at, before_at = scale.values.index(str(answer)), scale.values.index(str(before))
            step = (now_at > before_at) - (now_at < before_at)
        else:
            continue
        changes[change_of(item)] = CHANGES[step + 1]
    return changes


def duiding_as_json(duiding: Duiding) -> dict[str, Any]:
    """Return the duiding in the shape of the contract of ``shortlist classify``."""
    return {
        name: {
            "level": reading.level,
            "possible": list(reading.possible),
            **because_of_level(reading),
            "reasons": [reason_as_json(reason) for reason in reading.reasons],
            "missing": list(reading.missing),
            "provisional": reading.provisional,
        }
        for name, reading in duiding.items()
    }


def because_of_level(reading: ThemeReading) -> dict[str, Any]:
    """Return the rule that gave the level, its text and its sources, in the shape of the contract."""
    rule = reading.rule
    return {
        "rule": rule.id if rule else None,
        "text": rule.text if rule else None,
        "because": because_as_json(rule.because) if rule else [],
    }
