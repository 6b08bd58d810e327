"""How long the whole use case takes for the national size of 2009: read, judge twice, weigh each criterion."""

import time
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert
from sqlmodel import Session

from shortlist.classifying.comparing.work import compare_city
from shortlist.classifying.drift import Reading
from shortlist.classifying.tables import Assessment, Questionnaire
from shortlist.guarding.audit import record, watch
from shortlist.guarding.roles import Actor, Organisation, Role
from shortlist.guarding.tables import Account, Stadsdeel
from shortlist.observing.tables import GroupStatus, Jeugdgroep
from shortlist.storing.database import Database
from tests.bench.test_classifying import RULES, sheets

pytestmark = pytest.mark.bench

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GROUPS = 1_760


def fill(session: Session) -> Actor:
    """Put 1,760 groups with two assessments each in ten stadsdelen."""
    parts = [UUID(int=number + 1) for number in range(10)]
    ring = [[5.0, 52.0], [5.1, 52.0], [5.1, 52.1], [5.0, 52.0]]
    session.add_all(Stadsdeel(id=part, name=f"Deel {part.int}", boundary=ring) for part in parts)
    account = Account(login="bench", name="Fictief", organisation="gemeente", citywide=True, created_at=NOW)
    session.add(account)
    session.flush()
    by = account.id
    groups, states, papers, assessments = [], [], [], []
    answers = [*sheets(1_200, 0.3, 0.8), *sheets(560, 0.0, 0.9, seed=9)]
    for number in range(GROUPS):
        group = uuid4()
        stamp = {"recorded_at": NOW - timedelta(days=300), "recorded_by": by}
        groups.append(
            {"id": group, "stadsdeel_id": parts[number % 10], "name": f"Groep {number}",
             "first_signal_on": date(2026, 1, 1), **stamp}
        )  # fmt: skip
        states.append({"id": uuid4(), "group_id": group, "state": "actief", "reason": "gezien", **stamp})
        for turn, days in enumerate((200, 20)):
            paper = uuid4()
            stamp = {"recorded_at": NOW - timedelta(days=days), "recorded_by": by}
            papers.append(
                {"id": paper, "group_id": group, "period_from": date(2026, 1, 1), "period_until": date(2026, 3, 1),
                 **stamp}
            )  # fmt: skip
            assessments.append(
                {"id": uuid4(), "group_id": group, "questionnaire_id": paper, "verdicts": [], "possible": [],
                 "answers": answers[(number + turn) % GROUPS], "ruleset": "landelijk-2010", "outcome": "hinderlijk",
                 "duiding": {}, "decided": "hinderlijk", "reasoning": "Zoals besproken.",
                 "expires_on": date(2027, 3, 1), "supersedes_id": None, **stamp}
            )  # fmt: skip
    for table, rows in (
        (Jeugdgroep, groups),
        (GroupStatus, states),
        (Questionnaire, papers),
        (Assessment, assessments),
    ):
        session.execute(insert(table), rows)
    record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
    return Actor(
        by, "Fictief", Organisation.GEMEENTE, frozenset({Role.COORDINATOR_VTH}), frozenset(), citywide=True
    )


def test_a_city_of_1760_groups_is_compared_from_the_database_within_five_seconds(database: Database) -> None:
    with database.writing() as session:
        watch(session)
        actor = fill(session)
    old, new = RULES.rulesets
    took = []
    for on in (date(2026, 11, 23), date(2026, 6, 1)):
        with database.reading() as session:
            start, wall = time.process_time(), time.perf_counter()
            found = compare_city(old, new, on, Reading.VOORLOPIG, actor=actor, now=NOW, session=session)
            took.append((time.process_time() - start, time.perf_counter() - wall))
        assert found.drift.groups == GROUPS
        assert 0 < found.changed < GROUPS
    for (processor, wall), when in zip(took, ("nu", "een half jaar terug"), strict=True):
        print(f"\n1.760 groepen vergeleken, {when}: {processor:.2f} s processortijd, {wall:.2f} s op de klok")
    assert max(processor for processor, _ in took) <= 5
