"""Frozen settings, read once from the environment by the composition root and passed on.

Nothing else reads ``os.environ``; every setting is listed in README's table.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shortlist.errors import Broken

_TRUE = {"1", "ja", "true", "yes", "on"}
_FALSE = {"0", "nee", "false", "no", "off", ""}


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation decides. Times in minutes, sizes in bytes."""

    data_folder: Path
    """Writable folder for the embedded database, the secret key and caches."""
    database_url: str
    """SQLAlchemy address: ``sqlite:///…`` or ``postgresql+psycopg://…``."""
    host: str = "127.0.0.1"
    port: int = 8000
    secret_key: str = ""
    """Signs cookies and form tokens; made and kept in ``data_folder`` when not given."""
    secure_cookies: bool = True
    """Send the session cookie over HTTPS only; the demo on 127.0.0.1 switches it off."""
    demo: bool = False
    """Fictitious city: a banner on every page, accounts listed on the sign-in page."""
    demo_password: str = "waterveen-fictief"  # noqa: S105 — of the fictitious city; shown on its sign-in page
    """The password of every account in the fictitious city."""
    sign_in_hours: int = 12
    """A sign-in ends after this many hours, whatever happens."""
    idle_minutes: int = 60
    """A sign-in ends after this many minutes without a request."""
    rules_folder: Path | None = None
    """A municipality's own ``rules/``; None means the shipped ones."""
    smtp_host: str = ""
    """Mail server for the daily reminder; empty: no mail is sent."""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    """``starttls``, ``tls`` or ``geen``."""
    smtp_user: str = ""
    smtp_password: str = ""
    mail_from: str = ""
    """Sender of the reminders."""
    address: str = ""
    """Where people open Shortlist, for the link in the mail."""
    mail_hour: int = 7
    """From this hour (Dutch time) on the mail of the day is sent."""


def _flag(environment: Mapping[str, str], name: str, default: bool) -> bool:
    raw = environment.get(name)
    if raw is None:
        return default
    word = raw.strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise Broken(f"{name}={raw!r} is geen ja of nee: gebruik 'ja' of 'nee'.")


def _whole(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    raw = environment.get(name)
    if raw is None or raw.strip() == "":
        return default
    try:
        number = int(raw)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise Broken(f"{name}={raw!r}: geef een geheel getal van {low} tot en met {high}.")
    return number


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from ``environment`` (default: the process's own).

    Raises:
        Broken: a value is not usable; the message names the variable and the remedy.
    """
    env = os.environ if environment is None else environment
    data_folder = Path(env.get("SHORTLIST_DATA_DIR") or "var").absolute()
    security = env.get("SHORTLIST_SMTP_SECURITY") or "starttls"
    if security not in {"starttls", "tls", "geen"}:
        raise Broken(f"SHORTLIST_SMTP_SECURITY={security!r}: kies starttls, tls of geen.")
    host, sender = env.get("SHORTLIST_SMTP_HOST", ""), env.get("SHORTLIST_MAIL_FROM", "")
    address = env.get("SHORTLIST_ADDRESS", "")
    if host and ("@" not in sender or not address.startswith(("http://", "https://"))):
        raise Broken(
            "Met SHORTLIST_SMTP_HOST horen ook SHORTLIST_MAIL_FROM (een e-mailadres) en SHORTLIST_ADDRESS "
            "(het webadres, met https://)."
        )
    rules = env.get("SHORTLIST_RULES_DIR")
    return Settings(
        data_folder=data_folder,
        database_url=env.get("SHORTLIST_DATABASE_URL") or f"sqlite:///{data_folder / 'shortlist.sqlite3'}",
        host=env.get("SHORTLIST_HOST") or "127.0.0.1",
        port=_whole(env, "SHORTLIST_PORT", 8000, 1, 65535),
        secret_key=env.get("SHORTLIST_SECRET_KEY", ""),
        secure_cookies=_flag(env, "SHORTLIST_SECURE_COOKIES", True),
        demo=_flag(env, "SHORTLIST_DEMO", False),
        sign_in_hours=_whole(env, "SHORTLIST_SIGN_IN_HOURS", 12, 1, 24),
        idle_minutes=_whole(env, "SHORTLIST_IDLE_MINUTES", 60, 5, 24 * 60),
        rules_folder=Path(rules).absolute() if rules else None,
        smtp_host=host,
        smtp_port=_whole(env, "SHORTLIST_SMTP_PORT", 587, 1, 65535),
        smtp_security=security,
        smtp_user=env.get("SHORTLIST_SMTP_USER", ""),
        smtp_password=env.get("SHORTLIST_SMTP_PASSWORD", ""),
        mail_from=sender,
        address=address,
        mail_hour=_whole(env, "SHORTLIST_MAIL_HOUR", 7, 0, 23),
    )


def prepare_data_folder(settings: Settings) -> None:
    """Create the data folder when it is missing and prove that it can be written to.

    Raises:
        Broken: the folder cannot be made or written.
    """
    probe = settings.data_folder / ".schrijfproef"
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True)
        probe.write_text("", encoding="utf-8")
        probe.unlink()
    except OSError as error:
        raise Broken(
            f"De map {settings.data_folder} is niet schrijfbaar ({error.strerror}). "
            "Geef schrijfrechten of kies een andere map met SHORTLIST_DATA_DIR."
        ) from error


def secret_key(settings: Settings) -> str:
    """Return the configured secret, or the one kept in the data folder (made on first use, mode 600)."""
    if settings.secret_key:
        if len(settings.secret_key) < 32:
            raise Broken("SHORTLIST_SECRET_KEY is te kort: gebruik ten minste 32 willekeurige tekens.")
        return settings.secret_key
    path = settings.data_folder / "secret-key"
    prepare_data_folder(settings)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key
