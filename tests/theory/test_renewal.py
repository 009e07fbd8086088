"""Renewals and residual times."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma, weibull_min

from simulator.errors import InputError
from simulator.theory.conditions import Moments
from simulator.theory.renewal import erlang_renewals, mean_forward_recurrence, weibull_moments


def test_reference_renewals() -> None:
    """Two phases of rate 1 renew 4.75 times in 10, and by the textbook formula at any time."""
    assert erlang_renewals(10.0, 2, 1.0) == pytest.approx(4.75, abs=1e-8)
    t = np.linspace(0, 12, 25)
    np.testing.assert_allclose(erlang_renewals(t, 2, 1.0), t / 2 - 0.25 + np.exp(-2 * t) / 4, atol=1e-14)


def test_reference_recurrence() -> None:
    """The mean forward recurrence of two phases of rate 1 is 1.5."""
    assert mean_forward_recurrence(Moments(2.0, 2.0)) == 1.5


def test_reference_weibull() -> None:
    """Weibull repurchase has the published mean."""
    assert weibull_moments(1.5, 30.0).mean == pytest.approx(27.082359, abs=5e-7)


@given(st.integers(1, 6), st.floats(0.1, 5.0), st.floats(0.0, 20.0))
def test_renewals_are_the_sum_of_convolutions(shape: int, rate: float, time: float) -> None:
    """m(t) is the sum over n of P(the n-th renewal has come), gaps being gamma."""
    n = np.arange(1, 400)
    expected = gamma.cdf(time, shape * n, scale=1 / rate).sum()
    assert erlang_renewals(time, shape, rate) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(st.floats(0.6, 5.0), st.floats(0.1, 100.0))
def test_weibull_moments_by_scipy(shape: float, scale: float) -> None:
    """Mean and variance are those of an independent implementation."""
    expected = weibull_min.stats(shape, scale=scale, moments="mv")
    np.testing.assert_allclose(weibull_moments(shape, scale), expected, rtol=1e-9)


def test_exponential_has_no_memory() -> None:
    """What is left of an exponential stay is as long as a whole one."""
    assert mean_forward_recurrence(weibull_moments(1.0, 7.0)) == pytest.approx(7.0)


def test_refusals() -> None:
    """Negative times and empty gaps are refused."""
    with pytest.raises(InputError):
        erlang_renewals(-1.0, 2, 1.0)
    with pytest.raises(InputError):
        mean_forward_recurrence(Moments(0.0, 0.0))
