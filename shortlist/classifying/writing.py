"""Verdicts and duidingen as the JSON text of ``shortlist classify``, for many groups at a time.

The text is, byte for byte, that of the objects that ``verdict.as_json`` and ``duiding.duiding_as_json`` give. What
many groups have in common (a reason for an answer, a finding, a flip, a name) is written once and then copied.
"""

import json
from collections.abc import Iterable
from datetime import date

from shortlist.classifying.duiding import Duiding, ThemeReading, because_of_level
from shortlist.classifying.table import Finding, Reason
from shortlist.classifying.verdict import (
    Flip,
    Verdict,
    finding_as_json,
    flip_as_json,
    provisional_of,
    reason_as_json,
)

Piece = str | None | Reason | Finding | Flip
"""What many groups have in common. Reasons, findings and flips are kept by who made them and serve as keys."""


class Writer:
    """Writes entries; ``brief`` leaves out reasons and criteria."""

    def __init__(self, *, brief: bool = False) -> None:
        self._brief = brief
        self._pieces = _Pieces()
        self._levels: dict[tuple[str, str | None], bytes] = {}

    def entry(self, group: str, verdict: Verdict, observed_until: date | None, duiding: bytes) -> bytes:
        """Return one entry of the contract; ``duiding`` is what :meth:`duiding` gave for the group."""
        pieces = self._pieces
        found = provisional_of(verdict)
        parts = [
            b'{"id": ', _text(group),
            b', "ruleset": ', pieces[verdict.ruleset.name],
            b', "valid_from": "', verdict.ruleset.valid_from.isoformat().encode(),
            b'", "outcome": ', pieces[verdict.outcome],
            b', "possible": ', self._list(verdict.possible),
            b', "rule": ', pieces[verdict.rule],
        ]  # fmt: skip
        if not self._brief:
            parts += [
                b', "reasons": ', self._list(verdict.reasons),
                b', "criteria": ', self._list(verdict.findings),
            ]  # fmt: skip
        parts += [
            b', "provisional": {"outcome": ', pieces[found.outcome],
            b', "possible": ', self._list(found.possible),
            b', "assumes": ', self._list(found.assumes),
            b'}, "missing": ', self._list(verdict.missing),
            b', "settle": ', self._list(verdict.settle),
            b', "flips": ', self._list(verdict.flips),
            b', "gate_decides": ', b"true" if verdict.gate_decides else b"false",
            b', "without_gate": ', self._list(verdict.without_gate),
        ]  # fmt: skip
        if observed_until:
            parts += [b', "observed_until": "', observed_until.isoformat().encode(), b'"']
        parts += [b', "duiding": ', duiding, b"}"]
        return b"".join(parts)

    def duiding(self, duiding: Duiding) -> bytes:
        """Return the four themes of a group."""
        themes = [
            b"".join((self._pieces[name], b": ", self._theme(name, reading)))
            for name, reading in duiding.items()
        ]
        return b"{" + b", ".join(themes) + b"}"

    def _theme(self, name: str, reading: ThemeReading) -> bytes:
        key = name, reading.rule.id if reading.rule else None
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = _text(because_of_level(reading))[1:-1]
        return b"".join((
            b'{"level": ', self._pieces[reading.level],
            b', "possible": ', self._list(reading.possible),
            b", ", level,
            b', "reasons": ', self._list(reading.reasons),
            b', "missing": ', self._list(reading.missing),
            b', "provisional": ', self._pieces[reading.provisional],
            b"}",
        ))  # fmt: skip

    def _list(self, things: Iterable[Piece]) -> bytes:
        pieces = self._pieces
        return b"[" + b", ".join([pieces[thing] for thing in things]) + b"]"


class _Pieces(dict[Piece, bytes]):
    """A piece → its text, up to a bound that only strange input reaches."""

    _MOST_KEPT = 50_000

    def __missing__(self, thing: Piece) -> bytes:
        if len(self) >= self._MOST_KEPT:
            self.clear()
        match thing:
            case Reason():
                text = _text(reason_as_json(thing))
            case Finding():
                text = _text(finding_as_json(thing))
            case Flip():
                text = _text(flip_as_json(thing))
            case _:
                text = _text(thing)
        self[thing] = text
        return text


def _text(thing: object) -> bytes:
    return json.dumps(thing, ensure_ascii=False).encode()
