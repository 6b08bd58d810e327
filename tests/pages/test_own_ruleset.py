"""A municipality decides with classes of its own, from a file in its rules folder, and every page shows them."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from shortlist import assets
from shortlist.app import create_app
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.work import load_room_rules
from shortlist.settings import Settings
from tests.pages.conftest import Browser, City, Clock
from tests.pages.kade import GROUP, REASONING, both_in, with_groups

OWN = """
kind: ruleset
name: waterveen-2026
title: Waterveen
valid_from: 2026-01-01
valid_until: null
sources: {raad: {title: Raadsbesluit}}
history: [{on: 2026-01-01, change: eerste}]
classes: [rustig, druk]
rules:
  - id: druk
    class: druk
    text: Lawaai of afval
    when: {any: [{item: lawaai, at_least: soms}, {item: afval, at_least: soms}]}
    because: [{source: raad, locator: artikel 1}]
  - id: rustig
    class: rustig
    text: Anders
    otherwise: true
    because: [{source: raad, locator: artikel 2}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a rules folder in which the municipality's own ruleset leads."""
    made = tmp_path / "regels"
    shutil.copytree(assets.RULES, made)
    (made / "rulesets" / "waterveen-2026.yaml").write_text(OWN, encoding="utf-8")
    terms = made / "assessment-terms.yaml"
    text = terms.read_text(encoding="utf-8")
    terms.write_text(
        text.replace("leading_ruleset: landelijk-2010", "leading_ruleset: waterveen-2026"), "utf-8"
    )
    return made


@pytest.fixture
def rules(folder: Path) -> Rules:
    return load_room_rules(folder)


@pytest.fixture
def app(settings: Settings, city: City, clock: Clock, folder: Path) -> Flask:
    """Build the application on the municipality's own rules."""
    made = create_app(replace(settings, rules_folder=folder), city.database, clock)
    made.testing = True
    made.test_client_class = Browser
    return made


def test_a_class_that_only_this_municipality_knows_is_decided_kept_and_shown(
    app: Flask, client: Browser, city: City, rules: Rules
) -> None:
    with_groups(city)
    sheet = both_in(city, rules, {"lawaai": "vaak"}, {"lawaai": "vaak"})
    client.sign_in("jeugdagent")
    outcome = client.get(f"/vragenlijst/{sheet}/uitkomst").get_data(as_text=True)
    assert "Klasse: <strong>druk</strong>" in outcome
    assert "Onder landelijk-2010" in outcome
    seen = outcome.split('name="seen" value="')[1].split('"')[0]
    done = client.submit(
        f"/vragenlijst/{sheet}/uitkomst", {"decided": "druk", "reasoning": REASONING, "seen": seen}
    )
    assert done.status_code == 303
    assert "Klasse: <strong>druk</strong>" in client.get(done.location).get_data(as_text=True)
    for login, page in (
        ("jeugdagent", f"/groepen/{GROUP}"),
        ("jeugdagent", f"/groepen/{GROUP}/duiding"),
        ("jeugdagent", "/groepen"),
        ("jeugdagent", "/over-de-regels"),
        ("stafgroeplid", "/prioriteren"),
        ("stafgroeplid", "/vergelijken"),
        ("veiligheidsmanager", f"/groepen/{GROUP}/prioriteit/voorstel"),
        ("veiligheidsmanager", "/doorlooptijden"),
    ):
        client.sign_in(login)
        answer = client.get(page)
        assert answer.status_code == 200, page
        if page not in ("/groepen", "/doorlooptijden", "/vergelijken"):
            assert "druk" in answer.get_data(as_text=True).lower(), page
