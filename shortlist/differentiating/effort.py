"""How much a sighting weighs, given how hard was looked; and whether the looking was even.

How often somebody was seen is nearly the whole signal of a reading (design/members.md), so a count without effort is a
count of surveillance. A sighting weighs the inverse of the minutes looked plus ``added_minutes`` (who stays longer sees
ever fewer new people), capped both ways; several sightings of one member by one observer on one day weigh together no
more than the heaviest of them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]  # scipy ships no types

from shortlist.differentiating.occasions import Occasion
from shortlist.showing.words import lijst


@dataclass(frozen=True, slots=True)
class EffortRules:
    """The part ``effort`` of ``rules/member-reading.yaml``."""

    weight_cap: float
    """A sighting weighs at most this many times, and at least one over this many times, the usual one."""
    added_minutes: float
    """Added to the minutes before taking the inverse."""
    spread_warns: float
    """Warn when the 90th percentile of minutes is at least so many times the 10th."""
    member_ratio_warns: float
    """Warn when a member's mean minutes per sighting are so many times those of the others, either way."""
    observer_share_warns: float
    """Warn when one observer has at least this share of the gatherings."""
    least_gatherings: int
    """No warning about spread or observers below this number of gatherings."""


def gathering_weights(occasions: Sequence[Occasion], rules: EffortRules) -> npt.NDArray[np.float64]:
    """Return a weight per gathering, shape (gatherings,), within [1/cap, cap]; a gathering of median minutes weighs 1.

    A gathering without recorded minutes weighs 1; one at which nobody looked (0 minutes) weighs 0.
    """
    cap, added = rules.weight_cap, rules.added_minutes
    known = [one.effort_minutes for one in occasions if one.effort_minutes]
    usual = median(known) if known else 1.0
    weights = np.ones(len(occasions))
    for row, one in enumerate(occasions):
        if not one.looked:
            weights[row] = 0.0
        elif one.effort_minutes:
            weights[row] = min(cap, max(1 / cap, (usual + added) / (one.effort_minutes + added)))
    return weights


def sightings(
    occasions: Sequence[Occasion], column: Mapping[str, int], rules: EffortRules
) -> sparse.csr_array:
    """Return what each sighting weighs, shape (gatherings, members), after the cap per observer and day.

    ``column`` gives each member's column; persons without one are left out. Gatherings whose reporter is not
    recorded count as one unknown observer.
    """
    weights = gathering_weights(occasions, rules)
    per_day: defaultdict[tuple[int, object, object], list[int]] = defaultdict(list)
    for row, one in enumerate(occasions):
        if not one.looked:
            continue
        day = one.day
        for member in one.present:
            if member in column:
                per_day[column[member], one.reporter, day].append(row)
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for (member_column, _, _), found in per_day.items():
        heaviest, total = max(weights[row] for row in found), sum(weights[row] for row in found)
        for row in found:
            rows.append(row)
            columns.append(member_column)
            values.append(float(weights[row] * heaviest / total))
    return sparse.csr_array((values, (rows, columns)), shape=(len(occasions), len(column)), dtype=np.float64)


def weight_of_always_there(occasions: Sequence[Occasion], rules: EffortRules) -> float:
    """Return what the sightings of somebody who was at every gathering would weigh together."""
    heaviest: defaultdict[tuple[object, object], float] = defaultdict(float)
    for one, weight in zip(occasions, gathering_weights(occasions, rules), strict=True):
        heaviest[one.reporter, one.day] = max(heaviest[one.reporter, one.day], float(weight))
    return sum(heaviest.values())


def unevenness(occasions: Sequence[Occasion], members: Sequence[str], rules: EffortRules) -> tuple[str, ...]:
    """Say in Dutch where the looking was uneven; empty when it was even enough to count.

    ``occasions`` are those at which a member was present. Nobody is ranked: members are named in input order.
    """
    told: list[str] = []
    hearsay = sum(not one.looked for one in occasions)
    if hearsay:
        told.append(
            f"Bij {hearsay} van de {len(occasions)} waarnemingen keek niemand zelf (0 minuten); die tellen niet mee."
        )
    looked = [one for one in occasions if one.looked]
    minutes = [one.effort_minutes for one in looked if one.effort_minutes is not None]
    if looked and not minutes:
        told.append(
            "Nergens staat hoelang is gekeken. De telling is niet gecorrigeerd en zegt dus ook hoe vaak er is gekeken. "
            "Noteer de minuten bij elke waarneming."
        )
    elif len(minutes) < len(looked):
        told.append(
            f"Bij {len(looked) - len(minutes)} van de {len(looked)} waarnemingen staat niet hoelang is gekeken; "
            "die zijn niet gecorrigeerd. Vul de minuten aan."
        )
    if len(minutes) >= rules.least_gatherings:
        low, high = np.quantile(minutes, [0.1, 0.9])
        if high >= rules.spread_warns * low:
            told.append(
                f"Er is ongelijk gekeken: van {low:.0f} tot {high:.0f} minuten per waarneming. De telling is "
                "gecorrigeerd, maar wie niet is gezien blijft onbekend."
            )
    told += _observer_warning(looked, rules)
    stared_at = _members_watched_unevenly(looked, members, rules.member_ratio_warns)
    if stared_at:
        shown = lijst(stared_at[:5], "en") + (
            f" en {len(stared_at) - 5} anderen" if len(stared_at) > 5 else ""
        )
        told.append(
            f"Rond sommige leden is duidelijk langer of korter gekeken dan rond de anderen ({shown}). "
            "Weeg hun aantallen voorzichtig."
        )
    return tuple(told)


def _observer_warning(looked: Sequence[Occasion], rules: EffortRules) -> list[str]:
    counts: defaultdict[str, int] = defaultdict(int)
    for one in looked:
        if one.reporter is not None:
            counts[one.reporter] += 1
    most = max(counts.values(), default=0)
    if len(looked) < rules.least_gatherings or most < rules.observer_share_warns * len(looked):
        return []
    return [
        f"Eén waarnemer deed {most} van de {len(looked)} waarnemingen. De aantallen volgen dan diens rondes; "
        "vraag ook anderen om te kijken."
    ]


def _members_watched_unevenly(looked: Sequence[Occasion], members: Sequence[str], ratio: float) -> list[str]:
    minutes: defaultdict[str, list[float]] = defaultdict(list)
    for one in looked:
        if one.effort_minutes is not None:
            for member in one.present:
                minutes[member].append(one.effort_minutes)
    known = {member: minutes[member] for member in members if len(minutes[member]) >= 3}
    if len(known) < 3:
        return []
    usual = median([float(np.mean(found)) for found in known.values()])
    return [
        member for member, found in known.items() if not usual / ratio < float(np.mean(found)) < usual * ratio
    ]
