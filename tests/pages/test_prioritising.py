"""From assessment to priority through the pages: proposal, meeting, driehoek, two people at once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from shortlist import assets
from shortlist.errors import Refused
from shortlist.guarding.audit import watch
from shortlist.observing.tables import GroupStatus
from shortlist.prioritising.tables import PriorityDecision, PriorityProposal
from shortlist.prioritising.work import (
    current_priorities,
    current_priority,
    decide_priority,
    priority_rules_on,
)
from shortlist.storing.dated_yaml import read_folder
from tests.pages.conftest import NOW, ZUID, City, Clock
from tests.pages.meetings import open_meeting
from tests.pages.street import Street, actions, add, assess, street

REASON = "De overlast bij de winkels neemt toe en bewoners durven niet te melden."
AGENDA = "/prioriteren/stafgroep"


@pytest.fixture
def kade(city: City) -> Street:
    return street(city)


@pytest.fixture
def meeting(kade: Street) -> str:
    """Open a meeting with a quorum and return its page."""
    return open_meeting(kade)


def propose(place: Street, priority: str = "hoog") -> UUID:
    row = PriorityProposal(
        group_id=place.group_id, priority=priority, reason=REASON, recorded_at=NOW - timedelta(hours=2),
        recorded_by=place.city.actor("veiligheidsmanager").id,
    )  # fmt: skip
    add(place, row)
    return row.id


def decision(proposal: UUID, kind: str = "vastgesteld", **changes: str) -> dict[str, str]:
    fields = {"kind": kind, "priority": "hoog", "valid_until": "2027-02-23", "reason": REASON} | changes
    return {f"{proposal}.{name}": value for name, value in fields.items()}


def decisions(place: Street) -> list[tuple[str, str, int]]:
    with place.database.reading() as session:
        rows = session.execute(select(PriorityDecision).order_by(col(PriorityDecision.sequence))).scalars()
        return [(row.kind, row.priority, row.sequence) for row in rows]


def test_a_group_goes_from_assessment_to_proposal_to_a_priority_that_planning_sees(
    client: Any, kade: Street, meeting: str, clock: Clock
) -> None:
    assess(kade)
    client.sign_in("veiligheidsmanager")
    assert "Stel een prioriteit voor bij Groep Kade" in client.get("/").get_data(as_text=True)
    page = client.get(kade.url("/prioriteit/voorstel")).get_data(as_text=True)
    assert "Ernst" in page
    assert "Laatste 4 weken" in page
    sent = client.submit(kade.url("/prioriteit/voorstel"), {"priority": "hoog", "reason": REASON, "seen": ""})
    assert sent.status_code == 303
    assert actions(kade.database)[-1] == "prioriteit voorgesteld"
    client.sign_in("stafgroeplid")
    assert "Besluit over 1 voorstel" in client.get("/").get_data(as_text=True)
    page = client.get(meeting).get_data(as_text=True)
    found = re.search(r'name="([0-9a-f-]{36})\.kind"', page)
    assert found
    assert 'value="2027-02-23"' in page
    answer = client.submit(meeting, decision(UUID(found.group(1)), priority="midden"))
    assert answer.status_code == 303
    assert actions(kade.database)[-1] == "prioriteit vastgesteld"
    with kade.database.reading() as session:
        holds = current_priority(kade.group_id, date(2026, 12, 1), session=session)
        assert holds is not None
        assert (holds.priority, holds.valid_until) == ("midden", date(2027, 2, 23))
        assert current_priority(kade.group_id, date(2027, 2, 24), session=session) is None
    assert "midden" in client.get(kade.url()).get_data(as_text=True)
    assert "liggen geen voorstellen" in client.get(meeting).get_data(as_text=True)
    clock.now = NOW + timedelta(days=85)
    client.sign_in("veiligheidsmanager")
    assert "Vernieuw 1 prioriteit die afloopt" in client.get("/").get_data(as_text=True)


def test_a_proposal_without_an_assessment_is_possible_and_says_so(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    page = client.get(kade.url("/prioriteit/voorstel")).get_data(as_text=True)
    assert "nog niet geduid" in page
    sent = client.submit(
        kade.url("/prioriteit/voorstel"), {"priority": "midden", "reason": REASON, "seen": ""}
    )
    assert sent.status_code == 303


def test_a_bad_proposal_says_so_keeps_the_text_and_stores_nothing(client: Any, kade: Street) -> None:
    assess(kade, "aanvaardbaar")
    client.sign_in("veiligheidsmanager")
    page = kade.url("/prioriteit/voorstel")
    for fields, said in (
        ({"priority": "", "reason": REASON}, "Dit ontbreekt nog"),
        ({"priority": "dringend", "reason": REASON}, "Kies hoog, midden, laag of geen"),
        ({"priority": "hoog", "reason": "kort"}, "ten minste 10"),
        ({"priority": "hoog", "reason": REASON}, "krijgt geen prioriteit"),
    ):
        answer = client.submit(page, {**fields, "seen": ""})
        body = answer.get_data(as_text=True)
        assert answer.status_code == 400
        assert said in body
        assert fields["reason"] in body
    with kade.database.reading() as session:
        assert session.execute(select(PriorityProposal)).first() is None


def test_a_closed_group_gets_no_proposal(client: Any, kade: Street) -> None:
    add(
        kade,
        GroupStatus(
            group_id=kade.group_id, state="gesloten", reason="weg", recorded_at=NOW + timedelta(seconds=1),
            recorded_by=kade.city.actor("jeugdagent").id,
        ),
    )  # fmt: skip
    client.sign_in("veiligheidsmanager")
    answer = client.submit(
        kade.url("/prioriteit/voorstel"), {"priority": "hoog", "reason": REASON, "seen": ""}
    )
    assert answer.status_code == 400
    assert "is gesloten" in answer.get_data(as_text=True)


def test_a_second_veiligheidsmanager_sees_the_colleagues_proposal_before_replacing_it(
    client: Any, kade: Street, meeting: str
) -> None:
    first = propose(kade)
    client.sign_in("veiligheidsmanager")
    page = kade.url("/prioriteit/voorstel")
    late = client.submit(page, {"priority": "laag", "reason": REASON, "seen": ""})
    assert late.status_code == 400
    assert "Een collega deed intussen een ander voorstel" in late.get_data(as_text=True)
    assert f'name="seen" value="{first}"' in late.get_data(as_text=True)
    again = client.submit(page, {"priority": "laag", "reason": REASON, "seen": str(first)})
    assert again.status_code == 303
    client.sign_in("stafgroeplid")
    assert str(first) not in client.get(meeting).get_data(as_text=True)
    stale = client.submit(meeting, decision(first))
    assert stale.status_code == 400
    assert "ligt intussen een nieuw voorstel" in stale.get_data(as_text=True)
    assert decisions(kade) == []


def test_two_people_who_decide_at_once_get_a_clear_message_and_one_decision(
    client: Any, kade: Street, meeting: str
) -> None:
    proposal = propose(kade)
    client.sign_in("stafgroeplid")
    fields = {**client.tokens(meeting), **decision(proposal)}
    late = {**client.tokens(meeting), **decision(proposal, "teruggestuurd")}
    assert client.post(meeting, data=fields).status_code == 303
    assert client.post(meeting, data=fields).status_code == 303
    answer = client.post(meeting, data=late)
    assert answer.status_code == 400
    assert "is al besloten (vastgesteld door Fictieve stafgroeplid)" in answer.get_data(as_text=True)
    assert decisions(kade) == [("vastgesteld", "hoog", 1)]


def test_two_decisions_in_the_same_instant_leave_one_decision_and_one_clear_refusal(kade: Street) -> None:
    proposal = propose(kade)
    rules = priority_rules_on(read_folder(assets.RULES, ("priorities",)), NOW.date())
    meeting_id = UUID(open_meeting(kade).rsplit("/", 1)[1])
    together = Barrier(2)

    def decide(kind: str) -> str:
        together.wait()
        try:
            with kade.database.writing() as session:
                watch(session)
                decide_priority(
                    proposal, kind=kind, reason=REASON, meeting_id=meeting_id, rules=rules,
                    actor=kade.city.actor("stafgroeplid"), now=NOW, session=session,
                )  # fmt: skip
        except Refused as refusal:
            return refusal.message
        return "vastgelegd"

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(decide, ["vastgesteld", "teruggestuurd"]))
    assert told[1] == "vastgelegd"
    assert "is al besloten" in told[0]
    assert len(decisions(kade)) == 1


def test_a_returned_proposal_waits_for_the_veiligheidsmanager_with_the_reason(
    client: Any, kade: Street, meeting: str
) -> None:
    proposal = propose(kade)
    client.sign_in("stafgroeplid")
    fields = decision(proposal, "teruggestuurd", reason="Er ontbreken feiten over de avonden.")
    assert client.submit(meeting, fields).status_code == 303
    with kade.database.reading() as session:
        assert current_priorities(NOW.date(), session=session) == {}
    client.sign_in("veiligheidsmanager")
    assert "Herzie het voorstel voor Groep Kade" in client.get("/").get_data(as_text=True)
    page = client.get(kade.url("/prioriteit/voorstel")).get_data(as_text=True)
    assert "Er ontbreken feiten over de avonden." in page


def test_a_bad_decision_says_so_beside_its_field_keeps_the_text_and_stores_nothing(
    client: Any, kade: Street, meeting: str
) -> None:
    proposal = propose(kade)
    client.sign_in("stafgroeplid")
    for changes, field, said in (
        ({"kind": ""}, "kind", "U schreef een reden. Kies ook een besluit"),
        ({"kind": "misschien"}, "kind", "Kies vaststellen, terugsturen"),
        ({"reason": "ja"}, "reason", "ten minste 10 tekens"),
        ({"priority": ""}, "priority", "Kies de prioriteit"),
        ({"valid_until": ""}, "valid_until", "tot en met welke dag"),
        ({"valid_until": "2026-13-01"}, "valid_until", "geen bestaande datum"),
        ({"valid_until": "2026-11-23"}, "valid_until", "Kies een dag na vandaag"),
        ({"valid_until": "2030-01-01"}, "valid_until", "uiterlijk 23-11-2027"),
    ):
        answer = client.submit(meeting, decision(proposal, **changes))
        body = answer.get_data(as_text=True)
        assert answer.status_code == 400
        beside = re.search(rf'id="error-{proposal}\.{field}">(.*?)</div>', body, re.DOTALL)
        assert beside, body
        assert said in beside.group(1)
        assert changes.get("reason", REASON) in body
    nothing = client.submit(meeting, decision(proposal, kind="", reason=""))
    assert nothing.status_code == 400
    assert "Kies bij ten minste één groep een besluit" in nothing.get_data(as_text=True)
    assert decisions(kade) == []


def test_a_criminal_group_is_named_as_the_prosecutions(client: Any, kade: Street, meeting: str) -> None:
    assess(kade, "crimineel")
    propose(kade)
    client.sign_in("stafgroeplid")
    page = client.get(meeting).get_data(as_text=True)
    assert "Deze groep is van het OM" in page
    assert "jeugdboa’s gaan er niet heen" in page


def test_another_stadsdeel_neither_sees_nor_decides(client: Any, kade: Street, meeting: str) -> None:
    proposal = propose(kade)
    zuid = street(kade.city, name="Groep Zuidplein", part=ZUID, suffix="-zuid")
    client.sign_in("stafgroeplid-zuid")
    page = client.get("/prioriteren").get_data(as_text=True)
    assert "Groep Zuidplein" in page
    assert "Groep Kade" not in page
    tokens = client.tokens("/")
    assert client.post(meeting, data={**tokens, **decision(proposal)}).status_code == 404
    assert decisions(kade) == []
    client.sign_in("veiligheidsmanager-zuid")
    assert client.get(kade.url("/prioriteit/voorstel")).status_code == 404
    assert client.get(zuid.url("/prioriteit/voorstel")).status_code == 200


def test_who_does_not_prioritise_reads_the_decision_with_its_reason(client: Any, kade: Street) -> None:
    propose(kade)
    client.sign_in("jongerenwerker")
    page = client.get(kade.url("/prioriteit")).get_data(as_text=True)
    assert REASON in page
    assert "Doe een voorstel" not in page
    assert client.get("/prioriteren").status_code == 403
    assert client.get(kade.url("/prioriteit/voorstel")).status_code == 403
