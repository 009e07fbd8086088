"""A customer on the way: what he carries from touchpoint to touchpoint."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.engine.reference.agenda import Agenda
from simulator.program.tables import NONE

__all__ = ["Bound", "Customer", "Order", "Visit"]


@dataclass(slots=True)
class Order:
    """What one visit bought: units and money (1e-6) by product."""

    lines: dict[int, tuple[int, int]]


@dataclass(slots=True)
class Visit:
    """One visit, as a diary shows it; times in ms since the start.

    `block` is the random bits every draw of this visit is made of.
    """

    subject: int
    persona: int
    touchpoint: int
    entry: int
    entered: int
    waited: int = 0
    left: int = 0
    manner: int = 0
    target: int = -1
    asked: int = 0
    sold: int = 0
    attributes: tuple[float, ...] = ()
    block: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Bound:
    """Where a customer is bound: a touchpoint, and the law and luck of the time it takes to get there.

    `detour` is the row of the detour this leads to, and `stored` where the customer was bound before.
    `age` is how long he has been on his way already.
    """

    target: int
    law: int = NONE
    key: int = 0
    block: tuple[int, int] = (0, 0)
    detour: int = NONE
    stored: Bound | None = None
    age: int = 0


class Customer:
    """One customer: an address for his luck and the state he carries.

    Attributes
    ----------
    subject : int
        His address in the streams (int64).
    rank : int
        His place among simultaneous events of one phase.
    cells : ndarray of float64
        What his expressions see; the attributes come first.
    entrance : int
        The number of the way he came in; -1 before.
    entries : dict
        Attempts to enter each touchpoint, part of the address of a draw there.
    stays : list of Visit
        Where he is: visits that have not ended, races he left for a side trip first.
    wanted : dict of product to units
        What he asked for in vain.
    """

    __slots__ = (
        "arrived",
        "cells",
        "cohort",
        "contacts",
        "converted",
        "entrance",
        "entries",
        "generation",
        "kind",
        "last_entry",
        "last_left",
        "milestones",
        "open_orders",
        "orders",
        "persona",
        "rank",
        "session_at",
        "session_counts",
        "session_ordered",
        "short",
        "stays",
        "steps",
        "subject",
        "visits",
        "waited",
        "waited_at",
        "wanted",
    )

    def __init__(
        self, subject: int, persona: int, kind: int, arrived: int, generation: int, cells: NDArray[np.float64]
    ) -> None:
        self.subject = subject
        self.rank = Agenda.rank(subject)
        self.persona = persona
        self.kind = kind
        self.arrived = arrived
        self.generation = generation
        self.cells = cells
        self.steps = 0
        self.orders = 0
        self.entrance = -1
        self.short = 0
        self.waited = 0
        self.cohort = False
        self.converted = False
        self.stays: list[Visit] = []
        self.entries: dict[int, int] = {}
        self.visits: dict[int, int] = {}
        self.waited_at: dict[int, int] = {}
        self.last_left: dict[int, int] = {}
        self.wanted: dict[int, int] = {}
        self.open_orders: dict[int, list[Order]] = {}
        self.contacts: deque[int] = deque()
        self.milestones: set[int] = set()
        self.last_entry: int | None = None
        self.session_at: set[int] = set()
        self.session_counts = False
        self.session_ordered = False
