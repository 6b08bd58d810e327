"""The features of a group as a text to start a request from: dated facts, then the duiding; no persons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shortlist.showing.words import datum, duur, lijst, woord

_THEMES = ("ernst", "risico", "ontwikkeling", "impact")


@dataclass(frozen=True, slots=True)
class Known:
    """What the record says about a group on a day."""

    places: Sequence[str]
    visits: int
    """Observations with own eyes in four weeks."""
    seen: int
    """Of which somebody was there."""
    minutes: int
    """How long was looked in four weeks."""
    reports: int
    """Reports and hearsay in four weeks."""
    answers: Mapping[str, Any]
    duiding: Mapping[str, Any]
    decided: str | None
    assessed_on: date | None


def features_text(known: Known) -> str:
    """Write what is known in lines that a person checks and completes; what is unknown is left out or said so."""
    lines = [
        f"Plek: {lijst(known.places)}." if known.places else "Plek: geen vaste plek.",
        f"Laatste 4 weken: {known.seen} keer gezien bij {known.visits} keer kijken ({duur(known.minutes)})"
        + (f", {known.reports} meldingen of van horen zeggen." if known.reports else "."),
    ]
    size = _span(known.answers, "omvang_min", "omvang_max")
    if size:
        lines.append(f"Omvang: {size} jongeren.")
    ages = _span(known.answers, "leeftijd_jongste", "leeftijd_oudste")
    if ages:
        lines.append(f"Leeftijd: {ages} jaar.")
    if known.assessed_on is None:
        lines.append("De groep is nog niet geduid.")
        return "\n".join(lines)
    lines.append(f"Duiding van {datum(known.assessed_on)}:")
    for theme in _THEMES:
        part = known.duiding.get(theme, {})
        reasons = "; ".join(str(reason) for reason in part.get("reasons", ()))
        lines.append(
            f"- {woord(theme)}: {part.get('level', 'onbekend')}" + (f" – {reasons}" if reasons else "")
        )
    lines.append(f"Klasse: {woord(known.decided)}.")
    return "\n".join(lines)


def _span(answers: Mapping[str, Any], low: str, high: str) -> str:
    found = [str(answers[item]) for item in (low, high) if str(answers.get(item, "")).isdigit()]
    if len(found) == 2 and found[0] == found[1]:
        found = found[:1]
    return " tot ".join(found)
