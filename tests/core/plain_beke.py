"""The two rulesets once more, as plain nested ifs written from the domain text: a yardstick, not the product."""

import random
from collections.abc import Mapping

SERIOUS = (
    "wapengeweld",
    "inbraak",
    "straatroof",
    "drugshandel",
    "afpersing",
    "zedendelict",
    "brandstichting",
)
HARASSMENT = ("provoceren", "uitschelden", "intimideren", "versperren")
VIOLENCE = ("licht_geweld", "openlijk_geweld", "wapengeweld")
LIGHT = ("winkeldiefstal", "voertuigdiefstal", "heling", "fraude")
CLASSES = ("aanvaardbaar", "hinderlijk", "overlastgevend", "crimineel")


def landelijk(answers: Mapping[str, object]) -> str:
    """Return the class of a complete list by the definitions."""
    serious = 0
    for item in SERIOUS:
        if answers[item] != "nooit":
            serious += 1
    if answers["openlijk_geweld"] == "vaak":
        serious += 1
    if serious >= 1:
        if answers["motief"] == "gewin":
            return "crimineel"
        if serious >= 2:
            return "crimineel"
        if answers["politiecontact"] in ("helft", "meesten"):
            return "crimineel"
    marks = 0
    harassed = any(answers[item] != "nooit" for item in HARASSMENT)
    violent = any(answers[item] != "nooit" for item in VIOLENCE)
    light = any(answers[item] != "nooit" for item in LIGHT)
    if harassed:
        marks += 1
    if answers["vernieling"] == "vaak" or answers["brandstichting"] != "nooit":
        marks += 1
    if violent:
        marks += 1
    if light and answers["planmatigheid"] == "doelbewust":
        marks += 1
    if answers["aanspreekbaarheid"] == "slecht":
        marks += 1
    if marks >= 2:
        return "overlastgevend"
    if any(answers[item] != "nooit" for item in ("lawaai", "afval", "schermutselingen")):
        return "hinderlijk"
    if harassed or violent or light or serious or answers["vernieling"] != "nooit":
        return "hinderlijk"
    return "aanvaardbaar"


def almere(answers: Mapping[str, object]) -> str:
    """Return the class of a complete list with the gate as practised in Almere."""
    found = landelijk(answers)
    sober = answers["alcohol"] == "nooit" and answers["blowen"] == "nooit"
    return "hinderlijk" if sober and found in ("overlastgevend", "crimineel") else found


BY_NAME = {"landelijk-2010": landelijk, "almere-2013": almere}


def seeded(seed: int) -> random.Random:
    """Return a repeatable source of random test data."""
    return random.Random(seed)
