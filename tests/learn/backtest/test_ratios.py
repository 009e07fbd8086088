from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.learn.backtest.ratios import crps_ratio
from simulator.learn.backtest.scores import Forecast, Scores, score

HORIZON = 28


ONE = score([Forecast(np.ones((2, 1)), np.zeros(1))])


def scores_of(crps: NDArray[np.float64]) -> Scores:
    """Give the scores of forecasts that were so far off."""
    return replace(ONE, origins=len(crps), by_origin=crps)


def overlapping(rng: np.random.Generator, origins: int) -> tuple[Scores, Scores]:
    """Draw the scores of two methods whose forecasts share three weeks of four; the first's are lower."""
    shared, first, second = rng.gamma(2.0, size=(3, origins + 3))
    month = np.full(4, 0.25)
    ours = scores_of(np.convolve(0.9 * (shared + first), month, "valid"))
    return ours, scores_of(np.convolve(shared + second, month, "valid"))


def test_the_interval_holds_the_true_ratio() -> None:
    """Of 2,000 backtests of 20 weekly forecasts, at least nine in ten intervals hold the ratio of 0.9.

    They hold it in 93.5 %; 90 would be 6 standard errors off. Were forecasts that share days taken for
    independent, 75 % would.
    """
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(2000):
        ratio = crps_ratio(*overlapping(rng, 20), HORIZON)
        assert ratio is not None
        assert ratio.low is not None
        assert ratio.high is not None
        held += ratio.low <= 0.9 <= ratio.high
    assert held >= 1800


def test_a_method_beside_itself_is_as_good_for_certain() -> None:
    """The ratio is one, and no luck is in it."""
    one = scores_of(np.arange(1.0, 21.0))
    ratio = crps_ratio(one, one, HORIZON)
    assert ratio is not None
    assert (ratio.value, ratio.low, ratio.high) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("origins", [1, 4, 7])
def test_forecasts_that_share_their_days_tell_no_interval(origins: int) -> None:
    """Fewer than two forecasts of 28 days apart: a ratio, and no more."""
    ratio = crps_ratio(scores_of(np.arange(1.0, origins + 1)), scores_of(np.full(origins, 2.0)), HORIZON)
    assert ratio is not None
    assert ratio.value == pytest.approx((origins + 1) / 4)
    assert ratio.low is None
    assert ratio.high is None


def test_nothing_is_compared_with_who_was_never_off() -> None:
    """A ratio to nothing is none."""
    assert crps_ratio(scores_of(np.ones(9)), scores_of(np.zeros(9)), HORIZON) is None
