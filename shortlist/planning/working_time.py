"""Working-time rules as data, and which sets of shifts one person may lawfully work.

Pure: times are seconds since the horizon's start, ``Clock`` turns them into Dutch wall-clock hours so that
nights of 23 and 25 hours count right. Rules come from ``rules/working-time-*.yaml`` (article by article).
Every rule here is hereditary: leaving a shift out of a lawful set leaves it lawful; the engine relies on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

from shortlist.errors import Broken

HOUR = 3600
DAY = 24 * HOUR
_MOST_SETS = 200_000


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its key in the file, its article, its Dutch text and its numbers."""

    key: str
    article: str
    text: str
    numbers: Mapping[str, float]

    def seconds(self, name: str) -> int:
        """Return a number given in hours or days as seconds."""
        return round(self.numbers[name] * (DAY if name.endswith("days") else HOUR))


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """The working-time rules of one file; ``breaks`` are (over seconds, break seconds), ascending."""

    name: str
    title: str
    zone: str
    rules: Mapping[str, Rule]
    breaks: tuple[tuple[int, int], ...]

    def break_seconds(self, length: int) -> int:
        """Return the break that a shift of ``length`` seconds needs."""
        need = 0
        for over, minutes in self.breaks:
            if length > over:
                need = minutes
        return need


@dataclass(frozen=True, slots=True)
class Clock:
    """Wall-clock hours for seconds since ``origin`` (aware, UTC) in ``zone``."""

    origin: datetime
    zone: str = "Europe/Amsterdam"

    def local(self, second: int) -> datetime:
        """Return the local time of ``second``."""
        return (self.origin + timedelta(seconds=second)).astimezone(ZoneInfo(self.zone))

    def seconds(self, moment: datetime) -> int:
        """Return whole seconds from the origin to an aware moment."""
        return round((moment.astimezone(UTC) - self.origin).total_seconds())


