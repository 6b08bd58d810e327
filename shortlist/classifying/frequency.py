"""From dated occasions to *soms* or *vaak*: a proposal that a person confirms or changes.

Nothing seen is never *nooit*: without an own observation the proposal is empty. More looking gives more
occasions, so the number of days and reporters stands beside every proposal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from shortlist.classifying.questionnaire import Citation


@dataclass(frozen=True, slots=True)
class Occasion:
    """One dated sign of one item. ``source`` is whatever leads back to the record (an observation's id)."""

    item: str
    on: date
    observer: str
    hearsay: bool
    source: str


@dataclass(frozen=True, slots=True)
class FrequencyParameters:
    """From how many different days an item is *soms* or *vaak*, looking back ``period_days`` days.

    ``vaak_own_days``: at least so many of the days for *vaak* rest on an own observation, so that one
    sighting with rumours around it does not become *vaak*.
    """

    name: str
    valid_from: date
    valid_until: date | None
    soms_days: int
    vaak_days: int
    vaak_own_days: int
    period_days: int
    because: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class DerivedFrequency:
    """The proposal for one item, with what it rests on."""

    item: str
    value: str | None
    """*soms*, *vaak*, or ``None`` when there is no ground for either."""
    days: int
    """Different days that count."""
    reporters: int
    """Different observers of their own observations."""
    rests_on: tuple[Occasion, ...]
    """The occasions that count, one per observer and day, oldest first."""
    set_aside: tuple[Occasion, ...]
    """The occasions that do not count: repeats, hearsay alone, outside the period."""
    flags: tuple[str, ...]
    """``alleen_horen_zeggen``, ``mede_horen_zeggen``, ``een_melder``."""
    sentence: str


def derive_frequencies(
    occasions: Iterable[Occasion],
    parameters: FrequencyParameters,
    *,
    until: date,
    since: date | None = None,
) -> dict[str, DerivedFrequency]:
    """Return a proposal for every item that occurs, by item in order of first appearance.

    The period runs from ``since`` (default ``period_days`` before) to ``until``, both included. Reports by
    one observer on one day about one item count once, an own observation before hearsay. Hearsay counts
    only beside an own observation of the same item.
    """
    start = since or until - timedelta(days=parameters.period_days - 1)
    by_item: dict[str, list[Occasion]] = {}
    for occasion in occasions:
        by_item.setdefault(occasion.item, []).append(occasion)
    return {item: _derive(item, found, parameters, start, until) for item, found in by_item.items()}


def _derive(
    item: str, occasions: list[Occasion], parameters: FrequencyParameters, start: date, until: date
) -> DerivedFrequency:
    ordered = sorted(occasions, key=lambda one: (one.on, one.hearsay, one.observer, one.source))
    inside = [one for one in ordered if start <= one.on <= until]
    kept: dict[tuple[str, date], Occasion] = {}
    for one in inside:
        kept.setdefault((one.observer, one.on), one)
    own = [one for one in kept.values() if not one.hearsay]
    counted = tuple(kept.values()) if own else ()
    counts = {id(one) for one in counted}
    days = {one.on for one in counted}
    own_days = {one.on for one in own}
    value = None
    if len(days) >= parameters.vaak_days and len(own_days) >= parameters.vaak_own_days:
        value = "vaak"
    elif len(days) >= parameters.soms_days:
        value = "soms"
    reporters = {one.observer for one in own}
    flags = []
    if inside and not own:
        flags.append("alleen_horen_zeggen")
    if own and len(own) < len(counted):
        flags.append("mede_horen_zeggen")
    if len(reporters) == 1:
        flags.append("een_melder")
    return DerivedFrequency(
        item=item,
        value=value,
        days=len(days),
        reporters=len(reporters),
        rests_on=counted,
        set_aside=tuple(one for one in ordered if id(one) not in counts),
        flags=tuple(flags),
        sentence=_sentence(value, len(days), len(reporters), flags),
    )


def _sentence(value: str | None, days: int, reporters: int, flags: list[str]) -> str:
    if "alleen_horen_zeggen" in flags:
        return "Alleen van horen zeggen; daarop rust geen voorstel."
    if value is None:
        return "Te weinig eigen waarnemingen in deze periode voor een voorstel."
    seen = f"Voorstel '{value}': op {days} {'dag' if days == 1 else 'verschillende dagen'}"
    by = f"door {reporters} {'waarnemer' if reporters == 1 else 'waarnemers'}"
    also = ", mede van horen zeggen" if "mede_horen_zeggen" in flags else ""
    return f"{seen} gezien {by}{also}."
