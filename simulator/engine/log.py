"""What an engine writes down when it is asked to: a row for every visit, and one for every customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["END_FIELDS", "STILL_OPEN", "STOPPED", "VISIT_FIELDS", "Log", "Watch"]

VISIT_FIELDS: Final = (
    "subject",
    "persona",
    "touchpoint",
    "entry",
    "entered",
    "waited",
    "left",
    "manner",
    "target",
    "asked",
    "sold",
    "kind",
)
END_FIELDS: Final = (
    "subject",
    "persona",
    "kind",
    "generation",
    "arrived",
    "ended",
    "outcome",
    "steps",
    "orders",
    "converted",
)

# Instead of an outcome.
STILL_OPEN: Final = -1
STOPPED: Final = -2


@dataclass(frozen=True)
class Log:
    """Rows in the order they were written: visits as they end, customers as their journeys do.

    A visit that the end of the run finds open has the manner `Manner.OPEN` and leaves at the horizon; a
    customer still on his way has the outcome `STILL_OPEN`. Times in ms since the start.

    Attributes
    ----------
    visits : ndarray of int64, shape (visits, 12)
        Columns as in `VISIT_FIELDS`; kind is an index of `PEOPLE`.
    visit_attributes : ndarray of float64, shape (visits, attributes)
        After the visit.
    ends : ndarray of int64, shape (customers, 10)
        Columns as in `END_FIELDS`.
    end_attributes : ndarray of float64, shape (customers, attributes)
    """

    visits: NDArray[np.int64]
    visit_attributes: NDArray[np.float64]
    ends: NDArray[np.int64]
    end_attributes: NDArray[np.float64]

    def after(self, visits: int, ends: int) -> Log:
        """Leave out the first rows."""
        return Log(
            self.visits[visits:],
            self.visit_attributes[visits:],
            self.ends[ends:],
            self.end_attributes[ends:],
        )


# Told after each stretch of a replication: the share of it that is played, and what was written down since.
Watch = Callable[[float, Log], None]
