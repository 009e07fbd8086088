"""The differences of one metric, replication by replication, and what is read off them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.best import Pairs, pairs_of
from simulator.analysis.chance import chances_best
from simulator.analysis.metrics import Metric
from simulator.analysis.simultaneous import joint_estimates, paired_estimate
from simulator.results.estimate import Estimate
from simulator.results.summary import RunResult

__all__ = ["Measured", "first_of"]

Floats = NDArray[np.float64]


def first_of(result: RunResult, replications: int) -> RunResult:
    """Give a run's first replications."""
    if replications == result.replications:
        return result
    return replace(result, tallies=result.tallies[:replications])


class Measured:
    """Every difference of a metric from today's.

    Parameters
    ----------
    metric : Metric
    baseline, ideas : RunResult
        Each idea the first so many replications of the base.
    confidence : float
    looks : sequence of int
        After how many replications there was a look.

    Attributes
    ----------
    alone, joint : list of Estimate
        With intervals for each idea by itself, and for all at once.
    ratios : list of (float or None, str)
        The variance that pairing saves, or why it cannot be told.
    pairs : Pairs or None
        All candidates by pairs, the base first; None where something is missing.
    """

    def __init__(
        self,
        metric: Metric,
        baseline: RunResult,
        ideas: Sequence[RunResult],
        confidence: float,
        looks: Sequence[int],
    ) -> None:
        self._metric, self._confidence = metric, confidence
        self._base = metric.parts(baseline, None)
        self._parts = [metric.parts(idea, None) for idea in ideas]
        whole = [self._apart(place, len(parts)) for place, parts in enumerate(self._parts)]
        self.alone = [paired_estimate(apart, confidence) for apart in whole]
        self.joint = joint_estimates(self._apart, [len(parts) for parts in self._parts], confidence, looks)
        self.ratios = [
            _variance_ratio(self.base_of(place), metric.linearise(parts))
            for place, parts in enumerate(self._parts)
        ]
        sign = 1.0 if metric.more_is_better else -1.0
        signed = [sign * apart for apart in whole]
        self._chances = chances_best(signed)
        self.pairs: Pairs | None = None
        if self._chances is not None:
            self.pairs = pairs_of([np.zeros(len(self._base)), *signed], confidence, looks)

    def _apart(self, place: int, look: int) -> Floats:
        base, idea = (self._metric.linearise(parts[:look]) for parts in (self._base, self._parts[place]))
        return np.asarray(idea - base)

    def base_of(self, place: int) -> Floats:
        """Give the base's values in the replications of an idea."""
        return self._metric.linearise(self._base[: len(self._parts[place])])

    def chance(self, candidate: int) -> float | None:
        """Give the chance that a candidate is best; the base is the first."""
        return None if self._chances is None else self._chances[candidate]

    def interaction(self, names: Sequence[str], name: str, parts: Sequence[str]) -> Estimate | None:
        """Give what ideas together do beyond the sum of what they do one by one."""
        if len(parts) < 2:
            return None
        places = [names.index(one) for one in (name, *parts)]
        both = min(len(self._parts[place]) for place in places)
        whole, *own = (self._apart(place, both) for place in places)
        return paired_estimate(whole - np.sum(own, axis=0), self._confidence)


def _variance_ratio(base: Floats, idea: Floats) -> tuple[float | None, str]:
    """Say how much variance pairing saves; None with the reason where it cannot be told."""
    if len(base) < 2:
        return None, "one replication has no variance"
    if not (np.isfinite(base).all() and np.isfinite(idea).all()):
        return None, "nobody to count"
    paired = float(np.var(idea - base, ddof=1))
    if paired == 0.0:
        return None, "every replication has the same difference"
    return float(np.var(base, ddof=1) + np.var(idea, ddof=1)) / paired, ""
