"""How many customers a test of two shares needs, and what it then finds: the textbook's formula.

References
----------
Fleiss, Levin, Paik: Statistical Methods for Rates and Proportions (2003), chapter 4.
"""

from __future__ import annotations

import math

from scipy.special import ndtr, ndtri

__all__ = ["share_test_power", "share_test_size"]


def share_test_size(
    first: float, second: float, power: float = 0.8, significance: float = 0.05, ratio: float = 1.0
) -> float:
    """Give the size of the first group that finds a difference of two shares so often.

    Parameters
    ----------
    first, second : float
        The shares; different ones.
    power : float
        The chance to find the difference.
    significance : float
        The chance to find one where there is none, both sides.
    ratio : float
        The second group's size over the first's.

    Returns
    -------
    float
        Not rounded; for both groups together times ``1 + ratio``. Infinite where the shares are equal.

    Examples
    --------
    >>> round(share_test_size(0.50, 0.75, power=0.90), 2)
    76.71
    """
    if first == second:
        return math.inf
    under_none, under_both = _spreads(first, second, ratio)
    needed = float(ndtri(1.0 - significance / 2.0)) * under_none + float(ndtri(power)) * under_both
    return (needed / (second - first)) ** 2


def share_test_power(
    first: float, second: float, customers: float, significance: float = 0.05, ratio: float = 1.0
) -> float:
    """Give the chance that a test with so many customers in the first group finds the difference.

    See :func:`share_test_size` for the parameters; a difference found the wrong way round is none.
    """
    if customers <= 0.0 or first == second:
        return significance / 2.0
    under_none, under_both = _spreads(first, second, ratio)
    if under_both == 0.0:
        return 1.0
    critical = float(ndtri(1.0 - significance / 2.0)) * under_none
    return float(ndtr((abs(second - first) * math.sqrt(customers) - critical) / under_both))


def _spreads(first: float, second: float, ratio: float) -> tuple[float, float]:
    """Give the standard deviation of the difference, times root n: if there is none, and as it is."""
    pooled = (first + ratio * second) / (1.0 + ratio)
    none = pooled * (1.0 - pooled) * (1.0 + 1.0 / ratio)
    both = first * (1.0 - first) + second * (1.0 - second) / ratio
    return math.sqrt(none), math.sqrt(both)
