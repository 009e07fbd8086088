"""Small journeys, one of which shares nothing, and a Dask cluster of two workers on this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.spec.document import parse_document
from simulator.spec.load import load_journey

ROOT = Path(__file__).resolve().parents[2]

ALONE = """
name: 小店
start: 2026-01-05
horizon: 10 days
goal: order
personas:
  tim:
    arrivals: {rate: 130 per day}
    enters: {ad: 1}
    existing: {count: 200, at: ad}
touchpoints:
  ad: {dwell: {exponential: {mean: 1 day}}, next: {order: 0.3, left: rest}}
  order: {next: {left: 0.9, ad: 0.1}, refers: {count: {poisson: 0.2}, enters: {ad: 1}}}
outcomes: [left]
"""

SHARED = """
name: counter
start: 2026-01-05
horizon: 10 days
goal: counter
teams: {clerks: {servers: 2}}
personas:
  tim: {arrivals: {rate: 100 per day}, enters: {counter: 1}}
touchpoints:
  counter: {team: clerks, dwell: {exponential: {mean: 20 min}}, next: {left: 0.8, counter: rest}}
outcomes: [left]
"""


def program_of(text: str) -> Program:
    """Compile the text of a model."""
    return compile_journey(load_journey(parse_document(text)))


@pytest.fixture(scope="session")
def alone() -> Program:
    """Compile a journey whose customers share nothing."""
    return program_of(ALONE)


@pytest.fixture(scope="session")
def shared() -> Program:
    """Compile a journey whose customers queue for the same clerks."""
    return program_of(SHARED)


@dataclass
class Cluster:
    """A scheduler and its workers, each a process of its own."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]

    def add_worker(self) -> None:
        """Start one more worker with one thread."""
        self.workers.append(_started("dask_worker", self.address, "--nthreads", "1", "--no-nanny"))


def free_port() -> int:
    """Find a port nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


# Ends with the process that started it, however that ends: then its standard input is closed.
_CHILD = """
import os, runpy, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(1)), daemon=True).start()
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def _started(name: str, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _CHILD, f"distributed.cli.{name}", *words, "--no-dashboard"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("the scheduler did not start")


@pytest.fixture(scope="package")
def cluster() -> Iterator[Cluster]:
    """Start a scheduler and two workers on the loopback interface."""
    pytest.importorskip("distributed")
    port = free_port()
    made = Cluster(
        f"tcp://127.0.0.1:{port}", _started("dask_scheduler", "--host", "127.0.0.1", "--port", str(port)), []
    )
    try:
        _wait_for(port)
        made.add_worker()
        made.add_worker()
        yield made
    finally:
        for process in (*made.workers, made.scheduler):
            process.kill()
            process.communicate()
