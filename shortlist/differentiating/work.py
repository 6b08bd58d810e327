"""Use cases about members: the decision that a list is allowed, the board of evidence, roles set by people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.classifying.assessing import months_later
from shortlist.classifying.work import latest_assessment
from shortlist.differentiating.board import Board, Card, ListDecision, MemberPage, RolesDue, RoleSet
from shortlist.differentiating.roles import (
    INVOLVED,
    RoleRules,
    Sighting,
    evidence,
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
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account
from shortlist.observing.tables import GroupState, Jeugdgroep, Membership, Person
from shortlist.observing.work import (
    MEMBER_VIEWERS,
    Group,
    PersonSeen,
    add_member,
    end_member,
    gatherings_of,
    get_group,
    identities,
    members_of,
    today,
)
from shortlist.observing.work import Sighting as GroupSighting
from shortlist.storing.database import flush_or_refuse
from shortlist.storing.dated_yaml import Shelf, newest_for

ROLE_REVIEWERS = (Role.JEUGDAGENT, Role.JONGERENWERKER)
"""Who is asked to review roles: those who see the group on the street."""
NO_CHILDREN = (
    "Een kind jonger dan 12 komt nooit op de ledenlijst; hiervan is niets bewaard. Geef vandaag nog een signaal aan de "
    "zorgcoördinatie van de gemeente; bij gevaar voor het kind aan Veilig Thuis, 0800-2000."
)
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


def lock_group(group_id: UUID, *, session: Session) -> None:
    """Make others who decide about this group wait their turn (SQLite lets only one write at a time anyway)."""
    session.execute(select(col(Jeugdgroep.id)).where(col(Jeugdgroep.id) == group_id).with_for_update())


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
    require_role(actor, *MEMBER_VIEWERS)
    get_group(group_id, actor=actor, session=session)
    rows = session.execute(
        select(MemberListDecision, col(Account.name))
        .join(Account, col(Account.id) == col(MemberListDecision.recorded_by))
        .where(col(MemberListDecision.group_id) == group_id)
        .order_by(col(MemberListDecision.recorded_at).desc(), col(MemberListDecision.id))
    )
    return [ListDecision(row.allowed, row.reason, row.behaviour, row.recorded_at, name) for row, name in rows]


def require_list(group: Group, *, session: Session) -> None:
    """Refuse whatever needs a member list as long as step 2B is not decided."""
    if not member_list_allowed(group.id, session=session):
        raise Refused(
            f"Voor {group.name} is geen ledenlijst toegestaan (stap 2B). De veiligheidsmanager kan dat besluiten."
        )


def class_in_force(group_id: UUID, on: date, *, session: Session) -> tuple[UUID, str] | None:
    """Return (assessment, class decided) of the current assessment unless it has expired."""
    current = latest_assessment(group_id, session=session)
    return None if current is None or on > current.expires_on else (current.id, current.decided)


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
    group = get_group(group_id, actor=actor, session=session)
    lock_group(group_id, session=session)
    if member_list_allowed(group_id, session=session) == allowed:
        state = "is al toegestaan" if allowed else "is niet toegestaan; er valt niets in te trekken"
        raise Refused(f"De ledenlijst van {group.name} {state}. Ververs de pagina.")
    assessed = class_in_force(group_id, today(now), session=session)
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


def _require_problem(group: Group, decided: str | None, behaviour: str, rules: RoleRules) -> None:
    if group.state == GroupState.GESLOTEN:
        raise Refused(f"{group.name} is gesloten: er komt geen ledenlijst meer bij. Heropen eerst de groep.")
    if decided in rules.never_classes:
        raise Refused(
            f"De groep is beoordeeld als {decided}: leden worden dan niet geregistreerd. "
            "Laat de groep eerst opnieuw beoordelen als het gedrag is veranderd."
        )
    if decided not in rules.problem_classes and len(behaviour) < 10:
        message = (
            "Er is geen geldende beoordeling van hinderlijk of hoger. Beschrijf hier welk gedrag problematisch is "
            "(ten minste 10 tekens), of laat de groep eerst beoordelen."
        )
        raise Refused(message, fields={"behaviour": message})


# --- the board ---


def member_board(group_id: UUID, *, rules: RoleRules, actor: Actor, now: datetime, session: Session) -> Board:
    """Return the member board of a group; reading it is logged. Empty as long as step 2B is not decided."""
    require_role(actor, *MEMBER_VIEWERS)
    group = get_group(group_id, actor=actor, session=session)
    since = now - timedelta(weeks=rules.evidence_weeks)
    columns: dict[str, tuple[Card, ...]] = {kind.value: () for kind in MemberRoleKind}
    if not member_list_allowed(group_id, session=session):
        return Board(group_id, group.name, False, columns, today(since), 0, 0)
    facts = _facts(group_id, since=since, actor=actor, now=now, session=session)
    for kind in columns:
        columns[kind] = tuple(card for card in facts.cards if card.column == kind)
    candidates = sorted(facts.others.items(), key=lambda other: other[1].casefold())
    return Board(
        group_id, group.name, True, columns, today(since), facts.visits, facts.minutes, tuple(candidates)
    )


def _is_member(on: date) -> ColumnElement[bool]:
    later = aliased(Membership)
    replaced = exists(select(1).where(col(later.supersedes_id) == col(Membership.id)).correlate(Membership))
    until = col(Membership.valid_until)
    return and_(col(Membership.valid_from) <= on, or_(until.is_(None), until >= on), ~replaced)


def _role_stands() -> ColumnElement[bool]:
    later = aliased(MemberRole)
    return ~exists().where(col(later.supersedes_id) == col(MemberRole.id))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What was read about a group's members: cards by pseudonym, and how much was looked."""

    cards: list[Card]
    others: dict[UUID, str]
    """Persons seen as betrokkene who are no members: id → pseudonym."""
    visits: int
    minutes: int


