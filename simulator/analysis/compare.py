"""Compare what-ifs with the base on the same customers, replication by replication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.answer import answer, cannot_say, retold
from simulator.analysis.best import Pairs, with_the_best
from simulator.analysis.guardrails import Guard, GuardFinding, overall
from simulator.analysis.measured import Measured, first_of
from simulator.analysis.metrics import Metric
from simulator.analysis.money import Earnings, earnings
from simulator.analysis.search import Found
from simulator.analysis.simultaneous import joint_estimates, paired_estimate
from simulator.analysis.verdict import Verdict, decide, decide_searched
from simulator.results.estimate import CONFIDENCE, Estimate, mean_estimate
from simulator.results.summary import RunResult

__all__ = ["Comparison", "Confirmation", "Effect", "compare", "confirm"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Effect:
    """What an idea does to the metric.

    Attributes
    ----------
    name : str
    difference : Estimate
        Idea less base, paired by replication; the interval holds for all ideas at once, and where
        replications were added, however often they were looked at.
    alone : Estimate
        The same over all replications, with the interval of a single comparison of fixed size.
    to_best : Estimate
        How far the idea is ahead of the best other candidate, changing nothing among them; constrained
        intervals (multiple comparisons with the best), in the direction that is better.
    relative : float or None
        The difference as a share of the size of the base.
    chance_best : float or None
        The chance that no other idea, nor changing nothing, is better; ties split.
    variance_ratio : float or None
        (Var(base) + Var(idea)) / Var(paired difference): how many times more replications independent
        seeds would need.
    variance_reason : str
        Why there is no ratio.
    personas : dict of str to Estimate
        The difference for each persona, each interval alone; empty where it cannot be told apart.
    guards : list of GuardFinding
    earnings : Earnings
    interaction : Estimate or None
        Of ideas applied together: their difference less the sum of their own differences.
    result : RunResult
    """

    name: str
    difference: Estimate
    alone: Estimate
    to_best: Estimate
    relative: float | None
    chance_best: float | None
    variance_ratio: float | None
    variance_reason: str
    personas: dict[str, Estimate]
    guards: list[GuardFinding]
    earnings: Earnings
    interaction: Estimate | None
    result: RunResult


@dataclass(frozen=True)
class Confirmation:
    """The idea to launch, seen again with another seed: free of the luck it was chosen for.

    Attributes
    ----------
    seed, replications : int
    difference : Estimate
        Its interval holds by itself, for nothing was chosen by these customers.
    earnings : Earnings
    """

    seed: int
    replications: int
    difference: Estimate
    earnings: Earnings


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
    confidence : float
        Of every interval, and of the verdict.
    guards : list of Guard
    found : Found or None
        How the search ended, where replications were added.
    confirmation : Confirmation or None
    notes : tuple of str
        What else a reader must know, such as ideas nobody can pay for.
    """

    metric: Metric
    baseline: RunResult
    baseline_value: Estimate
    baseline_chance: float | None
    effects: list[Effect]
    verdict: Verdict
    confidence: float = CONFIDENCE
    guards: list[Guard] = field(default_factory=list)
    found: Found | None = None
    confirmation: Confirmation | None = None
    notes: tuple[str, ...] = ()

    @property
    def sells(self) -> bool:
        """Whether today or any idea sells anything; without, nothing can be earned."""
        return any(run.program.sells for run in (self.baseline, *(one.result for one in self.effects)))

    def effect(self, name: str) -> Effect:
        """Find an idea by its name."""
        return next(effect for effect in self.effects if effect.name == name)


