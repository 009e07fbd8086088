"""How many cases begin on which day: a rate with weekday, month and hour factors, and dated levels.

The factors of a day multiply. A factor is written only where the log supports it: counts of real cases
come in batches and scatter more than Poisson counts, so weekdays are tested by ranks, and slower changes
against the dispersion seen between the days of a month.

The calendar month is the unit of slower change. Two readings of it compete by the Bayesian information
criterion: *levels* (a new launch, a change of the sample: stretches of months, each at its own level) and
*season* (a factor for each of the twelve months, plus levels where they are still needed). The ordinary
day, whose mean is the rate, is a day of the last stretch, so a longer horizon goes on as the log ended;
the earlier stretches become dated events. The expected total over the log equals its count.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from simulator.learn.levels import Levels, segment
from simulator.spec.units import MONTHS, WEEKDAYS

__all__ = ["Pattern", "learn_hours", "learn_pattern", "weekday_factors"]

Days = NDArray[np.float64]

# A weekday or hour pattern must be this unlikely to be luck before it is written.
_SIGNIFICANT: Final = 1e-3
# The test by ranks is exact enough from here on.
_FEWEST_WEEKS: Final = 6
# The proportional fit of factors has converged long before.
_ROUNDS: Final = 30


@dataclass(frozen=True)
class Pattern:
    """How many cases of one group begin on which day.

    Attributes
    ----------
    rate : float
        The mean of an ordinary day.
    low, high : float
        The central 90 % of what the rate may be.
    weekday, month : dict of name to float
        Factors; what is not named is 1.
    stretches : list of (date, date, float)
        First day, last day and factor of the stretches that differ from the last one.
    """

    rate: float
    low: float
    high: float
    weekday: dict[str, float] = field(default_factory=dict)
    month: dict[str, float] = field(default_factory=dict)
    stretches: list[tuple[datetime.date, datetime.date, float]] = field(default_factory=list)


@dataclass(frozen=True)
class _Calendar:
    """The days of a log: how much of each it covers, and which weekday and month each is."""

    first: datetime.date
    covered: Days
    weekday: NDArray[np.int64]
    block: NDArray[np.int64]
    month: NDArray[np.int64]  # of a block

    @classmethod
    def of(cls, first: datetime.date, covered: Days) -> _Calendar:
        dates = [first + datetime.timedelta(days=day) for day in range(len(covered))]
        block = np.array([12 * (date.year - first.year) + date.month - first.month for date in dates])
        month = (first.month - 1 + np.arange(block[-1] + 1)) % 12
        return cls(first, covered, np.array([date.weekday() for date in dates]), block, month)

    def per_block(self, days: Days) -> Days:
        return np.bincount(self.block, weights=days).astype(np.float64)


def weekday_factors(counts: Days, covered: Days, first: datetime.date) -> Days | None:
    """Give seven factors with mean 1, Monday first, or None where the log shows no pattern.

    Parameters
    ----------
    counts, covered : float64 arrays, shape (days,)
        Cases begun on each day; how much of the day the log covers (1, or less for the last).
    first : datetime.date
        The first day.
    """
    if not _has_week(counts):
        return None
    calendar = _Calendar.of(first, covered)
    factors = np.ones(7)
    for _ in range(_ROUNDS):
        expected = _expected(counts, covered, calendar, factors)
        seen, due = (np.bincount(calendar.weekday, days, 7) for days in (counts, expected))
        factors *= np.divide(seen, due, out=np.ones(7), where=due > 0)
        factors /= factors.mean()
    return factors


def learn_pattern(counts: Days, covered: Days, first: datetime.date, weekday: Days | None) -> Pattern:
    """Learn how many cases of one group begin on which day.

    Parameters
    ----------
    counts, covered, first
        As in `weekday_factors`.
    weekday : float64 array, shape (7,), or None
        The factors of the weekdays; of a larger group where this one is too small to show its own.
    """
    calendar = _Calendar.of(first, covered)
    by_weekday = np.ones(7) if weekday is None else np.round(weekday, 3)
    due = covered * by_weekday[calendar.weekday]
    fitted = _expected(counts, covered, calendar, by_weekday)
    freedom = max(1, int((covered > 0).sum()) - len(calendar.month))
    dispersion = _dispersion(counts, fitted, freedom)
    month, levels = _slow(calendar.per_block(counts), calendar.per_block(due), calendar.month, dispersion)
    month = np.round(month, 3)
    due = due * month[calendar.month][calendar.block]
    factors = _relative(calendar.per_block(counts), calendar.per_block(due), levels)
    due = due * np.array(factors)[calendar.block]
    rate = float(f"{counts.sum() / due.sum():.6g}")
    last = counts[np.array(factors)[calendar.block] == 1.0].sum()
    spread = float(np.exp(stats.norm.ppf(0.95) * np.sqrt(dispersion / max(1.0, last))))
    return Pattern(
        rate,
        rate / spread,
        rate * spread,
        _named(by_weekday, WEEKDAYS),
        _named(month, MONTHS),
        _stretches(calendar, levels, factors),
    )


def learn_hours(by_hour: Days, dispersion: float = 1.0) -> dict[str, float]:
    """Learn which hours of the day cases begin in, as a few stretches of the day.

    Parameters
    ----------
    by_hour : float64 array, shape (24,)
        Cases begun in each hour.

    Returns
    -------
    dict of hours to factor
        Empty where the log shows no pattern.
    """
    total = by_hour.sum()
    if not total or stats.chi2.sf(((by_hour - total / 24) ** 2).sum() / (total / 24), 23) > _SIGNIFICANT:
        return {}
    stretches = segment(by_hour, np.full(24, total / 24), dispersion).stretches()
    shares = {span: by_hour[slice(*span)].sum() / total * 24 / (span[1] - span[0]) for span in stretches}
    return {f"{first:02}-{last:02}": round(float(share), 3) for (first, last), share in shares.items()}


def _expected(counts: Days, covered: Days, calendar: _Calendar, weekday: Days) -> Days:
    """Give each day its share of its month's cases, by weekday."""
    due = covered * weekday[calendar.weekday]
    in_month = calendar.per_block(due)
    level = np.divide(calendar.per_block(counts), in_month, out=np.zeros_like(in_month), where=in_month > 0)
    return due * level[calendar.block]


