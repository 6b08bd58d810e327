"""Loads the files of ``rules/`` that classifying owns; start and ``check-rules`` read through here alike.

A fault is a :class:`~shortlist.storing.dated_yaml.Problem` with file, line and remedy. Loading collects every
fault before it gives up, so that whoever writes rules sees them all at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from shortlist.assets import RULES
from shortlist.classifying.condition_files import ConditionReader, citations, read_criteria, read_rules
from shortlist.classifying.conditions import Rule
from shortlist.classifying.diagram import TooLargeError
from shortlist.classifying.duiding import DuidingRules, Theme
from shortlist.classifying.frequency import FrequencyParameters
from shortlist.classifying.national_files import NationalCounts, read_national_counts
from shortlist.classifying.questionnaire import Block, Citation, Item, Order, Questionnaire, Scale
from shortlist.classifying.routing import ClassRoute, RouteException, Routing
from shortlist.classifying.table import Gate, RuleTable
from shortlist.classifying.verdict import Change, Ruleset
from shortlist.errors import BadInput, Broken
from shortlist.storing.dated_yaml import Document, Problem, Shelf, newest_for, read_folder, stop_on

Made = TypeVar("Made")

KINDS = (
    "questionnaire",
    "ruleset",
    "ruleset-cases",
    "duiding",
    "duiding-cases",
    "frequency",
    "routing",
    "assessment-terms",
    "national-counts",
)
"""The kinds of file that this room owns."""


@dataclass(frozen=True)
class Rules:
    """Everything that decides in this room, as in force on a day; ``rulesets`` holds every version."""

    on: date | None
    questionnaire: Questionnaire
    rulesets: tuple[Ruleset, ...]
    duiding: DuidingRules
    frequency: FrequencyParameters
    routing: Routing
    shelf: Shelf = field(repr=False, compare=False)
    national: NationalCounts | None = None
    """Absent when the folder has no such file: it is context only."""

    def in_force(self, on: date) -> tuple[Ruleset, ...]:
        """Return the rulesets in force on a day, oldest first."""
        return tuple(ruleset for ruleset in self.rulesets if ruleset.in_force(on))

    def ruleset(self, name: str, on: date) -> Ruleset:
        """Return one ruleset by name: its version in force ``on``, else the last before, else the first.

        Raises :class:`BadInput` for a name that does not exist, with the names that do.
        """
        versions = [ruleset for ruleset in self.rulesets if ruleset.name == name]
        if not versions:
            names = sorted({ruleset.name for ruleset in self.rulesets})
            near = get_close_matches(name, names, 1)
            hint = f"Bedoelt u '{near[0]}'? " if near else ""
            raise BadInput(f"regelset '{name}' bestaat niet. {hint}Beschikbaar: {', '.join(names)}.")
        in_force = [version for version in versions if version.in_force(on)]
        begun = [version for version in versions if version.valid_from <= on]
        return (in_force or begun or versions[:1])[-1]


def load_rules(folder: Path = RULES, on: date | None = None) -> Rules:
    """Return the rules of a folder; raises :class:`~shortlist.errors.Broken` naming every fault."""
    rules, problems = read_rules_folder(folder, on)
    stop_on(problems)
    if rules is None:  # pragma: no cover — no rules without a fault, by the reader's contract
        raise Broken(f"{folder}: de regels zijn niet te lezen.")
    return rules


def read_rules_folder(
    folder: Path, on: date | None = None, *, every_kind: bool = False
) -> tuple[Rules | None, tuple[Problem, ...]]:
    """Return the rules of a folder and every fault in it; no rules when a part of them cannot be used.

    With ``every_kind`` the files of other rooms are held against their schemas too.
    """
    shelf = read_folder(folder, None if every_kind else KINDS)
    problems = list(shelf.problems)
    paper = _one(shelf, "questionnaire", on, problems)
    questionnaire = read_questionnaire(paper, problems) if paper else None
    if questionnaire is None:
        return None, tuple(sorted(set(problems)))
    rulesets = [read_ruleset(document, questionnaire, problems) for document in shelf.of_kind("ruleset")]
    if not rulesets and not problems:
        problems.append(Problem(str(folder), 1, "er is geen enkele regelset.", "zet er een in rulesets/."))
    sound = sorted((one for one in rulesets if one), key=lambda one: (one.valid_from, one.name))
    duiding_file = _one(shelf, "duiding", on, problems)
    frequency_file = _one(shelf, "frequency", on, problems)
    routing_file = _one(shelf, "routing", on, problems)
    duiding = read_duiding(duiding_file, questionnaire, problems) if duiding_file else None
    frequency = _read_frequency(frequency_file, problems) if frequency_file else None
    classes = {name for ruleset in sound for name in ruleset.classes}
    routing = _read_routing(routing_file, questionnaire, classes, problems) if routing_file else None
    counts = newest_for(shelf.of_kind("national-counts"), on)
    national = read_national_counts(counts, problems) if counts else None
    _check_leading(shelf, problems)
    found = tuple(sorted(set(problems)))
    if found or not (duiding and frequency and routing):
        return None, found
    return Rules(on, questionnaire, tuple(sound), duiding, frequency, routing, shelf, national), ()


def _check_leading(shelf: Shelf, problems: list[Problem]) -> None:
    """Report every version of the terms that puts a ruleset first which does not exist."""
    names = sorted({document.name for document in shelf.of_kind("ruleset")})
    if shelf.problems:  # a ruleset that could not be read may be the one that is meant
        return
    for document in shelf.of_kind("assessment-terms"):
        name = document.data["parameters"]["leading_ruleset"]
        if names and name not in names:
            near = get_close_matches(name, names, 1)
            problems.append(
                document.problem(
                    f"leading_ruleset: regelset '{name}' bestaat niet.",
                    f"bedoelt u '{near[0]}'?" if near else f"kies uit: {', '.join(names)}.",
                    "parameters",
                    "leading_ruleset",
                )
            )


def _one(shelf: Shelf, kind: str, on: date | None, problems: list[Problem]) -> Document | None:
    """Choose the version of a kind that must be there; its absence is a fault unless others explain it."""
    document = newest_for(shelf.of_kind(kind), on)
    if document is None and not problems:
        problems.append(
            Problem(
                str(shelf.folder), 1, f"er is geen bestand van de soort '{kind}'.", f"voeg {kind}.yaml toe."
            )
        )
    return document


def _period(document: Document) -> dict[str, Any]:
    start, end = document.period()
    return {"name": document.name, "valid_from": start, "valid_until": end}


def _history(document: Document) -> tuple[Change, ...]:
    return tuple(Change(date.fromisoformat(one["on"]), one["change"]) for one in document.data["history"])


def _sources(document: Document) -> dict[str, Citation]:
    return {
        name: Citation(one["title"], one.get("note", ""), one.get("url"))
        for name, one in document.data["sources"].items()
    }


# --- questionnaire ---


def read_questionnaire(document: Document, problems: list[Problem]) -> Questionnaire | None:
    """Return the questionnaire in a document; adds what is wrong to ``problems``."""
    before = len(problems)
    data = document.data
    scales = {
        name: Scale(
            id=name,
            label=one["label"],
            values=tuple(one["values"]),
            words=dict(one["values"]),
            no_sign=one.get("no_sign", False),
            minimum=one.get("minimum", 0) if one.get("kind") == "number" else None,
            maximum=one.get("maximum", 200) if one.get("kind") == "number" else None,
        )
        for name, one in data["scales"].items()
    }
    seen: dict[str, int] = {}
    blocks = []
    for b, block in enumerate(data["blocks"]):
        items = []
        for i, one in enumerate(block["items"]):
            steps = ("blocks", b, "items", i)
            if one["scale"] not in scales:
                problems.append(
                    document.problem(
                        f"vraag '{one['id']}' heeft de schaal '{one['scale']}', die niet bestaat.",
                        f"kies uit: {', '.join(scales)}.",
                        *steps,
                        "scale",
                    )
                )
                continue
            if one["id"] in seen:
                problems.append(
                    document.problem(
                        f"vraag '{one['id']}' staat er twee keer in (eerder op regel {seen[one['id']]}).",
                        "geef elke vraag een eigen id.",
                        *steps,
                    )
                )
            seen[one["id"]] = document.line(*steps)
            items.append(
                Item(
                    one["id"],
                    block["id"],
                    one["label"],
                    one["question"],
                    scales[one["scale"]],
                    one.get("help", ""),
                )
            )
            word = items[-1].forbidden_word
            if word:
                problems.append(
                    document.problem(
                        f"vraag '{one['id']}' bevat '{word}'. Naar afkomst, nationaliteit, geloof, gezondheid, gezin, "
                        "schulden of woonplaats vraagt deze lijst nooit.",
                        "verwijder de vraag, of kies een ander woord als zij over iets anders gaat.",
                        *steps,
                    )
                )
        because = citations(document, block["because"], problems, "blocks", b, "because")
        blocks.append(Block(block["id"], block["label"], tuple(items), because, block.get("help", "")))
    for o, order in enumerate(data["orders"]):
        problems.extend(
            document.problem(
                f"vraag '{order[side]}' bestaat niet.", "noem een vraag uit deze lijst.", "orders", o, side
            )
            for side in ("low", "high")
            if order[side] not in seen
        )
    if len(problems) > before:
        return None
    return Questionnaire(
        **_period(document),
        title=data["title"],
        about=data.get("about", ""),
        blocks=tuple(blocks),
        scales=scales,
        orders=tuple(Order(one["low"], one["high"], one["text"]) for one in data["orders"]),
        unknown_words=dict(data["unknown"]),
    )


# --- rulesets and duiding ---


def read_ruleset(document: Document, questionnaire: Questionnaire, problems: list[Problem]) -> Ruleset | None:
    """Return the ruleset in a document; adds what is wrong to ``problems``."""
    before = len(problems)
    data = document.data
    reader = ConditionReader(document, questionnaire, set(data.get("criteria", {})), problems)
    criteria = read_criteria(reader, data.get("criteria", {}), "criteria")
    rules = read_rules(reader, data["rules"], "class", data["classes"], "rules")
    gate = None
    if "gate" in data:
        one = data["gate"]
        for side, names in (("holds_back", one["holds_back"]), ("falls_to", [one["falls_to"]])):
            for name in names:
                if name not in data["classes"]:
                    reader.fault(
                        f"klasse '{name}' bestaat niet.",
                        f"kies uit: {', '.join(data['classes'])}.",
                        "gate",
                        side,
                    )
        gate = Gate(
            id=one["id"],
            text=one["text"],
            opens=reader.condition(one["opens"], "gate", "opens"),
            holds_back=tuple(one["holds_back"]),
            falls_to=one["falls_to"],
            because=citations(document, one["because"], problems, "gate", "because"),
        )
    reader.check_criteria_used(criteria, rules, gate)
    if len(problems) > before:
        return None
    made = _compiled(
        document,
        problems,
        lambda: Ruleset(
            **_period(document),
            title=data["title"],
            about=data.get("about", ""),
            classes=tuple(data["classes"]),
            rules=rules,
            criteria=criteria,
            gate=gate,
            sources=_sources(document),
            history=_history(document),
            questionnaire=questionnaire,
            file=document.shown_as,
        ),
    )
    if made:
        _check_reachable(document, made.table, problems, "rules")
        _check_classes(document, made, problems)
    return made if len(problems) == before else None


def read_duiding(
    document: Document, questionnaire: Questionnaire, problems: list[Problem]
) -> DuidingRules | None:
    """Return the duiding rules in a document; adds what is wrong to ``problems``."""
    before = len(problems)
    data = document.data
    levels = tuple(data["levels"])
    themes = []
    for t, one in enumerate(data["themes"]):
        reader = ConditionReader(
            document, questionnaire, set(one.get("criteria", {})), problems, changes=True
        )
        criteria = read_criteria(reader, one.get("criteria", {}), "themes", t, "criteria")
        rules = read_rules(reader, one["rules"], "level", levels, "themes", t, "rules")
        reader.check_criteria_used(criteria, rules, None)
        if len(problems) > before:
            continue

        def compile_theme(
            rules: tuple[Rule, ...] = rules, criteria: Any = criteria
        ) -> tuple[RuleTable, RuleTable]:
            return (
                RuleTable(levels, rules, criteria, questionnaire, with_changes=False),
                RuleTable(levels, rules, criteria, questionnaire),
            )

        tables = _compiled(document, problems, compile_theme)
        if tables:
            _check_reachable(document, tables[1], problems, "themes", t, "rules")
            themes.append(Theme(one["id"], one["label"], one["text"], rules, criteria, *tables))
    if len(problems) > before:
        return None
    return DuidingRules(
        **_period(document),
        title=data["title"],
        about=data.get("about", ""),
        levels=levels,
        themes=tuple(themes),
        sources=_sources(document),
        history=_history(document),
        questionnaire=questionnaire,
    )


def _compiled(document: Document, problems: list[Problem], make: Callable[[], Made]) -> Made | None:
    try:
        return make()
    except TooLargeError:
        problems.append(
            document.problem(
                "deze regels hangen van te veel vragen tegelijk af om exact te beoordelen.",
                "splits de regels of noem minder verschillende vragen in één telling.",
                "rules",
            )
        )
        return None


def _check_reachable(
    document: Document, table: RuleTable, problems: list[Problem], *steps: str | int
) -> None:
    """Report every rule that no answers can reach, because it never holds or earlier rules take all."""
    reached = table.chosen.reachable_outcomes()
    for number, rule in enumerate(table.rules):
        if not reached >> number & 1:
            never = rule.id in table.rule_holds and table.rule_holds[rule.id].reachable_outcomes() == 1
            why = "de voorwaarde kan nooit gelden" if never else "eerdere regels vangen alles al af"
            problems.append(
                document.problem(
                    f"regel '{rule.id}' is onbereikbaar: {why}.",
                    "verwijder de regel, zet haar hoger of verruim de voorwaarde.",
                    *steps,
                    number,
                )
            )
    for name, diagram in table.holds.items():
        if diagram.reachable_outcomes() != 3:
            way = "altijd" if diagram.reachable_outcomes() == 2 else "nooit"
            problems.append(
                document.problem(
                    f"criterium '{name}' geldt {way}, wat ook de antwoorden zijn.",
                    "pas de voorwaarde aan of verwijder het criterium.",
                    *steps[:-1],
                    "criteria",
                    name,
                )
            )


def _check_classes(document: Document, ruleset: Ruleset, problems: list[Problem]) -> None:
    reached = ruleset.table.names(ruleset.table.outcome.reachable_outcomes())
    problems.extend(
        document.problem(
            f"klasse '{name}' komt nooit uit de regels.",
            "voeg een regel toe of verwijder de klasse.",
            "classes",
        )
        for name in ruleset.classes
        if name not in reached
    )
    if ruleset.table.opens and ruleset.table.opens.reachable_outcomes() != 3:
        problems.append(
            document.problem(
                "de poort staat altijd open of altijd dicht.", "pas de voorwaarde aan.", "gate", "opens"
            )
        )


# --- frequency and routing ---


def _read_frequency(document: Document, problems: list[Problem]) -> FrequencyParameters | None:
    parameters = document.data["parameters"]
    because = citations(document, document.data["because"], problems, "because")
    if not parameters["vaak_own_days"] <= parameters["vaak_days"] <= parameters["period_days"] or (
        parameters["soms_days"] >= parameters["vaak_days"]
    ):
        problems.append(
            document.problem(
                "deze drempels spreken elkaar tegen.",
                "zorg dat soms_days < vaak_days, vaak_own_days ≤ vaak_days en vaak_days ≤ period_days.",
                "parameters",
            )
        )
        return None
    return FrequencyParameters(**_period(document), **parameters, because=because)


def _read_routing(
    document: Document, questionnaire: Questionnaire, classes: set[str], problems: list[Problem]
) -> Routing | None:
    before = len(problems)
    data = document.data
    parties: Mapping[str, str] = data["parties"]
    reader = ConditionReader(document, questionnaire, set(), problems)
    routes = {}
    for c, one in enumerate(data["classes"]):
        _check_parties(reader, one, parties, "classes", c)
        if classes and one["class"] not in classes:
            reader.fault(
                f"klasse '{one['class']}' komt in geen enkele regelset voor.",
                f"kies uit: {', '.join(sorted(classes))}.",
                "classes",
                c,
                "class",
            )
        routes[one["class"]] = ClassRoute(
            name=one["class"],
            text=one["text"],
            leads=tuple(one["leads"]),
            may=tuple(one["may"]),
            never=tuple(one["never"]),
            registers=one["registers"],
            because=citations(document, one["because"], problems, "classes", c, "because"),
        )
    exceptions = []
    for e, one in enumerate(data["exceptions"]):
        _check_parties(reader, one, parties, "exceptions", e)
        because = citations(document, one["because"], problems, "exceptions", e, "because")
        rule = Rule(
            one["id"], "ja", one["text"], reader.condition(one["when"], "exceptions", e, "when"), because
        )
        otherwise = Rule(f"{one['id']}_niet", "nee", "", None, because)
        if len(problems) == before:
            table = RuleTable(("nee", "ja"), (rule, otherwise), {}, questionnaire)
            exceptions.append(RouteException(rule, tuple(one["leads"]), tuple(one["never"]), table))
    if len(problems) > before:
        return None
    return Routing(**_period(document), classes=routes, parties=dict(parties), exceptions=tuple(exceptions))


def _check_parties(reader: ConditionReader, one: Any, parties: Mapping[str, str], *steps: str | int) -> None:
    for side in ("leads", "may", "never"):
        for place, party in enumerate(one.get(side, ())):
            if party not in parties:
                reader.fault(
                    f"partij '{party}' bestaat niet.", f"kies uit: {', '.join(parties)}.", *steps, side, place
                )
