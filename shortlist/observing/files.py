"""Groups and observations in a file: JSON, CSV or XLSX read into records, with every fault named by its place.

Formats: design/contracts.md, ``import``. What a table (CSV, XLSX) holds follows from its header: ``gathering`` makes
it observations with one row per person, anything else with ``id`` makes it groups with a column per question.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Any

from shortlist.errors import BadInput
from shortlist.showing.words import AMSTERDAM

MOST_FAULTS = 20
ROLES_SEEN = ("leidt", "volgt", "stookt op", "sust", "afzijdig")
CAPACITIES = ("betrokkene", "slachtoffer", "getuige", "derde", "gedwongene")
SOURCES = ("gezien", "gehoord", "melding")
LONGEST_MINUTES = 1440
MOST_SEEN = 200
_GATHERING_FIELDS = (
    "at", "place", "present", "roles_seen", "reporter", "effort_minutes", "id", "gathering", "group_id",
    "capacities", "seen_count", "duration_minutes", "source", "hearsay", "items", "feit", "oordeel", "lon", "lat",
)  # fmt: skip
_ROW_FIELDS = (
    "gathering", "at", "place", "member", "reporter", "effort_minutes", "group_id", "role_seen", "capacity",
    "seen_count", "duration_minutes", "source", "hearsay", "items", "feit", "oordeel", "lon", "lat",
)  # fmt: skip
_GROUP_FIELDS = ("id", "name", "stadsdeel", "place", "lon", "lat", "first_signal_on", "observed_until")
_TOP_FIELDS = ("groups", "gatherings", "group", "group_id", "expected_core", "about")
_TRUE, _FALSE = ("ja", "true", "1", "waar"), ("nee", "false", "0", "onwaar", "")


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """A group as a file tells it; ``answers`` still unchecked against the questionnaire."""

    where: str
    """How messages name the record: ``groep 'g1'``."""
    id: str
    name: str | None
    stadsdeel: str | None
    place: str | None
    point: tuple[float, float] | None
    first_signal_on: date | None
    answers: Mapping[str, Any]
    observed_until: date | None


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person at an observation in a file."""

    pseudonym: str
    roles_seen: tuple[str, ...] = ()
    capacity: str = "betrokkene"


