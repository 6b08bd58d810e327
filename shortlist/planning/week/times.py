"""Times of the week as people write them (``vr-za 20:00-26:00``) and as stretches of a given week.

Pure. A span starts on a weekday and may run past midnight: 26:00 is two o'clock the next night. Written times are
Dutch wall-clock times; turned into moments they are right over a clock change too.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from shortlist.errors import BadInput

ZONE = ZoneInfo("Europe/Amsterdam")
DAY_NAMES = ("ma", "di", "wo", "do", "vr", "za", "zo")
DAY = 24 * 60
LATEST = 36 * 60
"""A span ends at the latest at noon of the next day, in minutes after its own midnight."""
_SPAN = re.compile(
    r"^(?P<first>ma|di|wo|do|vr|za|zo)(?:\s*-\s*(?P<last>ma|di|wo|do|vr|za|zo))?\s+"
    r"(?P<start>\d{1,2}[:.]\d{2})\s*-\s*(?P<end>\d{1,2}[:.]\d{2})$"
)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of the week: weekday (0 = Monday), start and end in minutes after that day's midnight."""

    day: int
    start: int
    end: int


def parse_times(text: str) -> tuple[Span, ...]:
    """Read ``vr-za 20:00-26:00; zo 15:00-18:00``; an end before its start is taken as the next night.

    Raises:
        BadInput: a part cannot be read; the message quotes it and shows how to write it.
    """
    spans: set[Span] = set()
    for part in filter(None, (piece.strip() for piece in re.split(r"[;\n]", text.replace("–", "-")))):
        found = _SPAN.match(part.lower())
        if found is None:
            raise BadInput(
                f"‘{part}’ is geen tijd van de week. Schrijf bijvoorbeeld: vr-za 20:00-02:00; zo 15:00-18:00."
            )
        start, end = (_minutes(found[name], part) for name in ("start", "end"))
        if start >= DAY:
            raise BadInput(
                f"‘{part}’ begint na middernacht. Schrijf de dag waarop het begint, met een tijd tot 23:59."
            )
        end += DAY if end <= start else 0
        if end > LATEST or end - start > DAY:
            raise BadInput(f"‘{part}’ loopt te lang door. Eindig uiterlijk de volgende dag om 12:00 uur.")
        first = DAY_NAMES.index(found["first"])
        last = DAY_NAMES.index(found["last"] or found["first"])
        days = range(first, last + 1) if last >= first else [*range(first, 7), *range(last + 1)]
        spans |= {Span(day, start, end) for day in days}
    return tuple(sorted(spans))


def _minutes(text: str, part: str) -> int:
    hours, minutes = (int(number) for number in re.split("[:.]", text))
    if minutes > 59 or hours > 36:
        raise BadInput(f"‘{part}’ noemt een tijd die niet bestaat. Schrijf uren en minuten, zoals 20:30.")
    return hours * 60 + minutes


def say_times(spans: Iterable[Span]) -> str:
    """Write spans as ``parse_times`` reads them; days in a row with the same hours together."""
    by_hours: dict[tuple[int, int], list[int]] = {}
    for span in sorted(set(spans)):
        by_hours.setdefault((span.start, span.end), []).append(span.day)
    parts: list[tuple[int, int, str]] = []
    for (start, end), days in by_hours.items():
        row = [days[0]]
        for day in [*days[1:], 99]:
            if day == row[-1] + 1:
                row.append(day)
                continue
            name = DAY_NAMES[row[0]] if len(row) == 1 else f"{DAY_NAMES[row[0]]}-{DAY_NAMES[row[-1]]}"
            parts.append((row[0], start, f"{name} {_clock(start)}-{_clock(end)}"))
            row = [day]
    return "; ".join(text for _, _, text in sorted(parts))


def _clock(minutes: int) -> str:
    """Write minutes after midnight; past midnight as the hour of the next day (02:00), 24:00 stays."""
    shown = minutes if minutes <= DAY else minutes - DAY
    return f"{shown // 60:02d}:{shown % 60:02d}"


def moment(day: date, minutes: int) -> datetime:
    """Return the moment (UTC) at which the wall clock of ``day`` stands at ``minutes`` after midnight.

    A time that the clock skips in spring is the moment right after the skip's start; one that comes twice is the
    first of the two.
    """
    on = day + timedelta(days=minutes // DAY)
    rest = minutes % DAY
    local = datetime(on.year, on.month, on.day, rest // 60, rest % 60, tzinfo=ZONE)
    return local.astimezone(UTC)


def week_bounds(monday: date) -> tuple[datetime, datetime]:
    """Return the first and the last moment (UTC) of the week that starts on ``monday``."""
    return moment(monday, 0), moment(monday + timedelta(days=7), 0)


def stretches(spans: Iterable[Span], monday: date) -> list[tuple[datetime, datetime]]:
    """Return the stretches (UTC) of one week, clipped to it, merged where they touch or overlap, in order.

    What runs on from the Sunday before counts on the Monday.
    """
    first, last = week_bounds(monday)
    found: list[tuple[datetime, datetime]] = []
    for span in spans:
        for week in (-7, 0):
            day = monday + timedelta(days=span.day + week)
            start, end = max(first, moment(day, span.start)), min(last, moment(day, span.end))
            if end > start:
                found.append((start, end))
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


FIRST_DAY, LAST_DAY = date(2000, 1, 3), date(2099, 12, 27)
"""Weeks outside these days can't be asked for."""


def week_named(text: str) -> date | None:
    """Return the Monday of the week of an ISO date; None when it is no date or an implausible one."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return monday_of(day) if FIRST_DAY <= day <= LAST_DAY else None


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def local_iso(at: datetime) -> str:
    """Write a moment as local time with its offset, as the contract of ``shortlist plan`` shows it."""
    return at.astimezone(ZONE).isoformat(timespec="seconds")
