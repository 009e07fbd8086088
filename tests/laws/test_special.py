"""The special functions hold their digits against mpmath."""

from __future__ import annotations

import math

import mpmath
import pytest

from simulator.laws.incomplete import gamma_p, gamma_q, gamma_quantile
from simulator.laws.special import gamma, gamma_prefix, log1pmx, log_gamma1p, normal_cdf, normal_quantile

mp = mpmath.mp.clone()
mp.dps = 40

TAILS = [1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 0.01, 0.074, 0.076, 0.1, 0.3, 0.4999, 0.5]
PROBABILITIES = [*TAILS, *(1 - tail for tail in TAILS), 2.0**-53, 1 - 2.0**-53]
SHAPES = [0.01, 0.04, 0.3, 0.49, 0.5, 0.7, 1.0, 1.5, 3.0, 9.9, 10.0, 25.0, 59.9, 60.0, 150.0, 400.0]


def tail_error(lower: mpmath.mpf, upper: mpmath.mpf, u: float) -> float:
    """|F - u| relative to the smaller tail, told by whichever tail is smaller."""
    target = mp.mpf(u)
    if u <= 0.5:
        return float(abs(lower - target) / target)
    return float(abs(upper - (1 - target)) / (1 - target))


@pytest.mark.parametrize("u", PROBABILITIES)
def test_normal_quantile(u: float) -> None:
    """The normal quantile inverts to 1e-13 of the smaller tail."""
    z = mp.mpf(normal_quantile(u))
    lower, upper = mp.erfc(-z / mp.sqrt(2)) / 2, mp.erfc(z / mp.sqrt(2)) / 2
    assert tail_error(lower, upper, u) <= 2e-14


def test_normal_ends_and_symmetry() -> None:
    """The ends are infinite, the middle is 0, and z(u) = -z(1 - u) exactly where 1 - u is exact."""
    assert normal_quantile(0.0) == -math.inf
    assert normal_quantile(1.0) == math.inf
    assert normal_quantile(0.5) == 0.0
    assert math.isnan(normal_quantile(math.nan))
    for u in (0.01, 0.2, 2.0**-52):
        assert normal_quantile(1 - u) == -normal_quantile(1 - (1 - u))
    assert normal_cdf(-8.0) == pytest.approx(float(mp.erfc(8 / mp.sqrt(2)) / 2), rel=1e-13)


@pytest.mark.parametrize("x", [1e-10, 1e-5, 0.01, 0.3, 1.0, 1.1, 20.0, -1e-8, -0.01, -0.5, -0.51, -0.9])
def test_log1pmx(x: float) -> None:
    """The function ln(1 + x) - x keeps its digits through the cancellation at 0."""
    assert log1pmx(x) == pytest.approx(float(mp.log1p(mp.mpf(x)) - mp.mpf(x)), rel=1e-15)


@pytest.mark.parametrize("a", [1e-6, 0.01, 0.5, 1.0, 1.5, 3.3, 9.99, 10.0, 30.0, 100.0, 171.0])
def test_gamma(a: float) -> None:
    """Gamma to a few units of the last place up to its overflow."""
    assert gamma(a) == pytest.approx(float(mp.gamma(mp.mpf(a))), rel=4e-15)


@pytest.mark.parametrize("a", [1e-12, 1e-4, 0.01, 0.1, 0.3, 0.5])
def test_log_gamma1p(a: float) -> None:
    """The logarithm of Gamma(1 + a) keeps its digits where it vanishes."""
    assert log_gamma1p(a) == pytest.approx(float(mp.loggamma(1 + mp.mpf(a))), rel=2e-15)


@pytest.mark.parametrize("a", SHAPES)
def test_incomplete_gamma(a: float) -> None:
    """P and Q to 1e-14 relative on the smaller tail, in the body and in both tails."""
    points = [a + z * math.sqrt(a) for z in (-8, -6, -3, -1, -0.1, 0, 0.1, 1, 3, 6, 8)]
    points += [0.59 * a, 0.61 * a, 1.39 * a, 1.41 * a, 1.49, 1.51, 0.5, 1e-3, 1e-9 * a]
    for x in (x for x in points if x > 0):
        lower = mp.gammainc(mp.mpf(a), 0, mp.mpf(x), regularized=True)
        upper = mp.gammainc(mp.mpf(a), mp.mpf(x), mp.inf, regularized=True)
        if lower <= upper and lower > 1e-60:
            assert gamma_p(a, x) == pytest.approx(float(lower), rel=3e-14)
        elif 1e-60 < upper < lower:
            assert gamma_q(a, x) == pytest.approx(float(upper), rel=3e-14)


@pytest.mark.parametrize("a", [1e3, 1e5, 1e7])
def test_incomplete_gamma_of_large_shape(a: float) -> None:
    """Temme's expansion against a plain sum of the series, out to eight deviations."""
    for z in (-8, -3, -0.3) if a < 1e6 else (-8, -3):
        x = a + z * math.sqrt(a)
        n, term, total = mp.mpf(a), mp.mpf(1), mp.mpf(1)
        while term > total * mp.mpf(10) ** -18:
            n += 1
            term *= mp.mpf(x) / n
            total += term
        lead = mp.exp(a * mp.log(mp.mpf(x)) - mp.mpf(x) - mp.loggamma(mp.mpf(a) + 1))
        assert gamma_p(a, x) == pytest.approx(float(lead * total), rel=2e-14)


@pytest.mark.parametrize("a", SHAPES)
def test_gamma_quantile(a: float) -> None:
    """The gamma quantile inverts to 1e-13 of the smaller tail, or is below the smallest double."""
    for u in PROBABILITIES:
        x = mp.mpf(gamma_quantile(a, u))
        if x < 1e-300:
            assert (mp.mpf(u) * mp.gamma(mp.mpf(a) + 1)) ** (1 / mp.mpf(a)) < 1e-300
            continue
        if u <= 0.5:
            lower, upper = mp.gammainc(mp.mpf(a), 0, x, regularized=True), mp.mpf(0)
        else:
            lower, upper = mp.mpf(0), mp.gammainc(mp.mpf(a), x, mp.inf, regularized=True)
        assert tail_error(lower, upper, u) <= 5e-14


def test_the_branches_of_the_incomplete_gamma_meet() -> None:
    """Across every border between two methods the functions are continuous to rounding."""
    for a, x in [(0.3, 1.5), (0.5, 1.5), (2.0, 3.0), (60.0, 60.0), (80.0, 48.0), (80.0, 112.0)]:
        step = 1e-12
        for f in (gamma_p, gamma_q):
            below, above = f(a * (1 - step), x * (1 - step)), f(a * (1 + step), x * (1 + step))
            assert below == pytest.approx(above, rel=1e-10)


def test_ends_and_nonsense_do_not_hang() -> None:
    """The ends of the range are exact; NaN and a shape of 0 or less are NaN, not an endless loop."""
    assert (gamma_p(2.0, 0.0), gamma_q(2.0, 0.0)) == (0.0, 1.0)
    assert (gamma_p(2.0, math.inf), gamma_q(2.0, 1e308)) == (1.0, 0.0)
    assert gamma_p(2.0, -1.0) == 0.0
    assert gamma_prefix(20.0, 0.0) == 0.0
    assert (gamma_quantile(2.0, 0.0), gamma_quantile(2.0, 1.0)) == (0.0, math.inf)
    for a, x in [(math.nan, 1.0), (1.0, math.nan), (0.0, 1.0), (-1e300, 1.0)]:
        assert math.isnan(gamma_p(a, x))
        assert math.isnan(gamma_quantile(a, x))
