"""A rule table compiled: ordered rules over answers, evaluated three-valued, exactly, with a reason per fact.

The same table gives a group its class (results: the classes) and a theme of the duiding its level (results:
laag, midden, hoog). Rules are compiled once into decision diagrams (``diagram.py``); everything a reason can
say about one answer is prepared beforehand, so that explaining costs little more than deciding.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from shortlist.classifying.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    Criterion,
    Named,
    Not,
    Rule,
    comparisons,
    named_in,
)
from shortlist.classifying.diagram import Diagram, Workshop
from shortlist.classifying.questionnaire import (
    GEEN_AANWIJZING,
    ONBEKEND,
    Answer,
    Citation,
    Questionnaire,
)

CHANGES = ("lager", "gelijk", "hoger")
"""How an item can have changed since the previous assessment."""

UNKNOWN_ANSWERS = frozenset({ONBEKEND, GEEN_AANWIJZING})
"""The answers that mean "not known"."""

_SAID = {True: "ja", False: "nee", None: "nog niet te zeggen"}
_MET = {True: "voldaan", False: "niet voldaan", None: "nog niet te zeggen"}


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition without which a high result falls back to a lower one, whatever else is known."""

    id: str
    text: str
    opens: Condition
    holds_back: tuple[str, ...]
    falls_to: str
    because: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reason:
    """One fact held against one rule: answer, what is asked, and whether that holds (``None``: not known)."""

    rule: str
    part: str
    """The named criterion in which the comparison stands, or the rule itself."""
    item: str
    asked: str
    answer: Answer
    holds: bool | None
    sentence: str
    short: str
    because: tuple[Citation, ...]

    # Each is made once per comparison and answer, so the object itself serves as a quick key.


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """What became of one criterion, one rule or the gate, in one Dutch sentence. Kept, like :class:`Reason`."""

    rule: str
    criterion: str
    holds: bool | None
    sentence: str
    because: tuple[Citation, ...]


class Leaf(dict[Answer, Reason]):
    """One comparison in one place: answer → the reason that belongs to it, made on first use."""

    __slots__ = ("_questionnaire", "because", "compare", "part", "rule")

    def __init__(
        self,
        rule: str,
        part: str,
        compare: Compare,
        because: tuple[Citation, ...],
        questionnaire: Questionnaire,
    ) -> None:
        super().__init__()
        self.rule = rule
        self.part = part
        self.compare = compare
        self.because = because
        self._questionnaire = questionnaire

    def __missing__(self, answer: Answer) -> Reason:
        compare, item = self.compare, self._questionnaire.items[self.compare.item]
        holds = satisfied(compare, answer)
        label = item.label + (" sinds de vorige keer" if compare.changed else "")
        plain = compare.changed or answer == ONBEKEND
        word = str(answer) if plain else self._questionnaire.word(item.id, answer)
        reason = Reason(
            rule=self.rule,
            part=self.part,
            item=item.id,
            asked=compare.wording,
            answer=answer,
            holds=holds,
            sentence=f"{label[:1].upper()}{label[1:]}: {word}. Gevraagd is {compare.wording}: {_MET[holds]}.",
            short=label if answer == ONBEKEND else f"{label} ({word})",
            because=self.because,
        )
        self[answer] = reason
        return reason


def satisfied(compare: Compare, answer: Answer) -> bool | None:
    """Say whether an answer satisfies a comparison; ``None`` for the answers that mean "not known"."""
    if answer in UNKNOWN_ANSWERS:
        return None
    if isinstance(answer, int):
        low, high = compare.low, compare.high
        return (low is None or answer >= low) and (high is None or answer <= high)
    return answer in compare.values


class _Fact:
    """A variable of the diagrams: an item (or its change), with a code per answer."""

    def __init__(self, compares: Sequence[Compare], questionnaire: Questionnaire) -> None:
        self.name = compares[0].fact
        self.item = compares[0].item
        scale = questionnaire.items[self.item].scale
        self.codes: dict[Answer | None, int]
        # Numbers that every comparison treats alike share a code: one value per class of equal answers.
        if scale.is_number and not compares[0].changed:
            samples: list[int] = []
            self.codes = {}
            signs: dict[tuple[bool | None, ...], int] = {}
            for number in range(scale.minimum or 0, (scale.maximum or 0) + 1):
                sign = tuple(satisfied(compare, number) for compare in compares)
                if sign not in signs:
                    signs[sign] = len(samples)
                    samples.append(number)
                self.codes[number] = signs[sign]
            self.samples: tuple[Answer, ...] = tuple(samples)
        else:
            self.samples = CHANGES if compares[0].changed else scale.values
            self.codes = {value: code for code, value in enumerate(self.samples)}
        self.assumed = dict(self.codes)
        if scale.no_sign and not compares[0].changed:
            self.assumed[GEEN_AANWIJZING] = 0


