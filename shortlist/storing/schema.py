"""The database's schema: migrate it by command, and refuse to work on one that is behind or ahead."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from shortlist.errors import Broken
from shortlist.storing.database import Database

_SCRIPTS = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("path_separator", "os")
    return config


def newest() -> str:
    """Return the newest revision that this program knows."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise Broken("De migraties ontbreken in dit programma: installeer het opnieuw.")
    return head


def current(database: Database) -> str | None:
    """Return the revision that the database is at, None for a database without our tables."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(database: Database, revision: str = "head") -> tuple[str | None, str | None]:
    """Bring the database to ``revision`` in one transaction and return (before, after)."""
    before = current(database)
    config = _config()
    with database.engine.execution_options(shortlist_writing=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return before, current(database)


def write_migration(database: Database, message: str, number: str) -> None:
    """Write migration ``number`` (four digits) from the difference between tables and a migrated database."""
    config = _config()
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message=message, autogenerate=True, rev_id=number)


def require_current(database: Database) -> None:
    """Refuse a database whose schema is not exactly ours.

    Raises:
        Broken: never migrated, behind, or ahead of this program.
    """
    found, ours = current(database), newest()
    if found == ours:
        return
    if found is None:
        raise Broken("De database is nog leeg. Voer eerst 'shortlist migrate' uit.")
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found in known:
        raise Broken(f"De database loopt achter (versie {found}). Voer 'shortlist migrate' uit.")
    raise Broken(
        f"De database is van een nieuwere Shortlist (versie {found}). Werk het programma bij of herstel een back-up."
    )
