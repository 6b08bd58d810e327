"""What the counting says about a member's place in the group of now, and when it says nothing.

The method and its thresholds are those of design/members.md: sightings corrected for effort, percentiles within the
group blended with those over everybody, a logistic with one feature whose level follows from the number of core members
that a professional states, and a Bayesian bootstrap over gatherings (Rubin 1981) for how sure this is. It describes; it
predicts nothing, and it ranks nobody: members stand in the order in which they came in.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats  # type: ignore[import-untyped]  # scipy ships no types

from shortlist.differentiating.cohesion import cohesion, core_periphery_fit, half_weight_ties
from shortlist.differentiating.effort import EffortRules, sightings, unevenness, weight_of_always_there
from shortlist.differentiating.occasions import ROLES_SEEN, Observed, Occasion
from shortlist.showing.words import lijst, meervoud, percentage

Array = npt.NDArray[np.float64]

_DRAWN_AT_ONCE = 4_000_000
_QUANTILES = 200
"""Equally likely values that stand for the distribution of one member's redrawn score."""


class Reading(StrEnum):
    """What the counting says; ``onthouding`` is the answer unless the evidence suffices."""

    KERN = "kern"
    MEELOPER = "meeloper"
    ONTHOUDING = "onthouding"


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """The contents of ``rules/member-reading.yaml``."""

    name: str
    valid_from: str
    features: tuple[str, ...]
    """The closed list of what is told as evidence."""
    model_feature: str
    """The one feature that the logistic uses."""
    effort: EffortRules
    draws: int
    seed: int
    blend: float
    """So many members' worth of the percentile over everybody is blended into that within the group."""
    interval: float
    """How much of the draws the interval holds, e.g. 0.9."""
    kern_probability: float
    kern_sightings: int
    meeloper_probability: float
    meeloper_sightings: int
    least_observers: int
    least_days: int
    tie_shrink: float
    most_present: int


@dataclass(frozen=True, slots=True)
class ReadingModel:
    """The logistic of ``models/member-reading.json``: one slope; the level comes from the stated core."""

    name: str
    version: str
    feature: str
    slope: float
    fingerprint: str
    """SHA-256 of the whole model, as its card names it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One dated fact in a number: ``share_of_group`` is defined per feature in the rules file."""

    feature: str
    value: float
    share_of_group: float | None


@dataclass(frozen=True, slots=True)
class MemberReading:
    """What is said about one member."""

    member: str
    reading: Reading
    probability_core: float | None
    """None when the evidence does not allow any statement."""
    interval: tuple[float, float]
    """Of the probability; (0, 1) when nothing is said."""
    top_share: float | None
    """In which share of the draws this member is among the stated number of most seen members."""
    n_gatherings: int
    n_days: int
    n_observers: int
    evidence: tuple[Evidence, ...]
    explanation: tuple[str, ...]
    abstains_because: str | None


@dataclass(frozen=True, slots=True)
class GroupReading:
    """The readings in input order, what is said of the group, and what to be careful about."""

    members: tuple[MemberReading, ...]
    cohesion: float | None
    core_periphery_fit: float | None
    n_observers: int
    n_gatherings: int
    warnings: tuple[str, ...]


def read_group(observed: Observed, rules: ReadingRules, model: ReadingModel) -> GroupReading:
    """Read every member of a group; the same input always gives the same answer.

    Gatherings without any member matter only for the percentiles over everybody. Without ``expected_core`` every
    reading is ``onthouding``.
    """
    members = observed.members
    column = {member: number for number, member in enumerate(members)}
    once, doubles = _told_once(observed.occasions)
    observed = replace(observed, occasions=once)
    ours = [one for one in once if any(member in column for member in one.present)]
    looked = [one for one in ours if one.looked]
    weighted = sightings(looked, column, rules.effort)
    facts = _count_facts(looked, members, weighted, rules.effort)
    core = observed.expected_core
    told: Sequence[_Told | None] = [None] * len(members)
    if core is not None and looked:
        everybody = _scores_of_everybody(observed, rules) if len(observed.persons) > len(members) else None
        chances, intervals = core_chances(
            weighted, core, everybody, blend=rules.blend, slope=model.slope, interval=rules.interval
        )
        top = shares_among_most_seen(weighted, core, draws=rules.draws, seed=rules.seed)
        told = [
            _Told(float(chances[number]), (float(low), float(high)), float(top[number]))
            for number, (low, high) in enumerate(intervals)
        ]
    readings = [
        _judge(member, facts[number], told[number], core, rules) for number, member in enumerate(members)
    ]
    ones = sparse.csr_array((np.ones(weighted.nnz), weighted.nonzero()), shape=weighted.shape)
    ties = half_weight_ties(ones, rules.tie_shrink)
    return GroupReading(
        members=tuple(readings),
        cohesion=cohesion(ties),
        core_periphery_fit=core_periphery_fit(ties),
        n_observers=len({one.reporter for one in looked if one.reporter is not None}),
        n_gatherings=len(looked),
        warnings=(*doubles, *unevenness(ours, members, rules.effort)),
    )


