"""What a visit sells and takes back, in the kernel: see `simulator.engine.reference.basket`."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import Purpose, key_of
from simulator.compiled import inner
from simulator.engine.kernel import books
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.going import chosen_of
from simulator.engine.kernel.people import choose_trouble, value
from simulator.engine.kernel.shop import put, take
from simulator.engine.rules import binomial_quantile, draw, level_at, odds_of
from simulator.engine.streams import exponential_race, mixed
from simulator.program.tables import Manner, Shelf

__all__ = ["sell", "take_back"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_RESTOCK: Final = key_of(Purpose.RESTOCK)
_DEMAND, _SOLD, _LOST, _RETRIED, _RETURNED, _RESTOCKED, _MISSED, _SUBSTITUTED = range(8)
_DECIDED: Final = Manner.DECIDED
_STOCKOUT: Final = Manner.STOCKOUT
_EMPTY: Final = Manner.EMPTY
_BLIND: Final = Shelf.BLIND


@inner
def _is_sold(m: Ints, product: int) -> bool:
    """Whether a product can be bought today."""
    good = m[at.GOODS] + at.PRODUCT_WIDTH * product
    return bool(m[good + at.G_SOLD_FROM] <= m[at.NOW] < m[good + at.G_SOLD_UNTIL])


@inner
def _price(m: Ints, f: Floats, product: int) -> int:
    price = m[m[at.GOODS] + at.PRODUCT_WIDTH * product + at.G_PRICE]
    return int(level_at(m, f, price, m[at.NOW]))


@inner
def _factor(m: Ints, f: Floats, stack: Floats, c: int, line: int) -> float:
    """Give the factor of a line's odds; 1 without an expression."""
    odds = m[line + at.L_ODDS]
    if odds < 0:
        return 1.0
    factor = value(m, f, stack, c, odds)
    if not 0.0 <= factor < math.inf:
        choose_trouble(m, f, c, at.WRONG_FACTOR, odds, 0, factor)
        return 1.0
    return factor


@inner
def _want(m: Ints, f: Floats, c: int, line: int) -> None:
    """Put a drawn line into the basket, with its units."""
    units = 1
    if m[line + at.L_UNITS] >= 0:
        drawn = draw(m, f, m[line + at.L_UNITS], m[c + at.V_W0], m[c + at.V_W1], m[line + at.L_UNITS_KEY])
        units = max(1, int(drawn))
    m[m[at.BASKET] + m[line + at.L_PRODUCT]] = units


@inner
def _draw_each(m: Ints, f: Floats, stack: Floats, c: int, first: int, last: int) -> bool:
    drawn = False
    for row in range(first, last):
        line = m[at.LINES] + at.LINE_WIDTH * row
        if not _is_sold(m, m[line + at.L_PRODUCT]):
            continue
        chance = f[m[at.LINE_CHANCES] + row]
        if m[line + at.L_ODDS] >= 0:
            chance = odds_of(chance, _factor(m, f, stack, c, line))
        if mixed(m[c + at.V_W0], m[c + at.V_W1], m[line + at.L_KEY], 0) < chance:
            _want(m, f, c, line)
            drawn = True
    return drawn


@inner
def _draw_one(m: Ints, f: Floats, stack: Floats, c: int, first: int, last: int) -> bool:
    """Draw the one line by exponential race; False when nothing is on sale."""
    best, winner = math.inf, -1
    for row in range(first, last):
        line = m[at.LINES] + at.LINE_WIDTH * row
        if not _is_sold(m, m[line + at.L_PRODUCT]):
            continue
        weight = f[m[at.LINE_CHANCES] + row] * _factor(m, f, stack, c, line)
        u = mixed(m[c + at.V_W0], m[c + at.V_W1], m[line + at.L_KEY], 0)
        key = exponential_race(u, weight)
        if key < best:
            best, winner = key, row
    if winner >= 0:
        _want(m, f, c, m[at.LINES] + at.LINE_WIDTH * winner)
    return winner >= 0


@inner
def _ask_again(m: Ints, c: int, first: int, last: int) -> bool:
    """Ask for exactly what was asked for in vain, as far as it is on sale here."""
    found = False
    for row in range(first, last):
        product = m[m[at.LINES] + at.LINE_WIDTH * row + at.L_PRODUCT]
        wanted = m[c + m[at.AT_WANTED] + product]
        if wanted > 0 and _is_sold(m, product):
            m[m[at.BASKET] + product] = wanted
            found = True
    return found


@inner
def sell(m: Ints, f: Floats, stack: Floats, c: int, station: int) -> int:
    """Sell what the customer asks for; give the manner, and in SHORT the units short.

    `m[BASKET + product]` holds the units asked for; behind them stand those sold of these (0: short),
    and behind those what is sold of each product in place of another.
    """
    first, last = m[station + at.ST_FIRST_LINE], m[station + at.ST_LAST_LINE]
    products = m[at.PRODUCTS]
    asked, got = m[at.BASKET], m[at.BASKET] + products
    for product in range(3 * products):
        m[asked + product] = 0
    retried = _ask_again(m, c, first, last)
    if not retried:
        each = m[station + at.ST_EACH] == 1
        found = _draw_each(m, f, stack, c, first, last) if each else _draw_one(m, f, stack, c, first, last)
        if not found:
            return _EMPTY
    for product in range(products):
        units = m[asked + product]
        if units > 0 and _take(m, f, c, product, units, retried):
            m[got + product] = units
    for row in range(first, last):
        line = m[at.LINES] + at.LINE_WIDTH * row
        product = m[line + at.L_PRODUCT]
        if m[asked + product] > m[got + product] and _take_instead(m, f, stack, c, line, m[asked + product]):
            m[got + product] = -1  # content, and not with this product
    short = 0
    for product in range(products):
        m[c + at.V_ASKED] += m[asked + product]
        short += m[asked + product] if m[got + product] == 0 else 0
    _remember(m, c, asked, got, short > 0, retried)
    m[c + at.SHORT] = short
    for product in range(products):
        m[got + product] = max(m[got + product], 0) + m[got + products + product]
        m[c + at.V_SOLD] += m[got + product]
    if m[c + at.V_SOLD] == 0:
        return _STOCKOUT
    _book(m, f, c, station, got)
    return _DECIDED


