"""Reports of a week whose plan was changed while people were out: nothing typed is lost, nothing counts twice."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from shortlist.deploying.tables import DeploymentReport
from shortlist.observing.tables import Gathering
from shortlist.planning.tables import PlannedVisit
from tests.pages.conftest import City
from tests.pages.shifts import plan, replan
from tests.pages.street import Street, street
from tests.pages.test_deployments import row, shift_page

ROWS = {"not_personal": "fictieve testgegevens"}
FIELDS = {
    "outcome": "groep bereikt", "started_at": "2026-11-23T11:00", "minutes": "20", "seen_count": "7",
    "feit": "Zeven jongeren bij het bankje.", "seen": "0",
}  # fmt: skip


@pytest.fixture
def kade(city: City) -> Street:
    return street(city)


def count(place: Street, table: type[SQLModel]) -> int:
    with place.database.reading() as session:
        return int(
            session.execute(select(func.count()).select_from(table), execution_options=ROWS).scalar_one()
        )


def reports(place: Street) -> list[tuple[UUID, int]]:
    with place.database.reading() as session:
        query = select(col(DeploymentReport.planned_visit_id), col(DeploymentReport.sequence)).order_by(
            col(DeploymentReport.sequence)
        )
        return [(visit, sequence) for visit, sequence in session.execute(query, execution_options=ROWS)]


def visits(place: Street) -> list[UUID]:
    with place.database.reading() as session:
        return list(
            session.execute(select(col(PlannedVisit.id)).order_by(col(PlannedVisit.starts_at))).scalars()
        )


def test_a_report_from_before_the_change_is_read_and_mended_under_the_new_plan(
    client: Any, kade: Street
) -> None:
    old = plan(kade)
    client.sign_in("jeugdboa")
    assert client.submit(f"/inzet/{old}/verslag", FIELDS).status_code == 303
    (new,) = replan(kade, old)
    for visit in (new, old):
        page = client.get(f"/inzet/{visit}/verslag")
        assert page.status_code == 200
        assert FIELDS["feit"] in page.get_data(as_text=True)
    mended = FIELDS | {
        "feit": "Acht jongeren bij het bankje.",
        "seen": "1",
        "correction_reason": "Verkeerd geteld.",
    }
    assert client.submit(f"/inzet/{new}/verslag", mended).status_code == 303
    assert reports(kade) == [(old, 1), (old, 2)], "one visit keeps one row of reports, so that it counts once"


def test_a_form_that_was_open_when_the_plan_changed_is_the_report_of_the_same_visit(
    client: Any, kade: Street
) -> None:
    old = plan(kade)
    client.sign_in("jeugdboa")
    tokens = client.tokens(f"/inzet/{old}/verslag")
    (new,) = replan(kade, old)
    assert client.post(f"/inzet/{old}/verslag", data={**tokens, **FIELDS}).status_code == 303
    assert reports(kade) == [(new, 1)]
    again = client.submit(f"/inzet/{old}/verslag", FIELDS)
    assert "al gemeld door" in again.get_data(as_text=True)
    assert reports(kade) == [(new, 1)]


def test_of_a_shift_that_was_changed_meanwhile_what_stands_is_reported_and_the_rest_can_be_an_observation(
    client: Any, kade: Street
) -> None:
    first = plan(kade, hours_ago=3, visits=2)
    second = next(one for one in visits(kade) if one != first)
    before = count(kade, Gathering)
    client.sign_in("jeugdboa")
    page = shift_page(kade, first)
    tokens = client.tokens(page)
    (kept,) = replan(kade, first)
    typed = {
        **row(first, "10:00", outcome="niemand aangetroffen"),
        **row(second, "10:30", outcome="groep bereikt", seen_count="4", feit="Vier jongeren bij de halte."),
    }
    late = client.post(page, data={**tokens, **typed})
    html = late.get_data(as_text=True)
    assert late.status_code == 400
    assert "staat niet meer in het vastgestelde weekplan" in html
    assert "Vier jongeren bij de halte." in html
    assert f'name="{second}.instead"' in html
    assert f'name="{first}.instead"' not in html
    assert (count(kade, Gathering), reports(kade)) == (before, [])
    assert client.submit(page, {**typed, f"{second}.instead": "ja"}).status_code == 303
    assert (count(kade, Gathering), reports(kade)) == (before + 2, [(kept, 1)])


def test_a_shift_that_was_cancelled_whole_says_so_and_loses_nothing(client: Any, kade: Street) -> None:
    visit = plan(kade, hours_ago=3)
    client.sign_in("jeugdboa")
    page = shift_page(kade, visit)
    tokens = client.tokens(page)
    replan(kade)
    typed = row(visit, "10:00", outcome="groep bereikt", seen_count="4", feit="Vier jongeren bij de halte.")
    late = client.post(page, data={**tokens, **typed})
    assert late.status_code == 400
    assert "Vier jongeren bij de halte." in late.get_data(as_text=True)
    not_there = client.submit(page, {**typed, f"{visit}.outcome": "niet geweest", f"{visit}.instead": "ja"})
    assert "er is niets te bewaren" in not_there.get_data(as_text=True)
    client.sign_in("jeugdboa-zuid")
    assert client.get(page).status_code == 404
