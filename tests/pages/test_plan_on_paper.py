"""A week plan and the sheet of a shift as PDF: the same words, and the same doors, as the pages they come from."""

import re
import shutil
import subprocess
import sys
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from shortlist.planning.tables import PlannedVisit, Shift
from shortlist.serving import work_one
from tests.pages.conftest import Browser, City
from tests.pages.test_week_plan import approve, ask, shift_of
from tests.pages.week import Week, week


@pytest.fixture
def city_week(city: City) -> Week:
    return week(city)


@pytest.fixture
def plan(client: Browser, city_week: Week) -> str:
    """Return the address of a computed plan."""
    page = ask(client)
    assert work_one(city_week.city.database)
    return page


@pytest.fixture
def drawing() -> None:
    try:
        import weasyprint  # noqa: F401 — only whether it can be used here
    except (ImportError, OSError):
        pytest.skip("geen WeasyPrint of libpango")


def words_of(data: bytes) -> str:
    """Return the text of a PDF on one line."""
    if shutil.which("pdftotext") is None:
        pytest.skip("geen pdftotext (poppler-utils)")
    made = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True)
    return re.sub(r"\s+", " ", made.stdout.decode())


def download(client: Browser, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "application/pdf"
    data = answer.get_data()
    assert data[:5] == b"%PDF-"
    return data


def idle_shift(city_week: Week) -> UUID:
    """Return a shift in which nothing is planned."""
    with city_week.city.database.reading() as session:
        shifts = session.execute(
            select(col(Shift.id), col(Shift.starts_at), col(Shift.ends_at), col(Shift.team_id))
        ).all()
        visits = session.execute(select(col(PlannedVisit.team_id), col(PlannedVisit.starts_at))).all()
    return next(
        UUID(str(shift.id))
        for shift in shifts
        if not any(
            visit.team_id == shift.team_id and shift.starts_at <= visit.starts_at < shift.ends_at
            for visit in visits
        )
    )


@pytest.mark.usefixtures("drawing")
def test_the_plan_as_pdf_says_how_good_it_is_whom_it_serves_and_what_stays_out(
    client: Browser, city_week: Week, plan: str
) -> None:
    client.sign_in("coordinator_vth")
    answer = client.get(f"{plan}/weekplan.pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="weekplan-2026-11-30-versie-1.pdf"'
    text = words_of(download(client, f"{plan}/weekplan.pdf"))
    for said in (
        "6 van de 6 gevraagde bezoeken", "punten kan bewezen niet", "Het verschil is 0,00%",
        "door het rekenproces", "Ga er niet mee op pad", "Ten minste",
        "Niets: alle gevraagde bezoeken staan in het plan", "Diensten per team", "Boa-koppel 1", "Groep Kade",
        "Groep Dok", "Vertrek", "van Stadskantoor", "Vertrouwelijk",
    ):  # fmt: skip
        assert said in text
    assert "Afdrukken" not in text, "what is for the screen stays on the screen"
    assert approve(client, plan).status_code == 303
    assert "Dit plan geldt niet" not in words_of(download(client, f"{plan}/weekplan.pdf"))


@pytest.mark.usefixtures("drawing")
def test_the_pdf_of_a_plan_holds_no_more_than_the_page_of_whoever_asks(client: Browser, plan: str) -> None:
    client.sign_in("stafgroeplid")
    text = words_of(download(client, f"{plan}/weekplan.pdf"))
    assert "Groep Kade" in text
    assert "Groep Dok" not in text
    assert "3 bezoeken in andere stadsdelen" in text


@pytest.mark.usefixtures("drawing")
def test_the_sheet_of_a_shift_as_pdf_says_where_when_why_how_and_whom_to_call(
    client: Browser, city_week: Week, plan: str
) -> None:
    sheet = f"{plan}/dienst/{shift_of(city_week, city_week.boas)}"
    approve(client, plan)
    client.sign_in("jeugdboa")
    assert f'href="{sheet}.pdf">Download als PDF' in client.get(sheet).get_data(as_text=True)
    text = words_of(download(client, f"{sheet}.pdf"))
    for said in ("Boa-koppel 1", "Plein Groep", "Waarom:", "Rust op het plein", "Flexibel", "Operationeel Chef",
                 "versie 1, vastgesteld"):  # fmt: skip
        assert said in text
    assert not any(name in text for name in city_week.noord.members)


@pytest.mark.usefixtures("drawing")
def test_a_shift_without_visits_has_a_sheet_too(client: Browser, city_week: Week, plan: str) -> None:
    client.sign_in("teamleider")
    text = words_of(download(client, f"{plan}/dienst/{idle_shift(city_week)}.pdf"))
    assert "In deze dienst zijn geen bezoeken gepland." in text
    assert "Nog niet vastgesteld" in text


def test_nobody_gets_a_pdf_of_what_the_page_refuses(client: Browser, city_week: Week, plan: str) -> None:
    sheet = f"{plan}/dienst/{shift_of(city_week, city_week.boas)}.pdf"
    client.sign_in("jeugdboa")
    assert client.get(f"{plan}/weekplan.pdf").status_code == 403
    refused = client.get(sheet)
    assert refused.status_code == 403
    assert "niet vastgesteld" in refused.get_data(as_text=True)
    approve(client, plan)
    client.sign_in("jongerenwerker")
    refused = client.get(sheet)
    assert refused.status_code == 403
    assert "Deze dienst is van een ander team" in refused.get_data(as_text=True)
    client.sign_in("stafgroeplid")
    assert client.get(sheet).status_code == 403
    client.sign_in("teamleider")
    assert client.get(f"{plan}/dienst/{UUID(int=9)}.pdf").status_code == 404


def test_a_plan_that_is_still_computed_can_not_be_printed(client: Browser, city_week: Week) -> None:
    page = ask(client)
    for address in (f"{page}/weekplan.pdf", f"{page}/afdrukken"):
        refused = client.get(address)
        assert refused.status_code == 409
        assert "‘wordt berekend’: er is nog geen plan om af te drukken" in refused.get_data(as_text=True)


@pytest.mark.parametrize("kind", ["plan", "shift"])
def test_without_the_drawing_library_the_refusal_says_what_to_install_and_what_to_do(
    client: Browser, city_week: Week, plan: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift = f"{plan}/dienst/{shift_of(city_week, city_week.boas)}.pdf"
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    refused = client.get(f"{plan}/weekplan.pdf" if kind == "plan" else shift)
    assert refused.status_code == 409
    html = refused.get_data(as_text=True)
    assert "installeer shortlist[pdf]" in html
    assert "Bewaar als PDF" in html
