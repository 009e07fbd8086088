"""A small shop with stock, two entrances and two tills, played as forecasts see it."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.analysis.forecast.draws import Draws
from simulator.analysis.forecast.sheet import lay_sheet
from simulator.execution.reduced import play_reduced
from simulator.program.compile import compile_journey
from simulator.spec.load import Journey, journey_from_data

SHOP: dict[str, Any] = {
    "name": "Corner shop",
    "start": "2026-01-07",  # a Wednesday
    "horizon": "8 weeks",
    "warm_up": "5 days",
    "follow_up": "1 week",
    "goal": ["web", "stall"],
    "products": {
        "boots": {"price": 100},
        "hat": {"price": 20, "sold": {"from": "2026-02-02"}},
        "unsold": {"price": 1},
    },
    "inventory": {"boots": {"on_hand": 30}},
    "events": {
        "sale": {"from": "2026-02-10", "to": "2026-02-12", "arrivals": {"times": 2}},
        "dearer": {"name": "New price", "from": "2026-02-20", "price": {"hat": 25}},
    },
    "personas": {
        "tim": {"arrivals": {"rate": "6 per day"}, "enters": {"ad": 0.7, "web": 0.3}},
        "trudy": {
            "arrivals": {"rate": "3 per day"},
            "enters": {"stall": 1},
            "existing": {"count": 90, "at": "ad"},
        },
    },
    "touchpoints": {
        "ad": {"dwell": {"exponential": {"mean": "9 days"}}, "next": {"web": 0.4, "left": "rest"}},
        "web": {
            "channel": "website",
            "sells": {"each": {"boots": 0.3, "hat": {"p": 0.5, "units": {"poisson": 1.5}}}},
            "empty": {"left": 1},
            "on_stockout": {"stall": 0.5, "left": "rest"},
            "next": {"left": 1},
            "refers": {"count": {"poisson": 0.3}, "enters": {"web": 1}},
        },
        "stall": {
            "sells": {"one_of": {"boots": 0.6, "hat": 0.4}},
            "on_stockout": {"left": 1},
            "next": {"left": 1},
        },
    },
    "outcomes": ["left"],
}


@pytest.fixture(scope="session")
def shop() -> Journey:
    """Load the shop."""
    return journey_from_data(SHOP)


def forecast(journey: Journey, replications: int = 12, **options: Any) -> Draws:
    """Forecast a journey with the reference engine."""
    program = compile_journey(journey)
    sheet = lay_sheet(journey, program, **options)
    return Draws.collect(sheet, 3, "reference", play_reduced(program, 3, replications, sheet.read))


@pytest.fixture(scope="session")
def weekly(shop: Journey) -> Draws:
    """Forecast every level by week."""
    levels = ("product", "persona", "channel", "touchpoint", "entrance", "total")
    return forecast(shop, per=levels)
