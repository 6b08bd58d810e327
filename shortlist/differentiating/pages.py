"""Pages about members: the decision of step 2B, the board, a role."""

from datetime import datetime
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.differentiating import work
from shortlist.differentiating.roles import RoleRules
from shortlist.differentiating.schemas import EndMemberForm, MemberListForm, NewMemberForm, RoleForm
from shortlist.differentiating.tables import MemberRoleKind
from shortlist.differentiating.viewing.pages import reading_is_on
from shortlist.errors import Refused
from shortlist.guarding.door import Pages, keep
from shortlist.guarding.roles import Actor, Role
from shortlist.observing.work import MEMBER_VIEWERS, get_group, today
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import Panel, WaitingWork
from shortlist.showing.words import lijst, meervoud

pages = Pages("leden", __name__)
MEMBERS = frozenset(MEMBER_VIEWERS)


def _rules(now: datetime) -> RoleRules:
    return work.role_rules_on(current_app.extensions["shortlist.shelf"], today(now))


def _list_page(
    group_id: UUID, form: Form, *, actor: Actor, now: datetime, session: Session, status: int = 200
) -> ResponseReturnValue:
    assessed = work.class_in_force(group_id, today(now), session=session)
    rules = _rules(now)
    return render_template(
        "differentiating/member_list.html",
        form=form,
        group=get_group(group_id, actor=actor, session=session),
        allowed=work.member_list_allowed(group_id, session=session),
        decisions=work.member_list_decisions(group_id, actor=actor, session=session),
        decided=assessed[1] if assessed else None,
        problematic=bool(assessed and assessed[1] in rules.problem_classes),
        decides=actor.has(Role.VEILIGHEIDSMANAGER),
    ), status