class RuleTable:
    """Ordered rules, criteria and an optional gate, ready to be asked.

    ``results`` is low to high. ``with_changes`` false leaves out every comparison with a previous assessment,
    for when there is none. Raises :class:`~shortlist.classifying.diagram.TooLargeError` for rules that relate
    too many items at once.
    """

    def __init__(
        self,
        results: Sequence[str],
        rules: Sequence[Rule],
        criteria: Mapping[str, Criterion],
        questionnaire: Questionnaire,
        *,
        gate: Gate | None = None,
        with_changes: bool = True,
    ) -> None:
        self.results = tuple(results)
        self.rules = tuple(rules)
        self.criteria = dict(criteria)
        self.gate = gate
        self._with_changes = with_changes
        conditions = [(rule.id, rule.when, rule.because) for rule in rules if rule.when is not None]
        if gate:
            conditions.append((gate.id, gate.opens, gate.because))
        self.leaves: tuple[Leaf, ...] = tuple(
            Leaf(rule, part, compare, criteria[part].because if part in criteria else because, questionnaire)
            for rule, condition, because in conditions
            for part, compare in comparisons(condition, criteria, rule)
            if with_changes or not compare.changed
        )
        self.facts = self._order_facts(questionnaire)
        self.items: tuple[str, ...] = tuple(fact.item for fact in self.facts)
        self._place = {fact.name: place for place, fact in enumerate(self.facts)}
        self._encoders = tuple((fact.name, fact.codes.get) for fact in self.facts)
        self._assumers = tuple((fact.name, fact.assumed.get) for fact in self.facts)
        self._explainers = tuple((leaf.compare.fact, leaf) for leaf in self.leaves)
        self._asked = questionnaire.in_order(self.items)
        self._compile(conditions)

    # --- asking ---

    def codes(self, answers: Mapping[str, Answer]) -> list[int]:
        """Return the code of every fact's answer, unknown ones as ``UNKNOWN``."""
        get = answers.get
        return [code(get(name), -1) for name, code in self._encoders]

    def codes_assuming(self, answers: Mapping[str, Answer]) -> list[int]:
        """Return the codes with ``geen_aanwijzing`` read as the lowest value of its scale."""
        get = answers.get
        return [code(get(name), -1) for name, code in self._assumers]

    def names(self, mask: int) -> tuple[str, ...]:
        """Return the results in a mask, low to high."""
        return self._named[mask]

    def reasons(self, answers: Mapping[str, Answer]) -> tuple[Reason, ...]:
        """Return the reason for every comparison in the rules, in reading order."""
        get = answers.get
        return tuple([leaf[get(name, ONBEKEND)] for name, leaf in self._explainers])

    def unknown(self, answers: Mapping[str, Answer]) -> tuple[str, ...]:
        """Return the items in the rules that are unknown, in the order of the form."""
        get = answers.get
        return tuple([item for item in self._asked if get(item, ONBEKEND) in UNKNOWN_ANSWERS])

    def findings(self, codes: Sequence[int], reasons: Sequence[Reason]) -> tuple[Finding, ...]:
        """Return what became of every criterion, rule and the gate, given the codes and their reasons."""
        return tuple([question.answer(codes, reasons) for question in self._questions])

    def deciding_rule(self, codes: Sequence[int]) -> Rule | None:
        """Return the rule that decides before any gate, when it is certain which one does."""
        mask = self.chosen.possible(codes)
        return self.rules[mask.bit_length() - 1] if mask & (mask - 1) == 0 else None

    # --- building ---

    def _order_facts(self, questionnaire: Questionnaire) -> tuple[_Fact, ...]:
        """Order the variables by first mention in the rules: what is judged together stays together."""
        compares: dict[str, list[Compare]] = {}
        for leaf in self.leaves:
            compares.setdefault(leaf.compare.fact, []).append(leaf.compare)
        return tuple(_Fact(group, questionnaire) for group in compares.values())

    def _compile(self, conditions: Iterable[tuple[str, Condition, tuple[Citation, ...]]]) -> None:
        shop = Workshop([len(fact.samples) for fact in self.facts])
        named: dict[str, int] = {}
        truth = (False, True)
        built = {name: self._build(shop, condition, named) for name, condition, _ in conditions}
        chosen = shop.leaf(None)
        for number in reversed(range(len(self.rules))):
            rule = self.rules[number]
            holds = shop.leaf(True) if rule.when is None else built[rule.id]
            chosen = shop.combine(lambda yes, below, n=number: n if yes else below, holds, chosen)
        order = {result: place for place, result in enumerate(self.results)}
        by_rule = [order[rule.result] for rule in self.rules]
        free = shop.combine(lambda number: None if number is None else by_rule[number], chosen)
        outcome = free
        if self.gate:
            low, held = order[self.gate.falls_to], {order[name] for name in self.gate.holds_back}
            outcome = shop.combine(
                lambda place, is_open: low if place in held and not is_open else place,
                free,
                built[self.gate.id],
            )
        places = range(len(self.results))
        self.outcome: Diagram = shop.finish(outcome, [*places])
        self.without_gate: Diagram = shop.finish(free, [*places])
        self.chosen: Diagram = shop.finish(chosen, [*range(len(self.rules))])
        self.opens: Diagram | None = shop.finish(built[self.gate.id], truth) if self.gate else None
        self.holds = {name: shop.finish(root, truth) for name, root in named.items()}
        self.rule_holds = {
            rule.id: shop.finish(built[rule.id], truth) for rule in self.rules if rule.when is not None
        }
        self._named = [
            tuple(result for place, result in enumerate(self.results) if mask >> place & 1)
            for mask in range(1 << len(self.results))
        ]
        self._questions = self._ask()

    def _build(self, shop: Workshop, condition: Condition, named: dict[str, int]) -> int:
        match condition:
            case Compare():
                if condition.changed and not self._with_changes:
                    return shop.leaf(False)
                place = self._place[condition.fact]
                samples = self.facts[place].samples
                return shop.test(place, lambda code: bool(satisfied(condition, samples[code])))
            case Named(criterion):
                if criterion not in named:
                    named[criterion] = self._build(shop, self.criteria[criterion].when, named)
                return named[criterion]
            case Not(part):
                return shop.combine(lambda yes: not yes, self._build(shop, part, named))
            case AllOf(parts):
                return self._count(shop, [self._build(shop, part, named) for part in parts], len(parts))
            case AnyOf(parts):
                return self._count(shop, [self._build(shop, part, named) for part in parts], 1)
            case AtLeast(count, parts):
                return self._count(shop, [self._build(shop, part, named) for part in parts], count)

    @staticmethod
    def _count(shop: Workshop, parts: Sequence[int], count: int) -> int:
        """Return the diagram of "at least ``count`` of these hold"."""
        total = shop.leaf(0)
        for part in parts:
            total = shop.combine(lambda so_far, yes: min(count, so_far + yes), total, part)
        return shop.combine(lambda so_far: so_far >= count, total)

    def _ask(self) -> tuple["_Question", ...]:
        """List what is reported on: per rule its criteria and then the rule itself, and the gate last."""
        questions: list[_Question] = []
        for rule in self.rules:
            if rule.when is None:
                continue
            for name in dict.fromkeys(named_in(rule.when, self.criteria)):
                criterion = self.criteria[name]
                parts = {name, *named_in(criterion.when, self.criteria)}
                places = [
                    i for i, leaf in enumerate(self.leaves) if leaf.rule == rule.id and leaf.part in parts
                ]
                questions.append(
                    _Question(
                        rule.id, name, criterion.text, self.holds[name], places, criterion.because, whole=True
                    )
                )
            places = [
                i for i, leaf in enumerate(self.leaves) if leaf.rule == rule.id and leaf.part == rule.id
            ]
            questions.append(
                _Question(
                    rule.id, rule.id, rule.text, self.rule_holds[rule.id], places, rule.because, whole=False
                )
            )
        if self.gate and self.opens:
            gate = self.gate
            places = [i for i, leaf in enumerate(self.leaves) if leaf.rule == gate.id]
            questions.append(
                _Question(gate.id, gate.id, gate.text, self.opens, places, gate.because, whole=False)
            )
        return tuple(questions)


