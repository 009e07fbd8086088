"""Published inventory costs, from journeys whose customers make exactly that demand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from simulator.engine.kernel import simulate
from simulator.engine.tally import LEVELS, STOCK, UNITS, Tally
from simulator.program.program import Program
from simulator.program.stocked import with_stock
from simulator.theory.inventory import newsvendor_normal, newsvendor_poisson, poisson_level_cost
from simulator.theory.reorder import order_up_to_poisson, reorder_quantity_poisson
from tests.verification.conftest import DAY, LARGEST_Z, SEED, assert_t, program_of

# One customer a day buys for everybody: a Poisson number of units at the same time of every day.
BUYER = """
start: 2026-01-05
horizon: {days} days
follow_up: 0 s
max_steps: 65535
goal: [shop]
products: {{papers: {{price: 3}}}}
inventory:
  papers: {{on_hand: {stock}, policy: {policy}, when_out: backorder}}
personas: {{all: {{enters: {{shop: 1}}, existing: {{count: 1, at: shop}}}}}}
touchpoints:
  shop:
    dwell: 1 day
    sells: {{one_of: {{papers: {{p: 1, units: {{poisson: {mean}}}}}}}}}
    next: {{late: {{if: elapsed > 40000 days, then: {{left: 1}}}}, else: {{shop: 1}}}}
outcomes: [left]
"""


def played(program: Program, replications: int) -> list[Tally]:
    """Play with the kernel: a million days take a second."""
    return [simulate(program, SEED, number)[0] for number in range(replications)]


def by_day(tallies: list[Tally], kind: str) -> NDArray[np.int64]:
    """Read the days of the only shelf, shape (replications, days)."""
    return np.array([tally["levels"][0, LEVELS.index(kind)] for tally in tallies])


def test_newsvendor() -> None:
    """V16: of Poisson(100) a day, 107 is the cheapest stock at 6 short and 2 over; a million days agree."""
    # False alarm 1e-6. Catches: the ratio turned round, the quantile one unit off, units owed for free,
    # a delivery after the day's demand instead of before.
    assert newsvendor_normal(100, 20, 2, 6) == pytest.approx((113.489795, 50.844252), abs=5e-7)
    best = newsvendor_poisson(100, 2, 6)
    assert best.level == 107
    days, replications = 36_500, 28
    policy = "{base_stock: 107, review: 1 day}"
    program = program_of(BUYER.format(days=days, stock=107, policy=policy, mean=100))
    tallies = played(program, replications)
    demand = np.concatenate([tally["units"][0, 0, UNITS.index("demand")] for tally in tallies])
    assert demand.size > 1_000_000
    # The interval of the quantile 0.75 holds the level.
    reach = LARGEST_Z * np.sqrt(0.75 * 0.25 * demand.size)
    low, high = np.sort(demand)[[int(0.75 * demand.size - reach), int(0.75 * demand.size + reach)]]
    assert low <= 107 <= high
    assert high - low <= 1
    cost = 2.0 * by_day(tallies, "on_hand") + 6.0 * by_day(tallies, "owed")
    assert cost.mean() == pytest.approx(best.cost, rel=0.005)
    assert_t(cost.mean(axis=1), best.cost, 0.006, "cost of a day")
    for level in (106, 108):
        other = 2.0 * np.maximum(level - demand, 0) + 6.0 * np.maximum(demand - level, 0)
        assert other.mean() > cost.mean()
        assert other.mean() == pytest.approx(poisson_level_cost(level, 100, 2, 6), rel=0.005)


def test_newsvendor_of_stockpyl() -> None:
    """Poisson(50) at 0.18 over and 0.70 short: stock 56, 1.79724 a day."""
    # False alarm 1e-6. Catches: as above.
    assert newsvendor_poisson(50, 0.18, 0.70) == (56, pytest.approx(1.79724, abs=5e-6))
    policy = "{base_stock: 56, review: 1 day}"
    tallies = played(program_of(BUYER.format(days=8_000, stock=56, policy=policy, mean=50)), 20)
    cost = 0.18 * by_day(tallies, "on_hand") + 0.70 * by_day(tallies, "owed")
    assert_t(cost.mean(axis=1), 1.79724, 0.02, "cost of a day")


def test_best_s_and_S_of_stockpyl() -> None:
    """Poisson(6) a day, 1 to hold, 4 short, 5 an order: (4, 10) costs 8.03411 a day, and its neighbours more."""
    # False alarm 1e-6. Units are at least 1, so a day without demand has one unit: shares 0.0025 of days,
    # and (4, 10) costs 0.013 more. Catches: an order at < s, up to S - 1, orders counted twice.
    assert order_up_to_poisson(1, 4, 5, 6) == (4, 10, pytest.approx(8.03411, abs=5e-6))
    policy = "{reorder_point: 4, order_up_to: 10, review: 1 day}"
    program = program_of(BUYER.format(days=8_000, stock=10, policy=policy, mean=6))

    def cost(point: int, up_to: int) -> NDArray[np.float64]:
        tallies = played(with_stock(program, {0: {"reorder_point": point, "order_up_to": up_to}}), 20)
        levels = by_day(tallies, "on_hand") + 4.0 * by_day(tallies, "owed")
        orders = np.array([tally["stock"][0, STOCK.index("orders")] for tally in tallies])
        return levels.mean(axis=1) + 5.0 * orders / 8_000

    best = cost(4, 10)
    assert_t(best, 8.03411, 0.02, "cost of a day")
    for other in ((2, 10), (6, 10), (4, 8), (4, 13)):
        difference = cost(*other) - best
        assert difference.mean() > LARGEST_Z * difference.std(ddof=1) / np.sqrt(20)


# Customers come one by one and buy one unit each: Poisson demand in continuous time.
ONE_BY_ONE = """
start: 2026-01-05
horizon: 2300 days
warm_up: 60 days
follow_up: 0 s
goal: [shop]
products: {boots: {price: 9}}
inventory:
  boots: {on_hand: 8, policy: {reorder_point: 3, order_quantity: 5}, lead_time: 2 days, when_out: backorder}
