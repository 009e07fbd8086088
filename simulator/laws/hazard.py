"""Piecewise constant hazards, compiled: the chance per time to end, by how long it has lasted.

A hazard is a range of rows of the table of knots: the ages at which its bands begin, the first of them
0, then as many rates; the last band has no end. Where it is 0 in the end, it may never ring: the
quantile is infinite.

References
----------
Andersen, Borgan, Gill, Keiding: Statistical Models Based on Counting Processes (1993), section VI.1.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.compiled import compiled

__all__ = [
    "cumulative_hazard",
    "hazard_after",
    "hazard_biased",
    "hazard_mean",
    "hazard_second_moment",
]

Floats = NDArray[np.float64]

# Halvings of a bracket until it is as narrow as a double can tell.
_HALVINGS: Final = 200


@compiled
def cumulative_hazard(table: Floats, first: int, last: int, age: float) -> float:
    """Integrate a hazard from 0 to an age; the chance to last longer is exp(-this)."""
    half = (last - first) // 2
    total = 0.0
    for i in range(first, first + half):
        if table[i] >= age:
            break
        end = min(age, table[i + 1]) if i + 1 < first + half else age
        rate = table[i + half]
        if rate > 0.0:
            total += rate * (end - table[i])
    return total


@compiled
def hazard_after(table: Floats, first: int, last: int, age: float, u: float) -> float:
    """Draw how long it lasts beyond an age that it has reached; infinite where it never ends."""
    half = (last - first) // 2
    need, now = -math.log1p(-u), age
    for i in range(first, first + half):
        final = i + 1 == first + half
        if not final and table[i + 1] <= age:
            continue
        rate = table[i + half]
        if final:
            return float(now - age + need / rate) if rate > 0.0 else math.inf
        gained = rate * (table[i + 1] - now)
        if rate > 0.0 and gained >= need:
            return float(now - age + need / rate)
        need -= gained
        now = table[i + 1]
    return math.inf


@compiled
def _partial_mean(table: Floats, first: int, last: int, age: float) -> float:
    """Integrate the survival function from 0 to an age, which may be infinite."""
    half = (last - first) // 2
    survival, total = 1.0, 0.0
    for i in range(first, first + half):
        if table[i] >= age:
            break
        end = min(age, table[i + 1]) if i + 1 < first + half else age
        rate, width = table[i + half], end - table[i]
        if rate > 0.0:
            total += survival * -math.expm1(-rate * width) / rate
            survival *= math.exp(-rate * width)
        elif survival > 0.0:
            total += survival * width
    return total


@compiled
def hazard_mean(table: Floats, first: int, last: int) -> float:
    """Give the mean; infinite where it may never end."""
    return _partial_mean(table, first, last, math.inf)


@compiled
def hazard_second_moment(table: Floats, first: int, last: int) -> float:
    """Give the mean of the square: twice the integral of t S(t)."""
    half = (last - first) // 2
    survival, total = 1.0, 0.0
    for i in range(first, first + half):
        start, rate = table[i], table[i + half]
        width = table[i + 1] - start if i + 1 < first + half else math.inf
        if rate > 0.0:
            left = math.exp(-rate * width)
            beyond = left * (1.0 + rate * width) if left > 0.0 else 0.0
            total += survival * (start * (1.0 - left) / rate + (1.0 - beyond) / rate / rate)
            survival *= left
        elif survival > 0.0:
            total += survival * width * (start + 0.5 * width)
    return float(2.0 * total)


@compiled
def hazard_biased(table: Floats, first: int, last: int, u: float) -> float:
    """Invert the length-biased law, whose distribution function is (integral of S to t - t S(t)) / mean."""
    half = (last - first) // 2
    goal = u * hazard_mean(table, first, last)
    low, high = 0.0, table[first + half - 1] + 1.0
    while high < math.inf and _below(table, first, last, high) < goal:
        low, high = high, 2.0 * high
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if _below(table, first, last, middle) < goal:
            low = middle
        else:
            high = middle
    return float(high)


@compiled
def _below(table: Floats, first: int, last: int, age: float) -> float:
    survival = math.exp(-cumulative_hazard(table, first, last, age))
    return _partial_mean(table, first, last, age) - age * survival
