"""The branches of a compiled journey as plain probabilities, and what keeps them from being that."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from simulator.laws.families import Family
from simulator.laws.law import Law
from simulator.program import tables
from simulator.program.calendar import MICRO
from simulator.program.program import Program, Sight
from simulator.program.tables import NONE, Decision
from simulator.spec.expressions import Instruction, Name, Op
from simulator.spec.expressions.expression import run
from simulator.theory.conditions import Moments
from simulator.theory.logit import choice_probabilities

__all__ = ["Branch", "Branches"]


@dataclass(frozen=True)
class Branch:
    """One branch out of a touchpoint.

    Attributes
    ----------
    target : int
        Touchpoint, or touchpoints + outcome.
    probability : float
        Of this branch, all others of the touchpoint included.
    after : int
        The law of its travel; -1: none.
    converted : bool
        Whether the visit that leads here was a conversion.
    """

    target: int
    probability: float
    after: int
    converted: bool


class Branches:
    """Reads the branches of one persona; every thing with a memory met on the way is noted.

    Attributes
    ----------
    reasons : dict of str
        What keeps the journey from being a Markov chain, in the order met.
    """

    def __init__(self, program: Program, persona: int) -> None:
        self.program = program
        self.persona = persona
        self.reasons: dict[str, None] = {}
        self._path = ""

    def start(self) -> list[Branch]:
        """Give the touchpoints where the persona enters."""
        enters = int(self.program.structure.personas[self.persona, 0])
        self._path = f"personas.{self.program.names.personas[self.persona]}"
        if len(self.program.structure.shock_periods):
            self._note("shocks move customers together")
        if enters == NONE:
            self._note("nobody of this persona arrives")
            return []
        return self._row(enters, 1.0)

    def of(self, touchpoint: int) -> list[Branch]:
        """Give the branches of a touchpoint; where there is a memory, with the written weights."""
        self._path = f"touchpoints.{self.program.names.touchpoints[touchpoint]}"
        station = self.station(touchpoint)
        for reason in self._memories(station):
            self._note(reason)
        if station.decision == Decision.RACE:
            clocks = self.program.structure.clocks[station.first_rule : station.last_rule].tolist()
            return [Branch(clock[0], 1.0 / len(clocks), NONE, converted=False) for clock in clocks]
        empty = self._empty(station)
        goal = bool(station.goal)
        decided = self._row(self._deciding_row(station), 1.0 - empty, converted=goal)
        return decided + (self._row(station.empty, empty) if empty else [])

    def station(self, touchpoint: int) -> tables.Station:
        """Give the station the persona meets at a touchpoint."""
        structure = self.program.structure
        number = int(structure.station_of[self.persona, touchpoint])
        return tables.Station._make(structure.stations[number].tolist())

    def moments(self, law: int) -> Moments:
        """Give mean and variance of a law in ms; none is no time."""
        if law == NONE:
            return Moments(0.0, 0.0)
        family, first, last = self.program.structure.laws[law].tolist()
        knots = self.program.values.knots[first:last].reshape(2, -1).T
        a, b, c = self.program.values.law_parameters[law].tolist()
        read = Law(Family(family), a, b, c, tuple((float(p), float(value)) for p, value in knots))
        return Moments(read.mean(), read.variance())

    def _is_dated(self, law: int) -> bool:
        """Tell whether a time depends on the customer or on shocks."""
        if law == NONE:
            return False
        family = int(self.program.structure.laws[law, 0])
        shocked = family == Family.HAZARD and self.program.values.law_parameters[law, 1] >= 0.0
        return family >= Family.UNTIL or shocked

    def _note(self, reason: str) -> None:
        self.reasons[f"{self._path}: {reason}"] = None

    # ------------------------------------------------------------------ what has a memory

    def _memories(self, station: tables.Station) -> Iterator[str]:
        """Say what at a station depends on more than where the customer is."""
        if station.contact:
            yield "a message is a gate that remembers consent"
        if station.only_if != NONE and self.value(station.only_if) != 1.0:
            yield "only_if is a gate"
        if station.team != NONE:
            yield "a team is shared"
        if self._is_dated(station.dwell):
            yield "a stay waits for a planned date, or is shocked"
        if station.decision == Decision.RACE:
            yield "a race is no row of probabilities"
        if station.first_detour < station.last_detour:
            yield "a detour remembers where the customer was bound"
        if station.referrals != NONE:
            yield "it brings new customers"
        for line in self._lines(station):
            product = tables.ProductStock._make(self.program.structure.products[line.product].tolist())
            name = self.program.names.products[line.product]
            if product.limited:
                yield f"the stock of {name} is shared"
            if product.sold_from > 0 or product.sold_until < self.program.horizon:
                yield f"{name} is not sold all the time"

    def _lines(self, station: tables.Station) -> list[tables.Line]:
        rows = self.program.structure.lines[station.first_line : station.last_line].tolist()
        return [tables.Line._make(row) for row in rows]

    def _empty(self, station: tables.Station) -> float:
        """Give the chance that a basket of lines drawn one by one is empty."""
        if not station.each or station.empty == NONE:
            return 0.0
        chance = 1.0
        for number, line in enumerate(self._lines(station), station.first_line):
            p = float(self.program.values.line_chances[number])
            factor = 1.0 if line.odds == NONE else self._known(line.odds)
            chance *= (1.0 - p) / (1.0 - p + p * factor)
        return chance

    # ------------------------------------------------------------------ rows

    def _deciding_row(self, station: tables.Station) -> int:
        """Give the row of the first rule that holds; a condition that may change is noted."""
        rules = self.program.structure.rules[station.first_rule : station.last_rule].tolist()
        for condition, row in rules[:-1]:
            value = 1.0 if condition == NONE else self.value(condition)
            if value is None:
                self._note(f"{self.program.expression_paths[condition]} remembers")
            elif value != 0.0:
                return int(row)
        return int(rules[-1][1])

    def _row(self, row: int, share: float, *, converted: bool = False) -> list[Branch]:
        first, last, logit = self.program.structure.rows[row].tolist()
        entries = [tables.Entry._make(one) for one in self.program.structure.entries[first:last].tolist()]
        if any(self._is_dated(entry.after) for entry in entries):
            self._note("a way waits for a planned date, or is shocked")
        weights = [self._weight(number, entry, logit) for number, entry in enumerate(entries, first)]
        total = math.fsum(weights)
        if not 0.0 < total < math.inf or min(weights) < 0.0:
            self._note("its weights are no row of probabilities")
            weights, total = [1.0] * len(entries), float(len(entries))
        if logit:
            utilities = [0.0 if entry.odds == NONE else self._known(entry.odds) for entry in entries]
            logs = [math.log(weight) if weight else -math.inf for weight in weights]
            chances = choice_probabilities([u + log for u, log in zip(utilities, logs, strict=True)]).tolist()
        else:
            chances = [weight / total for weight in weights]
        return [
            Branch(entry.target, share * chance, entry.after, converted)
            for entry, chance in zip(entries, chances, strict=True)
            if chance > 0.0
        ]

    def _weight(self, number: int, entry: tables.Entry, logit: int) -> float:
        weight = float(self.program.values.weights[number])
        if entry.timeline != NONE:
            first, last = self.program.structure.timelines[entry.timeline].tolist()
            if last - first > 1:
                self._note("an event changes its odds")
            weight *= float(self.program.values.levels[first])
        return weight if logit or entry.odds == NONE else weight * self._known(entry.odds)

    # ------------------------------------------------------------------ expressions

    def _known(self, expression: int) -> float:
        """Evaluate, or note that the value may change."""
        value = self.value(expression)
        if value is None:
            self._note(f"{self.program.expression_paths[expression]} remembers")
        return 1.0 if value is None else value

    def value(self, expression: int) -> float | None:
        """Evaluate an expression that reads nothing a journey changes; None for any other."""
        structure, constants = self.program.structure, self.program.values.constants
        first, last = structure.expressions[expression].tolist()
        code, seen = [], {}
        for operation, argument in structure.code[first:last].tolist():
            op = Op(operation)
            if op is Op.LOAD:
                name = Name("cell", str(argument))
                seen[name] = self._constants[argument]
                code.append(Instruction(op, name=name))
            else:
                code.append(Instruction(op, float(constants[argument]) if op is Op.CONSTANT else 0.0))
        known = {name: value for name, value in seen.items() if value is not None}
        return run(code, known.__getitem__) if len(known) == len(seen) else None

    @cached_property
    def _constants(self) -> list[float | None]:
        """What each cell shows where it is the same all the time; None where it is not."""
        return [self._constant(sight, number) for sight, number in self.program.structure.cells.tolist()]

    def _constant(self, sight: int, number: int) -> float | None:
        structure, values = self.program.structure, self.program.values
        if sight == Sight.TRAIT:
            return float(values.traits[self.persona, number])
        if sight == Sight.ATTRIBUTE:
            return self._attribute(number)
        if sight not in (Sight.PRICE, Sight.STOCK):
            return None
        product = tables.ProductStock._make(structure.products[number].tolist())
        if sight == Sight.STOCK:
            return None if product.limited else math.inf
        first, last = structure.timelines[product.price].tolist()
        return float(values.levels[first]) / MICRO if last - first == 1 else None

    def _attribute(self, number: int) -> float | None:
        """Give the value of an attribute that nobody draws or sets."""
        values = self.program.values
        law = int(values.initials[self.persona, number])
        if number in self._changed or self.program.structure.laws[law, 0] != Family.FIXED:
            return None
        low, high = values.attribute_minima[number], values.attribute_maxima[number]
        return float(min(max(values.law_parameters[law, 0], low), high))

    @cached_property
    def _changed(self) -> frozenset[int]:
        """The attributes that some visit of the persona changes."""
        structure = self.program.structure
        stations = [number for number in structure.station_of[self.persona].tolist() if number != NONE]
        spans = [tables.Station._make(structure.stations[number].tolist()) for number in stations]
        return frozenset(
            int(structure.effects[row, 0])
            for station in spans
            for row in range(station.first_effect, station.last_effect)
        )
