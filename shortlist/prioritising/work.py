"""Use cases of prioritising: profiles side by side, the veiligheidsmanager's proposal, the Stafgroep's decision."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.classifying.assessing import months_later
from shortlist.classifying.assessments.work import Standing
from shortlist.classifying.work import latest_assessments
from shortlist.errors import Broken, NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account
from shortlist.observing.tables import GroupState, Jeugdgroep
from shortlist.observing.work import get_group, today, visible_groups, weeks_of
from shortlist.prioritising.board import Decision, Picture, Profile, Proposal
from shortlist.prioritising.current.work import current_priorities, current_priority
from shortlist.prioritising.priorities import (
    SET,
    TO_TRIANGLE,
    PriorityRules,
    may_follow,
    priority_rules,
)
from shortlist.prioritising.tables import DecisionGround, Priority, PriorityDecision, PriorityProposal
from shortlist.storing.database import flush_or_refuse
from shortlist.storing.dated_yaml import Shelf, newest_for

__all__ = [
    "COMPARERS",
    "current_priorities",
    "current_priority",
    "decide_priority",
    "priority_rules_on",
    "profile",
    "profiles",
    "propose_priority",
]

COMPARERS = (Role.VEILIGHEIDSMANAGER, Role.STAFGROEPLID)
"""Who sees groups side by side."""
_WEEKS = 4


def priority_rules_on(shelf: Shelf, on: date) -> PriorityRules:
    """Return the rules about priorities in force on a day.

    Raises:
        Broken: no ``priorities`` file was sound.
    """
    document = newest_for(shelf.of_kind("priorities"), on)
    if document is None:
        raise Broken("In de regels ontbreekt een bestand met kind: priorities. Zet priorities.yaml terug.")
    return priority_rules(document.data)


# --- profiles ---


def _picture(found: Standing | None, on: date) -> Picture | None:
    if found is None:
        return None
    return Picture(
        decided=found.decided,
        outcome=found.outcome,
        ruleset=found.ruleset,
        possible=found.possible,
        duiding=found.duiding,
        recorded_at=found.recorded_at,
        expires_on=found.expires_on,
        expired=found.expired(on),
    )


def _standing_proposal() -> ColumnElement[bool]:
    later = aliased(PriorityProposal)
    return ~exists(
        select(1).where(col(later.supersedes_id) == col(PriorityProposal.id)).correlate(PriorityProposal)
    )


def _proposals(
    *, actor: Actor, session: Session, group_id: UUID | None = None, proposal_id: UUID | None = None
) -> list[Proposal]:
    """Read the standing proposals within the actor's stadsdelen; of one group also the replaced ones, newest first."""
    stands = _standing_proposal()
    query = (
        select(PriorityProposal, col(Account.name), stands.label("stands"))
        .join(Account, col(Account.id) == col(PriorityProposal.recorded_by))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(PriorityProposal.group_id))
        .order_by(col(PriorityProposal.recorded_at).desc(), col(PriorityProposal.id))
    )
    if not actor.citywide:
        query = query.where(col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen))
    if proposal_id is not None:
        query = query.where(col(PriorityProposal.id) == proposal_id)
    elif group_id is not None:
        query = query.where(col(PriorityProposal.group_id) == group_id)
    else:
        query = query.where(stands)
    rows = session.execute(query).all()
    decided: dict[UUID, list[Decision]] = {}
    for row, name, triangle_on in session.execute(
        select(PriorityDecision, col(Account.name), col(DecisionGround.triangle_on))
        .join(Account, col(Account.id) == col(PriorityDecision.recorded_by))
        .outerjoin(DecisionGround, col(DecisionGround.decision_id) == col(PriorityDecision.id))
        .where(col(PriorityDecision.proposal_id).in_([row.id for row, _, _ in rows]))
        .order_by(col(PriorityDecision.sequence))
    ):
        decided.setdefault(row.proposal_id, []).append(
            Decision(
                row.kind,
                row.priority,
                row.reason,
                row.valid_from,
                row.valid_until,
                row.recorded_at,
                name,
                triangle_on,
            )
        )
    return [
        Proposal(
            row.id,
            row.group_id,
            row.priority,
            row.reason,
            row.recorded_at,
            name,
            tuple(decided.get(row.id, ())),
            replaced=not standing,
        )
        for row, name, standing in rows
    ]


