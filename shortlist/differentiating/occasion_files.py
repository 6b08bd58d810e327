"""Reads gatherings from JSON or CSV, and says in Dutch which file, gathering and field is at fault.

What is not on the closed list is refused, not skipped: whoever sends an age or a postcode should know that it is
unwanted (contracts.md ``differentiate`` and ``networks``).
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from shortlist.differentiating.occasions import ROLES_SEEN, Observed, Occasion
from shortlist.errors import BadInput
from shortlist.showing.words import AMSTERDAM

_MOST_FAULTS = 20
_MOST_MINUTES = 1440
_LONGEST_ID = 200
_TOP = ("gatherings", "group", "expected_core")
_AREA = (*_TOP, "groups")
_FIELDS = ("id", "at", "place", "present", "roles_seen", "reporter", "effort_minutes")
_COLUMNS = ("gathering", "at", "place", "member", "reporter", "effort_minutes")
_NEEDED = ("gathering", "at", "member")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, and halves of characters that cannot be written as UTF-8."""


class _Faults:
    """Collects faults, so that a file is mended in one go."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: list[str] = []
        self.fine: set[str] = set()
        """Texts that were looked at and may stand: the same persons come back in gathering after gathering."""

    def add(self, *where_and_what: str) -> None:
        self._lines.append(": ".join([self._file, *where_and_what]))

    def __len__(self) -> int:
        return len(self._lines)

    def stop(self) -> None:
        if self._lines:
            more = len(self._lines) - _MOST_FAULTS
            tail = [f"{self._file}: en nog {more} fouten."] if more > 0 else []
            raise BadInput("\n".join([*self._lines[:_MOST_FAULTS], *tail]))


def read_observed(
    text: str,
    *,
    file: str,
    most_present: int,
    with_groups: bool = False,
    expected_core: int | None = None,
) -> Observed:
    """Return what a JSON or CSV text holds; which of the two is seen from its first sign.

    ``most_present`` is the largest number of persons that one gathering may name. With ``with_groups`` the
    field ``groups`` (name → members) is read, for a whole area. ``expected_core`` is used when the file names
    none, and may not contradict it. Raises :class:`BadInput` with a line per fault
    (at most 20).
    """
    if not text.strip():
        raise BadInput("dit is leeg. Geef JSON met 'gatherings', of CSV met een kopregel.", where=(file,))
    if text.lstrip()[0] in "{[" or text.strip() in ("null", "true", "false"):
        observed = _from_json(text, file, most_present, with_groups)
    else:
        observed = _from_csv(text, file, most_present)
    if expected_core is not None and observed.expected_core not in (None, expected_core):
        raise BadInput(
            f"het bestand zegt {observed.expected_core} en de opdracht {expected_core}. Laat een van de twee weg.",
            where=(file, "expected_core"),
        )
    if observed.expected_core is None and expected_core is not None:
        faults = _Faults(file)
        _check_core(expected_core, observed, faults)
        faults.stop()
        observed = replace(observed, expected_core=expected_core)
    return observed


# --- JSON ---


def _from_json(text: str, file: str, most_present: int, with_groups: bool) -> Observed:
    data = _parsed(text, file)
    top = _AREA if with_groups else _TOP
    if not isinstance(data, dict):
        raise BadInput("geef een object met 'gatherings'.", where=(file,))
    faults = _Faults(file)
    for name in data.keys() - set(top):
        faults.add(name, _unknown(name, top))
    records = data.get("gatherings")
    if records is None:
        near = get_close_matches("gatherings", data.keys() - set(top), 1, 0.6)
        hint = f"Bedoelt u dat met '{near[0]}'?" if near else "Geef de lijst met waarnemingen."
        faults.add("gatherings", f"dit veld ontbreekt. {hint}")
    elif not isinstance(records, list):
        faults.add("gatherings", "geef een lijst van waarnemingen.")
    occasions: list[Occasion] = []
    seen: dict[str, int] = {}
    for number, record in enumerate(records if isinstance(records, list) else (), 1):
        occasion = _occasion(record, number, most_present, faults)
        if occasion is None:
            continue
        if isinstance(record, dict) and "id" in record:
            if occasion.id in seen:
                faults.add(
                    f"waarneming '{occasion.id}' (nr. {number})",
                    "id",
                    f"staat ook bij nr. {seen[occasion.id]}. Geef elke waarneming een eigen id.",
                )
            seen[occasion.id] = number
        occasions.append(occasion)
    group = _ids(data["group"], ("group",), faults) if data.get("group") is not None else None
    if data.get("group") == []:
        faults.add("group", "deze lijst is leeg. Noem de leden van de groep, of laat het veld weg.")
    groups = _groups(data.get("groups"), faults) if with_groups else {}
    expected = data.get("expected_core")
    if isinstance(expected, float) and expected.is_integer():
        expected = int(expected)  # JSON knows one kind of number: 3.0 is 3
    observed = Observed(tuple(occasions), group, None, groups)
    if expected is not None:
        _check_core(expected, observed, faults)
    faults.stop()
    return replace(observed, expected_core=expected)


def _check_core(expected: Any, observed: Observed, faults: _Faults) -> None:
    if isinstance(expected, bool) or not isinstance(expected, int) or expected < 1:
        faults.add(
            "expected_core", f"{_shown(expected)} kan niet. Geef een geheel getal vanaf 1, of laat het weg."
        )
    elif not len(faults) and expected > len(observed.members):
        n = len(observed.members)
        faults.add("expected_core", f"{expected} kernleden is meer dan de {n} leden. Geef ten hoogste {n}.")


class _UnfitError(ValueError):
    """JSON that Python would accept and we do not."""


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise _UnfitError(f"{double}: staat dubbel in één blok. Verwijder een van de twee.")
    return found


def _no_constant(name: str) -> Any:
    raise _UnfitError(f"{name} is geen geldige waarde in JSON. Geef een getal of laat het veld weg.")


def _parsed(text: str, file: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_no_doubles, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"dit is geen geldige JSON; het gaat mis op regel {error.lineno}, teken {error.colno}. "
            "Controleer daar komma's, haakjes en aanhalingstekens.",
            where=(file,),
        ) from error
    except RecursionError as error:
        raise BadInput("de JSON is te diep genest.", where=(file,)) from error
    except ValueError as error:  # _UnfitError, or a number with thousands of digits
        why = str(error) if isinstance(error, _UnfitError) else "een getal is te lang."
        raise BadInput(why, where=(file,)) from error


def _unknown(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1, 0.75)
    hint = f"Bedoelt u '{near[0]}'? " if near else ""
    return (
        f"dit veld is niet bekend. {hint}Alleen wat is waargenomen telt mee, dus gebruik alleen: "
        f"{', '.join(known)}."
    )


def _occasion(record: Any, number: int, most_present: int, faults: _Faults) -> Occasion | None:
    before = len(faults)
    if not isinstance(record, dict):
        faults.add(
            f"waarneming nr. {number}", "dit is geen waarneming. Geef een object met 'at' en 'present'."
        )
        return None
    name = record.get("id")
    here = (
        f"waarneming '{name}' (nr. {number})"
        if isinstance(name, str) and name
        else f"waarneming nr. {number}"
    )
    for field in record.keys() - set(_FIELDS):
        faults.add(here, field, _unknown(field, _FIELDS))
    if "id" in record:
        _text(name, (here, "id"), faults)
    at = _moment(record.get("at"), (here, "at"), faults)
    if "present" not in record:
        faults.add(
            here, "present", "dit veld ontbreekt. Geef wie er waren; een lege lijst als er niemand was."
        )
        return None
    present = _present(record["present"], here, most_present, faults)
    roles = _roles(record.get("roles_seen"), present, here, faults)
    place, reporter = record.get("place"), record.get("reporter")
    for field, value in (("place", place), ("reporter", reporter)):
        if value is not None:
            _text(value, (here, field), faults)
    effort = record.get("effort_minutes")
    if effort is not None:
        effort = _minutes(effort, (here, "effort_minutes"), faults)
    if len(faults) > before or at is None:
        return None
    return Occasion(
        name if name is not None else f"nr. {number}", at, present, place, roles, reporter, effort
    )


def _present(value: Any, here: str, most: int, faults: _Faults, field: str = "present") -> tuple[str, ...]:
    if isinstance(value, list) and len(value) > most:
        faults.add(
            here,
            field,
            f"{len(value)} leden bij één waarneming is te veel (ten hoogste {most}). Dit is geen groep maar een "
            "menigte: noteer wie bij elkaar stonden als aparte waarnemingen.",
        )
        return ()
    return _ids(value, (here, field), faults)


def _ids(value: Any, where: Sequence[str], faults: _Faults) -> tuple[str, ...]:
    if not isinstance(value, list):
        faults.add(*where, "geef een lijst van leden.")
        return ()
    seen: dict[str, None] = {}
    for one in value:
        if not _text(one, where, faults):
            continue
        if one in seen:
            faults.add(*where, f"lid '{one}' staat er twee keer. Verwijder een van de twee.")
        seen[one] = None
    return tuple(seen)


def _groups(value: Any, faults: _Faults) -> Mapping[str, tuple[str, ...]]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        faults.add("groups", "geef een object met per groep een lijst van leden.")
        return {}
    for name in value:
        _text(name, ("groups", "naam van een groep"), faults)
    return {name: _ids(members, ("groups", f"groep '{name}'"), faults) for name, members in value.items()}


def _roles(value: Any, present: Sequence[str], here: str, faults: _Faults) -> Mapping[str, tuple[str, ...]]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        faults.add(here, "roles_seen", "geef een object met per lid een lijst van wat is gezien.")
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for member, roles in value.items():
        where = (here, "roles_seen", f"lid '{member}'")
        if member not in present:
            faults.add(*where, "staat niet bij 'present'. Zet het lid daarbij, of haal de rol weg.")
        elif not isinstance(roles, list) or any(not isinstance(role, str) for role in roles):
            faults.add(*where, f"geef een lijst met een of meer van: {', '.join(ROLES_SEEN)}.")
        else:
            strange = [role for role in roles if role not in ROLES_SEEN]
            if strange:
                faults.add(*where, f"'{strange[0]}' is niet bekend. Kies uit: {', '.join(ROLES_SEEN)}.")
            elif len(set(roles)) < len(roles):
                faults.add(*where, "hetzelfde staat er twee keer. Verwijder een van de twee.")
            else:
                found[member] = tuple(roles)
    return found


# --- CSV ---


def _from_csv(text: str, file: str, most_present: int) -> Observed:
    header = text.lstrip().splitlines()[0]
    reader = csv.reader(io.StringIO(text.lstrip()), delimiter=_delimiter(header), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadInput(
            f"dit is geen geldige CSV; het gaat mis op regel {reader.line_num}. Controleer de aanhalingstekens.",
            where=(file,),
        ) from error
    columns = [name.strip() for name in rows[0][1]] if rows else []
    faults = _Faults(file)
    for name in _NEEDED:
        if name not in columns:
            faults.add("kopregel", name, f"deze kolom ontbreekt. Begin met: {','.join(_COLUMNS)}.")
    for name in columns:
        if name not in _COLUMNS:
            faults.add(
                "kopregel", name or "(leeg)", _unknown(name, _COLUMNS).replace("dit veld", "deze kolom")
            )
        elif columns.count(name) > 1:
            faults.add("kopregel", name, "deze kolom staat er twee keer. Verwijder een van de twee.")
    faults.stop()
    gatherings: dict[str, dict[str, str]] = {}
    present: dict[str, dict[str, None]] = {}
    lines: dict[str, int] = {}
    for line, row in rows[1:]:
        if len(row) != len(columns):
            faults.add(f"regel {line}", f"{len(row)} kolommen in plaats van {len(columns)}.")
            continue
        values = {name: cell.strip() for name, cell in zip(columns, row, strict=True)}
        name, member = values.pop("gathering"), values.pop("member")
        if not name:
            faults.add(f"regel {line}", "gathering", "dit is leeg. Geef elke waarneming een eigen kenmerk.")
            continue
        here = f"regel {line}: waarneming '{name}'"
        if name not in gatherings:
            gatherings[name], present[name], lines[name] = values, {}, line
        elif values != gatherings[name]:
            field = next(field for field, value in values.items() if value != gatherings[name][field])
            faults.add(
                here,
                field,
                f"'{values[field]}' is anders dan '{gatherings[name][field]}' op regel {lines[name]}. "
                "Geef elke waarneming een eigen kenmerk.",
            )
        if not member:
            continue  # a row without a member says that nobody was there
        if member in present[name]:
            faults.add(here, "member", f"lid '{member}' staat er twee keer. Verwijder een van de twee.")
        present[name][member] = None
    occasions = []
    for name, values in gatherings.items():
        here = f"regel {lines[name]}: waarneming '{name}'"
        at = _moment(values["at"] or None, (here, "at"), faults)
        ids = _present(list(present[name]), here, most_present, faults, "member")
        effort = None
        if values.get("effort_minutes"):
            effort = _minutes(_number(values["effort_minutes"]), (here, "effort_minutes"), faults)
        if at is not None:
            occasions.append(
                Occasion(
                    name, at, ids, values.get("place") or None, {}, values.get("reporter") or None, effort
                )
            )
    faults.stop()
    return Observed(tuple(occasions))


def _delimiter(header: str) -> str:
    """Return what stands between the columns: a comma, or what Dutch spreadsheets and copied cells have instead."""
    return next((sign for sign in (";", "\t") if sign in header), ",")


def _number(text: str) -> Any:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


# --- single values ---


def _text(value: Any, where: Iterable[str], faults: _Faults) -> bool:
    if isinstance(value, str) and value in faults.fine:
        return True
    if not isinstance(value, str) or not value.strip():
        faults.add(*where, f"{_shown(value)} kan niet. Geef een niet-lege tekst.")
        return False
    if len(value) > _LONGEST_ID:
        faults.add(*where, f"deze tekst is te lang (ten hoogste {_LONGEST_ID} tekens).")
        return False
    if not value.isprintable() and _UNSEEN.search(value):
        faults.add(*where, f"{_shown(value)} bevat een onzichtbaar teken. Verwijder dat.")
        return False
    faults.fine.add(value)
    return True


def _shown(value: Any) -> str:
    shown = "niets" if value is None else json.dumps(value)
    if isinstance(value, str):
        shown = f"'{shown[1:-1]}'"
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


def _minutes(value: Any, where: Iterable[str], faults: _Faults) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # NaN
        faults.add(*where, f"{_shown(value)} is geen aantal minuten. Geef een getal of laat het weg.")
        return None
    if not 0 <= value <= _MOST_MINUTES:  # also for infinity, and for integers that no float can hold
        faults.add(
            *where, f"{_shown(value)} kan niet. Geef de minuten dat is gekeken, van 0 tot {_MOST_MINUTES}."
        )
        return None
    return float(value)


def _moment(value: Any, where: Iterable[str], faults: _Faults) -> datetime | None:
    """Read a day with a time; without an offset it is Dutch local time."""
    example = "Schrijf dag en tijd als 2026-11-23T21:30."
    if value is None or value == "":
        faults.add(*where, f"de tijd ontbreekt. {example}")
        return None
    if not isinstance(value, str):
        faults.add(*where, f"{_shown(value)} is geen tijdstip. {example}")
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        faults.add(*where, f"{_shown(value)} is geen tijdstip. {example}")
        return None
    if ":" not in value and "T" not in value.upper():
        faults.add(*where, f"bij {_shown(value)} ontbreekt het uur. {example}")
        return None
    if not 1900 <= moment.year <= 2200:
        faults.add(*where, f"het jaar {moment.year} kan niet. {example}")
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)
