"""What a ruleset makes of an answer sheet: the classes still possible, why, and what would change that.

Everything here is exact over all completions of the unknown answers (see ``diagram.py``) and never guesses:
``geen_aanwijzing`` is unknown, except in the provisional outcome that says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from shortlist.classifying.conditions import Criterion, Rule
from shortlist.classifying.questionnaire import (
    GEEN_AANWIJZING,
    Answer,
    Answers,
    Citation,
    Questionnaire,
)
from shortlist.classifying.table import Finding, Gate, Reason, RuleTable
from shortlist.classifying.turning import Turn, Turning

TOO_LITTLE = "te weinig bekend"
"""The outcome when more than one class is still possible."""

MOST_CHANGES = 3
"""A flip takes at most this many answers."""


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a file's history: what changed on which day."""

    on: date
    change: str


@dataclass(frozen=True, slots=True, eq=False)
class Flip:
    """Answers that would make a class certain: item → value, and that class. Kept, like a reason.

    A number stands for all numbers that the rules treat alike; the smallest of them is given.
    """

    change: Mapping[str, Answer]
    outcome: str


class _Flips(dict[Turn, Flip]):
    """What was found on the diagram → the flip; kept, up to a bound, because groups have many in common."""

    __slots__ = ("_table",)
    _MOST_KEPT = 5_000

    def __init__(self, table: RuleTable) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, turn: Turn) -> Flip:
        if len(self) >= self._MOST_KEPT:
            self.clear()
        moves, outcome = turn
        facts = self._table.facts
        change = {facts[place].name: facts[place].samples[value] for place, value in moves}
        flip = self[turn] = Flip(change, self._table.results[outcome])
        return flip


@dataclass(frozen=True, eq=False)
class Ruleset:
    """One dated way from answers to a class. ``classes`` is low to high; two rulesets are never the same one."""

    name: str
    title: str
    about: str
    valid_from: date
    valid_until: date | None
    classes: tuple[str, ...]
    rules: tuple[Rule, ...]
    criteria: Mapping[str, Criterion]
    gate: Gate | None
    sources: Mapping[str, Citation]
    history: tuple[Change, ...]
    questionnaire: Questionnaire = field(repr=False)
    file: str = ""

    def __post_init__(self) -> None:
        table = RuleTable(self.classes, self.rules, self.criteria, self.questionnaire, gate=self.gate)
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "turning", Turning(table.outcome, _Flips(table).__getitem__))
        object.__setattr__(self, "criteria", MappingProxyType(dict(self.criteria)))

    table: RuleTable = field(init=False, repr=False, compare=False)
    turning: Turning[Flip] = field(init=False, repr=False, compare=False)

    def in_force(self, on: date) -> bool:
        """Say whether the ruleset is in force on a day (both ends included)."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Provisional:
    """The outcome with ``geen_aanwijzing`` read as *nooit*; ``assumes`` names every item so read."""

    outcome: str
    possible: tuple[str, ...]
    assumes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one ruleset makes of one answer sheet."""

    ruleset: Ruleset = field(repr=False)
    outcome: str
    """The one class that is left, or ``te weinig bekend``."""
    possible: tuple[str, ...]
    """Every class that some completion of the unknown answers gives, low to high."""
    reasons: tuple[Reason, ...]
    """Per comparison in the rules, in reading order: the answer and whether it holds."""
    findings: tuple[Finding, ...]
    """Per criterion, rule and gate: whether it holds, in one sentence."""
    rule: str | None
    """The rule that decides before any gate, when that is certain."""
    provisional: Provisional | None
    """``None`` when no answer is ``geen_aanwijzing``."""
    missing: tuple[str, ...]
    """The items the ruleset asks for that are unknown, in the order of the form; also when the class is certain."""
    settle: tuple[str, ...]
    """Those of them on which the class still depends, the most telling question first. See :func:`classify`."""
    flips: tuple[Flip, ...]
    """All smallest changes of known answers that make another class certain."""
    gate_decides: bool
    """Whether the gate alone keeps, or may keep, the group from a higher class."""
    without_gate: tuple[str, ...]
    """The classes possible if the gate did not exist."""


def classify(answers: Answers, ruleset: Ruleset, *, most: int = MOST_CHANGES) -> Verdict:
    """Return the verdict of a ruleset on checked answers (``Questionnaire.check``).

    ``most`` bounds the number of answers in a flip; 0 leaves flips out, for bulk work.

    - ``settle`` is the smallest set of unknown items whose answers, *whatever* they turn out to be, leave one
      class: exactly the items on which the class still depends. It asks first what narrows most and is empty
      once the class is certain. ``missing`` is every unknown item that the ruleset asks for.
    - ``flips`` are smallest in the number of items; with unknown answers a change counts only when it makes
      another class certain, whatever the unknown answers are. Any class counts as another one while the
      outcome is ``te weinig bekend``.
    - ``gate_decides`` holds when, leaving the gate aside, only classes are possible that the gate holds back,
      and the gate is shut or not yet known to be open.
    """
    table = ruleset.table
    codes = table.codes(answers)
    mask = table.outcome.possible(codes)
    certain = mask & (mask - 1) == 0
    possible = table.names(mask)
    reasons = table.reasons(answers)
    settle: tuple[str, ...] = ()
    flips: tuple[Flip, ...] = ()
    if not certain:
        settle = _most_telling_first(table, codes)
    if most:
        every = (1 << len(table.results)) - 1
        wanted = every & ~mask if certain else every
        flips = tuple(ruleset.turning.smallest(codes, known=True, wanted=wanted, most=most))
    without_gate, gate_decides = possible, False
    if ruleset.gate and table.opens:
        free = table.without_gate.possible(codes)
        without_gate = table.names(free)
        gate_decides = table.opens.possible(codes) != 2 and set(without_gate) <= set(ruleset.gate.holds_back)
    chosen = table.deciding_rule(codes) if len(without_gate) == 1 else None
    return Verdict(
        ruleset=ruleset,
        outcome=possible[0] if certain else TOO_LITTLE,
        possible=possible,
        reasons=reasons,
        findings=table.findings(codes, reasons),
        rule=chosen.id if chosen else None,
        provisional=_provisional(answers, ruleset),
        missing=table.unknown(answers),
        settle=settle,
        flips=flips,
        gate_decides=gate_decides,
        without_gate=without_gate,
    )


