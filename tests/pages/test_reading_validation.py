"""The page that says how well the reading agrees with people: counts of the city, blind views only."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shortlist.differentiating.switching.tables import ReadingSwitch
from shortlist.differentiating.tables import MemberRole
from shortlist.differentiating.viewing.tables import OwnView, ViewPair
from shortlist.guarding.audit import record, watch
from shortlist.observing.tables import Jeugdgroep, Person
from tests.pages.conftest import NOORD, NOW, City
from tests.pages.street import Street, add, street

PAGE = "/lezing/ijking"
BEFORE = NOW - timedelta(weeks=4)


@pytest.fixture
def kade(city: City) -> Street:
    place = street(city)
    add(
        place,
        ReadingSwitch(
            id=UUID(int=9), sequence=1, enabled=True, reason="proef", recorded_at=BEFORE,
            recorded_by=city.actor("veiligheidsmanager").id,
        ),
    )  # fmt: skip
    return place


def keep(
    place: Street,
    number: int,
    own: str,
    reading: str,
    chance: float | None,
    *,
    blind: bool = True,
    group: UUID | None = None,
) -> list[UUID]:
    """Keep ``number`` pairs of a view by the jeugdagent, each about another made-up person; return the persons."""
    by = place.city.actor("jeugdagent").id
    view = OwnView(
        group_id=group or place.group_id, blind=blind, switch_id=UUID(int=9), model_version="1",
        model_fingerprint="a" * 64, rules_name="ledenlezing",
        rules_valid_from=date(2010, 1, 1), since=date(2026, 5, 1), n_gatherings=20,
        n_observers=3, recorded_at=BEFORE, recorded_by=by,
    )  # fmt: skip
    persons = [
        Person(pseudonym=f"P {uuid4()}", regime="avg", recorded_at=BEFORE, recorded_by=by)
        for _ in range(number)
    ]
    with place.database.writing() as session:
        watch(session)
        session.add_all([view, *persons])
        session.flush()
        session.add_all(
            ViewPair(
                own_view_id=view.id, person_id=person.id, own=own, reading=reading, probability_core=chance,
                low=0, high=1, n_gatherings=5, n_days=5, n_observers=2,
                abstains_because="Te weinig gezien." if reading == "onthouding" else "",
            )
            for person in persons
        )  # fmt: skip
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
        return [person.id for person in persons]


def roles(place: Street, persons: list[UUID], role: str, *, by: str, weeks_later: int = 1) -> None:
    """Have somebody set a role for each of them some weeks after the view."""
    at = BEFORE + timedelta(weeks=weeks_later)
    add(
        place,
        *(
            MemberRole(
                group_id=place.group_id, person_id=person, role=role, influence="geen", certainty="midden",
                reason="Zoals gezien.", review_on=date(2027, 2, 1), expires_on=date(2027, 5, 1), recorded_at=at,
                recorded_by=place.city.actor(by).id,
            )
            for person in persons
        ),
    )  # fmt: skip


def seen(client: Any, login: str = "privacy_officer") -> str:
    client.sign_in(login)
    answer = client.get(PAGE)
    assert answer.status_code == 200
    found: str = answer.get_data(as_text=True)
    return found


def cells(page: str, head: str) -> list[str]:
    """Return the cells of the table row with this head."""
    row = re.split(rf'scope="row"[^>]*>{re.escape(head)}</th>', page)[1].split("</tr>")[0]
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]


def test_below_the_least_number_nothing_is_told(client: Any, kade: Street) -> None:
    assert "Nog te weinig om iets te zeggen" in seen(client)
    keep(kade, 29, "kern", "kern", 0.6)
    page = seen(client)
    assert "Nog te weinig om iets te zeggen" in page
    assert "29" not in page.split("<main")[1]


def spread(place: Street, number: int, own: str, reading: str, chance: float | None) -> None:
    """Keep pairs spread evenly over five groups."""
    for group in GROUPS:
        keep(place, number // len(GROUPS), own, reading, chance, group=group)


GROUPS = [UUID(int=500 + number) for number in range(5)]


def test_agreement_and_calibration_are_told_with_small_numbers_left_out(client: Any, kade: Street) -> None:
    by = kade.city.actor("jeugdagent").id
    first_signal = date(2026, 6, 1)
    add(
        kade,
        *(
            Jeugdgroep(
                id=one, stadsdeel_id=NOORD, name=f"Groep {one.int}", first_signal_on=first_signal,
                recorded_at=BEFORE, recorded_by=by,
            )
            for one in GROUPS
        ),
    )  # fmt: skip
    spread(kade, 20, "kern", "kern", 0.7)
    spread(kade, 40, "meeloper", "meeloper", 0.1)
    spread(kade, 10, "meeloper", "kern", 0.7)
    keep(kade, 3, "kern", "meeloper", 0.1, group=GROUPS[0])
    spread(kade, 30, "onbekend", "onthouding", None)
    page = seen(client, "jeugdagent")
    assert "Ongeveer 100 keer" in page
    assert "In 29% daarvan onthield" in page
    assert "Cohens kappa is <strong>0,62</strong> (95%-marge 0,49 tot 0,7" in page
    assert cells(page, "Kern") == ["20", "minder dan 10", "minder dan 10"]
    assert cells(page, "Meeloper") == ["10", "40", "minder dan 10"]
    assert cells(page, "Onbekend") == ["minder dan 10", "minder dan 10", "30"]
    assert cells(page, "60% – 80%")[:3] == ["30", "70%", "67%"]
    assert cells(page, "0% – 20%")[:3] == ["43", "10%", "7%"]
    assert cells(page, "40% – 60%") == ["minder dan 10", "–", "–", "–"]


def test_in_few_groups_there_is_no_measure_of_agreement(client: Any, kade: Street) -> None:
    keep(kade, 60, "kern", "kern", 0.7)
    page = seen(client)
    assert "uit minder dan 5 groepen" in page
    assert "Cohens kappa" not in page


def test_a_view_that_was_not_blind_does_not_count(client: Any, kade: Street) -> None:
    keep(kade, 60, "kern", "kern", 0.7, blind=False)
    assert "Nog te weinig om iets te zeggen" in seen(client)


def test_only_later_roles_by_somebody_who_saw_no_reading_of_the_group_count(
    client: Any, kade: Street
) -> None:
    persons = keep(kade, 40, "onbekend", "onthouding", 0.3)
    roles(kade, persons, "kern", by="jeugdagent")
    part = seen(client).split('id="rol"')[1]
    assert "Te weinig om iets te zeggen" in part
    roles(kade, persons[:30], "meeloper", by="jongerenwerker", weeks_later=2)
    roles(kade, persons[30:], "kern", by="jongerenwerker", weeks_later=2)
    part = seen(client).split('id="rol"')[1]
    assert cells(part, "20% – 40%")[:3] == ["40", "30%", "25%"]


def test_a_role_from_before_or_long_after_the_reading_does_not_count(client: Any, kade: Street) -> None:
    persons = keep(kade, 80, "onbekend", "onthouding", 0.3)
    roles(kade, persons[:40], "kern", by="jongerenwerker", weeks_later=-1)
    roles(kade, persons[40:], "kern", by="jongerenwerker", weeks_later=27)
    assert "Te weinig om iets te zeggen" in seen(client).split('id="rol"')[1]


def test_the_page_names_no_group_and_no_person_and_is_closed_to_others(client: Any, kade: Street) -> None:
    keep(kade, 60, "kern", "kern", 0.7)
    page = seen(client)
    assert "Groep Kade" not in page
    assert "P " not in re.sub(r"<[^>]+>", "", page.split("<main")[1].split("</main>")[0])
    for login in ("stafgroeplid", "teamleider", "jeugdboa", "beheerder"):
        client.sign_in(login)
        assert client.get(PAGE).status_code == 403