@pages.route("/groepen/<uuid:group_id>/ledenlijst", allow=MEMBERS, methods=("GET", "POST"))
def member_list(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the decisions about the member list and let the veiligheidsmanager decide (step 2B)."""
    if request.method == "GET":
        return _list_page(group_id, blank(MemberListForm), actor=actor, now=now, session=session)
    form = read_form(MemberListForm, request.form)
    if form.valid:
        try:
            work.decide_member_list(
                group_id,
                allowed=form.data["besluit"] == "toestaan",
                reason=form.data["reason"],
                behaviour=form.data["behaviour"],
                rules=_rules(now),
                actor=actor,
                now=now,
                session=session,
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash("Het besluit is vastgelegd.", "ok")
            return redirect(url_for("leden.member_list", group_id=group_id), code=303)
    return _list_page(group_id, form, actor=actor, now=now, session=session, status=400)


@pages.route("/groepen/<uuid:group_id>/leden", allow=MEMBERS, personal=True)
def board(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the members in three columns with their dated facts."""
    rules = _rules(now)
    found = work.member_board(group_id, rules=rules, actor=actor, now=now, session=session)
    on = reading_is_on(now=now, session=session)
    return render_template("differentiating/board.html", board=found, rules=rules, reading_on=on)


def _new_member_page(
    group_id: UUID, form: Form, *, actor: Actor, now: datetime, session: Session, status: int = 200
) -> ResponseReturnValue:
    found = work.member_board(group_id, rules=_rules(now), actor=actor, now=now, session=session)
    return render_template("differentiating/new_member.html", form=form, board=found), status


@pages.route("/groepen/<uuid:group_id>/leden/nieuw", allow=MEMBERS, personal=True, methods=("GET", "POST"))
def new_member(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Enter somebody who was seen as betrokkene with this group."""
    if request.method == "GET":
        form = blank(NewMemberForm, {"valid_from": today(now)})
        return _new_member_page(group_id, form, actor=actor, now=now, session=session)
    form = read_form(NewMemberForm, request.form)
    if form.valid:
        try:
            work.enter_member(
                group_id,
                form.data["person"],
                valid_from=form.data["valid_from"],
                reason=form.data["reason"],
                child=form.data["age"] == "jonger",
                actor=actor,
                now=now,
                session=session,
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash("Het lid staat op de lijst.", "ok")
            return redirect(url_for("leden.board", group_id=group_id), code=303)
    keep(session)
    return _new_member_page(group_id, form, actor=actor, now=now, session=session, status=400)


def _end_page(
    group_id: UUID,
    person_id: UUID,
    form: Form,
    *,
    actor: Actor,
    now: datetime,
    session: Session,
    status: int = 200,
) -> ResponseReturnValue:
    page = work.member_page(group_id, person_id, rules=_rules(now), actor=actor, now=now, session=session)
    return render_template("differentiating/end_member.html", form=form, page=page), status


@pages.route(
    "/groepen/<uuid:group_id>/leden/<uuid:person_id>/beeindigen",
    allow=MEMBERS,
    personal=True,
    methods=("GET", "POST"),
)
def end_membership(
    *, group_id: UUID, person_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Take a member off the list."""
    if request.method == "GET":
        form = blank(EndMemberForm, {"last_day": today(now)})
        return _end_page(group_id, person_id, form, actor=actor, now=now, session=session)
    form = read_form(EndMemberForm, request.form)
    if form.valid:
        try:
            work.end_membership(group_id, person_id, **form.data, actor=actor, now=now, session=session)
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash("Het lidmaatschap is beëindigd.", "ok")
            return redirect(url_for("leden.board", group_id=group_id), code=303)
    keep(session)
    return _end_page(group_id, person_id, form, actor=actor, now=now, session=session, status=400)


def _role_page(
    group_id: UUID, person_id: UUID, form: Form | None, *, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    rules = _rules(now)
    page = work.member_page(group_id, person_id, rules=rules, actor=actor, now=now, session=session)
    status = 200 if form is None else 400
    moving_to = request.args.get("naar", "") if form is None else ""
    if moving_to not in set(MemberRoleKind):
        moving_to = ""
    if form is None:
        form = blank(values={"seen": str(page.card.role.id) if page.card.role else "", "role": moving_to})
    else:
        keep(session)  # what is shown again was read again: that reading stays in the log
    return render_template(
        "differentiating/role.html", form=form, page=page, rules=rules, moving_to=moving_to
    ), status


@pages.route(
    "/groepen/<uuid:group_id>/leden/<uuid:person_id>/rol",
    allow=MEMBERS,
    personal=True,
    methods=("GET", "POST"),
)
def role(
    *, group_id: UUID, person_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Show one member with the facts, and let a professional set a role on chosen observations."""
    if request.method == "GET":
        return _role_page(group_id, person_id, None, actor=actor, now=now, session=session)
    form = read_form(RoleForm, request.form)
    if form.valid:
        try:
            work.set_role(
                group_id, person_id, **form.data, rules=_rules(now), actor=actor, now=now, session=session
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
        else:
            flash("De rol is vastgelegd.", "ok")
            return redirect(url_for("leden.board", group_id=group_id), code=303)
    return _role_page(group_id, person_id, form, actor=actor, now=now, session=session)


def panel(group_id: UUID, *, actor: Actor, now: datetime, session: Session) -> Panel | None:
    """Return the members panel of the group page: counts only, for who may see members."""
    if not actor.has(*MEMBERS):
        return None
    if not work.member_list_allowed(group_id, session=session):
        return Panel(
            "Leden",
            "differentiating/panel.html",
            30,
            {"allowed": False, "counts": ""},
            url_for("leden.member_list", group_id=group_id),
            "Besluit over de ledenlijst (stap 2B)",
        )
    counts = work.role_counts(group_id, now=now, session=session)
    total = sum(counts.values())
    words = [f"{count} {kind}" for kind, count in counts.items()]
    return Panel(
        "Leden",
        "differentiating/panel.html",
        30,
        {"allowed": True, "counts": f"{meervoud(total, 'lid', 'leden')}: {lijst(words)}" if total else ""},
        url_for("leden.board", group_id=group_id),
        "Naar het ledenbord",
    )


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """List the groups whose roles ask for review."""
    if not actor.has(*work.ROLE_REVIEWERS):
        return []
    due = work.roles_due(rules=_rules(now), actor=actor, now=now, session=session)
    return [
        WaitingWork(
            label=f"Herzie {meervoud(one.n, 'rol', 'rollen')} in {one.group}",
            href=url_for("leden.board", group_id=one.group_id),
            why="anders vervallen ze en wordt de rol weer onbekend",
            due=one.first_expiry,
        )
        for one in due
    ]
