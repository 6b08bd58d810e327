"""What a city would look like under another ruleset, or with one criterion gone: who changes, and because of what.

Nothing here looks at a stored verdict: answers are judged again, exactly, so that two rulesets are compared on the
same footing (the "definition drift" of counting with changing definitions: Verwey-Jonker 2013, § 4.5C).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Generic, TypeVar

from shortlist.classifying.conditions import AllOf, AnyOf, Condition, Criterion, Rule, named_in
from shortlist.classifying.questionnaire import Answers
from shortlist.classifying.verdict import TOO_LITTLE, Ruleset

Key = TypeVar("Key")

Range = tuple[str, ...]
"""The classes still possible, low to high."""

_NEVER: Condition = AnyOf(())
_ALWAYS: Condition = AllOf(())


class Reading(StrEnum):
    """How *geen aanwijzing* is read."""

    VOORLOPIG = "voorlopig"
    """As nooit: what the professionals on the street work with."""
    ZEKER = "zeker"
    """As unknown: only what is certain whatever turns up."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part in which two rulesets differ, or one that is left out or held: the gate, a criterion or a rule."""

    kind: str
    """``poort``, ``criterium`` or ``regel``."""
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Change(Generic[Key]):
    """One group that comes out otherwise."""

    key: Key
    before: Range
    after: Range
    because: tuple[Part, ...]
    """The differing parts that bring the change about each on their own; empty when only several together do."""
    rule_before: str | None
    """Text of the rule that decided before any gate, when that is certain."""
    rule_after: str | None

    @property
    def moves(self) -> bool:
        """Whether the outcome is another one; false when only the range of a group that is too little known differs."""
        return outcome(self.before) != outcome(self.after)


@dataclass(frozen=True, slots=True)
class Drift(Generic[Key]):
    """A city under two rulesets."""

    groups: int
    changes: tuple[Change[Key], ...]
    """In the order of the groups."""
    flows: tuple[tuple[str, str, int], ...]
    """(outcome before, outcome after, groups), also those that stay; low to high."""
    parts: tuple[Part, ...]
    """Everything in which the two rulesets differ."""


@dataclass(frozen=True, slots=True)
class Weight:
    """How much of a city hangs on one part of a ruleset."""

    part: Part
    left_out: int
    """Groups with another outcome when the part never holds (of a gate: when it stands open for all)."""
    held: int
    """The same when the part always holds (of a gate: when it is shut for all)."""
    ranges: int
    """Groups that stay too little known but with other possible classes when it is left out."""
    moves: tuple[tuple[str, str, int], ...]
    """(from, to, groups) when it is left out, the largest first."""


def outcome(possible: Range) -> str:
    """Return the one class that is left, or ``te weinig bekend``."""
    return possible[0] if len(possible) == 1 else TOO_LITTLE


def judge(answers: Answers, ruleset: Ruleset, reading: Reading) -> Range:
    """Return the classes that a ruleset leaves possible under a reading of *geen aanwijzing*."""
    table = ruleset.table
    codes = table.codes(answers) if reading is Reading.ZEKER else table.codes_assuming(answers)
    return table.names(table.outcome.possible(codes))


def compare(
    groups: Sequence[tuple[Key, Answers]],
    old: Ruleset,
    new: Ruleset,
    reading: Reading = Reading.VOORLOPIG,
) -> Drift[Key]:
    """Judge every group under both rulesets and say for each change which differing part brings it about.

    A part counts as a cause when putting it alone into the old ruleset already gives the new outcome.
    """
    swaps = _swaps(old, new)
    changes = []
    flows: Counter[tuple[str, str]] = Counter()
    for key, answers in groups:
        before, after = judge(answers, old, reading), judge(answers, new, reading)
        flows[outcome(before), outcome(after)] += 1
        if before == after:
            continue
        causes = tuple(
            part for part, mixed in swaps if mixed is not None and judge(answers, mixed, reading) == after
        )
        changes.append(
            Change(
                key,
                before,
                after,
                causes,
                _decider(answers, old, reading),
                _decider(answers, new, reading),
            )
        )
    order = ranking((*old.classes, *new.classes))
    return Drift(
        len(groups),
        tuple(changes),
        tuple(
            (a, b, n)
            for (a, b), n in sorted(flows.items(), key=lambda one: (order(one[0][0]), order(one[0][1])))
        ),
        tuple(part for part, _ in swaps),
    )


def sensitivity(
    groups: Iterable[tuple[Key, Answers]], ruleset: Ruleset, reading: Reading = Reading.VOORLOPIG
) -> tuple[Weight, ...]:
    """Return per criterion, and for the gate, how many groups hang on it; the heaviest first, ties as in the file."""
    sheets = [answers for _, answers in groups]
    now = [judge(answers, ruleset, reading) for answers in sheets]
    found = []
    for part, without, held in _variants(ruleset):
        gone = [judge(answers, without, reading) for answers in sheets]
        moves = Counter(
            (outcome(a), outcome(b)) for a, b in zip(now, gone, strict=True) if outcome(a) != outcome(b)
        )
        kept = [judge(answers, held, reading) for answers in sheets]
        found.append(
            Weight(
                part,
                left_out=sum(moves.values()),
                held=sum(outcome(a) != outcome(b) for a, b in zip(now, kept, strict=True)),
                ranges=sum(a != b and outcome(a) == outcome(b) for a, b in zip(now, gone, strict=True)),
                moves=tuple((a, b, n) for (a, b), n in moves.most_common()),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.left_out, -one.held)))


