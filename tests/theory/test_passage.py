"""The law of the time of a journey."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gamma

from simulator.errors import InputError
from simulator.theory.chain import AbsorbingChain
from simulator.theory.conditions import Moments
from simulator.theory.passage import exponential_cdf, time_transform, watched

FORK = AbsorbingChain(
    [[0, 0.55, 0.15, 0], [0, 0, 0.20, 0.35], [0, 0.40, 0.10, 0], [0, 0.10, 0.05, 0]],
    [[0, 0.05, 0.25], [0, 0.15, 0.30], [0, 0.20, 0.30], [0.60, 0.15, 0.10]],
)
MEANS = np.array([1.0, 4.0, 2.5, 0.5])


def test_tandem_is_gamma() -> None:
    """Three exponential stays in a row take a gamma(3) time."""
    tandem = AbsorbingChain(np.eye(3, k=1), [[0], [0], [1]])
    times = np.linspace(0.0, 20.0, 9)
    cdf = exponential_cdf(tandem, 0, [2.0, 2.0, 2.0], times)[:, 0]
    np.testing.assert_allclose(cdf, gamma.cdf(times, 3, scale=2.0), atol=1e-14)


def test_geometric_stays_are_exponential() -> None:
    """A geometric number of exponential stays is exponential, per outcome in proportion."""
    loop = AbsorbingChain([[0.75]], [[0.05, 0.20]])
    times = np.array([0.0, 1.0, 10.0, np.inf])
    ended = 1 - np.exp(-times / 12.0)
    np.testing.assert_allclose(
        exponential_cdf(loop, 0, [3.0], times), np.outer(ended, [0.2, 0.8]), atol=1e-15
    )


def test_moments_of_the_law() -> None:
    """Integrating the survival gives the mean N mu, and the second moment of the chain."""
    times, weights = _quadrature()
    survival = 1 - exponential_cdf(FORK, 0, MEANS, times).sum(axis=1)
    total = FORK.total(0, Moments(MEANS, MEANS**2))
    assert total.mean == pytest.approx(FORK.visits(0) @ MEANS, rel=1e-13)
    assert weights @ survival == pytest.approx(total.mean, rel=1e-8)
    assert 2 * weights @ (survival * times) == pytest.approx(total.second, rel=1e-8)


def test_instant_states_are_the_limit_of_short_ones() -> None:
    """A state that takes no time gives what a state of a nanosecond gives."""
    times = [0.0, 0.7, 3.0, 30.0]
    instant = exponential_cdf(FORK, 0, [0.0, 4.0, 0.0, 0.5], times)
    brief = exponential_cdf(FORK, 0, [1e-9, 4.0, 1e-9, 0.5], times)
    np.testing.assert_allclose(instant[1:], brief[1:], rtol=1e-6)
    np.testing.assert_allclose(instant[0, 1], 0.05 + 0.15 * 0.2 / 0.9, rtol=1e-12)  # ended on arrival
    everything_at_once = exponential_cdf(FORK, 0, np.zeros(4), [0.0])[0]
    np.testing.assert_allclose(everything_at_once, FORK.outcome_probabilities(0), rtol=1e-13)


def test_watching_changes_no_outcome() -> None:
    """Looking at some states only leaves outcomes and their visits as they are."""
    part, begin = watched(FORK, 0, [True, False, True, False])
    np.testing.assert_allclose(begin, [1.0, 0.0])
    np.testing.assert_allclose(part.outcome_probabilities(begin), FORK.outcome_probabilities(0), rtol=1e-13)
    np.testing.assert_allclose(part.visits(begin), FORK.visits(0)[[0, 2]], rtol=1e-13)


def test_transform_generates_the_moments() -> None:
    """The transform is 1 at z = 0; its slopes there are the mean and the second moment."""
    deterministic = Moments(MEANS, np.zeros(4))
    total = FORK.total(0, deterministic)
    h = 1e-3
    at = [time_transform(FORK, 0, np.exp(-z * MEANS)).sum() for z in (0.0, h, 2 * h, 3 * h)]
    assert at[0] == pytest.approx(1.0, rel=1e-13)
    slope = (-11 * at[0] + 18 * at[1] - 9 * at[2] + 2 * at[3]) / (6 * h)
    curve = (2 * at[0] - 5 * at[1] + 4 * at[2] - at[3]) / h**2
    assert -slope == pytest.approx(total.mean, rel=1e-5)
    assert curve == pytest.approx(total.second, rel=1e-2)


def test_transform_matches_the_law() -> None:
    """The transform of exponential stays is that of the phase-type law, outcome by outcome."""
    z = 0.4
    times, weights = _quadrature()
    cdf = exponential_cdf(FORK, 0, MEANS, times)
    by_parts = z * (weights * np.exp(-z * times)) @ cdf
    np.testing.assert_allclose(time_transform(FORK, 0, 1 / (1 + z * MEANS)), by_parts, rtol=1e-8)


def test_refusals() -> None:
    """Negative means, times or transforms are refused."""
    with pytest.raises(InputError):
        exponential_cdf(FORK, 0, [-1.0, 1, 1, 1], [1.0])
    with pytest.raises(InputError):
        exponential_cdf(FORK, 0, MEANS, [-1.0])
    with pytest.raises(InputError):
        time_transform(FORK, 0, [0.5, 0.5, 0.5, 1.5])


def _quadrature() -> tuple[np.ndarray, np.ndarray]:
    """Return Gauss-Legendre nodes and weights on panels that double, from 0 to 320."""
    nodes, weights = np.polynomial.legendre.leggauss(16)
    edges = np.array([0.0, 1.25, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0])
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + nodes)).ravel(), (half * weights).ravel()
