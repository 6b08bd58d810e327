import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import fromstring as parse

from hypothesis import given
from hypothesis import strategies as st

from shortlist.showing import maps
from shortlist.showing.charts import (
    Block,
    bar_chart,
    flow_chart,
    interval_chart,
    level_bars,
    time_series,
    week_timeline,
)

MONDAY = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def fromstring(svg: str) -> Element:
    return parse(svg)  # noqa: S314 — our own output


def _rects(svg: Element, name: str) -> list[Element]:
    return [rect for rect in svg.iter("rect") if name in (rect.get("class") or "").split()]


def test_a_bar_chart_scales_to_its_largest_value_and_says_all_of_them() -> None:
    svg = fromstring(bar_chart("Per groep", [("Noord", 8), ("Zuid", 2)], id="a", unit="keer"))
    assert [bar.get("width") for bar in _rects(svg, "sl-chart__bar")] == ["100%", "25%"]
    assert svg.findtext("title") == "Per groep"
    assert svg.findtext("desc") == "Noord 8 keer, Zuid 2 keer"
    assert svg.get("aria-labelledby") == "a-title a-told"


def test_effort_stands_beside_the_counts_on_its_own_scale() -> None:
    svg = fromstring(time_series("Per week", [("1", 4, 10.0), ("2", 8, 5.0), ("3", 0, None)], id="a"))
    counts, efforts = _rects(svg, "sl-chart__bar"), _rects(svg, "sl-chart__effort")
    assert [int(str(c.get("height"))) for c in counts] == [59, 118]
    assert [int(str(e.get("height"))) for e in efforts] == [44, 22]


def test_a_week_of_teams_puts_each_block_at_its_dutch_local_time() -> None:
    evening = Block(MONDAY + timedelta(hours=18), MONDAY + timedelta(hours=24), "5 bezoeken", "5", 2)
    outside = Block(MONDAY - timedelta(hours=9), MONDAY - timedelta(hours=1), "vorige week")
    svg = fromstring(week_timeline("Week 48", MONDAY, [("boa-1", [evening, outside])], id="a"))
    blocks = svg.findall("svg")
    assert [(b.get("x"), b.get("width")) for b in blocks] == [("10.714%", "3.571%")]
    assert blocks[0].findtext("title") == "boa-1: 5 bezoeken 18:00–00:00"
    days = [t.text for t in svg.iter("text") if "tick" in (t.get("class") or "")]
    assert days == ["ma 23", "di 24", "wo 25", "do 26", "vr 27", "za 28", "zo 29"]


def test_the_week_in_which_the_clock_goes_back_is_an_hour_longer() -> None:
    start = datetime(2026, 10, 18, 22, 0, tzinfo=UTC)
    last = Block(start + timedelta(hours=168), start + timedelta(hours=169), "laatste uur")
    svg = fromstring(week_timeline("Week 43", start, [("boa-1", [last])], id="a"))
    assert [b.get("width") for b in svg.findall("svg")] == ["0.592%"]


def test_a_flow_picture_draws_each_state_as_tall_as_its_number_and_colours_only_what_changes() -> None:
    flows = [("hinderlijk", "hinderlijk", 6), ("<zwaar>", "hinderlijk", 2), ("<zwaar>", "<zwaar>", 2)]
    svg = fromstring(flow_chart("Verloop", flows, id="a", before="oud", after="nieuw"))
    heights = [float(str(rect.get("height"))) for rect in _rects(svg, "sl-chart__bar")]
    assert heights == [156, 104, 208, 52]
    looks = [str(path.get("class")) for path in svg.iter("path")]
    assert [look.split("--")[1] for look in looks] == ["stays", "moves", "stays"]
    assert "<zwaar>" in [text.text for text in svg.iter("text")]
    assert (
        svg.findtext("desc")
        == "hinderlijk naar hinderlijk 6, <zwaar> naar hinderlijk 2, <zwaar> naar <zwaar> 2"
    )


