"""Intervals that hold for all ideas at once, and however often somebody looks.

Every idea is compared with the same base on the same customers, so the differences go up and down
together, and the largest of their t statistics is not that of as many independent ones. Its quantile is
read off drawn Gaussian paths with the correlation of the differences, from look to look with that of
partial sums. It is kept as a *level*: the chance at which one interval at one look misses. An interval
is then Student's at that level, so small numbers of replications get their wide tails.

References
----------
Hothorn, Bretz, Westfall: Simultaneous inference in general parametric models (2008), for the largest t.
Jennison, Turnbull: Group Sequential Methods with Applications to Clinical Trials (2000), chapters 2 and 3:
repeated tests at a constant level, carried over to Student's t by their level; chapter 9: repeated
confidence intervals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, stdtr

from simulator.results.estimate import Estimate, mean_estimate, student

__all__ = [
    "FIRST_LOOK",
    "correlation",
    "half_width",
    "joint_estimates",
    "joint_level",
    "looks_until",
    "paired_estimate",
    "simultaneous",
]

Floats = NDArray[np.float64]

# The first look: enough replications for a variance, few enough to be cheap.
FIRST_LOOK: Final = 20

# The quantile of so many draws misses a level of 5 % by 0.17 points.
_DRAWS: Final = 16_384
_CELLS: Final = 1 << 24
_FEWEST_DRAWS: Final = 4_096
_SEED: Final = 20_010_713

# With fewer values a skewness says nothing.
_SKEWED: Final = 5


def looks_until(most: int, first: int = FIRST_LOOK) -> tuple[int, ...]:
    """Say after how many replications to look: each time twice as many, and at the end.

    Examples
    --------
    >>> looks_until(100)
    (20, 40, 80, 100)
    """
    looks = []
    look = first
    while look < most:
        looks.append(look)
        look *= 2
    return (*looks, most)


def correlation(differences: Floats) -> Floats:
    """Estimate how paired differences go together, shrunk towards independence.

    With few replications chance alone correlates columns, which would make the intervals too narrow. So
    correlations are shrunk as far as chance explains them. Equal columns count once, constant ones not
    at all.

    Parameters
    ----------
    differences : ndarray of float64, shape (replications, ideas)

    Returns
    -------
    ndarray of float64, shape (distinct ideas, distinct ideas)

    References
    ----------
    Schäfer, Strimmer: A shrinkage approach to large-scale covariance matrix estimation (2005): the weight
    is the sum of the variances of the correlations over the sum of their squares.
    """
    n = len(differences)
    # Adding 0 turns -0 into 0, so that equal columns are equal byte for byte.
    distinct = np.unique(differences + 0.0, axis=1)
    distinct = distinct[:, np.ptp(distinct, axis=0) > 0.0]
    if distinct.shape[1] < 2:
        return np.eye(distinct.shape[1])
    found = np.asarray(np.corrcoef(distinct, rowvar=False))
    apart = found[np.triu_indices(len(found), 1)]
    chance = float(((1.0 - apart**2) ** 2).sum()) / (n - 1)
    weight = min(1.0, chance / max(float((apart**2).sum()), 1e-300))
    shrunk = (1.0 - weight) * found
    np.fill_diagonal(shrunk, 1.0)
    return np.asarray(shrunk)


def joint_level(together: Floats, confidence: float, looks: Sequence[int] = (1,)) -> float:
    """Give the level at which each interval may miss so that all hold together, at every look.

    Parameters
    ----------
    together : ndarray of float64, shape (ideas, ideas)
        Their correlation.
    confidence : float
        The chance that every interval holds at every look.
    looks : sequence of int
        Replications at each look; one look if the number is fixed.

    Returns
    -------
    float
        Between Bonferroni's level and that of a single interval.
    """
    ideas, alpha = len(together), 1.0 - confidence
    if ideas == 0 or (ideas == 1 and len(looks) == 1):
        return alpha
    if len(looks) == 1 and np.array_equal(together, np.eye(ideas)):
        return -math.expm1(math.log1p(-alpha) / ideas)  # Šidák's, exact where nothing goes together
    largest = _largest(together.tobytes(), ideas, tuple(looks))
    level = 2.0 * float(ndtr(-np.quantile(largest, confidence)))
    return min(alpha, max(level, alpha / (ideas * len(looks))))


@lru_cache(maxsize=64)
def _largest(together: bytes, ideas: int, looks: tuple[int, ...]) -> Floats:
    """Draw the largest |z| over ideas and looks."""
    values, vectors = np.linalg.eigh(np.frombuffer(together).reshape(ideas, ideas))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    draws = int(np.clip(_CELLS // (ideas * len(looks)), _FEWEST_DRAWS, _DRAWS))
    generator = np.random.Generator(np.random.PCG64(_SEED))
    sums, largest, before = np.zeros((draws, ideas)), np.zeros(draws), 0
    for look in looks:
        sums += math.sqrt(look - before) * (generator.standard_normal((draws, ideas)) @ root.T)
        np.maximum(largest, np.abs(sums).max(axis=1) / math.sqrt(look), out=largest)
        before = look
    return largest


def half_width(values: Floats, level: float) -> float:
    """Give the half width of an interval that misses at a level: Student's, wider where values are skewed."""
    n = len(values)
    spread = float(values.std(ddof=1))
    return 0.0 if spread == 0.0 else _quantile(values, spread, level) * spread / math.sqrt(n)


