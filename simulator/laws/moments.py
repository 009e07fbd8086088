"""Mean, variance and support of each family, in closed form."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.laws.families import Family
from simulator.laws.hazard import hazard_mean, hazard_second_moment

__all__ = ["mean", "support", "variance", "weibull_mean"]

Knots = tuple[tuple[float, float], ...]

# What these give depends on the customer: there is no mean without one.
_DATED: Final = (Family.UNTIL, Family.HAZARD_LEFT)


def _bands(knots: Knots) -> NDArray[np.float64]:
    return np.array(knots, dtype=np.float64).T.reshape(-1).copy()


def weibull_mean(shape: float) -> float:
    """Give the mean of a Weibull variable of scale 1, Gamma(1 + 1/shape)."""
    return _gamma(1.0 + 1.0 / shape)


def mean(family: Family, a: float, b: float, c: float, knots: Knots) -> float:
    """Give the expected value of a law; infinite where it is beyond a double."""
    if family is Family.GAMMA:
        return a * b
    if family is Family.LOGNORMAL:
        return _exp(a + 0.5 * b * b)
    if family is Family.WEIBULL:
        return b * weibull_mean(a) if b else 0.0
    if family is Family.UNIFORM:
        return a + 0.5 * (b - a)
    if family is Family.TRIANGULAR:
        return (a + b + c) / 3.0
    if family is Family.EMPIRICAL:
        return math.fsum((q - p) * 0.5 * (y + x) for (p, x), (q, y) in pairwise(knots))
    if family is Family.HAZARD:
        table = _bands(knots)
        return hazard_mean(table, 0, len(table))
    return math.nan if family in _DATED else a


def variance(family: Family, a: float, b: float, c: float, knots: Knots) -> float:
    """Give the variance of a law; infinite where it is beyond a double."""
    match family:
        case Family.FIXED:
            return 0.0
        case Family.EXPONENTIAL:
            return a * a
        case Family.GAMMA:
            return a * b * b
        case Family.LOGNORMAL:
            return _exp(2.0 * a + b * b) * _expm1(b * b) if b else 0.0
        case Family.WEIBULL:
            return b * b * _weibull_variance(a) if b else 0.0
        case Family.UNIFORM:
            return (b - a) * (b - a) / 12.0
        case Family.TRIANGULAR:
            return ((b - a) * (b - a) + (c - b) * (c - b) + (b - a) * (c - b)) / 18.0
        case Family.EMPIRICAL:
            return _empirical_variance(knots)
        case Family.NORMAL:
            return b * b
        case Family.POISSON:
            return a
        case Family.GEOMETRIC:
            return a * (1.0 + a)
        case Family.HAZARD:
            table = _bands(knots)
            mean_of_square = hazard_second_moment(table, 0, len(table))
            centre = hazard_mean(table, 0, len(table))
            return mean_of_square - centre * centre if centre < math.inf else math.inf
        case _:
            return math.nan


def support(family: Family, a: float, b: float, c: float, knots: Knots) -> tuple[float, float]:
    """Give the lower and upper end of what a law can be."""
    if family is Family.FIXED:
        return a, a
    if family is Family.UNIFORM:
        return a, b
    if family is Family.TRIANGULAR:
        return a, c
    if family is Family.EMPIRICAL:
        return knots[0][1], knots[-1][1]
    if family is Family.NORMAL:
        return (-math.inf, math.inf) if b else (a, a)
    if family is Family.LOGNORMAL and b == 0:
        return _exp(a), _exp(a)
    if family in _DATED or family is Family.HAZARD:
        return 0.0, math.inf
    size = b if family in (Family.GAMMA, Family.WEIBULL) else a
    return (0.0, math.inf) if size or family is Family.LOGNORMAL else (0.0, 0.0)


def _weibull_variance(shape: float) -> float:
    """Give the variance at scale 1; for a sharp peak the difference of moments has no digits left."""
    first = weibull_mean(shape)
    return max(_gamma(1.0 + 2.0 / shape) - first * first, 0.0)


def _empirical_variance(knots: Knots) -> float:
    """Sum the second central moments of the segments."""
    centre = mean(Family.EMPIRICAL, 0.0, 0.0, 0.0, knots)
    terms = []
    for (p, x), (q, y) in pairwise(knots):
        left, right = x - centre, y - centre
        terms.append((q - p) * (left * left + left * right + right * right) / 3.0)
    return math.fsum(terms)


def _gamma(x: float) -> float:
    return math.gamma(x) if x < 171.0 else math.inf


def _exp(x: float) -> float:
    return math.exp(x) if x < 709.0 else math.inf


def _expm1(x: float) -> float:
    return math.expm1(x) if x < 709.0 else math.inf
