"""Where the fictitious city Waterveen lies: five stadsdelen and their places.

Nobody lives there: the coordinates fall in the open water of the Markermeer, so that no dot on the map can
be taken for a real street. Positions are given in kilometres from the city's centre and turned into degrees.
"""

import math
from dataclasses import dataclass
from random import Random
from uuid import UUID

CENTRE = (5.20, 52.53)
"""Longitude and latitude of the centre, degrees."""
_KM_PER_DEGREE = 111.32

_CORNERS: dict[str, tuple[tuple[float, float], ...]] = {
    "Centrum": ((-1.4, -1.2), (0.2, -1.6), (1.5, -1.0), (1.7, 0.6), (0.6, 1.5), (-1.0, 1.3), (-1.7, 0.2)),
    "Noord": ((-1.0, 1.3), (0.6, 1.5), (1.7, 0.6), (4.0, 2.4), (2.6, 4.2), (-0.4, 4.6), (-3.2, 3.4)),
    "Oost": ((1.7, 0.6), (1.5, -1.0), (3.6, -3.0), (5.2, -0.6), (4.0, 2.4)),
    "Zuid": ((1.5, -1.0), (0.2, -1.6), (-1.4, -1.2), (-3.4, -3.0), (-0.6, -4.8), (3.6, -3.0)),
    "West": ((-1.4, -1.2), (-1.7, 0.2), (-1.0, 1.3), (-3.2, 3.4), (-5.4, 0.6), (-3.4, -3.0)),
}
"""Name → outline in kilometres (east, north); neighbours share their corners."""

_NAMES: dict[str, tuple[tuple[str, str], ...]] = {
    "Centrum": (
        ("Stationsplein", "station"),
        ("Kadeplein", "plein"),
        ("Passage", "winkelcentrum"),
        ("Sluishof", "plein"),
        ("Muziekkoepel", "park"),
        ("Boekenhof", "plein"),
        ("Fietskelder", "station"),
        ("Veerstoep", "straat"),
    ),
    "Noord": (
        ("Wilgenpark", "park"),
        ("Schelpenschool", "school"),
        ("Winkelhart Noord", "winkelcentrum"),
        ("Molenveldje", "speelplek"),
        ("JOP Dijkzicht", "jop"),
        ("Noorderterp", "plein"),
        ("Rietoever", "park"),
        ("Parkeerdek Duin", "parkeerplaats"),
    ),
    "Oost": (
        ("Ooievaarsplein", "plein"),
        ("Oosterpoort", "winkelcentrum"),
        ("College Oost", "school"),
        ("Skatebaan", "jop"),
        ("Kanaalzone", "straat"),
        ("Sportpark Oost", "park"),
        ("Bloesemhof", "speelplek"),
        ("Garagehof", "parkeerplaats"),
    ),
    "Zuid": (
        ("Zuiderplein", "plein"),
        ("Vlietpassage", "winkelcentrum"),
        ("Zuiderpark", "park"),
        ("Halte Zuid", "station"),
        ("Kievitschool", "school"),
        ("Plantsoen Linde", "park"),
        ("Kruithof", "straat"),
        ("Carpoolplaats", "parkeerplaats"),
    ),
    "West": (
        ("Westertoren", "plein"),
        ("Havenkom", "straat"),
        ("Westerwinkels", "winkelcentrum"),
        ("Duikerspad", "park"),
        ("Vmbo West", "school"),
        ("Trapveld West", "speelplek"),
        ("JOP Boeg", "jop"),
        ("Loodsen", "parkeerplaats"),
    ),
}
_BASES = (("Politiebureau Centrum", "Centrum"), ("Stadskantoor", "Centrum"), ("Jongerencentrum Oost", "Oost"))


@dataclass(frozen=True, slots=True)
class Area:
    """A stadsdeel."""

    id: UUID
    name: str
    ring: list[list[float]]
    """Closed outline, [lon, lat] in degrees."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a stadsdeel."""

    id: UUID
    area: str
    name: str
    kind: str
    lon: float
    lat: float


def made_id(random: Random) -> UUID:
    """Return a version-4 UUID from a seeded source."""
    return UUID(int=random.getrandbits(128), version=4)


def degrees(east: float, north: float) -> tuple[float, float]:
    """Turn kilometres from the centre into (lon, lat) in degrees, rounded to about a metre."""
    lon, lat = CENTRE
    return (
        round(lon + east / (_KM_PER_DEGREE * math.cos(math.radians(lat))), 5),
        round(lat + north / _KM_PER_DEGREE, 5),
    )


def areas(random: Random) -> list[Area]:
    """Return the five stadsdelen."""
    return [
        Area(made_id(random), name, [list(degrees(*corner)) for corner in (*corners, corners[0])])
        for name, corners in _CORNERS.items()
    ]


def spots(random: Random) -> list[Spot]:
    """Return eight places in each stadsdeel, and the three bases that teams start from."""
    found = []
    for area, names in _NAMES.items():
        for name, kind in names:
            lon, lat = degrees(*_inside(area, random))
            found.append(Spot(made_id(random), area, name, kind, lon, lat))
    for name, area in _BASES:
        lon, lat = degrees(*_inside(area, random))
        found.append(Spot(made_id(random), area, name, "basis", lon, lat))
    return found


def _inside(area: str, random: Random) -> tuple[float, float]:
    """Draw a point well inside a stadsdeel: a convex mix of its corners, pulled to the middle."""
    corners = _CORNERS[area]
    weights = [random.expovariate(1.0) ** 2 + 0.08 for _ in corners]
    total = sum(weights)
    east = sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True)) / total
    north = sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True)) / total
    return east, north
