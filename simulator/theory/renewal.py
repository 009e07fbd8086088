"""Renewal theory: repeat purchases, and what is left of a stay met in the middle.

References
----------
D. R. Cox, *Renewal Theory*, Methuen 1962, sections 4.2-4.5 and 5.4.
E. Parzen, *Stochastic Processes*, Holden-Day 1962, section 5-3 (gamma gaps of whole shape).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gamma

from simulator.errors import InputError
from simulator.theory.conditions import FloatArray, Moments, positive, whole

__all__ = ["erlang_renewals", "mean_forward_recurrence", "weibull_moments"]


def erlang_renewals(times: ArrayLike, shape: int, rate: float) -> FloatArray:
    """Return the expected number of renewals in (0, t], for gaps that are sums of exponentials.

    With ``z = exp(2 pi i / k)`` (Parzen, section 5-3):
    ``m(t) = (rate t + sum_{j=1}^{k-1} z^j / (1 - z^j) (1 - exp(-rate t (1 - z^j)))) / k``;
    for two phases ``rate t / 2 - 1/4 + exp(-2 rate t) / 4``.

    Parameters
    ----------
    times : array
        Times since a renewal.
    shape : int
        Phases of one gap.
    rate : float
        Rate of each phase; a gap lasts ``shape / rate`` on average.

    Examples
    --------
    >>> round(float(erlang_renewals(10.0, 2, 1.0)), 6)
    4.75
    """
    phases, speed = whole("shape", shape, least=1), positive("rate", rate)
    t = np.asarray(times, dtype=np.float64)
    if not (t >= 0.0).all():
        raise InputError("times must be at least 0")
    roots = np.exp(2j * np.pi * np.arange(1, phases) / phases)
    waves = roots / (1.0 - roots) * -np.expm1(-speed * t[..., None] * (1.0 - roots))
    return np.asarray((speed * t + waves.sum(axis=-1).real) / phases)


def mean_forward_recurrence(gap: Moments) -> float:
    """Return the mean time to the next renewal from a moment at random: ``E[X^2] / (2 E[X])``.

    It is also the mean of what is left of a stay met in the middle (length-biased residual).

    Examples
    --------
    >>> mean_forward_recurrence(Moments(2.0, 2.0))  # two exponential phases of rate 1
    1.5
    """
    return float(gap.second) / (2.0 * positive("mean gap", float(gap.mean)))


def weibull_moments(shape: float, scale: float) -> Moments:
    """Return mean and variance of a Weibull gap: ``scale G(1 + 1/k)``, with G the gamma function.

    Examples
    --------
    >>> round(float(weibull_moments(1.5, 30.0).mean), 6)
    27.082359
    """
    k, unit = positive("shape", shape), positive("scale", scale)
    first, second = gamma(1.0 + 1.0 / k), gamma(1.0 + 2.0 / k)
    return Moments(float(unit * first), float(unit * unit * (second - first * first)))
