"""Pages of connecting people: "Mijn werk", the first page of every role."""

from datetime import datetime

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.guarding.door import EVERYBODY, Pages
from shortlist.guarding.roles import Actor, Role
from shortlist.showing.words import datum

pages = Pages("werk", __name__)
SHOWN = {"narrow": 3, "wide": 6}
"""So much waiting work fits on one screen of a phone and of a desk, the longest lines taken; the rest unfolds."""
OBSERVERS = (Role.JEUGDAGENT, Role.JONGERENWERKER, Role.JEUGDBOA)


@pages.route("/", allow=EVERYBODY, scope="eigen")
def home(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show what waits for whoever signed in."""
    waiting = current_app.extensions["shortlist.waiting"](actor=actor, now=now, session=session)
    lines = [  # all of it: what does not fit on the screen unfolds
        {
            "label": item.label,
            "href": item.href,
            "note": "; ".join(filter(None, (item.why, f"uiterlijk {datum(item.due)}" if item.due else ""))),
            "late": item.due is not None and item.due < now.date(),
            "urgent": item.urgent,
        }
        for item in waiting
    ]
    return render_template(
        "connecting/home.html",
        now=now,
        waiting=lines,
        shown=SHOWN,
        may_observe=actor.has(*OBSERVERS),
    )
