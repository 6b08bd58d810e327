"""The worker's use cases: see which areas have something new, follow their groups, store picture and signals."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, exists, func, insert, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.assets import RULES
from shortlist.differentiating.networks.picture import WindowPicture
from shortlist.differentiating.networks.tables import (
    MemberOfTwo,
    NetworkPersons,
    NetworkSignal,
    NetworkSnapshot,
    NetworkWindow,
    SignalGathering,
    SignalGroup,
    SignalStatus,
)
from shortlist.differentiating.occasions import Observed, Occasion
from shortlist.differentiating.signals.candidates import (
    MERGE,
    RELATE,
    Candidate,
    Earlier,
    candidates,
    told_before,
)
from shortlist.differentiating.signals.transitions import LAPSED, OPEN
from shortlist.differentiating.tables import MemberListDecision
from shortlist.guarding.audit import UNLOGGED, record, watch
from shortlist.guarding.tables import Stadsdeel
from shortlist.observing.tables import (
    Capacity,
    Gathering,
    GroupLink,
    GroupState,
    GroupStatus,
    Jeugdgroep,
    Membership,
    Presence,
    Source,
)
from shortlist.observing.work import Identities, identities, local_midnight, standing, today
from shortlist.settings import read_settings
from shortlist.storing import jobs
from shortlist.storing.database import Database

if TYPE_CHECKING:  # scipy and scikit-network take their time to import: only the worker waits for them
    from shortlist.differentiating.network import Network, NetworkRules

JOB = "netwerk"
"""The kind of queued work."""
_GRID = date(2000, 1, 3)
"""A Monday: windows are laid from here, so that they do not slide along with today."""
_LEAST_LISTED = 2
"""A group with fewer listed members is known by who was seen with it."""
_CHANGED = "Een van de groepen is intussen gesloten, of de groepen zijn al verbonden."


@dataclass(frozen=True, slots=True)
class Area:
    """What was read of an area to follow its groups."""

    observed: Observed
    start: date
    stadsdeel_of: Mapping[str, UUID]
    """Group or gathering → its stadsdeel."""

    def fingerprint(self, rules: "NetworkRules") -> str:
        """Return a SHA-256 of everything that the answer follows from."""
        told = [
            [
                (one.id, one.at.isoformat(), one.present, one.place, one.reporter, one.effort_minutes)
                for one in self.observed.occasions
            ],
            sorted(self.observed.groups.items()),
            asdict(rules),
            self.start.isoformat(),
        ]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


# --- the queue ---


def queue_network(area: UUID | None, *, now: datetime, session: Session) -> bool:
    """Queue the following of an area (None: the whole city); tell whether it was not queued already."""
    last = _last_job(area, session=session)
    if last is not None and last.state in {jobs.JobState.WACHT, jobs.JobState.LOOPT}:
        return False
    jobs.enqueue(JOB, {"area": str(area or "")}, now=now, session=session)
    return True


def queue_due(*, now: datetime, session: Session) -> int:
    """Queue every area that was never followed, or where something was noted since; return how many.

    An area is queued at most once per ``refresh_hours``.
    """
    rules = _rules()
    parts: list[UUID | None] = [None, *session.execute(select(col(Stadsdeel.id))).scalars()]
    queued = 0
    for area in parts:
        last = _last_job(area, session=session)
        if last is not None:
            if last.queued_at > now - timedelta(hours=rules.signals.refresh_hours):
                continue
            if not _noted_since(area, last.queued_at, session=session):
                continue
        queued += queue_network(area, now=now, session=session)
    return queued


def _rules() -> "NetworkRules":
    from shortlist.differentiating.reading_files import load_network_rules

    return load_network_rules(read_settings().rules_folder or RULES)


def _last_job(area: UUID | None, *, session: Session) -> jobs.Job | None:
    found: jobs.Job | None = session.execute(
        select(jobs.Job)
        .where(
            col(jobs.Job.kind) == JOB,
            col(jobs.Job.payload)["area"].as_string() == str(area or ""),
        )
        .order_by(col(jobs.Job.queued_at).desc(), col(jobs.Job.id))
        .limit(1)
    ).scalar_one_or_none()
    return found


def _noted_since(area: UUID | None, moment: datetime, *, session: Session) -> bool:
    """Tell whether an observation, a member or a decision about a list came in after a moment."""
    for table, group in (
        (Gathering, col(Gathering.group_id)),
        (Membership, col(Membership.group_id)),
        (MemberListDecision, col(MemberListDecision.group_id)),
    ):
        query = select(1).select_from(table).where(col(table.recorded_at) > moment)
        if area is not None:
            query = query.join(Jeugdgroep, col(Jeugdgroep.id) == group).where(
                col(Jeugdgroep.stadsdeel_id) == area
            )
        if session.execute(query.limit(1), execution_options={UNLOGGED: "whether there is any"}).first():
            return True
    return False


# --- the work ---


def follow_area_job(
    database: Database, claim: jobs.Claim, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Follow the groups of a claimed job's area and store what was found; the same input is not stored twice.

    Nothing is held open while computing. Both the reading and the storing are logged.
    """
    from shortlist.differentiating.network import follow_area
    from shortlist.differentiating.networks.picture import draw

    area = UUID(claim.payload["area"]) if claim.payload["area"] else None
    rules = _rules()
    with database.writing() as session:
        read = read_area(area, rules, now=clock(), session=watch(session))
    found = follow_area(read.observed, rules, window_days=rules.signals.window_days, start=read.start)
    pictures = draw(found, read.observed, rules)
    with database.writing() as session:
        store(area, read, found, pictures, rules, now=clock(), session=watch(session))