def _facts(group_id: UUID, *, since: datetime, actor: Actor, now: datetime, session: Session) -> _Facts:
    on = today(now)
    members = members_of(group_id, on=on, actor=actor, now=now, session=session)
    gatherings = gatherings_of(group_id, since=since, actor=actor, now=now, session=session)
    seen: dict[UUID, list[Sighting]] = {}
    names: dict[UUID, str] = {}
    for one in gatherings:
        for person in one.present:
            seen.setdefault(person.person_id, []).append(_sighting(one, person))
            if person.capacity == INVOLVED:
                names[person.person_id] = person.pseudonym
    roles = _roles(group_id, [member.person_id for member in members], on=on, session=session)
    cards = [
        Card(
            member.person_id,
            member.pseudonym,
            member.entries,
            evidence(seen.get(member.person_id, ())),
            tuple(roles.get(member.person_id, ())),
        )
        for member in members
    ]
    listed = {card.person_id for card in cards}
    return _Facts(
        cards=cards,
        others={person: name for person, name in names.items() if person not in listed},
        visits=sum(one.own for one in gatherings),
        minutes=sum(one.effort_minutes or 0 for one in gatherings),
    )


def _sighting(one: GroupSighting, person: PersonSeen) -> Sighting:
    return Sighting(
        gathering_id=one.id,
        at=one.started_at,
        place=one.place,
        capacity=person.capacity,
        role_seen=person.role_seen,
        feit=person.feit,
        group_feit=one.feit,
        hearsay=one.hearsay or not one.own,
        observer_id=one.observer_id,
        function=one.function,
        organisation=one.organisation,
        effort_minutes=one.effort_minutes or 0,
    )


def _role_set(row: MemberRole, name: str, on: date, n_basis: int = 0, set_for: str = "") -> RoleSet:
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
        set_for=set_for,
    )


def _roles(
    group_id: UUID, persons: Sequence[UUID], *, on: date, session: Session
) -> dict[UUID, list[RoleSet]]:
    """Return the roles that stand for these persons, newest first; under two pseudonyms there may be two."""
    known = identities(session=session)
    rows = session.execute(
        select(MemberRole, col(Account.name), col(Person.pseudonym))
        .join(Account, col(Account.id) == col(MemberRole.recorded_by))
        .join(Person, col(Person.id) == col(MemberRole.person_id))
        .where(
            col(MemberRole.group_id) == group_id,
            col(MemberRole.person_id).in_(known.all_of_each(persons)),
            _role_stands(),
        )
        .order_by(col(MemberRole.recorded_at).desc(), col(MemberRole.id).desc())
    )
    found: dict[UUID, list[RoleSet]] = {}
    for row, name, pseudonym in rows:
        found.setdefault(known.of(row.person_id), []).append(_role_set(row, name, on, set_for=pseudonym))
    return found


