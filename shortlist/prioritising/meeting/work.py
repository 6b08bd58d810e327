"""Use cases of the Stafgroep's meeting: opening it, who is there, deciding with a quorum, closing it, the minutes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlmodel import Session, col

from shortlist.errors import Broken, NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account, Stadsdeel
from shortlist.guarding.work import all_stadsdelen
from shortlist.observing.tables import Jeugdgroep
from shortlist.observing.work import today
from shortlist.prioritising.priorities import MEETING_CLOSED, MEETING_RUNS, PriorityRules
from shortlist.prioritising.quorum import StafgroepRules, lacking, stafgroep_rules
from shortlist.prioritising.tables import (
    DecisionGround,
    MeetingEnd,
    MeetingPresence,
    PriorityDecision,
    PriorityProposal,
    StafgroepMeeting,
)
from shortlist.prioritising.work import COMPARERS, decide_priority
from shortlist.storing.database import flush_or_refuse
from shortlist.storing.dated_yaml import Shelf, newest_for

KEEPERS = (Role.STAFGROEPLID,)
"""Who opens a meeting and records what it decides."""


@dataclass(frozen=True, slots=True)
class Attendant:
    """A function that was present, and who sat there."""

    function: str
    name: str


@dataclass(frozen=True, slots=True)
class Minute:
    """One decision as the minutes have it."""

    group_id: UUID
    group: str
    proposed: str
    proposed_by: str
    kind: str
    priority: str
    reason: str
    valid_until: date
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting with who was there and what was decided."""

    id: UUID
    stadsdeel_id: UUID
    stadsdeel: str
    held_at: datetime
    kept_by: str
    present: tuple[Attendant, ...]
    changes: int
    """How often the list of those present was written; the form sends it back."""
    minutes: tuple[Minute, ...]
    closed_at: datetime | None
    remarks: str

    @property
    def state(self) -> str:
        """``loopt`` or ``gesloten``."""
        return MEETING_RUNS if self.closed_at is None else MEETING_CLOSED

    def lacks(self, rules: StafgroepRules) -> tuple[str, ...]:
        """Say what is lacking for a quorum; nothing: it may decide."""
        return lacking([one.function for one in self.present], rules)


def stafgroep_rules_on(shelf: Shelf, on: date) -> StafgroepRules:
    """Return composition and quorum in force on a day.

    Raises:
        Broken: no ``stafgroep`` file was sound.
    """
    document = newest_for(shelf.of_kind("stafgroep"), on)
    if document is None:
        raise Broken("In de regels ontbreekt een bestand met kind: stafgroep. Zet stafgroep.yaml terug.")
    return stafgroep_rules(document.data)


def stadsdelen_of(*, actor: Actor, session: Session) -> list[tuple[UUID, str]]:
    """List the stadsdelen whose Stafgroep the actor belongs to, by name."""
    return [(one.id, one.name) for one in all_stadsdelen(session=session) if actor.sees(one.id)]


def meetings(
    *, actor: Actor, session: Session, meeting_id: UUID | None = None, most: int = 20
) -> list[Meeting]:
    """List meetings within the actor's stadsdelen, newest first."""
    require_role(actor, *COMPARERS)
    query = (
        select(StafgroepMeeting, col(Stadsdeel.name), col(Account.name), MeetingEnd)
        .join(Stadsdeel, col(Stadsdeel.id) == col(StafgroepMeeting.stadsdeel_id))
        .join(Account, col(Account.id) == col(StafgroepMeeting.recorded_by))
        .outerjoin(MeetingEnd, col(MeetingEnd.meeting_id) == col(StafgroepMeeting.id))
        .order_by(col(StafgroepMeeting.held_at).desc(), col(StafgroepMeeting.id))
        .limit(most)
    )
    if not actor.citywide:
        query = query.where(col(StafgroepMeeting.stadsdeel_id).in_(actor.stadsdelen))
    if meeting_id is not None:
        query = query.where(col(StafgroepMeeting.id) == meeting_id)
    rows = session.execute(query).all()
    ids = [row.id for row, *_ in rows]
    present, minutes = _present(ids, session=session), _minutes(ids, session=session)
    return [
        Meeting(
            row.id,
            row.stadsdeel_id,
            stadsdeel,
            row.held_at,
            keeper,
            *present.get(row.id, ((), 0)),
            tuple(minutes.get(row.id, ())),
            end.recorded_at if end else None,
            end.remarks if end else "",
        )
        for row, stadsdeel, keeper, end in rows
    ]


