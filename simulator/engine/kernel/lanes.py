"""Customers side by side: the fast way through plain stations, for journeys that share nothing.

A plain station is a stay and a row of fixed weights (`simulator.program.kinds`). What happens there is a
few dozen numbers, but each waits for the one before: the block for the uniform, the uniform for the
logarithm, the logarithms for the next touchpoint. One customer at a time, the processor mostly waits.
So up to `LANE_WIDTH` customers go through their visits together, a step at a time for all of them: the
blocks of all, the stays of all, the race of every target of all, and what follows from it. The loops over
arithmetic become vector instructions; the others overlap.

It is the same visit. The draws are the same functions at the same addresses, the books are the general
machine's, and the order in which customers who share nothing are played has no influence on sums.
Whoever is bound for any other station is played by the general machine until he is back at a plain one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import Purpose, key_of
from simulator.compiled import inner
from simulator.engine.kernel import books
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.completing import end_of_stay
from simulator.engine.kernel.entering import count_entry, enter_or_end, pay_for_visit
from simulator.engine.kernel.log import log_open
from simulator.engine.kernel.people import leave_place, met, station_row
from simulator.engine.rules import (
    choose_of,
    clear_winner,
    draw_time,
    fold_attribute,
    fold_end,
    fold_times,
    near_race,
    to_milliseconds,
)
from simulator.engine.streams import blocks, mixed
from simulator.laws.families import Family, exponential_quantile
from simulator.program.image import Part
from simulator.program.kinds import PLAIN
from simulator.program.tables import Manner

__all__ = ["race_together", "visit_together", "walk"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_DWELL: Final = key_of(Purpose.DWELL)
_DECIDED: Final = Manner.DECIDED
_EXPONENTIAL: Final = int(Family.EXPONENTIAL)
_WEIGHTS: Final = int(Part.WEIGHTS)
_CHECKSUM: Final = at.COUNTS["checksum"]
_PLAIN: Final = PLAIN
_WIDTH: Final = at.LANE_WIDTH


@inner
def _is_bound_for_plain(m: Ints, c: int) -> bool:
    """Whether a customer's next event is to enter a plain station, with nothing to remember on the way."""
    if m[c + at.STATE] != at.TRAVELLING or m[c + at.BOUND] >= m[at.TOUCHPOINTS]:
        return False
    if m[c + at.DEPTH] > 0 or m[c + at.BOUND_DETOUR] >= 0 or m[c + at.STEPS] >= m[at.MAX_STEPS]:
        return False
    return bool(m[m[at.KINDS] + 3 * station_row(m, c, m[c + at.BOUND])] == _PLAIN)


@inner
def walk(m: Ints, f: Floats, stack: Floats, c: int, to_plain: bool) -> bool:
    """Play a customer until his journey or the run is over, or up to a plain station; True: up to there."""
    while m[at.TROUBLE] == at.NO_TROUBLE:
        if m[c + at.NEXT_TIME] >= m[at.HORIZON]:
            _stay_open(m, f, c)
            return False
        if to_plain and _is_bound_for_plain(m, c):
            return True
        m[at.NOW] = m[c + at.NEXT_TIME]
        if m[c + at.NEXT_PHASE] == at.ENTRY_PHASE:
            enter_or_end(m, f, stack, c)
        else:
            end_of_stay(m, f, stack, c)
        if m[c + at.STATE] == at.COMING:
            return False
    return False


@inner
def _stay_open(m: Ints, f: Floats, c: int) -> None:
    """Leave a customer on his way: what happens to him next is after the run."""
    if m[at.LOG_ROOM] > 0:
        log_open(m, f, c)
    leave_place(m, c)


@inner
def visit_together(m: Ints, f: Floats, stack: Floats, number: int) -> int:
    """Play one visit of everybody side by side; say how many are bound for another plain station."""
    lanes = m[at.LANES]
    for lane in range(number):
        _enter(m, f, lane)
    blocks(m, m[at.SEED], m[at.REPLICATION], lanes, _WIDTH, number)
    _draw_stays(m, f, number)
    race_together(m, f, stack, number)
    _hash(m, f, number)
    kept = 0
    for lane in range(number):
        c = m[lanes + at.LANE_CUSTOMER * _WIDTH + lane]
        if _leave(m, f, c, lane) and walk(m, f, stack, c, True):
            m[lanes + at.LANE_CUSTOMER * _WIDTH + kept] = c
            kept += 1
    return kept


