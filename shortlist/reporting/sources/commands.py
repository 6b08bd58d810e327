"""``shortlist figures``: take in reports of residents and police figures from the command line."""

import json
import sys
from pathlib import Path

import click

from shortlist.errors import BadInput
from shortlist.guarding.audit import watch
from shortlist.guarding.door import system_clock
from shortlist.guarding.work import actor_by_login
from shortlist.reporting.sources.figure_files import read_areas, read_offences, read_reports
from shortlist.reporting.sources.work import Taken, take_offences, take_reports
from shortlist.settings import read_settings
from shortlist.showing.words import meervoud
from shortlist.storing import schema
from shortlist.storing.database import Database

TOLD = 20
"""Faulty rows named on standard error; the answer has them all."""


@click.command(
    name="figures",
    help="Lees meldingen van bewoners in (JSON van Signalen, of CSV), of met --areas politiecijfers per buurt (CSV van "
    "CBS, 47018NED of 47022NED); - leest van standaardinvoer. Klopt er een regel niet, dan wordt niets bewaard en is "
    "de afsluitcode 2; met --leave-out worden alleen die regels overgeslagen.",
)
@click.argument("file", metavar="BESTAND")
@click.option("--areas", metavar="BESTAND", help="CSV 'gebied,stadsdeel'; BESTAND zijn dan politiecijfers.")
@click.option("--login", required=True, help="Account dat inleest.")
@click.option("--check", is_flag=True, help="Kijk alleen; er wordt niets bewaard.")
@click.option("--leave-out", is_flag=True, help="Sla regels die niet kloppen over en bewaar de rest.")
def figures(file: str, areas: str | None, login: str, check: bool, leave_out: bool) -> None:
    """Take in a file and print what came of it as JSON."""
    if file == "-" and areas == "-":
        raise BadInput("maar een van beide kan van standaardinvoer komen.", where=("--areas",))
    content = _content(file)
    database = Database(read_settings().database_url)
    try:
        database.check()
        schema.require_current(database)
        with database.writing() as session:
            watch(session)
            actor, now = actor_by_login(login, origin="opdrachtregel", session=session), system_clock()
            if areas is None:
                rows, faults = read_reports(content, file=file)
                taken = take_reports(rows, faults, actor=actor, now=now, session=session)
            else:
                placed = read_areas(_content(areas), file=areas)
                found, faults = read_offences(content, file=file)
                taken = take_offences(found, faults, placed, actor=actor, now=now, session=session)
            stored = not check and (leave_out or not taken.faults)
            if not stored:
                session.rollback()
    finally:
        database.close()
    told = {
        "check": check,
        "stored": stored,
        "added": taken.added,
        "known": taken.known,
        "elsewhere": taken.elsewhere,
        "leftOut": [{"row": fault.row, "message": fault.message} for fault in taken.faults],
    }
    click.echo(json.dumps(told, ensure_ascii=False))
    if taken.faults and not leave_out:
        _refuse(file, taken, check=check)


def _refuse(file: str, taken: Taken, *, check: bool) -> None:
    """Name the rows that do not fit and leave with the exit code of bad input."""
    for fault in taken.faults[:TOLD]:
        click.echo(f"{file}: regel {fault.row}: {fault.message}", err=True)
    count = meervoud(len(taken.faults), "regel klopt niet", "regels kloppen niet")
    raise BadInput(
        f"{count}; er is niets bewaard. Verbeter het bestand"
        + ("." if check else ", of sla deze regels over met --leave-out."),
        where=(file,),
    )


def _content(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except (OSError, ValueError) as error:
        raise BadInput("dit bestand is niet te lezen. Controleer pad en rechten.", where=(file,)) from error
