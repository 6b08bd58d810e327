"""Agreement and calibration over a whole country's worth of groups: 1,760 groups, two views each of 17 members."""

import time
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import Connection, event, insert

import shortlist.navigation  # noqa: F401 — the tables of every room
from shortlist.assets import RULES
from shortlist.classifying.agreeing.work import agreement_rules_on
from shortlist.differentiating.validating.work import validate_reading, validation_rules_on
from shortlist.differentiating.viewing.tables import OwnView, ViewPair
from shortlist.guarding.roles import Actor, Organisation, Role
from shortlist.storing import schema
from shortlist.storing.database import Database
from shortlist.storing.dated_yaml import read_folder

pytestmark = pytest.mark.bench
GROUPS, VIEWERS, MEMBERS = 1760, 2, 17
NOW, DAY = datetime(2026, 11, 1, tzinfo=UTC), date(2026, 11, 1)


def fill(connection: Connection) -> None:
    random = Random(1)
    views, pairs = [], []
    for number in range(GROUPS * VIEWERS):
        group, view = number // VIEWERS, UUID(int=10**9 + number)
        views.append(
            {"id": view, "group_id": UUID(int=group + 1), "expected_core": 3, "blind": True, "switch_id": view,
             "model_version": "1", "model_fingerprint": "a" * 64, "rules_name": "ledenlezing",
             "rules_valid_from": DAY, "since": DAY, "n_gatherings": 20, "n_observers": 3, "warnings": [],
             "recorded_at": NOW, "recorded_by": UUID(int=5 + number % VIEWERS)}
        )  # fmt: skip
        for member in range(MEMBERS):
            chance = random.random()
            own = "kern" if random.random() < chance else random.choice(("meeloper", "onbekend"))
            pairs.append(
                {"own_view_id": view, "person_id": UUID(int=10**12 + group * 100 + member), "own": own,
                 "reading": "kern" if chance > 0.5 else "meeloper", "probability_core": chance, "low": 0, "high": 1,
                 "n_gatherings": 5, "n_days": 5, "n_observers": 2, "explanation": ["Gezien."], "abstains_because": ""}
            )  # fmt: skip
    connection.execute(insert(OwnView), views)
    connection.execute(insert(ViewPair), pairs)


def test_the_page_over_sixty_thousand_pairs_takes_seconds(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'veel.sqlite3'}")
    schema.migrate(database)
    event.listen(database.engine, "checkout", lambda link, *_: link.execute("PRAGMA foreign_keys=OFF"))
    with database.engine.execution_options(shortlist_writing=True).begin() as connection:
        fill(connection)
    shelf = read_folder(RULES)
    actor = Actor(
        UUID(int=1), "x", Organisation.GEMEENTE, frozenset({Role.PRIVACY_OFFICER}), frozenset(), citywide=True
    )
    with database.reading() as session:
        start = time.process_time()
        found = validate_reading(
            validation_rules_on(shelf, DAY), agreement_rules_on(shelf, DAY), actor=actor, session=session
        )
        spent = time.process_time() - start
    print(f"{found.n_pairs} pairs: {spent:.1f} s CPU; kappa {found.agreed and found.agreed.kappa:.2f}")
    assert found.n_pairs == GROUPS * VIEWERS * MEMBERS
    assert spent < 5
    database.close()
