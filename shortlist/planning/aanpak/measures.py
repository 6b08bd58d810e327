"""Measures of a plan van aanpak: the catalogue as data, which are suggested and which are refused, with reasons.

Pure. A rule ``when`` holds when everything it names holds; what is unknown never holds, so that nothing is
suggested or refused on a guess. Source: ``rules/measures.yaml``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

UNKNOWN = frozenset({"onbekend", "geen_aanwijzing"})


@dataclass(frozen=True, slots=True)
class When:
    """A condition: every part that is named must hold."""

    classes: frozenset[str] = frozenset()
    duiding: Mapping[str, frozenset[str]] = field(default_factory=dict)
    answers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    below: Mapping[str, int] = field(default_factory=dict)
    measures: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Because:
    """A condition with the Dutch reason that is shown when it holds."""

    when: When
    reason: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """How a measure becomes visits: kind of team, visits a week per priority, minutes, hours apart, usual times."""

    kind: str
    visits_per_week: Mapping[str, int]
    service_minutes: float
    min_gap_hours: float
    usual_times: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a slow procedure and how many weeks it usually takes."""

    step: str
    weeks: int


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that a JIT can do."""

    id: str
    name: str
    track: str
    explanation: str
    owner: str
    term_weeks: int
    deployment: Deployment | None
    procedure: tuple[Step, ...]
    suggest: tuple[Because, ...]
    contra: tuple[Because, ...]
    sources: tuple[str, ...]
    """Source and place in it, as one text each."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All measures in force, in the order of the file."""

    valid_from: date
    measures: tuple[Measure, ...]

    def get(self, measure_id: str) -> Measure | None:
        """Return a measure; None when this version of the catalogue has none of that id."""
        return next((measure for measure in self.measures if measure.id == measure_id), None)


@dataclass(frozen=True, slots=True)
class GroupPicture:
    """What is known about a group: decided class, levels of the duiding, answers; absent means unknown."""

    decided: str | None = None
    duiding: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str | int] = field(default_factory=dict)
    priority: str | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """What the rules say of one measure for one group: reasons for, reasons against, visits to start from."""

    measure: Measure
    reasons: tuple[str, ...]
    refused: tuple[str, ...]
    visits_per_week: int

    @property
    def suggested(self) -> bool:
        """Whether the rules suggest it."""
        return bool(self.reasons) and not self.refused


def catalogue_from(data: Mapping[str, Any]) -> Catalogue:
    """Build the catalogue from a checked document of ``rules/measures.yaml``."""
    titles = {key: source["title"] for key, source in data["sources"].items()}
    return Catalogue(
        date.fromisoformat(data["valid_from"]),
        tuple(_measure(written, titles) for written in data["measures"]),
    )


def _measure(written: Mapping[str, Any], titles: Mapping[str, str]) -> Measure:
    sent = written.get("deployment")
    return Measure(
        id=written["id"],
        name=written["name"],
        track=written["track"],
        explanation=written["explanation"],
        owner=written["owner"],
        term_weeks=written["term_weeks"],
        deployment=None
        if sent is None
        else Deployment(
            sent["kind"],
            sent["visits_per_week"],
            float(sent["service_minutes"]),
            float(sent["min_gap_hours"]),
            tuple(sent["usual_times"]),
        ),
        procedure=tuple(Step(step["step"], step["weeks"]) for step in written.get("procedure", ())),
        suggest=tuple(_because(rule) for rule in written["suggest"]),
        contra=tuple(_because(rule) for rule in written["contra"]),
        sources=tuple(
            f"{titles.get(source['source'], source['source'])}: {source['locator']}"
            for source in written["because"]
        ),
    )


def _because(rule: Mapping[str, Any]) -> Because:
    when = rule["when"]
    return Because(
        When(
            classes=frozenset(when.get("class", ())),
            duiding={theme: frozenset(levels) for theme, levels in when.get("duiding", {}).items()},
            answers={item: frozenset(values) for item, values in when.get("answers", {}).items()},
            below=dict(when.get("below", {})),
            measures=frozenset(when.get("measures", ())),
        ),
        rule["reason"],
    )


