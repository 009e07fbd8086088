"""The chance that an idea is best, from paired differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

__all__ = ["chances_best"]

Floats = NDArray[np.float64]

# The error of a chance near one half is then 0.2 points.
_DRAWS: Final = 65_536
_CELLS: Final = 1 << 26
_SEED: Final = 20_260_105


def chances_best(differences: Floats | Sequence[Floats], seed: int = _SEED) -> list[float] | None:
    """Give the chance to be best of changing nothing, then of each idea.

    Given the replications, and knowing nothing before, the vector of true mean differences has a
    multivariate Student distribution with n - 1 degrees of freedom around the means seen, with their
    covariance divided by n. The chance to be best is read off draws of it; for a single idea it is
    exact. Columns that are equal throughout are one candidate and split its chance.

    Ideas may have been played in different numbers of replications, each from the first on. Then two
    means share what both have seen: their covariance is divided by the larger number, correlations and
    degrees of freedom are those of the smallest.

    Parameters
    ----------
    differences : ndarray of float64, shape (replications, ideas), or one array an idea
        Idea less base, higher is better.
    seed : int
        Seeds the draws, so that the same differences give the same chances.

    Returns
    -------
    list of float or None
        One for "change nothing", then one an idea; they sum to 1. None with a single replication, or
        when a difference is missing.

    References
    ----------
    Gelman et al.: Bayesian Data Analysis (2013), section 3.6: the normal with unknown mean and variance.
    """
    columns = list(differences.T) if isinstance(differences, np.ndarray) else list(differences)
    fewest = min(len(column) for column in columns)
    if fewest < 2 or not all(np.isfinite(column).all() for column in columns):
        return None
    longest = max(len(column) for column in columns)
    candidates = [np.zeros(longest), *columns]
    # Adding 0 turns -0 into 0, so that equal columns are equal byte for byte.
    known: dict[bytes, int] = {}
    member = [known.setdefault((column + 0.0).tobytes(), len(known)) for column in candidates]
    distinct = [candidates[member.index(group)] for group in range(len(known))]
    shares = _shares(distinct, fewest, seed)
    sizes = np.bincount(member)
    return [float(shares[group] / sizes[group]) for group in member]


def _shares(distinct: Sequence[Floats], fewest: int, seed: int) -> Floats:
    """Give the chance of each distinct candidate."""
    means = np.array([column.mean() for column in distinct])
    if len(distinct) == 1:
        return np.ones(1)
    root = _root(distinct, fewest)
    if len(distinct) == 2:
        return _of_two(means, root, fewest - 1)
    generator = np.random.Generator(np.random.PCG64(seed))
    count = min(_DRAWS, max(4_096, _CELLS // len(distinct)))
    normals = generator.standard_normal((count, len(root)))
    scale = np.sqrt((fewest - 1) / generator.chisquare(fewest - 1, count))
    draws = means + (normals @ root) * scale[:, None]
    best = draws == draws.max(axis=1, keepdims=True)
    return np.asarray((best / best.sum(axis=1, keepdims=True)).sum(axis=0) / count)


def _root(distinct: Sequence[Floats], fewest: int) -> Floats:
    """Give rows whose sum of squares is the covariance of the means."""
    shared = np.stack([column[:fewest] for column in distinct], axis=1)
    centred = (shared - shared.mean(axis=0)) / np.sqrt(fewest * (fewest - 1.0))
    lengths = np.array([len(column) for column in distinct])
    if (lengths == fewest).all() or len(distinct) == 2:
        # The first of two is "change nothing", as long as the other.
        return np.asarray(np.linalg.qr(centred, mode="r"))
    spread = np.sqrt((centred**2).sum(axis=0) * fewest)
    own = np.array([column.std(ddof=1) for column in distinct])
    scale = np.divide(own, spread, out=np.zeros(len(own)), where=spread > 0.0)
    covariance = (centred * scale).T @ (centred * scale) * fewest
    covariance /= np.maximum(lengths[:, None], lengths[None, :])
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))).T)


def _of_two(means: Floats, root: Floats, degrees: int) -> Floats:
    """Compare two candidates exactly."""
    difference = float(means[1] - means[0])
    error = float(np.sqrt(((root[:, 1] - root[:, 0]) ** 2).sum()))
    if error == 0.0:
        second = float(difference > 0.0) if difference != 0.0 else 0.5
    else:
        second = float(stdtr(degrees, difference / error))
    return np.array([1.0 - second, second])
