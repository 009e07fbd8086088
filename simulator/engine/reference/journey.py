"""One customer's journey as a SimPy process: this module *is* the meaning of a visit.

enter → gate → cost → wait for the team → dwell → sell → set → refer → decide → detour → travel
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Final

import numpy as np
from simpy.events import Event

from simulator.addresses import Purpose, key_of
from simulator.engine.arrivals import NOWHERE, Coming
from simulator.engine.log import STILL_OPEN, STOPPED
from simulator.engine.reference.agenda import Phase
from simulator.engine.reference.basket import sell, take_back
from simulator.engine.reference.customer import Bound, Customer, Visit
from simulator.engine.reference.effects import Friend, apply, bounded, friends
from simulator.engine.reference.race import start_clocks
from simulator.engine.reference.team import Ticket
from simulator.engine.reference.world import World
from simulator.engine.streams import mixed
from simulator.errors import DrawError
from simulator.program import tables
from simulator.program.tables import BACK, WAIT, Decision, Manner

__all__ = ["Journeys"]

_DWELL: Final = key_of(Purpose.DWELL)
_PATIENCE: Final = key_of(Purpose.PATIENCE)
_GIVE_UP: Final = key_of(Purpose.GIVE_UP)

Hook = Callable[[Customer, Visit], None]
EndHook = Callable[[Customer, int, int], None]
Steps = Generator[Event, Any, "Bound | None"]


# Not a time: the wait goes on.
WAITING: Final = -1

# Back to the race this side trip left: a direction, not a place.
_HOME: Final = Bound(BACK)


class Journeys:
    """Plays customers through a world.

    Parameters
    ----------
    world : World
        What they share.
    on_visit : callable, optional
        Called with the customer and each visit as it ends.
    on_end : callable, optional
        Called with each customer as his journey ends, the outcome (or why there is none) and the time.
    """

    def __init__(self, world: World, on_visit: Hook | None = None, on_end: EndHook | None = None) -> None:
        self.world = world
        self.agenda = world.agenda
        self.books = world.books
        self.on_visit = on_visit
        self.on_end = on_end
        self.present: dict[int, Customer] = {}

    # ------------------------------------------------------------------ coming in

    def new_customer(
        self, subject: int, persona: int, kind: int, arrived: int, generation: int, leader: int | None = None
    ) -> Customer:
        """Make a customer with the first values of his attributes: those of the first of his party."""
        world = self.world
        cells = np.zeros(world.cells)
        for cell, trait in world.traits:
            cells[cell] = world.values.traits[persona, trait]
        customer = Customer(subject, persona, kind, arrived, generation, cells)
        words = world.block(subject if leader is None else leader, NOWHERE, 0)
        for attribute, (law, key, dated) in enumerate(world.initials[persona]):
            fixed = world.fixed[law]
            if dated:
                value = float(arrived + world.time(law, words, key))
            else:
                value = world.number(law, words, key) if fixed is None else fixed
            cells[attribute] = bounded(world, attribute, value)
        return customer

    def arrive(self, coming: Coming, persona: int) -> Generator[Event, Any, None]:
        """Play a customer who arrives by himself, or in a party: then by the luck of the first of it."""
        subject, leader, delay = coming
        yield self.agenda.at(delay, Phase.ENTRY, self.agenda.rank(subject), 1)
        customer = self.new_customer(subject, persona, 1, self.agenda.now, 0, leader)
        self.come_in(customer)
        entry = self.world.choose(
            self.world.personas[persona].enters, customer, self.world.block(leader, NOWHERE, 0)
        )
        yield from self.walk(customer, Bound(entry.target))

    def be_referred(self, friend: Friend) -> Generator[Event, Any, None]:
        """Play a customer whom another one brought."""
        yield self.agenda.at(friend.delay, Phase.ENTRY, self.agenda.rank(friend.subject), 1)
        customer = self.new_customer(friend.subject, friend.persona, 2, self.agenda.now, friend.generation)
        self.come_in(customer)
        entry = self.world.choose(friend.enters, customer, friend.block)
        yield from self.walk(customer, Bound(entry.target))

    def resume_stay(self, subject: int, persona: int) -> Generator[Event, Any, None]:
        """Play a customer who is in the middle of a stay when the simulation starts."""
        world = self.world
        start = world.personas[persona]
        customer = self.new_customer(subject, persona, 0, 0, 0)
        customer.orders = start.existing_orders
        station = self.world.station_at(customer, start.existing_at)
        apply(world, customer, start.first_effect, start.last_effect, world.block(subject, NOWHERE, 0))
        customer.steps = customer.entries[station.touchpoint] = 1
        words = world.block(subject, station.site, 1)
        visit = Visit(subject, persona, station.touchpoint, 1, 0, block=words)
        customer.stays.append(visit)
        self.come_in(customer)
        self.books.enter(customer, station, 0)
        remaining = world.residual(station.dwell, words, customer)
        yield self.agenda.at(remaining, Phase.END_OF_STAY, customer.rank, 1)
        onward = self.complete(customer, station, visit, Bound(station.touchpoint))
        bound = onward if isinstance(onward, Bound) else (yield from onward)
        yield from self.travel(customer, bound)

    def come_in(self, customer: Customer) -> None:
        """Count a customer who is there from now on."""
        self.books.arrive(customer)
        self.present[customer.subject] = customer

    def _go_out(self, customer: Customer, outcome: int) -> None:
        del self.present[customer.subject]
        if self.on_end is not None:
            self.on_end(customer, outcome, self.agenda.now)

    def stop(self, horizon: int) -> None:
        """End the run: tell of everybody who is still on his way, and of the visits that are open."""
        for customer in self.present.values():
            for visit in customer.stays:
                visit.left, visit.manner = horizon, Manner.OPEN
                if visit.waited == WAITING:
                    visit.waited = horizon - visit.entered
                self._tell(customer, visit)
            if self.on_end is not None:
                self.on_end(customer, STILL_OPEN, horizon)

    # ------------------------------------------------------------------ the walk

    def walk(self, customer: Customer, bound: Bound) -> Generator[Event, Any, None]:
        """Go from touchpoint to touchpoint until an outcome, a guard or the end of the run."""
        onward = yield from self.visit(customer, bound)
        yield from self.travel(customer, onward)

    def travel(self, customer: Customer, bound: Bound | None) -> Generator[Event, Any, None]:
        """Go where a customer is bound, and on from there (None: his journey is over)."""
        while bound is not None:
            delay = self.world.wait(bound.law, bound.block, bound.key, customer, bound.age)
            is_outcome = bound.target >= self.world.touchpoints
            if delay or not is_outcome:  # an outcome touches nobody else: reached at once, it is no event
                yield self.agenda.at(delay, Phase.ENTRY, customer.rank, customer.steps + 1)
            if is_outcome:
                outcome = bound.target - self.world.touchpoints
                self.books.finish(customer, outcome, self.agenda.now)
                self._go_out(customer, outcome)
                return
            bound = yield from self.visit(customer, bound)

    def visit(self, customer: Customer, bound: Bound) -> Steps:
        """Play one visit; say where the customer is bound next (None: his journey was stopped)."""
        world, now = self.world, self.agenda.now
        customer.steps += 1
        if customer.steps > world.max_steps:
            self.books.stop(customer)
            self._go_out(customer, STOPPED)
            return None
        station = self.world.station_at(customer, bound.target)
        touchpoint = station.touchpoint
        number = customer.entries[touchpoint] = customer.entries.get(touchpoint, 0) + 1
        words = world.block(customer.subject, station.site, number)
        visit = Visit(customer.subject, customer.persona, touchpoint, number, now, block=words)
        customer.stays.append(visit)
        self.books.enter(customer, station, now)
        if not world.gate_is_open(customer, station):
            return self._leave(customer, visit, self._go(customer, station.otherwise, visit), Manner.REFUSED)
        if station.contact:
            customer.contacts.append(now)
        self.books.pay(customer, touchpoint, world.costs[world.station_of[customer.persona][touchpoint]], now)
        customer.waited = customer.waited_at[touchpoint] = 0
        if station.team >= 0:
            refusal = yield from self._wait_for_team(customer, station, visit)
            if refusal is not None:
                return refusal
        dwell = world.wait(station.dwell, visit.block, _DWELL, customer)
        yield self.agenda.at(dwell, Phase.END_OF_STAY, customer.rank, customer.steps)
        if station.team >= 0:
            world.teams[station.team].release()
        onward = self.complete(customer, station, visit, bound)
        return onward if isinstance(onward, Bound) else (yield from onward)

    def _wait_for_team(self, customer: Customer, station: tables.Station, visit: Visit) -> Steps:
        """Stand before the team; say where a customer goes who is not served (None: he is)."""
        team, now = self.world.teams[station.team], self.agenda.now
        if not team.is_open and station.on_closed != WAIT:
            return self._leave(customer, visit, self._go(customer, station.on_closed, visit), Manner.CLOSED)
        if team.begin():
            self.books.wait(customer, station.touchpoint, 0, now)
            return None
        if team.is_full:
            return self._leave(
                customer, visit, self._go(customer, station.on_abandon, visit), Manner.ABANDONED
            )
        ticket = Ticket(self.agenda.event())
        team.join(ticket)
        if station.patience >= 0:
            self._limit(ticket, station.patience, _PATIENCE, customer, visit, team.renege)
        visit.waited = WAITING
        served = yield ticket.event
        visit.waited = self.agenda.now - now
        customer.waited = customer.waited_at[station.touchpoint] = visit.waited
        self.books.wait(customer, station.touchpoint, visit.waited, self.agenda.now)
        if served:
            return None
        return self._leave(customer, visit, self._go(customer, station.on_abandon, visit), Manner.ABANDONED)

    def _limit(
        self,
        ticket: Ticket,
        law: int,
        key: int,
        customer: Customer,
        visit: Visit,
        end: Callable[[Ticket], None],
    ) -> None:
        """End a wait when a drawn time is over."""
        time = self.world.wait(law, visit.block, key, customer)
        event = self.agenda.at(time, Phase.PATIENCE, customer.rank, customer.steps)
        assert event.callbacks is not None
        event.callbacks.append(lambda _: end(ticket))

    # ------------------------------------------------------------------ the end of a stay

    def complete(
        self, customer: Customer, station: tables.Station, visit: Visit, bound: Bound
    ) -> Bound | Steps:
        """Sell, set, refer, decide, perhaps detour: what happens when the dwell is over.

        Where the decision takes time (a race, the wait for stock) its steps are returned instead.
        """
        touchpoint = station.touchpoint
        customer.visits[touchpoint] = customer.visits.get(touchpoint, 0) + 1
        customer.short = 0
        manner, ordered = sell(self.world, customer, station, visit)
        if station.returns_of >= 0:
            take_back(self.world, customer, station, visit)
        if ordered or station.first_line == station.last_line:
            self.books.reach(customer, touchpoint, self.agenda.now)
            if station.goal:
                self.books.convert(customer, touchpoint, self.agenda.now)
        apply(self.world, customer, station.first_effect, station.last_effect, visit.block)
        if station.referrals >= 0:
            for friend in friends(self.world, customer, station, visit):
                self.agenda.process(self.be_referred(friend))
        return self._decide(customer, station, visit, bound, manner)

    def _decide(
        self, customer: Customer, station: tables.Station, visit: Visit, bound: Bound, manner: int
    ) -> Bound | Steps:
        world = self.world
        if manner == Manner.STOCKOUT:
            row = station.on_stockout
            chosen = world.choose(row, customer, visit.block) if row >= 0 else None
            if chosen is None or chosen.target == WAIT:
                return self._wait_for_stock(customer, station, visit, bound)
            return self._depart(
                customer, station, visit, self._bound(chosen, visit), chosen.edge, manner, bound
            )
        if manner == Manner.EMPTY:
            if station.empty < 0:
                name = world.program.names.touchpoints[station.touchpoint]
                who = world.address(customer)
                raise DrawError(f"all weights are 0 in the basket of {name}, for {who}")
            chosen = world.choose(station.empty, customer, visit.block)
            return self._depart(
                customer, station, visit, self._bound(chosen, visit), chosen.edge, manner, bound
            )
        if bound.detour >= 0 and bound.stored is not None:
            stop = world.detours[bound.detour]
            chance = float(world.values.detour_resumes[bound.detour])
            if mixed(*visit.block, stop.resume_key, 0) < chance:
                edge = int(world.structure.resume_edges[station.touchpoint, bound.stored.target])
                return self._leave(customer, visit, (bound.stored, edge), Manner.RESUMED)
        if station.decision == Decision.RACE:
            return self.race(customer, station, visit, bound)
        chosen = world.choose(self.rule(customer, station).row, customer, visit.block)
        onward = self._bound(chosen, visit)
        return self._depart(customer, station, visit, onward, chosen.edge, manner, bound)

    def rule(self, customer: Customer, station: tables.Station) -> tables.Rule:
        """Find the first rule that holds; the last one always does."""
        for row in range(station.first_rule, station.last_rule - 1):
            rule = self.world.rules[row]
            if self.world.holds(rule.condition, customer):
                return rule
        return self.world.rules[station.last_rule - 1]

    def _bound(self, chosen: tables.Entry, visit: Visit) -> Bound:
        if chosen.target == BACK:
            return _HOME
        return Bound(chosen.target, chosen.after, chosen.after_key, visit.block)

    def _go(self, customer: Customer, row: int, visit: Visit) -> tuple[Bound, int]:
        """Choose from a row that no detour may follow."""
        chosen = self.world.choose(row, customer, visit.block)
        return self._bound(chosen, visit), chosen.edge

    def _depart(
        self,
        customer: Customer,
        station: tables.Station,
        visit: Visit,
        onward: Bound,
        edge: int,
        manner: int,
        came: Bound,
    ) -> Bound:
        """Leave after a completed visit, perhaps for an unexpected stop first."""
        if came.detour < 0 and 0 <= onward.target < self.world.touchpoints:
            for row in range(station.first_detour, station.last_detour):
                stop = self.world.detours[row]
                if stop.to == onward.target:
                    continue
                chance = float(self.world.values.detour_chances[row])
                if mixed(*visit.block, stop.key, 0) < chance:
                    diverted = Bound(stop.to, detour=row, stored=onward)
                    return self._leave(customer, visit, (diverted, stop.edge), manner)
        return self._leave(customer, visit, (onward, edge), manner)

    def _leave(self, customer: Customer, visit: Visit, way: tuple[Bound, int], manner: int) -> Bound:
        """End a visit: write it down and say where the customer is bound."""
        onward, edge = way
        visit.left, visit.manner, visit.target = self.agenda.now, manner, onward.target
        self.books.travel(customer, edge, visit.left)
        self._close(customer, visit)
        return onward

    def _close(self, customer: Customer, visit: Visit) -> None:
        self.books.leave(customer, visit)
        if visit.manner not in (Manner.REFUSED, Manner.ABANDONED, Manner.CLOSED):
            customer.last_left[visit.touchpoint] = visit.left
        customer.stays.remove(visit)
        self._tell(customer, visit)

    def _tell(self, customer: Customer, visit: Visit) -> None:
        if self.on_visit is not None:
            visit.attributes = tuple(customer.cells[: self.books.attributes].tolist())
            self.on_visit(customer, visit)

    # ------------------------------------------------------------------ race

    def race(
        self, customer: Customer, station: tables.Station, visit: Visit, came: Bound, age: int = 0
    ) -> Steps:
        """Wait for the first clock to ring, in a race begun so long ago; side trips may come back."""
        world = self.world
        ringing = start_clocks(world, customer, station, visit, age)
        while True:
            first = min(ringing, key=lambda one: (one.time, one.row))
            delay = first.time - self.agenda.now
            if delay >= 0:
                yield self.agenda.at(delay, Phase.END_OF_STAY, customer.rank, customer.steps)
            clock = world.clocks[first.row]
            onward = Bound(clock.target)
            if not clock.side_trip:
                return self._depart(customer, station, visit, onward, clock.edge, Manner.DECIDED, came)
            ringing.remove(first)
            self.books.travel(customer, clock.trip_edge, self.agenda.now)
            yield self.agenda.at(0, Phase.ENTRY, customer.rank, customer.steps + 1)
            trip = yield from self.visit(customer, onward)
            if trip is None or trip.target != BACK:
                self._leave(customer, visit, (onward, clock.edge), Manner.DECIDED)
                return trip

    # ------------------------------------------------------------------ stock

    def _wait_for_stock(
        self, customer: Customer, station: tables.Station, visit: Visit, came: Bound
    ) -> Steps:
        """Wait on the list of the first product asked for in vain, until woken or tired of it."""
        world = self.world
        ticket = Ticket(self.agenda.event())
        world.shelves[min(customer.wanted)].list.append(ticket)
        self._limit(ticket, station.give_up, _GIVE_UP, customer, visit, _give_up)
        woken = yield ticket.event
        if woken and station.woken < 0:
            again = Bound(station.touchpoint)
            return self._leave(customer, visit, (again, station.again_edge), Manner.STOCKOUT)
        chosen = world.choose(station.woken if woken else station.gave_up, customer, visit.block)
        onward = self._bound(chosen, visit)
        return self._depart(customer, station, visit, onward, chosen.edge, Manner.STOCKOUT, came)


def _give_up(ticket: Ticket) -> None:
    """Leave the list of those who wait for a delivery."""
    if ticket.waiting:
        ticket.call(served=False)
