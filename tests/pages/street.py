"""What a test needs on the street: a group with members, observations and an assessment, put straight into tables."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.classifying.tables import Assessment, Questionnaire
from shortlist.guarding.audit import record, watch
from shortlist.guarding.tables import AuditRow
from shortlist.observing.tables import Gathering, GroupStatus, Jeugdgroep, Membership, Person, Place, Presence
from shortlist.storing.database import Database
from tests.pages.conftest import NOORD, NOW, City

_LEVELS = {"ernst": "midden", "risico": "laag", "ontwikkeling": "onbekend", "impact": "hoog"}


@dataclass(frozen=True)
class Street:
    """A group with two members; both were seen twice, by a jeugdagent and by a jongerenwerker."""

    city: City
    group_id: UUID
    place_id: UUID
    members: dict[str, UUID]
    """Pseudonym → person."""
    gatherings: list[UUID] = field(default_factory=list)
    """By the jeugdagent, by the jongerenwerker."""

    @property
    def database(self) -> Database:
        return self.city.database

    def url(self, rest: str = "") -> str:
        return f"/groepen/{self.group_id}{rest}"


def street(city: City, *, name: str = "Groep Kade", part: UUID = NOORD, suffix: str = "") -> Street:
    """Fill a street in one stadsdeel; ``suffix`` chooses the accounts (``-zuid``)."""
    with city.database.writing() as session:
        watch(session)
        agent, worker = city.actor(f"jeugdagent{suffix}"), city.actor(f"jongerenwerker{suffix}")
        group = Jeugdgroep(
            stadsdeel_id=part,
            name=name,
            first_signal_on=date(2026, 6, 1),
            recorded_at=NOW,
            recorded_by=agent.id,
        )
        place = Place(stadsdeel_id=part, name=f"Plein {name}", kind="plein", lon=5.05, lat=52.05)
        session.add_all([group, place])
        session.flush()
        session.add(
            GroupStatus(
                group_id=group.id, state="actief", reason="gezien", recorded_at=NOW, recorded_by=agent.id
            )
        )
        members = {}
        for pseudonym in (f"{name} Zwaluw", f"{name} Ekster"):
            person = Person(pseudonym=pseudonym, regime="avg", recorded_at=NOW, recorded_by=agent.id)
            session.add(person)
            session.flush()
            session.add(
                Membership(
                    group_id=group.id,
                    person_id=person.id,
                    valid_from=date(2026, 9, 1),
                    recorded_at=NOW,
                    recorded_by=agent.id,
                )
            )
            members[pseudonym] = person.id
        found = Street(city, group.id, place.id, members)
        for observer, days in ((agent, 3), (worker, 5)):
            found.gatherings.append(
                gathering(
                    session, found, observer.id, NOW - timedelta(days=days), observer.organisation.value
                )
            )
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
    return found


def gathering(
    session: Session,
    place: Street,
    observer: UUID,
    at: datetime,
    organisation: str = "politie",
    *,
    present: Iterable[UUID] | None = None,
    capacity: str = "betrokkene",
    hearsay: bool = False,
    effort: int = 30,
    feit: str = "Zes jongeren, luide muziek.",
) -> UUID:
    """Add one observation of the group with everybody (or ``present``) there."""
    row = Gathering(
        stadsdeel_id=NOORD, group_id=place.group_id, place_id=place.place_id, started_at=at, duration_minutes=20,
        effort_minutes=effort, seen_count=6, observer_id=observer, organisation=organisation, regime="avg",
        source="gehoord" if hearsay else "gezien", hearsay=hearsay, feit=feit,
        recorded_at=at + timedelta(hours=1), recorded_by=observer,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add_all(
        Presence(gathering_id=row.id, person_id=person, capacity=capacity, role_seen="leidt")
        for person in (place.members.values() if present is None else present)
    )
    return row.id


def add(place: Street, *rows: Any) -> None:
    """Add rows in a transaction of their own."""
    with place.database.writing() as session:
        watch(session)
        session.add_all(rows)
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)


def assess(
    place: Street, decided: str = "overlastgevend", *, days_ago: int = 2, expires_in: int = 180
) -> UUID:
    """Give the group an assessment with a duiding and return its id."""
    by = place.city.actor("jongerenwerker").id
    at = NOW - timedelta(days=days_ago)
    paper = uuid4()
    add(
        place,
        Questionnaire(
            id=paper,
            group_id=place.group_id,
            period_from=date(2026, 9, 1),
            period_until=date(2026, 11, 20),
            recorded_at=at,
            recorded_by=by,
        ),
    )
    row = Assessment(
        group_id=place.group_id, questionnaire_id=paper, answers={"lawaai": "vaak"},
        verdicts=[], possible=["overlastgevend"],
        duiding={theme: {"level": level, "reasons": ["Gezien op 20 november."]} for theme, level in _LEVELS.items()},
        ruleset="landelijk-2010", outcome="overlastgevend", decided=decided, reasoning="Zoals besproken.",
        expires_on=at.date() + timedelta(days=expires_in), recorded_at=at, recorded_by=by,
    )  # fmt: skip
    add(place, row)
    return row.id


def actions(database: Database) -> list[str]:
    """List the actions of the audit log, oldest first."""
    with database.reading() as session:
        return list(session.execute(select(col(AuditRow.action)).order_by(col(AuditRow.seq))).scalars())
