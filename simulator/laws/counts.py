"""Quantiles of counts, compiled: the smallest k with F(k) >= u, exactly.

Each starts from an approximation and then steps on the distribution function itself, on the smaller
tail, so the answer is wrong only where F(k) and u agree to the last digits of a double.
"""

from __future__ import annotations

import math
from typing import Final

from simulator.compiled import compiled, inner
from simulator.laws.incomplete import gamma_p, gamma_q
from simulator.laws.special import normal_quantile

__all__ = [
    "LARGEST_MEAN",
    "geometric_biased_quantile",
    "geometric_cdf",
    "geometric_quantile",
    "poisson_cdf",
    "poisson_quantile",
]

# Far above it k and k + 1 are the same double and a search by steps would not end.
LARGEST_MEAN: Final = 1e12
_BEYOND: Final = 9e15  # no count of such a mean gets here, and the floor of more is no int64


@inner
def _outside(k: float) -> float:
    """Give the distribution function where no count is: 0 below, 1 beyond, NaN for NaN."""
    if math.isnan(k):
        return k
    return 0.0 if k < 0.0 else 1.0


@compiled
def poisson_cdf(mean: float, k: float) -> float:
    """Give P(N <= k) of a Poisson count."""
    if not 0.0 <= k < _BEYOND:
        return _outside(k)
    return gamma_q(math.floor(k) + 1.0, mean)


@inner
def _poisson_reached(mean: float, k: float, u: float) -> bool:
    """Say whether F(k) >= u, compared on the smaller tail."""
    if u <= 0.5:
        return gamma_q(k + 1.0, mean) >= u
    return gamma_p(k + 1.0, mean) <= 1.0 - u


@compiled
def poisson_quantile(mean: float, u: float) -> float:
    """Invert the Poisson distribution: the smallest k with F(k) >= u.

    Parameters
    ----------
    mean : float
        At least 0.
    u : float
        Probability; 1 gives infinity unless the mean is 0.

    Returns
    -------
    float
        A whole number; NaN for a mean that is negative, NaN or above :data:`LARGEST_MEAN`.

    Notes
    -----
    Starts from the Cornish-Fisher expansion mean + sd z + (z**2 - 1)/6, off by 0.01 at a mean of 1e6
    and by a few at a mean of one, then steps.
    """
    if not 0.0 <= mean <= LARGEST_MEAN or math.isnan(u):
        return math.nan
    if mean == 0.0 or u <= math.exp(-mean):
        return 0.0
    if u >= 1.0:
        return math.inf
    z = normal_quantile(u)
    k = max(float(math.floor(mean + math.sqrt(mean) * z + (z * z - 1.0) / 6.0)), 0.0)
    if _poisson_reached(mean, k, u):
        while k > 0.0 and _poisson_reached(mean, k - 1.0, u):
            k -= 1.0
        return k
    while not _poisson_reached(mean, k, u):
        k += 1.0
    return k


@inner
def _geometric_rate(mean: float) -> float:
    """Give -ln q of the geometric count on 0, 1, … with this mean: q = mean / (1 + mean)."""
    return math.log1p(1.0 / mean)


@compiled
def geometric_cdf(mean: float, k: float) -> float:
    """Give P(N <= k) = 1 - q**(k + 1) of a geometric count on 0, 1, …."""
    if not 0.0 <= k < _BEYOND:
        return _outside(k)
    if mean <= 0.0:
        return 1.0
    return -math.expm1(-(math.floor(k) + 1.0) * _geometric_rate(mean))


@compiled
def geometric_quantile(mean: float, u: float) -> float:
    """Invert the geometric distribution on 0, 1, …: the smallest k with 1 - q**(k + 1) >= u.

    Parameters
    ----------
    mean : float
        At least 0.
    u : float
        Probability; 1 gives infinity unless the mean is 0.

    Returns
    -------
    float
        A whole number; NaN for a mean that is negative, NaN or above :data:`LARGEST_MEAN`.
    """
    if not 0.0 <= mean <= LARGEST_MEAN or math.isnan(u):
        return math.nan
    if mean == 0.0:
        return 0.0
    if u >= 1.0:
        return math.inf
    return max(math.ceil(-math.log1p(-u) / _geometric_rate(mean)) - 1.0, 0.0)


@inner
def _log_survival(mean: float, k: float) -> float:
    """Give ln P(N > k) of the length-biased geometric count: q**k (1 + k / (1 + mean))."""
    return math.log1p(k / (1.0 + mean)) - k * _geometric_rate(mean)


@compiled
def geometric_biased_quantile(mean: float, u: float) -> float:
    """Invert the length-biased geometric distribution, chances proportional to k q**k on 1, 2, ….

    Less one it is the number of failures before the second success; its survival function is log-concave,
    so Newton steps on its logarithm settle, and steps by one finish.
    """
    if not 0.0 <= mean <= LARGEST_MEAN or math.isnan(u):
        return math.nan
    if mean == 0.0:
        return 0.0
    if u >= 1.0:
        return math.inf
    goal = math.log1p(-u)
    rate = _geometric_rate(mean)
    x = max(-goal, 1.0) / rate
    for _ in range(40):
        slope = 1.0 / (1.0 + mean + x) - rate
        step = (_log_survival(mean, x) - goal) / slope
        x = max(x - step, 0.0)
        if abs(step) < 0.25:
            break
    k = max(math.floor(x), 1.0)
    while k > 1.0 and _log_survival(mean, k - 1.0) <= goal:
        k -= 1.0
    while _log_survival(mean, k) > goal:
        k += 1.0
    return k
