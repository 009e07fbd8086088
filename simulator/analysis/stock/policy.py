"""The policies a search moves through: when to order and how much, as two whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from simulator.program.program import Program
from simulator.program.stocked import with_stock
from simulator.program.tables import NONE, ProductStock

__all__ = ["Kind", "Policy", "highest_position", "with_policies", "written_policy"]


class Kind(StrEnum):
    """What a policy is."""

    ORDER_UP_TO = "order_up_to"  # (s, S)
    ORDER_QUANTITY = "order_quantity"  # (r, Q)
    BASE_STOCK = "base_stock"
    ONCE = "once"  # bought before the start, and never again


@dataclass(frozen=True)
class Policy:
    """When to order how much.

    Attributes
    ----------
    kind : Kind
    level : int
        The reorder point; the base stock; the units bought once.
    lot : int
        Units from the reorder point to the level ordered up to, or the order quantity; else 1.
    """

    kind: Kind
    level: int
    lot: int = 1

    @property
    def has_lot(self) -> bool:
        """Whether the lot means anything."""
        return self.kind in (Kind.ORDER_UP_TO, Kind.ORDER_QUANTITY)

    def moved(self, level: int = 0, lot: int = 0) -> Policy:
        """Give the policy with other numbers, moved by these."""
        return replace(self, level=self.level + level, lot=self.lot + lot)

    @property
    def columns(self) -> dict[str, int]:
        """The columns of `ProductStock` that say it."""
        never = {"reorder_point": NONE, "order_up_to": NONE, "order_quantity": NONE}
        if self.kind is Kind.ONCE:
            return {**never, "on_hand": self.level}
        if self.kind is Kind.BASE_STOCK:
            return {**never, "reorder_point": self.level - 1, "order_up_to": self.level}
        if self.kind is Kind.ORDER_UP_TO:
            return {**never, "reorder_point": self.level, "order_up_to": self.level + self.lot}
        return {**never, "reorder_point": self.level, "order_quantity": self.lot}

    def as_dict(self) -> dict[str, Any]:
        """Give the policy as one writes it in `inventory`; what is bought once is `on_hand`."""
        written = {name: value for name, value in self.columns.items() if value != NONE}
        if self.kind is Kind.BASE_STOCK:
            return {"base_stock": self.level}
        return written

    def __str__(self) -> str:
        if self.kind is Kind.ORDER_UP_TO:
            return f"at {self.level} up to {self.level + self.lot}"
        if self.kind is Kind.ORDER_QUANTITY:
            return f"at {self.level} order {self.lot}"
        return f"up to {self.level}" if self.kind is Kind.BASE_STOCK else f"buy {self.level} once"


def written_policy(program: Program, product: int) -> Policy:
    """Read a product's policy; what is never ordered is bought once."""
    stock = ProductStock._make(program.structure.products[product].tolist())
    if stock.order_quantity != NONE:
        return Policy(Kind.ORDER_QUANTITY, stock.reorder_point, stock.order_quantity)
    if stock.order_up_to == NONE:
        return Policy(Kind.ONCE, stock.on_hand)
    if stock.order_up_to == stock.reorder_point + 1:
        return Policy(Kind.BASE_STOCK, stock.order_up_to)
    return Policy(Kind.ORDER_UP_TO, stock.reorder_point, stock.order_up_to - stock.reorder_point)


def with_policies(program: Program, policies: dict[int, Policy]) -> Program:
    """Give the journey under other policies, by product; nothing else of it moves."""
    return with_stock(program, {product: policy.columns for product, policy in policies.items()})


def highest_position(program: Program, product: int, policy: Policy) -> int:
    """Give the most units that can be on hand and on order, less what customers bring back."""
    stock = ProductStock._make(program.structure.products[product].tolist())
    if policy.kind is Kind.ONCE:
        return policy.level
    if policy.kind is Kind.BASE_STOCK:
        point, reach = policy.level - 1, policy.level
    else:
        point, reach = policy.level, policy.level + policy.lot
    smallest = -(-stock.min_order // stock.case_size) * stock.case_size
    return max(reach + stock.case_size - 1, point + smallest)
