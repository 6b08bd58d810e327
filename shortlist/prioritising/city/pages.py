"""The page of the city view."""

from datetime import datetime

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.work import today
from shortlist.prioritising.city import work
from shortlist.prioritising.work import priority_rules_on

pages = Pages("stad", "shortlist.prioritising")
READERS = frozenset(work.READERS)


@pages.route("/prioriteren/stad", allow=READERS, scope="stad")
def city(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Lay the stadsdelen and the veiligheidsmanagers side by side, in counts."""
    rules = priority_rules_on(current_app.extensions["shortlist.shelf"], today(now))
    found = work.city_view(rules=rules, actor=actor, now=now, session=session)
    return render_template("prioritising/city.html", found=found)
