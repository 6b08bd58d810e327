"""Presentation attributes for the marks of our pictures: their look where no style sheet reaches, as in a PDF.

WeasyPrint draws an SVG without the style sheets of the page around it; a mark without attributes of its own is black
there. In a browser every rule of ``static/css/figures.css`` and ``network.css`` wins over these attributes, also when
a municipality brings its own tokens; ``tests/core/test_showing_presentation.py`` holds the two together.
"""

import re
from collections.abc import Mapping

from markupsafe import Markup

_INK, _SUBTLE = "#15263d", "#4a5d78"
_BLUE, _LIGHT_BLUE, _DARK_BLUE = "#00568b", "#8ecef6", "#003e65"
_FAINT, _PALE, _LIGHT, _GREY, _DARK = "#eff1f3", "#dfe3e8", "#c0c7d2", "#586c88", "#001a40"
_WHITE = "#ffffff"
_FONT = "Source Sans 3, Segoe UI, Liberation Sans, Arial, sans-serif"

_SERIES = ("#00568b", "#863d15", "#105f26", "#6b2a7d", "#3d5374", "#7d5f00", "#0b6469", "#a01d23")
_DASHES = ("", "10 5", "3 4", "12 4 3 4", "6 6", "16 6", "2 6", "8 3 2 3 2 3")

_Look = Mapping[str, str]

LOOKS: Mapping[str, _Look] = {
    "sl-chart": {"font-family": _FONT},
    "sl-chart__label": {"font-size": "15", "fill": _INK},
    "sl-chart__value": {"font-size": "15", "fill": _INK, "text-anchor": "end", "font-weight": "600"},
    "sl-chart__axis": {"font-size": "13", "fill": _SUBTLE},
    "sl-chart__axis--end": {"text-anchor": "end"},
    "sl-chart__tick": {"font-size": "13", "fill": _SUBTLE},
    "sl-chart__track": {"fill": _FAINT},
    "sl-chart__bar": {"fill": _BLUE},
    "sl-chart__margin": {"fill": _LIGHT_BLUE},
    "sl-chart__dot": {"fill": _BLUE},
    "sl-chart__effort": {"fill": _GREY},
    "sl-chart__rule": {"stroke": _GREY, "stroke-width": "1"},
    "sl-chart__mark": {"stroke": _DARK, "stroke-width": "3"},
    "sl-flow__name": {"font-size": "13", "fill": _INK},
    "sl-flow__name--number": {"font-weight": "600"},
    "sl-flow--stays": {"fill": _LIGHT},
    "sl-flow--moves": {"fill": _BLUE, "fill-opacity": "0.6"},
    "sl-week__day": {"fill": _FAINT},
    "sl-week__team": {"font-size": "14", "font-weight": "600", "fill": _INK},
    "sl-week__label": {"font-size": "14", "font-weight": "600", "text-anchor": "middle", "fill": _WHITE},
    "sl-day__shift": {"fill": _PALE, "stroke": _GREY},
    "sl-level__bar": {"fill": _WHITE, "stroke": _GREY, "stroke-width": "1"},
    "sl-level__bar--on": {"fill": _DARK_BLUE, "stroke": _DARK_BLUE},
    "sl-map-picture": {"font-family": _FONT},
    "sl-map__area": {
        "fill": _WHITE, "fill-opacity": "1", "stroke": "#7d8ca3", "stroke-width": "1.5", "stroke-linejoin": "round",
    },
    "sl-map__area-name": {"font-size": "15", "text-anchor": "middle", "fill": _SUBTLE},
    "sl-map__route": {
        "fill": "none", "stroke-width": "3", "stroke-linejoin": "round", "stroke-linecap": "round",
    },
    "sl-map__point": {"stroke": _WHITE, "stroke-width": "2"},
    "sl-map__sign": {"font-size": "13", "font-weight": "600", "text-anchor": "middle", "fill": _WHITE},
    "sl-graph-picture": {"font-family": _FONT},
    "sl-graph__dot": {"fill": _DARK_BLUE},
    "sl-graph__dot--fluid": {"fill": "#863d15"},
    "sl-graph__ring": {"fill": "none", "stroke": "#f0a400", "stroke-width": "4"},
    "sl-graph__line": {"stroke": _GREY},
    "sl-graph__line--strong": {"stroke": "#a01d23"},
    "sl-graph__number": {"font-size": "14", "font-weight": "600", "text-anchor": "middle", "fill": _WHITE},
    "sl-graph__name": {"font-size": "14", "text-anchor": "middle", "fill": _INK},
    **{f"sl-series-{number}": {"fill": colour} for number, colour in enumerate(_SERIES, start=1)},
    **{
        f"sl-line-{number}": {"stroke": colour} | ({"stroke-dasharray": dashes} if dashes else {})
        for number, (colour, dashes) in enumerate(zip(_SERIES, _DASHES, strict=True), start=1)
    },
}  # fmt: skip
"""Class → attributes; of two classes on one mark the last wins.

The white rim around names is left out: WeasyPrint knows no ``paint-order`` and would draw it over the letters.
"""


def presented(svg: str) -> Markup:
    """Give every mark of a picture the presentation attributes of its classes; texts in it went through ``escape``."""
    return Markup(_CLASSES.sub(_with_look, svg))  # noqa: S704 — adds only what stands above


_CLASSES = re.compile(r'(?<= )class="([^"]*)"')


def _with_look(found: re.Match[str]) -> str:
    look: dict[str, str] = {}
    for name in found[1].split():
        look |= LOOKS.get(name, {})
    return " ".join([found[0], *(f'{name}="{value}"' for name, value in look.items())])
