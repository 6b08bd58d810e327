"""Travel times between places: great circle times a detour, or a given matrix.

Times are whole seconds, rounded up, so that a plan never promises to be earlier than the formula says.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth in metres (IUGG, R1)."""


def round_up(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round seconds up to whole ones; a millionth of a second of float noise is not a second."""
    whole: NDArray[np.int64] = np.ceil(seconds - 1e-6).astype(np.int64)
    return whole


def great_circle(lon: Sequence[float], lat: Sequence[float]) -> NDArray[np.float64]:
    """Return the haversine distance in metres between all pairs of places (degrees WGS 84), shape (n, n)."""
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    lam = np.radians(np.asarray(lon, dtype=np.float64))
    half = (
        np.sin((phi[:, None] - phi[None, :]) / 2) ** 2
        + np.cos(phi[:, None]) * np.cos(phi[None, :]) * np.sin((lam[:, None] - lam[None, :]) / 2) ** 2
    )
    distance: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return distance


def by_speed(
    lon: Sequence[float], lat: Sequence[float], *, speed_kmh: float, detour: float
) -> NDArray[np.int64]:
    """Return travel seconds between all pairs: great circle times ``detour`` at ``speed_kmh``."""
    return round_up(great_circle(lon, lat) * detour / (speed_kmh / 3.6))


def longer(
    travel: NDArray[np.int64], one: Sequence[int], other: Sequence[int], minutes: float
) -> NDArray[np.int64]:
    """Return travel that takes ``minutes`` longer, both ways, between each of ``one`` and each of ``other``."""
    found = travel.copy()
    more = int(round_up(np.array([minutes * 60.0]))[0])
    found[np.ix_(one, other)] += more
    found[np.ix_(other, one)] += more
    return found


def quickest(
    travel: NDArray[np.int64], stay: NDArray[np.int64], base: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the least seconds from bases to every place and back, with stops on the way where those are quicker.

    ``stay`` is the least time of a stop per place (a very large number: nobody stops there); ``base`` are place
    indices. Where the triangle inequality holds this is the travel itself; where it does not (a closed bridge, a
    given matrix) only this is a limit that no lawful route passes. Both answers have shape (bases, places).
    """
    return _spread(travel[base], stay, travel), _spread(travel[:, base].T, stay, travel.T)


def _spread(
    straight: NDArray[np.int64], stay: NDArray[np.int64], legs: NDArray[np.int64]
) -> NDArray[np.int64]:
    least = straight.copy()
    stops = np.flatnonzero(stay < least.max(initial=0))
    while True:
        before = least.copy()
        for stop in stops:
            np.minimum(least, (least[:, stop] + stay[stop])[:, None] + legs[stop], out=least)
        if np.array_equal(before, least):
            return least
