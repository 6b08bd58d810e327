"""Use cases around effect: reading what changed, choosing what follows, closing a group with an evaluation."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.classifying.routing import Routing
from shortlist.deploying.effect.phases import (
    STOP,
    Effect,
    EffectRules,
    Look,
    Suggestion,
    effect_rules,
    episodes,
    read_effect,
    suggestions,
)
from shortlist.deploying.effect.rates import Estimate
from shortlist.deploying.reports.outcomes import MOVED, NOT_THERE
from shortlist.deploying.reports.work import REPORT_READERS
from shortlist.deploying.requests.transitions import APPROVED, WITHDRAWN
from shortlist.deploying.requests.work import decide_request, request_of
from shortlist.deploying.shifts.deployments import ENFORCING
from shortlist.deploying.tables import DeploymentReport, DeploymentReview, GroupEvaluation
from shortlist.errors import Broken, Refused
from shortlist.guarding.audit import UNLOGGED, record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account
from shortlist.observing.tables import Gathering, GroupPlace, GroupState, Jeugdgroep, Place, Source
from shortlist.observing.work import change_state, get_group, local_midnight, standing, today
from shortlist.planning.tables import PlannedVisit, Team
from shortlist.planning.travel import great_circle
from shortlist.storing.database import flush_or_refuse
from shortlist.storing.dated_yaml import Shelf, newest_for

READERS = (*REPORT_READERS, Role.STAFGROEPLID)
CHOOSERS = (Role.VEILIGHEIDSMANAGER,)
_FAR = timedelta(weeks=52)
"""Visits before this long ago are another story."""
_COUNTS = {UNLOGGED: "counts per period, nothing about a person"}


@dataclass(frozen=True, slots=True)
class Review:
    """A choice as it was made."""

    sequence: int
    choice: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An evaluation as it was written."""

    sequence: int
    goal: str
    course: str
    lessons: str
    aftercare: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything about the deployments of one group: what changed, what to consider, what was chosen."""

    effect: Effect | None
    suggestions: tuple[Suggestion, ...]
    reviews: tuple[Review, ...]
    """Newest first."""
    evaluations: tuple[Evaluation, ...]
    looks: tuple[Look, ...]
    """Of the group itself, over all periods, for the picture."""


def effect_rules_on(shelf: Shelf, on: date) -> EffectRules:
    """Return the rules in force on a day.

    Raises:
        Broken: no ``effect`` file was sound.
    """
    document = newest_for(shelf.of_kind("effect"), on)
    if document is None:
        raise Broken("In de regels ontbreekt een bestand met kind: effect. Zet effect.yaml terug.")
    return effect_rules(document.data)


def _newest_report() -> ColumnElement[bool]:
    later = aliased(DeploymentReport)
    return ~exists(
        select(1)
        .where(
            col(later.planned_visit_id) == col(DeploymentReport.planned_visit_id),
            col(later.sequence) > col(DeploymentReport.sequence),
        )
        .correlate(DeploymentReport)
    )


def _visits(
    since: datetime, *, session: Session, group_id: UUID | None = None
) -> list[tuple[UUID, date, int, str]]:
    """Return (group, day, minutes, outcome) of the reported visits of teams that enforce."""
    query = (
        select(
            col(PlannedVisit.group_id),
            col(PlannedVisit.starts_at),
            col(DeploymentReport.minutes),
            col(DeploymentReport.outcome),
        )
        .join(DeploymentReport, col(DeploymentReport.planned_visit_id) == col(PlannedVisit.id))
        .join(Team, col(Team.id) == col(PlannedVisit.team_id))
        .where(
            col(Team.kind) == ENFORCING,
            col(PlannedVisit.starts_at) >= since,
            col(DeploymentReport.outcome) != NOT_THERE,
            _newest_report(),
        )
    )
    if group_id is not None:
        query = query.where(col(PlannedVisit.group_id) == group_id)
    rows = session.execute(query, execution_options=_COUNTS)
    return [(group, today(at), minutes, outcome) for group, at, minutes, outcome in rows]


def _looks(where: ColumnElement[bool], since: datetime, *, session: Session) -> list[Look]:
    rows = session.execute(
        select(
            col(Gathering.started_at),
            col(Gathering.source),
            col(Gathering.seen_count),
            col(Gathering.effort_minutes),
        ).where(where, col(Gathering.started_at) >= since, standing()),
        execution_options=_COUNTS,
    )
    return [
        Look(
            today(at),
            source == Source.GEZIEN.value,
            bool(seen),
            minutes or 0,
            source == Source.MELDING.value,
        )
        for at, source, seen, minutes in rows
    ]


def _near(own: Collection[UUID], radius: float, *, session: Session) -> list[UUID]:
    """Return the places within a distance (metres) of these places, themselves left out."""
    places = session.execute(
        select(col(Place.id), col(Place.lon), col(Place.lat)).order_by(col(Place.id))
    ).all()
    distance = great_circle([row.lon for row in places], [row.lat for row in places])
    mine = [number for number, row in enumerate(places) if row.id in own]
    if not mine:
        return []
    return [
        row.id
        for number, row in enumerate(places)
        if number not in mine and float(distance[number, mine].min()) <= radius
    ]


def read(group_id: UUID, *, rules: EffectRules, actor: Actor, now: datetime, session: Session) -> Reading:
    """Return what changed around the deployments of a group, what to consider and what was chosen. Counts only.

    Raises:
        NotFound: no such group within the actor's stadsdelen.
    """
    require_role(actor, *READERS)
    group = get_group(group_id, actor=actor, session=session)
    on = today(now)
    since = local_midnight(on - _FAR - timedelta(weeks=rules.before_weeks))
    everywhere = _visits(local_midnight(on - _FAR), session=session)
    mine = [(day, minutes) for visited, day, minutes, _ in everywhere if visited == group_id]
    own = _looks(col(Gathering.group_id) == group_id, since, session=session)
    visited = {one for one, *_ in everywhere} | {group_id}
    comparison = and_(
        col(Gathering.stadsdeel_id) == group.stadsdeel_id,
        col(Gathering.group_id).is_not(None),
        col(Gathering.group_id).not_in(visited),
    )
    places = set(
        session.execute(
            select(col(GroupPlace.place_id)).where(col(GroupPlace.group_id) == group_id)
        ).scalars()
    )
    near = _near(places, rules.radius_metres, session=session)
    around = and_(
        col(Gathering.place_id).in_(near),
        col(Gathering.group_id).is_(None) | (col(Gathering.group_id) != group_id),
    )
    newest = episodes(mine, rules, on)
    effect = read_effect(
        mine,
        own,
        _looks(comparison, since, session=session),
        _looks(around, since, session=session),
        moved=sum(
            outcome == MOVED and bool(newest) and day >= newest[-1].start
            for one, day, _, outcome in everywhere
            if one == group_id
        ),
        rules=rules,
        today=on,
    )
    return Reading(
        effect,
        tuple(suggestions(effect, rules, on)) if effect else (),
        tuple(_reviews(group_id, session=session)),
        tuple(_evaluations(group_id, session=session)),
        tuple(own),
    )


def _reviews(group_id: UUID, *, session: Session) -> Iterable[Review]:
    for row, name in session.execute(
        select(DeploymentReview, col(Account.name))
        .join(Account, col(Account.id) == col(DeploymentReview.recorded_by))
        .where(col(DeploymentReview.group_id) == group_id)
        .order_by(col(DeploymentReview.sequence).desc())
    ):
        yield Review(row.sequence, row.choice, row.reason, row.recorded_at, name)


def _evaluations(group_id: UUID, *, session: Session) -> Iterable[Evaluation]:
    for row, name in session.execute(
        select(GroupEvaluation, col(Account.name))
        .join(Account, col(Account.id) == col(GroupEvaluation.recorded_by))
        .where(col(GroupEvaluation.group_id) == group_id)
        .order_by(col(GroupEvaluation.sequence).desc())
    ):
        yield Evaluation(
            row.sequence, row.goal, row.course, row.lessons, row.aftercare, row.recorded_at, name
        )


def _snapshot(found: Effect | None) -> dict[str, Any]:
    """Write the figures down as they were, so that a choice can be read back beside them."""
    if found is None:
        return {}
    return {
        "periods": [
            {
                "name": one.phase.name,
                "from": one.phase.start.isoformat(),
                "until": one.phase.end.isoformat(),
                "seen": one.sightings.count,
                "hours": round(one.sightings.exposure, 2),
                "reports": one.reports.count,
            }
            for one in found.own
        ],
        "comparisons": [
            {
                "what": one.what,
                "first": one.first,
                "second": one.second,
                "raw": _numbers(one.raw),
                "season": _numbers(one.season),
            }
            for one in (*found.comparisons, found.displaced)
        ],
    }


def _numbers(estimate: Estimate | None) -> list[float | None] | None:
    """Return ratio, low and high; an infinite one as None, which JSON can hold."""
    if estimate is None:
        return None
    return [
        None if math.isinf(value) else round(value, 4)
        for value in (estimate.ratio, estimate.low, estimate.high)
    ]


def choose(
    group_id: UUID,
    *,
    choice: str,
    reason: str,
    seen: int,
    rules: EffectRules,
    routing: Routing,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Record what follows on the deployments of a group; ``stoppen`` also withdraws the approved request.

    ``seen`` is how many choices the actor saw.

    Raises:
        Refused: the group is closed, there were no deployments, or a colleague chose meanwhile.
    """
    require_role(actor, *CHOOSERS)
    group = get_group(group_id, actor=actor, session=session)
    session.execute(select(col(Jeugdgroep.id)).where(col(Jeugdgroep.id) == group_id).with_for_update())
    if group.state is GroupState.GESLOTEN:
        raise Refused(f"{group.name} is gesloten. Heropen eerst de groep als er weer iets speelt.")
    found = read(group_id, rules=rules, actor=actor, now=now, session=session)
    if len(found.reviews) != seen:
        last = found.reviews[0]
        raise Refused(
            f"{last.by} koos intussen: {last.choice}. Kijk hieronder en kies opnieuw als dat nodig is."
        )
    if found.effect is None:
        raise Refused("Bij deze groep is nog geen inzet van jeugdboa’s gemeld: er is niets om af te schalen.")
    row = DeploymentReview(
        group_id=group_id,
        sequence=seen + 1,
        choice=choice,
        reason=reason,
        figures=_snapshot(found.effect),
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    flush_or_refuse(session, "Een collega koos op hetzelfde moment. Ververs de pagina om het te zien.")
    record(
        session,
        actor=actor,
        action=f"inzet herzien: {choice}",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"keuze": str(row.id)},
    )
    if choice == STOP:
        _withdraw(group_id, reason, routing=routing, actor=actor, now=now, session=session)
    return row.id


