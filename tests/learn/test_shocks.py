from __future__ import annotations

import numpy as np
import pytest

from simulator.learn.shocks import estimate_shock

WEEKS = 52


def weekly(sd: float, correlation: float, mean: float, seed: int) -> np.ndarray:
    """Poisson days under weekly log-normal factors of mean one."""
    rng = np.random.default_rng(seed)
    sigma = np.sqrt(np.log1p(sd**2))
    z = np.empty(WEEKS)
    z[0] = rng.normal()
    for week in range(1, WEEKS):
        z[week] = correlation * z[week - 1] + np.sqrt(1 - correlation**2) * rng.normal()
    factor = np.exp(sigma * z - sigma**2 / 2)
    return rng.poisson(mean * np.repeat(factor, 7)).astype(float)


def test_the_size_of_a_shock_is_found_again() -> None:
    """Over 40 logs of a year the mean estimate of sd 0.3 and correlation 0.6 is near both."""
    expected = np.full(7 * WEEKS, 40.0)
    found = [estimate_shock(weekly(0.3, 0.6, 40.0, seed), expected) for seed in range(40)]
    assert all(found)
    assert np.mean([one.sd for one in found if one]) == pytest.approx(0.3, abs=0.04)
    assert np.mean([one.correlation for one in found if one]) == pytest.approx(0.55, abs=0.12)


def test_batches_are_no_shock() -> None:
    """Events that come five at a time scatter weeks, and days as much: nothing is left for a shock."""
    rng = np.random.default_rng(1)
    sizes = []
    for _ in range(40):
        found = estimate_shock(5.0 * rng.poisson(8.0, 7 * WEEKS), np.full(7 * WEEKS, 40.0))
        sizes.append(found.sd if found else 0.0)
    assert np.mean(sizes) < 0.06


@pytest.mark.parametrize(("mean", "days"), [(0.2, 364), (40.0, 30)])
def test_too_little_is_no_shock(mean: float, days: int) -> None:
    """Few events a week, or few weeks, say nothing."""
    counts = np.random.default_rng(1).poisson(mean, days).astype(float)
    assert estimate_shock(counts, np.full(days, mean)) is None
