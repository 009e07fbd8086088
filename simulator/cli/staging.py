"""What ``journey compare`` plays: journeys on one stage, as far as the decision needs them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from simulator.analysis.stage import Actor, Stage
from simulator.cli.playing import Bar, engine_for, targets
from simulator.engine.tally import Tally
from simulator.execution import play_all
from simulator.execution.cluster import open_cluster
from simulator.execution.crew import Crew
from simulator.execution.engines import EngineName
from simulator.execution.ignorance import Ignorance, Playable, UnsureProgram
from simulator.execution.memory import refuse_too_many
from simulator.execution.prepare import prepare
from simulator.program.compile import compile_journey
from simulator.spec.load import Journey

__all__ = ["Player", "actors_of", "open_stage"]


class Player:
    """Plays replications of several programs, and shows how far it is.

    Parameters
    ----------
    by : str
        The engine.
    workers : int
    crew : Crew or None
        Workers of a cluster.
    bar : Bar
    """

    def __init__(self, by: EngineName, workers: int, crew: Crew | None, bar: Bar) -> None:
        self._by, self._workers, self._crew, self._bar = by, workers, crew, bar
        self._done = 0

    def __call__(self, programs: Sequence[Playable], seed: int, numbers: Sequence[int]) -> list[list[Tally]]:
        """Play the replications of these numbers."""
        before = last = self._done

        def advance(done: int, total: int) -> None:
            nonlocal last
            last = before + total
            self._bar.advance(before + done, last)

        found = play_all(programs, seed, numbers, self._workers, advance, self._crew, self._by)
        self._done = last
        return found


def actors_of(journeys: Sequence[Journey], ignorance: Ignorance | None = None) -> list[Actor]:
    """Compile journeys; with ignorance of the base's numbers, these are drawn when they are played."""
    if ignorance is None:
        return [Actor(compile_journey(one), targets(one), one.as_is) for one in journeys]
    unsure = [UnsureProgram(ignorance, one) for one in journeys]
    return [
        Actor(drawn.program, targets(one), one.as_is, unsure=drawn)
        for one, drawn in zip(journeys, unsure, strict=True)
    ]


@contextlib.contextmanager
def open_stage(
    journeys: Sequence[Journey],
    seed: int,
    replications: int,
    workers: int,
    engine: str,
    cluster: str | None = None,
    ignorance: Ignorance | None = None,
) -> Iterator[Stage]:
    """Choose an engine for about so many replications, and set the stage; the base comes first.

    Raises
    ------
    InputError
        If there is not memory enough, or no such cluster.
    """
    actors = actors_of(journeys, ignorance)
    programs = [one.program for one in actors]
    by = engine_for(programs, replications, engine, everything=bool(cluster))
    with contextlib.ExitStack() as opened:
        crew = opened.enter_context(open_cluster(cluster)) if cluster else None
        refuse_too_many(programs, replications, 0 if crew else workers, by)
        if by == "kernel" and crew is None:
            prepare()
        bar = opened.enter_context(Bar())
        yield Stage(actors, seed, Player(by, workers, crew, bar), by)
