"""Groups whose core is known, observed on the street by several people with uneven effort: made up, seeded."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from shortlist.differentiating.occasions import Observed, Occasion

START = datetime(2026, 9, 1, 19, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Street:
    """How a made-up group and its observers behave; shares are means over members."""

    name: str
    core_present: float = 0.55
    others_present: float = 0.20
    spread: float = 12.0
    """Concentration of the Beta around those means: lower is more different persons."""
    core_recognised: float = 1.0
    """How often a core member is recognised, against the others."""
    even_effort: bool = False
    reporters: int = 4
    minutes_spread: float = 0.5
    """Standard deviation of the logarithm of the minutes looked."""
    minutes_matter: bool = True
    """Whether who looks longer sees more."""
    minutes_noted: bool = True
    one_observer_a_day: int = 0
    """So many gatherings a day, all by one observer; 0 = two a day, each by anybody."""


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A group as observed, with what is true of it."""

    observed: Observed
    core: frozenset[str]


def observe(street: Street, sightings: float, generator: np.random.Generator) -> KnownGroup:
    """Return a group observed until its members were seen ``sightings`` times on average."""
    size = int(generator.integers(10, 26))
    n_core = max(2, round(size * generator.uniform(0.15, 0.35)))
    members = [f"m{number:02}" for number in generator.permutation(size)]
    core = frozenset(members[:n_core])
    wanted = np.where(np.arange(size) < n_core, street.core_present, street.others_present)
    present_chance = generator.beta(wanted * street.spread, (1 - wanted) * street.spread)
    group = tuple(generator.permutation(members))
    occasions: list[Occasion] = []
    seen = 0
    while seen < sightings * size:
        minutes = (
            30.0
            if street.even_effort
            else float(np.clip(generator.lognormal(3.2, street.minutes_spread), 5, 120))
        )
        recognised = 1 - np.exp(-minutes / 12) if street.minutes_matter else 0.9
        chance = present_chance * recognised
        chance = np.where(np.arange(size) < n_core, chance * street.core_recognised, chance)
        there = [members[i] for i in np.flatnonzero(generator.random(size) < chance)]
        if len(there) < 2:
            continue
        seen += len(there)
        day = len(occasions) // (street.one_observer_a_day or 2)
        whoever = street.one_observer_a_day == 0
        occasions.append(
            Occasion(
                id=f"nr. {len(occasions) + 1}",
                at=START + timedelta(days=day, minutes=int(generator.integers(0, 180))),
                present=tuple(there),
                place=f"plek {generator.integers(3)}",
                reporter=f"waarnemer {generator.integers(street.reporters) if whoever else day % street.reporters}",
                effort_minutes=minutes if street.minutes_noted else None,
            )
        )
    return KnownGroup(Observed(tuple(occasions), group, n_core), core)
