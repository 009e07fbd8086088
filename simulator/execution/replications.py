"""Play replications of one or several journeys, on one core, on all of them or on other machines.

A run is cut into blocks that depend on nothing but the run. Tallies are integers that are added in the
order of the blocks, so the result is the same wherever and whenever a block was played.
"""

from __future__ import annotations

import contextlib
import itertools
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, wait
from dataclasses import dataclass
from typing import Final, Protocol

from simulator.engine.tally import SHAPES, Tally
from simulator.errors import RunError
from simulator.execution.blocks import Block, blocks, bundles
from simulator.execution.crew import Crew, open_crew
from simulator.execution.engines import EngineName
from simulator.execution.ignorance import Playable, as_written
from simulator.execution.interrupt import uninterrupted
from simulator.execution.parcel import Parcel
from simulator.execution.progress import Meter, Progress, Pulse
from simulator.execution.task import Played, Rows, Task, play_task
from simulator.program.program import Program
from simulator.results.rows import Part

__all__ = ["Progress", "RowTaker", "StoppedRun", "expected_customers", "play", "play_all"]

# Tasks submitted ahead to an executor of which nothing is known.
_AHEAD: Final = 64
# Seconds between two looks whether anybody plays the task that is awaited.
_LOOK_EVERY: Final = 2.0


class StoppedRun(KeyboardInterrupt):
    """A run was interrupted; what was complete is kept.

    Attributes
    ----------
    tallies : list of list of Tally
        By program, then replication: the first ones asked for, complete for every program. They are what a
        run of so many replications gives.
    """

    def __init__(self, tallies: list[list[Tally]]) -> None:
        super().__init__("stopped")
        self.tallies = tallies


class RowTaker(Protocol):
    """Takes the rows of the first program, a complete replication at a time, in order."""

    def wanted(self, *, elsewhere: bool) -> Rows:
        """Say whose rows are wanted, and where they go until their replication is complete."""

    def take(self, replication: int, parts: Sequence[Part]) -> None:
        """Take the rows of a replication."""


def play(
    program: Playable,
    seed: int,
    replications: int | Sequence[int],
    workers: int = 1,
    progress: Progress | None = None,
    executor: Executor | None = None,
    by: EngineName = "reference",
) -> list[Tally]:
    """Play replications of one journey.

    Parameters
    ----------
    program : Program or UnsureProgram
        The compiled journey; an unsure one has other numbers in every replication.
    seed : int
        Part of the key of every random number.
    replications : int or sequence of int
        How many (0, 1, …), or which.
    workers : int
        How many to spread them over; no influence on the result.
    progress : callable, optional
        Called as ``progress(done, total)`` in customers, from any thread.
    executor : Executor, optional
        Where to submit the work instead of workers of our own.
    by : str
        The engine: the compiled kernel plays on threads, the reference engine in processes.

    Returns
    -------
    list of Tally
        One a replication, in the order asked for.

    Raises
    ------
    RunError
        If the model fails while it is played, or a worker dies.
    StoppedRun
        If it was interrupted.
    """
    return play_all([program], seed, replications, workers, progress, executor, by)[0]


def play_all(
    programs: Sequence[Playable],
    seed: int,
    replications: int | Sequence[int],
    workers: int = 1,
    progress: Progress | None = None,
    executor: Executor | Crew | None = None,
    by: EngineName = "reference",
    rows: RowTaker | None = None,
) -> list[list[Tally]]:
    """Play the same replications of several journeys through one pool.

    The work is ordered by replication, so that what is complete at any time is complete for all journeys.

    Parameters
    ----------
    executor : Executor or Crew, optional
        A crew also says what its executor can do.
    rows : RowTaker, optional
        Who wants a row for every visit and customer of the first program.

    Returns
    -------
    list of list of Tally
        By program, then in the order of the replications. See `play` for the rest.
    """
    numbers = range(replications) if isinstance(replications, int) else replications
    written = [as_written(program) for program in programs]
    customers = len(numbers) * sum(program.customers for program in written)
    meter = Meter(customers, progress)
    with _crew(written, numbers, workers, executor, by) as crew:
        wanted = None if rows is None else rows.wanted(elsewhere=crew.elsewhere)
        work = _tasks(programs, seed, numbers, by, wanted)
        return _gather(_play_in_order(work, crew, meter), len(programs), rows)


