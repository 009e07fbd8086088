"""Real customers who are on their way when the simulation starts, by the names of a model, as arrays."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["OpenCases"]

Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class OpenCases:
    """The open cases of a log as of 00:00 of a day; times in ms since then, so 0 or negative.

    Attributes
    ----------
    day : date
        The day.
    ids : tuple of str
        The case of each; no two the same.
    personas, touchpoints : tuple of str
        What the codes stand for.
    persona, touchpoint : int64 arrays, shape (cases,)
        Who each is, and where he was seen last.
    entered, arrived : int64 arrays, shape (cases,)
        When he entered there, and when his first event was.
    orders : int64 array, shape (cases,)
        How many conversions he has had before.
    attributes : mapping of str to float64 array, shape (cases,)
        What was known of him that day; NaN where nothing was. Planned dates in ms since the day.
    past : int64 array, shape (n, 4)
        Case, touchpoint, entries and time of the last of them: all before the stay he is in, by case.
    """

    day: datetime.date
    ids: tuple[str, ...]
    personas: tuple[str, ...]
    touchpoints: tuple[str, ...]
    persona: Integers
    touchpoint: Integers
    entered: Integers
    arrived: Integers
    orders: Integers
    attributes: Mapping[str, NDArray[np.float64]]
    past: Integers

    def __len__(self) -> int:
        return len(self.ids)
