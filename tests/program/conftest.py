"""A small journey that tests change in one place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from simulator.spec.load import Journey, journey_from_data

SMALL: dict[str, Any] = {
    "start": "2026-01-05",
    "horizon": "8 weeks",
    "goal": ["order"],
    "stages": ["early", "late"],
    "attributes": {"mood": {"initial": 0.5, "min": 0, "max": 1}},
    "personas": {
        "ann": {"traits": {"care": 0.2}, "arrivals": {"rate": "10 per day"}, "enters": {"home": 1}},
        "bob": {
            "traits": {"care": 0.8},
            "arrivals": {"rate": "30 per day"},
            "enters": {"home": 0.5, "shop": "rest"},
        },
    },
    "touchpoints": {
        "home": {"dwell": "2 min", "next": {"shop": 0.6, "left": "rest"}, "set": {"mood": "mood + 0.1"}},
        "shop": {"stage": "early", "dwell": "5 min", "next": {"order": 0.4, "home": 0.1, "left": "rest"}},
        "order": {"stage": "late", "next": {"left": 1}},
    },
    "outcomes": ["left"],
}

Build = Callable[..., Journey]


@pytest.fixture
def build() -> Build:
    """Load the small journey with some values replaced, given by dotted path; None removes."""

    def build(**changes: Any) -> Journey:
        data = copy.deepcopy(SMALL)
        for dotted, value in changes.items():
            *above, last = dotted.split("__")
            place = data
            for key in above:
                place = place.setdefault(key, {})
            if value is None:
                place.pop(last)
            else:
                place[last] = value
        return journey_from_data(data)

    return build
