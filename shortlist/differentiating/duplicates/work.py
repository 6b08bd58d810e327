"""Use cases of finding duplicates: who and which groups may be one within the viewer's rights, and one pair in full."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.differentiating.duplicates.duplicate_files import duplicate_rules
from shortlist.differentiating.duplicates.pairing import (
    DuplicateRules,
    GroupProfile,
    Pair,
    Profile,
    Seen,
    Weighed,
    group_pairs,
    in_order,
    person_pairs,
    weigh_groups,
    weigh_persons,
)
from shortlist.differentiating.judging.work import (
    Judged,
    groups_judged,
    groups_judged_of,
    judge_persons,
    judged_of,
    persons_judged,
)
from shortlist.differentiating.tables import MemberListDecision
from shortlist.errors import Broken, NotFound
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, require_role
from shortlist.observing.tables import (
    Capacity,
    Gathering,
    GroupPlace,
    GroupState,
    Jeugdgroep,
    Membership,
    PairVerdict,
    Person,
    Place,
    Presence,
    Source,
)
from shortlist.observing.work import (
    MEMBER_VIEWERS,
    Identities,
    get_group,
    group_names,
    identities,
    standing,
    standing_membership,
    standing_place,
)
from shortlist.storing.dated_yaml import Shelf, newest_for

MOST_SHOWN = 100
"""Pairs on one page; judging some brings the next."""


def duplicate_rules_on(shelf: Shelf, now: datetime) -> DuplicateRules:
    """Return the rules about duplicates in force; :class:`Broken` when no file was sound."""
    document = newest_for(shelf.of_kind("duplicates"), now.date())
    if document is None:
        raise Broken("In de regels ontbreekt een bestand met kind: duplicates. Zet duplicates.yaml terug.")
    return duplicate_rules(document.data)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two persons or two groups that may be one."""

    first_id: UUID
    second_id: UUID
    names: tuple[str, str]
    weighed: Weighed
    judged: Judged | None
    """What was judged last; such a pair is undecided."""


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A pair that somebody judged, with the names."""

    judged: Judged
    names: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What the overview shows, alphabetical."""

    persons: tuple[Candidate, ...]
    more: int
    """How many pairs of persons are not shown."""
    groups: tuple[Candidate, ...]
    merged: tuple[JudgedPair, ...]
    apart: tuple[JudgedPair, ...]


# --- what the viewer may see ---


def _listed() -> ColumnElement[bool]:
    """Return the condition that the gathering's, membership's or group's list is allowed now (step 2B)."""
    later = aliased(MemberListDecision)
    newer = exists(
        select(1)
        .where(
            col(later.group_id) == col(MemberListDecision.group_id),
            col(later.recorded_at) > col(MemberListDecision.recorded_at),
        )
        .correlate(MemberListDecision)
    )
    return col(Jeugdgroep.id).in_(
        select(col(MemberListDecision.group_id)).where(col(MemberListDecision.allowed), ~newer)
    )


def _within(actor: Actor) -> list[ColumnElement[bool]]:
    """Return the conditions that the query's group is within the actor's stadsdelen and its list is allowed."""
    return [_listed(), *([] if actor.citywide else [col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen)])]


@dataclass(frozen=True, slots=True)
class _Visible:
    """Which records of persons the viewer may see, and where they were near."""

    names: Mapping[UUID, str]
    near: Mapping[UUID, frozenset[UUID]]
    """Record → groups and places."""


def _visible(
    actor: Actor, *, only: Collection[UUID] | None = None, since: datetime, session: Session
) -> _Visible:
    """Find the records of persons (``only`` among these) that were seen with, or belong to, a group in sight."""
    seen = (
        select(
            col(Presence.person_id), col(Gathering.group_id), col(Gathering.place_id), col(Person.pseudonym)
        )
        .join(Gathering, col(Gathering.id) == col(Presence.gathering_id))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(Gathering.group_id))
        .join(Person, col(Person.id) == col(Presence.person_id))
        .where(
            col(Presence.capacity) == Capacity.BETROKKENE.value,
            col(Gathering.started_at) >= since,
            standing(),
            *_within(actor),
        )
        .distinct()
    )
    belongs = (
        select(col(Membership.person_id), col(Membership.group_id), col(Person.pseudonym))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(Membership.group_id))
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(standing_membership(), *_within(actor))
    )
    if only is not None:
        seen = seen.where(col(Presence.person_id).in_(only))
        belongs = belongs.where(col(Membership.person_id).in_(only))
    names: dict[UUID, str] = {}
    near: dict[UUID, set[UUID]] = defaultdict(set)
    for person, group, place, pseudonym in session.execute(seen):
        names[person] = pseudonym
        near[person] |= {spot for spot in (group, place) if spot}
    for person, group, pseudonym in session.execute(belongs):
        names[person] = pseudonym
        near[person].add(group)
    return _Visible(names, {person: frozenset(spots) for person, spots in near.items()})


