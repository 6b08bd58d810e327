"""Use case of the city view: counts of all stadsdelen, also for who works in one."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.classifying.tables import Assessment
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account, Stadsdeel
from shortlist.observing.tables import Jeugdgroep
from shortlist.observing.work import today
from shortlist.prioritising.board import StadsdeelLine, compare
from shortlist.prioritising.fairness import Alike, ManagerLine, Proposed, alike, by_manager
from shortlist.prioritising.priorities import PriorityRules
from shortlist.prioritising.tables import PriorityDecision, PriorityProposal
from shortlist.prioritising.work import profiles

READERS = (Role.VEILIGHEIDSMANAGER, Role.STAFGROEPLID)


@dataclass(frozen=True, slots=True)
class CityView:
    """The city side by side; no group is named."""

    stadsdelen: list[StadsdeelLine]
    alike: list[Alike]
    managers: list[ManagerLine]


def city_view(*, rules: PriorityRules, actor: Actor, now: datetime, session: Session) -> CityView:
    """Return the comparison of all stadsdelen and veiligheidsmanagers: counts, nothing about one group or person."""
    require_role(actor, *READERS)
    everywhere = replace(actor, citywide=True)
    found = profiles(actor=everywhere, now=now, session=session)
    return CityView(compare(found), alike(found, rules.themes), by_manager(_proposals(session=session)))


def _proposals(*, session: Session) -> list[Proposed]:
    last = {
        row.proposal_id: (row.kind, row.priority)
        for row in session.execute(
            select(PriorityDecision).order_by(col(PriorityDecision.sequence))
        ).scalars()
    }
    rows = session.execute(
        select(PriorityProposal, col(Stadsdeel.name), col(Account.name), col(Assessment.recorded_at))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(PriorityProposal.group_id))
        .join(Stadsdeel, col(Stadsdeel.id) == col(Jeugdgroep.stadsdeel_id))
        .join(Account, col(Account.id) == col(PriorityProposal.recorded_by))
        .outerjoin(Assessment, col(Assessment.id) == col(PriorityProposal.assessment_id))
    )
    return [
        Proposed(
            stadsdeel,
            manager,
            row.priority,
            *last.get(row.id, (None, "")),
            (today(row.recorded_at) - today(assessed_at)).days if assessed_at else None,
        )
        for row, stadsdeel, manager, assessed_at in rows
    ]
