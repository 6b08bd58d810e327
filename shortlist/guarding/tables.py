"""Accounts, sign-ins, stadsdelen as scope, the audit log and the keys of writes."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from shortlist.guarding.roles import Organisation, Role
from shortlist.storing.columns import Json, UtcDateTime, not_empty, one_of


class Stadsdeel(SQLModel, table=True):
    """A part of the city: the scope of accounts, groups and the Stafgroep."""

    __tablename__ = "stadsdeel"
    __table_args__ = (not_empty("name"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=80, unique=True)
    boundary: list[list[float]] = Field(sa_type=Json)
    """Outer ring: [lon, lat] pairs in degrees (WGS 84), first = last."""


class Account(SQLModel, table=True):
    """Somebody who can sign in (or could: without a password hash nobody gets in)."""

    __tablename__ = "account"
    __table_args__ = (one_of("organisation", Organisation), not_empty("login"), not_empty("name"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    login: str = Field(max_length=80, unique=True)
    name: str = Field(max_length=120)
    organisation: str = Field(max_length=20)
    citywide: bool = False
    password_hash: str | None = Field(default=None, max_length=200)
    active: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)


class AccountRole(SQLModel, table=True):
    """A role that an account has."""

    __tablename__ = "account_role"
    __table_args__ = (one_of("role", Role),)

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    role: str = Field(max_length=20, primary_key=True)


class AccountStadsdeel(SQLModel, table=True):
    """A stadsdeel that an account works in."""

    __tablename__ = "account_stadsdeel"

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    stadsdeel_id: UUID = Field(foreign_key="stadsdeel.id", primary_key=True)


class SignIn(SQLModel, table=True):
    """One sign-in: the server's side of a session. Only the hash of the token is kept."""

    __tablename__ = "sign_in"

    token_hash: str = Field(max_length=64, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInAttempt(SQLModel, table=True):
    """A failed attempt to sign in; too many in a quarter of an hour close the door for that login or origin."""

    __tablename__ = "sign_in_attempt"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    login: str = Field(max_length=80, index=True)
    origin: str = Field(max_length=80, index=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class WriteKey(SQLModel, table=True):
    """The client-made key of a write that was carried out; the same key again gives the same answer."""

    __tablename__ = "write_key"

    key: UUID = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    endpoint: str = Field(max_length=120)
    body_hash: str = Field(max_length=64)
    location: str = Field(max_length=400)
    at: datetime = Field(sa_type=UtcDateTime)


class AuditRow(SQLModel, table=True):
    """One change, or one reading of personal data. Append-only; each row's hash covers the one before."""

    __tablename__ = "audit_row"
    __table_args__ = (
        one_of("result", ("gelukt", "geweigerd")),
        CheckConstraint("length(hash) = 64", name="hash_length"),
        UniqueConstraint("hash"),
    )

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """1, 2, 3, … without gaps."""
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor_id: UUID | None = Field(default=None, index=True)
    """None only for the system itself (migration, worker) and for failed sign-ins."""
    actor_name: str = Field(max_length=120)
    action: str = Field(max_length=80)
    object_kind: str = Field(max_length=40)
    object_id: UUID | None = Field(default=None, index=True)
    result: str = Field(max_length=10)
    origin: str = Field(max_length=80)
    reason: str | None = Field(default=None, max_length=2000)
    trace_id: str = Field(max_length=64)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)
