"""The week plan from demand to sheet. The engine really solves here: two groups and five shifts take it a moment."""

import csv
import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import html5lib  # type: ignore[import-untyped]  # it has no types of its own
import pytest
from icalendar import Calendar
from sqlalchemy import func, select, update
from sqlmodel import col

from shortlist.deploying.tables import RequestStatus
from shortlist.planning.solving.work import thinned
from shortlist.planning.tables import PlannedVisit, Shift, WeekPlan, WeekPlanStatus
from shortlist.serving import work_one
from shortlist.storing import jobs
from tests.pages.conftest import Browser, City, Clock
from tests.pages.street import actions, assess, street
from tests.pages.week import WEEK, Week, approach, approve_boas, decide, week


@pytest.fixture
def city_week(city: City) -> Week:
    return week(city)


def demand_fields(client: Browser, page: str = "/weekplannen/nieuw") -> dict[str, Any]:
    """Read the form of the demand as a browser would send it untouched."""
    tree = html5lib.parse(client.get(page).get_data(as_text=True), namespaceHTMLElements=False)
    fields: dict[str, Any] = {}
    for control in tree.iter("input"):
        name = control.get("name", "")
        if name.startswith("wishes.") or name == "week":
            if control.get("type") == "checkbox" and "checked" not in control.attrib:
                continue
            fields[name] = control.get("value", "")
    for control in tree.iter("textarea"):
        if control.get("name", "").startswith("wishes."):
            fields[control.get("name")] = control.text or ""
    return fields


def ask(client: Browser, **change: str) -> str:
    client.sign_in("teamleider")
    answer = client.submit("/weekplannen/nieuw", {**demand_fields(client), **change})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location)


def solved(client: Browser, city_week: Week, **change: str) -> str:
    page = ask(client, **change)
    assert work_one(city_week.city.database)
    return page


def states(city_week: Week) -> list[str]:
    with city_week.city.database.reading() as session:
        rows = session.execute(
            select(col(WeekPlanStatus.state)).order_by(
                col(WeekPlanStatus.recorded_at), col(WeekPlanStatus.sequence)
            )
        )
        return list(rows.scalars())


def approve(client: Browser, page: str, role: str = "coordinator_vth", **change: str) -> Any:
    client.sign_in(role)
    fields = {"state": "vastgesteld", "reason": "", "seen": "2", **change}
    return client.submit(page, fields, to=f"{page}/besluit")


def test_the_demand_shows_priorities_times_and_what_asks_for_nothing(
    client: Browser, city_week: Week
) -> None:
    crimineel = street(city_week.city, name="Groep Loods")
    assess(crimineel, decided="crimineel")
    decide(crimineel)
    approach(crimineel, ("jeugdboa", 2))
    client.sign_in("teamleider")
    html = client.get("/weekplannen/nieuw").get_data(as_text=True)
    assert "Groep Kade" in html
    assert "100 punten per bezoek" in html
    assert "Te weinig waarnemingen: gewone tijden" in html
    assert "Het OM heeft de leiding" in html


def test_a_teamleider_asks_the_worker_solves_and_the_coordinator_approves(
    client: Browser, city_week: Week
) -> None:
    page = ask(client)
    html = client.get(page).get_data(as_text=True)
    assert "Het plan wordt berekend" in html
    assert client.get(f"{page}/voortgang", headers={"HX-Request": "true"}).status_code == 200
    assert work_one(city_week.city.database)
    assert client.get(f"{page}/voortgang", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    html = client.get(page).get_data(as_text=True)
    assert "6 van de 6 gevraagde bezoeken" in html
    assert "bewezen het best mogelijke plan" in html
    assert "Beoordeel het weekplan" not in html
    client.sign_in("coordinator_vth")
    assert "Beoordeel het weekplan voor de week van ma 30 nov 2026" in client.get("/").get_data(as_text=True)
    assert approve(client, page).status_code == 303
    assert sorted(states(city_week)) == ["concept", "vastgesteld", "wordt berekend"]
    done = actions(city_week.city.database)
    assert [
        done.count(action) for action in ("weekplan gevraagd", "weekplan berekend", "weekplan vastgesteld")
    ] == [1] * 3


def test_what_a_planner_takes_out_or_changes_is_what_is_solved(client: Browser, city_week: Week) -> None:
    client.sign_in("teamleider")
    fields = demand_fields(client)
    boa = next(name for name, value in fields.items() if name.endswith(".id") and ":jeugdboa:" in value)
    row = boa.removesuffix(".id")
    kept = {
        name: value for name, value in fields.items() if not name.endswith(".chosen") or name.startswith(row)
    }
    answer = client.submit(
        "/weekplannen/nieuw", {**kept, f"{row}.times": "1", f"{row}.windows": "wo 20:00-21:00"}
    )
    assert answer.status_code == 303
    assert work_one(city_week.city.database)
    with city_week.city.database.reading() as session:
        [visit] = session.execute(select(PlannedVisit)).scalars()
        assert visit.starts_at >= datetime(2026, 12, 2, 19, 0, tzinfo=UTC)
        assert visit.ends_at <= datetime(2026, 12, 2, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"wishes.0.times": "0"}, "Vul 1 tot en met 21 in"),
        ({"wishes.0.times": "vaak"}, "geen heel getal"),
        ({"wishes.0.windows": "vrijdag laat"}, "‘vrijdag laat’ is geen tijd van de week"),
        ({"week": "2026-12-01"}, "Kies een maandag"),
        ({"week": "2026-11-09"}, "Deze week is voorbij"),
        ({"week": "2028-01-03"}, "binnen een half jaar"),
        ({"week": "2026-12-07"}, "Voeg eerst diensten toe"),
    ],
)
def test_a_demand_that_cannot_be_is_refused_and_kept_as_typed(
    client: Browser, city_week: Week, change: dict[str, str], message: str
) -> None:
    client.sign_in("teamleider")
    answer = client.submit("/weekplannen/nieuw", {**demand_fields(client), **change})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert message in html
    for name, typed in change.items():
        assert name == "week" or typed in html
    with city_week.city.database.reading() as session:
        assert session.execute(select(func.count()).select_from(WeekPlan)).scalar_one() == 0


