"""Changing a made plan by hand through the pages: every change is judged, and kept as a new version or refused."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from shortlist.planning.tables import (
    PlannedVisit,
    Shift,
    WeekPlan,
    WeekPlanChange,
    WeekPlanResult,
    WeekPlanStatus,
)
from tests.pages.conftest import Browser, City, Clock
from tests.pages.street import actions
from tests.pages.test_week_plan import approve, solved
from tests.pages.week import Week, week


@dataclass(frozen=True)
class Wanted:
    """A wanted visit that is not in the plan."""

    visit: str
    occurrence: int


WHY = "De jongerenwerker is er die avond ook."


@pytest.fixture
def city_week(city: City) -> Week:
    return week(city)


def visits(city_week: Week, plan: str, kind: str = ":jeugdboa:") -> list[PlannedVisit]:
    """List the planned visits of a plan by its address, by time."""
    with city_week.city.database.reading() as session:
        rows = session.execute(
            select(PlannedVisit)
            .where(
                col(PlannedVisit.plan_id) == UUID(plan.rsplit("/", 1)[-1]),
                col(PlannedVisit.visit).contains(kind),
            )
            .order_by(col(PlannedVisit.starts_at))
        )
        found = list(rows.scalars())
        session.expunge_all()
        return found


def shifts(city_week: Week, team: UUID) -> list[Shift]:
    with city_week.city.database.reading() as session:
        query = select(Shift).where(col(Shift.team_id) == team).order_by(col(Shift.starts_at))
        found = list(session.execute(query).scalars())
        session.expunge_all()
        return found


def at(visit: PlannedVisit | Wanted, plan: str) -> str:
    return f"{plan}/aanpassen?bezoek={visit.visit}&keer={visit.occurrence}"


def adjust(client: Browser, plan: str, visit: PlannedVisit | Wanted, action: str, **change: str) -> Any:
    fields = {"action": action, "why": WHY, "seen": "2", **change}
    return client.submit(at(visit, plan), {name: text for name, text in fields.items() if text})


def test_a_visit_moves_to_another_time_and_the_old_version_stays_as_it_was(
    client: Browser, city_week: Week
) -> None:
    plan = solved(client, city_week)
    visit = visits(city_week, plan)[0]
    shift = shifts(city_week, city_week.boas)[2]
    later = (shift.starts_at + timedelta(hours=3, minutes=5)).strftime("%H:%M")
    local = (shift.starts_at + timedelta(hours=4, minutes=5)).strftime("%H:%M")
    answer = adjust(client, plan, visit, "verplaatsen", shift=str(shift.id), time=local, fix="ja")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    moved = next(
        one for one in visits(city_week, answer.location) if one.starts_at.strftime("%H:%M") == later
    )
    assert moved.group_id == visit.group_id
    assert visit.starts_at in {one.starts_at for one in visits(city_week, plan)}
    html = client.get(answer.location).get_data(as_text=True)
    assert "Deze versie komt uit versie 1 (met de hand)" in html
    assert "verplaatst naar za 5 dec 2026" in html
    assert WHY in html
    assert "Vervangen door versie 2" in client.get(plan).get_data(as_text=True)
    assert "6 van de 6 gevraagde bezoeken" in html
    assert actions(city_week.city.database).count("weekplan met de hand gewijzigd") == 1


def test_a_visit_without_a_time_gets_one_that_fits(client: Browser, city_week: Week) -> None:
    plan = solved(client, city_week)
    visit = visits(city_week, plan)[0]
    shift = shifts(city_week, city_week.boas)[2]
    answer = adjust(client, plan, visit, "verplaatsen", shift=str(shift.id))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    there = [one for one in visits(city_week, answer.location) if one.group_id == visit.group_id]
    assert any(shift.starts_at <= one.starts_at < shift.ends_at for one in there)


def test_a_locked_visit_stays_when_the_plan_is_computed_again_until_it_is_released(
    client: Browser, city_week: Week
) -> None:
    plan = solved(client, city_week)
    visit = visits(city_week, plan)[0]
    locked = adjust(client, plan, visit, "vastzetten").location
    html = client.get(f"{locked}/vast").get_data(as_text=True)
    assert "Groep" in html
    assert "Boa-koppel 1" in html
    same = next(one for one in visits(city_week, locked) if one.starts_at == visit.starts_at)
    assert "Vastgezet</dt><dd>ja" in client.get(at(same, locked)).get_data(as_text=True)
    released = adjust(client, locked, same, "losmaken", seen="1")
    assert released.status_code == 303
    assert "Er is niets vastgezet" in client.get(f"{released.location}/vast").get_data(as_text=True)


def test_a_new_plan_that_keeps_the_approved_one_keeps_what_was_fixed_by_hand(
    client: Browser, city_week: Week
) -> None:
    plan = solved(client, city_week)
    visit = visits(city_week, plan)[0]
    shift = shifts(city_week, city_week.boas)[2]
    local = (shift.starts_at + timedelta(hours=3)).strftime("%H:%M")
    locked = adjust(client, plan, visit, "verplaatsen", shift=str(shift.id), time=local, fix="ja").location
    approve(client, locked, seen="1")
    again = solved(client, city_week, keep="ja")
    assert (visit.visit, shift.starts_at + timedelta(hours=2)) in {
        (one.visit, one.starts_at) for one in visits(city_week, again)
    }


def test_a_visit_taken_out_is_named_and_can_be_put_back(client: Browser, city_week: Week) -> None:
    plan = solved(client, city_week)
    visit = visits(city_week, plan)[0]
    without = adjust(client, plan, visit, "weghalen").location
    html = client.get(without).get_data(as_text=True)
    assert "5 van de 6 gevraagde bezoeken" in html
    assert "Met de hand uit het plan gehaald" in html
    left = Wanted(visit.visit, 2)
    page = client.get(at(left, without)).get_data(as_text=True)
    assert "niet gepland" in page
    assert "Diensten waarin dit bezoek past" in page
    back = adjust(
        client, without, left, "verplaatsen", seen="1", shift=str(shifts(city_week, city_week.boas)[0].id)
    )
    assert back.status_code == 303, back.get_data(as_text=True)
    assert "6 van de 6 gevraagde bezoeken" in client.get(back.location).get_data(as_text=True)


def test_a_forbidden_combination_is_out_cannot_come_back_and_can_be_lifted(
    client: Browser, city_week: Week
) -> None:
    plan = solved(client, city_week)
    visit = visits(city_week, plan)[0]
    own = next(s for s in shifts(city_week, city_week.boas) if s.starts_at <= visit.starts_at < s.ends_at)
    barred = adjust(client, plan, visit, "verbieden", shift=str(own.id), scope="dienst").location
    left = Wanted(visit.visit, 2)
    again = adjust(client, barred, left, "verplaatsen", seen="1", shift=str(own.id), time="20:00")
    html = again.get_data(as_text=True)
    assert again.status_code == 400
    assert "met de hand verboden" in html
    assert WHY in html
    lifted = client.submit(f"{barred}/vast", {"number": "0", "why": WHY, "seen": "1"})
    assert lifted.status_code == 303
    assert (
        adjust(client, lifted.location, left, "verplaatsen", seen="1", shift=str(own.id)).status_code == 303
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shift": ""}, "Kies de dienst waarin"),
        ({"time": "laat"}, "Dit is geen tijd"),
        ({"time": "10:00"}, "valt niet in de dienst"),
        ({"time": "18:01"}, "is er pas om"),
        ({"time": "00:40"}, "niet in de tijden die voor dit bezoek zijn gevraagd"),
        ({"why": ""}, "Dit ontbreekt nog"),
        ({"action": "toveren"}, "Kies wat u met dit bezoek wilt"),
        ({"shift": "x"}, "Deze dienst staat niet in dit weekplan"),
        ({"seen": "7"}, "Iemand anders heeft intussen"),
    ],
)
def test_a_change_that_breaks_a_rule_is_refused_by_name_and_keeps_what_was_typed(
    client: Browser, city_week: Week, change: dict[str, str], message: str
) -> None:
    plan = solved(client, city_week)
    visit = visits(city_week, plan)[0]
    wednesday = shifts(city_week, city_week.boas)[0]
    fields = {"shift": str(wednesday.id), "time": "20:00", **change}
    action = fields.pop("action", "verplaatsen")
    answer = adjust(client, plan, visit, action, **fields)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert message in html
    assert "why" in change or WHY in html
    with city_week.city.database.reading() as session:
        assert len(list(session.execute(select(col(WeekPlan.id))))) == 1


def test_too_close_to_another_visit_and_without_power_are_named_per_shift(
    client: Browser, city_week: Week
) -> None:
    plan = solved(client, city_week)
    boas = visits(city_week, plan)
    page = client.get(at(boas[0], plan)).get_data(as_text=True)
    assert "Te dicht op Groep" in page
    assert "teams die dit bezoek niet mogen doen: Jongerenwerk 1" in page
    other = next(one for one in boas if one.visit == boas[0].visit and one.id != boas[0].id)
    shift = next(s for s in shifts(city_week, city_week.boas) if s.starts_at <= other.starts_at < s.ends_at)
    local = (other.starts_at + timedelta(hours=2)).strftime("%H:%M")
    answer = adjust(client, plan, boas[0], "verplaatsen", shift=str(shift.id), time=local)
    assert answer.status_code == 400
    assert "er hoort 18 uur tussen" in answer.get_data(as_text=True)
    worker = shifts(city_week, city_week.worker)[0]
    powerless = adjust(client, plan, boas[0], "verplaatsen", shift=str(worker.id), time="19:00")
    assert "is niet bevoegd" in powerless.get_data(as_text=True)


def test_two_people_changing_one_plan_do_not_lose_each_others_work(client: Browser, city_week: Week) -> None:
    plan = solved(client, city_week)
    first, second = visits(city_week, plan)[:2]
    tokens = client.tokens(at(first, plan))
    body = {**tokens, "action": "weghalen", "why": WHY, "seen": "2"}
    done = client.post(at(first, plan), data=body)
    assert done.status_code == 303
    assert client.post(at(first, plan), data=body).location == done.location, (
        "the same form twice is one change"
    )
    late = client.post(
        at(second, plan),
        data={**tokens, "write_key": str(UUID(int=9)), "action": "weghalen", "why": WHY, "seen": "2"},
    )
    assert late.status_code == 400
    assert "Versie 2 gaat al verder op dit plan" in late.get_data(as_text=True)


def test_what_is_past_stays(client: Browser, city_week: Week, clock: Clock) -> None:
    plan = solved(client, city_week)
    visit = visits(city_week, plan)[0]
    clock.now = visit.starts_at + timedelta(hours=1)
    client.sign_in("teamleider")
    page = client.get(at(visit, plan)).get_data(as_text=True)
    assert "al begonnen of voorbij" in page
    assert "Pas het plan aan" not in page
    body = {**client.tokens(at(visit, plan)), "action": "weghalen", "why": WHY, "seen": "2"}
    answer = client.post(at(visit, plan), data=body)
    assert answer.status_code == 400
    assert "al begonnen of voorbij" in answer.get_data(as_text=True)


def test_a_changed_plan_is_decided_on_like_any_other_and_keeps_its_proven_bound(
    client: Browser, city_week: Week
) -> None:
    plan = solved(client, city_week)
    approve(client, plan)
    client.sign_in("teamleider")
    changed = adjust(client, plan, visits(city_week, plan)[0], "weghalen", seen="3").location
    with city_week.city.database.reading() as session:
        old, new = (session.get(WeekPlanResult, UUID(one.rsplit("/", 1)[-1])) for one in (plan, changed))
        assert old is not None
        assert new is not None
        assert new.bound == old.bound
        assert new.value < old.value
        [note] = session.execute(select(WeekPlanChange)).scalars()
        assert note.why == WHY
    assert approve(client, changed, seen="1").status_code == 303
    assert "Vervangen door versie 2" in client.get(plan).get_data(as_text=True)


def test_only_the_teamleider_changes_plans(client: Browser, city_week: Week) -> None:
    plan = solved(client, city_week)
    visit = visits(city_week, plan)[0]
    for role in ("coordinator_vth", "stafgroeplid", "jeugdboa", "veiligheidsmanager"):
        client.sign_in(role)
        assert client.get(at(visit, plan)).status_code == 403
        assert client.get(f"{plan}/vast").status_code == 403
    client.sign_in("teamleider")
    assert client.get(f"{plan}/aanpassen").status_code == 404
    assert client.get(f"{plan}/aanpassen?bezoek=x&keer=1").status_code == 404


def test_states_and_results_of_versions_are_whole(client: Browser, city_week: Week) -> None:
    plan = solved(client, city_week)
    adjust(client, plan, visits(city_week, plan)[0], "vastzetten")
    with city_week.city.database.reading() as session:
        steps = [
            (row.sequence, row.state)
            for row in session.execute(
                select(WeekPlanStatus).order_by(col(WeekPlanStatus.recorded_at))
            ).scalars()
        ]
        assert sorted(steps) == [(1, "concept"), (1, "wordt berekend"), (2, "concept"), (3, "teruggestuurd")]
        moments = [row.recorded_at for row in session.execute(select(WeekPlan)).scalars()]
        assert all(one >= datetime(2026, 11, 23, tzinfo=UTC) for one in moments)
