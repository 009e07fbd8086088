"""The textbook's answer: a policy from the mean and deviation of demand alone.

Demand is taken as normal, the same every day and independent from day to day, and a stock-out as changing
nobody: what the simulation does not assume.

References
----------
L. V. Snyder, Z.-J. M. Shen, *Fundamentals of Supply Chain Theory*, 2nd ed., Wiley 2019, chapters 3 to 5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.special import ndtri

from simulator.analysis.stock.aims import Aim
from simulator.analysis.stock.policy import Kind, Policy
from simulator.errors import JourneyError
from simulator.theory.inventory import newsvendor_normal, normal_loss
from simulator.theory.reorder import economic_order
from simulator.theory.reorder_normal import NormalReorder, expected_inventory_level, loss_function

__all__ = ["Demand", "Supply", "Textbook", "textbook"]


@dataclass(frozen=True)
class Demand:
    """Demand of one product while it is on sale: mean and deviation of a day, and of all days together."""

    mean: float
    sd: float
    total_mean: float
    total_sd: float


@dataclass(frozen=True)
class Supply:
    """What ordering and being short cost, and how long it takes; times in days, costs in the currency.

    Attributes
    ----------
    holding, order, margin, backorder : float
        Per unit and day, per order, per unit lost, per unit owed and day.
    left_over : float
        Unit cost less salvage.
    lead_mean, lead_sd : float
    review : float
        Days between two looks at the shelf; 0 where every change is seen.
    lost : bool
        Whether a unit asked for in vain is lost; else it is owed.
    """

    holding: float
    order: float
    margin: float
    backorder: float
    left_over: float
    lead_mean: float
    lead_sd: float
    review: float
    lost: bool


@dataclass(frozen=True)
class Textbook:
    """A policy by the book.

    Attributes
    ----------
    policy : Policy or None
        None where the book has no answer.
    method : str
        Which formula, or why there is none.
    demand : Demand
    exposed_mean, exposed_sd : float
        Of the demand between two chances to do something about it: a review and a lead time.
    """

    policy: Policy | None
    method: str
    demand: Demand
    exposed_mean: float
    exposed_sd: float


def textbook(kind: Kind, lot: int, demand: Demand, supply: Supply, aim: Aim) -> Textbook:
    """Answer from mean and deviation.

    Parameters
    ----------
    kind : Kind
        Which numbers the policy has.
    lot : int
        The lot to keep when a service level is asked for.
    demand, supply : Demand, Supply
    aim : Aim
    """
    exposed = supply.lead_mean + supply.review
    mean = demand.mean * exposed
    sd = math.sqrt(exposed * demand.sd**2 + (demand.mean * supply.lead_sd) ** 2)
    try:
        if kind is Kind.ONCE:
            level, lot, method = _once(demand, supply, aim)
        elif aim.measure != "cost":
            level, method = _for_service(kind, lot, mean, sd, aim)
        elif kind is Kind.BASE_STOCK:
            level, method = _base_stock(mean, sd, supply, exposed)
        else:
            level, lot, method = _reorder(demand, supply, mean, sd, exposed)
    except JourneyError as problem:
        return Textbook(None, str(problem), demand, mean, sd)
    return Textbook(Policy(kind, max(0, math.ceil(level - 1e-9)), max(1, lot)), method, demand, mean, sd)


def _once(demand: Demand, supply: Supply, aim: Aim) -> tuple[float, int, str]:
    mean, sd = demand.total_mean, max(demand.total_sd, 1e-9)
    if aim.measure == "cycle":
        return mean + sd * float(ndtri(aim.target)), 1, "normal quantile"
    if aim.measure == "fill_rate":
        return _level_for_loss((1.0 - aim.target) * mean, mean, sd), 1, "normal loss function"
    return newsvendor_normal(mean, sd, supply.left_over, supply.margin).level, 1, "newsvendor, normal demand"


def _for_service(kind: Kind, lot: int, mean: float, sd: float, aim: Aim) -> tuple[float, str]:
    if aim.measure == "cycle":
        return mean + sd * float(ndtri(aim.target)), "normal quantile of lead-time demand"
    ordered = float(lot) if kind is not Kind.BASE_STOCK else max(mean, 1.0)
    return _level_for_loss((1.0 - aim.target) * ordered, mean, max(sd, 1e-9)), "normal loss function"


def _level_for_loss(short: float, mean: float, sd: float) -> float:
    """Find the level at which the mean number short is so many."""
    low = mean - max(short, sd) - sd
    return float(brentq(lambda level: normal_loss(level, mean, sd) - short, low, mean + 40.0 * sd))


def _base_stock(mean: float, sd: float, supply: Supply, exposed: float) -> tuple[float, str]:
    if supply.lost:
        best = newsvendor_normal(mean, max(sd, 1e-9), supply.holding * max(exposed, 1.0), supply.margin)
        return best.level, "newsvendor of lead-time demand, held for a lead time"
    best = newsvendor_normal(mean, max(sd, 1e-9), supply.holding, supply.backorder)
    return best.level, "newsvendor of lead-time demand"


def _reorder(
    demand: Demand, supply: Supply, mean: float, sd: float, exposed: float
) -> tuple[float, int, str]:
    """Solve the two equations of (r, Q); an (s, S) policy takes r and r + Q."""
    if exposed <= 0.0:
        quantity = economic_order(supply.order, demand.mean, supply.holding).quantity
        return 0.0, round(quantity), "economic order quantity"
    stockout = supply.margin if supply.lost else supply.backorder
    deviation = max(sd, 1e-9) / math.sqrt(exposed)
    case = NormalReorder(supply.holding, stockout, supply.order, demand.mean, deviation, exposed)
    best = expected_inventory_level(case) if supply.lost else loss_function(case)
    method = "expected inventory level (Hadley-Whitin)" if supply.lost else "loss function (Hadley-Whitin)"
    return best.reorder_point, max(1, round(best.quantity)), method