@dataclass(frozen=True, slots=True)
class GatheringRecord:
    """An observation as a file tells it."""

    where: str
    key: str
    """Its own id in the file, or empty."""
    at: datetime
    """Aware; without an offset in the file it is Dutch local time."""
    group: str | None
    place: str | None
    point: tuple[float, float] | None
    present: tuple[PersonRecord, ...]
    reporter: str | None
    effort_minutes: int | None
    duration_minutes: int | None
    seen_count: int | None
    source: str
    hearsay: bool
    items: tuple[str, ...]
    feit: str
    oordeel: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one file holds."""

    groups: tuple[GroupRecord, ...] = ()
    gatherings: tuple[GatheringRecord, ...] = ()
    group: str | None = None
    """The jeugdgroep that the observations belong to when they do not name one."""
    members: tuple[str, ...] = ()
    """Pseudonyms that belong to that group."""


@dataclass(slots=True)
class _Reader:
    """One record on its way: takes fields out and notes what is wrong with each."""

    where: str
    record: Mapping[str, Any]
    faults: list[str]

    def fault(self, name: str, message: str) -> None:
        line = f"{self.where}: {name}: {message}"  # one line, whatever was in the file
        self.faults.append("".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in line))

    def text(self, name: str, most: int = 4000) -> str | None:
        value = self.record.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            self.fault(name, f"{_shown(value)} is geen tekst. Geef gewone tekst.")
            return None
        text = str(value).strip()
        if len(text) > most or not all(sign.isprintable() or sign in "\n\t" for sign in text):
            self.fault(
                name, f"deze tekst is te lang of niet te lezen. Gebruik hoogstens {most} gewone tekens."
            )
            return None
        return text or None

    def number(self, name: str, low: float, high: float) -> float | None:
        value = self.record.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                value = float(value.strip().replace(",", "."))
            except ValueError:
                value = None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            given = _shown(self.record[name])
            self.fault(name, f"{given} kan niet. Geef een getal van {low:g} tot en met {high:g}.")
            return None
        return float(value)

    def whole(self, name: str, high: int) -> int | None:
        found = self.number(name, 0, high)
        return None if found is None else round(found)

    def one_of(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.record.get(name)
        if value is None or value == "":
            return default
        if value not in allowed:
            self.fault(name, f"{_shown(value)} kan niet. Kies uit: {', '.join(allowed)}.")
            return default
        return str(value)

    def yes(self, name: str) -> bool:
        value = self.record.get(name, False)
        word = str(value if value is not None else "").strip().lower()
        if word not in _TRUE + _FALSE:
            self.fault(name, f"{_shown(value)} kan niet. Geef ja of nee.")
        return word in _TRUE

    def words(self, name: str) -> tuple[str, ...]:
        value = self.record.get(name)
        if value is None or value == "":
            return ()
        if isinstance(value, str):
            value = value.replace(";", " ").replace("|", " ").split()
        if not isinstance(value, list) or not all(isinstance(one, (str, int)) for one in value):
            self.fault(name, f"{_shown(value)} is geen lijst. Geef een lijst van teksten.")
            return ()
        return tuple(str(one).strip() for one in value if str(one).strip())

    def day(self, name: str) -> date | None:
        value = self.record.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            return value.date()
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.fault(name, f"{_shown(value)} is geen datum. Schrijf JJJJ-MM-DD, bijvoorbeeld 2026-11-23.")
            return None

    def moment(self, name: str) -> datetime | None:
        value = self.record.get(name)
        if value is None or value == "":
            self.fault(name, "dit ontbreekt. Geef datum en tijd, bijvoorbeeld 2026-11-20T21:30.")
            return None
        try:
            if isinstance(value, date) and not isinstance(value, datetime):
                value = datetime.combine(value, time(), AMSTERDAM)
            found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
            aware = found if found.tzinfo else found.replace(tzinfo=AMSTERDAM)
            aware.timestamp()
        except (TypeError, ValueError, OverflowError):
            self.fault(
                name, f"{_shown(value)} is geen datum met tijd. Schrijf bijvoorbeeld 2026-11-20T21:30."
            )
            return None
        return aware

    def point(self) -> tuple[float, float] | None:
        lon, lat = self.number("lon", -180, 180), self.number("lat", -90, 90)
        if (lon is None) != (lat is None):
            self.fault(
                "lat" if lat is None else "lon", "dit ontbreekt. Geef lon en lat allebei, of geen van beide."
            )
        return None if lon is None or lat is None else (lon, lat)

    def known(self, fields: tuple[str, ...]) -> None:
        for name in self.record:
            if name not in fields:
                near = get_close_matches(str(name), fields, 1, 0.6)
                hint = f"Bedoelt u '{near[0]}'?" if near else f"Bekend zijn: {', '.join(fields)}."
                self.fault(str(name), f"dit veld is onbekend. {hint}")


def read_batch(content: bytes, *, file: str, items: Iterable[str] = ()) -> Batch:
    """Read a whole file; the kind follows from the name's ending, JSON when it has none that is known.

    ``items`` are the questions that a table of groups may have as columns.

    Raises:
        BadInput: one line per fault (at most 20), each naming file, record and field, and how to mend it.
    """
    faults: list[str] = []
    ending = file.rsplit(".", 1)[-1].lower()
    if ending in {"xlsx", "xlsm"}:
        batch = _workbook(content, file, tuple(items), faults)
    elif ending in {"csv", "tsv", "txt"}:
        names, rows = _csv_rows(_text(content, file), file)
        batch = _table(rows, tuple(items), faults, file, names=names)
    else:
        batch = _json(_text(content, file), file, faults)
    if faults:
        shown = [f"{file}: {fault}" for fault in faults[:MOST_FAULTS]]
        if len(faults) > MOST_FAULTS:
            shown.append(f"{file}: en nog {len(faults) - MOST_FAULTS} fouten.")
        raise BadInput("\n".join(shown))
    if not batch.groups and not batch.gatherings:
        raise BadInput("hier staan geen groepen en geen waarnemingen in.", where=(file,))
    return batch


def _text(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("dit bestand is geen UTF-8-tekst. Bewaar het als UTF-8.", where=(file,)) from error


# --- JSON ---


def _json(text: str, file: str, faults: list[str]) -> Batch:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"dit is geen geldige JSON (bij regel {error.lineno}, teken {error.colno}). Geef groepen of waarnemingen "
            "in JSON, CSV of XLSX; de naam van het bestand zegt welke vorm het heeft.",
            where=(file,),
        ) from error
    except (RecursionError, ValueError) as error:
        raise BadInput("deze JSON is te diep genest of bevat een te lang getal.", where=(file,)) from error
    if isinstance(data, list):
        data = {"groups": data}
    if not isinstance(data, dict):
        raise BadInput(
            "geef een lijst van groepen, of een object met 'groups' of 'gatherings'.", where=(file,)
        )
    top = _Reader("bovenaan", data, faults)
    top.known(_TOP_FIELDS)
    groups = [
        _group(record, f"groep {_named(record, number)}", faults)
        for number, record in enumerate(_list(data, "groups", faults), 1)
    ]
    gatherings = [
        _gathering(record, f"waarneming {_named(record, number)}", faults)
        for number, record in enumerate(_list(data, "gatherings", faults), 1)
    ]
    found = _unique([one for one in groups if one], faults)
    return Batch(
        found,
        tuple(one for one in gatherings if one),
        top.text("group_id", 120),
        top.words("group"),
    )


def _named(record: Any, number: int) -> str:
    name = record.get("id") if isinstance(record, dict) else None
    return f"'{name}'" if isinstance(name, (str, int)) and str(name).strip() else f"nr. {number}"


def _list(data: Mapping[str, Any], name: str, faults: list[str]) -> list[Any]:
    found = data.get(name, [])
    if not isinstance(found, list):
        faults.append(f"{name}: dit is geen lijst. Geef een lijst van objecten.")
        return []
    return found


def _unique(groups: list[GroupRecord], faults: list[str]) -> tuple[GroupRecord, ...]:
    seen: set[str] = set()
    for one in groups:
        if one.id in seen:
            faults.append(f"{one.where}: id: dit id staat er dubbel in. Geef elke groep een eigen id.")
        seen.add(one.id)
    return tuple(groups)


def _group(record: Any, where: str, faults: list[str]) -> GroupRecord | None:
    if not isinstance(record, dict):
        faults.append(f"{where}: dit is geen groep. Geef een object met 'id'.")
        return None
    reader = _Reader(where, record, faults)
    before = len(faults)
    key = reader.text("id", 120)
    if key is None and len(faults) == before:
        reader.fault("id", "dit ontbreekt. Geef elke groep een eigen id.")
    answers = record.get("answers", {})
    if not isinstance(answers, dict):
        reader.fault("answers", "geef een object met vragen en antwoorden.")
        answers = {}
    found = GroupRecord(
        where=where,
        id=key or "",
        name=reader.text("name", 120),
        stadsdeel=reader.text("stadsdeel", 80),
        place=reader.text("place", 120),
        point=reader.point(),
        first_signal_on=reader.day("first_signal_on"),
        answers=answers,
        observed_until=reader.day("observed_until"),
    )
    return found if len(faults) == before else None


def _gathering(record: Any, where: str, faults: list[str]) -> GatheringRecord | None:
    if not isinstance(record, dict):
        faults.append(f"{where}: dit is geen waarneming. Geef een object met 'at' en 'present'.")
        return None
    reader = _Reader(where, record, faults)
    before = len(faults)
    reader.known(_GATHERING_FIELDS)
    at = reader.moment("at")
    names = reader.words("present")
    if len(names) > MOST_SEEN:
        reader.fault(
            "present", f"{len(names)} personen bij één waarneming kan niet; noem er ten hoogste {MOST_SEEN}."
        )
    elif len(set(names)) < len(names):
        double = next(name for name in names if names.count(name) > 1)
        reader.fault("present", f"'{double}' staat er dubbel in. Haal er een weg.")
    roles = _per_person(reader, "roles_seen", names, ROLES_SEEN)
    capacities = _per_person(reader, "capacities", names, CAPACITIES)
    source = reader.one_of("source", SOURCES, "gezien")
    involved = sum(capacities.get(name, ("betrokkene",))[0] == "betrokkene" for name in names)
    counted = reader.whole("seen_count", MOST_SEEN)
    found = GatheringRecord(
        where=where,
        key=reader.text("id", 120) or reader.text("gathering", 120) or "",
        at=at or datetime(2000, 1, 1, tzinfo=AMSTERDAM),
        group=reader.text("group_id", 120),
        place=reader.text("place", 120),
        point=reader.point(),
        present=tuple(
            PersonRecord(name, roles.get(name, ()), capacities.get(name, ("betrokkene",))[0])
            for name in names
        ),
        reporter=reader.text("reporter", 80),
        effort_minutes=reader.whole("effort_minutes", LONGEST_MINUTES),
        duration_minutes=reader.whole("duration_minutes", LONGEST_MINUTES),
        seen_count=involved if counted is None and "present" in record else counted,
        source=source,
        hearsay=reader.yes("hearsay") or source == "gehoord",
        items=reader.words("items"),
        feit=reader.text("feit") or "",
        oordeel=reader.text("oordeel") or "",
    )
    return found if len(faults) == before else None


def _per_person(
    reader: _Reader, name: str, present: tuple[str, ...], allowed: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    given = reader.record.get(name) or {}
    if not isinstance(given, dict):
        reader.fault(name, "geef een object met per persoon de waarde.")
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for person, value in given.items():
        values = tuple(value) if isinstance(value, list) else (value,)
        if person not in present:
            reader.fault(name, f"'{person}' staat niet bij 'present'. Voeg de persoon toe of haal dit weg.")
        wrong = [one for one in values if one not in allowed]
        if wrong:
            reader.fault(name, f"{_shown(wrong[0])} bij '{person}' kan niet. Kies uit: {', '.join(allowed)}.")
        elif values:
            found[person] = values
    return found


# --- tables: CSV and XLSX ---

Row = tuple[int, Mapping[str, Any]]
"""Line number (the header is 1) and the cells by column name."""


def _csv_rows(text: str, file: str) -> tuple[tuple[str, ...], list[Row]]:
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = tuple(str(name).strip() for name in reader.fieldnames or ())
        rows: list[Row] = [
            (reader.line_num, _cells(cells, reader.line_num, file))
            for cells in reader
            if any(str(value or "").strip() for value in cells.values())
        ]
    except csv.Error as error:
        raise BadInput(
            f"regel {reader.line_num} is niet te lezen ({error}). Let op aanhalingstekens.", where=(file,)
        ) from error
    return names, rows


def _cells(cells: Mapping[Any, Any], line: int, file: str) -> dict[str, Any]:
    if None in cells:
        raise BadInput(
            f"regel {line} heeft meer kolommen dan de kop. Zet tekst met een komma tussen aanhalingstekens.",
            where=(file,),
        )
    return {str(name).strip(): value for name, value in cells.items()}


def _workbook(content: bytes, file: str, items: tuple[str, ...], faults: list[str]) -> Batch:
    # openpyxl takes a fifth of a second to import: only who reads a workbook pays for it.
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = [(sheet.title, [tuple(row) for row in sheet.iter_rows(values_only=True)]) for sheet in book]
        book.close()
    except Exception as error:
        raise BadInput(
            "dit is geen leesbare Excel-werkmap (.xlsx). Bewaar het opnieuw.", where=(file,)
        ) from error
    batches = []
    for title, lines in sheets:
        if not lines or not any(cell is not None for cell in lines[0]):
            continue
        names = [str(cell).strip() if cell is not None else "" for cell in lines[0]]
        rows: list[Row] = [
            (number, {name: cell for name, cell in zip(names, line, strict=False) if name})
            for number, line in enumerate(lines[1:], 2)
            if any(cell is not None and cell != "" for cell in line)
        ]
        batches.append(_table(rows, items, faults, file, names=tuple(names), sheet=title))
    return Batch(
        _unique([one for batch in batches for one in batch.groups], faults),
        tuple(one for batch in batches for one in batch.gatherings),
    )


def _table(
    rows: list[Row],
    items: tuple[str, ...],
    faults: list[str],
    file: str,
    *,
    names: tuple[str, ...],
    sheet: str = "",
) -> Batch:
    prefix = f"blad '{sheet}', " if sheet else ""
    if "gathering" in names:
        _Reader(f"{prefix}kop", dict.fromkeys(names), faults).known(_ROW_FIELDS)
        return Batch(gatherings=_gatherings_of_rows(rows, prefix, faults))
    if "id" in names:
        _Reader(f"{prefix}kop", dict.fromkeys(name for name in names if name), faults).known(
            (*_GROUP_FIELDS, *items)
        )
        groups = [_group_of_row(line, cells, items, prefix, faults) for line, cells in rows]
        return Batch(_unique([one for one in groups if one], faults))
    raise BadInput(
        f"{prefix}de kop heeft geen kolom 'gathering' (waarnemingen) en geen kolom 'id' (groepen). "
        "Zet op de eerste regel de namen van de kolommen.",
        where=(file,),
    )


def _group_of_row(
    line: int, cells: Mapping[str, Any], items: tuple[str, ...], prefix: str, faults: list[str]
) -> GroupRecord | None:
    answers = {item: _answer(cells[item]) for item in items if cells.get(item) not in (None, "")}
    record = {name: cells.get(name) for name in _GROUP_FIELDS} | {"answers": answers}
    return _group(record, f"{prefix}regel {line}", faults)


def _answer(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        text = value.strip()
        return int(text) if text.isdecimal() else text
    return value


def _gatherings_of_rows(rows: list[Row], prefix: str, faults: list[str]) -> tuple[GatheringRecord, ...]:
    """Put the rows of one gathering together: what is said of the gathering must be the same on each row."""
    records: dict[str, dict[str, Any]] = {}
    first: dict[str, int] = {}
    for line, cells in rows:
        key = str(cells.get("gathering") or "").strip()
        where = f"{prefix}regel {line}"
        if not key:
            faults.append(f"{where}: gathering: dit ontbreekt. Geef elke waarneming een nummer of naam.")
            continue
        about = {
            name: cells.get(name) for name in _ROW_FIELDS if name not in {"member", "role_seen", "capacity"}
        }
        record = records.setdefault(key, {**about, "present": [], "roles_seen": {}, "capacities": {}})
        first.setdefault(key, line)
        for name, value in about.items():
            if value not in (None, "") and value != record[name]:
                faults.append(
                    f"{where}: {name}: {_shown(value)} is anders dan op regel {first[key]} van dezelfde waarneming. "
                    "Maak beide gelijk."
                )
        member = cells.get("member")
        member = str(member).strip() if member is not None else ""
        if not member:
            continue
        if member in record["present"]:
            faults.append(
                f"{where}: member: '{member}' staat dubbel bij waarneming '{key}'. Haal er een weg."
            )
        record["present"].append(member)
        for column, target in (("role_seen", "roles_seen"), ("capacity", "capacities")):
            if cells.get(column):
                record[target][member] = cells[column]
    found = [_gathering(record, f"{prefix}regel {first[key]}", faults) for key, record in records.items()]
    return tuple(one for one in found if one)


def _shown(value: object) -> str:
    """Return a value as the user wrote it, cut when long."""
    text = "null" if value is None else f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…'"
