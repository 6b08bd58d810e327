"""Pages of the plan van aanpak: reading it, writing a version; the panel on the group page and the waiting work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.observing.groups.work import today
from shortlist.planning.aanpak import work
from shortlist.planning.aanpak.measures import Advice, Catalogue, Chosen, PlanText, advise, due_on
from shortlist.planning.aanpak.schemas import PlanForm
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.panels import Panel, WaitingWork
from shortlist.showing.words import datum

pages = Pages("aanpak", "shortlist.planning")


def _catalogue(now: datetime) -> Catalogue:
    return work.catalogue_on(current_app.extensions["shortlist.shelf"], today(now))


def _names(catalogue: Catalogue) -> dict[str, str]:
    return {measure.id: measure.name for measure in catalogue.measures}


@pages.route("/groepen/<uuid:group_id>/plan-van-aanpak", allow=work.READERS, scope="stadsdeel")
def plan_page(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the plan of a group, what the rules suggest beside it, and how it came about."""
    catalogue = _catalogue(now)
    group, versions = work.versions_of(group_id, names=_names(catalogue), actor=actor, session=session)
    picture = work.pictures_of([group_id], on=today(now), session=session)[group_id]
    current = versions[0] if versions else None
    chosen = [] if current is None else [row.measure for row in current.text.measures]
    advices = {advice.measure.id: advice for advice in advise(catalogue, picture, chosen)}
    return render_template(
        "planning/aanpak.html",
        group=group,
        versions=versions,
        current=current,
        picture=picture,
        advices=advices,
        suggested=[advice for key, advice in advices.items() if advice.suggested and key not in chosen],
        names=_names(catalogue),
        may_write=actor.has(*work.WRITERS),
        today=today(now),
        procedures=current_app.extensions["shortlist.procedures_of_group"](
            group_id, actor=actor, now=now, session=session
        ),
    )


@pages.route(
    "/groepen/<uuid:group_id>/plan-van-aanpak/schrijven",
    allow=work.WRITERS,
    scope="stadsdeel",
    methods=("GET", "POST"),
)
def plan_form_page(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the form of a new version, or append what was typed."""
    catalogue = _catalogue(now)
    if request.method == "POST":
        form = read_form(PlanForm(), request.form)
        if form.valid:
            try:
                work.write_plan(
                    group_id,
                    _typed(form.data),
                    based_on=form.data["based_on"],
                    catalogue=catalogue,
                    actor=actor,
                    now=now,
                    session=session,
                )
            except Refused as refusal:
                session.rollback()
                form = form.refused(refusal.message, refusal.fields)
            else:
                flash("Het plan van aanpak is bewaard.", "ok")
                return redirect(url_for("aanpak.plan_page", group_id=group_id), code=303)
    else:
        form = Form()
    group, versions = work.versions_of(group_id, names=_names(catalogue), actor=actor, session=session)
    current = versions[0].text if versions else None
    picture = work.pictures_of([group_id], on=today(now), session=session)[group_id]
    kept = [row.measure for row in current.measures] if current else []
    advices = advise(catalogue, picture, kept)
    if request.method == "GET":
        version = versions[0].version if versions else 0
        form = blank(PlanForm(), _prefilled(current, version, advices, now))
    page = render_template(
        "planning/aanpak_form.html",
        form=form,
        group=group,
        current=current,
        picture=picture,
        rows=_rows(advices, form, kept),
    )
    return page, 400 if request.method == "POST" else 200


def _typed(data: Mapping[str, Any]) -> PlanText:
    return PlanText(
        data["goal"],
        data["exit_criterion"],
        data["evaluation_on"],
        tuple(
            Chosen(row["measure"], row["owner"], row["due_on"], row["visits_per_week"], row["reason"])
            for row in data["measures"]
            if row["chosen"]
        ),
    )


def _prefilled(
    current: PlanText | None, version: int, advices: list[Advice], now: datetime
) -> dict[str, Any]:
    """Fill the form with the newest version; measures not in it get the catalogue's owner, term and visits."""
    kept = {row.measure: row for row in current.measures} if current else {}
    rows = []
    for advice in advices:
        row = kept.get(advice.measure.id)
        rows.append(
            {
                "measure": advice.measure.id,
                "chosen": row is not None and not advice.refused,
                "owner": row.owner if row else advice.measure.owner,
                "due_on": row.due_on if row else due_on(advice.measure, today(now)),
                "visits_per_week": row.visits_per_week if row else advice.visits_per_week,
                "reason": row.reason if row else "",
            }
        )
    filled: dict[str, Any] = {"based_on": version, "measures": rows}
    if current:
        filled |= {
            "goal": current.goal,
            "exit_criterion": current.exit_criterion,
            "evaluation_on": current.evaluation_on,
        }
    return filled


def _rows(advices: list[Advice], form: Form, kept: list[str]) -> dict[str, list[tuple[int, Advice]]]:
    """Divide the measures over what is offered first (suggested, chosen, faulty), the others, and the refused."""
    rows: dict[str, list[tuple[int, Advice]]] = {"first": [], "other": [], "refused": []}
    for number, advice in enumerate(advices):
        row = f"measures.{number}"
        touched = form.value(f"{row}.chosen") or any(name.startswith(f"{row}.") for name in form.errors)
        if touched or advice.suggested or advice.measure.id in kept:
            rows["first"].append((number, advice))
        else:
            rows["refused" if advice.refused else "other"].append((number, advice))
    return rows


def panel(group_id: UUID, *, actor: Actor, now: datetime, session: Session) -> Panel | None:
    """Show goal, measures and evaluation of the plan on the group page."""
    if not actor.has(*work.READERS):
        return None
    names = _names(_catalogue(now))
    _, versions = work.versions_of(group_id, names=names, actor=actor, session=session)
    return Panel(
        title="Plan van aanpak",
        template="planning/aanpak_panel.html",
        order=50,
        context={"current": versions[0] if versions else None, "names": names, "today": today(now)},
        link=url_for("aanpak.plan_page", group_id=group_id),
        link_label="Bekijk het plan van aanpak" if versions else "Naar het plan van aanpak",
    )


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """List the plans that wait for the JIT: not yet written, or up for evaluation."""
    if not actor.has(*work.WRITERS):
        return []
    found = []
    for due in work.plans_due(actor=actor, on=today(now), session=session):
        if due.evaluation_on is None:
            found.append(
                WaitingWork(
                    f"Schrijf een plan van aanpak voor {due.name}",
                    url_for("aanpak.plan_form_page", group_id=due.group_id),
                    f"prioriteit {due.priority}, nog geen plan",
                    urgent=due.priority == "hoog",
                )
            )
        else:
            found.append(
                WaitingWork(
                    f"Evalueer het plan van aanpak voor {due.name}",
                    url_for("aanpak.plan_page", group_id=due.group_id),
                    f"evaluatie op {datum(due.evaluation_on)}",
                    due=due.evaluation_on,
                    urgent=due.evaluation_on < today(now),
                )
            )
    return found
