from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from simulator.analysis.formula import Vocabulary, read_metric
from simulator.analysis.metrics import METRICS, Metric
from simulator.engine.kernel import simulate
from simulator.errors import InputError
from simulator.program.compile import compile_journey
from simulator.results.summary import RunResult
from simulator.spec.load import Journey, journey_from_data

Make = Callable[..., RunResult]

MODEL: dict[str, Any] = {
    "start": "2026-01-05",
    "horizon": "6 weeks",
    "follow_up": "1 week",
    "goal": "order",
    "products": {"boots": {"price": 100, "unit_cost": 60}},
    "inventory": {
        "boots": {
            "on_hand": 5,
            "policy": {"reorder_point": 2, "order_up_to": 6},
            "lead_time": "9 days",
        }
    },
    "teams": {"staff": {"servers": 1}},
    "attributes": {"satisfaction": {"initial": 0.5, "min": 0, "max": 1}, "mood": {"initial": 0.1}},
    "personas": {
        "tim": {"arrivals": {"rate": "6 per day"}, "enters": {"home": 1}},
        "trudy": {"arrivals": {"rate": "4 per day"}, "enters": {"home": 1}},
    },
    "touchpoints": {
        "home": {"next": {"chat": 0.3, "rival": 0.3, "left": "rest"}},
        "chat": {
            "team": "staff",
            "dwell": {"exponential": {"mean": "2 hours"}},
            "set": {"satisfaction": "satisfaction + 0.1"},
            "next": {"order": 0.5, "left": "rest"},
        },
        "order": {"sells": {"one_of": {"boots": 1}}, "on_stockout": {"left": 1}, "next": {"left": 1}},
        "rival": {"media": "competitor", "next": {"home": 0.2, "gone": "rest"}},
    },
    "outcomes": ["left", "gone"],
}


@pytest.fixture(scope="module")
def journey() -> Journey:
    """Load a journey with a team, a shelf and a rival."""
    return journey_from_data(MODEL)


@pytest.fixture(scope="module")
def words(journey: Journey) -> Vocabulary:
    """Collect its names."""
    return Vocabulary.of([journey])


@pytest.fixture(scope="module")
def result(journey: Journey) -> RunResult:
    """Play it."""
    program = compile_journey(journey)
    return RunResult(program, 3, [simulate(program, 3, number)[0] for number in range(6)], "kernel")


def value(metric: Metric, result: RunResult, persona: int | None = None) -> float:
    """Give the metric of a run."""
    return float(metric.values(result, persona).mean())


def test_a_rate_is_that_of_all_customers(result: RunResult) -> None:
    """The mean of the values is total over total, and the denominator is what it is a share of."""
    cohort = result.counts("cohort").sum(axis=(0, 1))
    assert value(METRICS["conversion"], result) == pytest.approx(cohort[1] / cohort[0], rel=1e-12)
    assert METRICS["conversion"].denominator(result) == cohort[0]
    assert METRICS["orders"].denominator(result) is None


def test_satisfaction_is_that_at_the_end_of_journeys(result: RunResult, words: Vocabulary) -> None:
    """An attribute is a metric: its mean over the journeys that ended, as `run` counts it."""
    metric = read_metric("satisfaction", words)
    column = result.program.names.attributes.index("satisfaction")
    total = result.counts("final")[:, :, column].sum() / 1e6
    ended = result.counts("ended").sum()
    assert value(metric, result) == pytest.approx(total / ended, rel=1e-12)
    assert 0.5 < value(metric, result) < 0.6
    assert metric.denominator(result) == ended


def test_lost_to_the_competitor(result: RunResult, words: Vocabulary) -> None:
    """Journeys that end at a competitor's touchpoint, of all that ended; here only they end in `gone`."""
    metric = read_metric("lost_to_competitor", words)
    gone = result.program.names.outcomes.index("gone")
    share = result.counts("outcomes")[:, :, gone].sum() / result.counts("ended").sum()
    assert value(metric, result) == pytest.approx(share, rel=1e-12)
    assert not metric.more_is_better


