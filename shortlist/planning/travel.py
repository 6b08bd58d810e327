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
