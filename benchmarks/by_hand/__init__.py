"""The same journeys as somebody would write them by hand, with SimPy, Ciw and salabim.

Each function plays one replication and returns how many touchpoints were entered and how many customers
reached the goal, so that a run shows whether it is the same journey.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Played"]


class Played(NamedTuple):
    """What one replication did."""

    visits: int
    goals: int
