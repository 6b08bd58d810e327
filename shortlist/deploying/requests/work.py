"""Use cases of requests for jeugdboa's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.classifying.routing import Routing, route
from shortlist.classifying.work import latest_assessment
from shortlist.deploying.requests.features import Known, features_text
from shortlist.deploying.requests.transitions import APPROVED, RETURNED, SUBMITTED, WORKING, who_may
from shortlist.deploying.tables import DeploymentRequest, RequestStatus
from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account, Stadsdeel
from shortlist.observing.tables import GroupState, Jeugdgroep
from shortlist.observing.work import facts_of, get_group, today, weeks_of
from shortlist.planning.aanpak.work import catalogue_on, current_plans
from shortlist.storing.database import flush_or_refuse
from shortlist.storing.dated_yaml import Shelf

READERS = (Role.VEILIGHEIDSMANAGER, Role.COORDINATOR_VTH, Role.TEAMLEIDER)
"""Who sees requests: who asks, who decides, who plans."""
JEUGDBOA = "jeugdboa"


@dataclass(frozen=True, slots=True)
class Status:
    """One state of a request."""

    state: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request with everything that became of it, oldest state first."""

    id: UUID
    group_id: UUID
    group: str
    stadsdeel: str
    stadsdeel_id: UUID
    nuisance: str
    features: str
    measures_taken: str
    effect: str
    expected: str
    at: datetime
    by: str
    statuses: Sequence[Status]
    replaced: bool
    """A later request took its place."""

    @property
    def state(self) -> str:
        """The newest state."""
        return self.statuses[-1].state


def never_sent(group_id: UUID, *, routing: Routing, session: Session) -> str | None:
    """Say in Dutch why jeugdboa's are never sent to this group, or None when they may be.

    Looks at the newest assessment, also when it has expired: a group that was the OM's stays so until somebody
    assesses it anew. Without a class only the exceptions of the routing count (a group of under-12s).
    """
    found = latest_assessment(group_id, session=session)
    if found is None:
        return None
    classes = (found.decided,) if found.decided in routing.classes else ()
    way = route(classes, found.answers, routing)
    if JEUGDBOA not in way.never:
        return None
    said = (
        f"beoordeeld als {found.decided}. " if classes else "van een soort waar jeugdboa's niet heen gaan. "
    )
    return f"Deze groep is {said}{' '.join(way.texts)}"


def _query() -> Any:
    later = aliased(DeploymentRequest)
    replaced = exists(
        select(1).where(col(later.supersedes_id) == col(DeploymentRequest.id)).correlate(DeploymentRequest)
    )
    return (
        select(
            DeploymentRequest,
            col(Jeugdgroep.name),
            col(Stadsdeel.name),
            col(Jeugdgroep.stadsdeel_id),
            col(Account.name),
            replaced,
        )
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(DeploymentRequest.group_id))
        .join(Stadsdeel, col(Stadsdeel.id) == col(Jeugdgroep.stadsdeel_id))
        .join(Account, col(Account.id) == col(DeploymentRequest.recorded_by))
        .order_by(col(DeploymentRequest.recorded_at).desc(), col(DeploymentRequest.id))
    )


def _read(query: Any, *, actor: Actor, session: Session) -> list[Request]:
    if not actor.citywide:
        query = query.where(col(Jeugdgroep.stadsdeel_id).in_(actor.stadsdelen))
    rows = session.execute(query).all()
    statuses: dict[UUID, list[Status]] = {}
    for status, name in session.execute(
        select(RequestStatus, col(Account.name))
        .join(Account, col(Account.id) == col(RequestStatus.recorded_by))
        .where(col(RequestStatus.request_id).in_([row[0].id for row in rows]))
        .order_by(col(RequestStatus.sequence))
    ):
        statuses.setdefault(status.request_id, []).append(
            Status(status.state, status.reason, status.recorded_at, name)
        )
    return [
        Request(
            id=row.id,
            group_id=row.group_id,
            group=group,
            stadsdeel=stadsdeel,
            stadsdeel_id=stadsdeel_id,
            nuisance=row.nuisance,
            features=row.features,
            measures_taken=row.measures_taken,
            effect=row.effect,
            expected=row.expected,
            at=row.recorded_at,
            by=by,
            statuses=tuple(statuses.get(row.id, ())),
            replaced=replaced,
        )
        for row, group, stadsdeel, stadsdeel_id, by, replaced in rows
    ]


