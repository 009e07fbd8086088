"""One customer's journey as a SimPy process: this module *is* the meaning of a visit.

enter → gate → cost → wait for the team → dwell → sell → set → refer → decide → detour → travel
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from simpy.events import Event

from simulator.addresses import Purpose, key_of
from simulator.engine import waits
from simulator.engine.arrivals import NOWHERE
from simulator.engine.log import STILL_OPEN, STOPPED
from simulator.engine.reference.agenda import Phase
from simulator.engine.reference.basket import sell, take_back
from simulator.engine.reference.customer import Customer, Visit
from simulator.engine.reference.team import Ticket
from simulator.engine.reference.world import Block, World
from simulator.engine.rules import LARGEST, friends_of
from simulator.engine.streams import mixed, numbered
from simulator.errors import DrawError
from simulator.program import tables
from simulator.program.tables import BACK, NONE, WAIT, Decision, Manner

__all__ = ["Bound", "Journeys"]

_DWELL: Final = key_of(Purpose.DWELL)
_PATIENCE: Final = key_of(Purpose.PATIENCE)
_GIVE_UP: Final = key_of(Purpose.GIVE_UP)
_COUNT: Final = key_of(Purpose.COUNT)
_REFER_AFTER: Final = key_of(Purpose.REFER_AFTER)

Hook = Callable[[Customer, Visit], None]
EndHook = Callable[[Customer, int, int], None]
Steps = Generator[Event, Any, "Bound | None"]


@dataclass(slots=True)
class Bound:
    """Where a customer is bound: a touchpoint, and the law and luck of the time it takes to get there.

    `detour` is the row of the detour this leads to, and `stored` where the customer was bound before.
    `age` is how long he has been on his way already.
    """

    target: int
    law: int = NONE
    key: int = 0
    block: Block = (0, 0)
    detour: int = NONE
    stored: Bound | None = None
    age: int = 0


# Not a time: the wait goes on.
WAITING: Final = -1

# Back to the race this side trip left: a direction, not a place.
_HOME: Final = Bound(BACK)


@dataclass(slots=True)
class _Ringing:
    """A clock of a race that has started: when it rings; ties go by name, which is row order."""

    time: int
    row: int


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

    def new_customer(self, subject: int, persona: int, kind: int, arrived: int, generation: int) -> Customer:
        """Make a customer with the first values of his attributes."""
        world = self.world
        cells = np.zeros(world.cells)
        for cell, trait in world.traits:
            cells[cell] = world.values.traits[persona, trait]
        customer = Customer(subject, persona, kind, arrived, generation, cells)
        words = world.block(subject, NOWHERE, 0)
        for attribute, (law, key, dated) in enumerate(world.initials[persona]):
            fixed = world.fixed[law]
            if dated:
                value = float(arrived + world.time(law, words, key))
            else:
                value = world.number(law, words, key) if fixed is None else fixed
            cells[attribute] = self._bounded(attribute, value)
        return customer

    def arrive(self, subject: int, persona: int, delay: int) -> Generator[Event, Any, None]:
        """Play a customer who arrives by himself."""
        yield self.agenda.at(delay, Phase.ENTRY, self.agenda.rank(subject), 1)
        customer = self.new_customer(subject, persona, 1, self.agenda.now, 0)
        self._come_in(customer)
        entry = self.world.choose(
            self.world.personas[persona].enters, customer, self.world.block(subject, NOWHERE, 0)
        )
        yield from self.walk(customer, Bound(entry.target))

    def be_referred(
        self, subject: int, persona: int, generation: int, delay: int, enters: int, words: Block
    ) -> Generator[Event, Any, None]:
        """Play a customer whom another one brought."""
        yield self.agenda.at(delay, Phase.ENTRY, self.agenda.rank(subject), 1)
        customer = self.new_customer(subject, persona, 2, self.agenda.now, generation)
        self._come_in(customer)
        entry = self.world.choose(enters, customer, words)
        yield from self.walk(customer, Bound(entry.target))

    def resume_stay(self, subject: int, persona: int) -> Generator[Event, Any, None]:
        """Play a customer who is in the middle of a stay when the simulation starts."""
        world = self.world
        start = world.personas[persona]
        customer = self.new_customer(subject, persona, 0, 0, 0)
        customer.orders = start.existing_orders
        station = self._station(customer, start.existing_at)
        self._apply(customer, start.first_effect, start.last_effect, world.block(subject, NOWHERE, 0))
        customer.steps = customer.entries[station.touchpoint] = 1
        words = world.block(subject, station.site, 1)
        visit = Visit(subject, persona, station.touchpoint, 1, 0, block=words)
        customer.stays.append(visit)
        self._come_in(customer)
        self.books.enter(customer, station, 0)
        remaining = world.residual(station.dwell, words, customer)
        yield self.agenda.at(remaining, Phase.END_OF_STAY, customer.rank, 1)
        onward = self._complete(customer, station, visit, Bound(station.touchpoint))
        bound = onward if isinstance(onward, Bound) else (yield from onward)
        yield from self._travel(customer, bound)

    def _come_in(self, customer: Customer) -> None:
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
        yield from self._travel(customer, onward)

    def _travel(self, customer: Customer, bound: Bound | None) -> Generator[Event, Any, None]:
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
        station = self._station(customer, bound.target)
        touchpoint = station.touchpoint
        number = customer.entries[touchpoint] = customer.entries.get(touchpoint, 0) + 1
        words = world.block(customer.subject, station.site, number)
        visit = Visit(customer.subject, customer.persona, touchpoint, number, now, block=words)
        customer.stays.append(visit)
        self.books.enter(customer, station, now)
        if not self.gate_is_open(customer, station):
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
        onward = self._complete(customer, station, visit, bound)
        return onward if isinstance(onward, Bound) else (yield from onward)

    def gate_is_open(self, customer: Customer, station: tables.Station) -> bool:
        """Whether a visit may begin: `only_if`, and for a contact consent and room under the cap."""
        world = self.world
        if not world.holds(station.only_if, customer):
            return False
        if not station.contact:
            return True
        if float(customer.cells[world.consent]) < 1.0:
            return False
        if world.cap < 0:
            return True
        while customer.contacts and customer.contacts[0] <= self.agenda.now - world.cap_per:
            customer.contacts.popleft()
        return len(customer.contacts) < int(world.cap)

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

    def _complete(
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
        self._apply(customer, station.first_effect, station.last_effect, visit.block)
        if station.referrals >= 0:
            self._refer(customer, station, visit)
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
            return self._race(customer, station, visit, bound)
        chosen = world.choose(self._rule(customer, station).row, customer, visit.block)
        onward = self._bound(chosen, visit)
        return self._depart(customer, station, visit, onward, chosen.edge, manner, bound)

    def _rule(self, customer: Customer, station: tables.Station) -> tables.Rule:
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

    # ------------------------------------------------------------------ effects and referrals

    def _bounded(self, attribute: int, value: float) -> float:
        values = self.world.values
        low, high = values.attribute_minima[attribute], values.attribute_maxima[attribute]
        return float(min(max(value, low), high))

    def _apply(self, customer: Customer, first: int, last: int, words: Block) -> None:
        """Set attributes, all from the values before; then their bounds apply."""
        world, changed = self.world, []
        for row in range(first, last):
            effect = world.effects[row]
            if effect.to < 0:
                chance = float(world.values.effect_chances[row])
                if mixed(*words, effect.key, 0) < chance:
                    changed.append((effect.attribute, self._bounded(effect.attribute, 1.0)))
                continue
            value = world.value(effect.to, customer)
            if effect.noise >= 0:
                value += world.number(effect.noise, words, effect.key)
            kept = self._bounded(effect.attribute, value)
            if value != value or abs(kept) > LARGEST:
                path = world.program.expression_paths[effect.to]
                raise DrawError(
                    f"{path} gives {value}, which is no value of an attribute, for {world.address(customer)}"
                )
            changed.append((effect.attribute, kept))
        for attribute, value in changed:
            customer.cells[attribute] = value

    def _refer(self, customer: Customer, station: tables.Station, visit: Visit) -> None:
        """Bring new customers."""
        world = self.world
        count = int(world.number(station.referrals, visit.block, _COUNT))
        generation = customer.generation + 1
        if count and generation > world.max_generations:
            self.books.counts["referrals_capped"][customer.persona] += count
            return
        friends = friends_of(customer.subject, station.site, visit.entry)
        for k in range(count):
            subject = numbered(friends, k)
            words = world.block(subject, station.site, 0)
            persona = customer.persona
            if station.referral_personas >= 0:
                persona = world.choose(station.referral_personas, customer, words).target
            delay = world.time(station.referral_after, words, _REFER_AFTER)
            if self.agenda.now + delay < world.horizon:
                self.agenda.process(
                    self.be_referred(subject, persona, generation, delay, station.referral_enters, words)
                )

    # ------------------------------------------------------------------ race

    def _race(
        self, customer: Customer, station: tables.Station, visit: Visit, came: Bound, age: int = 0
    ) -> Steps:
        """Wait for the first clock to ring, in a race begun so long ago; side trips may come back."""
        world = self.world
        ringing = self._start_clocks(customer, station, visit, age)
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

    def _start_clocks(
        self, customer: Customer, station: tables.Station, visit: Visit, age: int
    ) -> list[_Ringing]:
        world, now = self.world, self.agenda.now
        started: list[_Ringing] = []
        for row in range(station.first_rule, station.last_rule):
            clock = world.clocks[row]
            if not world.holds(clock.condition, customer):
                continue
            if 0 <= clock.target < world.touchpoints and not self.gate_is_open(
                customer, self._station(customer, clock.target)
            ):
                continue
            chance = self.still_rings(customer, visit, row, age)
            if chance < 1.0 and mixed(*visit.block, clock.chance_key, 0) >= chance:
                continue
            time = world.wait(clock.law, visit.block, clock.time_key, customer, age)
            started.append(_Ringing(now + time, row))
        return started

    def still_rings(self, customer: Customer, visit: Visit, row: int, age: int) -> float:
        """Give the chance that a clock rings that has not for so long."""
        world, clock = self.world, self.world.clocks[row]
        visited = customer.last_left.get(clock.target, visit.entered - 1) >= visit.entered
        chance = float(world.values.clock_chances[row])
        return waits.still_rings(
            world.ints,
            world.floats,
            clock.law,
            chance,
            clock.side_trip,
            visited,
            customer.cells,
            0,
            self.agenda.now,
            age,
        )

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

    def _station(self, customer: Customer, touchpoint: int) -> tables.Station:
        return self.world.stations[self.world.station_of[customer.persona][touchpoint]]


def _give_up(ticket: Ticket) -> None:
    """Leave the list of those who wait for a delivery."""
    if ticket.waiting:
        ticket.call(served=False)
