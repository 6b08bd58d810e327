"""Interventions as dated rules: for whom, what for not, terms; the level of care; triage.

Pure. Answers are ``ja``, ``nee`` or ``onbekend`` (absent means unknown). What is unknown neither fits nor excludes:
it is said, and a person decides. Source: ``rules/interventions.yaml``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

YES, NO, UNKNOWN = "ja", "nee", "onbekend"
ANSWERS = (YES, NO, UNKNOWN)
CARE_LEVELS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Question:
    """Something asked at the moment of referral; asked up to and including ``until_age``."""

    id: str
    text: str
    until_age: int | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """Met when one of its questions is answered with yes; holds from ``from_age``."""

    text: str
    any_of: tuple[Question, ...]
    from_age: int = 0


@dataclass(frozen=True, slots=True)
class Intervention:
    """Something to refer a youngster to. Hours count from sending, weeks from the start."""

    id: str
    name: str
    text: str
    triage: str
    youngest: int
    oldest: int
    requirements: tuple[Requirement, ...]
    contra: tuple[Question, ...]
    answer_hours: int
    start_hours: int
    weeks: int
    evaluation_weeks: tuple[int, ...]
    after_weeks: int
    extension: str
    caseload: int | None
    """Youngsters per worker; None when the source names no limit."""
    sources: tuple[str, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question about the target group once, in the order of the file."""
        found = {one.id: one for need in self.requirements for one in need.any_of}
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class CareLevel:
    """A level of the Zorgpiramide; proposed from so many professionals on (None: never by a number)."""

    level: int
    from_professionals: int | None
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class TriageRule:
    """Points to the Veiligheidshuis or to care."""

    outcome: str
    text: str
    any_of: tuple[str, ...]
    none_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consent:
    """Who consents up to and including an age."""

    until_age: int
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Interventions:
    """All interventions in force, in the order of the file, with the rules around them."""

    interventions: tuple[Intervention, ...]
    care_below: int
    care_text: str
    adult_age: int
    look_ahead_months: int
    concern_months: int
    consent: tuple[Consent, ...]
    triage: tuple[TriageRule, ...]
    triage_questions: tuple[Question, ...]
    care_levels: tuple[CareLevel, ...]

    def get(self, intervention_id: str) -> Intervention | None:
        """Return an intervention; None when there is none of that id."""
        return next((one for one in self.interventions if one.id == intervention_id), None)

    def name(self, intervention_id: str) -> str:
        """Return its name, or the id when it is no longer in the file."""
        found = self.get(intervention_id)
        return found.name if found else intervention_id

    def consent_of(self, age: int) -> Consent:
        """Return whose consent is asked at an age."""
        return next((one for one in self.consent if age <= one.until_age), self.consent[-1])


def interventions_from(data: Mapping[str, Any]) -> Interventions:
    """Build the interventions from a file that its JSON Schema accepted."""
    titles = {name: one["title"] for name, one in data["sources"].items()}
    return Interventions(
        interventions=tuple(_intervention(one, titles) for one in data["interventions"]),
        care_below=data["care_below"]["age"],
        care_text=data["care_below"]["text"],
        adult_age=data["adult_age"]["age"],
        look_ahead_months=data["adult_age"]["look_ahead_months"],
        concern_months=data["concern"]["months"],
        consent=tuple(Consent(one["until_age"], one["who"], one["text"]) for one in data["consent"]),
        triage=tuple(
            TriageRule(one["outcome"], one["text"], tuple(one["any_of"]), tuple(one["none_of"]))
            for one in data["triage"]
        ),
        triage_questions=tuple(Question(key, text) for key, text in data["triage_questions"].items()),
        care_levels=tuple(
            CareLevel(one["level"], one["from_professionals"], one["name"], one["text"])
            for one in data["care_levels"]
        ),
    )


def _intervention(one: Mapping[str, Any], titles: Mapping[str, str]) -> Intervention:
    return Intervention(
        id=one["id"],
        name=one["name"],
        text=one["text"],
        triage=one.get("triage", ""),
        youngest=one["ages"]["from"],
        oldest=one["ages"]["until"],
        requirements=tuple(
            Requirement(
                need["text"], tuple(_question(asked) for asked in need["any_of"]), need.get("from_age", 0)
            )
            for need in one["requirements"]
        ),
        contra=tuple(_question(asked) for asked in one["contra"]),
        answer_hours=one["answer_hours"],
        start_hours=one["start_hours"],
        weeks=one["weeks"],
        evaluation_weeks=tuple(one["evaluation_weeks"]),
        after_weeks=one.get("after_weeks", 0),
        extension=one.get("extension", ""),
        caseload=one.get("caseload"),
        sources=tuple(f"{titles[source['source']]}, {source['locator']}" for source in one["because"]),
    )


