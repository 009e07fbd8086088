"""Plans of live tests, beside the formula and beside tests that the engine plays."""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulator.analysis.experiment import Crowd, Terms, crowd_of, plan_test
from simulator.engine.kernel import simulate
from simulator.execution.replications import play
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.results.summary import RunResult
from simulator.spec.load import journey_from_data
from simulator.spec.model import DAY
from simulator.theory.trial import share_test_size

ONE_STEP: dict[str, Any] = {
    "start": "2026-01-05",
    "horizon": "30 weeks",
    "follow_up": "1 day",
    "goal": "buy",
    "personas": {"ann": {"arrivals": {"rate": "500 per day"}, "enters": {"home": 1}}},
    "touchpoints": {"home": {"next": {"buy": 0.3, "left": "rest"}}, "buy": {"next": {"left": 1}}},
    "outcomes": ["left"],
}
LATE: dict[str, Any] = {
    **ONE_STEP,
    "follow_up": "8 weeks",
    "touchpoints": {
        "home": {"next": {"think": 0.5, "left": "rest"}},
        "think": {
            "dwell": {"exponential": {"mean": "14 days"}},
            "next": {"buy": 0.3, "home": 0.3, "left": "rest"},
        },
        "buy": {"next": {"left": 1}},
    },
}
FEWER: dict[str, Any] = {
    **LATE,
    "personas": {"ann": {"arrivals": {"rate": "100 per day"}, "enters": {"home": 1}}},
}


def program(model: dict[str, Any], touchpoint: str, share: float | None = None) -> Program:
    """Compile a model, or the same with another share who buy."""
    data = copy.deepcopy(model)
    if share is not None:
        data["touchpoints"][touchpoint]["next"]["buy"] = share
    return compile_journey(journey_from_data(data))


def crowd(model: dict[str, Any], touchpoint: str, share: float | None = None) -> Crowd:
    """Watch the customers of a model."""
    return crowd_of(program(model, touchpoint, share), 1, 8, changed={touchpoint})


def test_one_step_without_delay_needs_what_the_textbook_says() -> None:
    """On a one-step journey the plan is the formula's at the true shares, to 3 %; so are its weeks."""
    plan = plan_test(crowd(ONE_STEP, "home"), crowd(ONE_STEP, "home", 0.32), Terms())
    book = 2 * share_test_size(0.30, 0.32)
    assert plan.customers == pytest.approx(book, rel=0.03)
    assert plan.weeks == pytest.approx(book / 3_500, rel=0.03)
    assert plan.customers == pytest.approx(plan.textbook_customers, rel=0.002)
    assert plan.wrong.power == pytest.approx(0.8, abs=0.005)
    assert abs(plan.power - 0.8) < 4.89 * math.sqrt(0.16 / 2_000)
    assert plan.met is not None
    assert plan.met.customers == pytest.approx(plan.customers, rel=0.01)


def test_late_conversions_make_a_test_longer() -> None:
    """Where buying takes weeks, the formula's test ends too early; customers who never decide dilute it."""
    plan = plan_test(crowd(LATE, "think"), crowd(LATE, "think", 0.33), Terms())
    assert plan.weeks > 1.2 * plan.textbook_weeks
    assert plan.wrong.power < 0.7
    assert 0.0 < plan.wrong.difference < 0.8 * plan.difference
    assert plan.met is not None
    assert plan.met.customers < 0.6 * plan.customers


@pytest.mark.parametrize("tests", [300, pytest.param(3_000, marks=pytest.mark.long)])
def test_the_power_claim_holds_in_tests_that_the_engine_plays(tests: int, record_property: Any) -> None:
    """Live tests with other customers, who come when they come and buy when they buy: as many succeed.

    Each test plays one world with today's journey and another with the idea up to the planned end, and
    throws a coin for every customer, whether he is in the test. The textbook's weeks would succeed in half
    of these, 11 standard errors lower. A split by the customers' own numbers would not do: these are the
    same in every world, and so would be whose half happens to come earlier.
    """
    base, idea = program(FEWER, "think"), program(FEWER, "think", 0.4)
    plan = plan_test(crowd(FEWER, "think"), crowd(FEWER, "think", 0.4), Terms())
    end, found, coin = plan.weeks * 7 * DAY, 0, np.random.default_rng(41)
    for test in range(tests):
        groups = [_group(one, 1_000 + 2 * test + half, coin, end) for half, one in enumerate((base, idea))]
        found += _z(*groups) > 1.959963984540054
    record_property("power", found / tests)
    print(found / tests)
    assert abs(found / tests - 0.8) < 4.89 * math.sqrt(0.16 / tests)
    assert plan.wrong.power < 0.55


