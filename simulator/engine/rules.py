"""The compiled rules both engines play by: draws at addresses, choices, effects of dates.

Each function takes flat arrays of a program and the address of the customer who asks, and returns a
number. A negative number is a refusal (a negative or NaN weight or duration); the caller knows the
customer and the line, and stops the run with them.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator import limits
from simulator.compiled import compiled
from simulator.engine.stack import evaluate
from simulator.engine.streams import exponential_race, gumbel_key, uniform
from simulator.laws.biased import biased_quantile
from simulator.laws.families import quantile
from simulator.program.tables import ENTRY_ODDS, ENTRY_PLACE, ENTRY_TIMELINE

__all__ = [
    "FOREVER",
    "NOBODY",
    "arrival_time",
    "binomial_quantile",
    "choose",
    "draw",
    "draw_residual",
    "draw_time",
    "fold_visit",
    "level_at",
    "odds_of",
    "to_milliseconds",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.int32]

# Longer than any horizon, short enough to be added to any time without overflow.
FOREVER: Final = 1 << 61
# What `choose` returns when all weights are 0; an entry i with a wrong weight is -2 - i.
NOBODY: Final = -1
_UTILITY: Final = limits.UTILITY
_HOUR: Final = 3_600_000.0
_DAY_LAST: Final = 86_399_999


@compiled
def to_milliseconds(duration: float) -> int:
    """Round a duration half to even; -1 for a negative or NaN one, FOREVER for an endless one."""
    if not duration >= 0.0:
        return -1
    if duration >= 2.0**61:
        return FOREVER
    return int(round(duration))  # noqa: RUF046  (compiled code rounds to a float)


@compiled
def draw(
    laws: Integers,
    parameters: Floats,
    knots: Floats,
    law: int,
    seed: int,
    replication: int,
    subject: int,
    place: int,
    entry: int,
) -> float:
    """Draw one value of a law at an address."""
    u = uniform(seed, replication, subject, place, entry, 0)
    return quantile(
        laws[law, 0],
        parameters[law, 0],
        parameters[law, 1],
        parameters[law, 2],
        knots,
        laws[law, 1],
        laws[law, 2],
        u,
    )


@compiled
def draw_time(
    laws: Integers,
    parameters: Floats,
    knots: Floats,
    law: int,
    seed: int,
    replication: int,
    subject: int,
    place: int,
    entry: int,
) -> int:
    """Draw a duration in whole milliseconds; no law is no time."""
    if law < 0:
        return 0
    return to_milliseconds(draw(laws, parameters, knots, law, seed, replication, subject, place, entry))


@compiled
def draw_residual(
    laws: Integers,
    parameters: Floats,
    knots: Floats,
    law: int,
    seed: int,
    replication: int,
    subject: int,
    residual_place: int,
    bias_place: int,
) -> int:
    """Draw what remains of a stay met in the middle: v of a length-biased stay.

    References
    ----------
    Cox: Renewal Theory (1962), chapter 5: the density is (1 - F) / mean.
    """
    if law < 0:
        return 0
    u = uniform(seed, replication, subject, bias_place, 1, 0)
    v = uniform(seed, replication, subject, residual_place, 1, 0)
    whole = biased_quantile(
        laws[law, 0],
        parameters[law, 0],
        parameters[law, 1],
        parameters[law, 2],
        knots,
        laws[law, 1],
        laws[law, 2],
        u,
    )
    return to_milliseconds(v * whole)


@compiled
def level_at(times: Integers, levels: Floats, first: int, last: int, now: int) -> float:
    """Read a step function at a time: the level of the last step not after it."""
    low, high = first, last - 1
    while low < high:
        middle = (low + high + 1) // 2
        if times[middle] <= now:
            low = middle
        else:
            high = middle - 1
    return float(levels[low])


@compiled
def odds_of(chance: float, factor: float) -> float:
    """Multiply a chance's odds: p becomes p·x / (1 - p + p·x)."""
    scaled = chance * factor
    return scaled / (1.0 - chance + scaled)


