"""Pages of prioritising: groups side by side, a proposal, the Stafgroep's meeting."""

from datetime import datetime
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.classifying.assessing import months_later
from shortlist.errors import NotFound, Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import STREET, Actor, Role
from shortlist.observing.work import today
from shortlist.prioritising import work
from shortlist.prioritising.board import Profile, compare
from shortlist.prioritising.priorities import OPEN, RETURNED, TO_TRIANGLE, PriorityRules
from shortlist.prioritising.schemas import ProposalForm, meeting_form
from shortlist.prioritising.tables import Priority
from shortlist.prioritising.urgent.work import urgent_history
from shortlist.showing.forms import TOKENS, Form, blank, read_form
from shortlist.showing.panels import Panel, WaitingWork
from shortlist.showing.words import meervoud

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


def _meeting_page(form: Form | None, *, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    rules = _rules(now)
    on_the_table = [
        one for one in work.profiles(actor=actor, now=now, session=session) if _is_open(one) and one.proposal
    ]
    until = months_later(today(now), rules.default_months)
    proposed = {
        str(one.proposal.id): {"kind": "", "priority": one.proposal.priority, "valid_until": until}
        for one in on_the_table
        if one.proposal
    }
    empty = blank(meeting_form(proposed), proposed)
    status = 200 if form is None else 400
    if form is not None:  # a row that was not sent (a proposal made meanwhile) shows its own start
        form = Form({**empty.values, **form.values}, form.errors, form.data, {**empty.labels, **form.labels})
    return render_template(
        "prioritising/meeting.html", form=form or empty, profiles=on_the_table, rules=rules
    ), status


def _sent_proposals() -> list[str]:
    """Return the ids of the proposals that the sent form has rows of, in its order."""
    names = dict.fromkeys(name.split(".")[0] for name in request.form if name not in TOKENS)
    for name in names:
        try:
            UUID(name)
        except ValueError:
            raise NotFound(
                "Dit formulier hoort bij een andere pagina. Open de vergadering opnieuw."
            ) from None
    return list(names)


@pages.route("/prioriteren/stafgroep", allow=STAFGROEP, scope="eigen", methods=("GET", "POST"))
def meeting(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the open proposals side by side and record what the Stafgroep decides on each."""
    if request.method == "GET":
        return _meeting_page(None, actor=actor, now=now, session=session)
    form = read_form(meeting_form(_sent_proposals()), request.form)
    chosen = {name: row for name, row in form.data.items() if row["kind"]}
    if form.valid and not chosen:
        form = form.refused("Kies bij ten minste één groep een besluit.")
    for name, row in chosen.items():
        try:
            work.decide_priority(UUID(name), **row, rules=_rules(now), actor=actor, now=now, session=session)
        except Refused as refusal:
            session.rollback()
            beside = {f"{name}.{field}": message for field, message in refusal.fields.items()}
            form = form.refused(refusal.message, beside)
            break
    if form.valid:
        flash(f"{meervoud(len(chosen), 'besluit is', 'besluiten zijn')} vastgelegd.", "ok")
        return redirect(url_for("prioriteit.meeting"), code=303)
    return _meeting_page(form, actor=actor, now=now, session=session)


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
    works = []
    if actor.has(*MANAGER):
        returned = [one for one in found if one.proposal and one.proposal.state == RETURNED]
        works += [
            WaitingWork(
                label=f"Herzie het voorstel voor {one.name}",
                href=url_for("prioriteit.proposal", group_id=one.group_id),
                why="de Stafgroep stuurde het terug",
                urgent=True,
            )
            for one in returned
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
                    href=url_for("prioriteit.meeting"),
                    why="de veiligheidsmanager wacht op de Stafgroep",
                )
            )
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
