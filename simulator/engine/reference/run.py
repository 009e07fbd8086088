"""Play one replication from the first arrival to the horizon."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from simpy.events import Event

from simulator.addresses import subject_of
from simulator.engine.arrivals import arrivals_of_day
from simulator.engine.reference.cases import continue_case
from simulator.engine.reference.customer import Customer, Visit
from simulator.engine.reference.journey import Journeys
from simulator.engine.reference.world import World
from simulator.engine.shocks import shocked
from simulator.engine.streams import numbered
from simulator.engine.tally import Tally
from simulator.program.program import Program
from simulator.spec.model import DAY

__all__ = ["simulate"]


def simulate(
    program: Program,
    seed: int,
    replication: int,
    on_visit: Callable[[Customer, Visit], None] | None = None,
    on_end: Callable[[Customer, int, int], None] | None = None,
) -> Tally:
    """Play one replication.

    Parameters
    ----------
    program : Program
        The compiled journey.
    seed, replication : int
        The key of every random number, 0 … 2**32 - 1 each.
    on_visit : callable, optional
        Called as ``on_visit(customer, visit)`` when a visit ends. It may watch; a hook that changes the
        customer makes another model, and no pairing is promised.
    on_end : callable, optional
        Called as ``on_end(customer, outcome, time)`` when a journey ends; the outcome is an index, or
        `simulator.engine.log.STOPPED`. If it is given, the end of the run also calls both for what it finds
        open: visits whose manner is `Manner.OPEN`, and customers whose outcome is `STILL_OPEN`.

    Returns
    -------
    Tally
        Integer counts; the same for the same arguments, always.

    Raises
    ------
    DrawError
        If the model gives a negative or NaN weight, utility or attribute.
    """
    world = World(shocked(program, seed, replication), seed, replication)
    journeys = Journeys(world, on_visit, on_end)
    world.open_shelves()
    for persona in range(len(program.names.personas)):
        _start_existing(world, journeys, persona)
        world.agenda.process(_arrivals(world, journeys, persona))
    world.agenda.run(until=program.horizon)
    for shelf in world.shelves.values():
        shelf.close(program.horizon)
    if on_end is not None:
        journeys.stop(program.horizon)
    tally = world.books.close(world.shelves)
    tally.check()
    return tally


def _start_existing(world: World, journeys: Journeys, persona: int) -> None:
    name, start = world.program.names.personas[persona], world.personas[persona]
    there = subject_of("existing", name)
    for k in range(start.existing):
        if start.first_case >= 0:
            world.agenda.process(continue_case(journeys, start.first_case + k))
        else:
            world.agenda.process(journeys.resume_stay(numbered(there, k), persona))


def _arrivals(world: World, journeys: Journeys, persona: int) -> Generator[Event, Any, None]:
    """Bring the arrivals of one persona, date by date."""
    agenda = world.agenda
    for day in range(world.program.days):
        if day * DAY > agenda.now:
            yield agenda.timeout(day * DAY - agenda.now)
        for coming in arrivals_of_day(world.program, world.seed, world.replication, persona, day):
            agenda.process(journeys.arrive(coming, persona))
