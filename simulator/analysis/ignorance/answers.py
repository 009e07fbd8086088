"""One answer under ignorance: its mean, what the truth may be, and where its variance comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.variance import Parts, split_variance
from simulator.results.estimate import mean_estimate

__all__ = ["Answer", "moved", "split_answer"]

Floats = NDArray[np.float64]

_ENDS: Final = (0.05, 0.95)


@dataclass(frozen=True)
class Answer:
    """An answer when the numbers of the model are drawn.

    Attributes
    ----------
    name : str
    mean : float
        Over draws and customers.
    error : float
        The standard error of the mean.
    low, high : float
        The central 90 % of what the truth may be, chance apart: read off the draws.
    parts : Parts
        Variances: noise, chance, ignorance.
    errors : Parts
        Their standard errors.
    draws : int
        How many draws of the numbers.
    """

    name: str
    mean: float
    error: float
    low: float
    high: float
    parts: Parts
    errors: Parts
    draws: int

    @property
    def share(self) -> float:
        """The share of ignorance in what would make one future miss the mean."""
        total = float(self.parts.total)
        return float(self.parts.ignorance) / total if total > 0.0 else 0.0


def split_answer(name: str, futures: Floats) -> Answer:
    """Split the variance of an answer.

    Parameters
    ----------
    name : str
    futures : ndarray of float64, shape (2 or more, draws)
        The answer of each future of each draw: columns have the same numbers, rows other customers.

    Returns
    -------
    Answer

    Raises
    ------
    ValueError
        If there are fewer than two draws or two futures.
    """
    count, draws = futures.shape
    if count < 2 or draws < 2:
        raise ValueError("chance and ignorance are told apart by two futures of at least two draws")
    sets = np.tile(np.arange(draws), count)
    parts = split_variance(futures.reshape(-1), sets)
    means = futures.mean(axis=0)
    truths = moved(means[:, None], np.atleast_2d(parts.ignorance))[:, 0]
    low, high = (float(one) for one in np.quantile(truths, _ENDS))
    error = float(means.std(ddof=1)) / math.sqrt(draws)
    found = mean_estimate(means)
    value = math.nan if found.value is None else found.value
    return Answer(name, value, error, low, high, parts, _errors(futures, parts), draws)


def _errors(futures: Floats, parts: Parts) -> Parts:
    """Give the standard errors of the parts: draws are independent, whatever their law.

    Each draw tells of chance by the variance of its futures, and of ignorance by the distance of its mean
    from the others', less what chance adds to it.
    """
    count, draws = futures.shape
    within = futures.var(axis=0, ddof=1)
    means = futures.mean(axis=0)
    between = (means - means.mean()) ** 2 * draws / (draws - 1.0) - within / count
    chance, ignorance = (np.asarray(one.std(ddof=1) / math.sqrt(draws)) for one in (within, between))
    return Parts(np.asarray(chance / futures.size), chance, ignorance)


def moved(means: Floats, wanted: Any) -> Floats:
    """Move the means of draws towards each other until their covariance is that of ignorance alone.

    The mean of a few futures of a draw varies by chance too, so the means of draws lie further apart than
    the truths do. They are moved along the straight way that takes their covariance to the wanted one with
    the least movement (the optimal transport between normal laws), and keep their shape.

    Parameters
    ----------
    means : ndarray, shape (draws, answers)
    wanted : array_like, shape (answers, answers)
        The covariance of the truths; symmetric, not negative.

    Returns
    -------
    ndarray, shape (draws, answers)
        The same mean, the wanted covariance as far as the means span it.

    References
    ----------
    Ghosh: Constrained Bayes estimation with applications (1992): estimates whose ensemble has the
    variance of the truths. Olkin and Pukelsheim: The distance between two random vectors with given
    dispersion matrices (1982), for the map.
    """
    centre = means.mean(axis=0)
    seen = np.atleast_2d(np.cov(means, rowvar=False))
    root, inverse = _root(seen, 0.5), _root(seen, -0.5)
    way = inverse @ _root(root @ np.asarray(wanted, dtype=np.float64) @ root, 0.5) @ inverse
    return np.asarray(centre + (means - centre) @ way)


def _root(matrix: Floats, power: float) -> Floats:
    """Raise a symmetric matrix to a power; directions without variance stay without."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0)
    least = max(values.max(initial=0.0), 0.0) * len(values) * np.finfo(np.float64).eps
    powers = np.zeros(len(values))
    powers[values > least] = values[values > least] ** power
    return np.asarray((vectors * powers) @ vectors.T)
