from __future__ import annotations

import itertools

import numpy as np
import pytest

from simulator.analysis.stock.foresight import cost_with_foresight


def by_hand(demand: list[int], holding: float, order: float, margins: list[float]) -> float:
    """Try every set of order days: each day's demand is kept since the last order, or lost."""
    days, best = len(demand), float("inf")
    for ordered in itertools.product((False, True), repeat=days):
        cost, last = order * sum(ordered), None
        for day in range(days):
            last = day if ordered[day] else last
            kept = float("inf") if last is None else holding * (day - last)
            cost += demand[day] * min(kept, margins[day]) if demand[day] else 0.0
        best = min(best, cost)
    return best


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("lost", [True, False])
def test_the_recursion_is_as_good_as_trying_all(seed: int, lost: bool) -> None:
    """Over eight days the recursion finds what trying all 256 sets of order days finds."""
    chance = np.random.default_rng(seed)
    demand = chance.poisson(1.2, (3, 8))
    margins = chance.uniform(1.0, 9.0, 8) if lost else np.full(8, np.inf)
    found = cost_with_foresight(demand, 0.7, 4.0, margins)
    expected = [by_hand(row, 0.7, 4.0, margins.tolist()) for row in demand.tolist()]
    assert found == pytest.approx(expected)


def test_no_demand_costs_nothing() -> None:
    """Nobody orders for days on which nothing is asked for."""
    assert cost_with_foresight(np.zeros((2, 5), dtype=np.int64), 1.0, 9.0, np.full(5, np.inf)).tolist() == [
        0,
        0,
    ]
