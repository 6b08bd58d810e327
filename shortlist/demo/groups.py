"""The fictitious groups of Waterveen and what is seen of them: seeded, synthetic, about nobody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from shortlist.demo.geography import Spot, made_id
from shortlist.demo.people import Worker
from shortlist.guarding.roles import Role

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WEEKS = 12
_CALM: Mapping[str, float] = {"rondhangen": 0.9, "lawaai": 0.08}
_HINDER: Mapping[str, float] = {
    "rondhangen": 0.9,
    "lawaai": 0.5,
    "afval": 0.4,
    "schermutselingen": 0.06,
    "alcohol": 0.06,
    "blowen": 0.1,
    "gevaarlijk_rijden": 0.06,
    "versperren": 0.03,
}
_NUISANCE: Mapping[str, float] = {
    "rondhangen": 0.8,
    "lawaai": 0.5,
    "afval": 0.45,
    "alcohol": 0.2,
    "blowen": 0.3,
    "provoceren": 0.2,
    "uitschelden": 0.25,
    "intimideren": 0.15,
    "versperren": 0.1,
    "vernieling": 0.18,
    "licht_geweld": 0.08,
    "winkeldiefstal": 0.05,
    "gevaarlijk_rijden": 0.1,
}
_SOBER: Mapping[str, float] = {k: v for k, v in _NUISANCE.items() if k not in {"alcohol", "blowen"}}
_CRIME: Mapping[str, float] = {
    "rondhangen": 0.7,
    "lawaai": 0.25,
    "intimideren": 0.2,
    "drugshandel": 0.25,
    "straatroof": 0.05,
    "inbraak": 0.05,
    "heling": 0.08,
    "licht_geweld": 0.1,
    "openlijk_geweld": 0.04,
    "blowen": 0.3,
    "alcohol": 0.15,
    "wapenbezit": 0.03,
}
PROFILES: Mapping[str, Mapping[str, float]] = {
    "rustig": _CALM,
    "hinder": _HINDER,
    "overlast": _NUISANCE,
    "zonder middelen": _SOBER,
    "zwaar": _CRIME,
    "nieuw": _HINDER,
}
"""Profile → how often an observation shows an item."""
_SHARE = (
    ("rustig",) * 3
    + ("hinder",) * 19
    + ("overlast",) * 9
    + ("zonder middelen",) * 3
    + ("zwaar",) * 3
    + ("nieuw",) * 3
)
_SLOTS: tuple[tuple[tuple[int, ...], float], ...] = (
    ((4, 5), 21.5),
    ((2, 4, 5), 20.5),
    ((0, 1, 2, 3, 4), 15.75),
    ((4, 5, 6), 19.5),
    ((5, 6), 16.5),
    ((1, 3, 5), 21.0),
)
"""Hot weekdays (0 = Monday) and the local hour around which a group gathers."""
_PHRASES: Mapping[str, str] = {
    "rondhangen": "stonden en zaten bij elkaar",
    "lawaai": "harde muziek en geroep",
    "afval": "blikjes en verpakkingen op de grond",
    "schermutselingen": "duwen en trekken onderling",
    "alcohol": "enkelen dronken bier",
    "blowen": "wietlucht en jointresten",
    "gevaarlijk_rijden": "met scooters over het voetpad",
    "provoceren": "voorbijgangers uitgedaagd",
    "uitschelden": "een voorbijganger uitgescholden",
    "intimideren": "een winkelier klemgezet met woorden",
    "versperren": "de doorgang geblokkeerd",
    "vernieling": "een bank en prullenbak vernield",
    "licht_geweld": "een klap uitgedeeld",
    "openlijk_geweld": "een vechtpartij met meerdere jongeren",
    "winkeldiefstal": "beveiliging meldt een diefstal",
    "drugshandel": "korte overdrachten met passerende auto's",
    "straatroof": "aangifte van beroving van een telefoon",
    "inbraak": "inbraak in een berging, spoor naar deze plek",
    "heling": "fietsen zonder bewijs te koop aangeboden",
    "wapenbezit": "een mes gevonden bij controle",
}
_JUDGEMENTS = (
    "Lijkt vooral verveling.",
    "De sfeer is grimmiger dan vorige maand.",
    "Reageert goed als je rustig blijft.",
    "Twee van hen bepalen wat er gebeurt, denk ik.",
    "Geen zorgen op dit moment.",
)


@dataclass(frozen=True, slots=True)
class Youngster:
    """A made-up member: pseudonym, and whether the generator treats it as core."""

    id: UUID
    pseudonym: str
    core: bool
    spurs: str
    """What this one is mostly seen doing."""


@dataclass(frozen=True, slots=True)
class Band:
    """A made-up group with its hidden profile."""

    id: UUID
    area: str
    name: str
    profile: str
    spots: tuple[Spot, ...]
    fluid: bool
    """Without a usual place; then ``spots`` is where it turns up."""
    first_signal: date
    members: tuple[Youngster, ...]
    days: tuple[int, ...]
    hour: float


@dataclass(frozen=True, slots=True)
class Sighting:
    """A made-up observation."""

    id: UUID
    band: Band
    spot: Spot
    started_at: datetime
    duration: int
    effort: int
    seen: int
    observer: Worker
    source: str
    feit: str
    oordeel: str
    items: tuple[str, ...]
    present: tuple[tuple[Youngster, str | None], ...]
    """Youngster and what he or she was seen doing."""


def bands(spots: list[Spot], *, today: date, random: Random) -> list[Band]:
    """Return 40 groups, 400 members in all; five lack a usual place, and of quiet groups nobody is listed."""
    street = [spot for spot in spots if spot.kind != "basis"]
    profiles = list(_SHARE)
    random.shuffle(profiles)
    listed = [index for index, profile in enumerate(profiles) if profile != "rustig"]
    sizes = [0 if profile == "rustig" else 7 + random.randrange(8) for profile in profiles]
    while sum(sizes) != 400:
        index = random.choice(listed)
        step = 1 if sum(sizes) < 400 else -1
        if 5 <= sizes[index] + step <= 18:
            sizes[index] += step
    found = []
    number = 0
    for index, spot in enumerate(street):
        fluid = index % 8 == 6
        near = tuple(other for other in street if other.area == spot.area and other is not spot)
        members = []
        for place in range(sizes[index]):
            number += 1
            core = place < max(2, round(sizes[index] * 0.22))
            spurs = (
                random.choice(("leidt", "stookt op", "leidt"))
                if core
                else random.choice(("volgt", "volgt", "afzijdig", "sust"))
            )
            members.append(Youngster(made_id(random), f"WV-{number:04d}", core, spurs))
        days, hour = _SLOTS[random.randrange(len(_SLOTS))]
        age = 10 if profiles[index] == "nieuw" else random.randrange(84, 120)
        found.append(
            Band(
                made_id(random),
                spot.area,
                f"Wisselgroep {spot.area}" if fluid else f"Groep {spot.name}",
                profiles[index],
                (spot, *random.sample(near, 3)) if fluid else (spot, random.choice(near)),
                fluid,
                today - timedelta(days=age),
                tuple(members),
                days,
                hour + random.choice((-0.5, 0.0, 0.5)),
            )
        )
    return found


def sightings(found: list[Band], staff: list[Worker], *, now: datetime, random: Random) -> Iterator[Sighting]:
    """Yield 12 weeks of observations up to ``now``, oldest first per group, two or three a group a week."""
    monday = now.astimezone(AMSTERDAM).date()
    monday -= timedelta(days=monday.weekday() + 7 * (WEEKS - 1))
    for band in found:
        eyes = [
            worker
            for worker in staff
            if worker.role in {Role.JEUGDAGENT, Role.JONGERENWERKER, Role.JEUGDBOA}
            and (not worker.areas or band.area in worker.areas)
        ]
        start = max(monday, band.first_signal)
        for week in range(WEEKS):
            for _ in range(random.choice((2, 2, 3, 3))):
                moment = _moment(band, monday + timedelta(weeks=week), random)
                if start <= moment.date() and moment <= now - timedelta(hours=2):
                    yield _sighting(band, moment, random.choice(eyes), random)


def closely_watched(found: list[Band]) -> list[Band]:
    """Return the groups of which police and youth work went to find out who belongs: two listed ones per stadsdeel."""
    chosen: dict[str, list[Band]] = {}
    for band in found:
        if band.members and band.profile != "nieuw" and not band.fluid:
            chosen.setdefault(band.area, []).append(band)
    return [band for bands_ in chosen.values() for band in bands_[:2]]


def closer_looks(
    found: list[Band], staff: list[Worker], *, now: datetime, random: Random
) -> Iterator[Sighting]:
    """Yield what was seen besides of the closely watched groups: two calm looks a week at who is there."""
    monday = now.astimezone(AMSTERDAM).date()
    monday -= timedelta(days=monday.weekday() + 7 * (WEEKS - 1))
    for band in closely_watched(found):
        eyes = [
            worker
            for worker in staff
            if worker.role in {Role.JEUGDAGENT, Role.JONGERENWERKER} and band.area in worker.areas
        ]
        for week in range(WEEKS):
            for _ in range(2):
                moment = _moment(band, monday + timedelta(weeks=week), random)
                there = tuple(m for m in band.members if random.random() < (0.75 if m.core else 0.27))
                if moment.date() < band.first_signal or moment > now - timedelta(hours=2) or not there:
                    continue
                yield Sighting(
                    made_id(random), band, band.spots[0], moment, 20, random.choice((10, 15, 20)), len(there),
                    random.choice(eyes), "gezien",
                    f"{len(there)} jongeren bij {band.spots[0].name}: rustig aanwezig, even gepraat.", "", (),
                    tuple((m, m.spurs if random.random() < 0.25 else None) for m in there),
                )  # fmt: skip


def _moment(band: Band, monday: date, random: Random) -> datetime:
    hot = random.random() < 0.8
    day = random.choice(band.days) if hot else random.randrange(7)
    hour = random.gauss(band.hour, 0.7) if hot else random.uniform(14, 23)
    local = datetime.combine(monday, time(), tzinfo=AMSTERDAM) + timedelta(days=day)
    return local + timedelta(minutes=5 * round(min(max(hour, 9), 23.5) * 12))


def _sighting(band: Band, moment: datetime, observer: Worker, random: Random) -> Sighting:
    spot = band.spots[0] if random.random() < 0.75 and not band.fluid else random.choice(band.spots)
    nobody = random.random() < 0.12
    source = (
        "gezien"
        if observer.role is Role.JEUGDBOA
        else random.choices(("gezien", "gehoord", "melding"), (80, 8, 12))[0]
    )
    weights = PROFILES[band.profile]
    items = () if nobody else tuple(item for item, share in weights.items() if random.random() < share)
    there = () if nobody else tuple(m for m in band.members if random.random() < (0.62 if m.core else 0.3))
    seen = 0 if nobody else max(len(there), random.randrange(3, len(band.members) + 6))
    known = there if source == "gezien" and observer.role is not Role.JEUGDBOA else ()
    present = tuple((m, m.spurs if random.random() < 0.35 else None) for m in known[:8])
    if nobody:
        feit = f"Langs {spot.name} gegaan: niemand aangetroffen."
    else:
        what = "; ".join(_PHRASES[item] for item in items if item in _PHRASES) or "rustig aanwezig"
        feit = f"{seen} jongeren bij {spot.name}: {what}."
    judged = not nobody and random.random() < 0.3
    return Sighting(
        made_id(random),
        band,
        spot,
        moment,
        0 if nobody else random.choice((10, 15, 20, 30, 45, 60, 90)),
        random.choice((10, 15, 15, 20, 30)),
        seen,
        observer,
        source,
        feit,
        random.choice(_JUDGEMENTS) if judged else "",
        items,
        present,
    )
