"""Pages of reminders: the daily mail and the calendar of what runs out."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.connecting.referrals.pages import rules_now
from shortlist.connecting.reminders import work
from shortlist.connecting.reminders.message import Tally, lines_of, weeks_ahead
from shortlist.connecting.reminders.schemas import MailForm
from shortlist.errors import Refused
from shortlist.guarding.door import EVERYBODY, Pages, house
from shortlist.guarding.roles import Actor
from shortlist.observing.work import today
from shortlist.showing.forms import blank, read_form

pages = Pages("melding", "shortlist.connecting")
WEEKS = 9


def _href(one: work.Expiry) -> str:
    if one.kind == "groep":
        return url_for("groepen.group_page", group_id=one.id)
    if one.kind == "verwijzing":
        return url_for("verwijzing.referral_page", referral_id=one.id)
    return url_for("traag.procedure_page", procedure_id=one.id)


@pages.route("/meldingen", allow=EVERYBODY, scope="eigen", methods=("GET", "POST"))
def mail(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Let everybody choose the daily mail and see which went out."""
    choice = work.mail_choice(actor=actor, session=session)
    form, status = blank(MailForm, {"address": choice.address, "wants": "ja" if choice.wants else "nee"}), 200
    if request.method == "POST":
        form = read_form(MailForm, request.form)
        if form.valid:
            try:
                work.choose_mail(
                    address=form.data["address"],
                    wants=form.data["wants"] == "ja",
                    actor=actor,
                    now=now,
                    session=session,
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("Uw keuze is vastgelegd.", "ok")
                return redirect(url_for("melding.mail"), code=303)
        status = 400
    settings = house().settings
    return render_template(
        "connecting/mail.html",
        form=form,
        sent=work.own_digests(actor=actor, session=session),
        works=bool(settings.smtp_host),
        hour=settings.mail_hour,
        example=lines_of(Tally(4, 1), settings.address or request.url_root),
    ), status


@pages.route("/agenda", allow=EVERYBODY, scope="eigen")
def calendar(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show what runs out, week by week."""
    weeks = weeks_ahead(today(now), WEEKS)
    found = work.expiries(until=weeks[-1][1], actor=actor, now=now, session=session)
    rules = rules_now(now)
    shown = [
        {
            "on": one.on,
            "what": one.what,
            "about": rules.name(one.about) if one.kind == "verwijzing" else one.about,
            "href": _href(one),
        }
        for one in found
    ]
    return render_template(
        "connecting/calendar.html",
        late=[one for one, item in zip(shown, found, strict=True) if item.on < today(now)],
        weeks=[
            (
                first,
                last,
                [
                    one
                    for one, item in zip(shown, found, strict=True)
                    if first <= item.on <= last and item.on >= today(now)
                ],
            )
            for first, last in weeks
        ],
    )
