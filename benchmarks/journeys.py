"""The journeys that are timed: as models of ours, and as plain tables others are built from."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.spec.document import read_document
from simulator.spec.load import journey_from_data

__all__ = [
    "CHANGED_PLACE",
    "CHANGED_TARGET",
    "DAYS",
    "ENTERS",
    "GOAL",
    "MAP",
    "QUEUE",
    "SCALE",
    "changed_map",
    "map_program",
    "queue_program",
    "ring_program",
    "shop_program",
]

SHOP: Final = Path(__file__).resolve().parent.parent / "models" / "shop.yaml"
DAYS: Final = 84

Row = Mapping[str, float]
Places = Mapping[str, tuple[float, Row]]  # mean stay in minutes, and where to next

# (a) A shop with 15 touchpoints and no memory. Whatever is no place here is an outcome.
ENTERS: Final[Row] = {"search": 0.35, "ad": 0.25, "social": 0.15, "home": 0.25}
GOAL: Final = "order"
MAP: Final[Places] = {
    "search": (1.0, {"home": 0.7, "lost": 0.05, "left": 0.25}),
    "ad": (0.2, {"home": 0.85, "left": 0.15}),
    "social": (9.0, {"home": 0.45, "product": 0.05, "left": 0.5}),
    "friend": (5.0, {"home": 0.6, "store": 0.12, "left": 0.28}),
    "home": (1.0, {"product": 0.7, "signup": 0.05, "search": 0.05, "left": 0.2}),
    "signup": (0.7, {"product": 0.5, "left": 0.5}),
    "product": (4.0, {"cart": 0.25, "compare": 0.3, "wishlist": 0.15, "left": 0.3}),
    "compare": (9.0, {"product": 0.4, "cart": 0.2, "chat": 0.15, "lost": 0.25}),
    "wishlist": (600.0, {"product": 0.4, "cart": 0.2, "left": 0.4}),
    "chat": (11.0, {"cart": 0.4, "product": 0.3, "left": 0.3}),
    "store": (14.0, {"order": 0.25, "home": 0.1, "left": 0.65}),
    "cart": (3.0, {"order": 0.4, "compare": 0.1, "left": 0.5}),
    "order": (1.0, {"delivery": 0.95, "left": 0.05}),
    "delivery": (2880.0, {"use": 0.85, "home": 0.05, "left": 0.1}),
    "use": (4320.0, {"home": 0.3, "friend": 0.1, "left": 0.6}),
}
# (d) Arrivals a minute, mean service in minutes, servers.
QUEUE: Final = (2.0, 1.0, 3)

# The decision whose cost is measured: one row, one target, 5 % more.
CHANGED_PLACE: Final = "cart"
CHANGED_TARGET: Final = {"map": "order", "shop": "web_order"}
SCALE: Final = 1.05


def changed_map() -> Places:
    """Give the map with 5 % more orders from the cart; the other ways of the row shrink alike."""
    mean, row = MAP[CHANGED_PLACE]
    target = CHANGED_TARGET["map"]
    more = SCALE * row[target]
    rest = (1.0 - more) / (1.0 - row[target])
    return {**MAP, CHANGED_PLACE: (mean, {to: more if to == target else p * rest for to, p in row.items()})}


def _memoryless(places: Places, enters: Row, goal: str, customers: float, days: int) -> dict[str, Any]:
    outcomes = sorted({to for _, row in places.values() for to in row} - set(places))
    return {
        "start": "2026-01-05",
        "horizon": f"{days} days",
        "goal": [goal],
        "personas": {"all": {"arrivals": {"rate": f"{customers / days} per day"}, "enters": dict(enters)}},
        "touchpoints": {
            name: {"dwell": {"exponential": {"mean": f"{mean} min"}}, "next": dict(row)}
            for name, (mean, row) in places.items()
        },
        "outcomes": outcomes,
    }


def map_program(customers: float, places: Places = MAP, days: int = DAYS) -> Program:
    """Compile (a), or its changed twin, for a mean number of customers."""
    return compile_journey(journey_from_data(_memoryless(places, ENTERS, GOAL, customers, days)))


def ring_program(touchpoints: int, customers: float) -> Program:
    """Compile a map of any size with three ways out of each touchpoint.

    One in twenty leaves at every step, so a customer makes 20 visits whatever the size of the map; the
    long jumps spread them over all of it.
    """
    places: dict[str, tuple[float, Row]] = {}
    for i in range(touchpoints):
        step, jump = (i + 1) % touchpoints, (7 * i + 3) % touchpoints
        jump = (jump + 1) % touchpoints if jump == step else jump
        places[f"t{i}"] = (2.0, {f"t{step}": 0.6, f"t{jump}": 0.35, "left": 0.05})
    return compile_journey(journey_from_data(_memoryless(places, {"t0": 1.0}, "t0", customers, DAYS)))


def queue_program(customers: float) -> Program:
    """Compile (d): customers who queue for three servers and leave."""
    arrivals, service, servers = QUEUE
    days = max(1, round(customers / (arrivals * 1440)))
    model = {
        "start": "2026-01-05",
        "horizon": f"{days} days",
        "goal": ["counter"],
        "teams": {"clerks": {"servers": servers}},
        "personas": {"all": {"arrivals": {"rate": f"{arrivals * 60} per hour"}, "enters": {"counter": 1}}},
        "touchpoints": {
            "counter": {
                "team": "clerks",
                "dwell": {"exponential": {"mean": f"{service} min"}},
                "next": {"left": 1},
            }
        },
        "outcomes": ["left"],
    }
    return compile_journey(journey_from_data(model))


def shop_program(*, sharing: bool = True, scale: float = 1.0) -> Program:
    """Compile (c), the shipped shop from its first day; without sharing, (b).

    Parameters
    ----------
    sharing : bool
        With teams and stock.
    scale : float
        What the weight of an order in the cart's row is multiplied by.
    """
    data = copy.deepcopy(dict(read_document(SHOP).data))
    data["warm_up"] = "0 days"
    if not sharing:
        _stop_sharing(data)
    scenario = None
    if scale != 1.0:
        edit = {CHANGED_PLACE: {"next": {"else": {CHANGED_TARGET["shop"]: {"scale": scale}}}}}
        scenario = {"name": "changed", "why": "its cost is measured", "changes": {"touchpoints": edit}}
    return compile_journey(journey_from_data(data, scenario))


def _stop_sharing(data: dict[str, Any]) -> None:
    """Take teams and stock out of the shop: everybody is served at once, nothing runs out."""
    for section in ("teams", "inventory", "evidence"):
        del data[section]
    for event in data["events"].values():
        event.pop("teams", None)
    del data["events"]["easter"]  # it changed nothing else
    for touchpoint in data["touchpoints"].values():
        for key in ("team", "patience", "on_abandon", "on_closed", "on_stockout", "back_in_stock"):
            touchpoint.pop(key, None)
    del data["touchpoints"]["product"]["next"]["sold_out"]
    del data["touchpoints"]["chat"]["set"]  # it looked at the wait
    store_order = data["touchpoints"]["store_order"]
    store_order["next"] = store_order["next"]["else"]
