"""Use cases of signals: what waits for the JIT, what a signal rests on, and the decision that a person takes on it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.differentiating.networks.tables import (
    NetworkSignal,
    SignalGathering,
    SignalGroup,
    SignalStatus,
)
from shortlist.differentiating.signals.candidates import MERGE, OPEN_GROUP, RELATE, SPLIT
from shortlist.differentiating.signals.telling import title
from shortlist.differentiating.signals.transitions import ACCEPTED, JIT, OPEN, may_follow
from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, require_role
from shortlist.guarding.tables import Account, Stadsdeel
from shortlist.observing.tables import (
    Capacity,
    Gathering,
    GroupPlace,
    Jeugdgroep,
    LinkKind,
    Membership,
    Place,
    Presence,
)
from shortlist.observing.work import (
    create_group,
    functions_of,
    get_group,
    identities,
    link_groups,
    standing,
    today,
)
from shortlist.storing.database import flush_or_refuse

_OUTSIDE = (
    "Een van de groepen ligt buiten uw stadsdelen. Aannemen kan alleen wie in beide stadsdelen werkt; bespreek het in "
    "het JIT. Afwijzen of laten staan kan wel."
)
_DECIDED = "Over dit signaal is intussen besloten. Bekijk hieronder wat er nu staat."


@dataclass(frozen=True, slots=True)
class SignalGroupLine:
    """A group that a signal is about."""

    id: UUID
    name: str
    seen: bool
    """Whether the actor works in its stadsdeel."""


@dataclass(frozen=True, slots=True)
class SignalLine:
    """A signal in a list."""

    id: UUID
    kind: str
    title: str
    stadsdeel: str
    happened_at: datetime
    recorded_at: datetime
    state: str
    groups: Sequence[SignalGroupLine]


@dataclass(frozen=True, slots=True)
class Status:
    """A dated state of a signal."""

    state: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class BehindLine:
    """A gathering behind a signal."""

    gathering_id: UUID
    at: datetime
    place: str
    group: str
    function: str
    organisation: str
    observer_id: UUID
    effort_minutes: int | None
    present: int
    """Persons noted as betrokkene."""
    per_group: Sequence[int]
    """How many of them belong to each group of the signal, in its order."""


@dataclass(frozen=True, slots=True)
class SignalDetail:
    """A signal with everything it rests on."""

    line: SignalLine
    figures: dict[str, float]
    behind: Sequence[BehindLine]
    elsewhere: int
    """Gatherings outside the actor's stadsdelen."""
    replaced: int
    """Gatherings that were corrected since."""
    shared_places: Sequence[str]
    """Places that all groups have as a usual one."""
    at_shared: int
    """Gatherings at such a place."""
    statuses: Sequence[Status]

    @property
    def observers(self) -> int:
        """How many people saw it."""
        return len({one.observer_id for one in self.behind})

    @property
    def days(self) -> int:
        """On how many days it was seen."""
        return len({today(one.at) for one in self.behind})

    @property
    def minutes(self) -> int:
        """How long was looked, as far as known."""
        return sum(one.effort_minutes or 0 for one in self.behind)


def _visible(actor: Actor) -> ColumnElement[bool] | None:
    if actor.citywide:
        return None
    about = (
        select(1)
        .select_from(SignalGroup)
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(SignalGroup.group_id))
        .where(
            col(SignalGroup.signal_id) == col(NetworkSignal.id),
            col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen),
        )
        .correlate(NetworkSignal)
    )
    return or_(col(NetworkSignal.stadsdeel_id).in_(actor.stadsdelen), exists(about))


def _lines(*conditions: ColumnElement[bool], actor: Actor, session: Session) -> list[SignalLine]:
    later = aliased(SignalStatus)
    newest = ~exists(
        select(1)
        .where(
            col(later.signal_id) == col(SignalStatus.signal_id),
            col(later.sequence) > col(SignalStatus.sequence),
        )
        .correlate(SignalStatus)
    )
    query = (
        select(NetworkSignal, col(SignalStatus.state), col(Stadsdeel.name))
        .join(SignalStatus, col(SignalStatus.signal_id) == col(NetworkSignal.id))
        .join(Stadsdeel, col(Stadsdeel.id) == col(NetworkSignal.stadsdeel_id), isouter=True)
        .where(newest, *conditions)
        .order_by(col(NetworkSignal.recorded_at).desc(), col(NetworkSignal.id))
    )
    scope = _visible(actor)
    if scope is not None:
        query = query.where(scope)
    rows = session.execute(query).all()
    groups: defaultdict[UUID, list[SignalGroupLine]] = defaultdict(list)
    for signal_id, group, name, part in session.execute(
        select(
            col(SignalGroup.signal_id),
            col(Jeugdgroep.id),
            col(Jeugdgroep.name),
            col(Jeugdgroep.stadsdeel_id),
        )
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(SignalGroup.group_id))
        .where(col(SignalGroup.signal_id).in_([signal.id for signal, _, _ in rows]))
        .order_by(col(Jeugdgroep.name), col(Jeugdgroep.id))
    ):
        groups[signal_id].append(SignalGroupLine(group, name, actor.sees(part)))
    return [
        SignalLine(
            signal.id,
            signal.kind,
            title(
                signal.kind,
                [one.name for one in groups[signal.id]],
                signal.figures.get("persons"),
                area or "meer dan één stadsdeel",
            ),
            area or "meer dan één stadsdeel",
            signal.happened_at,
            signal.recorded_at,
            state,
            groups[signal.id],
        )
        for signal, state, area in rows
    ]


