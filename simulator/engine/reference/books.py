"""The books of a replication while it runs: the counts of a tally as nested lists of integers."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulator.engine import rules
from simulator.engine.reference.customer import Customer, Visit
from simulator.engine.reference.shelf import Shelf
from simulator.engine.tally import SHAPES, STOCK, Tally, empty_counts, shape_of
from simulator.program.program import Program
from simulator.program.tables import Manner, MilestoneAt, Station
from simulator.spec.model import DAY

__all__ = ["Books"]

_UNSERVED: Final = {Manner.REFUSED: "refused", Manner.ABANDONED: "abandoned", Manner.CLOSED: "closed"}


class Books:
    """Counts what happens; a flow only counts from the warm-up on."""

    def __init__(self, program: Program) -> None:
        # Lists, because adding one to an element of an array costs three times as much.
        self.counts: dict[str, Any] = {name: array.tolist() for name, array in empty_counts(program).items()}
        self.shapes = {name: shape_of(program, axes) for name, axes in SHAPES.items()}
        self.warm_up = program.warm_up
        self.follow_up = program.follow_up
        self.last_cohort_arrival = program.horizon - program.follow_up
        self.attributes = len(program.names.attributes)
        # The mean of a date says nothing, and its sum would not fit 64 bits.
        self.summed = [i for i, (_, dated) in enumerate(program.structure.attributes.tolist()) if not dated]
        self.gap = int(program.structure.clock[8])
        self.entrance_of: list[list[int]] = program.entrance_of.tolist()
        self.till_of: list[int] = program.till_of.tolist()
        self.milestones: dict[int, list[MilestoneAt]] = {}
        for line in program.structure.milestones.tolist():
            milestone = MilestoneAt._make(line)
            self.milestones.setdefault(milestone.touchpoint, []).append(milestone)

    def arrive(self, customer: Customer) -> None:
        """Count a customer who comes in, and whether a rate will count him."""
        persona, counts = customer.persona, self.counts
        counts["people"][persona][customer.kind] += 1
        counts["open"][persona] += 1
        if customer.kind and self.warm_up <= customer.arrived <= self.last_cohort_arrival:
            customer.cohort = True
            counts["cohort"][persona][0] += 1

    def finish(self, customer: Customer, outcome: int, now: int) -> None:
        """Count the one outcome of a journey."""
        persona, counts = customer.persona, self.counts
        counts["outcomes"][persona][outcome] += 1
        counts["open"][persona] -= 1
        if now >= self.warm_up:
            counts["ended"][persona] += 1
            final = counts["final"][persona]
            for attribute in self.summed:
                final[attribute] += round(customer.cells.item(attribute) * 1e6)

    def stop(self, customer: Customer) -> None:
        """Count a journey stopped by a guard."""
        self.counts["stopped"][customer.persona] += 1
        self.counts["open"][customer.persona] -= 1

    def enter(self, customer: Customer, station: Station, now: int) -> None:
        """Count an attempt to enter, and the session it belongs to."""
        persona, touchpoint, counts = customer.persona, station.touchpoint, self.counts
        if customer.entrance < 0:
            customer.entrance = self.entrance_of[customer.kind][touchpoint]
        counts["open_at"][persona][touchpoint] += 1
        if now >= self.warm_up:
            counts["entered"][persona][touchpoint] += 1
        if station.session:
            self._session(customer, touchpoint, now)

    def stand(self, customer: Customer, touchpoint: int) -> None:
        """Count where a customer of a log stands when the simulation starts; he entered before."""
        customer.entrance = self.entrance_of[customer.kind][touchpoint]
        self.counts["open_at"][customer.persona][touchpoint] += 1

    def _session(self, customer: Customer, touchpoint: int, now: int) -> None:
        sessions = self.counts["sessions"][customer.persona]
        if customer.last_entry is None or now - customer.last_entry >= self.gap:
            customer.session_at = set()
            customer.session_ordered = False
            customer.session_counts = now >= self.warm_up
            sessions[0] += customer.session_counts
        customer.last_entry = now
        if customer.session_counts and touchpoint not in customer.session_at:
            customer.session_at.add(touchpoint)
            met = self.counts["session_at"][customer.persona][touchpoint]
            met[0] += 1
            met[1] += customer.session_ordered

    def _session_order(self, customer: Customer, station: Station) -> None:
        if not station.session or customer.session_ordered or not customer.session_counts:
            return
        customer.session_ordered = True
        self.counts["sessions"][customer.persona][1] += 1
        for touchpoint in customer.session_at:
            self.counts["session_at"][customer.persona][touchpoint][1] += 1

    def wait(self, customer: Customer, touchpoint: int, waited: int, now: int) -> None:
        """Count a wait before a team that ended in service or in lost patience."""
        if now >= self.warm_up:
            persona, counts = customer.persona, self.counts
            counts["joined"][persona][touchpoint] += 1
            counts["delayed"][persona][touchpoint] += waited > 0
            counts["wait_ms"][persona][touchpoint] += waited

    def pay(self, customer: Customer, touchpoint: int, amount: int, now: int) -> None:
        """Count a cost of ours."""
        if amount and now >= self.warm_up:
            self.counts["costs"][customer.persona][touchpoint] += amount

    def units(
        self, customer: Customer, product: int, kind: int, number: int, touchpoint: int, now: int
    ) -> None:
        """Count units of a product on the day they were asked for or sold, and where."""
        if now < self.warm_up:
            return
        day, counts = now // DAY, self.counts
        counts["units"][customer.persona][product][kind][day] += number
        if kind < 3:
            counts["entered_units"][customer.entrance][product][kind][day] += number
            counts["till_units"][self.till_of[touchpoint]][product][kind][day] += number

    def instead(self, product: int, other: int, number: int, now: int) -> None:
        """Count units of another product that were taken in place of one that was out."""
        if now >= self.warm_up:
            self.counts["instead"][product][other][now // DAY] += number

    def revenue(self, customer: Customer, product: int, amount: int, now: int) -> None:
        """Count money taken; negative when given back."""
        if now >= self.warm_up:
            name = "revenue" if amount >= 0 else "refunds"
            self.counts[name][customer.persona][product] += abs(amount)

    def order(self, customer: Customer, station: Station, now: int) -> None:
        """Count an order with a unit sold or owed."""
        if now >= self.warm_up:
            self.counts["orders"][customer.persona] += 1
        self._session_order(customer, station)

    def convert(self, customer: Customer, touchpoint: int, now: int) -> None:
        """Count a conversion; a customer is dated by the first."""
        persona, counts = customer.persona, self.counts
        if now >= self.warm_up:
            counts["conversions"][persona] += 1
            counts["till_goals"][persona][self.till_of[touchpoint]][now // DAY] += 1
        if customer.converted:
            return
        customer.converted = True
        taken = now - customer.arrived
        if customer.cohort and taken <= self.follow_up:
            counts["cohort"][persona][1] += 1
            counts["effort_steps"][persona] += customer.steps
            counts["effort_ms"][persona] += taken

    def reach(self, customer: Customer, touchpoint: int, now: int) -> None:
        """Count the milestones a completed visit reaches, each once."""
        for milestone in self.milestones.get(touchpoint, ()):
            if milestone.milestone in customer.milestones:
                continue
            customer.milestones.add(milestone.milestone)
            if customer.cohort and now - customer.arrived <= milestone.within:
                self.counts["milestones"][customer.persona][milestone.milestone] += 1

    def travel(self, customer: Customer, edge: int, now: int) -> None:
        """Count one way gone."""
        if edge >= 0 and now >= self.warm_up:
            self.counts["edges"][customer.persona][edge] += 1

    def leave(self, customer: Customer, visit: Visit) -> None:
        """Count the end of a visit, completed or not, and fold it into the checksum."""
        persona, touchpoint, counts = visit.persona, visit.touchpoint, self.counts
        counts["open_at"][persona][touchpoint] -= 1
        counts["checksum"][0] += rules.fold_visit(
            visit.subject,
            touchpoint,
            visit.entry,
            visit.entered,
            visit.waited,
            visit.left,
            visit.manner,
            visit.target,
            customer.cells,
            0,
            self.attributes,
        )
        if visit.left < self.warm_up:
            return
        name = _UNSERVED.get(visit.manner)
        if name is not None:
            counts[name][persona][touchpoint] += 1
            return
        counts["visits"][persona][touchpoint] += 1
        counts["stay_ms"][persona][touchpoint] += visit.left - visit.entered - visit.waited
        feelings = counts["feelings"][persona][touchpoint]
        for attribute in self.summed:
            feelings[attribute] += round(customer.cells.item(attribute) * 1e6)

    def close(self, shelves: dict[int, Shelf]) -> Tally:
        """Turn the books into a tally and check that they balance."""
        for product, shelf in shelves.items():
            counts = shelf.counts()
            self.counts["stock"][product] = [counts[kind] for kind in STOCK]
            self.counts["levels"][product] = shelf.levels
        self.counts["checksum"][0] = _signed(int(self.counts["checksum"][0]))
        arrays: dict[str, NDArray[np.int64]] = {
            name: np.array(self.counts[name], dtype=np.int64).reshape(self.shapes[name]) for name in SHAPES
        }
        return Tally(arrays)


def _signed(value: int) -> int:
    """Reduce a sum to 64 bits, two's complement."""
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value