def shortcuts(answers: Answers, ruleset: Ruleset, *, most: int = MOST_CHANGES) -> tuple[Flip, ...]:
    """Return all smallest sets of answers to unknown items that would already make a class certain.

    Where ``settle`` lists what has to be asked to be sure of an end, this is the luckiest way there: "if
    aanspreekbaarheid is slecht, it is overlastgevend". Empty when the class is certain or ``most`` too few.
    """
    table = ruleset.table
    codes = table.codes(answers)
    mask = table.outcome.possible(codes)
    if mask & (mask - 1) == 0:
        return ()
    every = (1 << len(table.results)) - 1
    return tuple(ruleset.turning.smallest(codes, known=False, wanted=every, most=most))


def possible_classes(answers: Answers, ruleset: Ruleset) -> tuple[str, ...]:
    """Return only the classes that are still possible: the quick question, for tables over many groups."""
    return ruleset.table.names(ruleset.table.outcome.possible(ruleset.table.codes(answers)))


def _provisional(answers: Answers, ruleset: Ruleset) -> Provisional | None:
    if GEEN_AANWIJZING not in answers.values():
        return None
    assumed = [item for item, answer in answers.items() if answer == GEEN_AANWIJZING]
    table = ruleset.table
    possible = table.names(table.outcome.possible(table.codes_assuming(answers)))
    outcome = possible[0] if len(possible) == 1 else TOO_LITTLE
    return Provisional(outcome, possible, ruleset.questionnaire.in_order(assumed))


def _most_telling_first(table: RuleTable, codes: list[int]) -> tuple[str, ...]:
    """Order the undecided items by how few classes their answers leave on average; ties in the order of the rules."""
    after = table.outcome.possible_after(codes)
    left = {place: sum([mask.bit_count() for mask in masks]) / len(masks) for place, masks in after.items()}
    return tuple([table.items[place] for place in sorted(after, key=lambda place: (left[place], place))])


# --- the contract of `shortlist classify` ---


def as_json(verdict: Verdict) -> dict[str, Any]:
    """Return the verdict in the shape of the contract (without ``id`` and ``duiding``)."""
    provisional = provisional_of(verdict)
    return {
        "ruleset": verdict.ruleset.name,
        "valid_from": verdict.ruleset.valid_from.isoformat(),
        "outcome": verdict.outcome,
        "possible": list(verdict.possible),
        "rule": verdict.rule,
        "reasons": [reason_as_json(reason) for reason in verdict.reasons],
        "criteria": [finding_as_json(finding) for finding in verdict.findings],
        "provisional": {
            "outcome": provisional.outcome,
            "possible": list(provisional.possible),
            "assumes": list(provisional.assumes),
        },
        "missing": list(verdict.missing),
        "settle": list(verdict.settle),
        "flips": [flip_as_json(flip) for flip in verdict.flips],
        "gate_decides": verdict.gate_decides,
        "without_gate": list(verdict.without_gate),
    }


def provisional_of(verdict: Verdict) -> Provisional:
    """Return the provisional outcome; where nothing has to be assumed, that is the outcome itself."""
    return verdict.provisional or Provisional(verdict.outcome, verdict.possible, ())


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """Return what became of one criterion, rule or gate in the shape of the contract."""
    return {
        "rule": finding.rule,
        "criterion": finding.criterion,
        "holds": finding.holds,
        "sentence": finding.sentence,
        "because": because_as_json(finding.because),
    }


def flip_as_json(flip: Flip) -> dict[str, Any]:
    """Return one flip in the shape of the contract."""
    return {"change": dict(flip.change), "outcome": flip.outcome}


def reason_as_json(reason: Reason) -> dict[str, Any]:
    """Return one reason in the shape of the contract; ``criterion`` is the item."""
    return {
        "rule": reason.rule,
        "criterion": reason.item,
        "part": reason.part,
        "asked": reason.asked,
        "answer": reason.answer,
        "holds": reason.holds,
        "sentence": reason.sentence,
        "because": because_as_json(reason.because),
    }


def because_as_json(because: tuple[Citation, ...]) -> list[dict[str, str]]:
    """Return sources with their locators; the address only where the source has one."""
    return [
        {"source": one.source, "locator": one.locator} | ({"url": one.url} if one.url else {})
        for one in because
    ]
