"""Answers in a round: one profession's own view first, then both side by side and what they settle."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.classifying.assessments.work import latest_assessment
from shortlist.classifying.frequency import DerivedFrequency, Occasion, derive_frequencies
from shortlist.classifying.perspectives import (
    Compared,
    Given,
    answers_of,
    compare,
    known_count,
    open_differences,
)
from shortlist.classifying.questionnaire import ONBEKEND, Answer
from shortlist.classifying.questionnaire import Questionnaire as Paper
from shortlist.classifying.rounds.work import FILLERS, PROFESSIONS, Round, get_round, perspective_of
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.sightings import Sighting
from shortlist.classifying.tables import AgendaStep, Assessment, Perspective, PerspectiveClosed
from shortlist.classifying.tables import Answer as AnswerRow
from shortlist.errors import Refused
from shortlist.guarding.audit import UNLOGGED, record
from shortlist.guarding.roles import Actor, require_role
from shortlist.guarding.tables import Account
from shortlist.observing.gatherings.work import local_midnight, occasions_of
from shortlist.observing.groups.work import standing, today
from shortlist.observing.tables import Gathering, Source

# --- answers ---


Views = dict[str, dict[str, Given]]
"""Perspective → item → its newest answer."""


def views_of(
    rounds: Iterable[UUID], paper: Paper, *, session: Session
) -> tuple[dict[UUID, Views], dict[UUID, int]]:
    """Return the newest answers and the last sequence number of each round."""
    views: dict[UUID, Views] = {}
    last: dict[UUID, int] = {}
    rows = session.execute(
        select(AnswerRow, col(Account.name))
        .join(Account, col(Account.id) == col(AnswerRow.recorded_by))
        .where(col(AnswerRow.questionnaire_id).in_(list(rounds)))
        .order_by(col(AnswerRow.questionnaire_id), col(AnswerRow.sequence))
    )
    for row, name in rows:
        last[row.questionnaire_id] = row.sequence
        if row.item not in paper.items:
            continue
        views.setdefault(row.questionnaire_id, {}).setdefault(row.perspective, {})[row.item] = Given(
            answer=_as_answer(row.item, row.value, paper),
            by=name,
            at=row.recorded_at,
            note=row.note,
            rests_on=tuple(UUID(one) for one in row.observation_ids),
            for_jit=row.for_jit,
        )
    return views, last


def _as_answer(item: str, value: str, paper: Paper) -> Answer:
    return int(value) if paper.items[item].scale.is_number and value != ONBEKEND else value


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one professional sees while filling in: own answers, proposals with observations, the last time."""

    round: Round
    perspective: Perspective
    own: Mapping[str, Given]
    proposals: Mapping[str, DerivedFrequency]
    """Per frequency item what the observations of the period suggest."""
    sightings: Mapping[UUID, Sighting]
    """The observations of the period by id."""
    previous: Mapping[str, Answer]
    """The agreed answers of the last assessment."""
    previous_on: date | None

    @property
    def known(self) -> int:
        """How many questions have an answer of one's own."""
        return known_count({item: given.answer for item, given in self.own.items()})

    @property
    def minutes(self) -> int:
        """How long was looked at this group in the period, minutes."""
        return sum(one.minutes or 0 for one in self.sightings.values())


def fill_sheet(questionnaire_id: UUID, *, rules: Rules, actor: Actor, session: Session) -> Sheet:
    """Return the sheet of the actor's own profession."""
    require_role(actor, *FILLERS)
    round_ = get_round(questionnaire_id, actor=actor, session=session)
    perspective = perspective_of(actor)
    views, _ = views_of([round_.id], rules.questionnaire, session=session)
    proposals, sightings = _proposals(round_, rules, actor=actor, session=session)
    last = latest_assessment(round_.group_id, session=session)
    return Sheet(
        round=round_,
        perspective=perspective,
        own=views.get(round_.id, {}).get(perspective, {}),
        proposals=proposals,
        sightings=sightings,
        previous=still_asked(
            {**last.answers, **_decided_since(last, rules.questionnaire, session=session)},
            rules.questionnaire,
        )
        if last
        else {},
        previous_on=today(last.recorded_at) if last else None,
    )


def _decided_since(last: Assessment, paper: Paper, *, session: Session) -> dict[str, Answer]:
    """Return what the JIT or the driehoek decided about an assessment's open questions afterwards."""
    rows = session.execute(
        select(col(AgendaStep.item), col(AgendaStep.answer))
        .where(
            col(AgendaStep.questionnaire_id) == last.questionnaire_id,
            col(AgendaStep.answer).not_in(("", ONBEKEND)),
        )
        .order_by(col(AgendaStep.step))
    )
    return {item: _as_answer(item, answer, paper) for item, answer in rows if item in paper.items}


def still_asked(answers: Mapping[str, Any], paper: Paper) -> dict[str, Answer]:
    """Return the answers of an earlier day that today's questionnaire still knows."""
    faults = paper.faults(answers)
    return {item: value for item, value in answers.items() if item not in faults}


