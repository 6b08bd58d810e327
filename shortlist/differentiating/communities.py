"""Communities in the ties of an area: the Leiden algorithm (Traag et al. 2019), twice.

First with a constant Potts model: modularity loses small groups as a city grows, while this asks that the mean tie
inside a community exceed a fixed strength, so that the answer for one square does not depend on another. Where people
are seen often everybody is tied to everybody and that says little; there each community is looked at again by
modularity, and is split only when it holds more structure than the same gatherings with persons drawn at random.
"""

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]  # scipy ships no types
from sknetwork.clustering import Leiden  # type: ignore[import-untyped]  # scikit-network ships no types

from shortlist.differentiating.ties import project, shrunk_ties

Labels = npt.NDArray[np.int64]

_ROUNDS = 20
_SCREENS_FROM = 3.0
"""From so many standard deviations one draw that does as well settles it."""


def communities(ties: sparse.csr_array, *, strength: float, seed: int) -> Labels:
    """Return a community number per person, shape (persons,); a person without any tie is a community alone.

    ``strength`` is the mean tie that a community must hold inside. The same input and seed give the same answer.
    """
    n = ties.shape[0]
    labels = np.arange(n, dtype=np.int64)
    tied = np.flatnonzero(np.diff(ties.indptr))
    if not len(tied):
        return labels
    inner = sparse.csr_matrix(ties[tied][:, tied])
    # scikit-network divides ties by their sum and gives every person weight 1/n.
    resolution = strength * len(tied) ** 2 / float(inner.data.sum())
    labels[tied] = _leiden(inner, resolution, "potts", seed) + n
    return _numbered(labels)


def split_where_structured(
    present: sparse.csr_array,
    labels: Labels,
    *,
    shrink: float,
    least_seen: float,
    least_members: int,
    draws: int,
    sure: float,
    seed: int,
) -> Labels:
    """Return the communities after splitting those that hold more structure than chance, shape as ``labels``.

    ``present`` is (gatherings, persons). Only communities of at least twice ``least_members``, seen ``least_seen``
    times per person, are looked at. A split must have modularity ``sure`` standard deviations above that of ``draws``
    draws in which the same persons are as often at gatherings of the same size, in chance company.
    """
    seen = np.asarray(present.sum(axis=0)).ravel()
    size = np.bincount(labels, minlength=labels.max() + 1)
    often = np.bincount(labels, seen, minlength=len(size)) >= least_seen * size
    wanted = often & (size >= 2 * least_members)
    entries = present.tocoo()
    kept = wanted[labels[entries.col]]
    if not kept.any():
        return labels
    gathering, person = entries.row[kept].astype(np.int64), entries.col[kept].astype(np.int64)
    block = labels[person]
    split, observed = _modular_parts(gathering, person, labels, wanted, shrink, seed)
    generator = np.random.default_rng(seed)
    chance = np.zeros((draws, len(size)))
    for draw in range(draws):
        shuffled = _drawn_at_random(gathering, person, block, generator)
        chance[draw] = _modular_parts(gathering, shuffled, labels, wanted, shrink, seed + 1 + draw)[1]
        if sure < _SCREENS_FROM:
            continue
        # What one draw outdoes is not that far above their mean: most communities need a few draws, not all of them.
        wanted = wanted & (observed > chance[draw])
        kept = wanted[labels[person]]
        gathering, person, block = gathering[kept], person[kept], block[kept]
        if not len(person):
            break
    mean, spread = chance.mean(axis=0), np.maximum(chance.std(axis=0), 0.01)
    parts = np.bincount(split)
    small = np.zeros(len(size), dtype=bool)
    np.logical_or.at(small, labels, parts[split] < least_members)
    accepted = wanted & (observed > mean + sure * spread) & ~small
    return _numbered(np.where(accepted[labels], split + len(size), labels))