def test_no_visits_chosen_or_a_plan_under_way_is_refused(client: Browser, city_week: Week) -> None:
    client.sign_in("teamleider")
    answer = client.submit("/weekplannen/nieuw", {"week": WEEK.isoformat()})
    assert answer.status_code == 400
    assert "geen enkel bezoek is gekozen" in answer.get_data(as_text=True)
    ask(client)
    again = client.submit("/weekplannen/nieuw", demand_fields(client))
    assert again.status_code == 400
    assert "al een plan berekend" in again.get_data(as_text=True)


def test_a_plan_that_cannot_be_solved_says_why_and_waits_for_the_teamleider(
    client: Browser, city_week: Week
) -> None:
    page = ask(client)
    with city_week.city.database.writing() as session:
        session.execute(
            update(WeekPlan).values(
                problem={**session.execute(select(WeekPlan)).scalar_one().problem, "rules": "x"}
            )
        )
    assert work_one(city_week.city.database)
    html = client.get(page).get_data(as_text=True)
    assert "Waarom mislukt" in html
    assert "onbekende werktijdregels" in html


def test_a_job_that_comes_back_leaves_a_finished_plan_alone(client: Browser, city_week: Week) -> None:
    solved(client, city_week)
    with city_week.city.database.writing() as session:
        session.execute(update(jobs.Job).values(state="wacht"))
    assert work_one(city_week.city.database)
    assert states(city_week).count("concept") == 1


def test_a_stadsdeel_that_gets_less_than_its_fair_share_is_told(client: Browser, city_week: Week) -> None:
    client.sign_in("teamleider")
    fields = demand_fields(client)
    zuid = [
        name.removesuffix(".id")
        for name, value in fields.items()
        if str(city_week.zuid.group_id) in str(value)
    ]
    # On Monday nobody works: Zuid gets nothing of the two visits that it ought to get at least one of.
    page = solved(client, city_week, **{f"{row}.windows": "ma 10:00-12:00" for row in zuid})
    html = client.get(page).get_data(as_text=True)
    assert "Eerlijk deel niet gehaald" in html
    assert "Zuid krijgt 0 van de 1 bezoeken" in html
    assert "Ten minste" in html
    assert "Noord krijgt" not in html
    paper = client.get(f"{page}/afdrukken").get_data(as_text=True)
    assert "Eerlijk deel niet gehaald" in paper
    assert "Zuid krijgt 0 van de 1 bezoeken" in paper
    assert "Groep Dok: Jeugdboa’s, 2 keer" in paper


def test_youth_work_may_come_with_enforcement_only_where_it_is_asked(
    client: Browser, city_week: Week
) -> None:
    client.sign_in("teamleider")
    fields = demand_fields(client)
    assert not [name for name in fields if name.endswith(".together")]
    row = next(
        name.removesuffix(".id")
        for name, value in fields.items()
        if name.endswith(".id") and f"{city_week.noord.group_id}:jongerenwerk" in value
    )
    page = str(client.submit("/weekplannen/nieuw", {**fields, f"{row}.together": "ja"}).location)
    with city_week.city.database.reading() as session:
        problem = session.execute(select(WeekPlan)).scalar_one().problem
    apart = {visit.split(":")[0] for pair in problem["not_with"] for visit in pair["visits"]}
    assert apart == {str(city_week.zuid.group_id)}
    assert work_one(city_week.city.database)
    assert "mogen tegelijk komen bij Groep Kade" in client.get(page).get_data(as_text=True)