personas: {all: {arrivals: {rate: 1.5 per day}, enters: {shop: 1}}}
touchpoints: {shop: {sells: {one_of: {boots: 1}}, next: {left: 1}}}
outcomes: [left]
"""


def test_best_r_and_Q_of_stockpyl() -> None:
    """Poisson demand of 1.5 a day and 2 days to wait: (3, 5) costs 107.9236 a day at 20, 150 and 100."""
    # False alarm 1e-6. Catches: an order at < r, a position without what is on order, time owed for free.
    assert reorder_quantity_poisson(20, 150, 100, 1.5, 2) == (3, 5, pytest.approx(107.9236, abs=5e-5))
    program = program_of(ONE_BY_ONE)
    counted = (program.horizon - program.warm_up) / DAY
    stock = np.array([tally["stock"][0] for tally in played(program, 30)])
    rates = {"unit_ms": 20 / DAY, "owed_ms": 150 / DAY, "orders": 100}
    cost = sum(stock[:, STOCK.index(kind)] * rate for kind, rate in rates.items()) / counted
    assert_t(cost, 107.9236, 0.02, "cost of a day")


def test_a_cycle_without_stock_out_is_as_rare_as_the_lead_time_says() -> None:
    """With one order at a time, a cycle is short when more than r are asked for in its lead time."""
    # False alarm 1e-6. Catches: cycles counted at orders, or short when the shelf is merely empty.
    text = ONE_BY_ONE.replace("reorder_point: 3, order_quantity: 5", "reorder_point: 4, order_quantity: 40")
    stock = np.array([tally["stock"][0] for tally in played(program_of(text), 60)])
    short, cycles = stock[:, STOCK.index("short_cycles")].sum(), stock[:, STOCK.index("cycles")].sum()
    chance = float(stats.poisson.sf(4, 3.0))
    assert abs(short / cycles - chance) <= LARGEST_Z * np.sqrt(chance * (1 - chance) / cycles)
    assert cycles > 4_000


def test_planned_reviews_protect_over_review_and_lead_time() -> None:
    """A base stock looked at each week: just before a delivery, what is owed is the loss of Poisson(7 + 2 days)."""
    # False alarm 1e-6. Catches: a review that drifts, the first one late, a change that orders in between.
    text = ONE_BY_ONE.replace("reorder_point: 3, order_quantity: 5", "base_stock: 16, review: 7 days")
    tallies = played(program_of(text), 30)
    owed = by_day(tallies, "owed")[:, 64::7][:, :-1]  # the day before a delivery: 9 days after a review
    expected = float(sum((k - 16) * stats.poisson.pmf(k, 13.5) for k in range(17, 80)))
    assert_t(owed.mean(axis=1), expected, 0.2, "owed before a delivery")
