"""Use cases about members: the decision that a list is allowed, the board of evidence, roles set by people."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.classifying.tables import Assessment
from shortlist.differentiating.board import Board, Card, GroupRef, ListDecision, MemberPage, RolesDue, RoleSet
from shortlist.differentiating.roles import (
    RoleRules,
    Sighting,
    evidence,
    months_later,
    objection,
    role_rules,
    standing,
)
from shortlist.differentiating.tables import (
    MemberListDecision,
    MemberRole,
    MemberRoleBasis,
    MemberRoleKind,
)
from shortlist.errors import Broken, NotFound, Refused
from shortlist.guarding.audit import UNLOGGED, record
from shortlist.guarding.roles import Actor, Role, require_role, require_stadsdeel
from shortlist.guarding.tables import Account
from shortlist.observing.tables import (
    Gathering,
    GroupState,
    GroupStatus,
    Jeugdgroep,
    Membership,
    Person,
    Place,
    Presence,
)
from shortlist.showing.words import AMSTERDAM
from shortlist.storing.dated_yaml import Shelf, newest_for

MEMBER_ROLES = (Role.JEUGDAGENT, Role.JONGERENWERKER, Role.VEILIGHEIDSMANAGER)
"""Who may see and set members of a group in their own stadsdeel."""
_COUNTS_ONLY = {UNLOGGED: "alleen aantallen per groep"}


def role_rules_on(shelf: Shelf, on: date) -> RoleRules:
    """Return the rules about member roles in force on a day.

    Raises:
        Broken: no ``member-roles`` file was sound.
    """
    document = newest_for(shelf.of_kind("member-roles"), on)
    if document is None:
        raise Broken(
            "In de regels ontbreekt een bestand met kind: member-roles. Zet member-roles.yaml terug."
        )
    return role_rules(document.data)


def local_day(moment: datetime) -> date:
    """Return the day of a moment in Dutch local time."""
    return moment.astimezone(AMSTERDAM).date()


def group_ref(group_id: UUID, *, actor: Actor, session: Session, lock: bool = False) -> GroupRef:
    """Return a group within the actor's stadsdelen; ``lock`` makes others who decide about it wait their turn.

    Raises:
        NotFound: no such group, or not in a stadsdeel where the actor works.
    """
    query = select(Jeugdgroep).where(col(Jeugdgroep.id) == group_id)
    group = session.execute(query.with_for_update() if lock else query).scalar_one_or_none()
    if group is None:
        raise NotFound("Niet gevonden, of niet in een stadsdeel waar u werkt.")
    require_stadsdeel(actor, group.stadsdeel_id)
    state = session.execute(
        select(col(GroupStatus.state))
        .where(col(GroupStatus.group_id) == group_id)
        .order_by(col(GroupStatus.recorded_at).desc())
        .limit(1)
    ).scalar_one_or_none()
    return GroupRef(group.id, group.name, group.stadsdeel_id, state or GroupState.SIGNAAL.value)


# --- step 2B ---


def member_list_allowed(group_id: UUID, *, session: Session) -> bool:
    """Tell whether step 2B was decided for this group and not revoked since."""
    newest = session.execute(
        select(col(MemberListDecision.allowed))
        .where(col(MemberListDecision.group_id) == group_id)
        .order_by(col(MemberListDecision.recorded_at).desc(), col(MemberListDecision.id))
        .limit(1)
    ).scalar_one_or_none()
    return bool(newest)


def member_list_decisions(group_id: UUID, *, actor: Actor, session: Session) -> list[ListDecision]:
    """List the decisions about a group's member list, newest first."""
    require_role(actor, *MEMBER_ROLES)
    group_ref(group_id, actor=actor, session=session)
    rows = session.execute(
        select(MemberListDecision, col(Account.name))
        .join(Account, col(Account.id) == col(MemberListDecision.recorded_by))
        .where(col(MemberListDecision.group_id) == group_id)
        .order_by(col(MemberListDecision.recorded_at).desc(), col(MemberListDecision.id))
    )
    return [ListDecision(row.allowed, row.reason, row.behaviour, row.recorded_at, name) for row, name in rows]


