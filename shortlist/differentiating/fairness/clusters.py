"""Hierarchical bias-aware clustering: parts of the data in which something goes wrong more often than elsewhere.

After Misztal-Radecka & Indurkhya (2021), Bias-Aware Hierarchical Clustering for detecting the discriminated groups of
users in recommendation systems, Information Processing & Management 58(3), and the unsupervised bias detection tool
of Algorithm Audit. That tool (0.2.6) asks numpy below 2, which the planner cannot have, so the clustering stands here
on scikit-learn. One difference: a part is split along one feature or along all, whichever shows most; the clusters
are found on one half of the data and judged on the other, so that looking hard does not make a finding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans  # type: ignore[import-untyped]  # no types
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # no types

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ClusterRules:
    """How far to split."""

    most_clusters: int
    smallest: int
    """Rows that a cluster has at least, in the half on which it is found."""
    worth_splitting: float
    """A split whose two sides differ by less than this many standard errors is left."""
    tries: int
    """Starts of k-means per feature."""


@dataclass(frozen=True, slots=True)
class Split:
    """A fork: rows nearer to ``right`` than to ``left`` (over ``columns``) go right."""

    columns: NDArray[np.intp]
    left: NDArray[np.float64]
    right: NDArray[np.float64]
    lower: "Split | None"
    higher: "Split | None"


def find_clusters(
    blocks: Mapping[str, Matrix], wrong: Flags, rules: ClusterRules, *, seed: int
) -> Split | None:
    """Return the tree of clusters; ``blocks`` has per feature an (n, d) matrix, ``wrong`` is (n,).

    The part whose best split shows most is split first, until there are enough parts or no split is worth it.
    None: one cluster.
    """
    names = sorted(blocks)
    together = np.hstack([blocks[name] for name in names])
    edges = np.cumsum([0, *(blocks[name].shape[1] for name in names)])
    spans = [np.arange(first, last) for first, last in pairwise(edges)]
    spans.append(np.arange(together.shape[1]))
    leaves: list[tuple[_Leaf, _Fork | None]] = []

    def grow(leaf: "_Leaf") -> None:
        leaves.append((leaf, _best_fork(together, wrong, leaf, spans, rules, seed)))

    root = _Leaf(np.arange(len(wrong)))
    with threadpool_limits(
        1
    ):  # so little data is clustered twenty times slower by threads that wait for each other
        grow(root)
        while len(leaves) < rules.most_clusters:
            at = max(range(len(leaves)), key=lambda n: _shows(leaves[n][1]))
            leaf, fork = leaves[at]
            if fork is None:
                break
            del leaves[at]
            leaf.fork = fork
            grow(fork.lower)
            grow(fork.higher)
    return _as_split(root)


@dataclass(slots=True)
class _Leaf:
    rows: NDArray[np.intp]
    fork: "_Fork | None" = None


@dataclass(slots=True)
class _Fork:
    shows: float
    columns: NDArray[np.intp]
    centres: Matrix
    lower: _Leaf
    higher: _Leaf


def _shows(fork: "_Fork | None") -> float:
    return -1.0 if fork is None else fork.shows


def _best_fork(
    values: Matrix,
    wrong: Flags,
    leaf: _Leaf,
    spans: Sequence[NDArray[np.intp]],
    rules: ClusterRules,
    seed: int,
) -> _Fork | None:
    if len(leaf.rows) < 2 * rules.smallest:
        return None
    best: _Fork | None = None
    for columns in spans:
        part = values[np.ix_(leaf.rows, columns)]
        if len(np.unique(part, axis=0)) < 2:
            continue
        for attempt in range(rules.tries):
            found = KMeans(2, n_init=1, init="random", random_state=seed + attempt).fit(part)
            higher = _nearer_right(part, found.cluster_centers_)
            if not rules.smallest <= int(higher.sum()) <= len(higher) - rules.smallest:
                continue
            shows = standard_errors_apart(wrong[leaf.rows][higher], wrong[leaf.rows][~higher])
            if shows >= rules.worth_splitting and (best is None or shows > best.shows):
                best = _Fork(
                    shows,
                    columns,
                    found.cluster_centers_,
                    _Leaf(leaf.rows[~higher]),
                    _Leaf(leaf.rows[higher]),
                )
    return best


def standard_errors_apart(one: Flags, other: Flags) -> float:
    """Return how many (pooled) standard errors the shares of two parts lie apart; 0 when all are alike."""
    pooled = float(np.concatenate([one, other]).mean())
    error = (pooled * (1 - pooled) * (1 / len(one) + 1 / len(other))) ** 0.5
    return abs(float(one.mean()) - float(other.mean())) / error if error else 0.0


def _nearer_right(part: Matrix, centres: Matrix) -> Flags:
    left, right = (((part - centre) ** 2).sum(axis=1) for centre in centres)
    return np.asarray(right < left)


def _as_split(leaf: _Leaf) -> Split | None:
    fork = leaf.fork
    if fork is None:
        return None
    left, right = fork.centres
    return Split(fork.columns, left, right, _as_split(fork.lower), _as_split(fork.higher))


def assign(tree: Split | None, blocks: Mapping[str, Matrix]) -> NDArray[np.intp]:
    """Return per row the number of its cluster, 0 for the first; also for rows that the tree was not found on."""
    values = np.hstack([blocks[name] for name in sorted(blocks)])
    numbers = np.zeros(len(values), dtype=np.intp)
    _walk(tree, values, np.arange(len(values)), numbers, 0)
    return numbers


def _walk(
    tree: Split | None, values: Matrix, rows: NDArray[np.intp], numbers: NDArray[np.intp], first: int
) -> int:
    if tree is None:
        numbers[rows] = first
        return first + 1
    part = values[np.ix_(rows, tree.columns)]
    higher = _nearer_right(part, np.stack([tree.left, tree.right]))
    after = _walk(tree.lower, values, rows[~higher], numbers, first)
    return _walk(tree.higher, values, rows[higher], numbers, after)
