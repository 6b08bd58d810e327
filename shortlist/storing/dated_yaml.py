"""Dated YAML files with sources: read once, checked against their JSON Schema, faults with file and line.

The files of ``rules/`` are read here and nowhere else. A file names its ``kind`` (one thing per file); the
JSON Schema of that kind is ``schemas/<kind>.schema.json`` in the same folder. Dates stay text
(``JJJJ-MM-DD``), so that a published schema describes exactly what stands in the file. What a file *means* is
the business of the room that owns it: a room takes :class:`Document` and reports its own faults as
:class:`Problem` with ``document.problem(...)``.

Typical use::

    shelf = read_folder(RULES)                    # every *.yaml, sorted by path; faults in shelf.problems
    for document in shelf.of_kind("working-time"):
        start, end = document.period()
    stop_on(shelf.problems)                       # raises Broken with one line per fault
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from shortlist.assets import RULES
from shortlist.errors import Broken

try:
    from yaml import CSafeLoader as _SafeLoader  # ten times as quick where PyYAML was built with libyaml
except ImportError:  # pragma: no cover — PyYAML's wheels have it, a build from source need not
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]  # same interface, in Python

Steps = tuple[str | int, ...]
"""The way to a value inside a file, from outside in: ``("rules", 0, "when")``."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in a file: where it stands, what is wrong and how to mend it (Dutch)."""

    file: str
    line: int
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}, regel {self.line}: {self.message} Herstel: {self.remedy}"


@dataclass(frozen=True, slots=True)
class Document:
    """One file as read: ``data`` is plain JSON-like Python, ``lines`` says where each value stands."""

    path: Path
    shown_as: str
    data: Mapping[str, Any]
    lines: Mapping[Steps, int]

    @property
    def kind(self) -> str:
        """The ``kind`` that the file names; empty when it names none."""
        kind = self.data.get("kind", "")
        return kind if isinstance(kind, str) else ""

    @property
    def name(self) -> str:
        """The ``name`` of the thing in the file; two versions of one thing share it."""
        return str(self.data.get("name", self.kind))

    def period(self) -> tuple[date, date | None]:
        """Return the first and the last day in force; ``None`` means no end is known."""
        until = self.data.get("valid_until")
        return date.fromisoformat(self.data["valid_from"]), None if until is None else date.fromisoformat(
            until
        )

    def in_force(self, on: date) -> bool:
        """Say whether this version is in force on a day (both ends included)."""
        start, end = self.period()
        return start <= on and (end is None or on <= end)

    def line(self, *steps: str | int) -> int:
        """Return the line of a value, or of the nearest thing around it that stands in the file."""
        while steps and steps not in self.lines:
            steps = steps[:-1]
        return self.lines.get(steps, 1)

    def problem(self, message: str, remedy: str, *steps: str | int) -> Problem:
        """Make a fault at the line of ``steps``."""
        return Problem(self.shown_as, self.line(*steps), message, remedy)


@dataclass(frozen=True, slots=True)
class Shelf:
    """All files of a folder that could be read, and every fault found on the way."""

    folder: Path
    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]

    def of_kind(self, kind: str) -> tuple[Document, ...]:
        """Return the sound documents of one kind, in the order of their paths."""
        return tuple(document for document in self.documents if document.kind == kind)


def stop_on(problems: Iterable[Problem]) -> None:
    """Raise :class:`Broken` with one line per fault when there is any."""
    lines = [str(problem) for problem in sorted(set(problems))]
    if lines:
        raise Broken("\n".join(lines))


def newest_for(documents: Sequence[Document], on: date | None) -> Document | None:
    """Choose among the versions of one thing: in force ``on``, else the last begun before, else the first.

    Without a day the newest version is taken. Returns ``None`` for no documents.
    """
    by_start = sorted(documents, key=lambda document: document.period()[0])
    if not by_start or on is None:
        return by_start[-1] if by_start else None
    begun = [document for document in by_start if document.period()[0] <= on]
    in_force = [document for document in begun if document.in_force(on)]
    return (in_force or begun or by_start[:1])[-1]


