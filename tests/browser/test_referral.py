"""From a refused to an accepted referral, clicked through by a jeugdagent and a hulpverlener on desk and phone."""

import re

import pytest
from selenium.webdriver.common.by import By

from tests.browser.conftest import PHONE
from tests.browser.screens import Screen

pytestmark = pytest.mark.browser
WHY_NOT = "Het gezin heeft al een coach; vraag de Zorgpiramide erbij."
LEAD = "Fictieve coach, Nieuwe Perspectieven"


def _refer(screen: Screen, youngster: str) -> None:
    for name, answer in (
        ("answers.light_offences", "ja"), ("answers.girl_risk", "nee"), ("answers.young_risk", "nee"),
        ("answers.life_domains", "ja"), ("answers.authorities", "ja"), ("contra.hard_core", "nee"),
        ("contra.heavy", "nee"), ("contra.unwilling", "nee"), ("contra.residence", "nee"),
    ):  # fmt: skip
        screen.choose(name, answer)
    screen.fill("age", "16")
    screen.fill("feit", "Op drie avonden in november gezien bij vernielingen op het plein.")
    screen.fill("expected", "Weer overdag naar school, en een vaste begeleider.")
    screen.choose("ground", "toestemming")
    screen.choose("siblings", "meegenomen")
    screen.press("Verstuur de verwijzing")
    assert youngster in screen.heading
    assert "verzonden" in screen.text


def test_a_refused_referral_comes_back_and_is_accepted_the_second_time(screen: Screen) -> None:
    screen.sign_in("jeugdagent")
    screen.open("/groepen")
    link = screen.driver.find_element(By.PARTIAL_LINK_TEXT, "Stationsplein").get_attribute("href")
    group = re.sub(r"[?#].*", "", link or "").removeprefix(screen.address)
    screen.open(f"{group}/verwijzen")
    rows = screen.driver.find_elements(By.CSS_SELECTOR, "tbody tr")
    free = next(row for row in rows if "Nieuwe Perspectieven" not in row.text)
    youngster = free.find_element(By.TAG_NAME, "th").text
    way = free.find_element(By.PARTIAL_LINK_TEXT, "Verwijzen").get_attribute("href")
    address = f"{(way or '').removeprefix(screen.address)}/nieuwe-perspectieven"
    screen.open(address)
    _refer(screen, youngster)
    first = screen.path

    screen.resize(*PHONE)
    screen.sign_in("hulpverlener")
    assert "Beantwoord de verwijzing naar Nieuwe Perspectieven" in screen.text
    screen.open(first)
    screen.choose("state", "geweigerd")
    screen.fill("note", WHY_NOT)
    screen.press("Leg vast")
    screen.picture("verwijzing-1-geweigerd")

    screen.sign_in("jeugdagent")
    screen.open(first)
    assert WHY_NOT in screen.text
    screen.press("Gelezen")
    assert screen.heading == "Mijn werk"
    screen.open(address)
    _refer(screen, youngster)
    second = screen.path
    assert second != first
    screen.sign_in("hulpverlener")
    screen.open(second)
    screen.choose("state", "geaccepteerd")
    screen.fill("lead", LEAD)
    screen.press("Leg vast")
    screen.sign_in("jeugdagent")
    screen.open(second)
    assert LEAD in screen.text
    screen.picture("verwijzing-2-geaccepteerd")
