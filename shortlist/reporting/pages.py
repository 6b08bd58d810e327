"""Pages of reporting: lead times per stadsdeel, and the steps of one group on its page."""

from datetime import datetime
from uuid import UUID

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.work import today
from shortlist.prioritising.work import priority_rules_on
from shortlist.reporting import work
from shortlist.reporting.lead_times import DONE, NEEDLESS, NOW, PASSED, LeadTimeRules, Step
from shortlist.showing.panels import Panel
from shortlist.showing.words import datum, getal

pages = Pages("doorlooptijd", __name__)
READERS = frozenset(work.READERS)


def _rules(now: datetime) -> LeadTimeRules:
    return work.lead_time_rules_on(current_app.extensions["shortlist.shelf"], today(now))


def _unregistered(now: datetime) -> tuple[str, ...]:
    return priority_rules_on(current_app.extensions["shortlist.shelf"], today(now)).unregistered


@pages.route("/doorlooptijden", allow=READERS, scope="eigen")
def overview(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show per stadsdeel how long each step takes, and which groups are over their target."""
    rules = _rules(now)
    found = work.lead_times(
        rules=rules, unregistered=_unregistered(now), actor=actor, now=now, session=session
    )
    return render_template("reporting/lead_times.html", found=found, rules=rules, today=today(now))


def panel(group_id: UUID, *, actor: Actor, now: datetime, session: Session) -> Panel | None:
    """Return the steps of a group from first signal to first deployment, with how long each took."""
    found = work.lead_time_of(
        group_id,
        rules=_rules(now),
        unregistered=_unregistered(now),
        actor=actor,
        now=now,
        session=session,
    )
    steps = [{"label": "Eerste signaal", "state": "done", "at": found.clock.start}]
    steps += [_shown(step) for step in found.clock.steps]
    reads = actor.has(*READERS)
    return Panel(
        "Doorlooptijd",
        "reporting/panel.html",
        15,
        {"steps": steps, "now": found.clock.now, "total": found.clock.total, "closed": found.closed},
        url_for("doorlooptijd.overview") if reads else "",
        "Alle doorlooptijden" if reads else "",
    )


def _shown(step: Step) -> dict[str, object]:
    """Return a step as the strip of the group page takes it."""
    if step.state == DONE:
        over = ", over tijd" if step.late else ""
        text = f"{datum(step.at)} ({_days(step.waited)}{over})"
        return {"label": step.target.label, "state": "done", "text": text}
    if step.state == NOW:
        return {
            "label": step.target.label,
            "state": "now",
            "text": f"al {_days(step.waited)}, doel {step.target.days}",
        }
    return {
        "label": step.target.label,
        "state": "todo",
        "text": step.state if step.state in (PASSED, NEEDLESS) else f"doel {step.target.days} dagen",
    }


def _days(count: int | None) -> str:
    return f"{getal(count)} {'dag' if count == 1 else 'dagen'}"
