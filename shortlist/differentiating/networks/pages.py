"""Pages of networks: the picture of an area per window, and the persons in it for who may see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.differentiating.networks import work
from shortlist.differentiating.networks.schemas import RefreshForm
from shortlist.errors import BadInput
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.guarding.work import stadsdelen_of
from shortlist.observing.work import MEMBER_VIEWERS
from shortlist.showing import graphs
from shortlist.showing.forms import Form, read_form
from shortlist.showing.words import datum, meervoud

pages = Pages("netwerken", "shortlist.differentiating")
READERS = frozenset(work.READERS)
MEMBERS = frozenset(MEMBER_VIEWERS)
_CITY = "stad"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    area: UUID | None
    """None: the whole city."""
    name: str
    window: int | None
    page: int
    choices: list[tuple[str, str]]

    def values(self, **changes: Any) -> dict[str, Any]:
        """Return the address's values, with changes; what is not said is left out."""
        found = {"stadsdeel": str(self.area or _CITY), "venster": self.window, "pagina": self.page} | changes
        return {
            name: value for name, value in found.items() if value not in (None, "", 1) or name == "venster"
        }


def _asked(actor: Actor, session: Session) -> Asked:
    """Read the address; without a stadsdeel it is the whole city, or the first stadsdeel somebody works in."""
    parts = stadsdelen_of(actor, session=session)
    choices = [(str(part.id), part.name) for part in parts]
    if actor.citywide:
        choices.insert(0, (_CITY, "Hele stad"))
    if not choices:
        raise BadInput("U werkt nog in geen stadsdeel. Vraag de beheerder om u er een te geven.")
    wanted = request.args.get("stadsdeel", choices[0][0])
    try:
        area = None if wanted == _CITY else UUID(wanted)
    except ValueError:
        raise BadInput("Dit stadsdeel bestaat niet. Kies een stadsdeel uit de lijst.") from None
    work.require_area(area, actor)
    return Asked(
        area,
        dict(choices).get(wanted, "Hele stad"),
        request.args.get("venster", type=int),
        max(1, request.args.get("pagina", 1, type=int)),
        choices,
    )


def _window_words(line: work.WindowLine) -> str:
    return f"{datum(line.start)} tot {datum(line.end)}"


def _shown(asked: Asked, found: work.Picture, n: int, endpoint: str) -> dict[str, Any]:
    """Return what both pages show of a window: where it lies, and how to go to another one."""
    number = found.current.number

    def to(**changes: Any) -> str:
        return url_for(endpoint, **asked.values(**changes))

    more = n > asked.page * work.MOST_DRAWN
    return {
        "asked": asked,
        "found": found,
        "window": _window_words(found.current),
        "windows": [_window_words(one) for one in found.windows],
        "form": Form(values={"stadsdeel": str(asked.area or _CITY), "venster": str(number)}),
        "endpoint": endpoint,
        "earlier": to(venster=number - 1, pagina=1) if number > 0 else "",
        "later": to(venster=number + 1, pagina=1) if number + 1 < len(found.windows) else "",
        "previous": to(venster=number, pagina=asked.page - 1) if asked.page > 1 else "",
        "following": to(venster=number, pagina=asked.page + 1) if more else "",
    }


@pages.route("/netwerken", allow=READERS, scope="eigen")
def picture(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the groups of an area in one window, what they had with each other and what happened; no persons."""
    asked = _asked(actor, session)
    found = work.picture_of(asked.area, window=asked.window, page=asked.page, actor=actor, session=session)
    may = {"sees_persons": actor.has(*MEMBERS), "asks": actor.has(*MEMBERS)}
    if found is None:
        return render_template("differentiating/network_empty.html", asked=asked, **may)
    return render_template(
        "differentiating/network.html",
        **_shown(asked, found, found.n_dots, "netwerken.picture"),
        graph=_graph(found),
        **may,
    )


def _graph(found: work.Picture) -> graphs.Graph:
    dots = [
        graphs.Dot(
            dot.id,
            dot.label,
            dot.n_persons,
            "known" if dot.known else "fluid",
            bool(dot.events),
            url_for("groepen.group_page", group_id=UUID(dot.id)) if dot.known else "",
            f"{meervoud(dot.n_persons, 'persoon', 'personen')}, {dot.n_gatherings} keer samen gezien, {dot.firmness}",
        )
        for dot in found.dots
    ]
    named = {dot.id: dot.label for dot in found.dots}
    edges = [
        graphs.Edge(
            line.a,
            line.b,
            line.gatherings,
            line.mixes,
            f"{named[line.a]} en {named[line.b]}: {line.told}",
        )
        for line in found.lines
    ]
    return graphs.graph(dots, edges)


@pages.route("/netwerken/personen", allow=MEMBERS, scope="eigen", personal=True)
def persons(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show who was seen in the groups of a window, by pseudonym, and who moves in two groups."""
    asked = _asked(actor, session)
    seen = work.persons_of(
        asked.area, window=asked.window, page=asked.page, actor=actor, now=now, session=session
    )
    if seen is None:
        return render_template(
            "differentiating/network_empty.html", asked=asked, sees_persons=True, asks=True
        )
    return render_template(
        "differentiating/network_persons.html",
        **_shown(asked, seen.picture, seen.n_communities, "netwerken.persons"),
        communities=seen.communities,
        of_two=seen.of_two,
    )


@pages.route("/netwerken/vernieuwen", allow=MEMBERS, scope="eigen", methods=("POST",))
def refresh(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Queue a new computation of an area."""
    form = read_form(RefreshForm, request.form)
    if not form.valid:
        raise BadInput("Dit stadsdeel bestaat niet. Kies een stadsdeel uit de lijst.")
    area = form.data["stadsdeel"]
    if work.ask_anew(area, actor=actor, now=now, session=session):
        flash("Het netwerk wordt opnieuw berekend. Ververs deze pagina over een halve minuut.", "info")
    else:
        flash(
            "Het netwerk van dit gebied wordt al berekend. Ververs deze pagina over een halve minuut.", "info"
        )
    return redirect(url_for("netwerken.picture", stadsdeel=str(area or _CITY)), code=303)
