"""When to reorder, and how much: policies with an order cost, solved exactly.

``holding`` and ``stockout`` are costs per unit and unit of time (or period), ``fixed`` the cost of
one order; unmet demand waits. Costs returned are means per unit of time (or period).

References
----------
F. W. Harris, "How many parts to make at once", *Factory* 10 (1913) 135-136 (EOQ).
A. Federgruen, Y.-S. Zheng, "An efficient algorithm for computing an optimal (r, Q) policy in
continuous review stochastic inventory systems", *Operations Research* 40 (1992) 808-813.
Y.-S. Zheng, A. Federgruen, "Finding optimal (s, S) policies is about as simple as evaluating a
single policy", *Operations Research* 39 (1991) 654-665.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import poisson

from simulator.errors import InputError
from simulator.theory.conditions import FloatArray, distribution, non_negative, positive, whole
from simulator.theory.inventory import newsvendor_poisson, poisson_level_cost

__all__ = [
    "EconomicOrder",
    "OrderUpTo",
    "ReorderQuantity",
    "economic_order",
    "order_up_to",
    "order_up_to_poisson",
    "reorder_quantity",
    "reorder_quantity_poisson",
]

LevelCost = Callable[[int], float]


class EconomicOrder(NamedTuple):
    """An order quantity, its cost, and the most units owed before it arrives."""

    quantity: float
    cost: float
    backorders: float


class ReorderQuantity(NamedTuple):
    """Order `quantity` whenever the inventory position falls to `reorder_point`."""

    reorder_point: float
    quantity: float
    cost: float


class OrderUpTo(NamedTuple):
    """At each review, order up to `order_up_to` if the position is at most `reorder_point`."""

    reorder_point: float
    order_up_to: float
    cost: float


def economic_order(
    fixed: float, demand_rate: float, holding: float, stockout: float = math.inf
) -> EconomicOrder:
    """Return the economic order quantity; with a finite `stockout` cost, planned backorders (EOQB).

    ``Q = sqrt(2 K d (h + p) / (h p))``, at cost ``sqrt(2 K d h p / (h + p))``; for p without end
    Harris's ``sqrt(2 K d / h)``.

    Examples
    --------
    >>> round(economic_order(8, 1300, 0.225).quantity, 3)
    304.047
    >>> round(economic_order(8, 1300, 0.225, 7.5).quantity, 3)
    308.574
    """
    order, rate, hold = (
        positive("fixed", fixed),
        positive("demand_rate", demand_rate),
        positive("holding", holding),
    )
    owed = 0.0 if stockout == math.inf else hold / (hold + positive("stockout", stockout))
    quantity = math.sqrt(2.0 * order * rate / (hold * (1.0 - owed)))
    return EconomicOrder(quantity, math.sqrt(2.0 * order * rate * hold * (1.0 - owed)), quantity * owed)


def reorder_quantity(level_cost: LevelCost, cheapest: int, order_cost_rate: float) -> ReorderQuantity:
    """Return the best (r, Q) policy for whole units demanded one by one, continuous review.

    The inventory position is uniform on r+1 … r+Q, so the cost is
    ``(K d + sum of G(y) over them) / Q``; the best set of Q levels is taken cheapest first and grows
    as long as the next level costs less than the average (Federgruen & Zheng 1992).

    Parameters
    ----------
    level_cost : callable
        ``G(y)``, cost per unit of time with inventory position y; it falls to its least and rises
        without end on both sides.
    cheapest : int
        A level where G is least.
    order_cost_rate : float
        ``K d``: cost of one order times units demanded per unit of time.
    """
    low = high = cheapest
    total = non_negative("order_cost_rate", order_cost_rate) + level_cost(cheapest)
    below, above = level_cost(low - 1), level_cost(high + 1)
    while min(below, above) * (high - low + 1) < total:
        total += min(below, above)
        if below < above:
            low -= 1
            below = level_cost(low - 1)
        else:
            high += 1
            above = level_cost(high + 1)
    quantity = high - low + 1
    return ReorderQuantity(low - 1, quantity, total / quantity)


def reorder_quantity_poisson(
    holding: float, stockout: float, fixed: float, demand_rate: float, lead_time: float
) -> ReorderQuantity:
    """Return the best (r, Q) policy against Poisson demand, and its cost per unit of time.

    Examples
    --------
    >>> best = reorder_quantity_poisson(20, 150, 100, 1.5, 2)
    >>> best.reorder_point, best.quantity, round(best.cost, 4)
    (3, 5, 107.9236)
    """
    rate = positive("demand_rate", demand_rate)
    mean = rate * non_negative("lead_time", lead_time)
    cheapest = int(newsvendor_poisson(mean, holding, stockout).level)
    return reorder_quantity(
        lambda y: poisson_level_cost(y, mean, holding, stockout), cheapest, positive("fixed", fixed) * rate
    )


def order_up_to(level_cost: LevelCost, cheapest: int, demand: ArrayLike, fixed: float) -> OrderUpTo:
    """Return the best (s, S) policy for whole units, periodic review (Zheng & Federgruen 1991).

    Parameters
    ----------
    level_cost : callable
        ``G(y)``, mean cost of a period whose inventory position after ordering is y; it falls to
        its least and rises without end on both sides.
    cheapest : int
        A level where G is least.
    demand : (n,) array
        Probability that a period's demand is 0, 1, …, n-1 units.
    fixed : float
        Cost of one order.

    Raises
    ------
    InputError
        When the demand is no distribution, or is always 0.
    """
    renewals = _Renewals(distribution("demand", demand))
    cost = _CycleCost(level_cost, renewals, non_negative("fixed", fixed))
    s, best_up = cheapest - 1, cheapest
    while cost(s, best_up) > level_cost(s):
        s -= 1
    best = cost(s, best_up)
    up = best_up + 1
    while level_cost(up) <= best:
        if cost(s, up) < best:
            best_up = up
            while cost(s, best_up) <= level_cost(s + 1):
                s += 1
            best = cost(s, best_up)
        up += 1
    return OrderUpTo(s, best_up, best)


def order_up_to_poisson(
    holding: float, stockout: float, fixed: float, demand_mean: float, lead_time: int = 0
) -> OrderUpTo:
    """Return the best (s, S) policy against Poisson demand each period, and its cost per period.

    Parameters
    ----------
    holding, stockout : float
        Per unit at the end of a period.
    fixed : float
        Cost of one order.
    demand_mean : float
        Mean demand of a period.
    lead_time : int
        Whole periods from an order to its arrival; 0 arrives before the period's demand.

    Examples
    --------
    >>> best = order_up_to_poisson(1, 4, 5, 6)
    >>> best.reorder_point, best.order_up_to, round(best.cost, 5)
    (4, 10, 8.03411)
    """
    period = positive("demand_mean", demand_mean)
    exposed = period * (whole("lead_time", lead_time) + 1)
    cheapest = int(newsvendor_poisson(exposed, holding, stockout).level)
    # Chernoff's bound: less than exp(-60) lies beyond.
    masses = poisson.pmf(np.arange(math.ceil(period + 12.0 * math.sqrt(period) + 40.0)), period)
    return order_up_to(
        lambda y: poisson_level_cost(y, exposed, holding, stockout), cheapest, masses / masses.sum(), fixed
    )


class _Renewals:
    """Mean number of periods the position spends each number of units below S, in one cycle.

    ``m(0) = 1 / (1 - p_0)``, ``m(j) = sum_{l=1}^{j} p_l m(j-l) / (1 - p_0)`` (Zheng & Federgruen,
    equation 4).
    """

    def __init__(self, demand: FloatArray) -> None:
        if demand[0] >= 1.0:
            raise InputError("demand is always 0; nothing is ever ordered")
        self.demand = demand / (1.0 - demand[0])
        self.spent = [1.0 / (1.0 - float(demand[0]))]

    def __call__(self, below: int) -> float:
        while len(self.spent) <= below:
            j = len(self.spent)
            reach = min(j, self.demand.size - 1)
            recent = np.array(self.spent[j - reach :][::-1])
            self.spent.append(float(self.demand[1 : reach + 1] @ recent))
        return self.spent[below]


class _CycleCost:
    """``c(s, S) = (K + sum_j m(j) G(S-j)) / sum_j m(j)`` over j = 0 … S-s-1."""

    def __init__(self, level_cost: LevelCost, spent: _Renewals, fixed: float) -> None:
        self.level_cost, self.spent, self.fixed = level_cost, spent, fixed

    def __call__(self, s: int, up: int) -> float:
        spent = [self.spent(j) for j in range(up - s)]
        levels = math.fsum(m * self.level_cost(up - j) for j, m in enumerate(spent))
        return (self.fixed + levels) / math.fsum(spent)