class _Question:
    """A criterion, rule or gate that is reported on in one sentence.

    Findings are kept, up to a bound, because most groups give the same few combinations. ``whole`` says that the
    reasons at ``places`` are all that the answer depends on; otherwise the diagram is asked each time.
    """

    __slots__ = ("_because", "_criterion", "_diagram", "_kept", "_pick", "_rule", "_said", "_whole")
    _MOST_KEPT = 2_000

    def __init__(
        self,
        rule: str,
        criterion: str,
        text: str,
        diagram: Diagram,
        places: Sequence[int],
        because: tuple[Citation, ...],
        *,
        whole: bool,
    ) -> None:
        self._rule, self._criterion = rule, criterion
        self._said = {holds: f"{text}: {said}." for holds, said in _SAID.items()}
        self._diagram, self._because = diagram, because
        # A getter of one place returns no tuple: a slice of one does.
        self._pick = (
            itemgetter(*places)
            if len(places) > 1
            else itemgetter(slice(places[0], places[0] + 1) if places else slice(0))
        )
        self._whole = whole
        self._kept: dict[Hashable, Finding] = {}

    def answer(self, codes: Sequence[int], reasons: Sequence[Reason]) -> Finding:
        """Return the finding; the sentence names what holds and, while undecided, what is unknown."""
        mine: tuple[Reason, ...] = self._pick(reasons)
        mask = 0 if self._whole else self._diagram.possible(codes)
        key = mine if self._whole else (mask, mine)
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        mask = mask or self._diagram.possible(codes)
        holds = None if mask == 3 else mask == 2
        sentence = self._said[holds]
        facts = ", ".join([reason.short for reason in mine if reason.holds])
        if facts:
            sentence = f"{sentence} Bekend: {facts}."
        if holds is None:
            unknown = ", ".join([reason.short for reason in mine if reason.holds is None])
            if unknown:
                sentence = f"{sentence} Nog niet bekend: {unknown}."
        finding = Finding(self._rule, self._criterion, holds, sentence, self._because)
        if len(self._kept) >= self._MOST_KEPT:
            self._kept.clear()
        self._kept[key] = finding
        return finding
