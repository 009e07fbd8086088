"""The Bass model."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from simulator.errors import InputError
from simulator.theory.diffusion import adopted, adoption_rate, peak

P, Q = 0.03, 0.38


def test_reference_curve() -> None:
    """The published shares adopted, and the published peak."""
    np.testing.assert_allclose(adopted([5.0, 10.0], P, Q), [0.331199, 0.812803], atol=5e-7)
    fastest = peak(P, Q)
    assert fastest.time == pytest.approx(6.192619, abs=5e-7)
    assert fastest.adopted == pytest.approx(0.460526, abs=5e-7)
    assert fastest.rate == pytest.approx(0.110592, abs=5e-7)


def test_curve_solves_its_equation() -> None:
    """The closed form agrees with an ODE solver to 1e-9."""
    times = np.linspace(0, 30, 61)
    solved = solve_ivp(
        lambda _, f: (P + Q * f) * (1 - f),
        (0, 30),
        [0.0],
        method="DOP853",
        t_eval=times,
        rtol=1e-12,
        atol=1e-13,
    )
    np.testing.assert_allclose(adopted(times, P, Q), solved.y[0], atol=1e-9)


@given(st.floats(0.001, 0.5), st.floats(0.0, 2.0))
def test_peak_is_the_fastest(p: float, q: float) -> None:
    """No time on a grid adopts faster than the peak, whose share and rate are the curve's."""
    fastest = peak(p, q)
    grid = np.linspace(0.0, 2 * fastest.time + 5.0, 400)
    assert adoption_rate(grid, p, q).max() <= fastest.rate * (1 + 1e-12)
    assert adopted(fastest.time, p, q) == pytest.approx(fastest.adopted, abs=1e-12)
    assert adoption_rate(fastest.time, p, q) == pytest.approx(fastest.rate, rel=1e-12)


def test_no_imitation_is_exponential() -> None:
    """Without word of mouth adoption is a constant hazard, and fastest at once."""
    t = np.array([0.0, 1.0, 4.0, 50.0])
    np.testing.assert_allclose(adopted(t, 0.2, 0.0), 1 - np.exp(-0.2 * t), rtol=1e-14)
    assert peak(0.2, 0.0).time == 0.0
    with pytest.raises(InputError):
        adopted(t, 0.0, 0.3)
