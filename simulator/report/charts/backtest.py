"""Forecasts against what happened: fans over the days, and the totals of every origin."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from simulator.learn.backtest.backtest import OURS, Asked, Backtest, Series
from simulator.learn.backtest.baselines import PICKUP
from simulator.report.charts.style import INK, QUIET, colour, date_axis, grid, legend_below

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["backtest_figure"]

_OURS, _OTHER, _PICKED = colour(0), colour(1), colour(2)
_TAILS: Final = ((0.1, 0.9, 0.22), (0.25, 0.75, 0.32))  # of a fan: from, to, and how dark


def backtest_figure(found: Backtest) -> Figure:
    """Draw two panels a series: days under forecasts that do not overlap, and the totals of all.

    Parameters
    ----------
    found : Backtest
    """
    with grid(2 * len(found.series), size=(8.6, 3.0)) as laid:
        for place, (name, one) in enumerate(found.series.items()):
            days, totals = laid.panels[2 * place : 2 * place + 2]
            _days(days, name, one, found.plan.horizon)
            _totals(totals, name, one, found.plan.horizon)
        drawn: dict[str, Any] = {}
        for panel in laid.panels:
            date_axis(panel, 9)
            handles, labels = panel.get_legend_handles_labels()
            drawn.update(zip(labels, handles, strict=True))
        legend_below(laid, list(drawn.values()), list(drawn))
    return laid.figure


def _days(panel: Axes, name: str, one: Series, horizon: int) -> None:
    """Draw what happened under the fans of forecasts that follow each other."""
    rival = _rival(one)
    shown = _apart(one.asked, horizon)
    for asked in shown:
        dates = _dates(asked.date, horizon)
        paths = asked.forecasts[OURS]
        for low, high, dark in _TAILS:
            edges = np.quantile(paths, (low, high), axis=0)
            label = f"{OURS}: 50 and 80 %" if high > 0.8 else None
            panel.fill_between(dates, edges[0], edges[1], color=_OURS, alpha=dark, lw=0, label=label)
        panel.plot(dates, np.median(paths, axis=0), color=_OURS, lw=1.2, label=f"{OURS}: median")
        if rival:
            middle = np.median(asked.forecasts[rival], axis=0)
            panel.plot(dates, middle, color=_OTHER, lw=1.0, ls="--", label=f"{rival} (best time series)")
        panel.axvline(dates[0], color=QUIET, lw=0.6, ls=":")
        panel.plot(dates, asked.actual, color=INK, lw=0.9, marker=".", ms=3, label="what happened")
    panel.set_title(f"{name} a day, forecast at each dotted line")
    panel.set_ylim(bottom=0)


def _totals(panel: Axes, name: str, one: Series, horizon: int) -> None:
    """Draw the totals of every origin: what happened, ours with its interval, the others' means."""
    dates = np.array([asked.date for asked in one.asked], dtype="datetime64[D]")
    paths = [asked.forecasts[OURS].sum(axis=1) for asked in one.asked]
    middle = np.array([total.mean() for total in paths])
    low, high = (np.array([np.quantile(total, tail) for total in paths]) for tail in (0.1, 0.9))
    bars = np.maximum(0.0, [middle - low, high - middle])
    panel.errorbar(dates, middle, yerr=bars, fmt="o", ms=4, color=_OURS, lw=1.6, label=f"{OURS}: total, 80 %")
    for method, tint, sign in ((_rival(one), _OTHER, "s"), (PICKUP, _PICKED, "^")):
        if method in one.methods:
            means = [asked.forecasts[method].sum(axis=1).mean() for asked in one.asked]
            panel.plot(dates, means, sign, ms=4, color=tint, mfc="none", label=f"{method}: total")
    actual = [asked.actual.sum() for asked in one.asked]
    panel.plot(dates, actual, color=INK, lw=0.9, marker=".", ms=4, label="what happened")
    panel.set_title(f"{name} in the {horizon} days from each origin")


def _rival(one: Series) -> str:
    """Name the time series with the lowest CRPS; empty where there is none."""
    names = [name for name in one.methods if name not in (OURS, PICKUP)]
    return min(names, key=lambda name: one.methods[name].crps, default="")


def _apart(asked: tuple[Asked, ...], horizon: int) -> list[Asked]:
    """Choose origins whose horizons do not overlap, the latest first."""
    chosen: list[Asked] = []
    for one in reversed(asked):
        if not chosen or (chosen[-1].date - one.date).days >= horizon:
            chosen.append(one)
    return chosen[::-1]


def _dates(first: datetime.date, days: int) -> NDArray[Any]:
    return np.datetime64(first) + np.arange(days)