def holds(when: When, picture: GroupPicture, chosen: Iterable[str] = ()) -> bool:
    """Say whether a condition is known to hold; ``chosen`` are the measures that are in the plan."""
    if when.classes and picture.decided not in when.classes:
        return False
    if when.measures and when.measures.isdisjoint(chosen):
        return False
    if any(picture.duiding.get(theme) not in levels for theme, levels in when.duiding.items()):
        return False
    if any(str(picture.answers.get(item, "onbekend")) not in values for item, values in when.answers.items()):
        return False
    return all(_below(picture.answers.get(item), limit) for item, limit in when.below.items())


def _below(answer: str | int | None, limit: int) -> bool:
    try:
        return answer is not None and int(answer) < limit
    except ValueError:  # onbekend
        return False


def refusals(measure: Measure, picture: GroupPicture, chosen: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the reasons why this measure may not be used for this group; none means it may."""
    kept = tuple(chosen)
    return tuple(rule.reason for rule in measure.contra if holds(rule.when, picture, kept))


def advise(catalogue: Catalogue, picture: GroupPicture, chosen: Iterable[str] = ()) -> list[Advice]:
    """Say of every measure whether the rules suggest or refuse it, in the order of the catalogue."""
    kept = tuple(chosen)
    return [
        Advice(
            measure=measure,
            reasons=tuple(rule.reason for rule in measure.suggest if holds(rule.when, picture)),
            refused=refusals(measure, picture, kept),
            visits_per_week=visits_to_start_from(measure, picture.priority),
        )
        for measure in catalogue.measures
    ]


def visits_to_start_from(measure: Measure, priority: str | None) -> int:
    """Return the visits a week that a priority usually brings; 0 for a measure without visits."""
    if measure.deployment is None:
        return 0
    return measure.deployment.visits_per_week.get(priority or "laag", 0)


def due_on(measure: Measure, start: date) -> date:
    """Return the usual term of a measure that starts on a day."""
    return start + timedelta(weeks=measure.term_weeks)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A measure as it stands in a version of a plan."""

    measure: str
    owner: str
    due_on: date
    visits_per_week: int
    reason: str


@dataclass(frozen=True, slots=True)
class PlanText:
    """What a version of a plan says."""

    goal: str
    exit_criterion: str
    evaluation_on: date
    measures: tuple[Chosen, ...]


def differences(old: PlanText, new: PlanText, names: Mapping[str, str]) -> list[str]:
    """Say in Dutch what changed from one version to the next, one sentence each; ``names`` are of measures."""
    told = []
    for label, before, after in (
        ("Doel", old.goal, new.goal),
        ("Wanneer het klaar is", old.exit_criterion, new.exit_criterion),
        ("Evaluatie op", _day(old.evaluation_on), _day(new.evaluation_on)),
    ):
        if before != after:
            told.append(f"{label}: was ‘{before}’, is nu ‘{after}’.")
    was = {chosen.measure: chosen for chosen in old.measures}
    now = {chosen.measure: chosen for chosen in new.measures}
    told += [f"Erbij: {names.get(key, key)}." for key in now if key not in was]
    told += [f"Eraf: {names.get(key, key)}." for key in was if key not in now]
    for key in now:
        if key in was:
            told += _changed(names.get(key, key), was[key], now[key])
    return told


def _changed(name: str, old: Chosen, new: Chosen) -> list[str]:
    parts: Sequence[tuple[str, str, str]] = (
        ("wie", old.owner, new.owner),
        ("uiterlijk", _day(old.due_on), _day(new.due_on)),
        ("bezoeken per week", str(old.visits_per_week), str(new.visits_per_week)),
        ("toelichting", old.reason or "geen", new.reason or "geen"),
    )
    return [
        f"{name}, {part}: was ‘{before}’, is nu ‘{after}’."
        for part, before, after in parts
        if before != after
    ]


def _day(day: date) -> str:
    return f"{day.day}-{day.month}-{day.year}"
