"""Use cases of classifying that other rooms call: the assessment, what waits, and importing agreed answers.

:func:`latest_assessment`, :func:`latest_assessments`, :func:`assessments_of` and :func:`get_assessment` come from
``assessments/work.py``; rounds and answers have their own ``work.py`` beside it. ``rules`` is what the composition
root loaded once (:func:`~shortlist.classifying.rounds.work.load_room_rules`, ``app.extensions["shortlist.rules"]``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.classifying.answers.work import (
    Together,
    refuse_when_decided,
    still_asked,
    together_in,
    views_of,
)
from shortlist.classifying.assessing import assess, choices, months_later, short_duiding
from shortlist.classifying.assessments.work import (
    Shown,
    Standing,
    assessments_of,
    get_assessment,
    latest_assessment,
    latest_assessments,
)
from shortlist.classifying.perspectives import changed_items, compare, open_differences
from shortlist.classifying.questionnaire import ONBEKEND, Answer
from shortlist.classifying.rounds.work import (
    FILLERS,
    PROFESSIONS,
    Round,
    closed_in,
    get_round,
    hold_group,
    load_room_rules,
    terms_on,
)
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.tables import Answer as AnswerRow
from shortlist.classifying.tables import Assessment, Perspective, PerspectiveClosed, Questionnaire
from shortlist.errors import Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.observing.groups.work import get_group, latest_state, today
from shortlist.observing.tables import GroupState, Jeugdgroep
from shortlist.storing.database import flush_or_refuse

__all__ = [
    "GroupWork",
    "Outcome",
    "Shown",
    "Standing",
    "assessments_of",
    "decide",
    "get_assessment",
    "import_answers",
    "latest_assessment",
    "latest_assessments",
    "load_room_rules",
    "open_work",
    "weigh",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules make of the agreed answers, before a person decides."""

    together: Together
    verdicts: list[dict[str, Any]]
    """One per ruleset in force, the leading one first, in the shape of ``shortlist classify``."""
    duiding: dict[str, Any]
    """Theme → level and short reasons."""
    choices: tuple[str, ...]
    """What a person can decide."""
    expires_on: date
    previous: Assessment | None
    changed: tuple[str, ...]
    """The items whose answer differs from the previous assessment's."""


def weigh(questionnaire_id: UUID, *, rules: Rules, actor: Actor, now: datetime, session: Session) -> Outcome:
    """Return what the rules make of the agreed answers; refused while differences are open."""
    require_role(actor, *FILLERS)
    return _weigh(get_round(questionnaire_id, actor=actor, session=session), rules, now=now, session=session)


def _weigh(round_: Round, rules: Rules, *, now: datetime, session: Session) -> Outcome:
    together = together_in(round_, rules, session=session)
    if together.open:
        raise Refused(f"Er zijn nog {len(together.open)} verschillen te bespreken, op de pagina ‘Samen’.")
    day = today(now)
    terms = terms_on(rules, day)
    leading = rules.ruleset(terms.leading_ruleset, day)
    previous = latest_assessment(round_.group_id, session=session)
    earlier = still_asked(previous.answers, rules.questionnaire) if previous else None
    rulesets = {ruleset.name: ruleset for ruleset in (*rules.in_force(day), leading)}
    verdicts = assess(
        together.answers, rulesets.values(), rules.duiding, leading=leading.name, previous=earlier
    )
    return Outcome(
        together=together,
        verdicts=[{"id": str(round_.group_id), **verdict} for verdict in verdicts],
        duiding=short_duiding(verdicts[0]["duiding"], rules.questionnaire),
        choices=choices(verdicts[0], leading.classes),
        expires_on=months_later(day, terms.valid_months),
        previous=previous,
        changed=changed_items(together.answers, earlier or {}) if previous else (),
    )


