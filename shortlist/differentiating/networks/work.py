"""Use cases of the networks pages: the stored picture of an area in one window, and who stands in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.differentiating.following.work import listed_groups, queue_network
from shortlist.differentiating.networks.tables import (
    MemberOfTwo,
    NetworkPersons,
    NetworkSnapshot,
    NetworkWindow,
)
from shortlist.differentiating.networks.telling import (
    Dot,
    EventLine,
    Line,
    event_line,
    firmness,
    name_of,
    numbered,
    tie_words,
    two_groups_words,
)
from shortlist.errors import NotFound
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role, require_stadsdeel
from shortlist.observing.persons.work import pseudonyms
from shortlist.observing.tables import Capacity, Gathering, Jeugdgroep, Place, Presence
from shortlist.observing.work import MEMBER_VIEWERS, identities, standing

READERS = (*MEMBER_VIEWERS, Role.STAFGROEPLID, Role.COORDINATOR_VTH)
"""Who sees groups and numbers."""
MOST_DRAWN = 60
"""Groups on one page: more are not to be told apart in a picture."""
MOST_EVENTS = 40


@dataclass(frozen=True, slots=True)
class WindowLine:
    """A window that can be chosen."""

    number: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Picture:
    """An area in one window, as far as one page shows it."""

    snapshot_id: UUID
    computed_at: datetime
    rules: str
    windows: Sequence[WindowLine]
    current: WindowLine
    n_gatherings: int
    n_persons: int
    n_observers: int
    minutes: int
    dots: Sequence[Dot]
    lines: Sequence[Line]
    n_dots: int
    """Groups in the window, those on other pages included."""
    events: Sequence[EventLine]
    """Of this window; on a further page those about the groups shown."""
    history: Sequence[EventLine]
    """Of all windows, newest first, at most ``MOST_EVENTS``."""


@dataclass(frozen=True, slots=True)
class CommunityPersons:
    """Who was seen in one group of the window, by pseudonym."""

    label: str
    pseudonyms: Sequence[str]
    others: int
    """Persons that the viewer may not see by pseudonym."""


@dataclass(frozen=True, slots=True)
class Persons:
    """The persons of one window, and who moves in two groups."""

    picture: Picture
    communities: Sequence[CommunityPersons]
    n_communities: int
    """Those on other pages included."""
    of_two: Sequence[tuple[str, str]]
    """Pseudonym and the fact, in alphabetical order."""


def require_area(area: UUID | None, actor: Actor) -> None:
    """Raise NotFound when the actor does not work in this stadsdeel, or (None) not in the whole city."""
    if area is not None:
        require_stadsdeel(actor, area)
    elif not actor.citywide:
        raise NotFound(
            "Het netwerk van de hele stad is er voor wie in de hele stad werkt. Kies uw stadsdeel."
        )


def picture_of(
    area: UUID | None, *, window: int | None = None, page: int = 1, actor: Actor, session: Session
) -> Picture | None:
    """Return the newest picture of an area in a window (None: the last one), or None when there is none yet.

    Groups with a tie or an event come first, then by name; ``page`` of ``MOST_DRAWN``. Nothing about a person.
    """
    require_role(actor, *READERS)
    require_area(area, actor)
    snapshot = _newest(area, session=session)
    if snapshot is None or not snapshot.n_windows:
        return None
    number = snapshot.n_windows - 1 if window is None else min(max(window, 0), snapshot.n_windows - 1)
    row = session.get_one(NetworkWindow, (snapshot.id, number))
    told = session.execute(
        select(
            col(NetworkWindow.number),
            col(NetworkWindow.starts_at),
            col(NetworkWindow.ends_at),
            col(NetworkWindow.events),
        )
        .where(col(NetworkWindow.snapshot_id) == snapshot.id)
        .order_by(col(NetworkWindow.number))
    ).all()
    newest = [event for one in reversed(told) for event in one.events][:MOST_EVENTS]
    wanted = {node["id"] for node in row.nodes if node["known"]}
    for event in [*row.events, *newest]:
        wanted |= {group for side in (*event["before"], *event["after"]) for group in side["groups"]}
    names = _group_names(wanted, session=session)
    named = {
        node["id"]: name_of(node["id"], [node["id"]] if node["known"] else [], names) for node in row.nodes
    }
    events = [event_line(event, names) for event in row.events]
    shown = _shown(row, named, events, page)
    on_page = {node["id"] for node in shown}
    lines = [
        Line(
            tie["a"],
            tie["b"],
            tie["gatherings"],
            tie["shared"],
            tie["mixes"],
            tie_words(tie["gatherings"], tie["shared"], mixes=tie["mixes"]),
        )
        for tie in row.ties
    ]
    return Picture(
        snapshot.id,
        snapshot.computed_at,
        f"{snapshot.rules_name} van {snapshot.rules_from}",
        [WindowLine(one.number, one.starts_at, one.ends_at) for one in told],
        WindowLine(number, row.starts_at, row.ends_at),
        row.n_gatherings,
        row.n_persons,
        row.n_observers,
        row.minutes,
        _dots(shown, lines, named, events, session=session),
        [line for line in lines if line.a in on_page and line.b in on_page],
        len(row.nodes),
        [event for event in events if page == 1 or event.about & on_page],
        [event_line(event, names) for event in newest],
    )


def _newest(area: UUID | None, *, session: Session) -> NetworkSnapshot | None:
    column = col(NetworkSnapshot.stadsdeel_id)
    found: NetworkSnapshot | None = session.execute(
        select(NetworkSnapshot)
        .where(column.is_(None) if area is None else column == area)
        .order_by(col(NetworkSnapshot.computed_at).desc(), col(NetworkSnapshot.id))
        .limit(1)
    ).scalar_one_or_none()
    return found


def _group_names(groups: Collection[str], *, session: Session) -> dict[str, str]:
    rows = session.execute(
        select(col(Jeugdgroep.id), col(Jeugdgroep.name)).where(
            col(Jeugdgroep.id).in_([UUID(one) for one in groups])
        )
    )
    return {str(group): name for group, name in rows}


def _shown(
    row: NetworkWindow, named: Mapping[str, str], events: Sequence[EventLine], page: int
) -> list[dict[str, Any]]:
    busy = {name for tie in row.ties for name in (tie["a"], tie["b"])}
    busy.update(*(event.about for event in events))
    ordered = sorted(row.nodes, key=lambda node: (node["id"] not in busy, named[node["id"]].casefold()))
    return ordered[(page - 1) * MOST_DRAWN : page * MOST_DRAWN]


def _dots(
    nodes: Sequence[Mapping[str, Any]],
    lines: Sequence[Line],
    named: Mapping[str, str],
    events: Sequence[EventLine],
    *,
    session: Session,
) -> list[Dot]:
    places = {place for node in nodes for place in node["places"]}
    rows = session.execute(
        select(col(Place.id), col(Place.name)).where(col(Place.id).in_([UUID(one) for one in places]))
    )
    place_names = {str(place): name for place, name in rows}
    return [
        Dot(
            node["id"],
            named[node["id"]],
            node["known"],
            node["n_persons"],
            node["n_gatherings"],
            firmness(node["stability"]),
            tuple(place_names[place] for place in node["places"] if place in place_names),
            tuple(
                f"{named[line.b if line.a == node['id'] else line.a]}: {line.told}"
                for line in lines
                if node["id"] in (line.a, line.b)
            ),
            tuple(event.word for event in events if node["id"] in event.about),
        )
        for node in nodes
    ]


def persons_of(
    area: UUID | None,
    *,
    window: int | None = None,
    page: int = 1,
    actor: Actor,
    now: datetime,
    session: Session,
) -> Persons | None:
    """Return who was seen together in a window, ``MOST_DRAWN`` groups a page, by pseudonym; the reading is logged.

    A person is shown who was seen in that window with a group whose members may be listed (step 2B) today, within
    the actor's stadsdelen; of the others only the number. Nobody is ranked: all is in alphabetical order. None when
    nothing was computed yet.
    """
    require_role(actor, *MEMBER_VIEWERS)
    picture = picture_of(area, window=window, page=page, actor=actor, session=session)
    if picture is None:
        return None
    record(
        session,
        actor=actor,
        action="personen in het netwerk gelezen",
        object_kind="netwerk",
        object_id=picture.snapshot_id,
        now=now,
        details={"venster": picture.current.number},
    )
    listed = listed_groups(area, session=session)
    who = identities(session=session)
    present = session.execute(
        select(col(Presence.person_id))
        .join(Gathering, col(Gathering.id) == col(Presence.gathering_id))
        .where(
            col(Presence.capacity) == Capacity.BETROKKENE.value,
            col(Gathering.started_at) >= picture.current.start,
            col(Gathering.started_at) < picture.current.end,
            col(Gathering.group_id).in_(listed),
            *([] if area is None else [col(Gathering.stadsdeel_id) == area]),
            standing(),
        )
        .distinct()
    ).scalars()
    seen = pseudonyms({who.of(person) for person in present}, session=session)
    stored = session.get_one(NetworkPersons, (picture.snapshot_id, picture.current.number)).communities
    names = _group_names({group for one in stored for group in one["groups"]}, session=session)
    labels = numbered([name_of(one["id"], one["groups"], names) for one in stored])
    ordered = sorted(zip(labels, stored, strict=True), key=lambda one: one[0].casefold())
    communities = []
    for label, one in ordered[(page - 1) * MOST_DRAWN : page * MOST_DRAWN]:
        persons = {who.of(UUID(person)) for person in one["persons"]}
        known = sorted((seen[person] for person in persons if person in seen), key=str.casefold)
        communities.append(CommunityPersons(label, known, len(persons) - len(known)))
    of_two = _of_two(picture.snapshot_id, listed, session=session)
    return Persons(picture, communities, len(stored), of_two)


def _of_two(snapshot_id: UUID, listed: set[UUID], *, session: Session) -> list[tuple[str, str]]:
    rows = list(
        session.execute(
            select(MemberOfTwo).where(
                col(MemberOfTwo.snapshot_id) == snapshot_id,
                col(MemberOfTwo.home_id).in_(listed),
                col(MemberOfTwo.second_id).in_(listed),
            )
        ).scalars()
    )
    who = identities(session=session)
    pseudonym = pseudonyms({who.of(row.person_id) for row in rows}, session=session)
    names = _group_names(
        {str(group) for row in rows for group in (row.home_id, row.second_id)}, session=session
    )
    told = [
        (
            pseudonym[who.of(row.person_id)],
            two_groups_words(
                names[str(row.home_id)],
                names[str(row.second_id)],
                row.n_home,
                row.n_second,
                row.share,
                row.probability,
            ),
        )
        for row in rows
    ]
    return sorted(told, key=lambda one: one[0].casefold())


def ask_anew(area: UUID | None, *, actor: Actor, now: datetime, session: Session) -> bool:
    """Queue the following of an area; tell whether it was not queued already. The asking is logged."""
    require_role(actor, *MEMBER_VIEWERS)
    require_area(area, actor)
    queued = queue_network(area, now=now, session=session)
    record(
        session,
        actor=actor,
        action="netwerk aangevraagd",
        object_kind="stadsdeel" if area else "stad",
        object_id=area,
        now=now,
    )
    return queued
