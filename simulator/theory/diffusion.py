"""The Bass model: how an innovation spreads by advertising and by word of mouth.

``dF/dt = (p + q F) (1 - F)``, with `innovation` p, `imitation` q and F the share of the market that
has adopted by time t.

References
----------
F. M. Bass, "A new product growth for model consumer durables", *Management Science* 15 (1969)
215-227.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from simulator.theory.conditions import FloatArray, non_negative, positive

__all__ = ["Peak", "adopted", "adoption_rate", "peak"]


@dataclass(frozen=True)
class Peak:
    """When adoption is fastest.

    Attributes
    ----------
    time : float
        In the unit of time of the rates; 0 where adoption only ever slows down.
    adopted : float
        Share of the market that has adopted by then.
    rate : float
        Share of the market that adopts per unit of time then.
    """

    time: float
    adopted: float
    rate: float


def adopted(times: ArrayLike, innovation: float, imitation: float) -> FloatArray:
    """Return the share adopted by each time: ``(1 - e) / (1 + (q/p) e)`` with ``e = exp(-(p+q) t)``.

    Examples
    --------
    >>> adopted([5.0, 10.0], 0.03, 0.38).round(6).tolist()
    [0.331199, 0.812803]
    """
    p, q = positive("innovation", innovation), non_negative("imitation", imitation)
    exponent = -(p + q) * np.asarray(times, dtype=np.float64)
    return np.asarray(-np.expm1(exponent) / (1.0 + q / p * np.exp(exponent)))


def adoption_rate(times: ArrayLike, innovation: float, imitation: float) -> FloatArray:
    """Return the share that adopts per unit of time at each time: ``(p + q F) (1 - F)``."""
    share = adopted(times, innovation, imitation)
    return np.asarray((innovation + imitation * share) * (1.0 - share))


def peak(innovation: float, imitation: float) -> Peak:
    """Return when adoption is fastest: at ``ln(q/p) / (p+q)``, where ``F = (q-p) / (2q)``.

    Examples
    --------
    >>> fastest = peak(0.03, 0.38)
    >>> round(fastest.time, 6), round(fastest.adopted, 6), round(fastest.rate, 6)
    (6.192619, 0.460526, 0.110592)
    """
    p, q = positive("innovation", innovation), non_negative("imitation", imitation)
    if q <= p:
        return Peak(0.0, 0.0, p)
    return Peak(math.log(q / p) / (p + q), (q - p) / (2.0 * q), (p + q) ** 2 / (4.0 * q))