def _proposals(
    round_: Round, rules: Rules, *, actor: Actor, session: Session
) -> tuple[dict[str, DerivedFrequency], dict[UUID, Sighting]]:
    """Return what the observations suggest, for items whose scale knows that word, and the observations."""
    occasions = [
        Occasion(one.item, one.on, one.observer, one.hearsay, one.source)
        for one in occasions_of(
            round_.group_id, since=round_.period_from, until=round_.period_until, actor=actor, session=session
        )
    ]
    proposals = derive_frequencies(
        occasions, rules.frequency, until=round_.period_until, since=round_.period_from
    )
    items = rules.questionnaire.items
    fitting = {
        item: found
        for item, found in proposals.items()
        if item in items and (found.value is None or found.value in items[item].scale.values)
    }
    return fitting, _sightings(round_, session=session)


def _sightings(round_: Round, *, session: Session) -> dict[UUID, Sighting]:
    """Return the current observations of the group in the period: moments and effort, nothing about persons."""
    rows = session.execute(
        select(
            col(Gathering.id),
            col(Gathering.started_at),
            col(Gathering.effort_minutes),
            col(Gathering.organisation),
            col(Gathering.source),
        )
        .where(
            col(Gathering.group_id) == round_.group_id,
            col(Gathering.started_at) >= local_midnight(round_.period_from),
            col(Gathering.started_at) < local_midnight(round_.period_until + timedelta(days=1)),
            standing(),
        )
        .order_by(col(Gathering.started_at), col(Gathering.id)),
        execution_options={UNLOGGED: "moments and effort of a group, nobody's person"},
    )
    return {
        gathering: Sighting(gathering, at, minutes, organisation, source != Source.GEZIEN.value)
        for gathering, at, minutes, organisation, source in rows
    }


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving: how many answers were new, and whether the view is now in."""

    changed: int
    finished: bool


def save_answers(
    questionnaire_id: UUID,
    answers: Mapping[str, Answer],
    *,
    notes: Mapping[str, str] | None = None,
    finish: bool = False,
    rules: Rules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> Saved:
    """Append the answers that are new or changed to the actor's own view; ``finish`` hands the view in.

    Answers left out stay as they are; *onbekend* is an answer too. Refuses with
    ``answers.<item>`` messages what cannot be.
    """
    require_role(actor, *FILLERS)
    round_ = get_round(questionnaire_id, actor=actor, session=session, lock=True)
    perspective = perspective_of(actor)
    refuse_when_decided(round_)
    if round_.both_in:
        raise Refused("Beide beelden zijn al ingeleverd. Wijzig een antwoord samen, op de pagina ‘Samen’.")
    if perspective in round_.closed and round_.closed[perspective].skipped:
        raise Refused("Deze ronde gaat zonder uw beeld verder. Begin zo nodig een nieuwe ronde.")
    paper = rules.questionnaire
    views, last = views_of([round_.id], paper, session=session)
    own = views.get(round_.id, {}).get(perspective, {})
    _refuse_faults(
        {item: given.answer for item, given in own.items()} | dict(answers), answers, paper, "answers"
    )
    proposals, _ = _proposals(round_, rules, actor=actor, session=session)
    sequence = last.get(round_.id, 0)
    changed = 0
    for item in paper.in_order(answers):
        value, note = answers[item], (notes or {}).get(item, "")
        before = own.get(item)
        if before is not None and (before.answer, before.note) == (value, note):
            continue
        proposal = proposals.get(item)
        rests_on = proposal.rests_on if proposal is not None and proposal.value == value else ()
        changed += 1
        session.add(
            AnswerRow(
                questionnaire_id=round_.id,
                item=item,
                value=str(value),
                perspective=perspective,
                note=note,
                observation_ids=[one.source for one in rests_on],
                sequence=sequence + changed,
                recorded_at=now,
                recorded_by=actor.id,
            )
        )
    finishing = finish and perspective not in round_.closed
    if finishing:
        session.add(
            PerspectiveClosed(
                questionnaire_id=round_.id, perspective=perspective, recorded_at=now, recorded_by=actor.id
            )
        )
    record(
        session,
        actor=actor,
        action="vragenlijst ingevuld",
        object_kind="vragenlijst",
        object_id=round_.id,
        now=now,
        details={"beeld": perspective.value, "gewijzigd": changed, "ingeleverd": finishing},
    )
    return Saved(changed, finish)


def refuse_when_decided(round_: Round) -> None:
    """Refuse to change a round that ended in an assessment."""
    if round_.assessment_id is not None:
        raise Refused(
            "Deze ronde is al afgesloten met een duiding. Begin een nieuwe ronde om iets te wijzigen."
        )


def _refuse_faults(merged: Mapping[str, Answer], given: Iterable[str], paper: Paper, prefix: str) -> None:
    """Refuse answers that do not exist or do not fit together, beside the field that was sent."""
    given = set(given)
    messages: dict[str, str] = {}
    for item, fault in paper.faults(merged).items():
        text = fault.replace(f", of '{ONBEKEND}'", ", of laat het leeg" if prefix == "answers" else "")
        for order in paper.orders:
            if order.low == item:
                text = text.replace(order.high, paper.items[order.high].label)
                if item not in given and order.high in given:
                    item = order.high
        messages[f"{prefix}.{item}"] = text[:1].upper() + text[1:]
    if messages:
        raise Refused("Niet alle antwoorden kunnen kloppen.", fields=messages)


def go_on_without(
    questionnaire_id: UUID, reason: str, *, actor: Actor, now: datetime, session: Session
) -> None:
    """Leave out the other profession's view in this round, for a stated reason."""
    require_role(actor, *FILLERS)
    round_ = get_round(questionnaire_id, actor=actor, session=session, lock=True)
    refuse_when_decided(round_)
    mine = perspective_of(actor)
    other = next(profession for profession in PROFESSIONS if profession is not mine)
    if mine not in round_.closed:
        raise Refused("Lever eerst uw eigen beeld in.")
    if other in round_.closed:
        raise Refused("Het andere beeld is intussen binnen. Ga verder op de pagina ‘Samen’.")
    if not reason.strip():
        message = "Schrijf op waarom de ander niet meedoet."
        raise Refused(message, fields={"reason": message})
    session.add(
        PerspectiveClosed(
            questionnaire_id=round_.id,
            perspective=other,
            skipped=True,
            reason=reason.strip(),
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    record(
        session,
        actor=actor,
        action="verder zonder tweede beeld",
        object_kind="vragenlijst",
        object_id=round_.id,
        now=now,
        details={"ontbreekt": other.value},
    )


# --- together ---


@dataclass(frozen=True, slots=True)
class Choice:
    """What the two settled on one item: an answer with a reason, or a question for the JIT."""

    answer: Answer
    reason: str
    for_jit: bool = False


@dataclass(frozen=True, slots=True)
class Together:
    """Both views side by side and what was settled."""

    round: Round
    compared: tuple[Compared, ...]
    sequence: int
    """Number of the last answer: a later one means that somebody changed something."""

    @property
    def answers(self) -> dict[str, Answer]:
        """The answers that count."""
        return answers_of(self.compared)

    @property
    def open(self) -> tuple[str, ...]:
        """The differences that nobody settled yet."""
        return open_differences(self.compared)


def look_together(questionnaire_id: UUID, *, rules: Rules, actor: Actor, session: Session) -> Together:
    """Return both views side by side; refused until both are in, so that neither leads the other."""
    return together_in(get_round(questionnaire_id, actor=actor, session=session), rules, session=session)


def together_in(round_: Round, rules: Rules, *, session: Session) -> Together:
    """Return both views of a round side by side; refused until both are in."""
    if not round_.both_in:
        raise Refused(
            "Nog niet beide beelden zijn ingeleverd. Tot dan ziet niemand de antwoorden van de ander."
        )
    views, last = views_of([round_.id], rules.questionnaire, session=session)
    found = views.get(round_.id, {})
    compared = compare(
        rules.questionnaire.items,
        {name: found.get(name, {}) for name in round_.counting},
        found.get(Perspective.SAMEN, {}),
    )
    return Together(round_, compared, last.get(round_.id, 0))


def sightings_behind(together: Together, *, session: Session) -> dict[str, tuple[Sighting, ...]]:
    """Return per item the observations that its answer rests on."""
    sightings = _sightings(together.round, session=session)
    found = {
        one.item: tuple(sightings[source] for source in one.rests_on if source in sightings)
        for one in together.compared
    }
    return {item: behind for item, behind in found.items() if behind}


def settle(
    questionnaire_id: UUID,
    choices: Mapping[str, Choice],
    *,
    rules: Rules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> int:
    """Record what was settled together, by name and reason; return how many answers were new."""
    require_role(actor, *FILLERS)
    round_ = get_round(questionnaire_id, actor=actor, session=session, lock=True)
    refuse_when_decided(round_)
    paper = rules.questionnaire
    before = together_in(round_, rules, session=session)
    messages = {
        f"reason.{item}": "Schrijf op waarom dit het antwoord is, of wat het JIT moet beslissen."
        for item, choice in choices.items()
        if not choice.reason.strip()
    }
    if messages:
        raise Refused("Bij elke keuze hoort een reden.", fields=messages)
    sheet = before.answers | {item: choice.answer for item, choice in choices.items()}
    _refuse_faults(sheet, choices, paper, "choice")
    known = {one.item: one for one in before.compared}
    changed = 0
    for item in paper.in_order(choices):
        choice, earlier = choices[item], known[item].together
        if earlier and (earlier.answer, earlier.note, earlier.for_jit) == (
            choice.answer,
            choice.reason.strip(),
            choice.for_jit,
        ):
            continue
        changed += 1
        session.add(
            AnswerRow(
                questionnaire_id=round_.id,
                item=item,
                value=str(choice.answer),
                perspective=Perspective.SAMEN,
                note=choice.reason.strip(),
                for_jit=choice.for_jit,
                sequence=before.sequence + changed,
                recorded_at=now,
                recorded_by=actor.id,
            )
        )
    record(
        session,
        actor=actor,
        action="verschillen besproken",
        object_kind="vragenlijst",
        object_id=round_.id,
        now=now,
        details={"gewijzigd": changed},
    )
    return changed
