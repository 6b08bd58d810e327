import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from shortlist.assets import STATIC
from shortlist.showing.install import asset, install
from tests.pages import gallery as galleries
from tests.pages.hygiene import check


@pytest.fixture(scope="module")
def gallery() -> Flask:
    return galleries.create()


@pytest.fixture
def visitor(gallery: Flask) -> Iterator[FlaskClient]:
    with gallery.test_client() as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/fout", "/vel"])
def test_every_component_gives_a_clean_page(visitor: FlaskClient, path: str) -> None:
    assert check(visitor.get(path).text) == []


def test_a_form_with_errors_is_clean_and_links_each_message_to_its_field(visitor: FlaskClient) -> None:
    page = visitor.post(
        "/", data={"place": "", "at": "gisteren", "seen": "<b>veel", "members.0.pseudonym": "x"}
    )
    assert check(page.text) == []
    for name in ("place", "at", "seen", "fact", "group", "source"):
        assert f'href="#field-{name}"' in page.text
        assert f'id="error-{name}"' in page.text
    assert 'value="&lt;b&gt;veel"' in page.text
    assert "gisteren" in page.text
    assert page.text.count('aria-invalid="true"') == 6


def test_texts_of_users_are_escaped_everywhere(gallery: Flask) -> None:
    with gallery.test_request_context("/"):
        template = gallery.jinja_env.from_string(
            '{% import "showing/macros/parts.html" as part %}{% import "showing/macros/tables.html" as table %}'
            '{% import "showing/macros/figures.html" as figure %}{% import "showing/macros/duiding.html" as duiding %}'
            "{{ part.alert('ok', bad) }}{{ part.badge(bad) }}{{ part.descriptions([(bad, bad)]) }}"
            "{{ table.data(bad, [bad], [[bad]], stack=true) }}"
            "{{ duiding.themes({'ernst': {'level': 'hoog', 'reasons': [bad]}}) }}"
            "{{ figure.map_with_table(bad, geojson, [bad], [[bad]]) }}"
        )
        from shortlist.showing import maps

        bad = "</script><img src=x onerror=alert(1)>"
        html = template.render(bad=bad, geojson=maps.collection([maps.point(5, 52, bad, sign=bad)]))
    assert "<img" not in html
    assert html.count("</script>") == 1


def test_static_files_are_compressed_cached_by_content_and_confined(
    visitor: FlaskClient, gallery: Flask
) -> None:
    with gallery.test_request_context():
        address = asset("css/shortlist.css")
    plain = visitor.get(address)
    assert plain.data == (STATIC / "css" / "shortlist.css").read_bytes()
    assert plain.mimetype == "text/css"
    assert "immutable" in plain.headers["Cache-Control"]
    packed = visitor.get(address, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]
    again = visitor.get(address, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304
    assert "immutable" not in visitor.get("/static/css/shortlist.css").headers["Cache-Control"]
    for path in ("../shortlist/app.py", "css", "css/.keep", "nope.css", "%00", "..%2fREADME.md"):
        assert visitor.get(f"/static/{path}").status_code == 404


def test_an_app_with_flasks_own_static_route_gets_ours() -> None:
    app = Flask("other")
    install(app)
    assert app.test_client().get("/static/js/map.js").status_code == 200


def test_every_file_a_stylesheet_names_is_there() -> None:
    for sheet in STATIC.rglob("*.css"):
        if "vendor/utrecht" in sheet.as_posix() or "voorbeeld" in sheet.as_posix():
            continue
        for name in re.findall(r'url\(["\']?([^"\')#]+)', sheet.read_text()):
            assert name.startswith("data:") or (sheet.parent / name).is_file(), f"{sheet.name}: {name}"


def test_every_vendored_folder_has_its_licence_and_every_file_its_row() -> None:
    vendor = STATIC / "vendor"
    listed = set(re.findall(r"`([^`]+\.[a-z0-9]+|[^`]+/LICENSE)`", (vendor / "VENDORED.md").read_text()))
    found = {p.relative_to(vendor).as_posix() for p in vendor.rglob("*") if p.is_file()} - {"VENDORED.md"}
    assert found <= listed
    for folder in filter(Path.is_dir, vendor.iterdir()):
        assert list(folder.glob("LICENSE*")), f"{folder.name} has no licence"


GOOD = (
    '<!DOCTYPE html><html lang="nl"><head><title>Groepen – Shortlist</title></head><body>'
    "<main><h1>Groepen</h1>{}</main></body></html>"
)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<h1>Nog een</h1>", "2 h1"),
        ("<h3>Te diep</h3>", "h3 after h1"),
        ('<input name="x">', "no label"),
        ('<label for="y">Y</label>', "missing control"),
        ('<p id="a"></p><p id="a"></p>', "occurs 2 times"),
        ('<p style="color:red">x</p>', "style attribute"),
        ("<script>1</script>", "inline script"),
        ("<style>p{}</style>", "inline style"),
        ('<p onclick="x()">x</p>', "handler onclick"),
        ('<a href="/x"></a>', "empty link"),
        ("<a>x</a>", "link without address"),
        ('<a href="#weg">x</a>', "missing id weg"),
        ("<table><tr><td>x</td></tr></table>", "table without caption"),
        ("<table><caption>T</caption><tr><th>x</th></tr></table>", "without scope"),
        ('<form method="post"><button>x</button></form>', "without csrf_token"),
        ('<img src="/x.png">', "without alt"),
        ('<img src="//elders.nl/x.png" alt="x">', "another server"),
        ("<fieldset><p>x</p></fieldset>", "without legend"),
        ('<p aria-describedby="weg">x</p>', "points to missing id"),
        ("<button></button>", "button without text"),
        ("<p><div>x</p></div>", "regel"),
    ],
)
def test_the_checker_sees_what_is_wrong_with_a_page(body: str, problem: str) -> None:
    assert check(GOOD.format("")) == []
    assert any(problem in found for found in check(GOOD.format(body)))


def test_the_checker_asks_for_a_language_a_title_and_a_main() -> None:
    problems = check("<!DOCTYPE html><html><head></head><body><h1>x</h1></body></html>")
    assert len(problems) == 3


def test_safe_text_stays_safe_in_a_table(gallery: Flask) -> None:
    with gallery.test_request_context("/"):
        template = gallery.jinja_env.from_string(
            '{% import "showing/macros/tables.html" as table %}{{ table.data("T", ["A"], [[cell]]) }}'
        )
        assert '<a href="/x">x</a>' in template.render(cell=Markup('<a href="/x">x</a>'))
