"""Pick the best of several candidates with as few replications as the promise allows.

A fully sequential procedure: after every replication each pair of candidates still in play is held
against a triangle that closes as replications come in, and who leaves it on the lower side is out. So
replications are spent on the candidates that are still hard to tell apart.

It is procedure KN of Kim and Nelson (c = 1), with "change nothing" as a standard that an idea must beat.
Every pair is judged by the variance of its own paired differences, and Bonferroni's inequality joins the
pairs, so the promise holds whatever candidates have in common, as they do on the same customers. The
standard is given half the difference that matters, and its pairs are judged by half of it. Then

- if no idea is better than changing nothing, nothing is changed with the chance promised;
- if one idea is better than changing nothing and than every other idea by the difference that matters or
  more, it is picked with that chance.

Both follow as in the paper: whoever should win is out of a given pair with a chance of alpha/(candidates - 1)
at most. Normal values are assumed; a replication's value is a sum over many customers.

References
----------
Kim, Nelson: A fully sequential procedure for indifference-zone selection in simulation. ACM TOMACS 11(3),
251-273 (2001).
Kim: Comparison with a standard via fully sequential procedures. ACM TOMACS 15(2), 155-174 (2005).
Nelson, Goldsman: Comparisons with a standard in simulation experiments. Management Science 47(3), 449-463
(2001).
"""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

__all__ = ["Selection", "squared_h"]

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


def squared_h(candidates: int, first: int, confidence: float) -> float:
    """Give the constant h² of procedure KN with c = 1 under common random numbers.

    Parameters
    ----------
    candidates : int
    first : int
        Replications of the first stage, from which variances are estimated.
    confidence : float
        The chance to pick the best.

    Examples
    --------
    >>> round(squared_h(10, 10, 0.95), 3)
    15.464
    """
    error = (1.0 - confidence) / (candidates - 1)
    return (first - 1) * math.expm1(-2.0 / (first - 1) * math.log(2.0 * error))


class Selection:
    """The state of one search.

    Parameters
    ----------
    first_stage : ndarray of float64, shape (replications, candidates)
        More is better; the same replications of every candidate.
    matters : float
        The smallest difference that matters, positive.
    confidence : float
        The chance to pick the best.
    standard : int, optional
        The candidate that is kept unless another is better; None if all are equal.

    Attributes
    ----------
    alive : ndarray of bool
        Who may still be picked.
    needed : ndarray of float64, shape (candidates, candidates)
        After so many replications a pair is decided at the latest.
    """

    def __init__(
        self, first_stage: Floats, matters: float, confidence: float = 0.95, standard: int | None = 0
    ) -> None:
        first, count = first_stage.shape
        if first < 2 or count < 2 or not matters > 0.0:
            raise ValueError("a selection needs two candidates, two replications and a positive difference")
        self._zones = np.full((count, count), matters)
        self._shift = np.zeros(count)
        if standard is not None:
            self._zones[standard, :] = self._zones[:, standard] = matters / 2.0
            self._shift[standard] = matters / 2.0
        apart = first_stage[:, :, None] - first_stage[:, None, :]
        self._spread = squared_h(count, first, confidence) * apart.var(axis=0, ddof=1)
        self.needed = self._spread / self._zones**2
        self.alive = np.ones(count, dtype=bool)
        self._beats = np.zeros((count, count), dtype=bool)

    def look(self, means: Floats, replications: int, barred: Collection[int] = ()) -> Truths:
        """Take the means after one more replication of those alive, and say who is out by now.

        Parameters
        ----------
        means : ndarray of float64, shape (candidates,)
            Of those alive; the others are not looked at.
        replications : int
        barred : collection of int
            Who may not put others out: candidates that may not be picked as yet. A pair is decided when
            it first leaves its triangle, so lifting the bar later decides as it would have then.

        Returns
        -------
        ndarray of bool
            Who is alive.
        """
        ahead = self._ahead(means)
        leaves = ahead * replications > np.maximum(0.0, self.margins(replications))
        open_ = ~(self._beats | self._beats.T)
        self._beats |= leaves & open_ & self.alive[:, None] & self.alive[None, :]
        mighty = self.alive.copy()
        mighty[list(barred)] = False
        self.alive &= ~(self._beats & mighty[:, None]).any(axis=0)
        return self.alive

    def _ahead(self, means: Floats) -> Floats:
        shifted = np.where(self.alive, means, 0.0) + self._shift
        return np.asarray(shifted[:, None] - shifted[None, :])

    def margins(self, replications: int) -> Floats:
        """Give the triangle's half width for sums of so many replications; negative once it is closed."""
        return np.asarray(self._spread / (2.0 * self._zones) - self._zones * replications / 2.0)

    def drop(self, candidate: int) -> None:
        """Take a candidate out for another reason."""
        self.alive[candidate] = False

    def is_decided(self, replications: int) -> bool:
        """Say whether nobody alive can be told apart any more: one is left, or they never differ."""
        left = np.flatnonzero(self.alive)
        pairs = self.needed[np.ix_(left, left)]
        return len(left) < 2 or bool((pairs == 0.0).all() and replications > 0)

    def smallest_visible(self, replications: int) -> float:
        """Give the difference that would have been decided for sure between those alive by now."""
        left = np.flatnonzero(self.alive)
        scale = self._zones[np.ix_(left, left)] / self._zones.max()
        spread = self._spread[np.ix_(left, left)]
        return math.sqrt(float((spread / scale**2).max()) / replications)

    def more(self, means: Floats, replications: int) -> int:
        """Guess how many more replications decide between those alive, if means stay as they are."""
        left = np.flatnonzero(self.alive)
        ahead, zones = np.abs(self._ahead(means)), self._zones
        ends = np.minimum(self.needed, self._spread / (2.0 * zones) / (ahead + zones / 2.0))
        shifted = (means + self._shift)[left]
        leader = left[int(np.argmax(shifted))]
        return max(1, math.ceil(float(ends[leader, left].max())) + 1 - replications)
