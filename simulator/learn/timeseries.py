"""Paths of a daily series from the models of statsforecast, which comes with the `[learn]` extra."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulator.errors import InputError, MissingExtraError, nearest

__all__ = ["MODELS", "series_paths", "statsforecast_models"]

Floats = NDArray[np.float64]

WEEK: Final = 7
MODELS: Final = ("SeasonalNaive", "AutoETS", "AutoTheta", "MSTL", "AutoARIMA")


def statsforecast_models() -> Any:
    """Import the models of statsforecast.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        with _quiet():
            return importlib.import_module("statsforecast.models")
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "statsforecast":
            raise
        raise MissingExtraError("statsforecast", "learn") from None


def series_paths(
    name: str, past: Floats, days: int, paths: int, seed: int, known: tuple[Floats, Floats] | None = None
) -> Floats:
    """Fit a model to a daily series and draw its future.

    Parameters
    ----------
    name : str
        One of `MODELS`, all with a week as their season.
    past : float64 array, shape (days known,)
        At least two weeks.
    days, paths : int
        How far to go, and how many futures.
    seed : int
        Of the draws.
    known : pair of arrays, optional
        Columns known for the past and for the future, used by AutoARIMA only.

    Returns
    -------
    float64 array, shape (paths, days)
        Cut at 0. MSTL repeats its last week's pattern on the paths of the rest, as its mean does.

    Raises
    ------
    InputError
        If there is no model of that name.
    MissingExtraError
        If statsforecast is not installed.
    """
    if name not in MODELS:
        raise InputError(f"there is no model {name!r}; {nearest(name, MODELS)}")
    models = statsforecast_models()
    with _quiet():
        draw: Callable[..., Any] = _SPECIAL.get(name, _plain)
        drawn = draw(models, name, past, days, paths, seed, known)
    return np.maximum(np.asarray(drawn, dtype=np.float64), 0.0)


def _plain(models: Any, name: str, past: Floats, days: int, paths: int, seed: int, known: Any) -> Any:
    model = getattr(models, name)(season_length=WEEK)
    return model.fit(past).simulate(h=days, n_paths=paths, seed=seed)


def _decomposed(models: Any, name: str, past: Floats, days: int, paths: int, seed: int, known: Any) -> Any:
    model = models.MSTL(season_length=WEEK).fit(past)
    seasonal = [column for column in model.model_.columns if column.startswith("seasonal")]
    week = model.model_[seasonal].sum(axis=1).to_numpy()[-WEEK:]
    return model.trend_forecaster.simulate(h=days, n_paths=paths, seed=seed) + np.resize(week, days)


def _regressed(models: Any, name: str, past: Floats, days: int, paths: int, seed: int, known: Any) -> Any:
    if known is None:
        return _plain(models, name, past, days, paths, seed, known)
    before, after = known
    varies = np.flatnonzero(_independent(before))
    if not len(varies):
        return _plain(models, name, past, days, paths, seed, known)
    model = models.AutoARIMA(season_length=WEEK).fit(past, X=before[:, varies])
    return model.simulate(h=days, n_paths=paths, X_future=after[:, varies], seed=seed)


_SPECIAL: Final[Mapping[str, Callable[..., Any]]] = {"MSTL": _decomposed, "AutoARIMA": _regressed}


def _independent(columns: Floats) -> NDArray[np.bool_]:
    """Tell which columns add something to a constant and to the columns before them."""
    kept = np.zeros(columns.shape[1], bool)
    base = np.ones((len(columns), 1))
    for place in range(columns.shape[1]):
        wider = np.column_stack([base, columns[:, place]])
        if np.linalg.matrix_rank(wider) > base.shape[1]:
            base, kept[place] = wider, True
    return kept


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the warnings of fits that did not converge: the baseline is what the library gives."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
