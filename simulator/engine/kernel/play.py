"""Playing a replication in the kernel: customers who share nothing, or all through the agenda."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.compiled import compiled, inner, raw
from simulator.engine.kernel import books
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.agenda import is_before, pop, push
from simulator.engine.kernel.arriving import (
    arrivals_of_day,
    arrive,
    gather,
    next_arrival,
    part_of,
    start_existing,
    time_of,
)
from simulator.engine.kernel.completing import end_of_stay
from simulator.engine.kernel.entering import (
    change_team,
    choose_entrance,
    come_in_at,
    end_of_patience,
    enter_or_end,
)
from simulator.engine.kernel.lanes import race_together, visit_together, walk
from simulator.engine.kernel.log import log_open
from simulator.engine.kernel.shop import close_shelves, deliver, look_at_shelf, open_shelves, send_woken
from simulator.engine.rules import level_at
from simulator.program.image import Part
from simulator.spec.model import DAY

__all__ = ["play_days", "play_shared"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_DAY: Final = DAY
_SIZES: Final = int(Part.SIZES)
_TIMELINES: Final = int(Part.TIMELINES)
_WIDTH: Final = at.LANE_WIDTH
_TEAMS: Final = 1 << 20  # more than there are: what an event of the calendar is about has two parts


# ---------------------------------------------------------------- nobody shares anything


@compiled
def play_days(ints: Ints, floats: Floats, room: Floats, first_day: int, last_day: int) -> None:
    """Play everybody who arrives on some dates; nobody shares anything.

    Parameters
    ----------
    ints, floats, room : ndarray
        The kernel's memory, see `simulator.engine.kernel.layout`, and the stack of expressions.
    first_day, last_day : int
        The dates, the last not included; the first date brings those who are there already.
    """
    m, f, stack = raw(ints), raw(floats), raw(room)
    if first_day == 0:
        _play_existing(m, f, stack)
    m[at.CURSOR], m[at.CURSOR + 1], m[at.CURSOR + 2] = first_day, 0, -1
    together = 0
    while m[at.TROUBLE] == at.NO_TROUBLE:
        together = _fill_lanes(m, f, stack, together, last_day)
        if together == 0:
            return
        together = visit_together(m, f, stack, together)
        _play_waiting(m, f, stack)


@inner
def _play_existing(m: Ints, f: Floats, stack: Floats) -> None:
    """Play those who are in the middle of a stay at the start."""
    for persona in range(m[m[_SIZES]]):
        many = m[m[at.PERSONAS] + at.PERSONA_WIDTH * persona + at.P_EXISTING]
        for k in range(part_of(m, many, 0), part_of(m, many, 1)):
            m[at.NOW] = 0
            c = start_existing(m, f, stack, persona, k)
            if c >= 0:
                walk(m, f, stack, c, False)
                _play_waiting(m, f, stack)


@inner
def _fill_lanes(m: Ints, f: Floats, stack: Floats, together: int, last_day: int) -> int:
    """Let customers arrive until all lanes are taken or nobody is left; say how many are taken.

    Those who meet no plain station are over when the next one comes.
    """
    while together < _WIDTH and m[at.TROUBLE] == at.NO_TROUBLE:
        some = gather(m, f, last_day, _WIDTH - together)
        if some == 0:
            break
        _race_for_entrances(m, f, stack, some)
        for lane in range(some):
            together += _come_in(m, f, stack, lane, together)
            _play_waiting(m, f, stack)
    return together


@inner
def _race_for_entrances(m: Ints, f: Floats, stack: Floats, number: int) -> None:
    """Choose where those gathered enter, as far as their rows have fixed weights."""
    for lane in range(number):
        lanes = m[at.LANES] + lane
        row = m[m[at.PERSONAS] + at.PERSONA_WIDTH * m[lanes + at.LANE_PERSONA * _WIDTH] + at.P_ENTERS]
        first, last = lanes + at.LANE_FIRST * _WIDTH, lanes + at.LANE_LAST * _WIDTH
        m[first], m[last] = m[m[at.ROWS] + at.ROW_WIDTH * row], m[m[at.ROWS] + at.ROW_WIDTH * row + 1]
        if m[m[at.ROW_LOOKS] + 3 * row + 2] == 0:
            m[last] = m[first]
    race_together(m, f, stack, number)


@inner
def _come_in(m: Ints, f: Floats, stack: Floats, lane: int, together: int) -> int:
    """Bring in one of those gathered, up to the first plain station; 1 if he takes a lane, else 0."""
    lanes, time = m[at.LANES] + lane, time_of(m, f, lane)
    if time >= m[at.HORIZON]:
        return 0
    w0, w1 = m[lanes + at.LANE_W0 * _WIDTH], m[lanes + at.LANE_W1 * _WIDTH]
    subject, persona = m[lanes + at.LANE_SUBJECT * _WIDTH], m[lanes + at.LANE_PERSONA * _WIDTH]
    c = arrive(m, f, subject, persona, time, w0, w1)
    if c < 0:
        return 0
    m[at.NOW] = time
    chosen = m[lanes + at.LANE_CHOSEN * _WIDTH]
    if chosen >= 0:
        books.arrive(m, c)
        come_in_at(m, c, m[m[at.ENTRIES] + at.ENTRY_WIDTH * chosen + at.E_TARGET])
    elif not choose_entrance(m, f, stack, c):
        return 0
    if not walk(m, f, stack, c, True):
        return 0
    m[m[at.LANES] + at.LANE_CUSTOMER * _WIDTH + together] = c
    return 1


@inner
def _play_waiting(m: Ints, f: Floats, stack: Floats) -> None:
    """Play everybody who was referred meanwhile, and whom they refer."""
    while m[at.WAITING_SIZE] > 0 and m[at.TROUBLE] == at.NO_TROUBLE:
        m[at.WAITING_SIZE] -= 1
        walk(m, f, stack, m[m[at.WAITING] + m[at.WAITING_SIZE]], False)


# ---------------------------------------------------------------- through the agenda


@compiled
def play_shared(
    ints: Ints, floats: Floats, room: Floats, event_room: Ints, teams: int, first: int, last: int
) -> None:
    """Play a stretch of a replication through the agenda; its stretches must be played in order.

    Parameters
    ----------
    ints, floats, room : ndarray
        As in `play_days`.
    event_room : ndarray
        Scratch.
    teams : int
        How many there are.
    first, last : int
        The stretch in ms, the last not included.
    """
    m, f, stack, event = raw(ints), raw(floats), raw(room), raw(event_room)
    if first == 0:
        m[at.NOW] = m[at.CURSOR] = m[at.CURSOR + 1] = 0
        m[at.CURSOR + 2] = -1
        m[at.PART], m[at.PARTS] = 0, 1
        _open_shop(m, f, teams)
        for persona in range(m[m[_SIZES]]):
            for k in range(m[m[at.PERSONAS] + at.PERSONA_WIDTH * persona + at.P_EXISTING]):
                start_existing(m, f, stack, persona, k)
        _go_ahead(m, f, stack)
    for day in range(first // _DAY, (last + _DAY - 1) // _DAY):
        if day * _DAY >= first:
            m[at.ARRIVALS], m[at.ARRIVALS_COME] = arrivals_of_day(m, f, day), 0
        _play_until(m, f, stack, event, min((day + 1) * _DAY, last))
        if m[at.TROUBLE] != at.NO_TROUBLE:
            return
    if last >= m[at.HORIZON]:
        _close_shop(m, f)


@inner
def _play_until(m: Ints, f: Floats, stack: Floats, event: Ints, end: int) -> None:
    """Play up to a time of a date: those who arrive and what stands on the agenda, by turns."""
    while m[at.TROUBLE] == at.NO_TROUBLE:
        row = next_arrival(m)
        if row >= 0 and m[row] < end and is_before(m, m[row], m[row + 1]):
            m[at.ARRIVALS_COME] += 1
            m[at.NOW] = m[row]
            c = arrive(m, f, m[row + 1], m[row + 2], m[row], m[row + 3], m[row + 4])
            if c < 0:
                return
            enter_or_end(m, f, stack, c)
        elif m[at.HEAP_SIZE] > 0 and m[m[at.HEAP]] < end:
            pop(m, event)
            m[at.NOW] = event[0]
            _happen(m, f, stack, event)
        else:
            return
        send_woken(m, f, stack)
        _go_ahead(m, f, stack)


@inner
def _close_shop(m: Ints, f: Floats) -> None:
    """Book what stands on the shelves, and log who is still on his way."""
    close_shelves(m)
    if m[at.LOG_ROOM] > 0:
        for place in range(m[at.PLACES]):
            c = m[at.PEOPLE] + place * m[at.STRIDE]
            if m[c + at.STATE] != at.COMING:
                log_open(m, f, c)


@inner
def _go_ahead(m: Ints, f: Floats, stack: Floats) -> None:
    """Play everybody on whose next event concerns nobody else, until it does; see `schedule`."""
    while m[at.WAITING_SIZE] > 0 and m[at.TROUBLE] == at.NO_TROUBLE:
        m[at.WAITING_SIZE] -= 1
        c = m[m[at.WAITING] + m[at.WAITING_SIZE]]
        m[at.NOW] = m[c + at.NEXT_TIME]
        if m[c + at.NEXT_PHASE] == at.ENTRY_PHASE:
            enter_or_end(m, f, stack, c)
        else:
            end_of_stay(m, f, stack, c)


@inner
def _open_shop(m: Ints, f: Floats, teams: int) -> None:
    """Put the first change of every team's calendar on the agenda and place the first orders."""
    for team in range(teams):
        for side in range(2):
            timeline = m[_TIMELINES] + 3 * m[m[at.TEAM_RULES] + 3 * team + side]
            _plan_change(m, team, side, m[timeline] + 1)
    open_shelves(m, f)


@inner
def _plan_change(m: Ints, team: int, side: int, position: int) -> None:
    """Put a change of a team's servers (side 0) or hours (1) on the agenda, if its timeline has it."""
    timeline = m[_TIMELINES] + 3 * m[m[at.TEAM_RULES] + 3 * team + side]
    if position < m[timeline + 1]:
        push(m, m[position], at.CALENDAR, team, side, position * _TEAMS + team)


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
        team = what % _TEAMS
        rule = m[at.TEAM_RULES] + 3 * team
        _plan_change(m, team, event[3], what // _TEAMS + 1)
        servers = int(level_at(m, f, m[rule], m[at.NOW]))
        change_team(m, f, team, servers, int(level_at(m, f, m[rule + 1], m[at.NOW])))
    else:
        deliver(m, f, what % m[at.PRODUCTS], what // m[at.PRODUCTS])