def class_in_force(group_id: UUID, on: date, *, session: Session) -> tuple[UUID, str] | None:
    """Return (assessment, class decided) of the newest assessment that has not expired, or None."""
    newest = session.execute(
        select(col(Assessment.id), col(Assessment.decided), col(Assessment.expires_on))
        .where(col(Assessment.group_id) == group_id)
        .order_by(col(Assessment.recorded_at).desc(), col(Assessment.id))
        .limit(1)
    ).first()
    if newest is None or newest.expires_on <= on:
        return None
    return newest.id, newest.decided


def decide_member_list(
    group_id: UUID,
    *,
    allowed: bool,
    reason: str,
    behaviour: str = "",
    rules: RoleRules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Record the veiligheidsmanager's decision of step 2B: members may be listed, or no longer.

    Raises:
        Refused: nothing changes; the group is closed or aanvaardbaar; or no behaviour is named that is problematic.
    """
    require_role(actor, Role.VEILIGHEIDSMANAGER)
    group = group_ref(group_id, actor=actor, session=session, lock=True)
    if member_list_allowed(group_id, session=session) == allowed:
        state = "is al toegestaan" if allowed else "is niet toegestaan; er valt niets in te trekken"
        message = f"De ledenlijst van {group.name} {state}. Ververs de pagina."
        raise Refused(message, fields={"besluit": message})
    assessed = class_in_force(group_id, local_day(now), session=session)
    if allowed:
        _require_problem(group, assessed[1] if assessed else None, behaviour, rules)
    session.add(
        MemberListDecision(
            group_id=group_id,
            allowed=allowed,
            reason=reason,
            behaviour=behaviour if allowed else "",
            assessment_id=assessed[0] if assessed else None,
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    record(
        session,
        actor=actor,
        action="ledenlijst toegestaan" if allowed else "ledenlijst ingetrokken",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
    )


def _require_problem(group: GroupRef, decided: str | None, behaviour: str, rules: RoleRules) -> None:
    if group.state == GroupState.GESLOTEN:
        raise Refused(
            f"{group.name} is gesloten: er komt geen ledenlijst meer bij. Heropen eerst de groep.",
            fields={"besluit": "De groep is gesloten. Heropen eerst de groep."},
        )
    if decided in rules.never_classes:
        message = (
            f"De groep is beoordeeld als {decided}: leden worden dan niet geregistreerd. "
            "Laat de groep eerst opnieuw beoordelen als het gedrag is veranderd."
        )
        raise Refused(message, fields={"besluit": message})
    if decided not in rules.problem_classes and len(behaviour) < 10:
        message = (
            "Er is geen geldende beoordeling van hinderlijk of hoger. Beschrijf hier welk gedrag problematisch is "
            "(ten minste 10 tekens), of laat de groep eerst beoordelen."
        )
        raise Refused(message, fields={"behaviour": message})


# --- the board ---


def member_board(group_id: UUID, *, rules: RoleRules, actor: Actor, now: datetime, session: Session) -> Board:
    """Return the member board of a group; reading it is logged. Empty as long as step 2B is not decided."""
    require_role(actor, *MEMBER_ROLES)
    group = group_ref(group_id, actor=actor, session=session)
    since = now - timedelta(weeks=rules.evidence_weeks)
    columns: dict[str, tuple[Card, ...]] = {kind.value: () for kind in MemberRoleKind}
    if not member_list_allowed(group_id, session=session):
        return Board(group, False, columns, local_day(since), 0, 0)
    cards = _cards(group_id, since=since, now=now, session=session)
    for kind in columns:
        columns[kind] = tuple(card for card in cards if card.column == kind)
    n, effort = _effort(group_id, since=since, session=session)
    record(
        session,
        actor=actor,
        action="ledenbord gelezen",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"leden": len(cards)},
    )
    return Board(group, True, columns, local_day(since), n, effort)


def _is_current(on: date) -> ColumnElement[bool]:
    later = aliased(Membership)
    replaced: ColumnElement[bool] = exists().where(col(later.supersedes_id) == col(Membership.id))
    return (
        (col(Membership.valid_from) <= on)
        & or_(col(Membership.valid_until).is_(None), col(Membership.valid_until) >= on)
        & ~replaced
    )


def _gathering_stands() -> ColumnElement[bool]:
    later = aliased(Gathering)
    return ~exists().where(col(later.supersedes_id) == col(Gathering.id))


def _role_stands() -> ColumnElement[bool]:
    later = aliased(MemberRole)
    return ~exists().where(col(later.supersedes_id) == col(MemberRole.id))


def _cards(
    group_id: UUID, *, since: datetime, now: datetime, session: Session, only: UUID | None = None
) -> list[Card]:
    on = local_day(now)
    members = select(
        col(Person.id), col(Person.pseudonym), func.min(col(Membership.valid_from)).label("member_since")
    ).join(Person, col(Person.id) == col(Membership.person_id))
    members = members.where(col(Membership.group_id) == group_id, _is_current(on)).group_by(
        col(Person.id), col(Person.pseudonym)
    )
    if only is not None:
        members = members.where(col(Person.id) == only)
    found = session.execute(members).all()
    ids = [row.id for row in found]
    roles = _roles(group_id, ids, on=on, session=session)
    seen = _sightings(group_id, ids, since=since, session=session)
    cards = [
        Card(row.id, row.pseudonym, row.member_since, roles.get(row.id), evidence(seen.get(row.id, ())))
        for row in found
    ]
    return sorted(cards, key=lambda card: card.pseudonym.casefold())


def _role_set(row: MemberRole, name: str, on: date, n_basis: int = 0) -> RoleSet:
    return RoleSet(
        id=row.id,
        role=row.role,
        influence=row.influence,
        certainty=row.certainty,
        reason=row.reason,
        at=row.recorded_at,
        by=name,
        review_on=row.review_on,
        expires_on=row.expires_on,
        standing=standing(row.review_on, row.expires_on, on),
        supersedes_id=row.supersedes_id,
        n_basis=n_basis,
    )


def _roles(group_id: UUID, persons: Sequence[UUID], *, on: date, session: Session) -> dict[UUID, RoleSet]:
    rows = session.execute(
        select(MemberRole, col(Account.name))
        .join(Account, col(Account.id) == col(MemberRole.recorded_by))
        .where(col(MemberRole.group_id) == group_id, col(MemberRole.person_id).in_(persons), _role_stands())
        .order_by(col(MemberRole.recorded_at), col(MemberRole.id))
    )
    return {row.person_id: _role_set(row, name, on) for row, name in rows}


def _sightings(
    group_id: UUID, persons: Sequence[UUID], *, since: datetime, session: Session
) -> dict[UUID, list[Sighting]]:
    rows = session.execute(
        select(
            col(Presence.person_id),
            col(Presence.capacity),
            col(Presence.role_seen),
            col(Presence.feit).label("person_feit"),
            col(Gathering.id),
            col(Gathering.started_at),
            col(Gathering.feit),
            col(Gathering.hearsay),
            col(Gathering.source),
            col(Gathering.observer_id),
            col(Gathering.organisation),
            col(Gathering.effort_minutes),
            col(Place.name).label("place"),
            col(Account.name).label("observer"),
        )
        .join(Gathering, col(Gathering.id) == col(Presence.gathering_id))
        .join(Account, col(Account.id) == col(Gathering.observer_id))
        .join(Place, col(Place.id) == col(Gathering.place_id), isouter=True)
        .where(
            col(Gathering.group_id) == group_id,
            col(Presence.person_id).in_(persons),
            col(Gathering.started_at) >= since,
            _gathering_stands(),
        )
    )
    seen: dict[UUID, list[Sighting]] = {}
    for row in rows:
        seen.setdefault(row.person_id, []).append(
            Sighting(
                gathering_id=row.id,
                at=row.started_at,
                place=row.place,
                capacity=row.capacity,
                role_seen=row.role_seen,
                feit=row.person_feit,
                group_feit=row.feit,
                hearsay=row.hearsay,
                source=row.source,
                observer_id=row.observer_id,
                observer=row.observer,
                organisation=row.organisation,
                effort_minutes=row.effort_minutes,
            )
        )
    return seen


def _effort(group_id: UUID, *, since: datetime, session: Session) -> tuple[int, int]:
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(col(Gathering.effort_minutes)), 0)).where(
            col(Gathering.group_id) == group_id, col(Gathering.started_at) >= since, _gathering_stands()
        ),
        execution_options=_COUNTS_ONLY,
    ).one()
    return int(row[0]), int(row[1])


# --- one member ---


def member_page(
    group_id: UUID, person_id: UUID, *, rules: RoleRules, actor: Actor, now: datetime, session: Session
) -> MemberPage:
    """Return one member with the facts and earlier roles; reading it is logged.

    Raises:
        NotFound: not a member today, or not within the actor's stadsdelen.
        Refused: step 2B is not decided.
    """
    require_role(actor, *MEMBER_ROLES)
    group = group_ref(group_id, actor=actor, session=session)
    since = now - timedelta(weeks=rules.evidence_weeks)
    card = _member_card(group, person_id, since=since, now=now, session=session)
    rows = session.execute(
        select(MemberRole, col(Account.name))
        .join(Account, col(Account.id) == col(MemberRole.recorded_by))
        .where(col(MemberRole.group_id) == group_id, col(MemberRole.person_id) == person_id)
        .order_by(col(MemberRole.recorded_at).desc(), col(MemberRole.id))
    ).all()
    basis = {
        role_id: int(count)
        for role_id, count in session.execute(
            select(col(MemberRoleBasis.member_role_id), func.count())
            .where(col(MemberRoleBasis.member_role_id).in_([row.id for row, _ in rows]))
            .group_by(col(MemberRoleBasis.member_role_id))
        ).all()
    }
    history = tuple(_role_set(row, name, local_day(now), basis.get(row.id, 0)) for row, name in rows)
    n, effort = _effort(group_id, since=since, session=session)
    record(
        session,
        actor=actor,
        action="lid gelezen",
        object_kind="persoon",
        object_id=person_id,
        now=now,
        details={"groep": str(group_id)},
    )
    return MemberPage(group, card, history, n, effort, local_day(since))


def _member_card(
    group: GroupRef, person_id: UUID, *, since: datetime, now: datetime, session: Session
) -> Card:
    if not member_list_allowed(group.id, session=session):
        raise Refused(
            f"Voor {group.name} is geen ledenlijst toegestaan (stap 2B). De veiligheidsmanager kan dat besluiten."
        )
    cards = _cards(group.id, since=since, now=now, session=session, only=person_id)
    if not cards:
        raise NotFound("Deze persoon is nu geen lid van deze groep.")
    return cards[0]


def set_role(
    group_id: UUID,
    person_id: UUID,
    *,
    role: str,
    influence: str,
    certainty: str,
    reason: str,
    basis: Sequence[UUID],
    seen: UUID | None,
    rules: RoleRules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Record the role that the actor gives a member, resting on ``basis`` (gatherings); return its id.

    ``seen`` is the role that the actor saw standing. The role is reviewed and expires by ``rules``.

    Raises:
        Refused: no member list, too thin a basis, or a colleague set another role in the meantime.
        NotFound: not a member today.
    """
    require_role(actor, *MEMBER_ROLES)
    group = group_ref(group_id, actor=actor, session=session, lock=True)
    since = now - timedelta(weeks=rules.evidence_weeks)
    card = _member_card(group, person_id, since=since, now=now, session=session)
    if (card.role.id if card.role else None) != seen:
        raise Refused(
            "Een collega heeft intussen een andere rol gezet. Bekijk die hieronder en verstuur opnieuw "
            "als u die wilt wijzigen."
        )
    if not card.evidence.sightings:
        raise Refused(
            "Deze persoon is in deze groep niet als betrokkene gezien, alleen in een andere hoedanigheid of niet. "
            "Een rol kan dan niet.",
            fields={"basis": "Er is geen waarneming als betrokkene om op te steunen."},
        )
    by_id = {sighting.gathering_id: sighting for sighting in card.evidence.sightings}
    unknown = [gathering for gathering in basis if gathering not in by_id]
    if unknown:
        message = "Een gekozen waarneming hoort niet bij dit lid, is verbeterd of is te oud. Kies opnieuw uit de lijst."
        raise Refused(message, fields={"basis": message})
    against = objection([by_id[gathering] for gathering in dict.fromkeys(basis)], rules)
    if against is not None:
        raise Refused(against, fields={"basis": against})
    today = local_day(now)
    row = MemberRole(
        group_id=group_id,
        person_id=person_id,
        role=role,
        influence=influence,
        certainty=certainty,
        reason=reason,
        review_on=months_later(today, rules.review_months),
        expires_on=months_later(today, rules.expire_months),
        supersedes_id=seen,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Refused(
            "Een collega zette op hetzelfde moment een rol. Ververs de pagina en kijk eerst wat er nu staat."
        ) from error
    session.add_all(
        MemberRoleBasis(member_role_id=row.id, gathering_id=gathering) for gathering in dict.fromkeys(basis)
    )
    record(
        session,
        actor=actor,
        action="rol gezet",
        object_kind="persoon",
        object_id=person_id,
        now=now,
        details={"groep": str(group_id), "rol": str(row.id), "waarnemingen": len(set(basis))},
    )
    return row.id


# --- counts, for the group page and "Mijn werk" ---


def role_counts(group_id: UUID, *, now: datetime, session: Session) -> dict[str, int]:
    """Count the members of a group per role that holds today; lapsed and unset roles count as ``onbekend``."""
    on = local_day(now)
    members = set(
        session.execute(
            select(col(Membership.person_id)).where(col(Membership.group_id) == group_id, _is_current(on)),
            execution_options=_COUNTS_ONLY,
        ).scalars()
    )
    rows = session.execute(
        select(col(MemberRole.person_id), col(MemberRole.role)).where(
            col(MemberRole.group_id) == group_id, col(MemberRole.expires_on) > on, _role_stands()
        ),
        execution_options=_COUNTS_ONLY,
    )
    held = {person: role for person, role in rows if person in members}
    counts = {kind.value: 0 for kind in MemberRoleKind}
    for person in members:
        counts[held.get(person, MemberRoleKind.ONBEKEND.value)] += 1
    return counts


def roles_due(*, rules: RoleRules, actor: Actor, now: datetime, session: Session) -> list[RolesDue]:
    """Count per group the roles of current members that are to be reviewed now or soon, by first expiry."""
    require_role(actor, *MEMBER_ROLES)
    on = local_day(now)
    rows = session.execute(
        select(
            col(Jeugdgroep.id),
            col(Jeugdgroep.name),
            func.count(),
            func.min(col(MemberRole.expires_on)).label("first_expiry"),
        )
        .join(MemberRole, col(MemberRole.group_id) == col(Jeugdgroep.id))
        .where(
            col(MemberRole.review_on) <= on + timedelta(days=rules.remind_days),
            col(MemberRole.expires_on) > on,
            _role_stands(),
            select(col(Membership.id))
            .where(
                col(Membership.group_id) == col(MemberRole.group_id),
                col(Membership.person_id) == col(MemberRole.person_id),
                _is_current(on),
            )
            .exists(),
            *([] if actor.citywide else [col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen)]),
        )
        .group_by(col(Jeugdgroep.id), col(Jeugdgroep.name))
        .order_by(func.min(col(MemberRole.expires_on)), col(Jeugdgroep.name)),
        execution_options=_COUNTS_ONLY,
    )
    return [
        RolesDue(group_id, name, int(n), first)
        for group_id, name, n, first in rows
        if member_list_allowed(group_id, session=session)
    ]