@inner
def _enter(m: Ints, f: Floats, lane: int) -> None:
    """Enter a plain station: it has no gate and no team."""
    lanes = m[at.LANES] + lane
    c = m[lanes + at.LANE_CUSTOMER * _WIDTH]
    row = station_row(m, c, m[c + at.BOUND])
    station, kind = m[at.STATIONS] + at.STATION_WIDTH * row, m[at.KINDS] + 3 * row
    touchpoint, now = m[c + at.BOUND], m[c + at.NEXT_TIME]
    m[at.NOW] = now
    m[c + at.STEPS] += 1
    entry = count_entry(m, c, touchpoint)
    m[c + at.V_TOUCHPOINT], m[c + at.V_ENTRY] = touchpoint, entry
    m[c + at.V_ENTERED], m[c + at.V_WAITED] = now, 0
    m[c + at.V_ASKED], m[c + at.V_SOLD] = 0, 0
    books.enter(m, c, station)
    pay_for_visit(m, c, touchpoint, row)
    m[lanes + at.LANE_SUBJECT * _WIDTH], m[lanes + at.LANE_STATION * _WIDTH] = m[c + at.SUBJECT], station
    m[lanes + at.LANE_SITE * _WIDTH], m[lanes + at.LANE_ENTRY * _WIDTH] = m[station + at.ST_SITE], entry
    m[lanes + at.LANE_FIRST * _WIDTH], m[lanes + at.LANE_LAST * _WIDTH] = m[kind + 1], m[kind + 2]
    m[lanes + at.LANE_ENTERED * _WIDTH], m[lanes + at.LANE_EYES * _WIDTH] = now, m[c + at.EYES]
    m[lanes + at.LANE_TOUCHPOINT * _WIDTH] = touchpoint


@inner
def _draw_stays(m: Ints, f: Floats, number: int) -> None:
    """Draw how long everybody stays: as if all laws were exponential, then those that are not."""
    lanes, means = m[at.LANES], m[at.LANE_FLOATS]
    first, second = lanes + at.LANE_W0 * _WIDTH, lanes + at.LANE_W1 * _WIDTH
    stays, entered = lanes + at.LANE_STAY * _WIDTH, lanes + at.LANE_ENTERED * _WIDTH
    for lane in range(number):
        law = m[m[lanes + at.LANE_STATION * _WIDTH + lane] + at.ST_DWELL]
        f[means + lane] = f[m[at.LAW_PARAMETERS] + 3 * max(law, 0)]
    for lane in range(number):
        u = mixed(m[first + lane], m[second + lane], _DWELL, 0)
        m[stays + lane] = to_milliseconds(exponential_quantile(f[means + lane], u))
    for lane in range(number):
        law = m[m[lanes + at.LANE_STATION * _WIDTH + lane] + at.ST_DWELL]
        if law < 0 or m[m[at.LAWS] + 3 * law] != _EXPONENTIAL:
            m[stays + lane] = draw_time(m, f, law, m[first + lane], m[second + lane], _DWELL)
    for lane in range(number):
        m[lanes + at.LANE_LEFT * _WIDTH + lane] = m[entered + lane] + m[stays + lane]


@inner
def race_together(m: Ints, f: Floats, stack: Floats, number: int) -> None:
    """Run everybody's race over the entries of his row, the pairs of the two one after another.

    LANE_FIRST and LANE_LAST say which entries; LANE_CHOSEN becomes the winner, or as `choose` has it.
    """
    lanes, pairs = m[at.LANES], 0
    w0, weights = lanes + at.LANE_RUNS * _WIDTH, m[at.LANE_FLOATS] + _WIDTH
    w1, keys, times = w0 + at.LANE_PAIRS, w0 + 2 * at.LANE_PAIRS, weights + at.LANE_PAIRS
    for lane in range(number):
        first, second = m[lanes + at.LANE_W0 * _WIDTH + lane], m[lanes + at.LANE_W1 * _WIDTH + lane]
        for entry in range(m[lanes + at.LANE_FIRST * _WIDTH + lane], m[lanes + at.LANE_LAST * _WIDTH + lane]):
            m[w0 + pairs], m[w1 + pairs] = first, second
            m[keys + pairs] = m[m[at.ENTRIES] + at.ENTRY_WIDTH * entry + at.E_KEY]
            f[weights + pairs] = f[m[_WEIGHTS] + entry]
            pairs += 1
    for pair in range(pairs):
        u = mixed(m[w0 + pair], m[w1 + pair], m[keys + pair], 0)
        f[times + pair] = near_race(u, f[weights + pair])
    pairs = 0
    for lane in range(number):
        first, last = m[lanes + at.LANE_FIRST * _WIDTH + lane], m[lanes + at.LANE_LAST * _WIDTH + lane]
        winner = clear_winner(f, times + pairs, last - first)
        chosen = first + winner
        if winner < 0:
            chosen = -1 if first == last else _choose(m, f, stack, lane)
        m[lanes + at.LANE_CHOSEN * _WIDTH + lane] = chosen
        pairs += last - first


