"""``shortlist import FILE``: loads groups, answers and observations; all or nothing, and never twice.

It lies here because it needs three rooms: observing, classifying and, for step 2B, differentiating.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlmodel import Session

from shortlist.assets import RULES
from shortlist.classifying.rounds.work import load_room_rules
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.work import import_answers
from shortlist.differentiating.work import member_list_allowed
from shortlist.errors import BadInput, ShortlistError
from shortlist.guarding.audit import record, watch
from shortlist.guarding.door import system_clock
from shortlist.guarding.roles import Actor, Organisation
from shortlist.guarding.work import actor_by_login
from shortlist.observing.files import Batch, read_batch
from shortlist.observing.intake.work import (
    COMMAND_LINE,
    Report,
    Wishes,
    command_line_actor,
    import_gatherings,
    import_groups,
)
from shortlist.settings import read_settings
from shortlist.storing import schema
from shortlist.storing.database import Database

_STANDARD_INPUT = "standaardinvoer"


@click.command(
    name="import",
    help="Laad groepen, antwoorden en waarnemingen uit BESTAND in de database: JSON, CSV of XLSX; '-' leest JSON van "
    "standaardinvoer. Alles of niets, en hetzelfde bestand twee keer voegt niets toe. Het verslag is JSON op "
    "standaarduitvoer.",
)
@click.argument("file", metavar="BESTAND")
@click.option("--check", is_flag=True, help="Controleer alleen en zeg wat er zou gebeuren; sla niets op.")
@click.option("--as", "login", metavar="LOGIN", help="Op naam van dit account; anders van de server zelf.")
@click.option("--stadsdeel", help="Naam van het stadsdeel, voor groepen die er geen noemen.")
@click.option("--group", help="Id of naam van de groep, voor waarnemingen die er geen noemen.")
@click.option("--numbers-only", is_flag=True, help="Neem alleen aantallen over; laat de personen weg.")
@click.option(
    "--reporters-from",
    type=click.Choice([one.value for one in Organisation]),
    help="Maak accounts zonder wachtwoord voor melders zonder account, met deze werkgever.",
)
@click.option("--pretty", is_flag=True, help="Ingesprongen JSON, om te lezen.")
def import_file(
    file: str,
    check: bool,
    login: str | None,
    stadsdeel: str | None,
    group: str | None,
    numbers_only: bool,
    reporters_from: str | None,
    pretty: bool,
) -> None:
    """Load a file into the database, or only say what would happen."""
    settings = read_settings()
    rules = load_room_rules(settings.rules_folder or RULES)
    shown = _STANDARD_INPUT if file == "-" else file
    batch = read_batch(_content(file), file=shown, items=rules.questionnaire.items)
    wishes = Wishes(
        shown, stadsdeel, group, numbers_only, Organisation(reporters_from) if reporters_from else None
    )
    database = Database(settings.database_url)
    try:
        database.check()
        schema.require_current(database)
        with database.writing() as session:
            watch(session)
            told = load(batch, wishes, rules=rules, login=login, now=system_clock(), session=session)
            if check:
                session.rollback()
    finally:
        database.close()
    click.echo(json.dumps({"check": check, **told}, ensure_ascii=False, indent=2 if pretty else None))


def load(
    batch: Batch, wishes: Wishes, *, rules: Rules, login: str | None, now: datetime, session: Session
) -> dict[str, Any]:
    """Load a batch in the caller's transaction and return what came of it, as the report on standard output."""
    actor = (
        actor_by_login(login, origin=COMMAND_LINE, session=session)
        if login
        else command_line_actor(now=now, session=session)
    )
    report = Report()
    import_groups(batch, wishes, report, actor=actor, now=now, session=session)
    answered = _answers(batch, wishes, report, rules=rules, actor=actor, now=now, session=session)
    import_gatherings(
        batch, wishes, report, member_list_allowed=member_list_allowed, actor=actor, now=now, session=session
    )
    told = {
        "groups": {"added": report.groups_added, "known": report.groups_known},
        "answers": answered,
        "gatherings": {"added": report.gatherings_added, "known": report.gatherings_known},
        "members": {"added": report.members_added},
        "places": {"added": report.places_added},
        "accounts": {"added": report.accounts_added},
        "personsLeftOut": report.persons_left_out,
    }
    record(
        session,
        actor=actor,
        action="bestand ingelezen",
        object_kind="bestand",
        now=now,
        details=told,
    )
    return told


def _answers(
    batch: Batch,
    wishes: Wishes,
    report: Report,
    *,
    rules: Rules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> dict[str, int]:
    added = known = 0
    for one in batch.groups:
        if not one.answers:
            continue
        with _named(wishes.file, one.where):
            rules.questionnaire.check(one.answers)
            made = import_answers(
                report.ids[one.id],
                one.answers,
                until=one.observed_until,
                source=wishes.file,
                rules=rules,
                actor=actor,
                now=now,
                session=session,
            )
        added += made is not None
        known += made is None
    return {"added": added, "known": known}


@contextmanager
def _named(file: str, where: str) -> Iterator[None]:
    """Put file and record before the message of whatever is refused inside."""
    try:
        yield
    except BadInput as error:
        raise BadInput(error.reason, where=(file, where, *error.where)) from error
    except ShortlistError as error:
        raise BadInput(error.message, where=(file, where)) from error


def _content(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise BadInput(
            f"dit bestand is niet te lezen ({error.strerror}). Controleer naam en rechten.", where=(file,)
        ) from error
