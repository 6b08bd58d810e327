"""A week plan as files: iCalendar per team, CSV and GeoJSON.

A calendar names places and measures, not groups: it ends up in people's own calendars, outside this program. The
UID of an event stays the same over versions of a plan, so that a new version moves events instead of doubling them.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from icalendar import Calendar, Event

from shortlist.planning.reviewing.picture import ShiftPicture, Stop
from shortlist.planning.week.times import ZONE
from shortlist.showing import maps
from shortlist.showing.words import datum, tijd

_NAMES = UUID("7d0b5c1e-9d3c-4f0a-9f7e-2f2b7f0c9a51")
"""Namespace of the event identifiers; made once for this program."""
_RISKY = ("=", "+", "-", "@", "\t")
"""A spreadsheet takes a cell that starts so for a formula."""


@dataclass(frozen=True, slots=True)
class CalendarWeek:
    """One team's shifts in one plan; ``stamp`` is when the plan was made."""

    plan_id: UUID
    week: date
    version: int
    stamp: datetime
    shifts: Sequence[ShiftPicture]


def calendar_of(
    shifts: Sequence[ShiftPicture], *, week: date, version: int, stamp: datetime, address: str, title: str
) -> bytes:
    """Return the iCalendar (RFC 5545) of one team's shifts, an event per visit and one per shift.

    ``stamp`` is when the plan was made; ``address`` is put before a shift's id and leads to its sheet.
    """
    calendar = _calendar(title)
    for event in _events(CalendarWeek(UUID(int=0), week, version, stamp, shifts), address):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def feed_of(weeks: Iterable[CalendarWeek], *, sheet: str, title: str) -> bytes:
    """Return the iCalendar that follows a team over weeks.

    ``sheet`` is the address of a shift's sheet with the ids 0 (plan) and 1 (shift) in it.
    """
    calendar = _calendar(title)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    before = sheet.removesuffix(str(UUID(int=1)))
    for week in weeks:
        for event in _events(week, before.replace(str(UUID(int=0)), str(week.plan_id))):
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calendar(title: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Shortlist//Weekplan//NL")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", title)
    return calendar


def _events(one: CalendarWeek, address: str) -> Iterator[Event]:
    for shift in one.shifts:
        sheet = f"{address}{shift.id}"
        yield _event(
            f"{one.week}:{shift.id}", f"Dienst {shift.team}", shift.starts_at, shift.ends_at, one.stamp, one.version,
            place=shift.base, text=f"Dienstblad: {sheet}", busy=False,
        )  # fmt: skip
        for number, stop in enumerate(shift.stops, start=1):
            yield _event(
                f"{one.week}:{stop.visit}:{stop.occurrence}", f"Bezoek {number}: {stop.place}", stop.starts_at,
                stop.ends_at, one.stamp, one.version, place=stop.place,
                text=f"{stop.measure_name}. Waarom en hoe staat op het dienstblad: {sheet}", busy=True,
                position=(stop.lat, stop.lon),
            )  # fmt: skip


def _event(
    key: str,
    summary: str,
    start: datetime,
    end: datetime,
    stamp: datetime,
    version: int,
    *,
    place: str,
    text: str,
    busy: bool,
    position: tuple[float, float] | None = None,
) -> Event:
    event = Event()
    event.add("uid", f"{uuid5(_NAMES, key)}@shortlist")
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", start.astimezone(UTC))
    event.add("dtend", end.astimezone(UTC))
    event.add("summary", summary)
    event.add("location", place)
    event.add("description", text)
    event.add("sequence", version)
    event.add("class", "CONFIDENTIAL")
    event.add("transp", "OPAQUE" if busy else "TRANSPARENT")
    if position is not None:
        event.add("geo", position)
    return event


def table_of(stops: Iterable[Stop]) -> bytes:
    """Return the visits as CSV for a Dutch spreadsheet: semicolons, UTF-8 with a mark, no formulas."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        ["dag", "aankomst", "begin", "einde", "team", "soort", "groep", "stadsdeel", "plek", "lengtegraad",
         "breedtegraad", "prioriteit", "maatregel"]
    )  # fmt: skip
    for stop in stops:
        local = [moment.astimezone(ZONE) for moment in (stop.arrives_at, stop.starts_at, stop.ends_at)]
        writer.writerow(
            _safe(cell)
            for cell in (
                local[1].date().isoformat(), *(f"{moment:%H:%M:%S}" for moment in local), stop.team, stop.kind,
                stop.group, stop.stadsdeel, stop.place, f"{stop.lon:.6f}", f"{stop.lat:.6f}", stop.priority,
                stop.measure_name,
            )
        )  # fmt: skip
    return text.getvalue().encode("utf-8-sig")


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def map_of(
    shifts: Sequence[ShiftPicture],
    areas: Iterable[tuple[str, Sequence[Sequence[float]]]],
    *,
    group_url: Any = None,
) -> dict[str, Any]:
    """Return routes, bases and numbered visits of shifts as GeoJSON over the outlines of the stadsdelen.

    ``group_url``: a function from a group's id to the address of its page; None leaves the addresses out.
    """
    features = [maps.area([ring], name) for name, ring in areas]
    teams = list(dict.fromkeys(shift.team for shift in shifts))
    number = 0
    for shift in shifts:
        series = teams.index(shift.team) + 1
        base = (shift.base_lon, shift.base_lat)
        hours = f"{tijd(shift.starts_at)}–{tijd(shift.ends_at)}"
        features.append(
            maps.point(*base, shift.base, kind="base", sign="B", series=series, detail=shift.team)
        )
        if shift.stops:
            way = [base, *((stop.lon, stop.lat) for stop in shift.stops), base]
            features.append(maps.route(way, f"{shift.team}, {datum(shift.starts_at)} {hours}", series=series))
        for stop in shift.stops:
            number += 1
            features.append(
                maps.point(
                    stop.lon,
                    stop.lat,
                    stop.group,
                    kind="visit",
                    sign=str(number),
                    series=series,
                    detail=f"{tijd(stop.starts_at)}–{tijd(stop.ends_at)}, {stop.place}, {stop.team}",
                    href=group_url(stop.group_id) if group_url else "",
                )
            )
    return maps.collection(features)
