"""A Dask cluster as the crew of a run."""

from __future__ import annotations

import contextlib
import importlib
import logging
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from simulator import provenance
from simulator.compiled import is_ready
from simulator.errors import InputError, MissingExtraError, Problem, RunError
from simulator.execution.crew import Crew

__all__ = ["open_cluster", "refuse_strangers"]

# A scheduler that is there answers in milliseconds, on another continent in a second.
_PATIENCE: Final = 5.0
# Workers that were started together with the scheduler need a few seconds.
_PATIENCE_FOR_WORKERS: Final = 15.0
# What must be the same on both sides for the results to be the same.
_SAME: Final = ("journey", "python", "numpy", "numba")


def facts() -> dict[str, str]:
    """Say what moves a result here; called on every worker."""
    found = provenance.record()
    return {"journey": found["journey"], "python": found["python"], **found["libraries"]}


@contextlib.contextmanager
def open_cluster(address: str) -> Iterator[Crew]:
    """Connect to a Dask scheduler and play on its workers.

    Parameters
    ----------
    address : str
        ``tcp://host:port``, as the scheduler prints it.

    Raises
    ------
    MissingExtraError
        If distributed is not installed.
    InputError
        If nobody answers, there are no workers, or a worker has another version of anything that counts.
    """
    distributed = _library()
    with _client(distributed, address) as client:
        threads = _threads(client, address)
        refuse_strangers(client, facts())
        losses = {
            distributed.KilledWorker: "several workers died on the same task, most likely for want of memory",
            distributed.comm.CommClosedError: f"the connection to the cluster at {address} was lost",
        }
        _make_ready(client)
        executor, watch = client.get_executor(pure=False), _Watch(client, address)
        yield Crew(executor, 4 * threads + 16, elsewhere=True, losses=losses, check=watch)


def _library() -> Any:
    try:
        return importlib.import_module("distributed")
    except ModuleNotFoundError:
        raise MissingExtraError("distributed", "dask") from None


@contextlib.contextmanager
def _client(distributed: Any, address: str) -> Iterator[Any]:
    """Open a client whose troubles are ours to tell."""
    for name in ("distributed", "distributed.client", "distributed.comm", "distributed.core", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        _look_up(address)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # versions are compared below
            client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError, AssertionError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise _refused(f"no Dask scheduler answers at {address} ({reason})", _START) from None
    try:
        yield client
    finally:
        client.close(timeout=_PATIENCE)


def _look_up(address: str) -> None:
    """Find out at once whether there is such a host; the library would go on asking.

    Raises
    ------
    OSError
        If nobody knows it.
    ValueError
        If the address is none.
    """
    parts = urlsplit(address)
    if not parts.scheme or not parts.hostname or not parts.port:
        raise ValueError("an address is tcp://host:port")
    socket.getaddrinfo(parts.hostname, parts.port)


_START: Final = "start one with `dask scheduler`, and workers with `dask worker ADDRESS`"


def _threads(client: Any, address: str) -> int:
    """Wait for workers and count their threads."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE_FOR_WORKERS)
    except TimeoutError:
        fix = f"start some with `dask worker {address}`"
        raise _refused(f"the Dask scheduler at {address} has no workers", fix) from None
    return sum(client.nthreads().values())


def refuse_strangers(client: Any, mine: Mapping[str, str]) -> None:
    """Refuse workers on which the same run would not give the same bytes."""
    problems = []
    for worker, theirs in sorted(client.run(facts, on_error="return").items()):
        if not isinstance(theirs, dict):
            problems.append(Problem(f"the worker {worker} cannot play: {theirs}", fix=_INSTALL))
            continue
        for name in _SAME:
            if theirs.get(name) != mine[name]:
                message = f"the worker {worker} has {name} {theirs.get(name)}, here it is {mine[name]}"
                problems.append(Problem(message, fix=_INSTALL))
    if problems:
        raise InputError(problems)


_INSTALL: Final = "install the same journey-simulator and libraries on every worker"


# --------------------------------------------------------------------------- compiling


def make_ready() -> str:
    """Compile the kernel here, in a process of its own, so that the worker can still say that it is alive."""
    code = (
        f"import sys; sys.path[:] = {sys.path!r}; from simulator.execution.prepare import prepare; prepare()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr


def _make_ready(client: Any) -> None:
    """Compile the kernel on every machine of the cluster, where that was not done before."""
    for first in (True, False):  # workers of one machine share what its first one compiles
        cold = [worker for worker, ready in sorted(client.run(is_ready).items()) if not ready]
        if first and cold:
            print(
                "the workers compile the kernel: once per installation, about a minute ...",
                file=sys.stderr,
                flush=True,
            )
            cold = list({urlsplit(worker).hostname: worker for worker in cold}.values())
        made = [client.submit(make_ready, workers=[one], pure=False) for one in cold]
        for wrong in client.gather(made):
            if wrong:
                raise RunError(f"a worker cannot compile the kernel: {wrong.strip().splitlines()[-1]}")


class _Watch:
    """Looks now and then whether a cluster still has a scheduler and workers."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._seen = time.monotonic()

    def __call__(self) -> None:
        """Look.

        Raises
        ------
        RunError
            If nobody was there for a while.
        """
        if self._client.status == "running" and self._workers():
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > _PATIENCE_FOR_WORKERS:
            raise RunError(f"the workers of the cluster at {self._address} went away before the run was done")

    def _workers(self) -> bool:
        try:
            return bool(self._client.nthreads())
        except OSError:  # the scheduler does not answer
            return False


def _refused(message: str, fix: str) -> InputError:
    return InputError([Problem(message, fix=fix)])
