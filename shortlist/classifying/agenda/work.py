"""Use cases of the JIT agenda: which questions lie there, and what the JIT or the driehoek decided about them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlmodel import Session, col

from shortlist.classifying.agenda.points import REFUSALS, TRANSITIONS, State, Step, state_of
from shortlist.classifying.answers.work import views_of
from shortlist.classifying.asking import read_answer
from shortlist.classifying.assessments.work import latest_assessments
from shortlist.classifying.perspectives import Compared, Given, answers_of, compare
from shortlist.classifying.questionnaire import ONBEKEND, Answer, Item
from shortlist.classifying.questionnaire import Questionnaire as Paper
from shortlist.classifying.rounds.work import FILLERS, PROFESSIONS, closed_in, get_round, terms_on
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.schemas import LONGEST_NOTE
from shortlist.classifying.tables import AgendaStep, Assessment, Perspective, Questionnaire
from shortlist.classifying.tables import Answer as AnswerRow
from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account, Stadsdeel
from shortlist.observing.groups.work import today
from shortlist.observing.tables import Jeugdgroep
from shortlist.showing.words import datum
from shortlist.storing.database import flush_or_refuse

JIT = (Role.VEILIGHEIDSMANAGER, *FILLERS)
"""Who sits in the JIT of a stadsdeel (Verwey-Jonker 2013, section 3.4B)."""
CHAIRS = (Role.VEILIGHEIDSMANAGER,)
"""Who records what it decides: its chair."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One step that was recorded."""

    kind: Step
    answer: Answer
    reason: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Point:
    """One question on the agenda."""

    questionnaire_id: UUID
    group_id: UUID
    group_name: str
    stadsdeel: str
    item: Item
    compared: Compared
    """Both views; ``together`` is the question as it was put."""
    put: Given
    """Who put it to the JIT, when, and with which question."""
    counting: tuple[str, ...]
    """The perspectives of the round."""
    assessed_at: datetime | None
    """When its round was concluded; None while the round goes on."""
    overtaken: bool
    """Whether a newer assessment of the group, or time, has overtaken its round."""
    taken: tuple[Taken, ...]
    state: State

    @property
    def asks_new_round(self) -> bool:
        """Whether the group's current assessment left open what was decided afterwards."""
        return (
            self.state is State.BESLOTEN
            and not self.overtaken
            and self.assessed_at is not None
            and self.taken[-1].at > self.assessed_at
            and self.taken[-1].answer != ONBEKEND
        )


