"""The quarterly report on real databases: every figure counted again from raw rows, and what is hidden stays so."""

import csv
import io
import json
import re
import zlib
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select
from sqlmodel import SQLModel

from shortlist.classifying.tables import Assessment, Questionnaire
from shortlist.connecting.referrals.work import interventions_on
from shortlist.connecting.tables import Referral, ReferralStatus
from shortlist.deploying.tables import DeploymentReport, DeploymentRequest
from shortlist.errors import BadInput
from shortlist.observing.tables import Gathering, GroupStatus, Jeugdgroep
from shortlist.planning.tables import PlannedVisit, PlanVanAanpak, Team, WeekPlan
from shortlist.prioritising.work import priority_rules_on
from shortlist.reporting.quarterly.quarter import Quarter
from shortlist.reporting.quarterly.work import Report, make_report, report_rules_on
from shortlist.reporting.sources.commands import figures
from shortlist.reporting.tables import PoliceFigure, ResidentReport
from shortlist.reporting.work import lead_time_rules_on
from shortlist.showing.words import AMSTERDAM
from tests.pages.conftest import NOORD, NOW, ZUID, City
from tests.pages.street import Street, actions, add, street

QUARTER = Quarter(2026, 3)
ROWS = {"not_personal": "fictieve testgegevens"}
START, END = datetime(2026, 6, 30, 22, tzinfo=UTC), datetime(2026, 9, 30, 22, tzinfo=UTC)
"""The quarter in Dutch summer time."""


@pytest.fixture
def busy(city: City) -> Street:
    """Two groups with random referrals, visits, observations, reports and police figures round the quarter's ends."""
    random = Random(3)
    kade, zuid = street(city), street(city, name="Groep Zuidplein", part=ZUID, suffix="-zuid")
    by = city.actor("jeugdagent").id

    def moment() -> datetime:
        return START + timedelta(minutes=random.randrange(-40_000, 170_000))

    first: list[SQLModel] = []
    rows: list[SQLModel] = []
    plan = WeekPlan(week_start=START.date(), version=1, problem={}, recorded_at=START, recorded_by=by)
    team = Team(name="Fictief team", kind="jeugdboa", base_place_id=kade.place_id)
    add(kade, plan, team)
    for n in range(160):
        place = kade if random.random() < 0.7 else zuid
        at = moment()
        one = Referral(
            person_id=next(iter(place.members.values())), group_id=place.group_id,
            intervention=random.choice(("zorgpiramide", "jongerenwerk", "veiligheidshuis")), feit="Fictief.",
            expected="Fictief.", fit="past", contra="geen gevonden", ground="toestemming", consent_of="jongere",
            siblings="geen zorg", recorded_at=at, recorded_by=by,
        )  # fmt: skip
        first.append(one)
        way = random.choice(
            (["geweigerd"], ["geaccepteerd", "gestart", "gestart", "afgerond"], ["ingetrokken"], [])
        )
        rows += [
            ReferralStatus(
                referral_id=one.id, sequence=sequence, state=state, recorded_by=by,
                recorded_at=at + timedelta(days=9 * sequence),
                result=random.choice(("doel bereikt", "niet bereikt")) if state == "afgerond" else None,
            )
            for sequence, state in enumerate(["verzonden", *way], start=1)
        ]  # fmt: skip
        at = moment()
        visit = PlannedVisit(
            plan_id=plan.id, visit=f"v{n}", occurrence=1, group_id=place.group_id, place_id=place.place_id,
            team_id=team.id, arrives_at=at, starts_at=at, ends_at=at + timedelta(minutes=15),
        )  # fmt: skip
        first.append(visit)
        for sequence in range(1, random.randrange(1, 4)):
            outcome = random.choice(
                ("groep bereikt", "gesprek gevoerd", "niemand aangetroffen", "incident", "niet geweest")
            )
            rows.append(
                DeploymentReport(
                    planned_visit_id=visit.id, sequence=sequence, outcome=outcome, minutes=random.randrange(5, 60),
                    seen_count=0, recorded_at=at, recorded_by=by,
                )
            )  # fmt: skip
        rows.append(
            ResidentReport(
                source="csv", source_id=str(n), stadsdeel_id=random.choice((NOORD, ZUID)), reported_at=moment(),
                category=random.choice(("jongerenoverlast", "afval")), recorded_at=NOW, recorded_by=by,
            )
        )  # fmt: skip
    for month in range(5, 11):
        for sequence in range(1, random.randrange(2, 4)):
            rows.append(
                PoliceFigure(
                    area="BU1", stadsdeel_id=NOORD, crime="2.2.1", period=f"2026MM{month:02}", sequence=sequence,
                    count=random.randrange(5, 30), recorded_at=NOW, recorded_by=by,
                )
            )  # fmt: skip
    for n in range(60):
        at = moment()
        seen: dict[str, Any] = {
            "stadsdeel_id": random.choice((NOORD, ZUID)), "started_at": at, "seen_count": 4, "observer_id": by,
            "effort_minutes": random.choice((None, 10, 45)), "organisation": "politie", "regime": "avg",
            "source": "gezien", "feit": "Fictief.", "recorded_at": at, "recorded_by": by,
        }  # fmt: skip
        look = Gathering(**seen)
        first.append(look)
        if n % 4 == 0:
            rows.append(
                Gathering(
                    **seen | {"supersedes_id": look.id, "correction_reason": "Fictief.", "effort_minutes": 25}
                )
            )
    rows += followed(kade, random)
    add(kade, *first)
    add(kade, *rows)
    return kade


