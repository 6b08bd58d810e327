"""Noting an observation: the short form, every bad value, persons, corrections, twice the same."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from shortlist.differentiating.tables import MemberListDecision
from shortlist.errors import Refused
from shortlist.guarding.audit import watch
from shortlist.observing.tables import (
    Capacity,
    Gathering,
    GatheringItem,
    Person,
    Place,
    Presence,
    Source,
)
from shortlist.observing.work import Noted, PersonNoted, note_gathering
from shortlist.storing.database import Database
from tests.pages.conftest import NOORD, NOW, Browser, City, Clock
from tests.pages.street import Street, actions, add, street

NEW = "/waarnemingen/nieuw"


@pytest.fixture
def kade(city: City) -> Street:
    return street(city)


@pytest.fixture
def agent(client: Browser) -> Browser:
    client.sign_in("jeugdagent")
    return client


def told(kade: Street, **changes: Any) -> dict[str, Any]:
    """Return a complete observation as typed, with ``changes``; None leaves a field out."""
    fields: dict[str, Any] = {
        "id": str(uuid4()),
        "group": str(kade.group_id),
        "place": str(kade.place_id),
        "started_at": "2026-11-23T12:30",
        "source": "gezien",
        "seen_count": "7",
        "duration_minutes": "20",
        "effort_minutes": "30",
        "feit": "Zeven jongeren bij de fontein, harde muziek.",
        "items.hinder": ["lawaai", "rondhangen"],
    }
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


def allow_members(kade: Street) -> None:
    """Decide step 2B for the group."""
    manager = kade.city.actor("veiligheidsmanager").id
    add(
        kade,
        MemberListDecision(
            group_id=kade.group_id, allowed=True, reason="Overlast", recorded_at=NOW, recorded_by=manager
        ),
    )


def stored(database: Database, what: type = Gathering) -> int:
    with database.reading() as session:
        count: int = session.execute(select(func.count()).select_from(what)).scalar_one()
        return count


def one(database: Database, gathering_id: str) -> Gathering:
    with database.reading() as session:
        row = session.get_one(Gathering, UUID(gathering_id))
        session.expunge(row)
        return row


def test_an_observation_is_stored_with_fact_and_judgement_apart(agent: Browser, kade: Street) -> None:
    sent = told(kade, oordeel="Verveling.")
    response = agent.submit(NEW, sent)
    assert response.status_code == 303
    assert response.location == f"/groepen/{kade.group_id}"
    row = one(kade.database, sent["id"])
    assert (row.feit, row.oordeel, row.seen_count) == (sent["feit"], "Verveling.", 7)
    assert (row.organisation, row.regime, row.stadsdeel_id) == ("politie", "wpg", NOORD)
    assert row.started_at.isoformat() == "2026-11-23T11:30:00+00:00"
    with kade.database.reading() as session:
        items = session.execute(
            select(col(GatheringItem.item)).where(col(GatheringItem.gathering_id) == row.id)
        ).scalars()
        assert set(items) == {"lawaai", "rondhangen"}
    assert "waarneming vastgelegd" in actions(kade.database)
    page = agent.get(response.location).get_data(as_text=True)
    assert "De waarneming is opgeslagen." in page
    assert "Verveling." in page


def test_nobody_there_is_an_observation_too(agent: Browser, kade: Street) -> None:
    sent = told(kade, seen_count="0", feit="Plein leeg.", **{"items.hinder": []})
    assert agent.submit(NEW, sent).status_code == 303
    assert one(kade.database, sent["id"]).seen_count == 0


def test_an_unknown_group_at_a_place_belongs_to_the_places_stadsdeel(agent: Browser, kade: Street) -> None:
    sent = told(kade, group=None)
    response = agent.submit(NEW, sent)
    assert response.location == f"/waarnemingen/{sent['id']}"
    assert one(kade.database, sent["id"]).stadsdeel_id == NOORD
    assert "nieuwe of onbekende groep" in agent.get(response.location).get_data(as_text=True)


def test_a_spot_that_is_not_on_the_list_becomes_a_place(agent: Browser, kade: Street) -> None:
    sent = told(kade, place=None, place_name="Achter de sporthal", lon="5,02", lat="52,03")
    assert agent.submit(NEW, sent).status_code == 303
    row = one(kade.database, sent["id"])
    with kade.database.reading() as session:
        spot = session.get_one(Place, row.place_id)
        assert (spot.name, spot.lon, spot.stadsdeel_id) == ("Achter de sporthal", 5.02, NOORD)


BAD: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "moment in the future": ({"started_at": "2026-11-23T13:01"}, "started_at", "ligt in de toekomst"),
    "before 2000": ({"started_at": "1999-12-31T20:00"}, "started_at", "te ver terug"),
    "an hour that does not exist": ({"started_at": "2026-03-29T02:30"}, "started_at", "bestaat niet"),
    "no moment": ({"started_at": ""}, "started_at", "ontbreekt"),
    "three hundred members": ({"seen_count": "300"}, "seen_count", "hoogstens 200"),
    "negative number": ({"seen_count": "-1"}, "seen_count", "minstens 0"),
    "no number": ({"seen_count": "veel"}, "seen_count", "geen heel getal"),
    "number missing": ({"seen_count": ""}, "seen_count", "hoeveel jongeren u zag"),
    "negative minutes": ({"effort_minutes": "-5"}, "effort_minutes", "minstens 0"),
    "longer than a day": ({"duration_minutes": "1441"}, "duration_minutes", "hoogstens 1440"),
    "effort missing": ({"effort_minutes": ""}, "effort_minutes", "hoe lang u zelf"),
    "no fact": ({"feit": "  "}, "feit", "ontbreekt"),
    "unknown source": ({"source": "gedroomd"}, "source", "bestaat niet"),
    "seen with own eyes from hearsay": ({"hearsay": "ja"}, "hearsay", "niet van horen zeggen"),
    "nobody there but behaviour": ({"seen_count": "0"}, "seen_count", "U zag niemand"),
    "neither group nor place": ({"group": "", "place": ""}, "place", "Kies een plek, of een groep"),
    "in the sea": (
        {"place": "", "place_name": "Zee", "lon": "3,5", "lat": "53,4"}, "lon", "ligt in geen enkel stadsdeel",
    ),
    "degrees the wrong way round": (
        {"place": "", "place_name": "Plein", "lon": "52,05", "lat": "5,05"}, "lon", "verwisseld",
    ),
    "another stadsdeel's point": (
        {"place": "", "place_name": "Zuidplein", "lon": "5,15", "lat": "52,05"}, "lon", "waar u niet werkt",
    ),
    "half a point": ({"place": "", "place_name": "Plein", "lon": "5,05"}, "lat", "Vul beide getallen in"),
    "a point without a name": ({"place": "", "lon": "5,05", "lat": "52,05"}, "place_name", "een naam"),
    "a name without a point": ({"place": "", "place_name": "Plein"}, "lon", "lengte- en breedtegraad"),
    "two places": ({"place_name": "Plein", "lon": "5,05", "lat": "52,05"}, "place", "niet allebei"),
}  # fmt: skip


def beside(page: str, field: str) -> str:
    """Return the message that stands beside a field, empty when there is none."""
    found = re.search(rf'id="error-{re.escape(field)}"[^>]*>(.*?)</div>', page, re.DOTALL)
    return found.group(1) if found else ""


def test_bad_input_is_named_beside_its_field_and_nothing_is_stored_or_lost(
    agent: Browser, kade: Street
) -> None:
    before = stored(kade.database), stored(kade.database, Place)
    for case, (changes, field, message) in BAD.items():
        response = agent.submit(NEW, told(kade, oordeel="Mijn oordeel blijft staan", **changes))
        page = response.get_data(as_text=True)
        assert response.status_code == 400, case
        assert message in beside(page, field), case
        assert "Mijn oordeel blijft staan" in page, case
        assert 'value="lawaai" checked' in page, case
        for name, typed in changes.items():
            kept = name == "source" or not typed.strip() or typed in page  # a radio button offers what exists
            assert kept, (case, name)
        assert (stored(kade.database), stored(kade.database, Place)) == before, case


def test_a_place_and_a_group_of_different_stadsdelen_do_not_go_together(
    client: Browser, kade: Street, city: City
) -> None:
    zuid = Place(stadsdeel_id=UUID(int=2), name="Zuidplein", kind="plein", lon=5.15, lat=52.05)
    zuid_id = zuid.id
    add(kade, zuid)
    client.sign_in("jeugdboa")
    response = client.submit(NEW, told(kade, place=str(zuid_id)))
    assert response.status_code == 400
    assert "‘Zuidplein’".replace("‘", "&#39;").replace(
        "’", "&#39;"
    ) + " ligt niet in Noord" in response.get_data(as_text=True)


def test_another_stadsdeels_group_cannot_be_observed(client: Browser, kade: Street) -> None:
    client.sign_in("jeugdagent-zuid")
    response = client.submit(NEW, told(kade, place=None))
    assert response.status_code == 400
    assert "Deze groep bestaat niet in een stadsdeel waar u werkt" in response.get_data(as_text=True)
    assert client.get(f"{NEW}?groep={kade.group_id}").status_code == 404


def test_heard_is_hearsay_and_asks_for_no_effort(agent: Browser, kade: Street) -> None:
    sent = told(kade, source="gehoord", seen_count="", duration_minutes="", effort_minutes="")
    assert agent.submit(NEW, sent).status_code == 303
    row = one(kade.database, sent["id"])
    assert (row.hearsay, row.effort_minutes, row.seen_count, row.duration_minutes) == (True, 0, None, None)


def test_the_same_observation_twice_is_stored_once(agent: Browser, kade: Street) -> None:
    sent = told(kade)
    first = agent.submit(NEW, sent)
    count = stored(kade.database)
    again = agent.submit(NEW, sent)
    assert (again.status_code, again.location) == (303, first.location)
    assert stored(kade.database) == count


def test_the_same_id_with_something_else_is_refused(agent: Browser, kade: Street) -> None:
    sent = told(kade)
    agent.submit(NEW, sent)
    response = agent.submit(NEW, {**sent, "feit": "Iets anders."})
    assert response.status_code == 400
    assert "al verstuurd, met andere inhoud" in response.get_data(as_text=True)
    assert one(kade.database, sent["id"]).feit == sent["feit"]


def test_a_form_sent_twice_by_an_impatient_thumb_is_done_once(agent: Browser, kade: Street) -> None:
    fields = {**agent.tokens(NEW), **told(kade)}
    first, second = agent.post(NEW, data=fields), agent.post(NEW, data=fields)
    assert (first.status_code, second.status_code, second.location) == (303, 303, first.location)


def test_children_under_twelve_are_a_signal_to_care_and_nothing_more(agent: Browser, kade: Street) -> None:
    sent = told(kade, under_twelve="ja")
    response = agent.submit(NEW, sent)
    assert "Geef het signaal vandaag nog door" in agent.get(response.location).get_data(as_text=True)
    assert one(kade.database, sent["id"]).under_twelve
    assert stored(kade.database, Person) == 2


PERSON = {"present.2.pseudonym": "Groep Kade Ekster", "present.2.capacity": "betrokkene"}


def test_without_the_decision_of_step_2b_presence_stays_a_number(agent: Browser, kade: Street) -> None:
    response = agent.submit(NEW, told(kade, **PERSON))
    page = response.get_data(as_text=True)
    assert response.status_code == 400
    assert "stap 2B" in page
    assert 'value="Groep Kade Ekster"' in page
    assert stored(kade.database) == 2


def test_a_jeugdboa_notes_numbers_only(client: Browser, kade: Street) -> None:
    allow_members(kade)
    client.sign_in("jeugdboa")
    response = client.submit(NEW, told(kade, **PERSON))
    assert response.status_code == 400
    assert "Uw rol legt alleen aantallen vast" in response.get_data(as_text=True)


def test_known_persons_are_noted_by_pseudonym_in_a_capacity(agent: Browser, kade: Street) -> None:
    allow_members(kade)
    form = agent.get(f"{NEW}?groep={kade.group_id}").get_data(as_text=True)
    assert '<option value="Groep Kade Ekster">' in form
    assert "ledenlijst gelezen" in actions(kade.database)
    sent = told(
        kade,
        **PERSON,
        **{
            "present.0.pseudonym": "groep kade zwaluw",
            "present.0.capacity": "slachtoffer",
            "present.0.feit": "Werd geduwd.",
            "present.2.role_seen": "sust",
        },
    )
    assert agent.submit(NEW, sent).status_code == 303
    with kade.database.reading() as session:
        rows = session.execute(
            select(Presence).where(col(Presence.gathering_id) == UUID(sent["id"]))
        ).scalars()
        found = {row.person_id: (row.capacity, row.role_seen, row.feit) for row in rows}
    assert found == {
        kade.members["Groep Kade Zwaluw"]: ("slachtoffer", None, "Werd geduwd."),
        kade.members["Groep Kade Ekster"]: ("betrokkene", "sust", ""),
    }


WRONG_PERSON: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({**PERSON, "present.4.pseudonym": "GROEP KADE EKSTER", "present.4.capacity": "getuige"},
     "present.4.pseudonym", "staat er dubbel in"),
    ({"present.1.pseudonym": "Onbekend-1", "present.1.capacity": "betrokkene"},
     "present.1.pseudonym", "nog niet bekend"),
    ({"present.1.pseudonym": "<Jan>", "present.1.capacity": "betrokkene"},
     "present.1.pseudonym", "Geen echte naam"),
    ({"present.3.pseudonym": "Groep Kade Ekster"}, "present.3.capacity", "Kies in welke hoedanigheid"),
    ({**PERSON, "present.2.capacity": "slachtoffer", "present.2.role_seen": "leidt"},
     "present.2.role_seen", "geen rol in de groep"),
    ({**PERSON, "seen_count": "0", "items.hinder": []}, "seen_count", "U noemt 1 betrokkenen"),
)  # fmt: skip


def test_what_cannot_be_of_a_person_is_said_in_the_row_where_it_was_typed(
    agent: Browser, kade: Street
) -> None:
    allow_members(kade)
    for rows, field, message in WRONG_PERSON:
        response = agent.submit(NEW, told(kade, **rows))
        assert response.status_code == 400, field
        assert message in beside(response.get_data(as_text=True), field)
        assert (stored(kade.database), stored(kade.database, Person)) == (2, 2), field


@pytest.mark.parametrize("people", [41, 5000])
def test_more_persons_than_fit_one_observation_are_refused_and_nothing_is_stored(
    agent: Browser, kade: Street, people: int
) -> None:
    allow_members(kade)
    crowd = {
        f"present.{n}.{part}": value
        for n in range(people)
        for part, value in (("pseudonym", f"P {n}"), ("capacity", "betrokkene"))
    }
    response = agent.submit(NEW, told(kade, **crowd, new_pseudonyms="ja"))
    assert response.status_code == 400
    assert "Wie waren erbij – Dit is te veel. Gebruik hoogstens 40" in response.get_data(as_text=True)
    assert (stored(kade.database), stored(kade.database, Person)) == (2, 2)


def test_a_crowd_of_pseudonyms_is_refused_by_name_on_every_other_way_in(kade: Street) -> None:
    allow_members(kade)
    crowd = tuple(PersonNoted(f"P {n}", Capacity.GETUIGE) for n in range(5000))
    noted = Noted(
        started_at=NOW, source=Source.GEZIEN, feit="Druk.", group_id=kade.group_id, seen_count=30, present=crowd,
        new_pseudonyms=True,
    )  # fmt: skip
    with kade.database.reading() as session, pytest.raises(Refused) as caught:
        note_gathering(
            noted,
            member_list_allowed=lambda group_id, *, session: True,
            actor=kade.city.actor("jeugdagent"),
            now=NOW,
            session=session,
        )
    assert "5000 personen bij één waarneming" in caught.value.fields["present"]


def test_a_new_pseudonym_is_made_only_when_it_is_meant(agent: Browser, kade: Street) -> None:
    allow_members(kade)
    row = {"present.0.pseudonym": "Merel 7", "present.0.capacity": "betrokkene", "new_pseudonyms": "ja"}
    assert agent.submit(NEW, told(kade, **row)).status_code == 303
    with kade.database.reading() as session:
        regime = session.execute(
            select(col(Person.regime)).where(col(Person.pseudonym) == "Merel 7")
        ).scalar_one()
    assert regime == "wpg"


def test_more_rows_can_be_had_without_storing_or_losing_anything(agent: Browser, kade: Street) -> None:
    allow_members(kade)
    response = agent.submit(NEW, told(kade, meer="ja", **PERSON))
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert 'name="present.15.pseudonym"' in page
    assert 'value="Groep Kade Ekster"' in page
    assert stored(kade.database) == 2


def test_a_correction_replaces_an_observation_and_the_old_one_stays_readable(
    agent: Browser, kade: Street, clock: Clock
) -> None:
    sent = told(kade)
    agent.submit(NEW, sent)
    clock.now += timedelta(minutes=10)
    page = f"/waarnemingen/{sent['id']}/verbeteren"
    assert sent["feit"] in agent.get(page).get_data(as_text=True)
    better = told(kade, seen_count="9", correction_reason="Ik telde er twee te weinig.")
    response = agent.submit(page, better)
    assert response.location == f"/waarnemingen/{better['id']}"
    shown = agent.get(response.location).get_data(as_text=True)
    assert "9 jongeren" in shown
    assert "7 jongeren" in shown
    assert "Ik telde er twee te weinig." in shown
    assert "oude versie" in agent.get(f"/waarnemingen/{sent['id']}").get_data(as_text=True)
    group = agent.get(f"/groepen/{kade.group_id}").get_data(as_text=True)
    assert "9 jongeren" in group
    assert "7 jongeren" not in group
    assert agent.get(page).location == f"/waarnemingen/{better['id']}"
    once_more = agent.post(page, data={**agent.tokens(NEW), **told(kade, correction_reason="Nog eens.")})
    assert once_more.status_code == 400
    assert "al verbeterd" in once_more.get_data(as_text=True)


def test_a_correction_needs_its_reason(agent: Browser, kade: Street) -> None:
    sent = told(kade)
    agent.submit(NEW, sent)
    response = agent.submit(f"/waarnemingen/{sent['id']}/verbeteren", told(kade))
    assert response.status_code == 400
    assert 'id="error-correction_reason"' in response.get_data(as_text=True)


def test_only_the_observer_and_the_veiligheidsmanager_correct(client: Browser, kade: Street) -> None:
    page = f"/waarnemingen/{kade.gatherings[0]}/verbeteren"
    client.sign_in("jongerenwerker")
    assert client.get(page).status_code == 403
    fields = told(kade, correction_reason="Zo was het.")
    assert client.post(page, data={**client.tokens(NEW), **fields}).status_code == 403
    client.sign_in("veiligheidsmanager")
    assert client.submit(page, fields).status_code == 303
    assert one(kade.database, fields["id"]).observer_id == kade.city.actor("jeugdagent").id


def test_reading_an_observation_is_logged_and_stays_within_the_stadsdeel(
    client: Browser, kade: Street
) -> None:
    page = f"/waarnemingen/{kade.gatherings[0]}"
    client.sign_in("stafgroeplid")
    shown = client.get(page).get_data(as_text=True)
    assert "Jeugdagent (politie)" in shown
    assert "Zwaluw" not in shown
    assert "waarneming gelezen" in actions(kade.database)
    client.sign_in("stafgroeplid-zuid")
    assert client.get(page).status_code == 404
    client.sign_in("beheerder")
    assert client.get(page).status_code == 403


def put(database: Database, row: Gathering) -> None:
    with database.writing() as session:
        watch(session)
        session.add(row)
        session.flush()


def test_the_database_itself_refuses_what_slips_through(app: Flask, kade: Street) -> None:
    """The CHECK constraints behind the door: heard is hearsay, a correction has a reason."""
    agent = kade.city.actor("jeugdagent")
    facts: dict[str, Any] = {
        "stadsdeel_id": NOORD, "started_at": NOW - timedelta(hours=1), "observer_id": agent.id,
        "organisation": "politie", "regime": "wpg", "feit": "x", "recorded_at": NOW, "recorded_by": agent.id,
    }  # fmt: skip
    for wrong in (
        {"source": "gehoord", "hearsay": False},
        {"source": "gezien", "hearsay": True},
        {"source": "gezien", "supersedes_id": kade.gatherings[0]},
        {"source": "gezien", "started_at": NOW + timedelta(hours=1)},
        {"source": "gezien", "seen_count": 300},
    ):
        with pytest.raises(IntegrityError):
            put(kade.database, Gathering(**{**facts, **wrong}))
