"""Fits and judges the one-feature logistic of the reading on organisations whose roles are known from public sources.

The feature is the log-odds of the position within the organisation by times seen. Organisations differ in their share
of core members (0.04 to 0.43), so within each the two classes are given equal weight: what is learned is the slope
alone, and the level follows in use from the number of core members that a professional states.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats  # type: ignore[import-untyped]  # scipy ships no types
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # scikit-learn ships no types
from sklearn.metrics import (  # type: ignore[import-untyped]  # scikit-learn ships no types
    average_precision_score,
    roc_auc_score,
)
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]  # scikit-learn ships no types
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]  # scikit-learn ships no types

from shortlist.differentiating.effort import sightings
from shortlist.differentiating.occasions import Occasion
from shortlist.differentiating.reading import ReadingRules, core_chances, log_odds

Array = npt.NDArray[np.float64]

_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Organisation:
    """A public network with role labels, as gatherings."""

    name: str
    source: str
    licence: str
    label: str
    ties: str
    """What a gathering is in this source; contacts between two stand in where attendance was not published."""
    occasions: tuple[Occasion, ...]
    core: Mapping[str, bool]
    """Person → core or not; a person without a known role is absent."""
    hashes: Mapping[str, str]
    """File → SHA-256."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How well the reading does on one organisation that it did not learn from; intervals are 95 %."""

    name: str
    n: int
    n_core: int
    auc: float
    auc_interval: tuple[float, float]
    auc_times_seen: float
    auc_company: float
    average_precision: float
    brier: float
    brier_base_rate: float
    brier_without_core_share: float
    """When the core share of the other organisations is used instead of the stated number."""
    slope: float
    """Learned from the other organisations."""


@dataclass(frozen=True, slots=True)
class Trained:
    """The outcome of training."""

    slope: float
    intercept: float
    """At equal classes; for the record only, since the level follows from the stated core."""
    organisations: tuple[Organisation, ...]
    judged: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class _Counted:
    """One organisation as numbers; only persons seen at least once and whose role is known are judged."""

    weighted: sparse.csr_array
    times: Array
    company: Array
    feature: Array
    labelled: npt.NDArray[np.intp]
    core: npt.NDArray[np.bool_]


def train(organisations: Sequence[Organisation], rules: ReadingRules, *, seed: int) -> Trained:
    """Fit on all organisations and judge each by a fit on the others; the same input and seed give the same answer.

    Raises ``ValueError`` for fewer than two organisations, or when one has no core member or no other.
    """
    if len(organisations) < 2:
        raise ValueError("leave-one-out needs at least two organisations")
    counted = [_count(one, rules) for one in organisations]
    slope, intercept = fit([(one.feature[one.labelled], one.core) for one in counted])
    judged = []
    for held, (organisation, numbers) in enumerate(zip(organisations, counted, strict=True)):
        others = [one for number, one in enumerate(counted) if number != held]
        judged.append(_judge(organisation, numbers, others, rules, np.random.default_rng([seed, held])))
    return Trained(slope, intercept, tuple(organisations), tuple(judged))


def fit(organisations: Sequence[tuple[Array, npt.NDArray[np.bool_]]]) -> tuple[float, float]:
    """Return slope and intercept of the logistic over (feature, core or not) per organisation.

    Every organisation weighs as many persons as it has, and within it core and others weigh the same.
    """
    weights = []
    for _, core in organisations:
        n, k = len(core), int(core.sum())
        if not 0 < k < n:
            raise ValueError("an organisation needs core members and others")
        weights.append(np.where(core, n / (2 * k), n / (2 * (n - k))))
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=1.0))
    pipeline.fit(
        np.concatenate([feature for feature, _ in organisations])[:, None],
        np.concatenate([core for _, core in organisations]),
        logisticregression__sample_weight=np.concatenate(weights),
    )
    scaler, logistic = pipeline[0], pipeline[-1]
    slope = float(logistic.coef_[0, 0] / scaler.scale_[0])
    return slope, float(logistic.intercept_[0] - slope * scaler.mean_[0])


def _count(one: Organisation, rules: ReadingRules) -> _Counted:
    persons = tuple(dict.fromkeys(person for occasion in one.occasions for person in occasion.present))
    column = {person: number for number, person in enumerate(persons)}
    weighted = sightings(one.occasions, column, rules.effort)
    times: Array = np.asarray(weighted.sum(axis=0)).ravel()
    present = sparse.csr_array((np.ones(weighted.nnz), weighted.nonzero()), shape=weighted.shape)
    company: Array = np.asarray((present.T @ present > 0).sum(axis=0)).ravel() - 1.0
    labelled = np.array([number for number, person in enumerate(persons) if person in one.core])
    core = np.array([one.core[persons[number]] for number in labelled])
    feature = log_odds((stats.rankdata(times) - 0.5) / len(times), len(times))
    return _Counted(weighted, times, company, feature, labelled, core)


def _judge(
    organisation: Organisation,
    held: _Counted,
    others: Sequence[_Counted],
    rules: ReadingRules,
    generator: np.random.Generator,
) -> Judged:
    slope, _ = fit([(one.feature[one.labelled], one.core) for one in others])
    # The number that a professional would state is that of everybody in it, labelled or not.
    share = held.core.mean()
    stated = max(1, round(share * len(held.times)))
    chance = core_chances(
        held.weighted, stated, None, blend=rules.blend, slope=slope, interval=rules.interval
    )[0][held.labelled]
    elsewhere = max(1, round(float(np.mean([one.core.mean() for one in others])) * len(held.times)))
    guessed = core_chances(
        held.weighted, elsewhere, None, blend=rules.blend, slope=slope, interval=rules.interval
    )[0][held.labelled]
    return Judged(
        name=organisation.name,
        n=len(held.core),
        n_core=int(held.core.sum()),
        auc=_rounded(roc_auc_score(held.core, chance)),
        auc_interval=_auc_interval(held.core, chance, generator),
        auc_times_seen=_rounded(roc_auc_score(held.core, held.times[held.labelled])),
        auc_company=_rounded(roc_auc_score(held.core, held.company[held.labelled])),
        average_precision=_rounded(average_precision_score(held.core, chance)),
        brier=_rounded(np.mean((chance - held.core) ** 2)),
        brier_base_rate=_rounded(share * (1 - share)),
        brier_without_core_share=_rounded(np.mean((guessed - held.core) ** 2)),
        slope=_rounded(slope),
    )


def _auc_interval(
    core: npt.NDArray[np.bool_], score: Array, generator: np.random.Generator
) -> tuple[float, float]:
    """Return the 95 % percentile interval of AUC under resampling of persons within each class."""
    high, low = score[core], score[~core]
    found = []
    for _ in range(_RESAMPLES):
        one, other = generator.choice(high, len(high)), generator.choice(low, len(low))
        difference = one[:, None] - other[None, :]
        found.append(float((difference > 0).mean() + (difference == 0).mean() / 2))
    lower, upper = np.quantile(found, [0.025, 0.975])
    return _rounded(lower), _rounded(upper)


def _rounded(value: Any) -> float:
    return round(float(value), 3)
