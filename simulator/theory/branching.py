"""Referrals as a branching process: each customer brings a Poisson number of others.

`mean` is the mean number of people one customer refers. A family is one customer and everybody
referred, directly or not.

References
----------
T. E. Harris, *The Theory of Branching Processes*, Springer 1963, chapter I.
E. Borel, "Sur l'emploi du théorème de Bernoulli …", *C. R. Acad. Sci.* 214 (1942) 452-456; R. Otter,
"The multiplicative process", *Ann. Math. Statist.* 20 (1949) 206-224 (the law of the family's size).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import gammaln

from simulator.errors import InputError
from simulator.theory.conditions import FloatArray, Moments, non_negative, whole

__all__ = ["borel_pmf", "extinction_probability", "family_size"]


def family_size(mean: float, generations: int | None = None) -> Moments:
    """Return mean and variance of the size of a family, the first customer included.

    Without a cap ``1 / (1 - m)`` and ``m / (1 - m)^3``; with one, by the recursion over
    generations ``T_g = 1 + sum of N copies of T_(g-1)``.

    Parameters
    ----------
    mean : float
        Mean number referred by one customer.
    generations : int, optional
        Referrals are counted up to this generation; the first customer is generation 0.

    Raises
    ------
    InputError
        When the mean is negative, or is 1 or more without a cap: the family is then endless.

    Examples
    --------
    >>> [round(moment, 9) for moment in family_size(0.6)]
    [2.5, 9.375]
    """
    m = non_negative("mean", mean)
    if generations is None:
        if m >= 1.0:
            raise InputError(f"each customer refers {m} others: without a cap the family has no end")
        return Moments(1.0 / (1.0 - m), m / (1.0 - m) ** 3)
    size, variance = 1.0, 0.0
    for _ in range(whole("generations", generations)):
        size, variance = 1.0 + m * size, m * (variance + size * size)
    return Moments(size, variance)


def borel_pmf(sizes: ArrayLike, mean: float) -> FloatArray:
    """Return P(a family has each size): ``exp(-m k) (m k)^(k-1) / k!`` for k = 1, 2, ….

    For m > 1 the masses sum to the extinction probability. Sizes below 1 have 0.

    Examples
    --------
    >>> borel_pmf([1, 2, 3, 4], 0.6).round(6).tolist()
    [0.548812, 0.180717, 0.089261, 0.052254]
    """
    m = non_negative("mean", mean)
    k = np.asarray(sizes, dtype=np.float64)
    if not np.array_equal(k, np.floor(k)):
        raise InputError("family sizes must be whole numbers")
    if m == 0.0:
        return np.where(k == 1.0, 1.0, 0.0)
    some = np.maximum(k, 1.0)
    log_mass = -m * some + (some - 1.0) * np.log(m * some) - gammaln(some + 1.0)
    return np.where(k >= 1.0, np.exp(log_mass), 0.0)


def extinction_probability(mean: float, generations: int | None = None) -> float:
    """Return the chance that a family dies out: the smallest root of ``s = exp(m (s - 1))``.

    Parameters
    ----------
    mean : float
        Mean number referred by one customer.
    generations : int, optional
        The chance that nobody is referred in this generation or a later one.

    Examples
    --------
    >>> round(extinction_probability(1.5), 6), extinction_probability(0.9)
    (0.417188, 1.0)
    """
    m = non_negative("mean", mean)
    if generations is not None:
        extinct = 0.0
        for _ in range(whole("generations", generations)):
            extinct = math.exp(m * (extinct - 1.0))
        return extinct
    if m <= 1.0:
        return 1.0
    # The survival x solves x + expm1(-m x) = 0; it lies above 2 (m - 1) / m^2, half of which keeps
    # the sign of the bracket safe from rounding when m is barely above 1.
    least = (m - 1.0) / (m * m)
    survival = brentq(lambda x: x + math.expm1(-m * x), least, 1.0, xtol=1e-300, rtol=1e-15)
    # Near 1 the survival has lost the digits of its complement; the equation itself gives them back.
    return math.exp(-m * survival)
