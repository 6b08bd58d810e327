"""Reads criteria, rules and conditions from a rules file; every fault with its line and remedy."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

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
    named_in,
)
from shortlist.classifying.questionnaire import Citation, Questionnaire
from shortlist.classifying.table import Gate
from shortlist.storing.dated_yaml import Document, Problem

_COMPARISONS = ("at_least", "at_most", "is", "in", "below", "above", "change")
_NEVER = AnyOf(())
"""Stands in for a condition that could not be read, so that reading can go on and find more faults."""


def citations(
    document: Document, because: Sequence[Mapping[str, str]], problems: list[Problem], *steps: str | int
) -> tuple[Citation, ...]:
    """Return the sources of a rule with their locators; a source that the file does not name is a fault."""
    sources = document.data["sources"]
    found = []
    for place, one in enumerate(because):
        source = sources.get(one["source"])
        if source is None:
            problems.append(
                document.problem(
                    f"de bron '{one['source']}' staat niet bij 'sources'.",
                    f"noem de bron daar, of kies uit: {', '.join(sources)}.",
                    *steps,
                    place,
                    "source",
                )
            )
            continue
        found.append(Citation(source["title"], one["locator"], source.get("url")))
    return tuple(found)


class ConditionReader:
    """Turns the conditions of one document into :class:`Condition`, against the questionnaire.

    ``changes`` says whether comparisons with a previous assessment are allowed.
    """

    def __init__(
        self,
        document: Document,
        questionnaire: Questionnaire,
        criteria: Collection[str],
        problems: list[Problem],
        *,
        changes: bool = False,
    ) -> None:
        self.document = document
        self.questionnaire = questionnaire
        self.problems = problems
        self._criteria = criteria
        self._changes = changes
        self._told: set[tuple[str | int, ...]] = set()

    def fault(self, message: str, remedy: str, *steps: str | int) -> None:
        """Note a fault at the line of ``steps``; a list of items tells a wrong value once."""
        if steps not in self._told:
            self.problems.append(self.document.problem(message, remedy, *steps))
        if steps[-1:] and steps[-1] in _COMPARISONS:
            self._told.add(steps)

    def condition(self, data: Mapping[str, Any], *steps: str | int) -> Condition:
        """Return the condition at ``steps``; a faulty part is noted and read as one that never holds."""
        extra = {
            "item": {"item", *_COMPARISONS},
            "items": {"items", "count", *_COMPARISONS},
            "of": {"of", "at_least"},
        }
        form = next(
            name for name in ("item", "items", "criterion", "all", "any", "not", "of") if name in data
        )
        stray = sorted(data.keys() - extra.get(form, {form}))
        if stray:
            self.fault(f"'{stray[0]}' hoort niet bij '{form}'.", f"verwijder '{stray[0]}'.", *steps, stray[0])
        match form:
            case "all" | "any":
                parts = tuple(self.condition(part, *steps, form, i) for i, part in enumerate(data[form]))
                return AllOf(parts) if form == "all" else AnyOf(parts)
            case "not":
                return Not(self.condition(data["not"], *steps, "not"))
            case "of":
                parts = tuple(self.condition(part, *steps, "of", i) for i, part in enumerate(data["of"]))
                return AtLeast(self._count(data.get("at_least"), len(parts), "at_least", *steps), parts)
            case "criterion":
                name = data["criterion"]
                if name not in self._criteria:
                    self._unknown("criterium", name, self._criteria, *steps, "criterion")
                    return _NEVER
                return Named(name)
            case "items":
                compares = tuple(
                    self._compare(item, data, (*steps, "items", i), steps)
                    for i, item in enumerate(data["items"])
                )
                if "count" not in data:
                    return AnyOf(compares)
                return AtLeast(self._count(data["count"], len(compares), "count", *steps), compares)
            case _:
                return self._compare(data["item"], data, (*steps, "item"), steps)

    def _count(self, count: Any, parts: int, field: str, *steps: str | int) -> int:
        if isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= parts:
            return count
        self.fault(
            f"'{field}' is {count!r}, maar er zijn {parts} onderdelen.",
            f"geef een getal van 1 tot en met {parts}.",
            *steps,
            field,
        )
        return 1

    def _compare(
        self, item: str, data: Mapping[str, Any], at: tuple[str | int, ...], steps: tuple[str | int, ...]
    ) -> Condition:
        if item not in self.questionnaire.items:
            self._unknown("vraag", item, self.questionnaire.items, *at)
            return _NEVER
        asked = [name for name in _COMPARISONS if name in data]
        if len(asked) != 1:
            what = "zonder vergelijking" if not asked else f"met meer vergelijkingen ({', '.join(asked)})"
            self.fault(
                f"vraag '{item}' staat hier {what}.",
                f"geef er precies één van: {', '.join(_COMPARISONS)}.",
                *steps,
            )
            return _NEVER
        how, value = asked[0], data[asked[0]]
        scale = self.questionnaire.items[item].scale
        if how == "change":
            if not self._changes:
                self.fault(
                    "vergelijken met de vorige beoordeling kan alleen in de duiding.",
                    "gebruik een gewone vergelijking.",
                    *steps,
                    how,
                )
            return Compare(
                item,
                f"{value} dan de vorige keer".replace("gelijk dan", "gelijk aan"),
                frozenset({value}),
                changed=True,
            )
        if scale.is_number:
            return self._compare_number(item, how, value, steps)
        wanted = value if isinstance(value, list) else [value]
        for one in wanted:
            if how in ("below", "above") or one not in scale.values:
                self.fault(
                    f"'{how}: {one}' past niet bij vraag '{item}'.",
                    f"kies een waarde van de schaal: {', '.join(scale.values)}.",
                    *steps,
                    how,
                )
                return _NEVER
        words = " of ".join(f"'{one}'" for one in wanted)
        place = scale.values.index(wanted[0])
        match how:
            case "at_least":
                return Compare(item, f"ten minste {words}", frozenset(scale.values[place:]))
            case "at_most":
                return Compare(item, f"hoogstens {words}", frozenset(scale.values[: place + 1]))
            case _:
                return Compare(item, words, frozenset(wanted))

    def _compare_number(self, item: str, how: str, value: Any, steps: tuple[str | int, ...]) -> Condition:
        if not isinstance(value, int) or isinstance(value, bool) or how in ("at_most", "in"):
            self.fault(
                f"'{how}: {value}' past niet bij vraag '{item}', die een getal vraagt.",
                "gebruik below, above, at_least of is met een geheel getal.",
                *steps,
                how,
            )
            return _NEVER
        match how:
            case "below":
                return Compare(item, f"minder dan {value}", high=value - 1)
            case "above":
                return Compare(item, f"meer dan {value}", low=value + 1)
            case "at_least":
                return Compare(item, f"ten minste {value}", low=value)
            case _:
                return Compare(item, f"{value}", low=value, high=value)

    def _unknown(self, what: str, name: str, known: Collection[str], *steps: str | int) -> None:
        near = get_close_matches(name, known, 1)
        hint = f"bedoelt u '{near[0]}'?" if near else f"kies uit: {', '.join(known)}."
        self.fault(f"{what} '{name}' bestaat niet.", hint, *steps)

    def check_criteria_used(
        self, criteria: Mapping[str, Criterion], rules: Sequence[Rule], gate: Gate | None
    ) -> None:
        """Note every criterion that no rule rests on."""
        conditions = [rule.when for rule in rules if rule.when] + ([gate.opens] if gate else [])
        known = self._criteria
        if len(criteria) < len(known):
            return
        used = {name for condition in conditions for name in named_in(condition, criteria)}
        for name in criteria:
            if name not in used:
                self.fault(
                    f"criterium '{name}' wordt door geen enkele regel gebruikt.",
                    "gebruik het in een regel of verwijder het.",
                    "criteria",
                    name,
                )


def read_criteria(
    reader: ConditionReader, data: Mapping[str, Any], *steps: str | int
) -> dict[str, Criterion]:
    """Return the named criteria at ``steps``; criteria that rest on each other in a circle are a fault."""
    criteria = {
        name: Criterion(
            name,
            one["text"],
            reader.condition(one["when"], *steps, name, "when"),
            citations(reader.document, one["because"], reader.problems, *steps, name, "because"),
        )
        for name, one in data.items()
    }
    for name in _in_a_circle(criteria):
        reader.fault(f"criterium '{name}' rust uiteindelijk op zichzelf.", "verbreek de kring.", *steps, name)
        criteria[name] = Criterion(name, criteria[name].text, _NEVER, criteria[name].because)
    return criteria


def _in_a_circle(criteria: Mapping[str, Criterion]) -> list[str]:
    rests_on = {name: _direct(one.when) for name, one in criteria.items()}
    found = []
    for name in criteria:
        seen: set[str] = set()
        waiting = list(rests_on[name])
        while waiting:
            other = waiting.pop()
            if other not in seen:
                seen.add(other)
                waiting.extend(rests_on.get(other, ()))
        if name in seen:
            found.append(name)
    return found


def _direct(condition: Condition) -> set[str]:
    match condition:
        case Named(criterion):
            return {criterion}
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return {name for part in parts for name in _direct(part)}
        case Not(part):
            return _direct(part)
        case Compare():
            return set()


def read_rules(
    reader: ConditionReader,
    data: Sequence[Mapping[str, Any]],
    result: str,
    results: Sequence[str],
    *steps: str | int,
) -> tuple[Rule, ...]:
    """Return the rules at ``steps``; ``result`` is the field that names what a rule gives."""
    rules: list[Rule] = []
    for place, one in enumerate(data):
        at = (*steps, place)
        if one["id"] in {rule.id for rule in rules}:
            reader.fault(
                f"regel '{one['id']}' staat er twee keer in.", "geef elke regel een eigen id.", *at, "id"
            )
        if one[result] not in results:
            reader.fault(f"'{one[result]}' bestaat niet.", f"kies uit: {', '.join(results)}.", *at, result)
        last = place == len(data) - 1
        if ("otherwise" in one) != last:
            reader.fault(
                "de laatste regel moet 'otherwise: true' hebben."
                if last
                else "'otherwise' mag alleen bij de laatste regel.",
                "sluit af met één regel die altijd geldt.",
                *at,
            )
        when = reader.condition(one["when"], *at, "when") if "when" in one else None
        because = citations(reader.document, one["because"], reader.problems, *at, "because")
        rules.append(Rule(one["id"], one[result], one["text"], when, because))
    return tuple(rules)
