"""The built-in forecast of new customers: level × weekday × last year's season × known calendar.

The *level* of all together is a mean that forgets; how fast is chosen by the errors it would have made
before. It is divided among the groups as they came in the last months: a short memory of few customers
would be noise. It is pulled towards the long mean by a fixed share a week, because what rose lately falls
again more often than not. *Last year's season* enters by half (an exponent): one year seen once is a noisy
witness. How far a forecast may be off is read from the forecasts this method would have made at earlier
days of the same log: their errors, week by week of the horizon, are drawn as they were. Days that scatter
more than counting people and parties would are scattered by a gamma law. On a city hotel's bookings, before
the part of the log that is kept back, each of these was chosen by the error of 28-day totals:
docs/how-to/real-log.md.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from simulator.addresses import Purpose, key_of, site_of, subject_of
from simulator.engine.streams import uniform
from simulator.learn.newcomers.campaigns import find_bursts, running_factors
from simulator.learn.newcomers.interface import Arrivals

__all__ = ["LevelSeason"]

Floats = NDArray[np.float64]

_YEAR: Final = 364  # whole weeks, so that weekdays stay
_WEEK: Final = 7
_SMOOTH: Final = 10  # days on either side that tell last year's level of a day
_WEEKDAYS_OF: Final = 26 * _WEEK  # the weekday factors come from so many last days
_LIGHT: Final = 10.0  # customers a weekday is thought to have seen before
_MEMORIES: Final = (7.0, 14.0, 28.0, 56.0)  # half-lives in days
_USUAL: Final = 1
_BEGIN: Final = 8 * _WEEK  # of history, before the method judges itself ...
_EARLIEST: Final = 3 * _WEEK  # ... and where there is not enough of it
_SEASONED: Final = _YEAR + _BEGIN  # from here on it knows a season
_FEWEST: Final = 4  # earlier forecasts that say how far off one may be
_MOST: Final = 52
_UNKNOWN: Final = 0.25  # sd of the log of the level where the log is too short to say: like one week more
_SITE: Final = site_of("")
_ERROR: Final = key_of(Purpose.EVIDENCE, "level")
_SCATTER: Final = key_of(Purpose.EVIDENCE, "scatter")


@dataclass(frozen=True)
class LevelSeason:
    """Level × weekday × last year's season, with the uncertainty its own past errors show.

    Attributes
    ----------
    half_life : float or None
        Days after which a day counts half in the level of all; None chooses by past errors.
    share_half_life : float
        The same for how the level divides among the groups.
    kept : float
        The share of the level's distance from the long mean that is left a week later.
    season : float
        The exponent of last year's season: 0 ignores it, 1 believes it.
    """

    half_life: float | None = None
    share_half_life: float = 56.0
    kept: float = 0.6
    season: float = 0.5

    def means(self, past: Arrivals, days: int, seed: int, replications: Sequence[int]) -> Floats:
        """Draw means for the days after the last one known; see `Forecaster`."""
        bursts = find_bursts(past)
        steady = _began(replace(past, counts=bursts.without(past.counts)))
        method = self._remembering(steady, days)
        expected = method._expected(steady, steady.days, days)
        errors = method._errors(steady, days)
        spread, unknown = _scatter(steady), _unknown(steady.total)
        drawn = np.empty((len(replications), len(past.groups), days))
        dates = [_date(past, past.days + day) for day in range(days)]
        subjects = [[subject_of("arrivals", group, date) for date in dates] for group in past.groups]
        for place, replication in enumerate(replications):
            level = _level(errors, unknown, days, seed, replication, dates[0])
            drawn[place] = _batches(expected * level, spread, subjects, seed, replication)
        return drawn + bursts.draw(past, days, seed, replications)

    def _origins(self, past: Arrivals, days: int) -> Sequence[int]:
        """List the days on which the method may judge itself, the latest first.

        Once some forecasts knew last year's season, those from before are another method's; days of a short
        past are taken only where there are not enough of a longer one.
        """
        latest = past.days - days
        for earliest in (_SEASONED if self.season else _BEGIN, _BEGIN, _EARLIEST):
            found = range(latest, earliest - 1, -_WEEK)[:_MOST]
            if len(found) >= _FEWEST:
                break
        return found

    def _remembering(self, past: Arrivals, days: int) -> LevelSeason:
        """Choose the memory whose earlier forecasts of the whole horizon were nearest."""
        if self.half_life is not None:
            return self
        choices = [replace(self, half_life=half_life) for half_life in _MEMORIES]
        origins = self._origins(past, days)
        if len(origins) < _FEWEST:
            return choices[_USUAL]
        seen = np.array([past.total[day : day + days].sum() for day in origins])
        off = [
            float(np.abs(np.log((seen + 1.0) / (np.array(one._totals(past, origins, days)) + 1.0))).mean())
            for one in choices
        ]
        return choices[int(np.argmin(off))]

    def _totals(self, past: Arrivals, origins: Sequence[int], days: int) -> list[float]:
        return [float(self._expected(past, day, days).sum()) for day in origins]

    def _expected(self, past: Arrivals, known: int, days: int) -> Floats:
        """Give the expected number of each group on the days after the first `known`."""
        counts, total = past.counts[:, :known], past.total[:known]
        weekday = _weekday_factors(past, known)
        calendar = running_factors(past, known, days, weekday)
        share = weekday[past.weekdays(known)] * calendar[:known]
        age = np.arange(known)[::-1]
        weights = 0.5 ** (age / (self.half_life or _MEMORIES[_USUAL]))
        groups = counts @ 0.5 ** (age / self.share_half_life)
        level = total @ weights / (share @ weights) * groups / max(float(groups.sum()), 1e-9)
        long = counts.sum(axis=1) / share.sum()
        kept = self.kept ** (np.arange(days) / _WEEK)
        season = self._season(total / share, weights, known, days)
        ahead = weekday[past.weekdays(known + days)[known:]] * calendar[known:]
        mixed: Floats = (level[:, None] * kept * season + long[:, None] * (1.0 - kept)) * ahead
        return mixed

    def _season(self, total: Floats, weights: Floats, known: int, days: int) -> Floats:
        """Give last year's level of each coming day over last year's level of the days known best."""
        if not self.season or known < _SEASONED:
            return np.ones(days)
        last = _smoothed(total)
        seen = np.arange(_YEAR, known)
        base = last[seen - _YEAR] @ weights[seen] / weights[seen].sum()
        coming = last[np.minimum(np.arange(known, known + days) - _YEAR, known - 1)]
        ratio = np.divide(coming, base, out=np.ones(days), where=(base > 0) & (coming > 0))
        return np.asarray(np.clip(ratio, 0.25, 4.0) ** self.season, dtype=np.float64)

    def _errors(self, past: Arrivals, days: int) -> Floats:
        """Give how far earlier forecasts of this method were off, as logs, by week of the horizon.

        Returns
        -------
        float64 array, shape (forecasts, weeks)
            With mean zero, and without what counting whole customers would scatter anyway.
        """
        weeks = -(-days // _WEEK)
        origins = self._origins(past, days)
        if len(origins) < _FEWEST:
            return np.zeros((0, weeks))
        week = np.arange(days) // _WEEK
        seen = np.array([np.bincount(week, past.total[day : day + days], weeks) for day in origins])
        due = np.array(
            [np.bincount(week, self._expected(past, day, days).sum(axis=0), weeks) for day in origins]
        )
        errors = np.log((seen + 1.0) / (due + 1.0))
        errors -= errors.mean(axis=0)
        by_chance = _dispersion(past.total, past) / (due.mean(axis=0) + 1.0)
        variance = errors.var(axis=0)
        left = np.divide(variance - by_chance, variance, out=np.zeros(weeks), where=variance > by_chance)
        return np.asarray(errors * np.sqrt(left), dtype=np.float64)


def _began(past: Arrivals) -> Arrivals:
    """Leave out the days before the first customer."""
    seen = np.flatnonzero(past.total)
    begin = min(int(seen[0]), past.days - _WEEK) if len(seen) else 0
    begin = max(0, begin)
    first = past.first + datetime.timedelta(days=begin)
    return replace(past, first=first, counts=past.counts[:, begin:])


def _date(past: Arrivals, day: int) -> str:
    return (past.first + datetime.timedelta(days=day)).isoformat()


def _weekday_factors(past: Arrivals, known: int) -> Floats:
    begin = max(0, known - _WEEKDAYS_OF)
    weekday, total = past.weekdays(known)[begin:], past.total[begin:known]
    mean = max(float(total.mean()), 1e-9)
    seen = np.bincount(weekday, total, 7) + _LIGHT
    due = np.bincount(weekday, minlength=7) * mean + _LIGHT
    factors = seen / due
    return np.asarray(factors / factors.mean(), dtype=np.float64)


def _smoothed(total: Floats) -> Floats:
    """Give the mean of each day with its neighbours."""
    sums = np.concatenate([[0.0], np.cumsum(total)])
    days = np.arange(len(total))
    begin, end = np.maximum(0, days - _SMOOTH), np.minimum(len(total), days + _SMOOTH + 1)
    return np.asarray((sums[end] - sums[begin]) / (end - begin), dtype=np.float64)


def _level(errors: Floats, unknown: float, days: int, seed: int, replication: int, date: str) -> Floats:
    """Draw how far this future's level is off, day by day; its mean over futures is 1."""
    u = uniform(seed, replication, subject_of("arrivals", "level", date), _SITE, 0, _ERROR, 0)
    if not len(errors):
        return np.full(days, np.exp(unknown * special.ndtri(u) - unknown**2 / 2))
    factors = np.exp(errors)
    drawn = (factors / factors.mean(axis=0))[int(u * len(errors))]
    return np.asarray(drawn[np.arange(days) // _WEEK], dtype=np.float64)


def _unknown(total: Floats) -> float:
    """Guess how far off the level may be where no earlier forecast tells: by how weeks differ."""
    weeks = total[len(total) % _WEEK :].reshape(-1, _WEEK).sum(axis=1)
    changes = np.diff(np.log(weeks + 1.0))
    return float(np.sqrt(((changes**2).sum() + _UNKNOWN**2) / (len(changes) + 1.0)))


def _dispersion(counts: Floats, past: Arrivals) -> float:
    """Estimate variance over mean of a day's count within weeks (Pearson), at least that of Poisson."""
    weeks = counts[len(counts) % _WEEK :][-_WEEKDAYS_OF:].reshape(-1, _WEEK)
    if len(weeks) < 2 or not weeks.sum():
        return 1.0
    expected = weeks.mean(axis=1, keepdims=True) * weeks.mean(axis=0) / weeks.mean()
    due = expected > 0
    freedom = (len(weeks) - 1) * (_WEEK - 1)
    return max(1.0, float(((weeks - expected)[due] ** 2 / expected[due]).sum()) / freedom)


def _scatter(past: Arrivals) -> Floats:
    """Give how much a day's mean scatters in each group: variance over mean beyond what counting brings."""
    seen = np.array([_dispersion(counts, past) for counts in past.counts])
    return np.asarray(np.maximum(seen - past.counting, 0.0), dtype=np.float64)


def _batches(means: Floats, spread: Floats, subjects: list[list[int]], seed: int, replication: int) -> Floats:
    """Scatter the means of days by a gamma law of variance `spread` × mean."""
    drawn = means.copy()
    for group in np.flatnonzero((spread > 0.0) & means.any(axis=1)).tolist():
        u = np.array(
            [uniform(seed, replication, subject, _SITE, 0, _SCATTER, 0) for subject in subjects[group]]
        )
        shape = means[group] / spread[group]
        inverse = special.gammaincinv(np.maximum(shape, 1e-9), u) * spread[group]
        drawn[group] = np.where(shape > 1e-6, inverse, means[group])
    return drawn
