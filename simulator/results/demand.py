"""Demand by product and week, with quantiles over replications."""

from __future__ import annotations

from typing import Any

from simulator.results.estimate import quantiles_over_replications
from simulator.results.periods import add_up, periods
from simulator.results.summary import RunResult

__all__ = ["weekly_demand"]


def weekly_demand(result: RunResult) -> dict[str, list[dict[str, Any]]]:
    """Describe the demand for each product in each week over the replications.

    Demand is units asked for, whether or not they were sold; asking again after a stock-out is no
    new demand.

    Returns
    -------
    dict
        Product to weeks, each with Monday's date, counted days, mean and 10, 50 and 90 % quantiles.
    """
    weeks = periods(result.program, "week")
    by_week = add_up(result.units("demand"), weeks)
    low, middle, high = quantiles_over_replications(by_week).tolist()
    means = by_week.mean(axis=0).tolist()
    return {
        name: [
            {
                "week": week.since.isoformat(),
                "days": week.days,
                "mean": means[product][place],
                "q10": low[product][place],
                "q50": middle[product][place],
                "q90": high[product][place],
            }
            for place, week in enumerate(weeks)
        ]
        for product, name in enumerate(result.program.names.products)
    }
