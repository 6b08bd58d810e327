"""``shortlist import``: files into the database, all or nothing, never twice."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlmodel import col

from shortlist.assets import RULES
from shortlist.classifying.rounds.work import load_room_rules
from shortlist.classifying.tables import Questionnaire
from shortlist.differentiating.intake.commands import import_file, load
from shortlist.differentiating.tables import MemberListDecision
from shortlist.errors import BadInput
from shortlist.guarding.audit import watch
from shortlist.guarding.roles import Organisation
from shortlist.guarding.tables import Account
from shortlist.guarding.work import verify_log
from shortlist.observing.files import read_batch
from shortlist.observing.intake.work import Wishes, group_uuid
from shortlist.observing.tables import Gathering, GroupPlace, Jeugdgroep, Membership, Person, Place, Presence
from shortlist.storing.database import Database
from tests.pages.conftest import NOORD, NOW, City
from tests.pages.street import Street, actions, add, street

GROUPS: list[dict[str, Any]] = [
    {
        "id": "g1",
        "name": "Groep Haven",
        "stadsdeel": "Noord",
        "place": "Havenhoofd",
        "lon": 5.02,
        "lat": 52.03,
        "first_signal_on": "2026-09-01",
        "answers": {"lawaai": "vaak", "alcohol": "soms", "omvang_min": 4},
        "observed_until": "2026-11-20",
    },
    {"id": "g2", "stadsdeel": "zuid", "answers": {}},
]
SEEN: dict[str, Any] = {
    "group_id": "g1",
    "gatherings": [
        {
            "at": "2026-11-20T21:30+01:00",
            "place": "havenhoofd",
            "present": ["HV-1", "HV-2"],
            "roles_seen": {"HV-1": ["leidt", "stookt op"]},
            "reporter": "jeugdagent",
            "effort_minutes": 20,
            "items": ["lawaai"],
            "feit": "Muziek op de kade.",
        },
        {"at": "2026-11-21T22:00", "present": ["HV-1", "HV-3"], "capacities": {"HV-3": "slachtoffer"}},
        {"at": "2026-11-22T22:00", "present": [], "effort_minutes": 15},
    ],
    "group": ["HV-1", "HV-2"],
    "expected_core": 1,
}
RULES_IN_FORCE = load_room_rules(RULES)


def run(
    database: Database,
    data: Any,
    *,
    file: str = "stad.json",
    later: int = 0,
    login: str | None = None,
    **wishes: Any,
) -> dict[str, Any]:
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    batch = read_batch(content, file=file, items=RULES_IN_FORCE.questionnaire.items)
    with database.writing() as session:
        watch(session)
        return load(
            batch,
            Wishes(file, **wishes),
            rules=RULES_IN_FORCE,
            login=login,
            now=NOW + timedelta(minutes=later),
            session=session,
        )


def allow_members(city: City) -> None:
    place = Street(city, group_uuid("g1"), NOORD, {})
    add(
        place,
        MemberListDecision(
            group_id=group_uuid("g1"), allowed=True, reason="Overlast", recorded_at=NOW,
            recorded_by=city.actor("veiligheidsmanager").id,
        ),
    )  # fmt: skip


def count(database: Database, *tables: type) -> list[int]:
    with database.reading() as session:
        return [session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


EVERYTHING = (
    Jeugdgroep, Place, GroupPlace, Gathering, Presence, Person, Membership, Questionnaire, Account,
)  # fmt: skip


def test_groups_come_in_with_place_and_answers(city: City) -> None:
    told = run(city.database, GROUPS)
    assert (told["groups"], told["answers"]) == ({"added": 2, "known": 0}, {"added": 1, "known": 0})
    with city.database.reading() as session:
        group = session.get_one(Jeugdgroep, group_uuid("g1"))
        assert (group.name, group.stadsdeel_id, group.first_signal_on.isoformat()) == (
            "Groep Haven", NOORD, "2026-09-01",
        )  # fmt: skip
        assert session.get_one(Jeugdgroep, group_uuid("g2")).name == "g2"
    assert count(city.database, Place, GroupPlace, Questionnaire) == [1, 1, 1]


def test_observations_come_in_with_persons_once_step_2b_was_decided(city: City) -> None:
    run(city.database, GROUPS)
    allow_members(city)
    told = run(city.database, SEEN, later=1)
    assert (told["gatherings"], told["members"]) == ({"added": 3, "known": 0}, {"added": 2})
    with city.database.reading() as session:
        rows = session.execute(select(Gathering).order_by(col(Gathering.started_at))).scalars().all()
        assert [row.seen_count for row in rows] == [2, 1, 0]
        assert [row.effort_minutes for row in rows] == [20, None, 15]
        assert rows[0].observer_id == city.actor("jeugdagent").id
        assert (rows[0].organisation, rows[0].regime, rows[0].feit) == (
            "politie",
            "wpg",
            "Muziek op de kade.",
        )
        assert rows[1].feit == "Overgenomen uit stad.json, waarneming nr. 2."
        leader = session.execute(
            select(Presence)
            .join(Person, col(Person.id) == col(Presence.person_id))
            .where(col(Presence.gathering_id) == rows[0].id, col(Person.pseudonym) == "HV-1")
        ).scalar_one()
        assert (leader.role_seen, leader.feit) == ("leidt", "Ook gezien: stookt op.")


def test_the_same_files_twice_add_nothing(city: City) -> None:
    run(city.database, GROUPS)
    allow_members(city)
    run(city.database, SEEN, later=1)
    before = count(city.database, *EVERYTHING)
    groups, seen = run(city.database, GROUPS, later=2), run(city.database, SEEN, later=3)
    assert groups["groups"] == {"added": 0, "known": 2}
    assert groups["answers"] == {"added": 0, "known": 1}
    assert seen["gatherings"] == {"added": 0, "known": 3}
    assert count(city.database, *EVERYTHING) == before


def test_one_wrong_record_keeps_the_whole_file_out(city: City) -> None:
    before = count(city.database, *EVERYTHING)
    for number, (data, message) in enumerate(
        (
            ([GROUPS[0], {"id": "g3", "stadsdeel": "West"}], "stad.json: groep 'g3': stadsdeel: 'West' is niet bekend"),
            ([GROUPS[0], {"id": "g3"}], "stad.json: groep 'g3': stadsdeel: dit ontbreekt"),
            ([GROUPS[0], {"id": "g3", "stadsdeel": "Noord", "place": "Havenhofd"}], "Bedoelt u 'Havenhoofd'?"),
            ([GROUPS[0], {"id": "g3", "stadsdeel": "Noord", "place": "Zee", "lon": 3.5, "lat": 53.4}],
             "stad.json: groep 'g3': lon: Dit punt"),
            ([GROUPS[0], {"id": "g3", "stadsdeel": "Noord", "answers": {"lawaai": "altijd"}}],
             "stad.json: groep 'g3': lawaai: 'altijd' kan niet"),
            ([GROUPS[0], {"id": "g3", "stadsdeel": "Noord", "first_signal_on": "2026-12-01"}],
             "stad.json: groep 'g3': first_signal_on: Deze datum ligt in de toekomst"),
            (SEEN | {"groups": GROUPS}, "stad.json: waarneming nr. 1: present: Voor deze groep is niet besloten"),
            ({"groups": GROUPS, "gatherings": [{"at": "2026-11-24T20:00", "group_id": "g1"}]},
             "stad.json: waarneming nr. 1: started_at: Dit moment ligt in de toekomst"),
            ({"groups": GROUPS, "gatherings": [{"at": "2026-11-20T20:00", "group_id": "g9"}]},
             "stad.json: waarneming nr. 1: group_id: de groep 'g9' is niet bekend"),
            ({"groups": GROUPS, "gatherings": [{"at": "2026-11-20T20:00", "group_id": "g1", "reporter": "jan"}]},
             "stad.json: waarneming nr. 1: reporter: 'jan' heeft geen account"),
            ({"groups": GROUPS, "gatherings": [{"at": "2026-11-20T20:00", "group_id": "g1", "items": ["lawaii"]}]},
             "stad.json: waarneming nr. 1: items: Onbekend: lawaii"),
        )
    ):  # fmt: skip
        with pytest.raises(BadInput) as caught:
            run(city.database, data, later=number)
        assert message in caught.value.message
        assert count(city.database, *EVERYTHING) == before


def test_without_step_2b_the_numbers_can_come_in_alone(city: City) -> None:
    run(city.database, GROUPS)
    told = run(city.database, SEEN, later=1, numbers_only=True)
    assert (told["gatherings"]["added"], told["personsLeftOut"]) == (3, 4)
    assert count(city.database, Presence, Person, Membership) == [0, 0, 0]


def test_reporters_without_an_account_can_be_given_one_that_cannot_sign_in(city: City) -> None:
    run(city.database, GROUPS)
    table = b"gathering,at,place,member,reporter,effort_minutes\n1,2026-11-20T21:00,,,Wijkagent-7,20\n"
    told = run(
        city.database,
        table,
        file="zien.csv",
        later=1,
        group="Groep Haven",
        reporters_from=Organisation.POLITIE,
    )
    assert told["accounts"] == {"added": 1}
    with city.database.reading() as session:
        account = session.execute(select(Account).where(col(Account.login) == "wijkagent-7")).scalar_one()
        row = session.execute(select(Gathering)).scalar_one()
        assert (account.password_hash, row.observer_id, row.organisation) == (None, account.id, "politie")


def test_an_account_imports_only_into_its_own_stadsdelen(city: City) -> None:
    with pytest.raises(BadInput, match="Kies uit: Noord"):
        run(city.database, [GROUPS[1]], login="jeugdagent")
    told = run(city.database, [{"id": "g5", "answers": {}}], login="jeugdagent")
    assert told["groups"]["added"] == 1


def test_an_import_is_in_the_log_and_the_log_stays_whole(city: City) -> None:
    run(city.database, GROUPS)
    assert actions(city.database)[-1] == "bestand ingelezen"
    with city.database.reading() as session:
        assert verify_log(session=session)[1] is None


def test_observations_of_the_street_can_be_loaded_beside_what_is_there(city: City) -> None:
    kade = street(city)
    told = run(
        city.database,
        {"gatherings": [{"at": "2026-11-20T21:00", "present": [], "place": "Plein Groep Kade"}]},
        group="groep kade",
    )
    assert told["gatherings"]["added"] == 1
    with city.database.reading() as session:
        newest = session.execute(select(Gathering).where(col(Gathering.seen_count) == 0)).scalar_one()
        assert newest.group_id == kade.group_id


def test_the_command_checks_without_storing_and_reports_as_json(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "stad.json"
    file.write_text(json.dumps(GROUPS))
    monkeypatch.setenv("SHORTLIST_DATABASE_URL", city.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SHORTLIST_DATA_DIR", str(tmp_path))
    before = count(city.database, *EVERYTHING)
    checked = CliRunner().invoke(import_file, [str(file), "--check"], catch_exceptions=False)
    assert json.loads(checked.stdout)["groups"] == {"added": 2, "known": 0}
    assert json.loads(checked.stdout)["check"] is True
    assert count(city.database, *EVERYTHING) == before
    loaded = CliRunner().invoke(import_file, ["-"], input=json.dumps(GROUPS), catch_exceptions=False)
    assert json.loads(loaded.stdout)["groups"] == {"added": 2, "known": 0}
    assert count(city.database, Jeugdgroep) == [2]
