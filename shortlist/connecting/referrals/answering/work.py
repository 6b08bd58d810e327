"""Use cases of what becomes of a referral."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.connecting.referrals.interventions import (
    Intervention,
    Interventions,
    capacity_left,
    due_of,
    next_evaluation,
)
from shortlist.connecting.referrals.receiving.work import receives_for
from shortlist.connecting.referrals.transitions import (
    ACCEPTED,
    CARRIED,
    FINISHED,
    RECEIVER,
    RUNNING,
    SENT,
    STARTED,
    who_may,
)
from shortlist.connecting.referrals.work import (
    READERS,
    WHICH,
    Sent,
    get_referral,
    newest_states,
    read_referrals,
)
from shortlist.connecting.tables import Referral, ReferralStatus
from shortlist.connecting.work import note_seen, seen_upto
from shortlist.errors import Forbidden, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role
from shortlist.guarding.tables import Account
from shortlist.storing.database import flush_or_refuse


def move_referral(
    referral_id: UUID,
    *,
    state: str,
    note: str,
    lead: str,
    result: str | None,
    sequence: int,
    rules: Interventions,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Take a referral to its next state, or feed back in the same one.

    ``sequence`` is how many states the actor saw; when there are more, somebody was earlier.

    Raises:
        NotFound: no such referral for this actor.
        Forbidden: the other side does this.
        Refused: somebody was earlier, the table of transitions forbids it, or the caseload is full.
    """
    found = get_referral(referral_id, actor=actor, now=now, session=session)
    session.execute(
        select(col(Referral.id)).where(col(Referral.id) == referral_id).with_for_update(),
        execution_options=WHICH,
    )
    found = get_referral(referral_id, actor=actor, now=now, session=session)
    side = who_may(found.state, state)
    if len(found.statuses) != sequence or side is None:
        raise Refused(
            f"Deze verwijzing is al {found.state} (door {found.last.by}). Er is niets opgeslagen; kijk "
            "hieronder wat er nu staat."
        )
    if side not in found.sides:
        raise Forbidden(f"Alleen de {side} kan dit doen.")
    intervention = rules.get(found.row.intervention)
    if intervention is None:
        raise Refused("Deze interventie staat niet meer in de regels. Vraag de beheerder.")
    faults = {}
    if state not in {ACCEPTED, STARTED} and len(note.strip()) < 10:
        faults["note"] = "Schrijf waarom, in ten minste 10 tekens. De ander leest dit als eerste."
    if state == found.state and len(note.strip()) < 10:
        faults["note"] = "Schrijf wat de verwijzer moet weten, in ten minste 10 tekens."
    if state in CARRIED and not (lead.strip() or found.lead):
        faults["lead"] = (
            "Wie heeft de regie? Noem naam en organisatie, zodat de verwijzer weet wie te bellen."
        )
    if state == FINISHED and result is None:
        faults["result"] = "Kies hoe het is afgelopen."
    if faults:
        raise Refused("Dit is nog niet compleet.", fields=faults)
    if state == ACCEPTED and found.state == SENT:
        _require_room(intervention, actor, now, session=session)
    session.add(
        ReferralStatus(
            referral_id=referral_id,
            sequence=sequence + 1,
            state=state,
            note=note,
            lead=lead,
            result=result if state == FINISHED else None,
            due_at=_due(found, state, intervention, now),
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    flush_or_refuse(
        session, "Iemand anders deed op hetzelfde moment iets met deze verwijzing. Ververs de pagina."
    )
    record(
        session, actor=actor,
        action="terugkoppeling gegeven" if state == found.state else f"verwijzing {state}",
        object_kind="verwijzing", object_id=referral_id, now=now,
    )  # fmt: skip


def _due(found: Sent, state: str, intervention: Intervention, now: datetime) -> datetime | None:
    if state == STARTED:
        started = next((one.at for one in found.statuses if one.state == STARTED), now)
        return next_evaluation(intervention, started, now)
    if state == found.state:
        return found.last.due_at
    return due_of(intervention, state, sent_at=found.row.recorded_at, now=now)


def carried_by(account_id: UUID, intervention_id: str, *, session: Session) -> int:
    """Count the youngsters that somebody accepted for an intervention and still has."""
    states = newest_states(session=session)
    mine = session.execute(
        select(col(ReferralStatus.referral_id))
        .join(Referral, col(Referral.id) == col(ReferralStatus.referral_id))
        .where(
            col(ReferralStatus.recorded_by) == account_id,
            col(ReferralStatus.state) == ACCEPTED,
            col(Referral.intervention) == intervention_id,
        )
        .distinct(),
        execution_options=WHICH,
    ).scalars()
    return sum(states[one][2] in CARRIED for one in mine)


def _require_room(intervention: Intervention, actor: Actor, now: datetime, *, session: Session) -> None:
    """Refuse when the actor's caseload is full; others who accept at the same time wait their turn."""
    session.execute(select(col(Account.id)).where(col(Account.id) == actor.id).with_for_update())
    left = capacity_left(intervention, carried_by(actor.id, intervention.id, session=session))
    if left == 0:
        raise Refused(
            f"U begeleidt al {intervention.caseload} jongeren voor {intervention.name}; meer kan volgens de "
            "regels niet. Laat een collega accepteren, of weiger met deze reden zodat de verwijzer verder kan."
        )


def mark_seen(referral_id: UUID, *, sequence: int, actor: Actor, now: datetime, session: Session) -> None:
    """Say that the actor has read the feedback up to a sequence number; doing so again changes nothing."""
    found = get_referral(referral_id, actor=actor, now=now, session=session)
    if not 1 <= sequence <= len(found.statuses):
        raise Refused("Dit bericht bestaat niet. Ververs de pagina.")
    note_seen(referral_id, sequence, actor=actor, now=now, session=session)


def unread(found: Sequence[Sent], *, actor: Actor, session: Session) -> set[UUID]:
    """Return which of these the actor sent and has not read the latest news of."""
    seen = seen_upto([one.id for one in found], actor=actor, session=session)
    return {
        one.id
        for one in found
        if one.row.recorded_by == actor.id
        and RECEIVER not in one.sides
        and any(status.by_id != actor.id and status.sequence > seen.get(one.id, 0) for status in one.statuses)
    }


@dataclass(frozen=True, slots=True)
class Waits:
    """A referral that waits for the actor: ``kind`` is ``ontvanger``, ``nieuws`` or ``geen antwoord``."""

    id: UUID
    intervention: str
    stadsdeel: str
    state: str
    kind: str
    due_at: datetime | None
    at: datetime


def referrals_waiting(*, actor: Actor, now: datetime, session: Session) -> list[Waits]:
    """List what waits: to answer, start or feed back (receiver), unread news or no answer in time (sender)."""
    if not actor.has(*READERS):
        return []
    desk = receives_for(actor, session=session)
    own = (col(Referral.recorded_by) == actor.id) | col(Referral.intervention).in_(sorted(desk))
    found = read_referrals(None if actor.has(Role.VEILIGHEIDSMANAGER) else own, actor=actor, session=session)
    news = unread(found, actor=actor, session=session)
    waits = []
    for one in found:
        kinds = []
        if RECEIVER in one.sides and one.state in RUNNING and _time_to_act(one, actor, now):
            kinds.append("ontvanger")
        if one.id in news:
            kinds.append("nieuws")
        elif RECEIVER not in one.sides and one.state in RUNNING and one.late(now):
            kinds.append("geen antwoord")
        waits += [
            Waits(one.id, one.row.intervention, one.stadsdeel, one.state, kind, one.last.due_at, one.last.at)
            for kind in kinds
        ]
    return waits


def _time_to_act(one: Sent, actor: Actor, now: datetime) -> bool:
    """Say whether the receiver is asked now: always to answer; who accepted to start; to feed back a week before."""
    if one.state == SENT:
        return True
    accepted_by = next(status.by_id for status in one.statuses if status.state == ACCEPTED)
    if accepted_by != actor.id:
        return False
    due = one.last.due_at
    return one.state == ACCEPTED or (due is not None and due - timedelta(days=7) <= now)