def points(
    *,
    rules: Rules,
    actor: Actor,
    now: datetime,
    session: Session,
    group_ids: Collection[UUID] | None = None,
) -> list[Point]:
    """Return every question that was put to the JIT in the actor's stadsdelen, oldest first."""
    require_role(actor, *JIT)
    query = (
        select(
            col(Questionnaire.id),
            col(Questionnaire.recorded_at),
            col(Jeugdgroep.id),
            col(Jeugdgroep.name),
            col(Stadsdeel.name),
            col(Assessment.id),
            col(Assessment.recorded_at),
        )
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(Questionnaire.group_id))
        .join(Stadsdeel, col(Stadsdeel.id) == col(Jeugdgroep.stadsdeel_id))
        .outerjoin(Assessment, col(Assessment.questionnaire_id) == col(Questionnaire.id))
        .where(
            select(AnswerRow)
            .where(_asked(), col(AnswerRow.questionnaire_id) == col(Questionnaire.id))
            .exists()
        )
    )
    if not actor.citywide:
        query = query.where(col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen))
    if group_ids is not None:
        query = query.where(col(Jeugdgroep.id).in_(list(group_ids)))
    rows = session.execute(query).all()
    rounds = [row[0] for row in rows]
    current = {
        group: standing.assessment_id
        for group, standing in latest_assessments(
            actor=actor, session=session, group_ids=[row[2] for row in rows]
        ).items()
    }
    oldest = now - timedelta(days=terms_on(rules, today(now)).round_open_days)
    put = _put(rounds, session=session)
    taken = _taken(rounds, rules.questionnaire, session=session)
    views, _ = views_of(rounds, rules.questionnaire, session=session)
    closed = closed_in(rounds, session=session)
    found = []
    for round_id, started, group_id, name, stadsdeel, assessment_id, assessed_at in rows:
        counting = tuple(
            one
            for one in PROFESSIONS
            if one in closed.get(round_id, {}) and not closed[round_id][one].skipped
        )
        overtaken = current.get(group_id) != assessment_id if assessment_id else started < oldest
        said = views.get(round_id, {})
        for item, question in put.get(round_id, {}).items():
            if item not in rules.questionnaire.items:
                continue
            steps = tuple(taken.get((round_id, item), ()))
            settled = not said.get(Perspective.SAMEN, {})[item].for_jit
            found.append(
                Point(
                    questionnaire_id=round_id,
                    group_id=group_id,
                    group_name=name,
                    stadsdeel=stadsdeel,
                    item=rules.questionnaire.items[item],
                    compared=compare([item], {one: said.get(one, {}) for one in counting}, {item: question})[
                        0
                    ],
                    put=question,
                    counting=counting,
                    assessed_at=assessed_at,
                    overtaken=overtaken,
                    taken=steps,
                    state=state_of([one.kind for one in steps], lapsed=overtaken or settled),
                )
            )
    return sorted(found, key=lambda one: (one.put.at, one.group_name, one.item.id))


def get_point(
    questionnaire_id: UUID, item: str, *, rules: Rules, actor: Actor, now: datetime, session: Session
) -> Point:
    """Return one question on the agenda, within the actor's stadsdelen."""
    round_ = get_round(questionnaire_id, actor=actor, session=session)
    every = points(rules=rules, actor=actor, now=now, session=session, group_ids=[round_.group_id])
    for point in every:
        if (point.questionnaire_id, point.item.id) == (questionnaire_id, item):
            return point
    raise NotFound("Deze vraag staat niet op de JIT-agenda.")


