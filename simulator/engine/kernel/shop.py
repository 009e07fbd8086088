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
from simulator.engine.kernel.people import NOWHERE, met, wait_of
from simulator.engine.kernel.race import back
from simulator.engine.rules import draw_time
from simulator.engine.streams import block, numbered
from simulator.engine.tally import LEVELS
from simulator.program.image import Part
from simulator.program.tables import Manner
from simulator.spec.model import DAY

__all__ = [
    "close_shelves",
    "deliver",
    "fill",
    "join",
    "leave_list",
    "look_at_shelf",
    "open_shelves",
    "put",
    "send_woken",
    "served",
    "start_service",
    "take",
    "touched",
    "unlink",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_DWELL: Final = key_of(Purpose.DWELL)
_STOCKOUT: Final = Manner.STOCKOUT
_LEVELS: Final = at.COUNTS["levels"]
_ORDERED: Final = LEVELS.index("ordered")
_OUT: Final = LEVELS.index("out")
_TIMELINES: Final = int(Part.TIMELINES)
_DAY: Final = DAY


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
    dwell = wait_of(m, f, c, law, m[c + at.V_W0], m[c + at.V_W1], _DWELL, 0)
    schedule(m, c, dwell, at.END_OF_STAY, m[c + at.STEPS])


@inner
def served(m: Ints, c: int) -> None:
    """End a wait in a queue and count it."""
    waited = m[at.NOW] - m[c + at.V_ENTERED]
    touchpoint = m[c + at.V_TOUCHPOINT]
    m[c + at.V_WAITED] = m[c + at.WAITED] = m[met(c, touchpoint) + at.MET_WAITED] = waited
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
    """Write down the time since the last change: from the warm-up on, and the days that ended."""
    since, on_hand, owed = m[shelf + at.S_SINCE], m[shelf + at.S_ON_HAND], m[shelf + at.S_OWED]
    counted = max(0, now - max(since, m[at.WARM_UP]))
    m[shelf + at.S_UNIT_MS] += on_hand * counted
    m[shelf + at.S_OWED_MS] += owed * counted
    m[shelf + at.S_OUT_MS] += counted if on_hand == 0 else 0
    days = _days_of(m, shelf, 0)
    for day in range(since // _DAY, now // _DAY):
        m[days + day] = on_hand
        m[days + m[at.DAYS] + day] = owed
    if on_hand == 0 and now > since:
        for day in range(since // _DAY, (now - 1) // _DAY + 1):
            m[days + _OUT * m[at.DAYS] + day] = 1
    m[shelf + at.S_SINCE] = now


@inner
def _days_of(m: Ints, shelf: int, kind: int) -> int:
    """Find where the days of a shelf are kept, of one of `LEVELS`."""
    product = (shelf - m[at.SHELVES]) // at.SHELF
    return m[_LEVELS] + (product * at.KINDS_OF_LEVELS + kind) * m[at.DAYS]


@inner
def close_shelves(m: Ints) -> None:
    """Write down the time to the end, and the last day if it is cut short."""
    for product in range(m[at.PRODUCTS]):
        if m[m[at.GOODS] + at.PRODUCT_WIDTH * product + at.G_LIMITED] == 0:
            continue
        shelf = m[at.SHELVES] + at.SHELF * product
        book(m, shelf, m[at.HORIZON])
        if m[at.HORIZON] % _DAY != 0:
            day = _days_of(m, shelf, 0) + m[at.HORIZON] // _DAY
            m[day], m[day + m[at.DAYS]] = m[shelf + at.S_ON_HAND], m[shelf + at.S_OWED]


@inner
def take(m: Ints, f: Floats, product: int, units: int) -> bool:
    """Hand units over and review the shelf: all or nothing, except that a backorder owes what is missing."""
    good = m[at.GOODS] + at.PRODUCT_WIDTH * product
    if m[good + at.G_LIMITED] == 0:
        return True
    shelf = m[at.SHELVES] + at.SHELF * product
    if m[shelf + at.S_ON_HAND] < units:
        m[shelf + at.S_WAS_SHORT] = 1
        if m[good + at.G_BACKORDER] == 0:
            return False
    book(m, shelf, m[at.NOW])
    given = min(m[shelf + at.S_ON_HAND], units)
    m[shelf + at.S_ON_HAND] -= given
    m[shelf + at.S_OWED] += units - given
    m[shelf + at.S_SHIPPED] += units
    touched(m, f, product)
    return True


@inner
def open_shelves(m: Ints, f: Floats) -> None:
    """Await what was ordered before the start, and look at every shelf or plan the first look."""
    for product in range(m[at.PRODUCTS]):
        good = m[at.GOODS] + at.PRODUCT_WIDTH * product
        if m[good + at.G_LIMITED] == 0:
            continue
        if m[good + at.G_PIPELINE] >= 0:
            _await_pipeline(m, f, product, m[_TIMELINES] + 3 * m[good + at.G_PIPELINE])
        if m[good + at.G_REVIEW] > 0:
            push(m, m[good + at.G_FIRST_REVIEW], at.CALENDAR, product, 2, -1 - product)
        else:
            _review(m, f, product)


@inner
def _await_pipeline(m: Ints, f: Floats, product: int, timeline: int) -> None:
    """Put the deliveries of orders made before the start on the agenda."""
    shelf, delivered = m[at.SHELVES] + at.SHELF * product, 0
    subject = numbered(m[m[at.ORDER_FAMILIES] + product], 0)
    for step in range(m[timeline + 1] - m[timeline]):
        units = int(f[m[timeline + 2] + step]) - delivered
        delivered += units
        if units > 0:
            m[shelf + at.S_ORDERED] += units
            m[shelf + at.S_ON_ORDER] += units
            what = product + units * m[at.PRODUCTS]
            push(m, m[m[timeline] + step], at.DELIVERY, subject, 0, what)


@inner
def look_at_shelf(m: Ints, f: Floats, product: int) -> None:
    """Order at a planned review, and plan the next."""
    _review(m, f, product)
    review = m[m[at.GOODS] + at.PRODUCT_WIDTH * product + at.G_REVIEW]
    push(m, m[at.NOW] + review, at.CALENDAR, product, 2, -1 - product)


@inner
def touched(m: Ints, f: Floats, product: int) -> None:
    """Review a shelf that has changed, unless its policy looks at planned times only."""
    if m[m[at.GOODS] + at.PRODUCT_WIDTH * product + at.G_REVIEW] == 0:
        _review(m, f, product)


@inner
def _quantity_to_order(m: Ints, good: int, position: int) -> int:
    """Look at the position: how many units the policy orders now."""
    point, up_to, lot = (
        m[good + at.G_REORDER_POINT],
        m[good + at.G_ORDER_UP_TO],
        m[good + at.G_ORDER_QUANTITY],
    )
    if position > point:
        return 0
    if up_to >= 0:
        wanted = up_to - position
    elif lot > 0:
        wanted = lot * ((point - position) // lot + 1)
    else:
        return 0
    wanted, case = max(wanted, m[good + at.G_MIN_ORDER]), m[good + at.G_CASE_SIZE]
    return -(-wanted // case) * case


@inner
def _review(m: Ints, f: Floats, product: int) -> None:
    """Order what the policy asks for."""
    good = m[at.GOODS] + at.PRODUCT_WIDTH * product
    shelf = m[at.SHELVES] + at.SHELF * product
    position = m[shelf + at.S_ON_HAND] + m[shelf + at.S_ON_ORDER] - m[shelf + at.S_OWED]
    quantity = _quantity_to_order(m, good, position)
    if quantity <= 0:
        return
    m[shelf + at.S_NUMBERED] += 1
    m[shelf + at.S_ORDERS] += 1 if m[at.NOW] >= m[at.WARM_UP] else 0
    m[_days_of(m, shelf, _ORDERED) + m[at.NOW] // _DAY] += quantity
    m[shelf + at.S_ORDERED] += quantity
    m[shelf + at.S_ON_ORDER] += quantity
    subject = numbered(m[m[at.ORDER_FAMILIES] + product], m[shelf + at.S_NUMBERED])
    w0, w1 = block(m[at.SEED], m[at.REPLICATION], subject, NOWHERE, 0)
    lead = draw_time(m, f, m[good + at.G_LEAD_TIME], w0, w1, m[good + at.G_LEAD_TIME_KEY])
    push(m, m[at.NOW] + lead, at.DELIVERY, subject, 0, product + quantity * m[at.PRODUCTS])


@inner
def deliver(m: Ints, f: Floats, product: int, units: int) -> None:
    """Receive an order, which ends a cycle: one in which somebody asked in vain, or not."""
    shelf = m[at.SHELVES] + at.SHELF * product
    m[shelf + at.S_ON_ORDER] -= units
    m[shelf + at.S_RECEIVED] += units
    if m[at.NOW] >= m[at.WARM_UP]:
        m[shelf + at.S_CYCLES] += 1
        m[shelf + at.S_SHORT_CYCLES] += m[shelf + at.S_WAS_SHORT]
    m[shelf + at.S_WAS_SHORT] = 0
    put(m, f, product, units)


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
    touched(m, f, product)


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
