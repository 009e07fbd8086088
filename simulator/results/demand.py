"""Demand by product and week, with quantiles over replications."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.program.program import Program
from simulator.results.estimate import quantiles_over_replications
from simulator.results.summary import RunResult
from simulator.spec.model import DAY

__all__ = ["Week", "counted_days", "weekly_demand", "weeks"]


@dataclass(frozen=True)
class Week:
    """A week that begins on Monday, as far as a run counts it.

    Attributes
    ----------
    monday : date
    first, last : int
        Its counted days of the run, [first, last).
    """

    monday: datetime.date
    first: int
    last: int


def counted_days(program: Program) -> range:
    """List the numbers of the days on which flows count: those not wholly within the warm-up."""
    return range(program.warm_up // DAY, program.days)


def weeks(program: Program) -> list[Week]:
    """List the weeks of a run in which flows count; the first and last may have fewer than 7 days."""
    found: list[Week] = []
    for day in counted_days(program):
        date = program.start + datetime.timedelta(days=day)
        monday = date - datetime.timedelta(days=date.weekday())
        first = found.pop().first if found and found[-1].monday == monday else day
        found.append(Week(monday, first, day + 1))
    return found


def weekly_demand(result: RunResult) -> dict[str, list[dict[str, Any]]]:
    """Describe the demand for each product in each week over the replications.

    Demand is units asked for, whether or not they were sold; asking again after a stock-out is no
    new demand.

    Returns
    -------
    dict
        Product to weeks, each with Monday's date, counted days, mean and 10, 50 and 90 % quantiles.
    """
    found = weeks(result.program)
    by_week = _by_week(result, found)
    low, middle, high = quantiles_over_replications(by_week).tolist()
    means = by_week.mean(axis=0).tolist()
    return {
        name: [
            {
                "week": week.monday.isoformat(),
                "days": week.last - week.first,
                "mean": means[product][place],
                "q10": low[product][place],
                "q50": middle[product][place],
                "q90": high[product][place],
            }
            for place, week in enumerate(found)
        ]
        for product, name in enumerate(result.program.names.products)
    }


def _by_week(result: RunResult, found: list[Week]) -> NDArray[np.int64]:
    """Add daily demand up, shape (replications, products, weeks)."""
    daily = result.units("demand")
    summed = [daily[:, :, week.first : week.last].sum(axis=2) for week in found]
    return np.stack(summed, axis=2) if summed else np.zeros((*daily.shape[:2], 0), dtype=np.int64)
