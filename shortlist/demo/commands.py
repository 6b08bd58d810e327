"""``shortlist demo``: the fictitious city Waterveen on an empty database, and the server in demo mode."""

import os
import time
from datetime import datetime

import click
from sqlmodel import Session

from shortlist.assets import MODELS, RULES
from shortlist.classifying.rounds.work import load_room_rules
from shortlist.demo import chain, connecting, deciding, doubles, ending, figures, roles, trial, week, work
from shortlist.differentiating.following.work import queue_network
from shortlist.guarding.audit import watch
from shortlist.guarding.door import system_clock
from shortlist.serving import run_server, work_one
from shortlist.settings import Settings, prepare_data_folder, read_settings
from shortlist.storing import schema
from shortlist.storing.database import Database
from shortlist.storing.dated_yaml import read_folder


def fill(settings: Settings, *, now: datetime, session: Session) -> None:
    """Fill an empty database with the city and with what its professionals did, in the caller's transaction."""
    folder = settings.rules_folder or RULES
    rules, shelf = load_room_rules(folder), read_folder(folder)
    city, seen = work.fill_city(password=settings.demo_password, now=now, session=session)
    for area in (None, *city.areas.values()):
        queue_network(area, now=now, session=session)
    decided = chain.assess_groups(city, seen, rules=rules, now=now, session=session)
    trial.hold_trial(city, shelf=shelf, models=MODELS, now=now, session=session)
    roles.set_roles(city, seen, shelf=shelf, now=now, session=session)
    doubles.note_doubles(city, now=now, session=session)
    priorities = deciding.prioritise(city, decided, shelf=shelf, now=now, session=session)
    deciding.hurry(city, shelf=shelf, now=now, session=session)
    with_boas = deciding.write_plans(city, priorities, shelf=shelf, now=now, session=session)
    week.ask_for_jeugdboas(city, with_boas, rules=rules, shelf=shelf, now=now, session=session)
    week.prefer_times(city, with_boas, shelf=shelf, now=now, session=session)
    ending.transfer_and_close(city, decided, priorities, rules=rules, shelf=shelf, now=now, session=session)
    week.order_weeks(city, shelf=shelf, now=now, session=session)
    connecting.connect(city, shelf=shelf, now=now, session=session)
    figures.take_figures(city, now=now, session=session)


def finish(database: Database) -> None:
    """Compute the ordered week plans (or wait for the worker that does), approve them and report on what is over."""
    while True:
        if work_one(database):
            continue
        with database.reading() as session:
            done, _ = work.computed_plans(session)
        if done:
            break
        time.sleep(0.5)
    with database.writing() as session:
        watch(session)
        _, plans = work.computed_plans(session)
        now = system_clock()
        week.finish_weeks(plans, coordinator=work.reopen(session), now=now, session=session)
        week.tell_chief_of_shifts(now=now, session=session)
        week.pass_reports_on(now=now, session=session)
        week.lock_by_hand(plans, leader=work.reopen(session, "teamleider"), now=now, session=session)


@click.command(help="Vul een lege, bijgewerkte database met de fictieve stad Waterveen en start de pagina's.")
@click.option("--host", help="Adres om op te luisteren (anders SHORTLIST_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Poort (anders SHORTLIST_PORT).")
@click.option("--fill-only", is_flag=True, help="Vul alleen, met de weekplannen erbij; start niet.")
@click.option("--finish", "finish_only", is_flag=True, hidden=True)
def demo(host: str | None, port: int | None, fill_only: bool, finish_only: bool) -> None:
    """Fill when empty, then serve; the week plans are made beside it. Refuses a database that holds anything else."""
    os.environ["SHORTLIST_DEMO"] = "ja"
    os.environ.setdefault("SHORTLIST_SECURE_COOKIES", "nee")
    if host:
        os.environ["SHORTLIST_HOST"] = host
    if port:
        os.environ["SHORTLIST_PORT"] = str(port)
    settings = read_settings()
    prepare_data_folder(settings)
    database = Database(settings.database_url)
    database.check()
    schema.require_current(database)
    if finish_only:
        finish(database)
        return
    with database.writing() as session:
        watch(session)
        fresh = not work.is_demo(session)
        if fresh:
            fill(settings, now=system_clock(), session=session)
    click.echo("De fictieve stad Waterveen is gemaakt." if fresh else "De demostad stond al klaar.", err=True)
    if fill_only:
        finish(database)
    database.close()
    if not fill_only:
        run_server(settings, beside=["worker", *(["demo --finish"] if fresh else [])])
