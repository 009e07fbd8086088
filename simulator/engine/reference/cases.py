"""Customers of a log who go on from where they were seen last.

What is known is when each entered his touchpoint and that nothing more was seen of him. So he is still in
his stay, or on his way onwards, each with the chance it had to last so long; and what is left of either is
drawn given that. The time on the way is counted from the entering, as if the stay had taken none of it.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any, Final

from simpy.events import Event

from simulator.addresses import Purpose, key_of
from simulator.engine import waits
from simulator.engine.reference.agenda import Phase
from simulator.engine.reference.customer import Bound, Customer, Visit
from simulator.engine.reference.effects import bounded
from simulator.engine.reference.journey import Journeys
from simulator.engine.reference.world import World
from simulator.engine.streams import mixed
from simulator.program import tables
from simulator.program.tables import Decision

__all__ = ["continue_case"]

_STANDS: Final = key_of(Purpose.STANDS)
_DWELL: Final = key_of(Purpose.DWELL)


def continue_case(journeys: Journeys, number: int) -> Generator[Event, Any, None]:
    """Play a customer of a log from the start on."""
    world = journeys.world
    case = world.cases[number]
    customer = _customer(journeys, case, number)
    station = world.station_at(customer, case.touchpoint)
    entry = customer.entries[case.touchpoint] = customer.entries.get(case.touchpoint, 0) + 1
    words = world.block(case.subject, station.site, entry)
    visit = Visit(case.subject, case.persona, case.touchpoint, entry, case.entered, block=words)
    came, age = Bound(case.touchpoint), -case.entered
    customer.stays.append(visit)
    journeys.come_in(customer)
    world.books.stand(customer, case.touchpoint)
    stays = station.dwell >= 0 or station.team >= 0
    still = world.survived(station.dwell, customer, age) if stays else 0.0
    chosen, gone = _on_way(journeys, customer, station, visit, age)
    there = mixed(*words, _STANDS, 0) * (still + (1.0 - still) * gone) < still
    if there or (stays and gone == 0.0):
        if station.team >= 0:
            world.teams[station.team].busy += 1
        left = world.wait(station.dwell, words, _DWELL, customer, age) if there else 0
        yield world.agenda.at(left, Phase.END_OF_STAY, customer.rank, 1)
        if station.team >= 0:
            world.teams[station.team].release()
        onward = journeys.complete(customer, station, visit, came)
        bound = onward if isinstance(onward, Bound) else (yield from onward)
    else:
        customer.visits[case.touchpoint] = customer.visits.get(case.touchpoint, 0) + 1
        if station.decision == Decision.RACE:
            bound = yield from journeys.race(customer, station, visit, came, age)
        else:
            bound = _bound(world, customer, visit, chosen, age if gone else 0)
    yield from journeys.travel(customer, bound)


def _customer(journeys: Journeys, case: tables.Case, number: int) -> Customer:
    """Make the customer as he was known: what was not, is drawn as for one who comes."""
    world = journeys.world
    customer = journeys.new_customer(case.subject, case.persona, 0, case.arrived, 0)
    for attribute, value in enumerate(world.values.case_values[number].tolist()):
        if not math.isnan(value):
            customer.cells[attribute] = bounded(world, attribute, value)
    customer.orders, customer.steps = case.orders, 1
    for past in world.pasts[case.first_past : case.last_past]:
        customer.entries[past.touchpoint] = past.entries
        customer.visits[past.touchpoint] = past.visits
        customer.last_left[past.touchpoint] = past.left
    return customer


def _on_way(
    journeys: Journeys, customer: Customer, station: tables.Station, visit: Visit, age: int
) -> tuple[tables.Entry | None, float]:
    """Give where he would be on his way to (nowhere in a race), and the chance to be."""
    world = journeys.world
    if station.decision == Decision.RACE:
        return None, math.prod(_silent(journeys, customer, station, age))
    row = journeys.rule(customer, station).row
    cells = world.look(customer)
    args = (*visit.block, cells, 0, world.stack, world.agenda.now, age, world.touchpoints)
    chosen, gone = waits.choose_on_way(world.ints, world.floats, row, *args)
    return (world.entries[chosen], gone) if gone > 0.0 else (world.choose(row, customer, visit.block), 0.0)


def _silent(
    journeys: Journeys, customer: Customer, station: tables.Station, age: int
) -> Generator[float, None, None]:
    """Give for each clock that ends the race the chance that it has not rung."""
    world = journeys.world
    for row in range(station.first_rule, station.last_rule):
        clock = world.clocks[row]
        if not clock.side_trip:
            chance = float(world.values.clock_chances[row])
            yield 1.0 - chance + chance * world.survived(clock.law, customer, age)


def _bound(world: World, customer: Customer, visit: Visit, chosen: tables.Entry | None, age: int) -> Bound:
    """Set out from where he was seen last: his visit there ended before the simulation began."""
    assert chosen is not None
    customer.stays.remove(visit)
    customer.last_left[visit.touchpoint] = visit.entered
    world.books.counts["open_at"][visit.persona][visit.touchpoint] -= 1
    return Bound(chosen.target, chosen.after, chosen.after_key, visit.block, age=age)