def _question(asked: Mapping[str, Any]) -> Question:
    return Question(asked["id"], asked["question"], asked.get("until_age"))


# --- does it fit ---

FITS, FITS_NOT, OPEN = "past", "past niet", "niet alles bekend"


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a youngster belongs to the target group, with what stands in the way or is not known."""

    outcome: str
    against: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def fit(intervention: Intervention, age: int, answers: Mapping[str, str]) -> Fit:
    """Hold age and answers against the target group. Learning more never turns *past niet* into *past*."""
    against: list[str] = []
    unknown: list[str] = []
    if not intervention.youngest <= age <= intervention.oldest:
        against.append(f"voor {intervention.youngest} tot en met {intervention.oldest} jaar, niet voor {age}")
    for need in intervention.requirements:
        if age < need.from_age:
            continue
        asked = [one for one in need.any_of if one.until_age is None or age <= one.until_age]
        said = [answers.get(one.id, UNKNOWN) for one in asked]
        if YES in said:
            continue
        (unknown if UNKNOWN in said else against).append(need.text)
    outcome = FITS_NOT if against else OPEN if unknown else FITS
    return Fit(outcome, tuple(against), tuple(unknown))


NONE_FOUND, NOT_ALL_KNOWN, FOUND = "geen gevonden", "niet alles bekend", "gevonden"


def contra_outcome(intervention: Intervention, answers: Mapping[str, str]) -> str:
    """Return the only thing that is kept of the questions about contra-indications."""
    said = [answers.get(one.id, UNKNOWN) for one in intervention.contra]
    return FOUND if YES in said else NOT_ALL_KNOWN if UNKNOWN in said else NONE_FOUND


def triage(rules: Interventions, answers: Mapping[str, str]) -> TriageRule | None:
    """Return where the answers point to: the first rule that is known to hold; None when none is."""
    for rule in rules.triage:
        if any(answers.get(one) == YES for one in rule.any_of) and all(
            answers.get(one) == NO for one in rule.none_of
        ):
            return rule
    return None


def care_level(rules: Interventions, professionals: int) -> CareLevel:
    """Propose the level of the Zorgpiramide from the number of professionals round the child (those sharing it too).

    Levels 4 and 5 are never proposed by a number: stagnation and crisis are said by a person.
    """
    reached = [
        one
        for one in rules.care_levels
        if one.from_professionals is not None and professionals >= one.from_professionals
    ]
    return max(reached, key=lambda one: one.level)


# --- terms ---


def due_of(intervention: Intervention, state: str, *, sent_at: datetime, now: datetime) -> datetime | None:
    """Return by when the receiver is to do the next thing after reaching ``state`` at ``now``; None: nothing.

    ``sent_at`` is when the referral was sent. Terms for answer and start count from sending, evaluations from the
    start: see :func:`next_evaluation`.
    """
    if state == "verzonden":
        return sent_at + timedelta(hours=intervention.answer_hours)
    if state == "geaccepteerd":
        return sent_at + timedelta(hours=intervention.start_hours)
    return None


def next_evaluation(intervention: Intervention, started_at: datetime, now: datetime) -> datetime:
    """Return when the next feedback is due after ``now``; after the last evaluation every last interval again."""
    moments = [started_at + timedelta(weeks=weeks) for weeks in intervention.evaluation_weeks]
    later = [moment for moment in moments if moment > now]
    return later[0] if later else now + timedelta(weeks=min(intervention.evaluation_weeks[-1], 13))


def turns_adult_soon(month: date, on: date, rules: Interventions) -> bool:
    """Say whether a youngster who turns adult in ``month`` (its first day) does so within the look-ahead."""
    months = (month.year - on.year) * 12 + month.month - on.month
    return months <= rules.look_ahead_months


def capacity_left(intervention: Intervention, carried: int) -> int | None:
    """Return how many youngsters a worker can still take who carries so many; None when there is no limit."""
    return None if intervention.caseload is None else max(0, intervention.caseload - carried)


def fitting(rules: Interventions, age: int, answers: Mapping[str, str]) -> Sequence[tuple[Intervention, Fit]]:
    """Judge every intervention, in the order of the file."""
    return [(one, fit(one, age, answers)) for one in rules.interventions]
