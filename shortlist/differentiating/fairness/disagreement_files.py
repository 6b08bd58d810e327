"""Reads what ``shortlist analyse-bias`` gets: a table of own views and readings, and the rules of the analysis."""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from shortlist.assets import RULES
from shortlist.differentiating.fairness.clusters import ClusterRules
from shortlist.differentiating.fairness.disagreement import COLUMNS, OWN_VIEWS, READINGS, BiasRules, Compared
from shortlist.differentiating.reading_files import newest_document
from shortlist.errors import BadInput


def load_bias_rules(folder: Path = RULES, on: date | None = None) -> BiasRules:
    """Return the rules in force on a day (None = newest); a file that does not fit raises :class:`Broken`."""
    data = newest_document(folder, "bias-analysis", on).data
    parts = {
        name: {key: value for key, value in data[name].items() if key != "because"}
        for name in ("rows", "test", "clusters")
    }
    return BiasRules(
        name=data["name"],
        valid_from=data["valid_from"],
        **parts["rows"],
        **parts["test"],
        clusters=ClusterRules(**parts["clusters"]),
    )


def read_compared(text: str, *, file: str) -> list[Compared]:
    """Return the rows of a CSV with a heading, or of a JSON list of objects.

    Raises:
        BadInput: names file, row and column of what does not fit.
    """
    rows = _json_rows(text, file) if text.lstrip().startswith(("[", "{")) else _csv_rows(text, file)
    return [_row(values, where) for where, values in rows]


def _json_rows(text: str, file: str) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise BadInput("de JSON is te diep genest.", where=(file,)) from error
    except json.JSONDecodeError as error:
        raise BadInput(
            f"dit is geen geldige JSON; het gaat mis op regel {error.lineno}. Controleer daar komma's en haakjes.",
            where=(file,),
        ) from error
    except ValueError as error:
        raise BadInput("een getal is te lang.", where=(file,)) from error
    if not isinstance(data, list):
        raise BadInput("dit hoort een lijst van rijen te zijn: [{…}, {…}].", where=(file,))
    for number, values in enumerate(data, start=1):
        where = (file, f"rij {number}")
        if not isinstance(values, dict):
            raise BadInput("dit hoort een object te zijn met de kolommen als namen.", where=where)
        _check_columns(values, where)
        yield where, values


def _csv_rows(text: str, file: str) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    heading = text.split("\n", 1)[0]
    reader = csv.DictReader(StringIO(text), delimiter=";" if heading.count(";") > heading.count(",") else ",")
    _check_columns(dict.fromkeys(reader.fieldnames or ()), (file, "kop"))
    for values in reader:
        where = (file, f"regel {reader.line_num}")
        if None in values or None in values.values():
            raise BadInput(f"deze regel heeft niet {len(COLUMNS)} waarden.", where=where)
        yield where, values


def _check_columns(values: Mapping[str, Any], where: tuple[str, ...]) -> None:
    unknown = [name for name in values if name not in COLUMNS]
    if unknown:
        raise BadInput(
            f"de kolom '{unknown[0]}' hoort hier niet: er mag niets over personen in staan. "
            f"Toegestaan: {', '.join(COLUMNS)}.",
            where=where,
        )
    missing = [name for name in COLUMNS if name not in values]
    if missing:
        raise BadInput(f"de kolom '{missing[0]}' ontbreekt.", where=where)


def _row(values: Mapping[str, Any], where: tuple[str, ...]) -> Compared:
    for name, known in (("own_view", OWN_VIEWS), ("reading", READINGS)):
        if values[name] not in known:
            raise BadInput(f"'{values[name]}' kan niet. Kies {', '.join(known)}.", where=(*where, name))
    for name in ("place", "team"):
        if not isinstance(values[name], str) or not values[name].strip():
            raise BadInput("dit hoort een naam of nummer te zijn, niet leeg.", where=(*where, name))
    raw = values["hour"]
    fits = (isinstance(raw, int) and not isinstance(raw, bool)) or (
        isinstance(raw, str) and raw.isdecimal() and len(raw) <= 2
    )
    hour = int(raw) if fits else -1
    if not 0 <= hour <= 23:
        raise BadInput(f"'{raw}' is geen heel uur van 0 tot en met 23.", where=(*where, "hour"))
    try:
        day = date.fromisoformat(values["observed_on"])
    except (TypeError, ValueError) as error:
        raise BadInput(
            f"'{values['observed_on']}' is geen dag als JJJJ-MM-DD.", where=(*where, "observed_on")
        ) from error
    return Compared(
        values["own_view"], values["reading"], values["place"].strip(), hour, values["team"].strip(), day
    )
