"""Customers in the kernel: a place for each, what they see, how they come in and go."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import site_of
from simulator.compiled import inner
from simulator.engine.kernel import layout as at
from simulator.engine.rules import draw, draw_time, level_at, value_of
from simulator.engine.waits import draw_wait
from simulator.laws.families import Family
from simulator.program.calendar import MICRO
from simulator.program.image import Part
from simulator.program.program import Sight
from simulator.program.tables import Shelf
from simulator.spec.model import DAY

__all__ = [
    "NOWHERE",
    "bounded",
    "choose_trouble",
    "holds",
    "is_date",
    "kind_of",
    "leave_place",
    "look",
    "met",
    "new_customer",
    "station_of",
    "station_row",
    "value",
    "wait_of",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NOWHERE: Final = site_of("")
_SIZES: Final = int(Part.SIZES)
_FIXED: Final = int(Family.FIXED)
_MICRO: Final = float(MICRO)
_DAY: Final = DAY
_TRAIT: Final = Sight.TRAIT
_VISITS: Final = Sight.VISITS
_WAITED_AT: Final = Sight.WAITED_AT
_SINCE: Final = Sight.SINCE
_PRICE: Final = Sight.PRICE
_STOCK: Final = Sight.STOCK
_WAITED: Final = Sight.WAITED
_ELAPSED: Final = Sight.ELAPSED
_ORDERS: Final = Sight.ORDERS
_SHORT: Final = Sight.SHORT
_FELT: Final = Shelf.FELT
_WEEKDAY: Final = Sight.WEEKDAY
_NOW: Final = Sight.NOW


@inner
def met(c: int, touchpoint: int) -> int:
    """Where a customer keeps what he knows of a touchpoint."""
    return c + at.MET + at.MET_WIDTH * touchpoint


@inner
def station_row(m: Ints, c: int, touchpoint: int) -> int:
    """Which station a touchpoint is, as this customer's persona meets it."""
    return m[m[at.STATION_OF] + m[c + at.PERSONA] * m[at.TOUCHPOINTS] + touchpoint]


@inner
def station_of(m: Ints, c: int, touchpoint: int) -> int:
    """Where the row of that station stands."""
    return m[at.STATIONS] + at.STATION_WIDTH * station_row(m, c, touchpoint)


