from __future__ import annotations

import importlib
import os
import signal
import time
from typing import Any

import pytest

from simulator.errors import InputError, MissingExtraError
from simulator.execution import blocks, play
from simulator.execution import cluster as module
from simulator.execution.cluster import open_cluster, refuse_strangers
from simulator.program.program import Program
from tests.execution.conftest import Cluster, free_port

SEED = 5


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut runs into many blocks, and submit each by itself."""
    monkeypatch.setattr(blocks, "_SLICE", 200.0)
    monkeypatch.setattr(blocks, "_WORTH_SUBMITTING", {"kernel": 1.0, "reference": 1.0})


def digests(program: Program, crew: Any = None, progress: Any = None, replications: int = 6) -> list[str]:
    """Play on the workers of a crew, or here."""
    played = play(program, SEED, replications, 2, progress, crew, "kernel")
    return [tally.digest for tally in played]


def test_two_workers_of_a_cluster_give_the_same(cluster: Cluster, alone: Program, shared: Program) -> None:
    """Slices and whole replications played by two Dask workers have the digests they have here."""
    with open_cluster(cluster.address) as crew:
        assert digests(alone, crew) == digests(alone)
        assert digests(shared, crew) == digests(shared)


def test_a_worker_killed_in_the_middle_does_not_matter(cluster: Cluster, shared: Program) -> None:
    """A worker that is killed while it plays is replaced by the other, and the result stays."""
    killed: list[int] = []

    def kill(done: int, total: int) -> None:
        if done > total // 5 and not killed:
            killed.append(done)
            os.kill(cluster.workers[0].pid, signal.SIGKILL)

    cluster.add_worker()
    with open_cluster(cluster.address) as crew:
        found = digests(shared, crew, kill, replications=40)
    assert 0 < killed[0] < 40 * 1_000
    assert cluster.workers[0].wait() == -signal.SIGKILL
    assert found == digests(shared, replications=40)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "127.0.0.1", "tcp://nobody.invalid:8786"])
def test_an_unreachable_cluster_is_told_at_once(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Where no scheduler answers, one message says where and how to start one, when patience is over."""
    monkeypatch.setattr(module, "_PATIENCE", 1.0)
    began, address = time.monotonic(), address.format(port=free_port())
    with pytest.raises(InputError, match="no Dask scheduler answers at") as caught, open_cluster(address):
        pass
    assert time.monotonic() - began < 5
    assert address in str(caught.value)
    assert "dask scheduler" in str(caught.value)
    assert len(caught.value.problems) == 1


def test_a_cluster_without_workers_is_told(monkeypatch: pytest.MonkeyPatch, cluster: Cluster) -> None:
    """A scheduler nobody works for is a message, not a run that never begins."""

    def nobody(*_: Any, **__: Any) -> None:
        raise TimeoutError

    monkeypatch.setattr(pytest.importorskip("distributed").Client, "wait_for_workers", nobody)
    said = "has no workers; start some with `dask worker tcp"
    with pytest.raises(InputError, match=said), open_cluster(cluster.address):
        pass


def test_a_worker_of_another_version_is_refused() -> None:
    """Workers with other versions would give other bytes: each is named with what differs."""
    mine = module.facts()
    other = {**mine, "numba": "0.1", "journey": "9.9", "pyyaml": "0"}

    class Client:
        def run(self, function: Any, on_error: str) -> dict[str, Any]:
            return {"tcp://a:1": mine, "tcp://b:1": other, "tcp://c:1": ModuleNotFoundError("simulator")}

    with pytest.raises(InputError) as caught:
        refuse_strangers(Client(), mine)
    said = [problem.message for problem in caught.value.problems]
    assert said == [
        f"the worker tcp://b:1 has journey 9.9, here it is {mine['journey']}",
        f"the worker tcp://b:1 has numba 0.1, here it is {mine['numba']}",
        "the worker tcp://c:1 cannot play: simulator",
    ]


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without distributed the message names the extra that brings it."""
    real = importlib.import_module

    def without(name: str, *more: Any) -> Any:
        if name == "distributed":
            raise ModuleNotFoundError(name=name)
        return real(name, *more)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(MissingExtraError, match=r"journey-simulator\[dask\]"), open_cluster("tcp://x:1"):
        pass
