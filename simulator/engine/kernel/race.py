"""A race in the kernel: clocks that run together, and side trips that come back to them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.compiled import inner
from simulator.engine.kernel import books
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.agenda import schedule
from simulator.engine.kernel.going import depart
from simulator.program.tables import Manner

__all__ = ["await_clock", "back", "frame_of", "ring"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_DECIDED: Final = Manner.DECIDED


@inner
def frame_of(m: Ints, c: int) -> int:
    """Where the frame of a customer's present race stands."""
    return c + m[at.AT_FRAMES] + m[c + at.DEPTH] * m[at.FRAME_STRIDE]


@inner
def _first_clock(m: Ints, frame: int) -> int:
    """Find the clock that rings first; ties go by name, which is row order."""
    first = 0
    for i in range(1, m[frame + at.F_CLOCKS]):
        if m[frame + at.F_FIRST + 2 * i] < m[frame + at.F_FIRST + 2 * first]:
            first = i
    return first


@inner
def ring(m: Ints, f: Floats, c: int) -> None:
    """Let the first clock decide, or send the customer on its side trip."""
    frame = frame_of(m, c)
    first = _first_clock(m, frame)
    row = m[frame + at.F_FIRST + 2 * first + 1]
    clock = m[at.CLOCKS] + at.CLOCK_WIDTH * row
    target = m[clock + at.C_TARGET]
    if m[clock + at.C_SIDE_TRIP] == 0:
        depart(m, f, c, target, -1, 0, m[clock + at.C_EDGE], _DECIDED)
        return
    last = m[frame + at.F_CLOCKS] - 1
    for i in range(first, last):
        m[frame + at.F_FIRST + 2 * i] = m[frame + at.F_FIRST + 2 * i + 2]
        m[frame + at.F_FIRST + 2 * i + 1] = m[frame + at.F_FIRST + 2 * i + 3]
    m[frame + at.F_CLOCKS] = last
    m[frame + at.F_CLOCK] = row
    for field in range(at.VISIT_FIELDS):
        m[frame + field] = m[c + at.VISIT + field]
    m[c + at.DEPTH] += 1
    books.travel(m, c, m[clock + at.C_TRIP_EDGE])
    m[c + at.BOUND], m[c + at.BOUND_DETOUR] = target, -1
    m[c + at.STATE] = at.TRAVELLING
    schedule(m, c, 0, at.ENTRY_PHASE, m[c + at.STEPS] + 1)


@inner
def await_clock(m: Ints, f: Floats, c: int) -> None:
    """Wait for the next clock; one that rang while the customer was away decides at once."""
    m[c + at.STATE] = at.RACING
    frame = frame_of(m, c)
    delay = m[frame + at.F_FIRST + 2 * _first_clock(m, frame)] - m[at.NOW]
    if delay >= 0:
        schedule(m, c, delay, at.END_OF_STAY, m[c + at.STEPS])
    else:
        ring(m, f, c)


@inner
def back(m: Ints, f: Floats, c: int) -> None:
    """Return from a side trip to the race it left."""
    m[c + at.DEPTH] -= 1
    frame = frame_of(m, c)
    for field in range(at.VISIT_FIELDS):
        m[c + at.VISIT + field] = m[frame + field]
    await_clock(m, f, c)
