"""One real week, from an observation on the street to a printed deployment plan, clicked through by seven people."""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from selenium.webdriver.common.by import By

from tests.browser.conftest import PHONE
from tests.browser.screens import Screen

pytestmark = pytest.mark.browser
GROUP = "Groep Proefsteiger"
_STREET = {
    "rondhangen": "vaak", "lawaai": "vaak", "afval": "soms", "schermutselingen": "nooit", "provoceren": "soms",
    "uitschelden": "soms", "intimideren": "soms", "versperren": "nooit", "vernieling": "vaak",
    "brandstichting": "nooit",
    "licht_geweld": "nooit", "openlijk_geweld": "nooit", "wapengeweld": "nooit", "alcohol": "nooit", "blowen": "nooit",
    "winkeldiefstal": "nooit", "voertuigdiefstal": "nooit", "inbraak": "nooit", "straatroof": "nooit",
    "heling": "nooit",
    "drugshandel": "nooit", "afpersing": "nooit", "zedendelict": "nooit", "fraude": "nooit",
    "aanspreekbaarheid": "matig", "motief": "kick", "politiecontact": "enkelen",
}  # fmt: skip


def _ago(**before: float) -> str:
    moment = datetime.now(ZoneInfo("Europe/Amsterdam")) - timedelta(**before)
    return moment.strftime("%Y-%m-%dT%H:%M")


def _open_group(screen: Screen) -> None:
    screen.open("/groepen")
    screen.follow(GROUP)
    assert screen.heading == GROUP


def _observe(screen: Screen, days: float, feit: str, *, pseudonym: str = "") -> None:
    _open_group(screen)
    screen.follow("Nieuwe waarneming")
    screen.fill("started_at", _ago(days=days, hours=1))
    screen.choose("source", "gezien")
    screen.fill("seen_count", "6")
    screen.fill("duration_minutes", "30")
    screen.fill("effort_minutes", "15")
    screen.fill("feit", feit)
    screen.choose("items.hinder", "lawaai")
    if pseudonym:
        screen.fill("present.0.pseudonym", pseudonym)
        screen.pick("present.0.capacity", "betrokkene")
        screen.pick("present.0.role_seen", "leidt")
        if not screen.is_ticked("new_pseudonyms"):
            screen.choose("new_pseudonyms", "ja")
    screen.press("Opslaan")
    assert feit in screen.text


def _fill_in(screen: Screen, changed: dict[str, str]) -> None:
    """Fill in block after block as the form offers them, and hand in at the last."""
    answers = {**_STREET, **changed}
    for _ in range(20):
        for item, value in answers.items():
            if screen.has(f"answers.{item}"):
                screen.choose(f"answers.{item}", value)
        if "Bewaar en lever in" in [button.text for button in screen.buttons]:
            break
        screen.press("Bewaar en verder")
    screen.press("Bewaar en lever in")


def test_a_week_from_the_street_to_the_printed_plan(screen: Screen) -> None:
    screen.resize(*PHONE)
    screen.sign_in("jeugdagent")
    screen.open("/groepen/nieuw")
    screen.fill("name", GROUP)
    screen.fill("place", "Kadeplein")
    screen.fill("first_signal_on", _ago(days=20)[:10])
    screen.press("Groep vastleggen")
    _observe(screen, 6, "Zes jongeren op de steiger, harde muziek tot na elven.")
    screen.picture("weg-1-waarneming")

    _open_group(screen)
    screen.follow("Begin een vragenlijst")
    screen.press("Begin met invullen")
    round_page = screen.path.removesuffix("/invullen")
    screen.picture("weg-2-invullen")
    _fill_in(screen, {})
    screen.sign_in("jongerenwerker")
    screen.open(f"{round_page}/invullen")
    _fill_in(screen, {"vernieling": "soms"})
    screen.open(f"{round_page}/samen")
    assert "ernieling" in screen.text
    screen.choose("choice.vernieling", "vaak")
    screen.fill("reason.vernieling", "Drie meldingen van drie dagen samen nagelopen.")
    screen.picture("weg-3-samen")
    screen.press("Bewaar wat u samen koos")
    screen.open(f"{round_page}/uitkomst")
    screen.resize(1280, 900)
    assert "overlastgevend" in screen.text
    assert "almere-2013" in screen.text
    screen.picture("weg-4-uitkomst")
    screen.choose("decided", "overlastgevend")
    screen.fill("reasoning", "Dit beeld herkennen we allebei; bewoners mijden de steiger.")
    screen.press("Stel de duiding vast")

    screen.sign_in("veiligheidsmanager")
    _open_group(screen)
    screen.open(f"{screen.path}/ledenlijst")
    screen.fill("reason", "Herhaalde overlast; we willen meelopers kunnen bereiken.")
    screen.press("Sta de ledenlijst toe")
    for login, days in (("jeugdagent", 3.0), ("jongerenwerker", 2.0)):
        screen.sign_in(login)
        _observe(screen, days, f"Zelfde groep, gezien door de {login}.", pseudonym="WV-9001")
    screen.sign_in("jeugdagent")
    _open_group(screen)
    group_page = screen.path
    screen.open(f"{group_page}/leden/nieuw")
    screen.fill("person", "WV-9001")
    screen.choose("age", "twaalf of ouder")
    screen.fill("valid_from", _ago(days=3)[:10])
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
    screen.open(f"{group_page}/prioriteit/voorstel")
    screen.choose("priority", "hoog")
    screen.fill("reason", "Bewoners melden vaak en durven de steiger niet op.")
    screen.press("Leg voor aan de Stafgroep")
    screen.sign_in("stafgroeplid")
    screen.open("/prioriteren/stafgroep")
    for function in ("veiligheidsmanager", "chef-basiseenheid", "gebiedsmanager"):
        screen.fill(function, f"Fictieve {function}")
    screen.press("Open de vergadering")
    row = screen.row_of(GROUP)
    screen.choose(f"{row}.kind", "vastgesteld")
    screen.fill(f"{row}.reason", "Eens met het voorstel; de week van nu al.")
    screen.picture("weg-6-stafgroep")
    screen.press("Leg de besluiten vast")

    screen.sign_in("veiligheidsmanager")
    screen.open(f"{group_page}/plan-van-aanpak/schrijven")
    screen.fill("goal", "Vier weken hooguit twee keer per week overlast gezien.")
    screen.fill("exit_criterion", "Doel gehaald; daarna halveren.")
    screen.fill(
        "evaluation_on",
        (datetime.now(ZoneInfo("Europe/Amsterdam")) + timedelta(weeks=8)).strftime("%Y-%m-%d"),
    )
    for measure in ("jeugdboa", "jongerenwerk"):
        number = screen.measure_row(measure)
        screen.choose(f"measures.{number}.chosen", "ja")
        screen.fill(f"measures.{number}.visits_per_week", "2")
    screen.picture("weg-7-plan-van-aanpak")
    screen.press("Plan bewaren")
    screen.open(f"{group_page}/aanvraag")
    for name in ("nuisance", "effect", "expected"):
        screen.fill(name, "Bewoners mijden de steiger na negen uur; we verwachten zichtbaar toezicht.")
    screen.press("Dien de aanvraag in")
    screen.sign_in("coordinator")
    screen.open("/aanvragen")
    screen.follow(GROUP)
    screen.choose("state", "goedgekeurd")
    screen.press("Leg het besluit vast")

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
