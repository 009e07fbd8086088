"""How often people leave before a planned date: a rate a day, by the time that is left.

Rates are events over days at risk (the occurrence-exposure rate of a piecewise constant hazard), by
persona and band of time left. A persona's few events are believed as far as they go: its rate is drawn
towards what everybody does at that time, times how much more often this persona leaves overall (a gamma
prior worth `WEIGHT` events). Cases still open are at risk until the log's end, no longer and no less.

In a log of dates everything happens at noon of its day, except what was planned, which is due when its
day begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["EDGES", "WEIGHT", "AtRisk", "occurrence_rates", "written_hazard"]

Floats = NDArray[np.float64]

EDGES: Final = (0, 1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 60, 90, 120, 180, 270)  # days left
WEIGHT: Final = 10.0


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
    group : int64 array
        Code of the persona.
    groups : int
    """

    high: Floats
    low: Floats
    following: NDArray[np.int64]
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
    np.add.at(events, (risk.group[leaves], band), 1.0)
    for number, (low, high) in enumerate(zip(EDGES, (*EDGES[1:], np.inf), strict=True)):
        days = np.clip(np.minimum(risk.high, high) - np.maximum(risk.low, low), 0.0, None)
        exposure[:, number] = np.bincount(risk.group, days, risk.groups)
    pooled = _over(events.sum(axis=0), exposure.sum(axis=0))
    factor = (events.sum(axis=1) + WEIGHT) / (exposure @ pooled + WEIGHT)
    prior = factor[:, None] * pooled
    light = np.divide(WEIGHT, prior, out=np.full_like(prior, np.inf), where=prior > 0)
    own = (events + WEIGHT) / (exposure + light)
    return np.vstack([own, pooled])


def _over(events: Floats, exposure: Floats) -> Floats:
    return np.divide(events, exposure, out=np.zeros_like(events), where=exposure > 0)


def written_hazard(rates: Floats, column: str) -> dict[str, Any]:
    """Write rates as the law of a clock that runs on the time left to a planned date."""
    per_day: dict[str, Any] = {}
    for low, high, rate in zip(EDGES, (*EDGES[1:], None), rates.tolist(), strict=True):
        band = f"{low}+ days" if high is None else f"{low}-{high} days"
        per_day[band] = float(f"{rate:.3g}")
    return {"hazard": {"clock": {"until": column}, "per_day": {**per_day, "overdue": 0}}}
