"""Pages of observations: a new one on the phone, one by itself with its history, correcting it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from shortlist.errors import Forbidden, Refused
from shortlist.guarding.door import Pages, keep
from shortlist.guarding.roles import STREET, Actor
from shortlist.observing import work
from shortlist.observing.gatherings.words import sighting_view
from shortlist.observing.schemas import MOST_PEOPLE, CorrectionForm, GatheringForm
from shortlist.observing.tables import Capacity, GroupState, PlaceKind, RoleSeen, Source
from shortlist.showing.dutch import local_value
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.words import hoofdletter

pages = Pages("waarnemingen", __name__)
OBSERVERS = frozenset(work.OBSERVERS)
MOST_SHOWN = 2 * MOST_PEOPLE
"""So many rows of people are shown again after a mistake; more than that nobody types."""
ROWS = 8
"""Rows for persons on a fresh form; 'meer regels' adds as many."""
MORE = "meer"
"""Name of the button that asks for more rows; nothing is stored then."""


def _allowed(group_id: UUID, *, session: Session) -> bool:
    found: work.ListAllowed = current_app.extensions["shortlist.member_list_allowed"]
    return found(group_id, session=session)


def _filled_rows(form: Form) -> list[int]:
    """Return the numbers of the person rows in which something was typed."""
    rows = {
        int(name.split(".")[1])
        for name, value in form.values.items()
        if name.startswith("present.") and name.split(".")[1].isdigit() and str(value).strip()
    }
    return sorted(rows)


def _noted(form: Form) -> work.Noted:
    data = form.data
    source = Source(data["source"])
    spot = None
    if data["lon"] is not None and data["lat"] is not None:
        spot = work.NewPlace(data["place_name"], data["lon"], data["lat"])
    return work.Noted(
        id=data["id"],
        group_id=data["group"],
        place_id=data["place"],
        new_place=spot,
        started_at=data["started_at"],
        duration_minutes=data["duration_minutes"],
        effort_minutes=data["effort_minutes"] if source is Source.GEZIEN else 0,
        seen_count=data["seen_count"],
        source=source,
        hearsay=data["hearsay"] or source is Source.GEHOORD,
        items=tuple(item for ticked in data["items"].values() for item in ticked),
        feit=data["feit"],
        oordeel=data["oordeel"],
        under_twelve=data["under_twelve"],
        present=tuple(
            work.PersonNoted(
                row["pseudonym"],
                Capacity(row["capacity"]),
                RoleSeen(row["role_seen"]) if row["role_seen"] else None,
                row["feit"],
            )
            for row in data["present"]
        ),
        new_pseudonyms=data["new_pseudonyms"],
    )


def _at_form_rows(fields: Mapping[str, str], rows: list[int]) -> dict[str, str]:
    """Bring messages about the n-th person back to the row in which that person was typed."""
    found = {}
    for name, message in fields.items():
        steps = name.split(".")
        if steps[0] == "present" and len(steps) == 3:
            steps[1] = str(rows[int(steps[1])])
        found[".".join(steps)] = message
    return found


def _sent(schema: type[GatheringForm]) -> Form:
    typed = MultiDict((name, value) for name, value in request.form.items(multi=True) if name != MORE)
    return read_form(schema, typed)


def _group_of(form: Form) -> UUID | None:
    try:
        return UUID(form.value("group"))
    except ValueError:
        return None


def _form_page(
    template: str,
    form: Form,
    *,
    actor: Actor,
    now: datetime,
    session: Session,
    status: int = 200,
    **more: Any,
) -> ResponseReturnValue:
    """Show the form with what was typed; known pseudonyms only where persons may be noted (that reading is kept)."""
    chosen = _group_of(form)
    groups = work.group_names(actor=actor, session=session)
    group = next((one for one in groups if one.id == chosen), None)
    several = len({one.stadsdeel_id for one in groups}) > 1
    may_name = actor.has(*work.MEMBER_VIEWERS)
    listed = group is not None and may_name and _allowed(group.id, session=session)
    members: list[work.Member] = []
    if group is not None and listed:
        members = work.members_of(group.id, on=work.today(now), actor=actor, now=now, session=session)
        if request.method == "POST":
            keep(session)
    places = work.visible_places(
        stadsdeel_id=group.stadsdeel_id if group else None, actor=actor, session=session
    )
    usual = set()
    if group is not None:
        dated = work.facts_of(group.id, actor=actor, session=session).places
        usual = {one.place_id for one in dated if one.valid_until is None}
    several_places = len({place.stadsdeel_id for place in places}) > 1
    rows = min(MOST_SHOWN, max([ROWS, *(row + 1 for row in _filled_rows(form))]))
    if request.form.get(MORE):
        rows = min(MOST_PEOPLE, rows + ROWS)
    page = render_template(
        template,
        form=form,
        group=group,
        groups=[
            (one.id, f"{one.name} ({one.stadsdeel})" if several else one.name)
            for one in groups
            if one.state is not GroupState.GESLOTEN or one.id == chosen
        ],
        places=[
            (place.id, f"{place.name} ({place.stadsdeel})" if several_places else place.name)
            for place in sorted(places, key=lambda place: place.id not in usual)
            if place.kind is not PlaceKind.BASIS
        ],
        blocks=work.seen_blocks(),
        capacities=[(one.value, hoofdletter(one.value)) for one in Capacity],
        roles=[(one.value, hoofdletter(one.value)) for one in RoleSeen],
        members=members,
        may_name=may_name,
        listed=listed or bool(_filled_rows(form)),
        rows=rows,
        people_typed=bool(_filled_rows(form) or request.form.get(MORE)),
        most=MOST_PEOPLE,
        latest=local_value(now),
        **more,
    )
    return page, status


@pages.route("/waarnemingen/nieuw", allow=OBSERVERS, scope="eigen", personal=True, methods=("GET", "POST"))
def new_gathering(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Note an observation: short, for a phone in the street."""
    if request.method == "GET":
        form = blank(
            values={
                "id": uuid4(),
                "started_at": local_value(now),
                "source": Source.GEZIEN.value,
                **_prefill(actor=actor, session=session),
            }
        )
        return _form_page("observing/new_gathering.html", form, actor=actor, now=now, session=session)
    form = _sent(GatheringForm)
    if request.form.get(MORE):
        form = Form(values=form.values, labels=form.labels)
    elif form.valid:
        rows = _filled_rows(form)
        try:
            noted = _noted(form)
            stored = work.note_gathering(
                noted, member_list_allowed=_allowed, actor=actor, now=now, session=session
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, _at_form_rows(refusal.fields, rows))
        else:
            return redirect(_stored(stored, noted), code=303)
    status = 200 if form.valid else 400
    return _form_page(
        "observing/new_gathering.html", form, actor=actor, now=now, session=session, status=status
    )


