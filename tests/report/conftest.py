"""Small journeys whose pictures are known by hand."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.spec.load import Journey, journey_from_data

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</text><script>alert(1)</script>",
    "' onload='alert(1)",
    "]]><svg/onload=alert(1)>",
    "&lt;b&gt;&#x3c;",
    "javascript:alert(1)",
    '"]; click n0 call alert(1)',
    "%%{init: {'securityLevel': 'loose'}}%%",
    "`<b>bold</b>`",
    "#quot;#35;",
    '\\"]-->x["',
    "@import url(x)",
    "[red]rich[/red]",
    "顾客 Покупатель ÄÖÜ",
)


def small(**changes: Any) -> dict[str, Any]:
    """Describe website → basket → order: no loop and no memory, so every number is known."""
    data: dict[str, Any] = {
        "name": "Corner shop",
        "start": "2026-01-05",
        "horizon": "8 weeks",
        "goal": ["order"],
        "stages": ["awareness", "purchase"],
        "personas": {
            "anna": {"arrivals": {"rate": "40 per day"}, "enters": {"website": 0.75, "basket": 0.25}}
        },
        "touchpoints": {
            "website": {"stage": "awareness", "next": {"basket": 0.4, "rival": 0.1, "left": 0.5}},
            "basket": {"stage": "purchase", "next": {"order": 0.2, "left": "rest"}},
            "order": {"stage": "purchase", "name": "The order", "next": {"left": 1}},
            "rival": {"stage": "awareness", "media": "competitor", "next": {"lost": 1}},
        },
        "outcomes": ["left", "lost"],
    }
    return data | changes


@pytest.fixture
def shop() -> Journey:
    """Load the small shop."""
    return journey_from_data(small())