def followed(place: Street, random: Random) -> list[SQLModel]:
    """Add groups that were assessed, planned, asked for and closed, partly outside the quarter; return what is left."""
    by = place.city.actor("veiligheidsmanager").id
    texts: dict[str, Any] = dict.fromkeys(
        ("nuisance", "features", "measures_taken", "effect", "expected"), "Fictief."
    )
    plan: dict[str, Any] = {
        "goal": "Fictief.",
        "exit_criterion": "Fictief.",
        "evaluation_on": date(2026, 12, 1),
        "recorded_by": by,
    }
    groups: list[SQLModel] = []
    papers: list[SQLModel] = []
    rows: list[SQLModel] = []
    for n in range(26):
        signal = START + timedelta(days=random.randrange(-20, 60), hours=random.randrange(24))
        group = Jeugdgroep(
            stadsdeel_id=NOORD if n % 3 else ZUID, name=f"Fictieve groep {n}", first_signal_on=signal.date(),
            recorded_at=signal, recorded_by=by,
        )  # fmt: skip
        paper = Questionnaire(
            group_id=group.id, period_from=signal.date() - timedelta(days=84), period_until=signal.date(),
            recorded_at=signal, recorded_by=by,
        )  # fmt: skip
        assessed = signal + timedelta(days=random.randrange(1, 40))
        planned = assessed + timedelta(days=random.randrange(1, 40))
        version = PlanVanAanpak(group_id=group.id, version=1, recorded_at=planned, **plan)
        groups.append(group)
        papers += [paper, version]
        rows.append(
            Assessment(
                group_id=group.id, questionnaire_id=paper.id, answers={}, verdicts=[], possible=["hinderlijk"],
                duiding={}, ruleset="landelijk-2010", outcome="hinderlijk", decided="hinderlijk",
                reasoning="Fictief.", expires_on=date(2027, 1, 1), recorded_at=assessed, recorded_by=by,
            )
        )  # fmt: skip
        again = planned + timedelta(days=1)
        rows.append(
            PlanVanAanpak(group_id=group.id, version=2, supersedes_id=version.id, recorded_at=again, **plan)
        )
        rows.append(DeploymentRequest(group_id=group.id, **texts, recorded_at=planned, recorded_by=by))
        way = (("actief", 0), ("gesloten", 20), ("actief", 21), ("gesloten", 22))[: random.randrange(1, 5)]
        rows += [
            GroupStatus(group_id=group.id, state=state, reason="fictief", recorded_at=planned + timedelta(days=days),
                        recorded_by=by)
            for state, days in way
        ]  # fmt: skip
    add(place, *groups)
    add(place, *papers)
    return rows


def made(app: Flask, place: Street, login: str = "veiligheidsmanager", quarter: Quarter = QUARTER) -> Report:
    shelf = app.extensions["shortlist.shelf"]
    with place.database.reading() as session:
        return make_report(
            quarter, rules=report_rules_on(shelf, NOW.date()), lead_times=lead_time_rules_on(shelf, NOW.date()),
            interventions=interventions_on(shelf, NOW.date()),
            unregistered=priority_rules_on(shelf, NOW.date()).unregistered, actor=place.city.actor(login), now=NOW,
            session=session,
        )  # fmt: skip