# --- the overview ---


def find_duplicates(*, rules: DuplicateRules, actor: Actor, now: datetime, session: Session) -> Duplicates:
    """List who and which groups may be one, and what was judged before; the reading is logged.

    Only persons of groups whose list is allowed (step 2B), within the actor's stadsdelen. Alphabetical, never by how
    much speaks for it.
    """
    require_role(actor, *MEMBER_VIEWERS)
    record(session, actor=actor, action="mogelijk dubbele personen gelezen", object_kind="persoon", now=now)
    since = now - timedelta(weeks=rules.weeks)
    visible = _visible(actor, since=since, session=session)
    known = identities(session=session)
    judged = {
        pair: one
        for one in persons_judged(session=session)
        if one.first_id in visible.names and one.second_id in visible.names
        for pair in [(one.first_id, one.second_id)]
    }
    persons = _person_candidates(visible, judged, known, rules, since=since, actor=actor, session=session)
    return Duplicates(
        persons=persons[:MOST_SHOWN],
        more=max(len(persons) - MOST_SHOWN, 0),
        groups=_group_candidates(rules, known, since=since, actor=actor, session=session),
        merged=_with_verdict(PairVerdict.DEZELFDE, judged.values(), visible.names),
        apart=_with_verdict(PairVerdict.VERSCHILLEND, judged.values(), visible.names),
    )


def _with_verdict(
    verdict: PairVerdict, judged: Iterable[Judged], names: Mapping[UUID, str]
) -> tuple[JudgedPair, ...]:
    found = (
        JudgedPair(one, (names[one.first_id], names[one.second_id]))
        for one in judged
        if one.verdict is verdict
    )
    return tuple(sorted(found, key=lambda pair: [name.casefold() for name in pair.names]))


def _person_candidates(
    visible: _Visible,
    judged: Mapping[Pair, Judged],
    known: Identities,
    rules: DuplicateRules,
    *,
    since: datetime,
    actor: Actor,
    session: Session,
) -> tuple[Candidate, ...]:
    names: dict[UUID, list[str]] = defaultdict(list)
    near: dict[UUID, set[UUID]] = defaultdict(set)
    for one, pseudonym in visible.names.items():
        names[known.of(one)].append(pseudonym)
        near[known.of(one)] |= visible.near[one]
    settled = {
        in_order(known.of(one), known.of(other))
        for (one, other), found in judged.items()
        if found.verdict is PairVerdict.VERSCHILLEND
    }
    pairs = [
        pair
        for pair in person_pairs({who: tuple(those) for who, those in names.items()}, near, rules.names)
        if pair not in settled and set(pair) <= visible.names.keys()
    ]
    profiles = _profiles(
        {who for pair in pairs for who in pair}, known, since=since, actor=actor, session=session
    )
    found = []
    for one, other in pairs:
        weighed = weigh_persons(profiles[one], profiles[other], rules)
        if weighed.together is None:
            found.append(
                Candidate(
                    one, other, (visible.names[one], visible.names[other]), weighed, judged.get((one, other))
                )
            )
    return tuple(sorted(found, key=lambda pair: [name.casefold() for name in pair.names]))


