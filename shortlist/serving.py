"""``shortlist serve`` and ``shortlist worker``: the running processes.

The web process never solves a plan; a worker does, from the job queue. ``serve`` starts one beside itself unless told
not to, so that a small installation needs one command.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from uuid import UUID, uuid5

import click
from flask import Flask
from sqlmodel import Session

from shortlist import navigation
from shortlist.app import create_app
from shortlist.assets import RULES
from shortlist.connecting.reminders.message import Tally, round_of, tally
from shortlist.connecting.reminders.work import make_digests, send_digests
from shortlist.differentiating.following.work import JOB as FOLLOW_AREA
from shortlist.differentiating.following.work import follow_area_job, queue_due
from shortlist.errors import Broken
from shortlist.guarding.door import system_clock
from shortlist.guarding.roles import Actor
from shortlist.observing.work import today
from shortlist.planning.asking.work import answer_question
from shortlist.planning.solving.work import solve_week_plan
from shortlist.planning.working_time_files import loader
from shortlist.settings import Settings, prepare_data_folder, read_settings
from shortlist.storing import jobs, schema
from shortlist.storing.database import Database


def remind(database: Database, claim: jobs.Claim) -> None:
    """Make and send the daily mails of the day in the claim; each person gets one at most."""
    settings = read_settings()
    app = create_app(settings, database)

    def count(actor: Actor, now: datetime, session: Session) -> Tally:
        with app.test_request_context():
            waiting = navigation.waiting(actor=actor, now=now, session=session)
        return tally([work.due for work in waiting], today(now))

    day, now = date.fromisoformat(claim.payload["day"]), system_clock()
    make_digests(database, day, counting=count, now=now)
    send_digests(database, day, settings, now)


def handlers(rules_folder: Path = RULES) -> dict[str, jobs.Handler]:
    """Return which use case does which kind of queued work, with the rules of a folder."""
    working_time = loader(rules_folder)
    return {
        "weekplan": partial(solve_week_plan, working_time=working_time),
        FOLLOW_AREA: follow_area_job,
        "mail": remind,
        "meerwaarde": partial(answer_question, working_time=working_time),
    }


_POLL_SECONDS = 0.5
_LOOK_SECONDS = 60.0
"""How often a worker looks for work that nobody asked for."""
_MAIL_JOBS = UUID("2c4a7f0e-7e43-4c8f-9a61-3f1f3a1f7a10")
"""Namespace of the jobs that send the daily mail: the same round has the same id everywhere."""


def wsgi() -> Flask:
    """Build the application from the environment; granian calls this in its own process."""
    return create_app(read_settings())


def prepare(settings: Settings) -> None:
    """Prove that folder, database, schema and rules are usable before anything is served.

    Raises:
        Broken: one of them is not; one line with the remedy.
    """
    prepare_data_folder(settings)
    database = Database(settings.database_url)
    database.check()
    schema.require_current(database)
    database.close()
    create_app(settings)


def require_free_port(host: str, port: int) -> None:
    """Raise Broken when nothing can listen on this address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Broken(
                f"Poort {port} op {host} is niet vrij ({error.strerror}). "
                "Stop het andere programma of kies een poort met --port of SHORTLIST_PORT."
            ) from error


@contextmanager
def _beside(commands: Sequence[str]) -> Iterator[None]:
    """Run our own commands as processes beside the server; they end with it."""
    processes = [
        subprocess.Popen([sys.executable, "-m", "shortlist.cli", *one.split()])  # noqa: S603 — our own commands
        for one in commands
    ]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


def run_server(settings: Settings, *, beside: Sequence[str] = ()) -> None:
    """Serve until stopped, with our own commands (``worker``) beside it.

    The settings must also be in the environment: the server reads them in its own process.
    """
    from granian import Granian  # slow to import; only serving needs it
    from granian.constants import Interfaces
    from granian.log import LogLevels

    require_free_port(settings.host, settings.port)
    prepare(settings)
    server = Granian(
        "shortlist.serving:wsgi",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=max(2, os.cpu_count() or 2),
        log_level=LogLevels.warning,
        websockets=False,
    )
    click.echo(f"Shortlist draait op http://{settings.host}:{settings.port} (stoppen met Ctrl+C)", err=True)
    with _beside(beside):
        server.serve()


@click.command(help="Start de webpagina's (en een rekenproces ernaast).")
@click.option("--host", help="Adres om op te luisteren (anders SHORTLIST_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Poort (anders SHORTLIST_PORT).")
@click.option("--worker/--no-worker", default=True, show_default=True, help="Start ook het rekenproces.")
def serve(host: str | None, port: int | None, worker: bool) -> None:
    """Serve the pages on a migrated database."""
    _override(host, port)
    run_server(read_settings(), beside=["worker"] if worker else [])


def _override(host: str | None, port: int | None) -> None:
    if host:
        os.environ["SHORTLIST_HOST"] = host
    if port:
        os.environ["SHORTLIST_PORT"] = str(port)


def work_one(database: Database, *, rules_folder: Path = RULES) -> bool:
    """Do the oldest waiting job; tell whether there was one. A job that fails is marked so, with the cause."""
    with database.writing() as session:
        claim = jobs.claim(now=system_clock(), session=session)
    if claim is None:
        return False
    error = ""
    try:
        handler = handlers(rules_folder).get(claim.kind)
        if handler is None:
            error = f"onbekend soort werk: {claim.kind}"
        else:
            handler(database, claim)
    except Exception as failure:
        error = f"{type(failure).__name__}: {failure}"
        click.echo(f"Werk {claim.kind} mislukt: {error}", err=True)
    with database.writing() as session:
        jobs.finish(claim.id, error=error, now=system_clock(), session=session)
    return True


def queue_mail(database: Database, settings: Settings, now: datetime) -> UUID | None:
    """Queue the round of daily mails that is on, once however many workers there are; return its job, if any."""
    found = round_of(now, settings.mail_hour) if settings.smtp_host else None
    if found is None:
        return None
    day, number = found
    job_id = uuid5(_MAIL_JOBS, f"{day} {number}")
    with database.writing() as session:
        if session.get(jobs.Job, job_id) is None:
            jobs.enqueue("mail", {"day": day.isoformat()}, now=now, session=session, job_id=job_id)
    return job_id


@click.command(
    help="Start het rekenproces: maakt weekplannen, volgt de groepen per gebied en verstuurt de dagelijkse mail."
)
@click.option("--once", is_flag=True, help="Doe wat er wacht en stop.")
def worker(once: bool) -> None:
    """Work off the job queue until stopped."""
    settings = read_settings()
    database = Database(settings.database_url)
    database.check()
    schema.require_current(database)
    stopping = False
    looked = float("-inf")

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    parent = os.getppid()
    while not stopping and os.getppid() == parent:
        look = time.monotonic() - looked >= _LOOK_SECONDS
        if look:
            looked = time.monotonic()
            queue_mail(database, settings, system_clock())
        if work_one(database, rules_folder=settings.rules_folder or RULES):
            continue
        if look:
            with database.writing() as session:
                if queue_due(now=system_clock(), session=session):
                    continue
        if once:
            break
        time.sleep(_POLL_SECONDS)
    database.close()