@inner
def _remember(m: Ints, c: int, asked: int, got: int, short: bool, retried: bool) -> None:
    """Keep what is still wanted: nothing after a purchase that was not short."""
    wanted = c + m[at.AT_WANTED]
    for product in range(m[at.PRODUCTS]):
        missing = m[asked + product] if m[got + product] == 0 else 0
        if missing > 0:
            m[wanted + product] = missing
        elif not short or not retried or m[asked + product] > 0:
            m[wanted + product] = 0


@inner
def _take(m: Ints, f: Floats, c: int, product: int, units: int, retried: bool) -> bool:
    """Ask the shelf for one line, all or nothing, and count it."""
    limited = m[m[at.GOODS] + at.PRODUCT_WIDTH * product + at.G_LIMITED]
    there = m[m[at.SHELVES] + at.SHELF * product + at.S_ON_HAND] if limited != 0 else units
    taken = take(m, f, product, units)
    books.units(m, c, product, _RETRIED if retried else _DEMAND, units)
    if not retried:
        books.units(m, c, product, _MISSED, units - min(there, units) if taken else units)
    if taken:
        books.units(m, c, product, _SOLD, units)
        if retried:
            books.units(m, c, product, _LOST, -units)
    elif not retried:
        books.units(m, c, product, _LOST, units)
    return taken or limited == _BLIND


@inner
def _take_instead(m: Ints, f: Floats, stack: Floats, c: int, line: int, units: int) -> bool:
    """Take another product in place of one that is out: demand stays where it was, and is lost there."""
    row = m[line + at.L_SUBSTITUTES]
    if row < 0:
        return False
    entry = chosen_of(m, f, stack, c, row, m[c + at.V_W0], m[c + at.V_W1])
    if entry < 0 or m[entry + at.E_TARGET] < 0 or not _is_sold(m, m[entry + at.E_TARGET]):
        return False
    other = m[entry + at.E_TARGET]
    taken = take(m, f, other, units)
    if not taken and m[m[at.GOODS] + at.PRODUCT_WIDTH * other + at.G_LIMITED] != _BLIND:
        return False
    books.units(m, c, other, _SOLD if taken else _LOST, units)
    books.units(m, c, other, _SUBSTITUTED, units)
    books.instead(m, m[line + at.L_PRODUCT], other, units)
    m[m[at.BASKET] + 2 * m[at.PRODUCTS] + other] += units
    return True


@inner
def _book(m: Ints, f: Floats, c: int, station: int, got: int) -> None:
    """Write an order down; keep it if it may be given back."""
    m[c + at.ORDERS] += 1
    books.order(m, c, station)
    number = m[m[at.RETURNABLE] + m[station + at.ST_TOUCHPOINT]]
    purse = np.int64(-1)
    if number >= 0:
        purse = m[at.PURSE_FREE]
        if purse < 0:
            m[at.TROUBLE] = at.NO_PURSE
            return
        m[at.PURSE_FREE] = m[purse]
        m[purse] = m[c + m[at.AT_ORDERS] + number]
        m[c + m[at.AT_ORDERS] + number] = purse
    for product in range(m[at.PRODUCTS]):
        units = m[got + product]
        amount = units * _price(m, f, product) if units > 0 else 0
        if units > 0:
            books.revenue(m, c, product, amount)
        if purse >= 0:
            m[purse + 1 + 2 * product] = units
            m[purse + 2 + 2 * product] = amount


@inner
def take_back(m: Ints, f: Floats, c: int, station: int) -> None:
    """Take back the customer's last order made there and not yet returned, once."""
    head = c + m[at.AT_ORDERS] + m[m[at.RETURNABLE] + m[station + at.ST_RETURNS_OF]]
    purse = m[head]
    if purse < 0:
        return
    m[head] = m[purse]
    row = (station - m[at.STATIONS]) // at.STATION_WIDTH
    books.pay(m, c, m[station + at.ST_TOUCHPOINT], m[m[at.FEES] + row])
    restock = f[m[at.RESTOCKS] + row]
    line = 0
    for product in range(m[at.PRODUCTS]):
        units, amount = m[purse + 1 + 2 * product], m[purse + 2 + 2 * product]
        if units == 0:
            continue
        books.units(m, c, product, _RETURNED, units)
        books.revenue(m, c, product, -amount)
        u = mixed(m[c + at.V_W0], m[c + at.V_W1], _RESTOCK, line)
        line += 1
        back = binomial_quantile(units, restock, u)
        books.units(m, c, product, _RESTOCKED, back)
        if back > 0 and m[m[at.GOODS] + at.PRODUCT_WIDTH * product + at.G_LIMITED] != 0:
            m[m[at.SHELVES] + at.SHELF * product + at.S_RESTOCKED] += back
            put(m, f, product, back)
    m[purse] = m[at.PURSE_FREE]
    m[at.PURSE_FREE] = purse
