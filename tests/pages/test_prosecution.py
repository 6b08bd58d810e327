"""Criminal groups to the OM with dated facts, and the city side by side, through the pages."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from shortlist.observing.tables import Gathering
from shortlist.prioritising.tables import PriorityProposal, ProsecutionTransfer
from tests.pages.conftest import NOORD, NOW, ZUID, City
from tests.pages.street import Street, actions, add, assess, street

SENT = {
    "sent_to": "Parket Fictief, officier jeugd",
    "reason": "Twee straatroven in een maand op deze plek.",
    "seen": "0",
}


@pytest.fixture
def kade(city: City) -> Street:
    return street(city)


def fact(place: Street, text: str, **changes: Any) -> None:
    by = place.city.actor("jeugdagent")
    at = NOW - timedelta(days=4)
    row: dict[str, Any] = {
        "stadsdeel_id": NOORD, "group_id": place.group_id, "place_id": place.place_id, "started_at": at,
        "duration_minutes": 20, "effort_minutes": 20, "seen_count": 4, "observer_id": by.id, "organisation": "politie",
        "regime": "wpg", "source": "gezien", "hearsay": False, "feit": text, "oordeel": "Dit is de harde kern.",
        "recorded_at": at + timedelta(hours=1), "recorded_by": by.id,
    }  # fmt: skip
    add(place, Gathering(**row | changes))


def transfers(place: Street) -> list[ProsecutionTransfer]:
    with place.database.reading() as session:
        rows = list(
            session.execute(select(ProsecutionTransfer).order_by(col(ProsecutionTransfer.sequence))).scalars()
        )
        session.expunge_all()
        return rows


def test_a_criminal_group_goes_to_the_om_with_dated_facts_only(client: Any, kade: Street) -> None:
    assess(kade, "crimineel")
    fact(kade, "Beroving van een telefoon bij de halte.")
    fact(kade, "Een winkelier vertelde over afpersing.", source="gehoord", hearsay=True)
    fact(kade, "Langs geweest: niemand.", seen_count=0)
    client.sign_in("veiligheidsmanager")
    assert "Draag Groep Kade over aan het OM" in client.get("/").get_data(as_text=True)
    page = kade.url("/om")
    html = client.get(f"{page}/feiten").get_data(as_text=True)
    assert actions(kade.database)[-1] == "feitenoverzicht voor het OM gemaakt"
    assert "4 vastgelegde feiten, waarvan 3 zelf gezien" in html
    assert "gehoord" in html
    for never in ("harde kern", "Zwaluw", "Ekster", "niemand.", "Fictieve jeugdagent"):
        assert never not in html
    assert client.submit(page, SENT).status_code == 303
    assert actions(kade.database)[-1] == "groep overgedragen aan het OM"
    (row,) = transfers(kade)
    assert row.facts == 4
    html = client.get(f"{page}/feiten?overdracht=1").get_data(as_text=True)
    assert row.digest in html
    assert "gelijk aan wat op ma 23 nov 2026 is verstuurd" in html
    fact(kade, "Nog een beroving.")
    assert "anders dan wat op" in client.get(f"{page}/feiten?overdracht=1").get_data(as_text=True)
    assert "Draag Groep Kade over" not in client.get("/").get_data(as_text=True)


def test_only_a_group_that_is_rated_criminal_now_is_transferred(client: Any, kade: Street) -> None:
    assess(kade, "overlastgevend")
    client.sign_in("veiligheidsmanager")
    page = kade.url("/om")
    assert "nu niet als crimineel vastgesteld" in client.get(page).get_data(as_text=True)
    tokens = client.tokens("/")
    answer = client.post(page, data={**tokens, **SENT})
    assert answer.status_code == 400
    assert transfers(kade) == []
    assess(kade, "crimineel", days_ago=1)
    assert client.submit(page, SENT).status_code == 303


def test_a_bad_transfer_says_so_keeps_the_text_and_a_second_one_at_once_is_refused(
    client: Any, kade: Street
) -> None:
    assess(kade, "crimineel")
    client.sign_in("veiligheidsmanager")
    page = kade.url("/om")
    for changes, field, said in (
        ({"sent_to": "x"}, "sent_to", "parket"),
        ({"reason": "kort"}, "reason", "ten minste 10"),
    ):
        answer = client.submit(page, SENT | changes)
        html = answer.get_data(as_text=True)
        assert answer.status_code == 400
        beside = re.search(rf'id="error-{field}">(.*?)</div>', html, re.DOTALL)
        assert beside
        assert said in beside.group(1)
        assert (SENT | changes)["reason"] in html
    assert client.submit(page, SENT).status_code == 303
    late = client.submit(page, SENT)
    assert late.status_code == 400
    assert "Een collega droeg deze groep intussen over" in late.get_data(as_text=True)
    assert len(transfers(kade)) == 1


def test_another_stadsdeel_and_another_role_have_no_part_in_it(client: Any, kade: Street) -> None:
    assess(kade, "crimineel")
    client.sign_in("veiligheidsmanager-zuid")
    assert client.get(kade.url("/om")).status_code == 404
    assert client.get(kade.url("/om/feiten")).status_code == 404
    assert client.post(kade.url("/om"), data={**client.tokens("/"), **SENT}).status_code == 404
    client.sign_in("stafgroeplid")
    assert client.get(kade.url("/om/feiten")).status_code == 403


def test_the_city_is_laid_side_by_side_in_counts_for_who_works_in_one_stadsdeel(
    client: Any, kade: Street
) -> None:
    zuid = street(kade.city, name="Groep Zuidplein", part=ZUID, suffix="-zuid")
    for place, suffix, priority in ((kade, "", "hoog"), (zuid, "-zuid", "laag")):
        assess(place)
        row = PriorityProposal(
            id=UUID(int=900 + len(suffix)), group_id=place.group_id, priority=priority, reason="Zoals besproken.",
            recorded_at=NOW, recorded_by=place.city.actor(f"veiligheidsmanager{suffix}").id,
        )  # fmt: skip
        add(place, row)
    client.sign_in("veiligheidsmanager")
    html = client.get("/prioriteren/stad").get_data(as_text=True)
    assert "Fictieve veiligheidsmanager-zuid" in html
    assert html.index("Noord") < html.index("Zuid")
    assert "Groep Zuidplein" not in html
    assert "Groep Kade" not in html
    client.sign_in("jongerenwerker")
    assert client.get("/prioriteren/stad").status_code == 403