def visible_requests(*, actor: Actor, session: Session) -> list[Request]:
    """List the newest request of every group within the actor's stadsdelen, newest first."""
    require_role(actor, *READERS)
    return [one for one in _read(_query(), actor=actor, session=session) if not one.replaced]


def get_request(request_id: UUID, *, actor: Actor, session: Session) -> Request:
    """Return one request.

    Raises:
        NotFound: it does not exist or lies outside the actor's stadsdelen; told alike on purpose.
    """
    require_role(actor, *READERS)
    found = _read(_query().where(col(DeploymentRequest.id) == request_id), actor=actor, session=session)
    if not found:
        raise NotFound("Deze aanvraag is er niet, of hoort bij een stadsdeel waar u niet werkt.")
    return found[0]


def request_of(group_id: UUID, *, actor: Actor, session: Session) -> Request | None:
    """Return the newest request of a group, or None; for whoever may see the group."""
    query = _query().where(col(DeploymentRequest.group_id) == group_id)
    return next((one for one in _read(query, actor=actor, session=session) if not one.replaced), None)


def approved_groups(*, session: Session) -> set[UUID]:
    """Return the groups whose newest request is approved, for whoever plans jeugdboa's."""
    newer = aliased(RequestStatus)
    later = aliased(DeploymentRequest)
    return set(
        session.execute(
            select(col(DeploymentRequest.group_id))
            .join(RequestStatus, col(RequestStatus.request_id) == col(DeploymentRequest.id))
            .where(
                col(RequestStatus.state) == APPROVED,
                ~exists(
                    select(1)
                    .where(
                        col(newer.request_id) == col(RequestStatus.request_id),
                        col(newer.sequence) > col(RequestStatus.sequence),
                    )
                    .correlate(RequestStatus)
                ),
                ~exists(
                    select(1)
                    .where(col(later.supersedes_id) == col(DeploymentRequest.id))
                    .correlate(DeploymentRequest)
                ),
            )
        ).scalars()
    )


def suggested_texts(
    group_id: UUID, *, shelf: Shelf, actor: Actor, now: datetime, session: Session
) -> dict[str, str]:
    """Return texts to start a request from: features from the record, measures from the plan van aanpak."""
    facts = facts_of(group_id, actor=actor, session=session)
    weeks = weeks_of(group_id, weeks=4, actor=actor, now=now, session=session)
    found = latest_assessment(group_id, session=session)
    on = today(now)
    places = [
        one.name
        for one in facts.places
        if one.valid_from <= on and (one.valid_until is None or one.valid_until >= on)
    ]
    known = Known(
        places=places,
        visits=sum(week.visits for week in weeks),
        seen=sum(week.seen for week in weeks),
        minutes=sum(week.minutes for week in weeks),
        reports=sum(week.reports for week in weeks),
        answers=found.answers if found else {},
        duiding=found.duiding if found else {},
        decided=found.decided if found else None,
        assessed_on=today(found.recorded_at) if found else None,
    )
    return {
        "features": features_text(known),
        "measures_taken": _measures(group_id, shelf, on, session=session),
    }


def _measures(group_id: UUID, shelf: Shelf, on: date, *, session: Session) -> str:
    plan = current_plans([group_id], session=session).get(group_id)
    if plan is None:
        return ""
    catalogue = catalogue_on(shelf, on)
    lines = []
    for chosen in plan.measures:
        measure = catalogue.get(chosen.measure)
        lines.append(f"- {measure.name if measure else chosen.measure} ({chosen.owner})")
    return "\n".join(["In het plan van aanpak:", *lines]) if lines else ""


def _lock(group_id: UUID, *, session: Session) -> None:
    """Make others who decide about this group wait their turn (SQLite lets only one write at a time anyway)."""
    session.execute(select(col(Jeugdgroep.id)).where(col(Jeugdgroep.id) == group_id).with_for_update())


