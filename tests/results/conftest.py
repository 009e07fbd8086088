"""A small journey, played and as bare counts."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.execution import play
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.results.summary import RunResult
from simulator.spec.load import journey_from_data

SHOP: dict[str, Any] = {
    "name": "Corner shop",
    "start": "2026-01-07",  # a Wednesday
    "horizon": "3 weeks",
    "warm_up": "2 days",
    "follow_up": "1 week",
    "goal": "order",
    "products": {"=boots": {"price": 100, "unit_cost": 60}, "hat": {"price": 20, "unit_cost": 5}},
    "inventory": {"hat": {"on_hand": 5, "holding_cost": "0.5 per day"}},
    "teams": {"desk": {"servers": 1, "cost": "24 per day", "hours": {"mon-fri": "09:00-17:00"}}},
    "attributes": {"mood": {"initial": 0.5}},
    "personas": {
        "tim": {"arrivals": {"rate": "9 per day"}, "enters": {"ad": 1}},
        "@trudy": {"arrivals": {"rate": "6 per day"}, "enters": {"ad": 1}},
    },
    "touchpoints": {
        "ad": {"cost": 0.25, "next": {"order": 0.4, "chat": 0.2, "left": "rest"}},
        "chat": {
            "team": "desk",
            "dwell": "10 min",
            "on_closed": {"left": 1},
            "next": {"order": 0.5, "left": "rest"},
        },
        "order": {
            "sells": {"one_of": {"=boots": 0.5, "hat": 0.5}},
            "on_stockout": {"left": 1},
            "next": {"left": 1},
        },
    },
    "milestones": {"talked": {"at": "chat", "target": 0.1}},
    "outcomes": ["left"],
}


@pytest.fixture(scope="session")
def shop() -> Program:
    """Compile a shop with a team, stock and names that a spreadsheet would run as formulas."""
    return compile_journey(journey_from_data(SHOP))


@pytest.fixture(scope="session")
def slow() -> Program:
    """Compile the shop with long stays, so that the end finds people in service, in the queue, on the way."""
    ad = {**SHOP["touchpoints"]["ad"], "dwell": "3 days"}
    chat = {**SHOP["touchpoints"]["chat"], "dwell": "1 day", "on_closed": "wait"}
    chat["next"] = {"order": {"p": 0.5, "after": "2 days"}, "left": "rest"}
    touchpoints = {**SHOP["touchpoints"], "ad": ad, "chat": chat}
    return compile_journey(journey_from_data({**SHOP, "touchpoints": touchpoints}))


@pytest.fixture(scope="session")
def plain() -> Program:
    """Compile the same shop without team and stock, so that customers share nothing."""
    data = {key: value for key, value in SHOP.items() if key not in ("inventory", "teams")}
    chat = {
        key: value for key, value in SHOP["touchpoints"]["chat"].items() if key not in ("team", "on_closed")
    }
    order = {key: value for key, value in SHOP["touchpoints"]["order"].items() if key != "on_stockout"}
    data["touchpoints"] = {**SHOP["touchpoints"], "chat": chat, "order": order}
    return compile_journey(journey_from_data(data))


@pytest.fixture(scope="session")
def result(shop: Program) -> RunResult:
    """Play four replications of the shop."""
    return RunResult(shop, 7, play(shop, 7, 4), targets={"talked": 0.1})
