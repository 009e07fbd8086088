"""New customers of the days to come: forecasters behind one small interface, which give draws."""

from __future__ import annotations

from simulator.learn.newcomers.interface import Arrivals, Forecaster
from simulator.learn.newcomers.level import LevelSeason
from simulator.learn.newcomers.series import SeriesModel

__all__ = ["FORECASTERS", "Arrivals", "Forecaster", "LevelSeason", "SeriesModel", "forecaster_named"]

BUILT_IN = "level"
FORECASTERS = (BUILT_IN, "AutoETS", "AutoTheta", "AutoARIMA", "SeasonalNaive", "MSTL")


def forecaster_named(name: str) -> Forecaster:
    """Give the forecaster of new customers of a name: one of `FORECASTERS`.

    Raises
    ------
    InputError
        If there is none of that name.
    MissingExtraError
        If it needs statsforecast, which is not installed.
    """
    return LevelSeason() if name == BUILT_IN else SeriesModel(name)
