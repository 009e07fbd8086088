from __future__ import annotations

from typing import Any

import pytest

from simulator.errors import ModelError
from simulator.spec.document import parse_document
from simulator.spec.load import load_journey
from simulator.spec.touchpoint import Touchpoint
from simulator.spec.validation import validate
from simulator.spec.world import Stock


def read(kind: Any, text: str) -> Any:
    """Read a value of a class as a person writes it."""
    document = parse_document(text, "t.yaml")
    return validate(kind, document.data, document.place)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lead_time: -3 days", "lead_time: a duration cannot be negative: '-3 days'"),
        (
            "lead_time: {uniform: {min: -1 days, max: 2 days}}",
            "a duration cannot be negative: '-1 days'",
        ),
        ("policy: {reorder_point: 9, order_up_to: 4}", "order_up_to (4) must lie above reorder_point (9)"),
        ("policy: {reorder_point: 9, order_up_to: 9}", "order_up_to (9) must lie above reorder_point (9)"),
        ("policy: {reorder_point: 9}", "a policy is reorder_point and order_up_to, or reorder_point and"),
        ("policy: {base_stock: 9, reorder_point: 3}", "here: reorder_point and base_stock"),
        ("policy: {review: 7 days}", "here: none of them"),
        ("policy: {reorder_point: 2, order_quantity: 0}", "order_quantity is at least 1"),
        ("policy: {base_stock: 9, review: 0}", "review is longer than no time"),
        ("policy: {base_stock: 9, first_review: 1 day}", "first_review needs review"),
        ("policy: {base_stock: 9, review: -1 day}", "'-1 day'"),
        ("min_order: 0", "min_order: expected a whole number from 1"),
        ("case_size: 0", "case_size: expected a whole number from 1"),
        ("case_size: 1.5", "expected a whole number from 0, not 1.5"),
        ("on_order: {2026-02-30: 4}", "2026-02-30"),
        ("on_order: {next week: 4}", "next week"),
        ("on_order: {2026-02-03: -4}", "expected a whole number from 0, not -4"),
        ("backorder_cost: -1 per day", "-1 per day"),
    ],
)
def test_a_wrong_stock_is_refused_in_words(text: str, expected: str) -> None:
    """A negative time, a level out of order, a size of nothing: each says what is wrong and where."""
    with pytest.raises(ModelError) as caught:
        read(Stock, f"on_hand: 3\n{text}\n")
    (problem,) = map(str, caught.value.problems)
    assert problem.startswith("t.yaml:2 ")
    assert expected in problem


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{boots: {jacket: 0.7, socks: 0.4}}", "the chances to replace 'boots' sum to 1.1; at most 1"),
        ("{boots: {boots: 0.7}}", "'boots' cannot replace itself"),
        ("{boots: {jacket: 1.2}}", "a probability lies in 0–1, not 1.2"),
        ("{boots: 0.3}", "boots"),
    ],
)
def test_wrong_substitutes_are_refused(written: str, expected: str) -> None:
    """Nobody takes two things instead of one, nor the same again."""
    with pytest.raises(ModelError) as caught:
        read(Touchpoint, f"next: {{left: 1}}\nsubstitutes: {written}\n")
    assert expected in str(caught.value)


MODEL = """
start: 2026-01-05
horizon: 4 weeks
goal: [order]
products: {boots: {price: 1}, jacket: {price: 2}}
inventory:
  boots: {on_hand: 3, policy: {reorder_point: 3, order_up_to: 9, review: 7 days}, on_order: {2026-01-09: 4}}
personas: {all: {arrivals: {rate: 3 per day}, enters: {order: 1}}}
touchpoints:
  order:
    sells: {one_of: {boots: 1}}
    substitutes: {boots: {jacket: 0.4}}
    on_stockout: {left: 1}
    next: {left: 1}
outcomes: [left]
"""


@pytest.mark.parametrize(
    ("laid", "expected"),
    [
        ("{policy: {order_quantity: 5}}", {"reorder_point": 3, "order_quantity": 5, "review": 604_800_000}),
        ("{policy: {base_stock: 5}}", {"base_stock": 5, "review": 604_800_000}),
        ("{policy: {reorder_point: 5}}", {"reorder_point": 5, "order_up_to": 9, "review": 604_800_000}),
        ("{policy: {review: null}}", {"reorder_point": 3, "order_up_to": 9}),
    ],
)
def test_a_scenario_changes_the_kind_of_a_policy(laid: str, expected: dict[str, int]) -> None:
    """A key of another kind of policy drops what it stands instead of and keeps what both have."""
    scenario = parse_document(f"name: other\nchanges: {{inventory: {{boots: {laid}}}}}")
    policy = load_journey(parse_document(MODEL), scenario).model.inventory["boots"].policy
    assert policy is not None
    assert policy.model_dump(exclude_defaults=True) == expected


def test_a_scenario_changes_deliveries_and_substitutes() -> None:
    """`on_order` is addressed by date, `substitutes` by the two products."""
    changes = "{inventory: {boots: {on_order: {2026-01-09: null, 2026-01-12: 6}}}, "
    changes += "touchpoints: {order: {substitutes: {boots: {jacket: {scale: 0.5}}}}}}"
    journey = load_journey(parse_document(MODEL), parse_document(f"name: other\nchanges: {changes}"))
    assert {str(day): units for day, units in journey.model.inventory["boots"].on_order.items()} == {
        "2026-01-12": 6
    }
    assert journey.model.touchpoints["order"].substitutes == {"boots": {"jacket": 0.2}}
