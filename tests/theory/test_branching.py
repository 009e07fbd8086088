"""Referral families: published numbers, and the identities of branching processes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import InputError
from simulator.theory.branching import borel_pmf, extinction_probability, family_size


def test_reference_family() -> None:
    """At m = 0.6 a family has the published mean, variance and first masses."""
    assert family_size(0.6) == pytest.approx((2.5, 9.375), rel=1e-12)
    expected = [0.548812, 0.180717, 0.089261, 0.052254]
    np.testing.assert_allclose(borel_pmf([1, 2, 3, 4], 0.6), expected, rtol=0, atol=5e-7)


def test_reference_extinction() -> None:
    """At m = 1.5 a family dies out with the published chance."""
    assert extinction_probability(1.5) == pytest.approx(0.417188, abs=5e-7)


@given(st.floats(0.0, 0.8))
def test_borel_moments(mean: float) -> None:
    """The Borel masses sum to 1 and have the mean and variance of the family."""
    k = np.arange(1, 3_000)
    law = borel_pmf(k, mean)
    size = family_size(mean)
    assert law.sum() == pytest.approx(1.0, rel=1e-10)
    assert law @ k == pytest.approx(size.mean, rel=1e-9)
    assert law @ (k - size.mean) ** 2 == pytest.approx(size.variance, rel=1e-7, abs=1e-12)


@given(st.floats(1.2, 6.0))
def test_borel_mass_is_the_extinction(mean: float) -> None:
    """Above one referral each, the finite families are those that die out."""
    assert borel_pmf(np.arange(1, 3_000), mean).sum() == pytest.approx(extinction_probability(mean), rel=1e-9)


@given(st.one_of(st.floats(1.000001, 20.0), st.floats(1.0, 1.001)))
def test_extinction_is_the_smaller_root(mean: float) -> None:
    """It solves s = exp(m (s - 1)) and lies below 1 whenever m is above 1."""
    s = extinction_probability(mean)
    assert s == pytest.approx(math.exp(mean * (s - 1)), rel=1e-12)
    assert (s < 1.0) == (mean > 1.0)


def test_extinction_just_above_one() -> None:
    """Next to m = 1 the survival is 2 (m - 1), not lost to rounding."""
    assert 1 - extinction_probability(1 + 1e-9) == pytest.approx(2e-9, rel=1e-6)


@given(st.floats(0.0, 2.0), st.integers(0, 8))
def test_capped_family_by_sum_of_generations(mean: float, generations: int) -> None:
    """With a cap, the mean is the sum of the generations' means m^g."""
    size = family_size(mean, generations)
    assert size.mean == pytest.approx(sum(mean**g for g in range(generations + 1)), rel=1e-12)


def test_capped_variance_by_enumeration() -> None:
    """Two generations: the variance equals that of the law summed out by hand."""
    m = 0.7
    k = np.arange(60)
    offspring = np.exp(-m + k * np.log(m) - np.array([math.lgamma(i + 1) for i in k]))
    # Given n children, the size is 1 + n + Poisson(n m).
    mean = sum(p * (1 + n + n * m) for n, p in zip(k, offspring, strict=True))
    second = sum(p * ((1 + n + n * m) ** 2 + n * m) for n, p in zip(k, offspring, strict=True))
    assert family_size(m, 2) == pytest.approx((mean, second - mean**2), rel=1e-12)


def test_caps_tend_to_the_endless_family() -> None:
    """Many generations give the family, and the extinction, without a cap."""
    assert family_size(0.6, 200) == pytest.approx(family_size(0.6), rel=1e-12)
    assert extinction_probability(1.5, 200) == pytest.approx(extinction_probability(1.5), rel=1e-12)
    assert extinction_probability(1.5, 1) == pytest.approx(math.exp(-1.5))
    assert extinction_probability(1.5, 0) == 0.0


def test_refusals() -> None:
    """An endless family has no size; means are not negative; sizes are whole."""
    with pytest.raises(InputError, match="no end"):
        family_size(1.0)
    with pytest.raises(InputError, match="at least 0"):
        extinction_probability(-0.1)
    with pytest.raises(InputError, match="whole"):
        borel_pmf([1.5], 0.5)
    assert borel_pmf([0, -3], 0.5).tolist() == [0.0, 0.0]
