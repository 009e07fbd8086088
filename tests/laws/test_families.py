"""Every family inverts its own distribution function, and the length-biased one, against mpmath."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import mpmath
import pytest

from simulator.laws.law import Law

mp = mpmath.mp.clone()
mp.dps = 40

Tails = Callable[[mpmath.mpf], tuple[mpmath.mpf, mpmath.mpf]]

TAILS = [1e-15, 1e-12, 1e-8, 1e-4, 0.01, 0.2, 0.4999]
PROBABILITIES = [*TAILS, 0.5, *(1 - tail for tail in TAILS), 1 - 2.0**-53]
DAY = 86_400_000.0  # milliseconds


def gamma_tails(shape: mpmath.mpf, x: mpmath.mpf) -> tuple[mpmath.mpf, mpmath.mpf]:
    """P and Q of a gamma variable of scale 1, by whichever mpmath sums well."""
    if x <= shape:
        lower = mp.gammainc(shape, 0, x, regularized=True)
        return lower, 1 - lower
    upper = mp.gammainc(shape, x, mp.inf, regularized=True)
    return 1 - upper, upper


def normal_tails(z: mpmath.mpf) -> tuple[mpmath.mpf, mpmath.mpf]:
    """Both tails of the standard normal."""
    return mp.erfc(-z / mp.sqrt(2)) / 2, mp.erfc(z / mp.sqrt(2)) / 2


def exact(law: Law, biased: bool) -> Tails:
    """The distribution function and its complement of a law, or of its length-biased law, in mpmath."""
    a, b, extra = mp.mpf(law.a), mp.mpf(law.b), int(biased)
    match law.family.name:
        case "EXPONENTIAL":
            if biased:
                return lambda x: gamma_tails(mp.mpf(2), x / a)
            return lambda x: (-mp.expm1(-x / a), mp.exp(-x / a))
        case "GAMMA":
            return lambda x: gamma_tails(a + extra, x / b)
        case "LOGNORMAL":
            return lambda x: normal_tails((mp.log(x) - a) / b - extra * b)
        case "WEIBULL":
            if biased:
                return lambda x: gamma_tails(1 + 1 / a, (x / b) ** a)
            return lambda x: (-mp.expm1(-((x / b) ** a)), mp.exp(-((x / b) ** a)))
        case "NORMAL":
            return lambda x: normal_tails((x - a) / b)
    return pieces(density_pieces(law), biased)


def density_pieces(law: Law) -> list[tuple[float, float, float, float]]:
    """Straight pieces of a density: from, to, and (unscaled) its height at both."""
    if law.family.name == "UNIFORM":
        return [(law.a, law.b, 1.0, 1.0)]
    if law.family.name == "TRIANGULAR":
        return [(law.a, law.b, 0.0, 1.0), (law.b, law.c, 1.0, 0.0)]
    found = []
    for (p, x), (q, y) in zip(law.knots, law.knots[1:], strict=False):
        height = mp.mpf(q) - mp.mpf(p)
        found.append((x, y, height / (mp.mpf(y) - x), height / (mp.mpf(y) - x)))
    return found


def pieces(density: Sequence[tuple[float, float, float, float]], biased: bool) -> Tails:
    """Integrate a piecewise-linear density (times x where biased) by Simpson, exact for cubics."""

    def area(piece: tuple[float, float, float, float], low: mpmath.mpf, high: mpmath.mpf) -> mpmath.mpf:
        start, end, left, right = map(mp.mpf, piece)
        low, high = max(low, start), min(high, end)
        if high <= low:
            return mp.mpf(0)

        def value(x: mpmath.mpf) -> mpmath.mpf:
            height = left + (right - left) * (x - start) / (end - start)
            return height * x if biased else height

        return (high - low) / 6 * (value(low) + 4 * value((low + high) / 2) + value(high))

    def tails(x: mpmath.mpf) -> tuple[mpmath.mpf, mpmath.mpf]:
        below = mp.fsum(area(piece, -mp.inf, x) for piece in density)
        above = mp.fsum(area(piece, x, mp.inf) for piece in density)
        return below / (below + above), above / (below + above)

    return tails


def assert_inverts(tails: Tails, x: float, u: float) -> None:
    """|F(x) - u| <= 1e-13 min(u, 1 - u), or u lies between F at x's two neighbouring doubles.

    The second is for laws away from 0, where doubles are too far apart for the first.
    """
    lower, upper = tails(mp.mpf(x))
    target = mp.mpf(u)
    error = abs(lower - target) / target if u <= 0.5 else abs(upper - (1 - target)) / (1 - target)
    if error <= 1e-13:
        return
    before, after = math.nextafter(x, -math.inf), math.nextafter(x, math.inf)
    assert tails(mp.mpf(before))[0] <= target <= tails(mp.mpf(after))[0], (x, u, float(error))


CURVED = [
    Law.exponential(1.0),
    Law.exponential(9 * DAY),
    *(Law.gamma(10 * DAY, cv) for cv in (0.05, 0.3, 0.7, 1.0, 1.6, 3.0, 5.0)),
    *(Law.lognormal(median=120_000.0, sigma=sigma) for sigma in (0.05, 0.3, 1.0, 3.0)),
    *(Law.weibull(mean=55 * DAY, shape=shape) for shape in (0.3, 0.7, 1.0, 1.4, 5.0)),
]
STRAIGHT = [
    Law.uniform(0.0, 7.0),
    Law.uniform(3.0, 5.0),
    Law.triangular(0.0, 0.0, 4.0),
    Law.triangular(2.0, 5.0, 11.0),
    Law.triangular(0.0, 6.0, 6.0),
    Law.triangular(1.0, 1.0, 1.5),
    Law.triangular(0.0, 5.9, 6.0),
    Law.empirical({0: 0.0, 0.5: 1.0, 0.9: 4.0, 1: 30.0}),
    Law.empirical({0: 2.0, 0.001: 2.5, 1: 3.0}),
]
SIGNED = [Law.normal(0.0, 0.1), Law.normal(5.0, 2.0), Law.uniform(-3.0, 1.0), Law.triangular(-2.0, -1.0, 4.0)]


@pytest.mark.parametrize("law", [*CURVED, *STRAIGHT, *SIGNED], ids=str)
def test_quantile_inverts(law: Law) -> None:
    """A draw is the inverse distribution function to 1e-13 of the smaller tail, from 1e-15 on."""
    tails = exact(law, biased=False)
    for u in PROBABILITIES:
        x = law.quantile(u)
        if 0 < x < 1e-290 or x == 0:
            assert tails(mp.mpf(1e-290))[0] >= u
        else:
            assert_inverts(tails, x, u)


@pytest.mark.parametrize("law", CURVED, ids=str)
def test_curved_laws_need_no_allowance(law: Law) -> None:
    """Laws that start at 0 hold 1e-13 outright: doubles are dense there."""
    tails = exact(law, biased=False)
    for u in PROBABILITIES:
        x = law.quantile(u)
        if x > 1e-290:
            lower, upper = tails(mp.mpf(x))
            target = mp.mpf(u)
            gap, tail = (lower - target, target) if u <= 0.5 else (upper - 1 + target, 1 - target)
            assert abs(gap) <= 1e-13 * tail


@pytest.mark.parametrize("law", [*CURVED, *STRAIGHT], ids=str)
def test_biased_quantile_inverts(law: Law) -> None:
    """The stay met in the middle has density x f(x) / mean, to the same accuracy."""
    tails = exact(law, biased=True)
    for u in PROBABILITIES:
        assert_inverts(tails, law.biased_quantile(u), u)


@pytest.mark.parametrize("law", [*CURVED, *STRAIGHT, *SIGNED], ids=str)
def test_cdf_agrees_with_mpmath(law: Law) -> None:
    """The distribution function is the one the quantile inverts."""
    tails = exact(law, biased=False)
    for u in (1e-6, 0.01, 0.3, 0.7, 0.99):
        x = law.quantile(u)
        if x > 1e-290 or x < 0:
            assert law.cdf(x) == pytest.approx(float(tails(mp.mpf(x))[0]), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("law", [*CURVED, *STRAIGHT, *SIGNED, Law.poisson(7.5), Law.geometric(3.0)], ids=str)
def test_draws_never_fall_as_u_rises(law: Law) -> None:
    """A larger uniform never gives a smaller value, from one end to the other."""
    grid = [2.0**-k for k in range(52, 1, -1)] + [i / 1000 for i in range(251, 1000)]
    grid += [1 - 2.0**-k for k in range(11, 53)]
    for draw in (law.quantile, law.biased_quantile) if law.minimum() >= 0 else (law.quantile,):
        values = [draw(u) for u in sorted(grid)]
        assert values == sorted(values)


def test_an_atom_is_hit_with_its_chance() -> None:
    """Two knots of equal value are a lump: met on all of that range of u, a step of cdf, biased by size."""
    law = Law.empirical({0: 0.0, 0.25: 2.0, 0.75: 2.0, 1: 6.0})
    assert [law.quantile(u) for u in (0.2501, 0.5, 0.75)] == [2.0, 2.0, 2.0]
    assert law.quantile(0.125) == 1.0
    assert law.quantile(0.875) == 4.0
    assert law.cdf(math.nextafter(2.0, 0.0)) == pytest.approx(0.25)
    assert law.cdf(2.0) == 0.75
    # mean 0.25 + 1 + 1 = 2.25, so the lump holds 1 / 2.25 of the biased law, above 0.25 / 2.25
    assert law.biased_quantile(0.25 / 2.25 - 1e-9) < 2.0
    assert [law.biased_quantile(u) for u in (0.112, 0.3, 0.555)] == [2.0, 2.0, 2.0]
    assert law.biased_quantile(1.25 / 2.25 + 1e-6) > 2.0
