"""New customers by a model of statsforecast: the total by the model, the groups by their recent shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.errors import InputError, nearest
from simulator.learn.newcomers.campaigns import find_bursts
from simulator.learn.newcomers.interface import Arrivals
from simulator.learn.timeseries import MODELS, series_paths, statsforecast_models

__all__ = ["SeriesModel"]

Floats = NDArray[np.float64]

_SHARES_OF: Final = 56  # the last days that say how a day divides into groups
_SHORTEST: Final = 14  # days a model needs


@dataclass(frozen=True)
class SeriesModel:
    """A model of statsforecast as a forecaster of new customers.

    Attributes
    ----------
    model : str
        One of `simulator.learn.timeseries.MODELS`. AutoARIMA reads the known calendar as columns.

    Raises
    ------
    InputError
        If there is no model of that name.
    MissingExtraError
        If statsforecast is not installed.
    """

    model: str

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise InputError(f"there is no forecaster {self.model!r}; {nearest(self.model, MODELS)}")
        statsforecast_models()

    def means(self, past: Arrivals, days: int, seed: int, replications: Sequence[int]) -> Floats:
        """Draw means for the days after the last one known; see `Forecaster`."""
        bursts = find_bursts(past)
        drawn = bursts.draw(past, days, seed, replications)
        steady = replace(past, counts=bursts.without(past.counts))
        seen = np.flatnonzero(steady.total)
        if not len(seen) or steady.days - seen[0] < _SHORTEST:
            return drawn
        begin = int(seen[0])
        known = None
        if past.calendar.happenings:
            columns = past.calendar.columns(past.first, past.days + days)
            known = (columns[begin : past.days], columns[past.days :])
        paths = series_paths(self.model, steady.total[begin:], days, max(replications) + 1, seed, known)
        recent = steady.counts[:, -_SHARES_OF:].sum(axis=1) + 1e-9
        means = _without_counting(paths, float(np.average(past.counting, weights=recent)))[list(replications)]
        drawn += means[:, None, :] * (recent / recent.sum())[:, None]
        return drawn


def _without_counting(paths: Floats, counting: float) -> Floats:
    """Take from the scatter of counts what drawing whole customers behind a mean will add again."""
    mean, variance = paths.mean(axis=0), paths.var(axis=0)
    added = counting * mean
    left = np.divide(variance - added, variance, out=np.zeros_like(mean), where=variance > added)
    return np.asarray(np.maximum(mean + (paths - mean) * np.sqrt(left), 0.0), dtype=np.float64)