def profiles(*, actor: Actor, now: datetime, session: Session) -> list[Profile]:
    """Return every group that is not closed within the actor's stadsdelen, by name, ready to be laid side by side."""
    require_role(actor, *COMPARERS)
    on = today(now)
    assessed = latest_assessments(actor=actor, session=session)
    current = current_priorities(on, session=session)
    newest = {one.group_id: one for one in reversed(_proposals(actor=actor, session=session))}
    return [
        Profile(
            group_id=line.id,
            name=line.name,
            stadsdeel_id=line.stadsdeel_id,
            stadsdeel=line.stadsdeel,
            seen=line.seen,
            visits=line.visits,
            minutes=line.minutes,
            reports=line.reports,
            picture=_picture(assessed.get(line.id), on),
            current=current.get(line.id),
            proposal=newest.get(line.id),
        )
        for line in visible_groups(actor=actor, now=now, session=session)
        if line.state is not GroupState.GESLOTEN
    ]


def profile(
    group_id: UUID, *, actor: Actor, now: datetime, session: Session
) -> tuple[Profile, list[Proposal]]:
    """Return one group's profile and all its proposals, newest first."""
    group = get_group(group_id, actor=actor, session=session)
    on = today(now)
    assessed = latest_assessments(actor=actor, session=session, group_ids=[group_id]).get(group_id)
    weeks = weeks_of(group_id, weeks=_WEEKS, actor=actor, now=now, session=session)
    history = _proposals(actor=actor, session=session, group_id=group_id)
    found = Profile(
        group_id=group.id,
        name=group.name,
        stadsdeel_id=group.stadsdeel_id,
        stadsdeel=group.stadsdeel,
        seen=sum(week.seen for week in weeks),
        visits=sum(week.visits for week in weeks),
        minutes=sum(week.minutes for week in weeks),
        reports=sum(week.reports for week in weeks),
        picture=_picture(assessed, on),
        current=current_priority(group_id, on, session=session),
        proposal=next((one for one in history if not one.replaced), None),
        closed=group.state is GroupState.GESLOTEN,
    )
    return found, history


# --- proposing and deciding ---


def _lock(group_id: UUID, *, session: Session) -> None:
    """Make others who decide about this group wait their turn (SQLite lets only one write at a time anyway)."""
    session.execute(select(col(Jeugdgroep.id)).where(col(Jeugdgroep.id) == group_id).with_for_update())


def _require_class_fits(found: Profile, priority: str, rules: PriorityRules, field: str) -> None:
    if found.decided_class in rules.unregistered and priority != Priority.GEEN:
        message = (
            f"{found.name} is beoordeeld als {found.decided_class}: zo'n groep krijgt geen prioriteit. "
            "Kies 'geen', of laat de groep eerst opnieuw beoordelen."
        )
        raise Refused(message, fields={field: message})


