"""What all customers of a replication share: the program as rows, draws, dates, teams and shelves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import Purpose, key_of, subject_of
from simulator.engine import rules, waits
from simulator.engine.arrivals import NOWHERE
from simulator.engine.reference.agenda import Agenda, Phase
from simulator.engine.reference.books import Books
from simulator.engine.reference.customer import Customer
from simulator.engine.reference.shelf import Shelf
from simulator.engine.reference.team import Team
from simulator.engine.stack import new_stack
from simulator.engine.streams import block, numbered
from simulator.errors import DrawError
from simulator.laws.families import Family
from simulator.program import tables
from simulator.program.calendar import MICRO
from simulator.program.image import image_of
from simulator.program.program import Cell, Program, Sight
from simulator.spec.model import CONSENT, DAY

__all__ = ["Block", "World"]

Block = tuple[int, int]

_RESIDUAL = key_of(Purpose.RESIDUAL)
_LENGTH_BIAS = key_of(Purpose.LENGTH_BIAS)


def _rows(array: NDArray[np.int64], kind: Any) -> list[Any]:
    return [kind._make(row) for row in array.tolist()]


class World:
    """One replication's shared state, and every question a journey asks of it."""

    def __init__(self, program: Program, seed: int, replication: int) -> None:
        structure, values = program.structure, program.values
        self.program, self.seed, self.replication = program, seed, replication
        self.structure, self.values = structure, values
        self.ints, self.floats = image_of(program)
        self.agenda = Agenda()
        self.books = Books(program)
        self.touchpoints = len(program.names.touchpoints)
        self.stations: list[tables.Station] = _rows(structure.stations, tables.Station)
        self.station_of: list[list[int]] = structure.station_of.tolist()
        self.rows: list[tables.Row] = _rows(structure.rows, tables.Row)
        self.entries: list[tables.Entry] = _rows(structure.entries, tables.Entry)
        self.rules: list[tables.Rule] = _rows(structure.rules, tables.Rule)
        self.clocks: list[tables.Clock] = _rows(structure.clocks, tables.Clock)
        self.lines: list[tables.Line] = _rows(structure.lines, tables.Line)
        self.effects: list[tables.Effect] = _rows(structure.effects, tables.Effect)
        self.detours: list[tables.DetourStop] = _rows(structure.detours, tables.DetourStop)
        self.products: list[tables.ProductStock] = _rows(structure.products, tables.ProductStock)
        self.personas: list[tables.PersonaStart] = _rows(structure.personas, tables.PersonaStart)
        self.costs: list[int] = values.costs.tolist()
        self.cases: list[tables.Case] = _rows(structure.cases, tables.Case)
        self.pasts: list[tables.Past] = _rows(structure.pasts, tables.Past)
        clock = structure.clock.tolist()
        self.horizon, self.first_weekday = clock[0], clock[3]
        self.max_steps, self.max_generations = clock[4], clock[5]
        self.cap, self.cap_per = clock[6], clock[7]
        self.consent = program.names.attributes.index(CONSENT)
        self.initials = self._initials()
        self.fixed = self._fixed()
        self.stack = new_stack()
        cells = [Cell._make(row) for row in structure.cells.tolist()]
        self.cells = len(cells)
        self.traits = [(i, cell.number) for i, cell in enumerate(cells) if cell.sight == Sight.TRAIT]
        self.moving = [(i, *cell) for i, cell in enumerate(cells) if cell.sight > Sight.TRAIT]
        self.shelves = {
            number: Shelf(product, program.warm_up, program.days)
            for number, product in enumerate(self.products)
            if product.limited
        }
        self.teams = self._teams()

    def _initials(self) -> list[list[tuple[int, int, int]]]:
        """Give law, key and kind (1: a planned date) of each attribute's first value, by persona."""
        keys, dated = self.structure.attributes.T.tolist()
        return [list(zip(laws, keys, dated, strict=True)) for laws in self.values.initials.tolist()]

    def _fixed(self) -> list[float | None]:
        """Give the value of each law that is one number, so that nothing is drawn for it."""
        return [
            value if family == Family.FIXED else None
            for (family, _, _), (value, _, _) in zip(
                self.structure.laws.tolist(), self.values.law_parameters.tolist(), strict=True
            )
        ]

    # ------------------------------------------------------------------ teams and shelves

    def _teams(self) -> list[Team]:
        teams = []
        for number, row in enumerate(self.structure.teams.tolist()):
            rule = tables.TeamRule._make(row)
            team = Team(int(self.level(rule.servers, 0)), bool(self.level(rule.open, 0)), rule.queue)
            times = {*self._steps(rule.servers), *self._steps(rule.open)}
            for time in sorted(times - {0}):
                event = self.agenda.at(time, Phase.CALENDAR, self.agenda.rank(number), 0, (team, rule))
                assert event.callbacks is not None
                event.callbacks.append(self._change_team)
            teams.append(team)
        return teams

    def _steps(self, timeline: int) -> list[int]:
        first, last = self.structure.timelines[timeline].tolist()
        return list(self.structure.times[first:last].tolist())

    def _change_team(self, event: Any) -> None:
        team, rule = event.value
        now = self.agenda.now
        team.change(int(self.level(rule.servers, now)), bool(self.level(rule.open, now)))

    def open_shelves(self) -> None:
        """Await what was ordered before the start, and look at every shelf or plan the first look."""
        for product, shelf in self.shelves.items():
            stock, delivered = self.products[product], 0
            for time in self._steps(stock.pipeline) if stock.pipeline >= 0 else ():
                units = int(self.level(stock.pipeline, time)) - delivered
                delivered += units
                if units:
                    shelf.await_units(units)
                    self._send(product, units, self._order_subject(product, 0), time)
        for product in self.shelves:
            stock = self.products[product]
            if stock.review:
                self._plan_review(product, stock.first_review)
            else:
                self.review(product)

    def _order_subject(self, product: int, number: int) -> int:
        return numbered(subject_of("order", self.program.names.products[product]), number)

    def _plan_review(self, product: int, delay: int) -> None:
        event = self.agenda.at(delay, Phase.CALENDAR, self.agenda.rank(product), 2, product)
        assert event.callbacks is not None
        event.callbacks.append(self._look_at_shelf)

    def _look_at_shelf(self, event: Any) -> None:
        """Order at a planned review, and plan the next."""
        self.review(event.value)
        self._plan_review(event.value, self.products[event.value].review)

    def touched(self, product: int) -> None:
        """Review a shelf that has changed, unless its policy looks at planned times only."""
        if not self.products[product].review:
            self.review(product)

    def review(self, product: int) -> None:
        """Order what the policy asks for."""
        shelf, stock = self.shelves[product], self.products[product]
        quantity = shelf.quantity_to_order()
        if quantity <= 0:
            return
        subject = self._order_subject(product, shelf.order(quantity, self.agenda.now))
        lead = self.time(stock.lead_time, self.block(subject, NOWHERE, 0), stock.lead_time_key)
        self._send(product, quantity, subject, lead)

    def _send(self, product: int, quantity: int, subject: int, lead: int) -> None:
        event = self.agenda.at(lead, Phase.DELIVERY, self.agenda.rank(subject), 0, (product, quantity))
        assert event.callbacks is not None
        event.callbacks.append(self._deliver)

    def _deliver(self, event: Any) -> None:
        product, quantity = event.value
        self.shelves[product].deliver(quantity, self.agenda.now)
        self.receive(product, quantity)

    def receive(self, product: int, quantity: int) -> None:
        """Put units on a shelf, wake those who wait for them, and review the policy."""
        shelf = self.shelves[product]
        shelf.put(quantity, self.agenda.now)
        for ticket in shelf.wake():
            ticket.call(served=True)
        self.touched(product)

    # ------------------------------------------------------------------ draws

    def block(self, subject: int, site: int, entry: int) -> Block:
        """Draw the block of random bits of an entry."""
        return block(self.seed, self.replication, subject, site, entry)

    def number(self, law: int, words: Block, key: int) -> float:
        """Draw a value of a law."""
        return rules.draw(self.ints, self.floats, law, *words, key)

    def time(self, law: int, words: Block, key: int) -> int:
        """Draw a duration in ms; no law is no time."""
        return rules.draw_time(self.ints, self.floats, law, *words, key) if law >= 0 else 0

    def wait(self, law: int, words: Block, key: int, customer: Customer, age: int = 0) -> int:
        """Draw how long a customer waits from now on, who has waited so long already, in ms."""
        if law < 0:
            return 0
        now = self.agenda.now
        return waits.draw_wait(self.ints, self.floats, law, *words, key, customer.cells, 0, now, age)

    def survived(self, law: int, customer: Customer, age: int) -> float:
        """Give the chance that a wait that began so long ago is not over."""
        return waits.survived(self.ints, self.floats, law, customer.cells, 0, self.agenda.now, age)

    def residual(self, law: int, words: Block, customer: Customer) -> int:
        """Draw what remains of a stay met in the middle, in ms."""
        cells, now = customer.cells, self.agenda.now
        return waits.draw_rest(self.ints, self.floats, law, *words, _RESIDUAL, _LENGTH_BIAS, cells, 0, now)

    # ------------------------------------------------------------------ dates and expressions

    def level(self, timeline: int, now: int) -> float:
        """Read a timeline."""
        return rules.level_at(self.ints, self.floats, timeline, now)

    def price(self, product: int) -> int:
        """Give today's price in 1e-6 of the currency."""
        return int(self.level(self.products[product].price, self.agenda.now))

    def is_sold(self, product: int) -> bool:
        """Whether a product can be bought today."""
        stock = self.products[product]
        return stock.sold_from <= self.agenda.now < stock.sold_until

    def look(self, customer: Customer) -> NDArray[np.float64]:
        """Refresh what a customer sees now; attributes and traits are always up to date."""
        cells, now = customer.cells, self.agenda.now
        for i, sight, index in self.moving:
            cells[i] = self._sight(customer, sight, index, now)
        return cells

    def _sight(self, customer: Customer, sight: int, index: int, now: int) -> float:
        if sight == Sight.VISITS:
            return float(customer.visits.get(index, 0))
        if sight == Sight.WAITED:
            return float(customer.waited)
        if sight == Sight.WAITED_AT:
            return float(customer.waited_at.get(index, 0))
        if sight == Sight.SINCE:
            left = customer.last_left.get(index)
            return np.inf if left is None else float(now - left)
        if sight == Sight.ELAPSED:
            return float(now - customer.arrived)
        if sight == Sight.ORDERS:
            return float(customer.orders)
        if sight == Sight.SHORT:
            return float(customer.short)
        if sight == Sight.PRICE:
            return self.price(index) / MICRO
        if sight == Sight.STOCK:
            shelf = self.shelves.get(index)
            return np.inf if shelf is None or shelf.blind else float(shelf.on_hand)
        if sight == Sight.NOW:
            return float(now)
        day, within = divmod(now, DAY)
        if sight == Sight.WEEKDAY:
            return float((self.first_weekday + day) % 7)
        return float(within // 3_600_000)

    def station_at(self, customer: Customer, touchpoint: int) -> tables.Station:
        """Give a touchpoint as this customer's persona meets it."""
        return self.stations[self.station_of[customer.persona][touchpoint]]

    def value(self, expression: int, customer: Customer) -> float:
        """Evaluate an expression on what a customer sees."""
        return rules.value_of(self.ints, self.floats, expression, self.look(customer), 0, self.stack)

    def holds(self, condition: int, customer: Customer) -> bool:
        """Whether a condition holds; none always does."""
        return condition < 0 or self.value(condition, customer) != 0.0

    def gate_is_open(self, customer: Customer, station: tables.Station) -> bool:
        """Whether a visit may begin: `only_if`, and for a contact consent and room under the cap."""
        if not self.holds(station.only_if, customer):
            return False
        if not station.contact:
            return True
        if float(customer.cells[self.consent]) < 1.0:
            return False
        if self.cap < 0:
            return True
        while customer.contacts and customer.contacts[0] <= self.agenda.now - self.cap_per:
            customer.contacts.popleft()
        return len(customer.contacts) < int(self.cap)

    def choose(self, row: int, customer: Customer, words: Block) -> tables.Entry:
        """Choose a target of a row.

        Raises
        ------
        DrawError
            If a weight or utility is not one, or all weights are 0.
        """
        cells = self.look(customer) if self.moving else customer.cells
        chosen = rules.choose(self.ints, self.floats, row, *words, cells, 0, self.stack, self.agenda.now)
        if chosen < 0:
            self._refuse(chosen, row, customer)
        return self.entries[chosen]

    def _refuse(self, chosen: int, row: int, customer: Customer) -> None:
        who, (first, last, _) = self.address(customer), self.rows[row]
        if chosen == rules.NOBODY:
            targets = ", ".join(self.program.names.target(self.entries[i].target) for i in range(first, last))
            raise DrawError(f"all weights are 0 on a row to {targets}, for {who}")
        expression = self.entries[-2 - chosen].odds
        path = self.program.expression_paths[expression] if expression >= 0 else "a dated odds"
        value = self.value(expression, customer) if expression >= 0 else float("nan")
        raise DrawError(f"{path} gives {value}, which is no weight or utility, for {who}")

    def address(self, customer: Customer) -> str:
        """Say who a customer is, so that he can be played again alone."""
        name = self.program.names.personas[customer.persona]
        return (
            f"the {name} customer {customer.subject & ((1 << 64) - 1):016x} "
            f"(seed {self.seed}, replication {self.replication}, at {self.agenda.now} ms)"
        )
