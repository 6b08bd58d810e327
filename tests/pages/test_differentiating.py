"""Members through the pages: step 2B, the board, a role on facts of two professionals, on real databases."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from shortlist.differentiating.tables import MemberListDecision, MemberRole, MemberRoleBasis
from shortlist.differentiating.work import member_list_allowed, role_counts
from shortlist.guarding.audit import record, watch
from shortlist.observing.tables import GroupStatus, Person
from tests.pages.conftest import NOW, ZUID, City, Clock
from tests.pages.street import Street, actions, add, assess, gathering, street

REASON = "Drie meldingen in een week, en twee collega's zien hetzelfde."


@pytest.fixture
def kade(city: City) -> Street:
    return street(city)


def allow(place: Street) -> None:
    add(
        place,
        MemberListDecision(
            group_id=place.group_id, allowed=True, reason=REASON, recorded_at=NOW - timedelta(days=1),
            recorded_by=place.city.actor("veiligheidsmanager").id,
        ),
    )  # fmt: skip


def zwaluw(place: Street) -> UUID:
    return place.members["Groep Kade Zwaluw"]


def role_page(place: Street) -> str:
    return place.url(f"/leden/{zwaluw(place)}/rol")


def a_role(place: Street, **changes: Any) -> dict[str, Any]:
    return {
        "role": "kern", "influence": "negatief", "certainty": "midden", "reason": REASON,
        "basis": [str(one) for one in place.gatherings], "seen": "",
    } | changes  # fmt: skip


def newcomer(place: Street, capacity: str = "betrokkene") -> UUID:
    """Have somebody seen with the group who is no member."""
    person = Person(
        pseudonym="Nieuwkomer", regime="avg", recorded_at=NOW, recorded_by=place.city.actor("jeugdagent").id
    )
    with place.database.writing() as session:
        watch(session)
        session.add(person)
        session.flush()
        gathering(
            session, place, place.city.actor("jeugdagent").id, NOW - timedelta(days=1), present=[person.id],
            capacity=capacity,
        )  # fmt: skip
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
        return person.id


def n_roles(place: Street) -> int:
    with place.database.reading() as session:
        found = session.execute(select(func.count()).select_from(MemberRole)).scalar_one()
        return int(found)


# --- step 2B ---


def test_the_veiligheidsmanager_allows_a_member_list_with_a_reason(client: Any, kade: Street) -> None:
    assess(kade)
    client.sign_in("veiligheidsmanager")
    answer = client.submit(kade.url("/ledenlijst"), {"besluit": "toestaan", "reason": REASON})
    assert answer.status_code == 303
    with kade.database.reading() as session:
        assert member_list_allowed(kade.group_id, session=session)
    assert actions(kade.database)[-1] == "ledenlijst toegestaan"
    page = client.get(kade.url("/ledenlijst")).get_data(as_text=True)
    assert "Drie meldingen in een week" in page
    assert "Ledenlijst toegestaan" in page


def test_without_an_assessment_the_problematic_behaviour_has_to_be_named(client: Any, kade: Street) -> None:
    client.sign_in("veiligheidsmanager")
    answer = client.submit(kade.url("/ledenlijst"), {"besluit": "toestaan", "reason": REASON})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "Beschrijf hier welk gedrag problematisch is" in page
    assert "Drie meldingen in een week" in page
    behaviour = "Zij vallen bezoekers van de winkels lastig."
    again = client.submit(
        kade.url("/ledenlijst"), {"besluit": "toestaan", "reason": REASON, "behaviour": behaviour}
    )
    assert again.status_code == 303
    assert behaviour in client.get(kade.url("/ledenlijst")).get_data(as_text=True)


def test_an_expired_assessment_names_no_behaviour(client: Any, kade: Street) -> None:
    assess(kade, days_ago=30, expires_in=29)
    client.sign_in("veiligheidsmanager")
    answer = client.submit(kade.url("/ledenlijst"), {"besluit": "toestaan", "reason": REASON})
    assert answer.status_code == 400


@pytest.mark.parametrize(("decided", "closed"), [("aanvaardbaar", False), ("overlastgevend", True)])
def test_an_accepted_or_closed_group_gets_no_member_list(
    client: Any, kade: Street, decided: str, closed: bool
) -> None:
    assess(kade, decided)
    if closed:
        add(
            kade,
            GroupStatus(
                group_id=kade.group_id, state="gesloten", reason="weg", recorded_at=NOW + timedelta(seconds=1),
                recorded_by=kade.city.actor("jeugdagent").id,
            ),
        )  # fmt: skip
    client.sign_in("veiligheidsmanager")
    answer = client.submit(
        kade.url("/ledenlijst"), {"besluit": "toestaan", "reason": REASON, "behaviour": "Lastigvallen."}
    )
    assert answer.status_code == 400
    with kade.database.reading() as session:
        assert not member_list_allowed(kade.group_id, session=session)


def test_others_see_the_decision_and_cannot_take_it(client: Any, kade: Street) -> None:
    client.sign_in("jeugdagent")
    assert "neemt dit besluit" in client.get(kade.url("/ledenlijst")).get_data(as_text=True)
    answer = client.submit(kade.url("/ledenlijst"), {"besluit": "toestaan", "reason": REASON})
    assert answer.status_code == 403
    with kade.database.reading() as session:
        assert not member_list_allowed(kade.group_id, session=session)


def test_a_revoked_list_closes_the_board(client: Any, kade: Street) -> None:
    allow(kade)
    client.sign_in("veiligheidsmanager")
    assert "Zwaluw" in client.get(kade.url("/leden")).get_data(as_text=True)
    assert (
        client.submit(kade.url("/ledenlijst"), {"besluit": "intrekken", "reason": REASON}).status_code == 303
    )
    page = client.get(kade.url("/leden")).get_data(as_text=True)
    assert "Zwaluw" not in page
    assert "worden geen leden bijgehouden" in page
    refused = client.get(role_page(kade))
    assert refused.status_code == 409
    assert "Zwaluw" not in refused.get_data(as_text=True)


# --- the board ---


def test_the_board_shows_facts_with_effort_alphabetically_and_the_reading_is_logged(
    client: Any, kade: Street
) -> None:
    allow(kade)
    client.sign_in("jongerenwerker")
    page = client.get(kade.url("/leden")).get_data(as_text=True)
    assert page.index("Groep Kade Ekster") < page.index("Groep Kade Zwaluw")
    assert "In 26 weken bij 2 waarnemingen, op 2 dagen" in page
    assert "door 2 waarnemers; 1 u gekeken" in page
    assert "leidt (2 keer)" in page
    assert actions(kade.database)[-2:] == ["ledenlijst gelezen", "waarnemingen gelezen"]


def test_the_stafgroep_sees_no_members(client: Any, kade: Street) -> None:
    allow(kade)
    client.sign_in("stafgroeplid")
    for page in ("/leden", "/ledenlijst", f"/leden/{zwaluw(kade)}/rol"):
        assert client.get(kade.url(page)).status_code == 403


def test_another_stadsdeel_sees_nothing(client: Any, kade: Street) -> None:
    allow(kade)
    client.sign_in("jeugdagent-zuid")
    for page in ("/leden", "/ledenlijst", f"/leden/{zwaluw(kade)}/rol"):
        assert client.get(kade.url(page)).status_code == 404


def test_every_card_can_be_moved_without_a_pointer_and_moving_only_opens_the_form(
    client: Any, kade: Street
) -> None:
    allow(kade)
    client.sign_in("jongerenwerker")
    page = client.get(kade.url("/leden")).get_data(as_text=True)
    assert f'data-move="{role_page(kade)}"' in page
    for column in ("kern", "meeloper"):
        assert f'href="{role_page(kade)}?naar={column}"' in page
    assert f'href="{role_page(kade)}?naar=onbekend"' not in page
    form = client.get(f"{role_page(kade)}?naar=kern").get_data(as_text=True)
    assert re.search(r'name="role" value="kern" checked', form)
    assert "van onbekend naar kern" in form
    assert n_roles(kade) == 0
    empty = client.post(role_page(kade), data={**client.tokens(role_page(kade)), "role": "kern"})
    assert empty.status_code == 400
    assert n_roles(kade) == 0
    nonsense = client.get(f"{role_page(kade)}?naar=baas").get_data(as_text=True)
    assert "checked" not in nonsense
    assert "U verplaatst" not in nonsense


def test_a_member_without_facts_cannot_be_moved(client: Any, kade: Street, clock: Clock) -> None:
    allow(kade)
    clock.now = NOW + timedelta(weeks=30)
    client.sign_in("jongerenwerker")
    page = client.get(kade.url("/leden")).get_data(as_text=True)
    assert "data-move" not in page
    assert "naar=kern" not in page


def test_a_member_who_calms_others_is_shown_as_seen_positively(client: Any, kade: Street) -> None:
    allow(kade)
    client.sign_in("jeugdagent")
    assert "positief gezien" not in client.get(kade.url("/leden")).get_data(as_text=True)
    answer = client.submit(role_page(kade), a_role(kade, role="meeloper", influence="positief"))
    assert answer.status_code == 303
    card = client.get(kade.url("/leden")).get_data(as_text=True).split(f'id="lid-{zwaluw(kade)}"')[1]
    assert "positief gezien" in card.split("</article>")[0]


# --- a role ---


def test_a_role_rests_on_two_observations_and_names_its_terms(client: Any, kade: Street) -> None:
    allow(kade)
    client.sign_in("jeugdagent")
    answer = client.submit(role_page(kade), a_role(kade))
    assert answer.status_code == 303
    with kade.database.reading() as session:
        row = session.execute(
            select(MemberRole), execution_options={"not_personal": "fictieve testgegevens"}
        ).scalar_one()
        basis = session.execute(
            select(func.count()).select_from(MemberRoleBasis), execution_options={"not_personal": "telling"}
        ).scalar_one()
        assert (row.role, row.review_on, row.expires_on) == ("kern", date(2027, 2, 23), date(2027, 5, 23))
        assert role_counts(kade.group_id, now=NOW, session=session) == {
            "kern": 1,
            "meeloper": 0,
            "onbekend": 1,
        }
    assert basis == 2
    assert actions(kade.database)[-1] == "rol gezet"
    page = client.get(kade.url("/leden")).get_data(as_text=True)
    kern = page[page.index('id="kolom-kern"') : page.index('id="kolom-meeloper"')]
    assert "Zwaluw" in kern
    assert "zo 23 mei 2027" in kern


BAD_ROLES: list[tuple[str, Any, str]] = [
    ("role", "", "Dit ontbreekt nog"),
    ("role", "leider", "Kies kern, meeloper of onbekend"),
    ("influence", "heel negatief", "Kies positief, negatief, geen of onbekend"),
    ("certainty", "zeker", "Kies laag, midden of hoog"),
    ("reason", "kort", "ten minste 10"),
    ("reason", "", "Dit ontbreekt nog"),
    ("basis", [], "u koos er 0"),
    ("basis", [str(uuid4())], "hoort niet bij dit lid"),
    ("basis", ["geen-kenmerk"], "geen geldig kenmerk"),
]


def test_a_bad_role_form_says_so_beside_the_field_keeps_what_was_typed_and_stores_nothing(
    client: Any, kade: Street
) -> None:
    allow(kade)
    client.sign_in("jeugdagent")
    for field, value, said in BAD_ROLES:
        answer = client.submit(role_page(kade), a_role(kade, **{field: value}))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 400
        beside = re.search(rf'id="error-{field}">(.*?)</div>', page, re.DOTALL)
        assert beside, page
        assert said in beside.group(1)
        assert field == "reason" or "Drie meldingen in een week" in page
        assert actions(kade.database)[-1] == "lid gelezen"
    assert n_roles(kade) == 0


def test_two_observations_by_one_professional_are_refused_with_the_reason(client: Any, kade: Street) -> None:
    allow(kade)
    agent = kade.city.actor("jeugdagent")
    with kade.database.writing() as session:
        watch(session)
        second = gathering(session, kade, agent.id, NOW - timedelta(days=9))
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
    client.sign_in("jeugdagent")
    answer = client.submit(role_page(kade), a_role(kade, basis=[str(kade.gatherings[0]), str(second)]))
    assert answer.status_code == 400
    assert "2 verschillende professionals" in answer.get_data(as_text=True)
    assert n_roles(kade) == 0


def test_an_observation_as_victim_is_not_offered_and_not_accepted(client: Any, kade: Street) -> None:
    allow(kade)
    with kade.database.writing() as session:
        watch(session)
        victim = gathering(
            session,
            kade,
            kade.city.actor("jongerenwerker").id,
            NOW - timedelta(days=2),
            capacity="slachtoffer",
        )
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
    client.sign_in("jeugdagent")
    page = client.get(role_page(kade)).get_data(as_text=True)
    assert str(victim) not in page
    assert "Ook aanwezig als slachtoffer" in page
    answer = client.submit(role_page(kade), a_role(kade, basis=[str(kade.gatherings[0]), str(victim)]))
    assert answer.status_code == 400
    assert n_roles(kade) == 0


def test_a_colleague_who_was_earlier_is_named_and_nothing_is_overwritten(client: Any, kade: Street) -> None:
    allow(kade)
    client.sign_in("jeugdagent")
    assert client.submit(role_page(kade), a_role(kade)).status_code == 303
    client.sign_in("jongerenwerker")
    answer = client.submit(role_page(kade), a_role(kade, role="meeloper", seen=""))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "Een collega heeft intussen een andere rol gezet" in page
    assert n_roles(kade) == 1
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    assert (
        client.submit(role_page(kade), a_role(kade, role="meeloper", seen=seen.group(1))).status_code == 303
    )
    assert n_roles(kade) == 2


def test_the_same_form_sent_twice_sets_one_role(client: Any, kade: Street) -> None:
    allow(kade)
    client.sign_in("jeugdagent")
    fields = {**client.tokens(role_page(kade)), **a_role(kade)}
    assert client.post(role_page(kade), data=fields).status_code == 303
    assert client.post(role_page(kade), data=fields).status_code == 303
    assert n_roles(kade) == 1


def test_a_role_asks_for_review_and_then_lapses_to_onbekend(client: Any, kade: Street, clock: Clock) -> None:
    allow(kade)
    client.sign_in("jeugdagent")
    assert client.submit(role_page(kade), a_role(kade)).status_code == 303
    clock.now = NOW + timedelta(days=80)
    client.sign_in("jeugdagent")
    assert "Herzie 1 rol in Groep Kade" in client.get("/").get_data(as_text=True)
    clock.now = NOW + timedelta(days=100)
    client.sign_in("jeugdagent")
    assert "te herzien" in client.get(kade.url("/leden")).get_data(as_text=True)
    clock.now = NOW + timedelta(days=190)
    client.sign_in("jeugdagent")
    page = client.get(kade.url("/leden")).get_data(as_text=True)
    unknown = page[page.index('id="kolom-onbekend"') :]
    assert "Zwaluw" in unknown
    assert "rol vervallen" in unknown
    with kade.database.reading() as session:
        assert role_counts(kade.group_id, now=clock.now, session=session)["kern"] == 0


def test_somebody_who_is_no_member_has_no_role_page(client: Any, kade: Street) -> None:
    allow(kade)
    other = street(kade.city, name="Groep Zuid", part=ZUID, suffix="-zuid")
    client.sign_in("jeugdagent")
    stranger = next(iter(other.members.values()))
    assert client.get(kade.url(f"/leden/{stranger}/rol")).status_code == 404


# --- who is on the list ---


def test_who_was_seen_as_betrokkene_is_offered_and_entered(client: Any, kade: Street) -> None:
    allow(kade)
    person = newcomer(kade)
    client.sign_in("jongerenwerker")
    page = client.get(kade.url("/leden/nieuw")).get_data(as_text=True)
    assert str(person) in page
    fields = {"person": str(person), "age": "twaalf of ouder", "valid_from": "2026-11-01", "reason": REASON}
    assert client.submit(kade.url("/leden/nieuw"), fields).status_code == 303
    assert "Nieuwkomer" in client.get(kade.url("/leden")).get_data(as_text=True)
    assert "lid toegevoegd" in actions(kade.database)
    again = client.submit(kade.url("/leden/nieuw"), fields)
    assert again.status_code == 400
    assert "al op de ledenlijst" in again.get_data(as_text=True)


@pytest.mark.parametrize("capacity", ["slachtoffer", "getuige", "derde", "gedwongene"])
def test_a_victim_witness_or_coerced_person_is_neither_offered_nor_entered(
    client: Any, kade: Street, capacity: str
) -> None:
    allow(kade)
    person = newcomer(kade, capacity=capacity)
    client.sign_in("jongerenwerker")
    assert str(person) not in client.get(kade.url("/leden/nieuw")).get_data(as_text=True)
    fields = {"person": str(person), "age": "twaalf of ouder", "valid_from": "2026-11-01", "reason": REASON}
    answer = client.submit(kade.url("/leden/nieuw"), fields)
    assert answer.status_code == 400
    assert "Slachtoffers" in answer.get_data(as_text=True)
    assert "Nieuwkomer" not in client.get(kade.url("/leden")).get_data(as_text=True)


def test_a_child_under_twelve_is_not_entered_and_the_form_points_to_care(client: Any, kade: Street) -> None:
    allow(kade)
    person = newcomer(kade)
    client.sign_in("jongerenwerker")
    fields = {"person": str(person), "age": "jonger", "valid_from": "2026-11-01", "reason": REASON}
    answer = client.submit(kade.url("/leden/nieuw"), fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "Veilig Thuis" in page
    assert REASON.split(",")[0] in page
    assert "Nieuwkomer" not in client.get(kade.url("/leden")).get_data(as_text=True)
    without = client.submit(kade.url("/leden/nieuw"), fields | {"age": ""})
    assert without.status_code == 400
    assert "lid toegevoegd" not in actions(kade.database)


def test_nobody_is_entered_before_step_2b(client: Any, kade: Street) -> None:
    person = newcomer(kade)
    client.sign_in("jongerenwerker")
    assert str(person) not in client.get(kade.url("/leden/nieuw")).get_data(as_text=True)


def test_a_member_who_left_disappears_from_the_board(client: Any, kade: Street, clock: Clock) -> None:
    allow(kade)
    client.sign_in("jeugdagent")
    page = kade.url(f"/leden/{zwaluw(kade)}/beeindigen")
    early = client.submit(page, {"last_day": "2026-08-01", "reason": REASON})
    assert early.status_code == 400
    assert 'value="2026-08-01"' in early.get_data(as_text=True)
    assert client.submit(page, {"last_day": "2026-11-22", "reason": REASON}).status_code == 303
    board = client.get(kade.url("/leden")).get_data(as_text=True)
    assert "lid-" + str(zwaluw(kade)) not in board
    assert "Ekster" in board