def _withdraw(
    group_id: UUID, reason: str, *, routing: Routing, actor: Actor, now: datetime, session: Session
) -> None:
    request = request_of(group_id, actor=actor, session=session)
    if request is not None and request.state == APPROVED:
        decide_request(
            request.id,
            state=WITHDRAWN,
            reason=reason,
            sequence=len(request.statuses),
            routing=routing,
            actor=actor,
            now=now,
            session=session,
        )


def close_with_evaluation(
    group_id: UUID,
    *,
    goal: str,
    course: str,
    lessons: str,
    aftercare: str,
    seen: int,
    rules: EffectRules,
    routing: Routing,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Close a group with an evaluation (step 7); an approved request is withdrawn with it.

    Raises:
        Refused: the group is closed already, or a colleague evaluated meanwhile.
    """
    require_role(actor, *CHOOSERS)
    group = get_group(group_id, actor=actor, session=session)
    session.execute(select(col(Jeugdgroep.id)).where(col(Jeugdgroep.id) == group_id).with_for_update())
    found = read(group_id, rules=rules, actor=actor, now=now, session=session)
    if group.state is GroupState.GESLOTEN or len(found.evaluations) != seen:
        raise Refused(
            f"{group.name} is intussen al gesloten. Wat u schreef staat hieronder nog; er is niets opgeslagen."
        )
    row = GroupEvaluation(
        group_id=group_id,
        sequence=seen + 1,
        goal=goal,
        course=course,
        lessons=lessons,
        aftercare=aftercare,
        figures=_snapshot(found.effect),
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    flush_or_refuse(session, "Een collega sloot de groep op hetzelfde moment. Ververs de pagina.")
    record(
        session,
        actor=actor,
        action="groep geëvalueerd",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"evaluatie": str(row.id)},
    )
    _withdraw(
        group_id,
        "De groep is gesloten na een evaluatie.",
        routing=routing,
        actor=actor,
        now=now,
        session=session,
    )
    change_state(
        group_id,
        GroupState.GESLOTEN,
        reason=f"Gesloten na evaluatie; doel gehaald: {goal}.",
        actor=actor,
        now=now,
        session=session,
    )
    return row.id


def quiet_groups(
    *, rules: EffectRules, actor: Actor, now: datetime, session: Session
) -> list[tuple[UUID, str, int]]:
    """List the groups with running deployments that were hardly seen lately and that nobody reviewed since.

    Returns (group, name, times seen) by name, within the actor's stadsdelen.
    """
    require_role(actor, *CHOOSERS)
    on = today(now)
    since = local_midnight(on - timedelta(weeks=rules.quiet_weeks))
    running = {
        group for group, *_ in _visits(local_midnight(on - timedelta(days=rules.gap_days)), session=session)
    }
    reviewed = set(
        session.execute(
            select(col(DeploymentReview.group_id)).where(col(DeploymentReview.recorded_at) >= since)
        ).scalars()
    )
    own = and_(col(Gathering.source) == Source.GEZIEN.value, col(Gathering.effort_minutes) > 0)
    query = (
        select(
            col(Jeugdgroep.id),
            col(Jeugdgroep.name),
            func.sum(case((and_(own, col(Gathering.seen_count) > 0), 1), else_=0)).label("seen"),
        )
        .join(Gathering, col(Gathering.group_id) == col(Jeugdgroep.id))
        .where(
            col(Jeugdgroep.id).in_(running - reviewed), col(Gathering.started_at) >= since, own, standing()
        )
        .group_by(col(Jeugdgroep.id), col(Jeugdgroep.name))
        .having(func.count() >= rules.least_looks)
        .order_by(col(Jeugdgroep.name))
    )
    if not actor.citywide:
        query = query.where(col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen))
    rows = session.execute(query, execution_options=_COUNTS)
    return [(row.id, row.name, row.seen) for row in rows if row.seen <= rules.quiet_times]


def weekly(looks: Sequence[Look], first: date, last: date) -> list[tuple[date, int, float]]:
    """Return per week (Monday) times seen and hours looked, first to last."""
    monday = first - timedelta(days=first.weekday())
    found = []
    while monday <= last:
        mine = [one for one in looks if 0 <= (one.day - monday).days < 7 and one.own_eyes]
        found.append((monday, sum(one.seen for one in mine), sum(one.minutes for one in mine) / 60))
        monday += timedelta(days=7)
    return found
