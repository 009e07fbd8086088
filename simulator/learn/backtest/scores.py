"""How good forecasts were: errors of one number, and scores of the whole distribution.

A forecast is a bundle of paths. The point forecast of a day is the median of its paths, which is best
for the absolute error; of a total it is the mean. CRPS (Gneiting and Raftery 2007) is in the unit of the
series: the absolute error of a forecast that is one number, and less where spread is honest.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulator.errors import MissingExtraError

__all__ = ["COVERED", "LEVELS", "Forecast", "Scores", "crps", "score"]

Floats = NDArray[np.float64]

COVERED: Final = (50, 80, 95)  # per cent
LEVELS: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)  # of the quantile loss
_WEEK: Final = 7


@dataclass(frozen=True)
class Forecast:
    """One forecast and what then happened.

    Attributes
    ----------
    paths : float64 array, shape (paths, days)
    actual : float64 array, shape (days,)
    """

    paths: Floats
    actual: Floats


@dataclass(frozen=True)
class Scores:
    """The scores of a method over its forecasts.

    Attributes
    ----------
    origins : int
        How many forecasts.
    mae, crps, pinball : float
        Means over days and origins; pinball is the mean quantile loss over `LEVELS`.
    crps_total : float
        Mean over origins, of the total of the horizon.
    total_error : float or None
        Sum of the absolute errors of the totals over the sum of the totals; None where nothing happened.
    bias : float or None
        Sum of forecast less actual totals over the sum of the totals.
    coverage, coverage_total : dict of int to float
        How much of what happened lay within the central 50, 80 and 95 %, as a share: of days, of totals.
    by_origin : float64 array, shape (origins,)
        The CRPS of each forecast, its days together.
    weeks : tuple of Scores
        The same by week of the horizon, where it is longer than one; without weeks of their own.
    """

    origins: int
    mae: float
    crps: float
    pinball: float
    crps_total: float
    total_error: float | None
    bias: float | None
    coverage: dict[int, float]
    coverage_total: dict[int, float]
    by_origin: Floats = field(repr=False)
    weeks: tuple[Scores, ...] = field(default=(), repr=False)


def crps(paths: Floats, actual: Floats) -> Floats:
    """Give the CRPS of each column of a bundle of paths, by the ensemble's exact distribution.

    Parameters
    ----------
    paths : float64 array, shape (paths, …)
    actual : float64 array, shape (…)

    Raises
    ------
    MissingExtraError
        If scoringrules is not installed.
    """
    rules = _scoringrules()
    members = np.ascontiguousarray(np.moveaxis(paths, 0, -1))
    return np.asarray(rules.crps_ensemble(actual, members, estimator="qd"), dtype=np.float64)


def _scoringrules() -> Any:
    try:
        return importlib.import_module("scoringrules")
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "scoringrules":
            raise
        raise MissingExtraError("scoringrules", "learn") from None


def score(forecasts: Sequence[Forecast]) -> Scores:
    """Score the forecasts of one method.

    Parameters
    ----------
    forecasts : sequence of Forecast
        At least one; all of the same horizon.
    """
    days = len(forecasts[0].actual)
    weeks: tuple[Scores, ...] = ()
    if days > _WEEK:
        spans = [slice(begin, begin + _WEEK) for begin in range(0, days, _WEEK)]
        weeks = tuple(
            _score([Forecast(one.paths[:, span], one.actual[span]) for one in forecasts]) for span in spans
        )
    return _score(forecasts, weeks)


def _score(forecasts: Sequence[Forecast], weeks: tuple[Scores, ...] = ()) -> Scores:
    totals = [_total(one) for one in forecasts]
    errors = np.array([one.paths.mean() - one.actual[0] for one in totals])
    happened = float(sum(one.actual[0] for one in totals))
    by_origin = np.array([crps(one.paths, one.actual).mean() for one in forecasts])
    return Scores(
        origins=len(forecasts),
        mae=_mean([np.abs(np.median(one.paths, axis=0) - one.actual) for one in forecasts]),
        crps=float(by_origin.mean()),
        pinball=_mean([_pinball(one) for one in forecasts]),
        crps_total=_mean([crps(one.paths, one.actual) for one in totals]),
        total_error=_ratio(float(np.abs(errors).sum()), happened),
        bias=_ratio(float(errors.sum()), happened),
        coverage=_coverage(forecasts),
        coverage_total=_coverage(totals),
        by_origin=by_origin,
        weeks=weeks,
    )


def _total(one: Forecast) -> Forecast:
    """Give the forecast of the whole horizon's total."""
    return Forecast(one.paths.sum(axis=1, keepdims=True), one.actual.sum(keepdims=True))


def _mean(parts: Sequence[Floats]) -> float:
    return float(np.concatenate(parts).mean())


def _ratio(over: float, under: float) -> float | None:
    return float(over / under) if under > 0 else None


def _pinball(one: Forecast) -> Floats:
    """Give each day's mean quantile loss; half its mean over all levels would be the CRPS."""
    levels = np.array(LEVELS)[:, None]
    errors = one.actual - np.quantile(one.paths, LEVELS, axis=0)
    return np.asarray(np.maximum(levels * errors, (levels - 1.0) * errors).mean(axis=0), dtype=np.float64)


def _coverage(forecasts: Sequence[Forecast]) -> dict[int, float]:
    found = {}
    for level in COVERED:
        tails = (0.5 - level / 200.0, 0.5 + level / 200.0)
        inside = []
        for one in forecasts:
            low, high = np.quantile(one.paths, tails, axis=0)
            inside.append((one.actual >= low) & (one.actual <= high))
        found[level] = float(np.concatenate(inside).mean())
    return found


def best(scores: Mapping[str, Scores], what: str) -> tuple[str, float]:
    """Give the method with the lowest score of a name, and that score."""
    return min(((name, float(getattr(one, what))) for name, one in scores.items()), key=lambda pair: pair[1])
