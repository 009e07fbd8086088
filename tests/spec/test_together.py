from __future__ import annotations

import pytest

from simulator.errors import ModelError
from simulator.spec.document import Document, parse_document
from simulator.spec.load import load_journeys
from simulator.spec.scenario import Idea, expand, scenario_from
from simulator.spec.together import applied_together

MODEL = """
start: 2026-01-05
horizon: 4 weeks
goal: order
teams: {staff: {servers: 2, hours: {mon-fri: 09:00-18:00}}}
products: {boots: {price: 100}}
attributes: {mood: {initial: 0.5}}
personas:
  tim: {arrivals: {rate: 5 per day}, enters: {home: 1}}
  trudy: {arrivals: {rate: 5 per day}, enters: {home: 1}, changes: {touchpoints: {home: {next: {cart: 0.2, chat: 0.05, left: rest}}}}}
touchpoints:
  home: {dwell: 1 min, next: {cart: 0.3, chat: 0.1, left: rest}}
  chat: {team: staff, on_closed: wait, next: {cart: 0.5, left: rest}}
  cart: {next: {order: 0.3, left: rest}}
  order: {sells: {one_of: {boots: 1}}, next: {left: 1}}
outcomes: [left]
"""  # noqa: E501


@pytest.fixture
def base() -> Document:
    """Read the model."""
    return parse_document(MODEL, "shop.yaml")


def idea(changes: str, name: str, more: str = "") -> Idea:
    """Read an idea."""
    text = f"name: {name}\ncost: {{once: 10, monthly: 1}}\nchanges: {changes}\n{more}"
    return expand(scenario_from(parse_document(text, f"{name}.yaml")))[0]


def joined(base: Document, first: str, second: str) -> Idea:
    """Apply two ideas together."""
    return applied_together(base, [idea(first, "a"), idea(second, "b")])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{touchpoints: {cart: {dwell: 2 min}}}", "{touchpoints: {home: {dwell: 2 min}}}"),
        (
            "{touchpoints: {home: {next: {cart: {scale: 1.1}}}}}",
            "{touchpoints: {home: {next: {chat: {scale: 1.2}}}}}",
        ),
        (
            "{touchpoints: {home: {next: {cart: {scale: 1.1}}}}}",
            "{touchpoints: {home: {next: {cart: {scale: 1.2}}}}}",
        ),
        ("{teams: {staff: {servers: {add: 1}}}}", "{teams: {staff: {servers: {add: 2}}}}"),
        (
            "{personas: {tim: {changes: {touchpoints: {cart: {dwell: 2 min}}}}}}",
            "{personas: {trudy: {changes: {touchpoints: {cart: {dwell: 3 min}}}}}}",
        ),
    ],
)
def test_what_goes_together_goes_in_either_order(base: Document, first: str, second: str) -> None:
    """Different things, factors of one number and amounts added to it: the order has no influence."""
    one, other = joined(base, first, second), joined(base, second, first)
    written = [load_journeys(base, [both])[1] for both in (one, other)]
    assert written[0].model == written[1].model
    assert written[0].maps["trudy"].touchpoints == written[1].maps["trudy"].touchpoints
    assert (one.cost_once, one.cost_monthly) == (20, 2)
    assert one.name == "a + b"


@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        (
            "{touchpoints: {cart: {dwell: 2 min}}}",
            "{touchpoints: {cart: {dwell: 3 min}}}",
            "touchpoints.cart.dwell",
        ),
        (
            "{touchpoints: {home: {next: {cart: {scale: 1.1}}}}}",
            "{touchpoints: {home: {next: {cart: {set: 0.4}}}}}",
            "touchpoints.home.next.cart",
        ),
        (
            "{touchpoints: {home: {next: {chat: {scale: 1.1}}}}}",
            "{touchpoints: {home: {next: {cart: 0.6, left: rest}}}}",
            "touchpoints.home.next",
        ),
        (
            "{products: {boots: {price: {scale: 0.9}}}}",
            "{products: {boots: {price: {add: -5}}}}",
            "products.boots.price",
        ),
        (
            "{touchpoints: {cart: {dwell: 2 min}}}",
            "{personas: {trudy: {changes: {touchpoints: {cart: {dwell: 3 min}}}}}}",
            "touchpoints.cart.dwell",
        ),
        (
            "{touchpoints: {chat: null, home: {next: {cart: 0.4, left: rest}}}}",
            "{touchpoints: {chat: {dwell: 2 min}}}",
            "touchpoints.chat",
        ),
    ],
)
def test_collisions_are_refused_with_both_places(base: Document, first: str, second: str, what: str) -> None:
    """Two ideas that write the same thing, so that the order would decide, are refused with their lines."""
    for one, other in ((first, second), (second, first)):
        with pytest.raises(ModelError) as caught:
            joined(base, one, other)
        said = str(caught.value)
        assert f"'a' and 'b' both change {what}" in said
        assert "a.yaml:3" in said
        assert "b.yaml:3" in said


def test_points_of_one_sweep_do_not_go_together(base: Document) -> None:
    """Two values of one swept path cannot both hold."""
    text = "name: Staff\nsweep: {teams.staff.servers: [3, 4]}\n"
    points = expand(scenario_from(parse_document(text, "staff.yaml")))
    with pytest.raises(ModelError, match="two points of one sweep"):
        applied_together(base, points)
