"""Competing risks: where cases go next, when some are still open as the log ends.

A visit that is still open at the log's last instant is censored: until then nothing had happened, and
that much is known. It counts among those at risk, neither as lost nor as absent (Aalen and Johansen,
Scandinavian Journal of Statistics 5, 1978; Andersen, Borgan, Gill, Keiding, *Statistical Models Based on
Counting Processes*, 1993, section IV.4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["OPEN", "Incidence", "Visits", "incidence"]

OPEN = -1
"""The next activity of a visit that the log's end cut short."""


@dataclass(frozen=True)
class Visits:
    """The visits to one touchpoint.

    Attributes
    ----------
    duration : int64 array, shape (visits,)
        Milliseconds to the next event of the case, or to the log's last instant.
    following : int64 array, shape (visits,)
        Code of the next activity, or `OPEN`.
    """

    duration: NDArray[np.int64]
    following: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.duration)

    @property
    def departures(self) -> int:
        """How many visits were seen to lead somewhere."""
        return int((self.following != OPEN).sum())

    def exposure(self, after: float) -> float:
        """Sum the time that visits were under observation beyond an age."""
        return float(np.maximum(self.duration - after, 0).sum())

    def of(self, chosen: NDArray[np.bool_]) -> Visits:
        """Give some of the visits."""
        return Visits(self.duration[chosen], self.following[chosen])


@dataclass(frozen=True)
class Incidence:
    """The cumulative incidence of every next activity, as probability masses at observed durations.

    Attributes
    ----------
    duration, following : int64 arrays, shape (departures,)
        The observed departures, by duration.
    mass : float64 array, shape (departures,)
        What each adds to the cumulative incidence of its next activity.
    survival : float
        The probability that nothing happened up to the last departure seen. Masses and survival sum to 1.
    """

    duration: NDArray[np.int64]
    following: NDArray[np.int64]
    mass: NDArray[np.float64]
    survival: float

    def targets(self) -> list[int]:
        """List the next activities."""
        return [int(code) for code in np.unique(self.following)]

    def of(self, target: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the durations and masses of one next activity."""
        chosen = self.following == target
        return self.duration[chosen].astype(np.float64), self.mass[chosen]

    def at(self, target: int, durations: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the cumulative incidence of one next activity up to and including some durations."""
        seen, mass = self.of(target)
        total = np.concatenate([[0.0], np.cumsum(mass)])
        found: NDArray[np.float64] = total[np.searchsorted(seen, durations, side="right")]
        return found


def incidence(visits: Visits) -> Incidence:
    """Estimate the cumulative incidence functions by Aalen and Johansen's estimator.

    Each departure at duration t gets the mass S(t−) / n(t): the chance to have stayed until then, shared
    among the n visits still under observation. A visit censored at t was under observation at t.

    Parameters
    ----------
    visits : Visits
        At least one.
    """
    order = np.argsort(visits.duration, kind="stable")
    duration, following = visits.duration[order], visits.following[order]
    gone = following != OPEN
    times, deaths = np.unique(duration[gone], return_counts=True)
    at_risk = len(duration) - np.searchsorted(duration, times, side="left")
    survival = np.concatenate([[1.0], np.cumprod(1.0 - deaths / at_risk)])
    mass = np.repeat(survival[:-1] / at_risk, deaths)
    return Incidence(duration[gone], following[gone], mass, float(survival[-1]))