def decide(
    questionnaire_id: UUID,
    decided: str,
    reasoning: str,
    *,
    seen: int,
    rules: Rules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Record the assessment: what the person decided, with own reasoning, beside what the rules gave.

    ``seen`` is ``Together.sequence`` of the page on which was decided; changed answers refuse the decision.
    """
    require_role(actor, *FILLERS)
    round_ = get_round(questionnaire_id, actor=actor, session=session, lock=True)
    refuse_when_decided(round_)
    hold_group(round_.group_id, session=session)
    outcome = _weigh(round_, rules, now=now, session=session)
    if outcome.together.sequence != seen:
        raise Refused(
            "Intussen is een antwoord gewijzigd. Bekijk de uitkomst hieronder opnieuw en besluit dan."
        )
    if decided not in outcome.choices:
        raise Refused("", fields={"decided": "Maak een keuze uit de lijst."})
    leading = outcome.verdicts[0]
    made = Assessment(
        group_id=round_.group_id,
        questionnaire_id=round_.id,
        answers=outcome.together.answers,
        verdicts=outcome.verdicts,
        ruleset=leading["ruleset"],
        outcome=leading["outcome"],
        possible=leading["possible"],
        duiding=outcome.duiding,
        decided=decided,
        reasoning=reasoning,
        expires_on=outcome.expires_on,
        supersedes_id=outcome.previous.id if outcome.previous else None,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(made)
    flush_or_refuse(
        session, "Iemand anders stelde net een duiding vast. Open de groepspagina om die te zien."
    )
    record(
        session,
        actor=actor,
        action="duiding vastgesteld",
        object_kind="duiding",
        object_id=made.id,
        now=now,
        details={"groep": str(round_.group_id), "afgeweken": decided != leading["outcome"]},
    )
    return made.id


# --- what waits ---


@dataclass(frozen=True, slots=True)
class GroupWork:
    """How far the duiding of one group is."""

    group_id: UUID
    group_name: str
    standing: Standing | None
    round: UUID | None = None
    """The open round."""
    started_at: datetime | None = None
    closed: tuple[str, ...] = ()
    """The perspectives that are in, or left out for a reason."""
    open: int = 0
    """Differences still to settle, once both are in."""

    @property
    def both_in(self) -> bool:
        """Whether nothing more is asked of either profession alone."""
        return all(profession in self.closed for profession in PROFESSIONS)


def open_work(*, rules: Rules, actor: Actor, now: datetime, session: Session) -> list[GroupWork]:
    """Return for every group that is not closed, within the actor's stadsdelen, how far its duiding is; by name."""
    terms = terms_on(rules, today(now))
    query = select(col(Jeugdgroep.id), col(Jeugdgroep.name)).where(
        func.coalesce(latest_state(), GroupState.SIGNAAL.value) != GroupState.GESLOTEN.value
    )
    if not actor.citywide:
        query = query.where(col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen))
    groups = session.execute(query.order_by(col(Jeugdgroep.name), col(Jeugdgroep.id))).all()
    standings = latest_assessments(actor=actor, session=session)
    seen = {group_id for group_id, _ in groups}
    newest: dict[UUID, tuple[Questionnaire, UUID | None]] = {}
    for sheet, assessment_id in session.execute(
        select(Questionnaire, col(Assessment.id))
        .outerjoin(Assessment, col(Assessment.questionnaire_id) == col(Questionnaire.id))
        .where(col(Questionnaire.recorded_at) >= now - timedelta(days=terms.round_open_days))
        .order_by(col(Questionnaire.recorded_at))
    ):
        if sheet.group_id in seen:
            newest[sheet.group_id] = (sheet, assessment_id)
    rounds = {group_id: sheet for group_id, (sheet, assessment_id) in newest.items() if assessment_id is None}
    ids = [sheet.id for sheet in rounds.values()]
    closed = closed_in(ids, session=session)
    ready = [one for one in ids if all(profession in closed.get(one, {}) for profession in PROFESSIONS)]
    views, _ = views_of(ready, rules.questionnaire, session=session)
    found = []
    for group_id, name in groups:
        round_ = rounds.get(group_id)
        if round_ is None:
            found.append(GroupWork(group_id, name, standings.get(group_id)))
            continue
        came_in = closed.get(round_.id, {})
        said = views.get(round_.id, {})
        counting = {one: said.get(one, {}) for one, how in came_in.items() if not how.skipped}
        compared = compare(rules.questionnaire.items, counting, said.get(Perspective.SAMEN, {}))
        found.append(
            GroupWork(
                group_id=group_id,
                group_name=name,
                standing=standings.get(group_id),
                round=round_.id,
                started_at=round_.recorded_at,
                closed=tuple(came_in),
                open=len(open_differences(compared)) if round_.id in ready else 0,
            )
        )
    return found


# --- importing ---


def import_answers(
    group_id: UUID,
    answers: Mapping[str, Answer],
    *,
    until: date | None = None,
    source: str = "een bestand",
    rules: Rules | None = None,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID | None:
    """Keep an agreed list from elsewhere as a round of which both views are in; a person still decides.

    ``until`` is the last day of the period the list is about (default today); the period goes as far back as the
    terms say. Unknown items or values are refused. Returns the round's id, or None when the group's newest round
    holds exactly these answers already, so that the same file twice adds nothing.
    """
    require_role(actor, *FILLERS, Role.VEILIGHEIDSMANAGER, Role.BEHEERDER)
    group = get_group(group_id, actor=actor, session=session)
    hold_group(group_id, session=session)
    known = rules or load_room_rules()
    paper = known.questionnaire
    sheet = {
        item: value for item, value in paper.check(answers, where=(group.name,)).items() if value != ONBEKEND
    }
    last = until or today(now)
    if last > today(now):
        raise Refused(
            f"{group.name}: de lijst gaat over een dag die nog moet komen ({last}). Verbeter de datum."
        )
    newest = session.execute(
        select(col(Questionnaire.id), col(Questionnaire.period_until))
        .where(col(Questionnaire.group_id) == group_id)
        .order_by(col(Questionnaire.recorded_at).desc())
        .limit(1)
    ).first()
    if newest is not None:
        views, _ = views_of([newest[0]], paper, session=session)
        kept = {
            item: given.answer for item, given in views.get(newest[0], {}).get(Perspective.SAMEN, {}).items()
        }
        if kept == sheet and (until is None or newest[1] == until):
            return None
    made = Questionnaire(
        group_id=group_id,
        period_from=last - timedelta(weeks=terms_on(known, last).period_weeks),
        period_until=last,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(made)
    session.flush()
    why = f"ingelezen uit {source}"
    session.add_all(
        PerspectiveClosed(
            questionnaire_id=made.id,
            perspective=profession,
            skipped=True,
            reason=why,
            recorded_at=now,
            recorded_by=actor.id,
        )
        for profession in PROFESSIONS
    )
    session.add_all(
        AnswerRow(
            questionnaire_id=made.id,
            item=item,
            value=str(sheet[item]),
            perspective=Perspective.SAMEN,
            note=why,
            sequence=number,
            recorded_at=now,
            recorded_by=actor.id,
        )
        for number, item in enumerate(paper.in_order(sheet), start=1)
    )
    record(
        session,
        actor=actor,
        action="antwoorden ingelezen",
        object_kind="vragenlijst",
        object_id=made.id,
        now=now,
        details={"groep": str(group_id), "antwoorden": len(sheet)},
    )
    return made.id
