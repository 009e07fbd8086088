"""A visit in the kernel, as a machine that is pushed on by events; its meaning is the reference's.

enter → gate → cost → wait for the team → dwell → sell → set → refer → decide → detour → travel
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
from simulator.engine.kernel.agenda import push, schedule
from simulator.engine.kernel.basket import sell, take_back
from simulator.engine.kernel.going import chosen_of, depart, go, leave_frames, resume
from simulator.engine.kernel.people import (
    NOWHERE,
    bounded,
    choose_trouble,
    holds,
    leave_place,
    new_customer,
    value,
)
from simulator.engine.kernel.race import await_clock, back, frame_of, ring
from simulator.engine.kernel.shop import fill, join, leave_list, served, start_service, unlink
from simulator.engine.rules import LARGEST, draw, draw_residual, draw_time, friends_of
from simulator.engine.streams import block, mixed, numbered
from simulator.program.tables import WAIT, Decision, Manner
from simulator.spec.expressions import STACK_CELLS

__all__ = ["change_team", "come_in", "end_of_patience", "end_of_stay", "enter_or_end", "start_existing"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_PATIENCE: Final = key_of(Purpose.PATIENCE)
_GIVE_UP: Final = key_of(Purpose.GIVE_UP)
_COUNT: Final = key_of(Purpose.COUNT)
_REFER_AFTER: Final = key_of(Purpose.REFER_AFTER)
_RESIDUAL: Final = key_of(Purpose.RESIDUAL)
_LENGTH_BIAS: Final = key_of(Purpose.LENGTH_BIAS)
_WAIT: Final = WAIT
_RACE: Final = Decision.RACE
_DECIDED: Final = Manner.DECIDED
_REFUSED: Final = Manner.REFUSED
_ABANDONED: Final = Manner.ABANDONED
_CLOSED: Final = Manner.CLOSED
_STOCKOUT: Final = Manner.STOCKOUT
_EMPTY: Final = Manner.EMPTY
# Behind the stack of expressions, room for the new values of one `set`.
_PENDING: Final = STACK_CELLS
_CAPPED: Final = at.COUNTS["referrals_capped"]


@inner
def _station_of(m: Ints, c: int, touchpoint: int) -> int:
    """Where the row of a touchpoint stands, as this customer's persona meets it."""
    row = m[m[at.STATION_OF] + m[c + at.PERSONA] * m[at.TOUCHPOINTS] + touchpoint]
    return m[at.STATIONS] + at.STATION_WIDTH * row


@inner
def _leave(m: Ints, f: Floats, stack: Floats, c: int, row: int, manner: int) -> None:
    """Leave without a completed visit; that may lead back to a race."""
    if go(m, f, stack, c, row, manner):
        back(m, f, c)


@inner
def _limit(m: Ints, f: Floats, c: int, law: int, key: int, state: int) -> None:
    """End a wait in a state when a drawn time is over; one visit may wait in both."""
    time = draw_time(m, f, law, m[c + at.V_W0], m[c + at.V_W1], key)
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
            _limit(m, f, c, m[station + at.ST_PATIENCE], _PATIENCE, at.QUEUING)


@inner
def _gate_is_open(m: Ints, f: Floats, stack: Floats, c: int, station: int) -> bool:
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
def _begin_visit(m: Ints, c: int, station: int, detour: int) -> None:
    """Write down the visit a customer is on, and draw the block that serves it."""
    touchpoint = m[station + at.ST_TOUCHPOINT]
    entries = c + m[at.AT_ENTRIES] + touchpoint
    if m[entries] == 0:
        m[c + m[at.AT_TOUCHED] + m[c + at.TOUCHED]] = touchpoint
        m[c + at.TOUCHED] += 1
    m[entries] += 1
    w0, w1 = block(m[at.SEED], m[at.REPLICATION], m[c + at.SUBJECT], m[station + at.ST_SITE], m[entries])
    m[c + at.V_TOUCHPOINT], m[c + at.V_STATION], m[c + at.V_ENTRY] = touchpoint, station, m[entries]
    m[c + at.V_ENTERED], m[c + at.V_WAITED] = m[at.NOW], 0
    m[c + at.V_W0], m[c + at.V_W1], m[c + at.V_DETOUR] = w0, w1, detour
    m[c + at.V_ASKED], m[c + at.V_SOLD] = 0, 0


