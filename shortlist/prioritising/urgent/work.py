"""Use cases of the spoedprocedure: decide at once on a provisional picture, and withdraw it with a reason.

It is confirmed by the ordinary way: a proposal on which the Stafgroep decides. Nothing else ends it before its
last day, and after that day it lapses by itself.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.classifying.work import latest_assessments
from shortlist.errors import Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.observing.tables import GroupState, Jeugdgroep
from shortlist.observing.work import get_group, today
from shortlist.prioritising.board import REVIEWED, Urgent
from shortlist.prioritising.current.work import current_priority, urgent_decisions
from shortlist.prioritising.priorities import PriorityRules
from shortlist.prioritising.tables import Priority, UrgentDecision, UrgentEnd
from shortlist.storing.database import flush_or_refuse


def urgent_history(group_id: UUID, *, actor: Actor, session: Session) -> list[Urgent]:
    """Return every urgent decision about a group within the actor's stadsdelen, newest first."""
    get_group(group_id, actor=actor, session=session)
    return urgent_decisions(session=session, group_ids=[group_id])[::-1]


def running_in(*, actor: Actor, now: datetime, session: Session) -> list[tuple[Urgent, str]]:
    """Return the urgent decisions that run today within the actor's stadsdelen, named, first due first."""
    on = today(now)
    query = select(col(Jeugdgroep.id), col(Jeugdgroep.name))
    if not actor.citywide:
        query = query.where(col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen))
    names = {row.id: row.name for row in session.execute(query)}
    found = [
        (urgent, names[urgent.group_id])
        for urgent in urgent_decisions(session=session, running_on=on)
        if urgent.group_id in names and urgent.runs(on)
    ]
    return sorted(found, key=lambda pair: (pair[0].valid_until, pair[1]))


def decide_urgent(
    group_id: UUID,
    *,
    reason: str,
    picture: str,
    rules: PriorityRules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Let people be sent at once: the group counts as priority *hoog* for the days of ``rules``; return the id.

    Raises:
        Refused: the group is closed, is rated as one that nobody registers, is already high or urgent, or an earlier
            urgent decision was never reviewed.
    """
    require_role(actor, Role.VEILIGHEIDSMANAGER)
    group = get_group(group_id, actor=actor, session=session)
    session.execute(select(col(Jeugdgroep.id)).where(col(Jeugdgroep.id) == group_id).with_for_update())
    on = today(now)
    if group.state is GroupState.GESLOTEN:
        raise Refused(f"{group.name} is gesloten. Heropen eerst de groep als er weer iets speelt.")
    standing = latest_assessments(actor=actor, session=session, group_ids=[group_id]).get(group_id)
    holds = standing if standing and not standing.expired(on) else None
    if holds and holds.decided in rules.unregistered:
        raise Refused(
            f"{group.name} is beoordeeld als {holds.decided}: zo'n groep krijgt geen inzet. "
            "Laat de groep eerst opnieuw beoordelen."
        )
    earlier = urgent_decisions(session=session, group_ids=[group_id])
    _refuse_when_high(group.name, group_id, on, session=session)
    if earlier and rules.urgent.again_needs_review:
        last = earlier[-1]
        assessed = standing is not None and standing.recorded_at > last.at
        if last.state(on) != REVIEWED and last.decided_on is None and not assessed:
            raise Refused(
                f"Na de vorige spoed ({last.valid_from:%d-%m-%Y}) is {group.name} niet beoordeeld. Laat de groep eerst "
                "duiden, of doe een gewoon voorstel aan de Stafgroep."
            )
    row = UrgentDecision(
        group_id=group_id,
        sequence=len(earlier) + 1,
        reason=reason,
        picture=picture,
        assessment_id=standing.assessment_id if standing else None,
        valid_from=on,
        valid_until=last_day(on, rules),
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    flush_or_refuse(
        session, "Een collega besloot op hetzelfde moment tot spoed. Ververs de pagina om het te zien."
    )
    record(
        session,
        actor=actor,
        action="spoedinzet besloten",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"besluit": str(row.id), "keer": row.sequence},
    )
    return row.id


def _refuse_when_high(name: str, group_id: UUID, on: date, *, session: Session) -> None:
    current = current_priority(group_id, on, session=session)
    if current is None or current.priority != Priority.HOOG:
        return
    if current.urgent:
        raise Refused(f"Voor {name} loopt al een spoedprocedure, tot en met {current.valid_until:%d-%m-%Y}.")
    raise Refused(
        f"{name} heeft al prioriteit hoog, tot en met {current.valid_until:%d-%m-%Y}. Spoed voegt daar niets aan toe."
    )


def last_day(on: date, rules: PriorityRules) -> date:
    """Return the last day of an urgent decision taken on a day."""
    return on + timedelta(days=rules.urgent.days - 1)


def withdraw_urgent(group_id: UUID, *, reason: str, actor: Actor, now: datetime, session: Session) -> None:
    """End the running urgent decision of a group before its last day.

    Raises:
        Refused: none runs (any more).
    """
    require_role(actor, Role.VEILIGHEIDSMANAGER)
    group = get_group(group_id, actor=actor, session=session)
    session.execute(select(col(Jeugdgroep.id)).where(col(Jeugdgroep.id) == group_id).with_for_update())
    on = today(now)
    running = [one for one in urgent_decisions(session=session, group_ids=[group_id]) if one.runs(on)]
    if not running:
        raise Refused(f"Voor {group.name} loopt geen spoedprocedure meer. Ververs de pagina om het te zien.")
    session.add(UrgentEnd(urgent_id=running[-1].id, reason=reason, recorded_at=now, recorded_by=actor.id))
    flush_or_refuse(session, "Een collega trok deze spoed net in. Ververs de pagina om het te zien.")
    record(
        session,
        actor=actor,
        action="spoedinzet ingetrokken",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"besluit": str(running[-1].id)},
    )
