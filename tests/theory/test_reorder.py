"""(r, Q) and (s, S) policies: published numbers, and brute force on small cases."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from simulator.errors import InputError
from simulator.theory.inventory import poisson_level_cost
from simulator.theory.reorder import (
    economic_order,
    order_up_to,
    order_up_to_poisson,
    reorder_quantity_poisson,
)


def test_economic_order_quantities() -> None:
    """EOQ and EOQB are the published ones, and as cheap as the formula's neighbours or cheaper."""
    plain, owing = economic_order(8, 1300, 0.225), economic_order(8, 1300, 0.225, 7.5)
    assert plain.quantity == pytest.approx(304.047, abs=5e-4)
    assert owing.quantity == pytest.approx(308.574, abs=5e-4)
    for q in (250.0, plain.quantity, 350.0):
        assert plain.cost <= 8 * 1300 / q + 0.225 * q / 2 + 1e-9
    for q, b in itertools.product((250.0, owing.quantity, 350.0), (0.0, owing.backorders, 20.0)):
        cost = (8 * 1300 + 0.225 * (q - b) ** 2 / 2 + 7.5 * b**2 / 2) / q
        assert owing.cost <= cost + 1e-9
    assert plain.backorders == 0.0


def test_reference_reorder_quantity() -> None:
    """The published exact (r, Q) against Poisson demand."""
    assert reorder_quantity_poisson(20, 150, 100, 1.5, 2) == pytest.approx((3, 5, 107.9236), abs=5e-5)


def test_reference_order_up_to() -> None:
    """The published exact (s, S) against Poisson demand."""
    assert order_up_to_poisson(1, 4, 5, 6) == pytest.approx((4, 10, 8.03411), abs=5e-6)


@given(st.floats(0.5, 5), st.floats(1, 30), st.floats(0.1, 60), st.floats(0.2, 6), st.floats(0, 2))
@settings(max_examples=40)
def test_reorder_quantity_by_search(h: float, p: float, k: float, rate: float, lead: float) -> None:
    """No (r, Q) of a grid is cheaper; the grid holds the best."""
    best = reorder_quantity_poisson(h, p, k, rate, lead)
    levels = np.array([poisson_level_cost(y, rate * lead, h, p) for y in range(-60, 100)])
    sums = np.concatenate([[0.0], np.cumsum(levels)])
    cheapest = min(float((k * rate + (sums[q:] - sums[:-q]).min()) / q) for q in range(1, 100))
    assert best.cost == pytest.approx(cheapest, rel=1e-10)


def _stationary_cost(s: int, up: int, demand: np.ndarray, h: float, p: float, k: float) -> float:
    """Return the cost of (s, S) from the stationary law of the position after ordering: no renewal sums."""
    levels = np.arange(s + 1, up + 1)
    moves = np.zeros((levels.size, levels.size))
    orders = np.zeros(levels.size)
    for i, y in enumerate(levels):
        for d, chance in enumerate(demand):
            after = y - d
            orders[i] += chance * (after <= s)
            moves[i, (up if after <= s else after) - s - 1] += chance
    equations = np.vstack([moves.T - np.eye(levels.size), np.ones(levels.size)])
    law = np.linalg.lstsq(equations, np.append(np.zeros(levels.size), 1.0), rcond=None)[0]
    d = np.arange(demand.size)
    stock = [demand @ (h * np.maximum(y - d, 0) + p * np.maximum(d - y, 0)) for y in levels]
    return float(law @ (np.array(stock) + k * orders))


@given(
    st.lists(st.integers(0, 10), min_size=2, max_size=5).filter(lambda w: sum(w[1:]) > 0),
    st.floats(0.5, 3),
    st.floats(0.6, 12),
    st.floats(0.0, 15),
)
@settings(max_examples=20)
def test_order_up_to_by_search(weights: list[int], h: float, p: float, k: float) -> None:
    """Against any demand of up to 4 units, no (s, S) of a grid is cheaper by its stationary law."""
    demand = np.array(weights) / sum(weights)
    d = np.arange(demand.size)

    def level_cost(y: int) -> float:
        return float(demand @ (h * np.maximum(y - d, 0) + p * np.maximum(d - y, 0)))

    cheapest = min(range(6), key=level_cost)
    best = order_up_to(level_cost, cheapest, demand, k)
    grid = [_stationary_cost(s, up, demand, h, p, k) for s in range(-8, 5) for up in range(max(s + 1, 0), 13)]
    own = _stationary_cost(int(best.reorder_point), int(best.order_up_to), demand, h, p, k)
    assert best.cost == pytest.approx(own, rel=1e-8)
    assert best.cost <= min(grid) * (1 + 1e-8)


def test_free_orders_are_base_stock() -> None:
    """When an order costs nothing, stock is raised every period to the newsvendor level."""
    best = order_up_to_poisson(1, 4, 0, 6)
    assert (best.reorder_point, best.order_up_to) == (7, 8)
    assert best.cost == pytest.approx(3.57011, abs=5e-6)


def test_lead_time_exposes_more_demand() -> None:
    """With a lead time of two periods, free orders cover three periods of demand."""
    best = order_up_to_poisson(1, 9, 0, 4, lead_time=2)
    assert best.order_up_to == poisson.ppf(0.9, 12)


def test_refusals() -> None:
    """Demand that never comes, no distribution, and impossible costs are refused."""
    with pytest.raises(InputError, match="nothing is ever ordered"):
        order_up_to(abs, 0, [1.0], 5)
    with pytest.raises(InputError, match="sum to 1"):
        order_up_to(abs, 0, [0.5, 0.6], 5)
    with pytest.raises(InputError):
        reorder_quantity_poisson(1, 1, 0, 1, 1)
    with pytest.raises(InputError):
        economic_order(8, 1300, -1)
