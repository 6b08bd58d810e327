"""The page to take in figures from elsewhere."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.errors import BadInput
from shortlist.guarding.door import Pages
from shortlist.guarding.roles import Actor
from shortlist.reporting.sources import work
from shortlist.reporting.sources.figure_files import read_areas, read_offences, read_reports
from shortlist.reporting.sources.schemas import FiguresForm
from shortlist.showing.forms import blank, read_form
from shortlist.showing.words import meervoud

pages = Pages("cijfers", "shortlist.reporting")
IMPORTERS = frozenset(work.IMPORTERS)
SHOWN = 20
"""Faulty rows shown; the number of all is told."""


def _take(data: dict[str, object], *, actor: Actor, now: datetime, session: Session) -> work.Taken:
    upload, areas = data["file"], data["areas"]
    name, content = str(upload.filename), upload.read()  # type: ignore[attr-defined]  # werkzeug's upload
    if data["kind"] == "meldingen":
        rows, faults = read_reports(content, file=name)
        return work.take_reports(rows, faults, actor=actor, now=now, session=session)
    if areas is None:
        raise BadInput(
            "politiecijfers vragen ook een bestand met gebieden (gebied, stadsdeel).", where=(name,)
        )
    placed = read_areas(areas.read(), file=str(areas.filename))  # type: ignore[attr-defined]  # as above
    figures, faults = read_offences(content, file=name)
    return work.take_offences(figures, faults, placed, actor=actor, now=now, session=session)


@pages.route("/cijfers-inlezen", allow=IMPORTERS, scope="stad", methods=("GET", "POST"))
def take_in(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Take in a file whole, or nothing of it: rows that do not fit are named."""
    form, status, taken = blank(FiguresForm), 200, None
    if request.method == "POST":
        form, status = read_form(FiguresForm, request.form, request.files), 400
        if form.valid:
            try:
                taken = _take(dict(form.data), actor=actor, now=now, session=session)
            except BadInput as fault:
                session.rollback()
                form = form.refused("", {"file": fault.message})
        if taken is not None and not taken.faults:
            new, known = meervoud(taken.added, "nieuwe regel", "nieuwe regels"), taken.known
            elsewhere = f"; {taken.elsewhere} van andere gebieden overgeslagen" if taken.elsewhere else ""
            flash(f"Ingelezen: {new}; {known} al bekend{elsewhere}.", "ok")
            return redirect(url_for("cijfers.take_in"), code=303)
        if taken is not None:
            session.rollback()
    return render_template(
        "reporting/figures.html", form=form, taken=taken, shown=SHOWN, held=work.held(session=session)
    ), status