def ranking(classes: Sequence[str]) -> "_Rank":
    """Return a sort key for outcomes: the classes low to high, then what is not decided."""
    return _Rank({name: place for place, name in reversed(list(enumerate(classes)))})


@dataclass(frozen=True, slots=True)
class _Rank:
    places: Mapping[str, int]

    def __call__(self, name: str) -> int:
        return self.places.get(name, len(self.places) + 1)


def _decider(answers: Answers, ruleset: Ruleset, reading: Reading) -> str | None:
    table = ruleset.table
    codes = table.codes(answers) if reading is Reading.ZEKER else table.codes_assuming(answers)
    rule = table.deciding_rule(codes)
    return rule.text if rule else None


# --- rulesets with one part from elsewhere ---


@lru_cache(maxsize=32)
def _variants(ruleset: Ruleset) -> tuple[tuple[Part, Ruleset, Ruleset], ...]:
    """Return every criterion and the gate with the ruleset without it and with it always holding."""
    found = []
    for criterion in ruleset.criteria.values():
        part = Part("criterium", criterion.id, criterion.text)
        found.append(
            (part, _with_criterion(ruleset, criterion, _NEVER), _with_criterion(ruleset, criterion, _ALWAYS))
        )
    if ruleset.gate:
        part = Part("poort", ruleset.gate.id, ruleset.gate.text)
        shut = replace(ruleset, gate=replace(ruleset.gate, opens=_NEVER))
        found.append((part, replace(ruleset, gate=None), shut))
    return tuple(found)


def _with_criterion(ruleset: Ruleset, criterion: Criterion, when: Condition) -> Ruleset:
    return replace(ruleset, criteria={**ruleset.criteria, criterion.id: replace(criterion, when=when)})


@lru_cache(maxsize=32)
def _swaps(old: Ruleset, new: Ruleset) -> tuple[tuple[Part, Ruleset | None], ...]:
    """Return every part in which two rulesets differ, with the old ruleset in which only that part is the new one.

    None where the part cannot stand in the old ruleset, because it gives a class that the old one does not have.
    """
    found: list[tuple[Part, Ruleset | None]] = []
    for name in dict.fromkeys((*old.criteria, *new.criteria)):
        before, after = old.criteria.get(name), new.criteria.get(name)
        if before and after and before.when != after.when:
            criteria = {**_borrowed(old, new, after.when), name: after}
            found.append((Part("criterium", name, after.text), _mixed(old, criteria, old.rules)))
    for rule in _differing_rules(old, new):
        new_rule = next((one for one in new.rules if one.id == rule.id), None)
        criteria = _borrowed(old, new, new_rule.when if new_rule else None)
        found.append(
            (Part("regel", rule.id, rule.text), _mixed(old, criteria, _exchanged(old, new, rule.id)))
        )
    if _gate_of(old) != _gate_of(new):
        gate = new.gate or old.gate
        if gate:
            fits = new.gate is None or {*new.gate.holds_back, new.gate.falls_to} <= set(old.classes)
            mixed = None
            if fits:
                criteria = _borrowed(old, new, new.gate.opens if new.gate else None)
                mixed = replace(old, gate=new.gate, criteria=criteria)
            found.append((Part("poort", gate.id, gate.text), mixed))
    return tuple(found)


def _gate_of(ruleset: Ruleset) -> tuple[object, ...] | None:
    gate = ruleset.gate
    return (gate.opens, frozenset(gate.holds_back), gate.falls_to) if gate else None


def _borrowed(old: Ruleset, new: Ruleset, condition: Condition | None) -> dict[str, Criterion]:
    """Return the old criteria with those that a condition of the new ruleset names and the old one lacks."""
    named = named_in(condition, new.criteria) if condition is not None else ()
    return {name: new.criteria[name] for name in named} | dict(old.criteria)


def _differing_rules(old: Ruleset, new: Ruleset) -> list[Rule]:
    """Return the rules that are new, gone or otherwise; a changed one as it is in the new ruleset."""
    mine = {rule.id: rule for rule in old.rules}
    theirs = {rule.id: rule for rule in new.rules}
    return [
        theirs.get(name, mine.get(name))  # type: ignore[misc]  # every name is in one of the two
        for name in dict.fromkeys((*mine, *theirs))
        if name not in mine
        or name not in theirs
        or (mine[name].when, mine[name].result) != (theirs[name].when, theirs[name].result)
    ]


def _exchanged(old: Ruleset, new: Ruleset, name: str) -> tuple[Rule, ...]:
    """Return the old rules with one of them as in the new ruleset: replaced, left out or put in at its place."""
    rules = [rule for rule in old.rules if rule.id != name]
    places = {rule.id: place for place, rule in enumerate(old.rules)}
    for place, rule in enumerate(new.rules):
        if rule.id == name:
            rules.insert(places.get(name, min(place, len(rules))), rule)
    return tuple(rules)


def _mixed(old: Ruleset, criteria: Mapping[str, Criterion], rules: tuple[Rule, ...]) -> Ruleset | None:
    # A class that only the new ruleset has, or no closing rule, leaves nothing that can be asked.
    if any(rule.result not in old.classes for rule in rules) or not rules or rules[-1].when is not None:
        return None
    return replace(old, criteria=criteria, rules=rules)
