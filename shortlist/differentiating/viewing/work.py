"""Use cases of the reading beside the own view: the switch, the own view first, the showing, what differs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.classifying.agenda.work import CHAIRS
from shortlist.differentiating.board import Card
from shortlist.differentiating.reading import MemberReading, read_group
from shortlist.differentiating.roles import RoleRules
from shortlist.differentiating.switching.work import Means, require_on
from shortlist.differentiating.viewing.gathered import observed_from
from shortlist.differentiating.viewing.tables import (
    Disagreement,
    DisagreementOutcome,
    Own,
    OwnView,
    ViewPair,
)
from shortlist.differentiating.work import lock_group, member_board, require_list
from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import UNLOGGED, record
from shortlist.guarding.roles import Actor, require_role
from shortlist.guarding.tables import Account
from shortlist.observing.tables import Jeugdgroep, Person
from shortlist.observing.work import MEMBER_VIEWERS, gatherings_of, get_group, members_of, today
from shortlist.storing.database import flush_or_refuse

PURPOSE = "groepsaanpak"
"""The one purpose for which a reading is shown; stands in the log of every showing."""
_SAYS = {Own.KERN.value, Own.MEELOPER.value}
_COUNTS_ONLY = {UNLOGGED: "alleen aantallen per groep"}


@dataclass(frozen=True, slots=True)
class Pair:
    """One member: what the viewer thought first, and what the reading said."""

    person_id: UUID
    pseudonym: str
    own: str
    reading: str
    n_gatherings: int
    n_days: int
    n_observers: int
    explanation: tuple[str, ...]
    abstains_because: str

    @property
    def differs(self) -> bool:
        """Whether both say something, and not the same; silence is no disagreement."""
        return differ(self.own, self.reading)


@dataclass(frozen=True, slots=True)
class Shown:
    """The reading of a group beside the viewer's own view, as both were at one moment."""

    id: UUID
    group_id: UUID
    group: str
    at: datetime
    since: date
    expected_core: int | None
    blind: bool
    model_version: str
    rules_valid_from: date
    n_gatherings: int
    n_observers: int
    warnings: tuple[str, ...]
    pairs: tuple[Pair, ...]
    """In the order of the board: alphabetical."""
    on_agenda: bool

    @property
    def differing(self) -> int:
        """About how many members own view and reading differ."""
        return sum(pair.differs for pair in self.pairs)


@dataclass(frozen=True, slots=True)
class OpenDisagreement:
    """Something for the JIT: in this group, own view and reading differ about so many members. Names nobody."""

    id: UUID
    group_id: UUID
    group: str
    stadsdeel_id: UUID
    n_members: int
    reason: str
    by: str
    at: datetime


def differ(own: str, reading: str) -> bool:
    """Tell whether an own view and a reading both choose between kern and meeloper, and choose differently."""
    return own in _SAYS and reading in _SAYS and own != reading


# --- the own view comes first ---


@dataclass(frozen=True, slots=True)
class ToView:
    """What somebody needs for an own view: the members with their facts, alphabetical."""

    group_id: UUID
    group: str
    allowed: bool
    cards: tuple[Card, ...]
    seen_before: bool
    """Whether this person saw a reading of this group before, so that the view is no longer blind."""
    last: tuple[UUID, datetime] | None
    """This person's last view of the group, under the decision of now."""