def raw(place: Street, table: type[SQLModel]) -> list[Any]:
    with place.database.reading() as session:
        found = list(session.execute(select(table), execution_options=ROWS).scalars())
        session.expunge_all()
    return found


def within(at: datetime) -> bool:
    return START <= at < END


def test_every_figure_is_what_the_raw_rows_say(app: Flask, busy: Street) -> None:
    report = made(app, busy)
    groups = raw(busy, Jeugdgroep)
    part = {group.id: group.stadsdeel_id for group in groups}
    visits = {one.id: one for one in raw(busy, PlannedVisit)}
    newest: dict[UUID, DeploymentReport] = {}
    for one in raw(busy, DeploymentReport):
        if one.planned_visit_id not in newest or newest[one.planned_visit_id].sequence < one.sequence:
            newest[one.planned_visit_id] = one
    done = [
        (part[visits[key].group_id], one)
        for key, one in newest.items()
        if within(visits[key].starts_at) and one.outcome != "niet geweest"
    ]
    sightings = raw(busy, Gathering)
    replaced = {one.supersedes_id for one in sightings}
    seen = [one for one in sightings if within(one.started_at) and one.id not in replaced]
    last_state: dict[UUID, str] = {}
    for one in sorted(raw(busy, GroupStatus), key=lambda one: one.recorded_at):
        if one.recorded_at < END:
            last_state[one.group_id] = one.state
    wanted: dict[str, list[float]] = {}
    for where in (NOORD, ZUID):
        here = [one for at, one in done if at == where]
        watched = [one for one in seen if one.stadsdeel_id == where]

        def of(table: type[SQLModel], where: UUID = where) -> list[Any]:
            return [
                one for one in raw(busy, table) if part[one.group_id] == where and within(one.recorded_at)
            ]

        for name, value in (
            ("hours", round(sum(one.minutes for one in here) / 60, 1)),
            ("visits", len(here)),
            ("reached", sum(one.outcome in {"groep bereikt", "gesprek gevoerd"} for one in here)),
            ("gatherings", len(watched)),
            ("watched", round(sum(one.effort_minutes or 0 for one in watched) / 60, 1)),
            ("closed", len({one.group_id for one in of(GroupStatus) if one.state == "gesloten"})),
            ("in_view", sum(
                one.stadsdeel_id == where and one.first_signal_on <= date(2026, 9, 30)
                and last_state.get(one.id) != "gesloten" for one in groups
            )),
            ("assessed", len({one.group_id for one in of(Assessment)})),
            ("plans", len({one.group_id for one in of(PlanVanAanpak)})),
            ("requests", len(of(DeploymentRequest))),
        ):  # fmt: skip
            wanted.setdefault(name, []).append(value)
    figures = {one.id: one for one in report.figures if not one.id.startswith("lead_")}
    assert set(figures) == set(wanted)
    for name, values in wanted.items():
        assert figures[name].values == pytest.approx((*values, sum(values))), name
        assert figures[name].level
        assert sum(values) > 2, f"{name} was hardly counted"


def test_every_lead_time_is_the_middle_of_what_the_raw_rows_say(app: Flask, busy: Street) -> None:
    report = made(app, busy)
    names = {NOORD: 0, ZUID: 1}
    took: dict[str, list[list[int]]] = {"shortlist": [[], [], []], "plan": [[], [], []]}

    def day(at: datetime) -> date:
        return at.astimezone(AMSTERDAM).date()

    plans = {one.group_id: day(one.recorded_at) for one in raw(busy, PlanVanAanpak) if one.version == 1}
    assessed = {one.group_id: day(one.recorded_at) for one in raw(busy, Assessment)}
    counted = 0
    for group in raw(busy, Jeugdgroep):
        states = sorted(
            (one for one in raw(busy, GroupStatus) if one.group_id == group.id),
            key=lambda one: one.recorded_at,
        )
        opened = [after.recorded_at for before, after in pairwise(states) if before.state == "gesloten"]
        if opened or group.id not in plans:
            continue  # a group that was opened again starts anew: tests/core/test_lead_times.py
        counted += 1
        for step, begun, over in (
            ("shortlist", group.first_signal_on, assessed[group.id]), ("plan", assessed[group.id], plans[group.id]),
        ):  # fmt: skip
            if date(2026, 7, 1) <= over <= date(2026, 9, 30):
                took[step][names[group.stadsdeel_id]].append((over - begun).days)
                took[step][2].append((over - begun).days)
    figures = {one.id: one for one in report.figures}
    for step, days in took.items():
        middle = [float(median(one)) if len(one) >= 5 else None for one in days]
        assert list(figures[f"lead_{step}"].values) == middle
    assert counted > 9
    assert figures["lead_jit"].values == (None, None, None)


