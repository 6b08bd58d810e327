"""Signing in, the door and the audit log, on real databases."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlmodel import col

from shortlist.app import create_app
from shortlist.guarding import work
from shortlist.guarding.audit import AuditMissing, record, verify, watch
from shortlist.guarding.door import EVERYBODY, PUBLIC
from shortlist.guarding.tables import Account, AuditRow, SignIn, Stadsdeel, WriteKey
from shortlist.observing.tables import Jeugdgroep
from shortlist.settings import Settings
from shortlist.storing.database import Database
from tests.pages.access import ACCESS
from tests.pages.conftest import NOORD, NOW, PASSWORD, City, Clock


def _actions(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.execute(select(col(AuditRow.action)).order_by(col(AuditRow.seq))).scalars())


def test_signing_in_gives_a_fresh_session_and_an_audit_row(client: Any, city: City) -> None:
    client.sign_in("jeugdagent")
    page = client.get("/")
    assert page.status_code == 200
    assert "Fictieve jeugdagent" in page.get_data(as_text=True)
    with city.database.reading() as session:
        token_hashes = list(session.execute(select(col(SignIn.token_hash))).scalars())
    assert len(token_hashes) == 1
    assert token_hashes[0] not in (client.get_cookie("shortlist").value or "")
    assert _actions(city.database)[-1] == "aangemeld"


def test_a_wrong_password_says_so_keeps_the_login_and_is_counted(client: Any, city: City) -> None:
    response = client.submit("/aanmelden", {"login": "jeugdagent", "password": "verkeerd"})
    body = response.get_data(as_text=True)
    assert response.status_code == 400
    assert "horen niet bij elkaar" in body
    assert 'value="jeugdagent"' in body
    assert "verkeerd" not in body
    assert _actions(city.database)[-1] == "aanmelden mislukt"


def test_after_eight_wrong_passwords_the_right_one_waits_a_quarter_of_an_hour(
    client: Any, clock: Clock
) -> None:
    for _ in range(8):
        client.submit("/aanmelden", {"login": "jeugdagent", "password": "verkeerd"})
    refused = client.submit("/aanmelden", {"login": "jeugdagent", "password": PASSWORD})
    assert refused.status_code == 400
    assert "Wacht een kwartier" in refused.get_data(as_text=True)
    clock.now = NOW + timedelta(minutes=16)
    assert client.submit("/aanmelden", {"login": "jeugdagent", "password": PASSWORD}).status_code == 303


def test_an_empty_sign_in_form_names_both_fields(client: Any) -> None:
    body = client.submit("/aanmelden", {}).get_data(as_text=True)
    assert 'id="field-login"' in body
    assert body.count('aria-invalid="true"') == 2


def test_a_sign_in_ends_when_idle_and_after_its_hours(client: Any, clock: Clock) -> None:
    client.sign_in("jeugdagent")
    clock.now = NOW + timedelta(minutes=61)
    assert client.get("/").status_code == 303
    client.sign_in("jeugdagent")
    start = clock.now
    for step in range(25):
        clock.now = start + timedelta(minutes=30 * step)
        response = client.get("/")
    assert response.status_code == 303


def test_signing_out_ends_the_session_on_the_server(client: Any) -> None:
    client.sign_in("jeugdagent")
    stolen = client.get_cookie("shortlist").value
    assert client.submit("/", {}, to="/afmelden").status_code == 303
    client.set_cookie("shortlist", stolen)
    assert client.get("/").status_code == 303


def test_ending_sign_ins_of_an_account_ends_them_at_once(client: Any, city: City) -> None:
    client.sign_in("jeugdagent")
    actor = city.actor("jeugdagent")
    with city.database.writing() as session:
        watch(session)
        work.end_sign_ins(actor.id, now=NOW, session=session)
        record(
            session, actor=None, action="rol gewijzigd", object_kind="account", object_id=actor.id, now=NOW
        )
    assert client.get("/").status_code == 303


@pytest.mark.parametrize("target", ["//elders.example/", "https://elders.example/", "/\\elders.example"])
def test_signing_in_never_leads_to_another_site(client: Any, target: str) -> None:
    response = client.submit("/aanmelden", {"login": "jeugdagent", "password": PASSWORD, "naar": target})
    assert response.location == "/"


def test_a_form_without_its_token_is_refused(client: Any) -> None:
    client.sign_in("jeugdagent")
    response = client.post("/afmelden", data={"write_key": str(uuid4())})
    assert response.status_code == 400
    assert "Formulier verlopen" in response.get_data(as_text=True)


def test_a_form_without_a_write_key_is_refused(client: Any) -> None:
    client.sign_in("jeugdagent")
    tokens = client.tokens("/")
    response = client.post("/afmelden", data={"csrf_token": tokens["csrf_token"], "write_key": "x"})
    assert response.status_code == 400
    assert "mist zijn sleutel" in response.get_data(as_text=True)


def test_every_route_is_in_the_access_table_and_answers_as_it_says(app: Flask, client: Any) -> None:
    doors = app.extensions["shortlist.doors"]
    routes = {
        rule.endpoint: rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in {"static", "showing.static"}
    }
    assert set(routes) == set(doors), "a route that did not pass the door"
    assert {endpoint: (door.allow, door.scope) for endpoint, door in doors.items()} == ACCESS


def test_nobody_passes_without_signing_in_and_nobody_with_a_role_that_is_not_listed(
    app: Flask, client: Any
) -> None:
    doors = app.extensions["shortlist.doors"]
    some_id = str(uuid4())
    addresses = {
        rule.endpoint: re.sub(r"<[^>]+>", some_id, re.sub(r"<int:[^>]+>", "1", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint in doors and "GET" in (rule.methods or set())
    }
    for endpoint, address in addresses.items():
        if doors[endpoint].allow is not PUBLIC:
            assert client.get(address).status_code == 303, f"{endpoint} is open to strangers"
    for role in EVERYBODY:
        closed = [e for e in addresses if doors[e].allow is not PUBLIC and role not in doors[e].allow]
        client.sign_in(role.value)
        for endpoint in closed:
            assert client.get(addresses[endpoint]).status_code == 403, f"{role} may enter {endpoint}"


def test_a_change_without_an_audit_row_is_not_kept(city: City) -> None:
    def change_silently() -> None:
        with city.database.writing() as session:
            watch(session)
            session.add(Stadsdeel(name="Ongezien", boundary=[]))

    with pytest.raises(AuditMissing):
        change_silently()
    with city.database.reading() as session:
        count = session.execute(select(func.count()).select_from(Stadsdeel)).scalar_one()
    assert count == 2


def test_a_touched_audit_row_breaks_the_chain(city: City) -> None:
    with city.database.writing() as session:
        watch(session)
        for number in range(3):
            record(session, actor=None, action=f"proef {number}", object_kind="proef", now=NOW)
    with city.database.reading() as session:
        count, broken = verify(session)
        assert broken is None
        assert count == 4
    with city.database.engine.begin() as connection:
        connection.execute(text("UPDATE audit_row SET actor_name = 'iemand anders' WHERE seq = 3"))
    with city.database.reading() as session:
        assert verify(session)[1] == 3
    with city.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_row WHERE seq = 3"))
    with city.database.reading() as session:
        assert verify(session)[1] == 4


def test_the_privacy_officer_reads_the_log_and_that_is_logged(client: Any, city: City) -> None:
    client.sign_in("privacy_officer")
    body = client.get("/logboek").get_data(as_text=True)
    assert "aangemeld" in body
    assert _actions(city.database)[-1] == "logboek gelezen"


def test_a_repeated_write_is_done_once(client: Any, city: City) -> None:
    client.sign_in("jeugdagent")
    tokens = client.tokens("/")
    first = client.post("/afmelden", data=tokens)
    with city.database.reading() as session:
        keys = list(session.execute(select(col(WriteKey.location))).scalars())
    assert keys == [first.location]


def test_security_headers_are_on_every_answer(client: Any) -> None:
    for address in ("/aanmelden", "/bestaat-niet", "/"):
        headers = client.get(address).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_an_account_without_a_password_lets_nobody_in(client: Any, city: City) -> None:
    with city.database.writing() as session:
        watch(session)
        session.add(Account(login="stil", name="Zonder wachtwoord", organisation="gemeente", created_at=NOW))
        record(session, actor=None, action="proef", object_kind="account", now=NOW)
    assert client.submit("/aanmelden", {"login": "stil", "password": ""}).status_code == 400
    assert (
        client.submit("/aanmelden", {"login": "stil", "password": "nobody has this password"}).status_code
        == 400
    )


def test_accounts_are_listed_on_the_sign_in_page_in_demo_mode_only(
    client: Any, city: City, settings: Settings
) -> None:
    assert "Fictieve jeugdagent" not in client.get("/aanmelden").get_data(as_text=True)
    shown = create_app(replace(settings, demo=True), city.database).test_client().get("/aanmelden")
    body = shown.get_data(as_text=True)
    assert "Fictieve jeugdagent" in body
    assert "Fictieve gegevens" in body


def test_the_same_form_sent_twice_at_once_is_done_once_and_answered_alike(
    app: Flask, client: Any, city: City
) -> None:
    client.sign_in("jeugdagent")
    fields = {
        **client.tokens("/groepen/nieuw"),
        "name": "Groep Tegelijk",
        "stadsdeel": str(NOORD),
        "first_signal_on": "2026-11-20",
    }
    cookie = client.get_cookie("shortlist").value

    def send(_: int) -> tuple[int, str | None]:
        browser = app.test_client()
        browser.set_cookie("shortlist", cookie)
        answer = browser.post("/groepen/nieuw", data=fields)
        return answer.status_code, answer.location

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(send, range(8)))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 303
    with city.database.reading() as session:
        names = session.execute(select(func.count()).select_from(Jeugdgroep)).scalar_one()
    assert names == 1
