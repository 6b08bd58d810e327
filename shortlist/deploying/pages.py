"""What deploying hands to the group page and to "Mijn werk"."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import url_for
from sqlmodel import Session

from shortlist.deploying.effect import pages as effect
from shortlist.deploying.handover import pages as handover
from shortlist.deploying.reports import pages as reports
from shortlist.deploying.reports.work import REPORT_READERS, outcome_counts
from shortlist.deploying.requests import pages as requests
from shortlist.deploying.requests.transitions import WORKING
from shortlist.deploying.requests.work import READERS, request_of
from shortlist.deploying.shifts import pages as shifts
from shortlist.guarding.roles import Actor, Role
from shortlist.showing.panels import Panel, WaitingWork

_SHOWN = timedelta(weeks=4)


def panel(group_id: UUID, *, actor: Actor, now: datetime, session: Session) -> Panel | None:
    """Return the deployment panel of the group page: the request for jeugdboa's and what visits met, as counts."""
    found = request_of(group_id, actor=actor, session=session)
    running = found is not None and found.state in WORKING
    link, label = "", ""
    if actor.has(Role.VEILIGHEIDSMANAGER) and not running:
        link, label = url_for("aanvraag.ask", group_id=group_id), "Vraag jeugdboa’s aan"
    elif found is not None and actor.has(*READERS):
        link, label = url_for("aanvraag.request_page", request_id=found.id), "Naar de aanvraag"
    elif actor.has(*REPORT_READERS):
        link, label = url_for("inzet.group_reports", group_id=group_id), "Verslagen van bezoeken"
    return Panel(
        "Inzet",
        "deploying/panel.html",
        60,
        {
            "group_id": group_id,
            "found": found,
            "counts": outcome_counts(group_id, since=now - _SHOWN, session=session),
            "reads": actor.has(*REPORT_READERS),
            "compares": actor.has(*effect.READERS),
        },
        link,
        label,
    )


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """List what waits in deploying: requests, telling the Operationeel Chef, reports and passing them on."""
    return [
        *requests.waiting(actor=actor, now=now, session=session),
        *shifts.waiting(actor=actor, now=now, session=session),
        *reports.waiting(actor=actor, now=now, session=session),
        *handover.waiting(actor=actor, now=now, session=session),
        *effect.waiting(actor=actor, now=now, session=session),
    ]