def submit_request(
    group_id: UUID,
    *,
    nuisance: str,
    features: str,
    measures_taken: str,
    effect: str,
    expected: str,
    seen: UUID | None,
    routing: Routing,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Record a request for jeugdboa's, or a new version of one that was sent back, and return its id.

    ``seen`` is the request that the actor saw standing.

    Raises:
        Refused: the group is the OM's or closed, a request is running already, or a colleague was earlier.
    """
    require_role(actor, Role.VEILIGHEIDSMANAGER)
    group = get_group(group_id, actor=actor, session=session)
    _lock(group_id, session=session)
    if group.state is GroupState.GESLOTEN:
        raise Refused(f"{group.name} is gesloten. Heropen eerst de groep als er weer iets speelt.")
    against = never_sent(group_id, routing=routing, session=session)
    if against is not None:
        raise Refused(f"Een aanvraag kan niet. {against}")
    before = request_of(group_id, actor=actor, session=session)
    if before is not None and before.state in WORKING:
        raise Refused(
            f"Voor {group.name} loopt al een aanvraag ({before.state}). "
            "Trek die eerst in als u iets anders wilt vragen."
        )
    if (before.id if before else None) != seen:
        raise Refused(
            "Een collega vroeg intussen iets aan voor deze groep. Ververs de pagina en kijk eerst daar."
        )
    row = DeploymentRequest(
        group_id=group_id,
        nuisance=nuisance,
        features=features,
        measures_taken=measures_taken,
        effect=effect,
        expected=expected,
        supersedes_id=seen,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    flush_or_refuse(session, "Een collega deed op hetzelfde moment een aanvraag. Ververs de pagina.")
    session.add(
        RequestStatus(request_id=row.id, sequence=1, state=SUBMITTED, recorded_at=now, recorded_by=actor.id)
    )
    record(
        session,
        actor=actor,
        action="jeugdboa's aangevraagd",
        object_kind="jeugdgroep",
        object_id=group_id,
        now=now,
        details={"aanvraag": str(row.id)},
    )
    return row.id


def decide_request(
    request_id: UUID,
    *,
    state: str,
    reason: str,
    sequence: int,
    routing: Routing,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Take a request to its next state: approve, send back or withdraw, with a reason.

    ``sequence`` is how many states the actor saw; when there are more, somebody was earlier.

    Raises:
        NotFound: no such request within the actor's stadsdelen.
        Forbidden: another role does this.
        Refused: somebody was earlier, the table of transitions forbids it, or the group became the OM's.
    """
    found = get_request(request_id, actor=actor, session=session)
    _lock(found.group_id, session=session)
    found = get_request(request_id, actor=actor, session=session)
    last = found.statuses[-1]
    who = who_may(found.state, state)
    if len(found.statuses) != sequence or found.replaced or who is None:
        newer = "Er ligt een nieuwere aanvraag voor deze groep." if found.replaced else ""
        raise Refused(
            f"Deze aanvraag is al {last.state} (door {last.by}). {newer} Er is niets opgeslagen; "
            "kijk hieronder wat er nu staat.".replace("  ", " ")
        )
    require_role(actor, who)
    if state == APPROVED:
        against = never_sent(found.group_id, routing=routing, session=session)
        if against is not None:
            raise Refused(f"Goedkeuren kan niet meer. {against} Stuur de aanvraag terug met deze reden.")
    session.add(
        RequestStatus(
            request_id=request_id,
            sequence=sequence + 1,
            state=state,
            reason=reason,
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    flush_or_refuse(session, "Iemand anders besloot op hetzelfde moment. Ververs de pagina om het te zien.")
    record(
        session,
        actor=actor,
        action=f"aanvraag {state}",
        object_kind="aanvraag",
        object_id=request_id,
        now=now,
        details={"groep": str(found.group_id)},
    )


def requests_waiting(*, actor: Actor, session: Session) -> list[Request]:
    """List what waits for this actor: submitted requests (coördinator VTH), returned ones (veiligheidsmanager)."""
    wanted = set()
    if actor.has(Role.COORDINATOR_VTH):
        wanted.add(SUBMITTED)
    if actor.has(Role.VEILIGHEIDSMANAGER):
        wanted.add(RETURNED)
    if not wanted:
        return []
    return [one for one in visible_requests(actor=actor, session=session) if one.state in wanted]
