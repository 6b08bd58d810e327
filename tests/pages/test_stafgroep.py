"""The Stafgroep's meeting through the pages: presence, quorum, consequences, minutes, the driehoek."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from shortlist.prioritising.tables import (
    DecisionGround,
    MeetingEnd,
    MeetingPresence,
    PriorityDecision,
    PriorityProposal,
    StafgroepMeeting,
)
from tests.pages.conftest import NOORD, NOW, ZUID, City, Clock
from tests.pages.meetings import open_meeting
from tests.pages.street import Street, actions, add, assess, street
from tests.pages.week import WEEK, week

AGENDA = "/prioriteren/stafgroep"
REASON = "De overlast bij de winkels neemt toe en bewoners durven niet te melden."
PEOPLE = {
    "veiligheidsmanager": "F. Fictief", "chef-basiseenheid": "C. Verzonnen", "gebiedsmanager": "G. Nep",
    "gebiedsspecialist-dmo": "",
}  # fmt: skip


@pytest.fixture
def kade(city: City) -> Street:
    return street(city)


def propose(place: Street, priority: str = "hoog", *, minutes_ago: int = 120) -> UUID:
    row = PriorityProposal(
        group_id=place.group_id, priority=priority, reason=REASON, recorded_at=NOW - timedelta(minutes=minutes_ago),
        recorded_by=place.city.actor("veiligheidsmanager").id,
    )  # fmt: skip
    add(place, row)
    return row.id


def decision(proposal: UUID, kind: str = "vastgesteld", **changes: str) -> dict[str, str]:
    fields = {"kind": kind, "priority": "hoog", "valid_until": "2027-02-23", "reason": REASON} | changes
    return {f"{proposal}.{name}": value for name, value in fields.items()}


def decisions(place: Street) -> list[tuple[str, bool]]:
    """Return (kind, whether the driehoek took it) in order."""
    with place.database.reading() as session:
        rows = session.execute(
            select(col(PriorityDecision.kind), col(DecisionGround.triangle_on))
            .join(DecisionGround, col(DecisionGround.decision_id) == col(PriorityDecision.id))
            .order_by(col(PriorityDecision.sequence))
        )
        return [(kind, day is not None) for kind, day in rows]


def opened(client: Any, place: Street, **people: str) -> str:
    answer = client.submit(AGENDA, {**PEOPLE, **people, "stadsdeel": str(NOORD)})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location)


def test_a_meeting_from_presence_to_printed_minutes(client: Any, kade: Street) -> None:
    assess(kade)
    proposal = propose(kade)
    client.sign_in("stafgroeplid")
    assert "Noord: 1 voorstel" in client.get(AGENDA).get_data(as_text=True)
    page = opened(client, kade)
    assert actions(kade.database)[-1] == "vergadering geopend"
    html = client.get(page).get_data(as_text=True)
    assert "Voorstellen naast elkaar" in html
    assert "Geen quorum" not in html
    assert client.submit(page, decision(proposal)).status_code == 303
    assert decisions(kade) == [("vastgesteld", False)]
    closed = client.submit(page, {"remarks": "De lamp bij de halte komt in maart."}, to=f"{page}/sluiten")
    assert closed.status_code == 303
    html = client.get(closed.location).get_data(as_text=True)
    for words in (
        "F. Fictief",
        "Gebiedsspecialist DMO",
        "afwezig",
        "Er was een quorum",
        REASON,
        "De lamp bij de halte",
    ):
        assert words in html
    assert "vastgesteld als hoog, tot en met di 23 feb 2027" in html
    assert "De vergadering van" not in html
    client.sign_in("veiligheidsmanager")
    assert client.get(closed.location).status_code == 200, "who proposed reads the minutes"


def test_without_a_quorum_nothing_is_decided_until_the_missing_function_comes(
    client: Any, kade: Street
) -> None:
    proposal = propose(kade)
    client.sign_in("stafgroeplid")
    page = opened(client, kade, **{"chef-basiseenheid": ""})
    assert "Chef basiseenheid (politie) ontbreekt" in client.get(page).get_data(as_text=True)
    refused = client.submit(page, decision(proposal))
    assert refused.status_code == 400
    html = refused.get_data(as_text=True)
    assert "Er is geen quorum" in html
    assert REASON in html, "what was typed stays"
    assert decisions(kade) == []
    assert client.submit(page, {**PEOPLE, "seen": "1"}, to=f"{page}/aanwezig").status_code == 303
    assert client.submit(page, decision(proposal)).status_code == 303
    with kade.database.reading() as session:
        assert len(session.execute(select(MeetingPresence)).all()) == 5, "the first list stays on record"


def test_a_meeting_cannot_be_opened_twice_nor_by_nobody(client: Any, kade: Street) -> None:
    client.sign_in("stafgroeplid")
    empty = client.submit(AGENDA, {**dict.fromkeys(PEOPLE, ""), "stadsdeel": str(NOORD)})
    assert empty.status_code == 400
    assert "niemand aangevinkt" in empty.get_data(as_text=True)
    tokens = client.tokens(AGENDA)
    opened(client, kade)
    again = client.post(AGENDA, data={**tokens, **PEOPLE, "stadsdeel": str(NOORD)})
    assert again.status_code == 400
    assert "Er loopt al een vergadering" in again.get_data(as_text=True)
    assert "C. Verzonnen" in again.get_data(as_text=True)
    with kade.database.reading() as session:
        assert len(session.execute(select(StafgroepMeeting)).all()) == 1


def test_two_people_who_change_the_presence_at_once_do_not_overwrite_each_other(
    client: Any, kade: Street
) -> None:
    client.sign_in("stafgroeplid")
    page = opened(client, kade)
    assert client.submit(page, {**PEOPLE, "seen": "1"}, to=f"{page}/aanwezig").status_code == 303
    late = client.submit(
        page, {**PEOPLE, "gebiedsmanager": "Iemand anders", "seen": "1"}, to=f"{page}/aanwezig"
    )
    assert late.status_code == 400
    assert "wijzigde intussen de presentielijst" in late.get_data(as_text=True)


def test_after_closing_nothing_changes_any_more(client: Any, kade: Street) -> None:
    proposal = propose(kade)
    page = open_meeting(kade)
    client.sign_in("stafgroeplid")
    tokens = client.tokens(page)
    client.submit(page, {"remarks": ""}, to=f"{page}/sluiten")
    late = client.post(page, data={**tokens, **decision(proposal)})
    assert late.status_code == 400
    assert "Deze vergadering is gesloten" in late.get_data(as_text=True)
    for address, fields in (("sluiten", {"remarks": "nog iets"}), ("aanwezig", {**PEOPLE, "seen": "1"})):
        answer = client.post(f"{page}/{address}", data={**client.tokens("/"), **fields})
        assert answer.status_code == 400, address
    assert decisions(kade) == []
    with kade.database.reading() as session:
        assert session.execute(select(MeetingEnd)).scalar_one().remarks == ""


def test_before_deciding_it_shows_what_the_priorities_ask_of_the_teams(client: Any, city: City) -> None:
    found = week(city)
    new = street(city, name="Groep Nieuw")
    assess(new)
    proposal = propose(new)
    page = open_meeting(found.noord)
    client.sign_in("stafgroeplid")
    html = client.get(page).get_data(as_text=True)
    said = re.search(
        r"past naar schatting (\d+)% van de gewenste bezoeken</strong> \((\d+) van (\d+)\)", html
    )
    assert said, html
    now = re.search(r"Met de prioriteiten die nu gelden: \d+% \(\d+ van (\d+)\)", html)
    assert now
    assert int(said.group(3)) > int(now.group(1)), "the proposed group asks for visits too"
    answer = client.submit(
        page, {**decision(proposal, kind="", priority="geen", reason=""), "doen": "rekenen"}
    )
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    less = re.search(r"past naar schatting \d+% van de gewenste bezoeken</strong> \(\d+ van (\d+)\)", html)
    assert less
    assert less.group(1) == now.group(1)
    assert '<option value="geen" selected' in html
    assert decisions(found.noord) == []
    assert WEEK.isoformat() == "2026-11-30"


def test_groups_stand_in_the_order_of_the_themes_and_the_page_tells_what_another_order_would_do(
    client: Any, kade: Street
) -> None:
    assess(kade)
    other = street(kade.city, name="Groep Aak")
    assess(other)
    client.sign_in("stafgroeplid")
    html = client.get("/prioriteren/volgorde").get_data(as_text=True)
    assert html.index("Groep Aak") < html.index("Groep Kade")
    assert "Van de 23 andere volgordes" in html
    assert "som" not in re.sub(r"<[^>]+>", " ", html).split()


# --- the driehoek ---


def test_dissent_goes_to_the_driehoek_and_its_decision_comes_back(
    client: Any, kade: Street, clock: Clock
) -> None:
    proposal = propose(kade)
    page = open_meeting(kade)
    client.sign_in("stafgroeplid")
    split = "Politie: hoog, want het wordt harder. Gebiedsmanager: midden, want er is een plan."
    assert client.submit(page, decision(proposal, "naar driehoek", reason=split)).status_code == 303
    assert str(proposal) not in client.get(page).get_data(as_text=True)
    again = client.post(page, data={**client.tokens("/"), **decision(proposal)})
    html = again.get_data(as_text=True)
    assert "al bij de driehoek" in html, re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html))
    client.sign_in("veiligheidsmanager")
    assert "Leg het besluit van de driehoek over Groep Kade vast" in client.get("/").get_data(as_text=True)
    triangle = kade.url("/prioriteit/driehoek")
    assert split in client.get(triangle).get_data(as_text=True)
    clock.now = NOW + timedelta(days=2)
    client.sign_in("veiligheidsmanager")
    fields = {
        "decided_on": "2026-11-24", "kind": "vastgesteld", "priority": "midden", "valid_until": "2027-02-23",
        "reason": "Er loopt een plan; over drie maanden opnieuw bezien.",
    }  # fmt: skip
    for changes, said in (
        ({"decided_on": "2026-12-24"}, "in de toekomst"),
        ({"kind": "naar driehoek"}, "Kies vaststellen of terugsturen"),
        ({"reason": "ja"}, "ten minste 10"),
        ({"valid_until": "2031-01-01"}, "uiterlijk"),
    ):
        bad = client.submit(triangle, fields | changes)
        assert bad.status_code == 400
        assert said in bad.get_data(as_text=True)
    assert client.submit(triangle, fields).status_code == 303
    assert decisions(kade) == [("naar driehoek", False), ("vastgesteld", True)]
    page = client.get(kade.url("/prioriteit")).get_data(as_text=True)
    assert "Driehoek (di 24 nov 2026): vastgesteld als midden" in page
    twice = client.post(triangle, data={**client.tokens("/"), **fields})
    assert twice.status_code == 400
    assert len(decisions(kade)) == 2


def test_what_does_not_lie_with_the_driehoek_is_not_decided_there(client: Any, kade: Street) -> None:
    propose(kade)
    client.sign_in("stafgroeplid")
    triangle = kade.url("/prioriteit/driehoek")
    assert "ligt nu geen voorstel bij de driehoek" in client.get(triangle).get_data(as_text=True)
    fields = {
        "decided_on": "2026-11-23", "kind": "vastgesteld", "priority": "midden", "valid_until": "2027-02-23",
        "reason": REASON,
    }  # fmt: skip
    answer = client.post(triangle, data={**client.tokens("/"), **fields})
    assert answer.status_code == 400
    assert "nog niet bij de driehoek" in answer.get_data(as_text=True)
    assert decisions(kade) == []


def test_another_stadsdeel_neither_sees_nor_joins_a_meeting(client: Any, kade: Street) -> None:
    page = open_meeting(kade)
    zuid = street(kade.city, name="Groep Zuidplein", part=ZUID, suffix="-zuid")
    foreign = propose(zuid)
    client.sign_in("stafgroeplid-zuid")
    assert client.get(page).status_code == 404
    assert client.get(f"{page}/notulen").status_code == 404
    assert client.submit(AGENDA, {**PEOPLE, "stadsdeel": str(NOORD)}).status_code == 404
    client.sign_in("stafgroeplid")
    assert client.submit(page, decision(foreign)).status_code == 404
    client.sign_in("veiligheidsmanager")
    assert client.post(page, data={**client.tokens("/"), **decision(foreign)}).status_code == 403
    client.sign_in("jongerenwerker")
    assert client.get(AGENDA).status_code == 403
