"""The page on which somebody chooses the times of a group at a place."""

from datetime import datetime
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.groups.work import today
from shortlist.planning.preferring import work
from shortlist.planning.preferring.schemas import TimesForm
from shortlist.planning.week.times import say_times
from shortlist.planning.week.work import PLANNERS, rules_on
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.words import duur

pages = Pages("tijden", "shortlist.planning")


@pages.route("/groepen/<uuid:group_id>/tijden/<uuid:place_id>", allow=work.CHOOSERS, methods=("GET", "POST"))
def times_page(
    *, group_id: UUID, place_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Show when a group was seen at a place, with how long was looked, and choose other times."""
    parameters = rules_on(current_app.extensions["shortlist.shelf"], today(now)).parameters
    form: Form | None = None
    if request.method == "POST":
        form = read_form(TimesForm(), request.form)
        if form.valid:
            try:
                work.choose_times(
                    group_id,
                    place_id,
                    **form.data,
                    parameters=parameters,
                    actor=actor,
                    now=now,
                    session=session,
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("De tijden zijn bewaard en tellen in het volgende weekplan.", "ok")
                return redirect(url_for("tijden.times_page", group_id=group_id, place_id=place_id), code=303)
    found = work.get_times(group_id, place_id, parameters=parameters, actor=actor, now=now, session=session)
    page = render_template(
        "planning/times.html",
        form=form or blank(values={"times": found.current.times if found.current else ""}),
        found=found,
        observed=[
            (say_times([hot.span]), hot.times, duur(hot.minutes) if hot.minutes else "niet genoteerd")
            for hot in found.spot.hot
        ],
        look_back=parameters.look_back_weeks,
        may_plan=actor.has(*PLANNERS),
    )
    return page, 400 if form else 200