# --- one member ---


def member_page(
    group_id: UUID, person_id: UUID, *, rules: RoleRules, actor: Actor, now: datetime, session: Session
) -> MemberPage:
    """Return one member with the facts and earlier roles; reading it is logged.

    Raises:
        NotFound: not a member today, or not within the actor's stadsdelen.
        Refused: step 2B is not decided.
    """
    require_role(actor, *MEMBER_VIEWERS)
    group = get_group(group_id, actor=actor, session=session)
    since = now - timedelta(weeks=rules.evidence_weeks)
    card, facts = _member_card(group, person_id, since=since, actor=actor, now=now, session=session)
    rows = session.execute(
        select(MemberRole, col(Account.name), col(Person.pseudonym))
        .join(Account, col(Account.id) == col(MemberRole.recorded_by))
        .join(Person, col(Person.id) == col(MemberRole.person_id))
        .where(
            col(MemberRole.group_id) == group_id,
            col(MemberRole.person_id).in_(identities(session=session).all_of(person_id)),
        )
        .order_by(col(MemberRole.recorded_at).desc(), col(MemberRole.id))
    ).all()
    basis = {
        role_id: int(count)
        for role_id, count in session.execute(
            select(col(MemberRoleBasis.member_role_id), func.count())
            .where(col(MemberRoleBasis.member_role_id).in_([row.id for row, _, _ in rows]))
            .group_by(col(MemberRoleBasis.member_role_id))
        ).all()
    }
    history = tuple(
        _role_set(row, name, today(now), basis.get(row.id, 0), pseudonym) for row, name, pseudonym in rows
    )
    record(
        session,
        actor=actor,
        action="lid gelezen",
        object_kind="persoon",
        object_id=person_id,
        now=now,
        details={"groep": str(group_id)},
    )
    return MemberPage(group_id, group.name, card, history, facts.visits, facts.minutes, today(since))