# --- reading ---

_DEEPEST = 100


class _Loader(_SafeLoader):
    """The safe loader with YAML 1.2 words: dates stay text, and only ``true`` and ``false`` are booleans.

    In YAML 1.1 the words ``on``, ``no`` and ``yes`` are booleans, which nobody who writes rules expects.
    """


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag.rpartition(":")[2] not in {"timestamp", "bool"}]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read_file(path: Path, *, shown_as: str | None = None) -> tuple[Document | None, list[Problem]]:
    """Read one YAML file; a file that cannot be read gives ``None`` and says why and where."""
    shown = shown_as or path.name
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        return None, [
            Problem(
                shown, 1, f"het bestand is niet te lezen (fout {error.errno}).", "controleer pad en rechten."
            )
        ]
    except UnicodeDecodeError:
        return None, [Problem(shown, 1, "het bestand is geen UTF-8-tekst.", "bewaar het als UTF-8.")]
    too_deep = Problem(shown, 1, "het bestand is te diep genest.", "gebruik minder lagen in elkaar.")
    if _nested_too_deep(text):
        return None, [too_deep]
    problems: list[Problem] = []
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        lines: dict[Steps, int] = {}
        data = None if node is None else _plain(loader, node, (), lines, set(), problems, shown)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return None, [
            Problem(
                shown,
                line,
                "dit is geen geldige YAML.",
                "let op inspringing, dubbele punten en aanhalingstekens.",
            )
        ]
    except yaml.YAMLError as error:
        line = text[: getattr(error, "position", 0)].count("\n") + 1
        return None, [Problem(shown, line, "dit is geen geldige YAML.", "verwijder vreemde tekens.")]
    except RecursionError:
        return None, [too_deep]
    if not isinstance(data, dict):
        return None, [
            *problems,
            Problem(shown, 1, "het bestand bevat geen velden.", "begin met kind, name en valid_from."),
        ]
    return Document(path, shown, data, lines), problems


def _nested_too_deep(text: str) -> bool:
    """Say whether brackets or dashes on one line go deeper than any rule does; libyaml would run out of stack."""
    depth = 0
    for bracket in re.finditer(r"[\[\]{}]", text):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > _DEEPEST:
            return True
    return re.search(rf"(?:[-?][ \t]+){{{_DEEPEST}}}", text) is not None


def _plain(
    loader: _Loader,
    node: yaml.Node,
    steps: Steps,
    lines: dict[Steps, int],
    passed: set[int],
    problems: list[Problem],
    shown: str,
) -> Any:
    """Turn a YAML node into plain Python, noting the line of every value and each key given twice.

    A part that is referred to (``&``, ``*``) is a fault: a reader should see what a rule says where it stands, and
    a short file of references to references could say more than any machine can hold. ``passed`` has the nodes
    met before.
    """
    lines.setdefault(steps, node.start_mark.line + 1)
    if isinstance(node, yaml.CollectionNode):
        if id(node) in passed:
            line = node.start_mark.line + 1
            problems.append(
                Problem(
                    shown,
                    line,
                    "naar dit deel wordt elders in het bestand verwezen (met & en *).",
                    "schrijf het op elke plek voluit.",
                )
            )
            return None
        passed.add(id(node))
    if isinstance(node, yaml.MappingNode):
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if not isinstance(key, str):
                problems.append(
                    Problem(
                        shown,
                        line,
                        f"de sleutel {key!r} is geen tekst.",
                        "zet de sleutel tussen aanhalingstekens.",
                    )
                )
                key = str(key)
            if key in mapping:
                problems.append(
                    Problem(
                        shown,
                        line,
                        f"de sleutel '{key}' staat hier dubbel (eerder op regel {lines[(*steps, key)]}).",
                        "verwijder een van de twee.",
                    )
                )
                continue
            lines[(*steps, key)] = line
            mapping[key] = _plain(loader, value_node, (*steps, key), lines, passed, problems, shown)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(loader, child, (*steps, i), lines, passed, problems, shown)
            for i, child in enumerate(node.value)
        ]
    return loader.construct_object(node, deep=True)


