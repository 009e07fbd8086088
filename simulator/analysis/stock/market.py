"""What is known of each product before a policy is tried: the demand for it, and what its supply costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.stock.foresight import cost_with_foresight
from simulator.analysis.stock.policy import Kind, Policy
from simulator.analysis.stock.projection import first_planned_day
from simulator.analysis.stock.textbook import Demand, Supply
from simulator.engine.tally import UNITS, Tally
from simulator.errors import InputError
from simulator.program.calendar import MICRO
from simulator.program.program import Program
from simulator.program.tables import ProductStock
from simulator.spec.load import Journey
from simulator.spec.model import DAY
from simulator.theory.inventory import newsvendor_draws

__all__ = ["Market"]


@dataclass(frozen=True)
class Market:
    """What the products meet when nothing is ever out.

    Parameters
    ----------
    journey : Journey
    program : Program
    endless : sequence of Tally
        Replications of endless stock.
    margins : ndarray of float64, shape (products, days)
        What a unit sold on a day leaves.
    """

    journey: Journey
    program: Program
    endless: Sequence[Tally]
    margins: NDArray[np.float64]

    def _days_on_sale(self, product: int) -> range:
        stock = ProductStock._make(self.program.structure.products[product].tolist())
        first = max(first_planned_day(self.program), stock.sold_from // DAY)
        return range(first, max(first, min(self.program.days, stock.sold_until // DAY)))

    def demand(self, product: int) -> Demand:
        """Measure demand on the draws of endless stock.

        Raises
        ------
        InputError
            If nobody asks for the product.
        """
        days = self._days_on_sale(product)
        units = _demand_of(self.endless, product)[:, days.start : days.stop]
        if not units.sum():
            model = self.journey.model
            raise InputError(
                f"nobody asks for {self.program.names.products[product]!r} between the end of the warm-up "
                f"and {model.end:%Y-%m-%d}; plan products that are sold then"
            )
        totals = units.sum(axis=1)
        spread = float(totals.std(ddof=1)) if len(totals) > 1 else float("nan")
        return Demand(float(units.mean()), float(units.std()), float(totals.mean()), spread)

    def supply(self, product: int) -> Supply:
        """Read what supply costs and how long it takes, as the textbook wants it: by the day, on average."""
        name = self.program.names.products[product]
        stock, values = self.journey.model.inventory[name], self.program.values
        policy, law = stock.policy, stock.lead_time
        days = self._days_on_sale(product)
        return Supply(
            holding=float(values.holding_costs[product]) / MICRO,
            order=float(values.order_costs[product]) / MICRO,
            margin=float(self.margins[product, days.start : days.stop].mean()),
            backorder=float(values.backorder_costs[product]) / MICRO,
            left_over=float(values.unit_costs[product] - values.salvages[product]) / MICRO,
            lead_mean=law.mean() / DAY if law else 0.0,
            lead_sd=law.variance() ** 0.5 / DAY if law else 0.0,
            review=(policy.review or 0.0) / DAY if policy else 0.0,
            lost=stock.when_out == "lost",
        )

    def newsvendor(self, product: int, policy: Policy) -> int | None:
        """Give the best one-off quantity on the draws of demand."""
        supply = self.supply(product)
        if policy.kind is not Kind.ONCE or supply.left_over <= 0.0 or supply.margin <= 0.0:
            return None
        totals = _demand_of(self.endless, product)[:, first_planned_day(self.program) :].sum(axis=1)
        return int(newsvendor_draws(totals, supply.left_over, supply.margin).level)

    def foresight(self, product: int, policy: Policy) -> NDArray[np.float64]:
        """Cost the known demand of endless stock, in the same futures."""
        supply = self.supply(product)
        first = first_planned_day(self.program)
        demand = _demand_of(self.endless, product)[:, first:]
        if policy.kind is Kind.ONCE:
            days = np.arange(demand.shape[1])
            return np.asarray((demand * days).sum(axis=1) * supply.holding)
        margins = self.margins[product, first:] if supply.lost else np.full(demand.shape[1], np.inf)
        return np.asarray(cost_with_foresight(demand, supply.holding, supply.order, margins))


def _demand_of(tallies: Sequence[Tally], product: int) -> NDArray[np.int64]:
    """Stack the daily demand for a product, shape (replications, days)."""
    return np.stack([tally["units"][:, product, UNITS.index("demand")].sum(axis=0) for tally in tallies])
