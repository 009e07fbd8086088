"""The families of laws, as numbers and compiled functions both engines call.

A law is a family, three parameters and, for an empirical one, a range of rows of a table that all
laws of a program share. Durations are in milliseconds; nothing here knows that.

=============  ==============  ==============  ========  =========================================
family         a               b               c         table[first:last)
=============  ==============  ==============  ========  =========================================
FIXED          value
EXPONENTIAL    mean
GAMMA          shape           scale
LOGNORMAL      mu              sigma
WEIBULL        shape           scale
UNIFORM        min             max
TRIANGULAR     min             mode            max
EMPIRICAL                                                probabilities, then as many values
NORMAL         mean            sd
POISSON        mean
GEOMETRIC      mean                                      counts 0, 1, 2, …
HAZARD                                                   ages where bands begin, then as many rates
UNTIL          attribute
HAZARD_LEFT    attribute       timeline        overdue   as HAZARD, of the time left
=============  ==============  ==============  ========  =========================================

The last two wait for a planned date that a customer carries in an attribute, so what they give depends
on him and on the time: `simulator.engine.waits` draws them. There `b` of a hazard is the timeline of a
dated factor, or -1.

An empirical law is the piecewise-linear quantile function through its knots; two knots of equal
value are an atom.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.compiled import compiled, inner
from simulator.laws.counts import geometric_cdf, geometric_quantile, poisson_cdf, poisson_quantile
from simulator.laws.hazard import cumulative_hazard, hazard_after
from simulator.laws.incomplete import gamma_p, gamma_quantile
from simulator.laws.logarithm import log_of_rest
from simulator.laws.special import normal_cdf, normal_quantile

__all__ = ["Family", "cdf", "cdfs", "exponential_quantile", "quantile", "quantiles"]


class Family(IntEnum):
    """What shape a law has; the number is what the flat arrays of a program hold."""

    FIXED = 0
    EXPONENTIAL = 1
    GAMMA = 2
    LOGNORMAL = 3
    WEIBULL = 4
    UNIFORM = 5
    TRIANGULAR = 6
    EMPIRICAL = 7
    NORMAL = 8
    POISSON = 9
    GEOMETRIC = 10
    HAZARD = 11
    UNTIL = 12
    HAZARD_LEFT = 13


_FIXED: Final = int(Family.FIXED)
_EXPONENTIAL: Final = int(Family.EXPONENTIAL)
_GAMMA: Final = int(Family.GAMMA)
_LOGNORMAL: Final = int(Family.LOGNORMAL)
_WEIBULL: Final = int(Family.WEIBULL)
_UNIFORM: Final = int(Family.UNIFORM)
_TRIANGULAR: Final = int(Family.TRIANGULAR)
_EMPIRICAL: Final = int(Family.EMPIRICAL)
_NORMAL: Final = int(Family.NORMAL)
_POISSON: Final = int(Family.POISSON)
_GEOMETRIC: Final = int(Family.GEOMETRIC)
_HAZARD: Final = int(Family.HAZARD)


@compiled
def lognormal_value(mu: float, sigma: float, z: float) -> float:
    """Give exp(mu + sigma z); as a product, or a small sigma would feel the rounding of mu."""
    return math.exp(mu) * math.exp(sigma * z)


@inner
def exponential_quantile(mean: float, u: float) -> float:
    """Invert the exponential distribution."""
    return -mean * log_of_rest(u)


@inner
def _triangular_quantile(low: float, mode: float, high: float, u: float) -> float:
    """Invert the triangular distribution, measuring from the end that u is near.

    Beyond the mode the distance from it is the difference of two roots, written as a quotient.
    """
    width, rising, falling = high - low, mode - low, high - mode
    if width <= 0.0:
        return low
    if u <= 0.5:
        area = u * width
        if area < rising:
            return low + math.sqrt(area * rising)
        return mode + falling * (area - rising) / (falling + math.sqrt((width - area) * falling))
    area = (1.0 - u) * width
    if area < falling:
        return high - math.sqrt(area * falling)
    return mode - rising * (area - falling) / (rising + math.sqrt((width - area) * rising))


@inner
def _empirical_quantile(table: NDArray[np.float64], first: int, last: int, u: float) -> float:
    """Interpolate the quantile function between the two knots around u."""
    half = (last - first) // 2
    low, high = first, first + half - 1
    while high - low > 1:
        middle = (low + high) // 2
        if table[middle] < u:
            low = middle
        else:
            high = middle
    start, end = table[low + half], table[high + half]
    if start == end:
        return float(start)
    slope = (end - start) / (table[high] - table[low])
    if u <= 0.5:
        return float(start + slope * (u - table[low]))
    return float(end - slope * (table[high] - u))


@compiled
def quantile(
    family: int,
    a: float,
    b: float,
    c: float,
    table: NDArray[np.float64],
    first: int,
    last: int,
    u: float,
) -> float:
    """Draw from a law: the inverse of its distribution function at one uniform.

    Parameters
    ----------
    family : int
        A :class:`Family`, given as a plain int (an enum member would be another compilation).
    a, b, c : float
        Parameters, see the table above.
    table : array of float64
        Knots of all empirical laws.
    first, last : int
        The rows of this law, [first, last).
    u : float
        Probability in (0, 1).

    Returns
    -------
    float
        x with |F(x) - u| <= 1e-13 min(u, 1 - u) as far as doubles are that dense at x; for counts the
        smallest k with F(k) >= u. NaN for an unknown family.
    """
    if family == _FIXED:
        return a
    if family == _EXPONENTIAL:
        return exponential_quantile(a, u)
    if family == _GAMMA:
        return b * gamma_quantile(a, u)
    if family == _LOGNORMAL:
        return lognormal_value(a, b, normal_quantile(u))
    if family == _WEIBULL:
        return b * math.pow(-log_of_rest(u), 1.0 / a)
    if family == _UNIFORM:
        return a + (b - a) * u if u <= 0.5 else b - (b - a) * (1.0 - u)
    if family == _TRIANGULAR:
        return _triangular_quantile(a, b, c, u)
    if family == _EMPIRICAL:
        return _empirical_quantile(table, first, last, u)
    if family == _NORMAL:
        return a + b * normal_quantile(u)
    if family == _POISSON:
        return poisson_quantile(a, u)
    if family == _GEOMETRIC:
        return geometric_quantile(a, u)
    if family == _HAZARD:
        return hazard_after(table, first, last, 0.0, u)
    return math.nan


@inner
def _triangular_cdf(low: float, mode: float, high: float, x: float) -> float:
    """Give the triangular distribution function."""
    if x < low:
        return 0.0
    if x >= high:
        return 1.0
    if x < mode:
        return (x - low) / (high - low) * ((x - low) / (mode - low))
    return 1.0 - (high - x) / (high - low) * ((high - x) / (high - mode))


@inner
def _empirical_cdf(table: NDArray[np.float64], first: int, last: int, x: float) -> float:
    """Give the largest probability whose quantile is at most x."""
    half = (last - first) // 2
    if x < table[first + half]:
        return 0.0
    if x >= table[last - 1]:
        return 1.0
    low, high = first, first + half - 1
    while high - low > 1:
        middle = (low + high) // 2
        if table[middle + half] <= x:
            low = middle
        else:
            high = middle
    start, end = table[low + half], table[high + half]
    return float(table[low] + (table[high] - table[low]) * ((x - start) / (end - start)))


@inner
def _positive_cdf(family: int, a: float, b: float, x: float) -> float:
    """Give the distribution function of the families that live above 0."""
    if x < 0.0:
        return 0.0
    if family == _EXPONENTIAL:
        return -math.expm1(-x / a) if a > 0.0 else 1.0
    if family == _GAMMA:
        return gamma_p(a, x / b) if b > 0.0 else 1.0
    if family == _LOGNORMAL:
        if b <= 0.0:
            return 1.0 if x >= math.exp(a) else 0.0
        return normal_cdf((math.log(x) - a) / b) if x > 0.0 else 0.0
    if family == _WEIBULL:
        return -math.expm1(-math.pow(x / b, a)) if b > 0.0 else 1.0
    if family == _POISSON:
        return poisson_cdf(a, x)
    if family == _GEOMETRIC:
        return geometric_cdf(a, x)
    return math.nan


@compiled
def cdf(
    family: int,
    a: float,
    b: float,
    c: float,
    table: NDArray[np.float64],
    first: int,
    last: int,
    x: float,
) -> float:
    """Give the distribution function of a law, P(X <= x); parameters as in :func:`quantile`."""
    if family == _FIXED:
        return 1.0 if x >= a else 0.0
    if family == _UNIFORM:
        if x < a:
            return 0.0
        return 1.0 if x >= b else (x - a) / (b - a)
    if family == _TRIANGULAR:
        return _triangular_cdf(a, b, c, x)
    if family == _EMPIRICAL:
        return _empirical_cdf(table, first, last, x)
    if family == _NORMAL:
        if b <= 0.0:
            return 1.0 if x >= a else 0.0
        return normal_cdf((x - a) / b)
    if family == _HAZARD:
        return -math.expm1(-cumulative_hazard(table, first, last, x)) if x > 0.0 else 0.0
    return _positive_cdf(family, a, b, x)


@compiled
def quantiles(
    family: int, a: float, b: float, c: float, table: NDArray[np.float64], each: NDArray[np.float64]
) -> None:
    """Put the quantile of every probability in its place; `table` is all of the law's knots."""
    for i in range(len(each)):
        each[i] = quantile(family, a, b, c, table, 0, len(table), each[i])


@compiled
def cdfs(
    family: int, a: float, b: float, c: float, table: NDArray[np.float64], each: NDArray[np.float64]
) -> None:
    """Put P(X <= x) in the place of every x; `table` is all of the law's knots."""
    for i in range(len(each)):
        each[i] = cdf(family, a, b, c, table, 0, len(table), each[i])
