"""A whole quarter of one stadsdeel, from the first signal to the closed group, clicked through by seven people.

The clock of the server is moved from day to day; everything that happens to the group happens on the pages. What is
there beforehand: accounts, a place, a pair of jeugdboa's with three shifts a week, and another group to compare with.
"""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from selenium import webdriver
from werkzeug.serving import WSGIRequestHandler, make_server

from shortlist.app import create_app
from shortlist.observing.tables import Place
from shortlist.planning.solving.work import solve_week_plan
from shortlist.planning.tables import Shift, Team, TeamMember
from shortlist.settings import Settings
from shortlist.storing import jobs
from shortlist.storing.database import Database
from tests.browser.chain import Chain
from tests.browser.conftest import DESK, PHONE
from tests.browser.screens import Screen
from tests.pages.conftest import NOORD, PASSWORD, City, Clock, small_city
from tests.pages.street import add, street

pytestmark = pytest.mark.browser
GROUP = "Groep Proefsteiger"
PLACE = "Proefsteiger"
FIRST = date(2027, 1, 4)
"""A Monday in the first week of the quarter."""
CAUSE = ("dankzij", "door de inzet", "heeft gewerkt", "veroorzaakt")


class Quiet(WSGIRequestHandler):
    """Answers without writing a line about each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass
class Quarter:
    """The city, its clock and the browser of whoever's turn it is."""

    database: Database
    clock: Clock
    screen: Screen

    def on(self, day: date, hour: int, minute: int = 0) -> None:
        """Move the clock to a moment of the day, Dutch time."""
        local = datetime.combine(day, time(hour, minute), ZoneInfo("Europe/Amsterdam"))
        assert local.astimezone(UTC) >= self.clock.now, "time goes on"
        self.clock.now = local.astimezone(UTC)

    def work(self) -> None:
        """Do what waits for the worker, at the same clock."""
        while True:
            with self.database.writing() as session:
                claim = jobs.claim(now=self.clock.now, session=session)
            if claim is None:
                return
            if claim.kind == "weekplan":
                solve_week_plan(self.database, claim, clock=self.clock)
            with self.database.writing() as session:
                jobs.finish(claim.id, now=self.clock.now, session=session)


def _settled(made: City) -> None:
    """Give the city a place and a pair of jeugdboa's with shifts on three evenings of every week."""
    other = street(made, name="Groep Overkant")
    place = Place(stadsdeel_id=NOORD, name=PLACE, kind="plein", lon=5.03, lat=52.03)
    pair = Team(name="Koppel Fictief", kind="jeugdboa", base_place_id=other.place_id)
    add(other, place)
    add(other, pair)
    add(
        other,
        *(
            TeamMember(team_id=pair.id, account_id=made.actor(login).id)
            for login in ("jeugdboa", "jeugdboa-zuid")
        ),
        *(
            Shift(
                team_id=pair.id,
                starts_at=_local(FIRST + timedelta(weeks=week, days=day), 18),
                ends_at=_local(FIRST + timedelta(weeks=week, days=day), 23),
            )
            for week in range(12)
            for day in (1, 3, 5)
        ),
    )


def _local(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo("Europe/Amsterdam")).astimezone(UTC)


@pytest.fixture
def quarter(
    browser: webdriver.Chrome, settings: Settings, migrated_sqlite: Path, tmp_path: Path
) -> Iterator[Quarter]:
    """Serve the small city with a clock that the test moves."""
    file = tmp_path / "kwartaal.sqlite3"
    shutil.copy(migrated_sqlite, file)
    made = small_city(Database(f"sqlite:///{file}"))
    _settled(made)
    clock = Clock()
    app = create_app(replace(settings, demo=True), made.database, clock)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Quarter(made.database, clock, Screen(browser, f"http://127.0.0.1:{server.port}", PASSWORD))
    server.shutdown()
    thread.join(10)
    made.database.close()