def _prefill(*, actor: Actor, session: Session) -> dict[str, str]:
    """Take group and place from the address when they are the actor's to see."""
    found: dict[str, str] = {}
    group_id = request.args.get("groep", type=UUID)
    if group_id is not None:
        group = work.get_group(group_id, actor=actor, session=session)
        found["group"] = str(group.id)
        places = work.facts_of(group.id, actor=actor, session=session).places
        present = [one for one in places if one.valid_until is None]
        if len(present) == 1:
            found["place"] = str(present[0].place_id)
    place_id = request.args.get("plek", type=UUID)
    if place_id is not None:
        found["place"] = str(place_id)
    return found


def _stored(gathering_id: UUID, noted: work.Noted) -> str:
    flash("De waarneming is opgeslagen.", "ok")
    if noted.under_twelve:
        flash(work.CHILDREN, "warning")
    if noted.group_id is not None:
        return url_for("groepen.group_page", group_id=noted.group_id)
    return url_for("waarnemingen.gathering_page", gathering_id=gathering_id)


@pages.route("/waarnemingen/<uuid:gathering_id>", allow=STREET, personal=True)
def gathering_page(
    *, gathering_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Show one observation with its earlier versions."""
    versions = work.get_gathering(gathering_id, actor=actor, now=now, session=session)
    views = [sighting_view(one, actor=actor) for one in versions]
    group = None
    if versions[0].group_id is not None:
        group = work.get_group(versions[0].group_id, actor=actor, session=session)
    return render_template(
        "observing/gathering_page.html",
        view=views[0],
        earlier=views[1:],
        group=group,
        successor=work.successor_of(gathering_id, session=session),
        labels=work.seen_items(),
        may_observe=actor.has(*work.OBSERVERS),
    )


@pages.route(
    "/waarnemingen/<uuid:gathering_id>/verbeteren", allow=OBSERVERS, personal=True, methods=("GET", "POST")
)
def correct_gathering(
    *, gathering_id: UUID, actor: Actor, now: datetime, session: Session
) -> ResponseReturnValue:
    """Replace an observation by a corrected one; the old version stays readable."""
    if request.method == "GET":
        old = work.get_gathering(gathering_id, actor=actor, now=now, session=session)[0]
        successor = work.successor_of(gathering_id, session=session)
        if successor is not None:
            return redirect(url_for("waarnemingen.gathering_page", gathering_id=successor))
        if not sighting_view(old, actor=actor).may_correct:
            raise Forbidden("Alleen wie de waarneming deed of de veiligheidsmanager kan haar verbeteren.")
        form = _as_form(old)
        return _form_page(
            "observing/correct_gathering.html",
            form,
            actor=actor,
            now=now,
            session=session,
            gathering_id=gathering_id,
        )
    form = _sent(CorrectionForm)
    if request.form.get(MORE):
        form = Form(values=form.values, labels=form.labels)
    elif form.valid:
        rows = _filled_rows(form)
        try:
            noted = _noted(form)
            stored = work.correct_gathering(
                gathering_id,
                noted,
                reason=form.data["correction_reason"],
                member_list_allowed=_allowed,
                actor=actor,
                now=now,
                session=session,
            )
        except Refused as refusal:
            session.rollback()
            form = form.refused(refusal.message, _at_form_rows(refusal.fields, rows))
        else:
            flash("De verbetering is opgeslagen. De oude versie blijft leesbaar.", "ok")
            return redirect(url_for("waarnemingen.gathering_page", gathering_id=stored), code=303)
    return _form_page(
        "observing/correct_gathering.html",
        form,
        actor=actor,
        now=now,
        session=session,
        status=200 if form.valid else 400,
        gathering_id=gathering_id,
    )


def _as_form(old: work.Sighting) -> Form:
    return blank(
        values={
            "id": uuid4(),
            "group": old.group_id,
            "place": old.place_id,
            "started_at": local_value(old.started_at),
            "duration_minutes": old.duration_minutes,
            "effort_minutes": old.effort_minutes,
            "seen_count": old.seen_count,
            "source": old.source,
            "hearsay": old.hearsay,
            "items": {
                block.id: [item for item, _, _ in block.items if item in old.items]
                for block in work.seen_blocks()
            },
            "feit": old.feit,
            "oordeel": old.oordeel,
            "under_twelve": old.under_twelve,
            "present": [
                {
                    "pseudonym": one.noted_as,
                    "capacity": one.capacity,
                    "role_seen": one.role_seen,
                    "feit": one.feit,
                }
                for one in old.present
            ],
        }
    )