def test_while_it_is_computed_the_page_shows_value_bound_and_gap_over_time(
    client: Browser, city_week: Week
) -> None:
    page = ask(client)
    shown = {
        "seconds": 6.0,
        "value": 300.0,
        "bound": 400.0,
        "gap": 0.25,
        "trail": [[0.5, 200, 500], [6, 300, 400]],
    }
    with city_week.city.database.writing() as session:
        session.execute(update(jobs.Job).values(state="loopt", progress=shown))
    html = client.get(page).get_data(as_text=True)
    assert "300 punten waard; meer dan 400 punten kan bewezen niet" in html
    assert "ten hoogste 25,0% van het best mogelijke af" in html
    assert "60,0%" in html
    with city_week.city.database.writing() as session:
        session.execute(update(jobs.Job).values(state="wacht"))
    assert work_one(city_week.city.database)
    assert "Waarde en bewezen grens tijdens het rekenen" in client.get(page).get_data(as_text=True)


def test_of_the_way_to_a_plan_the_moments_remain_where_it_moved() -> None:
    still = [(float(second), 10.0, 20.0) for second in range(50)]
    assert thinned([*still, (50.0, 20.0, 20.0)]) == [[0.0, 10.0, 20.0], [50.0, 20.0, 20.0]]
    moving = [(float(second), float(second), 100.0) for second in range(100)]
    picked = thinned(moving)
    assert len(picked) == 8
    assert (picked[0][0], picked[-1][0]) == (0, 99)
    assert thinned([]) == []


def test_a_week_that_runs_opens_on_the_day_that_it_is(client: Browser, city_week: Week, clock: Clock) -> None:
    page = solved(client, city_week)
    assert '<strong aria-current="date">di 1 dec 2026' in client.get(page).get_data(as_text=True)
    clock.now = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
    client.sign_in("teamleider")
    assert '<strong aria-current="date">vr 4 dec 2026' in client.get(page).get_data(as_text=True)


def test_stopping_is_asked_once_it_runs_and_refused_when_done(client: Browser, city_week: Week) -> None:
    page = ask(client)
    assert client.submit(page, {}, to=f"{page}/stoppen").status_code == 303
    assert "Er is gevraagd te stoppen" in client.get(page).get_data(as_text=True)
    assert work_one(city_week.city.database)
    late = client.submit("/weekplannen/nieuw", {}, to=f"{page}/stoppen")
    assert late.status_code == 409


def test_sending_back_needs_a_reason_and_reaches_the_teamleider(client: Browser, city_week: Week) -> None:
    page = solved(client, city_week)
    bare = approve(client, page, "stafgroeplid", state="teruggestuurd")
    assert bare.status_code == 400
    assert "Schrijf op wat er anders moet" in bare.get_data(as_text=True)
    assert (
        approve(client, page, "stafgroeplid", state="teruggestuurd", reason="Meer in Zuid").status_code == 303
    )
    client.sign_in("teamleider")
    assert "Pas het weekplan" in client.get("/").get_data(as_text=True)
    assert "Meer in Zuid" in client.get(page).get_data(as_text=True)


def test_two_people_deciding_at_once_get_a_clear_message(client: Browser, city_week: Week) -> None:
    page = solved(client, city_week)
    assert approve(client, page).status_code == 303
    late = approve(client, page, "stafgroeplid", state="teruggestuurd", reason="Toch niet")
    assert late.status_code == 400
    assert "Iemand anders heeft intussen over dit plan beslist" in late.get_data(as_text=True)


def test_approving_a_new_version_ends_the_one_before(client: Browser, city_week: Week) -> None:
    first = solved(client, city_week)
    approve(client, first)
    second = solved(client, city_week, keep="ja")
    assert approve(client, second).status_code == 303
    html = client.get(first).get_data(as_text=True)
    assert "Vervangen door versie 2" in html


def test_a_stafgroeplid_sees_own_visits_and_all_totals(client: Browser, city_week: Week) -> None:
    page = solved(client, city_week)
    client.sign_in("stafgroeplid")
    html = client.get(page).get_data(as_text=True)
    assert "Groep Kade" in html
    assert "Groep Dok" not in html
    assert "6 van de 6 gevraagde bezoeken" in html
    assert "3 bezoeken in andere stadsdelen" in html
    for part in ("/bezoeken.csv", "/routes.geojson", "/afdrukken"):
        assert "Groep Dok" not in client.get(page + part).get_data(as_text=True)