@compiled
def choose(
    first: int,
    last: int,
    logit: int,
    entries: Integers,
    weights: Floats,
    expressions: Integers,
    code: Codes,
    constants: Floats,
    timelines: Integers,
    times: Integers,
    levels: Floats,
    cells: Floats,
    stack: Floats,
    seed: int,
    replication: int,
    subject: int,
    entry: int,
    now: int,
) -> int:
    """Choose an entry of a row by exponential race: the smallest -ln(u) / weight wins.

    Every target has its own uniform, addressed by its name, so neither the order of the file nor a
    target added or removed disturbs the others. A logit compares ln(-ln u) - utility.

    Returns
    -------
    int
        The row number of the entry; `NOBODY` when all weights are 0; -2 - i when the weight or
        utility of entry i is negative, NaN or out of range.
    """
    best, winner = math.inf, NOBODY
    for i in range(first, last):
        weight = weights[i]
        if entries[i, ENTRY_TIMELINE] >= 0:
            line = entries[i, ENTRY_TIMELINE]
            weight *= level_at(times, levels, timelines[line, 0], timelines[line, 1], now)
        odds = entries[i, ENTRY_ODDS]
        value = 1.0
        if odds >= 0:
            value = evaluate(code, constants, expressions[odds, 0], expressions[odds, 1], cells, stack)
        if logit == 1:
            if not abs(value) <= _UTILITY:
                return -2 - i
            value += math.log(weight) if weight > 0.0 else -math.inf
            if value == -math.inf:
                continue
        else:
            weight *= value
            if not 0.0 <= weight < math.inf:
                return -2 - i
            if weight == 0.0:
                continue
        if last - first == 1:
            return i
        u = uniform(seed, replication, subject, entries[i, ENTRY_PLACE], entry, 0)
        key = gumbel_key(u, value) if logit == 1 else exponential_race(u, weight)
        if key < best:
            best, winner = key, i
    return winner


@compiled
def arrival_time(profile: Floats, u: float) -> int:
    """Turn a uniform into a time within the day, in ms, by the day's profile.

    Parameters
    ----------
    profile : ndarray of float64, shape (25,)
        Share of the day's arrivals before each full hour.
    """
    hour = 0
    while hour < 23 and profile[hour + 1] <= u:
        hour += 1
    width = profile[hour + 1] - profile[hour]
    within = (u - profile[hour]) / width if width > 0.0 else 0.0
    return min(int((hour + within) * _HOUR), _DAY_LAST)


@compiled
def binomial_quantile(n: int, p: float, u: float) -> int:
    """Count successes of n: the smallest k with F(k) >= u."""
    if p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    total = 0.0
    for k in range(n):
        choices = math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)
        total += math.exp(choices + k * math.log(p) + (n - k) * math.log1p(-p))
        if total >= u:
            return k
    return n


_FOLD: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX2: Final = np.uint64(0x94D049BB133111EB)
_SHIFT30: Final = np.uint64(30)
_SHIFT27: Final = np.uint64(27)
_SHIFT31: Final = np.uint64(31)


@compiled
def _fold(state: int, value: int) -> int:
    """Mix one 64-bit word into a hash (the finaliser of SplitMix64)."""
    mixed = (np.uint64(state) ^ np.uint64(value)) + _FOLD
    mixed = (mixed ^ (mixed >> _SHIFT30)) * _MIX1
    mixed = (mixed ^ (mixed >> _SHIFT27)) * _MIX2
    return mixed ^ (mixed >> _SHIFT31)  # type: ignore[return-value]  # as above


@compiled
def fold_visit(
    subject: int,
    touchpoint: int,
    entry: int,
    entered: int,
    waited: int,
    left: int,
    manner: int,
    target: int,
    cells: Floats,
    attributes: int,
) -> int:
    """Hash everything about one visit; the sum of these over a run is in its digest.

    Sums do not depend on the order of visits, so two runs with the same digest agree visit by visit
    (up to a collision of 64 bits), whatever order they were played in.

    Returns
    -------
    int
        64 bits as int64.
    """
    state = _fold(subject, touchpoint)
    state = _fold(state, entry)
    state = _fold(state, entered)
    state = _fold(state, waited)
    state = _fold(state, left)
    state = _fold(state, manner)
    state = _fold(state, target)
    for i in range(attributes):
        state = _fold(state, int(round(cells[i] * 1e6)))  # noqa: RUF046  (compiled code rounds to a float)
    return np.int64(state)  # type: ignore[return-value]  # NumPy's word stands in for int
