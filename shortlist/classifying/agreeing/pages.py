"""Page of agreeing: how far police and youth work agree, over time, per question and per stadsdeel."""

from datetime import date, datetime

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import fields
from sqlmodel import Session

from shortlist.classifying.agreeing import work
from shortlist.classifying.assessing import months_later
from shortlist.classifying.rules_files import Rules
from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.groups.work import today
from shortlist.showing.dutch import DutchSchema
from shortlist.showing.forms import Form, blank, read_form

pages = Pages("overeenstemming", __name__)
READERS = frozenset(work.READERS)


class PeriodForm(DutchSchema):
    """Which rounds count: of which the second view came in within these days."""

    van = fields.Date(load_default=None, metadata={"label": "Van"})
    tot = fields.Date(load_default=None, metadata={"label": "Tot en met"})


@pages.route("/overeenstemming", allow=READERS, scope="stad")
def overview(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show how far the two independent views agree in a period."""
    rules: Rules = current_app.extensions["shortlist.rules"]
    how = work.agreement_rules_on(current_app.extensions["shortlist.shelf"], today(now))
    form = _asked(months_later(today(now), -how.months), today(now))
    found: work.Overview | None = None
    if form.valid:
        try:
            found = work.overview(
                form.data["van"],
                form.data["tot"],
                rules=rules,
                how=how,
                actor=actor,
                now=now,
                session=session,
            )
        except Refused as refusal:
            form = form.refused(refusal.message, refusal.fields)
    return render_template(
        "classifying/agreement.html", form=form, found=found, how=how, most_quarters=work.MOST_QUARTERS
    ), 200 if form.valid else 400


def _asked(since: date, until: date) -> Form:
    """Read the period in the address; what is left out keeps its default."""
    sent = read_form(PeriodForm, request.args)
    if not sent.valid:
        return sent
    data = {"van": sent.data["van"] or since, "tot": sent.data["tot"] or until}
    return Form({**blank(PeriodForm, data).values, **sent.values}, {}, data, sent.labels)