def _planned_week(q: Quarter, chain: Chain, monday: date) -> None:
    """Make and approve the plan of a week on the Sunday before, and tell the Operationeel Chef of it on the Monday."""
    screen = q.screen
    q.on(monday - timedelta(days=1), 15)
    screen.sign_in("teamleider")
    screen.open("/weekplannen/nieuw")
    screen.press("Maak weekplan")
    plan = screen.path
    q.work()
    screen.open(plan)
    assert GROUP in screen.text
    screen.sign_in("coordinator_vth")
    screen.open(plan)
    screen.choose("state", "vastgesteld")
    screen.press("Besluit vastleggen")
    q.on(monday, 9)
    screen.sign_in("teamleider")
    screen.open("/diensten")
    assert chain.choose_all("shifts") > 0
    screen.fill("told_whom", "OC van dienst (fictief)")
    screen.fill("told_at", chain.ago(minutes=10))
    screen.pick("channel", "telefoon")
    screen.press("Leg vast")
    assert "De Operationeel Chef weet van alle komende diensten" in screen.text


def _reported_week(q: Quarter, monday: date, outcome: str) -> int:
    """Report every visit of the week on the phone; return how many there were."""
    screen, count = q.screen, 0
    q.on(monday + timedelta(days=6), 12)
    screen.resize(*PHONE)
    screen.sign_in("jeugdboa")
    while True:
        screen.open("/mijn-diensten")
        if (
            not any(link.endswith("/verslag") for link in screen.links)
            or "Schrijf verslag" not in screen.text
        ):
            break
        screen.follow("Schrijf verslag")
        screen.choose("outcome", outcome)
        if outcome != "niemand aangetroffen":
            screen.fill("seen_count", "5")
            screen.fill("feit", "Vijf jongeren op de steiger; gesproken over geluid.")
        screen.press("Opslaan")
        count += 1
        assert count < 12
    screen.resize(*DESK)
    for login, button in (
        ("coordinator_vth", "Gezien, geef door aan de veiligheidsmanagers"),
        ("veiligheidsmanager", "Gezien, geef door aan het JIT"),
        ("jeugdagent", "Gelezen"),
    ):
        screen.sign_in(login)
        screen.open("/verslagen")
        assert f"({count})" in screen.text
        screen.press(button)
    return count


