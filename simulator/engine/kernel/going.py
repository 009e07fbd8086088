"""Leaving a touchpoint in the kernel: where to, by which way, and what is left behind."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.compiled import inner
from simulator.engine.kernel import books
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.agenda import schedule
from simulator.engine.kernel.people import choose_trouble, leave_place, look, wait_of
from simulator.engine.rules import NOBODY, choose, value_of
from simulator.engine.streams import mixed
from simulator.program.tables import BACK, Manner

__all__ = ["chosen_of", "depart", "go", "leave_for", "leave_frames", "resume", "set_out"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_BACK: Final = BACK
_DECIDED: Final = Manner.DECIDED
_RESUMED: Final = Manner.RESUMED


@inner
def chosen_of(m: Ints, f: Floats, stack: Floats, c: int, row: int, w0: int, w1: int) -> int:
    """Choose from a row; the position of the entry in `m` (-1: the run must stop)."""
    look(m, f, c, m[at.ROW_LOOKS] + 3 * row)
    chosen = choose(m, f, row, w0, w1, f, m[c + at.EYES], stack, m[at.NOW])
    if chosen < 0:
        if chosen == NOBODY:
            choose_trouble(m, f, c, at.NOBODY_WINS, 0, row, 0.0)
            return -1
        odds = m[m[at.ENTRIES] + at.ENTRY_WIDTH * (-2 - chosen) + at.E_ODDS]
        weight = value_of(m, f, odds, f, m[c + at.EYES], stack) if odds >= 0 else math.nan
        choose_trouble(m, f, c, at.WRONG_WEIGHT, odds, row, weight)
        return -1
    return m[at.ENTRIES] + at.ENTRY_WIDTH * chosen


@inner
def leave_frames(m: Ints, f: Floats, c: int) -> None:
    """End every visit whose race this side trip has left for good, from the inside out."""
    while m[c + at.DEPTH] > 0:
        m[c + at.DEPTH] -= 1
        frame = c + m[at.AT_FRAMES] + m[c + at.DEPTH] * m[at.FRAME_STRIDE]
        clock = m[at.CLOCKS] + at.CLOCK_WIDTH * m[frame + at.F_CLOCK]
        books.travel(m, c, m[clock + at.C_EDGE])
        books.leave(m, f, c, frame, _DECIDED, m[clock + at.C_TARGET])


@inner
def set_out(m: Ints, f: Floats, c: int, target: int, delay: int) -> int:
    """Go on with a delay; the customer's place, or -1 if his journey is over."""
    if target >= m[at.TOUCHPOINTS] and delay == 0:
        books.finish(m, f, c, target - m[at.TOUCHPOINTS])
        leave_place(m, c)
        return -1
    m[c + at.BOUND] = target
    m[c + at.STATE] = at.TRAVELLING
    schedule(m, c, delay, at.ENTRY_PHASE, m[c + at.STEPS] + 1)
    return c


@inner
def _travel(m: Ints, f: Floats, c: int, target: int, law: int, key: int, w0: int, w1: int) -> None:
    """Set out: an outcome without a delay is reached at once, everything else is an event."""
    leave_frames(m, f, c)
    set_out(m, f, c, target, wait_of(m, f, c, law, w0, w1, key, 0))


@inner
def leave_for(m: Ints, f: Floats, c: int, target: int, law: int, key: int, edge: int, manner: int) -> bool:
    """Leave for a target, straight; True when that is back to a race."""
    books.travel(m, c, edge)
    books.leave(m, f, c, c + at.VISIT, manner, target)
    m[c + at.BOUND_DETOUR] = -1
    if target == _BACK:
        return True
    _travel(m, f, c, target, law, key, m[c + at.V_W0], m[c + at.V_W1])
    return False


@inner
def go(m: Ints, f: Floats, stack: Floats, c: int, row: int, manner: int) -> bool:
    """Leave by a row that no detour may follow; True when it leads back to a race."""
    entry = chosen_of(m, f, stack, c, row, m[c + at.V_W0], m[c + at.V_W1])
    if entry < 0:
        return False
    law, key = m[entry + at.E_AFTER], m[entry + at.E_AFTER_KEY]
    return leave_for(m, f, c, m[entry + at.E_TARGET], law, key, m[entry + at.E_EDGE], manner)


@inner
def depart(m: Ints, f: Floats, c: int, target: int, law: int, key: int, edge: int, manner: int) -> bool:
    """Leave after a completed visit, perhaps for an unexpected stop first; True: back to a race."""
    w0, w1 = m[c + at.V_W0], m[c + at.V_W1]
    if m[c + at.V_DETOUR] < 0 and 0 <= target < m[at.TOUCHPOINTS]:
        station = m[c + at.V_STATION]
        for row in range(m[station + at.ST_FIRST_DETOUR], m[station + at.ST_LAST_DETOUR]):
            stop = m[at.DETOURS] + at.DETOUR_WIDTH * row
            to = m[stop + at.D_TO]
            if to == target:
                continue
            if mixed(w0, w1, m[stop + at.D_KEY], 0) < f[m[at.DETOUR_CHANCES] + row]:
                m[c + at.BOUND_DETOUR] = row
                m[c + at.STORED], m[c + at.STORED_LAW], m[c + at.STORED_KEY] = target, law, key
                m[c + at.STORED_W0], m[c + at.STORED_W1] = w0, w1
                books.travel(m, c, m[stop + at.D_EDGE])
                books.leave(m, f, c, c + at.VISIT, manner, to)
                _travel(m, f, c, to, -1, 0, w0, w1)
                return False
    return leave_for(m, f, c, target, law, key, edge, manner)


@inner
def resume(m: Ints, f: Floats, c: int, edge: int) -> None:
    """Go on from an unexpected stop to where the customer was bound, with that way's delay."""
    target = m[c + at.STORED]
    books.travel(m, c, edge)
    books.leave(m, f, c, c + at.VISIT, _RESUMED, target)
    m[c + at.BOUND_DETOUR] = -1
    law, key = m[c + at.STORED_LAW], m[c + at.STORED_KEY]
    _travel(m, f, c, target, law, key, m[c + at.STORED_W0], m[c + at.STORED_W1])
