"""Use cases of signing in and out, and of accounts."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import record, verify
from shortlist.guarding.passwords import MINIMUM_LENGTH, fits, hash_password
from shortlist.guarding.roles import Actor, Organisation, Role, require_role
from shortlist.guarding.tables import (
    Account,
    AccountRole,
    AccountStadsdeel,
    AuditRow,
    SignIn,
    SignInAttempt,
    Stadsdeel,
    WriteKey,
)

ATTEMPTS_WINDOW = timedelta(minutes=15)
MAXIMUM_ATTEMPTS = 8
"""Failed attempts per login, and three times as many per origin, within the window."""


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _too_many(login: str, origin: str, *, now: datetime, session: Session) -> bool:
    since = now - ATTEMPTS_WINDOW
    for column, value, limit in (
        (col(SignInAttempt.login), login, MAXIMUM_ATTEMPTS),
        (col(SignInAttempt.origin), origin, 3 * MAXIMUM_ATTEMPTS),
    ):
        count = session.execute(
            select(func.count())
            .select_from(SignInAttempt)
            .where(column == value, col(SignInAttempt.at) > since)
        ).scalar_one()
        if count >= limit:
            return True
    return False


@dataclass(frozen=True, slots=True)
class SignInResult:
    """What came of an attempt: a new session token, or a message."""

    token: str | None
    message: str = ""


def sign_in(login: str, password: str, *, origin: str, now: datetime, session: Session) -> SignInResult:
    """Check a login and password; give a fresh session token, or say (alike for every cause) that it did not fit.

    Failed attempts are counted and logged, so the caller commits either way.
    """
    login = login.strip().lower()[:80]
    if _too_many(login, origin, now=now, session=session):
        record(
            session,
            actor=None,
            action="aanmelden geweigerd: te veel pogingen",
            object_kind="account",
            now=now,
            result="geweigerd",
            origin=origin,
        )
        return SignInResult(None, "Te veel mislukte pogingen. Wacht een kwartier en probeer het opnieuw.")
    account = session.execute(
        select(Account).where(col(Account.login) == login, col(Account.active).is_(True))
    ).scalar_one_or_none()
    if not fits(password, account.password_hash if account else None) or account is None:
        session.add(SignInAttempt(login=login, origin=origin, at=now))
        record(
            session,
            actor=None,
            action="aanmelden mislukt",
            object_kind="account",
            object_id=account.id if account else None,
            now=now,
            result="geweigerd",
            origin=origin,
        )
        return SignInResult(None, "Deze gebruikersnaam en dit wachtwoord horen niet bij elkaar.")
    token = secrets.token_urlsafe(32)
    session.add(SignIn(token_hash=_hashed(token), account_id=account.id, created_at=now, seen_at=now))
    who = actor_from(account, origin=origin, session=session)
    record(session, actor=who, action="aangemeld", object_kind="account", object_id=account.id, now=now)
    return SignInResult(token)


def sign_out(token: str, *, actor: Actor, now: datetime, session: Session) -> None:
    """End one sign-in."""
    session.execute(update(SignIn).where(col(SignIn.token_hash) == _hashed(token)).values(ended_at=now))
    record(session, actor=actor, action="afgemeld", object_kind="account", object_id=actor.id, now=now)


def end_sign_ins(account_id: UUID, *, now: datetime, session: Session) -> None:
    """End every open sign-in of an account (role change, block, new password)."""
    session.execute(
        update(SignIn)
        .where(col(SignIn.account_id) == account_id, col(SignIn.ended_at).is_(None))
        .values(ended_at=now)
    )


def actor_of(
    token: str,
    *,
    lifetime: timedelta,
    idle: timedelta,
    origin: str,
    trace_id: str,
    now: datetime,
    session: Session,
) -> tuple[Actor, bool] | None:
    """Return who holds this token and whether its ``seen_at`` is due to be renewed; None when it is not valid."""
    row = session.execute(
        select(SignIn, Account)
        .join(Account, col(Account.id) == col(SignIn.account_id))
        .where(
            col(SignIn.token_hash) == _hashed(token),
            col(SignIn.ended_at).is_(None),
            col(SignIn.created_at) > now - lifetime,
            col(SignIn.seen_at) > now - idle,
            col(Account.active).is_(True),
        )
    ).first()
    if row is None:
        return None
    sign_in_row, account = row
    due = sign_in_row.seen_at < now - min(idle / 4, timedelta(minutes=5))
    return actor_from(account, origin=origin, trace_id=trace_id, session=session), due


def renew(token: str, *, now: datetime, session: Session) -> None:
    """Note that a sign-in is still in use. No audit row: it tells nothing about anybody else."""
    session.info["unaudited"] = True
    session.execute(update(SignIn).where(col(SignIn.token_hash) == _hashed(token)).values(seen_at=now))


def actor_from(account: Account, *, origin: str, trace_id: str = "", session: Session) -> Actor:
    """Build the actor of an account from its roles and stadsdelen."""
    roles = session.execute(
        select(col(AccountRole.role)).where(col(AccountRole.account_id) == account.id)
    ).scalars()
    stadsdelen = session.execute(
        select(col(AccountStadsdeel.stadsdeel_id)).where(col(AccountStadsdeel.account_id) == account.id)
    ).scalars()
    return Actor(
        id=account.id,
        name=account.name,
        organisation=Organisation(account.organisation),
        roles=frozenset(Role(role) for role in roles),
        stadsdelen=frozenset(stadsdelen),
        citywide=account.citywide,
        origin=origin,
        trace_id=trace_id,
    )


def actor_by_login(login: str, *, origin: str, session: Session) -> Actor:
    """Return the actor of an active account by login, for the command line.

    Raises:
        NotFound: no such active account.
    """
    account = session.execute(
        select(Account).where(col(Account.login) == login, col(Account.active).is_(True))
    ).scalar_one_or_none()
    if account is None:
        raise NotFound(f"Er is geen actief account met de gebruikersnaam '{login}'.")
    return actor_from(account, origin=origin, session=session)


def create_account(
    login: str,
    name: str,
    *,
    organisation: Organisation,
    roles: Iterable[Role],
    stadsdelen: Iterable[UUID] = (),
    citywide: bool = False,
    password: str | None = None,
    account_id: UUID | None = None,
    actor: Actor | None,
    now: datetime,
    session: Session,
) -> UUID:
    """Create an account and return its id. ``actor`` None: the command line on the server itself.

    Raises:
        Refused: the login exists, or the password is too short.
    """
    if actor is not None:
        require_role(actor, Role.BEHEERDER)
    login = login.strip().lower()
    if session.execute(select(col(Account.id)).where(col(Account.login) == login)).first():
        message = f"De gebruikersnaam '{login}' bestaat al."
        raise Refused(message, fields={"login": message})
    if password is not None and len(password) < MINIMUM_LENGTH:
        message = f"Het wachtwoord is te kort: gebruik ten minste {MINIMUM_LENGTH} tekens."
        raise Refused(message, fields={"password": message})
    account = Account(
        login=login,
        name=name.strip(),
        organisation=organisation.value,
        citywide=citywide,
        created_at=now,
        password_hash=None if password is None else hash_password(password),
    )
    if account_id is not None:
        account.id = account_id
    session.add(account)
    session.flush()
    session.add_all(AccountRole(account_id=account.id, role=role.value) for role in roles)
    session.add_all(AccountStadsdeel(account_id=account.id, stadsdeel_id=part) for part in stadsdelen)
    record(
        session,
        actor=actor,
        action="account gemaakt",
        object_kind="account",
        object_id=account.id,
        now=now,
        origin="opdrachtregel",
    )
    return account.id


def demo_accounts(*, session: Session) -> list[tuple[str, str, str]]:
    """List (login, name, roles) of the accounts that can sign in: shown on the sign-in page of the demo only."""
    rows = session.execute(
        select(col(Account.login), col(Account.name), col(AccountRole.role))
        .join(AccountRole, col(AccountRole.account_id) == col(Account.id))
        .where(col(Account.password_hash).is_not(None), col(Account.active).is_(True))
        .order_by(col(Account.login), col(AccountRole.role))
    )
    merged: dict[str, tuple[str, list[str]]] = {}
    for login, name, role in rows:
        merged.setdefault(login, (name, []))[1].append(role)
    return [(login, name, ", ".join(roles)) for login, (name, roles) in merged.items()]


def stadsdelen_of(actor: Actor, *, session: Session) -> list[Stadsdeel]:
    """List the stadsdelen that the actor works in, by name."""
    return [row for row in all_stadsdelen(session=session) if actor.sees(row.id)]


def all_stadsdelen(*, session: Session) -> list[Stadsdeel]:
    """List every stadsdeel by name; the list itself is public."""
    return list(session.execute(select(Stadsdeel).order_by(col(Stadsdeel.name))).scalars())


def finished_write(key: UUID, *, actor: Actor, session: Session) -> WriteKey | None:
    """Return the earlier write with this key by this actor, if there was one."""
    return session.execute(
        select(WriteKey).where(col(WriteKey.key) == key, col(WriteKey.account_id) == actor.id)
    ).scalar_one_or_none()


def audit_rows(
    *, actor: Actor, before: int | None, limit: int, now: datetime, session: Session
) -> list[AuditRow]:
    """List audit rows, newest first, for the privacy officer; looking is itself logged."""
    require_role(actor, Role.PRIVACY_OFFICER)
    query = select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(limit)
    if before is not None:
        query = query.where(col(AuditRow.seq) < before)
    rows = list(session.execute(query).scalars())
    record(
        session,
        actor=actor,
        action="logboek gelezen",
        object_kind="logboek",
        now=now,
        details={"rijen": len(rows)},
    )
    return rows


def verify_log(*, session: Session) -> tuple[int, int | None]:
    """Walk the audit chain; return (rows, first seq that does not fit or None)."""
    return verify(session)
