"""Alembic's environment: runs migrations on the connection that ``storing.schema`` passes in."""

from alembic import context
from sqlmodel import SQLModel

import shortlist.storing.columns  # noqa: F401 — sets the naming convention before anything is compared

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="columns.",
)
with context.begin_transaction():
    context.run_migrations()
