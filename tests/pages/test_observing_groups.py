"""Groups: the list with effort beside the counts, one group's facts, making and keeping them."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.differentiating.tables import MemberListDecision
from shortlist.errors import Forbidden, NotFound, Refused
from shortlist.guarding.audit import AuditMissing, require_audit, watch
from shortlist.guarding.roles import Actor
from shortlist.observing import work
from shortlist.observing.tables import (
    Gathering,
    GroupLink,
    GroupPlace,
    GroupState,
    GroupStatus,
    Jeugdgroep,
    LinkKind,
    Membership,
    Person,
    Place,
)
from shortlist.showing.panels import Panel
from tests.pages.conftest import NOORD, NOW, ZUID, Browser, City, Clock
from tests.pages.street import Street, actions, add, gathering, street

DAY = timedelta(days=1)


@pytest.fixture
def kade(city: City) -> Street:
    return street(city)


def seen(place: Street, **changes: object) -> None:
    """Add one observation by the jeugdagent, an hour ago unless said otherwise."""
    agent = place.city.actor("jeugdagent")
    facts: dict[str, Any] = {
        "stadsdeel_id": NOORD, "group_id": place.group_id, "place_id": place.place_id,
        "started_at": NOW - DAY, "duration_minutes": 20, "effort_minutes": 30, "seen_count": 5,
        "observer_id": agent.id, "organisation": "politie", "regime": "wpg", "source": "gezien",
        "feit": "Vijf jongeren.", "recorded_at": NOW, "recorded_by": agent.id,
    }  # fmt: skip
    add(place, Gathering(**{**facts, **changes}))


def test_the_list_says_what_was_seen_with_the_effort_beside_it(client: Browser, kade: Street) -> None:
    seen(kade, seen_count=0, effort_minutes=15)
    seen(kade, source="melding", effort_minutes=0)
    seen(kade, started_at=NOW - 40 * DAY, effort_minutes=500)
    client.sign_in("jeugdagent")
    page = client.get("/groepen").get_data(as_text=True)
    assert "Groep Kade" in page
    assert "2 keer bij 3 bezoeken; 1 u 15 min gekeken; 1 melding" in page
    assert "geen vaste plek" in page


def test_a_corrected_observation_counts_once(client: Browser, kade: Street) -> None:
    seen(kade, supersedes_id=kade.gatherings[0], correction_reason="Telfout.", effort_minutes=10)
    client.sign_in("jeugdagent")
    assert "2 keer bij 2 bezoeken; 40 min gekeken" in client.get("/groepen").get_data(as_text=True)


def test_each_sees_the_groups_of_the_own_stadsdelen(client: Browser, kade: Street, city: City) -> None:
    street(city, name="Groep Zuidas", part=ZUID, suffix="-zuid")
    for login, sees in (
        ("jeugdagent", {"Groep Kade"}),
        ("jeugdagent-zuid", {"Groep Zuidas"}),
        ("coordinator_vth", {"Groep Kade", "Groep Zuidas"}),
    ):
        client.sign_in(login)
        page = client.get("/groepen").get_data(as_text=True)
        assert {name for name in ("Groep Kade", "Groep Zuidas") if name in page} == sees
    client.sign_in("beheerder")
    assert client.get("/groepen").status_code == 403


def test_the_list_is_filtered_by_name_place_and_state(client: Browser, kade: Street) -> None:
    add(
        kade,
        GroupPlace(
            group_id=kade.group_id, place_id=kade.place_id, valid_from=date(2026, 6, 1), recorded_at=NOW,
            recorded_by=kade.city.actor("jeugdagent").id,
        ),
    )  # fmt: skip
    client.sign_in("coordinator_vth")
    for query, found in (
        ("zoek=kad", True),
        ("zoek=plein+groep", True),
        ("zoek=100%25", False),
        ("stand=actief", True),
        ("stand=gesloten", False),
        (f"stadsdeel={NOORD}", True),
        (f"stadsdeel={ZUID}", False),
        ("stadsdeel=onzin&stand=onzin&volgorde=gezien", True),
    ):
        page = client.get(f"/groepen?{query}").get_data(as_text=True)
        assert (f'href="/groepen/{kade.group_id}"' in page) is found, query


def test_the_list_turns_pages_of_fifty(client: Browser, kade: Street) -> None:
    agent = kade.city.actor("jeugdagent").id
    add(
        kade,
        *(
            Jeugdgroep(
                stadsdeel_id=NOORD, name=f"Rij {number:03}", first_signal_on=date(2026, 1, 1), recorded_at=NOW,
                recorded_by=agent,
            )
            for number in range(60)
        ),
    )  # fmt: skip
    client.sign_in("jeugdagent")
    first = client.get("/groepen").get_data(as_text=True)
    assert "1–50 van 61" in first
    second = client.get("/groepen?pagina=2").get_data(as_text=True)
    assert "51–61 van 61" in second
    assert "Rij 059" in second
    assert "Groep Kade" not in second
    assert "Geen groep" not in client.get("/groepen?pagina=99").get_data(as_text=True)


def test_the_group_page_leads_with_the_duiding_and_tells_facts_first(
    app: Flask, client: Browser, kade: Street
) -> None:
    def panels(group_id: UUID, *, actor: Actor, now: object, session: Session) -> list[Panel]:
        return [
            Panel("Duiding vooraan", "observing/test_panel.html", 10, {"text": "leidt"}),
            Panel("Wat later komt", "observing/test_panel.html", 40, {"text": "volgt"}, "/groepen", "Verder"),
        ]

    app.extensions["shortlist.panels"] = panels
    loader = app.jinja_env.loader
    assert loader is not None
    app.jinja_env.loader = ChoiceLoader(
        [DictLoader({"observing/test_panel.html": "<p>{{ text }}</p>"}), loader]
    )
    client.sign_in("jeugdagent")
    page = client.get(kade.url()).get_data(as_text=True)
    order = [
        page.index(f">{title}<")
        for title in ("Duiding vooraan", "Feiten", "Gezien per week", "Wat later komt")
    ]
    assert order == sorted(order)
    assert "Zes jongeren, luide muziek." in page
    assert "Jongerenwerker (jongerenwerk)" in page
    assert "30 min gekeken" in page
    assert "waarnemingen gelezen" in actions(kade.database)


def test_pseudonyms_show_only_to_who_may_see_members(client: Browser, kade: Street) -> None:
    add(
        kade,
        MemberListDecision(
            group_id=kade.group_id, allowed=True, reason="Overlast", recorded_at=NOW,
            recorded_by=kade.city.actor("veiligheidsmanager").id,
        ),
    )  # fmt: skip
    for login, sees in (("jongerenwerker", True), ("jeugdboa", False), ("stafgroeplid", False)):
        client.sign_in(login)
        page = client.get(kade.url()).get_data(as_text=True)
        assert ("Groep Kade Ekster" in page) is sees, login


def test_another_stadsdeels_group_is_not_found(client: Browser, kade: Street) -> None:
    client.sign_in("jeugdagent-zuid")
    for rest in ("", "/waarnemingen", "/stand", "/plekken", "/banden"):
        assert client.get(kade.url(rest)).status_code == 404, rest


def test_all_observations_of_a_group_page_on(client: Browser, kade: Street) -> None:
    agent = kade.city.actor("jeugdagent").id
    with kade.database.writing() as session:
        watch(session)
        for number in range(60):
            gathering(session, kade, agent, NOW - (20 + number) * DAY, present=[])
        session.info["unaudited"] = True
    client.sign_in("jeugdagent")
    first = client.get(kade.url("/waarnemingen")).get_data(as_text=True)
    assert first.count('class="sl-timeline__entry"') == 50
    following = first.split('rel="next" href="')[1].split('"')[0]
    second = client.get(following).get_data(as_text=True)
    assert second.count('class="sl-timeline__entry"') == 12
    assert 'rel="prev"' in second


def test_a_group_is_made_with_its_first_place(client: Browser, kade: Street) -> None:
    client.sign_in("jongerenwerker")
    fields = {"name": " Groep Sporthal ", "stadsdeel": str(NOORD), "place": str(kade.place_id)}
    response = client.submit("/groepen/nieuw", {**fields, "first_signal_on": "2026-11-20"})
    assert response.status_code == 303
    page = client.get(response.location).get_data(as_text=True)
    assert "Groep Sporthal" in page
    assert "Signaal" in page
    assert "Plein Groep Kade" in page
    assert "groep gemaakt" in actions(kade.database)


def test_a_wrong_group_is_refused_beside_its_field(client: Browser, kade: Street) -> None:
    client.sign_in("jeugdagent")
    good = {"name": "Groep Nieuw", "stadsdeel": str(NOORD), "first_signal_on": "2026-11-20"}
    for changes, field, message in (
        ({"name": ""}, "name", "ontbreekt"),
        ({"name": "groep kade"}, "name", "al een groep"),
        ({"first_signal_on": "2026-11-24"}, "first_signal_on", "in de toekomst"),
        ({"first_signal_on": "1999-01-01"}, "first_signal_on", "te ver terug"),
        ({"first_signal_on": "2026-02-30"}, "first_signal_on", "geen bestaande datum"),
        ({"place": str(UUID(int=9))}, "place", "bestaat niet"),
    ):
        response = client.submit("/groepen/nieuw", {**good, **changes})
        page = response.get_data(as_text=True)
        assert response.status_code == 400, changes
        assert message in page.split(f'id="error-{field}"')[1].split("</div>")[0]
    with kade.database.reading() as session:
        assert len(list(session.execute(select(Jeugdgroep)).scalars())) == 1


def test_a_group_of_another_stadsdeel_cannot_be_made(client: Browser, kade: Street) -> None:
    client.sign_in("jeugdagent")
    fields = {"name": "Groep Zuid", "stadsdeel": str(ZUID), "first_signal_on": "2026-11-20"}
    assert client.submit("/groepen/nieuw", fields).status_code == 404
    client.sign_in("jeugdboa")
    assert client.get("/groepen/nieuw").status_code == 403


def test_a_state_follows_only_where_it_may_and_history_stays(
    client: Browser, kade: Street, clock: Clock
) -> None:
    client.sign_in("veiligheidsmanager")
    page = kade.url("/stand")
    clock.now += timedelta(minutes=5)
    refused = client.submit(page, {"state": "signaal", "reason": "Terug"})
    assert refused.status_code == 400
    assert "kan daar niet op volgen" in refused.get_data(as_text=True)
    assert client.submit(page, {"state": "gesloten", "reason": ""}).status_code == 400
    assert client.submit(page, {"state": "gesloten", "reason": "Al twee maanden niemand."}).status_code == 303
    clock.now += timedelta(minutes=5)
    assert client.submit(page, {"state": "actief", "reason": "Weer gezien."}).status_code == 303
    told = client.get(page).get_data(as_text=True)
    assert "Al twee maanden niemand." in told
    assert "Weer gezien." in told


def test_two_people_who_change_a_state_at_once_hear_of_each_other(kade: Street) -> None:
    agent = kade.city.actor("jeugdagent")
    with kade.database.writing() as session:
        watch(session)
        with pytest.raises(Refused, match="op hetzelfde moment"):
            work.change_state(
                kade.group_id, GroupState.GESLOTEN, reason="Weg", actor=agent, now=NOW, session=session
            )
        session.rollback()


def test_a_usual_place_is_dated_and_ended_not_removed(client: Browser, kade: Street) -> None:
    client.sign_in("jeugdagent")
    page = kade.url("/plekken")
    fields = {"place": str(kade.place_id), "valid_from": "2026-10-01"}
    assert client.submit(page, fields).status_code == 303
    twice = client.submit(page, fields)
    assert "staat vanaf die dag al bij deze groep" in twice.get_data(as_text=True)
    with kade.database.reading() as session:
        dated = session.execute(select(col(GroupPlace.id))).scalar_one()
    end = kade.url(f"/plekken/{dated}/einde")
    early = client.submit(end, {"last_day": "2026-09-30"})
    assert "Kies 01-10-2026 of later" in early.get_data(as_text=True)
    assert client.submit(end, {"last_day": "2026-11-01"}).status_code == 303
    shown = client.get(kade.url()).get_data(as_text=True)
    assert "geen vaste plek" in shown
    assert "zo 1 nov 2026" in shown
    assert client.get(end).status_code == 302
    assert client.submit(page, {**fields, "valid_from": "2026-11-02"}).status_code == 303


def test_a_place_of_another_stadsdeel_is_no_usual_place(client: Browser, kade: Street) -> None:
    zuid = Place(stadsdeel_id=ZUID, name="Zuidplein", kind="plein", lon=5.15, lat=52.05)
    zuid_id = str(zuid.id)
    add(kade, zuid)
    client.sign_in("jeugdagent")
    response = client.submit(kade.url("/plekken"), {"place": zuid_id, "valid_from": "2026-10-01"})
    assert "Deze plek bestaat niet" in response.get_data(as_text=True)


def another(kade: Street, name: str) -> UUID:
    agent = kade.city.actor("jeugdagent").id
    row = Jeugdgroep(
        stadsdeel_id=NOORD,
        name=name,
        first_signal_on=date(2026, 8, 1),
        recorded_at=NOW - DAY,
        recorded_by=agent,
    )
    made = row.id
    status = GroupStatus(
        group_id=made, state="actief", reason="Gezien", recorded_at=NOW - DAY, recorded_by=agent
    )
    add(kade, row)
    add(kade, status)
    return made


def test_a_group_that_merges_is_closed_and_both_tell_of_it(
    client: Browser, kade: Street, clock: Clock
) -> None:
    other = another(kade, "Groep Veld")
    clock.now += timedelta(minutes=1)
    client.sign_in("jeugdagent")
    fields = {"kind": "uit", "other": str(other), "on_date": "2026-11-01", "reason": "Steeds samen gezien."}
    assert client.submit(kade.url("/banden"), fields).status_code == 303
    assert "kwam voort uit" in client.get(kade.url()).get_data(as_text=True)
    page = client.get(f"/groepen/{other}").get_data(as_text=True)
    assert "opgegaan in" in page
    assert "Gesloten" in page


def test_an_impossible_link_is_refused(client: Browser, kade: Street) -> None:
    other = another(kade, "Groep Veld")
    client.sign_in("jeugdagent")
    good = {"kind": "in", "other": str(other), "on_date": "2026-11-01", "reason": "Samen."}
    for changes, message in (
        ({"on_date": "2026-07-31"}, "Kies 01-08-2026 of later"),
        ({"on_date": "2026-11-24"}, "in de toekomst"),
        ({"reason": " "}, "ontbreekt"),
        ({"other": str(kade.group_id)}, "niet met zichzelf"),
    ):
        response = client.submit(kade.url("/banden"), {**good, **changes})
        assert response.status_code == 400, changes
        assert message in response.get_data(as_text=True)
    with kade.database.reading() as session:
        assert session.execute(select(GroupLink)).first() is None


def link(kade: Street, older: UUID, newer: UUID, kind: LinkKind, minute: int = 1) -> None:
    with kade.database.writing() as session:
        watch(session)
        work.link_groups(
            older,
            newer,
            kind,
            on_date=date(2026, 11, 1),
            reason="Gezien.",
            actor=kade.city.actor("jeugdagent"),
            now=NOW + timedelta(minutes=minute),
            session=session,
        )


def test_history_never_goes_in_circles(kade: Street) -> None:
    one, two, three = (another(kade, name) for name in ("Een", "Twee", "Drie"))
    link(kade, one, two, LinkKind.SAMENGEGAAN)
    link(kade, two, three, LinkKind.SAMENGEGAAN)
    with pytest.raises(Refused, match="Zo ontstaat een kring"):
        link(kade, three, one, LinkKind.SAMENGEGAAN)
    with pytest.raises(Refused, match="al met een andere groep samengegaan"):
        link(kade, one, three, LinkKind.SAMENGEGAAN)
    link(kade, one, two, LinkKind.AFGESPLITST)
    with pytest.raises(Refused, match="al van een groep afgesplitst"):
        link(kade, three, two, LinkKind.AFGESPLITST)
    with pytest.raises(Refused, match="kring"):
        link(kade, two, one, LinkKind.AFGESPLITST)
    link(kade, one, three, LinkKind.VERWANT)
    with pytest.raises(Refused, match="al als verwant"):
        link(kade, three, one, LinkKind.VERWANT)


def test_places_are_listed_and_made_where_their_point_lies(client: Browser, kade: Street) -> None:
    client.sign_in("jeugdboa")
    assert "Plein Groep Kade" in client.get("/plaatsen").get_data(as_text=True)
    fields = {"name": "Sporthal", "kind": "jop", "lon": "5,15", "lat": "52,05"}
    assert client.submit("/plaatsen/nieuw", fields).status_code == 303
    with kade.database.reading() as session:
        spot = session.execute(select(Place).where(col(Place.name) == "Sporthal")).scalar_one()
        assert spot.stadsdeel_id == ZUID
    again = client.submit("/plaatsen/nieuw", {**fields, "name": "sporthal"})
    assert "In Zuid is al een plek" in again.get_data(as_text=True)
    client.sign_in("jeugdagent")
    sea = client.submit("/plaatsen/nieuw", {**fields, "name": "Zee", "lon": "3,5", "lat": "53,4"})
    assert "geen enkel stadsdeel" in sea.get_data(as_text=True)
    client.sign_in("stafgroeplid")
    assert client.get("/plaatsen/nieuw").status_code == 403


def member(kade: Street, person: UUID, *, allowed: bool = True) -> UUID:
    with kade.database.writing() as session:
        watch(session)
        return work.add_member(
            kade.group_id,
            person,
            valid_from=date(2026, 11, 1),
            reason="Drie keer gezien.",
            member_list_allowed=lambda group_id, *, session: allowed,
            actor=kade.city.actor("jongerenwerker"),
            now=NOW,
            session=session,
        )


def newcomer(kade: Street, capacity: str) -> UUID:
    agent = kade.city.actor("jeugdagent").id
    row = Person(pseudonym=f"Nieuw {capacity}", regime="avg", recorded_at=NOW, recorded_by=agent)
    made = row.id
    add(kade, row)
    with kade.database.writing() as session:
        watch(session)
        gathering(session, kade, agent, NOW - DAY, present=[made], capacity=capacity)
        session.info["unaudited"] = True
    return made


def test_who_was_seen_only_as_victim_witness_or_bystander_never_becomes_a_member(kade: Street) -> None:
    for capacity in ("slachtoffer", "getuige", "derde", "gedwongene"):
        with pytest.raises(Refused, match="niet als betrokkene"):
            member(kade, newcomer(kade, capacity))


def test_a_membership_begins_once_and_ends_with_a_successor(kade: Street) -> None:
    person = newcomer(kade, "betrokkene")
    with pytest.raises(Refused, match="stap 2B"):
        member(kade, person, allowed=False)
    made = member(kade, person)
    with pytest.raises(Refused, match="al op de ledenlijst"):
        member(kade, person)
    worker = kade.city.actor("jongerenwerker")
    with kade.database.writing() as session:
        watch(session)
        work.end_member(
            made, last_day=date(2026, 11, 10), reason="Verhuisd.", actor=worker, now=NOW, session=session
        )
    with pytest.raises(NotFound), kade.database.writing() as session:
        work.end_member(
            made, last_day=date(2026, 11, 10), reason="Nog eens.", actor=worker, now=NOW, session=session
        )
    with kade.database.writing() as session:
        watch(session)
        for on, there in ((date(2026, 11, 10), True), (date(2026, 11, 11), False)):
            names = [
                one.pseudonym
                for one in work.members_of(kade.group_id, on=on, actor=worker, now=NOW, session=session)
            ]
            assert ("Nieuw betrokkene" in names) is there
            assert names == sorted(names)
        assert len(list(session.execute(select(Membership)).scalars())) == 4


def test_members_are_for_some_roles_and_their_reading_is_logged(kade: Street) -> None:
    with kade.database.reading() as session, pytest.raises(Forbidden):
        work.members_of(
            kade.group_id, on=NOW.date(), actor=kade.city.actor("jeugdboa"), now=NOW, session=session
        )
    with kade.database.reading() as session, pytest.raises(AuditMissing):
        work.members_of(
            kade.group_id, on=NOW.date(), actor=kade.city.actor("jeugdagent"), now=NOW, session=session
        )


def test_dated_items_and_counts_say_nothing_about_persons_and_need_no_log(kade: Street) -> None:
    agent = kade.city.actor("jeugdagent")
    with kade.database.reading() as session:
        watch(session)
        work.occasions_of(
            kade.group_id, since=NOW.date() - 10 * DAY, until=NOW.date(), actor=agent, session=session
        )
        weeks = work.weeks_of(kade.group_id, actor=agent, now=NOW, session=session)
        work.visible_groups(actor=agent, now=NOW, session=session)
        require_audit(session)
    assert len(weeks) == 12
    assert sum(week.visits for week in weeks) == 2


def test_a_report_passed_on_is_hearsay_for_frequencies(client: Browser, kade: Street) -> None:
    client.sign_in("jeugdagent")
    for number, source in enumerate(("gezien", "melding", "gehoord")):
        fields = {
            "id": str(UUID(int=100 + number)), "group": str(kade.group_id), "started_at": "2026-11-23T12:30",
            "source": source, "seen_count": "3", "duration_minutes": "5", "effort_minutes": "5", "feit": "Muziek.",
            "items.hinder": ["lawaai"],
        }  # fmt: skip
        assert client.submit("/waarnemingen/nieuw", fields).status_code == 303
    with kade.database.reading() as session:
        found = work.occasions_of(
            kade.group_id,
            since=NOW.date(),
            until=NOW.date(),
            actor=kade.city.actor("jeugdagent"),
            session=session,
        )
    assert [(one.item, one.hearsay) for one in found] == [
        ("lawaai", False), ("lawaai", True), ("lawaai", True),
    ]  # fmt: skip
