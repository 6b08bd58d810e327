"""Finding jeugdgroepen: the list with what was seen lately, one group, what is on record about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.errors import NotFound
from shortlist.guarding.audit import UNLOGGED
from shortlist.guarding.roles import Actor, require_stadsdeel
from shortlist.guarding.tables import Stadsdeel
from shortlist.observing.tables import (
    Gathering,
    GroupLink,
    GroupLinkEnd,
    GroupPlace,
    GroupState,
    GroupStatus,
    Jeugdgroep,
    LinkKind,
    Place,
    Source,
)
from shortlist.showing.words import AMSTERDAM

RECENT = timedelta(weeks=4)
"""The period of the counts in the list of groups."""


@dataclass(frozen=True, slots=True)
class Group:
    """A jeugdgroep as it stands now."""

    id: UUID
    name: str
    stadsdeel_id: UUID
    stadsdeel: str
    first_signal_on: date
    state: GroupState


@dataclass(frozen=True, slots=True)
class GroupLine(Group):
    """A group in the list, with what was seen in the last four weeks and how much was looked."""

    places: tuple[str, ...] = ()
    """Names of the present usual places; empty: no fixed place."""
    last_seen: datetime | None = None
    """When somebody of the group was last seen with own eyes."""
    seen: int = 0
    """Observations on which somebody was there."""
    visits: int = 0
    """Observations with own eyes, nil returns included."""
    minutes: int = 0
    """How long was looked, as far as known."""
    reports: int = 0
    """Observations from hearsay or a report."""


@dataclass(frozen=True, slots=True)
class DatedPlace:
    """A usual place of a group with its period."""

    id: UUID
    place_id: UUID
    name: str
    kind: str
    lon: float
    lat: float
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class DatedLink:
    """A link of a group with another one, as seen from the first."""

    id: UUID
    kind: LinkKind
    other_id: UUID
    other: str
    other_seen: bool
    """Whether the actor may open the other group's page."""
    outgoing: bool
    """Whether this group is the older one of the two."""
    on_date: date
    reason: str


@dataclass(frozen=True, slots=True)
class DatedState:
    """A state that a group got on a moment."""

    state: GroupState
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """What is on record about a group apart from observations."""

    places: Sequence[DatedPlace] = field(default_factory=tuple)
    links: Sequence[DatedLink] = field(default_factory=tuple)
    states: Sequence[DatedState] = field(default_factory=tuple)


def today(now: datetime) -> date:
    """Return the Dutch calendar day of a moment."""
    return now.astimezone(AMSTERDAM).date()


def latest_state() -> Any:
    """Return the newest state of the row's group as a scalar subquery to put in a select."""
    return (
        select(col(GroupStatus.state))
        .where(col(GroupStatus.group_id) == col(Jeugdgroep.id))
        .order_by(col(GroupStatus.recorded_at).desc())
        .limit(1)
        .correlate(Jeugdgroep)
        .scalar_subquery()
    )


def standing() -> ColumnElement[bool]:
    """Return the condition that a gathering was not replaced by a corrected one."""
    later = aliased(Gathering)
    return ~exists(select(1).where(col(later.supersedes_id) == col(Gathering.id)).correlate(Gathering))


def standing_place() -> ColumnElement[bool]:
    """Return the condition that a dated place was not replaced by a later row."""
    later = aliased(GroupPlace)
    return ~exists(select(1).where(col(later.supersedes_id) == col(GroupPlace.id)).correlate(GroupPlace))


def standing_link() -> ColumnElement[bool]:
    """Return the condition that a link between groups was not undone."""
    return ~exists(select(1).where(col(GroupLinkEnd.link_id) == col(GroupLink.id)).correlate(GroupLink))


def _place_on(day: date) -> ColumnElement[bool]:
    until = col(GroupPlace.valid_until)
    return and_(standing_place(), col(GroupPlace.valid_from) <= day, or_(until.is_(None), until >= day))


def _last_seen() -> Any:
    return (
        select(col(Gathering.started_at))
        .where(
            col(Gathering.group_id) == col(Jeugdgroep.id),
            col(Gathering.source) == Source.GEZIEN.value,
            col(Gathering.seen_count) > 0,
            standing(),
        )
        .order_by(col(Gathering.started_at).desc())
        .limit(1)
        .correlate(Jeugdgroep)
        .scalar_subquery()
    )


def _within(actor: Actor) -> ColumnElement[bool] | None:
    return None if actor.citywide else col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen)


