"""Length-biased draws, compiled: how long a stay is that one happens to look into.

Whoever is met in the middle of a stay is more likely in a long one: the stay met has density
x f(x) / mean, and what remains of it is a uniform share of it, with density (1 - F(x)) / mean
(Feller II, XI.4). Defined for laws that are never negative.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.compiled import compiled, inner
from simulator.laws.counts import geometric_biased_quantile, poisson_quantile
from simulator.laws.families import Family, lognormal_value
from simulator.laws.hazard import hazard_biased
from simulator.laws.incomplete import gamma_quantile
from simulator.laws.special import normal_quantile

__all__ = ["biased_quantile"]

_FIXED: Final = int(Family.FIXED)
_EXPONENTIAL: Final = int(Family.EXPONENTIAL)
_GAMMA: Final = int(Family.GAMMA)
_LOGNORMAL: Final = int(Family.LOGNORMAL)
_WEIBULL: Final = int(Family.WEIBULL)
_UNIFORM: Final = int(Family.UNIFORM)
_TRIANGULAR: Final = int(Family.TRIANGULAR)
_EMPIRICAL: Final = int(Family.EMPIRICAL)
_POISSON: Final = int(Family.POISSON)
_GEOMETRIC: Final = int(Family.GEOMETRIC)
_HAZARD: Final = int(Family.HAZARD)


@inner
def _ramp_quantile(low: float, high: float, tail: float, upper: bool) -> float:
    """Invert the density proportional to x on [low, high] at a tail measured from either end.

    The root of (x - low)(x + low) = tail (high - low)(high + low), written so that nothing cancels.
    """
    if high <= low:
        return low
    area = tail * (high - low) * (high + low)
    if upper:
        return high - area / (high + math.sqrt(max(high * high - area, low * low)))
    return low + area / (low + math.sqrt(low * low + area))


@inner
def _area_root(height: float, slope: float, bend: float, area: float, top: float) -> float:
    """Solve height s + slope s**2/2 + bend s**3/3 = area for s in [0, top], by Newton in a bracket.

    The left side rises on [0, top]: it is the area under a density, counted from one end.
    """
    low, high, s = 0.0, top, top
    for _ in range(200):
        gap = s * (height + s * (0.5 * slope + bend * s / 3.0)) - area
        if gap > 0.0:
            high = s
        else:
            low = s
        rise = height + s * (slope + bend * s)
        nearer = s - gap / rise if rise > 0.0 else -1.0
        if not low <= nearer <= high:
            nearer = 0.5 * (low + high)
        if abs(nearer - s) <= 1e-16 * s:
            return nearer
        s = nearer
    return s


@inner
def _triangular_biased(low: float, mode: float, high: float, u: float) -> float:
    """Invert the length-biased triangular distribution, measuring from the end that u is near.

    Its density is x (x - low)/rising up to the mode and x (high - x)/falling beyond; each side is
    counted from its foot where the end is near, and from the mode otherwise.
    """
    rising, falling = mode - low, high - mode
    below = rising * (0.5 * low + rising / 3.0)
    above = falling * (0.5 * high - falling / 3.0)
    if below + above <= 0.0:
        return high
    if u <= 0.5:
        area = u * (below + above)
        if area < below:
            return low + _area_root(0.0, low, 1.0, area * rising, rising)
        return mode + _area_root(mode * falling, falling - mode, -1.0, (area - below) * falling, falling)
    area = (1.0 - u) * (below + above)
    if area < above:
        return high - _area_root(0.0, high, -1.0, area * falling, falling)
    return mode - _area_root(mode * rising, -mode - rising, 1.0, (area - above) * rising, rising)


@inner
def _segment_area(table: NDArray[np.float64], i: int, half: int) -> float:
    """Give twice the contribution of the segment after knot i to the mean."""
    return float((table[i + 1] - table[i]) * (table[i + half] + table[i + half + 1]))


@inner
def _empirical_biased(table: NDArray[np.float64], first: int, last: int, u: float) -> float:
    """Choose the segment by its share of the mean, counted from the nearer end; then a ramp within."""
    half = (last - first) // 2
    final = first + half - 2
    whole = 0.0
    for k in range(first, final + 1):
        whole += _segment_area(table, k, half)
    if whole <= 0.0:
        return float(table[last - 1])
    i, step, left = (first, 1, u * whole) if u <= 0.5 else (final, -1, (1.0 - u) * whole)
    area = _segment_area(table, i, half)
    while left > area and first <= i + step <= final:
        left -= area
        i += step
        area = _segment_area(table, i, half)
    share = min(left / area, 1.0) if area > 0.0 else 1.0
    return _ramp_quantile(table[i + half], table[i + half + 1], share, u > 0.5)


@compiled
def biased_quantile(
    family: int,
    a: float,
    b: float,
    c: float,
    table: NDArray[np.float64],
    first: int,
    last: int,
    u: float,
) -> float:
    """Draw the length of a stay met in the middle: density x f(x) / mean.

    Parameters are those of :func:`simulator.laws.families.quantile`. A law whose mean is 0 gives 0.

    Returns
    -------
    float
        NaN for a law that may be negative (NORMAL) and for an unknown family.

    Notes
    -----
    EXPONENTIAL becomes gamma of shape 2; GAMMA shape + 1; LOGNORMAL mu + sigma**2; WEIBULL: (x/b)**a
    becomes gamma of shape 1 + 1/a; POISSON one more than itself; the others are inverted directly.
    """
    if family == _FIXED:
        return a
    if family == _EXPONENTIAL:
        return a * gamma_quantile(2.0, u)
    if family == _GAMMA:
        return b * gamma_quantile(a + 1.0, u)
    if family == _LOGNORMAL:
        return lognormal_value(a, b, normal_quantile(u) + b)
    if family == _WEIBULL:
        return b * math.pow(gamma_quantile(1.0 + 1.0 / a, u), 1.0 / a)
    if family == _UNIFORM:
        return _ramp_quantile(a, b, u if u <= 0.5 else 1.0 - u, u > 0.5) if a >= 0.0 else math.nan
    if family == _TRIANGULAR:
        return _triangular_biased(a, b, c, u) if a >= 0.0 else math.nan
    if family == _EMPIRICAL:
        negative = table[(first + last) // 2] < 0.0
        return math.nan if negative else _empirical_biased(table, first, last, u)
    if family == _POISSON:
        return poisson_quantile(a, u) + 1.0 if a > 0.0 else 0.0
    if family == _GEOMETRIC:
        return geometric_biased_quantile(a, u)
    if family == _HAZARD:
        return hazard_biased(table, first, last, u)
    return math.nan
