"""Pages of prioritising: groups side by side, a proposal, the Stafgroep's meeting."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import STREET, Actor, Role
from shortlist.observing.work import today
from shortlist.prioritising import work
from shortlist.prioritising.board import Profile, compare
from shortlist.prioritising.ordering import in_order, levels_of, places, sensitivity
from shortlist.prioritising.priorities import OPEN, RETURNED, TO_TRIANGLE, PriorityRules
from shortlist.prioritising.schemas import ProposalForm
from shortlist.prioritising.tables import Priority
from shortlist.prioritising.urgent.work import urgent_history
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import Panel, WaitingWork
from shortlist.showing.words import meervoud
from shortlist.storing.terms import terms_on

pages = Pages("prioriteit", __name__)
MANAGER = frozenset({Role.VEILIGHEIDSMANAGER})
STAFGROEP = frozenset({Role.STAFGROEPLID})
_MOST_LINES = 3
"""More groups than this that ask for the same become one line on "Mijn werk"."""


def _rules(now: datetime) -> PriorityRules:
    return work.priority_rules_on(current_app.extensions["shortlist.shelf"], today(now))


@pages.route("/prioriteren", allow=frozenset(work.COMPARERS), scope="eigen")
def overview(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Lay the groups side by side: themes, facts with effort, priority and proposal."""
    found = work.profiles(actor=actor, now=now, session=session)
    return render_template(
        "prioritising/overview.html",
        profiles=found,
        stadsdelen=compare(found),
        rules=_rules(now),
        proposes=actor.has(*MANAGER),
        decides=actor.has(*STAFGROEP),
        n_open=sum(_is_open(one) for one in found),
    )


