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
    "dies": "niet meer gezien",
    "mixes": "gemengd",
}
"""Event → the word beside it."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A group of one window as shown."""

    id: str
    label: str
    group_ids: tuple[str, ...]
    group_names: tuple[str, ...]
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
    """The communities that it is about."""


def name_of(community: str, groups: Sequence[str], names: Mapping[str, str]) -> str:
    """Return what a community is called: the known groups in it, or its number when nobody named it yet."""
    if not groups:
        return f"Vluchtige groep {community.removeprefix('g')}"
    return " + ".join(names.get(group, "groep buiten uw stadsdelen") for group in groups)


def labels(nodes: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, str]:
    """Return community → its name in this window; parts of one group are numbered."""
    plain = {node["id"]: name_of(node["id"], node["groups"], names) for node in nodes}
    times = Counter(plain.values())
    told: Counter[str] = Counter()
    found = {}
    for community, name in plain.items():
        told[name] += 1
        found[community] = f"{name}, deel {told[name]}" if times[name] > 1 else name
    return found


def firmness(share: float) -> str:
    """Say how firm a group is: which share of its pairs stays together when the observations are weighed anew."""
    if share >= 0.9:
        return "vast"
    return "tamelijk vast" if share >= 0.6 else "los"


def event_line(event: Mapping[str, Any], named: Mapping[str, str], names: Mapping[str, str]) -> EventLine:
    """Return an event as a sentence; ``named`` holds what the communities of its window are called."""

    def told(side: Mapping[str, Any], *, size: bool = False) -> str:
        name = named.get(side["id"]) or name_of(side["id"], side["groups"], names)
        return f"{name} ({meervoud(side['n_persons'], 'persoon', 'personen')})" if size else name

    before, after = event["before"], event["after"]
    kind = event["kind"]
    if kind == "born":
        sentence = f"{told(after[0], size=True)} werd voor het eerst samen gezien."
    elif kind in {"grows", "shrinks"}:
        verb = "groeide" if kind == "grows" else "kromp"
        sentence = (
            f"{told(after[0])} {verb} van {before[0]['n_persons']} naar {after[0]['n_persons']} personen."
        )
    elif kind == "merges":
        parts = [name_of(side["id"], side["groups"], names) for side in before]
        sentence = f"{lijst(parts)} werden één groep van {after[0]['n_persons']} personen."
    elif kind == "splits":
        whole = name_of(before[0]["id"], before[0]["groups"], names)
        sentence = f"{whole} viel uiteen in {lijst([told(side, size=True) for side in after])}."
    elif kind == "dies":
        sentence = f"{told(before[0], size=True)} werd dit hele venster niet samen gezien."
    else:
        both = lijst([told(side) for side in before])
        sentence = f"{both} waren vaker samen dan toeval en gedeelde plekken verklaren."
    return EventLine(
        datetime.fromisoformat(event["at"]),
        KIND_WORDS[kind],
        sentence,
        event["confirmed"],
        frozenset(side["id"] for side in (*before, *after)),
    )


def tie_words(gatherings: int, shared: int, *, mixes: bool) -> str:
    """Say in a few words what two groups had with each other."""
    parts = []
    if gatherings:
        parts.append(f"{gatherings} keer met meer dan een van beide")
    if shared:
        parts.append(f"{meervoud(shared, 'persoon', 'personen')} ook bij de ander gezien")
    if mixes:
        parts.append("vaker dan toeval")
    return ", ".join(parts)


def two_groups_words(home: str, second: str, n_home: int, n_second: int, share: float, sure: float) -> str:
    """Say how often somebody was seen with each of two groups, and what that makes of the share."""
    return (
        f"{n_home} keer bij {home}, {n_second} keer bij {second}; aandeel bij de tweede groep ongeveer "
        f"{getal(100 * share, 0)} % (zekerheid {getal(100 * sure, 0)} %)"
    )
