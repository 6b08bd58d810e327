"""Column types and constraints that every table shares."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, DateTime, Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. A naive datetime is refused at the flush."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into what the database stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stored moment its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
"""JSON text on SQLite, JSONB on PostgreSQL."""

PERSONAL: dict[str, Any] = {"info": {"personal": True}}
"""Last entry of ``__table_args__`` of a table with personal data: reading it demands an audit row."""


def one_of(column: str, values: type[StrEnum] | Iterable[str]) -> CheckConstraint:
    """Return a CHECK that ``column`` holds one of ``values``."""
    words = ", ".join(f"'{value!s}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")


def between(column: str, low: float, high: float) -> CheckConstraint:
    """Return a CHECK that ``column`` lies from ``low`` to ``high``, both included."""
    return CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=f"{column}_range")


def not_empty(column: str) -> CheckConstraint:
    """Return a CHECK that the text in ``column`` is more than white space."""
    return CheckConstraint(f"length(trim({column})) > 0", name=f"{column}_not_empty")


def plausible(column: str) -> CheckConstraint:
    """Return a CHECK against implausible moments: nothing before 2000 or after 2100."""
    return CheckConstraint(
        f"{column} >= '2000-01-01' AND {column} < '2100-01-01'", name=f"{column}_plausible"
    )
