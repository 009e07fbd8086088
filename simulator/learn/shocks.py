"""How much weeks differ for no known reason: the size of shared shocks, from over-dispersion.

Expected and observed counts of each week give the logarithm of a ratio. Its variance has a part that
counting alone explains, more where events come in batches; what is left is the shock, and what is left
of the covariance of neighbouring weeks is its correlation. Variances are those of the middle (the median
absolute deviation): a clearing of old cases on one day is an event, not a shock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulator.learn.hazards import EDGES
from simulator.learn.planned import PlannedPlace

__all__ = ["Shock", "estimate_shock", "expected_leaves"]

Floats = NDArray[np.float64]

_WEEK: Final = 7
_LATEST: Final = 26  # weeks
_FEWEST: Final = 8
_LEAST_DUE: Final = 5.0  # events a week
_SMALLEST: Final = 0.02  # a smaller shock is not worth a line
_LARGEST: Final = 1.0
_MOST_ALIKE: Final = 0.95
_NORMAL: Final = 0.6745  # the median absolute deviation of a standard normal variable
_USUAL: Final = 2.5  # deviations beyond which a week counts as no further off


@dataclass(frozen=True)
class Shock:
    """The size of a weekly shock.

    Attributes
    ----------
    sd : float
        Of the factor, whose mean is 1.
    correlation : float
        Between weeks that follow each other.
    """

    sd: float
    correlation: float

    def written(self, path: str) -> dict[str, Any]:
        """Write the shock of a path."""
        told: dict[str, Any] = {"on": [path], "per": "week", "sd": round(self.sd, 3)}
        return {**told, "correlation": round(self.correlation, 2)} if self.correlation >= 0.01 else told


def estimate_shock(observed: Floats, expected: Floats) -> Shock | None:
    """Estimate the shock behind daily counts and what was expected of each day.

    Parameters
    ----------
    observed, expected : float64 arrays, shape (days,)
        The last day ends the last week.

    Returns
    -------
    Shock or None
        None where weeks differ by no more than luck, or too few are known.
    """
    whole = len(observed) // _WEEK * _WEEK
    days = [counts[len(counts) - whole :].reshape(-1, _WEEK)[-_LATEST:] for counts in (observed, expected)]
    kept = days[1].sum(axis=1) >= _LEAST_DUE
    seen, due = days[0][kept], days[1][kept]
    if len(due) < _FEWEST:
        return None
    ratio = np.log((seen.sum(axis=1) + 0.5) / (due.sum(axis=1) + 0.5))
    ratio -= np.median(ratio)
    spread = _spread(ratio)
    left = spread**2 - _dispersion(seen, due) * float((1.0 / due.sum(axis=1)).mean())
    sd = min(_LARGEST, math.sqrt(math.expm1(left))) if left > 0 else 0.0
    if sd < _SMALLEST:
        return None
    usual = np.clip(ratio, -_USUAL * spread, _USUAL * spread)
    together = float((usual[1:] * usual[:-1]).mean())
    return Shock(sd, min(_MOST_ALIKE, max(0.0, together / left)))


def _spread(values: Floats) -> float:
    """Estimate the standard deviation from the median absolute one, as if the middle were normal."""
    return float(np.median(np.abs(values - np.median(values)))) / _NORMAL


def _dispersion(seen: Floats, due: Floats) -> float:
    """Estimate variance over mean of a day's count within its week, at least that of Poisson counts."""
    share = due * (seen.sum(axis=1, keepdims=True) / due.sum(axis=1, keepdims=True))
    known = share > 0
    lost = known.sum() / max(1, int(known.sum()) - len(seen))
    return max(1.0, float(lost) * _spread((seen - share)[known] / np.sqrt(share[known])) ** 2)


def expected_leaves(place: PlannedPlace, activity: int, days: int) -> tuple[Floats, Floats]:
    """Count who left a place before the date for an activity each day, and how many the hazard expects.

    Returns
    -------
    observed, expected : float64 arrays, shape (days,)
    """
    risk, rates = place.risk, place.before[activity]
    begun = np.floor(place.begun).astype(np.int64)
    due = begun + np.floor(place.lead).astype(np.int64)
    ended = np.minimum(begun + np.round(risk.high - risk.low).astype(np.int64), days)
    left = risk.following == activity
    observed = np.bincount(np.minimum(ended[left], days - 1), minlength=days).astype(np.float64)
    expected = np.zeros(days)
    per_day = rates[:, np.searchsorted(EDGES, np.arange(int(due.max(initial=0)) + 1), side="right") - 1]
    for group in range(risk.groups):
        mine = risk.group == group
        expected += _due(begun[mine], ended[mine], due[mine], per_day[group], days)
    return observed, expected


def _due(
    begun: NDArray[np.int64], ended: NDArray[np.int64], due: NDArray[np.int64], rates: Floats, days: int
) -> Floats:
    """Add up the rates of those there, by the day and by the days left."""
    if not len(due):
        return np.zeros(days)
    size = int(due.max()) + 1
    there = np.zeros((size, days + 1))
    np.add.at(there, (due, np.minimum(begun, days)), 1.0)
    np.add.at(there, (due, np.minimum(np.minimum(ended, due), days)), -1.0)
    there = np.cumsum(there, axis=1)[:, :days]
    left = np.arange(size)[:, None] - np.arange(days)
    return np.asarray((there * np.where(left > 0, rates[np.maximum(left - 1, 0)], 0.0)).sum(axis=0))
