"""Who plays: this thread, threads, processes, or an executor somebody else opened."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.execution.engines import EngineName
from simulator.execution.pool import process_pool

__all__ = ["Crew", "open_crew"]

_DIED: Final = "a worker process died, most likely for want of memory; try fewer --workers, or --workers 1"
# Starting processes costs one to two seconds, in which the reference engine plays this many customers.
_WORTH_A_POOL: Final = 40_000


@dataclass(frozen=True)
class Crew:
    """An executor, and what is to be known about it.

    Attributes
    ----------
    executor : Executor
    in_flight : int
        How many tasks to submit ahead: enough that nobody waits while the oldest is played.
    here : bool
        Whether its workers are threads of this process, which can be told to stop and tell how far they are.
    elsewhere : bool
        Whether its workers may be on other machines, which do not see our files.
    losses : mapping of exception to str
        What it raises when workers are lost, and how to say so.
    check : callable or None
        Asked now and then while a task is awaited; raises if nobody is there any more to play it.
    """

    executor: Executor
    in_flight: int
    here: bool = False
    elsewhere: bool = False
    losses: Mapping[type[BaseException], str] = field(default_factory=dict)
    check: Callable[[], None] | None = None


class _Myself(Executor):
    """Plays in the calling thread, when work is submitted."""

    def submit(self, function: Any, /, *arguments: Any, **options: Any) -> Future[Any]:
        """Play now; an interrupt is the caller's."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments, **options))
        except Exception as error:
            future.set_exception(error)
        return future


@contextlib.contextmanager
def open_crew(by: EngineName, workers: int, tasks: int, customers: float) -> Iterator[Crew]:
    """Open workers of our own.

    The kernel runs free of the interpreter's lock, so it is played by threads; even one, so that whoever
    waits for it can be interrupted. The reference engine is played by processes where it is worth it.

    Parameters
    ----------
    by : str
        The engine.
    workers : int
        How many at most.
    tasks : int
        How many could be used.
    customers : float
        How many there are to play.
    """
    workers = min(workers, tasks)
    if by == "kernel":
        threads = ThreadPoolExecutor(workers)
        try:
            yield Crew(threads, 4 * workers + 16, here=True)
        finally:
            threads.shutdown(cancel_futures=True)
    elif workers > 1 and customers >= _WORTH_A_POOL:
        with process_pool(workers) as processes:
            yield Crew(processes, 4 * workers + 16, losses={BrokenProcessPool: _DIED})
    else:
        yield Crew(_Myself(), 1, here=True)
