"""Play replications of one or several journeys, on one core or on all of them.

A replication is the unit of work. It is addressed by (seed, replication), so its tally is the same
wherever and whenever it is played; results come back in replication order.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_EXCEPTION,
    Executor,
    Future,
    ThreadPoolExecutor,
    as_completed,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from typing import Final

from simulator.engine.tally import Tally
from simulator.errors import RunError
from simulator.execution.engines import Engine, EngineName, engine
from simulator.execution.pool import process_pool
from simulator.program.program import Program

__all__ = ["Progress", "expected_customers", "play", "play_all"]

Progress = Callable[[int, int], None]  # replications done, of how many

# Starting processes costs one to two seconds, in which the reference engine plays this many customers.
_WORTH_A_POOL: Final = 40_000


def play(
    program: Program,
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
    program : Program
        The compiled journey.
    seed : int
        Part of the key of every random number.
    replications : int or sequence of int
        How many (0, 1, …), or which.
    workers : int
        Processes to spread them over; no influence on the result.
    progress : callable, optional
        Called as ``progress(done, total)`` after each replication.
    executor : Executor, optional
        Where to submit the work instead of a pool of our own.
    by : str
        The engine: the compiled kernel plays on threads, the reference engine in processes.

    Returns
    -------
    list of Tally
        One a replication, in the order asked for.

    Raises
    ------
    RunError
        If the model fails while it is played, or a worker process dies.
    """
    return play_all([program], seed, replications, workers, progress, executor, by)[0]


def play_all(
    programs: Sequence[Program],
    seed: int,
    replications: int | Sequence[int],
    workers: int = 1,
    progress: Progress | None = None,
    executor: Executor | None = None,
    by: EngineName = "reference",
) -> list[list[Tally]]:
    """Play the same replications of several journeys through one pool.

    The work is interleaved, replication by replication, so that what is complete at any time is
    complete for all journeys.

    Returns
    -------
    list of list of Tally
        By program, then in the order of the replications. See `play` for parameters and errors.
    """
    numbers = range(replications) if isinstance(replications, int) else replications
    work = [(program, seed, number) for number in numbers for program in programs]
    report = progress or (lambda done, total: None)
    simulate = engine(by)
    if executor is not None:
        tallies = _spread(simulate, work, executor, report)
    elif workers > 1 and len(work) > 1 and (by == "kernel" or _size(programs, len(numbers)) >= _WORTH_A_POOL):
        with _own_pool(by, min(workers, len(work))) as pool:
            tallies = _spread(simulate, work, pool, report)
    else:
        tallies = _one_by_one(simulate, work, report)
    return [tallies[first :: len(programs)] for first in range(len(programs))]


def expected_customers(program: Program) -> float:
    """Give the mean number of customers of one replication, referred ones apart."""
    existing = program.structure.personas[:, 1].sum() if len(program.structure.personas) else 0
    return float(program.values.day_means.sum()) + float(existing)


def _size(programs: Sequence[Program], replications: int) -> float:
    return replications * sum(expected_customers(program) for program in programs)


_Work = tuple[Program, int, int]


def _one_by_one(simulate: Engine, work: Sequence[_Work], report: Progress) -> list[Tally]:
    tallies = []
    for done, (program, seed, number) in enumerate(work):
        tallies.append(simulate(program, seed, number))
        report(done + 1, len(work))
    return tallies


def _spread(simulate: Engine, work: Sequence[_Work], executor: Executor, report: Progress) -> list[Tally]:
    """Submit all work and collect it; on a failure, report the one that a single worker would meet."""
    futures = [executor.submit(simulate, *item) for item in work]
    try:
        for done, future in enumerate(as_completed(futures)):
            if future.exception() is not None:
                _raise_first(futures)
            report(done + 1, len(work))
        return [future.result() for future in futures]
    except BrokenProcessPool as broken:
        raise RunError(
            "a worker process died, most likely for want of memory; try fewer --workers, or --workers 1"
        ) from broken
    finally:
        for future in futures:
            future.cancel()


def _raise_first(futures: Sequence[Future[Tally]]) -> None:
    """Raise the failure that comes first in the order of the work.

    Work starts in that order, so whatever could fail before the failure seen has been started.
    """
    failed = next(place for place, one in enumerate(futures) if one.done() and one.exception() is not None)
    for future in futures[failed:]:
        future.cancel()
    wait(futures[:failed], return_when=FIRST_EXCEPTION)
    for future in futures[: failed + 1]:
        future.result()


@contextlib.contextmanager
def _own_pool(by: EngineName, workers: int) -> Iterator[Executor]:
    """Open threads for the kernel, which runs free of the interpreter's lock, else processes."""
    if by == "reference":
        with process_pool(workers) as processes:
            yield processes
        return
    threads = ThreadPoolExecutor(workers)
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)