def visible_signals(*, actor: Actor, session: Session) -> list[SignalLine]:
    """List the signals about the actor's stadsdelen, newest first; nothing about a person."""
    require_role(actor, *JIT)
    return _lines(actor=actor, session=session)


def open_signals(*, actor: Actor, session: Session) -> list[SignalLine]:
    """List the signals that wait for a decision, newest first."""
    require_role(actor, *JIT)
    return _lines(col(SignalStatus.state) == OPEN, actor=actor, session=session)


def get_signal(signal_id: UUID, *, actor: Actor, now: datetime, session: Session) -> SignalDetail:
    """Return a signal with the gatherings behind it; the reading is logged.

    Raises:
        NotFound: it does not exist or is about other stadsdelen; told alike on purpose.
    """
    line = _line(signal_id, actor=actor, session=session)
    record(
        session,
        actor=actor,
        action="netwerksignaal gelezen",
        object_kind="netwerksignaal",
        object_id=signal_id,
        now=now,
    )
    rows = session.execute(
        select(Gathering, col(Place.name), col(Jeugdgroep.name), standing())
        .join(SignalGathering, col(SignalGathering.gathering_id) == col(Gathering.id))
        .join(Place, col(Place.id) == col(Gathering.place_id), isouter=True)
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(Gathering.group_id), isouter=True)
        .where(col(SignalGathering.signal_id) == signal_id)
        .order_by(col(Gathering.started_at), col(Gathering.id))
    ).all()
    shown = [row for row in rows if row[3] and actor.sees(row[0].stadsdeel_id)]
    ids = [row[0].id for row in shown]
    present = _present(ids, session=session)
    counted = _of_groups(present, [one.id for one in line.groups], session=session)
    functions = functions_of({row[0].observer_id for row in shown}, session=session)
    places = _shared_places([one.id for one in line.groups], session=session)
    signal = session.get_one(NetworkSignal, signal_id)
    return SignalDetail(
        line,
        signal.figures,
        [
            BehindLine(
                row.id,
                row.started_at,
                place or "plek onbekend",
                group or "",
                functions.get(row.observer_id, ""),
                row.organisation,
                row.observer_id,
                row.effort_minutes,
                len(present.get(row.id, ())),
                [counted.get((row.id, one.id), 0) for one in line.groups],
            )
            for row, place, group, _ in shown
        ],
        sum(not actor.sees(row[0].stadsdeel_id) for row in rows),
        sum(not row[3] for row in rows if actor.sees(row[0].stadsdeel_id)),
        sorted(places.values()),
        sum(row[0].place_id in places for row in shown),
        _statuses(signal_id, session=session),
    )


def _line(signal_id: UUID, *, actor: Actor, session: Session) -> SignalLine:
    require_role(actor, *JIT)
    found = _lines(col(NetworkSignal.id) == signal_id, actor=actor, session=session)
    if not found:
        raise NotFound("Dit signaal is er niet, of gaat over een stadsdeel waar u niet werkt.")
    return found[0]


def _present(gatherings: Sequence[UUID], *, session: Session) -> dict[UUID, set[UUID]]:
    """Return who was involved at each gathering; a person who was noted twice is one."""
    who = identities(session=session)
    found: dict[UUID, set[UUID]] = {}
    for gathering, person in session.execute(
        select(col(Presence.gathering_id), col(Presence.person_id)).where(
            col(Presence.gathering_id).in_(gatherings), col(Presence.capacity) == Capacity.BETROKKENE.value
        )
    ):
        found.setdefault(gathering, set()).add(who.of(person))
    return found


def _of_groups(
    present: Mapping[UUID, set[UUID]], groups: Sequence[UUID], *, session: Session
) -> dict[tuple[UUID, UUID], int]:
    """Return per gathering and group how many of those involved belong, or belonged, to the group."""
    who = identities(session=session)
    later = aliased(Membership)
    members: dict[UUID, set[UUID]] = {}
    for group, person in session.execute(
        select(col(Membership.group_id), col(Membership.person_id)).where(
            col(Membership.group_id).in_(groups),
            ~exists(select(1).where(col(later.supersedes_id) == col(Membership.id)).correlate(Membership)),
        )
    ):
        members.setdefault(group, set()).add(who.of(person))
    return {
        (gathering, group): len(persons & belong)
        for gathering, persons in present.items()
        for group, belong in members.items()
    }


