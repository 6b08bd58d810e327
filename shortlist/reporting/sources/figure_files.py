"""Reads reports of residents (Signalen's API answer, or CSV) and police figures (CSV of CBS); faults name the row.

Signalen: ``GET /signals/v1/private/signals/`` answers ``{"results": [{"id", "created_at", "incident_date_start",
"category": {"main_slug", "sub_slug"}, "location": {"geometrie": {"type": "Point", "coordinates": [lon, lat]}}}]}``.
CBS: the bulk CSV of 47018NED (years) and 47022NED (months), columns ``ID``, ``SoortMisdrijf``, ``WijkenEnBuurten``,
``Perioden`` and ``GeregistreerdeMisdrijven_1``; codes are padded with spaces, a dot or nothing means *not known*.
Text, reporter and address are never read.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shortlist.errors import BadInput
from shortlist.showing.words import AMSTERDAM

SIGNALEN, CSV_FILE = "signalen", "csv"
MOST = 200_000
"""Rows of one file."""
_PERIOD = re.compile(r"\d{4}(?:MM(?:0[1-9]|1[0-2])|JJ00)")
_AREA = re.compile(r"(?:BU|WK)\d{6,8}")
_CRIME = re.compile(r"\d+(?:\.\d+)*")


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
        return _each(rows, _signal, file)
    table = _table(text, file, {"nummer", "datum", "rubriek"})
    return _each(table, _line, file, first=2)


def read_offences(data: bytes, *, file: str) -> tuple[list[Offences], list[Fault]]:
    """Read police figures from the bulk CSV of CBS; rows of other areas than neighbourhoods and wijken are left out.

    Raises:
        BadInput: the file as a whole cannot be read.
    """
    needed = {"SoortMisdrijf", "WijkenEnBuurten", "Perioden", "GeregistreerdeMisdrijven_1"}
    table = _table(_text(data, file), file, needed)
    found, faults = _each(table, _offence, file, first=2)
    return [one for one in found if one is not None], faults


def read_areas(data: bytes, *, file: str) -> dict[str, str]:
    """Read which neighbourhood lies in which stadsdeel from CSV ``gebied,stadsdeel``."""
    rows = _table(_text(data, file), file, {"gebied", "stadsdeel"})
    return {row["gebied"].strip(): row["stadsdeel"].strip() for row in rows if row["gebied"].strip()}


def _text(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("dit is geen UTF-8-tekst. Bewaar het bestand als UTF-8.", where=(file,)) from error


def _table(text: str, file: str, needed: set[str]) -> list[dict[str, str]]:
    head = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ",")
    missing = needed - {name.strip() for name in reader.fieldnames or ()}
    if missing:
        raise BadInput(f"de kolom {', '.join(sorted(missing))} ontbreekt in de eerste regel.", where=(file,))
    try:
        return [{key: value or "" for key, value in row.items() if isinstance(key, str)} for row in reader]
    except csv.Error as error:
        raise BadInput("dit is geen leesbare CSV.", where=(file,)) from error


def _each(rows: Iterable[Any], read: Any, file: str, *, first: int = 1) -> tuple[list[Any], list[Fault]]:
    found, faults = [], []
    for number, row in enumerate(rows, start=first):
        if number > MOST:
            raise BadInput(f"dit bestand heeft meer dan {MOST} regels. Deel het op.", where=(file,))
        try:
            found.append(read(number, row))
        except ValueError as error:
            faults.append(Fault(number, str(error)))
    return found, faults


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
        str(row["id"])[:60],
        _moment(row.get("incident_date_start") or row.get("created_at")),
        str(category.get("sub_slug") or category.get("main_slug") or "onbekend")[:80],
        _point(shape.get("coordinates")),
        "",
    )


def _point(pair: object) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in pair)  # type: ignore[attr-defined]  # anything else is caught below
    except (TypeError, ValueError):
        raise ValueError("de plek heeft geen lengte- en breedtegraad") from None
    if not (3.2 <= lon <= 7.3 and 50.7 <= lat <= 53.6):
        raise ValueError("de plek ligt buiten Nederland; de volgorde is lengtegraad, breedtegraad")
    return lon, lat


def _line(number: int, row: Mapping[str, str]) -> Reported:
    if not row["nummer"].strip():
        raise ValueError("het nummer ontbreekt")
    name = row.get("stadsdeel", "").strip()
    point = (
        None if name else _point((row.get("lon", "").replace(",", "."), row.get("lat", "").replace(",", ".")))
    )
    return Reported(
        number,
        CSV_FILE,
        row["nummer"].strip()[:60],
        _moment(row["datum"]),
        row["rubriek"].strip()[:80],
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
    if not count.isdigit() or int(count) > 1_000_000:
        raise ValueError(f"het aantal {count[:20]!r} is geen geheel getal")
    return Offences(number, area, crime, period, int(count))
