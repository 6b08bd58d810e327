"""One real week, from an observation on the street to a printed deployment plan, clicked through by seven people."""

import time
from datetime import UTC, datetime

import pytest
from selenium.webdriver.common.by import By

from tests.browser.chain import Chain
from tests.browser.conftest import PHONE
from tests.browser.screens import Screen

pytestmark = pytest.mark.browser
GROUP = "Groep Proefsteiger"


def test_a_week_from_the_street_to_the_printed_plan(screen: Screen) -> None:
    chain = Chain(screen, GROUP, lambda: datetime.now(UTC))
    screen.resize(*PHONE)
    screen.sign_in("jeugdagent")
    chain.start("Kadeplein", days=20)
    chain.observe("Zes jongeren op de steiger, harde muziek tot na elven.", days=6)
    screen.picture("weg-1-waarneming")

    round_page = chain.begin_questionnaire()
    screen.picture("weg-2-invullen")
    chain.fill_in()
    screen.sign_in("jongerenwerker")
    screen.open(f"{round_page}/invullen")
    chain.fill_in({"vernieling": "soms"})
    chain.decide_together(round_page)
    screen.picture("weg-3-samen")
    screen.press("Bewaar wat u samen koos")
    screen.open(f"{round_page}/uitkomst")
    screen.resize(1280, 900)
    assert "overlastgevend" in screen.text
    assert "almere-2013" in screen.text
    screen.picture("weg-4-uitkomst")
    chain.set_class("overlastgevend")

    screen.sign_in("veiligheidsmanager")
    chain.open_group()
    screen.open(f"{screen.path}/ledenlijst")
    screen.fill("reason", "Herhaalde overlast; we willen meelopers kunnen bereiken.")
    screen.press("Sta de ledenlijst toe")
    for login, days in (("jeugdagent", 3.0), ("jongerenwerker", 2.0)):
        screen.sign_in(login)
        chain.observe(f"Zelfde groep, gezien door de {login}.", days=days, pseudonym="WV-9001")
    screen.sign_in("jeugdagent")
    chain.open_group()
    group_page = screen.path
    screen.open(f"{group_page}/leden/nieuw")
    screen.fill("person", "WV-9001")
    screen.choose("age", "twaalf of ouder")
    screen.fill("valid_from", chain.ago(days=3)[:10])
    screen.fill("reason", "Twee keer bij deze groep gezien.")
    screen.press("Voeg toe")
    screen.open(f"{group_page}/leden")
    screen.follow("WV-9001")
    screen.choose("role", "kern")
    screen.choose("influence", "negatief")
    screen.choose("certainty", "midden")
    screen.fill("reason", "Neemt steeds het woord en bepaalt waar ze heen gaan.")
    for box in screen.driver.find_elements(By.CSS_SELECTOR, '[name="basis"]'):
        screen.choose("basis", box.get_attribute("value") or "")
    screen.press("Leg de rol vast")
    screen.open(f"{group_page}/leden")
    screen.picture("weg-5-ledenbord")
    assert "WV-9001" in screen.text

    screen.sign_in("veiligheidsmanager")
    chain.propose(group_page, "hoog")
    screen.sign_in("stafgroeplid")
    chain.meet()
    screen.picture("weg-6-stafgroep")
    screen.press("Leg de besluiten vast")

    screen.sign_in("veiligheidsmanager")
    chain.write_plan(group_page, {"jeugdboa": 2, "jongerenwerk": 2})
    screen.picture("weg-7-plan-van-aanpak")
    screen.press("Plan bewaren")
    chain.request(group_page)
    screen.sign_in("coordinator")
    chain.answer_request("goedgekeurd", "Past bij wat bewoners melden; de koppels hebben ruimte.")

    screen.sign_in("teamleider")
    screen.open("/weekplannen/nieuw")
    screen.press("Maak weekplan")
    plan_page = screen.path
    for _ in range(90):
        screen.open(plan_page)
        if "Wordt berekend" not in screen.text.split("Verloop")[0]:
            break
        time.sleep(1)
    assert GROUP in screen.text
    assert "best mogelijk" in screen.text
    screen.picture("weg-8-weekplan")

    screen.sign_in("stafgroeplid")
    screen.open(plan_page)
    screen.choose("state", "vastgesteld")
    screen.press("Besluit vastleggen")
    screen.open(f"{plan_page}/afdrukken")
    assert GROUP in screen.text
    assert "WV-" not in screen.text
    screen.picture("weg-9-afdruk")
    screen.sign_in("teamleider")
    screen.open(plan_page)
    screen.drag("[data-visit]", 60)
    assert "/aanpassen?" in screen.driver.current_url, "dropping a visit opens its form"
    assert "dienst=" in screen.driver.current_url
    assert "tijd=" in screen.driver.current_url
    screen.open(plan_page)
    calendars = [link for link in screen.links if link.endswith(".ics")]
    assert calendars
    calendar = screen.download(calendars[0])
    assert calendar.startswith("BEGIN:VCALENDAR")
    assert "BEGIN:VEVENT" in calendar
