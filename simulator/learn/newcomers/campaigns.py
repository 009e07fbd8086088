"""What a known calendar does to new customers: bursts on the first day, factors on the days it runs."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from simulator.addresses import Purpose, key_of, site_of, subject_of
from simulator.engine.streams import uniform
from simulator.learn.newcomers.interface import Arrivals

__all__ = ["Bursts", "find_bursts", "running_factors"]

Floats = NDArray[np.float64]

# A group comes with the first days of a kind of happening when at least this share of it does, ...
_SHARE: Final = 0.8
# ... and such days are no more than this share of all days.
_RARE: Final = 0.25
# The last happenings of a kind say how many come with the next, each half as much as the one after it.
_LAST: Final = 4
_OLDER: Final = 0.5
_LEAST_SD: Final = 0.3  # of the log of that number
_SD_OF_ONE: Final = 0.7  # where a single one has been seen
# A factor of a running happening is believed like one from so many customers more.
_WEIGHT: Final = 50.0
_SITE: Final = site_of("")
_SIZE: Final = key_of(Purpose.EVIDENCE, "burst")


@dataclass(frozen=True)
class Bursts:
    """Groups that come with the first day of a happening, and only then.

    Attributes
    ----------
    kinds : dict of int to str
        The group, and the kind of happening it comes with.
    """

    kinds: dict[int, str]

    def without(self, counts: Floats) -> Floats:
        """Leave these groups out of what comes day by day."""
        steady = counts.copy()
        steady[list(self.kinds)] = 0.0
        return steady

    def draw(self, past: Arrivals, days: int, seed: int, replications: Sequence[int]) -> Floats:
        """Draw how many come with each happening ahead; shape (replications, groups, days).

        The number is log-normal with the mean and spread of the last ones of that kind.
        """
        drawn = np.zeros((len(replications), len(past.groups), days))
        for group, kind in self.kinds.items():
            mean, sd = _sizes(past, group, kind)
            ahead = past.calendar.starting(kind, past.first, past.days + days)[past.days :]
            for day in np.flatnonzero(ahead).tolist():
                date = (past.first + datetime.timedelta(days=past.days + day)).isoformat()
                subject = subject_of("arrivals", past.groups[group], date)
                for place, replication in enumerate(replications):
                    z = special.ndtri(uniform(seed, replication, subject, _SITE, 0, _SIZE, 0))
                    drawn[place, group, day] = ahead[day] * np.exp(mean + sd * z)
        return drawn


def find_bursts(past: Arrivals) -> Bursts:
    """Find the groups that come with the first day of a kind of happening."""
    found: dict[int, tuple[float, str]] = {}
    for kind in past.calendar.kinds:
        starts = past.calendar.starting(kind, past.first, past.days) > 0
        if not 0.0 < starts.mean() <= _RARE:
            continue
        for group, counts in enumerate(past.counts):
            if counts.sum() and counts[starts].sum() >= _SHARE * counts.sum():
                share = counts[starts].sum() / counts.sum()
                if group not in found or share > found[group][0]:
                    found[group] = (float(share), kind)
    return Bursts({group: kind for group, (_, kind) in found.items()})


def _sizes(past: Arrivals, group: int, kind: str) -> tuple[float, float]:
    """Give mean and sd of the log of how many came with one happening."""
    starts = past.calendar.starting(kind, past.first, past.days)
    each = [past.counts[group, day] / starts[day] for day in np.flatnonzero(starts).tolist()]
    logs = np.log([size for size in each if size > 0][-_LAST:])
    if len(logs) == 1:
        return float(logs[0]), _SD_OF_ONE
    weights = _OLDER ** np.arange(len(logs))[::-1]
    sd = max(_LEAST_SD, float(logs.std(ddof=1)))
    return float(np.average(logs, weights=weights)), sd * float(np.sqrt(1.0 + 1.0 / len(logs)))


def running_factors(past: Arrivals, known: int, days: int, weekday: Floats) -> Floats:
    """Give the factor of the calendar on each day known and on the days after; 1 on an ordinary one.

    A kind's factor is estimated over its days against the days around them, and shrunk towards 1.

    Returns
    -------
    float64 array, shape (known + days,)
    """
    factors = np.ones(known + days)
    total = past.total[:known] / weekday[past.weekdays(known)]
    for kind in past.calendar.kinds:
        runs = past.calendar.running(kind, past.first, known + days) > 0
        now = runs[:known]
        if not now.any() or now.all():
            continue
        around = _around(total, now)
        factor = (total[now].sum() + _WEIGHT) / (around[now].sum() + _WEIGHT)
        factors[runs] *= factor
    return factors


def _around(total: Floats, now: NDArray[np.bool_], reach: int = 28) -> Floats:
    """Give each day the mean of the days without the happening that are near it; of all where none is."""
    free = np.concatenate([[0.0], np.cumsum(~now)])
    sums = np.concatenate([[0.0], np.cumsum(np.where(now, 0.0, total))])
    days = np.arange(len(total))
    begin, end = np.maximum(0, days - reach), np.minimum(len(total), days + reach + 1)
    near = free[end] - free[begin]
    mean = (sums[end] - sums[begin]) / np.maximum(near, 1.0)
    return np.asarray(np.where(near > 0, mean, total[~now].mean()), dtype=np.float64)
