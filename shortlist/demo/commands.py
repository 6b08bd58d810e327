"""``shortlist demo``: the fictitious city Waterveen on an empty database, and the server in demo mode."""

import os
from dataclasses import replace
from datetime import datetime

import click
from sqlmodel import Session

from shortlist.assets import RULES
from shortlist.classifying.rounds.work import load_room_rules
from shortlist.demo import chain, deciding, work
from shortlist.guarding.audit import watch
from shortlist.guarding.door import system_clock
from shortlist.serving import run_server
from shortlist.settings import Settings, prepare_data_folder, read_settings
from shortlist.storing import schema
from shortlist.storing.database import Database
from shortlist.storing.dated_yaml import read_folder


def fill(settings: Settings, *, now: datetime, session: Session) -> None:
    """Fill an empty database with the city and with what its professionals did, in the caller's transaction."""
    rules = load_room_rules(settings.rules_folder or RULES)
    city, seen = work.fill_city(password=settings.demo_password, now=now, session=session)
    decided = chain.assess_groups(city, seen, rules=rules, now=now, session=session)
    shelf = read_folder(settings.rules_folder or RULES)
    priorities = deciding.prioritise(city, decided, shelf=shelf, now=now, session=session)
    deciding.write_plans(city, priorities, shelf=shelf, now=now, session=session)


@click.command(help="Vul een lege, bijgewerkte database met de fictieve stad Waterveen en start de pagina's.")
@click.option("--host", help="Adres om op te luisteren (anders SHORTLIST_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Poort (anders SHORTLIST_PORT).")
@click.option("--fill-only", is_flag=True, help="Vul alleen; start niet.")
def demo(host: str | None, port: int | None, fill_only: bool) -> None:
    """Fill when empty, then serve. Refuses a database that holds anything else."""
    os.environ["SHORTLIST_DEMO"] = "ja"
    os.environ.setdefault("SHORTLIST_SECURE_COOKIES", "nee")
    settings = read_settings()
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    prepare_data_folder(settings)
    database = Database(settings.database_url)
    database.check()
    schema.require_current(database)
    with database.writing() as session:
        watch(session)
        if work.is_demo(session):
            click.echo("De demostad stond al klaar.", err=True)
        else:
            fill(settings, now=system_clock(), session=session)
            click.echo("De fictieve stad Waterveen is gemaakt.", err=True)
    database.close()
    if not fill_only:
        run_server(settings, worker=True)
