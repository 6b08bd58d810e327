"""A signal in Dutch words: what it is, what is proposed, and how sure it is."""

from collections.abc import Mapping, Sequence

from shortlist.differentiating.signals.candidates import MERGE, OPEN_GROUP, RELATE, SPLIT
from shortlist.showing.words import getal, lijst, percentage

PROPOSALS: Mapping[str, str] = {
    MERGE: "Leg vast dat de ene groep in de andere is opgegaan. De opgegane groep wordt gesloten; haar geschiedenis "
    "blijft leesbaar. Leden gaan niet vanzelf mee.",
    SPLIT: "Open een groep zonder vaste plek voor het deel dat apart komt, afgesplitst van de oude groep. Leden gaan "
    "niet vanzelf mee; daarvoor is eerst een besluit over de ledenlijst nodig.",
    RELATE: "Leg vast dat de groepen verwant zijn. Het blijven twee groepen.",
    OPEN_GROUP: "Open een groep zonder vaste plek (een vluchtige groep) als signaal, zodat zij gevolgd kan worden.",
}
"""Kind of signal → what happens when somebody accepts it."""


def title(kind: str, groups: Sequence[str], persons: float | None, area: str) -> str:
    """Return what happened, in one line."""
    named = lijst(groups)
    if kind == MERGE:
        return f"{named} lijken één groep te zijn geworden"
    if kind == SPLIT:
        return f"Een deel van {named} komt apart bijeen"
    if kind == RELATE:
        return f"{named} trekken met elkaar op"
    size = f" van {getal(persons, 0)} personen" if persons else ""
    return f"Een groep{size} die nog geen naam heeft komt bijeen in {area}"


def uncertainty(kind: str, figures: Mapping[str, float], n: int) -> list[str]:
    """Say how sure it is: against chance and shared places, and how firm the group is."""
    told = []
    if kind == RELATE:
        times = getal(figures["expected"], 1)
        p = figures["p"]
        chance = "kleiner dan 1 op de miljoen" if p < 1e-6 else f"ongeveer 1 op de {getal(round(1 / p), 0)}"
        told.append(
            f"Samen gezien: {n} keer. Bij toeval, en omdat groepen plekken delen, waren er {times} te verwachten; de "
            f"kans op zo veel door toeval is {chance}. Dat is {percentage(figures['share'])} van de keren dat de "
            "minst geziene groep er was."
        )
    if "stability" in figures:
        told.append(
            f"Worden de waarnemingen anders gewogen, dan blijft {percentage(figures['stability'])} van de paren bij "
            "elkaar."
        )
    if kind in {MERGE, SPLIT}:
        told.append(
            f"Van wie ervoor en erna werd gezien is {percentage(figures['overlap'])} dezelfde; het beeld hield het "
            "volgende venster stand."
        )
    elif kind == OPEN_GROUP:
        told.append("De groep is in het venster daarna opnieuw gezien.")
    told.append(
        "Wie niet is gezien kan er wel geweest zijn. Waar meer wordt gekeken, wordt meer samen gezien; let op wie er "
        "keek en hoelang."
    )
    return told
