"""Where people and reading differ more often than elsewhere: by place, hour and team, never by person.

The analysis says where to go and look. It cannot say who is right, nor why; docs/leeswijzer-verschillen.md tells how to
go on from there.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, fisher_exact  # type: ignore[import-untyped]  # no types

from shortlist.differentiating.fairness.clusters import ClusterRules, Matrix, assign, find_clusters
from shortlist.showing.words import getal, lijst, meervoud, percentage

COLUMNS = ("own_view", "reading", "place", "hour", "team", "observed_on")
"""The columns of the input, and no other: nothing about any person."""
SAID = ("kern", "meeloper")
"""Views and readings that say something; only rows with one on both sides can agree or differ."""
OWN_VIEWS = (*SAID, "onbekend", "geen oordeel")
READINGS = (*SAID, "onthouding")


@dataclass(frozen=True, slots=True)
class BiasRules:
    """The rules of ``rules/bias-analysis.yaml``."""

    name: str
    valid_from: str
    minimum_rows: int
    smallest_tested: int
    """Rows that a cluster has at least in the half on which it is judged; smaller ones are not judged."""
    train_share: float
    alpha: float
    marks: float
    """A value marks a cluster when its share there is this much larger than elsewhere."""
    seed: int
    clusters: ClusterRules


@dataclass(frozen=True, slots=True)
class Compared:
    """One time that somebody's own view and the reading stood side by side."""

    own_view: str
    reading: str
    place: str
    hour: int
    team: str
    observed_on: date


