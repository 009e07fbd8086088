"""A pool of processes that ends at once and quietly when it is interrupted."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

__all__ = ["process_pool"]


def _ignore_interrupt() -> None:
    """Leave Ctrl-C to the process that started the pool, which knows how to end the run."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def process_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Open a pool of fresh processes; on any error, end them without waiting for their work.

    Processes are spawned, never forked: a fork of a process that has threads may stop for ever.

    Parameters
    ----------
    workers : int
        How many processes.
    """
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_ignore_interrupt
    )
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()
        raise
    pool.shutdown()
