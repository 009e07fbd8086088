"""The interface between a log and whoever forecasts its new customers."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.learn.calendar import Calendar

__all__ = ["Arrivals", "Forecaster"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arrivals:
    """How many customers of each group came on each day, up to the day of the forecast.

    Attributes
    ----------
    first : datetime.date
        The first day counted.
    groups : tuple of str
        Personas.
    counts : float64 array, shape (groups, days)
        Whole days only; the day after the last is the first to be forecast.
    calendar : Calendar
        What is known to happen, past and future.
    dispersion : float64 array, shape (groups,), or None
        Variance over mean of a day's count where it comes in parties; None: all come alone, which is 1.
    """

    first: datetime.date
    groups: tuple[str, ...]
    counts: Floats
    calendar: Calendar = field(default_factory=Calendar)
    dispersion: Floats | None = None

    @property
    def counting(self) -> Floats:
        """Variance over mean of what the simulation counts behind a mean, by group; shape (groups,)."""
        return np.ones(len(self.groups)) if self.dispersion is None else self.dispersion

    @property
    def days(self) -> int:
        """How many days are known."""
        return int(self.counts.shape[1])

    @property
    def total(self) -> Floats:
        """All groups together; shape (days,)."""
        return np.asarray(self.counts.sum(axis=0), dtype=np.float64)

    def weekdays(self, days: int) -> NDArray[np.int64]:
        """Give the weekday of the first `days` days, Monday 0; more than are known looks ahead."""
        return (self.first.weekday() + np.arange(days)) % 7


class Forecaster(Protocol):
    """Gives draws of how many customers will come.

    A draw is the *mean* of every group and day in one possible future: the simulation draws the whole
    customers behind it (Poisson counts of parties), so that the same customers come in every what-if. What is
    uncertain beyond that, a level that drifts or days that differ, is the scatter of the draws.
    """

    def means(self, past: Arrivals, days: int, seed: int, replications: Sequence[int]) -> Floats:
        """Draw means for the days after the last one known.

        Parameters
        ----------
        past : Arrivals
            All that is known.
        days : int
            How many days to forecast.
        seed : int
            Part of the key of every random number.
        replications : sequence of int
            Which futures; the same number gives the same one, whichever others are asked for.

        Returns
        -------
        float64 array, shape (replications, groups, days)
            At least 0.
        """
        ...
