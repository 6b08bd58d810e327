"""How closely a group keeps together, and how much it looks like core and periphery: about the group, not a person.

Ties are half-weight indices (Cairns & Schwager 1987) shrunk by an addition in the denominator, so that two persons seen
once, together, are not thought inseparable.
"""

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]  # scipy ships no types

Matrix = npt.NDArray[np.float64]


def half_weight_ties(present: sparse.csr_array, shrink: float) -> Matrix:
    """Return ties between 0 and 1, shape (members, members), zero diagonal.

    ``present`` has a row per gathering and a 1 per member present. A tie is the number of gatherings together over the
    mean number of both plus ``shrink``.
    """
    together = (present.T @ present).toarray()
    seen = together.diagonal().copy()
    ties: Matrix = together / (0.5 * (seen[:, None] + seen[None, :]) + shrink)
    np.fill_diagonal(ties, 0.0)
    return ties


def cohesion(ties: Matrix) -> float | None:
    """Return the mean tie over all pairs, 0 to 1; None for fewer than two members."""
    n = len(ties)
    return float(ties.sum() / (n * (n - 1))) if n > 1 else None


def core_periphery_fit(ties: Matrix) -> float | None:
    """Return how well the ties fit a core that knows everybody and a periphery that does not, -1 to 1.

    The Pearson correlation with the ideal pattern of Borgatti & Everett (2000), for the best core among those that take
    the strongest members first; which members that are is not told. None below four members or without variation.
    """
    n = len(ties)
    if n < 4:
        return None
    order = np.argsort(-ties.sum(axis=1), kind="stable")
    sorted_ties = ties[np.ix_(order, order)]
    pairs = n * (n - 1) / 2
    upper = np.triu(sorted_ties, 1)
    total, squares = upper.sum(), (upper**2).sum()
    spread = squares / pairs - (total / pairs) ** 2
    if spread <= 1e-12:
        return None
    # All pairs but those within the periphery belong to the ideal pattern of a core of the first k.
    periphery = np.array([upper[k:, k:].sum() for k in range(1, n - 1)])
    sizes = np.arange(n - 1, 1, -1)
    ideal = 1 - sizes * (sizes - 1) / 2 / pairs
    covariance = (total - periphery) / pairs - ideal * total / pairs
    fits = covariance / np.sqrt(spread * ideal * (1 - ideal))
    return float(fits.max())
