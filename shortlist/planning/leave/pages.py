"""The page with the leave of a team's people."""

from datetime import datetime
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.planning.leave import work
from shortlist.planning.leave.schemas import LeaveForm
from shortlist.planning.teams.work import candidates, get_team
from shortlist.showing.forms import Form, read_form

pages = Pages("verlof", "shortlist.planning")


@pages.route("/teams/<uuid:team_id>/verlof", allow=work.LEADERS, scope="stad", methods=("GET", "POST"))
def leave_page(*, team_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the leave of a team's people, or note some."""
    team, people = get_team(team_id, session=session)
    form = Form()
    if request.method == "POST":
        form = read_form(LeaveForm(), request.form)
        if form.valid:
            try:
                work.note_leave(team_id, **form.data, actor=actor, now=now, session=session)
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("Het verlof is genoteerd. Herplan een week die al gepland was.", "ok")
                return redirect(url_for("verlof.leave_page", team_id=team_id), code=303)
    names = {one.id: one.name for one in candidates(session=session)}
    page = render_template(
        "planning/leave.html",
        form=form,
        team=team,
        people=sorted(((one, names[one]) for one in people if one in names), key=lambda one: one[1]),
        lines=work.leave_of_team(team_id, now=now, session=session),
    )
    return page, 400 if request.method == "POST" else 200


@pages.route(
    "/teams/<uuid:team_id>/verlof/<uuid:leave_id>/intrekken",
    allow=work.LEADERS,
    scope="stad",
    methods=("POST",),
)
def withdraw_page(
    *, team_id: UUID, leave_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Take leave away again."""
    work.withdraw_leave(leave_id, actor=actor, now=now, session=session)
    flash("Het verlof is ingetrokken.", "ok")
    return redirect(url_for("verlof.leave_page", team_id=team_id), code=303)