def members_to_view(
    group_id: UUID, *, rules: RoleRules, means: Means, actor: Actor, now: datetime, session: Session
) -> ToView:
    """Return a group's members with their dated facts and no reading; this reading of facts is logged.

    Raises:
        Refused: the reading is off.
    """
    switched = require_on(means.model, session=session)
    board = member_board(group_id, rules=rules, actor=actor, now=now, session=session)
    cards = sorted(
        (card for cards in board.columns.values() for card in cards),
        key=lambda card: (card.pseudonym.casefold(), card.person_id),
    )
    if not board.allowed:
        return ToView(group_id, board.group, False, (), False, None)
    last = session.execute(
        select(col(OwnView.id), col(OwnView.recorded_at))
        .where(
            col(OwnView.group_id) == group_id,
            col(OwnView.recorded_by) == actor.id,
            col(OwnView.switch_id) == switched.id,
        )
        .order_by(col(OwnView.recorded_at).desc(), col(OwnView.id))
        .limit(1)
    ).first()
    return ToView(
        group_id,
        board.group,
        True,
        tuple(cards),
        _saw_before(group_id, actor, session=session),
        (last[0], last[1]) if last else None,
    )


def _saw_before(group_id: UUID, actor: Actor, *, session: Session) -> bool:
    found = session.execute(
        select(col(OwnView.id))
        .where(col(OwnView.group_id) == group_id, col(OwnView.recorded_by) == actor.id)
        .limit(1),
        execution_options={UNLOGGED: "whether the actor did something before"},
    ).first()
    return found is not None