@inner
def _choose(m: Ints, f: Floats, stack: Floats, lane: int) -> int:
    """Choose as everybody does, where it is too close to tell or something is wrong with a weight."""
    lanes = m[at.LANES] + lane
    w0, w1 = m[lanes + at.LANE_W0 * _WIDTH], m[lanes + at.LANE_W1 * _WIDTH]
    return choose_of(m, f, m[lanes + at.LANE_FIRST * _WIDTH], m[lanes + at.LANE_LAST * _WIDTH], w0, w1, stack)


@inner
def _hash(m: Ints, f: Floats, number: int) -> None:
    """Fold the visits of everybody who leaves before the horizon into the checksum."""
    lanes, hashes = m[at.LANES], m[at.LANES] + at.LANE_HASH * _WIDTH
    for lane in range(number):
        chosen = max(m[lanes + at.LANE_CHOSEN * _WIDTH + lane], 0)
        m[lanes + at.LANE_TARGET * _WIDTH + lane] = m[m[at.ENTRIES] + at.ENTRY_WIDTH * chosen + at.E_TARGET]
    for lane in range(number):
        m[hashes + lane] = fold_times(
            m[lanes + at.LANE_SUBJECT * _WIDTH + lane],
            m[lanes + at.LANE_TOUCHPOINT * _WIDTH + lane],
            m[lanes + at.LANE_ENTRY * _WIDTH + lane],
            m[lanes + at.LANE_ENTERED * _WIDTH + lane],
            0,
            m[lanes + at.LANE_LEFT * _WIDTH + lane],
            _DECIDED,
            m[lanes + at.LANE_TARGET * _WIDTH + lane],
        )
    for attribute in range(m[at.ATTRIBUTES]):
        for lane in range(number):
            felt = f[m[lanes + at.LANE_EYES * _WIDTH + lane] + attribute]
            m[hashes + lane] = fold_attribute(m[hashes + lane], felt)
    total, horizon = np.int64(0), m[at.HORIZON]
    for lane in range(number):
        total += fold_end(m[hashes + lane]) if m[lanes + at.LANE_LEFT * _WIDTH + lane] < horizon else 0
    m[m[_CHECKSUM]] += total


@inner
def _leave(m: Ints, f: Floats, c: int, lane: int) -> bool:
    """End a stay at a plain station; True if the customer goes on."""
    lanes = m[at.LANES] + lane
    left, chosen = m[lanes + at.LANE_LEFT * _WIDTH], m[lanes + at.LANE_CHOSEN * _WIDTH]
    if left >= m[at.HORIZON]:
        m[c + at.STATE] = at.DWELLING
        _stay_open(m, f, c)
        return False
    m[at.NOW] = left
    if chosen < 0:
        m[at.TROUBLE] = at.NOBODY_WINS  # who and why is found out by the general machine, in order
        return False
    entry = m[at.ENTRIES] + at.ENTRY_WIDTH * chosen
    target, touchpoint = m[entry + at.E_TARGET], m[c + at.V_TOUCHPOINT]
    m[met(c, touchpoint) + at.MET_VISITS] += 1
    m[c + at.SHORT] = 0
    books.reach(m, c, touchpoint)
    if m[m[lanes + at.LANE_STATION * _WIDTH] + at.ST_GOAL] == 1:
        books.convert(m, c)
    books.travel(m, c, m[entry + at.E_EDGE])
    books.count_leave(m, f, c, c + at.VISIT, _DECIDED, target)
    delay = np.int64(0)
    if m[entry + at.E_AFTER] >= 0:
        w0, w1 = m[lanes + at.LANE_W0 * _WIDTH], m[lanes + at.LANE_W1 * _WIDTH]
        delay = np.int64(draw_time(m, f, m[entry + at.E_AFTER], w0, w1, m[entry + at.E_AFTER_KEY]))
    if target >= m[at.TOUCHPOINTS] and delay == 0:
        books.finish(m, f, c, target - m[at.TOUCHPOINTS])
        leave_place(m, c)
        return False
    m[c + at.BOUND], m[c + at.NEXT_TIME] = target, left + delay
    return True