def _chosen(
    query: Select[Any],
    *,
    actor: Actor,
    day: date,
    stadsdeel_id: UUID | None,
    state: GroupState | None,
    text: str,
) -> Select[Any]:
    scope = _within(actor)
    if scope is not None:
        query = query.where(scope)
    if stadsdeel_id is not None:
        query = query.where(col(Jeugdgroep.stadsdeel_id) == stadsdeel_id)
    if state is not None:
        query = query.where(latest_state() == state.value)
    if text.strip():
        wanted = text.strip().lower()
        placed = exists(
            select(1)
            .select_from(GroupPlace)
            .join(Place, col(Place.id) == col(GroupPlace.place_id))
            .where(
                col(GroupPlace.group_id) == col(Jeugdgroep.id),
                _place_on(day),
                func.lower(col(Place.name)).contains(wanted, autoescape=True),
            )
            .correlate(Jeugdgroep)
        )
        query = query.where(or_(func.lower(col(Jeugdgroep.name)).contains(wanted, autoescape=True), placed))
    return query


def count_groups(
    *,
    stadsdeel_id: UUID | None = None,
    state: GroupState | None = None,
    text: str = "",
    actor: Actor,
    now: datetime,
    session: Session,
) -> int:
    """Return how many groups ``visible_groups`` would list with the same filter."""
    query = select(func.count()).select_from(Jeugdgroep)
    query = _chosen(query, actor=actor, day=today(now), stadsdeel_id=stadsdeel_id, state=state, text=text)
    count: int = session.execute(query).scalar_one()
    return count


def visible_groups(
    *,
    stadsdeel_id: UUID | None = None,
    state: GroupState | None = None,
    text: str = "",
    by_last_seen: bool = False,
    offset: int = 0,
    limit: int | None = None,
    actor: Actor,
    now: datetime,
    session: Session,
) -> list[GroupLine]:
    """List the groups within the actor's stadsdelen, by name or by when they were last seen (newest first).

    ``text`` is looked for in the name and in the names of the present places. Yields counts, nothing about persons,
    so no audit row is needed. Never sorted by anything like a score.
    """
    day = today(now)
    seen_at = _last_seen()
    query = select(
        col(Jeugdgroep.id),
        col(Jeugdgroep.name),
        col(Jeugdgroep.stadsdeel_id),
        col(Stadsdeel.name).label("stadsdeel"),
        col(Jeugdgroep.first_signal_on),
        latest_state().label("state"),
        seen_at.label("last_seen"),
    ).join(Stadsdeel, col(Stadsdeel.id) == col(Jeugdgroep.stadsdeel_id))
    query = _chosen(query, actor=actor, day=day, stadsdeel_id=stadsdeel_id, state=state, text=text)
    if by_last_seen:
        query = query.order_by(seen_at.desc().nulls_last())
    query = query.order_by(col(Jeugdgroep.name), col(Jeugdgroep.id)).offset(offset)
    if limit is not None:
        query = query.limit(limit)
    unlogged = {UNLOGGED: "counts and last dates per group, nobody's person"}
    rows = session.execute(query, execution_options=unlogged).all()
    ids = [row.id for row in rows]
    if not ids:
        return []
    whole = limit is None and stadsdeel_id is None and state is None and not text
    counted = _counts(None if whole else ids, since=now - RECENT, session=session)
    placed = _present_places(None if whole else ids, day=day, session=session)
    return [
        GroupLine(
            row.id,
            row.name,
            row.stadsdeel_id,
            row.stadsdeel,
            row.first_signal_on,
            GroupState(row.state or GroupState.SIGNAAL),
            places=tuple(placed.get(row.id, ())),
            last_seen=row.last_seen,
            **counted.get(row.id, {}),
        )
        for row in rows
    ]


def _counts(ids: list[UUID] | None, *, since: datetime, session: Session) -> dict[UUID, dict[str, int]]:
    own = col(Gathering.source) == Source.GEZIEN.value
    query = (
        select(
            col(Gathering.group_id),
            func.sum(case((and_(own, col(Gathering.seen_count) > 0), 1), else_=0)),
            func.sum(case((own, 1), else_=0)),
            func.coalesce(func.sum(col(Gathering.effort_minutes)), 0),
            func.sum(case((own, 0), else_=1)),
        )
        .where(col(Gathering.started_at) >= since, col(Gathering.group_id).is_not(None), standing())
        .group_by(col(Gathering.group_id))
    )
    if ids is not None:
        query = query.where(col(Gathering.group_id).in_(ids))
    rows = session.execute(query, execution_options={UNLOGGED: "counts per group"})
    return {
        group_id: {"seen": seen, "visits": visits, "minutes": int(minutes), "reports": reports}
        for group_id, seen, visits, minutes, reports in rows
    }


