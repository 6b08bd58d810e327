"""The audit log: one mechanism for every change and every reading of personal data.

A use case calls ``record`` in its own transaction. Two listeners, put on every session by ``watch``, make forgetting
impossible: a transaction that changed rows or read a table marked personal, without an audit row, does not commit
(fail closed). Source of the duty: Wpg art. 32a (logging of changes and consultations); design/quality.md.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, event, select, text
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql import visitors
from sqlmodel import Session, col

from shortlist.guarding.roles import Actor
from shortlist.guarding.tables import AuditRow

START = "0" * 64
"""The hash before the first row."""
_LOCK = 7_352_001
"""Key of PostgreSQL's advisory lock that lets appenders take turns."""
UNLOGGED = "not_personal"
"""Execution option on a select: why this use of a personal table yields nothing about persons."""


class AuditMissing(RuntimeError):
    """A transaction would have gone unlogged: a fault in our own code, so nothing is committed."""


def _row_hash(row: AuditRow) -> str:
    body = {
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(),
        "actor": str(row.actor_id) if row.actor_id else None,
        "name": row.actor_name,
        "action": row.action,
        "kind": row.object_kind,
        "object": str(row.object_id) if row.object_id else None,
        "result": row.result,
        "origin": row.origin,
        "reason": row.reason,
        "trace": row.trace_id,
        "details": row.details,
        "previous": row.previous_hash,
    }
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def record(
    session: Session,
    *,
    actor: Actor | None,
    action: str,
    object_kind: str,
    object_id: UUID | None = None,
    now: datetime,
    result: str = "gelukt",
    reason: str | None = None,
    details: Mapping[str, Any] | None = None,
    origin: str = "",
) -> None:
    """Append one audit row in the caller's transaction.

    ``action`` is a Dutch verb phrase such as ``waarneming vastgelegd`` or ``groep gelezen``. ``details`` holds ids and
    counts, never free text about persons.
    """
    if not session.info.get("writing"):
        raise AuditMissing(
            f"'{action}' was to be logged in a transaction that keeps nothing: declare personal=True"
        )
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = (
        session.connection()
        .execute(select(col(AuditRow.seq), col(AuditRow.hash)).order_by(col(AuditRow.seq).desc()).limit(1))
        .first()
    )
    row = AuditRow(
        seq=last.seq + 1 if last else 1,
        at=now,
        actor_id=actor.id if actor else None,
        actor_name=actor.name if actor else "systeem",
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        result=result,
        origin=(actor.origin if actor else origin) or "onbekend",
        reason=reason,
        trace_id=actor.trace_id if actor else "",
        details=dict(details or {}),
        previous_hash=last.hash if last else START,
        hash=START,
    )
    row.hash = _row_hash(row)
    session.connection().execute(AuditRow.__table__.insert().values(**row.model_dump()))  # type: ignore[attr-defined]  # SQLModel does not type __table__
    session.info["audited"] = True


def verify(session: Session) -> tuple[int, int | None]:
    """Walk the chain; return (rows read, seq of the first row that does not fit or None)."""
    previous, expected, count = START, 1, 0
    query = select(AuditRow).order_by(col(AuditRow.seq)).execution_options(yield_per=1000)
    with closing(session.execute(query).scalars()) as rows:
        for row in rows:
            count += 1
            if row.seq != expected or row.previous_hash != previous or row.hash != _row_hash(row):
                return count, row.seq
            previous, expected = row.hash, expected + 1
    return count, None


def _personal_tables(statement: Any) -> bool:
    return any(isinstance(part, Table) and part.info.get("personal") for part in visitors.iterate(statement))


def _note_reading(state: ORMExecuteState) -> None:
    if not state.is_select or state.session.info.get("audited") or UNLOGGED in state.execution_options:
        return
    if isinstance(state.statement, Select) and _personal_tables(state.statement):
        state.session.info["read_personal"] = True


def _note_change(session: Any, *_: Any) -> None:
    session.info["changed"] = True


def _note_bulk_change(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        state.session.info["changed"] = True


def require_audit(session: Session) -> None:
    """Raise when the session read personal data or changed rows without an audit row."""
    info = session.info
    if not info.get("audited") and (info.get("changed") or info.get("read_personal")):
        what = "changed rows" if info.get("changed") else "read personal data"
        raise AuditMissing(f"a transaction {what} without an audit row")


def _before_commit(session: Session) -> None:
    session.flush()
    if not session.info.get("unaudited"):
        require_audit(session)


def watch(session: Session) -> Session:
    """Put the listeners on a session and return it."""
    event.listen(session, "do_orm_execute", _note_reading)
    event.listen(session, "do_orm_execute", _note_bulk_change)
    event.listen(session, "after_flush", _note_change)
    event.listen(session, "before_commit", _before_commit)
    return session
