"""Who is tied to whom, from raw gatherings: sparse, so that a whole country fits.

A tie is a half-weight index (Cairns & Schwager 1987) shrunk towards nothing for persons seen once or twice. Earlier
windows fade: what was seen then counts a fraction, so that a group does not fall apart over one quiet month.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]  # scipy ships no types


@dataclass(frozen=True, slots=True)
class Sightings:
    """Together-counts over all persons of an area, faded or not."""

    together: sparse.csr_array
    """Shape (persons, persons), symmetric, zero diagonal."""
    seen: npt.NDArray[np.float64]
    """Times seen, shape (persons,)."""


def presence(gatherings: Sequence[npt.NDArray[np.intp]], persons: int) -> sparse.csr_array:
    """Return a 1 for every person present, shape (gatherings, persons); each gathering holds person numbers once."""
    counts = np.array([len(one) for one in gatherings], dtype=np.int64)
    indices = np.concatenate([*gatherings, np.empty(0, dtype=np.intp)])
    starts = np.concatenate([[0], np.cumsum(counts)])
    return sparse.csr_array(
        (np.ones(len(indices), np.float32), indices, starts), shape=(len(gatherings), persons)
    )


def project(present: sparse.csr_array) -> Sightings:
    """Count how often each pair was at the same gathering."""
    together = (present.T @ present).tocsr()
    seen = together.diagonal().astype(np.float64)
    together.setdiag(0)
    together.eliminate_zeros()
    return Sightings(together, seen)


def fade(now: Sightings, before: Sightings, decay: float) -> Sightings:
    """Add what was seen before at a fraction ``decay``; what has faded below one hundredth is forgotten."""
    together = (now.together + before.together * np.float32(decay)).tocsr()
    together.data[together.data < 0.01] = 0
    together.eliminate_zeros()
    return Sightings(together, now.seen + decay * before.seen)


def shrunk_ties(found: Sightings, shrink: float) -> sparse.csr_array:
    """Return ties between 0 and 1: times together over the mean times seen of both plus ``shrink``."""
    pairs = found.together.tocoo()
    half = 0.5 * (found.seen[pairs.row] + found.seen[pairs.col]) + shrink
    return sparse.csr_array((pairs.data / half, (pairs.row, pairs.col)), shape=pairs.shape)
