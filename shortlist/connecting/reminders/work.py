"""Use cases of reminders: where somebody wants the daily mail, sending it once, and what runs out when."""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlmodel import Session, col

from shortlist.classifying.tables import Assessment
from shortlist.connecting.procedures.work import running_procedures
from shortlist.connecting.referrals.transitions import RUNNING
from shortlist.connecting.referrals.work import READERS, read_referrals
from shortlist.connecting.reminders.message import ATTEMPTS, Tally, message
from shortlist.connecting.tables import Digest, MailChoice
from shortlist.errors import Refused
from shortlist.guarding.audit import record, watch
from shortlist.guarding.roles import STREET, Actor
from shortlist.guarding.tables import Account
from shortlist.guarding.work import actor_from
from shortlist.observing.tables import GroupState
from shortlist.observing.work import group_names, today
from shortlist.planning.tables import PlanVanAanpak
from shortlist.prioritising.work import current_priorities
from shortlist.settings import Settings
from shortlist.storing.database import Database, flush_or_refuse

ORIGIN = "rekenproces"
TIMEOUT = 20
"""Seconds that a mail server may take to answer."""
Counting = Callable[[Actor, datetime, Session], Tally]
"""Counts what waits for somebody; the composition root hands it in."""


# --- choosing ---


@dataclass(frozen=True, slots=True)
class Choice:
    """Where somebody wants the daily mail."""

    address: str
    wants: bool
    sequence: int


def mail_choice(*, actor: Actor, session: Session) -> Choice:
    """Return the actor's newest choice; at first nobody wants mail."""
    row = session.execute(
        select(MailChoice)
        .where(col(MailChoice.account_id) == actor.id)
        .order_by(col(MailChoice.sequence).desc())
        .limit(1)
    ).scalar_one_or_none()
    return Choice(row.address, row.wants, row.sequence) if row else Choice("", False, 0)


