"""The tables of a journey while they are filled: rows of weights, expressions, laws, dated factors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from simulator.addresses import Purpose, key_of
from simulator.laws.checks import HAZARDS
from simulator.laws.law import Law
from simulator.program import tables
from simulator.program.calendar import Timeline, odds_timeline
from simulator.program.program import Cell, Names, Sight
from simulator.program.shocks import Shocks
from simulator.program.tables import BACK, NONE, WAIT, Manner
from simulator.spec.expressions import Expression, Name, flatten
from simulator.spec.load import Journey
from simulator.spec.model import CONSENT
from simulator.spec.paths import join_path, split_path
from simulator.spec.rows import Option, Share
from simulator.spec.struck import StruckHazard, StruckOdds

__all__ = ["Builder"]


def names_of(journey: Journey) -> Names:
    """Sort every name a journey has."""
    model = journey.model
    traits = {trait for persona in model.personas.values() for trait in persona.traits}
    return Names(
        personas=tuple(sorted(model.personas)),
        touchpoints=tuple(sorted({name for one in journey.maps.values() for name in one.touchpoints})),
        outcomes=tuple(sorted(model.outcomes)),
        products=tuple(sorted(model.products)),
        attributes=tuple(sorted({CONSENT, *model.attributes})),
        teams=tuple(sorted(model.teams)),
        milestones=tuple(sorted(model.milestones)),
        traits=tuple(sorted(traits)),
    )


def _multiply(factors: dict[str, float], more: Mapping[str, float]) -> None:
    """Multiply dated factors into others, by the event that brings them."""
    for name, factor in more.items():
        factors[name] = factors.get(name, 1.0) * factor


class Pool:
    """Spans of numbers laid end to end: code, knots, timelines."""

    def __init__(self) -> None:
        self.spans: list[tables.Span] = []
        self.items: list[Any] = []

    def add(self, items: Iterable[Any]) -> int:
        """Lay items at the end; give the row of their span."""
        first = len(self.items)
        self.items.extend(items)
        self.spans.append(tables.Span(first, len(self.items)))
        return len(self.spans) - 1


class Builder:
    """Collects what every table shares while a journey is walked in name order."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        self.model = journey.model
        self.names = names_of(journey)
        self.index = {
            "touchpoint": {name: number for number, name in enumerate(self.names.touchpoints)},
            "outcome": {name: number for number, name in enumerate(self.names.outcomes)},
            "product": {name: number for number, name in enumerate(self.names.products)},
            "attribute": {name: number for number, name in enumerate(self.names.attributes)},
            "trait": {name: number for number, name in enumerate(self.names.traits)},
            "team": {name: number for number, name in enumerate(self.names.teams)},
            "persona": {name: number for number, name in enumerate(self.names.personas)},
        }
        self.cells: dict[Cell, int] = {
            Cell(Sight.ATTRIBUTE, number): number for number in range(len(self.names.attributes))
        }
        self.code, self.knots, self.times, self.parties = Pool(), Pool(), Pool(), Pool()
        self.constants: list[float] = []
        self.expression_paths: list[str] = []
        self.laws: dict[tuple[Law, int], int] = {}
        self.shocks = Shocks(self.model)
        self.edges: dict[tables.Edge, int] = {}
        self.rows: list[tables.Row] = []
        self.entries: list[tables.Entry] = []
        self.weights: list[float] = []
        self.rules: list[tables.Rule] = []
        self.clocks: list[tables.Clock] = []
        self.clock_chances: list[float] = []
        self.lines: list[tables.Line] = []
        self.line_chances: list[float] = []
        self.effects: list[tables.Effect] = []
        self.effect_chances: list[float] = []
        self.detours: list[tables.DetourStop] = []
        self.detour_values: list[tuple[float, float]] = []
        self.resumes: set[tuple[int, int]] = set()
        self.stations: list[tables.Station] = []
        self.station_values: list[tuple[int, float, int]] = []
        self.event_odds = self._event_odds()
        self.path: tuple[str, ...] = ()

    def _cell(self, name: Name) -> int:
        sight = Sight.ROOTS[name.root]
        kind = {
            Sight.ATTRIBUTE: "attribute",
            Sight.TRAIT: "trait",
            Sight.VISITS: "touchpoint",
            Sight.WAITED_AT: "touchpoint",
            Sight.SINCE: "touchpoint",
            Sight.PRICE: "product",
            Sight.STOCK: "product",
        }.get(sight)
        cell = Cell(sight, self.index[kind][name.member] if kind else 0)
        return self.cells.setdefault(cell, len(self.cells))

    def expression(self, expression: Expression | None, *path: str) -> int:
        """Lay down the code of an expression; give its row."""
        if expression is None:
            return NONE
        self.expression_paths.append(join_path((*self.path, *path)))
        return self.code.add(flatten(expression, self._cell, self.constants))

    def law(self, law: Law | None, factor: int = NONE) -> int:
        """Lay down a law, once; give its row. `factor` is the timeline that multiplies a hazard."""
        if law is None:
            return NONE
        if (law, factor) not in self.laws:
            first = [knot[0] for knot in law.knots]
            self.laws[law, factor] = self.knots.add([*first, *(knot[1] for knot in law.knots)])
        return self.laws[law, factor]

    def wait(self, law: Law | None, *path: str) -> int:
        """Lay down how long something takes at the present touchpoint, with the shocks that act on it."""
        shocks = self.shocks.on(StruckHazard(self.path[1], path)) if law is not None else []
        if not shocks:
            return self.law(law)
        line = [(time, 1.0) for time in self.shocks.steps(shocks)]
        return self.law(law, self._struck(line, shocks))

    def parameters(self) -> list[tuple[float, float, float]]:
        """Give the numbers of every law; what waits for a date holds the number of the attribute."""
        found = []
        for law, factor in self.laws:
            a, b, c = law.a, law.b, law.c
            if law.attribute:
                a = float(self.index["attribute"][law.attribute])
            if law.family in HAZARDS:
                b = float(factor)
            found.append((a, b, c))
        return found

    def timeline(self, line: Timeline) -> int:
        """Lay down a step function; give its row."""
        return self.times.add(line)

    def _struck(self, line: Timeline, shocks: list[int]) -> int:
        """Lay down a step function that shocks multiply."""
        position = len(self.times.items)
        row = self.timeline(line)
        self.shocks.lay(shocks, [time for time, _ in line], position)
        return row

    def edge(self, source: int, manner: int, target: int) -> int:
        """Give the row of a way a customer can go, in the order they are met."""
        return self.edges.setdefault(tables.Edge(source, manner, target), len(self.edges))

    def target(self, name: str) -> int:
        """Give the number of a target: a touchpoint, past them an outcome, or a word."""
        special = {"back": BACK, "wait": WAIT}.get(name)
        if special is not None:
            return special
        touchpoint = self.index["touchpoint"].get(name)
        if touchpoint is not None:
            return touchpoint
        return len(self.names.touchpoints) + self.index["outcome"][name]

    def _event_odds(self) -> dict[tuple[str, ...], dict[str, float]]:
        """Collect the dated odds by the path they name; what an event says twice multiplies."""
        found: dict[tuple[str, ...], dict[str, float]] = {}
        for name, event in self.model.events.items():
            for path, factor in event.next.items():
                _multiply(found.setdefault(split_path(path), {}), {name: factor.odds})
        return found

    def _dated(self, touchpoint: str, rule: str | None, target: str) -> int:
        factors = dict(self.event_odds.get((touchpoint, target), {}))
        if rule is not None:
            _multiply(factors, self.event_odds.get((touchpoint, rule, target), {}))
        shocks = self.shocks.on(
            StruckOdds(touchpoint, "", target), StruckOdds(touchpoint, rule or "", target)
        )
        line = odds_timeline(self.model, factors, self.shocks.steps(shocks))
        if shocks:
            return self._struck(line, shocks)
        return self.timeline(line) if factors else NONE

    def row(
        self,
        row: Mapping[str, Share] | None,
        touchpoint: str,
        purpose: Purpose,
        manner: int = NONE,
        rule: str | None = None,
    ) -> int:
        """Lay down a row of weights; without a manner its entries are no edges (`enters`)."""
        if row is None:
            return NONE
        first = len(self.entries)
        for name, share in sorted(row.items()):
            target = self.target(name)
            counted = manner != NONE and target != WAIT
            self.entries.append(
                tables.Entry(
                    target=target,
                    key=key_of(purpose, name),
                    odds=self.expression(share.odds, purpose, name, "odds"),
                    timeline=self._dated(touchpoint, rule, name) if manner == Manner.DECIDED else NONE,
                    after=self._after(share.after, touchpoint, purpose, manner, rule, name),
                    after_key=key_of(Purpose.AFTER, name),
                    edge=self.edge(self.index["touchpoint"][touchpoint], manner, target) if counted else NONE,
                )
            )
            self.weights.append(float(share.p or 0.0))
        self.rows.append(tables.Row(first, len(self.entries), 0))
        return len(self.rows) - 1

    def _after(
        self, law: Law | None, touchpoint: str, purpose: Purpose, manner: int, rule: str | None, name: str
    ) -> int:
        """Lay down the time on the way to a target; of rows without a manner nobody travels."""
        if not touchpoint or manner == NONE:
            return self.law(law)
        words = {Purpose.BACK_IN_STOCK: ("back_in_stock", "then"), Purpose.WOKEN: ("back_in_stock", "woken")}
        path: tuple[str, ...] = words.get(purpose, (purpose.value,))
        if purpose is Purpose.NEXT and rule is not None:
            path = ("next", rule) if rule == "else" else ("next", rule, "then")
        return self.wait(law, *path, name, "after")

    def mix(self, row: Mapping[str, Share] | None) -> int:
        """Lay down a row whose targets are personas."""
        if row is None:
            return NONE
        first = len(self.entries)
        for name, share in sorted(row.items()):
            key = key_of(Purpose.PERSONA, name)
            self.entries.append(tables.Entry(self.index["persona"][name], key, NONE, NONE, NONE, 0, NONE))
            self.weights.append(float(share.p or 0.0))
        self.rows.append(tables.Row(first, len(self.entries), 0))
        return len(self.rows) - 1

    def substitutes(self, product: str, others: Mapping[str, float]) -> int:
        """Lay down a row whose targets are products; NONE, which takes nothing, has what they leave."""
        if not others:
            return NONE
        first = len(self.entries)
        for name, chance in sorted(others.items()):
            key = key_of(Purpose.SUBSTITUTES, product, name)
            self.entries.append(tables.Entry(self.index["product"][name], key, NONE, NONE, NONE, 0, NONE))
            self.weights.append(chance)
        key = key_of(Purpose.SUBSTITUTES, product)
        self.entries.append(tables.Entry(NONE, key, NONE, NONE, NONE, 0, NONE))
        self.weights.append(max(0.0, 1.0 - math.fsum(others.values())))
        self.rows.append(tables.Row(first, len(self.entries), 0))
        return len(self.rows) - 1

    def choice(self, options: Mapping[str, Option], touchpoint: str) -> int:
        """Lay down a choice on utilities; it shares the purpose `next` with rows."""
        first = len(self.entries)
        for name, option in sorted(options.items()):
            target = self.target(name)
            self.entries.append(
                tables.Entry(
                    target=target,
                    key=key_of(Purpose.NEXT, name),
                    odds=self.expression(option.utility, "choose", name),
                    timeline=self._dated(touchpoint, None, name),
                    after=self.wait(option.after, "choose", name, "after"),
                    after_key=key_of(Purpose.AFTER, name),
                    edge=self.edge(self.index["touchpoint"][touchpoint], Manner.DECIDED, target),
                )
            )
            self.weights.append(1.0)
        self.rows.append(tables.Row(first, len(self.entries), 1))
        return len(self.rows) - 1
