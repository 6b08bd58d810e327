"""Reads reports of residents (Signalen's API answer, or CSV) and police figures (CSV of CBS); faults name the row.

Signalen: ``GET /signals/v1/private/signals/`` answers ``{"results": [{"id", "created_at", "incident_date_start",
"category": {"main_slug", "sub_slug"}, "location": {"geometrie": {"type": "Point", "coordinates": [lon, lat]}}}]}``.
CBS: the bulk CSV of 47018NED (years) and 47022NED (months), columns ``ID``, ``SoortMisdrijf``, ``WijkenEnBuurten``,
``Perioden`` and ``GeregistreerdeMisdrijven_1``; codes are padded with spaces, a dot or nothing means *not known*.
Text, reporter and address are never read.
"""

import csv
import io
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shortlist.errors import BadInput
from shortlist.showing.words import AMSTERDAM

SIGNALEN, CSV_FILE = "signalen", "csv"
MOST = 200_000
"""Rows of one file."""
BEYOND = "(meer)"
_PERIOD = re.compile(r"[0-9]{4}(?:MM(?:0[1-9]|1[0-2])|JJ00)")
_AREA = re.compile(r"(?:BU|WK)[0-9]{6,8}")
_CRIME = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2}){0,3}")
_COUNT = re.compile(r"[0-9]{1,7}")


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that was left out, and why (Dutch)."""

    row: int
    message: str


@dataclass(frozen=True, slots=True)
class Reported:
    """A report by a resident: a point (longitude, latitude in degrees) or the name of a stadsdeel."""

    row: int
    source: str
    source_id: str
    at: datetime
    category: str
    point: tuple[float, float] | None
    stadsdeel: str


@dataclass(frozen=True, slots=True)
class Offences:
    """Registered offences of a kind in an area and period."""

    row: int
    area: str
    crime: str
    period: str
    count: int


def read_reports(data: bytes, *, file: str) -> tuple[list[Reported], list[Fault]]:
    """Read reports from Signalen's JSON or from CSV (``nummer,datum,rubriek,stadsdeel`` or ``…,lon,lat``).

    Raises:
        BadInput: the file as a whole cannot be read.
    """
    text = _text(data, file)
    if text.lstrip()[:1] in ("{", "["):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadInput("dit is geen geldige JSON. Haal het bestand opnieuw op.", where=(file,)) from error
        rows = found.get("results") if isinstance(found, dict) else found
        if not isinstance(rows, list):
            raise BadInput(
                "hierin ontbreekt 'results'. Bewaar het antwoord van de Signalen-API zoals het is.",
                where=(file,),
            )
        return _each(enumerate(rows, start=1), _signal, file)
    return _each(_table(text, file, ("nummer", "datum", "rubriek")), _line, file)


def read_offences(data: bytes, *, file: str) -> tuple[list[Offences], list[Fault]]:
    """Read police figures from the bulk CSV of CBS; rows of other areas than neighbourhoods and wijken are left out.

    Raises:
        BadInput: the file as a whole cannot be read.
    """
    needed = ("SoortMisdrijf", "WijkenEnBuurten", "Perioden", "GeregistreerdeMisdrijven_1")
    found, faults = _each(_table(_text(data, file), file, needed), _offence, file)
    return [one for one in found if one is not None], faults


def read_areas(data: bytes, *, file: str) -> dict[str, str]:
    """Read which neighbourhood lies in which stadsdeel from CSV ``gebied,stadsdeel``.

    Raises:
        BadInput: the file cannot be read, or a row has no code, no stadsdeel, or places an area for a second time.
    """
    placed: dict[str, str] = {}
    for number, row in _table(_text(data, file), file, ("gebied", "stadsdeel")):
        area, name = row["gebied"].strip().upper(), row["stadsdeel"].strip()
        where = (file, f"regel {number}")
        if not _AREA.fullmatch(area):
            raise BadInput(
                f"{area[:20]!r} is geen code van een buurt of wijk, zoals BU00340101 of WK003401.",
                where=where,
            )
        if not name:
            raise BadInput(f"bij {area} staat geen stadsdeel.", where=where)
        if placed.setdefault(area, name) != name:
            raise BadInput(
                f"{area} hoort hier bij {name} en eerder bij {placed[area]}. Kies één stadsdeel.", where=where
            )
    return placed


def _text(data: bytes, file: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("dit is geen UTF-8-tekst. Bewaar het bestand als UTF-8.", where=(file,)) from error
    if not text.strip():
        raise BadInput("dit bestand is leeg.", where=(file,))
    return text


def _table(text: str, file: str, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Give each row of a CSV with its line; the separator is what the first line has most of.

    Names of columns may be written with other capitals or with spaces round them. What lies beyond the last column
    is given as :data:`BEYOND`.
    """
    lines = io.StringIO(text, newline=None)  # lines may end in any of the usual ways
    head = lines.readline()
    divider = max(";,\t", key=head.count)
    reader = csv.reader(itertools.chain([head], lines), delimiter=divider, strict=True)
    names: list[str] = []
    try:
        names = [name.strip().casefold() for name in next(reader, [])]
        missing = sorted(name for name in needed if name.casefold() not in names)
        if missing:
            raise BadInput(f"de kolom {', '.join(missing)} ontbreekt in de eerste regel.", where=(file,))
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            raise BadInput(f"de kolom {', '.join(twice)} staat er twee keer in.", where=(file,))
        known = {name.casefold(): name for name in needed}
        for cells in reader:
            if any(cell.strip() for cell in cells):
                cells += [""] * (len(names) - len(cells))
                row = {known.get(name, name): cell for name, cell in zip(names, cells, strict=False)}
                yield reader.line_num, {**row, BEYOND: "".join(cells[len(names) :]).strip()}
    except csv.Error as error:
        told = f"regel {reader.line_num}"
        raise BadInput(
            "dit is geen leesbare CSV; vaak staat er een aanhalingsteken te veel of te weinig.",
            where=(file, told),
        ) from error