@inner
def _enter(m: Ints, f: Floats, stack: Floats, c: int) -> None:
    m[c + at.STEPS] += 1
    if m[c + at.STEPS] > m[at.MAX_STEPS]:
        leave_frames(m, f, c)
        books.stop(m, f, c)
        leave_place(m, c)
        return
    station = _station_of(m, c, m[c + at.BOUND])
    _begin_visit(m, c, station, m[c + at.BOUND_DETOUR])
    books.enter(m, c, station)
    if not _gate_is_open(m, f, stack, c, station):
        _leave(m, f, stack, c, m[station + at.ST_OTHERWISE], _REFUSED)
        return
    if m[station + at.ST_CONTACT] == 1 and m[at.CAP] > 0:
        ring = c + m[at.AT_CONTACTS] + m[c + at.CONTACTS] % m[at.CAP]
        m[ring] = m[at.NOW]
        m[c + at.CONTACTS] += 1
    touchpoint = m[station + at.ST_TOUCHPOINT]
    row = (station - m[at.STATIONS]) // at.STATION_WIDTH
    books.pay(m, c, touchpoint, m[m[at.COSTS] + row])
    m[c + at.WAITED] = m[c + m[at.AT_WAITED] + touchpoint] = 0
    if m[station + at.ST_TEAM] < 0:
        start_service(m, f, c)
    else:
        _stand_before(m, f, stack, c, station)


@inner
def come_in(m: Ints, f: Floats, stack: Floats, c: int) -> None:
    """Bring a customer in: count him and let him enter where his row says."""
    books.arrive(m, c)
    entry = chosen_of(m, f, stack, c, m[c + at.ENTERS], m[c + at.ENTERS_W0], m[c + at.ENTERS_W1])
    if entry < 0:
        return
    m[c + at.BOUND] = m[entry + at.E_TARGET]
    _enter(m, f, stack, c)


@inner
def enter_or_end(m: Ints, f: Floats, stack: Floats, c: int) -> None:
    """Arrive where one was bound: at a touchpoint, or at an outcome after a delay."""
    if m[c + at.STATE] == at.COMING:
        come_in(m, f, stack, c)
    elif m[c + at.BOUND] >= m[at.TOUCHPOINTS]:
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


# ---------------------------------------------------------------- the end of a stay


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
    m[c + m[at.AT_VISITS] + touchpoint] += 1
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
    _apply(m, f, stack, c, first, last, m[c + at.V_W0], m[c + at.V_W1])
    if m[station + at.ST_REFERRALS] >= 0:
        _refer(m, f, stack, c, station)
    _decide(m, f, stack, c, station, manner)


@inner
def _apply(m: Ints, f: Floats, stack: Floats, c: int, first: int, last: int, w0: int, w1: int) -> None:
    """Set attributes, all from the values before; then their bounds apply.

    New values wait behind the stack until all are known; NaN marks a chance that did not come.
    """
    for row in range(first, last):
        effect = m[at.EFFECTS] + at.EFFECT_WIDTH * row
        waiting = _PENDING + row - first
        if m[effect + at.X_TO] < 0:
            comes = mixed(w0, w1, m[effect + at.X_KEY], 0) < f[m[at.EFFECT_CHANCES] + row]
            stack[waiting] = 1.0 if comes else math.nan
            continue
        new = value(m, f, stack, c, m[effect + at.X_TO])
        if m[effect + at.X_NOISE] >= 0:
            new += draw(m, f, m[effect + at.X_NOISE], w0, w1, m[effect + at.X_KEY])
        if math.isnan(new) or abs(bounded(m, f, m[effect + at.X_ATTRIBUTE], new)) > LARGEST:
            choose_trouble(m, f, c, at.NOT_A_NUMBER, m[effect + at.X_TO], 0, new)
        stack[waiting] = new
    for row in range(first, last):
        new = stack[_PENDING + row - first]
        attribute = m[m[at.EFFECTS] + at.EFFECT_WIDTH * row + at.X_ATTRIBUTE]
        if not math.isnan(new):
            f[m[c + at.EYES] + attribute] = bounded(m, f, attribute, new)