def _quantile(values: Floats, spread: float, level: float) -> float:
    """Give the two-sided quantile of t for values that may be skewed.

    An idea that few customers ever meet changes most replications by nothing and some by much, and
    Student's interval then misses far too often. The skewness adds ``2 x phi(x) g² (x⁴ + 2x² - 3) / (18 n)``
    to the chance to miss; what chance alone makes of the squared skewness g² of normal values, 6/n, is
    taken off.

    References
    ----------
    Hall: The Bootstrap and Edgeworth Expansion (1992), section 2.6: the expansion of Student's t.
    """
    n = len(values)
    plain = student(n - 1, 1.0 - level)
    if n < _SKEWED:
        return plain
    third = float((((values - values.mean()) / spread) ** 3).mean()) * n * n / ((n - 1) * (n - 2))
    squared = third**2 - 6.0 / n
    if squared <= 0.0:
        return plain

    def excess(x: float) -> float:
        density = math.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi)
        skewed = 2.0 * x * density * squared * (x**4 + 2.0 * x * x - 3.0) / (18.0 * n)
        return 2.0 * float(stdtr(n - 1, -x)) + skewed - level

    if excess(plain) <= 0.0:
        return plain
    above = plain
    while excess(above) > 0.0:
        above += 0.5
    return float(brentq(excess, plain, above))


def paired_estimate(values: Floats, confidence: float) -> Estimate:
    """Estimate the mean of one series of differences, with an interval for it alone."""
    found = mean_estimate(values, confidence)
    if found.value is None or found.low is None or found.high is None:
        return found
    half = half_width(values, 1.0 - confidence)
    return Estimate(found.value, found.value - half, found.value + half, found.n)


def simultaneous(estimates: Sequence[Floats], level: float) -> Estimate:
    """Estimate a mean from what was seen at one look or at several.

    Where there were several looks, all their intervals hold together, so what they have in common holds
    too. Should the last mean lie outside, the interval is stretched to hold it.

    Parameters
    ----------
    estimates : sequence of ndarray of float64
        The values of one idea at each look so far, each longer than the one before.
    level : float
        As given by :func:`joint_level`.
    """
    found = [paired_estimate(values, 1.0 - level) for values in estimates]
    last = found[-1]
    ends = [(one.low, one.high) for one in found if one.low is not None and one.high is not None]
    if last.value is None or last.low is None or len(ends) < 2:
        return last
    low, high = max(low for low, _ in ends), min(high for _, high in ends)
    return Estimate(last.value, min(low, last.value), max(high, last.value), last.n)


def joint_estimates(
    apart: Callable[[int, int], Floats], lengths: Sequence[int], confidence: float, looks: Sequence[int]
) -> list[Estimate]:
    """Estimate differences with intervals that hold for all ideas and at every look.

    Parameters
    ----------
    apart : callable
        Gives the differences of an idea in the first replications.
    lengths : sequence of int
        How many replications each idea has.
    confidence : float
        The chance that all of them hold, at every look.
    looks : sequence of int
        After how many replications there is a look.
    """
    shared = min(min(lengths), looks[0])
    together = np.stack([apart(place, shared) for place in range(len(lengths))], axis=1)
    level = 1.0 - confidence
    if shared > 1 and np.isfinite(together).all():
        level = joint_level(correlation(together), confidence, looks)
    return [
        simultaneous([apart(place, look) for look in looks if look <= length], level)
        for place, length in enumerate(lengths)
    ]
