"""Two groups, four evenings of observations, and the steps of a round as its tests need them."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.classifying import work
from shortlist.classifying.answers import work as answering
from shortlist.classifying.questionnaire import Answer
from shortlist.classifying.rounds import work as rounds
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.tables import Answer as AnswerRow
from shortlist.classifying.tables import Assessment, Questionnaire
from shortlist.guarding.audit import record, watch
from shortlist.guarding.roles import Actor
from shortlist.guarding.tables import AuditRow
from shortlist.observing.tables import Gathering, GatheringItem, Jeugdgroep
from tests.pages.conftest import NOORD, NOW, ZUID, City, Clock

GROUP = UUID(int=101)
SOUTH = UUID(int=102)
TODAY = date(2026, 11, 23)
REASONING = "De feiten op het plein wegen voor ons het zwaarst."

DECISIVE: Mapping[str, Answer] = {
    "lawaai": "vaak", "provoceren": "soms", "vernieling": "vaak", "alcohol": "soms", "motief": "kick",
    "aanspreekbaarheid": "matig", "politiecontact": "enkelen", "planmatigheid": "toevallig",
}  # fmt: skip
"""Overlastgevend in both rulesets once every other frequency is known to be *nooit*."""


def with_groups(city: City) -> City:
    """Put a group in each stadsdeel, and four evenings of observations on the one in Noord."""
    with city.database.writing() as session:
        watch(session)
        agent, worker = city.actor("jeugdagent"), city.actor("jongerenwerker")
        for group_id, part, name in ((GROUP, NOORD, "Groep Kade"), (SOUTH, ZUID, "Groep Zuidplein")):
            session.add(
                Jeugdgroep(
                    id=group_id,
                    stadsdeel_id=part,
                    name=name,
                    first_signal_on=date(2026, 6, 1),
                    recorded_at=NOW,
                    recorded_by=agent.id,
                )
            )
        session.flush()
        for days, actor, source, items in (
            (3, agent, "gezien", ("lawaai", "alcohol")),
            (10, worker, "gezien", ("lawaai",)),
            (17, agent, "gezien", ("lawaai",)),
            (20, agent, "gehoord", ("inbraak",)),
        ):
            observe(session, actor, days, source, items)
        record(session, actor=None, action="testgegevens", object_kind="groep", now=NOW)
    return city


def observe(session: Session, actor: Actor, days: int, source: str, items: tuple[str, ...]) -> None:
    seen = Gathering(
        stadsdeel_id=NOORD, group_id=GROUP, started_at=NOW - timedelta(days=days), duration_minutes=30,
        effort_minutes=25, seen_count=6, observer_id=actor.id, organisation=actor.organisation.value, regime="avg",
        source=source, hearsay=source != "gezien", feit="Zes jongeren op de kade.", recorded_at=NOW,
        recorded_by=actor.id,
    )  # fmt: skip
    session.add(seen)
    session.flush()
    session.add_all(GatheringItem(gathering_id=seen.id, item=item) for item in items)


def begin(city: City, rules: Rules, group_id: UUID = GROUP, login: str = "jeugdagent") -> UUID:
    with city.database.writing() as session:
        watch(session)
        return rounds.start_round(
            group_id, TODAY - timedelta(weeks=12), TODAY, terms=rounds.terms_on(rules, TODAY),
            actor=city.actor(login), now=NOW, session=session,
        )  # fmt: skip


def hand_in(city: City, rules: Rules, sheet: UUID, login: str, answers: Mapping[str, Answer]) -> None:
    with city.database.writing() as session:
        watch(session)
        answering.save_answers(
            sheet, answers, finish=True, rules=rules, actor=city.actor(login), now=NOW, session=session
        )


def complete(rules: Rules, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Answer every frequency question that is not mentioned with *nooit*."""
    items = rules.questionnaire.items.values()
    return {item.id: "nooit" for item in items if "nooit" in item.scale.values} | dict(answers)


def both_in(city: City, rules: Rules, police: Mapping[str, Answer], youth: Mapping[str, Answer]) -> UUID:
    sheet = begin(city, rules)
    hand_in(city, rules, sheet, "jeugdagent", police)
    hand_in(city, rules, sheet, "jongerenwerker", youth)
    return sheet


def count(city: City, table: type[AnswerRow | Assessment | Questionnaire | AuditRow]) -> int:
    with city.database.reading() as session:
        found: int = session.execute(select(func.count()).select_from(table)).scalar_one()
        return found


def actions(city: City) -> list[str]:
    with city.database.reading() as session:
        return list(session.execute(select(col(AuditRow.action)).order_by(col(AuditRow.seq))).scalars())


def decide(
    city: City,
    rules: Rules,
    sheet: UUID,
    decided: str,
    *,
    clock: Clock | None = None,
    login: str = "jeugdagent",
) -> UUID:
    now = clock.now if clock else NOW
    actor = city.actor(login)
    with city.database.writing() as session:
        watch(session)
        seen = answering.look_together(sheet, rules=rules, actor=actor, session=session).sequence
        return work.decide(
            sheet, decided, REASONING, seen=seen, rules=rules, actor=actor, now=now, session=session
        )
