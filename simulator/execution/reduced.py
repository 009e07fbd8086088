"""Play many replications and keep a little of each, so that a thousand long ones fit in memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from typing import TypeVar

from simulator import limits
from simulator.engine.tally import SHAPES, Tally, shape_of
from simulator.execution.crew import Crew
from simulator.execution.engines import EngineName
from simulator.execution.ignorance import Playable, as_written
from simulator.execution.replications import Progress, StoppedRun, play_all
from simulator.program.program import Program

__all__ = ["batch_size", "play_reduced"]

_T = TypeVar("_T")


def batch_size(program: Program) -> int:
    """Give how many tallies of a journey are held at a time: as many as fit in `limits.TALLY_BYTES`."""
    bytes_of_one = sum(8 * math.prod(shape_of(program, axes)) for axes in SHAPES.values())
    return max(1, limits.TALLY_BYTES // bytes_of_one)


def play_reduced(
    program: Playable,
    seed: int,
    replications: int | Sequence[int],
    keep: Callable[[Tally], _T],
    workers: int = 1,
    progress: Progress | None = None,
    executor: Executor | Crew | None = None,
    by: EngineName = "reference",
) -> Iterator[_T]:
    """Play replications and yield of each tally, in their order, what a function makes of it.

    Parameters
    ----------
    keep : callable
        Called with each tally.
    program, seed, replications, workers, progress, executor, by
        As :func:`simulator.execution.play_all`.

    Raises
    ------
    StoppedRun
        If it was interrupted, once what is complete was yielded.
    """
    numbers = range(replications) if isinstance(replications, int) else replications
    written = as_written(program)
    report, size = progress or (lambda done, total: None), batch_size(written)
    expected = round(len(numbers) * written.customers)
    for first in range(0, len(numbers), size):
        batch, before = numbers[first : first + size], round(first * written.customers)

        def advance(done: int, total: int, before: int = before) -> None:
            report(min(before + done, expected), expected)

        try:
            yield from map(keep, play_all([program], seed, batch, workers, advance, executor, by)[0])
        except StoppedRun as stopped:
            yield from map(keep, stopped.tallies[0])
            raise
