"""The newsvendor and base stock: published numbers, and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm, poisson

from simulator.errors import InputError
from simulator.theory.inventory import (
    base_stock_poisson,
    newsvendor_draws,
    newsvendor_normal,
    newsvendor_poisson,
    normal_loss,
    normal_second_loss,
    poisson_level_cost,
    poisson_loss,
)


@pytest.mark.parametrize(
    ("mean", "sd", "overage", "underage", "level", "cost", "digits"),
    [
        (100, 20, 2, 6, 113.489795, 50.844252, 6),
        (50, 8, 0.18, 0.70, 56.604, 1.99761, 3),
        (120, 10, 2, 18, 132.8155, 35.09967, 4),
    ],
)
def test_normal_newsvendor(
    mean: float, sd: float, overage: float, underage: float, level: float, cost: float, digits: int
) -> None:
    """Levels and costs against normal demand are the published ones."""
    best = newsvendor_normal(mean, sd, overage, underage)
    assert best.level == pytest.approx(level, abs=0.5 * 10**-digits)
    assert best.cost == pytest.approx(cost, abs=5e-6 if digits < 6 else 5e-7)


def test_poisson_newsvendor() -> None:
    """Levels and costs against Poisson demand are the published ones."""
    assert newsvendor_poisson(100, 2, 6).level == 107
    assert newsvendor_poisson(50, 0.18, 0.70) == pytest.approx((56, 1.79724), abs=5e-6)
    assert newsvendor_poisson(6, 1, 4) == pytest.approx((8, 3.57011), abs=5e-6)


def test_base_stock() -> None:
    """Lead-time demand 8 against 12 units: published ready rate and backorders."""
    served = base_stock_poisson(12, 8.0)
    assert served.ready_rate == pytest.approx(0.888076, abs=5e-7)
    assert served.backorders == pytest.approx(0.129826, abs=5e-7)


@given(st.integers(-5, 60), st.floats(0.0, 30.0))
def test_base_stock_by_summation(level: int, mean: float) -> None:
    """Ready rate, stock and backorders are sums over the law of lead-time demand."""
    d = np.arange(200)
    law = poisson.pmf(d, mean)
    served = base_stock_poisson(level, mean)
    assert served.ready_rate == pytest.approx(law[d < level].sum(), abs=1e-12)
    assert served.backorders == pytest.approx(law @ np.maximum(d - level, 0), rel=1e-9, abs=1e-11)
    assert served.on_hand == pytest.approx(law @ np.maximum(level - d, 0), rel=1e-9, abs=1e-11)


@given(st.floats(-3, 3), st.floats(-10, 10), st.floats(0.1, 9.0))
def test_normal_losses_by_quadrature(z: float, mean: float, sd: float) -> None:
    """First and second loss are integrals over the normal density."""
    level = mean + z * sd
    top = mean + 12 * sd
    first = quad(lambda x: (x - level) * norm.pdf(x, mean, sd), level, top, epsabs=0, epsrel=1e-10)[0]
    second = quad(lambda x: (x - level) ** 2 / 2 * norm.pdf(x, mean, sd), level, top, epsabs=0, epsrel=1e-10)[
        0
    ]
    assert normal_loss(level, mean, sd) == pytest.approx(first, rel=1e-7)
    assert normal_second_loss(level, mean, sd) == pytest.approx(second, rel=1e-7)


@given(st.floats(0.0, 40.0), st.floats(0.1, 5.0), st.floats(0.1, 50.0))
def test_poisson_newsvendor_by_search(mean: float, overage: float, underage: float) -> None:
    """No level of 0 … 120 is cheaper than the one returned."""
    best = newsvendor_poisson(mean, overage, underage)
    costs = [poisson_level_cost(level, mean, overage, underage) for level in range(121)]
    assert best.cost == pytest.approx(min(costs), rel=1e-9, abs=1e-12)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=25), st.integers(1, 9), st.integers(1, 9))
def test_draws_by_search(draws: list[int], overage: int, underage: int) -> None:
    """No whole level is cheaper against the draws, and repeated draws are probabilities."""
    best = newsvendor_draws(draws, overage, underage)
    array = np.array(draws)
    costs = [
        np.mean(overage * np.maximum(y - array, 0) + underage * np.maximum(array - y, 0)) for y in range(32)
    ]
    assert best.cost == pytest.approx(min(costs), rel=1e-12, abs=1e-12)
    values, counts = np.unique(array, return_counts=True)
    weighed = newsvendor_draws(values[::-1], overage, underage, counts[::-1] / len(draws))
    assert weighed == pytest.approx(best, rel=1e-12, abs=1e-12)


def test_draws_tend_to_the_law() -> None:
    """A fine grid of normal quantiles gives the normal newsvendor."""
    u = (np.arange(20_000) + 0.5) / 20_000
    best = newsvendor_draws(norm.ppf(u, 100, 20), 2, 6)
    assert best == pytest.approx(newsvendor_normal(100, 20, 2, 6), rel=1e-3)


def test_poisson_loss_identities() -> None:
    """The loss at 0 is the mean; below 0 it grows by one a unit."""
    assert poisson_loss(0, 7.5) == pytest.approx(7.5)
    assert poisson_loss(-4, 7.5) == pytest.approx(11.5)


def test_refusals() -> None:
    """Costs that are not above 0, no draws and a negative mean are refused."""
    with pytest.raises(InputError):
        newsvendor_normal(100, 20, 0, 6)
    with pytest.raises(InputError):
        newsvendor_draws([], 1, 1)
    with pytest.raises(InputError):
        newsvendor_draws([1.0, 2.0], 1, 1, [0.5, 0.6])
    with pytest.raises(InputError):
        base_stock_poisson(3, -1.0)
