"""Pages of observing: the groups, one group, a new observation."""

from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.guarding.door import EVERYBODY, Pages
from shortlist.guarding.roles import Actor, Role

pages = Pages("groepen", __name__)
STREET = EVERYBODY - {Role.BEHEERDER, Role.PRIVACY_OFFICER}
"""Whoever works with groups."""


@pages.route("/groepen", allow=STREET, scope="eigen")
def group_list(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List the groups within the actor's stadsdelen."""
    return render_template("observing/group_list.html", groups=[])
