"""Groups of Waterveen that change: two that mix, two that become one, and newcomers whom nobody listed; all made up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from random import Random

from shortlist.demo.geography import made_id
from shortlist.demo.groups import AMSTERDAM, Band, Sighting, Youngster
from shortlist.demo.people import Worker
from shortlist.guarding.roles import Role

_SINCE = timedelta(weeks=6)
"""Since when the groups change: within the weeks that are told of, and long enough to hold in two windows."""
_AREA = "Centrum"
"""Where they are: the stadsdeel in which one person per role can sign in."""
_EYES = (Role.JEUGDAGENT, Role.JONGERENWERKER)


@dataclass(frozen=True, slots=True)
class Mingled:
    """What was seen with the changes in it, and who is new."""

    seen: Sequence[Sighting]
    newcomers: Sequence[Youngster]
    host: Band
    """The group with which the newcomers are seen."""


def mingle(
    seen: Sequence[Sighting], found: Sequence[Band], staff: Sequence[Worker], *, now: datetime, random: Random
) -> Mingled:
    """Add persons to some sightings, and sightings of its own; nobody who was there is left out."""
    fit = [
        band
        for band in found
        if band.area == _AREA and not band.fluid and band.profile != "nieuw" and len(band.members) > 7
    ]
    mixing, merging, host = fit[0:2], fit[2:4], fit[4]
    newcomers = [Youngster(made_id(random), f"WV-{901 + number:04d}", False, "volgt") for number in range(7)]
    start = now - _SINCE
    shown = [
        _joined(one, merging[one.band is merging[0]].members, random)
        if one.present and one.band in merging and one.started_at >= start
        else one
        for one in seen
    ]
    eyes = [worker for worker in staff if worker.role in _EYES]
    shown += _evenings(mixing[0], [mixing[0].members, mixing[1].members], 3, eyes, 5, now, random)
    shown += _evenings(host, [newcomers], 4, eyes, 14, now, random)
    return Mingled(shown, newcomers, host)


def _joined(one: Sighting, others: Sequence[Youngster], random: Random) -> Sighting:
    present = (*one.present, *((other, None) for other in random.sample(others, 5)))
    seen = max(one.seen, len(present))
    return replace(
        one, present=present, seen=seen, feit=one.feit.replace(f"{one.seen} jongeren", f"{seen} jongeren", 1)
    )


def _evenings(
    band: Band,
    parties: Sequence[Sequence[Youngster]],
    of_each: int,
    eyes: Sequence[Worker],
    times: int,
    now: datetime,
    random: Random,
) -> Iterator[Sighting]:
    """Yield evenings spread over the weeks of change on which ``of_each`` of every party were there."""
    local = [worker for worker in eyes if not worker.areas or band.area in worker.areas]
    for number in range(times):
        day = (now - _SINCE * (number + 1) / (times + 1)).astimezone(AMSTERDAM).date()
        started = datetime.combine(day, time(20, 5 * random.randrange(12)), AMSTERDAM)
        there = [youngster for party in parties for youngster in random.sample(party, of_each)]
        spot = band.spots[number % 2]
        yield Sighting(
            made_id(random),
            band,
            spot,
            started,
            45,
            random.choice((15, 20, 30)),
            len(there),
            local[number % len(local)],
            "gezien",
            f"{len(there)} jongeren bij {spot.name}: stonden en zaten bij elkaar.",
            "",
            ("rondhangen",),
            tuple((youngster, None) for youngster in there),
        )