def _crew(
    programs: Sequence[Program],
    numbers: Sequence[int],
    workers: int,
    executor: Executor | Crew | None,
    by: EngineName,
) -> contextlib.AbstractContextManager[Crew]:
    """Open workers of our own, unless there are others."""
    if isinstance(executor, Crew):
        return contextlib.nullcontext(executor)
    if executor is not None:
        return contextlib.nullcontext(Crew(executor, _AHEAD, elsewhere=True))
    cut = bundles(blocks(programs, numbers, by), by)
    tasks = sum(1 for _ in itertools.islice(cut, workers))
    return open_crew(by, workers, tasks, len(numbers) * sum(program.customers for program in programs))


def expected_customers(program: Program) -> float:
    """Give the mean number of customers of one replication, referred ones apart."""
    return program.customers


def _tasks(
    programs: Sequence[Playable], seed: int, numbers: Sequence[int], by: EngineName, rows: Rows | None
) -> Iterator[Task]:
    parcels = [Parcel(program) for program in programs]
    written = [as_written(program) for program in programs]
    for place, bundle in enumerate(bundles(blocks(written, numbers, by), by)):
        needed = {block.program: parcels[block.program] for block in bundle}
        yield Task(place, needed, seed, by, bundle, rows)


# --------------------------------------------------------------------------- submitting

_Result = tuple[Block, Played]


def _play_in_order(work: Iterator[Task], crew: Crew, meter: Meter) -> Generator[_Result, None, None]:
    """Keep the crew busy and yield what it made, in the order of the work.

    A failure is met where a single worker would meet it, however late it came. After an interrupt, what is
    done already is still yielded, up to the first task that is not.
    """
    pending: deque[tuple[Task, Future[list[Played]]]] = deque()
    try:
        while _submit_ahead(work, crew, meter, pending):
            task, future = pending[0]
            results = _result(future, crew)
            pending.popleft()
            yield from zip(task.blocks, results, strict=True)
    except KeyboardInterrupt:
        meter.halted.set()
        for _, future in pending:
            future.cancel()
        yield from _done_already(pending)
        raise
    finally:
        meter.halted.set()
        for _, future in pending:
            future.cancel()


def _submit_ahead(
    work: Iterator[Task], crew: Crew, meter: Meter, pending: deque[tuple[Task, Future[list[Played]]]]
) -> bool:
    """Submit as many tasks as may be ahead; say whether any are left."""
    for task in itertools.islice(work, crew.in_flight - len(pending)):
        pulse = Pulse(meter, task)
        future = crew.executor.submit(play_task, task, *([pulse.beat] if crew.here else []))
        future.add_done_callback(pulse.done)
        pending.append((task, future))
    return bool(pending)


def _result(future: Future[list[Played]], crew: Crew) -> list[Played]:
    try:
        _await(future, crew)
        return future.result()
    except CancelledError as lost:
        raise RunError("the workers were lost before they were done") from lost
    except tuple(crew.losses) as lost:
        said = next(said for kind, said in crew.losses.items() if isinstance(lost, kind))
        raise RunError(said) from lost


def _await(future: Future[list[Played]], crew: Crew) -> None:
    """Wait for a task, and see to it that there is somebody who plays it."""
    while crew.check is not None and not wait([future], timeout=_LOOK_EVERY).done:
        crew.check()


def _done_already(pending: deque[tuple[Task, Future[list[Played]]]]) -> Iterator[_Result]:
    for task, future in pending:
        if not future.done() or future.cancelled() or future.exception() is not None:
            return
        yield from zip(task.blocks, future.result(), strict=True)


# --------------------------------------------------------------------------- putting together


@dataclass
class _Growing:
    """The tallies of one program, the last of which may still grow."""

    complete: list[Tally]
    partial: Tally | None = None

    def add(self, block: Block, tally: Tally) -> None:
        """Add the tally of a block; sums of integers, exact also where the checksum wraps around."""
        if self.partial is None:
            self.partial = tally
        else:
            for name in SHAPES:
                self.partial.counts[name] += tally.counts[name]
        if block.is_last:
            self.complete.append(self.partial)
            self.partial = None


def _gather(
    results: Generator[_Result, None, None], programs: int, rows: RowTaker | None
) -> list[list[Tally]]:
    """Add blocks up to replications, and hand on the rows of those that are complete."""
    growing = [_Growing([]) for _ in range(programs)]
    parts: list[Part] = []
    try:
        with contextlib.closing(results):
            for block, played in results:
                with uninterrupted():
                    growing[block.program].add(block, played.tally)
                    if played.part is not None:
                        parts.append(played.part)
                    if rows is not None and parts and block.is_last and block.program == programs - 1:
                        rows.take(block.replication, parts)
                        parts = []
    except KeyboardInterrupt as interrupt:
        complete = min(len(one.complete) for one in growing)
        raise StoppedRun([one.complete[:complete] for one in growing]) from interrupt
    return [one.complete for one in growing]