def _profiles(
    persons: Collection[UUID], known: Identities, *, since: datetime, actor: Actor, session: Session
) -> dict[UUID, Profile]:
    """Return what is known of these persons; every record of each is read, also outside the actor's stadsdelen."""
    records = known.all_of_each(persons)
    listed = set(session.execute(select(col(Jeugdgroep.id)).where(*_within(actor))).scalars())
    rows = session.execute(
        select(col(Presence.person_id), Gathering, col(Place.name), col(Jeugdgroep.name))
        .join(Gathering, col(Gathering.id) == col(Presence.gathering_id))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(Gathering.group_id))
        .join(Place, col(Place.id) == col(Gathering.place_id), isouter=True)
        .where(
            col(Presence.person_id).in_(records),
            col(Gathering.source) == Source.GEZIEN.value,
            col(Gathering.started_at) >= since,
            standing(),
        )
        .order_by(col(Gathering.started_at))
    ).all()
    there: dict[UUID, set[UUID]] = defaultdict(set)
    beside = select(col(Presence.gathering_id), col(Presence.person_id)).where(
        col(Presence.gathering_id).in_({row[1].id for row in rows})
    )
    for gathering, person in session.execute(beside):
        there[gathering].add(known.of(person))
    sightings: dict[UUID, list[Seen]] = defaultdict(list)
    company: dict[UUID, set[UUID]] = defaultdict(set)
    groups: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for person, row, place, group in rows:
        who = known.of(person)
        ends = row.started_at + timedelta(minutes=row.duration_minutes or 0)
        may = row.group_id in listed
        sightings[who].append(
            Seen(row.id, row.started_at, ends, row.place_id, place or "", row.group_id, may)
        )
        company[who] |= there[row.id] - {who}
        if may:
            groups[who][row.group_id] = group
    for person, group_id, group in session.execute(
        select(col(Membership.person_id), col(Jeugdgroep.id), col(Jeugdgroep.name))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(Membership.group_id))
        .where(col(Membership.person_id).in_(records), col(Jeugdgroep.id).in_(listed), standing_membership())
    ):
        groups[known.of(person)][group_id] = group
    names: dict[UUID, list[str]] = defaultdict(list)
    for person, pseudonym in session.execute(
        select(col(Person.id), col(Person.pseudonym))
        .where(col(Person.id).in_(records))
        .order_by(col(Person.pseudonym))
    ):
        names[known.of(person)].insert(
            0 if person == known.of(person) else len(names[known.of(person)]), pseudonym
        )
    return {
        who: Profile(tuple(names[who]), tuple(sightings[who]), frozenset(company[who]), groups[who])
        for who in persons
    }


# --- one pair of persons ---


@dataclass(frozen=True, slots=True)
class PersonPair:
    """Two persons side by side."""

    first_id: UUID
    second_id: UUID
    profiles: tuple[Profile, Profile]
    weighed: Weighed
    history: tuple[Judged, ...]
    """What was judged of this pair, newest first."""

    @property
    def merged(self) -> bool:
        """Whether the two go on as one now, by a judgement of this very pair."""
        return bool(self.history) and self.history[0].verdict is PairVerdict.DEZELFDE


def person_pair(
    one: UUID, other: UUID, *, rules: DuplicateRules, actor: Actor, now: datetime, session: Session
) -> PersonPair:
    """Return two persons side by side, as they are without the merge of this pair; the reading is logged.

    Raises:
        NotFound: one of them is not within what the actor may see.
    """
    require_role(actor, *MEMBER_VIEWERS)
    first, second = in_order(one, other)
    for person, beside in ((first, second), (second, first)):
        record(
            session,
            actor=actor,
            action="persoon vergeleken",
            object_kind="persoon",
            object_id=person,
            now=now,
            details={"andere persoon": str(beside)},
        )
    since = now - timedelta(weeks=rules.weeks)
    _require_visible(first, second, since=since, actor=actor, session=session)
    known = identities(leaving_out=(first, second), session=session)
    people = {known.of(first), known.of(second)}
    profiles = _profiles(people, known, since=since, actor=actor, session=session)
    pair = profiles[known.of(first)], profiles[known.of(second)]
    return PersonPair(
        first,
        second,
        pair,
        weigh_persons(*pair, rules),
        tuple(judged_of(first, second, session=session)),
    )


def _require_visible(first: UUID, second: UUID, *, since: datetime, actor: Actor, session: Session) -> None:
    seen = _visible(actor, only={first, second}, since=since, session=session).names
    if len(seen) < 2:
        raise NotFound("Niet gevonden, of niet in een stadsdeel waar u werkt.")


