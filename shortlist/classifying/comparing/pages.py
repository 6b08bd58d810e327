"""Pages of comparing: the city under another ruleset, and the national counts as context."""

from collections.abc import Sequence
from datetime import date, datetime

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate
from sqlmodel import Session

from shortlist.classifying.comparing import work
from shortlist.classifying.drift import Reading
from shortlist.classifying.national_files import CountedYear
from shortlist.classifying.rounds.work import terms_on
from shortlist.classifying.rules_files import Rules
from shortlist.errors import Refused
from shortlist.guarding.door import EVERYBODY, Pages
from shortlist.guarding.roles import Actor, Role
from shortlist.observing.groups.work import today
from shortlist.showing.dutch import DutchSchema
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.words import datum

pages = Pages("vergelijken", __name__)
COMPARERS = frozenset(work.COMPARERS)
MOST_NAMED = 100
"""So many groups are named on one page."""


class CompareForm(DutchSchema):
    """Which rulesets, which day, and how *geen aanwijzing* is read; everything has a default."""

    van = fields.String(load_default="", metadata={"label": "Van regelset"})
    naar = fields.String(load_default="", metadata={"label": "Naar regelset"})
    op = fields.Date(load_default=None, metadata={"label": "Op deze dag"})
    lezing = fields.String(
        load_default=Reading.VOORLOPIG.value,
        validate=validate.OneOf(list(Reading), error="Kies voorlopig of zeker."),
        metadata={"label": "Geen aanwijzing"},
    )


def _rules() -> Rules:
    found: Rules = current_app.extensions["shortlist.rules"]
    return found


def _defaults(rules: Rules, on: date) -> dict[str, object]:
    """Return the leading ruleset against the newest other one, today, as people work with it."""
    leading = rules.ruleset(terms_on(rules, on).leading_ruleset, on)
    others = [ruleset for ruleset in rules.rulesets if ruleset is not leading]
    return {
        "van": work.version_key(leading),
        "naar": work.version_key(others[-1] if others else leading),
        "op": on,
        "lezing": Reading.VOORLOPIG.value,
    }


def _asked(defaults: dict[str, object]) -> Form:
    """Read the question in the address; what is left out keeps its default."""
    if not request.args:
        return Form(blank(CompareForm, defaults).values, {}, defaults, blank(CompareForm).labels)
    sent = read_form(CompareForm, request.args)
    if not sent.valid:
        return sent
    data = {name: sent.data[name] or value for name, value in defaults.items()}
    return Form({**blank(CompareForm, data).values, **sent.values}, {}, data, sent.labels)


@pages.route("/vergelijken", allow=COMPARERS, scope="stad")
def compare(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Judge the whole city again under another ruleset: who would change, and because of what."""
    rules = _rules()
    form = _asked(_defaults(rules, today(now)))
    found: work.Comparison | None = None
    if form.valid:
        try:
            found = work.compare_city(
                work.chosen_ruleset(form.data["van"], rules, field="van"),
                work.chosen_ruleset(form.data["naar"], rules, field="naar"),
                form.data["op"],
                Reading(form.data["lezing"]),
                actor=actor,
                now=now,
                session=session,
            )
        except Refused as refusal:
            form = form.refused(refusal.message, refusal.fields)
    return render_template(
        "classifying/compare.html",
        form=form,
        found=found,
        rulesets=[(work.version_key(one), _named(one.name, one.valid_from)) for one in rules.rulesets],
        readings=[
            (Reading.VOORLOPIG.value, "Voorlopig: geen aanwijzing telt als nooit"),
            (Reading.ZEKER.value, "Zeker: geen aanwijzing telt als onbekend"),
        ],
        most_named=MOST_NAMED,
        links=actor.has(*COMPARERS - {Role.PRIVACY_OFFICER}),
        national=rules.national,
    ), 200 if form.valid else 400


def _named(name: str, since: date) -> str:
    return f"{name} (geldig vanaf {datum(since)})"


@pages.route("/landelijke-aantallen", allow=EVERYBODY, scope="stad")
def national_counts(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the national counts with their sources and why they are no yardstick."""
    counts = _rules().national
    return render_template(
        "classifying/national.html",
        national=counts,
        totals=_totals(counts.years) if counts else [],
        may_compare=actor.has(*COMPARERS),
    )


def _totals(years: Sequence[CountedYear]) -> list[tuple[str, int]]:
    return [(str(one.year), one.total) for one in years]
