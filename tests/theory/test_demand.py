"""From customers to demand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, poisson

from simulator.errors import InputError
from simulator.theory.chain import AbsorbingChain
from simulator.theory.conditions import Moments
from simulator.theory.demand import compound_poisson, thinned_poisson


def test_demand_of_a_poisson_stream_is_poisson() -> None:
    """Arrivals thinned by a journey's conversion: mean equals variance, to the law itself."""
    chain = AbsorbingChain([[0.2]], [[0.3, 0.5]])
    conversion = float(chain.outcome_probabilities(0)[0])
    demand = thinned_poisson(20.0, conversion)
    assert demand.mean == demand.variance == pytest.approx(20 * 0.375)
    arrivals = np.arange(150)
    for k in (0, 3, 8, 15):
        mixture = poisson.pmf(arrivals, 20.0) @ binom.pmf(k, arrivals, conversion)
        assert mixture == pytest.approx(poisson.pmf(k, demand.mean), rel=1e-10)


def test_compound_poisson_by_enumeration() -> None:
    """Orders of one or three units: mean and variance of the total over its full law."""
    units, chance = np.array([1, 3]), np.array([0.4, 0.6])
    one = Moments(units @ chance, units**2 @ chance - (units @ chance) ** 2)
    n = np.arange(80)
    counts = poisson.pmf(n, 5.0)
    mean = counts @ (n * one.mean)
    second = counts @ (n * one.variance + (n * one.mean) ** 2)
    np.testing.assert_allclose(compound_poisson(5.0, one), (mean, second - mean**2), rtol=1e-12)


def test_refusals() -> None:
    """A conversion is a probability, a number of arrivals not negative."""
    with pytest.raises(InputError):
        thinned_poisson(10.0, 1.2)
    with pytest.raises(InputError):
        thinned_poisson(-1.0, 0.2)
    with pytest.raises(InputError):
        compound_poisson(float("nan"), Moments(1.0, 0.0))
