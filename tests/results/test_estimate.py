from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from simulator.results.estimate import (
    Estimate,
    linearised,
    mean_estimate,
    quantiles_over_replications,
    rate_estimate,
    ratio_estimate,
    wilson,
)


def test_t_interval_is_the_textbook_one() -> None:
    """The interval is mean ± t(n-1) s / √n, as scipy computes it."""
    values = [3.0, 5.0, 4.0, 8.0]
    found = mean_estimate(values)
    low, high = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    assert found.value == 5.0
    assert found.low == pytest.approx(low, rel=1e-12)
    assert found.high == pytest.approx(high, rel=1e-12)


def test_t_interval_covers() -> None:
    """Of 2,000 intervals from 10 replications, 93.4 to 96.6 % hold the truth; z for t would not."""
    draws = np.random.Generator(np.random.PCG64(11)).normal(2.0, 3.0, (2_000, 10))
    found = [mean_estimate(row) for row in draws]
    covered = np.mean([one.low <= 2.0 <= one.high for one in found])  # type: ignore[operator]
    assert 0.934 <= covered <= 0.966
    half = 1.96 * draws.std(axis=1, ddof=1) / math.sqrt(10)
    assert np.mean(abs(draws.mean(axis=1) - 2.0) <= half) < 0.934


def test_ratio_interval_covers() -> None:
    """The ratio estimator covers where numbers of customers vary; treating them as one sample fails."""
    generator = np.random.Generator(np.random.PCG64(12))
    chance = generator.beta(30, 70, (2_000, 20))  # replications differ by more than customers' luck
    customers = generator.poisson(400, (2_000, 20))
    converted = generator.binomial(customers, chance)
    pairs = list(zip(converted, customers, strict=True))
    found = [rate_estimate(one, of, independent=True) for one, of in pairs]
    assert 0.934 <= np.mean([one.low <= 0.3 <= one.high for one in found]) <= 0.966  # type: ignore[operator]
    pooled = [wilson(int(one.sum()), int(of.sum())) for one, of in pairs]
    assert np.mean([low <= 0.3 <= high for low, high in pooled]) < 0.9


def test_linearised_values_have_the_ratio_as_their_mean() -> None:
    """The mean of the linearised values is the ratio of totals, not the mean of ratios."""
    values = linearised([1, 10], [10, 20])
    assert values.mean() == pytest.approx(11 / 30, rel=1e-14)
    assert values.mean() != pytest.approx((0.1 + 0.5) / 2)


def test_nobody_is_no_rate() -> None:
    """Without customers there is no rate, and the reason is told."""
    assert rate_estimate([0, 0], [0, 0], independent=True) == Estimate(None, None, None, 2, "nobody to count")
    assert ratio_estimate([0.0, 0.0], [0.0, 0.0]).value is None


def test_wilson_is_the_published_one() -> None:
    """Wilson's interval of 15 in 148 is the one Newcombe prints: 0.0624 to 0.1605."""
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(29, 29) == pytest.approx((0.8830, 1.0), abs=1e-4)


def test_one_replication_has_wilson_or_a_reason() -> None:
    """One replication: Wilson's interval where customers share nothing, otherwise none, with the reason."""
    alone = rate_estimate([30], [100], independent=True)
    assert (alone.low, alone.high) == wilson(30, 100)
    shared = rate_estimate([30], [100], independent=False)
    assert shared.value == 0.3
    assert shared.low is None
    assert "share" in shared.reason


def test_no_conversion_is_no_certainty() -> None:
    """Replications that all found nothing give no interval of width zero."""
    found = rate_estimate([0, 0, 0], [50, 60, 40], independent=True)
    assert (found.low, found.high) == wilson(0, 150)
    assert rate_estimate([0, 0], [5, 5], independent=False).high is None


def test_equal_shares_of_unequal_numbers_count_as_equal() -> None:
    """Shares that agree exactly, though not in floating point, are seen as agreeing."""
    found = rate_estimate([10, 30, 70], [30, 90, 210], independent=True)
    assert (found.low, found.high) == wilson(110, 330)


def test_rates_stay_between_0_and_1() -> None:
    """An interval of a share never leaves 0 to 1."""
    found = rate_estimate([0, 0, 1], [10, 10, 10], independent=False)
    assert found.low == 0.0


def test_scaling_turns_round() -> None:
    """A negative factor keeps the lower end below the higher."""
    assert Estimate(2.0, 1.0, 4.0, 3).scaled(-1.0) == Estimate(-2.0, -4.0, -1.0, 3)


def test_quantiles_are_read_off() -> None:
    """Quantiles over replications are those of the sample, by product."""
    values = np.arange(11)[:, None] * np.array([1, 10])
    assert quantiles_over_replications(values).tolist() == [[1, 10], [5, 50], [9, 90]]