def read_folder(folder: Path, kinds: Collection[str] | None = None) -> Shelf:
    """Read every ``*.yaml`` below a folder, check each against the schema of its kind, and its period.

    With ``kinds`` only those are checked and returned; a file that is no YAML is always a fault, since it might
    be one of them. Checked for all kinds alike: keys given twice, the JSON Schema, an end before the start, and
    two versions of one name in force on one day. A document with a fault is left out of ``documents``, so that
    later checks can rely on its shape.
    """
    if not folder.is_dir():
        missing = Problem(str(folder), 1, "deze map bestaat niet.", "geef de map met de regelbestanden.")
        return Shelf(folder, (), (missing,))
    documents: list[Document] = []
    problems: list[Problem] = []
    schemas = _Schemas(folder / "schemas")
    paths = sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")])
    for path in paths:
        document, faults = read_file(path, shown_as=path.relative_to(folder).as_posix())
        if document is not None:
            if kinds is not None and document.kind not in kinds and schemas.knows(document.kind):
                continue
            if not faults:
                faults = schemas.check(document) or _check_period(document)
            if not faults:
                documents.append(document)
        problems += faults
    if not paths:
        problems.append(
            Problem(str(folder), 1, "hier staan geen regelbestanden.", "geef de map met de YAML-bestanden.")
        )
    return Shelf(folder, tuple(documents), (*problems, *overlapping(documents)))


def overlapping(documents: Iterable[Document]) -> list[Problem]:
    """Find versions of one kind and name that are in force on the same day."""
    groups: dict[tuple[str, str], list[Document]] = {}
    for document in documents:
        if "valid_from" in document.data:
            groups.setdefault((document.kind, document.name), []).append(document)
    problems = []
    for (_, name), versions in groups.items():
        versions.sort(key=lambda version: (version.period()[0], version.shown_as))
        last_end: date | None = date.min
        holder = versions[0]
        for version in versions:
            start, end = version.period()
            if version is not holder and (last_end is None or start <= last_end):
                until = "zonder einde" if last_end is None else f"tot en met {last_end}"
                problems.append(
                    version.problem(
                        f"'{name}' geldt vanaf {start}, maar {holder.shown_as} geldt dan ook nog ({until}).",
                        f"zet in {holder.shown_as} een valid_until vóór {start}, of begin hier later.",
                        "valid_from",
                    )
                )
            if last_end is not None and (end is None or end > last_end):
                last_end, holder = end, version
    return problems


def _check_period(document: Document) -> list[Problem]:
    if "valid_from" not in document.data:
        return []
    start, end = document.period()
    if end is not None and end < start:
        return [
            document.problem(
                f"valid_until ({end}) ligt vóór valid_from ({start}).", "keer de data om.", "valid_until"
            )
        ]
    return []


# --- JSON Schema, in Dutch ---


class _Schemas:
    """The schemas by kind, compiled on first use: those of the folder, else those that ship with the product."""

    def __init__(self, folder: Path) -> None:
        ending = ".schema.json"
        found = [*(RULES / "schemas").glob(f"*{ending}"), *folder.glob(f"*{ending}")]
        self._paths = {path.name.removesuffix(ending): path for path in found}
        self._validators: dict[str, Any] = {}

    def knows(self, kind: str) -> bool:
        """Say whether there is a schema for a kind."""
        return kind in self._paths

    def check(self, document: Document) -> list[Problem]:
        """Return what in a document does not fit the schema of its kind, at its lines."""
        # jsonschema takes a tenth of a second to import: only who reads rules pays for it.
        from jsonschema import Draft202012Validator

        kind = document.kind
        if not self.knows(kind):
            near = get_close_matches(kind, self._paths, 1)
            hint = f"bedoelt u '{near[0]}'? Toegestaan: " if near else "kies een van: "
            what = f"de soort '{kind}' is niet bekend." if kind else "het veld 'kind' (soort) ontbreekt."
            return [document.problem(what, f"{hint}{', '.join(sorted(self._paths))}.", "kind")]
        if kind not in self._validators:
            schema = json.loads(self._paths[kind].read_text(encoding="utf-8"))
            self._validators[kind] = Draft202012Validator(
                schema, format_checker=Draft202012Validator.FORMAT_CHECKER
            )
        return sorted(
            _in_dutch(document, error) for error in self._validators[kind].iter_errors(document.data)
        )


