"""What a stock costs: holding, ordering, what is owed, the margin stock-outs take away, what is left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from simulator.engine.tally import STOCK, UNITS, Tally
from simulator.program.calendar import MICRO
from simulator.program.program import Program
from simulator.program.tables import ProductStock, Shelf
from simulator.spec.model import DAY

__all__ = ["StockCosts", "daily_margins", "margins_of", "stock_costs"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StockCosts:
    """Costs in the currency by replication and product, from the end of the warm-up on.

    Attributes
    ----------
    holding, ordering, backorder : ndarray of float64, shape (replications, products)
        Units on the shelf and units owed, each over time; orders placed.
    lost_margin : ndarray
        What the same customers leave when nothing is ever out, less what they leave with this stock:
        revenue less refunds and goods. What a stock-out does to a customer's later purchases is in it. What
        is taken in place of a product makes its loss smaller, and is no gain of the other one.
    left_over : ndarray
        Unit cost less salvage of what is on the shelf in the end, where a stock is bought once; else 0.
    """

    holding: Floats
    ordering: Floats
    backorder: Floats
    lost_margin: Floats
    left_over: Floats

    @property
    def total(self) -> Floats:
        """All of them, shape (replications, products)."""
        return np.asarray(sum(getattr(self, field.name) for field in fields(self)))

    def by_kind(self) -> dict[str, Floats]:
        """Name each kind, and the total."""
        return {**{field.name: getattr(self, field.name) for field in fields(self)}, "total": self.total}


def daily_margins(program: Program) -> Floats:
    """Give the price less unit cost of each product and day; prices change at midnight.

    Returns
    -------
    ndarray of float64, shape (products, days)
    """
    structure, values = program.structure, program.values
    days = np.arange(program.days) * DAY
    prices = []
    for line in structure.products[:, 0].tolist():
        first, last = structure.timelines[line].tolist()
        place = np.searchsorted(structure.times[first:last], days, side="right") - 1
        prices.append(values.levels[first:last][place])
    priced = np.array(prices, dtype=np.float64).reshape(len(prices), program.days)
    return np.asarray((priced - values.unit_costs[:, None]) / MICRO)


def margins_of(program: Program, tallies: Sequence[Tally]) -> Floats:
    """Give revenue less refunds and goods, shape (replications, products).

    A unit that a blind shelf did not have is no sale: the customer never knew, and the books do.
    """
    money = np.stack([(tally["revenue"] - tally["refunds"]).sum(axis=0) for tally in tallies])
    units = np.stack([tally["units"].sum(axis=0) for tally in tallies])
    blind = program.structure.products[:, ProductStock._fields.index("limited")] == Shelf.BLIND
    not_there = units[:, :, UNITS.index("lost")] * blind[:, None]
    used_up = (
        units[:, :, UNITS.index("sold")].sum(axis=2)
        + not_there.sum(axis=2)
        - units[:, :, UNITS.index("restocked")].sum(axis=2)
    )
    margin = (money - used_up * program.values.unit_costs) / MICRO
    return np.asarray(margin - (not_there * daily_margins(program)).sum(axis=2))


def stock_costs(
    program: Program, tallies: Sequence[Tally], never_out: Floats, once: Sequence[int] = ()
) -> StockCosts:
    """Price what the shelves of some replications did.

    Parameters
    ----------
    program : Program
        What was played.
    tallies : sequence of Tally
    never_out : ndarray of float64, shape (replications, products)
        The margins of the same replications with endless stock.
    once : sequence of int
        Products bought once: what is left over in the end is lost but for its salvage.
    """
    values = program.values
    stock = np.stack([tally["stock"] for tally in tallies])
    shelf = {kind: stock[:, :, number] for number, kind in enumerate(STOCK)}
    left_over = np.zeros(shelf["on_hand"].shape)
    chosen = list(once)
    worth = (values.unit_costs - values.salvages) / MICRO
    left_over[:, chosen] = shelf["on_hand"][:, chosen] * worth[chosen]
    taken = np.stack([tally["instead"] for tally in tallies]) * daily_margins(program)
    brought_back, brought = taken.sum(axis=(2, 3)), taken.sum(axis=(1, 3))
    return StockCosts(
        holding=np.asarray(shelf["unit_ms"] / DAY * values.holding_costs / MICRO),
        ordering=np.asarray(shelf["orders"] * values.order_costs / MICRO),
        backorder=np.asarray(shelf["owed_ms"] / DAY * values.backorder_costs / MICRO),
        lost_margin=np.asarray(never_out - margins_of(program, tallies) - brought_back + brought),
        left_over=left_over,
    )
