"""``shortlist analyse-bias --stored``: blind views beside readings as rows in which nobody stands."""

import json
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlmodel import col

from shortlist.differentiating.fairness.commands import analyse_bias
from shortlist.differentiating.fairness.disagreement import Compared
from shortlist.differentiating.fairness.work import blind_views_as_rows
from shortlist.differentiating.switching.tables import ReadingSwitch
from shortlist.differentiating.viewing.tables import OwnView, ViewPair
from shortlist.errors import BadInput, Forbidden
from shortlist.guarding.audit import record, watch
from shortlist.guarding.tables import AuditRow
from shortlist.showing.words import AMSTERDAM
from tests.pages.conftest import NOW, City
from tests.pages.street import Street, add, gathering, street


@pytest.fixture
def kade(city: City) -> Street:
    place = street(city)
    add(
        place,
        ReadingSwitch(
            id=UUID(int=9), sequence=1, enabled=True, reason="proef", recorded_at=NOW - timedelta(weeks=4),
            recorded_by=city.actor("veiligheidsmanager").id,
        ),
    )  # fmt: skip
    return place


def view(place: Street, *persons: UUID, blind: bool = True, days_ago: int = 0) -> None:
    """Keep the jeugdagent's view that these are kern, beside a reading that says meeloper."""
    made = OwnView(
        group_id=place.group_id, blind=blind, switch_id=UUID(int=9), model_version="1", model_fingerprint="a" * 64,
        rules_name="ledenlezing", rules_valid_from=date(2010, 1, 1), since=date(2026, 5, 1), n_gatherings=20,
        n_observers=3, recorded_at=NOW - timedelta(days=days_ago), recorded_by=place.city.actor("jeugdagent").id,
    )  # fmt: skip
    with place.database.writing() as session:
        watch(session)
        session.add(made)
        session.flush()
        session.add_all(
            ViewPair(
                own_view_id=made.id, person_id=one, own="kern", reading="meeloper", probability_core=0.1, low=0,
                high=1, n_gatherings=5, n_days=5, n_observers=2,
            )
            for one in persons
        )  # fmt: skip
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)


def rows(place: Street, login: str = "veiligheidsmanager") -> list[Compared]:
    with place.database.writing() as session:
        watch(session)
        return blind_views_as_rows(actor=place.city.actor(login), now=NOW, session=session)


def test_a_blind_view_becomes_a_row_with_place_hour_and_team_and_nobody_in_it(kade: Street) -> None:
    view(kade, *kade.members.values())
    found = rows(kade)
    assert len(found) == 2
    assert {(one.own_view, one.reading, one.place, one.team) for one in found} == {
        ("kern", "meeloper", "Plein Groep Kade", "politie Noord")
    }
    told = json.dumps([asdict(one) for one in found], default=str)
    assert not any(str(person) in told or name in told for name, person in kade.members.items())
    with kade.database.reading() as session:
        newest = (
            session.execute(select(col(AuditRow.action)).order_by(col(AuditRow.seq).desc())).scalars().first()
        )
    assert newest == "verschillen tussen eigen beeld en lezing gezocht"


def test_a_view_that_was_not_blind_makes_no_row(kade: Street) -> None:
    view(kade, *kade.members.values(), blind=False)
    assert rows(kade) == []


def test_only_what_was_seen_before_the_view_with_own_eyes_and_as_betrokkene_says_where(kade: Street) -> None:
    swallow, magpie = kade.members.values()
    view(kade, swallow, magpie, days_ago=4)  # the jongerenwerker saw them five days ago, the jeugdagent three
    with kade.database.writing() as session:
        watch(session)
        by = kade.city.actor("jeugdagent").id
        for hours in range(1, 4):
            at = NOW - timedelta(days=6, hours=hours)
            gathering(session, kade, by, at, present=[swallow], hearsay=True)
            gathering(session, kade, by, at, present=[swallow], capacity="slachtoffer")
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
    hour = (NOW - timedelta(days=5)).astimezone(AMSTERDAM).hour
    assert [(one.place, one.hour) for one in rows(kade)] == [("Plein Groep Kade", hour)] * 2


@pytest.mark.parametrize("login", ["stafgroeplid", "coordinator_vth"])
def test_who_may_not_see_a_reading_may_not_search_the_differences(kade: Street, login: str) -> None:
    with pytest.raises(Forbidden):
        rows(kade, login)


def test_the_command_reads_the_database_and_abstains_below_enough_rows(
    kade: Street, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view(kade, *kade.members.values())
    monkeypatch.setenv("SHORTLIST_DATABASE_URL", kade.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SHORTLIST_DATA_DIR", str(tmp_path))
    told = CliRunner().invoke(analyse_bias, ["--stored", "--text"], catch_exceptions=False).stdout
    assert "2 rijen gelezen, 2 bruikbaar." in told
    assert "Onthouding" in told
    for arguments in (["rijen.csv", "--stored"], []):
        with pytest.raises(BadInput, match="--stored"):
            CliRunner().invoke(analyse_bias, arguments, catch_exceptions=False)