@dataclass(frozen=True, slots=True, order=True)
class Duty:
    """One shift of one person: [start, end) in seconds; ``key`` is the caller's own number for it."""

    start: int
    end: int
    key: int = -1


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken rule: article, Dutch text and when it shows."""

    rule: str
    article: str
    text: str
    at: int


_NEEDED: dict[str, tuple[str, ...]] = {
    "daily_rest": ("hours", "shortened_hours", "shortened_every_days"),
    "weekly_rest": ("hours", "every_days", "alternative_hours", "alternative_every_days"),
    "shift_length": ("hours",),
    "week_length": ("hours", "every_days"),
    "night_shift": ("from_hour", "to_hour", "more_than_hours", "hours"),
    "rest_after_night": ("ends_after_hour", "hours"),
    "rest_after_nights": ("nights", "hours"),
    "series_with_night": ("shifts",),
}


def rules_from(data: Mapping[str, Any], *, source: str) -> WorkingTime:
    """Build the rules from a parsed file; a missing rule, number or article raises ``Broken`` naming it."""
    try:
        written = data["rules"]
        rules = {}
        for key, numbers in _NEEDED.items():
            rule = written[key]
            rules[key] = Rule(
                key, str(rule["article"]), str(rule["text"]), {name: float(rule[name]) for name in numbers}
            )
        pause = written["break"]
        rules["break"] = Rule("break", str(pause["article"]), str(pause["text"]), {})
        breaks = sorted(
            (round(float(step["over_hours"]) * HOUR), round(float(step["minutes"]) * 60))
            for step in pause["steps"]
        )
        return WorkingTime(str(data["name"]), str(data["title"]), str(data["zone"]), rules, tuple(breaks))
    except (KeyError, TypeError, ValueError) as error:
        raise Broken(f"{source}: werktijdregels onvolledig of onleesbaar bij {error}.") from error


def night_seconds(duty: Duty, clock: Clock, rule: Rule) -> int:
    """Return how long a duty lies in the night hours, counted in real seconds over clock changes."""
    total = 0
    zone = ZoneInfo(clock.zone)
    day = clock.local(duty.start).date() - timedelta(days=1)
    last = clock.local(duty.end).date()
    while day <= last:
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        start = clock.seconds(midnight.replace(hour=int(rule.numbers["from_hour"])))
        end = clock.seconds(midnight.replace(hour=int(rule.numbers["to_hour"])))
        total += max(0, min(duty.end, end) - max(duty.start, start))
        day += timedelta(days=1)
    return total


def is_night(duty: Duty, clock: Clock, rules: WorkingTime) -> bool:
    """Say whether a duty is a night shift."""
    rule = rules.rules["night_shift"]
    return night_seconds(duty, clock, rule) > rule.seconds("more_than_hours")


def _ends_late(duty: Duty, clock: Clock, rules: WorkingTime) -> bool:
    """Say whether a night shift ends after the hour that asks for a longer rest (02:00)."""
    end = clock.local(duty.end)
    limit = end.replace(
        hour=int(rules.rules["rest_after_night"].numbers["ends_after_hour"]), minute=0, second=0
    )
    return end > limit


def breaches_of_one(duty: Duty, clock: Clock, rules: WorkingTime) -> list[Breach]:
    """Return the rules that one shift breaks by itself (length, night length)."""
    found = []
    rule = rules.rules["shift_length"]
    if duty.end - duty.start > rule.seconds("hours"):
        found.append(Breach(rule.key, rule.article, rule.text, duty.start))
    rule = rules.rules["night_shift"]
    if duty.end - duty.start > rule.seconds("hours") and is_night(duty, clock, rules):
        found.append(Breach(rule.key, rule.article, rule.text, duty.start))
    return found


def breaches(duties: Sequence[Duty], clock: Clock, rules: WorkingTime, *, horizon: int) -> list[Breach]:
    """Return every rule that a person's shifts break together; empty means lawful.

    ``duties`` in any order; ``horizon`` is its length in seconds (72 hours' rest per 14 days counts from 14 days on).
    Time before the first and after the last known shift counts as rest; periods of days run from the start of a shift.
    """
    line = sorted(duties)
    found = [breach for duty in line for breach in breaches_of_one(duty, clock, rules)]
    nights = [is_night(duty, clock, rules) for duty in line]
    found += _rests(line, nights, clock, rules)
    found += _series(line, nights, rules)
    found += _week_hours(line, rules)
    found += _weekly_rest(line, rules, horizon)
    return found


def _rests(line: list[Duty], nights: list[bool], clock: Clock, rules: WorkingTime) -> list[Breach]:
    daily, after = rules.rules["daily_rest"], rules.rules["rest_after_night"]
    found = []
    last_short: int | None = None
    for i in range(1, len(line)):
        rest = line[i].start - line[i - 1].end
        late = nights[i - 1] and _ends_late(line[i - 1], clock, rules)
        if late and rest < after.seconds("hours"):
            found.append(Breach(after.key, after.article, after.text, line[i].start))
        elif rest < daily.seconds("hours"):
            again = last_short is not None and line[i].start - last_short < daily.seconds(
                "shortened_every_days"
            )
            if rest < daily.seconds("shortened_hours") or again:
                found.append(Breach(daily.key, daily.article, daily.text, line[i].start))
            last_short = line[i].start
    return found


def _series(line: list[Duty], nights: list[bool], rules: WorkingTime) -> list[Breach]:
    after, row = rules.rules["rest_after_nights"], rules.rules["series_with_night"]
    found = []
    begin = 0
    for i in range(len(line)):
        if i and line[i].start - line[i - 1].end >= after.seconds("hours"):
            begin = i
        if not nights[i] and sum(nights[begin:i]) >= after.numbers["nights"]:
            found.append(Breach(after.key, after.article, after.text, line[i].start))
        if i - begin + 1 > row.numbers["shifts"] and any(nights[begin : i + 1]):
            found.append(Breach(row.key, row.article, row.text, line[i].start))
    return found


def _week_hours(line: list[Duty], rules: WorkingTime) -> list[Breach]:
    rule = rules.rules["week_length"]
    span = rule.seconds("every_days")
    for first in line:
        worked = sum(max(0, min(d.end, first.start + span) - max(d.start, first.start)) for d in line)
        if worked > rule.seconds("hours"):
            return [Breach(rule.key, rule.article, rule.text, first.start)]
    return []


def _longest_rest(line: list[Duty], start: int, end: int) -> int:
    longest, free = 0, start
    for duty in line:
        if duty.end <= start or duty.start >= end:
            continue
        longest = max(longest, duty.start - free)
        free = max(free, duty.end)
    return max(longest, end - free)


def _weekly_rest(line: list[Duty], rules: WorkingTime, horizon: int) -> list[Breach]:
    rule = rules.rules["weekly_rest"]

    def lacking(span: int, need: int) -> int | None:
        return next((d.start for d in line if _longest_rest(line, d.start, d.start + span) < need), None)

    at = lacking(rule.seconds("every_days"), rule.seconds("hours"))
    if at is None:
        return []
    long = rule.seconds("alternative_every_days")
    if horizon > long - 2 * HOUR and lacking(long, rule.seconds("alternative_hours")) is None:
        return []
    return [Breach(rule.key, rule.article, rule.text, at)]


def new_breaches(
    worked: Sequence[Duty], planned: Sequence[Duty], clock: Clock, rules: WorkingTime, *, horizon: int
) -> list[Breach]:
    """Return what a person's planned shifts break next to shifts already worked; what those broke is past."""
    past = (
        {(breach.rule, breach.at) for breach in breaches(worked, clock, rules, horizon=horizon)}
        if worked
        else set()
    )
    together = breaches([*worked, *planned], clock, rules, horizon=horizon)
    return [breach for breach in together if (breach.rule, breach.at) not in past]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Shifts (the callers' keys) that one person may not all work, and the rule that says so."""

    keys: tuple[int, ...]
    breach: Breach


def forbidden_sets(
    duties: Sequence[Duty], worked: Sequence[Duty], clock: Clock, rules: WorkingTime, *, horizon: int
) -> list[Forbidden]:
    """Return the smallest sets of shifts that break a rule together with what was already ``worked``.

    Every lawful choice avoids each of them in full, and every choice that avoids them all is lawful.
    """

    def breach_of(chosen: Sequence[Duty]) -> Breach | None:
        return next(iter(new_breaches(worked, chosen, clock, rules, horizon=horizon)), None)

    line = sorted(duties)
    if breach_of(line) is None:
        return []
    found: list[Forbidden] = []
    closed: list[frozenset[int]] = []
    tried = 0
    for size in range(1, len(line) + 1):
        for chosen in combinations(line, size):
            keys = frozenset(duty.key for duty in chosen)
            if any(smaller <= keys for smaller in closed):
                continue
            tried += 1
            if tried > _MOST_SETS:
                raise Broken(
                    "Te veel diensten per persoon om de werktijdregels volledig door te rekenen; plan per week."
                )
            breach = breach_of(chosen)
            if breach is not None:
                closed.append(keys)
                found.append(Forbidden(tuple(duty.key for duty in chosen), breach))
    return found
