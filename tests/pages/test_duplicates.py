"""Persons and groups noted twice: found, judged by a person, merged without loss, undone to exactly what was."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlmodel import Session, SQLModel, col

from shortlist.assets import RULES as RULES_FOLDER
from shortlist.differentiating.duplicates.duplicate_files import load_duplicate_rules
from shortlist.differentiating.duplicates.work import find_duplicates
from shortlist.differentiating.judging.work import judge_groups, judge_persons, judged_of
from shortlist.differentiating.tables import MemberListDecision, MemberRole
from shortlist.differentiating.work import member_board, role_counts, role_rules_on, roles_due, set_role
from shortlist.errors import Refused
from shortlist.guarding.audit import record, watch
from shortlist.observing import work as observing
from shortlist.observing.tables import (
    Capacity,
    GroupLink,
    Membership,
    PairVerdict,
    Person,
    PersonPairDecision,
    Presence,
    Source,
)
from shortlist.storing.dated_yaml import read_folder
from tests.pages.conftest import NOW, ZUID, City, Clock
from tests.pages.street import Street, actions, add, gathering, street

REASON = "Zelfde fiets, zelfde jas, en de wijkagent sprak hem onder beide namen."
RULES = load_duplicate_rules()
ROLE_RULES = role_rules_on(read_folder(RULES_FOLDER, ("member-roles",)), NOW.date())
SAME, TWO, UNSURE = PairVerdict.DEZELFDE, PairVerdict.VERSCHILLEND, PairVerdict.ONBESLIST


@pytest.fixture
def kade(city: City) -> Street:
    found = street(city)
    allow(found)
    return found


def allow(place: Street, *, allowed: bool = True, login: str = "veiligheidsmanager") -> None:
    add(
        place,
        MemberListDecision(
            group_id=place.group_id, allowed=allowed, reason=REASON, recorded_by=place.city.actor(login).id,
            recorded_at=NOW - timedelta(days=1 if allowed else 0),
        ),
    )  # fmt: skip


def noted(place: Street, pseudonym: str, *days: int, member: bool = True, hour: int = 0) -> UUID:
    """Have somebody seen on these days ago, alone, and entered as a member."""
    agents = [place.city.actor("jeugdagent").id, place.city.actor("jongerenwerker").id]
    person = Person(pseudonym=pseudonym, regime="avg", recorded_at=NOW, recorded_by=agents[0])
    with place.database.writing() as session:
        watch(session)
        session.add(person)
        session.flush()
        for number, day in enumerate(days):
            at = NOW - timedelta(days=day, hours=hour)
            gathering(session, place, agents[number % 2], at, present=[person.id])
        if member:
            session.add(
                Membership(
                    group_id=place.group_id, person_id=person.id, valid_from=date(2026, 9, 1), recorded_at=NOW,
                    recorded_by=agents[0],
                )
            )  # fmt: skip
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
        return person.id


def url(one: UUID, other: UUID, kind: str = "personen") -> str:
    return f"/dubbelen/{kind}/{one}/{other}"


def verdict(said: PairVerdict, surviving: UUID | None = None, **changes: Any) -> dict[str, Any]:
    return {"verdict": said.value, "surviving": surviving or "", "reason": REASON, "seen": "0"} | changes


def judge(
    place: Street, one: UUID, other: UUID, said: PairVerdict, surviving: UUID | None = None, **changes: Any
) -> None:
    with place.database.writing() as session:
        watch(session)
        seen = len(judged_of(one, other, session=session))
        judge_persons(
            one, other, said,
            **({"surviving": surviving, "reason": REASON, "seen": seen, "now": NOW} | changes),
            actor=place.city.actor("jeugdagent"), session=session,
        )  # fmt: skip


def count(place: Street, table: type[SQLModel]) -> int:
    with place.database.reading() as session:
        return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def board_names(place: Street) -> list[str]:
    with place.database.writing() as session:
        watch(session)
        board = member_board(
            place.group_id, rules=ROLE_RULES, actor=place.city.actor("jeugdagent"), now=NOW, session=session
        )
    return sorted(card.pseudonym for cards in board.columns.values() for card in cards)


# --- the overview ---


def test_two_spellings_at_one_place_are_shown_with_what_speaks_for_and_against(
    client: Any, kade: Street
) -> None:
    noted(kade, "Fijke", 3)
    noted(kade, "Feike", 9)
    noted(kade, "Gerrit", 4)
    client.sign_in("jeugdagent")
    page = client.get("/dubbelen").get_data(as_text=True)
    assert "Feike" in page
    assert "Gerrit" not in page
    assert "klinken hetzelfde" in page
    assert "Allebei bij Groep Kade." in page
    assert actions(kade.database)[-1] == "mogelijk dubbele personen gelezen"


def test_who_stood_beside_each_other_in_one_observation_is_no_candidate(client: Any, kade: Street) -> None:
    one, other = noted(kade, "Fijke", 3), noted(kade, "Feike", 9)
    with kade.database.writing() as session:
        watch(session)
        gathering(
            session, kade, kade.city.actor("jeugdagent").id, NOW - timedelta(days=1), present=[one, other]
        )
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
    client.sign_in("jeugdagent")
    assert "Fijke" not in client.get("/dubbelen").get_data(as_text=True)
    answer = client.submit(url(one, other), verdict(SAME, one))
    assert answer.status_code == 400
    assert "staan samen in een waarneming van 22-11-2026" in answer.get_data(as_text=True)


def test_of_a_group_without_a_member_list_nobody_is_compared(client: Any, kade: Street) -> None:
    one, other = noted(kade, "Fijke", 3), noted(kade, "Feike", 9)
    allow(kade, allowed=False)
    client.sign_in("jeugdagent")
    assert "Fijke" not in client.get("/dubbelen").get_data(as_text=True)
    assert client.get(url(one, other)).status_code == 404
    assert client.submit("/groepen/nieuw", {}).status_code == 400


def test_another_stadsdeel_sees_and_judges_nothing(client: Any, kade: Street) -> None:
    one, other = noted(kade, "Fijke", 3), noted(kade, "Feike", 9)
    client.sign_in("jeugdagent-zuid")
    assert "Fijke" not in client.get("/dubbelen").get_data(as_text=True)
    assert client.get(url(one, other)).status_code == 404
    tokens = client.tokens("/groepen/nieuw")
    assert client.post(url(one, other), data={**tokens, **verdict(SAME, one)}).status_code == 404
    assert count(kade, PersonPairDecision) == 0


def test_where_a_pair_was_seen_in_another_stadsdeel_only_that_is_said(
    client: Any, city: City, kade: Street
) -> None:
    zuid = street(city, name="Groep Zuid", part=ZUID, suffix="-zuid")
    allow(zuid, login="veiligheidsmanager-zuid")
    one, other = noted(kade, "Fijke", 3), noted(kade, "Feike", 9)
    with kade.database.writing() as session:
        watch(session)
        agent = city.actor("jeugdagent-zuid").id
        gathering(session, zuid, agent, NOW - timedelta(days=3), present=[other])
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
    client.sign_in("jeugdagent")
    page = client.get(url(one, other)).get_data(as_text=True)
    assert "tegelijk gezien op twee plekken" in page
    assert "een plek in een ander stadsdeel" in page
    assert "Groep Zuid" not in page


@pytest.mark.parametrize("login", ["jeugdboa", "stafgroeplid", "beheerder", "privacy_officer"])
def test_who_sees_no_members_sees_no_duplicates(client: Any, kade: Street, login: str) -> None:
    client.sign_in(login)
    assert client.get("/dubbelen").status_code == 403


# --- judging on the page ---


def test_merging_makes_one_card_with_both_origins_and_undoing_gives_both_back(
    client: Any, kade: Street
) -> None:
    one, other = noted(kade, "Fijke", 3, 4), noted(kade, "Feike", 9, 10)
    before = board_names(kade)
    client.sign_in("jeugdagent")
    assert client.submit(url(one, other), verdict(SAME, other)).status_code == 303
    assert board_names(kade) == sorted(set(before) - {"Fijke"})
    board = client.get(kade.url("/leden")).get_data(as_text=True)
    assert "Ook ingeschreven als Fijke; samengevoegd." in board
    assert "bij 4 waarnemingen" in board
    assert "Samengevoegd" in client.get("/dubbelen").get_data(as_text=True)
    page = client.get(url(one, other)).get_data(as_text=True)
    assert "Toch twee verschillende" in page
    assert client.submit(url(one, other), verdict(TWO, seen="1")).status_code == 303
    assert board_names(kade) == before
    assert "Fijke" not in client.get("/dubbelen").get_data(as_text=True).split("Wat al is besloten")[0]
    assert count(kade, PersonPairDecision) == 2


def test_what_was_judged_different_stays_away_and_what_is_unsure_stays(client: Any, kade: Street) -> None:
    one, other = noted(kade, "Fijke", 3), noted(kade, "Feike", 9)
    client.sign_in("jongerenwerker")
    assert client.submit(url(one, other), verdict(UNSURE)).status_code == 303
    assert "eerder onbeslist" in client.get("/dubbelen").get_data(as_text=True)
    assert client.submit(url(one, other), verdict(TWO, seen="1")).status_code == 303
    page = client.get("/dubbelen").get_data(as_text=True)
    assert "Er zijn geen schuilnamen die op elkaar lijken." in page
    assert "Bekijk of herzie" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"verdict": ""}, "Oordeel"),
        ({"verdict": "misschien"}, "Kies dezelfde, twee verschillende of nog niet duidelijk."),
        ({"reason": "ja"}, "ten minste 10"),
        ({"surviving": ""}, "Kies onder welke schuilnaam"),
        ({"surviving": str(uuid4())}, "Kies onder welke schuilnaam"),
        ({"surviving": "Fijke"}, "Verder onder"),
        ({"seen": "geen"}, "Een collega heeft dit paar intussen beoordeeld"),
        ({"seen": "3"}, "Een collega heeft dit paar intussen beoordeeld"),
    ],
)
def test_a_bad_judgement_is_told_and_nothing_typed_is_lost(
    client: Any, kade: Street, changes: dict[str, str], message: str
) -> None:
    one, other = noted(kade, "Fijke", 3), noted(kade, "Feike", 9)
    client.sign_in("jeugdagent")
    answer = client.submit(url(one, other), verdict(SAME, one) | changes)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert message in page
    assert changes.get("reason", REASON) in page
    assert count(kade, PersonPairDecision) == 0


def test_a_pair_of_one_does_not_exist(client: Any, kade: Street) -> None:
    one = noted(kade, "Fijke", 3)
    client.sign_in("jeugdagent")
    assert client.get(url(one, one)).status_code == 404
    assert client.get(url(one, uuid4())).status_code == 404


def test_sent_twice_is_judged_once(client: Any, kade: Street) -> None:
    one, other = noted(kade, "Fijke", 3), noted(kade, "Feike", 9)
    client.sign_in("jeugdagent")
    fields = {**client.tokens(url(one, other)), **verdict(SAME, one)}
    assert [client.post(url(one, other), data=fields).status_code for _ in range(2)] == [303, 303]
    assert count(kade, PersonPairDecision) == 1


def test_of_two_who_judge_at_once_the_second_is_told(client: Any, kade: Street) -> None:
    one, other, third = noted(kade, "Fijke", 3), noted(kade, "Feike", 9), noted(kade, "Fike", 12)
    client.sign_in("jeugdagent")
    judge(kade, one, other, SAME, other)
    again = client.submit(url(one, other), verdict(SAME, one))
    assert "Een collega heeft dit paar intussen beoordeeld" in again.get_data(as_text=True)
    elsewhere = client.submit(url(one, third), verdict(SAME, third))
    assert "is al samengevoegd onder" in elsewhere.get_data(as_text=True)
    assert "Vergelijk" in elsewhere.get_data(as_text=True)
    assert count(kade, PersonPairDecision) == 1


# --- what cannot be ---


def test_merges_never_go_in_circles(kade: Street) -> None:
    one, two, three = (noted(kade, name, day) for name, day in (("Een", 3), ("Twee", 6), ("Drie", 9)))
    judge(kade, one, two, SAME, two)
    judge(kade, two, three, SAME, three)
    with pytest.raises(Refused, match="zou een kring geven"):
        judge(kade, three, one, SAME, one)
    with pytest.raises(Refused, match="langs een andere schuilnaam samengevoegd, onder 'Drie'"):
        judge(kade, three, one, TWO)


def test_a_merge_never_contradicts_what_was_judged_different(kade: Street) -> None:
    one, two, three = (noted(kade, name, day) for name, day in (("Een", 3), ("Twee", 6), ("Drie", 9)))
    judge(kade, one, three, TWO)
    judge(kade, one, two, SAME, two)
    with pytest.raises(Refused, match="is vastgelegd dat het twee personen zijn"):
        judge(kade, two, three, SAME, three)
    judge(kade, one, three, UNSURE)
    judge(kade, two, three, SAME, three)
    assert "Twee" not in board_names(kade)


def test_a_person_who_was_merged_is_noted_once_at_an_observation(kade: Street) -> None:
    one, other = noted(kade, "Fijke", 3), noted(kade, "Feike", 9)
    judge(kade, one, other, SAME, other)
    both = observing.Noted(
        id=uuid4(), group_id=kade.group_id, place_id=kade.place_id, started_at=NOW - timedelta(hours=2),
        duration_minutes=10, effort_minutes=10, seen_count=2, source=Source.GEZIEN, hearsay=False,
        feit="Twee op de bank.",
        present=(
            observing.PersonNoted("Fijke", Capacity.BETROKKENE), observing.PersonNoted("Feike", Capacity.BETROKKENE),
        ),
    )  # fmt: skip
    with kade.database.writing() as session:
        watch(session)
        actor = kade.city.actor("jeugdagent")
        note = partial(
            observing.note_gathering, both, member_list_allowed=lambda *_, **__: True, actor=actor, now=NOW
        )
        record(session, actor=actor, action="testgegevens", object_kind="stad", now=NOW)
        with pytest.raises(Refused) as refusal:
            note(session=session)
    assert refusal.value.fields == {
        "present.1.pseudonym": "'Feike' en 'Fijke' zijn samengevoegd tot één persoon. Haal er een weg."
    }


# --- roles and counts ---


def a_role(kade: Street, person: UUID, role: str, days: int = 0) -> None:
    with kade.database.writing() as session:
        watch(session)
        actor = kade.city.actor("jeugdagent")
        now = NOW - timedelta(days=days)
        board = member_board(kade.group_id, rules=ROLE_RULES, actor=actor, now=now, session=session)
        card = next(c for cards in board.columns.values() for c in cards if c.person_id == person)
        set_role(
            kade.group_id, person, role=role, influence="geen", certainty="midden", reason=REASON,
            basis=[one.gathering_id for one in card.evidence.sightings], rules=ROLE_RULES,
            seen=card.role.id if card.role else None, actor=actor, now=now, session=session,
        )  # fmt: skip


def counts(kade: Street) -> dict[str, int]:
    with kade.database.reading() as session:
        return role_counts(kade.group_id, now=NOW, session=session)


def test_both_roles_are_kept_and_a_new_one_leaves_the_other_line_alone(client: Any, kade: Street) -> None:
    one, other = noted(kade, "Fijke", 13, 14), noted(kade, "Feike", 19, 20)
    a_role(kade, one, "kern", days=5)
    a_role(kade, other, "meeloper", days=6)
    assert counts(kade) == {"kern": 1, "meeloper": 1, "onbekend": 2}
    judge(kade, one, other, SAME, other)
    assert counts(kade) == {"kern": 1, "meeloper": 0, "onbekend": 2}
    client.sign_in("jeugdagent")
    page = client.get(kade.url(f"/leden/{one}/rol")).get_data(as_text=True)
    assert "Rol van Feike" in page
    assert "Onder Feike staat ook: meeloper" in page
    a_role(kade, other, "onbekend", days=1)
    assert counts(kade) == {"kern": 0, "meeloper": 0, "onbekend": 3}
    judge(kade, one, other, TWO)
    assert counts(kade) == {"kern": 1, "meeloper": 0, "onbekend": 3}


def test_a_merged_member_asks_for_review_once(kade: Street) -> None:
    one, other = noted(kade, "Fijke", 90, 91), noted(kade, "Feike", 92, 93)
    a_role(kade, one, "kern", days=80)
    a_role(kade, other, "kern", days=81)

    def due() -> list[int]:
        with kade.database.reading() as session:
            worker = kade.city.actor("jongerenwerker")
            return [one.n for one in roles_due(rules=ROLE_RULES, actor=worker, now=NOW, session=session)]

    assert due() == [2]
    judge(kade, one, other, SAME, other)
    assert due() == [1]


def test_a_merged_member_leaves_the_list_under_both_names(client: Any, kade: Street) -> None:
    one, other = noted(kade, "Fijke", 3), noted(kade, "Feike", 9)
    judge(kade, one, other, SAME, other)
    client.sign_in("jeugdagent")
    answer = client.submit(
        kade.url(f"/leden/{other}/beeindigen"), {"last_day": "2026-11-22", "reason": "Verhuisd naar elders."}
    )
    assert answer.status_code == 303
    assert not {"Fijke", "Feike"} & set(board_names(kade))


# --- no loss, whatever the order ---


class _Undo(Exception):
    """Leaves the transaction without keeping anything."""


@dataclass(frozen=True)
class Picture:
    """Everything that readers tell about the persons of a group."""

    members: tuple[observing.Member, ...]
    sightings: tuple[tuple[UUID, tuple[observing.PersonSeen, ...]], ...]
    roles: tuple[tuple[str, int], ...]

    @property
    def facts(self) -> list[tuple[UUID, str]]:
        """Who was written down at which observation."""
        return sorted((at, one.noted_as) for at, present in self.sightings for one in present)

    @property
    def entries(self) -> list[UUID]:
        """The memberships."""
        return sorted(entry.membership_id for member in self.members for entry in member.entries)


def picture(kade: Street, session: Session) -> Picture:
    actor = kade.city.actor("jeugdagent")
    members = observing.members_of(kade.group_id, on=NOW.date(), actor=actor, now=NOW, session=session)
    sightings = observing.gatherings_of(kade.group_id, actor=actor, now=NOW, session=session)
    return Picture(
        tuple(members),
        tuple((one.id, one.present) for one in sightings),
        tuple(role_counts(kade.group_id, now=NOW, session=session).items()),
    )


steps = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from([SAME, SAME, TWO, UNSURE]), st.booleans()), max_size=14
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_merging_and_undoing_in_any_order_keeps_everything_and_undoing_all_gives_back_the_start(
    kade: Street, judged: list[tuple[int, PairVerdict, bool]]
) -> None:
    with kade.database.reading() as session:
        made = session.execute(select(col(Person.id)).where(col(Person.pseudonym).like("Persoon%"))).scalars()
        people = list(made)
    people = people or [noted(kade, f"Persoon {name}", *days) for name, days in (
        ("A", (3, 8)), ("B", (4,)), ("C", (5, 9, 12)), ("D", (6,)), ("E", (7, 10)),
    )]  # fmt: skip
    with suppress(_Undo), kade.database.writing() as session:
        watch(session)
        _judge_and_undo(kade, people, judged, session)
        raise _Undo


def _judge_and_undo(
    kade: Street, people: list[UUID], judged: list[tuple[int, PairVerdict, bool]], session: Session
) -> None:
    pairs = list(combinations(sorted(people), 2))
    actor = kade.city.actor("jeugdagent")
    start, now = picture(kade, session), NOW

    def merged() -> list[tuple[UUID, UUID]]:
        newest = {pair: judged_of(*pair, session=session)[:1] for pair in pairs}
        return [pair for pair, found in newest.items() if found and found[0].verdict is SAME]

    def judge_now(one: UUID, other: UUID, said: PairVerdict, surviving: UUID | None) -> None:
        seen = len(judged_of(one, other, session=session))
        judge_persons(
            one, other, said, surviving=surviving, reason=REASON, seen=seen, actor=actor, now=now, session=session
        )  # fmt: skip

    for which, said, low in judged:
        one, other = pairs[which]
        now += timedelta(minutes=1)
        try:
            judge_now(one, other, said, (one if low else other) if said is SAME else None)
        except Refused:
            continue
        after = picture(kade, session)
        known = observing.identities(session=session)
        assert len({known.of(person) for person in people}) == len(people) - len(merged())
        assert len(after.members) == len(start.members) - len(merged())
        assert after.facts == start.facts
        assert after.entries == start.entries
        assert sum(count for _, count in after.roles) == len(after.members)
    for one, other in merged():
        now += timedelta(minutes=1)
        judge_now(one, other, UNSURE, None)
    assert picture(kade, session) == start


def test_nothing_but_the_judgement_is_written(kade: Street) -> None:
    one, other = noted(kade, "Fijke", 3), noted(kade, "Feike", 9)
    tables: tuple[type[SQLModel], ...] = (Person, Presence, Membership, MemberRole)
    before = [count(kade, table) for table in tables]
    judge(kade, one, other, SAME, other)
    judge(kade, one, other, TWO)
    assert [count(kade, table) for table in tables] == before


# --- groups ---


def test_two_groups_with_the_same_people_are_judged_merged_and_undone(
    client: Any, city: City, kade: Street, clock: Clock
) -> None:
    other = street(city, name="Groep Brug")
    allow(other)
    with kade.database.writing() as session:
        watch(session)
        agent = city.actor("jeugdagent").id
        third = Person(pseudonym="Derde", regime="avg", recorded_at=NOW, recorded_by=agent)
        session.add(third)
        session.flush()
        people = [*kade.members.values(), third.id]
        for place, days in ((kade, 30), (other, 31)):
            gathering(session, place, agent, NOW - timedelta(days=days), present=people)
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
    client.sign_in("jeugdagent")
    page = client.get("/dubbelen").get_data(as_text=True)
    assert "3 jongeren zijn bij allebei gezien" in page
    here = url(kade.group_id, other.group_id, "groepen")
    assert client.submit(here, verdict(UNSURE)).status_code == 303
    clock.now += timedelta(minutes=1)
    stale = client.submit(here, verdict(SAME, kade.group_id))
    assert "Een collega heeft dit paar intussen beoordeeld" in stale.get_data(as_text=True)
    assert client.submit(here, verdict(SAME, kade.group_id, seen="1")).status_code == 303
    assert "gesloten" in client.get(other.url()).get_data(as_text=True).casefold()
    links = client.get(other.url("/banden")).get_data(as_text=True)
    assert "Ongedaan maken" in links
    with kade.database.reading() as session:
        link = session.execute(select(col(GroupLink.id))).scalar_one()
    clock.now += timedelta(minutes=1)
    undo = other.url(f"/banden/{link}/ongedaan")
    assert client.submit(undo, {"reason": " "}).status_code == 400
    assert client.submit(undo, {"reason": "Toch twee groepen."}).status_code == 303
    with kade.database.reading() as session:
        group = observing.get_group(other.group_id, actor=city.actor("jeugdagent"), session=session)
        facts = observing.facts_of(other.group_id, actor=city.actor("jeugdagent"), session=session)
    assert group.state == "actief"
    assert facts.links == ()
    assert client.get(undo).status_code == 302
    again = client.post(undo, data={**client.tokens("/groepen/nieuw"), "reason": "Nog eens."})
    assert again.status_code == 404
    clock.now += timedelta(minutes=1)
    assert client.submit(here, verdict(SAME, kade.group_id, seen="1")).status_code == 303
    assert count(kade, GroupLink) == 2


def test_groups_judged_different_stay_away_and_circles_of_groups_are_refused(
    city: City, kade: Street
) -> None:
    other = street(city, name="Jongeren Kade")
    with kade.database.writing() as session:
        watch(session)
        actor = city.actor("jeugdagent")
        for said, surviving, seen in ((TWO, None, 0), (UNSURE, None, 1), (SAME, kade.group_id, 2)):
            judge_groups(
                kade.group_id, other.group_id, said, surviving=surviving, reason=REASON, seen=seen, actor=actor,
                now=NOW + timedelta(minutes=seen + 1), session=session,
            )  # fmt: skip
        with pytest.raises(Refused, match="kring"):
            judge_groups(
                kade.group_id, other.group_id, SAME, surviving=other.group_id, reason=REASON, seen=2, actor=actor,
                now=NOW + timedelta(minutes=9), session=session,
            )  # fmt: skip


def test_a_pair_of_groups_that_was_told_apart_is_not_found_again(city: City, kade: Street) -> None:
    other = street(city, name="Jongeren Kade")
    with kade.database.writing() as session:
        watch(session)
        actor = city.actor("jeugdagent")
        for group in (kade, other):
            observing.add_group_place(
                group.group_id,
                kade.place_id,
                valid_from=date(2026, 9, 1),
                actor=actor,
                now=NOW,
                session=session,
            )

        def found() -> list[tuple[str, str]]:
            return [
                one.names
                for one in find_duplicates(rules=RULES, actor=actor, now=NOW, session=session).groups
            ]

        assert [set(names) for names in found()] == [{"Groep Kade", "Jongeren Kade"}]
        judge_groups(
            kade.group_id, other.group_id, TWO, reason=REASON, seen=0, actor=actor, now=NOW, session=session
        )
        assert found() == []
