"""The daily mail: how many things wait, and the address where they are. No names, no places, no subjects.

Pure. A mailbox is outside our walls, so nothing in it may say anything about a person or a group.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from uuid import UUID

from shortlist.showing.words import AMSTERDAM, hoofdletter, meervoud

ATTEMPTS = 3
"""So often a mail is tried; the next day there is a new one."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What waits for somebody, as numbers."""

    total: int
    late: int


def tally(dues: list[date | None], on: date) -> Tally:
    """Count what waits and what is past its term; ``dues`` has one entry per thing that waits."""
    return Tally(len(dues), sum(due is not None and due < on for due in dues))


def round_of(now: datetime, hour: int) -> tuple[date, int] | None:
    """Return the Dutch day and the round (1, 2, …) of its mail that is on now; None outside the rounds.

    The first round begins at ``hour``; an hour later the next one tries what a mail server refused.
    """
    local = now.astimezone(AMSTERDAM)
    number = local.hour - hour + 1
    return (local.date(), number) if 1 <= number <= ATTEMPTS else None


def lines_of(count: Tally, address: str) -> tuple[str, str]:
    """Return subject and text."""
    things = meervoud(count.total, "ding wacht", "dingen wachten")
    late = f", {count.late} over tijd" if count.late else ""
    subject = f"Shortlist: {things} op u{late}"
    text = (
        f"{hoofdletter(things)} op u in Shortlist{late}.\n\n"
        f"Meld u aan om te zien wat: {address}\n\n"
        "In deze mail staan nooit namen of inhoud. U krijgt er hoogstens één per dag, en geen als er niets wacht.\n"
        f"Liever niet meer? Zet het uit op {address.rstrip('/')}/meldingen.\n"
    )
    return subject, text


def message(
    digest_id: UUID, count: Tally, *, sender: str, to: str, address: str, now: datetime
) -> EmailMessage:
    """Build the mail; its id follows from the digest, so that a second copy is known as such."""
    subject, text = lines_of(count, address)
    made = EmailMessage()
    made["From"] = sender
    made["To"] = to
    made["Subject"] = subject
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{digest_id}@{parseaddr(sender)[1].rpartition('@')[2] or 'shortlist.invalid'}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    return made


def weeks_ahead(on: date, weeks: int) -> list[tuple[date, date]]:
    """Return (first day, last day) of this week and the following ones."""
    monday = on - timedelta(days=on.weekday())
    return [(monday + timedelta(weeks=n), monday + timedelta(weeks=n, days=6)) for n in range(weeks)]
