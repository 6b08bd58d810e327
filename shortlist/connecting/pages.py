"""Pages of connecting people: "Mijn werk", the first page of every role."""

from datetime import datetime

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.guarding.door import EVERYBODY, Pages
from shortlist.guarding.roles import Actor

pages = Pages("werk", __name__)


@pages.route("/", allow=EVERYBODY, scope="eigen")
def home(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show what waits for whoever signed in."""
    waiting = current_app.extensions["shortlist.waiting"](actor=actor, now=now, session=session)
    return render_template("connecting/home.html", waiting=waiting)
