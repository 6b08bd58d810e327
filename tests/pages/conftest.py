"""A small city and a client that behaves like a person with a browser and checks every page it gets.

``app`` is named as pytest-flask wants it, so its ``client`` and ``live_server`` fixtures work on it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.test import TestResponse

from shortlist.app import create_app
from shortlist.guarding.audit import record, watch
from shortlist.guarding.roles import Actor, Organisation, Role
from shortlist.guarding.tables import Account, AccountRole, AccountStadsdeel, Stadsdeel
from shortlist.settings import Settings
from shortlist.storing.database import Database
from tests.pages.hygiene import check

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""A Monday at noon; every test's clock stands still here unless it moves ``Clock.now``."""
PASSWORD = "een-lang-wachtwoord"
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""A hash that is quick to check: its parameters travel with it."""
NOORD, ZUID = UUID(int=1), UUID(int=2)
"""The two stadsdelen: unit squares side by side, lon 5.0-5.1 and 5.1-5.2, lat 52.0-52.1."""


class Compiled(BytecodeCache):
    """Keeps templates that were compiled once for every later test's application; Jinja checks their source itself."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class City:
    """Who is there: one account per role in Noord (login = role), the same in Zuid (login = role + ``-zuid``)."""

    actors: Mapping[str, Actor]
    database: Database

    def actor(self, login: str) -> Actor:
        return self.actors[login]


ORGANISATION = {
    Role.JEUGDAGENT: Organisation.POLITIE,
    Role.JONGERENWERKER: Organisation.JONGERENWERK,
}
CITYWIDE = {Role.COORDINATOR_VTH, Role.TEAMLEIDER, Role.JEUGDBOA, Role.PRIVACY_OFFICER, Role.BEHEERDER}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def city(database: Database) -> City:
    """Fill the database with two stadsdelen and an account per role."""
    return small_city(database)


def small_city(database: Database) -> City:
    """Write two stadsdelen and an account per role in each."""
    actors = {}
    with database.writing() as session:
        watch(session)
        for place, (part, name) in enumerate(((NOORD, "Noord"), (ZUID, "Zuid"))):
            west = 5.0 + place / 10
            ring = [[west, 52.0], [west + 0.1, 52.0], [west + 0.1, 52.1], [west, 52.1], [west, 52.0]]
            session.add(Stadsdeel(id=part, name=name, boundary=ring))
        for part, suffix in ((NOORD, ""), (ZUID, "-zuid")):
            for role in Role:
                organisation = ORGANISATION.get(role, Organisation.GEMEENTE)
                citywide = role in CITYWIDE
                login = role.value + suffix
                account = Account(
                    login=login,
                    name=f"Fictieve {login}",
                    organisation=organisation.value,
                    citywide=citywide,
                    password_hash=_HASH,
                    created_at=NOW,
                )
                session.add(account)
                session.flush()
                session.add(AccountRole(account_id=account.id, role=role.value))
                session.add(AccountStadsdeel(account_id=account.id, stadsdeel_id=part))
                actors[login] = Actor(
                    account.id,
                    account.name,
                    organisation,
                    frozenset({role}),
                    frozenset({part}),
                    citywide,
                    "test",
                )
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
    return City(actors, database)


class Browser(FlaskClient):
    """A client that reads forms before it sends them and refuses to look at an untidy page."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
            whole = "HX-Request" not in response.request.headers
            problems = check(response.get_data(as_text=True), whole=whole)
            assert problems == [], f"{response.request.path}: {problems}"
        return response

    def tokens(self, page: str) -> dict[str, str]:
        """Return a form's hidden tokens from a page that has one, with a fresh write key."""
        html = self.get(page).get_data(as_text=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', html)
        assert found, f"{page} has no form"
        return {"csrf_token": found.group(1), "write_key": str(uuid4())}

    def submit(self, page: str, fields: Mapping[str, Any], *, to: str | None = None) -> TestResponse:
        """Open ``page``, fill in ``fields`` and send them to ``to`` (default: the page itself)."""
        return self.post(to or page, data={**self.tokens(page), **fields})

    def sign_in(self, login: str) -> None:
        """Sign in as an account of the small city."""
        if self.get_cookie("shortlist"):
            self.delete_cookie("shortlist")
        response = self.submit("/aanmelden", {"login": login, "password": PASSWORD})
        assert response.status_code == 303, response.get_data(as_text=True)


@pytest.fixture
def app(settings: Settings, city: City, clock: Clock) -> Flask:
    """Build the application on the small city, with a clock that stands still."""
    made = create_app(settings, city.database, clock)
    made.testing = True
    made.jinja_env.bytecode_cache = COMPILED
    made.test_client_class = Browser
    return made
