"""A picture looks the same without a style sheet: its presentation attributes say what the style sheets say."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import fromstring as parse

from shortlist.assets import STATIC
from shortlist.showing import charts, graphs, maps
from shortlist.showing.presentation import LOOKS

PROPERTIES = {
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap",
    "text-anchor", "font-size", "font-weight",
}  # fmt: skip
HALOED = {"sl-map__area-name", "sl-graph__name"}
"""Names with a white rim in the browser only: what draws the PDF would put the rim over the letters."""
MONDAY = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def text_of(name: str) -> str:
    return re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text("utf-8"), flags=re.DOTALL)


@cache
def tokens() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("vendor/voorbeeld-design-tokens/theme.css", "css/tokens/standaard.css"):
        found |= dict(re.findall(r"(--[\w-]+):\s*([^;]+);", text_of(name)))
    return found


def plain(value: str) -> str:
    """Return a value as an attribute says it: tokens filled in, lengths in pixels without a unit."""
    while token := re.match(r"var\((--[\w-]+)[^)]*\)$", value.strip()):
        value = tokens()[token[1]]
    value = value.strip()
    if length := re.match(r"([\d.]+)(px|rem)$", value):
        return f"{float(length[1]) * (16 if length[2] == 'rem' else 1):g}"
    return value


@cache
def rules() -> list[tuple[int, str, dict[str, str]]]:
    """Return the rules outside media queries, from weak to strong: (specificity, selector, declarations)."""
    found = []
    for name in ("css/figures.css", "css/network.css"):
        outside = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}", "", text_of(name))
        for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", outside):
            told = {
                key: plain(value)
                for key, value in re.findall(r"([\w-]+):\s*([^;]+);", body)
                if key in PROPERTIES
            }
            for selector in selectors.split(","):
                weight = 100 * selector.count(".") + len(re.findall(r"(?:^|\s)[a-z]", selector))
                found.append((weight, selector.strip(), told))
    return sorted(found, key=lambda rule: rule[0])


def styled(mark: Element, root: Element) -> dict[str, str]:
    """Return what the style sheets say of a mark in a picture."""
    classes = {f".{name}" for name in (mark.get("class") or "").split()}
    around = f".{root.get('class')}"
    look: dict[str, str] = {}
    for _, selector, told in rules():
        *before, last = selector.split()
        if last in classes | {mark.tag} and (not before or before == [around]):
            look |= told
    if HALOED & set((mark.get("class") or "").split()):
        look = {key: value for key, value in look.items() if not key.startswith("stroke")}
    return look


def pictures() -> Iterator[Element]:
    block = charts.Block(MONDAY + timedelta(hours=18), MONDAY + timedelta(hours=23), "3 bezoeken", "3", 2)
    lane = charts.DayLane("boa-1", "k", block.start, block.end, [(block, "/bezoek"), (block, "")])
    ring = [[5.0, 52.0], [5.1, 52.0], [5.1, 52.1], [5.0, 52.0]]
    dots = [
        graphs.Dot("a", "Plein", 4, changed=True),
        graphs.Dot("b", "Kade", 3, kind="fluid"),
        graphs.Dot("c", "Dok", 2),
    ]
    series = [
        feature
        for number in range(1, 9)
        for feature in (
            maps.route([[5.0, 52.0], [5.05, 52.05]], "Route", series=number),
            maps.point(
                5.05, 52.05, "Plein", sign="1", series=number, kind="base" if number == 1 else "visit"
            ),
        )
    ]
    drawn = [
        charts.level_bars("midden"),
        charts.bar_chart("a", [("Noord", 8)], id="a"),
        charts.time_series(
            "b", [("1", 4, 2.0), ("2", 1, 1.0)], id="b", bands=[(0, 0, "oud"), (1, 1, "nieuw")]
        ),
        charts.interval_chart("c", [("Noord", 0.5, 0.2, 0.7)], id="c", marks=[0.4]),
        charts.flow_chart("d", [("x", "x", 2), ("x", "y", 1)], id="d"),
        charts.week_timeline("e", MONDAY, [("boa-1", [block])], id="e"),
        charts.day_timeline("f", [lane], id="f"),
        maps.map_picture(maps.collection([maps.area([ring], "Noord"), *series]), "g", id="g"),
        maps.route_sign(3),
        graphs.graph_picture(
            graphs.graph(dots, [graphs.Edge("a", "b", 2, strong=True), graphs.Edge("b", "c", 1)]), "h", id="h"
        ),
    ]
    for svg in drawn:
        # XML wants a value where HTML does not
        yield parse(re.sub(r" (data-day|data-visit) ", r' \1="" ', str(svg)))  # noqa: S314 — our own output


def test_every_mark_says_of_itself_what_the_style_sheets_say_of_it() -> None:
    seen: set[str] = set()
    different = []
    for root in pictures():
        for mark in root.iter():
            if not mark.get("class"):
                continue
            seen |= set(str(mark.get("class")).split())
            own = {key: value for key, value in mark.attrib.items() if key in PROPERTIES}
            told = styled(mark, root)
            # the width of a line between two groups is data, not style
            if "sl-graph__line" in str(mark.get("class")):
                own.pop("stroke-width")
            if own != told:
                different.append((mark.get("class"), own, told))
    assert different == []
    assert set(LOOKS) <= seen, "an attribute that no picture uses"


def test_no_mark_is_left_to_the_black_of_a_drawing_without_style() -> None:
    shapes = {"rect", "circle", "path", "polygon", "polyline", "line", "text"}
    bare = [
        (root.get("class"), mark.get("class"))
        for root in pictures()
        for mark in root.iter()
        if mark.tag in shapes and not (mark.get("fill") or mark.get("stroke"))
    ]
    assert bare == []


def test_names_that_people_typed_never_become_attributes() -> None:
    typed = 'Plein" class="sl-chart__bar" x="'
    svg = charts.bar_chart(typed, [(typed, 3)], id="a")
    assert parse(svg).findtext("title") == typed  # noqa: S314 — our own output
    assert svg.count('fill="#00568b"') == 1
