"""Pages of concerns and matches."""

from datetime import datetime
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.connecting.matching import work
from shortlist.connecting.referrals.pages import rules_now
from shortlist.connecting.referrals.work import get_referral, get_youngster
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.work import MEMBER_VIEWERS
from shortlist.showing.panels import WaitingWork
from shortlist.showing.words import hoofdletter, meervoud

pages = Pages("zorg", "shortlist.connecting")
CONCERNED = frozenset(work.CONCERNED)
_TOLD = "Uw zorg is vastgelegd, zonder inhoud. Heeft een ander die ook, dan hoort u allebei van elkaar."


@pages.route("/zorgen", allow=CONCERNED, scope="eigen", personal=True)
def concern_list(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the actor's own concerns and who shares them."""
    own, found = work.own_concerns(actor=actor, now=now, session=session)
    return render_template(
        "connecting/concerns.html", own=own, matches=found, months=rules_now(now).concern_months
    )


@pages.route(
    "/groepen/<uuid:group_id>/zorg/<uuid:person_id>", allow=frozenset(MEMBER_VIEWERS), methods=("POST",)
)
def concern_from_group(
    *, group_id: UUID, person_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """State a concern about somebody seen with a group."""
    get_youngster(group_id, person_id, actor=actor, now=now, session=session)
    work.state_concern(person_id, holds=True, rules=rules_now(now), actor=actor, now=now, session=session)
    flash(_TOLD, "ok")
    return redirect(url_for("zorg.concern_list"), code=303)


@pages.route("/verwijzingen/<uuid:referral_id>/zorg", allow=CONCERNED, methods=("POST",))
def concern_from_referral(
    *, referral_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """State a concern about somebody who was referred."""
    found = get_referral(referral_id, actor=actor, now=now, session=session)
    work.state_concern(
        found.row.person_id, holds=True, rules=rules_now(now), actor=actor, now=now, session=session
    )
    flash(_TOLD, "ok")
    return redirect(url_for("zorg.concern_list"), code=303)


@pages.route("/zorgen/<uuid:person_id>/voorbij", allow=CONCERNED, scope="eigen", methods=("POST",))
def concern_over(*, person_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """End one's own concern."""
    work.end_concern(person_id, rules=rules_now(now), actor=actor, now=now, session=session)
    flash("Uw zorg is ingetrokken.", "ok")
    return redirect(url_for("zorg.concern_list"), code=303)


@pages.route("/zorgen/match/<uuid:subject_id>", allow=CONCERNED, scope="eigen", methods=("POST",))
def talked(*, subject_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Note that the two spoke."""
    work.note_talked(subject_id, actor=actor, now=now, session=session)
    flash("Genoteerd dat u contact had.", "ok")
    return redirect(url_for("zorg.concern_list"), code=303)


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """Remind of colleagues to call about a youngster of whom both have a concern; numbers only."""
    count = work.count_new_matches(actor=actor, now=now, session=session)
    if not count:
        return []
    return [
        WaitingWork(
            label=f"{hoofdletter(meervoud(count, 'collega deelt', 'collega’s delen'))} uw zorg om een jongere: bel",
            href=url_for("zorg.concern_list"),
            why="u hoort van elkaar, niet wat de ander weet",
            urgent=True,
        )
    ]
