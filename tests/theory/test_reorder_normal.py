"""Textbook approximations against normal demand: published numbers, and what they are worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import norm

from simulator.errors import InputError
from simulator.theory.inventory import normal_loss
from simulator.theory.reorder import order_up_to
from simulator.theory.reorder_normal import (
    NormalReorder,
    eoq_with_backorders,
    eoq_with_safety_stock,
    expected_inventory_level,
    loss_function,
    power_approximation,
)

CASE = NormalReorder(0.225, 7.5, 8, 1300, 150, 1 / 12)


def test_published_policies() -> None:
    """Reorder points and quantities of all four approximations are the published ones."""
    eil = expected_inventory_level(CASE)
    assert eil == pytest.approx((213.970, 318.590, 95.4511), abs=5e-4)
    assert eil.cost == pytest.approx(95.4511, abs=5e-5)
    assert eoq_with_backorders(CASE)[:2] == pytest.approx((128.638, 308.574), abs=5e-4)
    assert eoq_with_safety_stock(CASE)[:2] == pytest.approx((190.337, 304.047), abs=5e-4)
    assert loss_function(CASE)[:2] == pytest.approx((126.867, 328.449), abs=5e-4)


def test_published_power_approximation() -> None:
    """The formula without its bound gives the published levels."""
    s, up_to, _ = power_approximation(0.18, 0.70, 2.5, 50, 8, bounded=False)
    assert (s, up_to) == pytest.approx((40.1946, 74.2902), abs=5e-5)


def test_bounded_power_approximation_is_near_the_best() -> None:
    """With its bound it costs within 1 % of the exact policy, here and for a dear order."""
    k = np.arange(120)
    demand = np.diff(norm.cdf(np.append(k, 120) - 0.5, 50, 8))
    demand /= demand.sum()

    def level_cost(y: int) -> float:
        return 0.18 * (y - 50) + 0.88 * normal_loss(y, 50, 8)

    for fixed in (2.5, 60.0):
        exact = order_up_to(level_cost, 57, demand, fixed)
        s, up_to, _ = power_approximation(0.18, 0.70, fixed, 50, 8)
        assert _cycle_cost(round(s), round(up_to), demand, level_cost, fixed) <= 1.01 * exact.cost


@pytest.mark.parametrize(("r", "q"), [(140.0, 300.0), (60.0, 30.0)])
def test_cost_by_quadrature(r: float, q: float) -> None:
    """The closed form of the cost is the average of G over the position; a small Q leaves a tail at r + Q."""
    y = r + (np.arange(20_000) + 0.5) * q / 20_000
    average = np.mean([CASE.level_cost(level) for level in y])
    assert CASE.cost(r, q) == pytest.approx(average + 8 * 1300 / q, rel=1e-8)


@given(st.floats(0.05, 2), st.floats(3, 30), st.floats(1, 50), st.floats(100, 5000), st.floats(0.02, 0.3))
@settings(max_examples=25)
def test_approximations_are_near_the_best(h: float, p: float, k: float, mean: float, lead: float) -> None:
    """No policy beats the numerical best; EOQB costs at most an eighth more, the loss function 2 %."""
    case = NormalReorder(h, p, k, mean, 0.1 * mean, lead)
    begin = eoq_with_backorders(case)
    best = minimize(
        lambda x: case.cost(x[0], abs(x[1]) + 1e-9),
        [begin.reorder_point, begin.quantity],
        method="Nelder-Mead",
        options={"xatol": 1e-6, "fatol": 1e-9, "maxiter": 2_000},
    ).fun
    for policy, worst in ((begin, 1.125), (loss_function(case), 1.02)):
        assert best * (1 - 1e-6) <= policy.cost <= best * worst


def test_refusals() -> None:
    """A stockout too cheap to avoid, and impossible numbers, are refused."""
    with pytest.raises(InputError, match="never pays"):
        expected_inventory_level(NormalReorder(10, 0.001, 8, 10, 2, 1))
    with pytest.raises(InputError, match="demand_sd"):
        NormalReorder(1, 1, 1, 1, 0, 1)


def _cycle_cost(s: int, up: int, demand: np.ndarray, level_cost: object, fixed: float) -> float:
    """Return the cost of (s, S) from the stationary law of the position after ordering."""
    size = up - s
    moves, orders = np.zeros((size, size)), np.zeros(size)
    for i in range(size):
        for d, chance in enumerate(demand):
            stays = i - d >= 0
            moves[i, i - d if stays else size - 1] += chance
            orders[i] += 0.0 if stays else chance
    law = np.linalg.lstsq(
        np.vstack([moves.T - np.eye(size), np.ones(size)]), np.append(np.zeros(size), 1.0), rcond=None
    )[0]
    return float(law @ (np.array([level_cost(s + 1 + i) for i in range(size)]) + fixed * orders))