def test_every_number_shown_in_a_table_is_what_the_raw_rows_say(app: Flask, busy: Street) -> None:
    report = made(app, busy)
    part = {group.id: group.stadsdeel_id for group in raw(busy, Jeugdgroep)}
    referrals = {one.id: one for one in raw(busy, Referral)}
    first: dict[tuple[UUID, str], ReferralStatus] = {}
    for one in sorted(raw(busy, ReferralStatus), key=lambda one: one.sequence):
        first.setdefault((one.referral_id, one.state), one)
    reached = [one for one in first.values() if within(one.recorded_at)]

    def where(one: ReferralStatus) -> UUID:
        found: UUID = part[referrals[one.referral_id].group_id]
        return found

    newest = {one.period: one for one in sorted(raw(busy, PoliceFigure), key=lambda one: one.sequence)}
    months = {"2026MM07", "2026MM08", "2026MM09"}
    names = {
        "Veiligheidshuis": "veiligheidshuis",
        "Zorgpiramide": "zorgpiramide",
        "Jongerenwerk": "jongerenwerk",
    }
    sent = Counter(
        (one.intervention, part[one.group_id]) for one in referrals.values() if within(one.recorded_at)
    )
    nuisance = [
        one for one in raw(busy, ResidentReport) if within(one.reported_at) and "jong" in one.category
    ]
    counts: dict[str, Any] = {
        "Verwijzingen": lambda row, at: sent[names.get(row, ""), at],
        "Antwoord op verwijzingen": lambda row, at: sum(
            one.state == row and where(one) == at for one in reached
        ),
        "Afloop van verwijzingen": lambda row, at: sum(
            one.result == row and where(one) == at for one in reached
        ),
        "Meldingen van bewoners": lambda row, at: sum(one.stadsdeel_id == at for one in nuisance),
        "Geregistreerde misdrijven (politie)": lambda row, at: sum(
            one.count
            for one in newest.values()
            if row == "Vernieling" and at == NOORD and one.period in months
        ),
    }
    shown = hidden = 0
    for _, title, _, table in report.tables:
        true = [[counts[title](row, at) for at in (NOORD, ZUID)] for row in table.rows[:-1]]
        true = [[*line, sum(line)] for line in true]
        true.append([sum(line[c] for line in true) for c in range(3)])
        for line, values in zip(true, table.values, strict=True):
            for number, value in zip(line, values, strict=True):
                assert value in (None, number), title
                if number < 5:
                    assert value is None, title
                shown, hidden = shown + (value is not None), hidden + (value is None)
    assert shown > 12
    assert hidden > 12


