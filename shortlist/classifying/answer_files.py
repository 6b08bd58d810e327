"""Reads groups with answers from JSON text, and says in Dutch which file, group and item is at fault."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any
from unicodedata import category

from shortlist.classifying.questionnaire import Answer, Questionnaire
from shortlist.errors import BadInput

_MOST_FAULTS = 20
_FIELDS = ("id", "answers", "observed_until", "previous")


@dataclass(frozen=True, slots=True)
class GroupAnswers:
    """One answer sheet; ``previous`` holds the answers of the assessment before, when given."""

    id: str
    answers: Mapping[str, Answer]
    observed_until: date | None = None
    previous: Mapping[str, Answer] | None = None


def read_groups(
    text: str, questionnaire: Questionnaire, *, file: str, today: date
) -> tuple[GroupAnswers, ...]:
    """Return the groups in a JSON text: a list, or an object with a list under ``groups``.

    A record needs ``id`` and ``answers``; ``observed_until`` and ``previous`` are read when present, other
    fields are left alone. Raises :class:`BadInput` with one line per fault (at most 20).
    """
    records = _records(text, file)
    faults: list[str] = []
    groups: list[GroupAnswers] = []
    seen: dict[str, int] = {}
    for number, record in enumerate(records, 1):
        group, found = _group(record, questionnaire, number, today)
        if group and group.id in seen:
            twice = f"id: staat ook bij nr. {seen[group.id]}. Geef elke groep een eigen id."
            found = [f"groep '{group.id}' (nr. {number}): {twice}"]
        elif group:
            seen[group.id] = number
            groups.append(group)
        faults += [f"{file}: {fault}" for fault in found]
    if faults:
        more = len(faults) - _MOST_FAULTS
        shown = faults[:_MOST_FAULTS] + ([f"{file}: en nog {more} fouten."] if more > 0 else [])
        raise BadInput("\n".join(shown))
    return tuple(groups)


def _records(text: str, file: str) -> list[Any]:
    try:
        data = json.loads(text, object_pairs_hook=_no_doubles, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"dit is geen geldige JSON (bij regel {error.lineno}, teken {error.colno}). "
            "Geef een lijst van groepen, of een object met 'groups'.",
            where=(file,),
        ) from error
    except RecursionError as error:
        raise BadInput("de JSON is te diep genest.", where=(file,)) from error
    except _UnfitError as error:
        raise BadInput(str(error), where=(file,)) from error
    except ValueError as error:  # Python refuses whole numbers of more than 4,300 digits
        raise BadInput(
            "er staat een getal in dat te lang is. Geef een gewoon getal.", where=(file,)
        ) from error
    if isinstance(data, dict):
        if "groups" not in data:
            raise BadInput(
                "het veld 'groups' ontbreekt. Geef een lijst van groepen, of een object met 'groups'.",
                where=(file,),
            )
        data = data["groups"]
    if not isinstance(data, list):
        raise BadInput("'groups' moet een lijst van groepen zijn.", where=(file,))
    return data


class _UnfitError(ValueError):
    """JSON that Python would accept and we do not."""


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        near = f" (in het blok met {names[0]}: {pairs[0][1]!r})" if names[0] != double else ""
        raise _UnfitError(f"{double}: staat dubbel in één blok{near}. Verwijder een van de twee.")
    return found


def _no_constant(name: str) -> Any:
    raise _UnfitError(f"{name} is geen geldige waarde in JSON. Geef een getal of laat het veld weg.")


def _group(
    record: Any, questionnaire: Questionnaire, number: int, today: date
) -> tuple[GroupAnswers | None, list[str]]:
    if not isinstance(record, dict):
        return None, [f"nr. {number}: dit is geen groep. Geef een object met 'id' en 'answers'."]
    name = record.get("id")
    here = f"groep '{name}'" if isinstance(name, str) and name else f"nr. {number}"
    faults = []
    for field in ("id", "answers"):
        if field not in record:
            near = get_close_matches(field, record.keys() - set(_FIELDS), 1, 0.6)
            hint = f"Bedoelt u dat met '{near[0]}'?" if near else f"Voeg '{field}' toe."
            faults.append(f"{here}: {field}: dit veld ontbreekt. {hint}")
    if "id" in record and not (isinstance(name, str) and name.strip() and _readable(name)):
        faults.append(f"nr. {number}: id: {name!r} kan niet. Geef een niet-lege, leesbare tekst.")
    sheets: dict[str, dict[str, Answer]] = {}
    for field in ("answers", "previous"):
        sheet = record.get(field)
        if sheet is None and (field == "previous" or field not in record):
            continue
        if not isinstance(sheet, dict):
            faults.append(f"{here}: {field}: geef een object met vragen en antwoorden.")
            continue
        place = here if field == "answers" else f"{here}: {field}"
        found = questionnaire.faults(sheet)
        faults += [f"{place}: {item}: {fault}" for item, fault in found.items()]
        sheets[field] = sheet
    until, fault = _observed_until(record.get("observed_until"), today)
    if fault:
        faults.append(f"{here}: observed_until: {fault}")
    if faults:
        return None, faults
    return GroupAnswers(str(name), sheets["answers"], until, sheets.get("previous")), []


def _readable(text: str) -> bool:
    """Say whether a text can be written out again: no control characters and no halves of a character."""
    return text.isprintable() or not any(category(sign) in ("Cc", "Cs") for sign in text)


def _observed_until(value: Any, today: date) -> tuple[date | None, str]:
    if value is None:
        return None, ""
    day = read_date(value)
    if day is None:
        return None, f"{value!r} is geen datum. Schrijf JJJJ-MM-DD, bijvoorbeeld 2026-11-23."
    if day > today:
        return None, f"{day} ligt in de toekomst. Geef de laatste dag waarop is waargenomen."
    return day, ""


def read_date(value: object) -> date | None:
    """Return the day written as JJJJ-MM-DD, or ``None`` for anything else."""
    if not isinstance(value, str) or len(value) != 10 or value[4] != "-":
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