def _told_once(occasions: Sequence[Occasion]) -> tuple[tuple[Occasion, ...], tuple[str, ...]]:
    """Leave out what one observer wrote down twice (same moment, place and company), and say so in Dutch.

    Without a known observer two records may be two people's, and both stay.
    """
    kept: dict[object, Occasion] = {}
    doubles = []
    for number, one in enumerate(occasions):
        known = one.reporter is not None
        key = (one.at, one.place, one.reporter, frozenset(one.present)) if known else number
        if key in kept:
            doubles.append(one)
        else:
            kept[key] = one
    if not doubles:
        return tuple(occasions), ()
    days = lijst(list(dict.fromkeys(one.day.isoformat() for one in doubles))[:3], "en")
    return tuple(kept.values()), (
        f"{meervoud(len(doubles), 'waarneming staat', 'waarnemingen staan')} er dubbel in (onder andere op {days}): "
        "dezelfde tijd, plek, waarnemer en aanwezigen. Elk telt één keer; verwijder wat dubbel is.",
    )


# --- how sure ---


def shares_among_most_seen(weighted: sparse.csr_array, core: int, *, draws: int, seed: int) -> Array:
    """Return in which share of the draws each member is among the ``core`` most seen, shape (members,).

    ``weighted`` is (gatherings, members). Each draw of the Bayesian bootstrap weighs gatherings by a flat Dirichlet.
    """
    n_gatherings, n_members = weighted.shape
    generator = np.random.default_rng(seed)
    top = np.zeros(n_members)
    step = max(1, _DRAWN_AT_ONCE // max(n_gatherings, n_members))
    for start in range(0, draws, step):
        weights = generator.standard_exponential((min(step, draws - start), n_gatherings))
        weights *= n_gatherings / weights.sum(axis=1, keepdims=True)
        scores = np.asarray((weighted.T @ weights.T).T)
        # Sums in another order differ in the last digit; members seen at the same gatherings must stay equal.
        top += _among_first(np.round(scores, 9), core).sum(axis=0)
    shares: Array = top / draws
    return shares


def core_chances(
    weighted: sparse.csr_array,
    core: int,
    everybody: Array | None,
    *,
    blend: float,
    slope: float,
    interval: float,
) -> tuple[Array, Array]:
    """Return the chance of core per member, and its interval of shape (members, 2); the chances add up to ``core``.

    The logistic is averaged over the Bayesian bootstrap. One member's redrawn score has a known distribution: a Beta,
    since a flat Dirichlet adds up to one; for unequal weights the Beta with the same mean and variance. So no lots are
    needed, and members seen equally often come out exactly equal.
    """
    tail = (1 - interval) / 2
    levels = np.concatenate([(np.arange(_QUANTILES) + 0.5) / _QUANTILES, [tail, 1 - tail]])
    redrawn = _redrawn_scores(weighted, levels)
    points = np.asarray(weighted.sum(axis=0)).ravel()
    raised = slope * log_odds(blended_percentile(redrawn, points, everybody, blend), len(points))
    low, high = -60.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        total = _logistic(raised[:, :_QUANTILES] + middle).mean(axis=1).sum()
        low, high = (low, middle) if total > core else (middle, high)
    chances = _logistic(raised + (low + high) / 2)
    return chances[:, :_QUANTILES].mean(axis=1), chances[:, _QUANTILES:]


def log_odds(position: Array, n: int) -> Array:
    """Return the log-odds of positions between 0 and 1, kept half a place of ``n`` from either end.

    Left-out organisations are described better by this than by the percentile itself (docs/figures.md).
    """
    kept = np.clip(position, 0.5 / n, 1 - 0.5 / n)
    found: Array = np.log(kept / (1 - kept))
    return found


def blended_percentile(scores: Array, group: Array, everybody: Array | None, blend: float) -> Array:
    """Return where scores of any shape stand, 0 to 1: among the group's, blended with everybody's.

    (n · within + blend · overall) / (n + blend) for a group of n; equals share their mean rank. None = only the group.
    """
    within = _standing(scores, group)
    if everybody is None:
        return within
    blended: Array = (len(group) * within + blend * _standing(scores, everybody)) / (len(group) + blend)
    return blended


def _standing(scores: Array, among: Array) -> Array:
    ladder, asked = np.sort(np.round(among, 9)), np.round(scores, 9)
    below, upto = np.searchsorted(ladder, asked, "left"), np.searchsorted(ladder, asked, "right")
    found: Array = (below + upto) / 2 / len(ladder)
    return found


def _redrawn_scores(weighted: sparse.csr_array, levels: Array) -> Array:
    """Return the quantiles of each member's score under the Bayesian bootstrap, shape (members, levels)."""
    n = weighted.shape[0]
    mean = np.asarray(weighted.sum(axis=0)).ravel() / n
    variance = (np.asarray(weighted.power(2).sum(axis=0)).ravel() / n - mean**2) / (n + 1)
    highest = weighted.max(axis=0).toarray().ravel()
    moving = variance > 1e-12
    scores = np.repeat(mean[:, None], len(levels), axis=1)
    share, spread = mean[moving] / highest[moving], variance[moving] / highest[moving] ** 2
    strength = share * (1 - share) / spread - 1
    drawn = stats.beta.ppf(levels, (share * strength)[:, None], ((1 - share) * strength)[:, None])
    scores[moving] = drawn * highest[moving, None]
    found: Array = scores * n
    return found


def _logistic(raised: Array) -> Array:
    found: Array = 1 / (1 + np.exp(-raised))
    return found


def _among_first(scores: Array, core: int) -> Array:
    """Say per draw whether each member is among the ``core`` highest; equals share the places that are left."""
    threshold = -np.partition(-scores, core - 1, axis=1)[:, core - 1 : core]
    above, equal = scores > threshold, scores == threshold
    left = core - above.sum(axis=1, keepdims=True)
    found: Array = above + equal * (left / equal.sum(axis=1, keepdims=True))
    return found


def _scores_of_everybody(observed: Observed, rules: ReadingRules) -> Array:
    looked = [one for one in observed.occasions if one.looked]
    column = {person: number for number, person in enumerate(observed.persons)}
    found: Array = np.asarray(sightings(looked, column, rules.effort).sum(axis=0)).ravel()
    return found


# --- judging ---


@dataclass(frozen=True, slots=True)
class _Told:
    """What the drawing says about one member, before it is decided whether that may be said."""

    chance: float
    interval: tuple[float, float]
    top_share: float


@dataclass(frozen=True, slots=True)
class _Facts:
    n: int
    days: int
    observers: int
    company: int
    roles: Counter[str]
    evidence: tuple[Evidence, ...]
    group_gatherings: int
    others: int


def _count_facts(
    looked: Sequence[Occasion], members: Sequence[str], weighted: sparse.csr_array, effort: EffortRules
) -> list[_Facts]:
    in_group = set(members)
    seen: dict[str, list[Occasion]] = {member: [] for member in members}
    company: dict[str, set[str]] = {member: set() for member in members}
    roles: dict[str, Counter[str]] = {member: Counter() for member in members}
    for one in looked:
        present = [member for member in one.present if member in in_group]
        for member in present:
            seen[member].append(one)
            company[member].update(present)
            roles[member].update(one.roles_seen.get(member, ()))
    corrected = np.asarray(weighted.sum(axis=0)).ravel()
    whole = weight_of_always_there(looked, effort)
    all_days = len({one.day for one in looked})
    all_observers = len({one.reporter for one in looked if one.reporter is not None})
    all_roles: Counter[str] = sum(roles.values(), Counter())
    facts = []
    for number, member in enumerate(members):
        mine = seen[member]
        days = len({one.day for one in mine})
        observers = len({one.reporter for one in mine if one.reporter is not None})
        others = len(company[member] - {member})
        evidence = [
            _evidence("times_seen", len(mine), len(looked)),
            _evidence("times_seen_corrected", float(corrected[number]), whole),
            _evidence("days", days, all_days),
            _evidence("observers", observers, all_observers),
            _evidence("company", others, len(members) - 1),
        ]
        evidence += [
            _evidence(role, roles[member][role], all_roles[role]) for role in ROLES_SEEN if all_roles[role]
        ]
        facts.append(
            _Facts(
                len(mine),
                days,
                observers,
                others,
                roles[member],
                tuple(evidence),
                len(looked),
                len(members) - 1,
            )
        )
    return facts


def _evidence(feature: str, value: float, of: float) -> Evidence:
    return Evidence(feature, round(float(value), 3), round(float(value) / of, 3) if of else None)


def _judge(
    member: str, facts: _Facts, told: _Told | None, core: int | None, rules: ReadingRules
) -> MemberReading:
    because = _too_little(facts, core, rules)
    probability, interval, top, reading = None, (0.0, 1.0), None, Reading.ONTHOUDING
    if because is None and told is not None:
        top = told.top_share
        probability = round(told.chance, 4)
        low, high = told.interval
        interval = (round(min(low, told.chance), 4), round(max(high, told.chance), 4))
        if top >= rules.kern_probability:
            reading = Reading.KERN
        elif top <= rules.meeloper_probability and facts.n >= rules.meeloper_sightings:
            reading = Reading.MEELOPER
        else:
            because = _in_between(top, facts, rules)
    return MemberReading(
        member=member,
        reading=reading,
        probability_core=probability,
        interval=interval,
        top_share=None if top is None else round(top, 4),
        n_gatherings=facts.n,
        n_days=facts.days,
        n_observers=facts.observers,
        evidence=facts.evidence,
        explanation=_explain(facts, reading, top, core),
        abstains_because=because,
    )


def _too_little(facts: _Facts, core: int | None, rules: ReadingRules) -> str | None:
    """Return why nothing at all can be said, or None."""
    if facts.n == 0:
        return "Nooit gezien in deze waarnemingen."
    if facts.n < rules.kern_sightings:
        return f"Te weinig gezien: {facts.n} keer; nodig is ten minste {rules.kern_sightings} keer."
    if core is None:
        return (
            "Niemand heeft gezegd hoeveel kernleden de groep ongeveer heeft (expected_core); zonder dat getal wordt "
            "niets gezegd."
        )
    if facts.observers < rules.least_observers:
        known = meervoud(facts.observers, "bekende waarnemer", "bekende waarnemers")
        return f"Gezien door {known}; nodig zijn er ten minste {rules.least_observers}."
    if facts.days < rules.least_days:
        days = meervoud(facts.days, "dag", "dagen")
        return f"Gezien op {days}; nodig zijn er ten minste {rules.least_days}."
    return None


def _in_between(top: float, facts: _Facts, rules: ReadingRules) -> str:
    if top <= rules.meeloper_probability:
        return (
            f"Lijkt geen kern, maar is pas {facts.n} keer gezien; voor meeloper is ten minste "
            f"{rules.meeloper_sightings} keer nodig."
        )
    return (
        "De waarnemingen laten het open: opnieuw getrokken valt dit lid soms wel en soms niet bij de meest aanwezige "
        "leden."
    )


def _explain(facts: _Facts, reading: Reading, top: float | None, core: int | None) -> tuple[str, ...]:
    if facts.n == 0:
        return ("Niet gezien bij deze waarnemingen.",)
    observers = meervoud(facts.observers, "bekende waarnemer", "bekende waarnemers")
    first = (
        f"Gezien bij {facts.n} van de {facts.group_gatherings} waarnemingen van de groep, op "
        f"{meervoud(facts.days, 'dag', 'dagen')} en door {observers}, "
        f"samen met {facts.company} van de {facts.others} anderen."
    )
    roles = [f"{count} keer '{role}'" for role, count in sorted(facts.roles.items())]
    second = f"Genoteerd: {lijst(roles)}." if roles else ""
    if top is not None and reading is not Reading.ONTHOUDING and core is not None:
        among = "het meest aanwezige lid" if core == 1 else f"de {core} meest aanwezige leden"
        says = f"Steeds anders gewogen hoort dit lid in {_shown_share(top)} van de keren bij {among}"
        second = f"{says}; genoteerd: {lijst(roles)}." if roles else f"{says}."
    return (first, second) if second else (first,)


def _shown_share(share: float) -> str:
    """Write a share of draws; draws show no certainty, so neither 0% nor 100% is said."""
    if share < 0.01:
        return "minder dan 1%"
    return "meer dan 99%" if share > 0.99 else percentage(share)


# --- as the contract has it ---


def as_json(found: GroupReading, rules: ReadingRules, model: ReadingModel) -> dict[str, Any]:
    """Return the answer of ``shortlist differentiate`` (contracts.md)."""
    return {
        "members": [
            {
                "member": one.member,
                "reading": one.reading.value,
                "probability_core": one.probability_core,
                "interval": list(one.interval),
                "n_gatherings": one.n_gatherings,
                "n_days": one.n_days,
                "n_observers": one.n_observers,
                "evidence": [
                    {"feature": fact.feature, "value": fact.value, "share_of_group": fact.share_of_group}
                    for fact in one.evidence
                ],
                "explanation": list(one.explanation),
                "abstains_because": one.abstains_because,
            }
            for one in found.members
        ],
        "group": {
            "cohesion": _rounded(found.cohesion),
            "core_periphery_fit": _rounded(found.core_periphery_fit),
            "n_observers": found.n_observers,
            "n_gatherings": found.n_gatherings,
        },
        "warnings": list(found.warnings),
        "model": {"name": model.name, "version": model.version},
        "rules": {"name": rules.name, "valid_from": rules.valid_from},
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
