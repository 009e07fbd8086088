"""What a forecast has to beat: time series, last year, and the simplest method that knew as much.

==================  =================================================================================
SeasonalNaive       the last week repeated
last year           the same weekday 52 weeks ago, with the errors this made in the last half year
AutoETS, AutoTheta  exponential smoothing and the theta method, chosen by information criterion
MSTL                seasonal decomposition, the rest by exponential smoothing
AutoARIMA           seasonal ARIMA chosen by information criterion
AutoARIMA calendar  the same with the known calendar as regression columns
pickup              on hand: cases begun and planned for the day; plus the mean pick-up seen before
==================  =================================================================================

The first ones see the daily counts of the series only. Pickup sees what the journey simulator sees of
planned dates.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.learn.calendar import Calendar
from simulator.learn.timeseries import MODELS, series_paths

__all__ = ["CALENDAR", "LAST_YEAR", "PICKUP", "Known", "OnHand", "baselines"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LAST_YEAR: Final = "last year"
PICKUP: Final = "pickup"
CALENDAR: Final = "AutoARIMA calendar"
_YEAR: Final = 364
_WEEK: Final = 7
_PATHS: Final = 400
_SHORTEST: Final = 21  # days of a series that a model needs
_HALF_YEAR: Final = 182
_FEWEST: Final = 4  # earlier pick-ups
_MOST: Final = 52


@dataclass(frozen=True)
class OnHand:
    """Which cases are planned for which day, and until when they are at rest.

    Attributes
    ----------
    begun, rested, planned : int64 arrays, shape (cases,)
        Days since the log's first: of the first event, of the second (far away where there is none), and
        the one planned.
    """

    begun: Integers
    rested: Integers
    planned: Integers

    def counts(self, day: int, horizon: int) -> Floats:
        """Count the cases begun before a day and at rest since, by the day planned, from that day on."""
        ahead = self.planned - day
        there = (self.begun < day) & (self.rested >= day) & (ahead >= 0) & (ahead < horizon)
        return np.bincount(ahead[there], minlength=horizon).astype(np.float64)


@dataclass(frozen=True)
class Known:
    """What is known of a series at an origin.

    Attributes
    ----------
    past : float64 array, shape (origin,)
        Counts of every day of the log before the origin.
    first : datetime.date
        The log's first day.
    horizon : int
        Days to forecast.
    calendar : Calendar
    on_hand : OnHand or None
        None where no date is planned.
    """

    past: Floats
    first: datetime.date
    horizon: int
    calendar: Calendar = field(default_factory=Calendar)
    on_hand: OnHand | None = None


def baselines(known: Known, seed: int) -> dict[str, Floats]:
    """Forecast by every baseline that applies.

    Returns
    -------
    dict of name to float64 array, shape (paths, days)
    """
    found: dict[str, Floats] = {}
    seen = np.flatnonzero(known.past)
    begin = int(seen[0]) if len(seen) else len(known.past)
    past = known.past[begin:]
    if len(past) >= _SHORTEST:
        for name in MODELS:
            found[name] = series_paths(name, past, known.horizon, _PATHS, seed)
        if known.calendar.happenings:
            columns = known.calendar.columns(known.first, len(known.past) + known.horizon)
            given = (columns[begin : len(known.past)], columns[len(known.past) :])
            found[CALENDAR] = series_paths("AutoARIMA", past, known.horizon, _PATHS, seed, given)
    if len(past) >= _YEAR + _WEEK:
        found[LAST_YEAR] = _last_year(past, known.horizon, seed)
    if known.on_hand is not None:
        paths = _pickup(known, begin)
        if paths is not None:
            found[PICKUP] = paths
    return found


def _last_year(past: Floats, horizon: int, seed: int) -> Floats:
    """Repeat the same weekdays of a year ago; scatter by stretches of this method's latest errors."""
    ahead = len(past) - _YEAR + np.arange(horizon)
    point = past[np.minimum(ahead, len(past) - 1)]
    errors = (past[_YEAR:] - past[:-_YEAR])[-_HALF_YEAR:]
    stretches = max(1, len(errors) - horizon + 1)
    begins = np.random.default_rng(seed).integers(0, stretches, _PATHS)
    taken = errors[(begins[:, None] + np.arange(horizon)) % len(errors)]
    return np.asarray(np.maximum(point + taken, 0.0), dtype=np.float64)


def _pickup(known: Known, begin: int) -> Floats | None:
    """Add to what is on hand the pick-ups seen before, day by day of the horizon, same weekdays."""
    assert known.on_hand is not None
    now, horizon = len(known.past), known.horizon
    latest = now - -(-horizon // _WEEK) * _WEEK
    before = list(range(latest, begin - 1, -_WEEK))[:_MOST]
    if len(before) < _FEWEST:
        return None
    picked = [known.past[day : day + horizon] - known.on_hand.counts(day, horizon) for day in before]
    return np.asarray(
        np.maximum(known.on_hand.counts(now, horizon) + np.array(picked), 0.0), dtype=np.float64
    )
