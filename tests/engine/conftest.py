"""Play a model written in a test, by either engine, and read the diary of everybody in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from simulator.engine import kernel, reference
from simulator.engine.reference import Visit
from simulator.engine.tally import UNITS, Tally
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.program.tables import Manner
from simulator.spec.document import parse_document
from simulator.spec.load import load_journey

Diary = dict[int, list[tuple[Any, ...]]]


class Play:
    """One replication of a model and everything that happened in it."""

    def __init__(
        self,
        model: str,
        scenario: str | None = None,
        seed: int = 1,
        replication: int = 0,
        engine: str = "reference",
    ) -> None:
        laid = None if scenario is None else parse_document(scenario)
        self.program: Program = compile_journey(load_journey(parse_document(model), laid))
        self.visits: list[Visit] = []
        simulate = {"reference": self._reference, "kernel": self._kernel}[engine]
        self.tally: Tally = simulate(seed, replication)

    def _reference(self, seed: int, replication: int) -> Tally:
        return reference.simulate(self.program, seed, replication, lambda _, visit: self.visits.append(visit))

    def _kernel(self, seed: int, replication: int) -> Tally:
        tally, log = kernel.simulate(self.program, seed, replication, log=True)
        rows = zip(log.visits.tolist(), log.visit_attributes.tolist(), strict=True)
        self.visits = [
            Visit(*row[:11], attributes=tuple(attributes))
            for row, attributes in rows
            if row[7] != Manner.OPEN
        ]
        return tally

    def total(self, name: str, touchpoint: str | None = None) -> int:
        """Sum a count over personas, at one touchpoint or all."""
        array = self.tally[name]
        if touchpoint is not None:
            array = array[:, self.program.names.touchpoints.index(touchpoint)]
        return int(array.sum())

    def outcome(self, name: str) -> int:
        """Count the journeys that ended so."""
        return int(self.tally["outcomes"][:, self.program.names.outcomes.index(name)].sum())

    def units(self, product: str) -> dict[str, int]:
        """Count units of a product by kind."""
        counts = self.tally["units"][:, self.program.names.products.index(product)].sum(axis=(0, 2))
        return dict(zip(UNITS, counts.tolist(), strict=True))

    def at(self, touchpoint: str) -> list[Visit]:
        """List the visits to one touchpoint in order of their end."""
        number = self.program.names.touchpoints.index(touchpoint)
        return [visit for visit in self.visits if visit.touchpoint == number]

    def diary(self) -> Diary:
        """Give every column of every customer's diary, by name, so that numbers cannot hide a change."""
        names, diary = self.program.names, {}
        for visit in self.visits:
            row = (
                names.personas[visit.persona],
                names.touchpoints[visit.touchpoint],
                visit.entry,
                visit.entered,
                visit.waited,
                visit.left,
                Manner.NAMES[visit.manner],
                names.target(visit.target),
                visit.asked,
                visit.sold,
                dict(zip(names.attributes, visit.attributes, strict=True)),
            )
            diary.setdefault(visit.subject, []).append(row)
        return diary


@pytest.fixture(params=["reference", "kernel"])
def play(request: pytest.FixtureRequest) -> Callable[..., Play]:
    """Play a model text, with a scenario text laid over; every promise is kept by both engines."""
    return partial(Play, engine=request.param)
