"""What is left of a stay that has lasted so long already, compiled: the law of X - a given X > a."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.compiled import compiled
from simulator.laws.families import Family, cdf, lognormal_value, quantile
from simulator.laws.hazard import cumulative_hazard, hazard_after
from simulator.laws.incomplete import gamma_q
from simulator.laws.special import normal_cdf, normal_quantile

__all__ = ["remaining", "survival"]

_FIXED: Final = int(Family.FIXED)
_EXPONENTIAL: Final = int(Family.EXPONENTIAL)
_GAMMA: Final = int(Family.GAMMA)
_LOGNORMAL: Final = int(Family.LOGNORMAL)
_WEIBULL: Final = int(Family.WEIBULL)
_HAZARD: Final = int(Family.HAZARD)
# Below this the complement of a probability near 1 has no digits left.
_TAIL: Final = 1e-9


@compiled
def survival(
    family: int,
    a: float,
    b: float,
    c: float,
    table: NDArray[np.float64],
    first: int,
    last: int,
    age: float,
) -> float:
    """Give the chance to last longer than an age; parameters as in `simulator.laws.families.quantile`."""
    if age <= 0.0 and family != _FIXED:
        return 1.0
    if family == _FIXED:
        return 1.0 if a > age else 0.0
    if family == _EXPONENTIAL:
        return math.exp(-age / a) if a > 0.0 else 0.0
    if family == _GAMMA:
        return gamma_q(a, age / b) if b > 0.0 else 0.0
    if family == _LOGNORMAL and b > 0.0:
        return normal_cdf((a - math.log(age)) / b)
    if family == _WEIBULL:
        return math.exp(-math.pow(age / b, a)) if b > 0.0 else 0.0
    if family == _HAZARD:
        return math.exp(-cumulative_hazard(table, first, last, age))
    return 1.0 - cdf(family, a, b, c, table, first, last, age)


@compiled
def remaining(
    family: int,
    a: float,
    b: float,
    c: float,
    table: NDArray[np.float64],
    first: int,
    last: int,
    age: float,
    u: float,
) -> float:
    """Draw what is left beyond an age; the whole of it at age 0, nothing where it cannot last so long.

    Returns
    -------
    float
        The quantile of X - age given X > age at u, at least 0. In a tail without digits (below 1e-9) a
        gamma law is taken for the exponential one it tends to.
    """
    if family == _EXPONENTIAL:
        return -a * math.log1p(-u)
    if family == _HAZARD:
        return hazard_after(table, first, last, age, u)
    if age <= 0.0:
        return quantile(family, a, b, c, table, first, last, u)
    left = survival(family, a, b, c, table, first, last, age)
    if family == _WEIBULL and b > 0.0:
        return b * math.pow(math.pow(age / b, a) - math.log1p(-u), 1.0 / a) - age
    if left <= 0.0:
        return 0.0
    if family == _LOGNORMAL and b > 0.0:
        return max(0.0, lognormal_value(a, b, -normal_quantile(left * (1.0 - u))) - age)
    if family == _GAMMA and left < _TAIL:
        return -b * math.log1p(-u)
    whole = quantile(family, a, b, c, table, first, last, 1.0 - left * (1.0 - u))
    return max(0.0, whole - age)
