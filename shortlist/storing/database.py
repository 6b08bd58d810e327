"""The database: one engine, transactions that either read or write, SQLite with full durability.

Source of the SQLite settings: design/quality.md, "Durability" (450 simulated power losses: ``FULL`` lost no
acknowledged write) and "Measured traps" (several writers starve on ``busy_timeout`` alone; taking turns does not).
"""

import fcntl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from shortlist.errors import Broken, Refused

_BUSY_MILLISECONDS = 15_000


class Turns:
    """Lets writers to one SQLite file take turns: threads by a lock, processes by a lock file beside it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._threads = threading.Lock()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the writer's turn."""
        with self._threads:
            if self._path is None:
                yield
                return
            with self._path.open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield


def _on_sqlite_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_MILLISECONDS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("shortlist_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


class Database:
    """Opens transactions on one database.

    ``reading()`` yields a session whose changes are never committed; ``writing()`` commits when the block ends
    without an exception and rolls back otherwise.
    """

    def __init__(self, url: str) -> None:
        self.url = _parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = self._engine()
        file = self.url.database if self.is_sqlite else None
        self._turns = Turns(Path(file).with_name(Path(file).name + ".turn") if file else None)
        self._writer = self.engine.execution_options(shortlist_writing=True)

    def _engine(self) -> Engine:
        try:
            if not self.is_sqlite:
                return create_engine(self.url, pool_pre_ping=True)
            if not self.url.database:
                raise Broken(
                    "Een SQLite-database in het geheugen kan niet: noem een bestand in SHORTLIST_DATABASE_URL."
                )
            engine = create_engine(self.url, connect_args={"check_same_thread": False})
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise Broken(
                f"SHORTLIST_DATABASE_URL: het stuurprogramma voor '{self.url.drivername}' ontbreekt. "
                "Gebruik sqlite:///bestand of postgresql+psycopg://… (installeer dan shortlist[postgresql])."
            ) from error
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
        return engine

    def check(self) -> None:
        """Prove that the database answers.

        Raises:
            Broken: it does not; one line with the address (without password) and the remedy.
        """
        shown = self.url.render_as_string(hide_password=True)
        try:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except (OperationalError, ProgrammingError) as error:
            cause = str(error.orig).strip().splitlines()[0] if error.orig else "onbekende oorzaak"
            raise Broken(
                f"De database {shown} antwoordt niet: {cause}. "
                "Controleer SHORTLIST_DATABASE_URL en of de database draait of de map bestaat."
            ) from error

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session of which nothing is kept."""
        with Session(self.engine, autoflush=False) as session:
            session.info["writing"] = False
            yield session
            session.rollback()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session that is committed at the end of the block, or rolled back by an exception."""
        if self.is_sqlite:
            with self._turns.taken(), self._transaction(self._writer) as session:
                yield session
        else:
            with self._transaction(self.engine) as session:
                yield session

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Session]:
        with Session(engine, autoflush=True, expire_on_commit=False) as session:
            session.info["writing"] = True
            yield session
            session.commit()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def wait_for_turn(session: Session, key: UUID) -> None:
    """Let transactions that name the same key follow one another: the second sees all that the first committed.

    Writers to SQLite follow one another in any case. On PostgreSQL this is an advisory lock until the end of the
    transaction; two keys that share their 64 bits only wait a little longer.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(key.bytes[:8], signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))


def flush_or_refuse(session: Session, message: str, *, fields: Mapping[str, str] | None = None) -> None:
    """Write what is pending, or refuse: somebody else just wrote what cannot stand beside it.

    The constraints of the tables decide that, so that of two who act at once the second is told.
    """
    try:
        session.flush()
    except IntegrityError as collision:
        raise Refused(message, fields=fields) from collision


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Broken(
            f"SHORTLIST_DATABASE_URL={url!r} is geen databaseadres. "
            "Voorbeeld: sqlite:///var/shortlist.sqlite3 of postgresql+psycopg://gebruiker@server/shortlist."
        ) from error
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed
