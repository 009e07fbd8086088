"""When to reorder, and how much, against normal demand: the textbook approximations.

``holding`` and ``stockout`` are costs per unit (and unit of time, for holding), ``fixed`` the cost
of one order. `demand_mean` and `demand_sd` are those of one unit of time; demands of different
times are independent, so the demand of a lead time L has mean ``L mean`` and deviation ``sqrt(L) sd``.

References
----------
G. Hadley, T. M. Whitin, *Analysis of Inventory Systems*, Prentice-Hall 1963, chapter 4.
L. V. Snyder, Z.-J. M. Shen, *Fundamentals of Supply Chain Theory*, 2nd ed., Wiley 2019, section 5.3.
R. Ehrhardt, C. Mosier, "A revision of the power approximation for computing (s, S) policies",
*Management Science* 30 (1984) 618-622.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from scipy.optimize import brentq
from scipy.special import ndtri

from simulator.errors import InputError, RunError
from simulator.theory.conditions import non_negative, positive
from simulator.theory.inventory import critical_ratio, normal_loss, normal_second_loss
from simulator.theory.reorder import OrderUpTo, ReorderQuantity, economic_order

__all__ = [
    "NormalReorder",
    "eoq_with_backorders",
    "eoq_with_safety_stock",
    "expected_inventory_level",
    "loss_function",
    "power_approximation",
]

# The two-equation schemes contract fast; a case that needs more turns does not converge at all.
TURNS: Final = 1_000


@dataclass(frozen=True)
class NormalReorder:
    """A product reordered under continuous review.

    Attributes
    ----------
    holding, stockout, fixed : float
        Costs, see the module.
    demand_mean, demand_sd : float
        Of one unit of time.
    lead_time : float
        From an order to its arrival.
    """

    holding: float
    stockout: float
    fixed: float
    demand_mean: float
    demand_sd: float
    lead_time: float

    def __post_init__(self) -> None:
        """Refuse what is not above 0."""
        for name, value in vars(self).items():
            positive(name, value)

    @property
    def mean(self) -> float:
        """Mean demand in a lead time."""
        return self.demand_mean * self.lead_time

    @property
    def sd(self) -> float:
        """Standard deviation of the demand in a lead time."""
        return self.demand_sd * math.sqrt(self.lead_time)

    @property
    def newsvendor(self) -> float:
        """The level that covers a lead time's demand with the critical ratio."""
        return self.mean + self.sd * float(ndtri(critical_ratio(self.holding, self.stockout)))

    def level_cost(self, level: float) -> float:
        """Return the holding and stockout cost per unit of time at an inventory position."""
        short = normal_loss(level, self.mean, self.sd)
        return self.holding * (level - self.mean + short) + self.stockout * short

    def cost(self, reorder_point: float, quantity: float) -> float:
        """Return the exact cost per unit of time of a policy, stockouts paid per unit and time.

        ``(K d + integral of G(y) over r … r + Q) / Q``, with the integral in closed form.
        """
        r, q = reorder_point, positive("quantity", quantity)
        short = normal_second_loss(r, self.mean, self.sd) - normal_second_loss(r + q, self.mean, self.sd)
        stock = self.holding * (r - self.mean + q / 2.0)
        return stock + ((self.holding + self.stockout) * short + self.fixed * self.demand_mean) / q


def eoq_with_safety_stock(case: NormalReorder) -> ReorderQuantity:
    """Return the plain EOQ, reordered at the newsvendor level (EOQ+SS)."""
    quantity = economic_order(case.fixed, case.demand_mean, case.holding).quantity
    return ReorderQuantity(case.newsvendor, quantity, case.cost(case.newsvendor, quantity))


def eoq_with_backorders(case: NormalReorder) -> ReorderQuantity:
    """Return the EOQ with backorders, reordered where it is best for that quantity (EOQB).

    The best reorder point for a quantity is where ``G(r) = G(r + Q)``.
    """
    quantity = economic_order(case.fixed, case.demand_mean, case.holding, case.stockout).quantity
    r = brentq(
        lambda r: case.level_cost(r) - case.level_cost(r + quantity),
        case.newsvendor - quantity,
        case.newsvendor,
        xtol=1e-12 * quantity,
    )
    return ReorderQuantity(r, quantity, case.cost(r, quantity))


def expected_inventory_level(case: NormalReorder) -> ReorderQuantity:
    """Return the expected-inventory-level approximation (EIL): stockouts are paid per unit, once.

    ``r`` with ``P(D > r) = Q h / (p d)`` and ``Q = sqrt(2 d (K + p n(r)) / h)`` in turn, n the loss
    function; the cost is ``h (r - mean + Q/2) + (K + p n(r)) d / Q`` (Hadley & Whitin, section 4-2).

    Raises
    ------
    InputError
        When a stockout is so cheap that it never pays to avoid one.
    """

    def reorder_point(quantity: float) -> float:
        uncovered = quantity * case.holding / (case.stockout * case.demand_mean)
        if uncovered >= 1.0:
            raise InputError(f"stockout {case.stockout} is too cheap: it never pays to hold stock")
        return case.mean - case.sd * float(ndtri(uncovered))

    def order(r: float) -> float:
        return case.fixed + case.stockout * normal_loss(r, case.mean, case.sd)

    r, quantity = _in_turn(
        reorder_point, lambda r: math.sqrt(2.0 * case.demand_mean * order(r) / case.holding), case
    )
    stock = case.holding * (r - case.mean + quantity / 2.0)
    return ReorderQuantity(r, quantity, stock + order(r) * case.demand_mean / quantity)


def loss_function(case: NormalReorder) -> ReorderQuantity:
    """Return the loss-function approximation: the exact cost without its terms at ``r + Q``.

    ``n(r) = Q h / (h + p)`` and ``Q = sqrt(2 (K d + (h + p) n2(r)) / h)`` in turn, n and n2 the first
    and second loss function (Hadley & Whitin, section 4-9). The cost returned is the exact one.
    """
    both = case.holding + case.stockout

    def reorder_point(quantity: float) -> float:
        short = quantity * case.holding / both
        low = case.mean - short  # the loss there is above `short`, by Jensen's inequality
        return float(
            brentq(
                lambda r: normal_loss(r, case.mean, case.sd) - short,
                low,
                max(low, case.mean) + 40.0 * case.sd,
                xtol=1e-12 * (case.sd + quantity),
            )
        )

    def quantity_for(r: float) -> float:
        owed = normal_second_loss(r, case.mean, case.sd)
        return math.sqrt(2.0 * (case.fixed * case.demand_mean + both * owed) / case.holding)

    r, quantity = _in_turn(reorder_point, quantity_for, case)
    return ReorderQuantity(r, quantity, case.cost(r, quantity))


def _in_turn(
    reorder_point: Callable[[float], float], quantity_for: Callable[[float], float], case: NormalReorder
) -> tuple[float, float]:
    """Solve two equations in turn from the EOQ until neither moves by more than rounding."""
    quantity = economic_order(case.fixed, case.demand_mean, case.holding).quantity
    for _ in range(TURNS):
        r = reorder_point(quantity)
        following = quantity_for(r)
        if abs(following - quantity) <= 1e-12 * quantity:
            return r, following
        quantity = following
    raise RunError(f"reorder point and quantity did not settle after {TURNS} turns")


def power_approximation(
    holding: float,
    stockout: float,
    fixed: float,
    demand_mean: float,
    demand_sd: float,
    lead_time: float = 0.0,
    *,
    bounded: bool = True,
) -> OrderUpTo:
    """Return the revised power approximation of the best (s, S), periodic review.

    With ``Q = 1.30 m^0.494 (K/h)^0.506 (1 + sL^2/m^2)^0.116``, ``z = sqrt(Q h / (sL p))`` and ``sL`` the
    deviation of lead time plus review, ``s = 0.973 mL + sL (0.183/z + 1.063 - 2.192 z)`` and
    ``S = s + Q``. Fitted by regression: the cost is not part of it and is NaN.

    Parameters
    ----------
    holding, stockout, fixed : float
        Costs per unit and period, and of one order.
    demand_mean, demand_sd : float
        Of one period.
    lead_time : float
        Periods from an order to its arrival.
    bounded : bool
        For small orders, ``Q <= 1.5 m``, hold s and S at or below the newsvendor level. The formula
        without it costs half as much again in the example below.

    Examples
    --------
    >>> s, up_to, _ = power_approximation(0.18, 0.70, 2.5, 50, 8)
    >>> round(s, 4), round(up_to, 4)
    (40.1946, 56.604)
    >>> round(power_approximation(0.18, 0.70, 2.5, 50, 8, bounded=False).order_up_to, 4)
    74.2902
    """
    mean, exposed = positive("demand_mean", demand_mean), non_negative("lead_time", lead_time) + 1.0
    mean_exposed, sd_exposed = mean * exposed, positive("demand_sd", demand_sd) * math.sqrt(exposed)
    ratio = critical_ratio(holding, stockout)
    scale = (positive("fixed", fixed) / holding) ** 0.506 * (1.0 + (sd_exposed / mean) ** 2) ** 0.116
    quantity = 1.30 * mean**0.494 * scale
    z = math.sqrt(quantity * holding / (sd_exposed * stockout))
    s = 0.973 * mean_exposed + sd_exposed * (0.183 / z + 1.063 - 2.192 * z)
    if quantity > 1.5 * mean or not bounded:
        return OrderUpTo(s, s + quantity, math.nan)
    newsvendor = mean_exposed + sd_exposed * float(ndtri(ratio))
    return OrderUpTo(min(s, newsvendor), min(s + quantity, newsvendor), math.nan)