def _shared_places(groups: Sequence[UUID], *, session: Session) -> dict[UUID, str]:
    """Return the places that every one of several groups has, or had, as a usual one."""
    if len(groups) < 2:
        return {}
    rows = session.execute(
        select(col(Place.id), col(Place.name))
        .join(GroupPlace, col(GroupPlace.place_id) == col(Place.id))
        .where(col(GroupPlace.group_id).in_(groups))
        .group_by(col(Place.id), col(Place.name))
        .having(func.count(col(GroupPlace.group_id).distinct()) == len(groups))
    )
    return {row[0]: row[1] for row in rows}


def _statuses(signal_id: UUID, *, session: Session) -> list[Status]:
    rows = session.execute(
        select(SignalStatus, col(Account.name))
        .join(Account, col(Account.id) == col(SignalStatus.recorded_by), isouter=True)
        .where(col(SignalStatus.signal_id) == signal_id)
        .order_by(col(SignalStatus.sequence))
    )
    return [Status(row.state, row.reason, row.recorded_at, name or "rekenproces") for row, name in rows]


# --- deciding ---


def decide_signal(
    signal_id: UUID,
    *,
    decision: str,
    reason: str,
    sequence: int,
    on_date: date | None = None,
    into: UUID | None = None,
    name: str = "",
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID | None:
    """Accept or refuse a signal with a reason; accepting carries it out. Return the group that was made, if any.

    ``sequence`` is the number of states that the actor saw. All of it happens in the caller's transaction.

    Raises:
        Refused: somebody decided meanwhile, something that the kind needs is missing, or whatever the use cases of
            groups refuse (a circle, a name in use, an implausible day).
        NotFound: it does not exist or is about other stadsdelen.
    """
    line = _line(signal_id, actor=actor, session=session)
    seen = session.execute(
        select(func.max(col(SignalStatus.sequence))).where(col(SignalStatus.signal_id) == signal_id)
    ).scalar_one()
    if seen != sequence or not may_follow(line.state, decision, actor.roles):
        raise Refused(_DECIDED)
    session.add(
        SignalStatus(
            signal_id=signal_id,
            sequence=sequence + 1,
            state=decision,
            reason=reason,
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    flush_or_refuse(session, _DECIDED)
    made = None
    if decision == ACCEPTED:
        if not all(one.seen for one in line.groups):
            raise Refused(_OUTSIDE)
        if on_date is None:
            message = "Vul in vanaf welke dag dit geldt."
            raise Refused(message, fields={"on_date": message})
        made = _carry_out(line, reason, on_date, into, name.strip(), actor=actor, now=now, session=session)
    record(
        session,
        actor=actor,
        action=f"netwerksignaal {decision}",
        object_kind="netwerksignaal",
        object_id=signal_id,
        now=now,
        details={"soort": line.kind, "groep": str(made) if made else None},
    )
    return made


def _carry_out(
    line: SignalLine,
    reason: str,
    on_date: date,
    into: UUID | None,
    name: str,
    *,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID | None:
    groups = [one.id for one in line.groups]
    context: dict[str, Any] = {"actor": actor, "now": now, "session": session}
    if line.kind == MERGE:
        if into not in groups:
            message = "Kies welke groep blijft bestaan."
            raise Refused(message, fields={"into": message})
        for group in groups:
            if group != into:
                link_groups(group, into, LinkKind.SAMENGEGAAN, on_date=on_date, reason=reason, **context)
        return None
    if line.kind == RELATE:
        link_groups(groups[0], groups[1], LinkKind.VERWANT, on_date=on_date, reason=reason, **context)
        return None
    if not name:
        message = "Geef de nieuwe groep een naam."
        raise Refused(message, fields={"name": message})
    made = create_group(
        name, _stadsdeel_for(line, actor=actor, session=session), first_signal_on=on_date, **context
    )
    if line.kind == SPLIT:
        link_groups(groups[0], made, LinkKind.AFGESPLITST, on_date=on_date, reason=reason, **context)
    return made


def _stadsdeel_for(line: SignalLine, *, actor: Actor, session: Session) -> UUID:
    """Return under which stadsdeel a new group falls: the old group's, the signal's, or where it was seen most."""
    if line.kind != OPEN_GROUP:
        return get_group(line.groups[0].id, actor=actor, session=session).stadsdeel_id
    own = session.get_one(NetworkSignal, line.id).stadsdeel_id
    if own is not None:
        return own
    most: UUID = session.execute(
        select(col(Gathering.stadsdeel_id))
        .join(SignalGathering, col(SignalGathering.gathering_id) == col(Gathering.id))
        .where(col(SignalGathering.signal_id) == line.id)
        .group_by(col(Gathering.stadsdeel_id))
        .order_by(func.count().desc(), col(Gathering.stadsdeel_id))
        .limit(1)
    ).scalar_one()
    return most


def first_day(detail: SignalDetail, *, session: Session) -> date:
    """Return the day to propose: of the first gathering, but never before a group was first signalled."""
    day = today(min((one.at for one in detail.behind), default=detail.line.happened_at))
    floors: list[date] = list(
        session.execute(
            select(col(Jeugdgroep.first_signal_on)).where(
                col(Jeugdgroep.id).in_([one.id for one in detail.line.groups])
            )
        ).scalars()
    )
    return max([day, *floors])
