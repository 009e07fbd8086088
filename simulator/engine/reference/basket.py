"""What a visit sells and what it takes back."""

from __future__ import annotations

from simulator.addresses import Purpose, key_of
from simulator.engine import rules
from simulator.engine.reference.customer import Customer, Order, Visit
from simulator.engine.reference.world import Block, World
from simulator.engine.streams import exponential_race, mixed
from simulator.errors import DrawError
from simulator.program.tables import Line, Manner, Station

__all__ = ["sell", "take_back"]

_RESTOCK = key_of(Purpose.RESTOCK)
_DEMAND, _SOLD, _LOST, _RETRIED, _RETURNED, _RESTOCKED, _MISSED, _SUBSTITUTED = range(8)


def sell(world: World, customer: Customer, station: Station, visit: Visit) -> tuple[int, bool]:
    """Sell what the customer asks for.

    Someone who asked in vain before asks for exactly that again where it is sold; it is no new demand.

    Returns
    -------
    manner : int
        `Manner.DECIDED`, `EMPTY` (nothing asked for) or `STOCKOUT` (nothing sold for want of stock).
    ordered : bool
        Whether at least one unit was sold or is owed.
    """
    if station.first_line == station.last_line:
        return Manner.DECIDED, False
    lines = range(station.first_line, station.last_line)
    line_of = {world.lines[row].product: world.lines[row] for row in lines}
    asked = {
        product: units
        for product, units in customer.wanted.items()
        if product in line_of and world.is_sold(product)
    }
    retried = bool(asked)
    if not retried:
        asked = _draw_basket(world, customer, station, visit.block)
    if not asked:
        return Manner.EMPTY, False
    order, short = Order({}), {}
    for product, units in sorted(asked.items()):
        if _take(world, customer, product, units, retried, visit.touchpoint):
            order.lines[product] = (units, units * world.price(product))
        else:
            short[product] = units
    short = {
        product: units
        for product, units in short.items()
        if not _take_instead(world, customer, line_of[product], units, order, visit)
    }
    visit.asked, visit.sold = sum(asked.values()), sum(units for units, _ in order.lines.values())
    _remember(customer, asked, short, retried)
    customer.short = sum(short.values())
    if not order.lines:
        return Manner.STOCKOUT, False
    _book(world, customer, station, order)
    return Manner.DECIDED, True


def _remember(customer: Customer, asked: dict[int, int], short: dict[int, int], retried: bool) -> None:
    """Keep what is still wanted: nothing after a purchase that was not short."""
    if not short:
        customer.wanted = {}
    elif retried:
        customer.wanted = {
            product: units for product, units in customer.wanted.items() if product not in asked
        } | short
    else:
        customer.wanted = short


def _book(world: World, customer: Customer, station: Station, order: Order) -> None:
    now = world.agenda.now
    customer.orders += 1
    customer.open_orders.setdefault(station.touchpoint, []).append(order)
    world.books.order(customer, station, now)
    for product, (_, amount) in order.lines.items():
        world.books.revenue(customer, product, amount, now)


def _take(world: World, customer: Customer, product: int, units: int, retried: bool, touchpoint: int) -> bool:
    """Ask the shelf for one line, all or nothing, and count it."""
    now, books = world.agenda.now, world.books
    shelf = world.shelves.get(product)
    there = units if shelf is None else min(shelf.on_hand, units)
    taken = _from_shelf(world, product, units)
    books.units(customer, product, _RETRIED if retried else _DEMAND, units, touchpoint, now)
    if not retried:
        books.units(customer, product, _MISSED, units - there if taken else units, touchpoint, now)
    if taken:
        books.units(customer, product, _SOLD, units, touchpoint, now)
        if retried:
            books.units(customer, product, _LOST, -units, touchpoint, now)
    elif not retried:
        books.units(customer, product, _LOST, units, touchpoint, now)
    return taken or (shelf is not None and shelf.blind)


