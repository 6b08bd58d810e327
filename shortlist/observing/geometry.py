"""Where a point lies: inside or outside a ring of longitudes and latitudes."""

from collections.abc import Sequence
from itertools import pairwise

Ring = Sequence[Sequence[float]]
"""[lon, lat] pairs in degrees (WGS 84), first = last."""


def inside(lon: float, lat: float, ring: Ring) -> bool:
    """Tell whether a point lies in the area that ``ring`` surrounds (even-odd rule).

    A ring of fewer than four points surrounds nothing. A point exactly on the border may fall on either side.
    """
    found = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) * (x2 - x1) / (y2 - y1):
            found = not found
    return found and len(ring) >= 4
