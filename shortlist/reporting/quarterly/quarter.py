"""Quarters, the figures of a report, targets: what is counted, on which level, and how it compares.

Pure. A figure says its level (individual, group, stadsdeel, city) so that nobody reads more into it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

INPUT, THROUGHPUT, OUTPUT, INDIVIDUAL, SOCIETY = (
    "Inzet", "Doorstroom", "Resultaat", "Uitkomst voor jongeren", "Uitkomst voor de samenleving",
)  # fmt: skip
CHAPTERS = (INPUT, THROUGHPUT, OUTPUT, INDIVIDUAL, SOCIETY)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A calendar quarter, Dutch days."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """The last day."""
        return self.after.first - timedelta(days=1)

    @property
    def after(self) -> "Quarter":
        """The next quarter."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def before(self) -> "Quarter":
        """The quarter before."""
        return Quarter(self.year - (self.number == 1), self.number - 1 or 4)

    def __str__(self) -> str:
        return f"{self.year}-{self.number}"


def quarter_of(day: date) -> Quarter:
    """Return the quarter of a day."""
    return Quarter(day.year, (day.month + 2) // 3)


def back(quarter: Quarter, count: int) -> list[Quarter]:
    """Return the last ``count`` quarters up to this one, oldest first."""
    found = [quarter]
    while len(found) < count:
        found.append(found[-1].before)
    return found[::-1]


def months_of(quarter: Quarter) -> tuple[str, ...]:
    """Return the codes of CBS for the months of a quarter."""
    return tuple(f"{quarter.year}MM{3 * quarter.number - 2 + step:02}" for step in range(3))


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report: a value per stadsdeel and for the city; None means not shown or not known."""

    id: str
    chapter: str
    label: str
    level: str
    unit: str
    values: tuple[float | None, ...]
    """Per stadsdeel in the order of the report, the city last."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What the city wants to reach against a base year."""

    id: str
    measure: str
    text: str
    change_percent: float
    base_year: int
    target_year: int
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportRules:
    """What a municipality decides about the report."""

    below: int
    width: int
    targets: tuple[Target, ...]
    categories: tuple[str, ...]
    crimes: Mapping[str, str]
    """Code of CBS → name, in the order of the file."""
    sources: tuple[str, ...]


def report_rules(data: Mapping[str, Any]) -> ReportRules:
    """Build the rules from a file that its JSON Schema accepted."""
    titles = {name: one["title"] for name, one in data["sources"].items()}

    def because(one: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(f"{titles[source['source']]}, {source['locator']}" for source in one["because"])

    return ReportRules(
        below=data["small_numbers"]["below"],
        width=data["small_numbers"]["width"],
        targets=tuple(
            Target(
                one["id"], one["measure"], one["text"], one["change_percent"], one["base_year"], one["target_year"],
                because(one),
            )
            for one in data["targets"]
        ),
        categories=tuple(data["report_categories"]["values"]),
        crimes={one["code"]: one["name"] for one in data["crimes"]["values"]},
        sources=tuple(
            text for part in ("small_numbers", "report_categories", "crimes") for text in because(data[part])
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """How a target stands: the same quarters of the base year and of the year of the report."""

    target: Target
    base: int | None
    now: int | None
    change_percent: float | None
    """Of the same quarters; None without a base."""

    @property
    def said(self) -> str:
        """Say it in a sentence that claims no cause."""
        if self.base is None or self.now is None or self.change_percent is None:
            return "Nog niet te zeggen: er ontbreken cijfers van het basisjaar of van dit jaar."
        reached = self.change_percent <= self.target.change_percent
        return (
            f"In dezelfde afgelopen maanden {self.base} in {self.target.base_year}, nu {self.now}: dat haalt het doel "
            f"{'tot nu toe' if reached else 'nog niet'}. Waardoor het verschil komt, zegt dit niet."
        )


def progress(target: Target, base: Sequence[int], now: Sequence[int], below: int) -> Progress:
    """Compare the quarters so far; numbers below ``below`` are not told."""
    first, second = sum(base), sum(now)
    if first < below or second < below:
        return Progress(target, None, None, None)
    return Progress(target, first, second, round(100 * (second - first) / first, 1))
