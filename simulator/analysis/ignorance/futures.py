"""From two futures of every draw, played, to a decision."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.ignorance.decision import Decision, weigh
from simulator.analysis.metrics import Metric
from simulator.execution.ignorance import Ignorance
from simulator.results.summary import RunResult

__all__ = ["draws_of", "weigh_futures"]

Floats = NDArray[np.float64]

_NOTHING = "change nothing"


def draws_of(ignorance: Ignorance, every: RunResult) -> Floats:
    """Give the numbers drawn for the first half of the replications, shape (draws, numbers)."""
    draws = range(every.replications // 2)
    return np.array([ignorance.draw(every.seed, number) for number in draws])


def weigh_futures(ignorance: Ignorance, every: Sequence[RunResult], metric: Metric) -> Decision | None:
    """Weigh ideas by a metric.

    Parameters
    ----------
    ignorance : Ignorance
        Of the base.
    every : sequence of RunResult
        The base, then the ideas: one future of every draw, then another of each in the same order.
    metric : Metric

    Returns
    -------
    Decision or None
        None where nobody was counted, or there is one draw.
    """
    values = np.stack([metric.values(result, None).reshape(2, -1) for result in every], axis=2)
    if not np.isfinite(values).all() or values.shape[1] < 2:
        return None
    names = [_NOTHING, *(result.program.scenario for result in every[1:])]
    draws = draws_of(ignorance, every[0])
    return weigh(names, values, draws, ignorance.priors, metric.more_is_better)
