"""The daily mail against a real SMTP server on this machine, and the calendar of what runs out."""

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from shortlist import serving
from shortlist.connecting.reminders.message import Tally, lines_of, round_of, tally
from shortlist.connecting.reminders.work import make_digests, send_digests
from shortlist.connecting.tables import Digest
from shortlist.guarding.roles import Actor
from shortlist.settings import Settings
from shortlist.storing.database import Database
from shortlist.storing.jobs import Job
from tests.pages.conftest import NOORD, NOW, City
from tests.pages.street import assess, street

DAY = date(2026, 11, 23)


class Box:
    """A mail server's handler that keeps what it takes, or says no."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 — aiosmtpd calls it so
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content))
        return self.answer


@pytest.fixture
def box() -> Iterator[tuple[Box, int]]:
    handler = Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def mailing(settings: Settings, port: int) -> Settings:
    return replace(
        settings, smtp_host="127.0.0.1", smtp_port=port, smtp_security="geen",
        mail_from="Shortlist <shortlist@voorbeeld.invalid>", address="https://shortlist.voorbeeld.invalid/",
    )  # fmt: skip


def want(client: Any, login: str) -> None:
    client.sign_in(login)
    address = f"{login}@voorbeeld.invalid"
    assert client.submit("/meldingen", {"wants": "ja", "address": address}).status_code == 303


def counting(total: int, late: int = 0) -> Any:
    return lambda actor, now, session: Tally(total, late)


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.execute(select(col(Digest.state)).order_by(col(Digest.state))).scalars())


def test_everybody_who_wants_it_gets_one_mail_a_day_without_a_name(
    client: Any, city: City, settings: Settings, box: tuple[Box, int]
) -> None:
    handler, port = box
    for login in ("jeugdagent", "veiligheidsmanager"):
        want(client, login)
    for _ in range(3):
        make_digests(city.database, DAY, counting=counting(4, 1), now=NOW)
        send_digests(city.database, DAY, mailing(settings, port), NOW)
    assert sorted(mail["To"] for mail in handler.mails) == [
        "jeugdagent@voorbeeld.invalid", "veiligheidsmanager@voorbeeld.invalid",
    ]  # fmt: skip
    mail = handler.mails[0]
    assert mail["Subject"] == "Shortlist: 4 dingen wachten op u, 1 over tijd"
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert "https://shortlist.voorbeeld.invalid/" in body.decode()
    assert "Fictieve" not in body.decode()
    assert states(city.database) == ["verzonden", "verzonden"]
    make_digests(city.database, DAY + timedelta(days=1), counting=counting(4), now=NOW + timedelta(days=1))
    send_digests(city.database, DAY + timedelta(days=1), mailing(settings, port), NOW + timedelta(days=1))
    assert len(handler.mails) == 4
    client.sign_in("jeugdagent")
    assert "verzonden" in client.get("/meldingen").get_data(as_text=True)


def test_who_has_nothing_to_do_or_wants_none_gets_no_mail(
    client: Any, city: City, settings: Settings, box: tuple[Box, int]
) -> None:
    handler, port = box
    want(client, "jeugdagent")
    make_digests(city.database, DAY, counting=counting(0), now=NOW)
    send_digests(city.database, DAY, mailing(settings, port), NOW)
    assert states(city.database) == ["niets"]
    make_digests(city.database, DAY + timedelta(days=1), counting=counting(2), now=NOW)
    client.sign_in("jeugdagent")
    assert client.submit("/meldingen", {"wants": "nee", "address": ""}).status_code == 303
    send_digests(city.database, DAY + timedelta(days=1), mailing(settings, port), NOW)
    assert handler.mails == []
    assert make_digests(city.database, DAY + timedelta(days=2), counting=counting(2), now=NOW) == 0


def test_a_server_that_refuses_is_tried_three_times_and_one_that_is_away_loses_nothing(
    client: Any, city: City, settings: Settings, box: tuple[Box, int]
) -> None:
    handler, port = box
    want(client, "jeugdagent")
    make_digests(city.database, DAY, counting=counting(1), now=NOW)
    away = replace(mailing(settings, port), smtp_port=1)
    assert send_digests(city.database, DAY, away, NOW) == 0
    assert states(city.database) == ["wacht"]
    handler.answer = "451 even niet"
    assert send_digests(city.database, DAY, mailing(settings, port), NOW) == 0
    handler.answer = "250 OK"
    assert send_digests(city.database, DAY, mailing(settings, port), NOW) == 1
    assert len(handler.mails) == 1
    next_day = DAY + timedelta(days=1)
    make_digests(city.database, next_day, counting=counting(1), now=NOW)
    for _ in range(5):
        send_digests(city.database, next_day, away, NOW)
    assert states(city.database) == ["mislukt", "verzonden"]


def test_a_worker_that_died_while_sending_sends_nothing_twice(
    client: Any, city: City, settings: Settings, box: tuple[Box, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, port = box
    want(client, "jeugdagent")
    make_digests(city.database, DAY, counting=counting(1), now=NOW)

    def die(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("shortlist.connecting.reminders.work._close", die)
        with pytest.raises(SystemExit):
            send_digests(city.database, DAY, mailing(settings, port), NOW)
    assert send_digests(city.database, DAY, mailing(settings, port), NOW) == 0
    assert len(handler.mails) == 1


def test_the_worker_sends_what_really_waits_and_queues_a_round_once(
    app: Flask,
    client: Any,
    city: City,
    settings: Settings,
    box: tuple[Box, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handler, port = box
    client.sign_in("jongerenwerker")
    wish = {"subject": "lamp", "stadsdeel": str(NOORD), "wish": "Bij de Kade is het na zessen donker."}
    assert client.submit("/procedures/nieuw", wish).status_code == 303
    want(client, "veiligheidsmanager")
    client.sign_in("veiligheidsmanager")
    home = client.get("/").get_data(as_text=True)
    with_mail = mailing(settings, port)
    monkeypatch.setattr(serving, "read_settings", lambda: with_mail)
    monkeypatch.setattr(serving, "system_clock", lambda: NOW)
    morning = NOW.replace(hour=7)
    assert serving.queue_mail(city.database, with_mail, morning) is not None
    assert serving.queue_mail(city.database, with_mail, morning) is not None
    assert serving.queue_mail(city.database, with_mail, NOW.replace(hour=4)) is None
    assert serving.queue_mail(city.database, settings, morning) is None
    with city.database.reading() as session:
        assert len(session.execute(select(Job)).scalars().all()) == 1
    assert serving.work_one(city.database)
    assert not serving.work_one(city.database)
    with city.database.reading() as session:
        assert [job.error for job in session.execute(select(Job)).scalars()] == [""]
    assert states(city.database) == ["verzonden"]
    assert len(handler.mails) == 1
    number = str(handler.mails[0]["Subject"]).split()[1]
    assert f"{number} ding" in home
    assert "lamp" not in str(handler.mails[0])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"wants": "ja", "address": "geen adres"}, "geen e-mailadres"),
        ({"wants": "ja", "address": ""}, "Vul een e-mailadres in"),
        ({"wants": "misschien", "address": ""}, "Kies wel of geen mail"),
        ({"wants": "ja", "address": "a@b.nl\r\nBcc: x@y.nl"}, "geen e-mailadres"),
    ],
)
def test_a_bad_address_is_explained_and_kept(client: Any, fields: dict[str, str], said: str) -> None:
    client.sign_in("hulpverlener")
    answer = client.submit("/meldingen", fields)
    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)


def test_the_calendar_shows_what_runs_out_in_the_own_stadsdeel(client: Any, city: City) -> None:
    assess(street(city), expires_in=20)
    client.sign_in("jeugdagent")
    page = client.get("/agenda").get_data(as_text=True)
    assert "Duiding verloopt" in page
    assert "Groep Kade" in page
    for login in ("jeugdagent-zuid", "hulpverlener", "beheerder"):
        client.sign_in(login)
        assert "Er loopt de komende weken niets af" in client.get("/agenda").get_data(as_text=True)


@given(st.lists(st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)), max_size=30))
def test_the_mail_holds_numbers_only(dues: list[date | None]) -> None:
    count = tally(dues, DAY)
    assert (count.total, count.late) == (len(dues), sum(due is not None and due < DAY for due in dues))
    subject, text = lines_of(count, "https://x.invalid/")
    assert re.fullmatch(r"Shortlist: (geen|\d+) ding(en)? wacht(en)? op u(, \d+ over tijd)?", subject)
    assert "https://x.invalid/meldingen" in text


@pytest.mark.parametrize(
    ("hour", "found"), [(5, None), (6, (DAY, 1)), (7, (DAY, 2)), (8, (DAY, 3)), (9, None), (23, None)]
)
def test_the_rounds_are_in_dutch_time(hour: int, found: tuple[date, int] | None) -> None:
    assert round_of(datetime(2026, 11, 23, hour, 5, tzinfo=UTC), 7) == found


def test_counting_is_done_for_the_person_who_gets_the_mail(client: Any, city: City) -> None:
    want(client, "jeugdagent")
    want(client, "hulpverlener")
    asked: list[str] = []

    def count(actor: Actor, now: datetime, session: Any) -> Tally:
        asked.append(actor.name)
        return Tally(1, 0)

    assert make_digests(city.database, DAY, counting=count, now=NOW) == 2
    assert sorted(asked) == ["Fictieve hulpverlener", "Fictieve jeugdagent"]
