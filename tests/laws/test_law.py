"""A law knows its moments, its support, its name, and refuses what is no law."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, stats

from simulator.addresses import Purpose, key_of
from simulator.engine.streams import uniform
from simulator.laws.biased import biased_quantile
from simulator.laws.families import Family, quantile
from simulator.laws.law import Law

KS_LIMIT = 2.694  # sqrt(n) D at alpha 1e-6

DURATIONS = [
    Law.fixed(3.0),
    Law.exponential(2.0),
    Law.gamma(8.0, 0.7),
    Law.gamma(8.0, 2.0),
    Law.lognormal(median=2.0, sigma=0.8),
    Law.lognormal(mean=2.0, sigma=0.8),
    Law.weibull(mean=55.0, shape=1.4),
    Law.weibull(median=55.0, shape=0.7),
    Law.uniform(1.0, 4.0),
    Law.triangular(1.0, 2.0, 7.0),
    Law.triangular(0.0, 7.0, 7.0),
    Law.empirical({0: 0.0, 0.5: 1.0, 0.7: 1.0, 1: 5.0}),
]
OTHERS = [Law.normal(0.75, 0.1), Law.poisson(1.4), Law.geometric(0.4)]


@pytest.mark.parametrize("law", [*DURATIONS, *OTHERS], ids=str)
def test_moments_are_those_of_the_draws(law: Law) -> None:
    """Mean and variance equal the integral of the quantile function and of its square."""
    if law.is_count:
        k = np.arange(400)
        chances = np.diff([0.0, *(law.cdf(float(i)) for i in k)])
        mean, square = (chances * k).sum(), (chances * k * k).sum()
    else:
        mean = integrate.quad(law.quantile, 0, 1, limit=400, points=[0.5, 0.7])[0]
        square = integrate.quad(lambda u: law.quantile(u) ** 2, 0, 1, limit=400, points=[0.5, 0.7])[0]
    assert law.mean() == pytest.approx(mean, rel=1e-6)
    assert law.variance() == pytest.approx(square - mean * mean, rel=2e-5, abs=1e-9)


def test_constructors_mean_what_they_say() -> None:
    """Means, medians and coefficients of variation come back as given (mean and rate are not swapped)."""
    assert Law.exponential(9.0).mean() == 9.0
    assert Law.gamma(8.0, 0.7).mean() == pytest.approx(8.0)
    assert math.sqrt(Law.gamma(8.0, 0.7).variance()) == pytest.approx(5.6)
    assert Law.lognormal(median=2.0, sigma=0.8).quantile(0.5) == pytest.approx(2.0)
    assert Law.lognormal(mean=2.0, sigma=0.8).mean() == pytest.approx(2.0)
    assert Law.weibull(mean=55.0, shape=1.4).mean() == pytest.approx(55.0)
    assert Law.weibull(median=55.0, shape=0.7).quantile(0.5) == pytest.approx(55.0)
    # Weibull of shape 1.5 and scale 30: mean 27.082359
    scale = 27.082359 / Law(Family.WEIBULL, 1.5, 1.0).mean()
    assert scale == pytest.approx(30.0, rel=1e-7)
    assert Law.normal(1.0, 0.5).variance() == 0.25
    assert Law.geometric(2.0).cdf(0.0) == pytest.approx(1 / 3)


def residual_cdf(law: Law) -> Callable[[np.ndarray], np.ndarray]:
    """The distribution with density (1 - F) / mean, by the trapezium rule on a fine grid."""
    top = law.quantile(1 - 1e-9)
    grid = np.linspace(0.0, 1.0, 40_001) ** 2 * top
    survival = 1.0 - np.array([law.cdf(x) for x in grid.tolist()])
    if law.family is Family.FIXED:
        return lambda x: np.clip(x / law.a, 0.0, 1.0)
    total = integrate.cumulative_trapezoid(survival, grid, initial=0.0)
    return lambda x: np.interp(x, grid, total / law.mean())


@pytest.mark.parametrize("law", DURATIONS, ids=str)
def test_what_remains_of_a_stay_has_density_survival_over_mean(law: Law) -> None:
    """KS of 20,000 remaining times; a share of an ordinary stay, not of a length-biased one, fails it."""
    stay, share = key_of(Purpose.LENGTH_BIAS), key_of(Purpose.RESIDUAL)
    draws = [(uniform(1, 0, k, 7, 1, stay, 0), uniform(1, 0, k, 7, 1, share, 0)) for k in range(20_000)]
    expected = residual_cdf(law)

    def distance(values: list[float]) -> float:
        return float(stats.kstest(values, expected).statistic * math.sqrt(len(values)))

    assert distance([law.residual(u, v) for u, v in draws]) <= KS_LIMIT
    if law.family is not Family.FIXED:
        assert distance([v * law.quantile(u) for u, v in draws]) > KS_LIMIT


def test_counts_are_size_biased() -> None:
    """The length-biased counts have chances k f(k) / mean."""
    for law in (Law.poisson(1.4), Law.geometric(2.0)):
        us = [(i + 0.5) / 20_000 for i in range(20_000)]
        found = np.bincount([int(law.biased_quantile(u)) for u in us], minlength=6)[:6] / 20_000
        chances = [k * (law.cdf(k) - law.cdf(k - 1)) / law.mean() for k in range(6)]
        assert found == pytest.approx(chances, abs=1e-4)


@pytest.mark.parametrize("law", [*DURATIONS, *OTHERS], ids=str)
def test_the_ends_of_the_support_are_the_quantiles_of_0_and_1(law: Law) -> None:
    """Support, quantile and distribution function agree on where a law ends."""
    assert law.quantile(0.0) == law.minimum() <= law.quantile(2.0**-53)
    assert law.quantile(1.0) == law.maximum() >= law.quantile(1 - 2.0**-53)
    assert law.cdf(law.maximum()) == 1.0
    if math.isfinite(law.minimum()):
        assert law.cdf(math.nextafter(law.minimum(), -math.inf)) == 0.0
    for u in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            law.quantile(u)


@pytest.mark.parametrize(
    ("law", "value"),
    [
        (Law.exponential(0.0), 0.0),
        (Law.gamma(5.0, 0.0), 5.0),
        (Law.gamma(0.0, 0.7), 0.0),
        (Law.lognormal(median=5.0, sigma=0.0), 5.0),
        (Law.lognormal(mean=0.0, sigma=1.0), 0.0),
        (Law.weibull(mean=0.0, shape=2.0), 0.0),
        (Law.uniform(5.0, 5.0), 5.0),
        (Law.triangular(5.0, 5.0, 5.0), 5.0),
        (Law.empirical({0: 5.0, 1: 5.0}), 5.0),
        (Law.empirical({0: 0.0, 1: 0.0}), 0.0),
        (Law.poisson(0.0), 0.0),
        (Law.geometric(0.0), 0.0),
        (Law(Family.EXPONENTIAL, 0.0), 0.0),
        (Law(Family.GAMMA, 2.0, 0.0), 0.0),
        (Law(Family.WEIBULL, 2.0, 0.0), 0.0),
        (Law(Family.LOGNORMAL, 0.0, 0.0), 1.0),
    ],
    ids=str,
)
def test_a_law_without_spread_is_its_value(law: Law, value: float) -> None:
    """Zero spread, zero mean and min equal to max work everywhere a law is used."""
    assert law.mean() == law.minimum() == law.maximum() == value
    assert law.variance() == 0.0
    assert law.quantile(1e-15) == law.quantile(0.5) == law.quantile(1 - 1e-15) == value
    assert law.biased_quantile(0.3) == value
    assert law.residual(0.3, 0.25) == 0.25 * value
    assert (law.cdf(value), law.cdf(value - 1e-9)) == (1.0, 0.0)


def test_a_normal_without_spread_is_its_mean() -> None:
    """`normal: {sd: 0}` is allowed as noise."""
    law = Law.normal(-2.0, 0.0)
    assert (law.quantile(0.9), law.minimum(), law.cdf(-2.0), law.cdf(-2.1)) == (-2.0, -2.0, 1.0, 0.0)


@pytest.mark.parametrize("law", DURATIONS, ids=str)
def test_scaling_multiplies_every_draw(law: Law) -> None:
    """A scaled law is the law of the scaled value, with the spread scaled too."""
    twice = law.scaled(2.5)
    for u in (0.01, 0.5, 0.99):
        assert twice.quantile(u) == pytest.approx(2.5 * law.quantile(u), rel=1e-12)
        assert twice.biased_quantile(u) == pytest.approx(2.5 * law.biased_quantile(u), rel=1e-12)
    assert twice.variance() == pytest.approx(6.25 * law.variance())
    assert law.scaled(0.0) == Law.fixed(0.0)


def test_only_durations_scale_and_only_they_are_biased() -> None:
    """A count cannot be scaled, a factor must not be negative, a signed law has no biased one."""
    with pytest.raises(ValueError, match="cannot be scaled"):
        Law.poisson(2.0).scaled(2.0)
    for factor in (-1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="factor"):
            Law.exponential(2.0).scaled(factor)
    for law in (Law.normal(5.0, 1.0), Law.uniform(-1.0, 1.0), Law.empirical({0: -1.0, 1: 1.0})):
        with pytest.raises(ValueError, match="can be negative"):
            law.biased_quantile(0.5)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Law.fixed(math.nan), "value is nan; it must be a finite number"),
        (lambda: Law.exponential(-1.0), "mean is -1; it must not be negative"),
        (lambda: Law.exponential(math.inf), "mean is inf"),
        (lambda: Law.gamma(1.0, -0.5), "cv is -0.5; it must not be negative"),
        (lambda: Law.gamma(1.0, math.nan), "cv is nan"),
        (lambda: Law(Family.GAMMA, 0.0, 1.0), "shape is 0; it must be positive"),
        (lambda: Law(Family.GAMMA, 1.0, -1.0), "scale is -1"),
        (lambda: Law.lognormal(sigma=1.0), "give either median or mean"),
        (lambda: Law.lognormal(median=1.0, mean=1.0, sigma=1.0), "not both"),
        (lambda: Law.lognormal(median=-1.0, sigma=1.0), "median is -1"),
        (lambda: Law.lognormal(median=1.0, sigma=-1.0), "sigma is -1"),
        (lambda: Law.lognormal(median=1.0, sigma=40.0), "too large"),
        (lambda: Law.weibull(mean=1.0, shape=0.0), "shape is 0; it must be between"),
        (lambda: Law.weibull(shape=1.0), "give either mean or median"),
        (lambda: Law.weibull(median=1.0, shape=0.01), "too large"),
        (lambda: Law.uniform(2.0, 1.0), "min 2, max 1; they must not decrease"),
        (lambda: Law.triangular(1.0, 5.0, 4.0), "min 1, mode 5, max 4"),
        (lambda: Law.triangular(1.0, 0.0, 4.0), "min 1, mode 0, max 4"),
        (lambda: Law.normal(0.0, -1.0), "sd is -1"),
        (lambda: Law.poisson(-1.0), "mean is -1"),
        (lambda: Law.poisson(1e13), "at most 1e\\+12"),
        (lambda: Law.geometric(math.nan), "mean is nan"),
        (lambda: Law.empirical({0: 1.0}), "at least the quantiles 0 and 1"),
        (lambda: Law.empirical({0.1: 1.0, 1: 2.0}), "run from 0.1 to 1"),
        (lambda: Law.empirical({0: 1.0, 0.5: 3.0, 1: 2.0}), "value 2 follows 3"),
        (lambda: Law.empirical({0: 1.0, 1: math.inf}), "finite"),
        (lambda: Law(Family.EMPIRICAL, knots=((0, 1), (0.5, 1), (0.5, 2), (1, 3))), "must increase"),
        (lambda: Law(Family.FIXED, 1.0, knots=((0, 1), (1, 3))), "only an empirical law"),
    ],
)
def test_what_is_no_law_is_refused_in_plain_words(build: Callable[[], Law], words: str) -> None:
    """Each impossible parameter is named with the value seen and what is allowed."""
    with pytest.raises(ValueError, match=words):
        build()


def test_laws_are_values() -> None:
    """Laws compare, hash, pickle and read as text; the order of quantiles in a file does not matter."""
    law = Law.gamma(8.0, 0.5)
    assert law == Law.gamma(8, 0.5) == pickle.loads(pickle.dumps(law))
    assert len({law, Law.gamma(8.0, 0.5), Law.gamma(8.0, 0.6)}) == 2
    assert Law.empirical({1: 2.0, 0: 1.0}) == Law.empirical({0: 1.0, 1: 2.0})
    assert isinstance(Law(Family.FIXED, 3).a, float)
    texts = [str(each) for each in (law, Law.fixed(3.0), Law.lognormal(median=2.0, sigma=0.8))]
    assert texts == ["gamma (mean 8, cv 0.5)", "3", "lognormal (median 2, sigma 0.8)"]
    assert str(Law.weibull(mean=55.0, shape=1.4)) == "weibull (mean 55, shape 1.4)"
    assert str(Law.empirical({0: 1.0, 1: 2.0})) == "empirical (0: 1, 1: 2)"
    assert str(Law.triangular(1.0, 2.0, 7.0)) == "triangular (min 1, mode 2, max 7)"


def test_a_shared_table_gives_each_law_its_own_rows() -> None:
    """Laws laid one after the other in a program's table draw as they do alone."""
    laws = [Law.empirical({0: 0.0, 0.3: 1.0, 1: 9.0}), Law.empirical({0: 5.0, 0.1: 6.0, 0.2: 6.0, 1: 7.0})]
    table = np.concatenate([law.table for law in laws])
    first = 0
    for law in laws:
        last = first + len(law.table)
        for u in (1e-9, 0.15, 0.3, 0.77, 1 - 1e-9):
            row = (int(law.family), 0.0, 0.0, 0.0, table, first, last, u)
            assert quantile(*row) == law.quantile(u)
            assert biased_quantile(*row) == law.biased_quantile(u)
        first = last


def test_an_unknown_family_draws_nan() -> None:
    """A damaged program stops the run (NaN is refused when drawn) instead of playing on."""
    none = np.empty(0)
    assert math.isnan(quantile(99, 1.0, 1.0, 1.0, none, 0, 0, 0.5))
    assert math.isnan(biased_quantile(99, 1.0, 1.0, 1.0, none, 0, 0, 0.5))
