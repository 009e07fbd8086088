"""A shelf: the stock of one product, its orders, and the list of those who wait for it."""

from __future__ import annotations

from collections import deque
from typing import Any

from simulator.engine.reference.team import Ticket
from simulator.program.tables import ProductStock
from simulator.program.tables import Shelf as Kept
from simulator.spec.model import DAY

__all__ = ["Shelf"]

_ON_HAND, _OWED, _ORDERED, _OUT = range(4)


class Shelf:
    """Units on hand, on order and owed of one product that can run out.

    Units owed are delivered first, so nothing is on hand while something is owed.

    Attributes
    ----------
    blind : bool
        Counted, and no customer notices when it is empty.
    levels : list of list of int
        What the days were, by the names of `LEVELS`.
    """

    def __init__(self, stock: ProductStock, warm_up: int, days: int) -> None:
        self.stock = stock
        self.on_hand = stock.on_hand
        self.on_order = 0
        self.owed = 0
        self.ordered = 0
        self.received = 0
        self.restocked = 0
        self.shipped = 0
        self.numbered = 0
        self.orders = 0
        self.unit_ms = 0
        self.owed_ms = 0
        self.out_ms = 0
        self.cycles = 0
        self.short_cycles = 0
        self.blind = stock.limited == Kept.BLIND
        self.levels = [[0] * days for _ in range(4)]
        self.list: deque[Ticket] = deque()
        self._was_short = False
        self._since = 0
        self._warm_up = warm_up

    def book(self, now: int) -> None:
        """Write down the time since the last change: from the warm-up on, and the days that ended."""
        counted = max(0, now - max(self._since, self._warm_up))
        self.unit_ms += self.on_hand * counted
        self.owed_ms += self.owed * counted
        self.out_ms += counted if self.on_hand == 0 else 0
        for day in range(self._since // DAY, now // DAY):
            self.levels[_ON_HAND][day], self.levels[_OWED][day] = self.on_hand, self.owed
        if self.on_hand == 0 and now > self._since:
            for day in range(self._since // DAY, (now - 1) // DAY + 1):
                self.levels[_OUT][day] = 1
        self._since = now

    def close(self, horizon: int) -> None:
        """Write down the time to the end, and the last day if it is cut short."""
        self.book(horizon)
        if horizon % DAY:
            day = horizon // DAY
            self.levels[_ON_HAND][day], self.levels[_OWED][day] = self.on_hand, self.owed

    def take(self, units: int, now: int) -> bool:
        """Hand units over: all or nothing, except that a backorder owes what is missing."""
        if self.on_hand < units:
            self._was_short = True
            if not self.stock.backorder:
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

    def await_units(self, units: int) -> None:
        """Count units that will be delivered."""
        self.ordered += units
        self.on_order += units

    def order(self, units: int, now: int) -> int:
        """Order units; give the number of the order, from 1."""
        self.numbered += 1
        self.orders += now >= self._warm_up
        self.levels[_ORDERED][now // DAY] += units
        self.await_units(units)
        return self.numbered

    def deliver(self, units: int, now: int) -> None:
        """Receive an order, which ends a cycle: one in which somebody asked in vain, or not."""
        self.on_order -= units
        self.received += units
        if now >= self._warm_up:
            self.cycles += 1
            self.short_cycles += self._was_short
        self._was_short = False

    def wake(self) -> list[Ticket]:
        """Choose whom a delivery wakes: in order of joining, as many as there are units."""
        woken: list[Ticket] = []
        while self.list and len(woken) < self.on_hand:
            ticket = self.list.popleft()
            if ticket.waiting:
                woken.append(ticket)
        return woken

    def quantity_to_order(self) -> int:
        """Look at the position: how many units the policy orders now."""
        stock, position = self.stock, self.on_hand + self.on_order - self.owed
        if position > stock.reorder_point:
            return 0
        if stock.order_up_to >= 0:
            wanted = stock.order_up_to - position
        elif stock.order_quantity > 0:
            wanted = stock.order_quantity * ((stock.reorder_point - position) // stock.order_quantity + 1)
        else:
            return 0
        wanted = max(wanted, stock.min_order)
        return -(-wanted // stock.case_size) * stock.case_size

    def counts(self) -> dict[str, Any]:
        """Give what the books of a run hold of this shelf, by the names of `STOCK`."""
        return {
            "initial": self.stock.on_hand,
            "ordered": self.ordered,
            "received": self.received,
            "restocked": self.restocked,
            "shipped": self.shipped,
            "on_hand": self.on_hand,
            "on_order": self.on_order,
            "owed": self.owed,
            "orders": self.orders,
            "unit_ms": self.unit_ms,
            "owed_ms": self.owed_ms,
            "out_ms": self.out_ms,
            "cycles": self.cycles,
            "short_cycles": self.short_cycles,
        }
