"""``shortlist figures``: take in reports of residents and police figures from the command line."""

import json
from pathlib import Path

import click

from shortlist.errors import BadInput
from shortlist.guarding.audit import watch
from shortlist.guarding.door import system_clock
from shortlist.guarding.work import actor_by_login
from shortlist.reporting.sources.figure_files import read_areas, read_offences, read_reports
from shortlist.reporting.sources.work import take_offences, take_reports
from shortlist.settings import read_settings
from shortlist.storing import schema
from shortlist.storing.database import Database


@click.command(
    name="figures",
    help="Lees meldingen van bewoners in (JSON van Signalen, of CSV), of met --areas politiecijfers per buurt (CSV van "
    "CBS, 47018NED of 47022NED). Regels die niet kloppen staan in het antwoord; met --check wordt niets bewaard.",
)
@click.argument("file", type=click.Path(path_type=Path), metavar="BESTAND")
@click.option(
    "--areas",
    type=click.Path(path_type=Path),
    help="CSV 'gebied,stadsdeel'; BESTAND zijn dan politiecijfers.",
)
@click.option("--login", required=True, help="Account dat inleest.")
@click.option("--check", is_flag=True, help="Kijk alleen.")
def figures(file: Path, areas: Path | None, login: str, check: bool) -> None:
    """Take in a file and print what came of it as JSON."""
    content = _content(file)
    database = Database(read_settings().database_url)
    try:
        database.check()
        schema.require_current(database)
        with database.writing() as session:
            watch(session)
            actor, now = actor_by_login(login, origin="opdrachtregel", session=session), system_clock()
            if areas is None:
                rows, faults = read_reports(content, file=str(file))
                taken = take_reports(rows, faults, actor=actor, now=now, session=session)
            else:
                placed = read_areas(_content(areas), file=str(areas))
                found, faults = read_offences(content, file=str(file))
                taken = take_offences(found, faults, placed, actor=actor, now=now, session=session)
            if check:
                session.rollback()
    finally:
        database.close()
    left_out = [{"row": fault.row, "message": fault.message} for fault in taken.faults]
    told = {
        "check": check,
        "added": taken.added,
        "known": taken.known,
        "elsewhere": taken.elsewhere,
        "leftOut": left_out,
    }
    click.echo(json.dumps(told, ensure_ascii=False))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            "dit bestand is niet te lezen. Controleer pad en rechten.", where=(str(path),)
        ) from error
