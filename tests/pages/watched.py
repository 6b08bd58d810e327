"""A group that was watched long enough to be read: two core members nearly always there, six now and then."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from shortlist.differentiating.tables import MemberListDecision
from shortlist.differentiating.viewing.tables import OwnView, ViewPair
from shortlist.guarding.audit import record, watch
from shortlist.observing.tables import Membership, Person
from tests.pages.conftest import NOW, City
from tests.pages.street import Street, gathering, street

CORE = ("Vink", "Duif")
OTHERS = ("Reiger", "Aalscholver", "Spreeuw", "Fuut", "Merel", "Kievit")
REASON = "Drie meldingen in een week, en twee collega's zien hetzelfde."


def watched(
    city: City,
    core: Sequence[str] = CORE,
    others: Sequence[str] = OTHERS,
    *,
    name: str = "Groep Kade",
    minutes: int = 0,
    texts: str = "",
) -> Street:
    """Fill a street whose members are these eight; step 2B is decided. ``minutes``: looked longer when Fuut is there.

    ``texts`` goes into whatever free text there is about persons.
    """
    place = street(city, name=name)
    agent = city.actor("jeugdagent")
    with place.database.writing() as session:
        watch(session)
        persons: dict[str, UUID] = {}
        for pseudonym in (*core, *others):
            person = Person(
                pseudonym=f"{pseudonym}{texts}", regime="wpg" if texts else "avg", recorded_at=NOW,
                recorded_by=agent.id,
            )  # fmt: skip
            session.add(person)
            session.flush()
            persons[pseudonym] = person.id
            session.add(
                Membership(
                    group_id=place.group_id, person_id=person.id, valid_from=date(2026, 9, 1), reason=texts,
                    recorded_at=NOW, recorded_by=agent.id,
                )
            )  # fmt: skip
        observers = [city.actor(login).id for login in ("jeugdagent", "jongerenwerker", "jeugdboa")]
        for day in range(24):
            there = [persons[one] for one in core]
            there += [persons[one] for number, one in enumerate(others) if (day + number) % 4 == 0]
            long = minutes if minutes and persons.get("Fuut") in there else 0
            gathering(
                session, place, observers[day % 3], NOW - timedelta(days=day + 6), present=there,
                effort=30 + long, feit=f"Zes jongeren. {texts}",
            )  # fmt: skip
        session.add(
            MemberListDecision(
                group_id=place.group_id, allowed=True, reason=REASON, recorded_at=NOW - timedelta(days=1),
                recorded_by=city.actor("veiligheidsmanager").id,
            )
        )  # fmt: skip
        for listed in place.members.values():
            membership = session.execute(
                select(Membership).where(col(Membership.person_id) == listed)
            ).scalar_one()
            session.add(
                Membership(
                    group_id=place.group_id, person_id=listed, valid_from=membership.valid_from,
                    valid_until=date(2026, 9, 2), supersedes_id=membership.id, recorded_at=NOW, recorded_by=agent.id,
                )
            )  # fmt: skip
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
    return Street(city, place.group_id, place.place_id, persons)


def switch_on(client: Any, login: str = "veiligheidsmanager") -> None:
    """Have somebody switch the reading on through the page."""
    client.sign_in(login)
    answer = client.submit("/lezing", {"besluit": "aan", "reason": REASON, "seen": "0"})
    assert answer.status_code == 303, answer.get_data(as_text=True)


def own_view(place: Street, core: Sequence[str] = CORE, expected: str = "2") -> dict[str, str]:
    """Return a filled-in form: these are core, all others meeloper."""
    own = {f"own.{person}": "kern" if name in core else "meeloper" for name, person in place.members.items()}
    return {**own, "expected_core": expected}


def views(place: Street) -> list[OwnView]:
    """Return what was recorded, oldest first."""
    return _all(place, select(OwnView).order_by(col(OwnView.recorded_at)))


def pairs(place: Street) -> list[ViewPair]:
    """Return every pair of an own view and a reading."""
    return _all(place, select(ViewPair))


def _all(place: Street, query: Any) -> list[Any]:
    with place.database.reading() as session:
        found = session.execute(query, execution_options={"not_personal": "fictieve testgegevens"})
        rows = list(found.scalars())
        session.expunge_all()
    return rows
