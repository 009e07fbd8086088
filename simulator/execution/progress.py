"""How far a run is: told as customers are played, by whichever thread plays them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from simulator.execution.task import Task

__all__ = ["Halt", "Meter", "Progress", "Pulse"]

Progress = Callable[[int, int], None]  # customers played, of how many are expected


class Halt(BaseException):
    """Raised within a worker of this process: the run was stopped, and what it plays is not wanted."""


class Meter:
    """Counts customers played and tells whoever wants to know.

    Parameters
    ----------
    total : float
        How many are expected in all.
    report : Progress or None
    """

    def __init__(self, total: float, report: Progress | None) -> None:
        self._total, self._report = total, report
        self._lock = threading.Lock()
        self._done = 0.0
        self.halted = threading.Event()

    def add(self, customers: float) -> None:
        """Count customers."""
        if self._report is None:
            return
        with self._lock:
            self._done = min(self._done + customers, self._total)
            self._report(round(self._done), round(self._total))


class Pulse:
    """What one task has told of itself; the rest is counted when it is done."""

    def __init__(self, meter: Meter, task: Task) -> None:
        self._meter, self._left = meter, task.customers

    def beat(self, customers: float) -> None:
        """Count some customers of the task, or end it because the run was stopped."""
        if self._meter.halted.is_set():
            raise Halt
        self._left -= customers
        self._meter.add(customers)

    def done(self, *_: object) -> None:
        """Count the rest."""
        self._meter.add(self._left)
        self._left = 0.0
