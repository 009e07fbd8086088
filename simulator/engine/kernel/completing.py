"""The end of a stay in the kernel: what a visit sells, does and decides."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import Purpose, key_of
from simulator.compiled import inner
from simulator.engine.kernel import books
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.basket import sell, take_back
from simulator.engine.kernel.effects import apply, refer
from simulator.engine.kernel.entering import gate_is_open, limit
from simulator.engine.kernel.going import chosen_of, depart, resume
from simulator.engine.kernel.people import choose_trouble, holds, met, station_of, wait_of
from simulator.engine.kernel.race import await_clock, back, frame_of, ring
from simulator.engine.kernel.shop import fill, join
from simulator.engine.streams import mixed
from simulator.engine.waits import still_rings
from simulator.program.tables import WAIT, Decision, Manner

__all__ = ["end_of_stay", "start_race"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_GIVE_UP: Final = key_of(Purpose.GIVE_UP)
_WAIT: Final = WAIT
_RACE: Final = Decision.RACE
_DECIDED: Final = Manner.DECIDED
_STOCKOUT: Final = Manner.STOCKOUT
_EMPTY: Final = Manner.EMPTY


@inner
def end_of_stay(m: Ints, f: Floats, stack: Floats, c: int) -> None:
    """End a dwell, or let the first clock of a race ring."""
    if m[c + at.STATE] == at.RACING:
        ring(m, f, c)
        return
    station = m[c + at.V_STATION]
    if m[station + at.ST_TEAM] >= 0:
        team = m[at.TEAMS] + at.TEAM * m[station + at.ST_TEAM]
        m[team + at.T_BUSY] -= 1
        fill(m, f, team)
    _complete(m, f, stack, c, station)


@inner
def _complete(m: Ints, f: Floats, stack: Floats, c: int, station: int) -> None:
    """Sell, set, refer, decide, perhaps detour: what happens when the dwell is over."""
    touchpoint = m[station + at.ST_TOUCHPOINT]
    m[met(c, touchpoint) + at.MET_VISITS] += 1
    m[c + at.SHORT] = 0
    manner, sells = _DECIDED, m[station + at.ST_FIRST_LINE] < m[station + at.ST_LAST_LINE]
    if sells:
        manner = sell(m, f, stack, c, station)
    if m[station + at.ST_RETURNS_OF] >= 0:
        take_back(m, f, c, station)
    if manner == _DECIDED:
        books.reach(m, c, touchpoint)
        if m[station + at.ST_GOAL] == 1:
            books.convert(m, c)
    first, last = m[station + at.ST_FIRST_EFFECT], m[station + at.ST_LAST_EFFECT]
    apply(m, f, stack, c, first, last, m[c + at.V_W0], m[c + at.V_W1])
    if m[station + at.ST_REFERRALS] >= 0:
        refer(m, f, stack, c, station)
    _decide(m, f, stack, c, station, manner)


@inner
def _decide(m: Ints, f: Floats, stack: Floats, c: int, station: int, manner: int) -> None:
    w0, w1 = m[c + at.V_W0], m[c + at.V_W1]
    if manner == _STOCKOUT:
        row = m[station + at.ST_ON_STOCKOUT]
        entry = chosen_of(m, f, stack, c, row, w0, w1) if row >= 0 else -2
        if entry == -2 or (entry >= 0 and m[entry + at.E_TARGET] == _WAIT):
            _wait_for_stock(m, f, c, station)
        elif entry >= 0:
            _depart(m, f, c, entry, manner)
        return
    if manner == _EMPTY:
        row = m[station + at.ST_EMPTY]
        if row < 0:
            choose_trouble(m, f, c, at.NOTHING_WINS, m[station + at.ST_TOUCHPOINT], 0, 0.0)
            return
        entry = chosen_of(m, f, stack, c, row, w0, w1)
        if entry >= 0:
            _depart(m, f, c, entry, manner)
        return
    detour = m[c + at.V_DETOUR]
    if detour >= 0:
        key = m[m[at.DETOURS] + at.DETOUR_WIDTH * detour + at.D_RESUME_KEY]
        if mixed(w0, w1, key, 0) < f[m[at.DETOUR_RESUMES] + detour]:
            touchpoint = m[station + at.ST_TOUCHPOINT]
            edge = m[m[at.RESUME_EDGES] + touchpoint * m[at.TOUCHPOINTS] + m[c + at.STORED]]
            resume(m, f, c, edge)
            return
    if m[station + at.ST_DECISION] == _RACE:
        start_race(m, f, stack, c, station, 0)
        return
    for row in range(m[station + at.ST_FIRST_RULE], m[station + at.ST_LAST_RULE]):
        rule = m[at.RULES] + at.RULE_WIDTH * row
        if holds(m, f, stack, c, m[rule]):
            entry = chosen_of(m, f, stack, c, m[rule + 1], w0, w1)
            if entry >= 0:
                _depart(m, f, c, entry, manner)
            return


@inner
def _depart(m: Ints, f: Floats, c: int, entry: int, manner: int) -> None:
    law, key = m[entry + at.E_AFTER], m[entry + at.E_AFTER_KEY]
    if depart(m, f, c, m[entry + at.E_TARGET], law, key, m[entry + at.E_EDGE], manner):
        back(m, f, c)


@inner
def _wait_for_stock(m: Ints, f: Floats, c: int, station: int) -> None:
    """Wait on the list of the first product asked for in vain, until woken or tired of it."""
    product = 0
    while m[c + m[at.AT_WANTED] + product] == 0:
        product += 1
    shelf = m[at.SHELVES] + at.SHELF * product
    join(m, c, shelf + at.S_HEAD, shelf + at.S_TAIL)
    m[c + at.STATE], m[c + at.LIST] = at.LISTED, product
    limit(m, f, c, m[station + at.ST_GIVE_UP], _GIVE_UP, at.LISTED)


@inner
def _still_rings(m: Ints, f: Floats, c: int, clock: int, chance: float, age: int) -> float:
    """Give the chance that a clock rings that has not for so long."""
    law, target, side_trip = m[clock + at.C_LAW], m[clock + at.C_TARGET], m[clock + at.C_SIDE_TRIP]
    visited = False
    if 0 <= target < m[at.TOUCHPOINTS]:
        visited = m[met(c, target) + at.MET_LEFT] >= m[c + at.V_ENTERED]
    eyes, now = m[c + at.EYES], m[at.NOW]
    return still_rings(m, f, law, chance, side_trip, visited, f, eyes, now, age)


@inner
def start_race(m: Ints, f: Floats, stack: Floats, c: int, station: int, age: int) -> None:
    """Start every clock that may ring, in a race begun so long ago."""
    if m[c + at.DEPTH] + 1 >= m[at.DEPTH_ROOM]:
        m[at.TROUBLE] = at.NO_DEPTH
        return
    w0, w1 = m[c + at.V_W0], m[c + at.V_W1]
    frame, started = frame_of(m, c), 0
    for row in range(m[station + at.ST_FIRST_RULE], m[station + at.ST_LAST_RULE]):
        clock = m[at.CLOCKS] + at.CLOCK_WIDTH * row
        target = m[clock + at.C_TARGET]
        if not holds(m, f, stack, c, m[clock + at.C_CONDITION]):
            continue
        if 0 <= target < m[at.TOUCHPOINTS] and not gate_is_open(m, f, stack, c, station_of(m, c, target)):
            continue
        chance = f[m[at.CLOCK_CHANCES] + row]
        if age > 0:
            chance = _still_rings(m, f, c, clock, chance, age)
        if chance < 1.0 and mixed(w0, w1, m[clock + at.C_CHANCE_KEY], 0) >= chance:
            continue
        time = wait_of(m, f, c, m[clock + at.C_LAW], w0, w1, m[clock + at.C_TIME_KEY], age)
        m[frame + at.F_FIRST + 2 * started] = m[at.NOW] + time
        m[frame + at.F_FIRST + 2 * started + 1] = row
        started += 1
    m[frame + at.F_CLOCKS] = started
    await_clock(m, f, c)
