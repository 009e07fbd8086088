"""Multiple comparisons with the best: who may be best, and how far everybody is from the best other.

References
----------
Hsu: Constrained simultaneous confidence intervals for multiple comparisons with the best. Annals of
Statistics 12(3), 1136-1144 (1984).
Yang, Nelson: Using common random numbers and control variates in multiple-comparison procedures. Operations
Research 39(4), 583-591 (1991): the same from paired differences.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.simultaneous import half_width, joint_level
from simulator.results.estimate import Estimate

__all__ = ["Pairs", "pairs_of", "with_the_best"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """How far each candidate is ahead of each other.

    Attributes
    ----------
    ahead, width : ndarray of float64, shape (candidates, candidates)
        The mean of row less column, higher is better, and half the width of its interval. For the
        candidate that is truly best, its intervals with all others hold together with the confidence
        asked for.
    replications : ndarray of int64, shape (candidates, candidates)
        That both were played in.
    """

    ahead: Floats
    width: Floats
    replications: NDArray[np.int64]

    def beaten(self, by: Collection[int] | None = None) -> set[int]:
        """List who is surely worse than another, or than another of a few."""
        surely = self.ahead > self.width
        rivals = list(range(len(surely)) if by is None else by)
        return set(np.flatnonzero(surely[rivals].any(axis=0)).tolist())


def pairs_of(candidates: Sequence[Floats], confidence: float, looks: Sequence[int]) -> Pairs:
    """Compare all candidates by pairs.

    Parameters
    ----------
    candidates : sequence of ndarray of float64
        The values of each, higher is better, from the first replication on; some may have fewer.
    confidence : float
        The chance that the intervals of the best with all others hold.
    looks : sequence of int
        After how many replications there was a look; a pair is read at its last.
    """
    count = len(candidates)
    # Intervals of one candidate with all others, as if these were independent, which is the widest.
    level = joint_level(np.eye(count - 1), confidence, looks)
    ahead, width = np.zeros((count, count)), np.zeros((count, count))
    seen = np.zeros((count, count), dtype=np.int64)
    for row in range(count):
        for column in range(row):
            both = min(len(candidates[row]), len(candidates[column]))
            both = max(look for look in looks if look <= both)
            apart = candidates[row][:both] - candidates[column][:both]
            ahead[row, column] = apart.mean()
            ahead[column, row] = -ahead[row, column]
            width[row, column] = width[column, row] = half_width(apart, level)
            seen[row, column] = seen[column, row] = both
    return Pairs(ahead, width, seen)


def with_the_best(pairs: Pairs) -> list[Estimate]:
    """Give each candidate's distance from the best of the others, with constrained intervals.

    Above 0 it is the best by so much; below, it falls short by so much. An interval that ends at 0 says
    that the candidate is surely not the best, one that begins there that it surely is.

    Returns
    -------
    list of Estimate
        They hold together with the confidence of the pairs.
    """
    count = len(pairs.ahead)
    others = ~np.eye(count, dtype=bool)
    upper = np.where(others, pairs.ahead + pairs.width, np.inf).min(axis=1).clip(min=0.0)
    may_be = np.flatnonzero(upper > 0.0)
    found = []
    for place in range(count):
        rivals = [one for one in may_be.tolist() if one != place]
        low = 0.0
        if rivals:
            low = min(0.0, float((pairs.ahead - pairs.width)[place, rivals].min()))
        value = float(pairs.ahead[place, others[place]].min())
        seen = int(pairs.replications[place, others[place]].min())
        high = float(upper[place])
        found.append(Estimate(value, min(low, value), max(high, value), seen))
    return found