def _group(one: Program, replication: int, coin: np.random.Generator, end: float) -> tuple[int, int]:
    """Count the customers of one group who came before the end, and those who had bought by then."""
    _, log = simulate(_until(one, math.ceil(end / DAY)), 7, replication, log=True)
    mine = log.ends[coin.random(len(log.ends)) < 0.5]
    came = mine[mine[:, 4] < end][:, 0]
    buys = (log.visits[:, 2] == one.names.touchpoints.index("buy")) & (log.visits[:, 6] < end)
    return len(came), len(np.intersect1d(came, log.visits[buys, 0]))


def _until(one: Program, days: int) -> Program:
    """Let nobody come after some days, which saves playing them."""
    means = one.values.day_means.copy()
    means[:, days:] = 0.0
    return one.with_values(replace(one.values, day_means=means))


def _z(first: tuple[int, int], second: tuple[int, int]) -> float:
    shares = [hits / of for of, hits in (first, second)]
    pooled = (first[1] + second[1]) / (first[0] + second[0])
    return (shares[1] - shares[0]) / math.sqrt(pooled * (1 - pooled) * (1 / first[0] + 1 / second[0]))


def test_a_crowd_holds_the_customers_of_the_run() -> None:
    """Cohort and conversions, customer by customer, are those the tally counts."""
    one = program(LATE, "think")
    found = crowd_of(one, 1, 2)
    cohort = RunResult(one, 1, play(one, 1, 2, by="kernel")).conversion()
    assert len(found.delays) == cohort.of
    assert int(np.isfinite(found.delays).sum()) == cohort.hits
    assert found.share == pytest.approx(cohort.hits / cohort.of)


def test_sessions_of_a_customer_are_counted_as_the_tally_does() -> None:
    """Everybody comes on the first day and is watched to the end: the tally has the same sessions."""
    model = copy.deepcopy(LATE)
    model["products"] = {"boots": {"price": 10}}
    model["touchpoints"]["buy"] |= {"sells": {"one_of": {"boots": 1}}, "next": {"home": 0.4, "left": "rest"}}
    model |= {"follow_up": "28 weeks", "horizon": "30 weeks"}
    model["events"] = {"end": {"from": "2026-01-06", "to": "2026-08-30", "arrivals": {"times": 0}}}
    one = compile_journey(journey_from_data(model))
    found, tally = crowd_of(one, 1, 1), play(one, 1, 1, by="kernel")[0]
    sessions, orders = tally["sessions"].sum(axis=0).tolist()
    assert len(found.delays) == tally["people"].sum()
    assert [int(found.sessions.sum()), int(found.orders.sum())] == [sessions, orders]
    assert sessions > 1.2 * len(found.delays)


def test_an_idea_without_effect_cannot_be_confirmed() -> None:
    """Equal shares: no number of customers, no weeks, and half of the false alarms."""
    same = crowd(ONE_STEP, "home")
    plan = plan_test(same, same, Terms())
    assert math.isinf(plan.weeks)
    assert math.isinf(plan.textbook_customers)
    assert plan.power == 0.0


def test_a_third_of_the_traffic_takes_three_times_as_long() -> None:
    """Customers stay what they are where conversions are not late; an uneven split takes more of them."""
    crowds = crowd(ONE_STEP, "home"), crowd(ONE_STEP, "home", 0.32)
    whole, part = (plan_test(*crowds, Terms(traffic=traffic)) for traffic in (1.0, 1 / 3))
    uneven = plan_test(*crowds, Terms(share=0.1))
    assert part.weeks == pytest.approx(3 * whole.weeks, rel=0.01)
    assert part.customers == pytest.approx(whole.customers, rel=0.01)
    assert uneven.customers == pytest.approx(whole.customers / (4 * 0.1 * 0.9), rel=0.05)


def test_sessions_that_move_together_raise_false_alarms() -> None:
    """Customers with four sessions of one fate: the variance is fourfold, and 5 % become 33 %."""
    buys = np.arange(10_000) % 5 == 0
    crowd_ = Crowd(
        np.where(buys, 0.0, np.inf),
        np.full(10_000, 4),
        4 * buys.astype(np.int64),
        np.full(10_000, np.nan),
        1e4,
    )
    plan = plan_test(crowd_, crowd_, Terms())
    assert plan.wrong.session_spread == pytest.approx(4.0)
    assert plan.wrong.false_alarms == pytest.approx(0.3270, abs=1e-4)