def test_an_interval_is_drawn_within_its_axis_and_a_row_without_a_value_has_no_dot() -> None:
    rows = [("Noord", 0.5, 0.25, 0.75), ("Zuid", -0.2, -0.5, 0.1), ("<Oost>", None, None, None)]
    svg = fromstring(interval_chart("Kappa", rows, id="a"))
    assert [dot.get("cx") for dot in svg.iter("circle")] == ["50%", "0%"]
    assert [(bar.get("x"), bar.get("width")) for bar in _rects(svg, "sl-chart__margin")] == [
        ("25%", "50%"),
        ("0%", "10%"),
    ]
    texts = [text.text for text in svg.iter("text")]
    assert "0,5 (0,25 tot 0,75)" in texts
    assert texts[texts.index("<Oost>") + 1] == "geen uitspraak"
    assert svg.findtext("desc") == "Noord 0,5, Zuid -0,2"


def test_a_level_shows_as_many_bars_as_its_place_and_none_when_unknown() -> None:
    assert [level_bars(level).count("--on") for level in ("onbekend", "laag", "midden", "hoog")] == [
        0,
        1,
        2,
        3,
    ]


def test_a_map_is_drawn_within_its_frame_with_areas_below_routes_below_points() -> None:
    ring = [[5.0, 52.0], [5.1, 52.0], [5.1, 52.1], [5.0, 52.1], [5.0, 52.0]]
    geojson = maps.collection(
        [
            maps.point(5.05, 52.05, "Plein <b>", kind="visit", sign="1", series=9),
            maps.route([[5.0, 52.0], [5.05, 52.05]], "Route", series=2),
            maps.area([ring], "Noord"),
        ]
    )
    assert [f["geometry"]["type"] for f in geojson["features"]] == ["Polygon", "LineString", "Point"]
    svg = fromstring(maps.map_picture(geojson, "Kaart", id="k"))
    width, height = (float(part) for part in str(svg.get("viewBox")).split()[2:])
    numbers = re.findall(r"-?\d+\.\d+,-?\d+\.\d+", str(svg.find("path").get("d")))  # type: ignore[union-attr]  # drawn above
    for pair in numbers:
        x, y = map(float, pair.split(","))
        assert 0 <= x <= width
        assert 0 <= y <= height
    assert svg.findtext("g/title") == "Plein <b>"
    assert "sl-series-1" in str(svg.find("g/circle").get("class"))  # type: ignore[union-attr]  # drawn above
    assert "1 Plein <b>" in str(svg.findtext("desc"))


def test_a_degree_of_longitude_is_drawn_shorter_than_one_of_latitude() -> None:
    corners = [[5.0, 52.0], [5.1, 52.0], [5.1, 52.1], [5.0, 52.1]]
    svg = fromstring(
        maps.map_picture(maps.collection([maps.point(x, y, "p") for x, y in corners]), "Kaart", id="k")
    )
    xs = sorted({float(str(c.get("cx"))) for c in svg.iter("circle")})
    ys = sorted({float(str(c.get("cy"))) for c in svg.iter("circle")})
    assert 0.60 < (xs[-1] - xs[0]) / (ys[-1] - ys[0]) < 0.63


def test_an_empty_map_says_so() -> None:
    assert "Er staat niets" in maps.map_picture(maps.collection([]), "Kaart", id="k")


@given(st.lists(st.tuples(st.text(max_size=9), st.floats(0, 1e6)), max_size=5))
def test_any_text_is_escaped_into_well_formed_svg(pairs: list[tuple[str, float]]) -> None:
    printable: Any = [
        ("".join(c for c in label if c.isprintable() and not 0xD800 <= ord(c) < 0xE000), value)
        for label, value in pairs
    ]
    svg = fromstring(bar_chart("<x> & 'y'", printable, id="a"))
    assert svg.findtext("title") == "<x> & 'y'"
    assert len(_rects(svg, "sl-chart__bar")) == len(pairs)
