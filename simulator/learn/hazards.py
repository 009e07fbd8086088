"""How often people leave before a planned date: a rate a day, by the time that is left.

Rates are events over days at risk (the occurrence-exposure rate of a piecewise constant hazard), by
persona and band of time left. A persona's few events are believed as far as they go: its rate is drawn
towards what everybody does at that time, times how much more often this persona leaves overall (a gamma
prior worth `WEIGHT` events). Cases still open are at risk until the log's end, no longer and no less.
People change: what they did half a year ago counts half, the events and the days at risk alike.

In a log of dates everything happens at noon of its day, except what was planned, which is due when its
day begins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["EDGES", "WEIGHT", "AtRisk", "occurrence_rates", "remembered", "written_hazard"]

Floats = NDArray[np.float64]

EDGES: Final = (0, 1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 60, 90, 120, 180, 270)  # days left
WEIGHT: Final = 5.0
_HALF_LIFE: Final = 180.0  # days


@dataclass(frozen=True)
class AtRisk:
    """The visits to a place that people leave at a planned date or before; one entry a visit.

    Attributes
    ----------
    high, low : float64 arrays
        Days left until the planned date when the visit began, and when it ended or the log did; at
        least 0.
    following : int64 array
        Where it led; -1 for the open.
    ago : float64 array
        Days from the planned date to the log's end; negative where it is still to come.
    group : int64 array
        Code of the persona.
    groups : int
    """

    high: Floats
    low: Floats
    following: NDArray[np.int64]
    ago: Floats
    group: NDArray[np.int64]
    groups: int


def occurrence_rates(risk: AtRisk, target: int) -> Floats:
    """Estimate how often visits leave for a target, per day at risk.

    Returns
    -------
    float64 array, shape (groups + 1, bands)
        By persona and time left, the bands of `EDGES`; everybody is the last.
    """
    leaves = risk.following == target
    bands = len(EDGES)
    events, exposure = np.zeros((risk.groups, bands)), np.zeros((risk.groups, bands))
    band = np.searchsorted(EDGES, risk.low[leaves], side="right") - 1
    np.add.at(events, (risk.group[leaves], band), remembered(risk.ago + risk.low)[leaves])
    for number, (low, high) in enumerate(zip(EDGES, (*EDGES[1:], np.inf), strict=True)):
        begin = np.maximum(risk.low, low)
        days = np.clip(np.minimum(risk.high, high) - begin, 0.0, None)
        exposure[:, number] = np.bincount(risk.group, _days_remembered(risk.ago + begin, days), risk.groups)
    pooled = _over(events.sum(axis=0), exposure.sum(axis=0))
    factor = (events.sum(axis=1) + WEIGHT) / (exposure @ pooled + WEIGHT)
    prior = factor[:, None] * pooled
    light = np.divide(WEIGHT, prior, out=np.full_like(prior, np.inf), where=prior > 0)
    own = (events + WEIGHT) / (exposure + light)
    return np.vstack([own, pooled])


def remembered(ago: Floats) -> Floats:
    """Give how much what happened so many days ago still counts."""
    return np.asarray(0.5 ** (ago / _HALF_LIFE), dtype=np.float64)


def _days_remembered(ago: Floats, days: Floats) -> Floats:
    """Give how much so many days count, of which the last was so long ago."""
    return remembered(ago) * (1.0 - remembered(days)) * (_HALF_LIFE / math.log(2.0))


def _over(events: Floats, exposure: Floats) -> Floats:
    return np.divide(events, exposure, out=np.zeros_like(events), where=exposure > 0)


def written_hazard(rates: Floats, column: str) -> dict[str, Any]:
    """Write rates as the law of a clock that runs on the time left to a planned date."""
    per_day: dict[str, Any] = {}
    for low, high, rate in zip(EDGES, (*EDGES[1:], None), rates.tolist(), strict=True):
        band = f"{low}+ days" if high is None else f"{low}-{high} days"
        per_day[band] = float(f"{rate:.3g}")
    return {"hazard": {"clock": {"until": column}, "per_day": {**per_day, "overdue": 0}}}
