"""Counts are exactly right: the smallest k whose distribution function reaches u."""

from __future__ import annotations

import math
import random

import mpmath
import numpy as np
import pytest
from scipy import stats

from simulator.laws.counts import (
    geometric_biased_quantile,
    geometric_cdf,
    geometric_quantile,
    poisson_cdf,
    poisson_quantile,
)

mp = mpmath.mp.clone()
mp.dps = 30

MEANS = [0.001, 0.03, 0.2, 0.6, 1.0, 3.7, 12.0, 61.0, 140.0, 999.5, 2e4]
TAILS = [1e-15, 1e-12, 1e-9, 1e-5, 0.001, 0.05, 0.3]
PROBABILITIES = [*TAILS, 0.5, *(1 - tail for tail in TAILS), 1 - 2.0**-53]


def poisson_tails(mean: float, k: int, digits: int = 22) -> tuple[mpmath.mpf, mpmath.mpf]:
    """F(k) and 1 - F(k), each summed away from k, so both keep their digits."""
    if k < 0:
        return mp.mpf(0), mp.mpf(1)
    m, small = mp.mpf(mean), mp.mpf(10) ** -digits
    at_k = mp.exp(k * mp.log(m) - m - mp.loggamma(k + 1))
    lower = upper = mp.mpf(0)
    term, i = at_k, k
    while i >= 0 and term > small * lower:
        lower += term
        term *= i / m
        i -= 1
    term, i = at_k * m / (k + 1), k + 1
    while term > small * upper:
        upper += term
        i += 1
        term *= m / i
    return (lower, 1 - lower) if lower < 0.5 else (1 - upper, upper)


def reached(tails: tuple[mpmath.mpf, mpmath.mpf], u: float, slack: float) -> bool:
    """F >= u on the smaller tail, with the relative slack given in favour."""
    lower, upper = tails
    if u <= 0.5:
        return bool(lower >= mp.mpf(u) * (1 - mp.mpf(slack)))
    return bool(upper <= (1 - mp.mpf(u)) * (1 + mp.mpf(slack)))


def assert_poisson(mean: float, u: float) -> None:
    """Hold k to F(k) >= u > F(k - 1), either way only within 1e-13 of a jump."""
    k = poisson_quantile(mean, u)
    assert k == int(k)
    assert reached(poisson_tails(mean, int(k)), u, 1e-13), (mean, u, k)
    assert not reached(poisson_tails(mean, int(k) - 1), u, -1e-13), (mean, u, k)


@pytest.mark.parametrize("mean", MEANS)
def test_poisson_quantile_on_a_grid(mean: float) -> None:
    """From the rarest low count to the rarest high one."""
    for u in PROBABILITIES:
        assert_poisson(mean, u)


@pytest.mark.parametrize("u", [1e-15, 0.2, 1 - 1e-15])
def test_poisson_quantile_of_a_large_mean(u: float) -> None:
    """A mean of a million is as exact as a mean of one."""
    assert_poisson(1e6, u)


@pytest.mark.parametrize("mean", [0.2, 3.7, 61.0, 140.0, 2e4])
def test_poisson_quantile_beside_its_jumps(mean: float) -> None:
    """A millionth of a millionth below F(k) is k, above it k + 1: `<` for `<=` or a wrong step shows."""
    for z in (-5, -2, 0, 2, 5):
        k = max(int(mean + z * math.sqrt(mean)), 0)
        lower, upper = poisson_tails(mean, k)
        if lower <= 0.5:
            below, above = float(lower * (1 - mp.mpf(10) ** -12)), float(lower * (1 + mp.mpf(10) ** -12))
        else:
            gap = max(upper * mp.mpf(10) ** -12, mp.mpf(2) ** -52)
            below, above = float(1 - upper - gap), float(1 - upper + gap)
        assert poisson_quantile(mean, below) == k
        assert poisson_quantile(mean, above) == k + 1


def test_poisson_follows_scipy_over_many_draws() -> None:
    """3,000 random (mean, u) agree with SciPy's integer quantile."""
    rng = random.Random(7)
    pairs = [(10 ** rng.uniform(-3, 5), rng.random()) for _ in range(3_000)]
    mine = [poisson_quantile(mean, u) for mean, u in pairs]
    assert np.array_equal(mine, stats.poisson.ppf([u for _, u in pairs], [mean for mean, _ in pairs]))


def test_a_higher_mean_adds_behind() -> None:
    """At one uniform the count never falls as the mean rises: a raised rate keeps its customers."""
    rng = random.Random(8)
    for _ in range(200):
        u = rng.random()
        counts = [poisson_quantile(mean, u) for mean in np.linspace(0.5, 200, 60).tolist()]
        assert counts == sorted(counts)


def geometric_tails(mean: float, k: int) -> tuple[mpmath.mpf, mpmath.mpf]:
    """F(k) and 1 - F(k) of the count on 0, 1, …."""
    upper = (mp.mpf(mean) / (1 + mp.mpf(mean))) ** (k + 1)
    return 1 - upper, upper


def biased_geometric_tails(mean: float, k: int) -> tuple[mpmath.mpf, mpmath.mpf]:
    """F(k) and 1 - F(k) of the length-biased count: its chances k q**(k-1) p**2 summed."""
    p = 1 / (1 + mp.mpf(mean))
    if k < 2000:
        lower = mp.fsum(j * (1 - p) ** (j - 1) * p**2 for j in range(1, k + 1))
        return lower, 1 - lower
    upper = (1 - p) ** k * (1 + k * p)
    return 1 - upper, upper


@pytest.mark.parametrize("mean", [*MEANS, 1e6])
@pytest.mark.parametrize("biased", [False, True])
def test_geometric_quantile_on_a_grid(mean: float, biased: bool) -> None:
    """The count on 0, 1, … and the length-biased one on 1, 2, … are the smallest that reach u."""
    draw = geometric_biased_quantile if biased else geometric_quantile
    tails = biased_geometric_tails if biased else geometric_tails
    slack = 1e-12 if biased else 1e-13
    for u in PROBABILITIES:
        k = int(draw(mean, u))
        assert k >= (1 if biased else 0)
        assert reached(tails(mean, k), u, slack), (mean, u, k)
        if k > (1 if biased else 0):
            assert not reached(tails(mean, k - 1), u, -slack), (mean, u, k)


def test_distribution_functions() -> None:
    """The distribution functions agree with mpmath, step at whole numbers and are 0 below 0."""
    assert poisson_cdf(3.7, 4.9) == poisson_cdf(3.7, 4.0) != poisson_cdf(3.7, 5.0)
    assert poisson_cdf(3.7, 4.0) == pytest.approx(float(poisson_tails(3.7, 4)[0]), rel=1e-14)
    assert geometric_cdf(3.7, 4.9) == pytest.approx(float(geometric_tails(3.7, 4)[0]), rel=1e-14)
    assert poisson_cdf(3.7, -0.5) == geometric_cdf(3.7, -0.5) == 0.0
    assert geometric_cdf(0.0, 0.0) == 1.0


@pytest.mark.parametrize("draw", [poisson_quantile, geometric_quantile, geometric_biased_quantile])
def test_ends_and_nonsense_do_not_hang(draw) -> None:  # type: ignore[no-untyped-def]
    """Mean 0 is 0, probability 1 is infinite, and what is no mean gives NaN, not an endless loop."""
    assert draw(0.0, 0.7) == 0.0
    assert draw(2.0, 1.0) == math.inf
    for mean in (math.nan, -1.0, math.inf, 1e300):
        assert math.isnan(draw(mean, 0.7))
    assert math.isnan(draw(2.0, math.nan))