def _each(rows: Iterable[tuple[int, Any]], read: Any, file: str) -> tuple[list[Any], list[Fault]]:
    found, faults = [], []
    for count, (number, row) in enumerate(rows, start=1):
        if count > MOST:
            raise BadInput(f"dit bestand heeft meer dan {MOST} regels. Deel het op.", where=(file,))
        try:
            if isinstance(row, Mapping) and row.get(BEYOND):
                raise ValueError("deze regel heeft meer velden dan de eerste regel")
            found.append(read(number, row))
        except ValueError as error:
            faults.append(Fault(number, str(error)))
    return found, faults


def _word(value: object, most: int, what: str) -> str:
    """Return a short text or a whole number as one line that every database can keep.

    Raises:
        ValueError: it is something else, or holds characters that cannot be shown.
    """
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValueError(f"{what} is geen tekst of getal")
    try:
        word = str(value).strip()
    except ValueError:  # more digits than Python writes out
        raise ValueError(f"{what} is te lang") from None
    if not word.isprintable():
        raise ValueError(f"{what} bevat tekens die niet te tonen zijn")
    if len(word) > most:
        raise ValueError(f"{what} is langer dan {most} tekens")
    return word


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text).strip())
    except ValueError:
        raise ValueError(f"de datum {str(text)[:30]!r} is niet te lezen; schrijf JJJJ-MM-DD") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)
    if not 2000 <= moment.year < 2100:
        raise ValueError(f"het jaar {moment.year} kan niet kloppen")
    return moment.astimezone(UTC)


def _signal(number: int, row: Any) -> Reported:
    if not isinstance(row, Mapping):
        raise ValueError("dit is geen melding")
    category, location = row.get("category"), row.get("location")
    if not row.get("id") or not isinstance(category, Mapping) or not isinstance(location, Mapping):
        raise ValueError("id, category of location ontbreekt")
    shape = location.get("geometrie")
    if not isinstance(shape, Mapping) or shape.get("type") != "Point":
        raise ValueError("de plek (location.geometrie) is geen punt")
    return Reported(
        number,
        SIGNALEN,
        _word(row["id"], 60, "id"),
        _moment(row.get("incident_date_start") or row.get("created_at")),
        _word(category.get("sub_slug") or category.get("main_slug") or "onbekend", 80, "category.sub_slug"),
        _point(shape.get("coordinates")),
        "",
    )


def _point(pair: object) -> tuple[float, float]:
    try:
        if isinstance(pair, Mapping):
            raise TypeError
        lon, lat = (float(part) for part in pair)  # type: ignore[attr-defined]  # anything else is caught below
    except (TypeError, ValueError, OverflowError):
        raise ValueError("de plek heeft geen lengte- en breedtegraad") from None
    if not (3.2 <= lon <= 7.3 and 50.7 <= lat <= 53.6):
        raise ValueError("de plek ligt buiten Nederland; de volgorde is lengtegraad, breedtegraad")
    return lon, lat


def _line(number: int, row: Mapping[str, str]) -> Reported:
    if not row["nummer"].strip():
        raise ValueError("het nummer ontbreekt")
    name, lon, lat = (row.get(column, "").strip() for column in ("stadsdeel", "lon", "lat"))
    if not (name or lon or lat):
        raise ValueError("het stadsdeel ontbreekt; vul stadsdeel in, of lon en lat")
    point = None if name else _point((lon.replace(",", "."), lat.replace(",", ".")))
    return Reported(
        number,
        CSV_FILE,
        _word(row["nummer"], 60, "het nummer"),
        _moment(row["datum"]),
        _word(row["rubriek"] or "onbekend", 80, "de rubriek"),
        point,
        name,
    )


def _offence(number: int, row: Mapping[str, str]) -> Offences | None:
    area, crime, period, count = (
        row[name].strip()
        for name in ("WijkenEnBuurten", "SoortMisdrijf", "Perioden", "GeregistreerdeMisdrijven_1")
    )
    if not _PERIOD.fullmatch(period):
        raise ValueError(f"de periode {period[:20]!r} is geen maand (2026MM03) of jaar (2025JJ00)")
    if not _CRIME.fullmatch(crime):
        raise ValueError(f"de soort {crime[:20]!r} is geen code zoals 2.2.1")
    if not _AREA.fullmatch(area) or count in ("", "."):
        return None  # a municipality or the country, or a number that is not known
    if not _COUNT.fullmatch(count) or int(count) > 1_000_000:
        raise ValueError(f"het aantal {count[:20]!r} is geen geheel getal van hoogstens een miljoen")
    return Offences(number, area, crime, period, int(count))