def take_step(
    questionnaire_id: UUID,
    item: str,
    kind: Step,
    answer: Answer | None,
    reason: str,
    decided_on: date,
    *,
    rules: Rules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> Point:
    """Record what the JIT or the driehoek did with a question, and return the question as it stood before.

    ``answer`` is None for sending it on. While the round goes on the decided answer counts in it at once; after
    its assessment that stays as it was, and the group waits for a new round (``Point.asks_new_round``).

    Raises:
        Refused: the state does not allow the step, or the answer, the reason or the day cannot be.
    """
    require_role(actor, *CHAIRS)
    round_ = get_round(questionnaire_id, actor=actor, session=session, lock=True)
    point = get_point(questionnaire_id, item, rules=rules, actor=actor, now=now, session=session)
    if (point.state, kind) not in TRANSITIONS:
        raise Refused(REFUSALS[point.state])
    views, last = views_of([questionnaire_id], rules.questionnaire, session=session)
    said = views.get(questionnaire_id, {})
    sheet = compare(
        rules.questionnaire.items, {one: said.get(one, {}) for one in point.counting}, said[Perspective.SAMEN]
    )
    _refuse_faults(point, answer, reason, decided_on, today(now), answers_of(sheet), rules.questionnaire)
    session.add(
        AgendaStep(
            questionnaire_id=questionnaire_id,
            item=item,
            step=len(point.taken) + 1,
            kind=kind,
            answer="" if answer is None else str(answer),
            reason=reason.strip(),
            decided_on=decided_on,
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    if answer is not None and round_.assessment_id is None:
        body = "de driehoek" if kind is Step.BESLUIT_DRIEHOEK else "het JIT"
        note = f"Besluit van {body} op {datum(decided_on)}: {reason.strip()}"
        session.add(
            AnswerRow(
                questionnaire_id=questionnaire_id,
                item=item,
                value=str(answer),
                perspective=Perspective.SAMEN,
                note=note[:LONGEST_NOTE],
                sequence=last.get(questionnaire_id, 0) + 1,
                recorded_at=now,
                recorded_by=actor.id,
            )
        )
    flush_or_refuse(session, "Iemand anders legde net een besluit over deze vraag vast.")
    record(
        session,
        actor=actor,
        action=f"jit-agenda: {kind.value}",
        object_kind="vragenlijst",
        object_id=questionnaire_id,
        now=now,
        details={"vraag": item},
    )
    return point


def decided_after(
    questionnaire_id: UUID, assessed_at: datetime, *, rules: Rules, session: Session
) -> list[tuple[Item, Taken]]:
    """Return what the JIT or the driehoek decided about a round's open questions after its assessment."""
    paper = rules.questionnaire
    found = _taken([questionnaire_id], paper, session=session)
    return [
        (paper.items[item], steps[-1])
        for (_, item), steps in found.items()
        if item in paper.items and steps[-1].kind is not Step.NAAR_DRIEHOEK and steps[-1].at > assessed_at
    ]


def _refuse_faults(
    point: Point,
    answer: Answer | None,
    reason: str,
    decided_on: date,
    day: date,
    sheet: Mapping[str, Answer],
    paper: Paper,
) -> None:
    """Refuse an answer that does not exist or does not fit the others, a reason or a day that cannot be."""
    messages: dict[str, str] = {}
    if not reason.strip():
        messages["reason"] = "Schrijf op waarom."
    if decided_on > day:
        messages["decided_on"] = f"Deze dag moet nog komen. Kies hoogstens {day:%d-%m-%Y}."
    elif decided_on < today(point.put.at):
        messages["decided_on"] = f"De vraag is pas op {today(point.put.at):%d-%m-%Y} aan het JIT gesteld."
    if answer is not None:
        fault = paper.faults({**sheet, point.item.id: answer}).get(point.item.id, "")
        for order in paper.orders:
            if order.high == point.item.id and not fault:
                fault = paper.faults({**sheet, point.item.id: answer}).get(order.low, "")
        if fault:
            messages["answer"] = fault[:1].upper() + fault[1:]
    if messages:
        raise Refused("", fields=messages)


def _asked() -> ColumnElement[bool]:
    return and_(col(AnswerRow.perspective) == Perspective.SAMEN.value, col(AnswerRow.for_jit))


def _put(rounds: Sequence[UUID], *, session: Session) -> dict[UUID, dict[str, Given]]:
    """Return per round and item how the question was put to the JIT, last of all."""
    found: dict[UUID, dict[str, Given]] = {}
    for row, name in session.execute(
        select(AnswerRow, col(Account.name))
        .join(Account, col(Account.id) == col(AnswerRow.recorded_by))
        .where(_asked(), col(AnswerRow.questionnaire_id).in_(rounds))
        .order_by(col(AnswerRow.sequence))
    ):
        found.setdefault(row.questionnaire_id, {})[row.item] = Given(
            ONBEKEND, name, row.recorded_at, row.note, for_jit=True
        )
    return found


def _taken(rounds: Sequence[UUID], paper: Paper, *, session: Session) -> dict[tuple[UUID, str], list[Taken]]:
    found: dict[tuple[UUID, str], list[Taken]] = {}
    for row, name in session.execute(
        select(AgendaStep, col(Account.name))
        .join(Account, col(Account.id) == col(AgendaStep.recorded_by))
        .where(col(AgendaStep.questionnaire_id).in_(rounds))
        .order_by(col(AgendaStep.step))
    ):
        found.setdefault((row.questionnaire_id, row.item), []).append(
            Taken(
                Step(row.kind),
                read_answer(paper.items.get(row.item), row.answer) if row.answer else "",
                row.reason,
                row.decided_on,
                name,
                row.recorded_at,
            )
        )
    return found
