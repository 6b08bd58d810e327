"""The composition root of the web: builds the Flask application from settings, rooms and a database."""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import uuid4

from flask import Flask, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from shortlist import assets, navigation
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.work import load_room_rules
from shortlist.errors import BadInput, Forbidden, NotFound, Refused, ShortlistError
from shortlist.guarding.door import House, system_clock
from shortlist.settings import Settings, secret_key
from shortlist.showing.install import install
from shortlist.showing.shell import Shell
from shortlist.storing.database import Database
from shortlist.storing.dated_yaml import Problem, Shelf, read_folder, stop_on

MAXIMUM_BODY = 5 * 1024 * 1024
"""Bytes of one request; the largest form is a questionnaire of some 10 kB."""
_STATUS: dict[type[ShortlistError], tuple[int, str]] = {
    NotFound: (404, "Niet gevonden"),
    Forbidden: (403, "Geen toegang"),
    Refused: (409, "Dit kan nu niet"),
    BadInput: (400, "Dit klopt niet"),
}
_log = logging.getLogger("shortlist")


def create_app(
    settings: Settings, database: Database | None = None, clock: Callable[[], datetime] = system_clock
) -> Flask:
    """Build the application. ``clock`` gives the present moment, aware and UTC.

    Raises:
        Broken: settings, rules or database are unusable; the message says which and how to mend it.
    """
    app = Flask("shortlist", static_folder=None, template_folder=None)
    app.config.update(
        SECRET_KEY=secret_key(settings),
        SESSION_COOKIE_NAME="__Host-shortlist" if settings.secure_cookies else "shortlist",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=MAXIMUM_BODY,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the sign-in; a form left open must not lose its text
        WTF_CSRF_SSL_STRICT=settings.secure_cookies,
    )
    app.extensions["shortlist"] = House(database or Database(settings.database_url), settings, clock)
    app.extensions["shortlist.rules"] = _rules(settings.rules_folder or assets.RULES)
    app.extensions["shortlist.shelf"] = _shelf(settings.rules_folder or assets.RULES)
    app.extensions["shortlist.models"] = assets.MODELS
    CSRFProtect(app)
    install(app)
    rooms = list(navigation.rooms())
    for pages in rooms:
        app.register_blueprint(pages.blueprint)
    app.extensions["shortlist.panels"] = navigation.panels
    app.extensions["shortlist.waiting"] = navigation.waiting
    app.extensions["shortlist.agenda"] = navigation.on_agenda
    app.extensions["shortlist.states"] = navigation.STATE_TABLES
    app.extensions["shortlist.capacity"] = navigation.CAPACITY
    app.extensions["shortlist.member_list_allowed"] = navigation.MEMBER_LIST_ALLOWED
    app.extensions["shortlist.approved_groups"] = navigation.APPROVED_GROUPS
    app.extensions["shortlist.procedures_of_group"] = navigation.PROCEDURES_OF_GROUP
    app.extensions["shortlist.doors"] = {
        endpoint: door for pages in rooms for endpoint, door in pages.doors.items()
    }
    _add_context(app, settings)
    _add_headers(app)
    _add_errors(app)
    return app


@cache
def _rules(folder: Path) -> Rules:
    return load_room_rules(folder)


@cache
def _shelf(folder: Path) -> Shelf:
    shelf = read_folder(folder, navigation.RULE_KINDS)
    missing = [
        Problem(str(folder), 1, f"er is geen bestand van de soort '{kind}'.", f"zet {kind}.yaml terug.")
        for kind in navigation.RULE_KINDS
        if not shelf.of_kind(kind)
    ]
    stop_on(shelf.problems or missing)
    return shelf


def _add_context(app: Flask, settings: Settings) -> None:
    def form_tokens() -> Markup:
        return Markup(  # noqa: S704 — both values are made by us from URL-safe alphabets
            f'<input type="hidden" name="csrf_token" value="{generate_csrf()}">'
            f'<input type="hidden" name="write_key" value="{uuid4()}">'
        )

    app.jinja_env.globals["form_tokens"] = form_tokens

    @app.context_processor
    def for_every_page() -> dict[str, object]:
        actor = request.environ.get("shortlist.actor")
        return {
            "actor": actor,
            "shell": Shell(
                signed_in=navigation.person(actor) if actor else None,
                places=navigation.menu(actor) if actor else (),
                fictief=settings.demo,
                home=url_for("werk.home"),
                sign_in=url_for("toegang.sign_in_page"),
                sign_out=url_for("toegang.sign_out_page"),
                about=url_for("duiding.about_rules") if actor else "",
            ),
        }


def _add_headers(app: Flask) -> None:
    def csp_nonce() -> str:
        nonce: str = request.environ.setdefault("shortlist.nonce", secrets.token_urlsafe(16))
        return nonce

    app.jinja_env.globals["csp_nonce"] = csp_nonce

    @app.after_request
    def headers(response: Response) -> Response:
        nonce = csp_nonce()
        response.headers["Content-Security-Policy"] = (
            f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
            "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(self)"
        if app.config["SESSION_COOKIE_SECURE"]:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint != "static" and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response


def _add_errors(app: Flask) -> None:
    def page(status: int, title: str, message: str) -> ResponseReturnValue:
        return render_template("showing/error.html", title=title, message=message, status=status), status

    @app.errorhandler(ShortlistError)
    def deliberate(error: ShortlistError) -> ResponseReturnValue:
        for kind, (status, title) in _STATUS.items():
            if isinstance(error, kind):
                return page(status, title, error.message)
        _log.error("broken", exc_info=error)
        return page(500, "Er ging iets mis", error.message)

    @app.errorhandler(CSRFError)
    def forged(_: CSRFError) -> ResponseReturnValue:
        return page(
            400,
            "Formulier verlopen",
            "Dit formulier hoort niet meer bij uw aanmelding. Ga terug, kopieer zo nodig wat u typte, "
            "ververs de pagina en verstuur het opnieuw.",
        )

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        words = {
            404: ("Niet gevonden", "Deze pagina bestaat niet. Ga terug of begin bij Mijn werk."),
            405: ("Dat kan hier niet", "Deze pagina kan zo niet worden gebruikt. Begin bij Mijn werk."),
            413: ("Te groot", "Wat u verstuurt is te groot. Verstuur het in delen."),
        }
        status = error.code or 500
        if status < 400:
            return error.get_response()
        title, message = words.get(
            status, ("Dit klopt niet", "Het verzoek is niet te begrijpen. Probeer het opnieuw.")
        )
        return page(status, title, message)

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> ResponseReturnValue:
        if app.testing:
            raise error
        _log.exception("unforeseen error on %s", request.path, exc_info=error)
        return page(
            500,
            "Er ging iets mis",
            "Er ging iets mis bij ons; er is niets opgeslagen. Probeer het over een minuut opnieuw.",
        )
