"""Use cases about who receives referrals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.connecting.referrals.interventions import Interventions
from shortlist.connecting.referrals.transitions import RECEIVERS
from shortlist.connecting.tables import ReferralReceiver
from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account, AccountRole


@dataclass(frozen=True, slots=True)
class ReceiverLine:
    """Somebody who can receive, with the interventions that he receives for."""

    account_id: UUID
    name: str
    role: str
    interventions: frozenset[str]


def _received(account_ids: Sequence[UUID] | None, *, session: Session) -> dict[UUID, set[str]]:
    query = select(
        col(ReferralReceiver.account_id), col(ReferralReceiver.intervention), col(ReferralReceiver.receives)
    ).order_by(col(ReferralReceiver.sequence))
    if account_ids is not None:
        query = query.where(col(ReferralReceiver.account_id).in_(account_ids))
    found: dict[UUID, set[str]] = {}
    for account_id, intervention, receives in session.execute(query):
        own = found.setdefault(account_id, set())
        (own.add if receives else own.discard)(intervention)
    return found


def receives_for(actor: Actor, *, session: Session) -> frozenset[str]:
    """Return the interventions that the actor receives referrals for."""
    if not actor.has(*RECEIVERS):
        return frozenset()
    return frozenset(_received([actor.id], session=session).get(actor.id, ()))


def receivers(*, actor: Actor, session: Session) -> list[ReceiverLine]:
    """List everybody who can receive, by name."""
    require_role(actor, Role.BEHEERDER)
    known = _received(None, session=session)
    rows = session.execute(
        select(col(Account.id), col(Account.name), col(AccountRole.role))
        .join(AccountRole, col(AccountRole.account_id) == col(Account.id))
        .where(col(AccountRole.role).in_([role.value for role in RECEIVERS]), col(Account.active).is_(True))
        .order_by(col(AccountRole.role), func.lower(col(Account.name)), col(Account.id))
    )
    return [ReceiverLine(one, name, role, frozenset(known.get(one, ()))) for one, name, role in rows]


def set_receiver(
    account_id: UUID,
    interventions: Sequence[str],
    *,
    rules: Interventions,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Say for which interventions somebody receives from now on; earlier answers stay on record."""
    require_role(actor, Role.BEHEERDER)
    lines = {line.account_id: line for line in receivers(actor=actor, session=session)}
    if account_id not in lines:
        raise NotFound("Dit account kan geen verwijzingen ontvangen (rol hulpverlener of jongerenwerker).")
    unknown = [one for one in interventions if rules.get(one) is None]
    if unknown:
        raise Refused(f"Onbekende interventie: {', '.join(unknown)}. Ververs de pagina en kies opnieuw.")
    before, after = lines[account_id].interventions, frozenset(interventions)
    for intervention in sorted(before ^ after):
        last = session.execute(
            select(func.max(col(ReferralReceiver.sequence))).where(
                col(ReferralReceiver.account_id) == account_id,
                col(ReferralReceiver.intervention) == intervention,
            )
        ).scalar_one()
        session.add(
            ReferralReceiver(
                account_id=account_id,
                intervention=intervention,
                sequence=(last or 0) + 1,
                receives=intervention in after,
                recorded_at=now,
                recorded_by=actor.id,
            )
        )
    record(
        session, actor=actor, action="ontvanger van verwijzingen gewijzigd", object_kind="account",
        object_id=account_id, now=now, details={"interventies": sorted(after)},
    )  # fmt: skip


def workers_of(stadsdeel_id: UUID | None = None, *, session: Session) -> dict[str, int]:
    """Count per intervention the active accounts that receive for it."""
    active = set(session.execute(select(col(Account.id)).where(col(Account.active).is_(True))).scalars())
    found: dict[str, int] = {}
    for account_id, interventions in _received(None, session=session).items():
        if account_id in active:
            for intervention in interventions:
                found[intervention] = found.get(intervention, 0) + 1
    return found