def listed_groups(area: UUID | None, *, session: Session) -> set[UUID]:
    """Return the groups of an area whose members may be listed (step 2B)."""
    later = aliased(MemberListDecision)
    query = (
        select(col(MemberListDecision.group_id))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(MemberListDecision.group_id))
        .where(
            col(MemberListDecision.allowed).is_(True),
            ~exists(
                select(1)
                .where(
                    col(later.group_id) == col(MemberListDecision.group_id),
                    col(later.recorded_at) > col(MemberListDecision.recorded_at),
                )
                .correlate(MemberListDecision)
            ),
        )
    )
    if area is not None:
        query = query.where(col(Jeugdgroep.stadsdeel_id) == area)
    return set(session.execute(query).scalars())


def read_area(area: UUID | None, rules: "NetworkRules", *, now: datetime, session: Session) -> Area:
    """Return the gatherings seen with own eyes of the groups whose members may be listed; the reading is logged.

    Only a ``betrokkene`` counts. A group is known by its members, or by who was seen with it when hardly any is listed.
    """
    record(
        session,
        actor=None,
        action="waarnemingen gelezen voor het netwerk",
        object_kind="stadsdeel" if area else "stad",
        object_id=area,
        now=now,
        origin="rekenproces",
    )
    days = rules.signals.window_days
    current = (today(now) - _GRID).days // days
    first = _GRID + timedelta(days=days * (current - rules.signals.windows + 1))
    listed = listed_groups(area, session=session)
    rows = session.execute(
        select(
            col(Gathering.id),
            col(Gathering.started_at),
            col(Gathering.place_id),
            col(Gathering.observer_id),
            col(Gathering.effort_minutes),
            col(Gathering.group_id),
            col(Gathering.stadsdeel_id),
        )
        .where(*_usable(area, local_midnight(first)))
        .order_by(col(Gathering.started_at), col(Gathering.id))
    ).all()
    who = identities(session=session)
    present: defaultdict[UUID, dict[str, None]] = defaultdict(dict)
    for gathering_id, person_id in session.execute(
        select(col(Presence.gathering_id), col(Presence.person_id))
        .join(Gathering, col(Gathering.id) == col(Presence.gathering_id))
        .where(*_usable(area, local_midnight(first)), col(Presence.capacity) == Capacity.BETROKKENE.value)
        .order_by(col(Presence.gathering_id), col(Presence.person_id))
    ):
        present[gathering_id][str(who.of(person_id))] = None
    occasions = []
    seen_with: defaultdict[UUID, dict[str, None]] = defaultdict(dict)
    stadsdeel_of: dict[str, UUID] = {}
    for row in rows:
        if row.group_id not in listed:
            continue
        persons = tuple(present.get(row.id, ()))
        seen_with[row.group_id].update(dict.fromkeys(persons))
        stadsdeel_of[str(row.id)] = row.stadsdeel_id
        stadsdeel_of[str(row.group_id)] = row.stadsdeel_id
        occasions.append(
            Occasion(
                str(row.id),
                row.started_at,
                persons,
                str(row.place_id) if row.place_id else None,
                {},
                str(row.observer_id),
                row.effort_minutes,
            )
        )
    members = _members(listed, who, since=first, session=session)
    groups = {
        str(group): tuple(
            members[group] if len(members[group]) >= _LEAST_LISTED else seen_with.get(group, ())
        )
        for group in sorted(listed)
    }
    start = first
    looked = [one.day for one in occasions if one.looked]
    if looked:
        start = first + timedelta(days=(min(looked) - first).days // days * days)
    return Area(Observed(tuple(occasions), groups=groups), start, stadsdeel_of)


def _usable(area: UUID | None, since: datetime) -> Iterable[ColumnElement[bool]]:
    yield col(Gathering.source) == Source.GEZIEN.value
    yield col(Gathering.started_at) >= since
    yield col(Gathering.group_id).is_not(None)
    yield standing()
    if area is not None:
        yield col(Gathering.stadsdeel_id) == area


def _members(
    groups: set[UUID], who: Identities, *, since: date, session: Session
) -> defaultdict[UUID, list[str]]:
    later = aliased(Membership)
    until = col(Membership.valid_until)
    rows = session.execute(
        select(col(Membership.group_id), col(Membership.person_id))
        .where(
            until.is_(None) | (until >= since),
            ~exists(select(1).where(col(later.supersedes_id) == col(Membership.id)).correlate(Membership)),
        )
        .order_by(col(Membership.group_id), col(Membership.person_id))
    )
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for group, person in rows:
        known = str(who.of(person))
        if group in groups and known not in found[group]:
            found[group].append(known)
    return found


def store(
    area: UUID | None,
    read: Area,
    found: "Network",
    pictures: Sequence[WindowPicture],
    rules: "NetworkRules",
    *,
    now: datetime,
    session: Session,
) -> UUID | None:
    """Append a snapshot with its windows and tell new signals; None when the newest one had the same input."""
    digest = read.fingerprint(rules)
    last = session.execute(
        select(col(NetworkSnapshot.input_hash))
        .where(_of(col(NetworkSnapshot.stadsdeel_id), area))
        .order_by(col(NetworkSnapshot.computed_at).desc())
        .limit(1)
    ).scalar_one_or_none()
    if last == digest:
        return None
    snapshot = NetworkSnapshot(
        stadsdeel_id=area,
        computed_at=now,
        rules_name=rules.name,
        rules_from=rules.valid_from,
        input_hash=digest,
        n_windows=len(pictures),
    )
    session.add(snapshot)
    session.flush()
    _forget_persons(area, session=session)
    for number, picture in enumerate(pictures):
        told = asdict(picture)
        session.add(
            NetworkWindow(
                snapshot_id=snapshot.id,
                number=number,
                starts_at=picture.start,
                ends_at=picture.end,
                n_gatherings=picture.n_gatherings,
                n_persons=picture.n_persons,
                n_observers=picture.n_observers,
                minutes=picture.minutes,
                nodes=told["nodes"],
                ties=told["ties"],
                events=[_event(one) for one in told["happenings"]],
            )
        )
    session.flush()
    session.add_all(
        NetworkPersons(
            snapshot_id=snapshot.id,
            number=number,
            communities=[asdict(one) for one in picture.communities],
        )
        for number, picture in enumerate(pictures)
    )
    session.add_all(
        MemberOfTwo(
            snapshot_id=snapshot.id,
            person_id=UUID(one.person),
            home_id=UUID(one.home),
            second_id=UUID(one.second),
            n_home=one.n_home,
            n_second=one.n_second,
            share=round(one.share, 4),
            probability=round(one.probability, 4),
        )
        for one in found.two_groups
    )
    told_signals = _tell(area, snapshot.id, read, found, pictures, rules, now=now, session=session)
    record(
        session,
        actor=None,
        action="netwerk berekend",
        object_kind="netwerk",
        object_id=snapshot.id,
        now=now,
        origin="rekenproces",
        details={"vensters": len(pictures), "nieuwe signalen": told_signals},
    )
    return snapshot.id


def _of(column: Any, area: UUID | None) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.is_(None) if area is None else column == area
    return found


def _event(told: dict[str, Any]) -> dict[str, Any]:
    """Return an event as it is stored: without the gatherings behind it, which a signal keeps."""
    told.pop("behind")
    return told | {"at": told["at"].isoformat()}


def _forget_persons(area: UUID | None, *, session: Session) -> None:
    older = select(col(NetworkSnapshot.id)).where(_of(col(NetworkSnapshot.stadsdeel_id), area))
    session.execute(delete(NetworkPersons).where(col(NetworkPersons.snapshot_id).in_(older)))
    session.execute(delete(MemberOfTwo).where(col(MemberOfTwo.snapshot_id).in_(older)))


# --- signals ---


def _tell(
    area: UUID | None,
    snapshot_id: UUID,
    read: Area,
    found: "Network",
    pictures: Sequence[WindowPicture],
    rules: "NetworkRules",
    *,
    now: datetime,
    session: Session,
) -> int:
    occasions = {one.id: one for one in read.observed.occasions}
    earlier = _earlier(area, session=session)
    linked, closed = _changed(session=session)
    new = 0
    for one in candidates(pictures, found.mixing, occasions, rules.signals):
        spread = {read.stadsdeel_of[name] for name in (one.groups or one.gatherings)}
        if (area is None and len(spread) < 2) or _settled(one.kind, one.groups, linked, closed):
            continue
        told = told_before(one, earlier, rules.signals)
        if told.new:
            _add_signal(one, area, snapshot_id, now=now, session=session)
            new += 1
        elif told.more_for:
            known = next(other.gatherings for other in earlier if other.id == told.more_for)
            _add_gatherings(UUID(told.more_for), one.gatherings - known, now=now, session=session)
    for other in earlier:
        if other.state == OPEN and _settled(other.kind, other.groups, linked, closed):
            sequence = (
                1
                + session.execute(
                    select(func.max(col(SignalStatus.sequence))).where(
                        col(SignalStatus.signal_id) == UUID(other.id)
                    )
                ).scalar_one()
            )
            session.add(
                SignalStatus(
                    signal_id=UUID(other.id),
                    sequence=sequence,
                    state=LAPSED,
                    reason=_CHANGED,
                    recorded_at=now,
                )
            )
    return new


def _earlier(area: UUID | None, *, session: Session) -> list[Earlier]:
    ours = select(col(NetworkSignal.id)).where(_of(col(NetworkSignal.stadsdeel_id), area))
    groups: defaultdict[UUID, list[str]] = defaultdict(list)
    for signal_id, group in session.execute(
        select(col(SignalGroup.signal_id), col(SignalGroup.group_id)).where(
            col(SignalGroup.signal_id).in_(ours)
        )
    ):
        groups[signal_id].append(str(group))
    gatherings: defaultdict[UUID, set[str]] = defaultdict(set)
    for signal_id, gathering in session.execute(
        select(col(SignalGathering.signal_id), col(SignalGathering.gathering_id)).where(
            col(SignalGathering.signal_id).in_(ours)
        )
    ):
        gatherings[signal_id].add(str(gathering))
    rows = session.execute(
        select(NetworkSignal, SignalStatus)
        .join(SignalStatus, col(SignalStatus.signal_id) == col(NetworkSignal.id))
        .where(_of(col(NetworkSignal.stadsdeel_id), area))
        .order_by(col(SignalStatus.sequence))
    )
    newest = {signal.id: (signal, status) for signal, status in rows}
    return [
        Earlier(
            str(signal.id),
            signal.kind,
            tuple(groups[signal.id]),
            frozenset(gatherings[signal.id]),
            status.state,
            None if status.state == OPEN else status.recorded_at,
        )
        for signal, status in newest.values()
    ]


def _changed(*, session: Session) -> tuple[set[frozenset[str]], set[str]]:
    """Return the pairs of groups that a person linked, and the groups that are closed."""
    linked = {
        frozenset((str(a), str(b)))
        for a, b in session.execute(select(col(GroupLink.from_group_id), col(GroupLink.to_group_id)))
    }
    later = aliased(GroupStatus)
    closed = session.execute(
        select(col(GroupStatus.group_id)).where(
            col(GroupStatus.state) == GroupState.GESLOTEN.value,
            ~exists(
                select(1)
                .where(
                    col(later.group_id) == col(GroupStatus.group_id),
                    col(later.recorded_at) > col(GroupStatus.recorded_at),
                )
                .correlate(GroupStatus)
            ),
        )
    ).scalars()
    return linked, {str(group) for group in closed}


def _settled(kind: str, groups: Sequence[str], linked: set[frozenset[str]], closed: set[str]) -> bool:
    """Tell whether people have dealt with these groups already: one is closed, or the two are linked."""
    if not closed.isdisjoint(groups):
        return True
    return kind in {MERGE, RELATE} and any(pair <= set(groups) for pair in linked)


def _add_signal(
    one: Candidate, area: UUID | None, snapshot_id: UUID, *, now: datetime, session: Session
) -> None:
    signal_id = uuid4()
    session.add(
        NetworkSignal(
            id=signal_id,
            stadsdeel_id=area,
            snapshot_id=snapshot_id,
            kind=one.kind,
            happened_at=one.at,
            figures={name: round(value, 6) for name, value in one.figures.items()},
            recorded_at=now,
        )
    )
    session.flush()
    session.add_all(SignalGroup(signal_id=signal_id, group_id=UUID(group)) for group in one.groups)
    session.add(SignalStatus(signal_id=signal_id, sequence=1, state=OPEN, recorded_at=now))
    _add_gatherings(signal_id, one.gatherings, now=now, session=session)


def _add_gatherings(signal_id: UUID, gatherings: Iterable[str], *, now: datetime, session: Session) -> None:
    rows = [
        {"signal_id": signal_id, "gathering_id": UUID(one), "recorded_at": now} for one in sorted(gatherings)
    ]
    if rows:
        session.execute(insert(SignalGathering), rows)