def _member_card(
    group: Group, person_id: UUID, *, since: datetime, actor: Actor, now: datetime, session: Session
) -> tuple[Card, _Facts]:
    require_list(group, session=session)
    facts = _facts(group.id, since=since, actor=actor, now=now, session=session)
    survivor = identities(session=session).of(person_id)
    for card in facts.cards:
        if card.person_id == survivor:
            return card, facts
    raise NotFound("Deze persoon is nu geen lid van deze groep.")


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
    require_role(actor, *MEMBER_VIEWERS)
    group = get_group(group_id, actor=actor, session=session)
    lock_group(group_id, session=session)
    since = now - timedelta(weeks=rules.evidence_weeks)
    card, _ = _member_card(group, person_id, since=since, actor=actor, now=now, session=session)
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
    day = today(now)
    # Each pseudonym keeps a line of roles of its own, so that undoing a merge gives both back.
    own = [one for one in card.roles if one.set_for == card.pseudonym]
    row = MemberRole(
        group_id=group_id,
        person_id=card.person_id,
        role=role,
        influence=influence,
        certainty=certainty,
        reason=reason,
        review_on=months_later(day, rules.review_months),
        expires_on=months_later(day, rules.expire_months),
        supersedes_id=own[0].id if own else None,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    flush_or_refuse(
        session,
        "Een collega zette op hetzelfde moment een rol. Ververs de pagina en kijk eerst wat er nu staat.",
    )
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


def enter_member(
    group_id: UUID,
    person_id: UUID,
    *,
    valid_from: date,
    reason: str,
    child: bool,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Enter somebody who was seen as betrokkene in the member list; see ``observing.work.add_member``.

    Raises:
        Refused: also when this is, or may be, a child under 12; of that nothing is kept.
    """
    if child:
        raise Refused(NO_CHILDREN, fields={"age": NO_CHILDREN})
    return add_member(
        group_id,
        person_id,
        valid_from=valid_from,
        reason=reason,
        member_list_allowed=member_list_allowed,
        actor=actor,
        now=now,
        session=session,
    )


def end_membership(
    group_id: UUID,
    person_id: UUID,
    *,
    last_day: date,
    reason: str,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Take a member off the list from the day after ``last_day``; the facts and earlier roles stay on record.

    Raises:
        NotFound: not a member today.
        Refused: step 2B is not decided, or the day is implausible.
    """
    require_role(actor, *MEMBER_VIEWERS)
    group = get_group(group_id, actor=actor, session=session)
    require_list(group, session=session)
    survivor = identities(session=session).of(person_id)
    for member in members_of(group_id, on=today(now), actor=actor, now=now, session=session):
        if member.person_id == survivor:
            for entry in member.entries:
                end_member(
                    entry.membership_id,
                    last_day=last_day,
                    reason=reason,
                    actor=actor,
                    now=now,
                    session=session,
                )
            return
    raise NotFound("Deze persoon is nu geen lid van deze groep.")


# --- counts, for the group page and "Mijn werk" ---


def role_counts(group_id: UUID, *, now: datetime, session: Session) -> dict[str, int]:
    """Count the members of a group per role that holds today; lapsed and unset roles count as ``onbekend``."""
    on = today(now)
    known = identities(session=session)
    rows = session.execute(
        select(col(Membership.person_id)).where(col(Membership.group_id) == group_id, _is_member(on)),
        execution_options=_COUNTS_ONLY,
    )
    members = {known.of(person) for person in rows.scalars()}
    standing_roles = session.execute(
        select(col(MemberRole.person_id), col(MemberRole.role), col(MemberRole.expires_on))
        .where(col(MemberRole.group_id) == group_id, _role_stands())
        .order_by(col(MemberRole.recorded_at), col(MemberRole.id)),
        execution_options=_COUNTS_ONLY,
    )
    newest = {known.of(person): (role, expires) for person, role, expires in standing_roles}
    counts = {kind.value: 0 for kind in MemberRoleKind}
    for person in members:
        role, expires = newest.get(person, (MemberRoleKind.ONBEKEND.value, on))
        counts[role if expires > on else MemberRoleKind.ONBEKEND.value] += 1
    return counts


def roles_due(*, rules: RoleRules, actor: Actor, now: datetime, session: Session) -> list[RolesDue]:
    """Count per group the roles of current members that are to be reviewed now or soon, by first expiry."""
    require_role(actor, *ROLE_REVIEWERS)
    on = today(now)
    # A group has something to review only when some role of its is due: the others are left alone.
    due = (
        select(col(MemberRole.group_id))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(MemberRole.group_id))
        .where(
            col(MemberRole.review_on) <= on + timedelta(days=rules.remind_days),
            col(MemberRole.expires_on) > on,
            _role_stands(),
            *([] if actor.citywide else [col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen)]),
        )
        .distinct()
    )
    known = identities(session=session)
    rows = session.execute(
        select(col(Membership.group_id), col(Membership.person_id)).where(
            col(Membership.group_id).in_(due), _is_member(on)
        ),
        execution_options=_COUNTS_ONLY,
    )
    members = {(group_id, known.of(person)) for group_id, person in rows}
    roles = session.execute(
        select(
            col(MemberRole.group_id),
            col(Jeugdgroep.name),
            col(MemberRole.person_id),
            col(MemberRole.review_on),
            col(MemberRole.expires_on),
        )
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(MemberRole.group_id))
        .where(col(MemberRole.group_id).in_(due), _role_stands())
        .order_by(col(MemberRole.recorded_at), col(MemberRole.id)),
        execution_options=_COUNTS_ONLY,
    )
    newest = {(one.group_id, known.of(one.person_id)): one for one in roles}
    expiries: dict[tuple[UUID, str], list[date]] = {}
    for key, one in newest.items():
        if key in members and one.expires_on > on and one.review_on <= on + timedelta(days=rules.remind_days):
            expiries.setdefault((one.group_id, one.name), []).append(one.expires_on)
    found = [
        RolesDue(group_id, name, len(dates), min(dates))
        for (group_id, name), dates in expiries.items()
        if member_list_allowed(group_id, session=session)
    ]
    return sorted(found, key=lambda one: (one.first_expiry, one.group))
