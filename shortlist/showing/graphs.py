"""Pictures of dots and lines: one layout for the drawing made here and for Cytoscape in the browser.

Dots that hang together stand together, in a row or a circle; the others follow by name on a grid. The same dots and
lines give the same picture, and no two names overlap.
"""

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from shortlist.showing.presentation import presented

_CELL = (176, 128)
"""Room for one dot with its name, in units of the picture."""
_WIDTH = 880
_LETTERS = 22
"""Letters on one line of a name."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A dot; ``kind`` is ``known`` or ``fluid``, ``size`` how many persons it stands for."""

    id: str
    label: str
    size: int
    kind: str = "known"
    changed: bool = False
    """Something happened to it: it gets a ring."""
    href: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between two dots; ``weight`` is how often they were together."""

    a: str
    b: str
    weight: int
    strong: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Dots with their places, ready to draw."""

    dots: Sequence[Dot]
    edges: Sequence[Edge]
    places: Mapping[str, tuple[float, float]]
    height: int

    @property
    def elements(self) -> list[dict[str, Any]]:
        """The elements as Cytoscape takes them."""
        dots = [
            {
                "group": "nodes",
                "data": {
                    "id": dot.id,
                    "label": f"{dot.label} ({dot.size})",
                    "kind": dot.kind,
                    "changed": "ja" if dot.changed else "nee",
                    "radius": 2 * radius(dot.size),
                    "href": dot.href,
                    "detail": dot.detail,
                },
                "position": {"x": self.places[dot.id][0], "y": self.places[dot.id][1]},
            }
            for dot in self.dots
        ]
        edges = [
            {
                "group": "edges",
                "data": {
                    "id": f"{edge.a}-{edge.b}",
                    "source": edge.a,
                    "target": edge.b,
                    "width": stroke(edge.weight),
                    "strong": "ja" if edge.strong else "nee",
                    "detail": edge.detail,
                },
            }
            for edge in self.edges
        ]
        return [*dots, *edges]


def radius(size: int) -> float:
    """Return how large a dot of so many persons is drawn: its area follows their number."""
    return round(min(34.0, 8 + 4 * math.sqrt(size)), 1)


def stroke(weight: int) -> float:
    """Return how thick a line is drawn."""
    return round(min(9.0, 1.5 + 0.8 * weight), 1)


def graph(dots: Sequence[Dot], edges: Sequence[Edge]) -> Graph:
    """Give every dot a place; lines to a dot that is not there are left out."""
    known = {dot.id for dot in dots}
    kept = [edge for edge in edges if edge.a in known and edge.b in known]
    places: dict[str, tuple[float, float]] = {}
    left = top = row = 0.0
    for part in _parts(dots, kept):
        width, height, spots = _laid(len(part))
        if left and left + width > _WIDTH:
            left, top, row = 0.0, top + row, 0.0
        for dot, (x, y) in zip(part, spots, strict=True):
            places[dot] = (round(left + x, 1), round(top + y, 1))
        left, row = left + width, max(row, height)
    return Graph(dots, kept, places, round(top + row))


def _parts(dots: Sequence[Dot], edges: Sequence[Edge]) -> list[list[str]]:
    """Return the dots that hang together, the largest part first, else in the order given."""
    home = {dot.id: dot.id for dot in dots}

    def root(name: str) -> str:
        while home[name] != name:
            name = home[name]
        return name

    for edge in edges:
        home[root(edge.b)] = root(edge.a)
    parts: dict[str, list[str]] = {}
    for dot in dots:
        parts.setdefault(root(dot.id), []).append(dot.id)
    return sorted(parts.values(), key=lambda part: -len(part))


def _laid(n: int) -> tuple[float, float, list[tuple[float, float]]]:
    """Return width, height and the spots of a part of ``n`` dots: side by side, or on a circle from three on."""
    wide, high = _CELL
    if n < 3:
        return n * wide, high, [(wide * (place + 0.5), high * 0.38) for place in range(n)]
    round_ = max(wide * 0.62, n * wide / (2 * math.pi))
    spots = [
        (
            round_ + wide / 2 + round_ * math.sin(2 * math.pi * place / n),
            round_ + high * 0.38 - round_ * math.cos(2 * math.pi * place / n),
        )
        for place in range(n)
    ]
    return 2 * round_ + wide, 2 * round_ + high, spots


def graph_picture(found: Graph, title: str, *, id: str) -> Markup:  # noqa: A002 — HTML attribute
    """Draw the dots and lines as SVG: for print, and for a browser without JavaScript."""
    lines = "".join(_line(edge, found.places) for edge in found.edges)
    dots = "".join(_dot(dot, found.places[dot.id]) for dot in found.dots)
    told = f"{len(found.dots)} groepen en {len(found.edges)} banden; de tabel noemt ze alle."
    width = max([_WIDTH, *(round(x + _CELL[0] / 2) for x, _ in found.places.values())])
    return presented(  # every text in it went through escape
        f'<svg class="sl-graph-picture" viewBox="0 0 {width} {max(found.height, 60)}" role="img" '
        f'aria-labelledby="{escape(id)}-title {escape(id)}-told">'
        f'<title id="{escape(id)}-title">{escape(title)}</title>'
        f'<desc id="{escape(id)}-told">{escape(told)}</desc>{lines}{dots}</svg>'
    )


def _line(edge: Edge, places: Mapping[str, tuple[float, float]]) -> str:
    (x1, y1), (x2, y2) = places[edge.a], places[edge.b]
    look = "sl-graph__line sl-graph__line--strong" if edge.strong else "sl-graph__line"
    return (
        f'<line class="{look}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke-width="{stroke(edge.weight)}">'
        f"<title>{escape(edge.detail)}</title></line>"
    )


def _dot(dot: Dot, place: tuple[float, float]) -> str:
    x, y = place
    size = radius(dot.size)
    ring = f'<circle class="sl-graph__ring" cx="{x}" cy="{y}" r="{size + 5}"/>' if dot.changed else ""
    shape = (
        f'<circle class="sl-graph__dot" cx="{x}" cy="{y}" r="{size}"/>'
        if dot.kind == "known"
        else f'<polygon class="sl-graph__dot sl-graph__dot--fluid" points="{x},{y - size} {x + size},{y} '
        f'{x},{y + size} {x - size},{y}"/>'
    )
    below = y + size + 18
    words = "".join(
        f'<tspan x="{x}" y="{below + 15 * number:.1f}">{escape(line)}</tspan>'
        for number, line in enumerate(textwrap.wrap(dot.label, _LETTERS)[:3])
    )
    return (
        f"<g><title>{escape(dot.detail)}</title>{ring}{shape}"
        f'<text class="sl-graph__number" x="{x}" y="{y + 5}">{dot.size}</text>'
        f'<text class="sl-graph__name">{words}</text></g>'
    )
