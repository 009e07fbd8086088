"""A replication cut into slices of its customers, where these share nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.program.program import Program

__all__ = ["Slice", "customers_of", "slices"]


class Slice(NamedTuple):
    """Whom of a replication to play.

    Whoever comes in on some dates (the first date also brings those who are there already), or one of
    several parts of them. Referred customers belong with whom they were referred by. The tallies of
    slices that cover a replication add up to its tally.
    """

    first_day: int
    last_day: int  # not included
    part: int = 0
    parts: int = 1


def _by_day(program: Program) -> NDArray[np.float64]:
    """How many customers are expected to come in on each date; the first has who is there already."""
    expected = np.asarray(program.values.day_means.sum(axis=0), dtype=np.float64).copy()
    expected[:1] += program.existing
    return expected


def customers_of(program: Program, only: Slice) -> float:
    """Give the mean number of customers of a slice, those who are referred apart."""
    return float(_by_day(program)[only.first_day : only.last_day].sum()) / only.parts


def slices(program: Program, most: float) -> Iterator[Slice]:
    """Cut a replication into slices of about so many expected customers.

    The cuts depend on the program alone, so they are the same for any number of workers.

    Parameters
    ----------
    program : Program
        A journey whose customers share nothing.
    most : float
        Dates are put together up to so many customers; a date that brings more is cut into parts.
    """
    by_day = _by_day(program)
    first, held = 0, 0.0
    for day, customers in enumerate(by_day.tolist()):
        if first < day and held + customers > most:
            yield Slice(first, day)
            first, held = day, 0.0
        if customers > most:
            parts = math.ceil(customers / most)
            yield from (Slice(day, day + 1, part, parts) for part in range(parts))
            first, held = day + 1, 0.0
        else:
            held += customers
    if first < len(by_day):
        yield Slice(first, len(by_day))