def _present(ids: Sequence[UUID], *, session: Session) -> dict[UUID, tuple[tuple[Attendant, ...], int]]:
    rows = session.execute(
        select(MeetingPresence)
        .where(col(MeetingPresence.meeting_id).in_(ids))
        .order_by(col(MeetingPresence.sequence), col(MeetingPresence.function))
    ).scalars()
    lists: dict[UUID, dict[int, list[Attendant]]] = {}
    for row in rows:
        of_meeting = lists.setdefault(row.meeting_id, {})
        of_meeting.setdefault(row.sequence, []).append(Attendant(row.function, row.name))
    return {meeting: (tuple(found[max(found)]), max(found)) for meeting, found in lists.items()}


def _minutes(ids: Sequence[UUID], *, session: Session) -> dict[UUID, list[Minute]]:
    found: dict[UUID, list[Minute]] = {}
    by = select(col(Account.id), col(Account.name)).subquery()
    for decision, meeting_id, proposal, group, decided_by, proposed_by in session.execute(
        select(
            PriorityDecision,
            col(DecisionGround.meeting_id),
            PriorityProposal,
            col(Jeugdgroep.name),
            col(Account.name),
            by.c.name,
        )
        .join(DecisionGround, col(DecisionGround.decision_id) == col(PriorityDecision.id))
        .join(PriorityProposal, col(PriorityProposal.id) == col(PriorityDecision.proposal_id))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(PriorityDecision.group_id))
        .join(Account, col(Account.id) == col(PriorityDecision.recorded_by))
        .join(by, by.c.id == col(PriorityProposal.recorded_by))
        .where(col(DecisionGround.meeting_id).in_(ids))
        .order_by(col(PriorityDecision.recorded_at), col(Jeugdgroep.name))
    ):
        found.setdefault(meeting_id, []).append(
            Minute(
                decision.group_id,
                group,
                proposal.priority,
                proposed_by,
                decision.kind,
                decision.priority,
                decision.reason,
                decision.valid_until,
                decision.recorded_at,
                decided_by,
            )
        )
    return found


def get_meeting(meeting_id: UUID, *, actor: Actor, session: Session) -> Meeting:
    """Return one meeting.

    Raises:
        NotFound: it does not exist or is of a stadsdeel in which the actor does not work.
    """
    found = meetings(actor=actor, session=session, meeting_id=meeting_id)
    if not found:
        raise NotFound("Deze vergadering is er niet, of hoort bij een stadsdeel waar u niet werkt.")
    return found[0]


