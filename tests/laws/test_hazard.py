"""Piecewise constant hazards and what is left of a stay, against quadrature and SciPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from simulator.laws.aged import remaining, survival
from simulator.laws.families import Family
from simulator.laws.law import Law

BANDS = ((0.0, 0.5), (1.0, 0.0), (2.0, 0.1), (5.0, 0.8))
LAW = Law.hazard(BANDS)

# A law and the distribution of SciPy that it is.
AGED: list[tuple[Law, Any]] = [
    (Law.exponential(3.0), stats.expon(scale=3.0)),
    (Law.gamma(mean=3.0, cv=0.7), stats.gamma(1 / 0.49, scale=3.0 * 0.49)),
    (Law.gamma(mean=3.0, cv=1.6), stats.gamma(1 / 2.56, scale=3.0 * 2.56)),
    (Law.lognormal(median=2.0, sigma=0.8), stats.lognorm(0.8, scale=2.0)),
    (Law.weibull(mean=3.0, shape=1.4), stats.weibull_min(1.4, scale=Law.weibull(mean=3.0, shape=1.4).b)),
    (Law.uniform(1.0, 9.0), stats.uniform(1.0, 8.0)),
    (Law.triangular(0.0, 2.0, 9.0), stats.triang(2 / 9, 0.0, 9.0)),
]


def args(law: Law) -> tuple[Any, ...]:
    """Give a law as compiled code takes it."""
    return int(law.family), law.a, law.b, law.c, law.table, 0, len(law.table)


def alive(t: float) -> float:
    """Give the survival function of `LAW`, written anew."""
    edges = [edge for edge, _ in BANDS[1:]] + [math.inf]
    total = sum(
        rate * max(0.0, min(t, end) - edge) for (edge, rate), end in zip(BANDS, edges, strict=True) if rate
    )
    return math.exp(-total)


def test_a_hazard_is_its_rates_integrated() -> None:
    """F(x) = 1 - exp(-H(x)), and the quantile inverts it, also where the rate is 0."""
    for u in (1e-12, 0.1, 0.39, 0.3934693402873665, 0.4, 0.6, 0.99, 1 - 1e-12):
        assert LAW.cdf(LAW.quantile(u)) == pytest.approx(u, rel=1e-12)
    for t in (0.0, 0.7, 1.0, 1.5, 3.0, 9.0):
        assert LAW.cdf(t) == pytest.approx(1 - alive(t), rel=1e-12, abs=1e-15)


def test_moments_of_a_hazard_are_integrals_of_its_survival() -> None:
    """Mean and variance by quadrature, band by band."""
    spans = [(0, 1), (1, 2), (2, 5), (5, 80)]
    mean = sum(integrate.quad(alive, *span)[0] for span in spans)
    second = sum(2 * integrate.quad(lambda t: t * alive(t), *span)[0] for span in spans)
    assert LAW.mean() == pytest.approx(mean, rel=1e-9)
    assert LAW.variance() == pytest.approx(second - mean**2, rel=1e-9)


def test_the_length_biased_hazard_inverts_its_distribution() -> None:
    """Density t f(t) / mean: its distribution function at the quantile is u."""
    mean = LAW.mean()
    for u in (1e-6, 0.2, 0.5, 0.9, 0.999):
        t = LAW.biased_quantile(u)
        below = sum(
            integrate.quad(alive, low, min(t, high))[0]
            for low, high in ((0, 1), (1, 2), (2, 5), (5, 99))
            if t > low
        )
        assert (below - t * alive(t)) / mean == pytest.approx(u, rel=1e-7)


def test_a_hazard_that_ends_in_0_may_never_ring() -> None:
    """Beyond what its rates gather the quantile is infinite, and so is the mean."""
    law = Law.hazard([(0.0, 0.5), (2.0, 0.0)])
    assert not law.is_sure
    assert law.quantile(1 - math.exp(-1.0) + 1e-9) == math.inf
    assert law.quantile(1 - math.exp(-1.0) - 1e-9) < 2.0
    assert law.mean() == math.inf


def test_the_time_left_turns_a_hazard_around() -> None:
    """So long before the date, bands of the time left are bands of age in reverse, and overdue the last."""
    law = Law.hazard([(0.0, 0.1), (7.0, 0.2), (30.0, 0.3)], attribute="due", overdue=0.9)
    assert law.given(40.0).knots == ((0.0, 0.3), (10.0, 0.2), (33.0, 0.1), (40.0, 0.9))
    assert law.given(7.0).knots == ((0.0, 0.1), (7.0, 0.9))
    assert law.given(-3.0).knots == ((0.0, 0.9),)
    assert Law.until("due").given(5.0) == Law.fixed(5.0)
    assert Law.until("due").given(-5.0) == Law.fixed(0.0)


@pytest.mark.parametrize(("law", "known"), AGED, ids=lambda one: str(one) if isinstance(one, Law) else "")
@pytest.mark.parametrize("age", [0.0, 0.4, 2.5, 6.0, 8.9])
def test_what_is_left_is_the_law_given_the_age(law: Law, known: Any, age: float) -> None:
    """P(X - a > x | X > a) = S(a + x) / S(a), at many probabilities."""
    assert survival(*args(law), age) == pytest.approx(known.sf(age), rel=1e-9)
    for u in (1e-6, 0.1, 0.5, 0.9, 1 - 1e-6):
        left = remaining(*args(law), age, u)
        assert known.sf(age + left) / known.sf(age) == pytest.approx(1 - u, rel=1e-6)


def test_old_ages_keep_their_digits() -> None:
    """Far in the tail, where 1 - F is all rounding, what is left still has its law."""
    weibull, lognormal = Law.weibull(mean=1.0, shape=1.5), Law.lognormal(median=1.0, sigma=0.5)
    known = stats.lognorm(0.5)
    for u in (0.1, 0.5, 0.9):
        left = remaining(*args(weibull), 12.0, u)
        scale = weibull.b
        assert ((12 + left) / scale) ** 1.5 - (12 / scale) ** 1.5 == pytest.approx(-math.log1p(-u), rel=1e-6)
        left = remaining(*args(lognormal), 60.0, u)
        assert known.logsf(60 + left) - known.logsf(60) == pytest.approx(math.log1p(-u), rel=1e-6)
    gamma = Law.gamma(mean=1.0, cv=0.5)  # its hazard tends to 1 / scale
    assert remaining(*args(gamma), 30.0, 0.5) == pytest.approx(math.log(2) * gamma.b, rel=0.15)


def test_a_stay_cannot_be_older_than_its_law_allows() -> None:
    """Of a fixed time that is over nothing is left, and nobody survived it."""
    law = Law.fixed(5.0)
    assert (survival(*args(law), 4.9), survival(*args(law), 5.0)) == (1.0, 0.0)
    assert remaining(*args(law), 3.0, 0.3) == 2.0
    assert remaining(*args(law), 9.0, 0.3) == 0.0
    late = Law.empirical({0.0: 1.0, 0.5: 2.0, 1.0: 4.0})
    assert survival(*args(late), 4.0) == 0.0
    assert remaining(*args(late), 2.0, 0.5) == pytest.approx(1.0)


def test_an_aged_hazard_goes_on_at_its_age() -> None:
    """Drawn at an age it is the hazard from there on."""
    for age in (0.0, 0.5, 1.5, 4.0, 7.0):
        for u in (0.05, 0.5, 0.95):
            left = remaining(*args(LAW), age, u)
            assert alive(age + left) / alive(age) == pytest.approx(1 - u, rel=1e-9)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: Law.hazard([]), "its bands begin at 0"),
        (lambda: Law.hazard([(1.0, 0.1)]), "its bands begin at 0"),
        (lambda: Law.hazard([(0.0, -0.1)]), "finite number from 0"),
        (lambda: Law.hazard([(0.0, 0.1), (0.0, 0.2)]), "must follow each other"),
        (lambda: Law.hazard([(0.0, 0.1)], attribute="due", overdue=-1.0), "overdue is -1"),
        (lambda: Law.until("due").scaled(2.0), "waits for a planned date"),
    ],
)
def test_what_is_no_hazard_is_refused(build: Any, said: str) -> None:
    """Each with what is wrong."""
    with pytest.raises(ValueError, match=said):
        build()


def test_scaling_a_hazard_scales_its_time() -> None:
    """Twice as long: bands twice as wide, rates half as high."""
    assert LAW.scaled(2.0).mean() == pytest.approx(2 * LAW.mean())
    assert np.isclose(LAW.scaled(2.0).quantile(0.7), 2 * LAW.quantile(0.7))
    assert LAW.family is Family.HAZARD
