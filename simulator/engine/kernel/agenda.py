"""The agenda of a replication in which customers share something: a binary heap of events."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.compiled import inner
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.people import kind_of, station_row
from simulator.program.kinds import SHARED

__all__ = ["is_before", "pop", "push", "schedule"]

Ints = NDArray[np.int64]

# Turning the highest bit makes signed order the order of unsigned numbers.
_SIGN: Final = np.int64(-(2**63))
_W: Final = at.EVENT
_SHARED: Final = SHARED


@inner
def _before(m: Ints, a: int, b: int) -> bool:
    """Whether the event at one position comes before that at another: time, phase, customer, step."""
    for part in range(4):
        if m[a + part] != m[b + part]:
            return bool(m[a + part] < m[b + part])
    return False


@inner
def is_before(m: Ints, time: int, subject: int) -> bool:
    """Whether an arrival comes before everything on the agenda."""
    if m[at.HEAP_SIZE] == 0:
        return True
    top = m[at.HEAP]
    if m[top] != time:
        return bool(time < m[top])
    return bool(m[top + 1] == at.ENTRY_PHASE and subject ^ _SIGN < m[top + 2])


@inner
def push(m: Ints, time: int, phase: int, subject: int, step: int, what: int) -> None:
    """Put an event on the agenda."""
    size = m[at.HEAP_SIZE]
    if size >= m[at.HEAP_ROOM]:
        m[at.TROUBLE] = at.NO_HEAP
        return
    m[at.HEAP_SIZE] = size + 1
    base = m[at.HEAP]
    rank = subject ^ _SIGN
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        p = base + parent * _W
        if m[p] < time:
            break
        if m[p] == time:
            if m[p + 1] < phase:
                break
            if m[p + 1] == phase:
                if m[p + 2] < rank:
                    break
                if m[p + 2] == rank and m[p + 3] <= step:
                    break
        for part in range(_W):
            m[base + i * _W + part] = m[p + part]
        i = parent
    slot = base + i * _W
    m[slot], m[slot + 1], m[slot + 2], m[slot + 3], m[slot + 4] = time, phase, rank, step, what


@inner
def pop(m: Ints, event: Ints) -> None:
    """Take the next event off the agenda into `event`: time, phase, subject, step, what."""
    base = m[at.HEAP]
    for part in range(_W):
        event[part] = m[base + part]
    event[2] ^= _SIGN
    size = m[at.HEAP_SIZE] - 1
    m[at.HEAP_SIZE] = size
    last = base + size * _W
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        best = base + child * _W
        if child + 1 < size and _before(m, best + _W, best):
            child += 1
            best += _W
        if not _before(m, best, last):
            break
        for part in range(_W):
            m[base + i * _W + part] = m[best + part]
        i = child
    for part in range(_W):
        m[base + i * _W + part] = m[last + part]


@inner
def _concerns_nobody_else(m: Ints, c: int) -> bool:
    """Whether what happens to a customer next can neither touch another one nor depend on one."""
    if m[c + at.STATE] == at.COMING:
        return False
    if m[c + at.NEXT_PHASE] == at.END_OF_STAY:
        return bool(m[kind_of(m, m[c + at.V_STATION])] != _SHARED)
    bound = m[c + at.BOUND]
    return bool(bound >= m[at.TOUCHPOINTS] or m[m[at.KINDS] + 3 * station_row(m, c, bound)] != _SHARED)


@inner
def schedule(m: Ints, c: int, delay: int, phase: int, step: int) -> None:
    """Say what happens to a customer next.

    Where nothing is shared, only he needs to know. Otherwise it stands on the agenda, except that what
    concerns nobody else may happen as soon as the present event is done: the agenda orders what
    customers do to each other, and this they cannot see.
    """
    time = m[at.NOW] + delay
    m[c + at.NEXT_TIME] = time
    m[c + at.NEXT_PHASE] = phase
    if m[at.SHARED] == 0 or time >= m[at.HORIZON]:
        return
    if m[at.STRICT] == 0 and _concerns_nobody_else(m, c):
        m[m[at.WAITING] + m[at.WAITING_SIZE]] = c
        m[at.WAITING_SIZE] += 1
    else:
        push(m, time, phase, m[c + at.SUBJECT], step, c)
