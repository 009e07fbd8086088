"""Playing a replication in the kernel: customers one after another, or through the agenda."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import Purpose, key_of
from simulator.compiled import compiled, inner
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.agenda import pop, push
from simulator.engine.kernel.log import log_open
from simulator.engine.kernel.people import NOWHERE, leave_place, new_customer
from simulator.engine.kernel.shop import close_shelves, deliver, look_at_shelf, open_shelves, send_woken
from simulator.engine.kernel.visit import (
    change_team,
    come_in,
    end_of_patience,
    end_of_stay,
    enter_or_end,
    start_existing,
)
from simulator.engine.rules import arrival_time, level_at
from simulator.engine.streams import block, mixed, numbered
from simulator.laws.counts import poisson_quantile
from simulator.program.image import Part
from simulator.spec.model import DAY

__all__ = ["play_days", "play_shared"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_HOW_MANY: Final = key_of(Purpose.ARRIVALS)
_WHEN: Final = key_of(Purpose.ARRIVE)
_DAY: Final = DAY
_SIZES: Final = int(Part.SIZES)
_DAY_MEANS: Final = int(Part.DAY_MEANS)
_PROFILES: Final = int(Part.HOUR_PROFILES)
_TIMELINES: Final = int(Part.TIMELINES)


@inner
def _count_arrivals(m: Ints, f: Floats, persona: int, day: int) -> int:
    """Draw how many of a persona arrive on a date."""
    mean = f[m[_DAY_MEANS] + persona * m[at.DAYS] + day]
    if mean <= 0.0:
        return 0
    subject = m[m[at.ARRIVAL_COUNTS] + persona * m[at.DAYS] + day]
    w0, w1 = block(m[at.SEED], m[at.REPLICATION], subject, NOWHERE, 0)
    return int(poisson_quantile(mean, mixed(w0, w1, _HOW_MANY, 0)))


@inner
def _arrival(m: Ints, f: Floats, persona: int, day: int, k: int) -> int:
    """Give the k-th arrival of a date his place; -1 if he comes after the end or there is none."""
    subject = numbered(m[m[at.ARRIVED_FAMILIES] + persona * m[at.DAYS] + day], k)
    w0, w1 = block(m[at.SEED], m[at.REPLICATION], subject, NOWHERE, 0)
    first = m[_PROFILES] + 25 * persona
    time = day * _DAY + arrival_time(f[first : first + 25], mixed(w0, w1, _WHEN, 0))
    if time >= m[at.HORIZON]:
        return -1
    c = new_customer(m, f, subject, persona, 1, time, 0)
    if c < 0:
        return -1
    m[c + at.ENTERS] = m[m[at.PERSONAS] + at.PERSONA_WIDTH * persona + at.P_ENTERS]
    m[c + at.ENTERS_W0], m[c + at.ENTERS_W1] = w0, w1
    m[c + at.NEXT_TIME] = time
    return c


@inner
def _play_out(m: Ints, f: Floats, stack: Floats, c: int) -> None:
    """Play one customer who shares nothing until his journey or the run is over."""
    while m[at.TROUBLE] == at.NO_TROUBLE:
        time = m[c + at.NEXT_TIME]
        if time >= m[at.HORIZON]:
            if m[at.LOG_ROOM] > 0:
                log_open(m, f, c)
            leave_place(m, c)
            return
        m[at.NOW] = time
        if m[c + at.STATE] == at.COMING:
            come_in(m, f, stack, c)
        elif m[c + at.NEXT_PHASE] == at.ENTRY_PHASE:
            enter_or_end(m, f, stack, c)
        else:
            end_of_stay(m, f, stack, c)
        if m[c + at.STATE] == at.COMING:
            return


@inner
def _play_waiting(m: Ints, f: Floats, stack: Floats) -> None:
    """Play everybody who was referred meanwhile, and whom they refer."""
    while m[at.WAITING_SIZE] > 0 and m[at.TROUBLE] == at.NO_TROUBLE:
        m[at.WAITING_SIZE] -= 1
        _play_out(m, f, stack, m[m[at.WAITING] + m[at.WAITING_SIZE]])


@inner
def _part(m: Ints, many: int, following: int) -> int:
    """Say with whom of many the part that is played begins, or the one behind it."""
    return many * (m[at.PART] + following) // m[at.PARTS]


@compiled
def play_days(m: Ints, f: Floats, stack: Floats, first_day: int, last_day: int) -> None:
    """Play everybody who arrives on some dates, one after another; nobody shares anything.

    Parameters
    ----------
    m, f, stack : ndarray
        The kernel's memory, see `simulator.engine.kernel.layout`.
    first_day, last_day : int
        The dates, the last not included; the first date brings those who are there already.
    """
    for persona in range(m[m[_SIZES]] if first_day == 0 else 0):
        many = m[m[at.PERSONAS] + at.PERSONA_WIDTH * persona + at.P_EXISTING]
        for k in range(_part(m, many, 0), _part(m, many, 1)):
            m[at.NOW] = 0
            c = start_existing(m, f, stack, persona, numbered(m[m[at.EXISTING_FAMILIES] + persona], k))
            if c >= 0:
                _play_out(m, f, stack, c)
                _play_waiting(m, f, stack)
    for day in range(first_day, last_day):
        for persona in range(m[m[_SIZES]]):
            many = _count_arrivals(m, f, persona, day)
            for k in range(_part(m, many, 0), _part(m, many, 1)):
                c = _arrival(m, f, persona, day, k)
                if c >= 0:
                    _play_out(m, f, stack, c)
                    _play_waiting(m, f, stack)
                if m[at.TROUBLE] != at.NO_TROUBLE:
                    return


@inner
def _open_shop(m: Ints, f: Floats, teams: int) -> None:
    """Put every change of the calendar on the agenda and place the first orders."""
    for team in range(teams):
        for side in range(2):
            timeline = m[_TIMELINES] + 3 * m[m[at.TEAM_RULES] + 3 * team + side]
            for position in range(m[timeline] + 1, m[timeline + 1]):
                push(m, m[position], at.CALENDAR, team, side, team)
    open_shelves(m, f)


@inner
def _happen(m: Ints, f: Floats, stack: Floats, event: Ints) -> None:
    """Let one event of the agenda happen."""
    phase, what = event[1], event[4]
    if phase == at.ENTRY_PHASE:
        enter_or_end(m, f, stack, what)
    elif phase == at.END_OF_STAY:
        end_of_stay(m, f, stack, what)
    elif phase == at.PATIENCE:
        end_of_patience(m, f, stack, what, event[2], event[3])
    elif phase == at.CALENDAR and what < 0:
        look_at_shelf(m, f, -1 - what)
    elif phase == at.CALENDAR:
        rule = m[at.TEAM_RULES] + 3 * what
        servers = int(level_at(m, f, m[rule], m[at.NOW]))
        change_team(m, f, what, servers, int(level_at(m, f, m[rule + 1], m[at.NOW])))
    else:
        deliver(m, f, what % m[at.PRODUCTS], what // m[at.PRODUCTS])
    send_woken(m, f, stack)


@inner
def _come_in(m: Ints, f: Floats, day: int) -> None:
    """Put everybody who arrives on a date on the agenda."""
    m[at.NOW] = day * _DAY
    for persona in range(m[m[_SIZES]]):
        for k in range(_count_arrivals(m, f, persona, day)):
            c = _arrival(m, f, persona, day, k)
            if c >= 0:
                push(m, m[c + at.NEXT_TIME], at.ENTRY_PHASE, m[c + at.SUBJECT], 1, c)


@inner
def _close_shop(m: Ints, f: Floats) -> None:
    """Book what stands on the shelves, and log who is still on his way."""
    close_shelves(m)
    if m[at.LOG_ROOM] > 0:
        for place in range(m[at.PLACES]):
            c = m[at.PEOPLE] + place * m[at.STRIDE]
            if m[c + at.STATE] != at.COMING:
                log_open(m, f, c)


@compiled
def play_shared(m: Ints, f: Floats, stack: Floats, event: Ints, teams: int, first: int, last: int) -> None:
    """Play a stretch of a replication through the agenda; its stretches must be played in order.

    Parameters
    ----------
    m, f, stack : ndarray
        As in `play_days`.
    event : ndarray
        Scratch.
    teams : int
        How many there are.
    first, last : int
        The stretch in ms, the last not included.
    """
    if first == 0:
        _open_shop(m, f, teams)
        for persona in range(m[m[_SIZES]]):
            for k in range(m[m[at.PERSONAS] + at.PERSONA_WIDTH * persona + at.P_EXISTING]):
                start_existing(m, f, stack, persona, numbered(m[m[at.EXISTING_FAMILIES] + persona], k))
    for day in range(first // _DAY, (last + _DAY - 1) // _DAY):
        if day * _DAY >= first:
            _come_in(m, f, day)
        end = min((day + 1) * _DAY, last)
        while m[at.HEAP_SIZE] > 0 and m[m[at.HEAP]] < end and m[at.TROUBLE] == at.NO_TROUBLE:
            pop(m, event)
            m[at.NOW] = event[0]
            _happen(m, f, stack, event)
        if m[at.TROUBLE] != at.NO_TROUBLE:
            return
    if last >= m[at.HORIZON]:
        _close_shop(m, f)
