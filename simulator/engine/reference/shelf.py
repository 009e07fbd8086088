"""A shelf: the stock of one product, its orders, and the list of those who wait for it."""

from __future__ import annotations

from collections import deque
from typing import Any

from simulator.engine.reference.team import Ticket
from simulator.program.tables import ProductStock

__all__ = ["Shelf"]


class Shelf:
    """Units on hand, on order and owed of one product that can run out.

    Units owed are delivered first, so nothing is on hand while something is owed.
    """

    def __init__(self, stock: ProductStock, warm_up: int) -> None:
        self.on_hand = stock.on_hand
        self.initial = stock.on_hand
        self.on_order = 0
        self.owed = 0
        self.ordered = 0
        self.received = 0
        self.restocked = 0
        self.shipped = 0
        self.orders = 0
        self.unit_ms = 0
        self.backorder = bool(stock.backorder)
        self.reorder_point = stock.reorder_point
        self.order_up_to = stock.order_up_to
        self.list: deque[Ticket] = deque()
        self._since = 0
        self._warm_up = warm_up

    def book(self, now: int) -> None:
        """Add the time on the shelf of every unit since the last change, from the warm-up on."""
        self.unit_ms += self.on_hand * max(0, now - max(self._since, self._warm_up))
        self._since = now

    def take(self, units: int, now: int) -> bool:
        """Hand units over: all or nothing, except that a backorder owes what is missing."""
        if self.on_hand < units and not self.backorder:
            return False
        self.book(now)
        given = min(self.on_hand, units)
        self.on_hand -= given
        self.owed += units - given
        self.shipped += units
        return True

    def put(self, units: int, now: int) -> None:
        """Take units in: first what is owed, the rest on the shelf."""
        self.book(now)
        given = min(self.owed, units)
        self.owed -= given
        self.on_hand += units - given

    def wake(self) -> list[Ticket]:
        """Choose whom a delivery wakes: in order of joining, as many as there are units."""
        woken: list[Ticket] = []
        while self.list and len(woken) < self.on_hand:
            ticket = self.list.popleft()
            if ticket.waiting:
                woken.append(ticket)
        return woken

    def quantity_to_order(self) -> int:
        """Review the policy: how many units to order now."""
        position = self.on_hand + self.on_order - self.owed
        if self.order_up_to < 0 or position > self.reorder_point:
            return 0
        return self.order_up_to - position

    def counts(self) -> dict[str, Any]:
        """Give what the books of a run hold of this shelf, by the names of `STOCK`."""
        return {
            "initial": self.initial,
            "ordered": self.ordered,
            "received": self.received,
            "restocked": self.restocked,
            "shipped": self.shipped,
            "on_hand": self.on_hand,
            "on_order": self.on_order,
            "owed": self.owed,
            "orders": self.orders,
            "unit_ms": self.unit_ms,
        }
