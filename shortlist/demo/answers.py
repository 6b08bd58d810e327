"""What the made-up professionals answer about a made-up group: from what was seen, with believable gaps."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from random import Random

from shortlist.classifying.questionnaire import GEEN_AANWIJZING, ONBEKEND, Answer
from shortlist.demo.groups import AMSTERDAM, Band, Sighting

_STREET = (
    "rondhangen", "lawaai", "afval", "schermutselingen", "provoceren", "uitschelden", "intimideren", "versperren",
    "alcohol", "blowen", "gevaarlijk_rijden", "vernieling", "licht_geweld",
)  # fmt: skip
"""What professionals on the street can rule out themselves."""
_HIDDEN = (
    "harddrugs", "lachgas", "gokken", "wapenbezit", "brandstichting", "openlijk_geweld", "wapengeweld",
    "winkeldiefstal", "voertuigdiefstal", "inbraak", "straatroof", "heling", "drugshandel", "afpersing", "zedendelict",
    "fraude",
)  # fmt: skip
"""What mostly stays out of sight: 'geen aanwijzing' unless somebody looked into it."""


def frequencies(seen: Sequence[Sighting], until: date) -> dict[str, str]:
    """Count dated occasions up to a day: three days or more is vaak, one or two is soms; hearsay does not count."""
    days: dict[str, set[date]] = defaultdict(set)
    for sighting in seen:
        day = sighting.started_at.astimezone(AMSTERDAM).date()
        if day <= until and sighting.source != "gehoord":
            for item in sighting.items:
                days[item].add(day)
    return {item: "vaak" if len(found) >= 3 else "soms" for item, found in days.items()}


def views(
    band: Band, counted: Mapping[str, str], *, looked_into: bool, random: Random
) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """Return the police's and the youth worker's answers. ``looked_into``: the police ruled hidden acts out."""
    police: dict[str, Answer] = {}
    youth: dict[str, Answer] = {}
    for item in _STREET:
        police[item] = youth[item] = counted.get(item, "nooit")
    for item in _HIDDEN:
        police[item] = counted.get(item, "nooit" if looked_into else GEEN_AANWIJZING)
        youth[item] = counted.get(item, ONBEKEND)
    heavy, rough = band.profile == "zwaar", band.profile in {"overlast", "zonder middelen", "zwaar"}
    young = 10 if band.profile == "rustig" else random.choice((12, 13, 14, 15))
    size = max(len(band.members), 4)
    shared: dict[str, Answer] = {
        "vaste_plek": "nee" if band.fluid else "ja",
        "online_actief": random.choice(("nee", "enigszins", "ja")),
        "omvang_min": max(3, size - 4),
        "omvang_max": size + 3,
        "kern_omvang": max(1, round(size * 0.22)),
        "leeftijd_jongste": young,
        "leeftijd_oudste": young + random.choice((3, 4, 5, 6)),
        "wisselend": "ja" if band.fluid else random.choice(("nee", "enigszins")),
        "hechtheid": random.choice(("enigszins", "ja")),
        "school_of_werk": random.choice(("helft", "meesten")),
        "aanspreekbaarheid": "slecht"
        if rough and random.random() < 0.5
        else random.choice(("goed", "matig")),
        "durft_niet_te_melden": random.choice(("nee", "enigszins")) if rough else "nee",
        "angst": random.choice(("enigszins", "ja")) if rough else "nee",
        "ontwikkeling": random.choice(("afnemend", "stabiel", "stabiel", "toenemend")),
        "verharding": random.choice(("milder", "gelijk", "gelijk", "harder")) if rough else "gelijk",
    }
    police |= shared | {
        "politiecontact": "helft" if heavy else random.choice(("niemand", "enkelen")),
        "motief": "gewin" if heavy else random.choice(("kick", "gemengd")),
        "planmatigheid": "doelbewust" if heavy else "toevallig",
        "ontwijkt_pakkans": "ja" if heavy else "nee",
        "banden_crimineel_circuit": "enigszins" if heavy else "nee",
    }
    youth |= shared | {
        "verzuim": random.choice(("enkelen", "helft")),
        "vereniging": random.choice(("niemand", "enkelen")),
    }
    _differ(youth, random)
    return police, youth


def _differ(youth: dict[str, Answer], random: Random) -> None:
    """Let the youth worker see some things differently, mostly milder."""
    milder: Mapping[Answer, Answer] = {
        "vaak": "soms",
        "ja": "enigszins",
        "meesten": "helft",
        "slecht": "matig",
        "toenemend": "stabiel",
        "harder": "gelijk",
    }
    open_to_doubt = [item for item, value in youth.items() if value in milder]
    for item in random.sample(open_to_doubt, min(len(open_to_doubt), random.choice((1, 2, 3, 5)))):
        youth[item] = milder[youth[item]]