@dataclass(frozen=True, slots=True)
class Mark:
    """A value that is found in a cluster more often than elsewhere."""

    feature: str
    value: str
    share: float
    share_elsewhere: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """A part of the data, judged on rows that it was not found on."""

    number: int
    n_train: int
    n_test: int
    differs: float
    """Share of the judged rows in which view and reading differ."""
    interval: tuple[float, float]
    """95 % interval of that share (Wilson)."""
    elsewhere: float
    p: float
    p_corrected: float
    """After Bonferroni, over all clusters that were judged."""
    deviates: bool
    reading_higher: int
    """Judged rows in which the reading says kern and the person meeloper."""
    reading_lower: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found."""

    n_rows: int
    n_used: int
    left_out: Mapping[str, int]
    """Why a row says nothing → how many."""
    differs: float | None
    """Share of the used rows in which view and reading differ."""
    n_train: int
    n_test: int
    seed: int
    clusters: tuple[Cluster, ...]
    not_judged: int
    """Rows in clusters too small to judge."""
    abstains_because: str | None


def analyse(rows: Sequence[Compared], rules: BiasRules, *, seed: int | None = None) -> Analysis:
    """Find the parts in which view and reading differ more or less often, or abstain with the reason.

    Same rows and seed give the same answer. Clusters are found on one half and judged on the other (Fisher's exact
    test against all other rows, Bonferroni over the clusters).
    """
    seed = rules.seed if seed is None else seed
    left_out = Counter(_says_nothing(row) for row in rows)
    used = [row for row in rows if not _says_nothing(row)]
    del left_out[""]
    wrong = np.array([row.own_view != row.reading for row in used], dtype=bool)
    order = np.random.default_rng(seed).permutation(len(used))
    train, test = np.split(order, [round(rules.train_share * len(used))])
    share = float(wrong.mean()) if len(used) else None
    clusters: tuple[Cluster, ...] = ()
    not_judged, why = 0, _too_little(len(used), share, rules)
    if why is None:
        blocks = _blocks(used)
        tree = find_clusters(
            {name: block[train] for name, block in blocks.items()}, wrong[train], rules.clusters, seed=seed
        )
        numbers = assign(tree, blocks)
        sizes = np.bincount(numbers[test], minlength=int(numbers.max()) + 1)
        judged = [n for n, size in enumerate(sizes) if size >= rules.smallest_tested]
        not_judged = int(sizes.sum() - sizes[judged].sum())
        if len(sizes) > 1:
            clusters = tuple(
                _judged(number, len(judged), used, wrong, numbers, train, test, rules) for number in judged
            )
    return Analysis(
        len(rows), len(used), dict(sorted(left_out.items())), share, len(train), len(test), seed, clusters,
        not_judged, why,
    )  # fmt: skip


def _says_nothing(row: Compared) -> str:
    if row.own_view not in SAID:
        return "geen eigen oordeel"
    return "lezing onthoudt zich" if row.reading not in SAID else ""


def _too_little(n: int, share: float | None, rules: BiasRules) -> str | None:
    if n < rules.minimum_rows:
        return (
            f"Er zijn {n} bruikbare rijen; onder {rules.minimum_rows} is toeval niet van een patroon te scheiden. "
            "Verzamel meer, of kies een langere periode."
        )
    if share in (0.0, 1.0):
        return "Oordeel en lezing zijn steeds gelijk, of steeds verschillend: er valt niets te vergelijken."
    return None


def _blocks(rows: Sequence[Compared]) -> dict[str, Matrix]:
    """Return per feature a matrix with one row per row; every feature weighs the same."""
    hours = np.array([row.hour for row in rows], dtype=float) * 2 * np.pi / 24
    return {
        "place": _one_hot([row.place for row in rows]),
        "team": _one_hot([row.team for row in rows]),
        "hour": np.column_stack([np.sin(hours), np.cos(hours)]) / 2**0.5,
    }


def _one_hot(values: Sequence[str]) -> Matrix:
    known = {value: number for number, value in enumerate(sorted(set(values)))}
    matrix = np.zeros((len(values), len(known)))
    matrix[np.arange(len(values)), [known[value] for value in values]] = 2**-0.5
    return matrix


def _judged(
    number: int,
    n_judged: int,
    rows: Sequence[Compared],
    wrong: NDArray[np.bool_],
    numbers: NDArray[np.intp],
    train: NDArray[np.intp],
    test: NDArray[np.intp],
    rules: BiasRules,
) -> Cluster:
    here = test[numbers[test] == number]
    elsewhere = test[numbers[test] != number]
    table = [[int(wrong[part].sum()), int((~wrong[part]).sum())] for part in (here, elsewhere)]
    p = float(fisher_exact(table).pvalue)
    corrected = min(1.0, p * n_judged)
    interval = binomtest(table[0][0], len(here)).proportion_ci(method="wilson")
    inside = [rows[n] for n in here]
    return Cluster(
        number=number + 1,
        n_train=int((numbers[train] == number).sum()),
        n_test=len(here),
        differs=float(wrong[here].mean()),
        interval=(float(interval.low), float(interval.high)),
        elsewhere=float(wrong[elsewhere].mean()),
        p=p,
        p_corrected=corrected,
        deviates=corrected < rules.alpha,
        reading_higher=sum(row.own_view == "meeloper" and row.reading == "kern" for row in inside),
        reading_lower=sum(row.own_view == "kern" and row.reading == "meeloper" for row in inside),
        marks=_marks(inside, [rows[n] for n in elsewhere], rules),
    )


def day_part(hour: int) -> str:
    """Return the part of the day of an hour: nacht 0-6, ochtend 6-12, middag 12-18, avond 18-24."""
    return ("nacht", "ochtend", "middag", "avond")[hour // 6]


def _marks(inside: Sequence[Compared], outside: Sequence[Compared], rules: BiasRules) -> tuple[Mark, ...]:
    marks = []
    for feature in ("plek", "dagdeel", "team"):
        here, there = (
            Counter(
                {"plek": row.place, "dagdeel": day_part(row.hour), "team": row.team}[feature] for row in part
            )
            for part in (inside, outside)
        )
        for value in sorted(here):
            share, elsewhere = here[value] / len(inside), there[value] / max(len(outside), 1)
            if share - elsewhere >= rules.marks:
                marks.append(Mark(feature, value, share, elsewhere))
    return tuple(marks)


def told(found: Analysis, rules: BiasRules) -> list[str]:
    """Say in Dutch what was found, sentence by sentence."""
    said = [f"{meervoud(found.n_rows, 'rij', 'rijen')} gelezen, {getal(found.n_used)} bruikbaar."]
    if found.left_out:
        reasons = [f"{why}: {count}" for why, count in found.left_out.items()]
        said.append(f"Niet bruikbaar: {lijst(reasons)}.")
    if found.abstains_because is not None:
        return [*said, f"Onthouding. {found.abstains_because}"]
    said.append(f"Oordeel en lezing verschillen in {percentage(found.differs)} van de bruikbare rijen.")
    deviating = [cluster for cluster in found.clusters if cluster.deviates]
    if len(found.clusters) == 2:  # each is all that the other is not: one sentence says both
        deviating = sorted(deviating, key=lambda cluster: -cluster.differs)[:1]
    if not deviating:
        said.append(
            f"Er is geen deel gevonden dat afwijkt (getoetst op {meervoud(found.n_test, 'rij', 'rijen')} die bij het "
            "zoeken niet zijn gebruikt). Dat bewijst niet dat er geen verschil is: een klein verschil is met dit "
            "aantal niet te zien."
        )
    for cluster in deviating:
        more = "vaker" if cluster.differs > cluster.elsewhere else "minder vaak"
        said.append(
            f"Deel {cluster.number} wijkt af: oordeel en lezing verschillen daar {more}, {percentage(cluster.differs)} "
            f"tegen {percentage(cluster.elsewhere)} elders ({meervoud(cluster.n_test, 'rij', 'rijen')}; "
            f"95%-interval {percentage(cluster.interval[0])}-{percentage(cluster.interval[1])}; "
            f"p na correctie {getal(cluster.p_corrected, 4) if cluster.p_corrected >= 0.0001 else 'onder 0,0001'})."
        )
        if cluster.marks:
            marks = [
                f"{mark.feature} {mark.value} ({percentage(mark.share)} tegen "
                f"{percentage(mark.share_elsewhere)} elders)"
                for mark in cluster.marks
            ]
            said.append(f"Wat daar vaker voorkomt: {lijst(marks)}.")
        said.append(
            f"Richting: {cluster.reading_higher} keer zei de lezing kern en de mens meeloper, "
            f"{cluster.reading_lower} keer andersom."
        )
    if deviating:
        said.append("Dit zegt waar u moet gaan kijken, niet wie gelijk heeft en niet waardoor het komt.")
    return said
