"""Spoedprocedure: decided at once, visible, reviewed in time or lapsed by itself; never a way around the Stafgroep."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from shortlist import assets
from shortlist.errors import Refused
from shortlist.guarding.audit import watch
from shortlist.observing.tables import GroupStatus
from shortlist.planning.aanpak.work import decided_priorities
from shortlist.prioritising.current.work import current_priority, urgent_decisions
from shortlist.prioritising.priorities import PriorityRules
from shortlist.prioritising.tables import PriorityDecision, PriorityProposal, UrgentDecision
from shortlist.prioritising.urgent.work import decide_urgent, withdraw_urgent
from shortlist.prioritising.work import priority_rules_on
from shortlist.storing.dated_yaml import read_folder
from tests.pages.conftest import NOW, City, Clock
from tests.pages.street import Street, actions, add, assess, street

REASON = "Vanavond dreigt een treffen met een andere groep bij het station."
PICTURE = (
    "Zaterdag 21 november zagen wijkagent en jongerenwerker vijftien jongeren met stokken bij het plein."
)
FIELDS = {"reason": REASON, "picture": PICTURE}
LAST = date(2026, 12, 6)


@pytest.fixture
def kade(city: City) -> Street:
    return street(city)


@pytest.fixture(scope="module")
def rules() -> PriorityRules:
    return priority_rules_on(read_folder(assets.RULES, ("priorities",)), NOW.date())


def page(client: Any, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    found: str = answer.get_data(as_text=True)
    return found


def entry(home: str) -> str:
    """Return what Mijn werk says about the review."""
    return home.split("Beoordeel de spoedinzet")[1].split("</li>")[0]


def decide(client: Any, place: Street, fields: dict[str, str] | None = None) -> Any:
    return client.submit(place.url("/spoed"), fields or FIELDS, to=place.url("/spoed/besluit"))


def stored(place: Street) -> int:
    with place.database.reading() as session:
        return len(session.execute(select(UrgentDecision)).all())


def holds(place: Street, on: date) -> tuple[str, bool] | None:
    with place.database.reading() as session:
        found = current_priority(place.group_id, on, session=session)
        assert decided_priorities(on, session=session).get(place.group_id) == (
            found.priority if found else None
        )
        return (found.priority, found.urgent) if found else None


def staff_decides(place: Street, priority: str, at: Any) -> None:
    by = place.city.actor("veiligheidsmanager").id
    proposal = PriorityProposal(
        group_id=place.group_id, priority=priority, reason=REASON, recorded_at=at, recorded_by=by
    )
    add(place, proposal)
    add(
        place,
        PriorityDecision(
            proposal_id=proposal.id, sequence=1, group_id=place.group_id, kind="vastgesteld", priority=priority,
            reason=REASON, valid_from=at.date(), valid_until=at.date() + timedelta(days=90), recorded_at=at,
            recorded_by=by,
        ),
    )  # fmt: skip


def test_the_veiligheidsmanager_decides_and_planning_counts_the_group_as_high_for_fourteen_days(
    client: Any, kade: Street
) -> None:
    client.sign_in("veiligheidsmanager")
    assert "Kan dit niet wachten?" in page(client, kade.url())
    assert decide(client, kade).status_code == 303
    assert actions(kade.database)[-1] == "spoedinzet besloten"
    assert holds(kade, NOW.date()) == ("hoog", True)
    assert holds(kade, LAST) == ("hoog", True)
    assert holds(kade, LAST + timedelta(days=1)) is None
    assert holds(kade, NOW.date() - timedelta(days=1)) is None
    shown = page(client, kade.url("/spoed"))
    assert "loopt tot en met zo 6 dec 2026" in shown
    assert PICTURE in shown
    assert "Zonder besluit van de Stafgroep vervalt dit vanzelf" in page(client, kade.url())
    for login in ("jeugdagent", "jongerenwerker", "stafgroeplid"):
        client.sign_in(login)
        assert "spoed" in page(client, kade.url())
        assert REASON in page(client, kade.url("/spoed"))


def test_the_review_waits_on_the_home_page_and_becomes_urgent_before_it_lapses(
    client: Any, kade: Street, clock: Clock
) -> None:
    client.sign_in("veiligheidsmanager")
    decide(client, kade)
    home = page(client, "/")
    assert "Beoordeel de spoedinzet voor Groep Kade" in home
    assert "eerst doen" not in entry(home)
    assert "uiterlijk zo 6 dec 2026" in entry(home)
    clock.now = NOW + timedelta(days=9)
    client.sign_in("veiligheidsmanager")
    assert "eerst doen" in entry(page(client, "/"))
    clock.now = NOW + timedelta(days=14)
    client.sign_in("veiligheidsmanager")
    assert "Beoordeel de spoedinzet" not in page(client, "/")
    assert "vervallen zonder beoordeling" in page(client, kade.url("/spoed"))


def test_a_decision_of_the_stafgroep_takes_its_place_whatever_it_is(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    decide(client, kade)
    staff_decides(kade, "laag", NOW + timedelta(days=3))
    assert holds(kade, NOW.date() + timedelta(days=2)) == ("hoog", True)
    assert holds(kade, NOW.date() + timedelta(days=3)) == ("laag", False)


def test_withdrawing_asks_a_reason_and_ends_it_today(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    decide(client, kade)
    address = kade.url("/spoed/intrekken")
    answer = client.submit(kade.url("/spoed"), {"reason": "nee"}, to=address)
    assert answer.status_code == 400
    assert "ten minste 10" in answer.get_data(as_text=True)
    assert holds(kade, NOW.date()) == ("hoog", True)
    why = "De groepen zijn met elkaar in gesprek."
    assert client.submit(kade.url("/spoed"), {"reason": why}, to=address).status_code == 303
    assert actions(kade.database)[-1] == "spoedinzet ingetrokken"
    assert holds(kade, NOW.date()) is None
    shown = page(client, kade.url("/spoed"))
    assert "ingetrokken op ma 23 nov 2026 door Fictieve veiligheidsmanager" in shown
    assert why in shown


def test_a_bad_decision_says_so_keeps_the_text_and_stores_nothing(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    for fields, said in (
        ({"reason": "", "picture": PICTURE}, "Dit ontbreekt nog"),
        ({"reason": REASON, "picture": "kort"}, "ten minste 10"),
    ):
        answer = decide(client, kade, fields)
        body = answer.get_data(as_text=True)
        assert answer.status_code == 400
        assert said in body
        assert all(value in body for value in fields.values())
    assert stored(kade) == 0


def refused_for(client: Any, place: Street, words: str, count: int) -> None:
    answer = decide(client, place)
    assert answer.status_code in (303, 400)
    assert words in answer.get_data(as_text=True)
    assert stored(place) == count


def test_it_is_refused_for_a_closed_group_and_for_one_that_gets_no_deployment(
    client: Any, kade: Street
) -> None:
    client.sign_in("veiligheidsmanager")
    tokens = client.tokens(kade.url("/spoed"))
    assess(kade, "aanvaardbaar")
    refused_for(client, kade, "zo&#39;n groep krijgt geen inzet", 0)
    add(
        kade,
        GroupStatus(
            group_id=kade.group_id, state="gesloten", reason="weg", recorded_at=NOW + timedelta(seconds=1),
            recorded_by=kade.city.actor("jeugdagent").id,
        ),
    )  # fmt: skip
    answer = client.post(kade.url("/spoed/besluit"), data={**tokens, **FIELDS})
    assert "is gesloten" in answer.get_data(as_text=True)
    assert stored(kade) == 0


def test_it_is_refused_where_the_priority_is_high_already_or_a_spoed_runs(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    tokens = client.tokens(kade.url("/spoed"))
    staff_decides(kade, "hoog", NOW - timedelta(days=3))
    refused_for(client, kade, "al prioriteit hoog", 0)
    staff_decides(kade, "laag", NOW - timedelta(days=2))
    assert decide(client, kade).status_code == 303
    again = client.post(kade.url("/spoed/besluit"), data={**tokens, **FIELDS})
    assert "loopt al een spoedprocedure" in again.get_data(as_text=True)
    assert stored(kade) == 1


def test_a_second_spoed_waits_for_a_review_unless_the_municipality_chose_otherwise(
    kade: Street, rules: PriorityRules
) -> None:
    manager = kade.city.actor("veiligheidsmanager")

    def urge(days: int, by: PriorityRules = rules) -> None:
        with kade.database.writing() as session:
            watch(session)
            decide_urgent(
                kade.group_id,
                **FIELDS,
                rules=by,
                actor=manager,
                now=NOW + timedelta(days=days),
                session=session,
            )

    urge(0)
    with pytest.raises(Refused, match="niet beoordeeld"):
        urge(20)
    urge(20, replace(rules, urgent=replace(rules.urgent, again_needs_review=False)))
    with pytest.raises(Refused, match="niet beoordeeld"):
        urge(40)
    assess(kade, days_ago=-39)
    urge(40)
    with kade.database.reading() as session:
        found = urgent_decisions(session=session, group_ids=[kade.group_id])
    assert [one.state(NOW.date() + timedelta(days=40)) for one in found] == [
        "vervallen",
        "vervallen",
        "loopt",
    ]


@pytest.mark.parametrize("what", ["decide", "withdraw"])
def test_two_managers_at_once_leave_one_decision(kade: Street, rules: PriorityRules, what: str) -> None:
    manager = kade.city.actor("veiligheidsmanager")
    gate = Barrier(2)

    def urge(session: Any) -> None:
        decide_urgent(kade.group_id, **FIELDS, rules=rules, actor=manager, now=NOW, session=session)

    def stop(session: Any) -> None:
        withdraw_urgent(
            kade.group_id,
            reason="Niet meer nodig, zegt de wijkagent.",
            actor=manager,
            now=NOW,
            session=session,
        )

    def attempt(act: Callable[[Any], None]) -> str:
        gate.wait()
        try:
            with kade.database.writing() as session:
                watch(session)
                act(session)
        except Refused as refusal:
            return refusal.message
        return "gelukt"

    if what == "withdraw":
        with kade.database.writing() as session:
            watch(session)
            urge(session)
    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(attempt, [urge if what == "decide" else stop] * 2))
    assert "gelukt" in told
    assert told != ["gelukt", "gelukt"]
    assert stored(kade) == 1


def test_only_the_veiligheidsmanager_of_the_stadsdeel_decides(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    tokens = client.tokens(kade.url("/spoed"))
    client.sign_in("jeugdagent")
    assert "Zet nu in" not in page(client, kade.url("/spoed"))
    assert client.post(kade.url("/spoed/besluit"), data={**tokens, **FIELDS}).status_code in (400, 403)
    client.sign_in("veiligheidsmanager-zuid")
    page(client, kade.url("/spoed"), 404)
    assert stored(kade) == 0


def test_a_repeated_post_decides_once(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    sent = {**client.tokens(kade.url("/spoed")), **FIELDS}
    for _ in range(2):
        assert client.post(kade.url("/spoed/besluit"), data=sent).status_code == 303
    with kade.database.reading() as session:
        assert session.execute(select(col(UrgentDecision.sequence))).scalars().all() == [1]
