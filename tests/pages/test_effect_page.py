"""Before, during and after on the pages: what is shown, choosing what follows, closing with an evaluation."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from shortlist.deploying.tables import (
    DeploymentReport,
    DeploymentRequest,
    DeploymentReview,
    GroupEvaluation,
    RequestStatus,
)
from shortlist.observing.tables import Gathering
from tests.core.test_effect import CAUSAL
from tests.pages.conftest import NOORD, NOW, City, Clock
from tests.pages.shifts import plan
from tests.pages.street import Street, actions, add, street

REASON = "Vier weken rustig en bewoners merken verschil."


@pytest.fixture
def kade(city: City) -> Street:
    """Return a street with a request that was approved and five weeks of visits; before it was busier than now."""
    place = street(city)
    boa, manager = city.actor("jeugdboa"), city.actor("veiligheidsmanager")
    request = DeploymentRequest(
        group_id=place.group_id, nuisance="Lawaai.", features="Zes jongeren.", measures_taken="Gesprek.",
        effect="Kort.", expected="Rust.", recorded_at=NOW - timedelta(days=40), recorded_by=manager.id,
    )  # fmt: skip
    add(place, request)
    add(
        place,
        *(
            RequestStatus(
                request_id=request.id, sequence=number, state=state, reason="x", recorded_at=request.recorded_at,
                recorded_by=manager.id,
            )
            for number, state in ((1, "ingediend"), (2, "goedgekeurd"))
        ),
    )  # fmt: skip
    for week in range(5):
        visit = plan(place, hours_ago=168 * week + 4, version=week + 1)
        add(
            place,
            DeploymentReport(
                planned_visit_id=visit, sequence=1, outcome="groep bereikt" if week > 3 else "niemand aangetroffen",
                minutes=20, seen_count=0, recorded_at=NOW - timedelta(days=7 * week), recorded_by=boa.id,
            ),
        )  # fmt: skip
    for ago in range(1, 80, 3):
        look(place, ago, seen=6 if ago > 29 else 0)
    return place


def look(place: Street, ago: int, *, seen: int) -> None:
    by = place.city.actor("jeugdagent")
    at = NOW - timedelta(days=ago)
    add(
        place,
        Gathering(
            stadsdeel_id=NOORD, group_id=place.group_id, place_id=place.place_id, started_at=at, duration_minutes=15,
            effort_minutes=30, seen_count=seen, observer_id=by.id, organisation="politie", regime="wpg",
            source="gezien", hearsay=False, feit="Gekeken.", recorded_at=at, recorded_by=by.id,
        ),
    )  # fmt: skip


def rows(place: Street, table: type[Any]) -> list[Any]:
    with place.database.reading() as session:
        found = list(session.execute(select(table).order_by(col(table.sequence))).scalars())
        session.expunge_all()
        return found


def test_the_page_shows_what_changed_in_words_picture_and_table_and_claims_no_cause(
    client: Any, kade: Street
) -> None:
    client.sign_in("jongerenwerker")
    assert kade.url("/verandering") in client.get(kade.url()).get_data(as_text=True)
    html = client.get(kade.url("/verandering")).get_data(as_text=True)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert "Tijdens de inzet vergeleken met ervoor: gezien per uur kijken" in text
    assert "dus minder" in text
    assert "95%-marge" in text
    assert "zegt" not in text or "niet waardoor" in text
    assert not CAUSAL.search(text), CAUSAL.search(text)
    assert "Deze groep, tijdens" in text
    assert "Wat kiest u?" not in text


def test_scaling_down_is_suggested_chosen_with_a_reason_and_stopping_withdraws_the_request(
    client: Any, kade: Street
) -> None:
    client.sign_in("veiligheidsmanager")
    assert "Overweeg af te schalen bij Groep Kade" in client.get("/").get_data(as_text=True)
    page = kade.url("/verandering")
    assert "Om te overwegen" in client.get(page).get_data(as_text=True)
    fields = {**client.tokens(page), "choice": "stoppen", "reason": REASON, "seen": "0"}
    assert client.post(page, data=fields).status_code == 303
    assert client.post(page, data=fields).status_code == 303
    (review,) = rows(kade, DeploymentReview)
    assert review.choice == "stoppen"
    assert [part["name"] for part in review.figures["periods"]] == ["vóór", "tijdens"]
    assert rows(kade, RequestStatus)[-1].state == "ingetrokken"
    assert {"inzet herzien: stoppen", "aanvraag ingetrokken"} <= set(actions(kade.database))
    assert "Overweeg af te schalen" not in client.get("/").get_data(as_text=True)
    assert REASON in client.get(page).get_data(as_text=True)


def test_a_bad_choice_says_so_keeps_the_text_and_a_colleague_who_chose_first_is_named(
    client: Any, kade: Street
) -> None:
    client.sign_in("veiligheidsmanager")
    page = kade.url("/verandering")
    for changes, field, said in (
        ({"choice": ""}, "choice", "ontbreekt nog"),
        ({"choice": "opgeven"}, "choice", "Kies een van de mogelijkheden"),
        ({"reason": "kort"}, "reason", "ten minste 10"),
    ):
        answer = client.submit(page, {"choice": "doorgaan", "reason": REASON, "seen": "0"} | changes)
        html = answer.get_data(as_text=True)
        assert answer.status_code == 400
        beside = re.search(rf'id="error-{field}">(.*?)</div>', html, re.DOTALL)
        assert beside
        assert said in beside.group(1)
        assert changes.get("reason", REASON) in html
    assert client.submit(page, {"choice": "doorgaan", "reason": REASON, "seen": "0"}).status_code == 303
    late = client.submit(page, {"choice": "halveren", "reason": REASON, "seen": "0"})
    assert late.status_code == 400
    assert "Fictieve veiligheidsmanager koos intussen: doorgaan" in late.get_data(as_text=True)
    assert len(rows(kade, DeploymentReview)) == 1


def test_a_group_without_deployments_says_so_and_has_nothing_to_scale_down(client: Any, kade: Street) -> None:
    other = street(kade.city, name="Groep Aak")
    client.sign_in("veiligheidsmanager")
    page = other.url("/verandering")
    assert "nog geen bezoek van jeugdboa" in client.get(page).get_data(as_text=True)
    answer = client.post(
        page, data={**client.tokens("/"), "choice": "halveren", "reason": REASON, "seen": "0"}
    )
    assert answer.status_code == 400
    assert "niets om af te schalen" in answer.get_data(as_text=True)


EVALUATION = {
    "goal": "deels", "course": "Zes weken inzet en een gesprek met ouders.", "lessons": "Eerder beginnen.",
    "aftercare": "Jongerenwerk kijkt tot maart elke week.", "seen": "0",
}  # fmt: skip


def test_a_group_is_closed_with_an_evaluation_and_can_be_opened_again(
    client: Any, kade: Street, clock: Clock
) -> None:
    clock.now = NOW + timedelta(minutes=5)
    client.sign_in("veiligheidsmanager")
    page = kade.url("/evaluatie")
    for changes, field in (
        ({"goal": "misschien"}, "goal"),
        ({"course": "kort"}, "course"),
        ({"aftercare": ""}, "aftercare"),
    ):
        answer = client.submit(page, EVALUATION | changes)
        assert answer.status_code == 400
        assert f'id="error-{field}"' in answer.get_data(as_text=True)
        assert "Eerder beginnen." in answer.get_data(as_text=True)
    tokens = client.tokens(page)
    assert client.submit(page, EVALUATION).status_code == 303
    (row,) = rows(kade, GroupEvaluation)
    assert (row.goal, row.figures["periods"][0]["name"]) == ("deels", "vóór")
    assert rows(kade, RequestStatus)[-1].state == "ingetrokken"
    html = client.get(kade.url("/verandering")).get_data(as_text=True)
    assert "Jongerenwerk kijkt tot maart elke week." in html
    assert "Gesloten" in client.get(kade.url()).get_data(as_text=True)
    late = client.post(page, data={**tokens, **EVALUATION, "course": "Een andere tekst van een collega."})
    assert late.status_code == 400
    assert "al gesloten" in late.get_data(as_text=True)
    assert "Een andere tekst van een collega." in late.get_data(as_text=True)
    clock.now = NOW + timedelta(minutes=10)
    again = client.submit(kade.url("/stand"), {"state": "actief", "reason": "Het is terug op het plein."})
    assert again.status_code == 303


def test_another_stadsdeel_and_other_roles_do_not_choose(client: Any, kade: Street) -> None:
    fields = {"choice": "stoppen", "reason": REASON, "seen": "0"}
    client.sign_in("veiligheidsmanager-zuid")
    assert client.get(kade.url("/verandering")).status_code == 404
    assert client.get(kade.url("/evaluatie")).status_code == 404
    for login in ("coordinator_vth", "stafgroeplid", "jongerenwerker"):
        client.sign_in(login)
        assert client.get(kade.url("/verandering")).status_code == 200
        assert client.post(kade.url("/verandering"), data={**client.tokens("/"), **fields}).status_code == 403
        assert client.get(kade.url("/evaluatie")).status_code == 403
    client.sign_in("jeugdboa")
    assert client.get(kade.url("/verandering")).status_code == 403
    assert rows(kade, DeploymentReview) == []
