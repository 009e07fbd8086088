"""What not knowing the demand costs: the same orders, placed by somebody who knows every day of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["cost_with_foresight"]

Floats = NDArray[np.float64]


def cost_with_foresight(
    demand: NDArray[np.int64], holding: float, order: float, margins: NDArray[np.float64]
) -> Floats:
    """Compute the least cost of serving a known demand, order by order.

    Each day's demand is served by the last order before it, kept until then, or is lost if that is
    cheaper (Wagner & Whitin's recursion, with lost sales). Orders are placed so early that they come when
    they are wanted. The shelf is empty at first and in the end.

    Parameters
    ----------
    demand : ndarray of int64, shape (replications, days)
    holding : float
        Per unit and day.
    order : float
        Per order.
    margins : ndarray of float64, shape (days,)
        Lost with a unit of that day; infinite where nothing may be lost.

    Returns
    -------
    ndarray of float64, shape (replications,)

    References
    ----------
    Wagner, Whitin: Dynamic version of the economic lot size model, Management Science 5 (1958) 89-96.
    """
    replications, days = demand.shape
    best = np.zeros(replications)
    begun = np.full((replications, days), np.inf)  # cost so far if the last order came on each day
    for day in range(days):
        units = demand[:, day].astype(np.float64)
        begun[:, day] = best + order
        kept = np.minimum(holding * (day - np.arange(day + 1)), margins[day])
        begun[:, : day + 1] += units[:, None] * kept
        lost = np.where(units > 0, units * margins[day], 0.0) if np.isfinite(margins[day]) else np.inf
        skipped = best + np.where(units > 0, lost, 0.0)
        best = np.minimum(skipped, begun[:, : day + 1].min(axis=1))
    return best
