"""Teams and shelves in the kernel: who serves whom, what is on the shelf, who is woken."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import Purpose, key_of
from simulator.compiled import inner
from simulator.engine.kernel import books
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.agenda import push, schedule
from simulator.engine.kernel.going import chosen_of, depart, leave_for
from simulator.engine.kernel.people import NOWHERE
from simulator.engine.kernel.race import back
from simulator.engine.rules import draw_time
from simulator.engine.streams import block, numbered
from simulator.program.tables import Manner

__all__ = [
    "book",
    "fill",
    "join",
    "leave_list",
    "put",
    "review",
    "send_woken",
    "served",
    "start_service",
    "take",
    "unlink",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_DWELL: Final = key_of(Purpose.DWELL)
_STOCKOUT: Final = Manner.STOCKOUT


@inner
def join(m: Ints, c: int, head: int, tail: int) -> None:
    """Stand at the end of a list; `head` and `tail` are where the list keeps its ends."""
    m[c + at.BEFORE], m[c + at.AFTER] = m[tail], -1
    if m[tail] >= 0:
        m[m[tail] + at.AFTER] = c
    else:
        m[head] = c
    m[tail] = c


@inner
def unlink(m: Ints, c: int, head: int, tail: int) -> None:
    """Leave a list from wherever one stands."""
    before, after = m[c + at.BEFORE], m[c + at.AFTER]
    if before >= 0:
        m[before + at.AFTER] = after
    else:
        m[head] = after
    if after >= 0:
        m[after + at.BEFORE] = before
    else:
        m[tail] = before


@inner
def start_service(m: Ints, f: Floats, c: int) -> None:
    """Begin the dwell of a customer who stands before a free server (or needs none)."""
    m[c + at.STATE] = at.DWELLING
    law = m[m[c + at.V_STATION] + at.ST_DWELL]
    dwell = draw_time(m, f, law, m[c + at.V_W0], m[c + at.V_W1], _DWELL)
    schedule(m, c, dwell, at.END_OF_STAY, m[c + at.STEPS])


@inner
def served(m: Ints, c: int) -> None:
    """End a wait in a queue and count it."""
    waited = m[at.NOW] - m[c + at.V_ENTERED]
    touchpoint = m[c + at.V_TOUCHPOINT]
    m[c + at.V_WAITED] = m[c + at.WAITED] = m[c + m[at.AT_WAITED] + touchpoint] = waited
    books.wait(m, c, touchpoint, waited)


@inner
def fill(m: Ints, f: Floats, team: int) -> None:
    """Start as many waiting customers as servers are free."""
    while m[team + at.T_LENGTH] > 0 and m[team + at.T_BUSY] < m[team + at.T_SERVERS]:
        c = m[team + at.T_HEAD]
        unlink(m, c, team + at.T_HEAD, team + at.T_TAIL)
        m[team + at.T_LENGTH] -= 1
        m[team + at.T_BUSY] += 1
        served(m, c)
        start_service(m, f, c)


@inner
def book(m: Ints, shelf: int, now: int) -> None:
    """Add the time on the shelf of every unit since the last change, from the warm-up on."""
    since = max(m[shelf + at.S_SINCE], m[at.WARM_UP])
    m[shelf + at.S_UNIT_MS] += m[shelf + at.S_ON_HAND] * max(0, now - since)
    m[shelf + at.S_SINCE] = now


@inner
def take(m: Ints, product: int, units: int) -> bool:
    """Hand units over: all or nothing, except that a backorder owes what is missing."""
    good = m[at.GOODS] + at.PRODUCT_WIDTH * product
    shelf = m[at.SHELVES] + at.SHELF * product
    if m[shelf + at.S_ON_HAND] < units and m[good + at.G_BACKORDER] == 0:
        return False
    book(m, shelf, m[at.NOW])
    given = min(m[shelf + at.S_ON_HAND], units)
    m[shelf + at.S_ON_HAND] -= given
    m[shelf + at.S_OWED] += units - given
    m[shelf + at.S_SHIPPED] += units
    return True


@inner
def review(m: Ints, f: Floats, product: int) -> None:
    """Order what the policy asks for; called after every change of a shelf."""
    good = m[at.GOODS] + at.PRODUCT_WIDTH * product
    shelf = m[at.SHELVES] + at.SHELF * product
    position = m[shelf + at.S_ON_HAND] + m[shelf + at.S_ON_ORDER] - m[shelf + at.S_OWED]
    if m[good + at.G_ORDER_UP_TO] < 0 or position > m[good + at.G_REORDER_POINT]:
        return
    quantity = m[good + at.G_ORDER_UP_TO] - position
    if quantity <= 0:
        return
    m[shelf + at.S_ORDERS] += 1
    m[shelf + at.S_ORDERED] += quantity
    m[shelf + at.S_ON_ORDER] += quantity
    subject = numbered(m[m[at.ORDER_FAMILIES] + product], m[shelf + at.S_ORDERS])
    w0, w1 = block(m[at.SEED], m[at.REPLICATION], subject, NOWHERE, 0)
    lead = draw_time(m, f, m[good + at.G_LEAD_TIME], w0, w1, m[good + at.G_LEAD_TIME_KEY])
    push(m, m[at.NOW] + lead, at.DELIVERY, subject, 0, product + quantity * m[at.PRODUCTS])


@inner
def leave_list(m: Ints, f: Floats, stack: Floats, c: int, row: int) -> None:
    """Choose where one goes who was woken or gave up, and go."""
    entry = chosen_of(m, f, stack, c, row, m[c + at.V_W0], m[c + at.V_W1])
    if entry < 0:
        return
    law, key = m[entry + at.E_AFTER], m[entry + at.E_AFTER_KEY]
    if depart(m, f, c, m[entry + at.E_TARGET], law, key, m[entry + at.E_EDGE], _STOCKOUT):
        back(m, f, c)


@inner
def put(m: Ints, f: Floats, product: int, units: int) -> None:
    """Put units on a shelf: first what is owed; then wake those who wait, and review the policy.

    Those woken go on when the present event is done: see `send_woken`.
    """
    shelf = m[at.SHELVES] + at.SHELF * product
    book(m, shelf, m[at.NOW])
    given = min(m[shelf + at.S_OWED], units)
    m[shelf + at.S_OWED] -= given
    m[shelf + at.S_ON_HAND] += units - given
    woken = 0
    while m[shelf + at.S_HEAD] >= 0 and woken < m[shelf + at.S_ON_HAND]:
        c = m[shelf + at.S_HEAD]
        unlink(m, c, shelf + at.S_HEAD, shelf + at.S_TAIL)
        m[c + at.STATE] = at.WOKEN
        join(m, c, at.WOKEN_HEAD, at.WOKEN_TAIL)
        woken += 1
    review(m, f, product)


@inner
def send_woken(m: Ints, f: Floats, stack: Floats) -> None:
    """Send everybody on who was woken: to ask again, unless the model says where."""
    while m[at.WOKEN_HEAD] >= 0 and m[at.TROUBLE] == at.NO_TROUBLE:
        c = m[at.WOKEN_HEAD]
        unlink(m, c, at.WOKEN_HEAD, at.WOKEN_TAIL)
        station = m[c + at.V_STATION]
        row = m[station + at.ST_WOKEN]
        if row < 0:
            leave_for(m, f, c, m[c + at.V_TOUCHPOINT], -1, 0, m[station + at.ST_AGAIN_EDGE], _STOCKOUT)
        else:
            leave_list(m, f, stack, c, row)
