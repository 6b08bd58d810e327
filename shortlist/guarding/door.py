"""The door: every route goes through it, and default is deny.

``Pages.route`` declares who may use a route; there is no way to add one without saying so. The door opens one
transaction per request, finds out who is there, checks role, form token and write key, hands the view what it needs
as arguments (``actor``, ``now``, ``session``) and commits only what succeeded:

* GET: read-only, except that readings of personal data are logged in the same transaction (``personal=True``).
* POST: committed when the view answers with a redirect, rolled back otherwise. The client-made ``write_key`` of the
  form makes a repeated POST give the first one's answer instead of doing it twice.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, current_app, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from werkzeug.wrappers import Response

from shortlist.errors import BadInput, Forbidden, Refused
from shortlist.guarding.audit import require_audit, watch
from shortlist.guarding.roles import Actor, Role
from shortlist.guarding.tables import WriteKey
from shortlist.guarding.work import actor_of, finished_write, renew
from shortlist.settings import Settings
from shortlist.storing.database import Database, wait_for_turn

PUBLIC: frozenset[Role] = frozenset()
"""Marks a route that needs no sign-in (sign-in page, health)."""
EVERYBODY = frozenset(Role)
"""Anyone who is signed in."""
TOKEN = "aanmelding"  # noqa: S105 — the cookie field's name, not a secret
DOORS = "shortlist.doors"


@dataclass(frozen=True, slots=True)
class Door:
    """What a route declared."""

    endpoint: str
    rule: str
    allow: frozenset[Role]
    public: bool
    personal: bool
    scope: str
    """``stadsdeel`` (the object's stadsdeel is checked), ``stad`` (nothing of one stadsdeel) or ``eigen``."""


@dataclass(slots=True)
class House:
    """What the composition root built and the door needs."""

    database: Database
    settings: Settings
    clock: Callable[[], datetime]


def house() -> House:
    """Return the running application's house."""
    return cast(House, current_app.extensions["shortlist"])


def system_clock() -> datetime:
    """Return the present moment, aware, UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


class Pages:
    """A blueprint whose routes must declare who may use them."""

    def __init__(self, name: str, import_name: str, *, url_prefix: str | None = None) -> None:
        self.blueprint = Blueprint(name, import_name, url_prefix=url_prefix, template_folder="templates")
        self.doors: dict[str, Door] = {}

    def route(
        self,
        rule: str,
        *,
        allow: frozenset[Role],
        scope: str = "stadsdeel",
        personal: bool = False,
        methods: tuple[str, ...] = ("GET",),
    ) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
        """Register a view. ``allow`` is PUBLIC or the roles that may use it.

        The view is called with ``actor`` (absent on public routes), ``now``, ``session`` and the values in the rule.
        """

        def register(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
            name = view.__name__
            endpoint = f"{self.blueprint.name}.{name}"
            door = Door(endpoint, rule, allow, allow is PUBLIC, personal, scope)
            self.doors[endpoint] = door

            def guarded(**values: Any) -> ResponseReturnValue:
                return _pass(door, view, values)

            guarded.__name__ = name
            self.blueprint.add_url_rule(rule, name, guarded, methods=list(methods))
            return view

        return register


@contextmanager
def _transaction(write: bool) -> Iterator[Session]:
    database = house().database
    with database.writing() if write else database.reading() as session:
        yield watch(session)
        if not write:
            require_audit(session)


def current_actor(session: Session, now: datetime) -> Actor | None:
    """Return who is signed in on this request, or None."""
    token = cookie.get(TOKEN)
    if not isinstance(token, str):
        return None
    settings = house().settings
    found = actor_of(
        token,
        lifetime=timedelta(hours=settings.sign_in_hours),
        idle=timedelta(minutes=settings.idle_minutes),
        origin=request.remote_addr or "onbekend",
        trace_id=secrets.token_hex(16),
        now=now,
        session=session,
    )
    if found is None:
        cookie.pop(TOKEN, None)
        return None
    actor, due = found
    if due:
        request.environ["shortlist.renew"] = token
    return actor


class _Undone(Exception):
    """Carries an answer out of a transaction that must not be committed."""

    def __init__(self, answer: ResponseReturnValue) -> None:
        self.answer = answer


def _pass(
    door: Door, view: Callable[..., ResponseReturnValue], values: dict[str, Any]
) -> ResponseReturnValue:
    writing = request.method not in {"GET", "HEAD", "OPTIONS"}
    now = house().clock()
    try:
        with _transaction(writing or door.personal) as session:
            answer = _answer(door, view, values, writing=writing, now=now, session=session)
    except _Undone as undone:
        answer = undone.answer
    except IntegrityError as collision:
        raise Refused(
            "Iemand legde op hetzelfde moment iets vast dat hier niet naast kan bestaan. Er is niets opgeslagen; "
            "ga terug, ververs de pagina en kijk wat er nu staat."
        ) from collision
    token = request.environ.pop("shortlist.renew", None)
    if token is not None and cookie.get(TOKEN) == token:
        with _transaction(True) as session:
            renew(token, now=now, session=session)
    return answer


def _answer(
    door: Door,
    view: Callable[..., ResponseReturnValue],
    values: dict[str, Any],
    *,
    writing: bool,
    now: datetime,
    session: Session,
) -> ResponseReturnValue:
    actor = current_actor(session, now)
    request.environ["shortlist.actor"] = actor
    if door.public:
        answer = view(now=now, session=session, **values)
    else:
        if actor is None:
            raise _Undone(_to_sign_in())
        if not actor.has(*door.allow):
            raise Forbidden("Uw rol geeft geen toegang tot deze pagina.")
        if not writing:
            return view(actor=actor, now=now, session=session, **values)
        key = _write_key()
        wait_for_turn(session, key)
        earlier = finished_write(key, actor=actor, session=session)
        if earlier is not None:
            return _replayed(earlier)
        answer = view(actor=actor, now=now, session=session, **values)
        location = _location(answer)
        if location is not None:
            session.add(
                WriteKey(
                    key=key,
                    account_id=actor.id,
                    endpoint=door.endpoint,
                    body_hash=_body_hash(),
                    at=now,
                    location=location,
                )
            )
    if writing and _location(answer) is None and not session.info.get("keep"):
        raise _Undone(answer)
    return answer


def keep(session: Session) -> None:
    """Have the transaction committed although the answer is not a redirect (a counted failed sign-in)."""
    session.info["keep"] = True


def _to_sign_in() -> Response:
    target = request.full_path.rstrip("?") if request.method == "GET" else url_for("werk.home")
    return redirect(url_for("toegang.sign_in_page", naar=target), code=303)


def _location(answer: ResponseReturnValue) -> str | None:
    if isinstance(answer, Response) and 300 <= answer.status_code < 400:
        return answer.location
    return None


def _write_key() -> UUID:
    raw = request.form.get("write_key", "")
    try:
        return UUID(raw)
    except ValueError:
        raise BadInput(
            "Dit formulier mist zijn sleutel. Ga terug, ververs de pagina en verstuur het opnieuw."
        ) from None


def _body_hash() -> str:
    fields = sorted((k, v) for k, v in request.form.items(multi=True) if k not in {"csrf_token", "write_key"})
    return hashlib.sha256(repr((request.path, fields)).encode()).hexdigest()


def _replayed(earlier: WriteKey) -> Response:
    if earlier.body_hash != _body_hash():
        raise Refused(
            "Dit formulier is al eerder verstuurd, met andere inhoud. Open het opnieuw om nog iets vast te leggen."
        )
    return redirect(earlier.location, code=303)