def _from_shelf(world: World, product: int, units: int) -> bool:
    """Take units off a shelf, if there is one, and review its policy."""
    shelf = world.shelves.get(product)
    if shelf is None:
        return True
    if not shelf.take(units, world.agenda.now):
        return False
    world.touched(product)
    return True


def _take_instead(
    world: World, customer: Customer, line: Line, units: int, order: Order, visit: Visit
) -> bool:
    """Take another product in place of one that is out: demand stays where it was, and is lost there."""
    if line.substitutes < 0:
        return False
    other, now = world.choose(line.substitutes, customer, visit.block).target, world.agenda.now
    if other < 0 or not world.is_sold(other):
        return False
    taken, shelf = _from_shelf(world, other, units), world.shelves.get(other)
    if not taken and shelf is not None and not shelf.blind:
        return False
    world.books.units(customer, other, _SOLD if taken else _LOST, units, visit.touchpoint, now)
    world.books.units(customer, other, _SUBSTITUTED, units, visit.touchpoint, now)
    world.books.instead(line.product, other, units, now)
    so_far, amount = order.lines.get(other, (0, 0))
    order.lines[other] = (so_far + units, amount + units * world.price(other))
    return True


def _draw_basket(world: World, customer: Customer, station: Station, block: Block) -> dict[int, int]:
    """Draw what a customer without open wishes asks for: units by product."""
    if station.each:
        drawn = [
            row
            for row in range(station.first_line, station.last_line)
            if world.is_sold(world.lines[row].product) and _is_drawn(world, customer, row, block)
        ]
    else:
        row = _draw_one(world, customer, station, block)
        drawn = [] if row < 0 else [row]
    return {world.lines[row].product: _draw_units(world, world.lines[row], block) for row in drawn}


def _weight(world: World, customer: Customer, line: Line) -> float:
    """Give the factor of a line's odds; 1 without an expression."""
    if line.odds < 0:
        return 1.0
    factor = world.value(line.odds, customer)
    if not 0.0 <= factor < float("inf"):
        path = world.program.expression_paths[line.odds]
        raise DrawError(f"{path} gives {factor}, which is no factor, for {world.address(customer)}")
    return factor


def _is_drawn(world: World, customer: Customer, row: int, block: Block) -> bool:
    line = world.lines[row]
    chance = float(world.values.line_chances[row])
    if line.odds >= 0:
        chance = rules.odds_of(chance, _weight(world, customer, line))
    return mixed(*block, line.key, 0) < chance


def _draw_one(world: World, customer: Customer, station: Station, block: Block) -> int:
    """Draw the one line by exponential race; -1 when nothing is on sale."""
    best, winner = float("inf"), -1
    for row in range(station.first_line, station.last_line):
        line = world.lines[row]
        if not world.is_sold(line.product):
            continue
        weight = float(world.values.line_chances[row]) * _weight(world, customer, line)
        key = exponential_race(mixed(*block, line.key, 0), weight)
        if key < best:
            best, winner = key, row
    return winner


def _draw_units(world: World, line: Line, block: Block) -> int:
    if line.units < 0:
        return 1
    return max(1, int(world.number(line.units, block, line.units_key)))


def take_back(world: World, customer: Customer, station: Station, visit: Visit) -> None:
    """Take back the customer's last order made there and not yet returned, once."""
    orders = customer.open_orders.get(station.returns_of)
    if not orders:
        return
    order, now, books = orders.pop(), world.agenda.now, world.books
    number = world.station_of[customer.persona][station.touchpoint]
    books.pay(customer, station.touchpoint, int(world.values.fees[number]), now)
    restock = float(world.values.restocks[number])
    for draw, (product, (units, amount)) in enumerate(sorted(order.lines.items())):
        books.units(customer, product, _RETURNED, units, station.touchpoint, now)
        books.revenue(customer, product, -amount, now)
        u = mixed(*visit.block, _RESTOCK, draw)
        back = rules.binomial_quantile(units, restock, u)
        books.units(customer, product, _RESTOCKED, back, station.touchpoint, now)
        if back and product in world.shelves:
            world.shelves[product].restocked += back
            world.receive(product, back)