def open_meeting(
    stadsdeel_id: UUID,
    present: Mapping[str, str],
    *,
    rules: StafgroepRules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Open a meeting of a stadsdeel's Stafgroep with who is there (function → name); return its id.

    Without a quorum it may be opened all the same: who comes later is added.

    Raises:
        Refused: one is running already, nobody is there, or a function is unknown.
    """
    require_role(actor, *KEEPERS)
    if not actor.sees(stadsdeel_id):
        raise NotFound("Dit stadsdeel is er niet, of u werkt er niet.")
    session.execute(select(col(Stadsdeel.id)).where(col(Stadsdeel.id) == stadsdeel_id).with_for_update())
    running = session.execute(
        select(col(StafgroepMeeting.id)).where(
            col(StafgroepMeeting.stadsdeel_id) == stadsdeel_id,
            ~exists(
                select(1)
                .where(col(MeetingEnd.meeting_id) == col(StafgroepMeeting.id))
                .correlate(StafgroepMeeting)
            ),
        )
    ).first()
    if running is not None:
        raise Refused(
            "Er loopt al een vergadering van deze Stafgroep. Ga daarmee verder, of sluit haar eerst."
        )
    row = StafgroepMeeting(stadsdeel_id=stadsdeel_id, held_at=now, recorded_at=now, recorded_by=actor.id)
    session.add(row)
    session.flush()
    _write_presence(row.id, present, 1, rules=rules, actor=actor, now=now, session=session)
    record(
        session,
        actor=actor,
        action="vergadering geopend",
        object_kind="vergadering",
        object_id=row.id,
        now=now,
    )
    return row.id


def set_presence(
    meeting_id: UUID,
    present: Mapping[str, str],
    *,
    seen: int,
    rules: StafgroepRules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Write the list of those present anew; ``seen`` is how often it was written when the actor looked.

    Raises:
        Refused: the meeting is closed, somebody else changed the list, nobody is there, or an unknown function.
    """
    require_role(actor, *KEEPERS)
    found = _running(meeting_id, actor=actor, session=session)
    if found.changes != seen:
        raise Refused("Een collega wijzigde intussen de presentielijst. Kijk hieronder wie er nu staat.")
    _write_presence(meeting_id, present, seen + 1, rules=rules, actor=actor, now=now, session=session)
    record(
        session,
        actor=actor,
        action="presentielijst gewijzigd",
        object_kind="vergadering",
        object_id=meeting_id,
        now=now,
    )


def _running(meeting_id: UUID, *, actor: Actor, session: Session) -> Meeting:
    session.execute(
        select(col(StafgroepMeeting.id)).where(col(StafgroepMeeting.id) == meeting_id).with_for_update()
    )
    found = get_meeting(meeting_id, actor=actor, session=session)
    if found.state == MEETING_CLOSED:
        raise Refused("Deze vergadering is gesloten; de notulen staan vast. Open een nieuwe vergadering.")
    return found


def _write_presence(
    meeting_id: UUID,
    present: Mapping[str, str],
    sequence: int,
    *,
    rules: StafgroepRules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    if not present:
        raise Refused("Er is niemand aangevinkt. Vink aan welke functies aanwezig zijn.")
    unknown = set(present) - {one.id for one in rules.functions}
    if unknown:
        raise Refused(f"Deze functie zit niet in de Stafgroep: {', '.join(sorted(unknown))}.")
    session.add_all(
        MeetingPresence(
            meeting_id=meeting_id,
            sequence=sequence,
            function=function,
            name=name,
            recorded_at=now,
            recorded_by=actor.id,
        )
        for function, name in present.items()
    )
    flush_or_refuse(session, "Een collega wijzigde op hetzelfde moment de presentielijst.")


def decide_in_meeting(
    meeting_id: UUID,
    proposal_id: UUID,
    *,
    kind: str,
    reason: str,
    priority: str = "",
    valid_until: date | None = None,
    rules: PriorityRules,
    stafgroep: StafgroepRules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Record a decision of the Stafgroep, when there is a quorum; return its id.

    Raises:
        Refused: no quorum, the meeting is closed or of another stadsdeel, or what ``decide_priority`` refuses.
    """
    require_role(actor, *KEEPERS)
    found = _running(meeting_id, actor=actor, session=session)
    lacks = found.lacks(stafgroep)
    if lacks:
        raise Refused(f"Er is geen quorum: {'; '.join(lacks)}. Er is niets besloten.")
    elsewhere = session.execute(
        select(col(Jeugdgroep.stadsdeel_id))
        .join(PriorityProposal, col(PriorityProposal.group_id) == col(Jeugdgroep.id))
        .where(col(PriorityProposal.id) == proposal_id)
    ).scalar_one_or_none()
    if elsewhere is not None and actor.sees(elsewhere) and elsewhere != found.stadsdeel_id:
        raise Refused(
            f"Deze groep hoort niet bij {found.stadsdeel}. Besluit in de vergadering van haar stadsdeel."
        )
    return decide_priority(
        proposal_id,
        kind=kind,
        reason=reason,
        priority=priority,
        valid_until=valid_until,
        meeting_id=meeting_id,
        rules=rules,
        actor=actor,
        now=now,
        session=session,
    )


def close_meeting(meeting_id: UUID, *, remarks: str, actor: Actor, now: datetime, session: Session) -> None:
    """Close a meeting: from then on its minutes stand.

    Raises:
        Refused: it is closed already.
    """
    require_role(actor, *KEEPERS)
    _running(meeting_id, actor=actor, session=session)
    session.add(MeetingEnd(meeting_id=meeting_id, remarks=remarks, recorded_at=now, recorded_by=actor.id))
    flush_or_refuse(session, "Een collega sloot de vergadering op hetzelfde moment.")
    record(
        session,
        actor=actor,
        action="vergadering gesloten",
        object_kind="vergadering",
        object_id=meeting_id,
        now=now,
    )


def decide_by_triangle(
    proposal_id: UUID,
    *,
    decided_on: date,
    kind: str,
    reason: str,
    priority: str = "",
    valid_until: date | None = None,
    rules: PriorityRules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Record what the driehoek decided on a proposal that was laid before it; return the decision's id.

    Raises:
        Refused: it does not lie there, a day in the future, or what ``decide_priority`` refuses.
    """
    if decided_on > today(now):
        message = "Deze dag ligt in de toekomst. Leg het besluit vast als het genomen is."
        raise Refused(message, fields={"decided_on": message})
    return decide_priority(
        proposal_id,
        kind=kind,
        reason=reason,
        priority=priority,
        valid_until=valid_until,
        triangle_on=decided_on,
        rules=rules,
        actor=actor,
        now=now,
        session=session,
    )
