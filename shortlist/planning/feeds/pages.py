"""The calendar that follows a team, and the forms that make and revoke its address."""

from datetime import datetime
from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.guarding.door import PUBLIC, Pages
from shortlist.guarding.roles import Actor
from shortlist.planning.feeds import work
from shortlist.planning.reviewing.exports import feed_of

pages = Pages("agenda-adres", "shortlist.planning")
SHOWN_ONCE = "agenda-adres"
"""Field of the signed cookie that carries a new address to the page that shows it, once."""


@pages.route("/teams/<uuid:team_id>/agenda-adres", allow=work.MAKERS, scope="stad", methods=("POST",))
def make_page(*, team_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Make an address for a team; the next page shows it, once."""
    token = work.make_feed(team_id, actor=actor, now=now, session=session)
    cookie[SHOWN_ONCE] = url_for("agenda-adres.calendar", token=token, _external=True)
    return redirect(url_for("teams.team_page", team_id=team_id, _anchor="agenda"), code=303)


@pages.route("/agenda-adressen/<uuid:feed_id>/intrekken", allow=work.MAKERS, scope="stad", methods=("POST",))
def revoke_page(*, feed_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Revoke an address."""
    team_id = work.revoke_feed(feed_id, actor=actor, now=now, session=session)
    flash("Het agenda-adres is ingetrokken. Agenda’s die het volgden krijgen niets meer.", "ok")
    return redirect(url_for("teams.team_page", team_id=team_id, _anchor="agenda"), code=303)


@pages.route("/agenda/<token>.ics", allow=PUBLIC, scope="stad")
def calendar(*, token: str, now: datetime, session: Session) -> ResponseReturnValue:
    """Give the calendar of the team that has this address; the token is all that is asked."""
    team, weeks = work.followed(token, now=now, session=session)
    sheet = url_for("plannen.shift_page", plan_id=UUID(int=0), shift_id=UUID(int=1), _external=True)
    response = Response(feed_of(weeks, sheet=sheet, title=team), mimetype="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)
