"""Dates that fill: who plans for a day follows those who planned for it before.

A fair, a long weekend, a concert: what draws customers to one date and not to its neighbours is in no
calendar, but it is seen in who has planned for the date lately. A date is as popular as the customers of the
last week who chose it, beside those usual for its weekday so far ahead, some customers of an ordinary date
added to both. How many is chosen for every week of the horizon by how well its days were foretold before:
many where popularity says nothing. A week keeps the customers it is due; its days share them anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.learn.log import DAY, EventLog

__all__ = ["date_factors"]

Floats = NDArray[np.float64]

_WEEK: Final = 7
_LATELY: Final = 7  # days whose customers tell how popular a date is
_USUAL_OF: Final = 26  # weeks that tell what is usual
_ORDINARY: Final = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, np.inf)  # customers of an ordinary date
_FEWEST: Final = 4  # earlier weeks by which to choose how many
_MOST: Final = 26
_LIGHT: Final = 0.1  # a date nobody is due for can be chosen all the same


def date_factors(log: EventLog, horizon: int) -> Floats:
    """Tell what the popularity of dates does to how many customers of each persona come.

    Parameters
    ----------
    log : EventLog
        Cut at a day.
    horizon : int
        Days from that day on.

    Returns
    -------
    float64 array, shape (personas, horizon)
        By how much to multiply the mean of each day of coming, for the dates within the horizon that such
        customers plan for; 1 where nothing is planned. One row where the log has no personas.
    """
    planned = next(iter(log.planned.values()), None)
    personas = max(1, len(log.personas))
    if planned is None:
        return np.ones((personas, horizon))
    begun = log.time[log.firsts] // DAY
    ahead = np.where(np.isfinite(planned), np.nan_to_num(planned) // DAY - begun, -1).astype(np.int64)
    days = -(-log.window // DAY)
    beyond = _popularity(_chosen_before(begun, ahead, days, horizon), days, horizon) - 1.0
    shares = np.zeros((personas, horizon))
    within = (ahead >= 0) & (ahead < horizon)
    np.add.at(shares, (log.persona[within], ahead[within]), 1.0)
    shares /= np.maximum(np.bincount(log.persona, minlength=personas), 1)[:, None]
    return 1.0 + np.stack([shares[:, : horizon - day] @ beyond[day:] for day in range(horizon)], axis=1)


def _chosen_before(begun: NDArray[np.int64], ahead: NDArray[np.int64], days: int, horizon: int) -> Floats:
    """Count who chose each date less than 0, 1, 2, … days ahead.

    Returns
    -------
    float64 array, shape (days + horizon, horizon + 8)
    """
    date = begun + ahead
    told = (ahead >= 0) & (ahead < horizon + _LATELY) & (date < days + horizon)
    counts = np.zeros((days + horizon, horizon + _LATELY))
    np.add.at(counts, (date[told], ahead[told]), 1.0)
    return np.pad(counts.cumsum(axis=1), ((0, 0), (1, 0)))


@dataclass(frozen=True)
class _Week:
    """Coming dates as seen from a day; every array has shape (dates,).

    Attributes
    ----------
    lately, usual : float64 arrays
        How many chose each date in the last days, and how many usually do.
    due : float64 array
        How many usually will from now on.
    """

    lately: Floats
    usual: Floats
    due: Floats

    def factors(self, ordinary: float) -> Floats:
        """Give how popular each date is; those who are due stay as many in all."""
        usual = self.usual * (self.lately.sum() / max(float(self.usual.sum()), _LIGHT))
        popular = (1.0 + self.lately / ordinary) / (1.0 + usual / ordinary)
        return np.asarray(popular * (self.due.sum() / (self.due * popular).sum()), dtype=np.float64)

    def likelihood(self, came: Floats, ordinary: float) -> float:
        """Give the log-likelihood of how those who came chose among the dates."""
        expected = self.due * self.factors(ordinary)
        return float((came * np.log(expected / expected.sum())).sum())


def _popularity(chosen: Floats, today: int, horizon: int) -> Floats:
    """Give the factor of each date of the horizon."""
    factors = np.ones(horizon)
    seen = np.flatnonzero(chosen[:, -1])
    first = int(seen[0]) if len(seen) else today
    earlier = range(today - horizon, first + _WEEK - 1, -_WEEK)[:_MOST]
    if len(earlier) < _FEWEST:
        return factors
    for begin in range(0, horizon, _WEEK):
        ahead = np.arange(begin, min(begin + _WEEK, horizon))
        told = [(_week(chosen, first, day, ahead), chosen[day + ahead, ahead + 1]) for day in earlier]
        likely = [sum(week.likelihood(came, many) for week, came in told) for many in _ORDINARY]
        factors[ahead] = _week(chosen, first, today, ahead).factors(_ORDINARY[int(np.argmax(likely))])
    return factors


def _week(chosen: Floats, first: int, day: int, ahead: NDArray[np.int64]) -> _Week:
    """See the dates so many days ahead of a day, beside the dates of the weeks before it."""
    weeks = min((day - first) // _WEEK, _USUAL_OF)
    usual = chosen[day - _WEEK * weeks : day].reshape(weeks, _WEEK, -1).mean(axis=0)[ahead % _WEEK]
    dates, place, later = day + ahead, np.arange(len(ahead)), ahead + 1
    return _Week(
        lately=chosen[dates, later + _LATELY] - chosen[dates, later],
        usual=usual[place, later + _LATELY] - usual[place, later],
        due=usual[place, later] + _LIGHT,
    )
