"""Why a forecast is as wide as it is: noise, chance and ignorance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Parts", "split_variance"]

Floats = NDArray[np.float64]


class Parts(NamedTuple):
    """The variance of what will happen about the mean that is forecast, in three parts.

    Attributes
    ----------
    noise : ndarray
        Monte Carlo: the mean forecast is one of so many replications. More of them make it smaller.
    chance : ndarray
        Real customers vary: the variance of one replication, were every number known.
    ignorance : ndarray
        The model's own numbers are not known: the variance over what they may be.
    """

    noise: Floats
    chance: Floats
    ignorance: Floats

    @property
    def total(self) -> Floats:
        """The sum of the three."""
        return np.asarray(self.noise + self.chance + self.ignorance)


def split_variance(values: ArrayLike, sets: ArrayLike | None = None) -> Parts:
    """Split the variance of a quantity over replications into its parts.

    Replications played with the same set of numbers differ by chance alone; how much the means of sets
    differ beyond that is ignorance. It is the analysis of variance with random effects, for groups that
    need not be equally large. Where the means differ less than chance alone would make them, ignorance
    is 0 and chance the variance of all replications.

    Parameters
    ----------
    values : array_like, shape (…, replications)
        One value a replication; leading axes are split one by one.
    sets : array_like of int, shape (replications,), optional
        Which set of numbers each replication was played with; by default all with the same.

    Returns
    -------
    Parts
        Each of shape (…). NaN where there is one replication, or where every replication has a set of
        its own, so that chance and ignorance cannot be told apart.

    References
    ----------
    Searle, Casella and McCulloch: Variance Components (1992), section 3.6 (the ANOVA estimators).
    """
    array = np.asarray(values, dtype=np.float64)
    n = array.shape[-1]
    if n < 2:
        nothing = np.full(array.shape[:-1], np.nan)
        return Parts(nothing, nothing, nothing)
    pooled = array.var(axis=-1, ddof=1)
    groups = np.zeros(n, dtype=np.int64) if sets is None else np.unique(sets, return_inverse=True)[1]
    sizes = np.bincount(groups)
    if len(sizes) == 1:
        return Parts(pooled / n, pooled, np.zeros_like(pooled))
    k, within = len(sizes), _within(array, groups, sizes)
    between = ((n - 1) * pooled - (n - k) * within) / (k - 1)
    ignorance = (between - within) / ((n - (sizes**2).sum() / n) / (k - 1))
    chance = np.where(ignorance < 0.0, pooled, within)
    return Parts(chance / n, chance, np.maximum(ignorance, 0.0))


def _within(array: Floats, groups: NDArray[np.int64], sizes: NDArray[np.int64]) -> Floats:
    """Pool the variance within groups; NaN when every group has one member."""
    free = len(groups) - len(sizes)
    if free == 0:
        return np.full(array.shape[:-1], np.nan)
    ordered = array[..., np.argsort(groups, kind="stable")]
    means = np.add.reduceat(ordered, np.cumsum(sizes) - sizes, axis=-1) / sizes
    return np.asarray(((array - means[..., groups]) ** 2).sum(axis=-1) / free)
