"""Alembic's environment: runs migrations on the connection that ``storing.schema`` passes in."""

from typing import Any, Literal

import sqlmodel
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, String

from shortlist.storing.columns import UtcDateTime


def _plain(kind: str, thing: Any, _: AutogenContext) -> str | Literal[False]:
    """Write migrations in SQLAlchemy's own types, so that they stay true when our classes change."""
    if kind != "type":
        return False
    if isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(thing, sqlmodel.AutoString | String):
        return f"sa.String(length={thing.length})"
    if isinstance(thing, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=sqlmodel.SQLModel.metadata,
    render_as_batch=True,
    render_item=_plain,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
