"""Who comes in the kernel: those of a date, and those who are there at the start."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import Purpose, key_of
from simulator.compiled import inner
from simulator.engine.kernel import books
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.agenda import schedule
from simulator.engine.kernel.cases import continue_case
from simulator.engine.kernel.effects import apply
from simulator.engine.kernel.entering import begin_visit
from simulator.engine.kernel.people import NOWHERE, new_customer, station_of
from simulator.engine.rules import arrival_time, member_of, party_size
from simulator.engine.streams import block, blocks, mixed, numbered
from simulator.engine.waits import draw_rest
from simulator.laws.counts import poisson_quantile
from simulator.program.image import Part
from simulator.spec.model import DAY

__all__ = [
    "arrivals_of_day",
    "arrive",
    "gather",
    "next_arrival",
    "part_of",
    "start_existing",
    "time_of",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_HOW_MANY: Final = key_of(Purpose.ARRIVALS)
_WHEN: Final = key_of(Purpose.ARRIVE)
_PARTY: Final = key_of(Purpose.PARTY)
_RESIDUAL: Final = key_of(Purpose.RESIDUAL)
_LENGTH_BIAS: Final = key_of(Purpose.LENGTH_BIAS)
_DAY: Final = DAY
_SIZES: Final = int(Part.SIZES)
_DAY_MEANS: Final = int(Part.DAY_MEANS)
_PROFILES: Final = int(Part.HOUR_PROFILES)
_PARTY_SIZES: Final = int(Part.PARTY_SIZES)
_PARTY_MEANS: Final = int(Part.PARTY_MEANS)
_PARTY_SHARES: Final = int(Part.PARTY_SHARES)
_WIDTH: Final = at.LANE_WIDTH
_SIGN: Final = np.int64(-(2**63))


@inner
def _count_parties(m: Ints, f: Floats, persona: int, day: int) -> int:
    """Draw how many parties of a persona arrive on a date; who comes alone is one."""
    mean = f[m[_DAY_MEANS] + persona * m[at.DAYS] + day] / f[m[_PARTY_MEANS] + persona]
    if mean <= 0.0:
        return 0
    subject = m[m[at.ARRIVAL_COUNTS] + persona * m[at.DAYS] + day]
    w0, w1 = block(m[at.SEED], m[at.REPLICATION], subject, NOWHERE, 0)
    return int(poisson_quantile(mean, mixed(w0, w1, _HOW_MANY, 0)))


@inner
def part_of(m: Ints, many: int, following: int) -> int:
    """Say with whom of many the part that is played begins, or the one behind it."""
    return many * (m[at.PART] + following) // m[at.PARTS]


@inner
def _size_of(m: Ints, f: Floats, persona: int, leader: int) -> int:
    """Draw how many come in a party, named by the first of them."""
    start = m[at.PERSONAS] + at.PERSONA_WIDTH * persona
    first, last = m[start + at.P_FIRST_PARTY], m[start + at.P_LAST_PARTY]
    w0, w1 = block(m[at.SEED], m[at.REPLICATION], leader, NOWHERE, 0)
    u = mixed(w0, w1, _PARTY, 0)
    return int(party_size(m, f, m[_PARTY_SIZES] + first, m[_PARTY_SHARES] + first, last - first, u))


@inner
def _name(m: Ints, lane: int, subject: int, persona: int, day: int) -> None:
    """Name one who arrives."""
    lanes = m[at.LANES] + lane
    m[lanes + at.LANE_SUBJECT * _WIDTH] = subject
    m[lanes + at.LANE_SITE * _WIDTH] = NOWHERE
    m[lanes + at.LANE_ENTRY * _WIDTH] = 0
    m[lanes + at.LANE_PERSONA * _WIDTH] = persona
    m[lanes + at.LANE_DAY * _WIDTH] = day


@inner
def _name_parties(m: Ints, f: Floats, family: int, persona: int, day: int, found: int, wanted: int) -> int:
    """Name members of parties by the first of each, from the cursor on; say how many are named in all.

    The cursor is also the member (-1: the size is not known yet) and how many there are.
    """
    cursor = at.CURSOR
    while m[cursor + 2] < m[cursor + 3] and found < wanted:
        leader = numbered(family, m[cursor + 2])
        if m[cursor + 4] < 0:
            m[cursor + 4], m[cursor + 5] = 0, _size_of(m, f, persona, leader)
        while m[cursor + 4] < m[cursor + 5] and found < wanted:
            _name(m, found, leader, persona, day)
            m[m[at.LANES] + at.LANE_MEMBER * _WIDTH + found] = m[cursor + 4]
            m[cursor + 4] += 1
            found += 1
        if m[cursor + 4] == m[cursor + 5]:
            m[cursor + 2] += 1
            m[cursor + 4] = -1
    return found


@inner
def gather(m: Ints, f: Floats, last_day: int, wanted: int) -> int:
    """Name the next who arrive before a date, as many as wanted, and draw their blocks; say how many.

    The block is that of the first of a party: who comes together comes by the same luck. Goes on where it
    stopped: the cursor is the date, the persona, the party (-1: not known yet) and the last of the part that
    is played.
    """
    lanes, cursor, found, parties = m[at.LANES], at.CURSOR, 0, False
    while found < wanted and m[cursor] < last_day:
        day, persona = m[cursor], m[cursor + 1]
        if m[cursor + 2] < 0:
            many = _count_parties(m, f, persona, day)
            m[cursor + 2], m[cursor + 3], m[cursor + 4] = part_of(m, many, 0), part_of(m, many, 1), -1
        family = m[m[at.ARRIVED_FAMILIES] + persona * m[at.DAYS] + day]
        start = m[at.PERSONAS] + at.PERSONA_WIDTH * persona
        if m[start + at.P_FIRST_PARTY] < m[start + at.P_LAST_PARTY]:
            found, parties = _name_parties(m, f, family, persona, day, found, wanted), True
        else:
            first = m[cursor + 2]
            last = min(m[cursor + 3], first + wanted - found)
            for number in range(first, last):
                m[lanes + at.LANE_MEMBER * _WIDTH + found] = 0
                _name(m, found, numbered(family, number), persona, day)
                found += 1
            m[cursor + 2] = last
        if m[cursor + 2] == m[cursor + 3]:
            m[cursor + 2] = -1
            m[cursor + 1] = persona + 1
            if persona + 1 == m[m[_SIZES]]:
                m[cursor], m[cursor + 1] = day + 1, 0
    blocks(m, m[at.SEED], m[at.REPLICATION], lanes, _WIDTH, found)
    if parties:
        for lane in range(found):
            subject = lanes + at.LANE_SUBJECT * _WIDTH + lane
            m[subject] = member_of(m[subject], m[lanes + at.LANE_MEMBER * _WIDTH + lane])
    return found


@inner
def time_of(m: Ints, f: Floats, lane: int) -> int:
    """Draw when one of those just gathered arrives."""
    at_lane = m[at.LANES] + lane
    persona, day = m[at_lane + at.LANE_PERSONA * _WIDTH], m[at_lane + at.LANE_DAY * _WIDTH]
    u = mixed(m[at_lane + at.LANE_W0 * _WIDTH], m[at_lane + at.LANE_W1 * _WIDTH], _WHEN, 0)
    return day * _DAY + arrival_time(f, m[_PROFILES] + 25 * persona, u)


@inner
def arrive(m: Ints, f: Floats, subject: int, persona: int, time: int, w0: int, w1: int) -> int:
    """Give one who arrives his place, or -1 if there is none."""
    c = new_customer(m, f, subject, persona, 1, time, 0, w0, w1)
    if c >= 0:
        m[c + at.ENTERS] = m[m[at.PERSONAS] + at.PERSONA_WIDTH * persona + at.P_ENTERS]
        m[c + at.ENTERS_W0], m[c + at.ENTERS_W1] = w0, w1
        m[c + at.NEXT_TIME], m[c + at.NEXT_PHASE] = time, at.ENTRY_PHASE
    return c


@inner
def arrivals_of_day(m: Ints, f: Floats, day: int) -> int:
    """List who arrives on a date before the horizon, in order of time; say how many.

    Rows of time, subject, persona and block stand at ARRIVALS_OF_DAY; behind them, their order.
    """
    found, lanes = 0, m[at.LANES]
    while True:
        some = gather(m, f, day + 1, _WIDTH)
        for lane in range(some):
            time = time_of(m, f, lane)
            if time >= m[at.HORIZON]:
                continue
            if found == m[at.ARRIVALS_ROOM]:
                m[at.TROUBLE] = at.NO_ARRIVAL
                return 0
            row = m[at.ARRIVALS_OF_DAY] + at.ARRIVAL_FIELDS * found
            m[row], m[row + 1] = time, m[lanes + lane + at.LANE_SUBJECT * _WIDTH]
            m[row + 2] = m[lanes + lane + at.LANE_PERSONA * _WIDTH]
            m[row + 3] = m[lanes + lane + at.LANE_W0 * _WIDTH]
            m[row + 4] = m[lanes + lane + at.LANE_W1 * _WIDTH]
            found += 1
        if some < _WIDTH:
            _sort(m, found, day)
            return found


@inner
def next_arrival(m: Ints) -> int:
    """Where the row of the next who arrives on the present date stands; -1 if all have come."""
    if m[at.ARRIVALS_COME] == m[at.ARRIVALS]:
        return -1
    order = m[at.ARRIVALS_OF_DAY] + at.ARRIVAL_FIELDS * m[at.ARRIVALS_ROOM]
    return m[at.ARRIVALS_OF_DAY] + at.ARRIVAL_FIELDS * m[order + m[at.ARRIVALS_COME]]


@inner
def _bucket(m: Ints, row: int, number: int, day: int) -> int:
    """Which of as many spans of the day as there are arrivals one falls into."""
    return (m[m[at.ARRIVALS_OF_DAY] + at.ARRIVAL_FIELDS * row] - day * _DAY) * number // _DAY


@inner
def _comes_after(m: Ints, one: int, other: int) -> bool:
    rows = m[at.ARRIVALS_OF_DAY]
    a, b = rows + at.ARRIVAL_FIELDS * one, rows + at.ARRIVAL_FIELDS * other
    if m[a] != m[b]:
        return bool(m[a] > m[b])
    return bool(m[a + 1] ^ _SIGN > m[b + 1] ^ _SIGN)


@inner
def _sort(m: Ints, number: int, day: int) -> None:
    """Order a day's arrivals: into equal spans of the day first, then past their neighbours."""
    order = m[at.ARRIVALS_OF_DAY] + at.ARRIVAL_FIELDS * m[at.ARRIVALS_ROOM]
    ends = order + m[at.ARRIVALS_ROOM]
    for i in range(number + 1):
        m[ends + i] = 0
    for row in range(number):
        m[ends + 1 + _bucket(m, row, number, day)] += 1
    for i in range(number):
        m[ends + i + 1] += m[ends + i]
    for row in range(number):
        bucket = ends + _bucket(m, row, number, day)
        m[order + m[bucket]] = row
        m[bucket] += 1
    for i in range(1, number):
        row, j = m[order + i], i
        while j > 0 and _comes_after(m, m[order + j - 1], row):
            m[order + j] = m[order + j - 1]
            j -= 1
        m[order + j] = row


