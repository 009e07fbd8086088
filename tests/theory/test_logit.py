"""The multinomial logit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simulator.errors import InputError
from simulator.theory.logit import choice_derivatives, choice_probabilities, log_sum

U = [1.0, 0.5, 0.0, -1.0]
utilities = arrays(np.float64, st.integers(2, 7), elements=st.floats(-20, 20))


def test_reference_choice() -> None:
    """The published probabilities, logsum and derivative."""
    np.testing.assert_allclose(choice_probabilities(U), [0.473991, 0.287490, 0.174371, 0.064148], atol=5e-7)
    assert log_sum(U) == pytest.approx(1.746567, abs=5e-7)
    assert choice_derivatives(U)[0, 0] == pytest.approx(0.249324, abs=5e-7)


@given(utilities, st.floats(-600, 600))
def test_only_differences_count(u: np.ndarray, shift: float) -> None:
    """A shift of all utilities changes no probability and moves the logsum by itself."""
    np.testing.assert_allclose(choice_probabilities(u + shift), choice_probabilities(u), rtol=1e-11)
    assert log_sum(u + shift) == pytest.approx(log_sum(u) + shift, rel=1e-12, abs=1e-11)
    assert choice_probabilities(u).sum() == pytest.approx(1.0, rel=1e-14)


@given(utilities)
def test_irrelevant_alternatives(u: np.ndarray) -> None:
    """When an option leaves, the ratios of the others stay (IIA), to 1e-12."""
    gone = u.copy()
    gone[0] = -np.inf
    before, after = choice_probabilities(u), choice_probabilities(gone)
    assert after[0] == 0.0
    np.testing.assert_allclose(after[1:] / after[1], before[1:] / before[1], rtol=1e-12)
    np.testing.assert_allclose(after[1:], choice_probabilities(u[1:]), rtol=1e-12)


@given(arrays(np.float64, st.integers(2, 5), elements=st.floats(-4, 4)))
def test_derivatives_by_differences(u: np.ndarray) -> None:
    """Derivatives are central differences; the logsum's gradient is the probabilities."""
    h = 1e-5
    exact = choice_derivatives(u)
    for j in range(u.size):
        step = np.zeros(u.size)
        step[j] = h
        slope = (choice_probabilities(u + step) - choice_probabilities(u - step)) / (2 * h)
        np.testing.assert_allclose(exact[:, j], slope, rtol=1e-6, atol=1e-9)
        gradient = (log_sum(u + step) - log_sum(u - step)) / (2 * h)
        assert gradient == pytest.approx(choice_probabilities(u)[j], rel=1e-6, abs=1e-9)


def test_rows_are_separate_choices() -> None:
    """Many choices at once give each its own probabilities and derivatives."""
    both = np.array([U, [0.0, 0.0, 0.0, 0.0]])
    np.testing.assert_allclose(choice_probabilities(both)[1], 0.25)
    np.testing.assert_allclose(choice_derivatives(both)[0], choice_derivatives(U), rtol=1e-14)
    assert log_sum(both)[1] == pytest.approx(np.log(4))


@pytest.mark.parametrize("wrong", [[np.nan, 0.0], [np.inf, 0.0], [-np.inf, -np.inf], [], 1.0])
def test_refusals(wrong: object) -> None:
    """A choice that cannot be made is refused."""
    with pytest.raises(InputError):
        choice_probabilities(wrong)