def shift_of(city_week: Week, team: UUID) -> UUID:
    with city_week.city.database.reading() as session:
        found = session.execute(
            select(col(Shift.id))
            .join(PlannedVisit, (col(PlannedVisit.team_id) == col(Shift.team_id)))
            .where(
                col(Shift.team_id) == team,
                col(PlannedVisit.starts_at) >= col(Shift.starts_at),
                col(PlannedVisit.ends_at) <= col(Shift.ends_at),
            )
            .limit(1)
        ).scalar_one()
        return UUID(str(found))


def test_a_team_gets_its_sheet_once_the_plan_holds_and_no_youngster_is_named(
    client: Browser, city_week: Week
) -> None:
    page = solved(client, city_week)
    sheet = f"{page}/dienst/{shift_of(city_week, city_week.boas)}"
    client.sign_in("jeugdboa")
    assert client.get(sheet).status_code == 403
    approve(client, page)
    client.sign_in("jeugdboa")
    html = client.get(sheet).get_data(as_text=True)
    for text in (
        "Plein Groep Kade",
        "Waarom:",
        "Rust op het plein",
        "Flexibel",
        "Operationeel Chef",
        "geo:52.05",
    ):
        assert text in html
    assert not any(name in html for name in city_week.noord.members)
    client.sign_in("jongerenwerker")
    assert client.get(sheet).status_code == 403
    assert client.get(f"{page}/dienst/{uuid4()}").status_code == 404


def test_the_calendar_has_the_visits_in_utc_with_lasting_identifiers(
    client: Browser, city_week: Week
) -> None:
    page = solved(client, city_week)
    client.sign_in("teamleider")
    address = f"{page}/team/{city_week.boas}.ics"
    answer = client.get(address)
    assert answer.mimetype == "text/calendar"
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    visits = [event for event in events if str(event["SUMMARY"]).startswith("Bezoek")]
    assert len(visits) == 4
    assert all(event.decoded("DTSTART").utcoffset().total_seconds() == 0 for event in events)
    assert {str(event["SUMMARY"]).partition(": ")[2] for event in visits} == {
        "Plein Groep Dok",
        "Plein Groep Kade",
    }
    assert client.get(address).data == answer.data
    again = solved(client, city_week)
    later = Calendar.from_ical(client.get(f"{again}/team/{city_week.boas}.ics").data).walk("VEVENT")
    assert {str(event["UID"]) for event in later} == {str(event["UID"]) for event in events}


def test_files_hold_every_visit_and_no_formulas(client: Browser, city_week: Week) -> None:
    named = street(city_week.city, name="=HYPERLINK(1)")
    assess(named)
    decide(named)
    approach(named, ("jeugdboa", 1))
    approve_boas(named)
    page = solved(client, city_week)
    rows = list(
        csv.reader(io.StringIO(client.get(f"{page}/bezoeken.csv").data.decode("utf-8-sig")), delimiter=";")
    )
    assert len(rows) == 8
    assert "'=HYPERLINK(1)" in {row[6] for row in rows}
    features = client.get(f"{page}/routes.geojson").get_json(force=True)["features"]
    assert sum(f["properties"]["kind"] == "visit" for f in features) == 7
    assert client.get(f"{page}/afdrukken").status_code == 200


def test_other_roles_stay_outside(client: Browser, city_week: Week) -> None:
    page = solved(client, city_week)
    for role in ("jeugdboa", "jeugdagent", "jongerenwerker", "beheerder", "privacy_officer"):
        client.sign_in(role)
        assert client.get(page).status_code == 403
        assert client.get("/weekplannen/nieuw").status_code == 403
    client.sign_in("veiligheidsmanager")
    assert client.get("/weekplannen").status_code == 200
    assert client.get("/weekplannen/nieuw").status_code == 403
    assert client.get(f"/weekplannen/{uuid4()}").status_code == 404


def test_a_plan_is_not_approved_once_a_request_for_jeugdboas_is_gone(
    client: Browser, city_week: Week
) -> None:
    page = solved(client, city_week)
    with city_week.city.database.writing() as session:
        session.execute(
            update(RequestStatus).where(col(RequestStatus.sequence) == 2).values(state="ingetrokken")
        )
    answer = approve(client, page)
    assert answer.status_code == 400
    html = answer.get_data(as_text=True)
    assert "Groep Dok en Groep Kade" in html
    assert "geen goedgekeurde aanvraag" in html
    assert approve(client, page, state="teruggestuurd", reason="De aanvraag is weg").status_code == 303
