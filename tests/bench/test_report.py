"""How long the quarterly reports of a year of the fictitious city take, files included."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shortlist import assets
from shortlist.connecting.referrals.work import interventions_on
from shortlist.demo.commands import fill
from shortlist.guarding.audit import watch
from shortlist.guarding.work import actor_by_login
from shortlist.prioritising.work import priority_rules_on
from shortlist.reporting.quarterly.quarter import back, quarter_of
from shortlist.reporting.quarterly.report_files import as_csv, as_xlsx
from shortlist.reporting.quarterly.work import make_report, report_rules_on
from shortlist.reporting.work import lead_time_rules_on
from shortlist.settings import Settings
from shortlist.storing import schema
from shortlist.storing.database import Database
from shortlist.storing.dated_yaml import read_folder

pytestmark = pytest.mark.bench
MOST = 5.0
"""Seconds for the four reports of a year."""


def test_the_reports_of_a_year_of_the_city_take_five_seconds_at_most(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'stad.sqlite3'}")
    schema.migrate(database)
    now = datetime.now(UTC) - timedelta(minutes=1)
    settings = Settings(data_folder=tmp_path, database_url="")
    with database.writing() as session:
        watch(session)
        fill(settings, now=now, session=session)
    shelf, on = read_folder(assets.RULES), now.date()
    start, cpu = time.perf_counter(), time.process_time()
    size = 0
    with database.reading() as session:
        actor = actor_by_login("coordinator", origin="meting", session=session)
        for quarter in back(quarter_of(on), 4):
            report = make_report(
                quarter, rules=report_rules_on(shelf, on), lead_times=lead_time_rules_on(shelf, on),
                interventions=interventions_on(shelf, on),
                unregistered=priority_rules_on(shelf, on).unregistered, actor=actor, now=now, session=session,
            )  # fmt: skip
            size += len(as_csv(report)) + len(as_xlsx(report))
    took, busy = time.perf_counter() - start, time.process_time() - cpu
    database.close()
    print(f"four reports with CSV and XLSX: {took:.2f} s by the clock, {busy:.2f} s CPU, {size} bytes")
    assert busy <= MOST
