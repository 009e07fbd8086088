"""The journeys of a comparison, played on replication by replication."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.metrics import Metric
from simulator.engine.tally import Tally
from simulator.execution import StoppedRun
from simulator.execution.ignorance import FUTURES, Playable, UnsureProgram
from simulator.program.program import Program
from simulator.results.summary import RunResult

__all__ = ["Actor", "Play", "Stage"]

Floats = NDArray[np.float64]

# Plays the replications of the given numbers of several programs with a seed; tallies by program.
Play = Callable[[Sequence[Playable], int, Sequence[int]], list[list[Tally]]]


@dataclass
class Actor:
    """One journey, and what was played of it.

    Attributes
    ----------
    program : Program
    targets : mapping of milestone to share
        What was hoped for.
    as_is : bool
        A point of a sweep that is equal to the base.
    tallies : list of Tally
        From replication 0 on.
    unsure : UnsureProgram or None
        The journey with the numbers drawn that are not known; None where it is played as written.
    """

    program: Program
    targets: dict[str, float] = field(default_factory=dict)
    as_is: bool = False
    tallies: list[Tally] = field(default_factory=list)
    unsure: UnsureProgram | None = None

    @property
    def played(self) -> Playable:
        """What is given to an engine."""
        return self.program if self.unsure is None else self.unsure

    def drawn(self, seed: int, numbers: Sequence[int]) -> list[Program]:
        """Give what these replications play, where numbers are drawn for each."""
        return [] if self.unsure is None else [self.unsure.at(seed, number) for number in numbers]


class Stage:
    """Plays journeys, each as far as it is asked for; replications are addressed by number.

    Parameters
    ----------
    actors : sequence of Actor
        The base first.
    seed : int
    play : callable
        Plays replications.
    engine : str
        Which engine that is, for the results.

    Attributes
    ----------
    stopped : StoppedRun or None
        The interrupt that ended playing.
    """

    def __init__(self, actors: Sequence[Actor], seed: int, play: Play, engine: str) -> None:
        self._actors = list(actors)
        self._seed, self._engine, self._play = seed, engine, play
        self._parts: dict[tuple[int, int], Floats] = {}
        self.stopped: StoppedRun | None = None

    @property
    def candidates(self) -> int:
        """How many there are, the base among them."""
        return len(self._actors)

    @property
    def seed(self) -> int:
        """The seed of everything that is played on this stage."""
        return self._seed

    def add(self, actors: Sequence[Actor]) -> None:
        """Let more journeys on."""
        self._actors.extend(actors)

    def keep(self, which: Sequence[int]) -> None:
        """Go on with some of the journeys only."""
        self._actors = [self._actors[one] for one in which]
        self._parts.clear()

    def play(self, which: Sequence[int], until: int) -> None:
        """Play journeys on, each to so many replications.

        Raises
        ------
        StoppedRun
            If it was interrupted. What was complete for all journeys is kept if all of them were played
            from the first replication on, nothing else.
        """
        starts = sorted({len(self._actors[one].tallies) for one in which})
        for start in starts:
            group = [self._actors[one] for one in which if len(self._actors[one].tallies) == start]
            if start < until:
                self._extend(group, range(start, until))

    def _extend(self, group: Sequence[Actor], numbers: range) -> None:
        try:
            found = self._play([one.played for one in group], self._seed, numbers)
        except StoppedRun as stopped:
            self.stopped = stopped
            if len(group) == len(self._actors) and numbers.start == 0:
                for actor, tallies in zip(group, stopped.tallies, strict=True):
                    actor.tallies.extend(tallies)
            raise
        for actor, tallies in zip(group, found, strict=True):
            actor.tallies.extend(tallies)

    def parts(self, metric: Metric, which: int) -> Floats:
        """Give a metric's parts of what a journey has played; only what is new is looked at."""
        actor, key = self._actors[which], (id(metric), which)
        known = self._parts.get(key)
        seen = 0 if known is None else len(known)
        if seen < len(actor.tallies):
            new = metric.parts(self._result(actor, range(seen, len(actor.tallies))), None)
            self._parts[key] = new if known is None else np.vstack([known, new])
        return self._parts[key]

    def shortest(self) -> int:
        """Say how many replications every journey was played in."""
        return min(len(actor.tallies) for actor in self._actors)

    def results(self) -> list[RunResult]:
        """Give what every journey has played, the base first."""
        return [self._result(actor, range(len(actor.tallies))) for actor in self._actors]

    def futures(self) -> list[RunResult]:
        """Play another future of every draw that all journeys have played; give both, the first ones first.

        Raises
        ------
        StoppedRun
            If it was interrupted.
        """
        first = range(self.shortest())
        second = range(FUTURES, FUTURES + len(first))
        found = self._play([one.played for one in self._actors], self._seed, second)
        return [
            self._of(actor, [*actor.tallies[: len(first)], *tallies], self._seed, [*first, *second])
            for actor, tallies in zip(self._actors, found, strict=True)
        ]

    def again(self, which: Sequence[int], seed: int, replications: int) -> list[RunResult]:
        """Play journeys with another seed, beside what was played.

        Raises
        ------
        StoppedRun
            If it was interrupted.
        """
        actors = [self._actors[one] for one in which]
        try:
            found = self._play([one.played for one in actors], seed, range(replications))
        except StoppedRun as stopped:
            self.stopped = stopped
            raise
        return [
            self._of(one, tallies, seed, range(replications))
            for one, tallies in zip(actors, found, strict=True)
        ]

    def _result(self, actor: Actor, numbers: range) -> RunResult:
        return self._of(actor, actor.tallies[numbers.start : numbers.stop], self._seed, numbers)

    def _of(self, actor: Actor, tallies: Sequence[Tally], seed: int, numbers: Sequence[int]) -> RunResult:
        drawn = actor.drawn(seed, numbers)
        return RunResult(actor.program, seed, tallies, self._engine, actor.targets, actor.as_is, drawn=drawn)