@inner
def _refer(m: Ints, f: Floats, stack: Floats, c: int, station: int) -> None:
    """Bring new customers."""
    w0, w1 = m[c + at.V_W0], m[c + at.V_W1]
    count = int(draw(m, f, m[station + at.ST_REFERRALS], w0, w1, _COUNT))
    generation = m[c + at.GENERATION] + 1
    if count > 0 and generation > m[at.MAX_GENERATIONS]:
        m[m[_CAPPED] + m[c + at.PERSONA]] += count
        return
    friends = friends_of(m[c + at.SUBJECT], m[station + at.ST_SITE], m[c + at.V_ENTRY])
    for k in range(count):
        subject = numbered(friends, k)
        w0, w1 = block(m[at.SEED], m[at.REPLICATION], subject, m[station + at.ST_SITE], 0)
        persona = m[c + at.PERSONA]
        if m[station + at.ST_REFERRAL_PERSONAS] >= 0:
            entry = chosen_of(m, f, stack, c, m[station + at.ST_REFERRAL_PERSONAS], w0, w1)
            if entry < 0:
                return
            persona = m[entry + at.E_TARGET]
        delay = draw_time(m, f, m[station + at.ST_REFERRAL_AFTER], w0, w1, _REFER_AFTER)
        if m[at.NOW] + delay >= m[at.HORIZON]:
            continue
        new = new_customer(m, f, subject, persona, 2, m[at.NOW] + delay, generation)
        if new < 0:
            return
        m[new + at.ENTERS], m[new + at.ENTERS_W0], m[new + at.ENTERS_W1] = (
            m[station + at.ST_REFERRAL_ENTERS],
            w0,
            w1,
        )
        schedule(m, new, delay, at.ENTRY_PHASE, 1)
        if m[at.SHARED] == 0:
            m[m[at.WAITING] + m[at.WAITING_SIZE]] = new
            m[at.WAITING_SIZE] += 1


# ---------------------------------------------------------------- deciding


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
        _start_race(m, f, stack, c, station)
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
    _limit(m, f, c, m[station + at.ST_GIVE_UP], _GIVE_UP, at.LISTED)


@inner
def _start_race(m: Ints, f: Floats, stack: Floats, c: int, station: int) -> None:
    """Start every clock that may ring."""
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
        if 0 <= target < m[at.TOUCHPOINTS] and not _gate_is_open(m, f, stack, c, _station_of(m, c, target)):
            continue
        chance = f[m[at.CLOCK_CHANCES] + row]
        if chance < 1.0 and mixed(w0, w1, m[clock + at.C_CHANCE_KEY], 0) >= chance:
            continue
        time = draw_time(m, f, m[clock + at.C_LAW], w0, w1, m[clock + at.C_TIME_KEY])
        m[frame + at.F_FIRST + 2 * started] = m[at.NOW] + time
        m[frame + at.F_FIRST + 2 * started + 1] = row
        started += 1
    m[frame + at.F_CLOCKS] = started
    await_clock(m, f, c)


# ---------------------------------------------------------------- who is there already


@inner
def start_existing(m: Ints, f: Floats, stack: Floats, persona: int, subject: int) -> int:
    """Bring in a customer who is in the middle of a stay; his place, or -1."""
    start = m[at.PERSONAS] + at.PERSONA_WIDTH * persona
    c = new_customer(m, f, subject, persona, 0, 0, 0)
    if c < 0:
        return c
    m[c + at.ORDERS] = m[start + at.P_EXISTING_ORDERS]
    w0, w1 = block(m[at.SEED], m[at.REPLICATION], subject, NOWHERE, 0)
    first, last = m[start + at.P_FIRST_EFFECT], m[start + at.P_LAST_EFFECT]
    _apply(m, f, stack, c, first, last, w0, w1)
    station = _station_of(m, c, m[start + at.P_EXISTING_AT])
    m[c + at.STEPS] = 1
    _begin_visit(m, c, station, -1)
    books.arrive(m, c)
    books.enter(m, c, station)
    m[c + at.STATE] = at.DWELLING
    law = m[station + at.ST_DWELL]
    remaining = draw_residual(m, f, law, m[c + at.V_W0], m[c + at.V_W1], _RESIDUAL, _LENGTH_BIAS)
    schedule(m, c, remaining, at.END_OF_STAY, 1)
    return c