_TYPES = {
    "string": "tekst", "integer": "een geheel getal", "number": "een getal", "boolean": "true of false",
    "array": "een lijst", "object": "een blok met velden", "null": "leeg",
}  # fmt: skip


def _in_dutch(document: Document, error: Any) -> Problem:
    """Say a schema error in Dutch at its line, with the remedy that the schema implies."""
    steps: Steps = tuple(error.absolute_path)
    where = ".".join(str(step) for step in steps) or "bestand"
    value, wanted, remedy = error.instance, error.validator_value, "volg het schema in schemas/."
    match error.validator:
        case "required":
            absent = [name for name in wanted if name not in value]
            message = f"in '{where}' ontbreekt {' en '.join(repr(name) for name in absent)}."
            remedy = f"voeg {', '.join(absent)} toe."
            if {"because", "sources", "source"} & set(absent):
                message = f"bij '{where}' ontbreekt de bron ({', '.join(absent)})."
                remedy = "noem bij elke regel een bron met vindplaats (because: [{source: …, locator: …}])."
        case "additionalProperties":
            known = list(error.schema.get("properties", {}))
            extra = [name for name in value if name not in known]
            near = get_close_matches(extra[0], known, 1)
            message = f"in '{where}' is het veld '{extra[0]}' niet bekend."
            remedy = f"bedoelt u '{near[0]}'?" if near else f"gebruik alleen: {', '.join(known)}."
            steps = (*steps, extra[0])
        case "enum":
            message = f"'{where}' heeft de waarde {value!r}, die niet bestaat."
            remedy = f"kies uit: {', '.join(map(str, wanted))}."
        case "const":
            message, remedy = f"'{where}' is {value!r}.", f"hier hoort {wanted!r}."
        case "type":
            names = [wanted] if isinstance(wanted, str) else wanted
            message = f"'{where}' heeft de verkeerde vorm ({value!r})."
            remedy = f"geef {' of '.join(_TYPES[name] for name in names)}."
        case "format" | "pattern":
            message = f"'{where}' ({value!r}) is niet goed geschreven."
            remedy = "schrijf een datum als JJJJ-MM-DD." if wanted == "date" else f"volg {wanted}."
        case "minItems" | "minLength" | "minProperties":
            message, remedy = f"'{where}' is leeg of te kort.", f"geef er ten minste {wanted}."
            if steps and steps[-1] in {"because", "sources"}:
                message = f"bij '{where}' ontbreekt de bron."
                remedy = "noem ten minste één bron met vindplaats (because: [{source: …, locator: …}])."
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            message = f"'{where}' is {value}, buiten het toegestane bereik."
            remedy = f"blijf {'boven of op' if 'inimum' in error.validator else 'onder of op'} {wanted}."
        case "oneOf" | "anyOf":
            ways = [" + ".join(option["required"]) for option in wanted if "required" in option]
            message = f"'{where}' is geen herkenbare vorm."
            remedy = f"gebruik precies één van: {'; '.join(ways)}." if ways else remedy
        case "uniqueItems":
            message, remedy = f"in '{where}' staat iets dubbel.", "verwijder de herhaling."
        case _:
            message = f"'{where}' voldoet niet aan '{error.validator}' van het schema."
    return document.problem(message, remedy, *steps)
