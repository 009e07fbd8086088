"""Customers of a log in the kernel, who go on from where they were seen last.

See `simulator.engine.reference.cases`, line by line.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import Purpose, key_of
from simulator.compiled import inner
from simulator.engine.kernel import books
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.agenda import schedule
from simulator.engine.kernel.completing import start_race
from simulator.engine.kernel.entering import begin_visit
from simulator.engine.kernel.going import chosen_of, set_out
from simulator.engine.kernel.people import (
    NOWHERE,
    bounded,
    holds,
    look,
    met,
    new_customer,
    station_of,
    wait_of,
)
from simulator.engine.streams import block, mixed
from simulator.engine.waits import choose_on_way, survived
from simulator.program.tables import Decision

__all__ = ["continue_case"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_STANDS: Final = key_of(Purpose.STANDS)
_DWELL: Final = key_of(Purpose.DWELL)
_RACE: Final = Decision.RACE


@inner
def continue_case(m: Ints, f: Floats, stack: Floats, row: int) -> int:
    """Bring in a customer of a log: in his stay, or on his way onwards; -1 if his journey is over."""
    case = m[at.CASES] + at.CASE_WIDTH * row
    c = _as_known(m, f, case, row)
    if c < 0:
        return c
    station, age = m[c + at.V_STATION], -m[case + at.CASE_ENTERED]
    books.arrive(m, c)
    books.stand(m, c, m[c + at.V_TOUCHPOINT])
    still = 0.0
    stays = m[station + at.ST_DWELL] >= 0 or m[station + at.ST_TEAM] >= 0
    if stays:
        still = survived(m, f, m[station + at.ST_DWELL], f, m[c + at.EYES], m[at.NOW], age)
    entry, gone = _on_way(m, f, stack, c, station, age)
    if entry < -1:
        return c
    w0, w1 = m[c + at.V_W0], m[c + at.V_W1]
    there = mixed(w0, w1, _STANDS, 0) * (still + (1.0 - still) * gone) < still
    if there or (stays and gone == 0.0):
        _stay_on(m, f, c, station, age, there)
        return c
    touchpoint = m[c + at.V_TOUCHPOINT]
    m[met(c, touchpoint) + at.MET_VISITS] += 1
    if entry < 0:
        start_race(m, f, stack, c, station, age)
        return c
    books.step_out(m, c, touchpoint)
    m[met(c, touchpoint) + at.MET_LEFT] = m[c + at.V_ENTERED]
    law, key = m[entry + at.E_AFTER], m[entry + at.E_AFTER_KEY]
    delay = wait_of(m, f, c, law, w0, w1, key, age if gone > 0.0 else 0)
    return set_out(m, f, c, m[entry + at.E_TARGET], delay)


@inner
def _as_known(m: Ints, f: Floats, case: int, row: int) -> int:
    """Give a customer his place, as he was known; -1 when there is none left."""
    subject, arrived = m[case + at.CASE_SUBJECT], m[case + at.CASE_ARRIVED]
    w0, w1 = block(m[at.SEED], m[at.REPLICATION], subject, NOWHERE, 0)
    c = new_customer(m, f, subject, m[case + at.CASE_PERSONA], 0, arrived, 0, w0, w1)
    if c < 0:
        return c
    attributes = m[at.ATTRIBUTES]
    for attribute in range(attributes):
        known = f[m[at.CASE_VALUES] + row * attributes + attribute]
        if not math.isnan(known):
            f[m[c + at.EYES] + attribute] = bounded(m, f, attribute, known)
    m[c + at.ORDERS], m[c + at.STEPS] = m[case + at.CASE_ORDERS], 1
    for number in range(m[case + at.CASE_FIRST_PAST], m[case + at.CASE_LAST_PAST]):
        past = m[at.PASTS] + at.PAST_WIDTH * number
        m[c + m[at.AT_TOUCHED] + m[c + at.TOUCHED]] = m[past]
        m[c + at.TOUCHED] += 1
        known_there = met(c, m[past])
        m[known_there + at.MET_ENTRIES], m[known_there + at.MET_VISITS] = m[past + 1], m[past + 2]
        m[known_there + at.MET_LEFT] = m[past + 3]
    begin_visit(m, c, station_of(m, c, m[case + at.CASE_TOUCHPOINT]), -1)
    m[c + at.V_ENTERED] = m[case + at.CASE_ENTERED]
    return c


@inner
def _on_way(m: Ints, f: Floats, stack: Floats, c: int, station: int, age: int) -> tuple[int, float]:
    """Give the entry by which he would be on his way (-1: a race, -2: the run must stop), and the chance."""
    if m[station + at.ST_DECISION] == _RACE:
        return -1, _silent(m, f, c, station, age)
    row, w0, w1 = _row_of(m, f, stack, c, station), m[c + at.V_W0], m[c + at.V_W1]
    look(m, f, c, m[at.ROW_LOOKS] + 3 * row)
    eyes, now = m[c + at.EYES], m[at.NOW]
    chosen, gone = choose_on_way(m, f, row, w0, w1, f, eyes, stack, now, age, m[at.TOUCHPOINTS])
    if gone > 0.0:
        return m[at.ENTRIES] + at.ENTRY_WIDTH * chosen, gone
    entry = chosen_of(m, f, stack, c, row, w0, w1)
    return entry if entry >= 0 else -2, 0.0


@inner
def _silent(m: Ints, f: Floats, c: int, station: int, age: int) -> float:
    """Give the chance that no clock which ends the race has rung for so long."""
    chance = 1.0
    for row in range(m[station + at.ST_FIRST_RULE], m[station + at.ST_LAST_RULE]):
        clock = m[at.CLOCKS] + at.CLOCK_WIDTH * row
        if m[clock + at.C_SIDE_TRIP] == 0:
            rings = f[m[at.CLOCK_CHANCES] + row]
            left = survived(m, f, m[clock + at.C_LAW], f, m[c + at.EYES], m[at.NOW], age)
            chance *= 1.0 - rings + rings * left
    return chance


@inner
def _row_of(m: Ints, f: Floats, stack: Floats, c: int, station: int) -> int:
    """Find the row of the first rule that holds; the last one always does."""
    last = m[station + at.ST_LAST_RULE] - 1
    for number in range(m[station + at.ST_FIRST_RULE], last):
        rule = m[at.RULES] + at.RULE_WIDTH * number
        if holds(m, f, stack, c, m[rule]):
            return m[rule + 1]
    return m[m[at.RULES] + at.RULE_WIDTH * last + 1]


@inner
def _stay_on(m: Ints, f: Floats, c: int, station: int, age: int, there: bool) -> None:
    """Stay for what is left of a stay; none where it should be over. At a team one more server is busy."""
    m[c + at.STATE] = at.DWELLING
    if m[station + at.ST_TEAM] >= 0:
        m[m[at.TEAMS] + at.TEAM * m[station + at.ST_TEAM] + at.T_BUSY] += 1
    left = 0
    if there:
        left = wait_of(m, f, c, m[station + at.ST_DWELL], m[c + at.V_W0], m[c + at.V_W1], _DWELL, age)
    schedule(m, c, left, at.END_OF_STAY, 1)
