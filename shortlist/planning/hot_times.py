"""Where and when a group is found: hot spots and hot times, clustered from dated observations.

Places that lie close together become one spot (DBSCAN on metres); within a spot the moments are clustered on the
circle of the week (DBSCAN on minutes). Every window carries how often the group was seen in it *and* how long was
looked, nil returns included, and windows are ranked by sightings per hour looked: where more is looked more is seen,
and a plan that follows counts alone chases its own patrols. Pure data in and out; times are Dutch wall-clock times.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

ZONE = ZoneInfo("Europe/Amsterdam")
DAY = 24 * 60
WEEK = 7 * DAY
NEAR_METRES = 75.0
"""Places closer than this are one spot."""
NEAR_MINUTES = 75.0
"""Moments closer than this on the circle of the week belong together."""
MARGIN = 30
"""Minutes that a window runs on before the first and after the last sighting in it."""
LONGEST = 8 * 60
QUARTER = 15
_PRIOR_HOURS = 1.0
"""Hours of looking without a sighting that every window starts with, so that one lucky minute ranks low."""
_DAY_TYPES = ((0, 1, 2, 3), (4, 5), (6,))
"""Monday-Thursday, Friday-Saturday, Sunday: pooled when single weekdays hold too little."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation: place (any id) with its position, when, how long was looked, whether anybody was there."""

    place: str
    lon: float
    lat: float
    at: datetime
    looked_minutes: int | None
    present: bool


@dataclass(frozen=True, slots=True)
class HotWindow:
    """A stretch of the week (weekday 0 = Monday; minutes after its midnight, past 1440 = the next night)."""

    day: int
    start: int
    end: int
    times: int
    """Observations in it on which somebody was there."""
    looked_minutes: int
    """Minutes looked in it, nil returns included, as far as noted."""


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A place with its windows, best first; ``times`` counts all sightings there, in a window or not."""

    place: str
    lon: float
    lat: float
    times: int
    looked_minutes: int
    windows: tuple[HotWindow, ...]


def hot_spots(observations: Sequence[Seen], *, windows: int = 4, least: int = 4) -> list[HotSpot]:
    """Return the spots of one group, most often seen first; spots where nobody was ever seen are left out.

    A spot with fewer than ``least`` sightings gets no windows: too little to speak of a hot time. ``windows``: at
    most so many per spot.
    """
    found = []
    for members in _spots(observations):
        here = [observations[i] for i in members]
        present = [seen for seen in here if seen.present]
        if not present:
            continue
        place, _ = Counter(seen.place for seen in present).most_common(1)[0]
        main = next(seen for seen in present if seen.place == place)
        hot = _windows(here, present)[:windows] if len(present) >= least else []
        looked = sum(seen.looked_minutes or 0 for seen in here)
        found.append(HotSpot(place, main.lon, main.lat, len(present), looked, tuple(hot)))
    return sorted(found, key=lambda spot: (-spot.times, spot.place))


def _spots(observations: Sequence[Seen]) -> list[list[int]]:
    """Cluster observations by place; returns indices per spot."""
    if not observations:
        return []
    squeeze = math.cos(math.radians(observations[0].lat))
    metres = np.array(
        [[seen.lon * squeeze * 111_320.0, seen.lat * 111_320.0] for seen in observations], dtype=np.float64
    )
    return _clusters(_distances(metres), NEAR_METRES, least=1)


def _distances(points: NDArray[np.float64]) -> NDArray[np.float64]:
    gaps = points[:, None, :] - points[None, :, :]
    apart: NDArray[np.float64] = np.sqrt((gaps**2).sum(axis=2))
    return apart


def _clusters(distances: NDArray[np.float64], near: float, *, least: int) -> list[list[int]]:
    """Return the clusters of DBSCAN as lists of indices, noise left out, in order of their first member."""
    # Slow to import; only planning a week needs it.
    from sklearn.cluster import DBSCAN  # type: ignore[import-untyped]  # scikit-learn ships no types

    labels = DBSCAN(eps=near, min_samples=least, metric="precomputed").fit_predict(distances)
    groups: dict[int, list[int]] = {}
    for index, label in enumerate(labels):
        if label >= 0:
            groups.setdefault(int(label), []).append(index)
    return list(groups.values())


def _windows(here: Sequence[Seen], present: Sequence[Seen]) -> list[HotWindow]:
    """Return windows per weekday, or pooled over a type of day when weekdays alone give none."""
    moments = np.array([_minute(seen.at) for seen in present], dtype=np.float64)
    apart = np.abs(moments[:, None] - moments[None, :])
    found = [
        _window([int(moments[i]) for i in cluster], here)
        for cluster in _clusters(np.minimum(apart, WEEK - apart), NEAR_MINUTES, least=2)
    ]
    if not found:
        found = _pooled(here, present)
    return sorted(found, key=lambda window: (-_rate(window), window.day, window.start))


def _rate(window: HotWindow) -> float:
    return window.times / (window.looked_minutes / 60 + _PRIOR_HOURS)


def _minute(at: datetime) -> int:
    """Return the minute of the Dutch week, 0 = Monday midnight."""
    local = at.astimezone(ZONE)
    return local.weekday() * DAY + local.hour * 60 + local.minute


def _window(moments: Sequence[int], here: Sequence[Seen]) -> HotWindow:
    """Put a window round moments of one cluster; over the turn of the week it starts on the Sunday."""
    line = sorted(moments)
    if line[-1] - line[0] > WEEK / 2:
        line = sorted(m if m > WEEK / 2 else m + WEEK for m in line)
    start = (line[0] - MARGIN) // QUARTER * QUARTER
    end = min(-(-(line[-1] + MARGIN) // QUARTER) * QUARTER, start + LONGEST)
    day, first = divmod(start % WEEK, DAY)
    return _counted(day, first, first + end - start, here)


def _pooled(here: Sequence[Seen], present: Sequence[Seen]) -> list[HotWindow]:
    found = []
    for days in _DAY_TYPES:
        hours = [_minute(seen.at) % DAY for seen in present if _minute(seen.at) // DAY in days]
        if len(hours) < 2:
            continue
        line = np.array(hours, dtype=np.float64)
        apart = np.abs(line[:, None] - line[None, :])
        for cluster in _clusters(np.minimum(apart, DAY - apart), NEAR_MINUTES, least=2):
            found += [_window([hours[i] + day * DAY for i in cluster], here) for day in days]
    return found


def _counted(day: int, start: int, end: int, here: Sequence[Seen]) -> HotWindow:
    begin = day * DAY + start
    inside = [seen for seen in here if (_minute(seen.at) - begin) % WEEK <= end - start]
    return HotWindow(
        day,
        start,
        end,
        sum(seen.present for seen in inside),
        sum(seen.looked_minutes or 0 for seen in inside),
    )
