"""The page that says how well the reading agrees with people, over the whole city."""

from datetime import datetime

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.classifying.agreeing.work import agreement_rules_on
from shortlist.differentiating.switching.work import READERS
from shortlist.differentiating.validating import work
from shortlist.differentiating.validating.calibration import Calibration
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.work import today
from shortlist.showing.words import getal, percentage

pages = Pages("ijking", __name__)


@pages.route("/lezing/ijking", allow=frozenset(READERS), scope="stad")
def agreement(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show agreement and calibration: counts of the city, small numbers left out."""
    shelf, on = current_app.extensions["shortlist.shelf"], today(now)
    rules, agreed = work.validation_rules_on(shelf, on), agreement_rules_on(shelf, on)
    found = work.validate_reading(rules, agreed, actor=actor, session=session)
    return render_template(
        "differentiating/agreement.html",
        found=found,
        smallest=f"minder dan {getal(rules.smallest_cell)}",
        views=_shown(found.by_view, rules.smallest_cell),
        roles=_shown(found.by_role, rules.smallest_cell),
    )


def _shown(found: Calibration, smallest: int) -> dict[str, object]:
    """Return a calibration as the chart and its table take it."""
    drawn, marks, rows = [], [], []
    for one in found.bins:
        label = f"{percentage(one.low)} – {percentage(one.high)}"
        if one.n is None or one.said is None or one.found is None or one.interval is None:
            rows.append([label, f"minder dan {smallest}", "–", "–", "–"])
            continue
        drawn.append((label, one.found, *one.interval))
        marks.append(one.said)
        span = f"{percentage(one.interval[0])} – {percentage(one.interval[1])}"
        rows.append([label, getal(one.n), percentage(one.said), percentage(one.found), span])
    return {"enough": found.enough and bool(drawn), "drawn": drawn, "marks": marks, "rows": rows}
