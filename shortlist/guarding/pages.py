"""Pages of signing in and out, and the privacy officer's log."""

from datetime import datetime
from urllib.parse import urlsplit

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from shortlist.guarding import work
from shortlist.guarding.door import EVERYBODY, PUBLIC, TOKEN, Pages, current_actor, house, keep
from shortlist.guarding.roles import Actor, Role
from shortlist.guarding.schemas import SignInForm
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.words import datumtijd

pages = Pages("toegang", __name__)
LOG_PAGE = 100
"""Audit rows on one page."""


def _safe_target(raw: str) -> str:
    parts = urlsplit(raw)
    inside = raw.startswith("/") and not raw.startswith(("//", "/\\")) and not parts.netloc
    return raw if inside else url_for("werk.home")


def _sign_in_form(form: Form, *, session: Session, status: int = 200) -> ResponseReturnValue:
    demo = work.demo_accounts(session=session) if house().settings.demo else []
    password = house().settings.demo_password
    return render_template(
        "guarding/sign_in.html", form=form, demo_accounts=demo, demo_password=password
    ), status


@pages.route("/aanmelden", allow=PUBLIC, scope="stad", methods=("GET", "POST"))
def sign_in_page(*, now: datetime, session: Session) -> ResponseReturnValue:
    """Show the sign-in form, or check what was typed in it."""
    if request.method == "GET":
        if current_actor(session, now) is not None:
            return redirect(url_for("werk.home"))
        return _sign_in_form(blank(SignInForm, {"naar": request.args.get("naar", "")}), session=session)
    form = read_form(SignInForm(), request.form)
    if not form.valid:
        return _sign_in_form(form, session=session, status=400)
    result = work.sign_in(
        form.data["login"],
        form.data["password"],
        origin=request.remote_addr or "onbekend",
        now=now,
        session=session,
    )
    if result.token is None:
        keep(session)
        return _sign_in_form(form.refused(result.message), session=session, status=400)
    cookie.clear()
    cookie[TOKEN] = result.token
    return redirect(_safe_target(form.data["naar"]), code=303)


@pages.route("/afmelden", allow=EVERYBODY, scope="eigen", methods=("POST",))
def sign_out_page(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """End the sign-in and forget the cookie."""
    work.sign_out(cookie[TOKEN], actor=actor, now=now, session=session)
    cookie.clear()
    return redirect(url_for("toegang.sign_in_page"), code=303)


@pages.route("/logboek", allow=frozenset({Role.PRIVACY_OFFICER}), scope="stad", personal=True)
def log_page(*, actor: Actor, now: datetime, session: Session) -> ResponseReturnValue:
    """Show who changed or read what, newest first."""
    before = request.args.get("voor", type=int)
    rows = work.audit_rows(actor=actor, before=before, limit=LOG_PAGE, now=now, session=session)
    older = rows[-1].seq if len(rows) == LOG_PAGE else None
    cells = [
        (row.seq, datumtijd(row.at), row.actor_name, row.action, row.object_kind, row.result, row.origin)
        for row in rows
    ]
    return render_template("guarding/log.html", cells=cells, older=older)
