"""How a name sounds in Dutch, so that two spellings of it meet.

No well-kept library knows Dutch spelling or how Turkish, Arabic and Berber names are written in it, so the rules are
ours: a dated list in ``rules/duplicates.yaml``, with the reason beside each. The distance between two sounds is
Jaro-Winkler's, from RapidFuzz. A sound is a reason to look, never to conclude.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import JaroWinkler

_WORDS = re.compile(r"[\w]+")
_DIGITS = re.compile(r"\d+")
_TWICE = re.compile(r"([a-z])\1+")
_VOWELS = re.compile(r"[aioy]")


@dataclass(frozen=True)
class NameRules:
    """The rules of ``names`` in ``rules/duplicates.yaml``."""

    particles: frozenset[str]
    """Words such as ``van`` and ``el`` that are left out when another word remains."""
    sounds: tuple[tuple[re.Pattern[str], str], ...]
    """What is written → how it sounds, in the order in which they are applied to one word."""
    close: float
    """From this similarity on (0..1) two sounds that differ in their vowels only are close."""
    shortest_close: int
    """Shorter sounds are alike only when they are equal."""


@dataclass(frozen=True, slots=True)
class Sound:
    """How a name sounds: word by word, with the digits that stand in it."""

    words: tuple[str, ...]
    digits: tuple[str, ...]

    @property
    def whole(self) -> str:
        """The words in alphabetical order, as one text."""
        return " ".join(sorted(self.words))

    @property
    def skeletons(self) -> frozenset[str]:
        """Under which keys a name is found: names without a key in common are never alike."""
        return frozenset(skeleton(word) for word in self.words)


def skeleton(word: str) -> str:
    """Return the consonants of a word as it sounds; a vowel in front shows as ``*``."""
    front = "*" if _VOWELS.match(word) else ""
    return front + _VOWELS.sub("", word)


def sound(name: str, rules: NameRules) -> Sound:
    """Return how a name sounds under these rules."""
    words = _WORDS.findall(name.casefold())
    kept = [word for word in words if word not in rules.particles] or words
    digits = tuple(found for word in words for found in _DIGITS.findall(word))
    letters = [_DIGITS.sub("", word).replace("_", "") for word in kept]
    return Sound(tuple(_word(word, rules.sounds) for word in letters if word), digits)


def _word(word: str, sounds: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for written, heard in sounds:
        word = written.sub(heard, word)
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    return _TWICE.sub(r"\1", plain)


def likeness(one: Sound, other: Sound, rules: NameRules) -> str | None:
    """Say in Dutch in what way two names are alike, or None when they are not.

    Digits are part of what makes a pseudonym: names with different digits are never alike.
    """
    if one.digits != other.digits or not one.words or not other.words:
        return None
    if one.whole == other.whole:
        return "klinken hetzelfde"
    shorter, longer = sorted((one, other), key=lambda found: len(found.words))
    if not all(any(_close(word, there, rules) for there in longer.words) for word in shorter.words):
        return None
    if len(shorter.words) < len(longer.words):
        return "klinken voor een deel hetzelfde"
    return "klinken bijna hetzelfde"


def _close(one: str, other: str, rules: NameRules) -> bool:
    if one == other:
        return True
    if skeleton(one) != skeleton(other) or min(len(one), len(other)) < rules.shortest_close:
        return False
    return JaroWinkler.similarity(one, other) >= rules.close