def test_stock_outs_are_a_share_of_what_was_asked_for(result: RunResult) -> None:
    """Units not to be had, of all units asked for."""
    lost, demand = result.units("lost").sum(), result.units("demand").sum()
    assert lost > 0
    assert value(METRICS["stock_outs"], result) == pytest.approx(lost / demand, rel=1e-12)
    assert METRICS["stock_outs"].denominator(result) == demand


def test_effort_is_per_customer_who_converted(result: RunResult) -> None:
    """Touchpoints and days until the first conversion, over those who converted."""
    converted = result.counts("cohort")[:, :, 1].sum()
    steps = result.counts("effort_steps").sum() / converted
    assert value(METRICS["touchpoints_to_convert"], result) == pytest.approx(steps, rel=1e-12)
    assert steps >= 3  # home, chat, order


def test_an_expression_is_that_of_the_means(result: RunResult, words: Vocabulary) -> None:
    """The mean of the values of a formula is the formula of the means, ratios and extremes included."""
    metric = read_metric("value = max(revenue, 1) / orders - 3 * exp(-satisfaction)", words)
    assert metric.name == "value"
    revenue, orders = result.revenue().mean(), result.counts("orders").sum() / 6
    mean = value(read_metric("satisfaction", words), result)
    assert value(metric, result) == pytest.approx(revenue / orders - 3 * np.exp(-mean), rel=1e-9)


def test_an_expression_has_the_spread_of_its_ratio(result: RunResult, words: Vocabulary) -> None:
    """The values of orders / visits.home are those of the ratio estimator, to the digits of a slope."""
    found = read_metric("orders / visits.home", words).values(result)
    home = result.program.names.touchpoints.index("home")
    orders = result.counts("orders").sum(axis=1).astype(float)
    visits = result.counts("visits")[:, :, home].sum(axis=1).astype(float)
    ratio = orders.sum() / visits.sum()
    assert found == pytest.approx(ratio + (orders - ratio * visits) / visits.mean(), rel=1e-6)


def test_waits_are_times(result: RunResult, words: Vocabulary) -> None:
    """A wait divided by a time is a number."""
    metric = read_metric("waited_at.chat / 1 min", words)
    chat = result.program.names.touchpoints.index("chat")
    wait = result.wait(chat).value
    assert wait is not None
    assert value(metric, result) == pytest.approx(wait / 60, rel=1e-9)


def test_personas_apart(result: RunResult, words: Vocabulary) -> None:
    """A metric of one persona is that of his customers; of sums, personas add up."""
    for name in ("orders", "revenue", "visit_costs"):
        whole = value(METRICS[name], result)
        assert value(METRICS[name], result, 0) + value(METRICS[name], result, 1) == pytest.approx(whole)
    assert read_metric("orders / visits.home", words).by_persona
    assert not read_metric("margin / orders", words).by_persona


def test_nobody_to_count_has_no_value(run: Make, words: Vocabulary) -> None:
    """A formula that divides by nothing has no value, and says so in no number."""
    found = read_metric("revenue / conversions", words).values(run([0, 0, 0]))
    assert np.isnan(found).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("convertion", "did you mean 'conversion'"),
        ("satisfacton", "did you mean 'satisfaction'"),
        ("revenue - 5 * losst", "did you mean 'lost'"),
        ("visits.hme", "did you mean 'home'"),
        ("waited_at.home / 1 min", "no touchpoint with a team 'home'"),
        ("stock.boots + 1", "seen by a customer, not by a run"),
        ("revenue +", "something is missing after '+'"),
        ("waited_at.chat", "where a number such as"),
        ("3 + 4", "always the same"),
        ("revenue > 5", "where a number such as"),
        ("persona.price + orders", "seen by a customer"),
    ],
)
def test_what_is_no_metric_is_refused(text: str, said: str, words: Vocabulary) -> None:
    """A metric that does not exist, or cannot be read, is refused with the nearest name."""
    with pytest.raises(InputError, match=said.replace("+", r"\+")):
        read_metric(text, words)


def test_no_competitor_is_said() -> None:
    """A model without a competitor has nobody to lose customers to."""
    with pytest.raises(InputError, match="no touchpoint has `media: competitor`"):
        read_metric("lost_to_competitor", Vocabulary())
