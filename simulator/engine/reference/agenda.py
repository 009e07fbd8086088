"""The agenda: what happens next, when two things happen at the same time.

The event with the smallest (time, phase, customer, step) runs next. SimPy's queue is ordered by
(time, priority, insertion), so the three last parts are packed into one integer priority.
"""

from __future__ import annotations

from typing import Any, Final

import simpy
from simpy.events import Event

__all__ = ["Agenda", "Phase"]


class Phase:
    """The order of simultaneous events."""

    DELIVERY: Final = 0  # deliveries, then those they wake
    CALENDAR: Final = 1  # opening and closing
    END_OF_STAY: Final = 2  # dwell over, a clock of a race rings
    PATIENCE: Final = 3  # patience over, waiting given up
    ENTRY: Final = 4  # arrivals and entries


_SUBJECT_BITS: Final = 64
_STEP_BITS: Final = 20
_UNSIGNED: Final = (1 << _SUBJECT_BITS) - 1
# SimPy's own priorities are 0 and 1; ours begin above them.
_PHASES: Final = tuple((phase + 1) << (_SUBJECT_BITS + _STEP_BITS) for phase in range(5))


class Agenda(simpy.Environment):
    """SimPy's environment with an integer clock and our order of simultaneous events."""

    @property
    def now(self) -> int:
        """The time in ms since the start."""
        return self._now  # type: ignore[return-value]  # every delay is an integer

    @staticmethod
    def rank(subject: int) -> int:
        """Give a customer's place among those of one phase: his address as unsigned 64 bits."""
        return (int(subject) & _UNSIGNED) << _STEP_BITS  # a NumPy integer has 64 bits only

    def at(self, delay: int, phase: int, rank: int, step: int, value: Any = None) -> Event:
        """Schedule an event after a delay in ms, in its phase, for the customer of this rank."""
        event = Event(self)
        event._ok = True
        event._value = value
        self.schedule(event, _PHASES[phase] | rank | step, delay)  # type: ignore[arg-type]
        return event