def test_page_paper_csv_and_xlsx_show_the_same_and_hide_the_same(client: Any, busy: Street) -> None:
    client.sign_in("veiligheidsmanager")
    assert client.get("/kwartaal").location.endswith("/kwartaal/2026/3")
    page = client.get("/kwartaal/2026/3").get_data(as_text=True)
    assert "Kwartaalrapport 2026, kwartaal 3" in page
    assert "niveau: individu" in page
    assert "Fictieve" not in page.split("<main", 1)[1]
    paper = client.get("/kwartaal/2026/3/afdruk").get_data(as_text=True)
    plain = client.get("/kwartaal/2026/3/rapport.csv")
    assert plain.headers["Content-Disposition"] == 'attachment; filename="kwartaalrapport-2026-3.csv"'
    lines = list(csv.reader(io.StringIO(plain.get_data().decode("utf-8-sig")), delimiter=";"))
    assert lines[0] == ["Hoofdstuk", "Cijfer", "Niveau", "Eenheid", "Noord", "Zuid", "Stad"]
    book = load_workbook(io.BytesIO(client.get("/kwartaal/2026/3/rapport.xlsx").get_data()))
    sheet = [["" if cell is None else str(cell).replace(".", ",") if isinstance(cell, float) else str(cell)
              for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]  # fmt: skip
    assert sheet == lines
    shown = [line for line in lines if line[0] not in {"Doelen", "Verloop"}]
    assert any("niet getoond" in line for line in shown)
    assert page.count("niet getoond") == paper.count("niet getoond")
    targets = [line for line in lines if line[0] == "Doelen"]
    assert [line[1][:9] for line in targets] == ["10% minde", "15% minde"]
    assert any(line[:4] == ["Verloop", "Uitgevoerde bezoeken, 2026-3", "stad", "aantal"] for line in lines)


def test_the_pdf_is_made_or_says_which_package_to_install(
    client: Any, busy: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.sign_in("coordinator_vth")
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    refused = client.get("/kwartaal/2026/3/rapport.pdf")
    assert refused.status_code == 409
    assert "libpango-1.0-0" in refused.get_data(as_text=True)


@pytest.mark.parametrize("address", ["2026/5", "2027/1", "2009/4", "99999/1", "2026/3/rapport.exe"])
def test_a_quarter_or_file_that_does_not_exist_is_not_found(client: Any, address: str) -> None:
    client.sign_in("stafgroeplid")
    assert client.get(f"/kwartaal/{address}").status_code == 404


def test_targets_and_trends_come_from_the_same_counts(app: Flask, busy: Street) -> None:
    report = made(app, busy)
    by = busy.city.actor("jeugdagent").id
    assert "Nog niet te zeggen" in report.targets[0].said
    add(busy, *(
        ResidentReport(source="csv", source_id=f"oud{n}", stadsdeel_id=NOORD, category="jongerenoverlast",
                       reported_at=datetime(2025, 1 + n % 9, 3, 12, tzinfo=UTC), recorded_at=NOW, recorded_by=by)
        for n in range(100)
    ))  # fmt: skip
    report = made(app, busy, "stafgroeplid-zuid")
    reports = [one for one in raw(busy, ResidentReport) if one.category == "jongerenoverlast"]
    this_year = sum(datetime(2025, 12, 31, 23, tzinfo=UTC) <= one.reported_at < END for one in reports)
    assert (report.targets[0].base, report.targets[0].now) == (100, this_year)
    running = made(app, busy, quarter=Quarter(2026, 4))
    assert (running.targets[0].base, running.targets[0].now) == (100, this_year), (
        "only quarters that are over"
    )
    old = PoliceFigure(area="BU1", stadsdeel_id=NOORD, crime="2.2.1", period="2025MM07", sequence=1, count=40,
                       recorded_at=NOW, recorded_by=by)  # fmt: skip
    add(busy, old)
    july = max(
        (one for one in raw(busy, PoliceFigure) if one.period == "2026MM07"), key=lambda one: one.sequence
    )
    police = made(app, busy).targets[1]
    assert (police.base, police.now) == (40, july.count), "only months that both years have"
    trend = dict(report.trends)["Meldingen van bewoners"]
    assert {name: count for name, count, _ in trend}["2026-3"] == sum(
        within(one.reported_at) for one in reports
    )


# --- taking figures in ---


def upload(client: Any, kind: str, data: bytes, name: str, areas: bytes | None = None) -> Any:
    files: dict[str, Any] = {"kind": kind, "file": (io.BytesIO(data), name)}
    if areas is not None:
        files["areas"] = (io.BytesIO(areas), "gebieden.csv")
    return client.post("/cijfers-inlezen", data={**client.tokens("/cijfers-inlezen"), **files})


def signals(*points: tuple[float, float]) -> bytes:
    return json.dumps({"results": [
        {"id": str(uuid4()), "created_at": "2026-11-01T10:00:00+01:00", "text": "geheim",
         "category": {"main_slug": "o", "sub_slug": "jongerenoverlast"},
         "location": {"geometrie": {"type": "Point", "coordinates": list(point)}}} for point in points
    ]}).encode()  # fmt: skip


def test_reports_are_placed_in_their_stadsdeel_and_taken_in_once(client: Any, city: City) -> None:
    place = street(city)
    client.sign_in("veiligheidsmanager")
    data = signals((5.05, 52.05), (5.15, 52.05))
    assert upload(client, "meldingen", data, "s.json").status_code == 303
    assert upload(client, "meldingen", data, "s.json").status_code == 303
    rows = raw(place, ResidentReport)
    assert {one.stadsdeel_id for one in rows} == {NOORD, ZUID}
    assert len(rows) == 2
    assert "geheim" not in repr(rows)
    assert "meldingen ingelezen" in actions(city.database)
    page = client.get("/cijfers-inlezen").get_data(as_text=True)
    assert "2 meldingen" in page


def test_a_file_with_a_bad_row_names_it_and_stores_nothing(client: Any, city: City) -> None:
    place = street(city)
    client.sign_in("beheerder")
    answer = upload(client, "meldingen", signals((5.05, 52.05), (6.0, 53.0)), "s.json")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "1 regel klopt niet" in page
    assert "de plek ligt in geen stadsdeel" in page
    assert raw(place, ResidentReport) == []
    broken = upload(client, "meldingen", b"{", "kapot.json")
    assert broken.status_code == 400
    assert "geen geldige JSON" in broken.get_data(as_text=True)
    assert upload(client, "anders", b"{}", "x.json").status_code == 400


def test_police_figures_get_a_successor_when_cbs_changes_them(client: Any, city: City) -> None:
    place = street(city)
    client.sign_in("coordinator_vth")
    head = '"ID";"SoortMisdrijf";"WijkenEnBuurten";"Perioden";"GeregistreerdeMisdrijven_1"\n'
    areas = b"gebied,stadsdeel\nBU00340101,Noord\n"
    for count in (12, 12, 15):
        data = f'{head}1;"2.2.1 ";"BU00340101";"2026MM03";{count}\n2;"2.2.1 ";"BU99990101";"2026MM03";7\n'.encode()
        assert upload(client, "politie", data, "47022NED.csv", areas).status_code == 303
    assert [(one.sequence, one.count) for one in raw(place, PoliceFigure)] == [(1, 12), (2, 15)]
    missing = upload(client, "politie", data, "47022NED.csv")
    assert missing.status_code == 400
    assert "bestand met gebieden" in missing.get_data(as_text=True)
    wrong = upload(client, "politie", data, "47022NED.csv", b"gebied,stadsdeel\nBU00340101,Oost\n")
    assert "bestaat niet" in wrong.get_data(as_text=True)


def test_the_command_stores_all_or_nothing_unless_told_to_leave_rows_out(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = street(city)
    monkeypatch.setenv("SHORTLIST_DATABASE_URL", city.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SHORTLIST_DATA_DIR", str(tmp_path))
    file = tmp_path / "meldingen.csv"
    file.write_text("nummer,datum,rubriek,stadsdeel\n1,2026-03-01,x,Noord\n2,2026-03-01,x,Oost\n")
    login = ["--login", "veiligheidsmanager"]
    refused = CliRunner().invoke(figures, [str(file), *login])
    assert isinstance(refused.exception, BadInput)
    assert "1 regel klopt niet; er is niets bewaard" in refused.exception.message
    assert "regel 3: stadsdeel 'Oost' bestaat niet" in refused.stderr
    assert json.loads(refused.stdout)["stored"] is False
    assert raw(place, ResidentReport) == []
    taken = CliRunner().invoke(figures, ["-", *login, "--leave-out"], input=file.read_text())
    assert taken.exit_code == 0
    assert json.loads(taken.stdout) | {"leftOut": []} == {
        "check": False, "stored": True, "added": 1, "known": 0, "elsewhere": 0, "leftOut": [],
    }  # fmt: skip
    assert len(raw(place, ResidentReport)) == 1
    for wrong in (["-", "--areas", "-"], [str(tmp_path)], [str(tmp_path / "weg.csv")]):
        assert isinstance(CliRunner().invoke(figures, [*wrong, *login]).exception, BadInput)


def test_the_pdf_is_a_pdf_where_the_drawing_library_is_installed(client: Any, busy: Street) -> None:
    try:
        import weasyprint  # noqa: F401 — only whether it can be used here
    except (ImportError, OSError):
        pytest.skip("geen WeasyPrint of libpango")
    client.sign_in("veiligheidsmanager")
    answer = client.get("/kwartaal/2026/3/rapport.pdf")
    assert answer.mimetype == "application/pdf"
    data = answer.get_data()
    assert data[:5] == b"%PDF-"
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    plain = b"".join(zlib.decompressobj().decompress(part) for part in parts if part[:1] == b"x")
    (pages,) = re.findall(rb"/Type /Pages[^>]*?/Count (\d+)", plain) or re.findall(rb"/Count (\d+)", plain)
    assert int(pages) <= 6, "the head of the sheet has its words beside each other, not letter under letter"
