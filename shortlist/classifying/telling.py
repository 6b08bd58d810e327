"""A verdict as a page tells it: one line for the label, a sentence per criterion, what decides, what would change.

Takes verdicts in the shape of ``shortlist classify``, so that an old assessment is told as it was on its day.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shortlist.classifying.assessing import ONLY_DUIDING, said
from shortlist.classifying.questionnaire import GEEN_AANWIJZING, ONBEKEND, Answer, Questionnaire
from shortlist.classifying.sightings import Sighting, evidence
from shortlist.classifying.verdict import TOO_LITTLE
from shortlist.showing.words import hoofdletter, klassen, lijst, woord

FLIPS_SHOWN = 6
"""So many ways to another outcome are written out; the rest is counted."""

ABSENT = ("nooit", GEEN_AANWIJZING)
"""Answers that say that something does not happen, or was not seen."""

Verdict = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One criterion, rule or gate: whether it holds, in a sentence, with observations and sources."""

    holds: bool | None
    sentence: str
    rests_on: tuple[str, ...]
    """Per fact that holds: the observations behind it."""
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldRule:
    """A rule with its criteria below it."""

    title: str
    rule: Told
    criteria: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Decisive:
    """A question that still decides."""

    item: str
    question: str


@dataclass(frozen=True, slots=True)
class Story:
    """Everything a page says about one ruleset's verdict."""

    ruleset: str
    valid_from: date
    outcome: str
    possible: tuple[str, ...]
    gate_decides: bool
    rules: tuple[ToldRule, ...]
    provisional: str
    """The provisional outcome; empty without assumptions."""
    assumes: tuple[str, ...]
    settle: tuple[Decisive, ...]
    flips: tuple[str, ...]
    more_flips: int
    shortcuts: tuple[str, ...]


def story(
    verdict: Verdict, paper: Questionnaire, behind: Mapping[str, Sequence[Sighting]] | None = None
) -> Story:
    """Tell one verdict; ``behind`` maps items to the observations that their answers rest on."""
    provisional = verdict["provisional"] if verdict["provisional"]["assumes"] else None
    flips = [_flip(flip["change"], flip["outcome"], paper) for flip in _varied(verdict["flips"])]
    shortcuts = [_flip(one["answers"], one["outcome"], paper) for one in verdict.get("shortcuts", ())]
    return Story(
        ruleset=verdict["ruleset"],
        valid_from=date.fromisoformat(verdict["valid_from"]),
        outcome=verdict["outcome"],
        possible=tuple(verdict["possible"]),
        gate_decides=verdict["gate_decides"],
        rules=_rules(verdict, paper, behind or {}),
        provisional=_range(provisional) if provisional else "",
        assumes=tuple(_label(item, paper) for item in provisional["assumes"]) if provisional else (),
        settle=tuple(
            Decisive(item, paper.items[item].question) for item in verdict["settle"] if item in paper.items
        ),
        flips=tuple(flips),
        more_flips=len(verdict["flips"]) - len(flips),
        shortcuts=tuple(shortcuts[:FLIPS_SHOWN]),
    )