def test_a_quarter_of_a_stadsdeel_from_the_first_signal_to_the_closed_group(quarter: Quarter) -> None:
    q, screen = quarter, quarter.screen
    chain = Chain(screen, GROUP, q.clock)
    week = [FIRST + timedelta(weeks=number) for number in range(13)]

    # step 1: a signal, and what is seen in the first weeks
    q.on(week[0], 21)
    screen.resize(*PHONE)
    screen.sign_in("jeugdagent")
    chain.start(PLACE, days=0)
    for number in range(4):
        q.on(week[number // 2] + timedelta(days=1 + 2 * (number % 2)), 22)
        screen.sign_in("jongerenwerker" if number % 2 else "jeugdagent")
        chain.observe(f"Keer {number + 1}: zes jongeren, harde muziek tot na elven.")

    # step 2: police and youth work fill in, settle what differs, and decide
    q.on(week[2], 10)
    screen.resize(*DESK)
    screen.sign_in("jeugdagent")
    round_page = chain.begin_questionnaire()
    chain.fill_in()
    screen.sign_in("jongerenwerker")
    screen.open(f"{round_page}/invullen")
    chain.fill_in({"vernieling": "soms"})
    chain.decide_together(round_page)
    screen.press("Bewaar wat u samen koos")
    screen.open(f"{round_page}/uitkomst")
    chain.set_class("overlastgevend")

    # steps 3 and 4: proposal, meeting of the Stafgroep with a quorum, its minutes
    q.on(week[2] + timedelta(days=1), 10)
    screen.sign_in("veiligheidsmanager")
    page = chain.open_group()
    chain.propose(page, "hoog")
    q.on(week[2] + timedelta(days=2), 14)
    screen.sign_in("stafgroeplid")
    chain.meet()
    screen.press("Leg de besluiten vast")
    screen.press("Sluit de vergadering")
    assert screen.path.endswith("/notulen")
    assert GROUP in screen.text
    assert "Eens met het voorstel" in screen.text

    # step 5: plan van aanpak; the request is sent back once with a reason, and approved the second time
    q.on(week[2] + timedelta(days=3), 9)
    screen.sign_in("veiligheidsmanager")
    chain.write_plan(page, {"jeugdboa": 2})
    screen.press("Plan bewaren")
    chain.request(page)
    screen.sign_in("coordinator_vth")
    assert GROUP in screen.text, "a request waits at Mijn werk"
    chain.answer_request("teruggestuurd", "Noem de tijden waarop bewoners er last van hebben.")
    screen.sign_in("veiligheidsmanager")
    screen.open("/aanvragen")
    screen.follow(GROUP)
    assert "Noem de tijden" in screen.text
    screen.follow("Pas de aanvraag aan")
    screen.fill("nuisance", "Tussen negen en twaalf; bewoners mijden de steiger.")
    screen.press("Dien de aanvraag in")
    screen.sign_in("coordinator_vth")
    chain.answer_request("goedgekeurd", "Past bij wat bewoners melden; de koppels hebben ruimte.")

    # step 6: three weeks of deployment; the group is there in the first and not after that
    visits = 0
    for number, outcome in ((3, "groep bereikt"), (4, "niemand aangetroffen"), (5, "niemand aangetroffen")):
        _planned_week(q, chain, week[number])
        visits += _reported_week(q, week[number], outcome)
    assert visits >= 5
    for number, day in enumerate((1, 3, 5, 8)):
        q.on(week[6] + timedelta(days=day), 22)
        screen.sign_in("jongerenwerker" if number % 2 else "jeugdagent")
        chain.observe(f"Gekeken op de steiger, avond {number + 1}: niemand.", seen=0)

    # what changed, without a word about why; scaling down, and the request that goes with it
    q.on(week[8], 11)
    screen.sign_in("veiligheidsmanager")
    assert GROUP in screen.text, "a quiet group with deployments asks for a choice at Mijn werk"
    screen.open(f"{page}/verandering")
    assert not any(word in screen.text for word in CAUSE)
    assert "niet waardoor" in screen.text
    assert "Stoppen" in screen.text.split("Om te overwegen")[1].split("Wat nu?")[0]
    screen.picture("kwartaal-1-verandering")
    screen.choose("choice", "stoppen")
    screen.fill("reason", "Vier weken niemand gezien; het jongerenwerk blijft kijken.")
    screen.press("Leg de keuze vast")
    screen.open("/aanvragen")
    screen.follow(GROUP)
    assert "Ingetrokken" in screen.text

    # step 7: nobody came back; evaluation, and the group is closed
    for number, day in enumerate((2, 9, 16)):
        q.on(week[8] + timedelta(days=day), 22)
        screen.sign_in("jongerenwerker" if number % 2 else "jeugdagent")
        chain.observe(f"Na het stoppen gekeken, keer {number + 1}: niemand.", seen=0)
    q.on(week[11], 10)
    screen.sign_in("veiligheidsmanager")
    screen.open(f"{page}/evaluatie")
    screen.choose("goal", "ja")
    screen.fill("course", "Drie weken koppels op de drukke avonden; daarna is de groep niet meer gezien.")
    screen.fill("aftercare", "De jongerenwerker kijkt een keer per week, tot de zomer.")
    screen.press("Sluit de groep")
    assert not screen.has("course"), screen.text
    screen.open(page)
    assert "gesloten" in screen.text.lower(), screen.text
    screen.picture("kwartaal-2-gesloten")

    # and the report of the quarter counts it
    q.on(date(2027, 4, 1), 9)
    screen.sign_in("stafgroeplid")
    screen.open("/kwartaal/2027/1")
    rows = {line.split("  ")[0]: line for line in _rows(screen)}
    for label, number in (
        ("Gesloten groepen", 1), ("Uitgevoerde bezoeken", visits), ("Aanvragen voor jeugdboa’s", 2),
        ("Groepen met een nieuw plan van aanpak", 1), ("Groepen met een nieuwe duiding", 1),
        ("Waarnemingen", 11 + visits),
    ):  # fmt: skip
        found = next(line for start, line in rows.items() if start.startswith(label))
        assert found.split("|")[3] == str(number), found
    screen.picture("kwartaal-3-rapport")


def _rows(screen: Screen) -> list[str]:
    """Return the rows of every table on the page, cells with a bar between."""
    found = screen.driver.execute_script(
        "return [...document.querySelectorAll('tbody tr')].map(row => "
        "[...row.cells].map(cell => cell.textContent.trim().replace(/\\s+/g, ' ')).join('|'))"
    )
    return [str(line) for line in found]
