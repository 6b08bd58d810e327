"""Fills an empty database with Waterveen: who works there, which groups there are, what was seen.

Rows of one kind go in by one statement and one audit row says so; what people decide afterwards (``chain.py``) goes
through the same use cases as on the pages, with the same audit rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlmodel import Session, SQLModel, col

import shortlist.classifying.tables  # noqa: F401 — member_list_decision refers to assessment
from shortlist.demo import geography, groups, people
from shortlist.demo.mingling import mingle
from shortlist.differentiating.tables import MemberListDecision
from shortlist.errors import Refused
from shortlist.guarding.audit import record
from shortlist.guarding.passwords import hash_password
from shortlist.guarding.roles import Actor, Organisation, Role, regime_of
from shortlist.guarding.tables import Account, AccountRole, AccountStadsdeel, AuditRow, Stadsdeel
from shortlist.guarding.work import actor_by_login, actor_from
from shortlist.observing.tables import (
    Gathering,
    GatheringItem,
    GroupPlace,
    GroupStatus,
    Jeugdgroep,
    Membership,
    Person,
    Place,
    Presence,
)
from shortlist.planning.tables import PlannedVisit, Shift, Team, TeamMember, WeekPlanState, WeekPlanStatus

MARK = "demostad Waterveen gevuld"
"""The audit action by which a demo database is recognised."""
SEED = 1974


@dataclass(frozen=True, slots=True)
class Waterveen:
    """The made-up city as it was written, for what follows in the chain."""

    areas: Mapping[str, UUID]
    staff: Sequence[people.Worker]
    crews: Sequence[people.Crew]
    bands: Sequence[groups.Band]

    def actor(self, worker: people.Worker) -> Actor:
        """Return somebody as an actor, as if signed in."""
        return Actor(
            worker.id,
            worker.name,
            worker.organisation,
            frozenset({worker.role}),
            frozenset(self.areas[name] for name in worker.areas),
            not worker.areas,
            "demostad",
        )

    def someone(self, role: Role, area: str) -> Actor:
        """Return the first worker with a role who works in a stadsdeel, as an actor."""
        return self.actor(next(w for w in self.staff if w.role is role and (not w.areas or area in w.areas)))


def is_demo(session: Session) -> bool:
    """Tell whether this database holds Waterveen.

    Raises:
        Refused: it holds something else; a demo never mixes with real data.
    """
    if session.execute(select(col(AuditRow.seq)).where(col(AuditRow.action) == MARK).limit(1)).first():
        return True
    for table in (Account, Stadsdeel, Jeugdgroep, AuditRow):
        if session.execute(select(table).limit(1)).first():
            raise Refused(
                "Deze database bevat al andere gegevens; de demostad komt daar niet bij. "
                "Kies een lege database met SHORTLIST_DATABASE_URL of een andere map met SHORTLIST_DATA_DIR."
            )
    return False


def reopen(session: Session, login: str = "coordinator") -> Actor:
    """Return the coordinator (or another account) of a city that was written earlier, as an actor."""
    return actor_by_login(login, origin="demostad", session=session)


def computed_plans(session: Session) -> tuple[bool, dict[UUID, int]]:
    """Return whether every plan is computed, and plan → newest step of those that nobody decided on."""
    newest: dict[UUID, tuple[int, str]] = {}
    for row in session.execute(select(WeekPlanStatus).order_by(col(WeekPlanStatus.sequence))).scalars():
        newest[row.plan_id] = (row.sequence, row.state)
    open_plans = {plan: step for plan, (step, state) in newest.items() if state == WeekPlanState.CONCEPT}
    return all(state != WeekPlanState.BEREKENEN for _, state in newest.values()), open_plans


def planned_visits(plan_id: UUID, *, until: datetime, session: Session) -> list[PlannedVisit]:
    """List the visits of a plan that end before a moment, by time."""
    return list(
        session.execute(
            select(PlannedVisit)
            .where(col(PlannedVisit.plan_id) == plan_id, col(PlannedVisit.ends_at) < until)
            .order_by(col(PlannedVisit.starts_at), col(PlannedVisit.id))
        ).scalars()
    )


def staff_of_visit(visit_id: UUID, *, session: Session) -> Actor:
    """Return the first member of the team that a visit is planned for, as an actor."""
    account = session.execute(
        select(Account)
        .join(TeamMember, col(TeamMember.account_id) == col(Account.id))
        .join(PlannedVisit, col(PlannedVisit.team_id) == col(TeamMember.team_id))
        .where(col(PlannedVisit.id) == visit_id)
        .order_by(col(Account.login))
        .limit(1)
    ).scalar_one()
    return actor_from(account, origin="demostad", session=session)


def list_actors(*, origin: str, session: Session) -> list[Actor]:
    """Return everybody who works in the city as an actor, by login."""
    rows = session.execute(select(Account).order_by(col(Account.login))).scalars()
    return [actor_from(account, origin=origin, session=session) for account in rows]


def _insert(session: Session, table: type[SQLModel], rows: Iterable[Mapping[str, Any]]) -> int:
    found = [dict(row) for row in rows]
    if found:
        session.execute(insert(table), found)
    return len(found)


def fill_city(*, password: str, now: datetime, session: Session) -> tuple[Waterveen, list[groups.Sighting]]:
    """Write city, staff, groups and 12 weeks of observations up to ``now``; return them.

    In what is written some groups change (``mingling.py``); what is returned is each group as it would have been.
    """
    random = Random(SEED)  # noqa: S311 — made-up data must be the same each time
    areas = geography.areas(random)
    spots = geography.spots(random)
    staff = people.workers([area.name for area in areas], random)
    crews = people.crews(staff, random)
    bands = groups.bands(spots, today=now.astimezone(groups.AMSTERDAM).date(), random=random)
    city = Waterveen({area.name: area.id for area in areas}, staff, crews, bands)
    start = now - timedelta(weeks=groups.WEEKS + 40)
    _write_city(city, areas, spots, password=password, start=start, session=session)
    _write_teams(city, spots, now=now, random=random, session=session)
    _write_groups(city, now=now, session=session)
    seen = list(groups.sightings(list(bands), list(staff), now=now, random=random))
    apart = Random(SEED + 1)  # noqa: S311 — as above, and nothing else changes by it
    seen += groups.closer_looks(list(bands), list(staff), now=now, random=apart)
    changed = mingle(seen, bands, staff, now=now, random=Random(SEED + 2))  # noqa: S311 — as above
    _write_newcomers(city, changed.newcomers, changed.host, now=now, session=session)
    _write_sightings(city, changed.seen, now=now, session=session)
    record(
        session,
        actor=None,
        action=MARK,
        object_kind="stad",
        now=now,
        details={
            "groepen": len(bands),
            "leden": sum(len(b.members) for b in bands),
            "waarnemingen": len(changed.seen),
        },
        origin="opdrachtregel",
    )
    return city, seen


def _write_city(
    city: Waterveen,
    areas: Sequence[geography.Area],
    spots: Sequence[geography.Spot],
    *,
    password: str,
    start: datetime,
    session: Session,
) -> None:
    _insert(session, Stadsdeel, ({"id": a.id, "name": a.name, "boundary": a.ring} for a in areas))
    hashed = hash_password(password)
    _insert(
        session,
        Account,
        (
            {
                "id": worker.id,
                "login": worker.login,
                "name": worker.name,
                "organisation": worker.organisation.value,
                "citywide": not worker.areas,
                "password_hash": hashed if worker.signs_in else None,
                "active": True,
                "created_at": start,
            }
            for worker in city.staff
        ),
    )
    _insert(session, AccountRole, ({"account_id": w.id, "role": w.role.value} for w in city.staff))
    _insert(
        session,
        AccountStadsdeel,
        ({"account_id": w.id, "stadsdeel_id": city.areas[name]} for w in city.staff for name in w.areas),
    )
    _insert(
        session,
        Place,
        (
            {
                "id": spot.id,
                "stadsdeel_id": city.areas[spot.area],
                "name": spot.name,
                "kind": spot.kind,
                "lon": spot.lon,
                "lat": spot.lat,
            }
            for spot in spots
        ),
    )


def _write_teams(
    city: Waterveen, spots: Sequence[geography.Spot], *, now: datetime, random: Random, session: Session
) -> None:
    bases = {spot.name: spot.id for spot in spots if spot.kind == "basis"}
    _insert(
        session,
        Team,
        (
            {"id": c.id, "name": c.name, "kind": c.kind, "base_place_id": bases[c.base], "active": True}
            for c in city.crews
        ),
    )
    _insert(
        session,
        TeamMember,
        ({"team_id": crew.id, "account_id": member} for crew in city.crews for member in crew.members),
    )
    today = now.astimezone(groups.AMSTERDAM).date()
    monday = today - timedelta(days=today.weekday())
    rows = []
    for week in range(-1, 3):
        for number, crew in enumerate(city.crews):
            for weekday in range(7):
                hours = people.shift_hours(crew.kind, weekday, number)
                if hours is not None:
                    day = monday + timedelta(weeks=week, days=weekday)
                    first, last = (_local(day, *moment) for moment in hours)
                    rows.append(
                        {
                            "id": geography.made_id(random),
                            "team_id": crew.id,
                            "starts_at": first,
                            "ends_at": last,
                        }
                    )
    _insert(session, Shift, rows)


def _local(day: date, hour: int, minute: int) -> datetime:
    """Return the UTC moment of a local clock time; an hour of 24 or more lies on the next day."""
    local = datetime.combine(day + timedelta(days=hour // 24), time(hour % 24, minute), groups.AMSTERDAM)
    return local.astimezone(UTC)


def _write_groups(city: Waterveen, *, now: datetime, session: Session) -> None:
    managers = {band.id: city.someone(Role.VEILIGHEIDSMANAGER, band.area).id for band in city.bands}
    agents = {band.id: city.someone(Role.JEUGDAGENT, band.area).id for band in city.bands}
    listed = [band for band in city.bands if band.members]
    seen_first = {band.id: _local(band.first_signal, 18, 0) for band in city.bands}

    def by(band: groups.Band, who: Mapping[UUID, UUID]) -> dict[str, Any]:
        return {"recorded_at": min(seen_first[band.id], now), "recorded_by": who[band.id]}

    _insert(
        session,
        Jeugdgroep,
        (
            {
                "id": band.id,
                "stadsdeel_id": city.areas[band.area],
                "name": band.name,
                "first_signal_on": band.first_signal,
                **by(band, agents),
            }
            for band in city.bands
        ),
    )
    _insert(
        session,
        GroupStatus,
        (
            {
                "id": _derived(band.id, 1),
                "group_id": band.id,
                "state": "signaal" if band.profile == "nieuw" else "actief",
                "reason": "Eerste signaal van de straat.",
                **by(band, agents),
            }
            for band in city.bands
        ),
    )
    _insert(
        session,
        GroupPlace,
        (
            {
                "id": _derived(band.id, 2),
                "group_id": band.id,
                "place_id": band.spots[0].id,
                "valid_from": band.first_signal,
                "valid_until": None,
                "supersedes_id": None,
                **by(band, agents),
            }
            for band in city.bands
            if not band.fluid
        ),
    )
    _insert(
        session,
        MemberListDecision,
        (
            {
                "id": _derived(band.id, 3),
                "group_id": band.id,
                "allowed": True,
                "reason": "De waarnemingen laten herhaald hinderlijk of erger gedrag zien; wie erbij hoort is nodig "
                "om meelopers te kunnen bereiken.",
                **by(band, managers),
            }
            for band in listed
        ),
    )
    members = [(band, member) for band in listed for member in band.members]
    _insert(
        session,
        Person,
        (
            {
                "id": member.id,
                "pseudonym": member.pseudonym,
                "regime": regime_of(Organisation.POLITIE).value,
                **by(band, agents),
            }
            for band, member in members
        ),
    )
    _insert(
        session,
        Membership,
        (
            {
                "id": _derived(member.id, 4),
                "group_id": band.id,
                "person_id": member.id,
                "valid_from": band.first_signal,
                "valid_until": None,
                "reason": "Herhaald bij deze groep gezien.",
                "supersedes_id": None,
                **by(band, agents),
            }
            for band, member in members
        ),
    )


def _write_newcomers(
    city: Waterveen,
    newcomers: Sequence[groups.Youngster],
    host: groups.Band,
    *,
    now: datetime,
    session: Session,
) -> None:
    """Write persons whom nobody listed as members."""
    _insert(
        session,
        Person,
        (
            {
                "id": youngster.id,
                "pseudonym": youngster.pseudonym,
                "regime": regime_of(Organisation.POLITIE).value,
                "recorded_at": now - timedelta(weeks=9),
                "recorded_by": city.someone(Role.JEUGDAGENT, host.area).id,
            }
            for youngster in newcomers
        ),
    )


def _derived(base: UUID, number: int) -> UUID:
    """Return a further id that follows from another, so that the same seed gives the same rows."""
    return UUID(int=(base.int + number) % (1 << 128))


def _write_sightings(
    city: Waterveen, seen: Sequence[groups.Sighting], *, now: datetime, session: Session
) -> None:
    _insert(
        session,
        Gathering,
        (
            {
                "id": sighting.id,
                "stadsdeel_id": city.areas[sighting.spot.area],
                "group_id": sighting.band.id,
                "place_id": sighting.spot.id,
                "started_at": sighting.started_at,
                "duration_minutes": sighting.duration,
                "effort_minutes": sighting.effort,
                "seen_count": sighting.seen,
                "observer_id": sighting.observer.id,
                "organisation": sighting.observer.organisation.value,
                "regime": regime_of(sighting.observer.organisation).value,
                "source": sighting.source,
                "hearsay": sighting.source == "gehoord",
                "feit": sighting.feit,
                "oordeel": sighting.oordeel,
                "supersedes_id": None,
                "recorded_at": min(sighting.started_at + timedelta(minutes=100), now),
                "recorded_by": sighting.observer.id,
            }
            for sighting in seen
        ),
    )
    _insert(session, GatheringItem, ({"gathering_id": s.id, "item": item} for s in seen for item in s.items))
    _insert(
        session,
        Presence,
        (
            {
                "gathering_id": s.id,
                "person_id": youngster.id,
                "capacity": "betrokkene",
                "role_seen": role,
                "feit": "",
            }
            for s in seen
            for youngster, role in s.present
        ),
    )
