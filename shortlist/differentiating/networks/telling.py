"""What is shown of a stored picture, in Dutch words: names of groups, events as sentences, how firm a group is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shortlist.showing.words import getal, lijst, meervoud

KIND_WORDS: Mapping[str, str] = {
    "born": "ontstaan",
    "grows": "gegroeid",
    "shrinks": "gekrompen",
    "merges": "samengegaan",
    "splits": "gesplitst",
    "dies": "niet meer samen",
    "mixes": "gemengd",
}
"""Event → the word beside it; a known group does not come into being, it comes into sight."""
_IN_SIGHT, _OUT_OF_SIGHT = "in beeld", "uit beeld"


@dataclass(frozen=True, slots=True)
class Dot:
    """A group of one window as shown."""

    id: str
    label: str
    known: bool
    n_persons: int
    n_gatherings: int
    firmness: str
    places: tuple[str, ...]
    ties: tuple[str, ...]
    """What it had with others, as short sentences."""
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A tie of one window as shown."""

    a: str
    b: str
    gatherings: int
    shared: int
    mixes: bool
    told: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event as shown."""

    at: datetime
    word: str
    sentence: str
    confirmed: bool
    about: frozenset[str]
    """The known groups, or else communities, that it is about."""


def name_of(community: str, groups: Sequence[str], names: Mapping[str, str]) -> str:
    """Return what a community is called: the known groups in it, or its number when nobody named it yet."""
    if not groups:
        return f"Vluchtige groep {community.removeprefix('g')}"
    return " + ".join(sorted(names.get(group, "onbekende groep") for group in groups))


def numbered(names: Sequence[str]) -> list[str]:
    """Return the names; where one occurs more than once, each is a numbered part of that group."""
    times = Counter(names)
    told: Counter[str] = Counter()
    found = []
    for name in names:
        told[name] += 1
        found.append(f"{name}, deel {told[name]}" if times[name] > 1 else name)
    return found


def firmness(share: float | None) -> str:
    """Say how firm a group is: which share of its pairs stays together when the observations are weighed anew."""
    if share is None:
        return "te weinig samen gezien"
    if share >= 0.9:
        return "vast"
    return "tamelijk vast" if share >= 0.6 else "los"


def event_line(event: Mapping[str, Any], names: Mapping[str, str]) -> EventLine:
    """Return an event as a sentence; ``names`` holds what the known groups are called."""
    before, after, kind = event["before"], event["after"], event["kind"]
    old = [name_of(side["id"], side["groups"], names) for side in before]
    new = [name_of(side["id"], side["groups"], names) for side in after]
    sizes = [meervoud(side["n_persons"], "persoon", "personen") for side in (*before, *after)]
    word = KIND_WORDS[kind]
    if kind == "born":
        known = bool(after[0]["groups"])
        word = _IN_SIGHT if known else word
        sentence = f"{new[0]} is voor het eerst samen gezien ({sizes[0]})."
        if known:
            sentence = f"{new[0]}: weer samen gezien, nu {sizes[0]}."
    elif kind in {"grows", "shrinks"}:
        verb = "groeide" if kind == "grows" else "kromp"
        sentence = f"{new[0]} {verb} van {before[0]['n_persons']} naar {sizes[-1]}."
    elif kind == "merges":
        sentence = f"{lijst(old)} werden één groep van {sizes[-1]}."
    elif kind == "splits":
        parts = [f"{name} ({size})" for name, size in zip(numbered(new), sizes[1:], strict=True)]
        sentence = f"{old[0]} viel uiteen in {lijst(parts)}."
    elif kind == "dies":
        word = _OUT_OF_SIGHT if before[0]["groups"] else word
        sentence = f"{old[0]} is dit hele venster niet samen gezien."
    else:
        sentence = f"{lijst(old)} waren vaker samen dan toeval en gedeelde plekken verklaren."
    about = frozenset(name for side in (*before, *after) for name in (side["groups"] or (side["id"],)))
    return EventLine(datetime.fromisoformat(event["at"]), word, sentence, event["confirmed"], about)


def tie_words(gatherings: int, shared: int, *, mixes: bool) -> str:
    """Say in a few words what two groups had with each other."""
    parts = []
    if gatherings:
        parts.append(f"{gatherings} keer samen, twee of meer van elk")
    if shared:
        parts.append(f"{meervoud(shared, 'persoon', 'personen')} ook bij de ander gezien")
    if mixes:
        parts.append("over alle vensters vaker dan toeval")
    return ", ".join(parts)


def two_groups_words(home: str, second: str, n_home: int, n_second: int, share: float, sure: float) -> str:
    """Say how often somebody was seen with each of two groups, and what that makes of the share."""
    return (
        f"{n_home} keer bij {home}, {n_second} keer bij {second}; aandeel bij de tweede groep ongeveer "
        f"{getal(100 * share, 0)} % (zekerheid {getal(100 * sure, 0)} %)"
    )
