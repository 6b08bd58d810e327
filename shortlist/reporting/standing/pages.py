"""The page of all state tables, as the rooms handed them in (``navigation.STATE_TABLES``)."""

from datetime import datetime

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.guarding.door import EVERYBODY, Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.work import today
from shortlist.showing.states import BEGIN, PROGRAM
from shortlist.storing.terms import terms_on

pages = Pages("standen", "shortlist.reporting")


@pages.route("/standen", allow=EVERYBODY, scope="stad")
def overview(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show every kind of object with its states, owners, terms and steps."""
    return render_template(
        "reporting/states.html",
        tables=current_app.extensions["shortlist.states"],
        terms=terms_on(current_app.extensions["shortlist.shelf"], today(now)),
        begin=BEGIN,
        program=PROGRAM,
    )
