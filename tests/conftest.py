"""Fixtures every suite shares: settings, a migrated database on SQLite and, when it answers, on PostgreSQL.

pytest-flask 1.3 pushes one request context around a test, so that two client calls would share ``flask.g``
(and Flask-WTF keeps its token there); ``_push_request_context`` below takes its place and pushes nothing.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

import shortlist.navigation  # noqa: F401 — imports every room's tables
from shortlist.errors import Broken
from shortlist.settings import Settings
from shortlist.storing import schema
from shortlist.storing.database import Database

POSTGRES = os.environ.get(
    "SHORTLIST_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
REQUIRED = set(filter(None, os.environ.get("SHORTLIST_REQUIRE", "").split(",")))
"""Suites that may not be skipped (``postgresql,browser``): ``.ci/run`` names them."""


def skip_or_fail(suite: str, why: str) -> None:
    """Skip a test whose surroundings are missing, or fail when ``SHORTLIST_REQUIRE`` names its suite."""
    if suite in REQUIRED:
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Replace pytest-flask's fixture of this name: no request context is shared between two client calls."""


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file that was migrated once; tests copy it."""
    path = tmp_path_factory.mktemp("migrated") / "empty.sqlite3"
    database = Database(f"sqlite:///{path}")
    schema.migrate(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def migrated_postgresql() -> Iterator[str]:
    """Yield the name of a migrated PostgreSQL database to use as a template; skip when no server answers."""
    server = Database(POSTGRES)
    try:
        server.check()
    except Broken as error:
        server.close()
        skip_or_fail("postgresql", f"geen PostgreSQL: {error.message}")
    name = f"shortlist_test_{uuid4().hex[:12]}"
    admin = server.engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    template = Database(server.url.set(database=name).render_as_string(hide_password=False))
    schema.migrate(template)
    template.close()
    yield name
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Yield an empty migrated database of each kind."""
    if request.param == "sqlite":
        file = tmp_path / "test.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        found = Database(f"sqlite:///{file}")
        yield found
        found.close()
        return
    template = request.getfixturevalue("migrated_postgresql")
    server = Database(POSTGRES)
    name = f"shortlist_test_{uuid4().hex[:12]}"
    admin = server.engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    found = Database(server.url.set(database=name).render_as_string(hide_password=False))
    yield found
    found.close()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings for a test: its own data folder, cookies over plain HTTP."""
    return Settings(
        data_folder=tmp_path,
        database_url="sqlite:///unused",
        secret_key="x" * 48,
        secure_cookies=False,
    )
