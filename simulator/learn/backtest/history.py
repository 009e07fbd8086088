"""A log as daily counts: of an activity, of new cases by persona, of what was planned."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.learn.backtest.baselines import OnHand
from simulator.learn.calendar import Calendar
from simulator.learn.log import DAY, EventLog
from simulator.learn.newcomers import Arrivals

__all__ = ["arrivals_of", "daily", "daily_new", "day_after", "day_of", "first_seen", "on_hand_of"]

_FAR: Final = 1 << 40


def day_of(log: EventLog, day: int) -> datetime.date:
    """Give the date of a day of a log."""
    return day_after(log.start, day)


def day_after(start: datetime.date, day: int) -> datetime.date:
    """Give the date so many days after another."""
    return start + datetime.timedelta(days=day)


def first_seen(log: EventLog, activities: Sequence[str]) -> int:
    """Give the first day by which every one of some activities has been seen."""
    return max(int(log.time[_events(log, name)].min() // DAY) for name in activities)


def daily(log: EventLog, activity: str, days: int) -> NDArray[np.float64]:
    """Count the events of an activity on each of the log's first days; shape (days,)."""
    return _per_day(log.time[_events(log, activity)], days)


def daily_new(log: EventLog, activity: str, origin: int, days: int) -> NDArray[np.float64]:
    """Count only those of cases that begin on a day, or after it; shape (days,)."""
    begun = log.time[log.firsts] // DAY
    events = _events(log, activity)
    return _per_day(log.time[events & (begun >= origin)[log.case]], days)


def arrivals_of(log: EventLog, days: int, calendar: Calendar) -> Arrivals:
    """Count the new cases of each persona on each of the log's first days."""
    names = log.personas or ("customer",)
    begun = log.time[log.firsts] // DAY
    counts = np.zeros((len(names), days))
    inside = begun < days
    np.add.at(counts, (log.persona[inside], begun[inside]), 1.0)
    return Arrivals(log.start, names, counts, calendar)


def on_hand_of(log: EventLog, planned: NDArray[np.float64]) -> OnHand:
    """Tell which cases are planned for which day, and until when they are at rest.

    Parameters
    ----------
    log : EventLog
    planned : float64 array, shape (cases,)
        Milliseconds since the log's first day; NaN where nothing is planned.
    """
    firsts = log.firsts
    second = np.minimum(firsts + 1, len(log.case) - 1)
    moved = (log.case[second] == np.arange(log.cases)) & (second > firsts)
    known = np.isfinite(planned)
    return OnHand(
        begun=log.time[firsts] // DAY,
        rested=np.where(moved, log.time[second] // DAY, _FAR),
        planned=np.where(known, np.nan_to_num(planned) // DAY, -_FAR).astype(np.int64),
    )


def _events(log: EventLog, activity: str) -> NDArray[np.bool_]:
    return np.asarray(log.activity == log.activities.index(activity))


def _per_day(times: NDArray[np.int64], days: int) -> NDArray[np.float64]:
    day = times // DAY
    return np.bincount(day[day < days], minlength=days).astype(np.float64)