@inner
def kind_of(m: Ints, station: int) -> int:
    """Where a station's kind stands, and behind it the entries of a plain one's row."""
    return m[at.KINDS] + 3 * ((station - m[at.STATIONS]) // at.STATION_WIDTH)


@inner
def is_date(m: Ints, attribute: int) -> bool:
    """Whether an attribute holds a planned date: its mean says nothing, and its sum would not fit 64 bits."""
    return m[m[at.ATTRIBUTE_KEYS] + 2 * attribute + 1] == 1


@inner
def bounded(m: Ints, f: Floats, attribute: int, value: float) -> float:
    """Keep an attribute within its bounds."""
    low, high = f[m[at.MINIMA] + attribute], f[m[at.MAXIMA] + attribute]
    return min(max(value, low), high)


@inner
def _see(m: Ints, f: Floats, c: int, sight: int, number: int) -> float:
    now = m[at.NOW]
    if sight == _VISITS:
        return float(m[met(c, number) + at.MET_VISITS])
    if sight == _WAITED:
        return float(m[c + at.WAITED])
    if sight == _WAITED_AT:
        return float(m[met(c, number) + at.MET_WAITED])
    if sight == _SINCE:
        left = m[met(c, number) + at.MET_LEFT]
        return np.inf if left == at.NEVER else float(now - left)
    if sight == _ELAPSED:
        return float(now - m[c + at.ARRIVED])
    if sight == _ORDERS:
        return float(m[c + at.ORDERS])
    if sight == _SHORT:
        return float(m[c + at.SHORT])
    if sight == _PRICE:
        price = m[m[at.GOODS] + at.PRODUCT_WIDTH * number + at.G_PRICE]
        return level_at(m, f, price, now) / _MICRO
    if sight == _STOCK:
        if m[m[at.GOODS] + at.PRODUCT_WIDTH * number + at.G_LIMITED] != _FELT:
            return np.inf
        return float(m[m[at.SHELVES] + at.SHELF * number + at.S_ON_HAND])
    if sight == _NOW:
        return float(now)
    if sight == _WEEKDAY:
        return float((m[at.WEEKDAY] + now // _DAY) % 7)
    return float((now % _DAY) // 3_600_000)


@inner
def look(m: Ints, f: Floats, c: int, span: int) -> None:
    """Refresh what a customer sees now, as far as it is asked for; `span` is a row of looks.

    Attributes and traits are always up to date.
    """
    eyes = m[c + at.EYES]
    for seen in range(m[span], m[span + 1], 3):
        f[eyes + m[seen]] = _see(m, f, c, m[seen + 1], m[seen + 2])


@inner
def value(m: Ints, f: Floats, stack: Floats, c: int, expression: int) -> float:
    """Evaluate an expression on what a customer sees."""
    look(m, f, c, m[at.LOOKS] + 2 * expression)
    return value_of(m, f, expression, f, m[c + at.EYES], stack)


@inner
def holds(m: Ints, f: Floats, stack: Floats, c: int, condition: int) -> bool:
    """Whether a condition holds; none always does."""
    return condition < 0 or value(m, f, stack, c, condition) != 0.0


@inner
def choose_trouble(m: Ints, f: Floats, c: int, kind: int, what: int, row: int, wrong: float) -> None:
    """Write down why the run must stop, and the number that is wrong; the first trouble counts."""
    if m[at.TROUBLE] == at.NO_TROUBLE:
        f[m[at.WRONG]] = wrong
        m[at.TROUBLE] = kind
        m[at.TROUBLE_WHAT] = what
        m[at.TROUBLE_WHO] = m[c + at.SUBJECT]
        m[at.TROUBLE_PERSONA] = m[c + at.PERSONA]
        m[at.TROUBLE_ROW] = row


@inner
def new_customer(
    m: Ints,
    f: Floats,
    subject: int,
    persona: int,
    kind: int,
    arrived: int,
    generation: int,
    w0: int,
    w1: int,
) -> int:
    """Give a new customer a place, and attributes by the block of his coming; -1 if no place is left."""
    if m[at.FREE_TOP] == 0:
        m[at.TROUBLE] = at.NO_PLACE
        return -1
    m[at.FREE_TOP] -= 1
    place = m[m[at.FREE] + m[at.FREE_TOP]]
    c = m[at.PEOPLE] + place * m[at.STRIDE]
    for field in range(at.FIELDS):
        m[c + field] = 0
    m[c + at.SUBJECT], m[c + at.PERSONA], m[c + at.KIND] = subject, persona, kind
    m[c + at.ARRIVED], m[c + at.GENERATION] = arrived, generation
    m[c + at.LAST_ENTRY] = m[c + at.BOUND_DETOUR] = -1
    eyes = m[at.SIGHT] + place * m[at.CELLS]
    m[c + at.EYES] = eyes
    attributes = m[at.ATTRIBUTES]
    for attribute in range(attributes):
        law = m[m[at.INITIALS] + persona * attributes + attribute]
        key = m[m[at.ATTRIBUTE_KEYS] + 2 * attribute]
        if is_date(m, attribute):
            first = float(arrived + draw_time(m, f, law, w0, w1, key))
        elif m[m[at.LAWS] + 3 * law] == _FIXED:
            first = f[m[at.LAW_PARAMETERS] + 3 * law]
        else:
            first = draw(m, f, law, w0, w1, key)
        f[eyes + attribute] = bounded(m, f, attribute, first)
    for i in range(attributes, m[at.CELLS]):
        if m[m[at.SIGHTS] + 2 * i] == _TRAIT:
            f[eyes + i] = f[m[at.TRAITS] + persona * _traits(m) + m[m[at.SIGHTS] + 2 * i + 1]]
    return c


@inner
def wait_of(m: Ints, f: Floats, c: int, law: int, w0: int, w1: int, key: int, age: int) -> int:
    """Draw how long a customer waits from now on, who has waited so long already; no law is no time."""
    if law < 0:
        return 0
    return draw_wait(m, f, law, w0, w1, key, f, m[c + at.EYES], m[at.NOW], age)


@inner
def _traits(m: Ints) -> int:
    """How many traits a persona has: the width of their table."""
    personas = m[m[_SIZES]]
    return (m[at.MINIMA] - m[at.TRAITS]) // personas


@inner
def leave_place(m: Ints, c: int) -> None:
    """Give a place back, as clean as it was found: only what was touched is cleared."""
    for i in range(m[c + at.TOUCHED]):
        touchpoint = m[c + m[at.AT_TOUCHED] + i]
        known = met(c, touchpoint)
        for field in range(at.MET_WIDTH):
            m[known + field] = 0
        m[known + at.MET_LEFT] = at.NEVER
    for milestone in range(m[at.MILESTONES]):
        m[c + m[at.AT_MILESTONES] + milestone] = 0
    for product in range(m[at.PRODUCTS]):
        m[c + m[at.AT_WANTED] + product] = 0
    for number in range(m[at.RETURNABLES]):
        purse = m[c + m[at.AT_ORDERS] + number]
        while purse >= 0:
            following = m[purse]
            m[purse] = m[at.PURSE_FREE]
            m[at.PURSE_FREE] = purse
            purse = following
        m[c + m[at.AT_ORDERS] + number] = -1
    m[c + at.SUBJECT] = 0
    m[c + at.STATE] = at.COMING
    m[m[at.FREE] + m[at.FREE_TOP]] = (c - m[at.PEOPLE]) // m[at.STRIDE]
    m[at.FREE_TOP] += 1
