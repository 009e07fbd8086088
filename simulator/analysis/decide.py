"""From a question to its answer: play as far as it needs, compare, and see the winner again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulator.analysis.compare import Comparison, compare, confirm
from simulator.analysis.guardrails import Guard
from simulator.analysis.metrics import Metric
from simulator.analysis.search import Found, Rule, fresh_seed, search
from simulator.analysis.simultaneous import FIRST_LOOK
from simulator.analysis.stage import Stage
from simulator.errors import InputError, Problem
from simulator.execution import StoppedRun

__all__ = ["Question", "decide_between"]

# The winner is played again so many times as often as before: only two journeys are played, and theirs is
# the difference somebody will count on.
_AGAIN: Final = 2


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes
    ----------
    metric : Metric
    guards : tuple of Guard
    confidence : float
    replications : int
        How many, where the number is fixed.
    rule : Rule or None
        When to stop, where it is not.
    """

    metric: Metric
    guards: tuple[Guard, ...]
    confidence: float
    replications: int
    rule: Rule | None = None


def decide_between(
    stage: Stage, question: Question, members: Mapping[str, Sequence[str]] | None = None
) -> Comparison:
    """Play the journeys on a stage and say which idea is best.

    The best of several, and one that was played until it looked good, is played again with another seed
    before it is announced.

    Parameters
    ----------
    stage : Stage
        The base and the ideas.
    question : Question
    members : mapping of str to sequence of str, optional
        Of ideas that apply others together, the names of these.

    Raises
    ------
    InputError
        If the smallest difference that matters is a share of a metric that is 0 today.
    StoppedRun
        If it was interrupted before anything was complete.
    """
    found = _played(stage, question)
    base, *ideas = stage.results()
    comparison = compare(question.metric, base, ideas, question.confidence, question.guards, members, found)
    names = [effect.name for effect in comparison.effects]
    if comparison.verdict.kind != "best" or (found is None and len(names) < 2) or stage.stopped is not None:
        return comparison
    winner = names.index(comparison.verdict.names[0]) + 1
    replications = _AGAIN * ideas[winner - 1].replications
    try:
        again = stage.again([0, winner], fresh_seed(stage.seed, "confirm"), replications)
    except StoppedRun:
        return comparison
    return confirm(comparison, *again)


def _played(stage: Stage, question: Question) -> Found | None:
    """Play as far as the question needs; after an interrupt, what was complete for all is what there is.

    Raises
    ------
    StoppedRun
        If nothing was complete.
    """
    try:
        found = _search(stage, question)
        if found is None:
            fixed = question.replications if question.rule is None else FIRST_LOOK
            stage.play(range(stage.candidates), fixed)
        return found
    except StoppedRun:
        if stage.shortest() == 0:
            raise
        return None


def _search(stage: Stage, question: Question) -> Found | None:
    """Add replications until it is decided; None where their number is fixed, or nobody is counted."""
    if question.rule is None:
        return None
    matters = _matters(stage, question.metric, question.rule)
    return search(stage, question.metric, question.guards, question.rule, matters)


def _matters(stage: Stage, metric: Metric, rule: Rule) -> float:
    """Give the smallest difference that matters; a share of today's value, seen with a seed of its own."""
    if not rule.precision.relative:
        return rule.precision.amount
    pilot = stage.again([0], fresh_seed(stage.seed, "pilot"), FIRST_LOOK)[0]
    today = float(metric.values(pilot).mean())
    matters = rule.precision.against(today)
    if np.isfinite(matters) and matters > 0.0:
        return matters
    raise InputError(
        [
            Problem(
                f"--precision is {rule.precision} of today's {metric.spoken}, which is {today:g}",
                fix="write it in the metric's own unit, as in --precision 500",
            )
        ]
    )