@pages.route("/groepen/<uuid:group_id>/prioriteit", allow=STREET)
def history(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the priority of a group with every proposal and decision."""
    found, proposals = work.profile(group_id, actor=actor, now=now, session=session)
    return render_template(
        "prioritising/history.html",
        profile=found,
        proposals=proposals,
        rules=_rules(now),
        proposes=actor.has(*MANAGER),
        urgent=len(urgent_history(group_id, actor=actor, session=session)),
    )


def _proposal_page(
    group_id: UUID, form: Form | None, *, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    found, proposals = work.profile(group_id, actor=actor, now=now, session=session)
    status = 200 if form is None else 400
    if form is None:
        form = blank(ProposalForm, {"seen": found.proposal.id if found.proposal else None})
    return render_template(
        "prioritising/proposal.html", form=form, profile=found, proposals=proposals, rules=_rules(now)
    ), status


@pages.route("/groepen/<uuid:group_id>/prioriteit/voorstel", allow=MANAGER, methods=("GET", "POST"))
def proposal(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Let the veiligheidsmanager propose a priority with a reason."""
    if request.method == "GET":
        return _proposal_page(group_id, None, actor=actor, now=now, session=session)
    form = read_form(ProposalForm, request.form)
    if form.valid:
        try:
            work.propose_priority(
                group_id, **form.data, rules=_rules(now), actor=actor, now=now, session=session
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash("Het voorstel ligt bij de Stafgroep.", "ok")
            return redirect(url_for("prioriteit.overview"), code=303)
    return _proposal_page(group_id, form, actor=actor, now=now, session=session)


def _is_open(found: Profile) -> bool:
    return found.proposal is not None and found.proposal.state in {OPEN, TO_TRIANGLE}


@pages.route("/prioriteren/volgorde", allow=frozenset(work.COMPARERS), scope="eigen")
def ordering(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Put the assessed groups of each stadsdeel in the order of the themes, and tell how much that order matters."""
    rules = _rules(now)
    found = [
        one
        for one in work.profiles(actor=actor, now=now, session=session)
        if one.picture and not one.picture.expired
    ]
    parts = []
    for name in sorted({one.stadsdeel for one in found}):
        mine = {one.group_id: one for one in found if one.stadsdeel == name}
        levels = {
            key: levels_of(one.picture.duiding if one.picture else {}, rules.themes)
            for key, one in mine.items()
        }
        stand = places(levels, rules.themes)
        order = in_order(stand, {key: one.name for key, one in mine.items()})
        parts.append(
            {
                "name": name,
                "rows": [(mine[key], stand[key], levels[key]) for key in order],
                "sensitivity": sensitivity(levels, rules.themes),
                "names": {key: one.name for key, one in mine.items()},
            }
        )
    return render_template("prioritising/ordering.html", parts=parts, rules=rules)


def _is_high(found: Profile) -> bool:
    return found.current is not None and found.current.priority == Priority.HOOG


def panel(group_id: UUID, *, actor: Actor, now: datetime, session: Session) -> Panel | None:
    """Return the priority panel of the group page."""
    found, _ = work.profile(group_id, actor=actor, now=now, session=session)
    proposes = actor.has(*MANAGER) and found.awaits_proposal
    return Panel(
        "Prioriteit",
        "prioritising/panel.html",
        40,
        {"profile": found, "urges": actor.has(*MANAGER) and not found.closed and not _is_high(found)},
        url_for("prioriteit.proposal" if proposes else "prioriteit.history", group_id=group_id),
        "Doe een voorstel" if proposes else "Voorstellen en besluiten",
    )


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """List what asks for a proposal (veiligheidsmanager) or a decision (Stafgroep)."""
    if not actor.has(*work.COMPARERS):
        return []
    found = work.profiles(actor=actor, now=now, session=session)
    terms = terms_on(current_app.extensions["shortlist.shelf"], today(now))
    works = []
    if actor.has(*MANAGER):
        returned = [one for one in found if one.proposal and one.proposal.state == RETURNED]
        works += [
            WaitingWork(
                label=f"Herzie het voorstel voor {one.name}",
                href=url_for("prioriteit.proposal", group_id=one.group_id),
                why=f"de {'driehoek' if one.proposal.decisions[-1].triangle_on else 'Stafgroep'} stuurde het terug",
                due=today(one.proposal.decisions[-1].at) + timedelta(days=terms["voorstel-herzien"]),
                urgent=True,
            )
            for one in returned
            if one.proposal
        ]
        fresh = [
            one
            for one in found
            if one.awaits_proposal and one not in returned and not (one.current and one.current.urgent)
        ]
        works += _proposals_wanted(fresh)
        works += _ending(found, now)
    if actor.has(*STAFGROEP):
        n = sum(one.proposal is not None and one.proposal.state == OPEN for one in found)
        if n:
            works.append(
                WaitingWork(
                    label=f"Besluit over {meervoud(n, 'voorstel', 'voorstellen')} voor prioriteit",
                    href=url_for("stafgroep.agenda"),
                    why="de veiligheidsmanager wacht op de Stafgroep",
                    due=min(
                        today(one.proposal.at) + timedelta(days=terms["voorstel-besluit"])
                        for one in found
                        if one.proposal is not None and one.proposal.state == OPEN
                    ),
                )
            )
    works += [
        WaitingWork(
            label=f"Leg het besluit van de driehoek over {one.name} vast",
            href=url_for("stafgroep.triangle", group_id=one.group_id),
            why="de Stafgroep werd het niet eens",
            due=today(one.proposal.decisions[-1].at) + timedelta(days=terms["driehoek-besluit"]),
        )
        for one in found
        if one.proposal is not None and one.proposal.state == TO_TRIANGLE
    ]
    return works


def _proposals_wanted(fresh: list[Profile]) -> list[WaitingWork]:
    why = "er is een geldende duiding en nog geen voorstel"
    if len(fresh) > _MOST_LINES:
        label = f"Stel een prioriteit voor bij {len(fresh)} groepen"
        return [WaitingWork(label=label, href=url_for("prioriteit.overview"), why=why)]
    return [
        WaitingWork(
            label=f"Stel een prioriteit voor bij {one.name}",
            href=url_for("prioriteit.proposal", group_id=one.group_id),
            why=why,
        )
        for one in fresh
    ]


def _ending(found: list[Profile], now: datetime) -> list[WaitingWork]:
    rules = _rules(now)
    ending = sorted(
        one.current.valid_until
        for one in found
        if one.current
        and not one.current.urgent
        and (one.current.valid_until - today(now)).days <= rules.remind_days
        and not one.awaits_proposal
        and not _is_open(one)
    )
    if not ending:
        return []
    return [
        WaitingWork(
            label=f"Vernieuw {meervoud(len(ending), 'prioriteit die afloopt', 'prioriteiten die aflopen')}",
            href=url_for("prioriteit.overview"),
            why="daarna telt de groep niet meer mee in het weekplan",
            due=ending[0],
        )
    ]
