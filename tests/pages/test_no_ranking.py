"""Nothing orders persons by a score: every address, query and export, with scores that go against the alphabet.

The first members of the alphabet are seen least here and the last ones most, then the other way round, so that any
order by how often somebody was seen, or by what the reading made of it, would show.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4
from xml.etree.ElementTree import Element

import html5lib  # type: ignore[import-untyped]  # it has no types of its own
import pytest
from flask import Flask

from shortlist.cli import main
from shortlist.guarding.audit import record, watch
from shortlist.guarding.roles import Role
from tests.pages.conftest import NOW, City
from tests.pages.street import Street, gathering
from tests.pages.watched import CORE, OTHERS, own_view, switch_on, watched

NAMES = sorted((*CORE, *OTHERS))
BEST_FIRST, BEST_LAST = (NAMES[:2], NAMES[2:]), (NAMES[-2:], NAMES[:-2])
SORTS = [
    {name: value}
    for name in ("sort", "sorteer", "order", "order_by", "volgorde", "o")
    for value in ("probability_core", "-probability_core", "kans", "score", "lezing", "n_gatherings", "desc")
]
"""Questions in the address that would ask for another order, if an address could."""
ROLES = (Role.JEUGDAGENT, Role.JONGERENWERKER, Role.VEILIGHEIDSMANAGER)
"""Who may see members at all; the table in access.py keeps the others away from them."""


def filled(client: Any, city: City, core: list[str], others: list[str]) -> tuple[Street, str]:
    """Fill a group whose readings are known, with an own view by every role; return it and a reading's address."""
    place = watched(city, core, others)
    switch_on(client)
    address = ""
    for role in ROLES:
        client.sign_in(role.value)
        address = client.submit(place.url("/lezing"), own_view(place, core)).location
    return place, address


def addresses(app: Flask, place: Street, reading: str) -> Iterator[tuple[str, str]]:
    """Yield (endpoint, address) of every route that can be opened, filled in for this group and its last member."""
    known = {
        "group_id": str(place.group_id),
        "person_id": str(place.members[NAMES[-1]]),
        "view_id": reading.rsplit("/", 1)[-1],
        "gathering_id": str(place.gatherings[0]) if place.gatherings else str(uuid4()),
    }
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and not rule.endpoint.endswith("static"):
            yield (
                rule.endpoint,
                re.sub(r"<(?:\w+:)?(\w+)>", lambda m: known.get(m[1], str(uuid4())), rule.rule),
            )


def text_of(element: Element) -> str:
    return " ".join(element.itertext())


def named_in(text: str) -> list[str]:
    """Return the members that a text names, in the order in which it first names them."""
    return list(dict.fromkeys(re.findall(rf"\b({'|'.join(NAMES)})\b", text)))


def orders(html: str) -> Iterator[list[str]]:
    """Yield the members in their order, of every element with children about one each and of every enumeration."""
    tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(html)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        about = [named_in(text_of(child)) for child in element if isinstance(child.tag, str)]
        single = [names[0] for names in about if len(names) == 1]
        if len(set(single)) > 1:
            yield single
        elif not any(len(names) > 1 for names in about) and len(names := named_in(text_of(element))) > 1:
            yield names


def persons_in(value: Any, place: Street) -> bool:
    return any(name in value or str(person) in value for name, person in place.members.items())


def assert_no_order_but_the_alphabet(endpoint: str, address: str, html: str) -> None:
    for order in orders(html):
        assert all(a <= b for a, b in pairwise(order)), f"{endpoint} {address}: {order}"


@pytest.mark.parametrize("scores", [BEST_FIRST, BEST_LAST], ids=["best-first", "best-last"])
def test_every_list_of_persons_on_every_page_stands_in_alphabetical_order(
    app: Flask, client: Any, city: City, scores: tuple[list[str], list[str]]
) -> None:
    place, reading = filled(client, city, *scores)
    with place.database.writing() as session:
        watch(session)
        place.gatherings.append(
            gathering(session, place, city.actor("jeugdagent").id, NOW - timedelta(days=1))
        )
        record(session, actor=None, action="testgegevens", object_kind="stad", now=NOW)
    shown = set()
    for role in ROLES:
        client.sign_in(role.value)
        for endpoint, address in addresses(app, place, reading):
            answer = client.get(address)
            body = answer.get_data(as_text=True)
            if answer.status_code != 200:
                continue
            if answer.mimetype != "text/html":
                assert not persons_in(body, place), f"{endpoint} exports persons"
                continue
            if any(len(order) > 2 for order in orders(body)):
                shown.add(endpoint)
            assert_no_order_but_the_alphabet(endpoint, address, body)
    assert shown >= {"leden.board", "lezing.own_view", "lezing.shown", "waarnemingen.gathering_page"}


def test_no_question_in_the_address_changes_the_order(app: Flask, client: Any, city: City) -> None:
    place, reading = filled(client, city, *BEST_LAST)
    client.sign_in(ROLES[-1].value)
    with_persons = [
        (endpoint, address)
        for endpoint, address in addresses(app, place, reading)
        if (answer := client.get(address)).mimetype == "text/html"
        and list(orders(answer.get_data(as_text=True)))
    ]
    assert len(with_persons) >= 3
    for endpoint, address in with_persons:
        before = list(orders(client.get(address).get_data(as_text=True)))
        for question in SORTS:
            after = client.get(address, query_string=question)
            assert list(orders(after.get_data(as_text=True))) == before, f"{endpoint} {question}"


def test_no_page_about_the_whole_city_or_for_those_who_see_numbers_only_names_a_person(
    app: Flask, client: Any, city: City
) -> None:
    place, reading = filled(client, city, *BEST_LAST)
    for role in set(Role) - set(ROLES):
        client.sign_in(role.value)
        for endpoint, address in addresses(app, place, reading):
            body = client.get(address).get_data(as_text=True)
            assert not any(re.search(rf"\b{name}\b", body) for name in NAMES), f"{role} sees {endpoint}"


@pytest.mark.parametrize("order", [NAMES, NAMES[::-1], [*NAMES[4:], *NAMES[:4]]])
def test_the_command_line_keeps_the_order_of_its_input(
    tmp_path: Any, capsys: pytest.CaptureFixture[str], order: list[str]
) -> None:
    at = [f"2026-10-{day:02}T20:00+01:00" for day in range(1, 25)]
    gatherings = [
        {
            "at": moment, "reporter": "abc"[number % 3], "effort_minutes": 30,
            "present": [name for place, name in enumerate(NAMES) if number % (place + 1) == 0],
        }
        for number, moment in enumerate(at)
    ]  # fmt: skip
    file = tmp_path / "groep.json"
    file.write_text(
        json.dumps({"gatherings": gatherings, "group": order, "expected_core": 2}), encoding="utf-8"
    )
    main(["differentiate", str(file)])
    answer = json.loads(capsys.readouterr().out)
    assert [one["member"] for one in answer["members"]] == order
    assert len({one["probability_core"] for one in answer["members"]}) > 3
    main(["networks", str(file)])
    for window in json.loads(capsys.readouterr().out)["windows"]:
        for community in window["communities"]:
            assert not {"rank", "score", "probability_core"} & set(community)
            assert all(isinstance(member, str) for member in community["members"])