def propose_priority(
    group_id: UUID,
    *,
    priority: str,
    reason: str,
    seen: UUID | None,
    rules: PriorityRules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Record the veiligheidsmanager's proposal and return its id; it takes the place of the one before.

    ``seen`` is the proposal that the actor saw standing. Without an assessment a proposal is possible too: sometimes
    there is no time to wait for one (almere.md section 3, item 3).

    Raises:
        Refused: the group is closed, the class gets no priority, or a colleague proposed in the meantime.
    """
    require_role(actor, Role.VEILIGHEIDSMANAGER)
    get_group(group_id, actor=actor, session=session)
    _lock(group_id, session=session)
    found, _ = profile(group_id, actor=actor, now=now, session=session)
    if found.closed:
        raise Refused(f"{found.name} is gesloten. Heropen eerst de groep als er weer iets speelt.")
    if (found.proposal.id if found.proposal else None) != seen:
        raise Refused(
            "Een collega deed intussen een ander voorstel. Bekijk dat hieronder en verstuur opnieuw "
            "als u het wilt vervangen."
        )
    _require_class_fits(found, priority, rules, "priority")
    assessed = latest_assessments(actor=actor, session=session, group_ids=[group_id]).get(group_id)
    row = PriorityProposal(
        group_id=group_id,
        assessment_id=assessed.assessment_id if assessed else None,
        priority=priority,
        reason=reason,
        supersedes_id=seen,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    flush_or_refuse(session, "Een collega deed op hetzelfde moment een voorstel. Ververs de pagina.")
    record(
        session,
        actor=actor,
        action="prioriteit voorgesteld",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"voorstel": str(row.id)},
    )
    return row.id


def decide_priority(
    proposal_id: UUID,
    *,
    kind: str,
    reason: str,
    priority: str = "",
    valid_until: date | None = None,
    meeting_id: UUID | None = None,
    triangle_on: date | None = None,
    rules: PriorityRules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Record what the Stafgroep decided on a proposal, or the driehoek after it, and return the decision's id.

    Exactly one of ``meeting_id`` (whose quorum ``meeting.work`` checks) and ``triangle_on`` is given. ``priority`` and
    ``valid_until`` count only for ``vastgesteld``; the decision then holds from today on, by default for the months of
    ``rules``.

    Raises:
        NotFound: no such proposal within the actor's stadsdelen.
        Refused: already decided, replaced by a later proposal, with the driehoek, or an impossible last day.
    """
    require_role(actor, Role.STAFGROEPLID, *(() if triangle_on is None else (Role.VEILIGHEIDSMANAGER,)))
    proposals = _proposals(actor=actor, session=session, proposal_id=proposal_id)
    if not proposals:
        raise NotFound("Dit voorstel is er niet, of hoort bij een stadsdeel waar u niet werkt.")
    group_id = proposals[0].group_id
    _lock(group_id, session=session)
    found, history = profile(group_id, actor=actor, now=now, session=session)
    proposal = next(one for one in history if one.id == proposal_id)
    if proposal.replaced:
        raise Refused(
            f"Voor {found.name} ligt intussen een nieuw voorstel. Ververs de pagina en besluit over het nieuwe."
        )
    if not may_follow(proposal.state, kind):
        last = proposal.decisions[-1] if proposal.decisions else None
        told = f"{last.kind} door {last.by}" if last else proposal.state
        raise Refused(
            f"Over {found.name} is al besloten ({told}). Er is niets opgeslagen; ververs de pagina om het te zien."
        )
    if (proposal.state == TO_TRIANGLE) != (triangle_on is not None):
        there = "nog niet" if triangle_on is not None else "al"
        raise Refused(
            f"Het voorstel voor {found.name} ligt {there} bij de driehoek. Er is niets opgeslagen; ververs de pagina."
        )
    on = today(now)
    if kind == SET:
        priority = priority or proposal.priority
        until = valid_until or months_later(on, rules.default_months)
        _require_class_fits(found, priority, rules, "priority")
        latest = months_later(on, rules.maximum_months)
        if not on < until <= latest:
            message = (
                f"Kies een dag na vandaag en uiterlijk {latest:%d-%m-%Y} ({rules.maximum_months} maanden)."
            )
            raise Refused(message, fields={"valid_until": message})
    else:
        priority, until = proposal.priority, on
    row = PriorityDecision(
        proposal_id=proposal_id,
        sequence=len(proposal.decisions) + 1,
        group_id=group_id,
        kind=kind,
        priority=priority,
        reason=reason,
        valid_from=on,
        valid_until=until,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    flush_or_refuse(
        session,
        f"Iemand anders besloot op hetzelfde moment over {found.name}. Ververs de pagina om het te zien.",
    )
    session.add(DecisionGround(decision_id=row.id, meeting_id=meeting_id, triangle_on=triangle_on))
    record(
        session,
        actor=actor,
        action=f"prioriteit {kind}",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"voorstel": str(proposal_id), "besluit": str(row.id)},
    )
    return row.id
