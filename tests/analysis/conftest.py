"""Results made of bare counts, so that every difference is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from simulator.engine.tally import Tally, empty_counts
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.results.summary import RunResult
from simulator.spec.load import journey_from_data

MODEL: dict[str, Any] = {
    "name": "Shop",
    "start": "2026-01-05",
    "horizon": "8 weeks",
    "goal": "order",
    "products": {"boots": {"price": 100, "unit_cost": 60}},
    "personas": {
        "tim": {"arrivals": {"rate": "2 per day"}, "enters": {"cart": 1}},
        "trudy": {"arrivals": {"rate": "2 per day"}, "enters": {"cart": 1}},
    },
    "touchpoints": {
        "cart": {"next": {"order": 0.3, "left": "rest"}},
        "order": {"sells": {"one_of": {"boots": 1}}, "next": {"left": 1}},
    },
    "outcomes": ["left"],
}

Make = Callable[..., RunResult]


@pytest.fixture(scope="session")
def base() -> Program:
    """Compile a shop of two personas."""
    return compile_journey(journey_from_data(MODEL))


@pytest.fixture(scope="session")
def run(base: Program) -> Make:
    """Make a run of given numbers of converted customers, of 1,000 a replication."""

    def make(
        converted: Sequence[int],
        name: str = "",
        once: float = 0.0,
        monthly: float = 0.0,
        customers: int = 1_000,
    ) -> RunResult:
        program = replace(base, scenario=name, cost_once=once, cost_monthly=monthly)
        tallies = []
        for number in converted:
            counts = empty_counts(program)
            counts["cohort"][0] = (1_000, number)
            counts["orders"][0] = number
            counts["revenue"][0, 0] = number * 100_000_000
            counts["units"][0, 0, 0, 0] = counts["units"][0, 0, 1, 0] = number
            tallies.append(Tally(counts))
        return RunResult(program, 1, tallies)

    return make
