"""Compare what-ifs with the base on the same customers, replication by replication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.chance import chances_best
from simulator.analysis.metrics import Metric
from simulator.analysis.verdict import Verdict, decide
from simulator.results.estimate import Estimate, mean_estimate
from simulator.results.summary import RunResult

__all__ = ["Comparison", "Effect", "compare"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Effect:
    """What an idea does to the metric.

    Attributes
    ----------
    name : str
    difference : Estimate
        Idea less base, paired by replication; the interval holds for this idea alone.
    relative : float or None
        The difference as a share of the base.
    chance_best : float or None
        The chance that no other idea, nor changing nothing, is better; ties split.
    variance_ratio : float or None
        (Var(base) + Var(idea)) / Var(paired difference): how many times more replications independent
        seeds would need.
    variance_reason : str
        Why there is no ratio.
    personas : dict of str to Estimate
        The difference for each persona; empty where the metric cannot be told apart.
    result : RunResult
    """

    name: str
    difference: Estimate
    relative: float | None
    chance_best: float | None
    variance_ratio: float | None
    variance_reason: str
    personas: dict[str, Estimate]
    result: RunResult


@dataclass(frozen=True)
class Comparison:
    """The answer to "which idea is best".

    Attributes
    ----------
    metric : Metric
    baseline : RunResult
    baseline_value : Estimate
        The metric of the base.
    baseline_chance : float or None
        The chance that changing nothing is best.
    effects : list of Effect
        In the order the ideas were given.
    verdict : Verdict
    """

    metric: Metric
    baseline: RunResult
    baseline_value: Estimate
    baseline_chance: float | None
    effects: list[Effect]
    verdict: Verdict


def compare(metric: Metric, baseline: RunResult, ideas: Sequence[RunResult]) -> Comparison:
    """Compare ideas with the base by one metric.

    Parameters
    ----------
    metric : Metric
    baseline, ideas : RunResult
        Runs of the same seed and the same replications.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If the runs cannot be paired, or there are no ideas.
    """
    if not ideas:
        raise ValueError("a comparison needs at least one idea")
    for idea in ideas:
        if (idea.seed, idea.replications) != (baseline.seed, baseline.replications):
            raise ValueError("runs are paired by replication: same seed, same number of replications")
    base = metric.values(baseline, None)
    differences = np.stack([metric.values(idea, None) - base for idea in ideas], axis=1)
    chances = chances_best(differences if metric.more_is_better else -differences)
    names = [idea.program.scenario for idea in ideas]
    base_value = mean_estimate(base)
    effects = [
        _effect(metric, baseline, idea, base, None if chances is None else chances[place + 1])
        for place, idea in enumerate(ideas)
    ]
    return Comparison(
        metric=metric,
        baseline=baseline,
        baseline_value=base_value,
        baseline_chance=None if chances is None else chances[0],
        effects=effects,
        verdict=decide(metric, base_value, names, differences, chances),
    )


def _effect(
    metric: Metric, baseline: RunResult, idea: RunResult, base: Floats, chance: float | None
) -> Effect:
    values = metric.values(idea, None)
    difference = mean_estimate(values - base)
    before = float(base.mean())
    ratio, reason = _variance_ratio(base, values)
    relative = None if difference.value is None or before == 0.0 else difference.value / before
    return Effect(
        name=idea.program.scenario,
        difference=difference,
        relative=relative,
        chance_best=chance,
        variance_ratio=ratio,
        variance_reason=reason,
        personas=_by_persona(metric, baseline, idea),
        result=idea,
    )


def _by_persona(metric: Metric, baseline: RunResult, idea: RunResult) -> dict[str, Estimate]:
    if not metric.by_persona:
        return {}
    before, after = baseline.program.names.personas, idea.program.names.personas
    return {
        name: mean_estimate(
            metric.values(idea, after.index(name)) - metric.values(baseline, before.index(name))
        )
        for name in after
        if name in before
    }


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
