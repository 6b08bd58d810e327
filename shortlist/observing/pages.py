"""Pages of the groups and places: list, one group, making and keeping them. Observations: ``gatherings/pages.py``."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from marshmallow import Schema
from sqlmodel import Session

from shortlist.errors import Refused
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import STREET, Actor
from shortlist.guarding.work import stadsdelen_of
from shortlist.observing import work
from shortlist.observing.gatherings.words import sighting_view
from shortlist.observing.schemas import (
    LINKS,
    EndPlaceForm,
    GroupForm,
    GroupPlaceForm,
    LinkForm,
    PlaceForm,
    StateForm,
    UndoLinkForm,
)
from shortlist.observing.tables import GroupState, PlaceKind
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.words import datum, duur, hoofdletter, woord

pages = Pages("groepen", __name__)
EDITORS = frozenset(work.EDITORS)
PLACERS = frozenset(work.PLACERS)
PAGE = 50
"""Groups or observations on one page."""
LATEST = 8
"""Observations on the page of a group; the others are one page further."""
LINK_WORDS = {
    ("samengegaan", True): "opgegaan in",
    ("samengegaan", False): "kwam voort uit",
    ("afgesplitst", True): "splitste af:",
    ("afgesplitst", False): "afgesplitst van",
    ("verwant", True): "verwant met",
    ("verwant", False): "verwant met",
}


def may_observe(actor: Actor) -> bool:
    """Tell whether this person may note an observation."""
    return actor.has(*work.OBSERVERS)


def handled(
    schema: type[Schema] | Schema, act: Callable[[Form], str], *, session: Session
) -> tuple[Form, str | None]:
    """Read the form that was sent and do ``act`` with it; return the form and where to go when it was done."""
    form = read_form(schema, request.form)
    if form.valid:
        try:
            return form, act(form)
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, refusal.fields)
    return form, None


@pages.route("/groepen", allow=STREET, scope="eigen")
def group_list(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List the groups within the actor's stadsdelen; filters stand in the address and name no person."""
    parts = stadsdelen_of(actor, session=session)
    wanted = {str(part.id): part.id for part in parts}.get(request.args.get("stadsdeel", ""))
    state = {one.value: one for one in GroupState}.get(request.args.get("stand", ""))
    text = request.args.get("zoek", "")[:80]
    by_last_seen = request.args.get("volgorde") == "gezien"
    page = max(1, request.args.get("pagina", 1, type=int))
    total = work.count_groups(
        stadsdeel_id=wanted, state=state, text=text, actor=actor, now=now, session=session
    )
    groups = work.visible_groups(
        stadsdeel_id=wanted,
        state=state,
        text=text,
        by_last_seen=by_last_seen,
        offset=(page - 1) * PAGE,
        limit=PAGE,
        actor=actor,
        now=now,
        session=session,
    )
    asked = {
        "stadsdeel": str(wanted or ""),
        "stand": state or "",
        "zoek": text,
        "volgorde": "gezien" if by_last_seen else "",
    }

    def page_url(number: int) -> str:
        chosen: dict[str, Any] = {name: value for name, value in asked.items() if value}
        return url_for("groepen.group_list", pagina=number, **chosen)

    first = (page - 1) * PAGE + 1
    return render_template(
        "observing/group_list.html",
        groups=groups,
        total=total,
        form=Form(values=asked),
        stadsdelen=[(str(part.id), part.name) for part in parts],
        states=[(one.value, hoofdletter(one.value)) for one in GroupState],
        filtered=any(asked[name] for name in ("stadsdeel", "stand", "zoek")),
        previous=page_url(page - 1) if page > 1 else "",
        following=page_url(page + 1) if page * PAGE < total else "",
        summary=f"{first}–{first + len(groups) - 1} van {total}" if groups else "",
        may_edit=actor.has(*EDITORS),
        may_observe=may_observe(actor),
    )


