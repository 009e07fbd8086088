"""Coming in and entering a touchpoint in the kernel: gate, cost, and the wait for a team."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import Purpose, key_of
from simulator.compiled import inner
from simulator.engine.kernel import books
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.agenda import push
from simulator.engine.kernel.going import chosen_of, go, leave_frames
from simulator.engine.kernel.people import holds, leave_place, met, station_of, wait_of
from simulator.engine.kernel.race import back
from simulator.engine.kernel.shop import fill, join, leave_list, served, start_service, unlink
from simulator.engine.streams import block
from simulator.program.tables import WAIT, Manner

__all__ = [
    "begin_visit",
    "change_team",
    "choose_entrance",
    "come_in_at",
    "count_entry",
    "end_of_patience",
    "enter_or_end",
    "gate_is_open",
    "limit",
    "pay_for_visit",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_PATIENCE: Final = key_of(Purpose.PATIENCE)
_WAIT: Final = WAIT
_REFUSED: Final = Manner.REFUSED
_ABANDONED: Final = Manner.ABANDONED
_CLOSED: Final = Manner.CLOSED


@inner
def _leave(m: Ints, f: Floats, stack: Floats, c: int, row: int, manner: int) -> None:
    """Leave without a completed visit; that may lead back to a race."""
    if go(m, f, stack, c, row, manner):
        back(m, f, c)


@inner
def limit(m: Ints, f: Floats, c: int, law: int, key: int, state: int) -> None:
    """End a wait in a state when a drawn time is over; one visit may wait in both."""
    time = wait_of(m, f, c, law, m[c + at.V_W0], m[c + at.V_W1], key, 0)
    what = c * at.STATES + state
    push(m, m[at.NOW] + time, at.PATIENCE, m[c + at.SUBJECT], m[c + at.STEPS], what)


@inner
def _stand_before(m: Ints, f: Floats, stack: Floats, c: int, station: int) -> None:
    """Be served at once, turned away, or wait in the queue."""
    team = m[at.TEAMS] + at.TEAM * m[station + at.ST_TEAM]
    room = m[m[at.TEAM_RULES] + 3 * m[station + at.ST_TEAM] + 2]
    if m[team + at.T_OPEN] == 0 and m[station + at.ST_ON_CLOSED] != _WAIT:
        _leave(m, f, stack, c, m[station + at.ST_ON_CLOSED], _CLOSED)
    elif m[team + at.T_LENGTH] == 0 and m[team + at.T_BUSY] < m[team + at.T_SERVERS]:
        m[team + at.T_BUSY] += 1
        served(m, c)
        start_service(m, f, c)
    elif 0 <= room <= m[team + at.T_LENGTH]:
        _leave(m, f, stack, c, m[station + at.ST_ON_ABANDON], _ABANDONED)
    else:
        join(m, c, team + at.T_HEAD, team + at.T_TAIL)
        m[team + at.T_LENGTH] += 1
        m[c + at.STATE] = at.QUEUING
        if m[station + at.ST_PATIENCE] >= 0:
            limit(m, f, c, m[station + at.ST_PATIENCE], _PATIENCE, at.QUEUING)


@inner
def gate_is_open(m: Ints, f: Floats, stack: Floats, c: int, station: int) -> bool:
    """Whether a visit may begin: `only_if`, and for a contact consent and room under the cap."""
    if not holds(m, f, stack, c, m[station + at.ST_ONLY_IF]):
        return False
    if m[station + at.ST_CONTACT] == 0:
        return True
    if f[m[c + at.EYES] + m[at.CONSENT]] < 1.0:
        return False
    cap, sent = m[at.CAP], m[c + at.CONTACTS]
    if cap == 0:
        return False
    if cap < 0 or sent < cap:
        return True
    oldest = m[c + m[at.AT_CONTACTS] + sent % cap]
    return bool(oldest <= m[at.NOW] - m[at.CAP_PER])


@inner
def count_entry(m: Ints, c: int, touchpoint: int) -> int:
    """Count an attempt to enter a touchpoint; give its number."""
    known = met(c, touchpoint)
    if m[known + at.MET_ENTRIES] == 0:
        m[c + m[at.AT_TOUCHED] + m[c + at.TOUCHED]] = touchpoint
        m[c + at.TOUCHED] += 1
    m[known + at.MET_ENTRIES] += 1
    return m[known + at.MET_ENTRIES]


@inner
def begin_visit(m: Ints, c: int, station: int, detour: int) -> None:
    """Write down the visit a customer is on, and draw the block that serves it."""
    touchpoint = m[station + at.ST_TOUCHPOINT]
    entry = count_entry(m, c, touchpoint)
    w0, w1 = block(m[at.SEED], m[at.REPLICATION], m[c + at.SUBJECT], m[station + at.ST_SITE], entry)
    m[c + at.V_TOUCHPOINT], m[c + at.V_STATION], m[c + at.V_ENTRY] = touchpoint, station, entry
    m[c + at.V_ENTERED], m[c + at.V_WAITED] = m[at.NOW], 0
    m[c + at.V_W0], m[c + at.V_W1], m[c + at.V_DETOUR] = w0, w1, detour
    m[c + at.V_ASKED], m[c + at.V_SOLD] = 0, 0


@inner
def pay_for_visit(m: Ints, c: int, touchpoint: int, row: int) -> None:
    """Count what a visit of a station costs us; nobody has waited yet."""
    books.pay(m, c, touchpoint, m[m[at.COSTS] + row])
    m[c + at.WAITED] = m[met(c, touchpoint) + at.MET_WAITED] = 0


@inner
def _enter(m: Ints, f: Floats, stack: Floats, c: int) -> None:
    m[c + at.STEPS] += 1
    if m[c + at.STEPS] > m[at.MAX_STEPS]:
        leave_frames(m, f, c)
        books.stop(m, f, c)
        leave_place(m, c)
        return
    station = station_of(m, c, m[c + at.BOUND])
    begin_visit(m, c, station, m[c + at.BOUND_DETOUR])
    books.enter(m, c, station)
    if not gate_is_open(m, f, stack, c, station):
        _leave(m, f, stack, c, m[station + at.ST_OTHERWISE], _REFUSED)
        return
    if m[station + at.ST_CONTACT] == 1 and m[at.CAP] > 0:
        ring = c + m[at.AT_CONTACTS] + m[c + at.CONTACTS] % m[at.CAP]
        m[ring] = m[at.NOW]
        m[c + at.CONTACTS] += 1
    row = (station - m[at.STATIONS]) // at.STATION_WIDTH
    pay_for_visit(m, c, m[c + at.V_TOUCHPOINT], row)
    if m[station + at.ST_TEAM] < 0:
        start_service(m, f, c)
    else:
        _stand_before(m, f, stack, c, station)


@inner
def choose_entrance(m: Ints, f: Floats, stack: Floats, c: int) -> bool:
    """Count a customer who comes in and choose where; False if the run must stop."""
    books.arrive(m, c)
    entry = chosen_of(m, f, stack, c, m[c + at.ENTERS], m[c + at.ENTERS_W0], m[c + at.ENTERS_W1])
    if entry < 0:
        return False
    come_in_at(m, c, m[entry + at.E_TARGET])
    return True


@inner
def come_in_at(m: Ints, c: int, touchpoint: int) -> None:
    """Let a customer who comes in enter at a touchpoint next."""
    m[c + at.BOUND] = touchpoint
    m[c + at.STATE], m[c + at.NEXT_PHASE] = at.TRAVELLING, at.ENTRY_PHASE


@inner
def enter_or_end(m: Ints, f: Floats, stack: Floats, c: int) -> None:
    """Come in, or arrive where one was bound: at a touchpoint, or at an outcome after a delay."""
    if m[c + at.STATE] == at.COMING and not choose_entrance(m, f, stack, c):
        return
    if m[c + at.BOUND] >= m[at.TOUCHPOINTS]:
        books.finish(m, f, c, m[c + at.BOUND] - m[at.TOUCHPOINTS])
        leave_place(m, c)
    else:
        _enter(m, f, stack, c)


@inner
def end_of_patience(m: Ints, f: Floats, stack: Floats, what: int, subject: int, step: int) -> None:
    """End a wait, if this is still the wait that the event was meant for."""
    c, state = what // at.STATES, what % at.STATES
    if m[c + at.SUBJECT] != subject or m[c + at.STEPS] != step or m[c + at.STATE] != state:
        return
    station = m[c + at.V_STATION]
    if state == at.QUEUING:
        team = m[at.TEAMS] + at.TEAM * m[station + at.ST_TEAM]
        unlink(m, c, team + at.T_HEAD, team + at.T_TAIL)
        m[team + at.T_LENGTH] -= 1
        served(m, c)
        _leave(m, f, stack, c, m[station + at.ST_ON_ABANDON], _ABANDONED)
    else:
        shelf = m[at.SHELVES] + at.SHELF * m[c + at.LIST]
        unlink(m, c, shelf + at.S_HEAD, shelf + at.S_TAIL)
        leave_list(m, f, stack, c, m[station + at.ST_GAVE_UP])


@inner
def change_team(m: Ints, f: Floats, number: int, servers: int, is_open: int) -> None:
    """Open, close, or change the number of servers; start as many as are free."""
    team = m[at.TEAMS] + at.TEAM * number
    m[team + at.T_SERVERS], m[team + at.T_OPEN] = servers, is_open
    fill(m, f, team)
