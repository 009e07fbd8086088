"""How long a wait takes that may depend on who waits and when, compiled: planned dates and hazards.

Both engines draw every time of a visit here. A law that waits for no date and whose hazard no dated
factor multiplies is drawn as any other.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator import limits
from simulator.compiled import compiled, inner
from simulator.engine.rules import (
    NOBODY,
    draw_residual,
    draw_time,
    level_at,
    to_milliseconds,
    value_of,
)
from simulator.engine.streams import exponential_race, mixed
from simulator.laws.aged import remaining, survival
from simulator.laws.families import Family
from simulator.program.image import Part
from simulator.program.tables import Entry, Row

__all__ = ["choose_on_way", "draw_rest", "draw_wait", "still_rings", "survived"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_HAZARD: Final = int(Family.HAZARD)
_UNTIL: Final = int(Family.UNTIL)
_LEFT: Final = int(Family.HAZARD_LEFT)
_LAWS: Final = int(Part.LAWS)
_PARAMETERS: Final = int(Part.LAW_PARAMETERS)
_TIMELINES: Final = int(Part.TIMELINES)
_ROWS: Final = int(Part.ROWS)
_ROW: Final = len(Row._fields)
_LOGIT: Final = Row._fields.index("logit")
_ENTRIES: Final = int(Part.ENTRIES)
_ENTRY: Final = len(Entry._fields)
_TARGET: Final = Entry._fields.index("target")
_KEY: Final = Entry._fields.index("key")
_ODDS: Final = Entry._fields.index("odds")
_TIMELINE: Final = Entry._fields.index("timeline")
_AFTER: Final = Entry._fields.index("after")
_WEIGHTS: Final = int(Part.WEIGHTS)
_UTILITY: Final = limits.UTILITY


@inner
def _next_step(ints: Integers, timeline: int, now: float) -> float:
    """Give the time of the next step of a timeline after a time; infinite after the last."""
    at = ints[_TIMELINES] + 3 * timeline
    low, high = ints[at], ints[at + 1]
    while low < high:
        middle = (low + high) // 2
        if ints[middle] <= now:
            low = middle + 1
        else:
            high = middle
    return float(ints[low]) if low < ints[at + 1] else math.inf


@inner
def _band(floats: Floats, first: int, half: int, position: float, below: bool) -> int:
    """Find the band of an age, or (`below`) that of a time left, which belongs to the band it runs into."""
    i = half - 1
    while i > 0 and (floats[first + i] > position or (below and floats[first + i] == position)):
        i -= 1
    return i


@inner
def _meet(
    ints: Integers,
    floats: Floats,
    law: int,
    due: float,
    start: float,
    until: float,
    age: float,
    need: float,
) -> tuple[float, float]:
    """Follow a hazard through its bands and through the steps of its dated factor.

    Parameters
    ----------
    law : int
        A hazard, of age or of the time left.
    due : float
        The planned date; of no meaning for a hazard of age.
    start, until : float
        From when to when, in ms; `until` may be infinite.
    age : float
        How long it has lasted at the start.
    need : float
        The integral that ends it.

    Returns
    -------
    time, integral : float
        When it ended (infinite if not before `until`), and the integral until then.
    """
    at, to = ints[_LAWS] + 3 * law, ints[_PARAMETERS] + 3 * law
    first, half = ints[at + 1], (ints[at + 2] - ints[at + 1]) // 2
    left = ints[at] == _LEFT
    timeline = int(floats[to + 1])
    now, total = start, 0.0
    over = left and now >= due
    i = 0 if over else _band(floats, first, half, due - now if left else age, left)
    factor, step = 1.0, math.inf
    if timeline >= 0:
        factor, step = level_at(ints, floats, timeline, int(now)), _next_step(ints, timeline, now)
    while now < until:
        if over:
            rate, edge = floats[to + 2], math.inf
        else:
            rate = floats[first + half + i]
            if left:
                edge = due - floats[first + i]
            elif i + 1 < half:
                edge = start - age + floats[first + i + 1]
            else:
                edge = math.inf
        edge = max(edge, now)  # by rounding alone it may lie behind
        end = min(edge, step, until)
        rate *= factor
        if rate > 0.0:
            gained = rate * (end - now)
            if total + gained >= need:
                return now + (need - total) / rate, need
            total += gained
        elif end == math.inf:
            break
        now = end
        if now == edge:
            over = left and i == 0
            i += 0 if over else (-1 if left else 1)
        if now == step:
            factor, step = level_at(ints, floats, timeline, int(now)), _next_step(ints, timeline, now)
    return math.inf, total


@compiled
def draw_wait(
    ints: Integers,
    floats: Floats,
    law: int,
    w0: int,
    w1: int,
    key: int,
    cells: Floats,
    base: int,
    now: int,
    age: int,
) -> int:
    """Draw a duration in whole milliseconds, from now on.

    Parameters
    ----------
    ints, floats : ndarray
        The image of a program.
    law : int
        No law (negative) is no time.
    w0, w1, key : int
        The block of the entry, and what for.
    cells : ndarray
        What the customer sees; his attributes stand from `base` on.
    now : int
        The time in ms.
    age : int
        How long the wait has lasted already; it is known not to be over.
    """
    if law < 0:
        return 0
    at, to = ints[_LAWS] + 3 * law, ints[_PARAMETERS] + 3 * law
    family = ints[at]
    if age == 0 and family < _HAZARD:
        return draw_time(ints, floats, law, w0, w1, key)
    a, b, c = floats[to], floats[to + 1], floats[to + 2]
    if family == _UNTIL:
        return to_milliseconds(max(cells[base + int(a)] - now, 0.0))
    u = mixed(w0, w1, key, 0)
    if family == _LEFT or (family == _HAZARD and b >= 0.0):
        due = cells[base + int(a)] if family == _LEFT else 0.0
        end, _ = _meet(ints, floats, law, due, float(now), math.inf, float(age), -math.log1p(-u))
        return to_milliseconds(end - now)
    return to_milliseconds(remaining(family, a, b, c, floats, ints[at + 1], ints[at + 2], float(age), u))


@compiled
def draw_rest(
    ints: Integers,
    floats: Floats,
    law: int,
    w0: int,
    w1: int,
    residual_key: int,
    bias_key: int,
    cells: Floats,
    base: int,
    now: int,
) -> int:
    """Draw what remains of a stay met in the middle at an age nobody knows.

    A stay that waits for a planned date has no age; what remains of it is the wait from now on.
    """
    if law >= 0 and ints[ints[_LAWS] + 3 * law] >= _UNTIL:
        return draw_wait(ints, floats, law, w0, w1, residual_key, cells, base, now, 0)
    return draw_residual(ints, floats, law, w0, w1, residual_key, bias_key)


@compiled
def survived(ints: Integers, floats: Floats, law: int, cells: Floats, base: int, now: int, age: int) -> float:
    """Give the chance that a wait that began so long ago is not over; none (negative) is over at once.

    Dated factors of the past are not known; for what has been they count as 1.
    """
    if law < 0:
        return 0.0
    at, to = ints[_LAWS] + 3 * law, ints[_PARAMETERS] + 3 * law
    family = ints[at]
    a, b, c = floats[to], floats[to + 1], floats[to + 2]
    if family == _UNTIL:
        return 1.0 if cells[base + int(a)] >= now else 0.0
    if family == _LEFT:
        due = cells[base + int(a)]
        past = float(now - age)
        _, total = _meet(ints, floats, law, due, past, float(now), 0.0, math.inf)
        return math.exp(-total)
    return survival(family, a, b, c, floats, ints[at + 1], ints[at + 2], float(age))


@compiled
def still_rings(
    ints: Integers,
    floats: Floats,
    law: int,
    chance: float,
    side_trip: int,
    visited: bool,
    cells: Floats,
    base: int,
    now: int,
    age: int,
) -> float:
    """Give the chance that a clock of a race rings, knowing that it has not for so long.

    Parameters
    ----------
    chance : float
        The chance that it ever rings, from the start.
    side_trip : int
        1 for a side trip: the race goes on behind it.
    visited : bool
        Whether its target was visited since the race began: then it has rung.
    """
    if age == 0:
        return chance
    if side_trip == 1 and visited:
        return 0.0
    if side_trip == 0 and chance >= 1.0:
        return 1.0
    left = chance * survived(ints, floats, law, cells, base, now, age)
    return left / (1.0 - chance + left) if left > 0.0 else 0.0


@inner
def _worth(
    ints: Integers,
    floats: Floats,
    i: int,
    logit: int,
    cells: Floats,
    base: int,
    stack: Floats,
    now: int,
) -> float:
    """Give the logarithm of the weight of an entry; NaN for what is no weight or utility."""
    entry = ints[_ENTRIES] + _ENTRY * i
    weight = floats[ints[_WEIGHTS] + i]
    timeline, odds = ints[entry + _TIMELINE], ints[entry + _ODDS]
    if timeline >= 0:
        weight *= level_at(ints, floats, timeline, now)
    value = 0.0 if logit == 1 else 1.0
    if odds >= 0:
        value = value_of(ints, floats, odds, cells, base, stack)
    if logit == 0:
        weight *= value
    if (logit == 1 and not abs(value) <= _UTILITY) or not 0.0 <= weight < math.inf:
        return math.nan
    if weight == 0.0:
        return -math.inf
    return math.log(weight) + (value if logit == 1 else 0.0)


@compiled
def choose_on_way(
    ints: Integers,
    floats: Floats,
    row: int,
    w0: int,
    w1: int,
    cells: Floats,
    base: int,
    stack: Floats,
    now: int,
    age: int,
    touchpoints: int,
) -> tuple[int, float]:
    """Choose where somebody is on his way to who left by a row so long ago and has not come anywhere.

    A target counts with its share of the row times the chance that the way there takes longer. A
    touchpoint without a way would have been reached at once; an outcome so reached leaves no trace.

    Returns
    -------
    entry : int
        As `simulator.engine.rules.choose`; `NOBODY` where he could be on his way to nowhere.
    share : float
        The chance, before looking, to be on the way after so long.
    """
    at = ints[_ROWS] + _ROW * row
    first, last, logit = ints[at], ints[at + 1], ints[at + _LOGIT]
    top = -math.inf
    for i in range(first, last):
        value = _worth(ints, floats, i, logit, cells, base, stack, now)
        if math.isnan(value):
            return -2 - i, 0.0
        top = max(top, value)
    if top == -math.inf:
        return NOBODY, 0.0
    whole, kept, best, winner = 0.0, 0.0, math.inf, NOBODY
    for i in range(first, last):
        entry = ints[_ENTRIES] + _ENTRY * i
        weight = math.exp(_worth(ints, floats, i, logit, cells, base, stack, now) - top)
        whole += weight
        law, target = ints[entry + _AFTER], ints[entry + _TARGET]
        if law >= 0:
            weight *= survived(ints, floats, law, cells, base, now, age)
        elif target < touchpoints:
            weight = 0.0
        kept += weight
        key = exponential_race(mixed(w0, w1, ints[entry + _KEY], 0), weight)
        if key < best:
            best, winner = key, i
    if winner < 0:  # a share too small for its time to be a number
        return NOBODY, 0.0
    return winner, kept / whole