def record_own_view(
    group_id: UUID,
    own: Mapping[str, str],
    expected_core: int | None,
    *,
    rules: RoleRules,
    means: Means,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Keep somebody's own view of all members, and beside it the reading of that moment; return the view's id.

    ``own`` maps each member's id to one of :class:`Own`; ``expected_core`` None = does not know.
    The reading rests on the same observations as the board (``rules.evidence_weeks``). Neither is ever changed.

    Raises:
        Refused: the reading is off, no member list, members are missing or strange, no view at all, or more core
            members than members.
    """
    require_role(actor, *MEMBER_VIEWERS)
    group = get_group(group_id, actor=actor, session=session)
    lock_group(group_id, session=session)
    require_list(group, session=session)
    switched = require_on(means.model, session=session)
    since = now - timedelta(weeks=rules.evidence_weeks)
    members = members_of(group_id, on=today(now), actor=actor, now=now, session=session)
    _check_own(own, {str(member.person_id): member.pseudonym for member in members}, expected_core)
    gatherings = gatherings_of(group_id, since=since, until=now, actor=actor, now=now, session=session)
    observed = observed_from(gatherings, [member.person_id for member in members], expected_core)
    found = read_group(observed, means.rules, means.model)
    row = OwnView(
        group_id=group_id,
        expected_core=expected_core,
        blind=not _saw_before(group_id, actor, session=session),
        switch_id=switched.id,
        model_version=means.model.version,
        model_fingerprint=means.model.fingerprint,
        rules_name=means.rules.name,
        rules_valid_from=date.fromisoformat(str(means.rules.valid_from)),
        since=today(since),
        n_gatherings=found.n_gatherings,
        n_observers=found.n_observers,
        warnings=list(found.warnings),
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    session.flush()
    session.add_all(_pair(row.id, one, own[one.member]) for one in found.members)
    record(
        session,
        actor=actor,
        action="eigen beeld vastgelegd",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={
            "doel": PURPOSE,
            "beeld": str(row.id),
            "leden": len(members),
            "blind": row.blind,
            "model": row.model_version,
            "regels": f"{row.rules_name} {row.rules_valid_from.isoformat()}",
        },
    )
    return row.id


def _check_own(own: Mapping[str, str], members: Mapping[str, str], expected_core: int | None) -> None:
    if not members:
        raise Refused("Er staat niemand op de ledenlijst van deze groep.")
    if set(own) - set(members):
        raise Refused("De ledenlijst is intussen veranderd. Open de pagina opnieuw.")
    faults = {
        f"own.{member}": f"Geef uw beeld van {pseudonym}, of kies 'geen oordeel'."
        for member, pseudonym in members.items()
        if own.get(member) not in set(Own)
    }
    if faults:
        raise Refused("Geef bij elk lid uw beeld, of kies 'geen oordeel'.", fields=faults)
    if not set(own.values()) - {Own.GEEN_OORDEEL.value}:
        raise Refused(
            "U koos overal 'geen oordeel'. De lezing staat alleen naast een eigen beeld: geef dat van ten minste "
            "één lid."
        )
    if expected_core is not None and expected_core > len(members):
        message = f"De groep heeft {len(members)} leden; meer kernleden dan dat kan niet."
        raise Refused(message, fields={"expected_core": message})


def _pair(view: UUID, one: MemberReading, own: str) -> ViewPair:
    return ViewPair(
        own_view_id=view,
        person_id=UUID(one.member),
        own=own,
        reading=one.reading.value,
        probability_core=one.probability_core,
        low=one.interval[0],
        high=one.interval[1],
        n_gatherings=one.n_gatherings,
        n_days=one.n_days,
        n_observers=one.n_observers,
        explanation=list(one.explanation),
        abstains_because=one.abstains_because or "",
    )


# --- the showing ---


def show_reading(
    group_id: UUID, view_id: UUID, *, means: Means, actor: Actor, now: datetime, session: Session
) -> Shown:
    """Return the reading beside the own view of the actor; every showing is logged with its purpose and versions.

    Raises:
        NotFound: no such view of this group by this person: a reading is shown only to who gave that view.
        Refused: the reading is off, or the member list was revoked.
    """
    require_role(actor, *MEMBER_VIEWERS)
    group = get_group(group_id, actor=actor, session=session)
    require_list(group, session=session)
    require_on(means.model, session=session)
    view = _own_view_of(group_id, view_id, actor, session=session)
    record(
        session,
        actor=actor,
        action="lezing getoond",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={
            "doel": PURPOSE,
            "beeld": str(view.id),
            "model": view.model_version,
            "vingerafdruk": view.model_fingerprint,
            "regels": f"{view.rules_name} {view.rules_valid_from.isoformat()}",
            "besluit": str(view.switch_id),
        },
    )
    rows = session.execute(
        select(ViewPair, col(Person.pseudonym))
        .join(Person, col(Person.id) == col(ViewPair.person_id))
        .where(col(ViewPair.own_view_id) == view.id)
        .order_by(func.lower(col(Person.pseudonym)), col(Person.id))
    ).all()
    names = {str(pair.person_id): name for pair, name in rows}
    on_agenda = session.execute(
        select(col(Disagreement.id)).where(col(Disagreement.own_view_id) == view.id)
    ).first()
    return Shown(
        id=view.id,
        group_id=group_id,
        group=group.name,
        at=view.recorded_at,
        since=view.since,
        expected_core=view.expected_core,
        blind=view.blind,
        model_version=view.model_version,
        rules_valid_from=view.rules_valid_from,
        n_gatherings=view.n_gatherings,
        n_observers=view.n_observers,
        warnings=tuple(_named(warning, names) for warning in view.warnings),
        pairs=tuple(
            Pair(
                pair.person_id, name, pair.own, pair.reading, pair.n_gatherings, pair.n_days, pair.n_observers,
                tuple(pair.explanation), pair.abstains_because,
            )
            for pair, name in rows
        ),
        on_agenda=on_agenda is not None,
    )  # fmt: skip


def _own_view_of(group_id: UUID, view_id: UUID, actor: Actor, *, session: Session) -> OwnView:
    view = session.get(OwnView, view_id)
    if view is None or view.group_id != group_id or view.recorded_by != actor.id:
        raise NotFound("Deze lezing bestaat niet, of hoort bij het eigen beeld van iemand anders.")
    return view


def _named(text: str, names: Mapping[str, str]) -> str:
    for person, name in names.items():
        text = text.replace(person, name)
    return text


# --- what differs goes to the JIT ---


def raise_disagreement(
    group_id: UUID, view_id: UUID, *, reason: str, actor: Actor, now: datetime, session: Session
) -> UUID:
    """Ask the JIT to look together at the members about whom own view and reading differ; return the request's id.

    Raises:
        NotFound: not a view of this group by this person.
        Refused: nothing differs, or it was asked before.
    """
    require_role(actor, *MEMBER_VIEWERS)
    group = get_group(group_id, actor=actor, session=session)
    require_list(group, session=session)
    view = _own_view_of(group_id, view_id, actor, session=session)
    differing = differing_members(view.id, session=session)
    if not differing:
        raise Refused("Uw beeld en de lezing verschillen bij niemand.")
    row = Disagreement(
        own_view_id=view.id, n_members=differing, reason=reason, recorded_at=now, recorded_by=actor.id
    )
    session.add(row)
    flush_or_refuse(session, "Dit verschil staat al op de agenda van het JIT.")
    record(
        session,
        actor=actor,
        action="verschil naar het JIT",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"verschil": str(row.id), "beeld": str(view.id), "leden": differing},
    )
    return row.id


def differing_members(view_id: UUID, *, session: Session) -> int:
    """Count the members about whom an own view and the reading beside it differ."""
    pairs = session.execute(
        select(col(ViewPair.own), col(ViewPair.reading)).where(col(ViewPair.own_view_id) == view_id),
        execution_options=_COUNTS_ONLY,
    )
    return sum(differ(own, reading) for own, reading in pairs)


def disagreements(*, session: Session, stadsdelen: Collection[UUID] | None) -> list[OpenDisagreement]:
    """List what the JIT has not concluded on yet, oldest first; ``stadsdelen`` None = the whole city. Names nobody."""
    query = (
        select(
            Disagreement,
            col(Jeugdgroep.id),
            col(Jeugdgroep.name),
            col(Jeugdgroep.stadsdeel_id),
            col(Account.name),
        )
        .join(OwnView, col(OwnView.id) == col(Disagreement.own_view_id))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(OwnView.group_id))
        .join(Account, col(Account.id) == col(Disagreement.recorded_by))
        .join(
            DisagreementOutcome,
            col(DisagreementOutcome.disagreement_id) == col(Disagreement.id),
            isouter=True,
        )
        .where(col(DisagreementOutcome.disagreement_id).is_(None))
        .order_by(col(Disagreement.recorded_at), col(Disagreement.id))
    )
    if stadsdelen is not None:
        query = query.where(col(Jeugdgroep.stadsdeel_id).in_(list(stadsdelen)))
    return [
        OpenDisagreement(row.id, group_id, name, part, row.n_members, row.reason, by, row.recorded_at)
        for row, group_id, name, part, by in session.execute(query, execution_options=_COUNTS_ONLY)
    ]


def disagreements_of(group_id: UUID, *, actor: Actor, session: Session) -> list[OpenDisagreement]:
    """List what is open for the JIT about one group."""
    require_role(actor, *MEMBER_VIEWERS)
    group = get_group(group_id, actor=actor, session=session)
    require_list(group, session=session)
    found = disagreements(session=session, stadsdelen=[group.stadsdeel_id])
    return [one for one in found if one.group_id == group_id]


def conclude_disagreement(
    group_id: UUID, disagreement_id: UUID, *, outcome: str, actor: Actor, now: datetime, session: Session
) -> None:
    """Record what the JIT concluded about a disagreement, by its chair; a role stays what a person set on facts.

    Raises:
        Refused: it is not open (any more).
    """
    require_role(actor, *CHAIRS)
    if disagreement_id not in {one.id for one in disagreements_of(group_id, actor=actor, session=session)}:
        raise Refused("Dit verschil staat niet (meer) open. Ververs de pagina.")
    session.add(
        DisagreementOutcome(
            disagreement_id=disagreement_id, outcome=outcome, recorded_at=now, recorded_by=actor.id
        )
    )
    flush_or_refuse(session, "Een collega legde op hetzelfde moment een uitkomst vast. Ververs de pagina.")
    record(
        session,
        actor=actor,
        action="verschil besproken",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"verschil": str(disagreement_id)},
    )
