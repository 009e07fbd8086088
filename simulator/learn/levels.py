"""Counts over time as a few constant levels: the best cut into stretches, by a penalty for each cut."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Levels", "segment"]

_PER_CUT: Final = 4.0

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Levels:
    """A cut of a sequence into stretches of one level each.

    Attributes
    ----------
    edges : tuple of int
        Where the stretches begin, and the length of the sequence at the end.
    cost : float
        Minus twice the log-likelihood over the dispersion, plus the penalties.
    """

    edges: tuple[int, ...]
    cost: float

    def stretches(self) -> list[tuple[int, int]]:
        """List the stretches as [first, last)."""
        return list(zip(self.edges[:-1], self.edges[1:], strict=True))


def segment(observed: Counts, expected: Counts, dispersion: float) -> Levels:
    """Cut a sequence of counts into stretches in which observed / expected is one number.

    Minimises the Poisson deviance over the dispersion, plus 4 ln n for every cut, exactly, by dynamic
    programming (Jackson et al., IEEE Signal Processing Letters 12, 2005). That is twice what the Bayesian
    information criterion asks for a place and a level: with it, counts of one level are cut about once in
    300 logs instead of once in eight, as there are n places to be fooled at.

    Parameters
    ----------
    observed, expected : float64 arrays, shape (n,)
        Counts, and what they would be at level 1.
    dispersion : float
        Variance over mean of a count; 1 for Poisson counts.
    """
    n = len(observed)
    seen = np.concatenate([[0.0], np.cumsum(observed)])
    due = np.concatenate([[0.0], np.cumsum(expected)])
    penalty = _PER_CUT * math.log(max(n, 2))
    best = np.zeros(n + 1)
    best[0] = -penalty
    before = np.zeros(n + 1, np.int64)
    for end in range(1, n + 1):
        costs = best[:end] + _deviance(seen[end] - seen[:end], due[end] - due[:end]) / dispersion + penalty
        before[end] = int(costs.argmin())
        best[end] = costs[before[end]]
    edges = [n]
    while edges[-1]:
        edges.append(int(before[edges[-1]]))
    return Levels(tuple(reversed(edges)), float(best[n]))


def _deviance(observed: Counts, expected: Counts) -> Counts:
    """Give minus twice the log-likelihood of counts at their own level, up to what no cut changes."""
    some = (observed > 0) & (expected > 0)
    ratio = np.divide(observed, expected, out=np.ones_like(observed), where=some)
    deviance: Counts = -2.0 * np.where(some, observed * np.log(ratio), 0.0)
    return deviance
