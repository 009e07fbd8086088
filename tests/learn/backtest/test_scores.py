from __future__ import annotations

import sys

import numpy as np
import pytest

from simulator.errors import MissingExtraError
from simulator.learn.backtest.scores import Forecast, crps, score


def poisson(mean: float, paths: int, days: int, origins: int) -> list[Forecast]:
    """Draw forecasts and what happened from one Poisson law."""
    rng = np.random.default_rng(1)
    return [
        Forecast(rng.poisson(mean, (paths, days)).astype(float), rng.poisson(mean, days).astype(float))
        for _ in range(origins)
    ]


def test_one_path_has_its_absolute_error_as_crps() -> None:
    """A forecast without spread is judged by how far it is off."""
    assert crps(np.array([[3.0, 8.0]]), np.array([5.0, 8.0])) == pytest.approx([2.0, 0.0])


def test_the_crps_of_a_bundle_is_the_integral_over_thresholds() -> None:
    """The library's closed form agrees with the definition, added up over a fine grid."""
    rng = np.random.default_rng(2)
    paths, actual = rng.gamma(2.0, 3.0, 50), 4.2
    grid = np.linspace(0.0, 60.0, 600_001)
    below = np.searchsorted(np.sort(paths), grid, side="right") / len(paths)
    integral = ((below - (grid >= actual)) ** 2).sum() * (grid[1] - grid[0])
    assert crps(paths[:, None], np.array([actual]))[0] == pytest.approx(integral, abs=1e-3)


def test_the_truth_is_covered_as_often_as_it_says() -> None:
    """Poisson paths of the true mean: 80 % of the days lie within the 80 % interval (whole numbers: more).

    An interval cut at the wrong tails would cover 60 or 90 %.
    """
    scores = score(poisson(400.0, 1000, 28, 60))
    assert scores.coverage[80] == pytest.approx(0.80, abs=0.04)
    assert scores.coverage[50] == pytest.approx(0.50, abs=0.05)
    assert scores.coverage_total[95] == pytest.approx(0.95, abs=0.14)
    assert abs(scores.bias or 0.0) < 0.01


def test_bias_and_error_of_totals_are_shares_of_what_happened() -> None:
    """Twice 12 forecast where 10 and 14 happened: off by 4 of 24, with no bias."""
    forecasts = [
        Forecast(np.full((4, 2), 6.0), np.array([5.0, 5.0])),
        Forecast(np.full((4, 2), 6.0), np.array([7.0, 7.0])),
    ]
    scores = score(forecasts)
    assert (scores.mae, scores.crps, scores.crps_total) == pytest.approx((1.0, 1.0, 2.0))
    assert scores.total_error == pytest.approx(4 / 24)
    assert scores.bias == pytest.approx(0.0)


def test_where_nothing_happened_there_is_no_share() -> None:
    """No customers at all: the relative figures are missing, not infinite."""
    scores = score([Forecast(np.ones((3, 2)), np.zeros(2))])
    assert scores.total_error is None
    assert scores.bias is None
    assert scores.mae == 1.0


def test_weeks_of_the_horizon_are_scored_apart() -> None:
    """An error in the second week alone shows there alone."""
    paths = np.full((5, 14), 3.0)
    actual = np.concatenate([np.full(7, 3.0), np.full(7, 5.0)])
    first, second = score([Forecast(paths, actual)]).weeks
    assert (first.mae, second.mae) == (0.0, 2.0)


def test_the_quantile_loss_is_what_the_definition_says() -> None:
    """A point forecast of 4 where 6 happened loses level times 2: on average 1 over levels that are fair."""
    assert score([Forecast(np.full((3, 1), 4.0), np.array([6.0]))]).pinball == pytest.approx(1.0)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "scoringrules", None)
    with pytest.raises(MissingExtraError, match=r"journey-simulator\[learn\]"):
        score(poisson(4.0, 10, 2, 1))
