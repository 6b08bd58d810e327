"""Networks through the pages: followed by the worker, shown per window, told to the JIT, decided by a person."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from shortlist.differentiating.following.work import JOB, follow_area_job, queue_due, queue_network
from shortlist.differentiating.networks.tables import (
    MemberOfTwo,
    NetworkPersons,
    NetworkSignal,
    NetworkSnapshot,
    SignalGathering,
    SignalGroup,
    SignalStatus,
)
from shortlist.differentiating.tables import MemberListDecision
from shortlist.observing.tables import (
    Gathering,
    GroupLink,
    GroupStatus,
    Jeugdgroep,
    Membership,
    Person,
    Presence,
)
from shortlist.storing import jobs
from tests.pages.conftest import NOORD, NOW, City, Clock
from tests.pages.street import Street, actions, add, street

TEST_ROWS = {"not_personal": "fictieve testgegevens"}
REASON = "Wij zien dit op straat ook zo."


@pytest.fixture
def kade(city: City) -> tuple[Street, Street]:
    """Two groups of five in Noord with a member list; seen apart for three months, and six times mixed."""
    pair = street(city), street(city, name="Groep Park")
    agent, worker = city.actor("jeugdagent"), city.actor("jongerenwerker")
    rows: list[Any] = []
    people: list[list[UUID]] = []
    for place in pair:
        rows.append(
            MemberListDecision(
                group_id=place.group_id,
                allowed=True,
                reason="Overlast",
                recorded_at=NOW,
                recorded_by=agent.id,
            )
        )
        ids = list(place.members.values())
        for number in range(3):
            person = Person(
                pseudonym=f"{place.group_id.hex[:4]} {number}",
                regime="avg",
                recorded_at=NOW,
                recorded_by=agent.id,
            )
            ids.append(person.id)
            rows += [person]
        people.append(ids)
    add(pair[0], *rows)
    add(
        pair[0],
        *(
            Membership(
                group_id=place.group_id,
                person_id=person,
                valid_from=(NOW - timedelta(days=150)).date(),
                recorded_at=NOW,
                recorded_by=agent.id,
            )
            for place, ids in zip(pair, people, strict=True)
            for person in ids[2:]
        ),
    )
    for number in range(16):
        observer = agent if number % 2 else worker
        at = NOW - timedelta(days=4 + 5 * number)
        for place, ids in zip(pair, people, strict=True):
            seen(place, observer.id, at, ids[:5])
        if number < 6:
            seen(pair[0], observer.id, at + timedelta(days=1), [*people[0][:2], *people[1][:2]])
    return pair


def seen(place: Street, observer: UUID, at: Any, persons: list[UUID]) -> None:
    row = Gathering(
        stadsdeel_id=NOORD, group_id=place.group_id, place_id=place.place_id, started_at=at, duration_minutes=20,
        effort_minutes=30, seen_count=8, observer_id=observer, organisation="politie", regime="avg",
        source="gezien", feit="Acht jongeren.", recorded_at=at + timedelta(hours=1), recorded_by=observer,
    )  # fmt: skip
    add(place, row)
    add(
        place,
        *(Presence(gathering_id=row.id, person_id=person, capacity="betrokkene") for person in persons),
    )


def count(city: City, table: type[SQLModel]) -> int:
    with city.database.reading() as session:
        query = select(func.count()).select_from(table)
        return int(session.execute(query, execution_options=TEST_ROWS).scalar_one())


def follow(city: City, area: UUID | None = NOORD) -> None:
    claim = jobs.Claim(uuid4(), JOB, {"area": str(area or "")})
    follow_area_job(city.database, claim, clock=lambda: NOW)


def the_signal(city: City) -> UUID:
    with city.database.reading() as session:
        found: UUID = session.execute(select(col(NetworkSignal.id))).scalar_one()
        return found


def planted(place: Street, kind: str, *groups: UUID) -> UUID:
    """Put a signal of a kind in the tables, as the worker would."""
    snapshot = NetworkSnapshot(
        stadsdeel_id=NOORD, computed_at=NOW, rules_name="netwerken", rules_from="2010-01-01", input_hash="x",
        n_windows=0,
    )  # fmt: skip
    add(place, snapshot)
    figures = {"overlap": 0.7, "stability": 0.9, "persons": 5.0}
    row = NetworkSignal(
        stadsdeel_id=NOORD,
        snapshot_id=snapshot.id,
        kind=kind,
        happened_at=NOW,
        figures=figures,
        recorded_at=NOW,
    )
    add(place, row)
    add(place, SignalStatus(signal_id=row.id, sequence=1, state="open", recorded_at=NOW))
    add(place, *(SignalGroup(signal_id=row.id, group_id=group) for group in groups))
    with place.database.reading() as session:
        some = (
            session.execute(select(col(Gathering.id)).limit(3), execution_options=TEST_ROWS).scalars().all()
        )
    add(place, *(SignalGathering(signal_id=row.id, gathering_id=one, recorded_at=NOW) for one in some))
    return row.id


def decide(client: Any, signal: UUID, decision: str, **fields: str) -> Any:
    typed = {"decision": decision, "reason": REASON, "sequence": "1", "on_date": "2026-11-20", **fields}
    return client.submit(f"/netwerken/signalen/{signal}", typed)


def test_the_worker_stores_a_picture_once_and_the_page_shows_groups_ties_and_no_person(
    client: Any, city: City, kade: tuple[Street, Street]
) -> None:
    client.sign_in("veiligheidsmanager")
    assert "Nog geen beeld" in client.get("/netwerken").get_data(as_text=True)
    follow(city)
    follow(city)
    assert count(city, NetworkSnapshot) == 1
    assert "waarnemingen gelezen voor het netwerk" in actions(city.database)
    page = client.get("/netwerken").get_data(as_text=True)
    assert "Groep Kade" in page
    assert "over alle vensters vaker dan toeval" in page
    assert "Zwaluw" not in page
    assert "Stand van" in page
    assert client.get("/netwerken?venster=0").status_code == 200
    assert client.get("/netwerken?venster=99&pagina=7").status_code == 200


def test_persons_are_shown_by_pseudonym_to_the_jit_only_and_the_reading_is_logged(
    client: Any, city: City, kade: tuple[Street, Street]
) -> None:
    follow(city)
    with city.database.reading() as session:
        snapshot = session.execute(select(col(NetworkSnapshot.id))).scalar_one()
    somebody = kade[0].members["Groep Kade Ekster"]
    row = MemberOfTwo(
        snapshot_id=snapshot, person_id=somebody, home_id=kade[0].group_id, second_id=kade[1].group_id,
        n_home=9, n_second=6, share=0.4, probability=0.97,
    )  # fmt: skip
    add(kade[0], row)
    client.sign_in("jeugdagent")
    page = client.get("/netwerken/personen").get_data(as_text=True)
    assert "Groep Kade Zwaluw" in page
    assert "9 keer bij Groep Kade, 6 keer bij Groep Park; aandeel bij de tweede groep ongeveer 40" in page
    assert actions(city.database)[-1] == "personen in het netwerk gelezen"
    withdrawn = MemberListDecision(
        group_id=kade[0].group_id, allowed=False, reason="Voorbij", recorded_at=NOW + timedelta(hours=1),
        recorded_by=city.actor("veiligheidsmanager").id,
    )  # fmt: skip
    add(kade[0], withdrawn)
    after = client.get("/netwerken/personen").get_data(as_text=True)
    assert "anderen" in after
    assert "keer bij Groep Kade" not in after
    client.sign_in("stafgroeplid")
    assert client.get("/netwerken").status_code == 200
    assert client.get("/netwerken/personen").status_code == 403


@pytest.mark.parametrize("login", ["jeugdagent-zuid", "veiligheidsmanager-zuid"])
def test_another_stadsdeel_and_the_whole_city_are_for_who_works_there(
    client: Any, city: City, kade: tuple[Street, Street], login: str
) -> None:
    follow(city)
    client.sign_in(login)
    assert client.get(f"/netwerken?stadsdeel={NOORD}").status_code == 404
    assert client.get("/netwerken?stadsdeel=stad").status_code == 404
    assert client.get("/netwerken?stadsdeel=x").status_code == 400
    assert client.get(f"/netwerken/signalen/{the_signal(city)}").status_code == 404


def test_a_mixing_waits_for_the_jit_and_shows_what_it_rests_on(
    client: Any, city: City, kade: tuple[Street, Street]
) -> None:
    follow(city)
    signal = the_signal(city)
    client.sign_in("jongerenwerker")
    assert "Bekijk het signaal: Groep Kade en Groep Park" in client.get("/").get_data(as_text=True)
    page = client.get(f"/netwerken/signalen/{signal}").get_data(as_text=True)
    assert "6 waarnemingen op 6 dagen, door 2 waarnemers" in page
    assert "2 van Groep Kade, 2 van Groep Park" in page
    assert "geen vaste plek gemeen" in page
    assert "netwerksignaal gelezen" in actions(city.database)


def test_a_refused_mixing_stays_away_and_an_accepted_one_links_the_groups(
    client: Any, city: City, kade: tuple[Street, Street]
) -> None:
    follow(city)
    signal = the_signal(city)
    client.sign_in("jeugdagent")
    assert decide(client, signal, "afgewezen").status_code == 303
    seen(kade[1], city.actor("jeugdagent").id, NOW - timedelta(hours=5), list(kade[1].members.values()))
    follow(city)
    assert (count(city, NetworkSnapshot), count(city, NetworkSignal)) == (2, 1)
    assert count(city, GroupLink) == 0
    again = planted(kade[0], "mengen", kade[0].group_id, kade[1].group_id)
    with city.database.writing() as session:
        session.info["unaudited"] = True
        session.get_one(NetworkSignal, again).figures = {"expected": 0.1, "p": 1e-5, "share": 0.5}
    assert decide(client, again, "aangenomen").status_code == 303
    assert count(city, GroupLink) == 1


def test_accepting_a_merger_closes_the_group_that_goes_and_a_split_or_new_one_opens_a_group(
    client: Any, city: City, kade: tuple[Street, Street], clock: Clock
) -> None:
    clock.now += timedelta(minutes=1)
    client.sign_in("veiligheidsmanager")
    one, other = kade[0].group_id, kade[1].group_id
    split = planted(kade[0], "splitsen", one)
    answer = decide(client, split, "aangenomen", name="Groep Steiger")
    assert answer.status_code == 303
    assert "Groep Steiger" in client.get(answer.location).get_data(as_text=True)
    fresh = planted(kade[0], "nieuwe groep")
    assert decide(client, fresh, "aangenomen", name="Groep Brug").status_code == 303
    merge = planted(kade[0], "samengaan", one, other)
    assert decide(client, merge, "aangenomen", into=str(other)).status_code == 303
    with city.database.reading() as session:
        names = set(session.execute(select(col(Jeugdgroep.name))).scalars())
        states = session.execute(select(col(GroupStatus.state)).where(col(GroupStatus.group_id) == one))
        assert {"Groep Steiger", "Groep Brug"} <= names
        assert "gesloten" in set(states.scalars())
    assert count(city, GroupLink) == 2


def test_a_bad_decision_is_named_keeps_what_was_typed_and_stores_nothing(
    client: Any, city: City, kade: tuple[Street, Street]
) -> None:
    client.sign_in("veiligheidsmanager")
    merge = planted(kade[0], "samengaan", kade[0].group_id, kade[1].group_id)
    fresh = planted(kade[0], "nieuwe groep")
    for signal, fields, message in (
        (merge, {}, "Kies welke groep blijft bestaan."),
        (merge, {"into": str(uuid4())}, "Kies welke groep blijft bestaan."),
        (merge, {"into": str(kade[0].group_id), "on_date": "2030-01-01"}, "ligt in de toekomst"),
        (merge, {"into": str(kade[0].group_id), "on_date": ""}, "Vul in vanaf welke dag"),
        (fresh, {"name": ""}, "Geef de nieuwe groep een naam."),
        (fresh, {"name": "Groep Kade"}, "al een groep"),
        (fresh, {"name": "Groep Brug", "on_date": "2030-01-01"}, "ligt in de toekomst"),
    ):
        answer = decide(client, signal, "aangenomen", **fields)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 400, fields
        assert message in page, fields
        assert REASON in page
    assert decide(client, merge, "vervallen").status_code == 400
    assert decide(client, merge, "afgewezen", reason="kort").status_code == 400
    assert (count(city, GroupLink), count(city, SignalStatus)) == (0, 2)


def test_of_two_decisions_the_second_is_told_that_there_was_one(
    client: Any, city: City, kade: tuple[Street, Street]
) -> None:
    client.sign_in("veiligheidsmanager")
    signal = planted(kade[0], "nieuwe groep")
    page = f"/netwerken/signalen/{signal}"
    typed = {"decision": "afgewezen", "reason": REASON, "sequence": "1", **client.tokens(page)}
    assert client.post(page, data=typed).status_code == 303
    assert client.post(page, data=typed).status_code == 303, "the same form again is answered as the first"
    assert count(city, SignalStatus) == 2
    client.sign_in("jeugdagent")
    tokens = client.tokens("/")
    late = client.post(page, data={**tokens, "decision": "aangenomen", "reason": REASON, "sequence": "1"})
    assert late.status_code == 400
    assert "intussen besloten" in late.get_data(as_text=True)
    client.sign_in("jeugdboa")
    assert client.get(page).status_code == 403


def test_an_open_signal_lapses_when_people_linked_the_groups_themselves(
    city: City, kade: tuple[Street, Street]
) -> None:
    follow(city)
    add(
        kade[0],
        GroupLink(
            kind="verwant", from_group_id=kade[0].group_id, to_group_id=kade[1].group_id, on_date=NOW.date(),
            reason="Bekend", recorded_at=NOW, recorded_by=city.actor("jeugdagent").id,
        ),
    )  # fmt: skip
    seen(kade[1], city.actor("jeugdagent").id, NOW - timedelta(hours=5), list(kade[1].members.values()))
    follow(city)
    with city.database.reading() as session:
        states = session.execute(select(col(SignalStatus.state)).order_by(col(SignalStatus.sequence)))
        assert list(states.scalars()) == ["open", "vervallen"]


def test_who_stood_where_is_kept_of_the_newest_picture_only(city: City, kade: tuple[Street, Street]) -> None:
    follow(city)
    first = count(city, NetworkPersons)
    seen(kade[0], city.actor("jeugdagent").id, NOW - timedelta(hours=5), list(kade[0].members.values()))
    follow(city)
    assert count(city, NetworkSnapshot) == 2
    assert count(city, NetworkPersons) == first


def test_an_area_is_queued_when_never_followed_and_again_only_after_something_new(
    client: Any, city: City, kade: tuple[Street, Street]
) -> None:
    with city.database.writing() as session:
        assert queue_due(now=NOW, session=session) == 3
        assert queue_due(now=NOW, session=session) == 0
        assert not queue_network(NOORD, now=NOW, session=session)
    with city.database.writing() as session:
        for job in session.execute(select(jobs.Job)).scalars():
            jobs.finish(job.id, now=NOW, session=session)
    later = NOW + timedelta(hours=7)
    with city.database.writing() as session:
        assert queue_due(now=later, session=session) == 0
    add(kade[0], _heard(kade[0], city))
    with city.database.writing() as session:
        assert queue_due(now=later, session=session) == 2, "the stadsdeel and the city"
    client.sign_in("jeugdagent")
    tokens = client.tokens("/")
    answer = client.post("/netwerken/vernieuwen", data={**tokens, "stadsdeel": str(NOORD)})
    assert answer.status_code == 303
    assert "wordt al berekend" in client.get(answer.location).get_data(as_text=True)
    tokens = client.tokens("/")
    assert client.post("/netwerken/vernieuwen", data={**tokens, "stadsdeel": ""}).status_code == 404
    assert (
        client.post("/netwerken/vernieuwen", data={**client.tokens("/"), "stadsdeel": "x"}).status_code == 400
    )


def _heard(place: Street, city: City) -> Gathering:
    agent = city.actor("jeugdagent").id
    return Gathering(
        stadsdeel_id=NOORD, group_id=place.group_id, started_at=NOW, observer_id=agent, organisation="politie",
        regime="wpg", source="gehoord", hearsay=True, feit="Gehoord.", recorded_at=NOW + timedelta(hours=1),
        recorded_by=agent,
    )  # fmt: skip
