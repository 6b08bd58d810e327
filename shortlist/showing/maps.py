"""Maps: one GeoJSON for the picture made here and for Leaflet in the browser.

A map is a FeatureCollection in WGS84 (longitude, latitude in degrees, RFC 7946). The property ``kind`` says
what a feature is: ``stadsdeel`` (area), ``place``, ``group``, ``visit``, ``base`` (points), ``route`` (line).
``sign`` is the letter or number in a point's mark and ``series`` (1-8) its colour and pattern; ``label`` and
``detail`` are what a person reads, ``href`` where more stands.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from shortlist.showing.presentation import presented

Position = Sequence[float]
Feature = dict[str, Any]

_WIDTH = 560
_MARGIN = 22


def area(rings: Sequence[Sequence[Position]], label: str, *, detail: str = "") -> Feature:
    """Return a stadsdeel as a feature; ``rings`` are an outer ring and its holes, closed."""
    return _feature("Polygon", [[list(p[:2]) for p in ring] for ring in rings], "stadsdeel", label, detail)


def point(
    lon: float,
    lat: float,
    label: str,
    *,
    kind: str = "place",
    sign: str = "",
    series: int = 1,
    detail: str = "",
    href: str = "",
) -> Feature:
    """Return a place, group, visit or base as a feature."""
    return _feature("Point", [lon, lat], kind, label, detail, sign=sign, series=series, href=href)


def route(positions: Sequence[Position], label: str, *, series: int = 1, detail: str = "") -> Feature:
    """Return the way of one team as a feature, in the order driven."""
    return _feature("LineString", [list(p[:2]) for p in positions], "route", label, detail, series=series)


def collection(features: Iterable[Feature]) -> dict[str, Any]:
    """Put features together: areas lowest, then routes, then points."""
    height = {"Polygon": 0, "LineString": 1, "Point": 2}
    ordered = sorted(features, key=lambda feature: height[feature["geometry"]["type"]])
    return {"type": "FeatureCollection", "features": ordered}


def map_picture(geojson: Mapping[str, Any], title: str, *, id: str) -> Markup:  # noqa: A002 — HTML attribute
    """Draw the map as SVG: for print, and for a browser without JavaScript.

    Longitudes are shortened by the cosine of the middle latitude, which is exact enough for one city.
    """
    features: list[Mapping[str, Any]] = list(geojson["features"])
    positions = [p for feature in features for p in _positions(feature["geometry"])]
    if not positions:
        return _svg(id, title, "Er staat niets op deze kaart.", 80, "")
    west, east = min(p[0] for p in positions), max(p[0] for p in positions)
    south, north = min(p[1] for p in positions), max(p[1] for p in positions)
    squeeze = math.cos(math.radians((south + north) / 2))
    inner = _WIDTH - 2 * _MARGIN
    span = max((east - west) * squeeze, (north - south) / 1.2, 1e-4)
    scale = inner / span
    height = round((north - south) * scale) + 2 * _MARGIN
    left = (_WIDTH - (east - west) * squeeze * scale) / 2

    def place(p: Position) -> tuple[float, float]:
        return left + (p[0] - west) * squeeze * scale, _MARGIN + (north - p[1]) * scale

    body = "".join(_drawn(feature, place) for feature in features)
    return _svg(id, title, _told(features), height, body)


def route_sign(series: int) -> Markup:
    """Draw the line of a team's route for a legend; purely decoration beside the name."""
    return presented(  # built from numbers only
        f'<svg width="34" height="8" viewBox="0 0 34 8" aria-hidden="true" focusable="false">'
        f'<line class="sl-map__route sl-line-{_series(series)}" x1="1" y1="4" x2="33" y2="4"/></svg>'
    )


def _drawn(feature: Mapping[str, Any], place: Any) -> str:
    about, geometry = feature["properties"], feature["geometry"]
    series = _series(int(about.get("series", 1)))
    if geometry["type"] == "Polygon":
        path = "".join(f"M{' L'.join(_pair(place(p)) for p in ring)}Z" for ring in geometry["coordinates"])
        ring = geometry["coordinates"][0][:-1]  # the last position repeats the first
        x, y = place([sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)])
        return (
            f'<path class="sl-map__area" d="{path}"/>'
            f'<text class="sl-map__area-name" x="{x:.1f}" y="{y:.1f}">{escape(about["label"])}</text>'
        )
    if geometry["type"] == "LineString":
        path = " ".join(_pair(place(p)) for p in geometry["coordinates"])
        return f'<polyline class="sl-map__route sl-line-{series}" points="{path}"/>'
    x, y = place(geometry["coordinates"])
    sign = escape(about.get("sign", ""))
    look = f'class="sl-map__point sl-series-{series}"'
    shape = (
        f'<rect {look} x="{x - 9:.1f}" y="{y - 9:.1f}" width="18" height="18"/>'
        if about["kind"] == "base"
        else f'<circle {look} cx="{x:.1f}" cy="{y:.1f}" r="11"/>'
    )
    return (
        f"<g><title>{escape(about['label'])}</title>{shape}"
        f'<text class="sl-map__sign" x="{x:.1f}" y="{y + 4.5:.1f}">{sign}</text></g>'
    )


def _series(number: int) -> int:
    return (number - 1) % 8 + 1


def _pair(position: tuple[float, float]) -> str:
    return f"{position[0]:.1f},{position[1]:.1f}"


def _positions(geometry: Mapping[str, Any]) -> Iterable[Position]:
    coordinates = geometry["coordinates"]
    if geometry["type"] == "Point":
        return [coordinates]
    if geometry["type"] == "LineString":
        return list(coordinates)
    return [p for ring in coordinates for p in ring]


def _told(features: Iterable[Mapping[str, Any]]) -> str:
    points = [f["properties"] for f in features if f["geometry"]["type"] == "Point"]
    return "Op de kaart: " + (
        ", ".join(f"{about.get('sign', '')} {about['label']}".strip() for about in points)
        or "alleen gebieden"
    )


def _feature(
    shape: str, coordinates: object, kind: str, label: str, detail: str, **properties: object
) -> Feature:
    return {
        "type": "Feature",
        "geometry": {"type": shape, "coordinates": coordinates},
        "properties": {"kind": kind, "label": label, "detail": detail, **properties},
    }


def _svg(picture_id: str, title: str, told: str, height: int, body: str) -> Markup:
    return presented(  # every text in it went through escape
        f'<svg class="sl-map-picture" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="{escape(picture_id)}-title {escape(picture_id)}-told">'
        f'<title id="{escape(picture_id)}-title">{escape(title)}</title>'
        f'<desc id="{escape(picture_id)}-told">{escape(told)}</desc>{body}</svg>'
    )