def _has_week(counts: Days) -> bool:
    """Test whether weekdays differ, by their ranks within each week (Friedman): a batch counts once."""
    weeks = counts[: len(counts) // 7 * 7].reshape(-1, 7)
    if len(weeks) < _FEWEST_WEEKS or (weeks == weeks[:, :1]).all():
        return False
    return bool(stats.friedmanchisquare(*weeks.T).pvalue < _SIGNIFICANT)


def _dispersion(counts: Days, expected: Days, freedom: int) -> float:
    """Estimate the variance over the mean of a day's count (Pearson), at least that of Poisson counts."""
    due = expected > 0
    return max(1.0, float(((counts[due] - expected[due]) ** 2 / expected[due]).sum()) / freedom)


def _slow(observed: Days, due: Days, month: NDArray[np.int64], dispersion: float) -> tuple[Days, Levels]:
    """Choose between levels alone and a season with levels: twelve factors, and the stretches."""
    alone = segment(observed, due, dispersion)
    flat = Levels((0, len(observed)), 0.0)
    best = (alone.cost, np.ones(12), alone)
    for start in (alone, flat):
        season, levels = _season(observed, due, month, dispersion, start)
        likelihood = float((observed * np.log(np.where(season > 0, season, 1.0))[month]).sum())
        penalty = (len(np.unique(month)) - 1) * np.log(max(len(observed), 2))
        cost = levels.cost - 2.0 / dispersion * likelihood + float(penalty)
        best = min(best, (cost, season, levels), key=lambda reading: reading[0])
    return best[1:]


def _season(
    observed: Days, due: Days, month: NDArray[np.int64], dispersion: float, levels: Levels
) -> tuple[Days, Levels]:
    """Fit twelve factors and the stretches in turn, from a first guess of the stretches."""
    season, present = np.ones(12), np.unique(month)
    for _ in range(_ROUNDS):
        level = np.empty(len(observed))
        for first, last in levels.stretches():
            span = slice(first, last)
            hoped = float((due * season[month])[span].sum())
            level[span] = observed[span].sum() / hoped if hoped else 0.0
        seen, base = np.bincount(month, observed, 12), np.bincount(month, due * level, 12)
        season = np.divide(seen, base, out=np.ones(12), where=base > 0)
        season[present] /= season[present].mean()
        levels = segment(observed, due * season[month], dispersion)
    return season, levels


def _relative(observed: Days, due: Days, levels: Levels) -> list[float]:
    """Give each month its level relative to the last stretch in which anybody came."""
    spans = [slice(first, last) for first, last in levels.stretches()]
    heights = [float(observed[span].sum() / due[span].sum()) if due[span].sum() else 0.0 for span in spans]
    ordinary = next((height for height in reversed(heights) if height > 0), 1.0)
    factors: list[float] = []
    for span, height in zip(spans, heights, strict=True):
        factors.extend([float(f"{height / ordinary:.4g}")] * (span.stop - span.start))
    return factors


def _named(factors: Days, names: tuple[str, ...]) -> dict[str, float]:
    return {name: float(factor) for name, factor in zip(names, factors, strict=True) if factor != 1.0}


def _stretches(
    calendar: _Calendar, levels: Levels, factors: list[float]
) -> list[tuple[datetime.date, datetime.date, float]]:
    """Date the stretches whose level is not the ordinary one."""
    found = []
    for first, last in levels.stretches():
        if factors[first] == 1.0:
            continue
        days = np.flatnonzero((calendar.block >= first) & (calendar.block < last)).tolist()
        since, to = (calendar.first + datetime.timedelta(days=day) for day in (days[0], days[-1]))
        found.append((since, to, factors[first]))
    return found
