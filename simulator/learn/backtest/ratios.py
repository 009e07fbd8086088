"""How much better one method was than another, and whether that was luck.

Both forecast the same weeks, so their scores are compared forecast by forecast. Forecasts a week apart share
most of their days: their differences are alike, and twenty of them tell as little as five.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from simulator.learn.backtest.scores import Scores

__all__ = ["Ratio", "crps_ratio"]

Floats = NDArray[np.float64]

_LEVEL: Final = 0.95
_WEEK: Final = 7


@dataclass(frozen=True)
class Ratio:
    """A ratio of mean scores, with its 95 % interval.

    Attributes
    ----------
    value : float
        Below 1 the first method is better.
    low, high : float or None
        None where too few forecasts tell: fewer than two that share no day.
    """

    value: float
    low: float | None
    high: float | None


def crps_ratio(ours: Scores, theirs: Scores, horizon: int) -> Ratio | None:
    """Compare the CRPS of two methods that made the same weekly forecasts.

    The variance of the mean of the differences ``ours - ratio * theirs`` counts the covariances of forecasts
    that share days, corrected for few forecasts (Harvey, Leybourne, Newbold, International Journal of
    Forecasting 13, 1997); the quantile is Student's, with the forecasts that share no day as its number.

    Parameters
    ----------
    ours, theirs : Scores
    horizon : int
        Days of each forecast.

    Returns
    -------
    Ratio or None
        None where theirs was never off.
    """
    mean = float(theirs.by_origin.mean())
    if mean <= 0.0:
        return None
    value = float(ours.by_origin.mean()) / mean
    error = _standard_error(ours.by_origin - value * theirs.by_origin, -(-horizon // _WEEK)) / mean
    apart = ours.origins / -(-horizon // _WEEK)
    if apart < 2.0 or not np.isfinite(error):
        return Ratio(value, None, None)
    reach = float(special.stdtrit(apart - 1.0, 0.5 + _LEVEL / 2)) * error
    return Ratio(value, max(0.0, value - reach), value + reach)


def _standard_error(values: Floats, shared: int) -> float:
    """Estimate the standard error of a mean of values of which `shared` in a row are alike."""
    many = len(values)
    lags = range(1, min(shared, many))
    own = float(values @ values) / many
    variance = own + 2.0 * sum(float(values[lag:] @ values[:-lag]) / many for lag in lags)
    few = (many + 1 - 2 * shared + shared * (shared - 1) / many) / many
    if few <= 0.0:
        return np.inf
    return float(np.sqrt((variance if variance > 0.0 else own) / many / few))