def compare(
    metric: Metric,
    baseline: RunResult,
    ideas: Sequence[RunResult],
    confidence: float = CONFIDENCE,
    guards: Sequence[Guard] = (),
    together: Mapping[str, Sequence[str]] | None = None,
    found: Found | None = None,
) -> Comparison:
    """Compare ideas with the base by one metric.

    Parameters
    ----------
    metric : Metric
    baseline, ideas : RunResult
        Runs of the same seed; the same replications, or the numbers that a search has played.
    confidence : float
    guards : sequence of Guard
        What must not get worse.
    together : mapping of str to sequence of str, optional
        Of ideas that apply others together, the names of these.
    found : Found, optional
        How the search ended that played them.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If the runs cannot be paired, or there are no ideas.
    """
    _check(baseline, ideas, found)
    looks = (baseline.replications,) if found is None else found.looks
    measured = Measured(metric, baseline, ideas, confidence, looks)
    base_value = mean_estimate(metric.values(baseline), confidence)
    findings = _judged(guards, baseline, ideas, confidence, looks)
    names = [idea.program.scenario for idea in ideas]
    pairs = measured.pairs
    ahead = None if pairs is None else with_the_best(pairs)
    effects = [
        Effect(
            name=names[place],
            difference=measured.joint[place],
            alone=measured.alone[place],
            to_best=Estimate(None, None, None, idea.replications) if ahead is None else ahead[place + 1],
            relative=_relative(measured.alone[place], measured.base_of(place)),
            chance_best=measured.chance(place + 1),
            variance_ratio=measured.ratios[place][0],
            variance_reason=measured.ratios[place][1],
            personas=_by_persona(metric, baseline, idea, confidence),
            guards=findings[place],
            earnings=earnings(first_of(baseline, idea.replications), idea, confidence),
            interaction=measured.interaction(names, names[place], (together or {}).get(names[place], ())),
            result=idea,
        )
        for place, idea in enumerate(ideas)
    ]
    comparison = Comparison(
        metric=metric,
        baseline=baseline,
        baseline_value=base_value,
        baseline_chance=measured.chance(0),
        effects=effects,
        verdict=Verdict("cannot_tell", (), ""),
        confidence=confidence,
        guards=list(guards),
        found=found,
    )
    return replace(comparison, verdict=_verdict(comparison, pairs))


def _check(baseline: RunResult, ideas: Sequence[RunResult], found: Found | None) -> None:
    if not ideas:
        raise ValueError("a comparison needs at least one idea")
    played = [idea.replications for idea in ideas]
    expected = [baseline.replications] * len(ideas) if found is None else list(found.played[1:])
    if played != expected or any(idea.seed != baseline.seed for idea in ideas):
        raise ValueError("runs are paired by replication: same seed, same number of replications")


def _judged(
    guards: Sequence[Guard],
    baseline: RunResult,
    ideas: Sequence[RunResult],
    confidence: float,
    looks: Sequence[int],
) -> list[list[GuardFinding]]:
    """Judge every idea by every guardrail."""
    findings: list[list[GuardFinding]] = [[] for _ in ideas]
    for guard in guards:
        metric = guard.metric
        base, parts = metric.parts(baseline, None), [metric.parts(idea, None) for idea in ideas]

        def apart(
            place: int, look: int, metric: Metric = metric, base: Floats = base, parts: list[Floats] = parts
        ) -> Floats:
            return np.asarray(metric.linearise(parts[place][:look]) - metric.linearise(base[:look]))

        joint = joint_estimates(apart, [len(one) for one in parts], confidence, looks)
        for place, difference in enumerate(joint):
            today = float(metric.linearise(base[: difference.n]).mean())
            findings[place].append(guard.judge(difference, today))
    return findings


def _relative(difference: Estimate, base: Floats) -> float | None:
    before = float(base.mean())
    return None if difference.value is None or before == 0.0 else difference.value / abs(before)


def _by_persona(
    metric: Metric, baseline: RunResult, idea: RunResult, confidence: float
) -> dict[str, Estimate]:
    if not metric.by_persona:
        return {}
    base = first_of(baseline, idea.replications)
    before, after = base.program.names.personas, idea.program.names.personas
    return {
        name: paired_estimate(
            metric.values(idea, after.index(name)) - metric.values(base, before.index(name)), confidence
        )
        for name in after
        if name in before
    }


def _verdict(comparison: Comparison, pairs: Pairs | None) -> Verdict:
    """Decide, and say so."""
    if pairs is None:
        return cannot_say(comparison)
    statuses = [overall(effect.guards) for effect in comparison.effects]
    found = comparison.found
    decision = decide(pairs, statuses) if found is None else decide_searched(pairs, statuses, found)
    return answer(comparison, decision, pairs)


def confirm(comparison: Comparison, baseline: RunResult, idea: RunResult) -> Comparison:
    """Add what the idea to launch did with another seed.

    The best of many looks better than it is, for it was also the luckiest; played again it is not. The
    verdict stands, for its chance to err is known, and is told with the new figures.

    Parameters
    ----------
    comparison : Comparison
        Whose verdict is to launch this idea.
    baseline, idea : RunResult
        With another seed than the comparison's.
    """
    metric, confidence = comparison.metric, comparison.confidence
    difference = paired_estimate(metric.values(idea) - metric.values(baseline), confidence)
    earned = earnings(baseline, idea, confidence)
    again = Confirmation(idea.seed, idea.replications, difference, earned)
    confirmed = replace(comparison, confirmation=again)
    return replace(confirmed, verdict=retold(confirmed))
