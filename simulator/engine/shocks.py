"""The shocks of one replication: a factor for every period, multiplied onto rates, odds and hazards."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import Purpose, key_of, site_of
from simulator.compiled import compiled
from simulator.engine.streams import uniform
from simulator.laws.special import normal_quantile
from simulator.program.program import Program

__all__ = ["shock_factors", "shocked"]

_NOWHERE: Final = site_of("")
_KEY: Final = key_of(Purpose.SHOCK)


def shock_factors(program: Program, seed: int, replication: int) -> NDArray[np.float64]:
    """Draw the factor of every period of every shock.

    Log-normal with mean 1; the logarithms of one shock are a stationary autoregression of order 1, the
    noise of each period at the address of its name and date.

    Returns
    -------
    ndarray of float64, shape (periods,)
        In the order of `shock_periods`.
    """
    periods, values = program.structure.shock_periods, program.values
    factors = np.empty(len(periods))
    _draw(periods, values.shock_sigmas, values.shock_correlations, seed, replication, factors)
    return factors


@compiled
def _draw(
    periods: NDArray[np.int64],
    sigmas: NDArray[np.float64],
    correlations: NDArray[np.float64],
    seed: int,
    replication: int,
    factors: NDArray[np.float64],
) -> None:
    """Put the factor of every period in its place."""
    state = 0.0
    for i in range(len(periods)):
        shock = periods[i, 0]
        noise = normal_quantile(uniform(seed, replication, periods[i, 1], _NOWHERE, 0, _KEY, 0))
        like, sigma = correlations[shock], sigmas[shock]
        begins = i == 0 or shock != periods[i - 1, 0]
        state = noise if begins else like * state + math.sqrt(1.0 - like * like) * noise
        factors[i] = math.exp(sigma * state - 0.5 * sigma * sigma)


def shocked(program: Program, seed: int, replication: int) -> Program:
    """Give a program as one replication meets it: itself where nothing is shocked."""
    structure, values = program.structure, program.values
    if not len(structure.shock_periods):
        return program
    factors = shock_factors(program, seed, replication)
    means, levels = values.day_means.copy(), values.levels.copy()
    for numbers, table in ((means.reshape(-1), structure.shock_days), (levels, structure.shock_levels)):
        np.multiply.at(numbers, table[:, 0], factors[table[:, 1]])
    return program.with_values(replace(values, day_means=means, levels=levels))
