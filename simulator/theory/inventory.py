"""How much to stock once: the newsvendor, and the base-stock level.

Costs are per unit of stock: ``overage`` for each unit left over, ``underage`` for each unit short.
Demand and levels are in units of the product.

References
----------
L. V. Snyder, Z.-J. M. Shen, *Fundamentals of Supply Chain Theory*, 2nd ed., Wiley 2019, sections
4.3 (newsvendor, base stock) and C.3 (loss functions).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri
from scipy.stats import poisson

from simulator.errors import InputError
from simulator.theory.conditions import distribution, non_negative, positive

__all__ = [
    "BaseStock",
    "StockLevel",
    "base_stock_poisson",
    "critical_ratio",
    "newsvendor_draws",
    "newsvendor_normal",
    "newsvendor_poisson",
    "normal_loss",
    "normal_second_loss",
    "poisson_level_cost",
    "poisson_loss",
]


class StockLevel(NamedTuple):
    """A stock level and what it costs on average per period."""

    level: float
    cost: float


@dataclass(frozen=True)
class BaseStock:
    """What holds, at a moment at random, when every unit demanded is reordered at once.

    Attributes
    ----------
    ready_rate : float
        Chance that there is stock on hand; with Poisson demand also the share served at once.
    backorders : float
        Mean number of units owed.
    on_hand : float
        Mean number of units in stock.
    """

    ready_rate: float
    backorders: float
    on_hand: float


def critical_ratio(overage: float, underage: float) -> float:
    """Return the chance with which demand should be covered: ``underage / (overage + underage)``."""
    over, under = positive("overage", overage), positive("underage", underage)
    return under / (over + under)


def normal_loss(level: float, mean: float = 0.0, sd: float = 1.0) -> float:
    """Return ``E[(X - level)+]`` of a normal X: ``sd (phi(z) - z P(Z > z))``.

    Examples
    --------
    >>> round(normal_loss(0.0), 6)
    0.398942
    """
    z = (level - mean) / positive("sd", sd)
    return sd * (_normal_density(z) - z * float(ndtr(-z)))


def normal_second_loss(level: float, mean: float = 0.0, sd: float = 1.0) -> float:
    """Return ``E[((X - level)+)^2] / 2`` of a normal X: ``sd^2 ((z^2 + 1) P(Z > z) - z phi(z)) / 2``."""
    z = (level - mean) / positive("sd", sd)
    return 0.5 * sd * sd * ((z * z + 1.0) * float(ndtr(-z)) - z * _normal_density(z))


def poisson_loss(level: int, mean: float) -> float:
    """Return ``E[(X - level)+]`` of a Poisson X: ``mean P(X >= level) - level P(X > level)``.

    Examples
    --------
    >>> round(poisson_loss(12, 8.0), 6)
    0.129826
    """
    m = non_negative("mean", mean)
    return max(m * float(poisson.sf(level - 1, m)) - level * float(poisson.sf(level, m)), 0.0)


def poisson_level_cost(level: int, mean: float, overage: float, underage: float) -> float:
    """Return the mean cost of a level against Poisson demand of this mean."""
    short = poisson_loss(level, mean)
    return overage * (level - mean + short) + underage * short


def newsvendor_normal(mean: float, sd: float, overage: float, underage: float) -> StockLevel:
    """Return the cheapest level against normal demand: ``mean + sd z`` with ``z`` the ratio's quantile.

    It costs ``(overage + underage) sd phi(z)``.

    Examples
    --------
    >>> best = newsvendor_normal(100.0, 20.0, overage=2.0, underage=6.0)
    >>> round(best.level, 6), round(best.cost, 6)
    (113.489795, 50.844252)
    """
    z = float(ndtri(critical_ratio(overage, underage)))
    spread = positive("sd", sd)
    return StockLevel(mean + spread * z, (overage + underage) * spread * _normal_density(z))


def newsvendor_poisson(mean: float, overage: float, underage: float) -> StockLevel:
    """Return the cheapest level against Poisson demand: the least that covers the critical ratio.

    Examples
    --------
    >>> newsvendor_poisson(100.0, overage=2.0, underage=6.0).level
    107
    """
    level = int(poisson.ppf(critical_ratio(overage, underage), non_negative("mean", mean)))
    return StockLevel(level, poisson_level_cost(level, mean, overage, underage))


def newsvendor_draws(
    demand: ArrayLike, overage: float, underage: float, probabilities: ArrayLike | None = None
) -> StockLevel:
    """Return the cheapest level against demand known by its draws, or by values and probabilities.

    The least value whose distribution function reaches the critical ratio; no law is assumed.

    Parameters
    ----------
    demand : (n,) array
        Draws, or the values demand can take; in any order.
    overage, underage : float
        Cost of each unit left over, and short.
    probabilities : (n,) array, optional
        Of the values; without them every draw counts the same.

    Raises
    ------
    InputError
        When there is no draw or one is not finite, or a cost is not above 0.

    Examples
    --------
    >>> newsvendor_draws([1, 2, 3, 4], overage=1.0, underage=3.0)
    StockLevel(level=3.0, cost=1.5)
    """
    values = np.asarray(demand, dtype=np.float64)
    if values.ndim != 1 or values.size == 0 or not np.isfinite(values).all():
        raise InputError("demand must be a vector of at least one finite number")
    equal = np.full(values.size, 1.0 / values.size)
    masses = equal if probabilities is None else distribution("probabilities", probabilities, values.size)
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(masses[order])
    # Rounding must not skip a value that reaches the ratio exactly; at a tie both cost the same.
    first = int(np.searchsorted(reached, critical_ratio(overage, underage) - 1e-12))
    level = float(values[order[min(first, values.size - 1)]])
    over = float(masses @ np.maximum(level - values, 0.0))
    short = float(masses @ np.maximum(values - level, 0.0))
    return StockLevel(level, overage * over + underage * short)


def base_stock_poisson(level: int, lead_time_demand: float) -> BaseStock:
    """Return how a base-stock level serves Poisson demand, unmet demand waiting.

    Stock on hand minus units owed is ``level - D``, with D the demand of one lead time; by Palm's
    theorem D is Poisson also when lead times are random and independent.

    Parameters
    ----------
    level : int
        Stock on hand and on order, minus units owed, is always this.
    lead_time_demand : float
        Mean demand in one lead time.

    Examples
    --------
    >>> served = base_stock_poisson(12, 8.0)
    >>> round(served.ready_rate, 6), round(served.backorders, 6)
    (0.888076, 0.129826)
    """
    mean = non_negative("lead_time_demand", lead_time_demand)
    owed = poisson_loss(level, mean)
    return BaseStock(float(poisson.cdf(level - 1, mean)), owed, level - mean + owed)


def _normal_density(z: float) -> float:
    return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
