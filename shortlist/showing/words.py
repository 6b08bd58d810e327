"""Domain values as Dutch words: dates, times, durations, numbers, lists and the words of the field.

Every function takes plain values and gives text; ``install.py`` offers them to templates as filters of the
same name. Moments are timezone-aware and shown in Dutch local time.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
_SHORT_MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")

LEVELS = ("laag", "midden", "hoog")
"""The known levels of a duiding theme, low to high."""

CLASSES = ("aanvaardbaar", "hinderlijk", "overlastgevend", "crimineel")
"""The group classes, low to high."""

WORDS: dict[str, str] = {
    "geen_aanwijzing": "geen aanwijzing",
    "te weinig bekend": "te weinig bekend",
    "risico": "risico’s",
    "coordinator_vth": "coördinator VTH",
    "om": "OM",
    "jit": "JIT",
    "feit": "feit",
    "jongerenwerk": "jongerenwerk",
    "fietspolitie": "politie op de fiets",
    "jeugdboa": "jeugdboa",
    "jeugdboas": "jeugdboa’s",
}
"""Codes whose word is not simply the code with spaces."""


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be shown")
    return moment.astimezone(AMSTERDAM)


def _day(value: date | datetime) -> date:
    return _local(value).date() if isinstance(value, datetime) else value


def datum(value: date | datetime | None) -> str:
    """Say a day shortly, ``ma 23 nov 2026``; a missing day is an en dash."""
    if value is None:
        return "–"
    day = _day(value)
    return f"{DAYS[day.weekday()][:2]} {day.day} {_SHORT_MONTHS[day.month - 1]} {day.year}"


def datum_voluit(value: date | datetime | None) -> str:
    """Say a day in full, ``maandag 23 november 2026``."""
    if value is None:
        return "–"
    day = _day(value)
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def tijd(value: datetime | time | None) -> str:
    """Say a time of day, ``21:30``; a moment is first brought to Dutch local time."""
    if value is None:
        return "–"
    clock = _local(value).time() if isinstance(value, datetime) else value
    return f"{clock.hour:02d}:{clock.minute:02d}"


def datumtijd(value: datetime | None) -> str:
    """Say a moment, ``ma 23 nov 2026, 21:30``."""
    return "–" if value is None else f"{datum(value)}, {tijd(value)}"


def periode(start: datetime, end: datetime) -> str:
    """Say a stretch of time; the second date only when it differs: ``ma 23 nov 2026, 21:30–23:00``."""
    if _day(start) == _day(end):
        return f"{datumtijd(start)}–{tijd(end)}"
    return f"{datumtijd(start)} – {datumtijd(end)}"


def isotijd(value: date | datetime | None) -> str:
    """Write a day or moment for the ``datetime`` attribute of ``<time>`` (moments in UTC)."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return _local(value).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()


def duur(value: float | timedelta | None) -> str:
    """Say a duration given in minutes, ``1 u 30 min``; rounded to whole minutes."""
    if value is None:
        return "–"
    minutes = round(value.total_seconds() / 60 if isinstance(value, timedelta) else value)
    sign, minutes = ("-" if minutes < 0 else ""), abs(minutes)
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return f"{sign}{hours} u {rest} min"
    return f"{sign}{hours} u" if hours else f"{sign}{rest} min"


def getal(value: float | None, decimals: int | None = None) -> str:
    """Write a number the Dutch way, ``1.234,5``; without ``decimals`` at most two, none when whole."""
    if value is None:
        return "–"
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if decimals is None else f"{value:,.{decimals}f}"
    if not any(digit in "123456789" for digit in text):
        text = text.removeprefix("-")
    return text.translate(str.maketrans(",.", ".,"))


def percentage(share: float | None, decimals: int = 0) -> str:
    """Write a share between 0 and 1 as a percentage, ``31%``."""
    return "–" if share is None else f"{getal(share * 100, decimals)}%"


def lijst(items: Iterable[object], joint: str = "en") -> str:
    """Join items as a sentence does, ``a, b en c``; nothing gives an empty text."""
    texts = [str(item) for item in items]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {joint} {texts[-1]}"


def meervoud(count: int, one: str, many: str) -> str:
    """Count something, ``1 groep`` or ``3 groepen``; zero is ``geen groepen``."""
    if count == 0:
        return f"geen {many}"
    return f"{getal(count)} {one if count == 1 else many}"


def woord(code: str | None) -> str:
    """Turn a code of the domain into the word a user reads; a missing one is an en dash."""
    if code is None or code == "":
        return "–"
    return WORDS.get(code, code.replace("_", " "))


def hoofdletter(text: str) -> str:
    """Give the text a capital at the start, the rest as it is; ``ij`` counts as one letter."""
    if text.startswith("ij"):
        return f"IJ{text[2:]}"
    return text[:1].upper() + text[1:]


def klassen(possible: Iterable[str]) -> str:
    """Say a set of classes low to high: one class, or ``hinderlijk of overlastgevend``."""
    found = set(possible)
    ordered = [name for name in CLASSES if name in found] + sorted(found.difference(CLASSES))
    return lijst([woord(name) for name in ordered], "of")
