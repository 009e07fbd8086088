"""Add replications until the decision is made, and spend them where they decide.

The rule is that of `simulator.analysis.selection`; guardrails are judged at each look, by intervals that
stay valid however often somebody looks. An idea whose guardrails are not known to hold cannot put others
out; one that breaks a guardrail is out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.guardrails import Guard, overall
from simulator.analysis.margins import Margin
from simulator.analysis.metrics import Metric
from simulator.analysis.selection import Selection
from simulator.analysis.simultaneous import FIRST_LOOK, correlation, joint_level, looks_until, simultaneous
from simulator.execution import StoppedRun

__all__ = ["Found", "Rule", "Source", "differences_at", "fresh_seed", "search"]

Floats = NDArray[np.float64]

# Replications played before everybody is judged again: enough to keep several workers busy, few enough
# that little is played in vain. A constant, for the result must not depend on the number of workers.
_ROUND: Final = 4


class Source(Protocol):
    """What can be played on; candidate 0 is the base."""

    @property
    def candidates(self) -> int:
        """How many there are, the base among them."""

    def play(self, which: Sequence[int], until: int) -> None:
        """Play candidates on, each to so many replications."""

    def parts(self, metric: Metric, which: int) -> Floats:
        """Give a metric's parts of what a candidate has played."""


@dataclass(frozen=True)
class Rule:
    """When to stop.

    Attributes
    ----------
    precision : Margin
        The smallest difference that matters.
    confidence : float
        The chance to decide rightly.
    most : int
        No candidate is played in more replications.
    """

    precision: Margin
    confidence: float
    most: int


@dataclass(frozen=True)
class Found:
    """How a search ended.

    Attributes
    ----------
    rule : Rule
    matters : float
        The smallest difference that matters, in the metric's unit.
    looks : tuple of int
        After how many replications intervals may be read.
    played : tuple of int
        Replications of each candidate, the base first.
    alive : tuple of int
        Who may still be picked.
    decided : bool
        False where the budget ended the search.
    smallest : float
        The difference that would have been decided for sure with what was played.
    more : int
        About so many more replications would decide; 0 when it is decided.
    """

    rule: Rule
    matters: float
    looks: tuple[int, ...]
    played: tuple[int, ...]
    alive: tuple[int, ...]
    decided: bool
    smallest: float
    more: int


def fresh_seed(seed: int, purpose: str) -> int:
    """Give a seed of its own for a purpose, so that nobody judges an idea by the luck it was chosen for."""
    for attempt in range(3):
        words = f"{purpose}\x1f{seed}\x1f{attempt}".encode()
        found = int.from_bytes(hashlib.blake2b(words, digest_size=4).digest(), "big")
        if found != seed:
            break
    return found


def differences_at(source: Source, metric: Metric, which: int, look: int) -> Floats:
    """Give idea less base in the first replications, linearised over just these."""
    base, idea = (metric.linearise(source.parts(metric, one)[:look]) for one in (0, which))
    return np.asarray(idea - base)


def search(
    source: Source, metric: Metric, guards: Sequence[Guard], rule: Rule, matters: float
) -> Found | None:
    """Play until one candidate is left, or the budget is spent.

    Parameters
    ----------
    source : Source
    metric : Metric
    guards : sequence of Guard
    rule : Rule
    matters : float
        The smallest difference that matters, in the metric's unit; it must not come from the replications
        that are judged by it.

    Returns
    -------
    Found or None
        None if the first stage counted nobody, so that nothing can be told.

    Raises
    ------
    ValueError
        If the budget is below the first stage.
    StoppedRun
        If it was interrupted in the first stage; later, the search ends undecided.
    """
    if rule.most < FIRST_LOOK:
        raise ValueError(f"a search needs {FIRST_LOOK} replications at least")
    everybody = range(source.candidates)
    source.play(everybody, FIRST_LOOK)
    columns = [metric.linearise(source.parts(metric, one)[:FIRST_LOOK]) for one in everybody]
    first_stage = np.stack(columns, axis=1)
    if not np.isfinite(first_stage).all():
        return None
    return _Search(source, metric, guards, rule, matters, first_stage).run()


class _Search:
    """The state of a search."""

    def __init__(
        self,
        source: Source,
        metric: Metric,
        guards: Sequence[Guard],
        rule: Rule,
        matters: float,
        first_stage: Floats,
    ) -> None:
        self._source, self._metric, self._guards, self._rule = source, metric, guards, rule
        self._sign = 1.0 if metric.more_is_better else -1.0
        self._matters = matters
        self._looks = looks_until(rule.most)
        self._selection = Selection(self._sign * first_stage, matters, rule.confidence)
        self._unclear: set[int] = set(self._everybody[1:]) if guards else set()
        self._played = np.full(source.candidates, FIRST_LOOK)
        self._levels = [self._level(guard.metric) for guard in guards]

    @property
    def _everybody(self) -> range:
        return range(self._source.candidates)

    def _level(self, metric: Metric) -> float:
        ideas = [differences_at(self._source, metric, one, FIRST_LOOK) for one in self._everybody[1:]]
        together = correlation(np.stack(ideas, axis=1))
        return joint_level(together, self._rule.confidence, self._looks)

    def run(self) -> Found:
        replications = FIRST_LOOK
        self._judge(replications)
        while not self._is_decided(replications) and replications < self._rule.most:
            until = min(self._rule.most, replications + _ROUND)
            # The base is played on even when it is out: every difference is from it.
            alive = sorted({0, *self._left()})
            try:
                self._source.play(alive, until)
            except StoppedRun:
                break  # what was complete before is what there is
            self._played[alive] = until
            while replications < until and not self._is_decided(replications):
                replications += 1
                self._judge(replications)
        return self._found(replications)

    def _left(self) -> list[int]:
        return [int(one) for one in np.flatnonzero(self._selection.alive)]

    def _is_decided(self, replications: int) -> bool:
        return self._selection.is_decided(replications) and not self._unclear & set(self._left())

    def _means(self, replications: int) -> Floats:
        means = np.zeros(self._source.candidates)
        for one in self._left():
            parts = self._source.parts(self._metric, one)[:replications]
            means[one] = self._sign * self._metric.linearise(parts).mean()
        return means

    def _judge(self, replications: int) -> None:
        if replications in self._looks:
            self._guard(replications)
        self._selection.look(self._means(replications), replications, self._unclear)

    def _guard(self, look: int) -> None:
        """Judge those whose guardrails are unclear."""
        looks = [one for one in self._looks if one <= look]
        for idea in sorted(self._unclear & set(self._left())):
            findings = []
            for guard, level in zip(self._guards, self._levels, strict=True):
                seen = [differences_at(self._source, guard.metric, idea, one) for one in looks]
                today = guard.metric.linearise(self._source.parts(guard.metric, 0)[:look]).mean()
                findings.append(guard.judge(simultaneous(seen, level), float(today)))
            status = overall(findings)
            if status != "unclear":
                self._unclear.discard(idea)
            if status == "broken":
                self._selection.drop(idea)

    def _found(self, replications: int) -> Found:
        left, decided = self._left(), self._is_decided(replications)
        alone = len(left) < 2
        return Found(
            rule=self._rule,
            matters=self._matters,
            looks=self._looks,
            played=tuple(self._played.tolist()),
            alive=tuple(left),
            decided=decided,
            smallest=0.0 if alone else self._selection.smallest_visible(replications),
            more=0 if decided or alone else self._selection.more(self._means(replications), replications),
        )
