"""A small journey and what-ifs, as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simulator.cli import main

MODEL = """
name: "[bold]Corner[/bold] shop"
start: 2026-01-05
horizon: 4 weeks
warm_up: 1 week
follow_up: 1 week
goal: order
products:
  boots: {price: 129, unit_cost: 71}
  "[red]hat": {price: 19, unit_cost: 7}
personas:
  tim: {arrivals: {rate: 20 per day}, enters: {ad: 1}}
  "[/red]特鲁迪": {arrivals: {rate: 10 per day}, enters: {ad: 0.5, cart: rest}}
touchpoints:
  ad: {dwell: 1 min, cost: 0.2, next: {cart: 0.5, left: rest}}
  cart: {dwell: {exponential: {mean: 5 min}}, next: {order: 0.3, ad: 0.1, left: rest}}
  order: {sells: {one_of: {boots: 0.3, "[red]hat": rest}}, next: {left: 1}}
milestones:
  first_cart: {at: cart, target: 0.5}
outcomes: [left]
"""

SIMPLER = """
name: Simpler checkout
why: the checkout is long
cost: {once: 100, monthly: 10}
changes: {touchpoints: {cart: {next: {order: {scale: 1.3}}}}}
"""

CHEAPER = """
name: Cheaper boots
changes: {products: {boots: {price: 99}}}
"""

VISITS = """
name: Visits
start: 2026-01-05
horizon: 4 weeks
follow_up: 1 week
goal: talk
personas:
  tim: {arrivals: {rate: 20 per day}, enters: {site: 1}}
touchpoints:
  site: {channel: web, next: {talk: 0.3, left: rest}}
  talk: {next: {left: 1}}
sessions: {gap: 30 min, channels: [web]}
outcomes: [left]
"""

LONGER = """
name: A longer talk
cost: {once: 100, monthly: 10}
changes: {touchpoints: {site: {next: {talk: {scale: 1.4}}}}}
"""

SHORTER = """
name: A shorter talk
changes: {touchpoints: {site: {next: {talk: {scale: 0.9}}}}}
"""

Journey = Callable[..., Result]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Write the model and its what-ifs to a folder."""
    texts = {"shop": MODEL, "simpler": SIMPLER, "cheaper": CHEAPER}
    texts |= {"visits": VISITS, "longer": LONGER, "shorter": SHORTER}
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def journey(files: Path, monkeypatch: pytest.MonkeyPatch) -> Journey:
    """Run a command line in the folder of the model, as a user would type it."""
    monkeypatch.chdir(files)

    def call(*words: str) -> Result:
        return CliRunner().invoke(main, list(words))

    return call
