"""Use cases of chosen times: reading what was observed and chosen, choosing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, require_role
from shortlist.guarding.tables import Account
from shortlist.observing.groups.work import Group, get_group
from shortlist.planning.aanpak.work import WRITERS as JIT
from shortlist.planning.tables import HotTimeChoice
from shortlist.planning.week.demand import Parameters, Spot
from shortlist.planning.week.times import Span, say_times
from shortlist.planning.week.work import PLANNERS, next_monday, spots_of
from shortlist.storing.database import flush_or_refuse

CHOOSERS = PLANNERS | JIT


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: the times as written (empty: back to the observed ones), why, who and when."""

    sequence: int
    times: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Times:
    """A group at a place: what was observed and every choice, newest first."""

    group: Group
    spot: Spot
    choices: Sequence[Choice]

    @property
    def current(self) -> Choice | None:
        """The choice that counts, or None: then the observed times do."""
        return self.choices[0] if self.choices and self.choices[0].times else None


def get_times(
    group_id: UUID, place_id: UUID, *, parameters: Parameters, actor: Actor, now: datetime, session: Session
) -> Times:
    """Return the observed and chosen times of a group at a place.

    Raises:
        NotFound: no such group within the actor's stadsdelen, or it is not found at that place.
    """
    require_role(actor, *CHOOSERS)
    group = get_group(group_id, actor=actor, session=session)
    spots = spots_of(
        [group_id], monday=next_monday(now), parameters=parameters, now=now, session=session
    ).get(group_id, ())
    spot = next((one for one in spots if one.place_id == place_id), None)
    if spot is None:
        raise NotFound("Deze groep is niet bekend op deze plek.")
    rows = session.execute(
        select(HotTimeChoice, col(Account.name))
        .join(Account, col(Account.id) == col(HotTimeChoice.recorded_by))
        .where(col(HotTimeChoice.group_id) == group_id, col(HotTimeChoice.place_id) == place_id)
        .order_by(col(HotTimeChoice.sequence).desc())
    )
    choices = [Choice(row.sequence, row.times, row.reason, by, row.recorded_at) for row, by in rows]
    return Times(group, spot, choices)


def choose_times(
    group_id: UUID,
    place_id: UUID,
    times: Sequence[Span],
    *,
    reason: str,
    seen: int,
    parameters: Parameters,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Record the times at which a group is to be visited at a place; none goes back to the observed ones.

    ``seen``: how many choices the actor saw.

    Raises:
        Refused: somebody chose meanwhile, or there is nothing to go back from.
    """
    found = get_times(group_id, place_id, parameters=parameters, actor=actor, now=now, session=session)
    late = "Iemand anders koos intussen andere tijden. Kijk hieronder wat er nu staat en kies opnieuw."
    if len(found.choices) != seen:
        raise Refused(late)
    if not times and found.current is None:
        message = "Vul tijden in, bijvoorbeeld: vr-za 20:00-02:00."
        raise Refused(message, fields={"times": message})
    row = HotTimeChoice(
        group_id=group_id,
        place_id=place_id,
        sequence=seen + 1,
        times=say_times(times),
        reason=reason,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    flush_or_refuse(session, late)
    record(
        session,
        actor=actor,
        action="hete tijden gekozen" if times else "hete tijden teruggezet",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"plek": str(place_id), "keer": row.sequence},
    )
