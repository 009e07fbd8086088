"""The chance that an idea is best, from paired differences."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

__all__ = ["chances_best"]

Floats = NDArray[np.float64]

# The error of a chance near one half is then 0.2 points.
_DRAWS: Final = 65_536
_SEED: Final = 20_260_105


def chances_best(differences: Floats, seed: int = _SEED) -> list[float] | None:
    """Give the chance to be best of changing nothing, then of each idea.

    Given the replications, and knowing nothing before, the vector of true mean differences has a
    multivariate Student distribution with n - 1 degrees of freedom around the means seen, with their
    covariance divided by n. The chance to be best is read off draws of it; for a single idea it is
    exact. Columns that are equal throughout are one candidate and split its chance.

    Parameters
    ----------
    differences : ndarray of float64, shape (replications, ideas)
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
    replications, ideas = differences.shape
    if replications < 2 or not np.isfinite(differences).all():
        return None
    candidates = np.hstack([np.zeros((replications, 1)), differences])
    # Adding 0 turns -0 into 0, so that equal columns are equal byte for byte.
    distinct, member = np.unique(candidates + 0.0, axis=1, return_inverse=True)
    member = np.asarray(member).reshape(ideas + 1)
    shares = _shares(distinct, seed)
    sizes = np.bincount(member)
    return [float(shares[group] / sizes[group]) for group in member.tolist()]


def _shares(distinct: Floats, seed: int) -> Floats:
    """Give the chance of each distinct candidate."""
    replications, count = distinct.shape
    means = distinct.mean(axis=0)
    if count == 1:
        return np.ones(1)
    centred = (distinct - means) / np.sqrt(replications * (replications - 1.0))
    if count == 2:
        return _of_two(means, centred, replications - 1)
    # Rows of R have the covariance of the centred data, so few normals are needed per draw.
    root = np.linalg.qr(centred, mode="r")
    generator = np.random.Generator(np.random.PCG64(seed))
    normals = generator.standard_normal((_DRAWS, len(root)))
    scale = np.sqrt((replications - 1) / generator.chisquare(replications - 1, _DRAWS))
    draws = means + (normals @ root) * scale[:, None]
    best = draws == draws.max(axis=1, keepdims=True)
    return np.asarray((best / best.sum(axis=1, keepdims=True)).sum(axis=0) / _DRAWS)


def _of_two(means: Floats, centred: Floats, degrees: int) -> Floats:
    """Compare two candidates exactly."""
    difference = float(means[1] - means[0])
    error = float(np.sqrt(((centred[:, 1] - centred[:, 0]) ** 2).sum()))
    if error == 0.0:
        second = float(difference > 0.0) if difference != 0.0 else 0.5
    else:
        second = float(stdtr(degrees, difference / error))
    return np.array([1.0 - second, second])
