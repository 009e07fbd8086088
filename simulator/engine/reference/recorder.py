"""The log of a replication, taken down while the reference engine plays it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from simulator.engine.log import END_FIELDS, VISIT_FIELDS, Log, Watch
from simulator.engine.reference.customer import Customer, Visit
from simulator.program.program import Program

__all__ = ["Recorder"]

# Rows held before they are handed on: a few megabytes.
_HELD: Final = 20_000


class Recorder:
    """Hooks that write the same rows as the kernel, in the order they come.

    Parameters
    ----------
    program : Program
    watch : callable
        Gets what is held whenever it is much, with the share 0: how much is still to come is not known.
    """

    def __init__(self, program: Program, watch: Watch) -> None:
        self._attributes = len(program.names.attributes)
        self._watch = watch
        self._visits: list[tuple[Any, ...]] = []
        self._ends: list[tuple[Any, ...]] = []

    def visit(self, customer: Customer, visit: Visit) -> None:
        """Take a visit down."""
        what = [getattr(visit, name) for name in VISIT_FIELDS[:-1]]
        self._visits.append((*what, customer.kind, visit.attributes))
        if len(self._visits) >= _HELD:
            self._watch(0.0, self.rest())

    def end(self, customer: Customer, outcome: int, time: int) -> None:
        """Take a customer down."""
        found = {"ended": time, "outcome": outcome}
        what = [found[name] if name in found else getattr(customer, name) for name in END_FIELDS]
        self._ends.append((*what, tuple(customer.cells[: self._attributes].tolist())))

    def rest(self) -> Log:
        """Give what is held, and hold it no longer."""
        visits, ends, self._visits, self._ends = self._visits, self._ends, [], []
        return Log(*self._columns(visits, len(VISIT_FIELDS)), *self._columns(ends, len(END_FIELDS)))

    def _columns(self, rows: list[tuple[Any, ...]], width: int) -> tuple[Any, Any]:
        numbers = np.array([row[:-1] for row in rows], dtype=np.int64).reshape(len(rows), width)
        seen = np.array([row[-1] for row in rows], dtype=np.float64).reshape(len(rows), self._attributes)
        return numbers, seen