def judge_person_pair(
    one: UUID,
    other: UUID,
    verdict: PairVerdict,
    *,
    surviving: UUID | None,
    reason: str,
    seen: int,
    rules: DuplicateRules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Judge two persons that the actor may see; see ``judging.work.judge_persons`` for what is refused.

    Raises:
        NotFound: one of them is not within what the actor may see.
    """
    require_role(actor, *MEMBER_VIEWERS)
    since = now - timedelta(weeks=rules.weeks)
    record(session, actor=actor, action="persoon opgezocht", object_kind="persoon", object_id=one, now=now)
    _require_visible(one, other, since=since, actor=actor, session=session)
    judge_persons(
        one,
        other,
        verdict,
        surviving=surviving,
        reason=reason,
        seen=seen,
        actor=actor,
        now=now,
        session=session,
    )


# --- groups ---


@dataclass(frozen=True, slots=True)
class GroupPair:
    """Two groups side by side."""

    first_id: UUID
    second_id: UUID
    profiles: tuple[GroupProfile, GroupProfile]
    weighed: Weighed
    history: tuple[Judged, ...]


def _group_profiles(
    groups: Mapping[UUID, str], known: Identities, *, since: datetime, session: Session
) -> dict[UUID, GroupProfile]:
    places: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for group, place, name in session.execute(
        select(col(GroupPlace.group_id), col(Place.id), col(Place.name))
        .join(Place, col(Place.id) == col(GroupPlace.place_id))
        .where(col(GroupPlace.group_id).in_(groups), standing_place(), col(GroupPlace.valid_until).is_(None))
    ):
        places[group][place] = name
    members: dict[UUID, set[UUID]] = defaultdict(set)
    for group, person in session.execute(
        select(col(Gathering.group_id), col(Presence.person_id))
        .join(Presence, col(Presence.gathering_id) == col(Gathering.id))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(Gathering.group_id))
        .where(
            col(Gathering.group_id).in_(groups),
            col(Presence.capacity) == Capacity.BETROKKENE.value,
            col(Gathering.started_at) >= since,
            standing(),
            _listed(),
        )
        .distinct()
    ):
        members[group].add(known.of(person))
    sightings: dict[UUID, list[Seen]] = defaultdict(list)
    for row, place in session.execute(
        select(Gathering, col(Place.name))
        .join(Place, col(Place.id) == col(Gathering.place_id))
        .where(
            col(Gathering.group_id).in_(groups),
            col(Gathering.source) == Source.GEZIEN.value,
            col(Gathering.seen_count) > 0,
            col(Gathering.started_at) >= since,
            standing(),
        )
    ):
        ends = row.started_at + timedelta(minutes=row.duration_minutes or 0)
        sightings[row.group_id].append(Seen(row.id, row.started_at, ends, row.place_id, place, row.group_id))
    return {
        group: GroupProfile(name, places[group], frozenset(members[group]), tuple(sightings[group]))
        for group, name in groups.items()
    }


def _group_candidates(
    rules: DuplicateRules, known: Identities, *, since: datetime, actor: Actor, session: Session
) -> tuple[Candidate, ...]:
    names = {
        one.id: one.name
        for one in group_names(actor=actor, session=session)
        if one.state is not GroupState.GESLOTEN
    }
    judged = {(one.first_id, one.second_id): one for one in groups_judged(session=session)}
    profiles = _group_profiles(names, known, since=since, session=session)
    found = [
        Candidate(
            one,
            other,
            (names[one], names[other]),
            weigh_groups(profiles[one], profiles[other], rules),
            earlier,
        )
        for one, other in group_pairs(profiles, rules)
        for earlier in [judged.get((one, other))]
        if earlier is None or earlier.verdict is not PairVerdict.VERSCHILLEND
    ]
    return tuple(sorted(found, key=lambda pair: [name.casefold() for name in pair.names]))


def group_pair(
    one: UUID, other: UUID, *, rules: DuplicateRules, actor: Actor, now: datetime, session: Session
) -> GroupPair:
    """Return two groups side by side; the reading is logged.

    Raises:
        NotFound: one of them lies outside the actor's stadsdelen.
    """
    require_role(actor, *MEMBER_VIEWERS)
    first, second = in_order(one, other)
    if first == second:
        raise NotFound("Dit is twee keer dezelfde groep.")
    names = {group: get_group(group, actor=actor, session=session).name for group in (first, second)}
    for group, beside in ((first, second), (second, first)):
        record(
            session,
            actor=actor,
            action="groep vergeleken",
            object_kind="jeugdgroep",
            object_id=group,
            now=now,
            details={"andere groep": str(beside)},
        )
    since = now - timedelta(weeks=rules.weeks)
    profiles = _group_profiles(names, identities(session=session), since=since, session=session)
    pair = profiles[first], profiles[second]
    return GroupPair(
        first,
        second,
        pair,
        weigh_groups(*pair, rules),
        tuple(groups_judged_of(first, second, session=session)),
    )
