"""The lead-time clock: from first signal to first deployment, step by step, against dated targets.

Days are whole Dutch calendar days. A step counts from the last step before it that was done; a step that was
passed over (deployment before a plan, by spoedprocedure) is said to be passed over and does not count as late.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

DONE, NOW, TODO, PASSED, NEEDLESS = "gedaan", "nu", "nog niet", "overgeslagen", "niet nodig"


@dataclass(frozen=True, slots=True)
class Target:
    """How long one step may take."""

    step: str
    label: str
    text: str
    """When the step is done."""
    days: int
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeadTimeRules:
    """The targets in the order of the work."""

    title: str
    about: str
    targets: tuple[Target, ...]
    small_number: int
    """Below so many groups no median is given."""


def lead_time_rules(data: Mapping[str, Any]) -> LeadTimeRules:
    """Read the targets from the contents of a file that its JSON Schema accepted."""
    titles = {name: one["title"] for name, one in data["sources"].items()}
    return LeadTimeRules(
        data["title"],
        data.get("about", ""),
        tuple(
            Target(
                one["step"],
                one["label"],
                one["text"],
                one["days"],
                tuple(f"{titles[source['source']]}, {source['locator']}" for source in one["because"]),
            )
            for one in data["steps"]
        ),
        data["small_number"]["groups"],
    )


@dataclass(frozen=True, slots=True)
class Step:
    """How one step stands for one group."""

    target: Target
    state: str
    at: date | None = None
    """The day on which it was done."""
    waited: int | None = None
    """Days it took, or takes so far."""
    due: date | None = None
    """The last day within the target, of the step that is on now."""

    @property
    def late(self) -> bool:
        """Whether it took, or takes, longer than its target."""
        return self.waited is not None and self.waited > self.target.days


@dataclass(frozen=True, slots=True)
class Clock:
    """The way of one group so far."""

    start: date
    """The first signal, or the day on which a closed group was opened again."""
    steps: tuple[Step, ...]

    @property
    def now(self) -> Step | None:
        """The step that is on, if any."""
        return next((step for step in self.steps if step.state == NOW), None)

    @property
    def total(self) -> int | None:
        """Days from the start to the last step, once that is done."""
        last = self.steps[-1].at
        return (last - self.start).days if last else None


def start_of(first_signal: date, states: Iterable[tuple[date, bool]]) -> tuple[date, bool]:
    """Return the day from which the clock runs, and whether it stands still.

    ``states`` are (day, closed) in order of time. A group that was opened again starts anew on that day.
    """
    start, closed = first_signal, False
    for day, closes in states:
        if closed and not closes:
            start = day
        closed = closes
    return start, closed


def clock(
    start: date,
    done: Mapping[str, Sequence[date]],
    rules: LeadTimeRules,
    today: date,
    *,
    stopped: bool = False,
    ends_after: str = "",
) -> Clock:
    """Return the steps of one group; ``done`` has the days on which each step was done, in any order.

    Only the first day on or after ``start`` counts; a closed group (``stopped``) waits for nothing, and after the
    step ``ends_after`` (it needs no attention, so people decided) nothing more is asked.
    """
    first = {step: min((day for day in days if day >= start), default=None) for step, days in done.items()}
    last, waiting, over = start, not stopped, False
    steps = []
    for place, target in enumerate(rules.targets):
        at = first.get(target.step)
        later = any(first.get(other.step) for other in rules.targets[place + 1 :])
        if at is not None:
            steps.append(Step(target, DONE, at, max(0, (at - last).days)))
            last = max(last, at)
        elif later:
            steps.append(Step(target, PASSED))
        elif over:
            steps.append(Step(target, NEEDLESS))
        elif waiting:
            due = last + timedelta(days=target.days)
            steps.append(Step(target, NOW, None, max(0, (today - last).days), due))
            waiting = False
        else:
            steps.append(Step(target, TODO))
        over = over or target.step == ends_after
    return Clock(start, tuple(steps))


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step over several groups."""

    target: Target
    done: int
    median: float | None
    """Days, over the groups that did it; None below the small number."""
    late: int
    """Of those, so many took longer than the target."""
    open: int
    """Groups for which it is on now: they are not in the median, so that alone would look too good."""
    open_late: int


def summarise(clocks: Sequence[Clock], rules: LeadTimeRules) -> tuple[StepLine, ...]:
    """Return per step how long it took and what is still on."""
    lines = []
    for place, target in enumerate(rules.targets):
        steps = [one.steps[place] for one in clocks]
        took = [step.waited for step in steps if step.state == DONE and step.waited is not None]
        on = [step for step in steps if step.state == NOW]
        lines.append(
            StepLine(
                target,
                done=len(took),
                median=float(median(took)) if took and len(took) >= rules.small_number else None,
                late=sum(step.late for step in steps if step.state == DONE),
                open=len(on),
                open_late=sum(step.late for step in on),
            )
        )
    return tuple(lines)
