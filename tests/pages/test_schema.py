"""Tables and migrations agree; migrations run by command only; SQLite is durable."""

from pathlib import Path

import pytest
from sqlalchemy import Inspector, inspect, text
from sqlmodel import SQLModel

from shortlist.errors import Broken
from shortlist.storing import schema
from shortlist.storing.database import Database


def _described(inspector: Inspector) -> dict[str, object]:
    found: dict[str, object] = {}
    for table in sorted(inspector.get_table_names()):
        if table == "alembic_version":
            continue
        found[table] = {
            "columns": {c["name"]: (str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)},
            "checks": {c["name"]: c["sqltext"] for c in inspector.get_check_constraints(table)},
            "uniques": {u["name"]: tuple(u["column_names"]) for u in inspector.get_unique_constraints(table)},
            "foreign": {
                f["name"]: (tuple(f["constrained_columns"]), f["referred_table"])
                for f in inspector.get_foreign_keys(table)
            },
            "indexes": {i["name"]: tuple(i["column_names"]) for i in inspector.get_indexes(table)},
            "key": inspector.get_pk_constraint(table)["name"],
        }
    return found


def test_migrations_and_tables_give_the_same_schema(database: Database) -> None:
    migrated = _described(inspect(database.engine))
    with database.engine.begin() as connection:
        SQLModel.metadata.drop_all(connection)
        SQLModel.metadata.create_all(connection)
    assert migrated == _described(inspect(database.engine))
    assert len(migrated) > 35


def test_every_constraint_has_a_name(database: Database) -> None:
    for table, described in _described(inspect(database.engine)).items():
        assert isinstance(described, dict)
        for kind in ("checks", "uniques", "foreign"):
            assert None not in described[kind], f"{table} has an unnamed constraint"


def test_migrating_again_changes_nothing(database: Database) -> None:
    assert schema.migrate(database) == (schema.newest(), schema.newest())
    schema.require_current(database)


def test_an_empty_database_is_refused_until_migrated(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'leeg.sqlite3'}")
    with pytest.raises(Broken, match="shortlist migrate"):
        schema.require_current(database)
    assert inspect(database.engine).get_table_names() == []
    database.close()


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Broken, match="nieuwere Shortlist"):
        schema.require_current(database)


def test_sqlite_writes_ahead_with_full_synchronisation_and_foreign_keys(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'duurzaam.sqlite3'}")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    database.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("geen adres", "is geen databaseadres"),
        ("sqlite://", "noem een bestand"),
        ("oracle://x/y", "stuurprogramma"),
        ("postgresql://nobody@127.0.0.1:1/x", "antwoordt niet"),
        ("sqlite:////bestaat-niet/map/x.sqlite3", "antwoordt niet"),
    ],
)
def test_a_wrong_database_address_gives_one_clear_line(url: str, said: str) -> None:
    with pytest.raises(Broken, match=said) as error:
        Database(url).check()
    assert "\n" not in error.value.message
