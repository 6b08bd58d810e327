"""Read fields of a planning file one by one, naming record, field and remedy when one does not fit."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any

from shortlist.errors import BadInput

_FREE = {"note", "name"}
_YEAR = timedelta(days=400)
"""Room that every moment leaves on the calendar, so that a week round it can be counted."""


class Fields:
    """One JSON object with its place in the file; every getter raises ``BadInput`` with that place."""

    def __init__(self, data: object, where: Sequence[str], allowed: Iterable[str]) -> None:
        self.where = tuple(where)
        if not isinstance(data, Mapping):
            raise BadInput(f"verwacht een object {{…}}, niet {_shown(data)}", where=self.where)
        self.data: Mapping[str, Any] = data
        known = sorted({*allowed, *_FREE})
        for key in data:
            if key not in known:
                near = get_close_matches(str(key), known, n=1)
                hint = f'bedoelt u "{near[0]}"?' if near else "toegestaan: " + ", ".join(sorted(allowed))
                raise BadInput(f'onbekend veld "{key}"; {hint}', where=self.where)

    def bad(self, field: str, message: str) -> BadInput:
        """Return the error for one field."""
        return BadInput(message, where=(*self.where, field))

    def has(self, field: str) -> bool:
        """Say whether a field is there and not null."""
        return self.data.get(field) is not None

    def get(self, field: str) -> object:
        """Return a required field as it stands."""
        if field not in self.data:
            raise self.bad(field, "ontbreekt; vul dit veld in")
        return self.data[field]

    def text(self, field: str) -> str:
        """Return a required, non-empty text (a whole number is read as its text)."""
        value = self.get(field)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value.strip():
            raise self.bad(field, f"verwacht een niet-lege tekst, niet {_shown(value)}")
        return value

    def number(self, field: str, *, low: float, high: float, default: float | None = None) -> float:
        """Return a finite number between ``low`` and ``high``."""
        if default is not None and not self.has(field):
            return default
        value = self.get(field)
        endless = isinstance(value, float) and not math.isfinite(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or endless:
            raise self.bad(field, f"verwacht een getal, niet {_shown(value)}")
        if value < low:
            kind = "mag niet negatief zijn" if low == 0 else f"moet ten minste {_digits(low)} zijn"
            raise self.bad(field, f"{_digits(value)} {kind}")
        if value > high:
            raise self.bad(field, f"{_digits(value)} is te groot; ten hoogste {_digits(high)}")
        return float(value)

    def whole(self, field: str, *, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number between ``low`` and ``high``."""
        value = self.number(field, low=low, high=high, default=default)
        if value != int(value):
            raise self.bad(field, f"verwacht een geheel getal, niet {value:g}")
        return int(value)

    def list(self, field: str, *, required: bool = True) -> Sequence[object]:
        """Return a list; absent gives an empty one unless it is required."""
        if not required and not self.has(field):
            return ()
        value = self.get(field)
        if not isinstance(value, list | tuple):
            raise self.bad(field, f"verwacht een lijst […], niet {_shown(value)}")
        return value

    def texts(self, field: str, *, required: bool = True) -> tuple[str, ...]:
        """Return a list of non-empty texts."""
        values = self.list(field, required=required)
        for value in values:
            if not isinstance(value, str) or not value.strip():
                raise self.bad(field, f"verwacht teksten in de lijst, niet {_shown(value)}")
        return tuple(str(value) for value in values)

    def moment(self, field: str) -> datetime:
        """Return a moment with its offset from UTC, as UTC."""
        value = self.get(field)
        if not isinstance(value, str):
            raise self.bad(field, f"verwacht een tijdstip als 2026-11-23T18:00+01:00, niet {_shown(value)}")
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise self.bad(
                field, f'"{value}" is geen tijdstip; schrijf het als 2026-11-23T18:00+01:00'
            ) from None
        if moment.tzinfo is None:
            known = value if len(value) > len("2026-11-23") else f"{moment.date()}T00:00"
            raise self.bad(field, f'"{value}" mist de tijdzone; schrijf bijvoorbeeld {known}+01:00')
        try:
            found = moment.astimezone(UTC)
            return found + _YEAR - _YEAR - _YEAR + _YEAR
        except OverflowError:
            raise self.bad(field, f'"{value}" ligt buiten de kalender') from None

    def records(
        self, field: str, kind: str, allowed: Iterable[str], *, required: bool = True, key: str = "id"
    ) -> Iterator["Fields"]:
        """Yield the objects of a list, each placed by its ``key`` or else its number."""
        for number, item in enumerate(self.list(field, required=required), start=1):
            named = item.get(key) if isinstance(item, Mapping) else None
            label = f"{kind} {named}" if isinstance(named, str) and named else f"{kind} nr. {number}"
            yield Fields(item, (*self.where, label), allowed)


def _digits(number: float) -> str:
    """Write a number in a message, whole ones with all their digits as long as that can be read."""
    if number == int(number) and abs(number) < 10**12:
        return str(int(number))
    return f"{number:g}" if isinstance(number, float) else f"een getal van {len(str(number))} cijfers"


def _shown(value: object) -> str:
    """Show a wrong value briefly in a message."""
    if value is None:
        return "leeg (null)"
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    return text if len(text) <= 40 else text[:37] + "…"


def suggest(word: str, known: Iterable[str]) -> str:
    """Return a Dutch remedy for an unknown name: the nearest known one, when there is one."""
    near = get_close_matches(word, list(known), n=1)
    return f'bedoelt u "{near[0]}"?' if near else "controleer de spelling of voeg het toe"
