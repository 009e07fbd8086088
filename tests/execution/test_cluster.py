from __future__ import annotations

import importlib
import os
import signal
import time
from typing import Any

import pytest

from simulator.analysis.stock import Player
from simulator.errors import InputError, MissingExtraError
from simulator.execution import blocks, play, play_all
from simulator.execution import cluster as module
from simulator.execution.cluster import open_cluster, refuse_strangers
from simulator.execution.ignorance import FUTURES, Ignorance, UnsureProgram
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.program.stocked import without_shelves
from simulator.spec.document import parse_document
from simulator.spec.load import load_journey
from tests.execution.conftest import Cluster, free_port

SEED = 5

STOCKED = """
start: 2026-01-05
horizon: 20 days
goal: order
products: {tent: {price: 90, unit_cost: 50}}
inventory: {tent: {on_hand: 5, policy: {base_stock: 5}, lead_time: 3 days, holding_cost: 1 per day}}
personas: {tim: {arrivals: {rate: 20 per day}, enters: {ad: 1}}}
touchpoints:
  ad: {next: {order: 0.2, left: rest}}
  order: {sells: {each: {tent: 1}}, on_stockout: {left: 1}, next: {left: 1}}
outcomes: [left]
evidence: {touchpoints.ad.next: {grade: guess, worth: 30}}
"""


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


def test_a_stock_plan_and_drawn_numbers_on_a_cluster(cluster: Cluster) -> None:
    """What `stock` and `--uncertainty` play on two Dask workers has the digests it has here."""
    journey = load_journey(parse_document(STOCKED))
    unsure = UnsureProgram(Ignorance(journey), journey)
    programs = [compile_journey(journey), without_shelves(compile_journey(journey))]
    numbers = [0, 1, FUTURES]
    with open_cluster(cluster.address) as crew:
        far = Player(SEED, 2, "kernel", crew=crew).play(programs, range(2), whole=True)
        drawn = play_all([unsure], SEED, numbers, 2, None, crew, "kernel")
    here = Player(SEED, 2, "kernel").play(programs, range(2), whole=True)
    drawn_here = play_all([unsure], SEED, numbers, 2, None, None, "kernel")
    for one, other in ((far, here), (drawn, drawn_here)):
        assert [[tally.digest for tally in some] for some in one] == [
            [tally.digest for tally in some] for some in other
        ]


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