@inner
def start_existing(m: Ints, f: Floats, stack: Floats, persona: int, k: int) -> int:
    """Bring in the k-th of a persona who are there already; his place, or -1 if he needs none."""
    start = m[at.PERSONAS] + at.PERSONA_WIDTH * persona
    if m[start + at.P_FIRST_CASE] >= 0:
        return continue_case(m, f, stack, m[start + at.P_FIRST_CASE] + k)
    subject = numbered(m[m[at.EXISTING_FAMILIES] + persona], k)
    w0, w1 = block(m[at.SEED], m[at.REPLICATION], subject, NOWHERE, 0)
    c = new_customer(m, f, subject, persona, 0, 0, 0, w0, w1)
    if c < 0:
        return c
    m[c + at.ORDERS] = m[start + at.P_EXISTING_ORDERS]
    first, last = m[start + at.P_FIRST_EFFECT], m[start + at.P_LAST_EFFECT]
    apply(m, f, stack, c, first, last, w0, w1)
    station = station_of(m, c, m[start + at.P_EXISTING_AT])
    m[c + at.STEPS] = 1
    begin_visit(m, c, station, -1)
    books.arrive(m, c)
    books.enter(m, c, station)
    m[c + at.STATE] = at.DWELLING
    law = m[station + at.ST_DWELL]
    w0, w1, eyes = m[c + at.V_W0], m[c + at.V_W1], m[c + at.EYES]
    remaining = draw_rest(m, f, law, w0, w1, _RESIDUAL, _LENGTH_BIAS, f, eyes, m[at.NOW])
    schedule(m, c, remaining, at.END_OF_STAY, 1)
    return c
