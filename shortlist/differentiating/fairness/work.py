"""Use case of fairness: own views and readings as rows without persons, for ``shortlist analyse-bias --stored``."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.differentiating.fairness.disagreement import Compared
from shortlist.differentiating.switching.work import READERS
from shortlist.differentiating.viewing.tables import OwnView, ViewPair
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, require_role
from shortlist.guarding.tables import Account, Stadsdeel
from shortlist.observing.tables import Capacity, Gathering, Jeugdgroep, Place, Presence, Source
from shortlist.observing.work import Identities, identities, standing
from shortlist.showing.words import AMSTERDAM

_NOWHERE = "plek onbekend"
_Seen = tuple[datetime, str]
"""When and where somebody was seen with a group."""


def blind_views_as_rows(*, actor: Actor, now: datetime, session: Session) -> list[Compared]:
    """Return every blind own view beside its reading, with where and when that member was mostly seen, by which team.

    Place and hour are those of most of the sightings that the reading rested on; of equals the first in order. A team
    is the organisation of whoever gave the view, in the group's stadsdeel. Who was never seen is left out: there the
    reading cannot but abstain. Nothing in a row says who it is about; that they were read is logged.
    """
    require_role(actor, *READERS)
    who = identities(session=session)
    views = session.execute(
        select(
            col(OwnView.group_id),
            col(ViewPair.person_id),
            col(ViewPair.own),
            col(ViewPair.reading),
            col(OwnView.since),
            col(OwnView.recorded_at),
            col(Account.organisation),
            col(Stadsdeel.name),
        )
        .join(ViewPair, col(ViewPair.own_view_id) == col(OwnView.id))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(OwnView.group_id))
        .join(Stadsdeel, col(Stadsdeel.id) == col(Jeugdgroep.stadsdeel_id))
        .join(Account, col(Account.id) == col(OwnView.recorded_by))
        .where(col(OwnView.blind))
        .order_by(col(OwnView.recorded_at), col(OwnView.id), col(ViewPair.person_id))
    ).all()
    sightings = _sightings({view.group_id for view in views}, who, session=session)
    rows = []
    for group_id, person, own, reading, since, at, organisation, stadsdeel in views:
        seen = [
            one
            for one in sightings[group_id, who.of(person)]
            if since <= one[0].astimezone(AMSTERDAM).date() and one[0] <= at
        ]
        if seen:
            place, hour = _mostly(seen)
            day = at.astimezone(AMSTERDAM).date()
            rows.append(Compared(own, reading, place, hour, f"{organisation} {stadsdeel}", day))
    record(
        session,
        actor=actor,
        action="verschillen tussen eigen beeld en lezing gezocht",
        object_kind="lezing",
        now=now,
        details={"rijen": len(rows)},
    )
    return rows


def _sightings(
    groups: set[UUID], who: Identities, *, session: Session
) -> Mapping[tuple[UUID, UUID], Sequence[_Seen]]:
    found: dict[tuple[UUID, UUID], list[_Seen]] = defaultdict(list)
    for group_id, person, at, place in session.execute(
        select(col(Gathering.group_id), col(Presence.person_id), col(Gathering.started_at), col(Place.name))
        .join(Presence, col(Presence.gathering_id) == col(Gathering.id))
        .join(Place, col(Place.id) == col(Gathering.place_id), isouter=True)
        .where(
            col(Gathering.group_id).in_(groups),
            col(Presence.capacity) == Capacity.BETROKKENE.value,
            col(Gathering.source) == Source.GEZIEN.value,
            ~col(Gathering.hearsay),
            standing(),
        )
    ):
        found[group_id, who.of(person)].append((at, place or _NOWHERE))
    return found


def _mostly(seen: Sequence[_Seen]) -> tuple[str, int]:
    places = Counter(place for _, place in seen)
    hours = Counter(at.astimezone(AMSTERDAM).hour for at, _ in seen)
    return min(places, key=lambda one: (-places[one], one)), min(hours, key=lambda one: (-hours[one], one))