def _present_places(ids: list[UUID] | None, *, day: date, session: Session) -> dict[UUID, list[str]]:
    query = (
        select(col(GroupPlace.group_id), col(Place.name))
        .join(Place, col(Place.id) == col(GroupPlace.place_id))
        .where(_place_on(day))
        .order_by(col(Place.name))
    )
    if ids is not None:
        query = query.where(col(GroupPlace.group_id).in_(ids))
    found: dict[UUID, list[str]] = {}
    for group_id, name in session.execute(query):
        found.setdefault(group_id, []).append(name)
    return found


def get_group(group_id: UUID, *, actor: Actor, session: Session) -> Group:
    """Return one group.

    Raises:
        NotFound: it does not exist or lies outside the actor's stadsdelen; told alike on purpose.
    """
    row = session.execute(
        select(
            col(Jeugdgroep.id),
            col(Jeugdgroep.name),
            col(Jeugdgroep.stadsdeel_id),
            col(Stadsdeel.name).label("stadsdeel"),
            col(Jeugdgroep.first_signal_on),
            latest_state().label("state"),
        )
        .join(Stadsdeel, col(Stadsdeel.id) == col(Jeugdgroep.stadsdeel_id))
        .where(col(Jeugdgroep.id) == group_id)
    ).first()
    if row is None:
        raise NotFound("Niet gevonden, of niet in een stadsdeel waar u werkt.")
    require_stadsdeel(actor, row.stadsdeel_id)
    return Group(
        row.id,
        row.name,
        row.stadsdeel_id,
        row.stadsdeel,
        row.first_signal_on,
        GroupState(row.state or GroupState.SIGNAAL),
    )


def group_names(*, actor: Actor, session: Session) -> list[Group]:
    """List the groups within the actor's stadsdelen by name, without counts: for a choice in a form."""
    query = (
        select(
            col(Jeugdgroep.id),
            col(Jeugdgroep.name),
            col(Jeugdgroep.stadsdeel_id),
            col(Stadsdeel.name),
            col(Jeugdgroep.first_signal_on),
            latest_state(),
        )
        .join(Stadsdeel, col(Stadsdeel.id) == col(Jeugdgroep.stadsdeel_id))
        .order_by(col(Jeugdgroep.name), col(Jeugdgroep.id))
    )
    scope = _within(actor)
    if scope is not None:
        query = query.where(scope)
    return [
        Group(group_id, name, stadsdeel_id, stadsdeel, since, GroupState(state or GroupState.SIGNAAL))
        for group_id, name, stadsdeel_id, stadsdeel, since, state in session.execute(query)
    ]


def facts_of(group_id: UUID, *, actor: Actor, session: Session) -> GroupFacts:
    """Return the dated places, links and states of a group; newest first, present places before past ones."""
    get_group(group_id, actor=actor, session=session)
    places = session.execute(
        select(GroupPlace, Place)
        .join(Place, col(Place.id) == col(GroupPlace.place_id))
        .where(col(GroupPlace.group_id) == group_id, standing_place())
        .order_by(
            col(GroupPlace.valid_until).desc().nulls_first(),
            col(GroupPlace.valid_from).desc(),
            col(Place.name),
        )
    )
    links = session.execute(
        select(GroupLink, Jeugdgroep)
        .join(
            Jeugdgroep,
            or_(
                and_(
                    col(GroupLink.from_group_id) == group_id, col(Jeugdgroep.id) == col(GroupLink.to_group_id)
                ),
                and_(
                    col(GroupLink.to_group_id) == group_id, col(Jeugdgroep.id) == col(GroupLink.from_group_id)
                ),
            ),
        )
        .where(standing_link())
        .order_by(col(GroupLink.on_date).desc(), col(Jeugdgroep.name))
    )
    states = session.execute(
        select(GroupStatus)
        .where(col(GroupStatus.group_id) == group_id)
        .order_by(col(GroupStatus.recorded_at).desc())
    ).scalars()
    return GroupFacts(
        tuple(
            DatedPlace(
                row.id,
                place.id,
                place.name,
                place.kind,
                place.lon,
                place.lat,
                row.valid_from,
                row.valid_until,
            )
            for row, place in places
        ),
        tuple(
            DatedLink(
                link.id,
                LinkKind(link.kind),
                other.id,
                other.name,
                actor.sees(other.stadsdeel_id),
                link.from_group_id == group_id,
                link.on_date,
                link.reason,
            )
            for link, other in links
        ),
        tuple(DatedState(GroupState(row.state), row.reason, row.recorded_at) for row in states),
    )