def choose_mail(*, address: str, wants: bool, actor: Actor, now: datetime, session: Session) -> None:
    """Record where the actor wants the daily mail, or that they want none."""
    if wants and not address.strip():
        text = "Vul een e-mailadres in, of kies geen mail."
        raise Refused(text, fields={"address": text})
    last = mail_choice(actor=actor, session=session)
    session.add(
        MailChoice(
            account_id=actor.id, sequence=last.sequence + 1, address=address, wants=wants, recorded_at=now
        )
    )
    flush_or_refuse(session, "Dit is op hetzelfde moment al gewijzigd. Ververs de pagina.")
    record(
        session,
        actor=actor,
        action="keuze voor mail vastgelegd",
        object_kind="account",
        object_id=actor.id,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class SentDigest:
    """A daily mail as its receiver sees it."""

    day: date
    total: int
    late: int
    state: str


def own_digests(*, actor: Actor, session: Session) -> list[SentDigest]:
    """List the actor's last fourteen daily mails, newest first."""
    return [
        SentDigest(row.day, row.total, row.late, row.state)
        for row in session.execute(
            select(Digest)
            .where(col(Digest.account_id) == actor.id)
            .order_by(col(Digest.day).desc())
            .limit(14)
        ).scalars()
    ]


# --- sending ---


def make_digests(database: Database, day: date, *, counting: Counting, now: datetime) -> int:
    """Write the digest of a day for everybody who wants mail and has none yet; return how many say something."""
    made = select(1).where(col(Digest.account_id) == col(Account.id), col(Digest.day) == day)
    chose = select(1).where(col(MailChoice.account_id) == col(Account.id))
    counted: dict[UUID, Tally] = {}
    with database.reading() as session:
        accounts = session.execute(
            select(Account).where(
                col(Account.active).is_(True),
                exists(chose.correlate(Account)),
                ~exists(made.correlate(Account)),
            )
        ).scalars()
        for account in list(accounts):
            actor = actor_from(account, origin=ORIGIN, session=session)
            if mail_choice(actor=actor, session=session).wants:
                counted[account.id] = counting(actor, now, session)
    waiting = sum(count.total > 0 for count in counted.values())
    if not counted:
        return 0
    with database.writing() as session:
        watch(session)
        session.add_all(
            Digest(
                account_id=account_id,
                day=day,
                total=count.total,
                late=count.late,
                state="wacht" if count.total else "niets",
                made_at=now,
            )
            for account_id, count in counted.items()
        )
        record(
            session, actor=None, action="dagelijkse mail klaargezet", object_kind="mail", now=now,
            details={"dag": day.isoformat(), "aantal": waiting}, origin=ORIGIN,
        )  # fmt: skip
    return waiting


def send_digests(database: Database, day: date, settings: Settings, now: datetime) -> int:
    """Send what waits of a day and return how many went out.

    Each is claimed before it is sent: whoever fails after that leaves it, so that nobody ever gets two. Only a server
    that clearly refused is tried again, :data:`ATTEMPTS` times in all.
    """
    with database.reading() as session:
        waiting = select(col(Digest.id)).where(col(Digest.day) == day, col(Digest.state) == "wacht")
        ids = list(session.execute(waiting).scalars())
    sent = 0
    for digest_id in ids:
        mail = _claim(database, digest_id, settings, now)
        if mail is not None:
            error, again = _deliver(mail, settings)
            _close(database, digest_id, error, again=again, now=now)
            sent += not error
    return sent


def _close(database: Database, digest_id: UUID, error: str, *, again: bool, now: datetime) -> None:
    with database.writing() as session:
        watch(session)
        row = session.get_one(Digest, digest_id)
        row.attempts += 1
        row.error = error
        retry = again and row.attempts < ATTEMPTS
        row.state = "verzonden" if not error else "wacht" if retry else "mislukt"
        row.sent_at = None if error else now
        record(
            session, actor=None, action="dagelijkse mail verzonden", object_kind="account", object_id=row.account_id,
            now=now, result="geweigerd" if error else "gelukt", reason=error or None, origin=ORIGIN,
        )  # fmt: skip


def _claim(database: Database, digest_id: UUID, settings: Settings, now: datetime) -> EmailMessage | None:
    """Take one digest for sending, so that no other worker does; None when somebody else has it."""
    with database.writing() as session:
        watch(session)
        taken = session.execute(
            update(Digest)
            .where(col(Digest.id) == digest_id, col(Digest.state) == "wacht")
            .values(state="bezig")
            .returning(col(Digest.id))
        ).first()
        record(
            session, actor=None, action="dagelijkse mail opgepakt", object_kind="mail", object_id=digest_id, now=now,
            origin=ORIGIN,
        )  # fmt: skip
        if taken is None:
            return None
        row = session.get_one(Digest, digest_id)
        account = session.get_one(Account, row.account_id)
        choice = mail_choice(actor=actor_from(account, origin=ORIGIN, session=session), session=session)
        if not choice.wants:
            row.state = "niets"
            return None
        return message(
            row.id,
            Tally(row.total, row.late),
            sender=settings.mail_from,
            to=choice.address,
            address=settings.address,
            now=now,
        )


def _deliver(mail: EmailMessage, settings: Settings) -> tuple[str, bool]:
    """Hand a mail to the server; return what went wrong (empty: nothing) and whether it surely was not taken."""
    try:
        server = _connect(settings)
    except (OSError, smtplib.SMTPException) as failure:
        return type(failure).__name__, True
    with server:
        try:
            server.send_message(mail)
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as refusal:
            return type(refusal).__name__, True
        except (OSError, smtplib.SMTPException) as failure:
            return type(failure).__name__, False
    return "", False


def _connect(settings: Settings) -> smtplib.SMTP:
    kind = smtplib.SMTP_SSL if settings.smtp_security == "tls" else smtplib.SMTP
    server = kind(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return server


# --- what runs out when ---


@dataclass(frozen=True, slots=True)
class Expiry:
    """Something that runs out on a day: what, of which group or subject, and where to read on."""

    on: date
    what: str
    about: str
    kind: str
    """``groep``, ``verwijzing`` or ``procedure``."""
    id: UUID


def expiries(*, until: date, actor: Actor, now: datetime, session: Session) -> list[Expiry]:
    """List what runs out up to a day for the actor, soonest first; youngsters are not named."""
    found = _of_groups(until, actor=actor, now=now, session=session) if actor.has(*STREET) else []
    referrals = read_referrals(None, actor=actor, session=session) if actor.has(*READERS) else []
    for one in referrals:
        if one.state in RUNNING and one.last.due_at is not None:
            found.append(
                Expiry(
                    today(one.last.due_at),
                    f"Verwijzing, {one.state}",
                    one.row.intervention,
                    "verwijzing",
                    one.id,
                )
            )
    for asked in running_procedures(actor=actor, session=session):
        if asked.expected_on is not None:
            about = asked.place or asked.group or asked.stadsdeel
            found.append(
                Expiry(asked.expected_on, f"Verwacht: {asked.subject}", about, "procedure", asked.id)
            )
    return sorted((one for one in found if one.on <= until), key=lambda one: (one.on, one.what, one.about))


def _of_groups(until: date, *, actor: Actor, now: datetime, session: Session) -> list[Expiry]:
    groups = {
        group.id: group.name
        for group in group_names(actor=actor, session=session)
        if group.state is not GroupState.GESLOTEN
    }
    assessments = session.execute(
        select(col(Assessment.group_id), col(Assessment.expires_on))
        .where(col(Assessment.group_id).in_(groups))
        .order_by(col(Assessment.recorded_at))
    )
    assessed = {row[0]: row[1] for row in assessments}
    newest = (
        select(col(PlanVanAanpak.group_id), func.max(col(PlanVanAanpak.version)).label("version"))
        .group_by(col(PlanVanAanpak.group_id))
        .subquery()
    )
    plans = session.execute(
        select(col(PlanVanAanpak.group_id), col(PlanVanAanpak.evaluation_on))
        .join(
            newest,
            (newest.c.group_id == col(PlanVanAanpak.group_id))
            & (newest.c.version == col(PlanVanAanpak.version)),
        )
        .where(col(PlanVanAanpak.group_id).in_(groups))
    ).all()
    priorities = current_priorities(today(now), session=session)
    found = [Expiry(day, "Duiding verloopt", groups[key], "groep", key) for key, day in assessed.items()]
    found += [Expiry(day, "Plan van aanpak evalueren", groups[key], "groep", key) for key, day in plans]
    found += [
        Expiry(one.valid_until, "Prioriteit loopt af", groups[key], "groep", key)
        for key, one in priorities.items()
        if key in groups
    ]
    since = today(now) - timedelta(days=31)
    return [one for one in found if one.on >= since]