@pages.route("/groepen/<uuid:group_id>", allow=STREET, personal=True)
def group_page(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show one group: how it is read, then the facts, then what later rooms have to say."""
    group = work.get_group(group_id, actor=actor, session=session)
    found = work.gatherings_of(group_id, limit=LATEST + 1, actor=actor, now=now, session=session)
    facts = work.facts_of(group_id, actor=actor, session=session)
    weeks = work.weeks_of(group_id, actor=actor, now=now, session=session)
    panels = current_app.extensions["shortlist.panels"](group_id, actor=actor, now=now, session=session)
    shown = [
        (panel, Markup(render_template(panel.template, **panel.context)))  # noqa: S704 — our own rendered template
        for panel in panels
    ]
    allowed = current_app.extensions["shortlist.member_list_allowed"]
    members = []
    if actor.has(*work.MEMBER_VIEWERS) and allowed(group_id, session=session):
        members = work.members_of(group_id, on=work.today(now), actor=actor, now=now, session=session)
    return render_template(
        "observing/group_page.html",
        group=group,
        facts=facts,
        link_words=LINK_WORDS,
        weeks=weeks,
        points=[(f"{week.monday.day}-{week.monday.month}", week.seen, week.minutes / 60) for week in weeks],
        week_rows=[
            (datum(week.monday), week.seen, week.visits, duur(week.minutes), week.reports) for week in weeks
        ],
        sightings=[sighting_view(one, actor=actor) for one in found[:LATEST]],
        labels=work.seen_items(),
        more=len(found) > LATEST,
        members=members,
        before=[pair for pair in shown if pair[0].order < 20],
        after=[pair for pair in shown if pair[0].order >= 20],
        may_edit=actor.has(*EDITORS),
        may_observe=may_observe(actor),
    )


@pages.route("/groepen/<uuid:group_id>/waarnemingen", allow=STREET, personal=True)
def group_gatherings(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List all observations of a group, newest first, fifty a page."""
    group = work.get_group(group_id, actor=actor, session=session)
    last = request.args.get("na", type=UUID)
    found = work.gatherings_of(group_id, before=last, limit=PAGE + 1, actor=actor, now=now, session=session)
    following = ""
    if len(found) > PAGE:
        following = url_for("groepen.group_gatherings", group_id=group_id, na=found[PAGE - 1].id)
    return render_template(
        "observing/group_gatherings.html",
        group=group,
        sightings=[sighting_view(one, actor=actor) for one in found[:PAGE]],
        labels=work.seen_items(),
        newest=url_for("groepen.group_gatherings", group_id=group_id) if last else "",
        following=following,
        may_observe=may_observe(actor),
    )


@pages.route("/groepen/nieuw", allow=EDITORS, scope="eigen", methods=("GET", "POST"))
def new_group(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Make a new group."""
    form = blank(GroupForm, {"first_signal_on": work.today(now)})
    if request.method == "POST":

        def act(sent: Form) -> str:
            made = work.create_group(
                sent.data["name"],
                sent.data["stadsdeel"],
                first_signal_on=sent.data["first_signal_on"],
                place_id=sent.data["place"],
                actor=actor,
                now=now,
                session=session,
            )
            flash("De groep is vastgelegd, met de stand 'signaal'.", "ok")
            return url_for("groepen.group_page", group_id=made)

        form, target = handled(GroupForm, act, session=session)
        if target:
            return redirect(target, code=303)
    return render_template(
        "observing/new_group.html",
        form=form,
        stadsdelen=[(part.id, part.name) for part in stadsdelen_of(actor, session=session)],
        places=place_options(actor=actor, session=session),
    ), 400 if form.errors else 200


def place_options(
    *, stadsdeel_id: UUID | None = None, actor: Actor, session: Session
) -> list[tuple[UUID, str]]:
    """Return the places where groups can be as choices, with the stadsdeel behind the name when there are more."""
    found = [
        place
        for place in work.visible_places(stadsdeel_id=stadsdeel_id, actor=actor, session=session)
        if place.kind is not PlaceKind.BASIS
    ]
    several = len({place.stadsdeel_id for place in found}) > 1
    return [(place.id, f"{place.name} ({place.stadsdeel})" if several else place.name) for place in found]


@pages.route("/groepen/<uuid:group_id>/stand", allow=EDITORS, methods=("GET", "POST"))
def group_state(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Give a group its next state, or read how it came to the present one."""
    group = work.get_group(group_id, actor=actor, session=session)
    form = blank(StateForm)
    if request.method == "POST":

        def act(sent: Form) -> str:
            work.change_state(
                group_id,
                GroupState(sent.data["state"]),
                reason=sent.data["reason"],
                actor=actor,
                now=now,
                session=session,
            )
            flash(f"De stand van de groep is nu '{sent.data['state']}'.", "ok")
            return url_for("groepen.group_page", group_id=group_id)

        form, target = handled(StateForm, act, session=session)
        if target:
            return redirect(target, code=303)
    words = {
        GroupState.ACTIEF: "Actief: we volgen de groep",
        GroupState.GESLOTEN: "Gesloten: de groep is er niet meer",
    }
    return render_template(
        "observing/group_state.html",
        group=group,
        form=form,
        options=[(one.value, words[one]) for one in work.TRANSITIONS[group.state]],
        states=work.facts_of(group_id, actor=actor, session=session).states,
    ), 400 if form.errors else 200


@pages.route("/groepen/<uuid:group_id>/plekken", allow=EDITORS, methods=("GET", "POST"))
def group_places(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show a group's usual places with their periods, and add one."""
    group = work.get_group(group_id, actor=actor, session=session)
    form = blank(GroupPlaceForm, {"valid_from": work.today(now)})
    if request.method == "POST":

        def act(sent: Form) -> str:
            work.add_group_place(
                group_id,
                sent.data["place"],
                valid_from=sent.data["valid_from"],
                actor=actor,
                now=now,
                session=session,
            )
            flash("De vaste plek is vastgelegd.", "ok")
            return url_for("groepen.group_places", group_id=group_id)

        form, target = handled(GroupPlaceForm, act, session=session)
        if target:
            return redirect(target, code=303)
    return render_template(
        "observing/group_places.html",
        group=group,
        form=form,
        facts=work.facts_of(group_id, actor=actor, session=session),
        places=place_options(stadsdeel_id=group.stadsdeel_id, actor=actor, session=session),
    ), 400 if form.errors else 200


@pages.route("/groepen/<uuid:group_id>/plekken/<uuid:dated_id>/einde", allow=EDITORS, methods=("GET", "POST"))
def end_group_place(
    *, group_id: UUID, dated_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """End a usual place."""
    group = work.get_group(group_id, actor=actor, session=session)
    places = work.facts_of(group_id, actor=actor, session=session).places
    form = blank(EndPlaceForm, {"last_day": work.today(now)})
    if request.method == "POST":

        def act(sent: Form) -> str:
            work.end_group_place(
                dated_id, last_day=sent.data["last_day"], actor=actor, now=now, session=session
            )
            flash("De vaste plek is beëindigd; de periode blijft leesbaar.", "ok")
            return url_for("groepen.group_places", group_id=group_id)

        form, target = handled(EndPlaceForm, act, session=session)
        if target:
            return redirect(target, code=303)
    dated = next((one for one in places if one.id == dated_id), None)
    if dated is None:
        return redirect(url_for("groepen.group_places", group_id=group_id))
    return render_template(
        "observing/end_group_place.html", group=group, form=form, dated=dated
    ), 400 if form.errors else 200


@pages.route("/groepen/<uuid:group_id>/banden", allow=EDITORS, methods=("GET", "POST"))
def group_links(*, group_id: UUID, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show how a group hangs together with others, and add a link."""
    group = work.get_group(group_id, actor=actor, session=session)
    form = blank(LinkForm, {"on_date": work.today(now)})
    if request.method == "POST":

        def act(sent: Form) -> str:
            kind, outgoing = LINKS[sent.data["kind"]]
            other = sent.data["other"]
            work.link_groups(
                group_id if outgoing else other,
                other if outgoing else group_id,
                kind,
                on_date=sent.data["on_date"],
                reason=sent.data["reason"],
                actor=actor,
                now=now,
                session=session,
            )
            flash("De band tussen de groepen is vastgelegd.", "ok")
            return url_for("groepen.group_links", group_id=group_id)

        form, target = handled(LinkForm, act, session=session)
        if target:
            return redirect(target, code=303)
    return render_template(
        "observing/group_links.html",
        group=group,
        form=form,
        link_words=LINK_WORDS,
        links=work.facts_of(group_id, actor=actor, session=session).links,
        others=[
            (one.id, f"{one.name} ({one.stadsdeel})")
            for one in work.group_names(actor=actor, session=session)
            if one.id != group_id
        ],
    ), 400 if form.errors else 200


@pages.route(
    "/groepen/<uuid:group_id>/banden/<uuid:link_id>/ongedaan", allow=EDITORS, methods=("GET", "POST")
)
def undo_group_link(
    *, group_id: UUID, link_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Undo a link with another group: what was merged is two groups again."""
    group = work.get_group(group_id, actor=actor, session=session)
    links = work.facts_of(group_id, actor=actor, session=session).links
    form = blank(UndoLinkForm)
    if request.method == "POST":

        def act(sent: Form) -> str:
            work.undo_link(link_id, reason=sent.data["reason"], actor=actor, now=now, session=session)
            flash("De band is ongedaan gemaakt.", "ok")
            return url_for("groepen.group_links", group_id=group_id)

        form, target = handled(UndoLinkForm, act, session=session)
        if target:
            return redirect(target, code=303)
    link = next((one for one in links if one.id == link_id), None)
    if link is None:
        return redirect(url_for("groepen.group_links", group_id=group_id))
    return render_template(
        "observing/undo_group_link.html", group=group, form=form, link=link, link_words=LINK_WORDS
    ), 400 if form.errors else 200


@pages.route("/plaatsen", allow=STREET, scope="eigen")
def place_list(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """List the places within the actor's stadsdelen."""
    return render_template(
        "observing/place_list.html",
        places=work.visible_places(actor=actor, session=session),
        may_place=actor.has(*PLACERS),
    )


@pages.route("/plaatsen/nieuw", allow=PLACERS, scope="eigen", methods=("GET", "POST"))
def new_place(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Put a new place on the map."""
    form = blank(PlaceForm)
    if request.method == "POST":

        def act(sent: Form) -> str:
            work.create_place(
                sent.data["name"],
                PlaceKind(sent.data["kind"]),
                sent.data["lon"],
                sent.data["lat"],
                actor=actor,
                now=now,
                session=session,
            )
            flash("De plek is vastgelegd.", "ok")
            return url_for("groepen.place_list")

        form, target = handled(PlaceForm, act, session=session)
        if target:
            return redirect(target, code=303)
    return render_template(
        "observing/new_place.html",
        form=form,
        kinds=[(one.value, hoofdletter(woord(one.value))) for one in PlaceKind],
    ), 400 if form.errors else 200
