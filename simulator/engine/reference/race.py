"""The clocks of a race: which of them may ring, and when."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.engine import waits
from simulator.engine.reference.customer import Customer, Visit
from simulator.engine.reference.world import World
from simulator.engine.streams import mixed
from simulator.program import tables

__all__ = ["Ringing", "start_clocks"]


@dataclass(slots=True)
class Ringing:
    """A clock of a race that has started: when it rings; ties go by name, which is row order."""

    time: int
    row: int


def start_clocks(
    world: World, customer: Customer, station: tables.Station, visit: Visit, age: int
) -> list[Ringing]:
    """Start every clock that may ring, in a race begun so long ago."""
    started: list[Ringing] = []
    for row in range(station.first_rule, station.last_rule):
        clock = world.clocks[row]
        if not world.holds(clock.condition, customer):
            continue
        if 0 <= clock.target < world.touchpoints and not world.gate_is_open(
            customer, world.station_at(customer, clock.target)
        ):
            continue
        chance = _still_rings(world, customer, visit, row, age)
        if chance < 1.0 and mixed(*visit.block, clock.chance_key, 0) >= chance:
            continue
        time = world.wait(clock.law, visit.block, clock.time_key, customer, age)
        started.append(Ringing(world.agenda.now + time, row))
    return started


def _still_rings(world: World, customer: Customer, visit: Visit, row: int, age: int) -> float:
    """Give the chance that a clock rings that has not for so long."""
    clock = world.clocks[row]
    visited = customer.last_left.get(clock.target, visit.entered - 1) >= visit.entered
    return waits.still_rings(
        world.ints,
        world.floats,
        clock.law,
        float(world.values.clock_chances[row]),
        clock.side_trip,
        visited,
        customer.cells,
        0,
        world.agenda.now,
        age,
    )
