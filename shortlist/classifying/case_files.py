"""Worked cases beside the rules: a jurist can write them, and every rule is to be reached by one."""

from collections.abc import Iterator, Mapping
from typing import Any

from shortlist.classifying.duiding import describe
from shortlist.classifying.questionnaire import Questionnaire
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.verdict import Ruleset, Verdict, classify
from shortlist.storing.dated_yaml import Document, Problem


def check_cases(rules: Rules) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Return the cases that come out otherwise than written, and what no case reaches."""
    wrong: list[Problem] = []
    unreached: list[Problem] = []
    wrong.extend(
        document.problem(f"regelset '{document.name}' bestaat niet.", "verbeter 'name'.", "name")
        for document in rules.shelf.of_kind("ruleset-cases")
        if document.name not in {ruleset.name for ruleset in rules.rulesets}
    )
    for ruleset in rules.rulesets:
        reached = set()
        paper = _document(rules, "ruleset", ruleset)
        for document in _beside(rules, "ruleset-cases", paper):
            for place, case in _sound(document, rules.questionnaire, wrong):
                verdict = classify(case["answers"], ruleset)
                wrong += _compare(document, place, case, _ruleset_facts(verdict))
                reached.add(verdict.rule)
                reached |= {ruleset.gate.id} if ruleset.gate and verdict.gate_decides else set()
        wanted = [rule.id for rule in ruleset.rules] + ([ruleset.gate.id] if ruleset.gate else [])
        unreached += _unreached(paper, [name for name in wanted if name not in reached])
    reached = set()
    paper = _document(rules, "duiding", rules.duiding)
    for document in _beside(rules, "duiding-cases", paper):
        for place, case in _sound(document, rules.questionnaire, wrong):
            duiding = describe(case["answers"], rules.duiding, case.get("previous"))
            found = {name: reading.level for name, reading in duiding.items()}
            deciding = {name: reading.rule.id for name, reading in duiding.items() if reading.rule}
            reached |= set(deciding.values())
            wrong += _compare(document, place, case["levels"], found, "levels")
            wrong += _compare(document, place, case.get("rules", {}), deciding, "rules")
    wanted = [rule.id for theme in rules.duiding.themes for rule in theme.rules]
    unreached += _unreached(paper, [name for name in wanted if name not in reached])
    return tuple(sorted(set(wrong))), tuple(sorted(set(unreached)))


def _ruleset_facts(verdict: Verdict) -> dict[str, Any]:
    return {
        "outcome": verdict.outcome,
        "possible": list(verdict.possible),
        "rule": verdict.rule,
        "gate_decides": verdict.gate_decides,
        "provisional": verdict.provisional.outcome if verdict.provisional else None,
        "settle": sorted(verdict.settle),
    }


def _beside(rules: Rules, kind: str, version: Document) -> Iterator[Document]:
    """Yield the files with cases for one version: those of its name, but not what lies beside another version.

    ``x.cases.yaml`` lies beside ``x.yaml``; a file that lies beside none is for every version of the name.
    """
    versions = {
        document.path for document in rules.shelf.of_kind(version.kind) if document.name == version.name
    }
    for document in rules.shelf.of_kind(kind):
        beside = document.path.with_name(document.path.name.replace(".cases.", "."))
        if document.name == version.name and (beside == version.path or beside not in versions):
            yield document


def _document(rules: Rules, kind: str, thing: Ruleset | Any) -> Document:
    return next(
        document
        for document in rules.shelf.of_kind(kind)
        if document.name == thing.name and document.period()[0] == thing.valid_from
    )


def _sound(
    document: Document, questionnaire: Questionnaire, wrong: list[Problem]
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the cases whose answers exist in the questionnaire; note the others."""
    for place, case in enumerate(document.data["cases"]):
        faults = {
            (field, item): fault
            for field in ("answers", "previous")
            for item, fault in questionnaire.faults(case.get(field, {})).items()
        }
        for (field, item), fault in faults.items():
            wrong.append(
                document.problem(
                    f"voorbeeld '{case['id']}', {item}: {fault}",
                    "verbeter het antwoord.",
                    "cases",
                    place,
                    field,
                    item,
                )
            )
        if not faults:
            yield place, case


def _compare(
    document: Document, place: int, wanted: Mapping[str, Any], found: Mapping[str, Any], *steps: str
) -> list[Problem]:
    problems = []
    case = document.data["cases"][place]["id"]
    for field in wanted:
        if field in found or steps:
            is_found = found.get(field, "niets")
            should = sorted(wanted[field]) if field == "settle" else wanted[field]
            if should != is_found:
                problems.append(
                    document.problem(
                        f"voorbeeld '{case}' geeft bij {field} {is_found!r}, en er staat {should!r}.",
                        "verbeter het voorbeeld, of de regel als die niet klopt.",
                        "cases",
                        place,
                        *steps,
                        field,
                    )
                )
    return problems


def _unreached(document: Document, names: list[str]) -> list[Problem]:
    lines = {
        value: steps[:-1]
        for steps in document.lines
        if steps and steps[-1] == "id" and isinstance(value := _at(document.data, steps), str)
    }
    return [
        document.problem(
            f"regel '{name}' wordt door geen enkel uitgewerkt voorbeeld bereikt.",
            "voeg een voorbeeld toe in een bestand van de soort "
            f"'{'duiding-cases' if document.kind == 'duiding' else 'ruleset-cases'}'.",
            *lines.get(name, ()),
        )
        for name in names
    ]


def _at(data: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        data = data[step]
    return data