def _modular_parts(
    gathering: npt.NDArray[np.int64],
    person: npt.NDArray[np.int64],
    labels: Labels,
    wanted: npt.NDArray[np.bool_],
    shrink: float,
    seed: int,
) -> tuple[Labels, npt.NDArray[np.float64]]:
    """Return parts within each wanted community, and how modular they are, per community."""
    n, blocks = len(labels), len(wanted)
    _, row = np.unique(gathering * blocks + labels[person], return_inverse=True)
    ones = sparse.csr_array((np.ones(len(row), np.float32), (row, person)), shape=(row.max() + 1, n))
    ones.data[:] = 1  # somebody drawn twice into one gathering was there once
    ties = shrunk_ties(project(ones), shrink).tocoo()
    weight = np.bincount(labels[ties.row], ties.data, minlength=blocks)
    # Scaled so that every community has the same sum, one run at resolution "number of communities" judges each apart.
    scaled = sparse.csr_matrix((ties.data / weight[labels[ties.row]], (ties.row, ties.col)), shape=(n, n))
    tied = np.flatnonzero(np.diff(scaled.indptr))
    parts = np.arange(n, dtype=np.int64)
    if len(tied):
        inner = scaled[tied][:, tied]
        parts[tied] = _leiden(inner, len(np.unique(labels[tied])), "newman", seed) + n
    parts = _numbered(parts)
    degree = np.asarray(scaled.sum(axis=1)).ravel()
    inside = parts[ties.row] == parts[ties.col]
    modularity = np.bincount(
        labels[ties.row][inside], (ties.data / weight[labels[ties.row]])[inside], minlength=blocks
    )
    volume = np.bincount(parts, degree)
    home = np.zeros(len(volume), dtype=np.int64)
    home[parts] = labels
    excess = modularity - np.bincount(home, volume**2, minlength=blocks)
    return parts, np.asarray(excess, dtype=np.float64)


def _drawn_at_random(
    gathering: npt.NDArray[np.int64],
    person: npt.NDArray[np.int64],
    block: npt.NDArray[np.int64],
    generator: np.random.Generator,
) -> npt.NDArray[np.int64]:
    """Return persons in chance company: each as often, each gathering as large, nobody twice in one.

    Persons change places with others of their community; whoever then stands twice in a gathering changes again. The
    few that still do after all rounds are left, and count once.
    """
    order = np.argsort(block, kind="stable")
    starts = np.searchsorted(block[order], block)
    sizes = np.searchsorted(block[order], block, side="right") - starts
    found = np.empty_like(person)
    found[order] = person[np.lexsort((generator.random(len(person)), block))]
    span = int(person.max()) + 1
    for _ in range(_ROUNDS):
        key = gathering * span + found
        ranked = np.argsort(key, kind="stable")
        twice = ranked[1:][key[ranked[1:]] == key[ranked[:-1]]]
        if not len(twice):
            break
        other = order[starts[twice] + (generator.random(len(twice)) * sizes[twice]).astype(np.int64)]
        # One swap per place at a time: two that choose the same place would lose a person.
        places = np.concatenate([twice, other])
        _, first, count = np.unique(places, return_index=True, return_counts=True)
        alone = np.zeros(len(places), dtype=bool)
        alone[first[count == 1]] = True
        fine = alone[: len(twice)] & alone[len(twice) :]
        one, two = twice[fine], other[fine]
        found[one], found[two] = found[two], found[one]
    return found


def _leiden(ties: sparse.csr_matrix, resolution: float, kind: str, seed: int) -> Labels:
    leiden = Leiden(
        resolution=resolution,
        modularity=kind,
        tol_optimization=1e-7,
        tol_aggregation=1e-7,
        shuffle_nodes=True,
        sort_clusters=False,
        return_probs=False,
        return_aggregate=False,
        random_state=seed,
    )
    found: Labels = leiden.fit_predict(ties).astype(np.int64)
    return found


def _numbered(labels: Labels) -> Labels:
    """Return labels renumbered from 0 without gaps."""
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)
