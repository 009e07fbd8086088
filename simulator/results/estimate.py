"""Estimates with intervals: means and ratios over replications, rates over customers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

__all__ = [
    "CONFIDENCE",
    "Estimate",
    "linearised",
    "mean_estimate",
    "quantiles_over_replications",
    "rate_estimate",
    "ratio_estimate",
    "student",
    "wilson",
]

Floats = NDArray[np.float64]

CONFIDENCE: Final = 0.95
_ONE: Final = "one replication has no spread to see"
_SAME: Final = "all replications gave the same"
_NOBODY: Final = "nobody to count"


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval.

    Attributes
    ----------
    value : float or None
        None when there is nothing to divide by.
    low, high : float or None
        The ends of the interval; None when none can be given.
    n : int
        Replications behind it.
    reason : str
        Why a part is missing.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str = ""

    def scaled(self, factor: float) -> Estimate:
        """Give the estimate in another unit; a negative factor turns the interval round."""
        value, low, high = (
            None if one is None else one * factor for one in (self.value, self.low, self.high)
        )
        if factor < 0:
            low, high = high, low
        return Estimate(value, low, high, self.n, self.reason)

    def as_dict(self) -> dict[str, Any]:
        """Give the estimate for JSON; the reason only where something is missing."""
        fields: dict[str, Any] = {"estimate": self.value, "low": self.low, "high": self.high}
        return {**fields, "reason": self.reason} if self.reason else fields


def student(degrees: int, confidence: float = CONFIDENCE) -> float:
    """Give the two-sided quantile of Student's t."""
    return float(stdtrit(degrees, 0.5 + confidence / 2.0))


def mean_estimate(values: ArrayLike, confidence: float = CONFIDENCE) -> Estimate:
    """Estimate a mean from one value a replication, with a t interval.

    Parameters
    ----------
    values : array_like, shape (replications,)
    confidence : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        Without an interval for a single replication.
    """
    array = np.asarray(values, dtype=np.float64)
    n = len(array)
    if n == 0 or not np.isfinite(array).all():
        return Estimate(None, None, None, n, _NOBODY)
    mean = math.fsum(array) / n
    if n == 1:
        return Estimate(mean, None, None, n, _ONE)
    half = student(n - 1, confidence) * float(array.std(ddof=1)) / math.sqrt(n)
    return Estimate(mean, mean - half, mean + half, n)


def linearised(numerators: ArrayLike, denominators: ArrayLike) -> Floats:
    """Turn a ratio of totals into one value a replication whose mean is that ratio.

    The mean of the values is exactly sum(numerators) / sum(denominators), and their spread gives its
    standard error to first order; differences of two such series are paired differences of two ratios.

    Parameters
    ----------
    numerators, denominators : array_like, shape (replications,)

    Returns
    -------
    ndarray of float64, shape (replications,)
        NaN throughout when the denominators sum to 0.

    References
    ----------
    Cochran: Sampling Techniques (1977), chapter 6: the ratio estimator.
    """
    above, below = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    total = math.fsum(below)
    if total <= 0.0:
        return np.full(len(below), np.nan)
    ratio = math.fsum(above) / total
    return np.asarray(ratio + (above - ratio * below) * (len(below) / total))


def ratio_estimate(
    numerators: ArrayLike, denominators: ArrayLike, confidence: float = CONFIDENCE
) -> Estimate:
    """Estimate a ratio of totals, such as a mean wait, with a t interval over replications."""
    return mean_estimate(linearised(numerators, denominators), confidence)


def wilson(successes: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Give Wilson's score interval of a proportion of independent trials.

    References
    ----------
    Wilson: Probable inference, the law of succession, and statistical inference (1927).
    """
    z = float(ndtri(0.5 + confidence / 2.0))
    share, spread = successes / trials, z * z / trials
    centre = (share + spread / 2.0) / (1.0 + spread)
    half = z * math.sqrt(share * (1.0 - share) / trials + spread / (4.0 * trials)) / (1.0 + spread)
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    return low, 1.0 if successes == trials else min(1.0, centre + half)


def rate_estimate(
    successes: Sequence[int] | NDArray[np.int64],
    trials: Sequence[int] | NDArray[np.int64],
    independent: bool,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """Estimate a share of customers.

    The interval is Student's over replications (ratio estimator), cut at 0 and 1. Where that says
    nothing, with one replication or when none differs, it is Wilson's over all customers if they
    share nothing, and missing otherwise.

    Parameters
    ----------
    successes, trials : integers, shape (replications,)
    independent : bool
        Whether customers share nothing, so that each is a trial of its own.
    confidence : float
        Coverage of the interval.
    """
    values = linearised(successes, trials)
    hits, total = int(np.sum(successes)), int(np.sum(trials))
    if total == 0:
        return Estimate(None, None, None, len(values), _NOBODY)
    if _differ(successes, trials, hits, total):
        found = mean_estimate(values, confidence)
        low, high = max(0.0, found.low or 0.0), min(1.0, found.high or 0.0)
        return Estimate(hits / total, low, high, len(values))
    if independent:
        return Estimate(hits / total, *wilson(hits, total, confidence), len(values))
    reason = _ONE if len(values) == 1 else _SAME
    return Estimate(hits / total, None, None, len(values), f"{reason}, and customers share teams or stock")


def _differ(
    successes: Sequence[int] | NDArray[np.int64],
    trials: Sequence[int] | NDArray[np.int64],
    hits: int,
    total: int,
) -> bool:
    """Say whether any two replications have different shares; in whole numbers, so without rounding."""
    pairs = zip(successes, trials, strict=True)
    return any(int(success) * total != int(trial) * hits for success, trial in pairs)


def quantiles_over_replications(values: ArrayLike, shares: Sequence[float] = (0.1, 0.5, 0.9)) -> Floats:
    """Read quantiles off one value a replication; nothing is assumed normal.

    Parameters
    ----------
    values : array_like, shape (replications, …)
    shares : sequence of float

    Returns
    -------
    ndarray of float64, shape (len(shares), …)
    """
    return np.asarray(np.quantile(np.asarray(values, dtype=np.float64), shares, axis=0))