def _varied(flips: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Choose the few that tell most: every outcome in turn, then items that were not named yet."""
    left, chosen = list(flips), list[Mapping[str, Any]]()
    outcomes, items = Counter[str](), Counter[str]()
    while left and len(chosen) < FLIPS_SHOWN:
        best = min(
            left, key=lambda one: (outcomes[one["outcome"]], sum(items[item] for item in one["change"]))
        )
        left.remove(best)
        chosen.append(best)
        outcomes[best["outcome"]] += 1
        items.update(best["change"].keys())
    return sorted(chosen, key=flips.index)


def _range(found: Mapping[str, Any]) -> str:
    if found["outcome"] != TOO_LITTLE:
        return str(found["outcome"])
    return f"{TOO_LITTLE} (mogelijk {klassen(found['possible'])})"


def other_line(verdict: Verdict) -> str:
    """Say another ruleset's outcome in one line, and whether its gate alone makes the difference."""
    text = f"Onder {verdict['ruleset']}: {_range(verdict)}"
    if verdict["gate_decides"]:
        text += f" — alleen de poort maakt het verschil; zonder de poort {klassen(verdict['without_gate'])}"
    return f"{text}."


def decision_words(choice: str, outcome: str) -> str:
    """Say a choice on the decision form; every choice reads alike, whether it follows the rules or not."""
    words = {
        TOO_LITTLE: "te weinig bekend voor één klasse",
        ONLY_DUIDING: "alleen duiding, zonder klasse",
    }.get(choice, woord(choice))
    return f"{hoofdletter(words)} (uitkomst van de regelset)" if choice == outcome else hoofdletter(words)


def _rules(
    verdict: Verdict, paper: Questionnaire, behind: Mapping[str, Sequence[Sighting]]
) -> tuple[ToldRule, ...]:
    told: dict[str, list[Told]] = {}
    heads: dict[str, Told] = {}
    for found in verdict["criteria"]:
        is_rule = found["criterion"] == found["rule"]
        facts = {
            reason["criterion"]: reason["answer"]
            for reason in verdict["reasons"]
            if reason["rule"] == found["rule"] and reason["part"] == found["criterion"] and reason["holds"]
        }
        one = Told(
            holds=found["holds"],
            sentence=found["sentence"],
            rests_on=tuple(
                f"{hoofdletter(said(item, answer, paper))} — {evidence(behind[item])}"
                if behind.get(item)
                else f"{hoofdletter(said(item, answer, paper))} — antwoord van de invullers"
                for item, answer in facts.items()
            ),
            sources=tuple(f"{source['source']}, {source['locator']}" for source in found["because"]),
        )
        if is_rule:
            heads[found["rule"]] = one
        else:
            told.setdefault(found["rule"], []).append(one)
    return tuple(
        ToldRule(hoofdletter(woord(name)), head, tuple(told.get(name, ()))) for name, head in heads.items()
    )


def _flip(change: Mapping[str, Answer], outcome: str, paper: Questionnaire) -> str:
    said_so = [f"{_label(item, paper)} ‘{_word(item, answer, paper)}’" for item, answer in change.items()]
    return f"Met {lijst(said_so)}: {woord(outcome)}."


def _label(item: str, paper: Questionnaire) -> str:
    return paper.items[item].label if item in paper.items else item


def _word(item: str, answer: Answer, paper: Questionnaire) -> str:
    return paper.word(item, answer) if item in paper.items else str(answer)


@dataclass(frozen=True, slots=True)
class FactBlock:
    """The answers of one block in neutral order: what is known, and how many questions are not."""

    label: str
    facts: tuple[tuple[str, str, str], ...]
    """(label, word of the answer, observations behind it)."""
    absent: tuple[tuple[str, str], ...]
    """(word such as *nooit*, the labels it was answered to): what does not happen, said shortly."""
    unknown: tuple[str, ...]


def facts_in_order(
    answers: Mapping[str, Answer],
    paper: Questionnaire,
    behind: Mapping[str, Sequence[Sighting]] | None = None,
) -> tuple[FactBlock, ...]:
    """Return the answers per block in the order of the questionnaire, whatever they weigh."""
    found = []
    for block in paper.blocks:
        facts, unknown = [], []
        absent: dict[str, list[str]] = {}
        for item in block.items:
            answer = answers.get(item.id, ONBEKEND)
            if answer == ONBEKEND:
                unknown.append(item.label)
            elif answer in ABSENT:
                absent.setdefault(paper.word(item.id, answer), []).append(item.label)
            else:
                seen = (behind or {}).get(item.id, ())
                facts.append(
                    (hoofdletter(item.label), paper.word(item.id, answer), evidence(seen) if seen else "")
                )
        found.append(
            FactBlock(
                block.label,
                tuple(facts),
                tuple((hoofdletter(word), lijst(labels)) for word, labels in absent.items()),
                tuple(unknown),
            )
        )
    return tuple(found)
